//! The quadratic error of exercise 3, its minimiser, and what weight decay does to it.
//!
//! | symbol | code                             | shape   | meaning                                |
//! |--------|----------------------------------|---------|----------------------------------------|
//! | `E`    | [`Quadratic`]                    |         | the error, (20)                        |
//! | `w`    | `w`                              | `1 × n` | the weights                            |
//! | `w*`   | [`Quadratic::minimiser`]         | `1 × n` | where `E` is smallest, (22)            |
//! | `τ`    | `tau`                            |         | weight decay, the `λ` of a network     |
//! | `E′`   | [`Quadratic::with_weight_decay`] |         | `E + τ/2 wᵀw`, again quadratic, (23)   |
//! | `w_τ`    | [`Quadratic::decayed_minimiser`] | `1 × n` | where `E′` is smallest, (25)           |
//! | `λᵢ, uᵢ` | [`Quadratic::eigen`]           |         | eigenvalues and eigenvectors of `H`    |
//! | `αᵢ`   | [`Quadratic::alpha`]             | `1 × n` | coordinates of `w*` along the `uᵢ`     |
//! | `βᵢ`   | [`Quadratic::beta`]              | `1 × n` | coordinates of `w_τ` along the `uᵢ`, (24) |
//!
//! The formulas are those for columns; in the code every vector is a row. As `H = Hᵀ`, the row
//! of `Hw` is `wH`.

mod eigen;

pub use eigen::Eigen;

use super::error::{Error, require};
use super::matrix::Matrix;

/// `E(w) = E₀ + bᵀw + ½ wᵀHw`, with a symmetric and positive definite `H`.
///
/// ```
/// use backprop::{Matrix, Quadratic};
///
/// let h = Matrix::from([[5.0, 2.0], [2.0, 2.0]]);
/// let e = Quadratic::new(0.0, Matrix::row_vector(&[-11.0, -8.0]), h)?;
/// assert_eq!(e.minimiser().to_string(), "[ 1.0000  3.0000 ]");
/// assert_eq!(e.decayed_minimiser(1.5).to_string(), "[ 1.2000  1.6000 ]");
/// # Ok::<(), backprop::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Quadratic {
    e0: f64,
    b: Matrix,
    h: Matrix,
    eigen: Eigen,
}

impl Quadratic {
    /// The error with these coefficients. Shapes: `b` is `1 × n`, `h` is `n × n`.
    ///
    /// # Errors
    ///
    /// If a shape is wrong, a number is not finite, `H` is not symmetric or not positive definite
    /// (an eigenvalue is negative, or 0 to the accuracy of an `f64`), or the minimiser is too large
    /// for an `f64`. If an eigenvalue is 0, `E` has no unique minimiser, but `E′` has one: pass
    /// `H + τI` as `h`.
    pub fn new(e0: f64, b: Matrix, h: Matrix) -> Result<Self, Error> {
        let ((p, q), n, eigen) = (b.shape(), h.rows(), Eigen::of(&h)?);
        require((p, q) == (1, n) && n > 0, || {
            format!("b is {p} × {q}, H is {n} × {n}, but they must be 1 × n and n × n")
        })?;
        let (largest, smallest) = (eigen.values[(0, 0)], eigen.values[(0, n - 1)]);
        let definite = smallest > n as f64 * f64::EPSILON * largest.abs(); // by more than rounding
        require(definite, || format!("H has the eigenvalue {smallest}, but all must be above 0"))?;
        let quadratic = Self { e0, b, h, eigen };
        require(e0.is_finite() && quadratic.minimiser().is_finite(), || {
            format!("E₀ is {e0}, b is {:?}, but they and −H⁻¹b must be finite", quadratic.b)
        })?;
        Ok(quadratic)
    }

    /// The eigenvalues and eigenvectors of `H`.
    pub fn eigen(&self) -> &Eigen {
        &self.eigen
    }

    /// `E(w) = E₀ + bᵀw + ½ wᵀHw`.
    ///
    /// ```
    /// # use backprop::{Matrix, Quadratic};
    /// # let h = Matrix::from([[5.0, 2.0], [2.0, 2.0]]);
    /// # let e = Quadratic::new(0.0, Matrix::row_vector(&[-11.0, -8.0]), h)?;
    /// assert_eq!(e.value(&Matrix::row_vector(&[1.0, 3.0])), -17.5); // 0 − 11 − 24 + ½ · 35
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `w` is not `1 × n`.
    #[track_caller]
    pub fn value(&self, w: &Matrix) -> f64 {
        // (20) E(w) = E₀ + bᵀw + ½ wᵀHw
        self.e0 + self.b.hadamard(w).sum() + 0.5 * w.matmul(&self.h).hadamard(w).sum()
    }

    /// `∇E(w) = b + Hw`: the ½ has cancelled the 2. Shape: `1 × n`.
    ///
    /// ```
    /// # use backprop::{Matrix, Quadratic};
    /// # let h = Matrix::from([[5.0, 2.0], [2.0, 2.0]]);
    /// # let e = Quadratic::new(0.0, Matrix::row_vector(&[-11.0, -8.0]), h)?;
    /// let w = Matrix::row_vector(&[1.0, 1.0]);
    /// assert_eq!(e.gradient(&w), Matrix::row_vector(&[-4.0, -4.0])); // −11 + 7 and −8 + 4
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `w` is not `1 × n`.
    #[track_caller]
    pub fn gradient(&self, w: &Matrix) -> Matrix {
        // (21) ∇E = b + Hw
        &self.b + &w.matmul(&self.h)
    }

    /// `w*`, the only `w` with `∇E(w) = 0`. Shape: `1 × n`.
    pub fn minimiser(&self) -> Matrix {
        // (22) w* = −H⁻¹b = Σᵢ αᵢ uᵢ
        self.decayed_minimiser(0.0)
    }

    /// `E′(w) = E(w) + τ/2 wᵀw`: the same `E₀` and `b`, and `H + τI` for `H`.
    ///
    /// ```
    /// # use backprop::{Matrix, Quadratic};
    /// # let h = Matrix::from([[5.0, 2.0], [2.0, 2.0]]);
    /// # let e = Quadratic::new(0.0, Matrix::row_vector(&[-11.0, -8.0]), h)?;
    /// let decayed = e.with_weight_decay(1.5)?;
    /// assert_eq!(decayed.minimiser().to_string(), "[ 1.2000  1.6000 ]");
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If `τ` is negative or not finite, or too large to be added.
    pub fn with_weight_decay(&self, tau: f64) -> Result<Self, Error> {
        let possible = tau.is_finite() && tau >= 0.0;
        require(possible, || format!("τ is {tau}, but must be at least 0 and finite"))?;
        // (23) ∇E′ = b + Hw + τw = b + (H + τI)w
        let n = self.h.rows();
        let h = Matrix::from_fn(n, n, |i, j| self.h[(i, j)] + if i == j { tau } else { 0.0 });
        Self::new(self.e0, self.b.clone(), h)
    }

    /// `αᵢ = −uᵢᵀb / λᵢ`: the coordinates of the minimiser along the eigenvectors, `w* = Σᵢ αᵢ uᵢ`.
    /// Shape: `1 × n`.
    pub fn alpha(&self) -> Matrix {
        self.beta(0.0)
    }

    /// `dᵢ = λᵢ / (λᵢ + τ)`: what weight decay leaves of each coordinate; 0 for `τ = ∞`. Shape: `1 × n`.
    ///
    /// ```
    /// # use backprop::{Matrix, Quadratic};
    /// # let h = Matrix::from([[5.0, 2.0], [2.0, 2.0]]);
    /// # let e = Quadratic::new(0.0, Matrix::row_vector(&[-11.0, -8.0]), h)?;
    /// assert_eq!(e.shrinkage(1.5).to_string(), "[ 0.8000  0.4000 ]"); // 6 / 7.5 and 1 / 2.5
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `τ` is negative or NaN.
    #[track_caller]
    pub fn shrinkage(&self, tau: f64) -> Matrix {
        assert!(tau >= 0.0, "τ is {tau}, but must be at least 0");
        self.eigen.values.map(|lambda| lambda / (lambda + tau))
    }

    /// `βᵢ = −uᵢᵀb / (λᵢ + τ)`: the coordinates of `w_τ` along the eigenvectors, `w_τ = Σᵢ βᵢ uᵢ`.
    /// Shape: `1 × n`.
    ///
    /// This is `dᵢ αᵢ`, but on the way through `w*` as many digits are lost as `λ₁ / λₙ` has.
    ///
    /// ```
    /// # use backprop::{Matrix, Quadratic};
    /// let h = Matrix::from([[6.0, 0.0], [0.0, 1.0]]); // the eigenvectors are the axes
    /// let e = Quadratic::new(0.0, Matrix::row_vector(&[-12.0, -5.0]), h)?;
    /// assert_eq!(e.beta(1.5), Matrix::row_vector(&[1.6, 2.0])); // 12 / 7.5 and 5 / 2.5
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `τ` is negative or NaN.
    #[track_caller]
    pub fn beta(&self, tau: f64) -> Matrix {
        assert!(tau >= 0.0, "τ is {tau}, but must be at least 0");
        // (24) βᵢ = −uᵢᵀb / (λᵢ + τ) = λᵢ / (λᵢ + τ) αᵢ
        let pull = (-&self.b).matmul(&self.eigen.vectors);
        pull.zip_map(&self.eigen.values, |pull, lambda| pull / (lambda + tau))
    }

    /// `w_τ = Σᵢ βᵢ uᵢ`, by way of the eigenvectors: the minimiser of
    /// [`with_weight_decay`](Quadratic::with_weight_decay). Shape: `1 × n`.
    ///
    /// # Panics
    ///
    /// If `τ` is negative or NaN.
    #[track_caller]
    pub fn decayed_minimiser(&self, tau: f64) -> Matrix {
        // (25) w_τ = Σᵢ βᵢ uᵢ = U diag(d) Uᵀw*
        self.beta(tau).matmul_transposed(&self.eigen.vectors)
    }
}
