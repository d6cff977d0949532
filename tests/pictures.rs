//! The documentation shows the pictures of the chapters wherever it is built, since they stand in it.
//!
//! `docs/images/embedded/` has, for each chapter with pictures, where its links to them lead in rustdoc: to
//! the SVG itself, in base64 (RFC 4648). `EMBED=1 cargo test pictures` writes these files anew.

use std::fs;
use std::path::{Path, PathBuf};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Six bits are a letter; the end is filled up with `=`.
fn base64(bytes: &[u8]) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |k: usize| u32::from(*chunk.get(k).unwrap_or(&0));
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for k in 0..4 {
            let letter = letters[(bits >> (18 - 6 * k)) as usize & 63];
            text.push(if k <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[test]
fn base64_is_that_of_the_standard() {
    let examples = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
    for (n, expected) in examples.iter().enumerate() {
        assert_eq!(base64(&b"foobar"[..n]), *expected);
    }
}

/// The links `[name.svg]: path` of a chapter, as links to the pictures themselves.
fn embedded(chapter: &Path) -> String {
    let mut links = String::new();
    for line in read(chapter).lines() {
        if let Some((name, path)) =
            line.split_once("]: ").filter(|(name, _)| name.strip_suffix(".svg").is_some())
        {
            let picture = chapter.with_file_name("").join(path);
            let data = base64(read(&picture).as_bytes());
            links += &[name, "]: data:image/svg+xml;base64,", &data, "\n"].concat();
        }
    }
    links
}

#[test]
fn the_pictures_in_the_documentation_are_those_of_the_chapters() {
    let chapters =
        fs::read_dir(root("docs")).expect("docs").map(|entry| entry.expect("a file").path());
    for chapter in chapters.chain([root("README.md")]) {
        if chapter.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let expected = embedded(&chapter);
        let name = chapter.file_name().expect("a name");
        let file = root("docs/images/embedded").join(name);
        if expected.is_empty() {
            continue;
        }
        if std::env::var_os("EMBED").is_some() {
            fs::write(&file, &expected).expect("written");
        }
        assert!(
            fs::read_to_string(&file).is_ok_and(|found| found == expected),
            "{} is not what its chapter shows: EMBED=1 cargo test pictures writes it",
            file.display()
        );
        let with = format!("embedded/{}\"", name.to_string_lossy());
        assert!(read(&root("src/chapters.rs")).contains(&with), "src/chapters.rs lacks {with}");
    }
}
