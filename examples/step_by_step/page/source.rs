//! The lines of `src/` that the page quotes, taken from the files themselves.

/// A file of the crate, as it is compiled.
pub struct Source {
    pub name: &'static str,
    text: &'static str,
}

pub const NETWORK: Source =
    Source { name: "src/network.rs", text: include_str!("../../../src/network.rs") };
pub const OUTPUT: Source =
    Source { name: "src/output.rs", text: include_str!("../../../src/output.rs") };
pub const ACTIVATION: Source =
    Source { name: "src/activation.rs", text: include_str!("../../../src/activation.rs") };

/// A line of code, where it stands, and the comment above it if that is an equation.
pub struct Quote {
    pub file: &'static str,
    pub line: usize,
    pub comment: &'static str,
    pub code: &'static str,
}

impl Source {
    /// The code below the comment that starts with this equation.
    ///
    /// # Panics
    ///
    /// If there is no such comment.
    pub fn below(&self, equation: &str) -> Quote {
        let mut lines = self.text.lines().map(str::trim).zip(1..);
        let found = lines.find(|(line, _)| {
            line.strip_prefix("// ").is_some_and(|comment| comment.starts_with(equation))
        });
        let (comment, _) =
            found.unwrap_or_else(|| panic!("{} has no comment // {equation}", self.name));
        let (code, line) =
            lines.find(|(line, _)| !line.starts_with("//")).expect("code below a comment");
        Quote { file: self.name, line, comment, code }
    }

    /// The first line after `function` that contains `code`.
    ///
    /// # Panics
    ///
    /// If there is no such line.
    pub fn within(&self, function: &str, code: &str) -> Quote {
        let mut lines = self.text.lines().map(str::trim).zip(1..);
        let found = lines.find(|(line, _)| line.contains(function)).is_some();
        let found = lines.find(|(line, _)| found && line.contains(code));
        let (code, line) =
            found.unwrap_or_else(|| panic!("{} has no {code} below {function}", self.name));
        Quote { file: self.name, line, comment: "", code }
    }
}
