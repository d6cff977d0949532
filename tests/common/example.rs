//! An example as a person runs it: the program itself, in a folder of its own.
#![allow(dead_code, reason = "each test uses a part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use backprop::dataset::idx::Digits;

/// A new folder for one test.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The program, built as `cargo test` builds it; `cargo test --test NAME` alone would not.
pub fn program(example: &str) -> PathBuf {
    // With CARGO_BUILD_TARGET, there is a folder of that name around all that is built for it.
    let above = 1 + usize::from(env::var_os("CARGO_BUILD_TARGET").is_some());
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().nth(above);
    let built = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--offline", "--profile", "test", "--example", example])
        .arg("--target-dir")
        .arg(target.expect("the target folder"))
        .status();
    assert!(built.expect("cargo").success(), "the example {example} must build");
    let test = env::current_exe().expect("this test"); // …/debug/deps/NAME-HASH
    let examples = test.ancestors().nth(2).expect("two folders above").join("examples");
    examples.join(format!("{example}{}", env::consts::EXE_SUFFIX))
}

/// The lines it prints, where it succeeds; what it says on stderr, where it fails.
#[track_caller]
pub fn lines(output: &Output) -> Result<Vec<String>, String> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    match output.status.code() {
        Some(0) => Ok(text(&output.stdout).lines().map(str::to_string).collect()),
        Some(1 | 2) => Err(text(&output.stderr).trim_end().to_string()),
        other => panic!("exit code {other:?}: {}", text(&output.stderr)),
    }
}

/// Writes the four files of MNIST for these digits.
pub fn write_mnist(folder: &Path, training: &Digits, test: &Digits) {
    for (name, digits) in [("train", training), ("t10k", test)] {
        let number = |n: usize| u32::try_from(n).expect("small").to_be_bytes();
        let ((rows, cols), n) = (digits.image_size(), digits.len());
        let mut images = [[0, 0, 8, 3], number(n), number(rows), number(cols)].concat();
        images.extend((0..n).flat_map(|i| digits.image(i)));
        let mut labels = [[0, 0, 8, 1], number(n)].concat();
        labels.extend((0..n).map(|i| digits.label(i)));
        fs::write(folder.join(format!("{name}-images-idx3-ubyte")), images).expect("a file");
        fs::write(folder.join(format!("{name}-labels-idx1-ubyte")), labels).expect("a file");
    }
}
