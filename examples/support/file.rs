//! Files that a user names: read whole, and replaced by renaming, so that nothing is lost.
#![allow(dead_code, reason = "each example uses a part")]

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::program::{Failure, wrong};

/// The longest text that is read: 1 GiB, a network of about 50 million weights.
const LONGEST: u64 = 1 << 30;

/// A file that is being written beside its place; unless it is finished, it is removed.
pub struct Unfinished {
    place: PathBuf,
    beside: PathBuf,
    file: File,
}

impl Unfinished {
    /// Begins a file, before a long training: a place that cannot be written is refused here.
    pub fn new(place: &str) -> Result<Self, Failure> {
        let refused = |why: &str| wrong(format!("cannot write {place}: {why}"));
        let link = fs::symlink_metadata(place).is_ok_and(|found| found.is_symlink());
        let path = if link { fs::canonicalize(place) } else { Ok(PathBuf::from(place)) };
        let path = path.map_err(|error| refused(&error.to_string()))?;
        if place.ends_with('/') || fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(refused("it is not a file; give a new name, or a file to be replaced"));
        }
        let beside = PathBuf::from(format!("{}.unfinished-{}", path.display(), std::process::id()));
        let file = File::create_new(&beside).map_err(|error| refused(&error.to_string()))?;
        Ok(Self { place: path, beside, file })
    }

    /// Writes the text and puts the file into its place.
    pub fn finish(mut self, text: &str) -> Result<(), Failure> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        let placed = written.and_then(|()| fs::rename(&self.beside, &self.place));
        placed.map_err(|error| format!("cannot write {}: {error}", self.place.display()).into())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.beside); // it is in its place, or not wanted
    }
}

/// Writes a picture or a page under `target`, and prints where.
pub fn draw(out: &mut impl Write, path: &str, text: &str) -> Result<(), Failure> {
    fs::create_dir_all(Path::new(path).parent().unwrap_or(Path::new(".")))?;
    Unfinished::new(path)?.finish(text)?;
    Ok(writeln!(out, "picture: {path}")?)
}

/// Reads the text of a regular file. A device or a pipe is refused: reading one may never end.
pub fn read(path: &str) -> Result<String, Failure> {
    let read = || {
        let found = fs::metadata(path)?;
        if !found.is_file() || found.len() > LONGEST {
            return Err(io::Error::other("it is not a file of at most 1 GiB"));
        }
        let mut text = String::new();
        File::open(path)?.take(LONGEST).read_to_string(&mut text)?;
        Ok(text)
    };
    read().map_err(|error| wrong(format!("cannot read {path}: {error}")))
}
