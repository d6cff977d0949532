//! The picture of chapter 1: the paths of a weight of the worked example.

use crate::drawing::{WIDTH, drawing};
use crate::numbers::Numbers;
use crate::support::chart::{moved, svg, text};
use crate::weight::rule;

/// The drawing of the page, with the first of the numbers that take turns, the path of `w₂₁¹` and its
/// derivative.
pub fn picture(numbers: &Numbers) -> String {
    let (margin, bottom) = (88.0, numbers.bottom(numbers.example.network.depth() + 1));
    let line = |y, words: &str| text((margin + WIDTH / 2.0, bottom + y), "middle", "", words);
    let style = format!("<style>{}</style>\n", include_str!("paths.css"));
    let drawing = moved((margin, 8.0), &drawing(numbers));
    let key = "blue: the path from w₂₁¹ to ℰ; orange: δ; green: ∂ℒ/∂w";
    let body = style + &drawing + &line(34.0, &rule(numbers, (1, 1, 0))) + &line(56.0, key);
    svg("The paths of a weight to the loss and back", (2.0 * margin + WIDTH, bottom + 70.0), &body)
}
