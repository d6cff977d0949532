//! An example as a program: it reads its flags, prints, and reports how it ended.
#![allow(dead_code, reason = "each example uses a part")]

use std::io::{self, ErrorKind, IsTerminal, StdoutLock, Write, stderr, stdout};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// Why an example ends early: printed in one line, with the exit code.
#[derive(Debug)]
pub struct Failure(pub String, pub u8);

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // `| head` has seen enough: that is no failure.
        Self(format!("cannot print: {error}"), u8::from(error.kind() != ErrorKind::BrokenPipe))
    }
}

impl From<backprop::Error> for Failure {
    fn from(error: backprop::Error) -> Self {
        Self(error.to_string(), 1)
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self(message, 1)
    }
}

/// A wrong flag or file.
pub fn wrong(message: impl Into<String>) -> Failure {
    Failure(message.into(), 2)
}

/// Runs an example. The exit code is 0, 1 where it failed, and 2 for a wrong flag or file.
pub fn run(
    usage: &str,
    example: impl FnOnce(&Flags, &mut StdoutLock) -> Result<(), Failure>,
) -> ExitCode {
    let mut out = stdout().lock();
    let result = Flags::read(usage).and_then(|flags| {
        if flags.help { Ok(writeln!(out, "{usage}")?) } else { example(&flags, &mut out) }
    });
    match result.and_then(|()| out.flush().map_err(Failure::from)) {
        Err(Failure(message, code)) if code > 0 => {
            let plain: String =
                message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let _ = writeln!(stderr(), "{plain}"); // nothing can be said where stderr is closed
            ExitCode::from(code)
        }
        Ok(()) | Err(_) => ExitCode::SUCCESS,
    }
}

/// The flags as given, `--name value` or `--name=value`.
pub struct Flags {
    help: bool,
    given: Vec<(String, String)>,
    files: Vec<String>,
}

impl Flags {
    /// A flag is known if a line of the usage begins with it.
    fn read(usage: &str) -> Result<Self, Failure> {
        let known = usage.lines().filter(|line| line.starts_with("  --"));
        let known = known.filter_map(|line| line.split_whitespace().next()).chain(["--help"]);
        let known: Vec<&str> = known.collect();
        let mut flags = Self { help: false, given: Vec::new(), files: Vec::new() };
        let mut arguments = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned());
        while let Some(argument) = arguments.next() {
            let (name, value) = argument.split_once('=').unwrap_or((&argument, ""));
            if argument == "--help" || argument == "-h" {
                flags.help = true;
            } else if !argument.starts_with("--") {
                flags.files.push(argument);
            } else if !known.contains(&name) {
                let known = known.join(" ");
                return Err(wrong(format!("{name} is not a flag of this example; it has {known}")));
            } else if name.len() < argument.len() {
                flags.given.push((name.to_string(), value.to_string()));
            } else {
                let value =
                    arguments.next().ok_or_else(|| wrong(format!("{name} needs a value")))?;
                flags.given.push((argument, value));
            }
        }
        Ok(flags)
    }

    /// The value of a flag, if it is given; of several, the last.
    pub fn text(&self, name: &str) -> Option<String> {
        self.given.iter().rfind(|(given, _)| given == name).map(|(_, value)| value.clone())
    }

    /// The value of a flag, which must be `accepted`, or the default.
    pub fn get<T: FromStr>(
        &self,
        name: &str,
        default: T,
        accepted: &str,
        accept: impl Fn(&T) -> bool,
    ) -> Result<T, Failure> {
        let Some(text) = self.text(name) else { return Ok(default) };
        let value = text.parse().ok().filter(accept);
        value.ok_or_else(|| wrong(format!("{name} is {text:?}, but must be {accepted}")))
    }

    /// The file or folder, if one is given.
    pub fn file(&self) -> Result<Option<String>, Failure> {
        let more = |file: &String| wrong(format!("{file:?} is one argument too many"));
        self.files.get(1).map_or(Ok(self.files.first().cloned()), |file| Err(more(file)))
    }

    /// For an example that reads no file.
    pub fn no_file(&self) -> Result<(), Failure> {
        let unexpected = |file: String| wrong(format!("{file:?} is not a flag of this example"));
        self.file()?.map_or(Ok(()), |file| Err(unexpected(file)))
    }
}

/// A line on stderr that is overwritten, at most ten times a second, and gone in the end. Nothing is
/// written unless both stderr and stdout are terminals.
pub struct Progress(Option<Instant>);

impl Progress {
    /// Nothing is shown yet.
    pub fn new() -> Self {
        Self(None)
    }

    /// Shows what `message` returns; most calls do not even call it.
    pub fn show(&mut self, message: impl FnOnce() -> String) {
        let recently = self.0.is_some_and(|at| at.elapsed() < Duration::from_millis(100));
        if !recently && stderr().is_terminal() && stdout().is_terminal() {
            let _ = write!(stderr(), "\r\x1b[2K{}", message()); // a closed stderr is no failure
            self.0 = Some(Instant::now());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.0.is_some() {
            let _ = write!(stderr(), "\r\x1b[2K");
        }
    }
}
