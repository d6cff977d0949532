//! The gradient of any function of a matrix by differences, with the error of every entry.
//!
//! ```text
//! C(h) = (f(w + h) − f(w − h)) / 2h               error of order h²
//! (18) f′(w) ≈ D(h) = (4 C(h/2) − C(h)) / 3       error of order h⁴
//! ```
//!
//! The second is Richardson's extrapolation (1911): both differences err by the same multiple of
//! `h²`, so a combination of them does not. `D(h/2)` errs 16 times less than `D(h)`: what they differ
//! by is the error of `D(h)`. Where that is too large, `h` is divided by 8, at most five times. The
//! step never grows: where `f` is flat on both sides, two large steps agree and are both wrong. If no
//! step is small enough, only what a smaller one bears out is believed, and else nothing.
//!
//! Rounding is measured. Over steps of about `1e-8` a smooth `f` is a parabola, whose fourth
//! differences are 0, so whatever they are is rounding; divided by `h`, it is what a difference
//! cannot resolve.
//!
//! A kink is found by the slopes to the left and to the right, each extrapolated from three points
//! of its own side: at a kink they disagree however small the step.

use super::matrix::Matrix;
use super::random::Rng;

/// The first step: small enough for the method, large enough for rounding.
pub(super) const STEP: f64 = 3e-4;

/// How often the step is divided by 8.
const SHRINKS: i32 = 5;

/// The parts of a step over which a smooth function is a parabola, the first to be tried first.
const TINY: [f64; 3] = [3.37e-5, 5.39e-4, 8.63e-3];

/// By how much, relatively, rounding moves a number: `2⁻⁵³`.
pub(super) const ROUNDING: f64 = 1.110_223_024_625_156_5e-16;

/// A difference may be wrong by this many times the measured rounding, divided by the step. With 16,
/// three of 100,000 networks drawn to be hard were wrong by more.
const SAFETY: f64 = 64.0;

/// A gradient found by differences; every matrix has the shape of the point.
#[derive(Clone, Debug)]
pub struct Difference {
    /// `D` of (18); at a kink, the mean of both slopes.
    pub gradient: Matrix,
    /// How far each entry, or at a kink each of its two slopes, may be from the truth. Infinite where
    /// a step vanishes beside the entry or leads to where `f` is not finite, and where `f` is too
    /// steep for every step; NaN where `f` is not finite at the point itself.
    pub error: Matrix,
    /// The slope to the left: differs from `gradient` only at a kink.
    pub left: Matrix,
    /// The slope to the right: differs from `gradient` only at a kink.
    pub right: Matrix,
    /// The step `h` that was taken in the end.
    pub step: Matrix,
}

/// The gradient of `f` at a matrix, by about six calls of `f` for every entry.
///
/// For a loss, an activation or a network of your own. The Huber loss is a parabola near 0 and two
/// straight lines beyond ±1; its derivative is the residual, cut off at ±1:
///
/// ```
/// use backprop::{Matrix, difference};
///
/// let huber = |r: f64| if r.abs() <= 1.0 { r * r / 2.0 } else { r.abs() - 0.5 };
/// let residuals = Matrix::row_vector(&[0.3, 1.0, -5.0]);
/// let found = difference(&residuals, |r| r.as_slice().iter().map(|&r| huber(r)).sum());
/// let mine = residuals.map(|r| r.clamp(-1.0, 1.0));
/// for j in 0..3 {
///     assert!((mine[(0, j)] - found.gradient[(0, j)]).abs() <= found.error[(0, j)]);
/// }
///
/// // |w| has two slopes at 0, and one elsewhere.
/// let found = difference(&Matrix::row_vector(&[0.0, 3.0]), |w| w.as_slice().iter().map(|w| w.abs()).sum());
/// assert!((found.left[(0, 0)] + 1.0).abs() < 1e-9 && (found.right[(0, 0)] - 1.0).abs() < 1e-9);
/// assert_eq!(found.left[(0, 1)], found.right[(0, 1)]);
/// ```
pub fn difference(at: &Matrix, f: impl FnMut(&Matrix) -> f64) -> Difference {
    difference_with(at, |_| STEP, 0.0, f)
}

/// As [`difference()`], with a first step for every column, and a rounding that is known to be there.
pub(super) fn difference_with(
    at: &Matrix,
    first_step: impl Fn(usize) -> f64,
    known_rounding: f64,
    mut f: impl FnMut(&Matrix) -> f64,
) -> Difference {
    let (rows, cols) = at.shape();
    let [mut gradient, mut error, mut left, mut right, mut step] =
        [(); 5].map(|()| Matrix::zeros(rows, cols));
    let (start, mut moved) = (f(at), at.clone());
    let rounding =
        rounding(at, &first_step, &mut f).max(known_rounding).max(ROUNDING * start.abs());
    for entry in (0..rows).flat_map(|i| (0..cols).map(move |j| (i, j))) {
        let w = at[entry];
        let slopes = Slopes::of(w, first_step(entry.1), rounding, |h| {
            moved[entry] = w + h;
            (f(&moved) - start) / (moved[entry] - w) // the step as rounded
        });
        moved[entry] = w;
        gradient[entry] = slopes.central;
        error[entry] = if start.is_finite() { slopes.error } else { f64::NAN };
        (left[entry], right[entry]) = slopes.sides();
        step[entry] = slopes.step;
    }
    Difference { gradient, error, left, right, step }
}

/// By how much rounding moves `f` near this point: along a line on which every entry moves at a pace of
/// its own, since many functions do not change if all entries move alike. Where `f` does not change
/// over so small steps, as behind a saturated unit, larger ones show on which stairs it moves.
fn rounding(at: &Matrix, step: impl Fn(usize) -> f64, mut f: impl FnMut(&Matrix) -> f64) -> f64 {
    let mut rng = Rng::new(0);
    let pace = Matrix::from_fn(at.rows(), at.cols(), |_, j| rng.uniform() * step(j));
    let shown = |part: f64| {
        let moved = |k| at.add_scaled(part * f64::from(k), &pace);
        let values: Vec<f64> = (0..16).map(|k| f(&moved(k))).collect();
        let fourth = |v: &[f64]| (v[0] - 4.0 * v[1] + 6.0 * v[2] - 4.0 * v[3] + v[4]).abs() / 4.0;
        let mut fourths: Vec<f64> = values.windows(5).map(fourth).collect();
        fourths.sort_by(f64::total_cmp);
        fourths[7] // four of the twelve may be across a kink
    };
    TINY.into_iter().map(shown).find(|&rounding| rounding > 0.0).unwrap_or(0.0)
}

/// What six points about `w` say of the slope there.
#[derive(Clone, Copy)]
struct Slopes {
    step: f64,
    left: f64,
    central: f64,
    right: f64,
    error: f64,
    /// The part of the error that is due to the method, and falls with the step.
    method: f64,
    /// The part that is due to rounding, and grows as the step falls.
    unresolved: f64,
    /// Whether `right` and `left` differ by more than they may be wrong.
    kink: bool,
    /// Whether a smaller step would not help.
    converged: bool,
}

impl Slopes {
    /// At the first step that converges; or else, as at a kink, at the best of those that agree with
    /// one 8 times smaller or larger. `slope(h)` is `(f(w + h) − f(w)) / h`.
    fn of(w: f64, step: f64, rounding: f64, mut slope: impl FnMut(f64) -> f64) -> Self {
        let mut found: Vec<Self> = Vec::new();
        for k in 0..=SHRINKS {
            let next = Self::at(w, step / 8_f64.powi(k), rounding, &mut slope);
            if next.converged {
                return next;
            }
            found.push(next);
        }
        let agreeing = found.windows(2).filter(|pair| pair[1].bears_out(&pair[0])).flatten();
        match agreeing.min_by(|a, b| a.error.total_cmp(&b.error)) {
            Some(best) => *best,
            None => Self { error: f64::INFINITY, kink: false, ..found[0] },
        }
    }

    /// Whether this, at a smaller step, says the same. Where `f` is steeper than a step can see, the
    /// slopes grow as the step falls, and so does what they seem to be wrong by.
    fn bears_out(&self, larger: &Self) -> bool {
        let ((left, right), (a, b)) = (self.sides(), larger.sides());
        let allowed = self.error.max(larger.error);
        self.kink == larger.kink
            && (left - a).abs() <= allowed
            && (right - b).abs() <= allowed
            && self.method <= larger.method / 8.0 + self.unresolved
    }

    fn at(w: f64, step: f64, rounding: f64, mut slope: impl FnMut(f64) -> f64) -> Self {
        let r = [1.0, 0.5, 0.25].map(|part| slope(part * step));
        let l = [1.0, 0.5, 0.25].map(|part| slope(-part * step));
        let c = [0, 1, 2].map(|k| f64::midpoint(l[k], r[k]));
        // (18) f′(w) ≈ D(h) = (4 C(h/2) − C(h)) / 3
        let [central, half] = [0, 1].map(|k| (4.0 * c[k + 1] - c[k]) / 3.0);
        let product = ROUNDING * w.abs().max(step) * central.abs(); // f multiplies w + h, and rounds
        let unresolved = SAFETY * (rounding + product) / step;
        let ((right, right_error), (left, left_error)) = (one_sided(r), one_sided(l));
        let (jump, one_sided_error) = ((right - left).abs(), right_error.max(left_error));
        let kink = jump > one_sided_error + 4.0 * unresolved;
        let (method, unresolved) = if kink {
            (one_sided_error, 4.0 * unresolved)
        } else {
            // With a kink somewhere within h, D is wrong by at most this.
            (1.5 * (2.0 * (central - half).abs()).max(jump), unresolved)
        };
        let converged = !kink && method <= unresolved;
        let error = method + unresolved;
        let error = if error.is_finite() { error } else { f64::INFINITY };
        Self { step, left, central, right, error, method, unresolved, kink, converged }
    }

    fn sides(&self) -> (f64, f64) {
        if self.kink { (self.left, self.right) } else { (self.central, self.central) }
    }
}

/// The slope of one side from those over `h`, `h/2` and `h/4`, free of `h` and `h²`; and how far
/// that is from the one which is free of `h` only.
fn one_sided([full, half, quarter]: [f64; 3]) -> (f64, f64) {
    let slope = (8.0 * quarter - 6.0 * half + full) / 3.0;
    (slope, (slope - (2.0 * quarter - half)).abs())
}
