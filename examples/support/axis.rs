//! Axes: from values to pixels, with ticks at round numbers.
#![allow(dead_code, reason = "each example uses a part")]
#![allow(
    clippy::cast_possible_truncation,
    reason = "pixels, rows and columns are small whole numbers"
)]

use super::svg::{minus, superscript};

/// An axis: its label, whether it is logarithmic, and its range if that is not to be found.
pub struct Axis {
    /// What is written beside it.
    pub label: String,
    log: bool,
    range: Option<(f64, f64)>,
    /// At least so many pixels from tick to tick.
    apart: f64,
}

/// An axis laid out: `low` is drawn at `start`, `high` at `end`.
pub struct Scale {
    log: bool,
    low: f64, // of the logarithm, if logarithmic
    high: f64,
    start: f64,
    end: f64,
    /// Where the ticks are, in pixels, and what they say.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Equal steps are equally long.
    pub fn linear(label: &str) -> Self {
        Self { label: label.into(), log: false, range: None, apart: 40.0 }
    }

    /// Equal ratios are equally long.
    pub fn log(label: &str) -> Self {
        Self { label: label.into(), log: true, range: None, apart: 40.0 }
    }

    /// Exactly from `low` to `high`, whatever the data.
    pub fn within(self, low: f64, high: f64) -> Self {
        Self { range: Some((low, high)), ..self }
    }

    /// With ticks as close as their labels allow.
    pub fn dense(self) -> Self {
        Self { apart: 18.0, ..self }
    }

    /// Whether the range is given.
    pub fn is_fixed(&self) -> bool {
        self.range.is_some()
    }

    /// Lays the axis out over pixels; without a range, from tick to tick around the values.
    pub fn scale(&self, values: &[f64], (start, end): (f64, f64)) -> Scale {
        let (mut low, mut high) = match self.range {
            Some((low, high)) => (position(self.log, low), position(self.log, high)),
            None => extent(values.iter().map(|&v| position(self.log, v))),
        };
        let ticks = if self.log { log_ticks } else { linear_ticks };
        let candidates = ticks(low, high, ((end - start).abs() / self.apart).clamp(2.0, 8.0));
        let slack = 1e-9 * (high - low);
        if self.range.is_none() {
            low = candidates.iter().rev().find(|t| t.0 <= low + slack).map_or(low, |t| t.0);
            high = candidates.iter().find(|t| t.0 >= high - slack).map_or(high, |t| t.0);
        }
        let mut scale = Scale { log: self.log, low, high, start, end, ticks: Vec::new() };
        for (at, label) in candidates {
            if low - slack <= at && at <= high + slack {
                scale.ticks.push((scale.place(at), minus(&label)));
            }
        }
        scale
    }
}

impl Scale {
    /// The pixel of a value; not finite if the value has no place on the axis.
    pub fn at(&self, value: f64) -> f64 {
        self.place(position(self.log, value))
    }

    /// The value at a part of the way from `low` to `high`.
    pub fn value(&self, part: f64) -> f64 {
        let position = self.low + part * (self.high - self.low);
        if self.log { 10_f64.powf(position) } else { position }
    }

    /// What the ticks say.
    pub fn labels(&self) -> Vec<&str> {
        self.ticks.iter().map(|tick| tick.1.as_str()).collect()
    }

    fn place(&self, position: f64) -> f64 {
        self.start + (position - self.low) / (self.high - self.low) * (self.end - self.start)
    }
}

fn position(log: bool, value: f64) -> f64 {
    if log { value.log10() } else { value }
}

/// The least and the greatest, a little apart if they are about equal.
fn extent(positions: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = positions
        .filter(|p| p.abs() < 1e300) // neither infinite nor, as a difference, about to be
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), p| (low.min(p), high.max(p)));
    let apart = (0.1 * low.abs()).max(0.5);
    match high - low {
        f64::NEG_INFINITY => (0.0, 1.0), // no values at all
        span if span <= 1e-9 * low.abs().max(high.abs()) => (low - apart, high + apart),
        _ => (low, high),
    }
}

/// Multiples of 1, 2 or 5 times a power of ten that cut the range into at most so many parts.
fn linear_ticks(low: f64, high: f64, most: f64) -> Vec<(f64, String)> {
    let rough = (high - low) / most * (1.0 - 1e-9);
    let power = rough.log10().floor() as i32;
    let size = |&(factor, exponent): &(i64, i32)| factor as f64 * 10_f64.powi(exponent);
    let steps = [(1, power), (2, power), (5, power), (1, power + 1)];
    let round = steps.into_iter().find(|step| size(step) >= rough).unwrap_or(steps[3]);
    let ((factor, exponent), step) = (round, size(&round));
    let first = (low / step).floor() as i64;
    let last = (high / step).ceil() as i64;
    (first..=last).map(|k| decimal(k * factor, exponent)).collect()
}

/// `digits · 10^exponent` and how it is written.
fn decimal(digits: i64, exponent: i32) -> (f64, String) {
    let power = 10_f64.powi(exponent.abs());
    let value = if exponent < 0 { digits as f64 / power } else { digits as f64 * power };
    let label = match exponent {
        -4..=5 => format!("{value:.*}", usize::try_from(-exponent).unwrap_or(0)),
        _ if digits == 0 => "0".into(),
        _ => format!("{digits}e{exponent}"),
    };
    (value, label)
}

/// Powers of ten, with 2 and 5 times them where there are few; as logarithms.
fn log_ticks(low: f64, high: f64, most: f64) -> Vec<(f64, String)> {
    let (first, last) = (low.floor() as i32, high.ceil() as i32);
    if last - first > 2 {
        let stride = (f64::from(last - first) / most).ceil() as i32;
        let powers = (first.div_euclid(stride)..=last.div_euclid(stride) + 1).map(|k| k * stride);
        return powers.map(|e| (f64::from(e), power_of_ten(e))).collect();
    }
    let digits = (first..=last).flat_map(|e| [1, 2, 5].map(|digit| decimal(digit, e)));
    digits.map(|(value, label)| (value.log10(), label)).collect()
}

fn power_of_ten(exponent: i32) -> String {
    format!("10{}", superscript(exponent))
}
