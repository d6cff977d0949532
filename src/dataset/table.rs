//! Data of your own: a table in a CSV file, made into what a network learns from.
//!
//! ```text
//! length,width,kind        the names of the columns
//! 1.5,0.25,rose            numbers, and last the class
//! 7,0.5,iris
//! ```
//!
//! The file is read strictly: a cell that is not what it should be is refused with line and column,
//! with what was found, what was expected and what to do. `examples/own_data.rs` uses all of this.

use std::fs;
use std::path::Path;

use super::{Error, Matrix, require};

/// What to do about a file that a program has written in another form than this one.
const EXPORT: &str = "export it with commas, decimal points and no quotes: \
    write.csv(…, quote = FALSE, row.names = FALSE) in R";

/// A CSV file: numbers in all columns but the last, which names the class of the sample.
///
/// ```
/// use backprop::Matrix;
/// use backprop::dataset::table::Table;
///
/// let table = Table::parse("length,width,kind\n1.5,0.25,rose\n7,0.5,iris\n")?;
/// assert_eq!(table.inputs, Matrix::from([[1.5, 0.25], [7.0, 0.5]]));
/// assert_eq!(table.labels, ["rose", "iris"]);
///
/// let error = Table::parse("length,width,kind\n1.5,wide,rose\n").unwrap_err();
/// let said = "line 2, column 2 (width): found \"wide\", expected a number; ";
/// assert!(error.to_string().starts_with(said), "{error}");
/// # Ok::<(), backprop::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The names in the first line, that of the classes last.
    pub columns: Vec<String>,
    /// The numbers, `N × n`: a line of the file in each row.
    pub inputs: Matrix,
    /// The class of each sample, as it is written in the last column.
    pub labels: Vec<String>,
}

impl Table {
    /// The table in this file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is not text in UTF-8, or for one of the reasons of
    /// [`Table::parse`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let named = |what: String| Error::from(format!("{}: {what}", path.display()));
        let bytes = fs::read(path)
            .map_err(|error| named(format!("cannot be read: {error}; give a CSV file")))?;
        if bytes.starts_with(b"PK\x03\x04") {
            return Err(named(
                "a zip file or a workbook, expected text; unzip it, or save it as CSV".into(),
            ));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let right = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = right.split(|byte| *byte == b'\n').count();
            named(format!("line {line} is not text in UTF-8; save the file as CSV in UTF-8"))
        })?;
        Self::parse(&text).map_err(|error| named(error.to_string()))
    }

    /// The table in this text. Spaces around a cell, and empty lines at the end, mean nothing.
    ///
    /// # Errors
    ///
    /// If the first line does not name two columns or more, if no other line follows, if a line has
    /// more or fewer cells than there are columns, if a cell is no finite number or a class is
    /// empty; or if there are quotes.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim_start_matches('\u{feff}').trim_end();
        let mut lines = (1..).zip(text.lines());
        let columns = column_names(lines.next().map_or("", |(_, line)| line))?;
        let (mut numbers, mut labels) = (Vec::new(), Vec::new());
        for (at, line) in lines {
            let cells = cells(at, line, columns.len())?;
            for (j, &cell) in cells[..cells.len() - 1].iter().enumerate() {
                numbers.push(number(cell).map_err(|what| refused(at, j, &columns[j], &what))?);
            }
            let (j, label) = (cells.len() - 1, cells[cells.len() - 1]);
            require(!label.is_empty(), || {
                refused(at, j, &columns[j], "found nothing, expected a class; fill it in")
            })?;
            labels.push(label.to_string());
        }
        require(!labels.is_empty(), || {
            "line 2: found the end, expected at least one line of data; give the whole file".into()
        })?;
        let inputs = Matrix::from_vec(labels.len(), columns.len() - 1, numbers);
        Ok(Self { columns, inputs, labels })
    }
}

/// The names in the first line, of which there are at least two.
fn column_names(line: &str) -> Result<Vec<String>, Error> {
    require(!line.starts_with('<'), || {
        "line 1: found `<`, a web page, expected names of columns; download the file itself".into()
    })?;
    if let (false, Some(other)) = (line.contains(','), line.find([';', '\t'])) {
        let other = &line[other..=other];
        return Err(format!("line 1: found {other:?} between the cells; {EXPORT}").into());
    }
    let columns = cells(1, line, line.split(',').count())?;
    require(columns.len() > 1, || {
        let line = beginning(line);
        format!("line 1: found {line:?}, expected two names or more, with commas; {EXPORT}")
    })?;
    let unnamed = |name: &&str| name.is_empty() || name.parse::<f64>().is_ok();
    if let Some(j) = columns.iter().position(unnamed) {
        let found = if columns[j].is_empty() { "nothing" } else { columns[j] };
        let advice = "the name of a column; write a first line such as `a,b,class`";
        let rows = if found == "nothing" { ", and leave out row names" } else { "" };
        return Err(
            format!("line 1, column {}: found {found}, expected {advice}{rows}", j + 1).into()
        );
    }
    Ok(columns.into_iter().map(String::from).collect())
}

/// The cells of a line, as many as there are columns.
fn cells(at: usize, line: &str, expected: usize) -> Result<Vec<&str>, Error> {
    let cells: Vec<&str> = line.split(',').map(str::trim).collect();
    if let Some(j) = cells.iter().position(|cell| cell.contains('"')) {
        let (j, cell) = (j + 1, beginning(cells[j]));
        return Err(format!("line {at}, column {j}: found {cell}, with quotes; {EXPORT}").into());
    }
    let found = if line.trim().is_empty() { 0 } else { cells.len() };
    require(found == expected || at == 1, || {
        let advice = if found == 0 { "delete the empty line" } else { EXPORT };
        format!("line {at}: found {found} cells, expected {expected} as in line 1; {advice}")
    })?;
    Ok(cells)
}

/// The number in a cell, or what is wrong with it.
fn number(cell: &str) -> Result<f64, String> {
    let finite = cell.parse().ok().filter(|number: &f64| number.is_finite());
    finite.ok_or_else(|| {
        let found =
            if cell.is_empty() { "nothing".to_string() } else { format!("{:?}", beginning(cell)) };
        format!("found {found}, expected a number; correct it, or delete the line")
    })
}

/// So much of a text as a message has room for.
fn beginning(text: &str) -> &str {
    text.char_indices().nth(40).map_or(text, |(end, _)| &text[..end])
}

fn refused(line: usize, j: usize, name: &str, what: &str) -> String {
    format!("line {line}, column {} ({}): {what}", j + 1, beginning(name))
}
