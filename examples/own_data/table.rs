//! A table in a CSV file: a line of names, then a line for each sample.

use super::support::program::{Failure, wrong};

/// The names of the columns, and the cells of each line.
#[derive(Debug, PartialEq)]
pub struct Table {
    /// From the first line.
    pub names: Vec<String>,
    /// As many cells in each as there are names.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The table in this text. Cells may be quoted, as R writes them; a first column without a name, R's
    /// row names, is left out.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let text = text.trim_start_matches('\u{feff}').trim_end();
        let mut lines = (1..).zip(text.lines().map(cells));
        let (_, names) = lines.next().unwrap_or((1, Vec::new()));
        let unnamed = names.first().is_some_and(String::is_empty);
        let names = names[usize::from(unnamed)..].to_vec();
        if names.len() < 2 {
            let found = text.lines().next().unwrap_or("").chars().take(40).collect::<String>();
            return Err(wrong(format!(
                "line 1 is {found:?}, expected two names or more, with commas"
            )));
        }
        let mut rows = Vec::new();
        for (at, row) in lines {
            let (found, expected) = (row.len(), names.len() + usize::from(unnamed));
            if found != expected {
                return Err(wrong(format!("line {at} has {found} cells, expected {expected}")));
            }
            rows.push(row[usize::from(unnamed)..].to_vec());
        }
        if rows.is_empty() {
            Err(wrong("line 2 is missing, expected a sample"))
        } else {
            Ok(Self { names, rows })
        }
    }

    /// The position of the column of this name.
    pub fn column(&self, name: &str) -> Result<usize, Failure> {
        let found = self.names.iter().position(|known| known == name);
        found.ok_or_else(|| wrong(format!("no column {name:?}; there are {:?}", self.names)))
    }

    /// The cells of a column.
    pub fn texts(&self, j: usize) -> Vec<&str> {
        self.rows.iter().map(|row| row[j].as_str()).collect()
    }

    /// The numbers in a column.
    pub fn numbers(&self, j: usize) -> Result<Vec<f64>, Failure> {
        let number = |(i, row): (usize, &Vec<String>)| {
            let finite = row[j].parse().ok().filter(|number: &f64| number.abs() <= 1e150);
            let (line, name, cell) = (i + 2, &self.names[j], &row[j]);
            finite.ok_or_else(|| {
                wrong(format!(
                    "line {line}, column {name}: {cell:?} is not a number within ±1e150; leave the column out"
                ))
            })
        };
        self.rows.iter().enumerate().map(number).collect()
    }
}

/// The cells of a line, without quotes, control characters and the spaces around them.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ if c.is_control() => {}
            _ => cells.last_mut().expect("a cell").push(c),
        }
    }
    cells.into_iter().map(|cell| cell.trim().to_string()).collect()
}
