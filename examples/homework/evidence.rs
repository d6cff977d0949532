//! What is wrong with a blank, in numbers; and what the numbers look like.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use backprop::Matrix;

/// Why a blank is not right.
#[derive(Debug)]
pub enum Fault {
    /// A blank is still `todo!("name")`, this one or another that it calls.
    Missing(String),
    /// The rest is there, but not what this line asks for.
    Lacks(&'static str),
    /// Filled in, and wrong: what was found, what must hold, and what it looks like.
    Wrong(String, Option<Hint>),
}

/// Right, perhaps with a remark, or why not.
pub type Verdict = Result<Option<Hint>, Fault>;

/// What the numbers look like, the file that tells of it, and the heading there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hint(pub &'static str, pub &'static str, pub &'static str);

const BUGS: &str = "docs/bugs.md";
const CHAPTER: &str = "docs/1-backpropagation.md";
const ERRATA: &str = "docs/errata.md";

pub const SUM: Hint = Hint("N times too large: a sum for the mean", BUGS, "SumForMean");
pub const MEAN_TWICE: Hint = Hint("1/N of it: the mean is taken twice", BUGS, "MeanTwice");
pub const OUTPUTS: Hint = Hint("divided by the number of outputs, too", CHAPTER, "Notation");
pub const SIGN: Hint =
    Hint("the wrong sign; the scan has lost one, too", ERRATA, "Row 22. A lost minus");
pub const UPHILL: Hint = Hint("uphill, along ∇", CHAPTER, "The step, and how to trust it");
pub const TRANSPOSED: Hint = Hint("the transpose", BUGS, "TransposedOuterProduct");
pub const NO_BIAS: Hint = Hint("the biases are left out", BUGS, "BiasLeftOut");
pub const BIAS_AXIS: Hint = Hint("right for weights, wrong for biases", BUGS, "BiasOverWrongAxis");
pub const PHI_OF_Y: Hint = Hint("φ′ is asked at y, not at z", BUGS, "PhiOfY");
pub const NO_PHI: Hint = Hint("a layer is passed without its φ′", BUGS, "RawError");
pub const WAY_DOWN: Hint =
    Hint("right in the last layer only: lost on the way down", CHAPTER, "One layer down");
pub const REVERSED: Hint = Hint("right, but from layer L to layer 1", CHAPTER, "Notation");
pub const WRONG_Y: Hint =
    Hint("right for biases, wrong for weights: which y is in (13)?", CHAPTER, "A batch");
pub const EARLY: Hint = Hint("right for a tiny η only", BUGS, "UpdatedTooEarly");
pub const EVERY_SAMPLE: Hint =
    Hint("right for a tiny η only, even in the last layer", BUGS, "UpdatedEverySample");
pub const GROWS: Hint = Hint("another gradient when called again", BUGS, "Accumulated");
pub const HALF_DECAY: Hint = Hint("half of it: the ½ and the square", BUGS, "HalfTheDecay");
pub const DECAY_SIGN: Hint = Hint("the wrong sign", BUGS, "DecayWithWrongSign");
pub const DECAY_N: Hint = Hint("N times too large", BUGS, "DecayOncePerSample");
pub const DECAY_BIAS: Hint = Hint("the biases decay, too", BUGS, "DecayOnBiases");
pub const DIAGONAL: Hint = Hint("each output depends on every z", BUGS, "DiagonalSoftmax");
pub const OF_Y: Hint = Hint(
    "φ′ in terms of y, but it is given z",
    ERRATA,
    "Row 1. The derivative is taken at the output",
);
pub const OF_Z: Hint =
    Hint("∂ℰ/∂z behind a sigmoid, not ∂ℰ/∂y", CHAPTER, "Where losses meet activations");
pub const CONSTANT: Hint = Hint(
    "a small constant is in it; it can cost the gradient",
    ERRATA,
    "Row 19. The small constant",
);
pub const NAN: Hint =
    Hint("0 · ln 0 or 0/0, which are NaN", ERRATA, "Row 18. Where NaN comes from");
pub const OVERFLOW: Hint = Hint(
    "∞/∞ or ∞ − ∞: an eᶻ is too large",
    ERRATA,
    "Row 20. The derivative of the sigmoid overflows",
);
pub const LARGEST: Hint = Hint(
    "an eᶻ is too large: subtract the largest z of its row",
    "docs/3-digits.md",
    "Why the loss is computed from z",
);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}\n→ {}, “{}”", self.0, self.1, self.2)
    }
}

/// Wrong, with this evidence, unless the condition holds.
pub fn hold(holds: bool, told: impl FnOnce() -> String) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::Wrong(told(), None)) }
}

/// Wrong unless the shape is right.
pub fn shape(what: &str, found: &Matrix, right: &Matrix) -> Result<(), Fault> {
    let ((rows, cols), (m, n)) = (found.shape(), right.shape());
    let turned = (rows, cols) == (n, m) && m > 1;
    let told = format!("{what} is {rows} × {cols}, but must be {m} × {n}");
    if (rows, cols) == (m, n) {
        Ok(())
    } else {
        Err(Fault::Wrong(told, turned.then_some(TRANSPOSED)))
    }
}

/// Whether two numbers agree to five digits; NaN and infinity agree with nothing.
pub fn near(a: f64, b: f64) -> bool {
    (a - b).is_finite() && (a - b).abs() <= 1e-5 * a.abs().max(b.abs()).max(1e-2)
}

pub fn same(a: &Matrix, b: &Matrix) -> bool {
    a.shape() == b.shape() && a.as_slice().iter().zip(b.as_slice()).all(|(a, b)| near(*a, *b))
}

/// Matrices with their names, that all must be what is right, and what to say if they are not.
pub fn compare(
    found: &[(String, Matrix)],
    right: &[Matrix],
    rule: &str,
    hint: impl FnOnce(Option<f64>) -> Option<Hint>,
) -> Result<(), Fault> {
    for ((name, found), right) in found.iter().zip(right) {
        shape(name, found, right)?;
    }
    let pairs = || found.iter().zip(right).rev();
    let Some(((name, wrong), right)) = pairs().find(|((_, f), r)| !same(f, r)) else {
        return Ok(());
    };
    let entry =
        (0..wrong.as_slice().len()).find(|&k| !near(wrong.as_slice()[k], right.as_slice()[k]));
    let k = entry.expect("they differ");
    let (i, j, yours, theirs) =
        (k / wrong.cols(), k % wrong.cols(), wrong.as_slice()[k], right.as_slice()[k]);
    let factor = factor(&pairs().map(|((_, f), r)| (f, r)).collect::<Vec<_>>());
    let all =
        factor.map_or(String::new(), |factor| format!("\nevery entry is {factor:.4} times that"));
    let hint = if yours.is_finite() { hint(factor) } else { Some(NAN) };
    Err(Fault::Wrong(format!("{name}[{i},{j}]: yours {yours:.6},\n{rule} {theirs:.6}{all}"), hint))
}

/// The number that makes all right entries those that were found, if there is one.
fn factor(pairs: &[(&Matrix, &Matrix)]) -> Option<f64> {
    let entries = pairs.iter().flat_map(|(f, r)| f.as_slice().iter().zip(r.as_slice()));
    let (found, right) = entries.max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()))?;
    let factor = found / right; // the largest is the most exact
    let all = pairs.iter().all(|(f, r)| same(f, &(*r * factor)));
    (factor != 0.0 && all).then_some(factor)
}

/// The hint that belongs to this factor.
pub fn of_factor(factor: Option<f64>, hints: &[(f64, Hint)]) -> Option<Hint> {
    let factor = factor?;
    hints.iter().find(|(like, _)| near(*like, factor)).map(|(_, hint)| *hint)
}

thread_local! {
    static LISTENING: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What a check gives; a panic inside a blank is wrong, with its place, and `todo!` is missing.
pub fn call<T>(check: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    listen();
    let outside = LISTENING.replace(true);
    let result = catch_unwind(AssertUnwindSafe(check));
    LISTENING.set(outside);
    result.unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        let text = text.map_or("(no text)".to_string(), |text| {
            text.replace('\n', "; ").replace(", but ", ",\nbut ")
        });
        let empty = ["not yet implemented", "not implemented"];
        Err(match empty.iter().find_map(|empty| text.strip_prefix(empty)) {
            Some(name) => Fault::Missing(name.trim_start_matches(": ").to_string()),
            None => Fault::Wrong(format!("panics at {}:\n{text}", PLACE.take()), None),
        })
    })
}

/// Keeps panics inside blanks from the screen; others are told as ever.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| match info.location() {
            Some(at) if LISTENING.get() => PLACE.set(format!("{}:{}", at.file(), at.line())),
            _ => others(info),
        }));
    });
}
