//! The derivative of any function by differences, with its error.
//!
//! ```text
//! C(h) = (f(w + h) − f(w − h)) / 2h               error of order h²
//! (18) f′(w) ≈ D(h) = (4 C(h/2) − C(h)) / 3       error of order h⁴
//! ```
//!
//! The second is Richardson's extrapolation (1911): the error of `C(h)` is four times that of `C(h/2)`,
//! and cancels. `D(h/2)` errs 16 times less than `D(h)`, so their distance is the error
//! of `D(h)`. The step is small enough when that distance is no larger than what rounding explains.
//! Otherwise `h` is divided by 8, at most five times. If no step is small enough, nothing is known.
//!
//! At a kink, `D(h)` and `D(h/2)` may agree on the mean of the two slopes. There, the bend
//! `S(h) = (f(w + h) − 2 f(w) + f(w − h)) / h`, the right slope less the left one, does not fall with
//! `h` as it does where `f` is smooth, so nothing is known there either.

use super::matrix::Matrix;
use super::random::Rng;

/// The first step: with it, method and rounding err about equally on `eʷ`.
pub(super) const STEP: f64 = 3e-4;

/// How far four roundings move a number, relative to it; a sigmoid has so many.
pub(super) const ROUNDING: f64 = 4.0 * f64::EPSILON / 2.0;

/// A gradient found by differences. Its matrices have the shape of the point.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// `D` of (18).
    pub gradient: Matrix,
    /// How far each entry may be from the truth; infinite where nothing is known.
    pub error: Matrix,
    /// The places of the entries that were computed.
    pub entries: Vec<(usize, usize)>,
}

/// The gradient of `f` at a matrix, with six calls of `f` for every entry, or more where it is steep.
///
/// `f` is taken to be right to `2⁻⁴⁶ · max(|f|, 1)`, 14 digits. If large terms cancel in it, or at a kink,
/// the error is infinite: nothing is known there.
///
/// The Huber loss is a parabola near 0 and two straight lines beyond ±1; its derivative is the
/// residual, cut off at ±1:
///
/// ```
/// use backprop::{GradientCheck, Matrix, difference};
///
/// let huber = |r: f64| if r.abs() <= 1.0 { r * r / 2.0 } else { r.abs() - 0.5 };
/// let residuals = Matrix::row_vector(&[0.3, -0.2, -5.0]);
/// let found = difference(&residuals, |r| r.map(huber).sum());
/// assert_eq!(format!("{:.4}", found.gradient), "[  0.3000  -0.2000  -1.0000 ]");
///
/// let mine = residuals.map(|r| r.clamp(-1.0, 1.0));
/// let check = GradientCheck::of_difference(&found, &mine);
/// assert!(check.passed(), "{check}");
/// ```
pub fn difference(at: &Matrix, mut f: impl FnMut(&Matrix) -> f64) -> Difference {
    let rounding = 32.0 * ROUNDING * f(at).abs().max(1.0);
    differences(at, usize::MAX, (rounding, &at.map(|_| 0.0)), f)
}

/// The derivatives of `f` with respect to at most `n` entries, drawn at random. `off` bounds the rounding error
/// of `f`, and `more` that of the gradient under test, for each entry.
pub(super) fn differences(
    at: &Matrix,
    n: usize,
    (off, more): (f64, &Matrix),
    mut f: impl FnMut(&Matrix) -> f64,
) -> Difference {
    let (start, mut moved, size) = (f(at), at.clone(), at.as_slice().len());
    let mut entries: Vec<_> = (0..size).map(|k| (k / at.cols(), k % at.cols())).collect();
    Rng::new(0).shuffle(&mut entries);
    entries.truncate(n);
    let (mut gradient, mut error) = (at.map(|_| f64::NAN), at.map(|_| f64::INFINITY));
    for &entry in &entries {
        for h in (0..=5).map(|k| STEP / 8_f64.powi(k)) {
            let (d, method, kink) = at_step(at[entry], h, start, |w| {
                moved[entry] = w;
                f(&moved)
            });
            gradient[entry] = d;
            let noise = 20.0 * off / h;
            if method <= noise && kink <= noise {
                error[entry] = method + noise + 20.0 * more[entry];
                break;
            }
        }
        moved[entry] = at[entry];
    }
    Difference { gradient, error, entries }
}

/// `D(h)`, `|D(h) − D(h/2)|` and `|2 S(h/2) − S(h)|`; at a kink, the last is the jump of the slope. If each `f` is
/// off by at most `ε`, they are off by at most `3ε/h`, `9ε/h` and `20ε/h`.
fn at_step(w: f64, h: f64, start: f64, mut f: impl FnMut(f64) -> f64) -> (f64, f64, f64) {
    let [(c, s), (c_half, s_half), (c_quarter, _)] = [h, h / 2.0, h / 4.0].map(|h| {
        let (right, left) = (f(w + h), f(w - h));
        ((right - left) / ((w + h) - (w - h)), (right - 2.0 * start + left) / h) // the step as rounded
    });
    // (18) f′(w) ≈ D(h) = (4 C(h/2) − C(h)) / 3
    let [d, d_half] = [(c, c_half), (c_half, c_quarter)].map(|(c, finer)| (4.0 * finer - c) / 3.0);
    (d, (d - d_half).abs(), (2.0 * s_half - s).abs())
}
