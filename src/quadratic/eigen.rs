//! Eigenvalues and eigenvectors of a symmetric matrix, by rotations: `HU = UΛ`, `UᵀU = I`.
//!
//! Method: a rotation `J` of two coordinates by a suitable angle makes one entry off the diagonal
//! of `JᵀHJ` zero, and moves its square onto the diagonal. Going through all pairs, again and
//! again, leaves `Λ`; the product of all rotations is `U`. Source: Jacobi (1846); in today's form Golub and Van Loan,
//! Matrix Computations, §8.5.
//!
//! Accuracy: `‖HU − UΛ‖ / ‖H‖` and `‖UᵀU − I‖` are a few times `n · 2⁻⁵³`.

use super::{Error, Matrix, require};

/// Beside a largest entry of 1, what is smaller than this cannot be distinguished from zero.
const NEGLIGIBLE: f64 = f64::EPSILON * f64::EPSILON;

/// `Λ` and `U` of a symmetric matrix `H = UΛUᵀ`.
///
/// ```
/// use backprop::{Eigen, Matrix};
///
/// let eigen = Eigen::of(&Matrix::from([[5.0, 2.0], [2.0, 2.0]]))?;
/// assert_eq!(eigen.values.to_string(), "[ 6.0000  1.0000 ]");
/// # Ok::<(), backprop::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Eigen {
    /// The eigenvalues `λ₁ ≥ λ₂ ≥ …`: `1 × n`.
    pub values: Matrix,
    /// `U`, `n × n`: column `i` is the eigenvector `uᵢ` of `λᵢ`. It has length 1 and is orthogonal
    /// to the others; its sign says nothing.
    pub vectors: Matrix,
}

impl Eigen {
    /// The eigenvalues and eigenvectors of `H`, `n × n`.
    ///
    /// # Errors
    ///
    /// If `H` is not square, not finite or not symmetric, or if an eigenvalue is too large for `f64`.
    #[doc(alias = "eigen")]
    pub fn of(h: &Matrix) -> Result<Self, Error> {
        let (m, n) = h.shape();
        require(h.is_finite() && *h == h.transpose(), || {
            format!("H is {m} × {n}, but must be n × n, finite and symmetric: {h:?}")
        })?;
        let mut a = h.clone();
        let mut u = Matrix::from_fn(n, n, |i, j| f64::from(i == j));
        let largest = h.as_slice().iter().fold(0.0, |largest: f64, h| largest.max(h.abs()));
        while pairs(n).any(|at| a[at].abs() > NEGLIGIBLE * largest) {
            pairs(n).for_each(|at| rotate(&mut a, &mut u, at));
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| a[(j, j)].total_cmp(&a[(i, i)]));
        let values = Matrix::from_fn(1, n, |_, i| a[(order[i], order[i])]);
        let vectors = Matrix::from_fn(n, n, |k, i| u[(k, order[i])]);
        require(values.is_finite(), || format!("an eigenvalue of H is above {:e}", f64::MAX))?;
        Ok(Self { values, vectors })
    }
}

/// All pairs `p < q`, row by row.
fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |p| (p + 1..n).map(move |q| (p, q)))
}

/// `A ← JᵀAJ` and `U ← UJ`, where `J` turns the coordinates `p` and `q` by the angle that makes
/// `Aₚ_q` zero.
///
/// Its tangent `t` solves `t² + 2θt = 1` with `θ = (A_qq − Aₚₚ) / 2Aₚ_q`. Of the two solutions the
/// smaller, at most 45°: the method converges with it.
fn rotate(a: &mut Matrix, u: &mut Matrix, (p, q): (usize, usize)) {
    if a[(p, q)] == 0.0 {
        return;
    }
    let theta = (a[(q, q)] / 2.0 - a[(p, p)] / 2.0) / a[(p, q)]; // no sum can overflow
    let t = 1.0_f64.copysign(theta) / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cos = 1.0 / (t * t + 1.0).sqrt();
    let sin = t * cos;
    for k in 0..a.rows() {
        turn(a, (k, p), (k, q), (cos, sin)); // AJ
        turn(u, (k, p), (k, q), (cos, sin)); // UJ
    }
    for k in 0..a.rows() {
        turn(a, (p, k), (q, k), (cos, sin)); // Jᵀ(AJ)
    }
    (a[(p, q)], a[(q, p)]) = (0.0, 0.0); // exactly so without rounding
}

/// `(x, y) ← (x cos − y sin, x sin + y cos)` for two entries.
fn turn(m: &mut Matrix, x: (usize, usize), y: (usize, usize), (cos, sin): (f64, f64)) {
    (m[x], m[y]) = (m[x] * cos - m[y] * sin, m[x] * sin + m[y] * cos);
}
