//! The equations of the chapters, of the code and of the README are the same, and the files of the
//! crate keep their reading order.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a folder with this ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let below = |entry: std::io::Result<fs::DirEntry>| match entry.expect("an entry").path() {
        path if path.is_dir() => files(&path, ending),
        path if path.extension().is_some_and(|extension| extension == ending) => vec![path],
        _ => Vec::new(),
    };
    fs::read_dir(folder).expect("a folder").flat_map(below).collect()
}

/// The numbers `(n)` in a piece of text.
fn tags(text: &str) -> BTreeSet<u32> {
    text.split('(').skip(1).filter_map(|rest| rest.split_once(')')?.0.parse().ok()).collect()
}

/// In the code a comment begins with the numbers of its equations, `// (5) …`; in a chapter a line of
/// a `text` block does.
#[test]
fn the_chapters_and_the_code_have_the_same_equations() {
    let rust = ["src", "examples"].map(|folder| files(folder.as_ref(), "rs")).concat();
    let code: String = rust.iter().map(read).collect();
    let comments = code.lines().filter_map(|line| line.split_once("// ("));
    let comments = comments.filter(|(before, _)| !before.contains("//"));
    let in_code: BTreeSet<u32> = comments.flat_map(|(_, rest)| tags(&format!("({rest}"))).collect();
    let chapters: String = files("docs".as_ref(), "md").iter().map(read).collect();
    let blocks = chapters.split("```text").skip(1).filter_map(|rest| rest.split("```").next());
    let numbered = blocks.flat_map(str::lines).filter(|line| line.starts_with('('));
    let in_chapters: BTreeSet<u32> =
        numbered.flat_map(|line| tags(&line[..=line.find(')').unwrap_or(0)])).collect();
    assert_eq!(in_chapters, in_code, "equations in docs/ (left) and in comments (right)");
}

#[test]
fn the_readme_names_a_function_for_each_equation_of_the_sheet() {
    let readme = read("README.md");
    let rows: Vec<Vec<&str>> = readme
        .lines()
        .filter(|line| line.starts_with("| ("))
        .map(|l| l.split('|').collect())
        .collect();
    let named: BTreeSet<u32> = rows.iter().flat_map(|row| tags(row[1])).collect();
    assert_eq!(named, (1..=8).collect(), "equations in the table of README.md");
    let code: String = files("src".as_ref(), "rs").iter().map(read).collect();
    for name in rows.iter().flat_map(|row| row[3].split('`').skip(1).step_by(2)) {
        let function = format!("fn {}(", name.rsplit("::").next().unwrap_or(name));
        assert!(code.contains(&function), "README.md names {name}, which is not in src/");
    }
}

/// Catches a file of tests that nothing compiles: its tests would never fail.
#[test]
fn every_file_of_tests_runs() {
    let named = read("tests/all.rs") + &read("Cargo.toml");
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")).expect("tests") {
        let file = entry.expect("a file").file_name().into_string().expect("a name");
        let Some(name) = file.strip_suffix(".rs") else { continue };
        let runs = [format!("mod {name};"), format!("name = \"{name}\"")];
        let runs = runs.iter().any(|line| named.contains(line));
        assert!(runs, "tests/{name}.rs is in neither tests/all.rs nor Cargo.toml");
    }
}

/// The reading order of `src/`: a file uses only files before it.
const ORDER: [&str; 15] = [
    "error",
    "matrix",
    "random",
    "activation",
    "loss",
    "output",
    "initialization",
    "descent",
    "network",
    "difference",
    "gradient_check",
    "dataset",
    "quadratic",
    "chapters",
    "lib",
];

#[test]
fn a_file_uses_only_files_before_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in files(&source, "rs") {
        let inside = path.strip_prefix(&source).expect("below src").to_string_lossy().to_string();
        let module = inside.split(['/', '.']).next().unwrap_or("");
        let place = |name| ORDER.iter().position(|m| *m == name);
        let own = place(module).unwrap_or_else(|| panic!("{module} has no place in the order"));
        for line in read(&path).lines().filter(|line| line.starts_with("use super::")) {
            let mut words = line.split([':', ';', ' ']).filter(|w| !w.is_empty() && *w != "super");
            let used = words.nth(1).and_then(place);
            assert!(used.is_none_or(|used| used <= own), "src/{inside}: {line}");
        }
    }
}
