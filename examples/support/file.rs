//! Files that a user names: read and written whole, or not at all, and nothing else is harmed.
#![allow(dead_code, reason = "each example uses a part")]

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process;

use super::program::Failure;

/// The longest text that is read: 1 GiB, a network of about 50 million weights.
const LONGEST: u64 = 1 << 30;

/// Writes a whole file or none: first beside its place, under a name that no other run has, then
/// renamed. Who reads meanwhile sees the old file or the new one.
///
/// A link stays, and the file it leads to is written. What is no regular file is refused. Only a
/// run that is killed while it writes leaves its `.unfinished` file behind.
pub fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let place = destination(path)?;
    let failed = |error| Failure::Failed(format!("cannot write {}: {error}", path.display()));
    let folder = place.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder).map_err(failed)?;
    let (unfinished, mut file) = new_file(folder).map_err(failed)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| match fs::metadata(&place) {
            Ok(old) => fs::set_permissions(&unfinished, old.permissions()),
            Err(_) => Ok(()), // a new file
        })
        .and_then(|()| fs::rename(&unfinished, &place))
        .map_err(|error| {
            let _ = fs::remove_file(&unfinished); // a second failure would only hide the first
            failed(error)
        })
}

/// Where [`write_file`] writes; asked before a long training, it refuses what could not be saved.
pub fn destination(path: &Path) -> Result<PathBuf, Failure> {
    let refused = |reason: &str| {
        let advice = "give the name of a file, new or to be replaced";
        Err(Failure::Input(format!("cannot write {}: it is {reason}; {advice}", path.display())))
    };
    let link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let place = if link { fs::canonicalize(path) } else { Ok(path.to_path_buf()) };
    match (place, fs::metadata(path)) {
        (_, Ok(found)) if !found.is_file() => refused(kind(&found)),
        (_, Ok(found)) if found.permissions().readonly() => refused("a file that is read-only"),
        (Err(_), _) => refused("a link that leads nowhere"),
        (Ok(place), _) if place.file_name().is_none() => refused("no name of a file"),
        (Ok(place), _) => Ok(place),
    }
}

/// A file that did not exist before, in this folder.
fn new_file(folder: &Path) -> io::Result<(PathBuf, File)> {
    let mut number = 0;
    loop {
        let path = folder.join(format!(".unfinished-{}-{number}", process::id()));
        match File::create_new(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            result => return result.map(|file| (path, file)),
        }
    }
}

/// Reads the text of a regular file: what may never end, or never begin, is refused unopened.
pub fn read_file(path: &Path) -> Result<String, Failure> {
    let failed =
        |reason: String| Failure::Input(format!("cannot read {}: {reason}", path.display()));
    let found = fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if !found.is_file() {
        return Err(failed(format!("it is {}; give the name of a file", kind(&found))));
    }
    if found.len() > LONGEST {
        let bytes = found.len();
        return Err(failed(format!("it has {bytes} bytes, but at most {LONGEST} are read")));
    }
    let mut text = String::new();
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    file.take(LONGEST).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    Ok(text)
}

fn kind(found: &Metadata) -> &'static str {
    if found.is_dir() { "a folder" } else { "a device or a pipe" }
}
