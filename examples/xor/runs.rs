//! Each run keeps a page of its own, and an index puts any two of them side by side.

use std::fs::{self, DirEntry};
use std::path::Path;

use backprop::Activation;

use super::Settings;
use super::support::program::Failure;

/// What is fixed of the index: text, style and program.
const TEMPLATE: &str = include_str!("runs.html");

/// The file of a run, named by its seed and by what it does not leave as it is by default.
pub fn file_name(settings: &Settings) -> String {
    let Settings { seed, recipe, learning_rate, iterations } = settings;
    let (hidden, activation) = (recipe.hidden[0], recipe.activation);
    let flags = [
        ("hidden", hidden != 2, hidden.to_string()),
        ("activation", activation != Activation::Tanh, format!("{activation:?}").to_lowercase()),
        ("learning-rate", *learning_rate != 1.0, learning_rate.to_string()),
        ("iterations", *iterations != 250, iterations.to_string()),
    ];
    let differ = flags.into_iter().filter(|(_, differs, _)| *differs);
    let rest = differ.map(|(flag, _, value)| format!("-{flag}-{value}"));
    format!("xor-seed-{seed}{}.html", rest.collect::<Vec<_>>().concat())
}

/// The index of all runs in the folder, with this one on the left.
pub fn index(folder: &Path, this: &str) -> Result<String, Failure> {
    let failed =
        |error| Failure::Failed(format!("cannot read the folder {}: {error}", folder.display()));
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut others: Vec<String> = entries.filter_map(|entry| run(&entry.ok()?)).collect();
    others.retain(|name| name != this);
    others.sort();
    let runs: Vec<String> =
        [this.to_string()].into_iter().chain(others).map(|run| format!("{run:?}")).collect();
    Ok(TEMPLATE.replace("{{runs}}", &runs.join(",\n")))
}

/// The name of a file that such a run may have written.
fn run(entry: &DirEntry) -> Option<String> {
    let name = entry.file_name().into_string().ok()?;
    let run = name.strip_prefix("xor-seed-")?.strip_suffix(".html")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    run.chars().all(plain).then_some(name)
}
