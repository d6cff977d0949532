//! Where the loss meets the last activation: `ℰ` and `δᴸ = ∇_z ℰ` as functions of `z`.
//!
//! Computed from `y`, a cross entropy fails where the network is certain: `σ(40)` rounds to 1, so
//! `ln(1 − y)` is `−∞` instead of −40, and `∂ℰ/∂y` divides by the 0 that `φ′` multiplies with.
//! Computed from `z` the logarithm undoes the exponential on paper, and nothing overflows. For
//! three pairs the derivatives cancel altogether, to `(Y − T)/N`.
//!
//! Every output of a sigmoid or a softmax is `σ(u)` for some *logit* `u`:
//!
//! ```text
//! sigmoid   u = z
//! softmax   uⱼ = zⱼ − ln Σᵢ≠ⱼ eᶻⁱ
//!
//! ln σ(u) = −ln(1 + e⁻ᵘ)        ln(1 − σ(u)) = −ln(1 + eᵘ)
//! ```

use super::activation::{Activation, apply_softmax_jacobian};
use super::loss::{Loss, samples};
use super::matrix::Matrix;

/// Whether the outputs of the activation are outputs that the loss is defined for: the cross
/// entropies need `[0, 1]`, which [`Activation::Sigmoid`] and [`Activation::Softmax`] promise.
///
/// ```
/// use backprop::{Activation, Loss, output};
///
/// assert!(output::fits(Loss::BinaryCrossEntropy, Activation::Sigmoid));
/// assert!(!output::fits(Loss::BinaryCrossEntropy, Activation::Tanh)); // ln of a negative number
/// ```
pub fn fits(loss: Loss, activation: Activation) -> bool {
    loss == Loss::MeanSquaredError || matches!(activation, Activation::Sigmoid | Activation::Softmax)
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
/// assert_eq!(output::error(Loss::BinaryCrossEntropy, Activation::Sigmoid, &z, &t), 800.0);
/// ```
///
/// # Panics
///
/// If the shapes differ, there is no sample, or the loss does not [fit](fits) the activation.
#[track_caller]
pub fn error(loss: Loss, activation: Activation, z: &Matrix, t: &Matrix) -> f64 {
    check(loss, activation);
    let n = samples(t);
    z.check(t, z.shape() == t.shape(), "the loss needs equal shapes");
    let u = |i, j| logit(activation, z.row(i), j);
    let mean = |entry: &dyn Fn(usize, usize, f64) -> f64| {
        Matrix::from_fn(t.rows(), t.cols(), |i, j| entry(i, j, t[(i, j)])).sum() / n
    };
    match loss {
        Loss::MeanSquaredError => loss.value(&activation.apply(z), t),
        Loss::BinaryCrossEntropy => mean(&|i, j, t| {
            let u = u(i, j);
            weighted_softplus(t, -u) + weighted_softplus(1.0 - t, u)
        }),
        Loss::CategoricalCrossEntropy => mean(&|i, j, t| match t {
            0.0 if !z[(i, j)].is_nan() => 0.0, // spares the logit
            t => weighted_softplus(t, -u(i, j)),
        }),
    }
}

/// `δᴸ = ∇_z ℰ`: the derivative of [`error()`], with its `1/N`.
///
/// Shapes: `z`, `y = φ(z)` and `t` are `N × n`, as is the result.
///
/// ```
/// use backprop::{Activation, Loss, Matrix, output};
///
/// let z = Matrix::row_vector(&[0.0]);
/// let (y, t) = (Activation::Sigmoid.apply(&z), Matrix::row_vector(&[1.0]));
/// assert_eq!(output::delta(Loss::BinaryCrossEntropy, Activation::Sigmoid, &z, &y, &t)[(0, 0)], -0.5);
/// ```
///
/// # Panics
///
/// If the shapes differ, there is no sample, or the loss does not [fit](fits) the activation.
#[track_caller]
pub fn delta(loss: Loss, activation: Activation, z: &Matrix, y: &Matrix, t: &Matrix) -> Matrix {
    check(loss, activation);
    let n = samples(t);
    z.check(t, z.shape() == t.shape(), "delta needs equal shapes");
    y.check(t, y.shape() == t.shape(), "delta needs equal shapes");
    match (activation, loss) {
        // (16) Δᴸ = (Y − T)/N; a softmax as ((Σₖ tₖ) Y − T)/N, should a row of T not sum to 1
        (Activation::Sigmoid, Loss::BinaryCrossEntropy) | (Activation::Identity, Loss::MeanSquaredError) => {
            y.zip_map(t, |y, t| (y - t) / n)
        }
        (Activation::Softmax, Loss::CategoricalCrossEntropy) => {
            row_totals(t).hadamard(y).zip_map(t, |y, t| (y - t) / n)
        }
        (Activation::Sigmoid, Loss::CategoricalCrossEntropy) => {
            // y − 1 = −σ(−z) keeps its digits where y rounds to 1
            activation.apply(&(z * -1.0)).zip_map(t, |rest, t| -t * rest / n)
        }
        (Activation::Softmax, Loss::BinaryCrossEntropy) => &softmax_binary_delta(z, y, t) * n.recip(),
        (Activation::Softmax, _) => apply_softmax_jacobian(y, &loss.derivative(y, t)),
        // (5) δᴸ = ∇_y ℰ ⊙ φ′(zᴸ)
        (phi, _) => loss.derivative(y, t).hadamard(&phi.derivative(z)),
    }
}

/// `weight · ln(1 + eᵘ)`, and 0 for the weight 0, even at `u = ∞`.
fn weighted_softplus(weight: f64, u: f64) -> f64 {
    if weight == 0.0 && !u.is_nan() { 0.0 } else { weight * (u.max(0.0) + (-u.abs()).exp().ln_1p()) }
}

/// The `u` with `σ(u) = yⱼ`.
fn logit(activation: Activation, z: &[f64], j: usize) -> f64 {
    match activation {
        Activation::Softmax => {
            let (max, rest) = log_sum_exp_without(z, j);
            z[j] - max - rest
        }
        // Of these, only the sigmoid fits.
        Activation::Sigmoid | Activation::Identity | Activation::Tanh | Activation::Relu => z[j],
    }
}

/// `ln Σᵢ≠ⱼ eᶻⁱ` as the largest of these `zᵢ` and the rest: nothing overflows, and nothing is lost as
/// in `1e17 + ln 2`.
fn log_sum_exp_without(z: &[f64], j: usize) -> (f64, f64) {
    let others = || z.iter().enumerate().filter(|&(i, _)| i != j).map(|(_, &z)| z);
    let max = others().fold(f64::NEG_INFINITY, f64::max);
    (max, others().map(|z| (z - max).exp()).sum::<f64>().ln())
}

/// `Σₖ tₖ` of each row, in every column of that row.
fn row_totals(t: &Matrix) -> Matrix {
    let totals: Vec<f64> = (0..t.rows()).map(|i| t.row(i).iter().sum()).collect();
    Matrix::from_fn(t.rows(), t.cols(), |i, _| totals[i])
}

/// `δₖ = (yₖ − tₖ) − Σⱼ≠ₖ (yⱼ − tⱼ) yₖ / (1 − yⱼ)`, for each row: the Jacobian of the softmax
/// applied to the derivative of the binary cross entropy, with the quotient taken from `z`.
fn softmax_binary_delta(z: &Matrix, y: &Matrix, t: &Matrix) -> Matrix {
    let residual = y - t;
    let mut delta = residual.clone();
    for i in 0..z.rows() {
        for j in 0..z.cols() {
            let (max, rest) = log_sum_exp_without(z.row(i), j);
            for k in (0..z.cols()).filter(|&k| k != j) {
                delta[(i, k)] -= residual[(i, j)] * (z[(i, k)] - max - rest).exp();
            }
        }
    }
    delta
}

#[track_caller]
fn check(loss: Loss, activation: Activation) {
    assert!(fits(loss, activation), "{loss:?} needs outputs in [0, 1], but {activation:?} gives others");
}
