//! Finite differences against backpropagation, for every weight and every bias.
//!
//! For each entry, `D` of (18) and its error are computed as in [`difference`](crate::difference()).
//! The gradient under test agrees there when
//!
//! ```text
//! |backward − D| ≤ tolerance · (the largest |D| of this W or b) + error
//! ```
//!
//! The error includes the rounding of the forward and the backward pass. Only `ℰ` is differenced: the
//! central difference of `λ/2 · w²` is `λw` at every step, so that is added to `D` exactly, and is not
//! lost beside a large `ℰ`. The largest `|D|` is taken without it.
//!
//! A ReLU has no derivative at 0. A step that switches one on or off, for some sample, is discarded.
//! Where no step is left, nothing is known, and the check says so.

mod cases;
mod rounding;

pub use cases::revealing_cases;

use std::fmt;

use super::activation::Activation;
use super::difference::{Difference, ROUNDING, STEP, differences};
use super::loss::Loss;
use super::matrix::Matrix;
use super::network::{Gradients, Layer, Network, Trace};

/// How far backward and the difference may differ, relative to the largest entry.
const TOLERANCE: f64 = 1e-9;

/// An entry this many times larger than what it may be off would show a mistake.
const VISIBLE: f64 = 10.0;

/// What a gradient check has found. Print it: it says what was compared and what differs most.
///
/// ```
/// use backprop::{GradientCheck, revealing_cases};
///
/// let (network, x, t) = &revealing_cases(1)[0];
/// let check = GradientCheck::of(network, x, t);
/// assert!(check.passed(), "{check}");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a check that nobody looks at finds nothing"]
pub struct GradientCheck {
    /// `W¹`, `b¹`, `W²`, and so on.
    pub blocks: Vec<Block>,
    context: String,
}

/// A `W` or a `b`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// For example `W²`.
    pub name: String,
    /// How many entries it has.
    pub size: usize,
    /// The entries that were compared: all, or 1,000 drawn at random.
    pub entries: Vec<Entry>,
    /// How far backward and difference may differ, beside their errors.
    pub tolerance: f64,
}

/// One weight or bias, with its derivative from backward and from differences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Its row and column; for the bias of unit `j`, `(0, j)`.
    pub at: (usize, usize),
    /// The derivative in the gradient under test.
    pub backward: f64,
    /// The derivative by differences: `D` of (18), with the decay.
    pub difference: f64,
    /// How far the two may differ by their own errors; infinite where nothing is known.
    pub error: f64,
    /// The decay, which is part of each: `λw` for a weight, 0 for a bias.
    pub decay: f64,
}

/// What a check says of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Backward and difference agree.
    Agree,
    /// They differ, or backward is not a finite number.
    Differ,
    /// They do not differ, but the entry is too small for a mistake to show.
    Unseen,
    /// No step is small enough for a difference: at a kink, or where the loss is too steep.
    Unknown,
}

/// What a check says as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No entry differs or is unknown, and in each `W` and `b` some are large enough to show a mistake.
    Passed,
    /// An entry differs.
    Failed,
    /// None differs, but in some `W` or `b` an entry is unknown, or all are unseen: a mistake there would
    /// not show.
    CannotSee,
}

impl GradientCheck {
    /// Checks [`Network::backward`] on this batch.
    ///
    /// # Panics
    ///
    /// If `x` or `t` do not have the shape that the network needs.
    #[track_caller]
    pub fn of(network: &Network, x: &Matrix, t: &Matrix) -> Self {
        Self::of_gradients(network, x, t, &network.backward(&network.forward(x), t))
    }

    /// Checks gradients that come from elsewhere, such as your own program. Of a `W` or `b` with more
    /// than 1,000 entries, 1,000 are compared, drawn at random.
    ///
    /// # Panics
    ///
    /// As [`of`](Self::of), and if the gradients do not have the shapes of the weights and biases.
    #[track_caller]
    pub fn of_gradients(network: &Network, x: &Matrix, t: &Matrix, g: &Gradients) -> Self {
        Self::of_at_most(1000, network, x, t, g)
    }

    /// [`of_gradients`](Self::of_gradients) with `n` entries of each `W` and `b`; with `usize::MAX`, all.
    ///
    /// # Panics
    ///
    /// As [`of_gradients`](Self::of_gradients).
    #[track_caller]
    pub fn of_at_most(n: usize, network: &Network, x: &Matrix, t: &Matrix, g: &Gradients) -> Self {
        network.check_depth("gradients", g.depth());
        let (start, lambda) = (network.forward(x), network.weight_decay());
        network.loss(&start, t); // panics at the caller's line
        let mut moved = network.clone().with_weight_decay(0.0).expect("0 is a decay");
        let (loss_off, off) = rounding::bounds(&moved, &start, t);
        let mut blocks = Vec::new();
        for (k, (w, mine)) in network.parameters().zip(g.matrices()).enumerate() {
            let (letter, lambda) = if k % 2 == 0 { ('W', lambda) } else { ('b', 0.0) };
            let l = k / 2 + 1;
            let superscript = "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(l).map_or(l.to_string(), String::from);
            let name = format!("{letter}{superscript}");
            let found = differences(w, n, (loss_off, &off[k]), |w| {
                moved.parameters_mut().nth(k).expect("a block").clone_from(w);
                loss_unless_switched(&moved, &start, t)
            });
            moved.parameters_mut().nth(k).expect("a block").clone_from(w);
            blocks.push(Block::new(name, mine, &found, &(w * lambda)));
        }
        Self { blocks, context: String::new() }.with_tolerance(TOLERANCE)
    }

    /// Checks a derivative of your own against the differences of its function.
    ///
    /// ```
    /// use backprop::{GradientCheck, Matrix, difference};
    ///
    /// let z = Matrix::row_vector(&[0.5, -1.0]);
    /// let found = difference(&z, |z| z.map(f64::sinh).sum());
    /// assert!(GradientCheck::of_difference(&found, &z.map(f64::cosh)).passed());
    /// assert!(!GradientCheck::of_difference(&found, &z.map(f64::cos)).passed());
    /// ```
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    #[track_caller]
    pub fn of_difference(found: &Difference, mine: &Matrix) -> Self {
        let block = Block::new("w".to_string(), mine, found, &mine.map(|_| 0.0));
        Self { blocks: vec![block], context: String::new() }.with_tolerance(TOLERANCE)
    }

    /// Checks a whole `backward` of your own on [`revealing_cases`], and calls it twice on each: a
    /// gradient that grows from call to call is wrong from the second on. Returns the first check
    /// that does not pass, or the last.
    ///
    /// ```
    /// use backprop::{GradientCheck, Gradients, Matrix, Network};
    ///
    /// /// In place of this, your own: Gradients::new(vec![grad_w1, grad_w2], vec![grad_b1, grad_b2])
    /// fn backward(network: &Network, x: &Matrix, targets: &Matrix) -> Gradients {
    ///     network.backward(&network.forward(x), targets)
    /// }
    ///
    /// let check = GradientCheck::of_function(backward);
    /// println!("{check}");
    /// assert!(check.passed());
    /// ```
    ///
    /// # Panics
    ///
    /// As [`of_gradients`](Self::of_gradients).
    #[track_caller]
    pub fn of_function(mut backward: impl FnMut(&Network, &Matrix, &Matrix) -> Gradients) -> Self {
        let mut last = None;
        for (k, (network, x, t)) in revealing_cases(1).iter().enumerate() {
            for call in ["first", "second"] {
                let mut check = Self::of_gradients(network, x, t, &backward(network, x, t));
                let phi: Vec<_> = network.layers().iter().map(|layer| layer.activation).collect();
                let on = format!("revealing_cases(1)[{k}]: {phi:?}, {:?}", network.loss_function());
                check.context = format!("\n  in the {call} call, on {on}");
                if !check.passed() {
                    return check;
                }
                last = Some(check);
            }
        }
        last.expect("there are cases")
    }

    /// The same check with another tolerance than `1e-9`. Gradients computed with 32 bits need `1e-4`:
    /// their errors are relative to the largest terms, not to each entry.
    pub fn with_tolerance(mut self, tolerance: f64) -> Self {
        for block in &mut self.blocks {
            let known = block.entries.iter().filter(|e| e.error.is_finite());
            let sizes = known.map(|e| (e.difference - e.decay).abs());
            block.tolerance = tolerance * sizes.fold(0.0, f64::max);
        }
        self
    }

    /// Passed, failed, or unable to know.
    pub fn verdict(&self) -> Verdict {
        match (self.worst(), self.blocks.iter().find_map(Block::blindness)) {
            (Some(_), _) => Verdict::Failed,
            (None, Some(_)) => Verdict::CannotSee,
            (None, None) => Verdict::Passed,
        }
    }

    /// Whether the verdict is [`Verdict::Passed`], not one of the two others.
    pub fn passed(&self) -> bool {
        self.verdict() == Verdict::Passed
    }

    /// Of a failed check, the entry that differs most; one that is not a number before all others.
    pub fn worst(&self) -> Option<(&Block, &Entry)> {
        let entries = self.blocks.iter().flat_map(|b| b.entries.iter().map(move |e| (b, e)));
        let differing = entries.filter(|(block, e)| block.finding(e) == Finding::Differ);
        let distance = |e: &Entry| (e.backward - e.difference).abs();
        differing.max_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)))
    }
}

impl Block {
    #[track_caller]
    fn new(name: String, mine: &Matrix, found: &Difference, decay: &Matrix) -> Self {
        let gradient = &found.gradient;
        let rule = format!("a gradient needs the shape of its {name}");
        mine.check(gradient, mine.shape() == gradient.shape(), &rule);
        let entry = |&at: &(usize, usize)| {
            let (difference, decay) = (gradient[at] + decay[at], decay[at]);
            let error = found.error[at] + ROUNDING * decay.abs();
            Entry { at, backward: mine[at], difference, error, decay }
        };
        let entries = found.entries.iter().map(entry).collect();
        Self { name, size: mine.as_slice().len(), entries, tolerance: 0.0 }
    }

    /// What is to be said of an entry.
    pub fn finding(&self, entry: &Entry) -> Finding {
        // (19) |backward − D| ≤ tolerance · (the largest |D|) + error
        let allowed = self.tolerance + entry.error;
        match entry.backward.is_finite() {
            false => Finding::Differ,
            _ if !allowed.is_finite() => Finding::Unknown,
            _ if (entry.backward - entry.difference).abs() > allowed => Finding::Differ,
            _ if (entry.difference - entry.decay).abs() <= VISIBLE * allowed => Finding::Unseen,
            _ => Finding::Agree,
        }
    }

    /// How many entries were found so.
    pub fn count(&self, finding: Finding) -> usize {
        self.entries.iter().filter(|entry| self.finding(entry) == finding).count()
    }

    /// Why a mistake here would not show, if so, and what to change.
    fn blindness(&self) -> Option<&'static str> {
        if self.count(Finding::Unknown) > 0 {
            return Some("near a kink, or too steep; take other biases, inputs or weights");
        }
        let unseen = self.count(Finding::Unseen) == self.entries.len();
        unseen.then_some("all too small; take other inputs, smaller weights or a smaller λ")
    }
}

/// `ℰ` of the network that was moved, or NaN if a ReLU is on that was off, or off that was on.
fn loss_unless_switched(moved: &Network, start: &Trace, t: &Matrix) -> f64 {
    let trace = moved.forward(start.y(0));
    let switched = |l| match moved.layer(l).activation {
        phi @ Activation::Relu => phi.derivative(trace.z(l)) != phi.derivative(start.z(l)),
        Activation::Identity | Activation::Sigmoid | Activation::Tanh | Activation::Softmax => {
            false
        }
    };
    if (1..=moved.depth()).any(switched) { f64::NAN } else { moved.loss(&trace, t) }
}

/// The verdict, the entry that differs most, and a line for every `W` and `b`.
impl fmt::Display for GradientCheck {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let verdict = match self.verdict() {
            Verdict::Passed => "passed",
            Verdict::Failed => "FAILED",
            Verdict::CannotSee => "cannot see everything",
        };
        write!(f, "gradient check {verdict}{}", self.context)?;
        if let Some((Block { name, .. }, e)) = self.worst() {
            let (a, d, (i, j)) = (e.backward, e.difference, e.at);
            let relative = (a - d).abs() / a.abs().max(d.abs());
            write!(f, "\n  worst ∂ℒ/∂{name}[{i},{j}]: backward {a:.9e},")?;
            write!(f, "\n    difference {d:.9e} ± {:.0e}, relative error {relative:.1e}", e.error)?;
        }
        f.write_str("\n          compared       agree  differ  unseen  unknown")?;
        for block in &self.blocks {
            write!(f, "\n  {:4}{:>8} of {:<6}", block.name, block.entries.len(), block.size)?;
            for finding in [Finding::Agree, Finding::Differ, Finding::Unseen, Finding::Unknown] {
                write!(f, "{:>8}", block.count(finding))?;
            }
            if let Some(reason) = block.blindness() {
                write!(f, "\n    cannot see: {reason}")?;
            }
        }
        Ok(())
    }
}
