//! SVG as text: a picture with a size, and the few elements it is made of.
//!
//! Everything that the examples draw is a [`Picture`]. [`row`] and [`column`] put pictures beside and
//! below each other, and [`Picture::document`] makes a file of one.
#![allow(dead_code, reason = "each example uses a part")]

use super::palette::{self, GRID, INK, PAPER};

/// A drawing whose upper left corner is the origin; nothing sticks out of it.
pub struct Picture {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// The SVG elements.
    pub body: String,
}

/// The room around a document and between two pictures, in pixels.
const MARGIN: f64 = 24.0;

/// Attributes of a text that starts at its point.
pub const START: &str = r#"text-anchor="start""#;
/// Attributes of a text that ends at its point.
pub const END: &str = r#"text-anchor="end""#;
/// Attributes of a text that has its point in the middle.
pub const MIDDLE: &str = r#"text-anchor="middle""#;
/// Attributes of a text that stays readable on top of lines.
pub const HALO: &str =
    r##"paint-order="stroke" stroke="#fdfdfb" stroke-width="4" stroke-linejoin="round""##;

impl Picture {
    /// A complete SVG file: opaque background, dark where the reader wants it dark, and `title` for
    /// those who cannot see it.
    pub fn document(&self, title: &str) -> String {
        let (width, height) = (self.width + 2.0 * MARGIN, self.height + 2.0 * MARGIN);
        let (width, height) = (width.ceil(), height.ceil());
        let card = format!(r#"rx="6" fill="{PAPER}" stroke="{GRID}""#);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="{INK}">
<title>{}</title>
<style>{}</style>
{}{}</svg>
"#,
            escape(title),
            palette::in_the_dark(),
            rect((0.5, 0.5), (width - 1.0, height - 1.0), &card),
            moved((MARGIN, MARGIN), &self.body),
        )
    }
}

/// Pictures side by side.
pub fn row(pictures: &[Picture]) -> Picture {
    let mut all = Picture { width: -MARGIN, height: 0.0, body: String::new() };
    for picture in pictures {
        all.body += &moved((all.width + MARGIN, 0.0), &picture.body);
        all.width += MARGIN + picture.width;
        all.height = all.height.max(picture.height);
    }
    all
}

/// Pictures one below the other.
pub fn column(pictures: &[Picture]) -> Picture {
    let mut all = Picture { width: 0.0, height: -MARGIN, body: String::new() };
    for picture in pictures {
        all.body += &moved((0.0, all.height + MARGIN), &picture.body);
        all.height += MARGIN + picture.height;
        all.width = all.width.max(picture.width);
    }
    all
}

/// A coordinate, rounded so that a last-bit difference does not change the file.
pub fn px(value: f64) -> f64 {
    (value.clamp(-1e5, 1e5) * 100.0).round() / 100.0 + 0.0 // + 0 turns -0 into 0
}

/// A number with a true minus sign.
pub fn minus(number: &str) -> String {
    number.replace('-', "−")
}

/// About how wide the longest of some texts is at a font size; on the generous side.
pub fn widest(texts: &[impl AsRef<str>], size: f64) -> f64 {
    let longest = texts.iter().map(|text| text.as_ref().chars().count()).max();
    0.6 * size * longest.unwrap_or(0) as f64
}

/// `text` with the characters replaced that mean something in XML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A text that starts at a point, or as its attributes say.
pub fn text((x, y): (f64, f64), attributes: &str, content: &str) -> String {
    let content = escape(content);
    format!("<text x=\"{}\" y=\"{}\" {attributes}>{content}</text>\n", px(x), px(y))
}

/// A text that runs upwards, its middle at the origin.
pub fn turned(content: &str) -> String {
    text((0.0, 0.0), &format!(r#"{MIDDLE} transform="rotate(-90)""#), content)
}

/// The heading of a picture.
pub fn heading(content: &str) -> String {
    text((0.0, 14.0), r#"font-size="15" font-weight="600""#, content)
}

/// A rectangle from its upper left corner and its size.
pub fn rect((x, y): (f64, f64), (width, height): (f64, f64), attributes: &str) -> String {
    let (x, y, width, height) = (px(x), px(y), px(width), px(height));
    format!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {attributes}/>\n")
}

/// A circle from its centre and its radius.
pub fn circle((x, y): (f64, f64), radius: f64, attributes: &str) -> String {
    format!("<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\" {attributes}/>\n", px(x), px(y))
}

/// A line through points.
pub fn polyline(points: &[(f64, f64)], attributes: &str) -> String {
    format!("<polyline points=\"{}\" fill=\"none\" {attributes}/>\n", pairs(points))
}

/// An area with these corners.
pub fn polygon(corners: &[(f64, f64)], attributes: &str) -> String {
    format!("<polygon points=\"{}\" {attributes}/>\n", pairs(corners))
}

fn pairs(points: &[(f64, f64)]) -> String {
    let pairs: Vec<_> = points.iter().map(|&(x, y)| format!("{},{}", px(x), px(y))).collect();
    pairs.join(" ")
}

/// Elements moved to a point.
pub fn moved((x, y): (f64, f64), body: &str) -> String {
    format!("<g transform=\"translate({} {})\">\n{body}</g>\n", px(x), px(y))
}

/// A whole number, raised: `10⁻³`, `W¹`.
pub fn superscript(number: impl ToString + Copy) -> String {
    let raised = |digit: char| match digit.to_digit(10) {
        Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
        None => '⁻',
    };
    number.to_string().chars().map(raised).collect()
}
