//! All colours, chosen so that no difference rests on red against green.
#![allow(dead_code, reason = "each example uses a part")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels, rows and columns are small whole numbers"
)]

use super::axis::Axis;
use super::svg::{Picture, moved, rect, text, turned, widest};

/// The background.
pub const PAPER: &str = "#fdfdfb";
/// Text and axes.
pub const INK: &str = "#2b3036";
/// What should stay in the background.
pub const MUTED: &str = "#8a929c";
/// Grid lines and frames.
pub const GRID: &str = "#e3e6ea";
/// Above zero.
pub const POSITIVE: &str = "#1f5fa8";
/// Below zero.
pub const NEGATIVE: &str = "#c4571b";

/// Colour and dashes of the series of a chart, in this order.
pub const SERIES: [(&str, &str); 6] = [
    (POSITIVE, "none"),
    (NEGATIVE, "8 4"),
    ("#15806a", "2 3"),
    ("#8a4b9c", "10 3 2 3"),
    ("#a98307", "14 4"),
    ("#4d5a68", "5 2 1 2 1 2"),
];

/// Texts on a surface, which is as light in the dark as elsewhere.
const ON_SURFACE: [&str; 2] = ["#22262b", "#ffffff"];

/// What becomes of a colour where the reader prefers the dark.
const DARK: [(&str, &str); 10] = [
    (PAPER, "#1c2025"),
    (INK, "#e6e9ec"),
    (MUTED, "#8b949e"),
    (GRID, "#39414a"),
    (POSITIVE, "#7fb5ee"),
    (NEGATIVE, "#f09a64"),
    (SERIES[2].0, "#4fc3a6"),
    (SERIES[3].0, "#cd9bdd"),
    (SERIES[4].0, "#dfb93a"),
    (SERIES[5].0, "#aab6c2"),
];

/// The style of a document: attributes give way to it, and surfaces are dimmed, so that a picture
/// does not glare.
pub fn in_the_dark() -> String {
    let rule = |(light, dark): (&str, &str)| {
        format!("[fill=\"{light}\"]{{fill:{dark}}}[stroke=\"{light}\"]{{stroke:{dark}}}")
    };
    let rules: String = DARK.into_iter().map(rule).collect();
    format!("@media(prefers-color-scheme:dark){{{rules}.surface{{filter:brightness(0.8)}}}}")
}

/// From little to much.
const SEQUENTIAL: [u32; 4] = [0x00f3_f6fa, 0x00a3_c6e2, 0x0040_83bd, 0x0012_3a6f];
/// From below to above a middle that is nearly white.
const DIVERGING: [u32; 5] = [0x00cb_7640, 0x00ee_c4a2, 0x00f7_f5f1, 0x00b0_cce6, 0x0050_8ac4];
/// From paper to ink.
const GREYS: [u32; 2] = [0x00ff_ffff, 0x001d_2126];

/// The number of steps from the lowest to the highest colour; even, so that there is a middle.
const STEPS: usize = 32;

/// Which colour a value has.
pub struct Shades {
    low: f64,
    high: f64,
    stops: &'static [u32],
    name: &'static str,
}

impl Shades {
    /// The middle between both sides.
    pub const PALE: &str = "#f7f5f1";

    /// Light to dark blue, for quantities.
    pub fn sequential(low: f64, high: f64) -> Self {
        Self { low, high, stops: &SEQUENTIAL, name: "" }
    }

    /// Orange over white to blue, for values that lie on two sides of the middle.
    pub fn diverging(low: f64, high: f64) -> Self {
        Self { low, high, stops: &DIVERGING, name: "" }
    }

    /// White to black, for images.
    pub fn grey(low: f64, high: f64) -> Self {
        Self { low, high, stops: &GREYS, name: "pixel" }
    }

    /// What the values are, for the legend.
    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The step of a value, `0..=32`; steps that are equal are drawn as one. `None` if not finite.
    pub fn step(&self, value: f64) -> Option<usize> {
        let part = (value - self.low) / (self.high - self.low);
        part.is_finite().then(|| (part.clamp(0.0, 1.0) * STEPS as f64).round() as usize)
    }

    /// The colour of a step.
    pub fn colour(&self, step: usize) -> String {
        let [red, green, blue] = self.rgb(step);
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// The colour of a text on top of a value.
    pub fn ink(&self, value: f64) -> &'static str {
        let rgb = self.step(value).map_or([255; 3], |step| self.rgb(step));
        let [red, green, blue] = rgb.map(f64::from);
        if 0.3 * red + 0.59 * green + 0.11 * blue < 140.0 { ON_SURFACE[1] } else { ON_SURFACE[0] }
    }

    fn rgb(&self, step: usize) -> [u8; 3] {
        let position = step as f64 / STEPS as f64 * (self.stops.len() - 1) as f64;
        let below = (position as usize).min(self.stops.len() - 2);
        let part = position - below as f64;
        let [a, b] = [self.stops[below], self.stops[below + 1]].map(u32::to_be_bytes);
        [1, 2, 3].map(|i| (f64::from(a[i]) * (1.0 - part) + f64::from(b[i]) * part).round() as u8)
    }

    /// The legend: a bar with ticks and, to the right of them, what the values are.
    pub fn bar(&self, height: f64) -> Picture {
        let mut bar = String::new();
        let part = height / (STEPS + 1) as f64;
        for step in 0..=STEPS {
            let top = height - part * (step + 1) as f64;
            let attributes =
                format!(r#"fill="{}" shape-rendering="crispEdges""#, self.colour(step));
            bar += &rect((0.0, top), (12.0, part + 0.4), &attributes);
        }
        let mut body = format!("<g class=\"surface\">\n{bar}</g>\n");
        let scale = Axis::linear("").within(self.low, self.high).dense().scale(&[], (height, 0.0));
        for (at, label) in &scale.ticks {
            body += &text((18.0, at + 4.0), r#"font-size="12""#, label);
        }
        let mut width = 18.0 + widest(&scale.labels(), 12.0);
        if !self.name.is_empty() {
            body += &moved((width + 14.0, height / 2.0), &turned(self.name));
            width += 20.0;
        }
        Picture { width, height, body }
    }
}
