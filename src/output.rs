//! Where the loss meets the last activation: `ℰ` and `δᴸ = ∇_z ℰ` as functions of `z`.
//!
//! Computed from `y`, a cross entropy fails where the network is certain: `σ(40)` rounds to 1, so
//! `ln(1 − y)` is `−∞` instead of −40, and `∂ℰ/∂y` divides by the 0 that `φ′` multiplies with.
//! Computed from `z` the logarithm undoes the exponential on paper, and nothing overflows. Every
//! output of a sigmoid or a softmax is `σ(u)` for some *logit* `u`:
//!
//! ```text
//! sigmoid   u = z
//! softmax   uⱼ = zⱼ − ln Σᵢ≠ⱼ eᶻⁱ
//!
//! ln σ(u) = −ln(1 + e⁻ᵘ)        ln(1 − σ(u)) = −ln(1 + eᵘ)
//! ```

use super::activation::Activation;
use super::error::{Error, require};
use super::loss::{Loss, samples, times_log};
use super::matrix::Matrix;

/// Each cross entropy belongs to its activation: [`Loss::BinaryCrossEntropy`] to
/// [`Activation::Sigmoid`], [`Loss::CategoricalCrossEntropy`] to [`Activation::Softmax`]. The
/// squared error fits all.
///
/// ```
/// use backprop::{Activation, Loss, output};
///
/// assert!(output::fits(Loss::BinaryCrossEntropy, Activation::Sigmoid).is_ok());
/// let error = output::fits(Loss::BinaryCrossEntropy, Activation::Tanh).unwrap_err();
/// assert_eq!(error.to_string(), "BinaryCrossEntropy needs Sigmoid as last activation, not Tanh");
/// ```
///
/// # Errors
///
/// If the pair does not fit; the error says which activation to take.
pub fn fits(loss: Loss, activation: Activation) -> Result<(), Error> {
    let needed = match loss {
        Loss::BinaryCrossEntropy => Activation::Sigmoid,
        Loss::CategoricalCrossEntropy => Activation::Softmax,
        Loss::MeanSquaredError => activation,
    };
    require(activation == needed, || {
        format!("{loss:?} needs {needed:?} as last activation, not {activation:?}")
    })
}

/// `ℰ(φ(Z), T)`: [`Loss::value`] of the activation, with its `1/N`, computed from `Z`.
///
/// Shapes: `z` and `t` are `N × n`.
///
/// ```
/// use backprop::{Activation, Loss, Matrix, output};
///
/// // Certain and wrong: σ(800) is 1 to the last digit, and the target is 0.
/// let (z, t) = (Matrix::row_vector(&[800.0]), Matrix::row_vector(&[0.0]));
/// assert_eq!(output::value(Loss::BinaryCrossEntropy, Activation::Sigmoid, &z, &t), 800.0);
/// ```
///
/// # Panics
///
/// If the shapes differ, there is no sample, or the loss does not [fit](fits) the activation.
#[track_caller]
pub fn value(loss: Loss, activation: Activation, z: &Matrix, t: &Matrix) -> f64 {
    z.check(t, z.shape() == t.shape(), "the loss needs equal shapes");
    let entries = match (loss, activation) {
        // −t ln σ(u) − (1 − t) ln(1 − σ(u)) = t ln(1 + e⁻ᵘ) + (1 − t) ln(1 + eᵘ)
        (Loss::BinaryCrossEntropy, Activation::Sigmoid) => {
            z.zip_map(t, |u, t| weighted_softplus(t, -u) + weighted_softplus(1.0 - t, u))
        }
        // −t ln yⱼ = t ln(1 + e⁻ᵘ), where σ(u) = yⱼ
        (Loss::CategoricalCrossEntropy, Activation::Softmax) => {
            Matrix::from_fn(t.rows(), t.cols(), |i, j| match t[(i, j)] {
                0.0 if !z[(i, j)].is_nan() => 0.0, // spares the logit
                t => weighted_softplus(t, -softmax_logit(z.row(i), j)),
            })
        }
        (Loss::MeanSquaredError, phi) => return loss.value(&phi.apply(z), t),
        (Loss::BinaryCrossEntropy | Loss::CategoricalCrossEntropy, _) => unfit(loss, activation),
    };
    entries.sum() / samples(t)
}

/// `δᴸ = ∇_z ℰ`: the derivative of [`value`], with its `1/N`.
///
/// Shapes: `z`, `y = φ(z)` and `t` are `N × n`, as is the result.
///
/// ```
/// use backprop::{Activation, Loss, Matrix, output};
///
/// let z = Matrix::row_vector(&[0.0]);
/// let (y, t) = (Activation::Sigmoid.apply(&z), Matrix::row_vector(&[1.0]));
/// let delta = output::delta(Loss::BinaryCrossEntropy, Activation::Sigmoid, &z, &y, &t);
/// assert_eq!(delta, Matrix::row_vector(&[-0.5]));
/// ```
///
/// # Panics
///
/// If the shapes differ, there is no sample, or the loss does not [fit](fits) the activation.
#[track_caller]
pub fn delta(loss: Loss, activation: Activation, z: &Matrix, y: &Matrix, t: &Matrix) -> Matrix {
    z.check(t, z.shape() == t.shape(), "the loss needs equal shapes");
    let n = samples(t);
    match (loss, activation) {
        // (16) Δᴸ = (Y − T)/N
        (Loss::BinaryCrossEntropy, Activation::Sigmoid)
        | (Loss::MeanSquaredError, Activation::Identity) => y.zip_map(t, |y, t| (y - t) / n),
        // (16), where a row of T need not sum to 1: Δᴸ = ((Σₖ tₖ) Y − T)/N
        (Loss::CategoricalCrossEntropy, Activation::Softmax) => {
            y.check(t, y.shape() == t.shape(), "the loss needs equal shapes");
            let totals: Vec<f64> = (0..t.rows()).map(|i| t.row(i).iter().sum()).collect();
            Matrix::from_fn(t.rows(), t.cols(), |i, j| (totals[i] * y[(i, j)] - t[(i, j)]) / n)
        }
        // (5) δᴸ = ∇_y ℰ ⊙ φ′(zᴸ)
        (Loss::MeanSquaredError, phi) => phi.grad_z(z, y, &loss.derivative(y, t)),
        (Loss::BinaryCrossEntropy | Loss::CategoricalCrossEntropy, _) => unfit(loss, activation),
    }
}

/// `weight · ln(1 + eᵘ)`, and 0 for the weight 0, even at `u = ∞`.
fn weighted_softplus(weight: f64, u: f64) -> f64 {
    times_log(weight, u.max(0.0) + (-u.abs()).exp().ln_1p())
}

/// The logit `u` with `σ(u) = yⱼ`. The largest other `zᵢ` is a factor outside the sum, so that no exponential
/// overflows. It is subtracted first, so that `ln 2` is not lost beside `1e17`.
fn softmax_logit(z: &[f64], j: usize) -> f64 {
    let others = || z.iter().enumerate().filter(|&(i, _)| i != j).map(|(_, &z)| z);
    let max = others().fold(f64::NEG_INFINITY, f64::max);
    z[j] - max - others().map(|z| (z - max).exp()).sum::<f64>().ln()
}

#[track_caller]
fn unfit(loss: Loss, activation: Activation) -> ! {
    panic!("{}", fits(loss, activation).expect_err("a pair that does not fit"))
}
