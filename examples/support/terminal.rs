//! Pictures and progress for a terminal.
#![allow(dead_code, reason = "each example uses a part")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels, rows and columns are small whole numbers"
)]
#![allow(
    clippy::format_push_string,
    reason = "shorter than write!, whose error cannot happen here"
)]

use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

/// From 0 to 1.
const INKS: [char; 10] = [' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'];
const COLUMNS: usize = 41;
const ROWS: usize = 17;

/// `f(x, y)` from 0 (blank) to 1 (`@`) over `x` and `y` from low to high, `y` upwards.
///
/// `corners` are the words at the upper left, upper right, lower left and lower right.
pub fn heat_map(
    f: impl Fn(f64, f64) -> f64,
    x: (f64, f64),
    y: (f64, f64),
    corners: [&str; 4],
) -> String {
    let along = |(low, high): (f64, f64), k: usize, n: usize| {
        low + (high - low) * k as f64 / (n - 1) as f64
    };
    let [upper_left, upper_right, lower_left, lower_right] = corners;
    let line = |left: &str, right: &str| {
        format!("{left}{right:>0$}\n", (COLUMNS + 2).saturating_sub(left.chars().count()))
    };
    let edge = format!("+{}+\n", "-".repeat(COLUMNS));
    let mut map = line(upper_left, upper_right) + &edge;
    for row in (0..ROWS).rev() {
        let inks =
            (0..COLUMNS).map(|column| ink(f(along(x, column, COLUMNS), along(y, row, ROWS))));
        map += &format!("|{}|\n", inks.collect::<String>());
    }
    map + &edge + &line(lower_left, lower_right)
}

fn ink(value: f64) -> char {
    if value.is_nan() { '?' } else { INKS[(value.clamp(0.0, 1.0) * 9.0).round() as usize] }
}

/// A loss with four digits after the point, or with three in all where these would be zeros.
pub fn loss(loss: f64) -> String {
    if loss == 0.0 || loss >= 0.001 { format!("{loss:.4}") } else { format!("{loss:.2e}") }
}

/// A line on stderr that is overwritten, at most ten times a second, and gone in the end.
///
/// Nothing is written unless stderr and stdout are terminals: a line of stdout that reaches the same
/// terminal by way of a pipe could not wait until this one is gone.
pub struct Progress {
    shown: Option<Instant>,
    terminal: bool,
}

impl Progress {
    /// Nothing is shown yet.
    pub fn new() -> Self {
        Self { shown: None, terminal: stderr().is_terminal() && stdout().is_terminal() }
    }

    /// Shows what `message` returns; most calls do not even call it.
    pub fn show(&mut self, message: impl FnOnce() -> String) {
        let recently = self.shown.is_some_and(|at| at.elapsed() < Duration::from_millis(100));
        if self.terminal && !recently {
            let _ = write!(stderr(), "\r\x1b[2K{}", message()); // a closed stderr is no failure
            self.shown = Some(Instant::now());
        }
    }

    /// Removes what is shown, to make room for a line on stdout.
    pub fn clear(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(stderr(), "\r\x1b[2K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
