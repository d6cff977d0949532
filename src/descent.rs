//! Gradient descent.

use super::matrix::Matrix;

/// Gradient descent: a step against the gradient.
///
/// ```
/// use backprop::{GradientDescent, Matrix};
///
/// let mut x = Matrix::row_vector(&[10.0]);
/// GradientDescent { learning_rate: 0.1 }.step(&mut x, &Matrix::row_vector(&[10.0]));
/// assert_eq!(x, Matrix::row_vector(&[9.0]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[doc(alias = "gradient_descent_optimizer")]
pub struct GradientDescent {
    /// The `η` of equation (17), a positive number.
    #[doc(alias = "lrate")]
    pub learning_rate: f64,
}

impl GradientDescent {
    /// Replaces `x` by `x − η ∇`.
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    #[track_caller]
    pub fn step(&self, x: &mut Matrix, gradient: &Matrix) {
        x.check(gradient, x.shape() == gradient.shape(), "a step needs equal shapes");
        for (x, gradient) in x.as_mut_slice().iter_mut().zip(gradient.as_slice()) {
            // (17) x ← x − η ∇
            *x -= self.learning_rate * gradient;
        }
    }

    /// Whether every entry of `x − η ∇` is a number: neither NaN nor infinite.
    pub(super) fn stays_finite(self, x: &Matrix, gradient: &Matrix) -> bool {
        let entries = x.as_slice().iter().zip(gradient.as_slice());
        entries.fold(true, |finite, (x, gradient)| finite & (x - self.learning_rate * gradient).is_finite())
    }
}
