//! Numbers as colours: rasters, tables and small images.
#![allow(dead_code, reason = "each example uses a part")]
#![allow(
    clippy::format_push_string,
    reason = "shorter than write!, whose error cannot happen here"
)]

use super::palette::{MUTED, PAPER, Shades};
use super::svg::{END, MIDDLE, Picture, heading, moved, polyline, rect, text, turned, widest};

/// Cells in rows of so many columns, stretched to a size; neighbours of one colour are one shape.
///
/// What is not finite stays empty.
pub fn raster(
    columns: usize,
    values: &[f64],
    shades: &Shades,
    (width, height): (f64, f64),
) -> String {
    let mut paths: Vec<String> = Vec::new();
    for (row, values) in values.chunks(columns).enumerate() {
        let mut column = 0;
        for run in values.chunk_by(|a, b| shades.step(*a) == shades.step(*b)) {
            if let Some(step) = shades.step(run[0]) {
                paths.resize(paths.len().max(step + 1), String::new());
                paths[step] += &format!("M{column} {row}h{0}v1h-{0}z", run.len());
            }
            column += run.len();
        }
    }
    let (x, y) = (width / columns as f64, height / (values.len() / columns) as f64);
    let mut body = format!(
        "<g class=\"surface\" transform=\"scale({x} {y})\" shape-rendering=\"crispEdges\">\n"
    );
    for (step, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
        body += &format!("<path fill=\"{}\" d=\"{path}\"/>\n", shades.colour(step));
    }
    body + "</g>\n"
}

/// What stands around a table.
pub struct Labels<'a> {
    /// Above the table.
    pub title: &'a str,
    /// What the rows are.
    pub down: &'a str,
    /// What the columns are.
    pub across: &'a str,
    /// One for each row.
    pub rows: &'a [&'a str],
    /// One for each column.
    pub columns: &'a [&'a str],
    /// Names above neighbouring columns, each with their number; or none.
    pub groups: &'a [(&'a str, usize)],
}

/// A table of `values`, row by row, each written on its colour; the numbers are the legend.
///
/// # Panics
///
/// If the number of values is not the number of rows times the number of columns.
pub fn table(
    labels: &Labels,
    values: &[f64],
    shades: &Shades,
    write: impl Fn(f64) -> String,
) -> Picture {
    let (rows, columns) = (labels.rows.len(), labels.columns.len());
    assert_eq!(values.len(), rows * columns, "a table of {rows} × {columns}");
    let words: Vec<String> = values.iter().map(|&value| write(value)).collect();
    let cell = (18.0 + widest(&words, 13.0).max(widest(labels.columns, 13.0)).max(26.0), 34.0);
    let (width, height) = (cell.0 * columns as f64, cell.1 * rows as f64);
    let middle = |i: usize, j: usize| ((j as f64 + 0.5) * cell.0, (i as f64 + 0.5) * cell.1 + 4.5);
    let mut grid = raster(columns, values, shades, (width, height));
    grid += &rect((0.0, 0.0), (width, height), &format!(r#"fill="none" stroke="{MUTED}""#));
    for (k, word) in words.iter().enumerate() {
        let ink = format!(r#"{MIDDLE} fill="{}""#, shades.ink(values[k]));
        grid += &text(middle(k / columns, k % columns), &ink, word);
    }
    for (j, label) in labels.columns.iter().enumerate() {
        grid += &text((middle(0, j).0, height + 18.0), MIDDLE, label);
    }
    for (i, label) in labels.rows.iter().enumerate() {
        grid += &text((-8.0, middle(i, 0).1), END, label);
    }
    grid += &groups(labels, cell.0, height);
    let left = 34.0 + widest(labels.rows, 13.0);
    let top = if labels.groups.is_empty() { 34.0 } else { 58.0 };
    grid += &text((width / 2.0, height + 40.0), MIDDLE, labels.across);
    grid += &moved((12.0 - left, height / 2.0), &turned(labels.down));
    let body = heading(labels.title) + &moved((left, top), &grid);
    let width = (left + width).max(widest(&[labels.title], 15.0));
    Picture { width, height: top + height + 42.0, body }
}

/// The names of the groups, and a line between each two of them.
fn groups(labels: &Labels, cell: f64, height: f64) -> String {
    let (mut body, mut start) = (String::new(), 0.0);
    for &(name, columns) in labels.groups {
        let wide = columns as f64 * cell;
        body += &text((start + wide / 2.0, -8.0), MIDDLE, name);
        if start > 0.0 {
            let line = format!(r#"stroke="{PAPER}" stroke-width="4""#);
            body += &polyline(&[(start, 0.0), (start, height)], &line);
        }
        start += wide;
    }
    body
}
