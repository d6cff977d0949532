//! The equations of the chapters, of the code and of the README are the same; the files keep
//! their order, and no function is long.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a folder with this ending.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The numbers `(n)` in a piece of text.
fn tags(text: &str) -> BTreeSet<u32> {
    text.split('(').skip(1).filter_map(|rest| rest.split_once(')')?.0.parse().ok()).collect()
}

/// The numbers that start a comment, `// (5) …`, with all others in that comment.
fn tags_in_code() -> BTreeSet<u32> {
    let rust = files("src", "rs").into_iter().chain(files("examples", "rs"));
    let texts: Vec<String> = rust.map(|path| read(&path)).collect();
    let comments = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.trim().split_once("// ("));
    comments
        .filter(|(before, _)| !before.contains("//"))
        .flat_map(|(_, rest)| tags(&format!("({rest}")))
        .collect()
}

/// The numbers that start a line of a `text` fence, which is where equations stand.
fn tags_in_chapters() -> BTreeSet<u32> {
    let texts: Vec<String> = files("docs", "md").iter().map(|path| read(path)).collect();
    let fences = texts
        .iter()
        .flat_map(|text| text.split("```text").skip(1))
        .filter_map(|rest| rest.split("```").next());
    fences
        .flat_map(str::lines)
        .filter(|line| line.starts_with('('))
        .flat_map(|line| tags(&line[..line.find(')').map_or(0, |at| at + 1)]))
        .collect()
}

#[test]
fn the_chapters_and_the_code_have_the_same_equations() {
    assert_eq!(
        tags_in_chapters(),
        tags_in_code(),
        "equations in docs/ (left) and in comments of src/ and examples/ (right)"
    );
}

#[test]
fn the_readme_names_a_function_for_each_equation_of_the_sheet() {
    let readme = read(&root("README.md"));
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| (")).collect();
    let told: BTreeSet<u32> =
        rows.iter().flat_map(|row| tags(row.split('|').nth(1).unwrap_or(""))).collect();
    assert_eq!(told, (1..=8).collect(), "equations in the table of README.md");
    let code: String = files("src", "rs").iter().map(|path| read(path)).collect();
    for row in rows {
        for name in row.rsplit('|').nth(1).unwrap_or("").split('`').skip(1).step_by(2) {
            let function = name.rsplit("::").next().unwrap_or(name);
            assert!(
                code.contains(&format!("fn {function}(")),
                "README.md names {name}, which is not in src/"
            );
        }
    }
}

#[test]
fn every_test_that_a_chapter_names_exists() {
    let tests: String = files("tests", "rs").iter().map(|path| read(path)).collect();
    for chapter in files("docs", "md") {
        for name in
            read(&chapter).split('`').filter(|word| word.starts_with("row_") && !word.contains(' '))
        {
            assert!(
                tests.contains(&format!("fn {name}(")),
                "{} names {name}, which is no test",
                chapter.display()
            );
        }
    }
}

/// Catches a file of tests that nothing compiles: its tests would never fail.
#[test]
fn every_file_of_tests_is_run() {
    let named = read(&root("tests/all.rs")) + &read(&root("Cargo.toml"));
    for entry in fs::read_dir(root("tests")).expect("tests") {
        let path = entry.expect("a file").path();
        if let Some(name) = path.file_name().and_then(|n| n.to_str()?.strip_suffix(".rs")) {
            let lines = [format!("mod {name};"), format!("name = \"{name}\"")];
            let runs = lines.iter().any(|line| named.contains(line));
            assert!(runs, "tests/{name}.rs is in neither tests/all.rs nor Cargo.toml");
        }
    }
}

/// The lines `[label]: where it leads`.
fn link_ends(text: &str) -> BTreeMap<&str, &str> {
    text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect()
}

/// A link leads to a file for who reads a chapter as a file, and to a page in the documentation of the crate.
#[test]
fn every_link_of_a_chapter_leads_somewhere_in_both_of_its_forms() {
    let pages = read(&root("docs/links.md"));
    let pages = link_ends(&pages);
    let written =
        |file: &PathBuf| !file.ends_with("links.md") && !file.iter().any(|f| f == "embedded");
    let chapters = files("docs", "md").into_iter().filter(written);
    for chapter in chapters.chain([root("README.md")]) {
        let (text, name) = (read(&chapter), chapter.display());
        let one_form = [".md)", ".svg)", "](crate::"].into_iter().find(|link| text.contains(link));
        assert_eq!(one_form, None, "{name}: a link that leads somewhere in one of its forms only");
        let ends = link_ends(&text);
        for label in pages.keys().filter(|label| text.contains(&format!("[{label}]"))) {
            assert!(
                ends.contains_key(label),
                "{name}: the last lines do not say to which file [{label}] leads"
            );
        }
        for (label, target) in ends {
            let is_picture = label.strip_suffix(".svg").is_some(); // those are in docs/images/embedded: tests/pictures.rs
            assert!(
                is_picture || pages.contains_key(label),
                "{name}: docs/links.md lacks [{label}]"
            );
            let file = chapter.with_file_name(target);
            assert!(
                file.is_file(),
                "{name}: [{label}] leads to {}, which does not exist",
                file.display()
            );
        }
    }
}

/// The reading order: a file uses only files above it.
const ORDER: [&str; 16] = [
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
    "",
];

#[test]
fn a_file_uses_only_files_above_it() {
    let place = |name: &str| {
        ORDER.iter().position(|room| *room == name).unwrap_or_else(|| panic!("{name} has no place"))
    };
    for path in files("src", "rs") {
        let inside = path.strip_prefix(root("src")).expect("below src").to_path_buf();
        let room = inside.iter().next().expect("a name").to_string_lossy().replace(".rs", "");
        for line in read(&path).lines().filter(|line| line.starts_with("use super::")) {
            let used = line.trim_start_matches("use ").trim_start_matches("super::");
            let used = used.split([':', ';', '{']).next().unwrap_or("");
            let same_room = !ORDER.contains(&used) || used.is_empty();
            assert!(same_room || place(used) < place(&room), "{}: {line}", inside.display());
        }
    }
}

#[test]
fn no_function_is_over_35_lines() {
    for path in files("src", "rs").into_iter().chain(files("examples", "rs")) {
        let text = read(&path);
        let mut open: Option<(usize, usize, &str)> = None; // line, indent, signature
        for (number, line) in text.lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let words =
                line.trim_start().trim_start_matches("pub(super) ").trim_start_matches("pub ");
            if words.starts_with("fn ") || words.starts_with("const fn ") {
                open = Some((number, indent, line.trim()));
            }
            if let (Some((start, depth, signature)), true) =
                (open, line.trim_start().starts_with('}'))
            {
                if indent == depth {
                    let length = number - start + 1;
                    assert!(
                        length <= 35,
                        "{}:{}: {length} lines: {signature}",
                        path.display(),
                        start + 1
                    );
                    open = None;
                }
            }
        }
    }
}
