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
    /// The `η` of equation (17), greater than 0 and finite.
    #[doc(alias = "lrate")]
    pub learning_rate: f64,
}

impl GradientDescent {
    /// `x − η ∇`, in the memory of the gradient.
    ///
    /// Shapes: `x` and `gradient` are `m × n`, as is the result.
    ///
    /// # Errors
    ///
    /// If `η` is not greater than 0 and finite, or if an entry of the result would be NaN, infinite
    /// or beyond ±10¹⁵⁰, where squares no longer fit into `f64`.
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    #[track_caller]
    pub fn step(&self, x: &Matrix, mut gradient: Matrix) -> Result<Matrix, Error> {
        x.check(&gradient, x.shape() == gradient.shape(), "a step needs equal shapes");
        self.check()?;
        let mut usable = true;
        for (gradient, x) in gradient.as_mut_slice().iter_mut().zip(x.as_slice()) {
            // (17) x ← x − η ∇
            *gradient = x - self.learning_rate * *gradient;
            usable &= gradient.abs() <= LARGEST; // false for NaN
        }
        require(usable, || self.told(&gradient))?;
        Ok(gradient)
    }

    pub(super) fn check(self) -> Result<(), Error> {
        let eta = self.learning_rate;
        require(eta > 0.0 && eta.is_finite(), || {
            format!("the learning rate is {eta}, but must be greater than 0 and finite")
        })
    }

    /// Which entry of the result is too large, and what to do.
    fn told(self, result: &Matrix) -> String {
        let within = |x: &f64| x.abs() <= LARGEST;
        let found = result.as_slice().iter().find(|x| !within(x)).copied().unwrap_or(f64::NAN);
        let advice = format!("take a smaller learning rate than {:?}", self.learning_rate);
        format!(
            "the step would bring {found:e}, but must stay within ±{LARGEST:e}; {advice}, or mend the gradient"
        )
    }
}

/// No sum of squares of smaller numbers is infinite.
const LARGEST: f64 = 1e150;
