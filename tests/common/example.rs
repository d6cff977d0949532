//! The examples: what the tests take from their source, and the programs as a person runs them.
#![allow(dead_code, reason = "the examples use the rest")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::{env, fs};

#[path = "../../examples/mnist"]
pub mod mnist {
    pub mod digits;
    pub mod idx;
    pub mod saved;
}
#[path = "../../examples/own_data"]
pub mod own_data {
    use super::support;
    pub mod scale;
    pub mod table;
}
#[path = "../../examples/support"]
pub mod support {
    pub mod chart;
    pub mod program;
    pub mod xor;
}
#[path = "../../examples/weight_decay.rs"]
pub mod weight_decay;

/// How a program ended, what it printed, and what it said on stderr.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub printed: String,
    pub said: String,
}

impl Ran {
    /// What it printed, of a program that must have succeeded.
    #[track_caller]
    pub fn printed(self) -> String {
        assert_eq!((self.code, &*self.said), (0, ""), "exit code and stderr");
        self.printed
    }
}

impl From<Output> for Ran {
    fn from(Output { status, stdout, stderr }: Output) -> Self {
        let [printed, said] = [stdout, stderr].map(|b| String::from_utf8(b).expect("UTF-8"));
        Self { code: status.code().expect("an exit code"), printed, said }
    }
}

/// The folder of the programs, all built once, as `cargo test` builds them; `--test all` does not.
static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    // With CARGO_BUILD_TARGET, there is a folder of that name around all that is built for it.
    let above = 1 + usize::from(env::var_os("CARGO_BUILD_TARGET").is_some());
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().nth(above);
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args("build --quiet --offline --profile test --examples --target-dir".split(' '));
    let built = cargo.arg(target.expect("the target folder")).status();
    assert!(built.expect("cargo").success(), "the examples must build");
    let test = env::current_exe().expect("this test"); // …/debug/deps/NAME-HASH
    test.ancestors().nth(2).expect("two folders above").join("examples")
});

/// An example with its arguments, in this folder.
pub fn command(folder: &Path, line: &str) -> Command {
    let (name, arguments) = line.split_once(' ').unwrap_or((line, ""));
    let mut command = Command::new(PROGRAMS.join(format!("{name}{}", env::consts::EXE_SUFFIX)));
    command.current_dir(folder).args(arguments.split(' ').filter(|word| !word.is_empty()));
    command
}

pub fn run(folder: &Path, line: &str) -> Ran {
    command(folder, line).output().expect("a program").into()
}

/// The source of an example, with all its files.
pub fn source(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let files = fs::read_dir(&path).map_or(vec![path.with_extension("rs")], |entries| {
        entries.map(|entry| entry.expect("an entry").path()).collect()
    });
    let files = files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
    files.map(|file| fs::read_to_string(file).expect("a source")).collect()
}

/// The examples that read flags: all but the smallest.
pub fn names() -> Vec<String> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
    let paths = entries.expect("a folder").map(|entry| entry.expect("an entry").path());
    let names = paths.filter_map(|path| Some(path.file_stem()?.to_str()?.to_string()));
    names.filter(|name| source(name).contains("program::run(")).collect()
}

/// A new folder for one test.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A file of MNIST: the magic number, the sizes, the data.
pub fn idx(sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let magic = 0x0800 + u32::try_from(sizes.len()).expect("1 or 3");
    let header = [&[magic], sizes].concat().into_iter().flat_map(u32::to_be_bytes);
    header.chain(data.iter().copied()).collect()
}
