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
    /// The `η` of equation (17), a positive number.
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
    /// If the learning rate is not a finite number greater than 0, or an entry of the result would
    /// be NaN or infinite.
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    #[track_caller]
    pub fn step(&self, x: &Matrix, mut gradient: Matrix) -> Result<Matrix, Error> {
        self.check_rate()?;
        x.check(&gradient, x.shape() == gradient.shape(), "a step needs equal shapes");
        let mut finite = true;
        for (gradient, x) in gradient.as_mut_slice().iter_mut().zip(x.as_slice()) {
            // (17) x ← x − η ∇
            *gradient = x - self.learning_rate * *gradient;
            finite &= gradient.is_finite();
        }
        require(finite, || "the step would bring NaN or infinity".to_string())?;
        Ok(gradient)
    }
    /// Against the gradient, not along it, and somewhere.
    pub(super) fn check_rate(self) -> Result<(), Error> {
        let rate = self.learning_rate;
        require(rate > 0.0 && rate.is_finite(), || {
            format!("the learning rate is {rate}, but must be a finite number greater than 0")
        })
    }
}
