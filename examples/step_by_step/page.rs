//! The page: a card for each step, the drawing, and a panel for each weight. Its script only shows
//! and hides what is written here.

use crate::drawing::drawing;
use crate::numbers::{Numbers, Step, show};
use crate::support::chart::escape;
use crate::weight::panels;

const SOURCES: [(&str, &str); 2] = [
    ("src/network.rs", include_str!("../../src/network.rs")),
    ("src/descent.rs", include_str!("../../src/descent.rs")),
];

/// The whole page.
pub fn page(numbers: &Numbers) -> String {
    let cards: String = (1..).zip(&numbers.steps).map(|(k, step)| card(numbers, k, step)).collect();
    let network = &numbers.example.network;
    let sizes: Vec<_> = (0..=network.depth()).map(|l| numbers.size(l).to_string()).collect();
    let title = format!("{}, {:?}", sizes.join("-"), network.loss_function());
    let page = include_str!("page.html").replace("{{title}}", &title);
    let page = page.replace("{{last}}", &numbers.steps.len().to_string());
    let page = page.replace("{{cards}}", &cards).replace("{{drawing}}", &drawing(numbers));
    page.replace("{{panels}}", &panels(numbers))
}

fn card(numbers: &Numbers, k: usize, [_, phase, number, _, rules, words]: &Step) -> String {
    let rows: String = rules.split("; ").map(|rule| row(numbers, rule)).collect();
    let title = if number.is_empty() { phase } else { rules.split("; ").next().unwrap_or(rules) };
    let (last, source) = (numbers.steps.len(), source(number).unwrap_or_default());
    format!(
        "<article data-title=\"Step {k} of {last}: {phase}\">\n<h2><b>{number}</b> {title}</h2>\n\
         <p>{words}</p>\n{rows}{source}</article>\n"
    )
}

/// A rule, in which every name is a table of its numbers.
fn row(numbers: &Numbers, rule: &str) -> String {
    let cell = |a: &f64| format!("<td>{}</td>", show(*a));
    let part = |part: &str| {
        let Some(matrix) = numbers.get(part, 0) else { return format!("<span>{part}</span>") };
        let rows = (0..matrix.rows()).map(|i| matrix.row(i).iter().map(cell).collect::<String>());
        let rows: String = rows.map(|row| format!("<tr>{row}</tr>")).collect();
        format!("<table><caption>{part}</caption>{rows}</table>")
    };
    format!("<div class=\"row\">{}</div>\n", rule.split(' ').map(part).collect::<String>())
}

/// The line of code below the comment with this number.
fn source(number: &str) -> Option<String> {
    SOURCES.iter().find_map(|(file, text)| {
        let comment = format!("// {number} ");
        let k = 1 + text.lines().position(|line| line.trim().starts_with(&comment))?;
        let code = escape(text.lines().nth(k)?.trim());
        Some(format!("<pre>{code}</pre><p class=\"file\">{file}, line {}</p>\n", k + 1))
    })
}
