//! Gradient descent.

use super::error::{Error, require};
use super::matrix::Matrix;

/// Gradient descent: a step against the gradient.
///
/// ```
/// use backprop::{GradientDescent, Matrix};
///
/// let descent = GradientDescent { learning_rate: 0.1 };
/// let (x, gradient) = (Matrix::row_vector(&[10.0]), Matrix::row_vector(&[10.0]));
/// assert_eq!(descent.step(&x, gradient)?, Matrix::row_vector(&[9.0]));
/// # Ok::<(), backprop::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[doc(alias = "gradient_descent_optimizer")]
pub struct GradientDescent {
    /// The `η` of equation (17), greater than 0 and finite: `Network::step` checks that.
    #[doc(alias = "lrate")]
    pub learning_rate: f64,
}

impl GradientDescent {
    /// `x − η ∇`, written into the memory of `gradient`.
    ///
    /// Shapes: `x` and `gradient` are `m × n`, as is the result.
    ///
    /// # Errors
    ///
    /// If an entry of the result would be NaN, infinite or beyond ±10¹⁵⁰, where squares no longer fit
    /// into `f64`.
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    #[track_caller]
    pub fn step(&self, x: &Matrix, mut gradient: Matrix) -> Result<Matrix, Error> {
        x.check(&gradient, x.shape() == gradient.shape(), "a step needs equal shapes");
        let (eta, mut usable) = (self.learning_rate, true);
        for i in 0..x.rows() {
            for (gradient, x) in gradient.row_mut(i).iter_mut().zip(x.row(i)) {
                // (17) p ← p − η ∇
                *gradient = x - eta * *gradient;
                usable &= gradient.abs() <= LARGEST; // false for NaN
            }
        }
        require(usable, || {
            format!("η = {eta:?} leads to NaN or beyond {LARGEST:e}; take a smaller η")
        })?;
        Ok(gradient)
    }
}

/// No sum of squares of smaller numbers is infinite.
const LARGEST: f64 = 1e150;
