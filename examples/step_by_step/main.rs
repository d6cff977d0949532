//! One training step, with every matrix and the number of its equation: in the terminal, and as a
//! page for a browser. Without a file, it is that of the worked example of chapter 1.

mod drawing;
mod example;
mod numbers;
mod page;
mod paths;
#[path = "../support"]
mod support {
    pub mod chart;
    pub mod file;
    pub mod program;
}
mod weight;

use std::io::{StdoutLock, Write};
use std::process::ExitCode;

use example::{Example, WORKED};
use numbers::Numbers;
use support::file::{draw, read};
use support::program::{self, Failure, Flags, wrong};

const USAGE: &str = concat!(include_str!("usage.txt"), include_str!("worked.txt"));

fn main() -> ExitCode {
    program::run(USAGE, step_by_step)
}

fn step_by_step(flags: &Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let file = flags.text("--network").or(flags.file()?);
    let text = file.as_ref().map_or(Ok(WORKED.into()), |file| read(file))?;
    let place = file.map_or(String::new(), |file| file + ": ");
    let example = Example::read(&text).map_err(|error| wrong(format!("{place}{error}")))?;
    let numbers = Numbers::new(&example)?;
    print(out, &numbers)?;
    if text == WORKED {
        draw(out, "target/step_by_step/paths.svg", &paths::picture(&numbers))?;
    }
    draw(out, "target/step_by_step/index.html", &page::page(&numbers))
}

/// Every equation with the matrix that it computes.
fn print(out: &mut StdoutLock, numbers: &Numbers) -> Result<(), Failure> {
    for part in numbers.steps.chunk_by(|a, b| a[1] == b[1]) {
        writeln!(out, "{}\n", part[0][1])?;
        for [_, _, number, _, rules, _] in part {
            for rule in rules.split("; ") {
                let name = rule.split(' ').next().unwrap_or_default();
                let matrix = numbers.get(name, 0).map_or(String::new(), |m| format!("{m:.4}"));
                let matrix = matrix.replace('\n', &format!("\n{:35}", "")); // below its first row
                writeln!(out, "{number:5} {rule:28} {matrix}")?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
