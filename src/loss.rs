//! The errors `ℰ(y, t)` and their derivatives `∂ℰ/∂y`, side by side: summed over the outputs,
//! averaged over the `N` samples of the batch.
//!
//! `t` are the targets, `ŷ` on the sheet.

use super::matrix::Matrix;

/// An error `ℰ(Y, T)` of the outputs `Y` against the targets `T`, both `N × n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// `ℰ = −1/N · Σ [t ln y + (1 − t) ln(1 − y)]`, for `y` and `t` in `[0, 1]`.
    BinaryCrossEntropy,
    /// `ℰ = −1/N · Σ t ln y`, for `y` and `t` in `[0, 1]`; usually each row of `T` sums to 1.
    CategoricalCrossEntropy,
    /// `ℰ = 1/(2N) · Σ (y − t)²`.
    MeanSquaredError,
}

impl Loss {
    /// Every loss.
    pub const ALL: [Self; 3] =
        [Self::BinaryCrossEntropy, Self::CategoricalCrossEntropy, Self::MeanSquaredError];

    /// `ℰ(Y, T)`: summed over the outputs, averaged over the samples (`1/N`; for the squared error `1/(2N)`).
    ///
    /// For `y` and `t` in `[0, 1]` it is never negative and never NaN, and infinite only where an
    /// output is certain and wrong: `0 ln 0` is 0.
    ///
    /// ```
    /// use backprop::{Loss, Matrix};
    ///
    /// let (y, t) = (Matrix::row_vector(&[0.5, 1.0]), Matrix::row_vector(&[1.0, 1.0]));
    /// assert_eq!(Loss::BinaryCrossEntropy.value(&y, &t), 2.0_f64.ln());
    /// ```
    ///
    /// # Panics
    ///
    /// If the shapes differ, or there is no sample.
    #[track_caller]
    #[doc(alias = "forward")]
    pub fn value(self, y: &Matrix, t: &Matrix) -> f64 {
        let n = samples(t);
        let error = match self {
            Loss::BinaryCrossEntropy => {
                y.zip_map(t, |y, t| -times_log(t, y.ln()) - times_log(1.0 - t, (-y).ln_1p()))
            }
            Loss::CategoricalCrossEntropy => y.zip_map(t, |y, t| -times_log(t, y.ln())),
            Loss::MeanSquaredError => y.zip_map(t, |y, t| (y - t).powi(2) / 2.0),
        };
        error.sum() / n
    }

    /// `∂ℰ/∂Y`: the derivative of [`value`](Loss::value), with the same `1/N`; the ½ of the
    /// squared error has cancelled the 2.
    ///
    /// Shapes: `N × n` and `N × n` give `N × n`.
    ///
    /// ```
    /// use backprop::{Loss, Matrix};
    ///
    /// let (y, t) = (Matrix::row_vector(&[0.5]), Matrix::row_vector(&[1.0]));
    /// assert_eq!(Loss::BinaryCrossEntropy.derivative(&y, &t)[(0, 0)], -2.0);
    /// ```
    ///
    /// # Panics
    ///
    /// If the shapes differ, or there is no sample.
    #[track_caller]
    #[doc(alias = "backward")]
    pub fn derivative(self, y: &Matrix, t: &Matrix) -> Matrix {
        let n = samples(t);
        match self {
            // ((1 − t)/(1 − y) − t/y) / N; −t/y / N; (y − t) / N
            Loss::BinaryCrossEntropy => {
                y.zip_map(t, |y, t| (over(1.0 - t, 1.0 - y) - over(t, y)) / n)
            }
            Loss::CategoricalCrossEntropy => y.zip_map(t, |y, t| -over(t, y) / n),
            Loss::MeanSquaredError => y.zip_map(t, |y, t| (y - t) / n),
        }
    }
}

/// `weight · log`, where `0 · (−∞)` is 0: the limit of `x ln x`.
pub(super) fn times_log(weight: f64, log: f64) -> f64 {
    if weight == 0.0 && !log.is_nan() { 0.0 } else { weight * log }
}

/// `t / y`, the derivative of `t ln y`, which is 0 for `t = 0` even at `y = 0`.
fn over(t: f64, y: f64) -> f64 {
    if t == 0.0 && !y.is_nan() { 0.0 } else { t / y }
}

/// The `N` of every `1/N`.
#[track_caller]
pub(super) fn samples(t: &Matrix) -> f64 {
    assert!(t.rows() > 0, "the targets are 0 × {}, but a mean needs at least one sample", t.cols());
    t.rows() as f64
}
