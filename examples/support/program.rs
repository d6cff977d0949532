//! An example as a program: it reads its flags, prints, and tells how it ended.
#![allow(dead_code, reason = "each example uses a part")]

use std::ffi::OsString;
use std::io::{ErrorKind, StdoutLock, Write, stderr, stdout};
use std::process::ExitCode;
use std::{env, io};

use super::flags::Flags;

/// Why an example ends early.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// A wrong flag: told with the usage, exit code 2.
    Usage(String),
    /// A file or folder that was given and cannot be used: told in one line, exit code 2.
    Input(String),
    /// Anything else: told in one line, exit code 1.
    Failed(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => {
                Failure::Failed("nobody reads the output any more; stopped".to_string())
            }
            _ => Failure::Failed(format!("cannot print: {error}")),
        }
    }
}

impl From<backprop::Error> for Failure {
    fn from(error: backprop::Error) -> Self {
        Failure::Failed(error.to_string())
    }
}

/// Runs an example with its flags and tells how it ended: 0, 1, or 2 for a wrong flag or file.
pub fn run(
    usage: &str,
    example: impl FnOnce(&mut Flags, &mut StdoutLock) -> Result<(), Failure>,
) -> ExitCode {
    let mut out = stdout().lock();
    let result = arguments().and_then(|arguments| {
        if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
            writeln!(out, "{usage}").map_err(Failure::from)
        } else {
            example(&mut Flags::new(arguments), &mut out)
        }
    });
    // Nothing can be said where stderr itself is closed.
    let (message, code) = match result.and_then(|()| out.flush().map_err(Failure::from)) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => (format!("{message}\n\n{usage}"), 2),
        Err(Failure::Input(message)) => (message, 2),
        Err(Failure::Failed(message)) => (message, 1),
    };
    let _ = writeln!(stderr(), "{message}");
    ExitCode::from(code)
}

fn arguments() -> Result<Vec<String>, Failure> {
    let text = |argument: OsString| {
        argument
            .into_string()
            .map_err(|other| Failure::Usage(format!("{other:?} is not text in UTF-8")))
    };
    env::args_os().skip(1).map(text).collect()
}
