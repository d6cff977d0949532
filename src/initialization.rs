//! Where the weights start.

use super::matrix::Matrix;
use super::random::Rng;

/// How the weights of a layer are drawn. Biases always start at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Initialization {
    /// Normal, mean 0, standard deviation `√(2 / (nₗ₋₁ + nₗ))`, clamped to two of these: the sheet's
    /// choice, after Glorot and Bengio (2010). Numbers outside are set to the nearer end, not drawn again.
    #[default]
    GlorotNormal,
    /// Uniform on `±√(6 / (nₗ₋₁ + nₗ))`, the same variance before clamping (Glorot and Bengio 2010).
    GlorotUniform,
    /// Normal, mean 0, standard deviation `√(2 / nₗ₋₁)`: for ReLU (He, Zhang, Ren and Sun 2015).
    HeNormal,
    /// All 0: every unit of a layer then stays like its neighbour for ever.
    Zeros,
}

impl Initialization {
    /// The first weights of a layer.
    ///
    /// Shape: `units × inputs`.
    ///
    /// ```
    /// use backprop::{Initialization, Rng};
    ///
    /// let w = Initialization::GlorotUniform.weights(3, 2, &mut Rng::new(1));
    /// assert_eq!(w.shape(), (3, 2));
    /// ```
    ///
    /// # Panics
    ///
    /// If there are more weights than can be counted.
    #[track_caller]
    pub fn weights(self, units: usize, inputs: usize, rng: &mut Rng) -> Matrix {
        let sum = inputs as f64 + units as f64;
        Matrix::from_fn(units, inputs, |_, _| match self {
            Initialization::GlorotNormal => (2.0 / sum).sqrt() * rng.normal().clamp(-2.0, 2.0),
            Initialization::GlorotUniform => (6.0 / sum).sqrt() * (2.0 * rng.uniform() - 1.0),
            Initialization::HeNormal => (2.0 / inputs as f64).sqrt() * rng.normal(),
            Initialization::Zeros => 0.0,
        })
    }
}
