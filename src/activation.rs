//! The activations `y = φ(z)` and their derivatives `φ′(z)`, side by side.

use super::matrix::Matrix;

/// An activation function `φ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `φ(z) = z`, `φ′(z) = 1`.
    Identity,
    /// `φ(z) = max(z, 0)`, `φ′(z) = 1` for `z > 0`, else 0. At `z = 0` there is no derivative;
    /// 0 is the convention.
    Relu,
    /// `σ(z) = 1 / (1 + e⁻ᶻ)`, `σ′(z) = σ(z) (1 − σ(z))`. Range: `[0, 1]`.
    Sigmoid,
    /// `φ(z) = tanh z`, `φ′(z) = 1 − tanh² z`. Range: `[−1, 1]`.
    #[doc(alias = "htan")]
    Tanh,
    /// `yᵢ = eᶻⁱ / Σⱼ eᶻʲ` along each row. Range: `[0, 1]`, every row sums to 1. It couples the
    /// entries of a row, so its derivative is a matrix: see [`grad_z`](Activation::grad_z).
    Softmax,
}

impl Activation {
    /// Every activation.
    pub const ALL: [Self; 5] =
        [Self::Identity, Self::Relu, Self::Sigmoid, Self::Tanh, Self::Softmax];

    /// The lowest and the highest value of `φ`. Every target must lie between them, or be one of them.
    ///
    /// ```
    /// use backprop::Activation;
    ///
    /// assert_eq!(Activation::Tanh.range(), (-1.0, 1.0));
    /// ```
    pub fn range(self) -> (f64, f64) {
        match self {
            Activation::Identity => (f64::NEG_INFINITY, f64::INFINITY),
            Activation::Relu => (0.0, f64::INFINITY),
            Activation::Sigmoid | Activation::Softmax => (0.0, 1.0),
            Activation::Tanh => (-1.0, 1.0),
        }
    }

    /// `φ(z)`, for each entry (softmax: for each row).
    ///
    /// Shapes: `N × n` gives `N × n`.
    ///
    /// ```
    /// use backprop::{Activation, Matrix};
    ///
    /// let z = Matrix::row_vector(&[-2.0, 0.5]);
    /// assert_eq!(Activation::Relu.apply(&z), Matrix::row_vector(&[0.0, 0.5]));
    /// ```
    #[doc(alias = "forward")]
    pub fn apply(self, z: &Matrix) -> Matrix {
        match self {
            Activation::Identity => z.clone(),
            Activation::Relu => z.map(relu),
            Activation::Sigmoid => z.map(sigmoid),
            Activation::Tanh => z.map(f64::tanh),
            Activation::Softmax => softmax(z),
        }
    }

    /// `φ′(z)`, for each entry: a function of the pre-activation `z`, never of the output `y`.
    ///
    /// Shapes: `N × n` gives `N × n`.
    ///
    /// ```
    /// use backprop::{Activation, Matrix};
    ///
    /// let z = Matrix::row_vector(&[-2.0, 0.5]);
    /// assert_eq!(Activation::Relu.derivative(&z), Matrix::row_vector(&[0.0, 1.0]));
    /// ```
    ///
    /// # Panics
    ///
    /// For [`Activation::Softmax`]: one number per entry cannot hold its derivative.
    #[track_caller]
    #[doc(alias = "backward")]
    pub fn derivative(self, z: &Matrix) -> Matrix {
        match self {
            Activation::Identity => z.map(|_| 1.0),
            Activation::Relu => z.map(|z| if z.is_nan() { z } else { f64::from(z > 0.0) }),
            Activation::Sigmoid => z.map(|z| sigmoid(z) * sigmoid(-z)), // 1 − σ(z) = σ(−z)
            Activation::Tanh => z.map(|z| z.cosh().recip().powi(2)),    // 1 − tanh² z = 1 / cosh² z
            Activation::Softmax => panic!("softmax has no φ′(z): use grad_z(z, y, &grad_y)"),
        }
    }

    /// From `∇_y`, the gradient with respect to the outputs, to `∇_z`: the vector times the
    /// Jacobian of `φ`. An element-wise `φ` has a diagonal Jacobian, so that this is `∇_y ⊙ φ′(z)`.
    /// A softmax has `Jᵢⱼ = ∂yᵢ/∂zⱼ = yᵢ ([i = j] − yⱼ)`, applied to each row without forming it.
    ///
    /// Shapes: `z`, `y = φ(z)` and `grad_y` are `N × n`, as is the result.
    ///
    /// ```
    /// use backprop::{Activation, Matrix};
    ///
    /// let z = Matrix::row_vector(&[0.0, 0.0]);
    /// let y = Activation::Softmax.apply(&z); // (½, ½)
    /// let grad_z = Activation::Softmax.grad_z(&z, &y, &Matrix::row_vector(&[1.0, 0.0]));
    /// assert_eq!(grad_z, Matrix::row_vector(&[0.25, -0.25])); // ½ (1 − ½) and ½ (0 − ½)
    /// ```
    ///
    /// # Panics
    ///
    /// If the shapes of `grad_y` and `z` differ; for a softmax, those of `grad_y` and `y`.
    #[track_caller]
    pub fn grad_z(self, z: &Matrix, y: &Matrix, grad_y: &Matrix) -> Matrix {
        match self {
            Activation::Softmax => softmax_grad_z(y, grad_y),
            // (5), (6) ∇_z = ∇_y ⊙ φ′(z)
            phi => grad_y.hadamard(&phi.derivative(z)),
        }
    }
}

/// `max(z, 0)`, and NaN for NaN.
fn relu(z: f64) -> f64 {
    if z <= 0.0 { 0.0 } else { z }
}

/// `1 / (1 + e⁻ᶻ)`; for `z < 0` as `eᶻ / (1 + eᶻ)`, so that the exponential cannot overflow.
fn sigmoid(z: f64) -> f64 {
    let e = (-z.abs()).exp();
    if z < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

/// `eᶻⁱ / Σⱼ eᶻʲ` along each row, with the row's maximum subtracted from `z` first: the common
/// factor cancels, and no exponential can overflow.
fn softmax(z: &Matrix) -> Matrix {
    let (m, n) = z.shape();
    let max = |i| z.row(i).iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let max: Vec<f64> = (0..m).map(max).collect();
    let e = Matrix::from_fn(m, n, |i, j| (z[(i, j)] - max[i]).exp());
    let sums: Vec<f64> = (0..m).map(|i| e.row(i).iter().sum()).collect();
    Matrix::from_fn(m, n, |i, j| e[(i, j)] / sums[i])
}

/// `∇_y J` for the Jacobian `J` of a softmax, row by row.
#[track_caller]
fn softmax_grad_z(y: &Matrix, grad_y: &Matrix) -> Matrix {
    let terms = y.hadamard(grad_y);
    let inner: Vec<f64> = (0..y.rows()).map(|i| terms.row(i).iter().sum()).collect(); // ⟨∇_y, y⟩
    // (15) ∇_z = y ⊙ (∇_y − ⟨∇_y, y⟩)
    Matrix::from_fn(y.rows(), y.cols(), |i, j| y[(i, j)] * (grad_y[(i, j)] - inner[i]))
}
