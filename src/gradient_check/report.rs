//! What a check says in words.

use std::fmt;

use super::{Entry, Finding, GradientCheck, Network, Parameter, VISIBLE, Verdict};

/// Rounding to 24 bits, as `f32`, or to seven decimal digits is at most this, relatively.
const SEVEN_DIGITS: f64 = 5e-7;

impl GradientCheck {
    /// Why nothing could be compared in this `W` or `b`, if that is so.
    pub(super) fn blindness(&self, block: &[Entry]) -> Option<String> {
        let name = block_name(&block[0]);
        let is = |finding| block.iter().any(|entry| self.finding(entry) == finding);
        if !is(Finding::Agrees) && !is(Finding::Differs) {
            let largest =
                block.iter().fold(0.0, |max: f64, e| (e.difference - e.decay).abs().max(max));
            let finest = block.iter().map(|e| e.error).fold(f64::INFINITY, f64::min);
            let told = if is(Finding::AtKink) {
                "every entry is at a kink or too small; other biases help".to_string()
            } else if block.iter().all(|e| self.tolerance * e.decay.abs() > e.error) {
                "all but λw is lost beside λw; take a smaller λ".to_string()
            } else if finest == f64::INFINITY {
                "the loss is too steep for every step, or w too large".to_string()
            } else if largest == 0.0 {
                "every entry is 0 here".to_string()
            } else {
                format!("its entries are {largest:.1e} at most, known to ± {finest:.0e} only")
            };
            return Some(format!("{name}: {told}"));
        }
        let decays = || block.iter().filter(|entry| entry.decay != 0.0);
        let shows = |e: &Entry| e.decay.abs() > VISIBLE * e.allowed(self.tolerance);
        let hidden = decays().count() > 0 && !decays().any(shows);
        hidden.then(|| format!("the decay of {name}: λw is lost beside the rest of its derivative"))
    }

    /// Whether all that differs differs by rounding to seven digits.
    fn is_short(&self) -> bool {
        self.entries
            .iter()
            .filter(|entry| self.finding(entry) == Finding::Differs)
            .all(|entry| entry.distance() <= SEVEN_DIGITS * entry.difference.abs())
    }
}

/// What would not show at this point.
pub(super) fn hints(network: &Network) -> Vec<String> {
    if network.weight_decay() == 0.0 {
        return vec!["λ is 0: a mistake in the decay would not show".to_string()];
    }
    let zero = |l: &usize| network.layer(*l).biases.as_slice().iter().all(|&b| b == 0.0);
    (1..=network.depth())
        .filter(zero)
        .map(|l| format!("all biases of layer {l} are 0: a decay on them would not show"))
        .collect()
}

/// The verdict, what led to it, and a line for every `W` and `b`.
impl fmt::Display for GradientCheck {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let verdict = match self.verdict() {
            Verdict::Passed => "passed",
            Verdict::Failed => "FAILED",
            Verdict::CannotSee => "cannot see everything",
        };
        write!(f, "gradient check {verdict}: {}{}", self.counts(&self.entries), self.context)?;
        if let Some(worst) = self.worst() {
            write!(f, "\n  worst {worst}")?;
            if self.is_short() {
                f.write_str("\n  all differ by rounding to seven digits, as f32 does;")?;
                f.write_str(" with_tolerance(1e-6)\n  accepts that")?;
            }
        }
        for block in self.blocks() {
            let start = if block[0].parameter == Parameter::Weight { "\n  " } else { "; " };
            write!(f, "{start}{}: {}", block_name(&block[0]), self.counts(block))?;
        }
        for reason in self.blocks().filter_map(|block| self.blindness(block)) {
            write!(f, "\n  cannot see {reason}")?;
        }
        self.hints.iter().try_for_each(|hint| write!(f, "\n  note: {hint}"))
    }
}

impl GradientCheck {
    /// For example `6 agree, 3 at a kink`.
    fn counts(&self, entries: &[Entry]) -> String {
        let words = [
            (Finding::Agrees, "agree"),
            (Finding::Differs, "differ"),
            (Finding::AtKink, "at a kink"),
            (Finding::Unseen, "unseen"),
        ];
        let count = |finding| entries.iter().filter(|e| self.finding(e) == finding).count();
        let said = words.map(|(finding, word)| (count(finding), word));
        let said = said.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}"));
        said.collect::<Vec<_>>().join(", ")
    }
}

/// For example `∂ℒ/∂W²[0,1]: backward 0.310000000, central difference 0.290000000 ± 2e-12 …`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { at: (i, j), backward, difference, error, slopes: [low, high], step, .. } = self;
        match self.parameter {
            Parameter::Weight => write!(f, "∂ℒ/∂{}[{i},{j}]", block_name(self))?,
            Parameter::Bias => write!(f, "∂ℒ/∂{}[{j}]", block_name(self))?,
        }
        write!(f, ": backward {}, ", number(*backward))?;
        if low < high {
            return write!(
                f,
                "at a kink\n    with slopes from {} to {}",
                number(*low),
                number(*high)
            );
        }
        let size = backward.abs().max(difference.abs());
        let relative = (backward - difference).abs() / if size > 0.0 { size } else { 1.0 };
        write!(f, "central difference {}\n    ± {error:.0e}", number(*difference))?;
        write!(f, ", step {step:.0e}, relative error {relative:.1e}")
    }
}

/// Nine decimals where they say something, else seven digits.
fn number(a: f64) -> String {
    if a == 0.0 || (1e-3..1e6).contains(&a.abs()) { format!("{a:.9}") } else { format!("{a:.6e}") }
}

fn block_name(entry: &Entry) -> String {
    parameter_name(entry.layer, entry.parameter)
}

/// For example `W²`.
pub(super) fn parameter_name(layer: usize, parameter: Parameter) -> String {
    let letter = match parameter {
        Parameter::Weight => 'W',
        Parameter::Bias => 'b',
    };
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let layer = layer.to_string();
    let superscript = layer.bytes().map(|digit| digits[usize::from(digit - b'0')]);
    std::iter::once(letter).chain(superscript).collect()
}
