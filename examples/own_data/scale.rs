//! Numbers in units of their standard deviation, and a network that is given them as they are.

use backprop::{Error, Layer, Matrix, Network};

/// `x′ = (x − μ) / σ` for each column, with `μ` and `σ` of the training samples: the test samples
/// must not influence the training. A column that is constant has `σ = 0`; it is only shifted.
pub struct Scale {
    /// `1 × n`.
    pub mu: Matrix,
    /// `1 × n`.
    pub sigma: Matrix,
}

impl Scale {
    /// Of the rows of `x`.
    pub fn of(x: &Matrix) -> Self {
        let share = 1.0 / x.rows() as f64;
        let origin = x.select_rows(&[0]); // subtracted first: equal entries give exactly σ = 0
        let mu = &origin + &(&x.add_row(&-&origin).column_sums() * share);
        let squares = x.add_row(&-&mu).map(|off| off * off);
        let sigma = (&squares.column_sums() * share).map(f64::sqrt);
        Self { mu, sigma: sigma.map(|sigma| if sigma == 0.0 { 1.0 } else { sigma }) }
    }

    /// The rows of `x` in units of `σ`.
    pub fn apply(&self, x: &Matrix) -> Matrix {
        let off = x.add_row(&-&self.mu);
        Matrix::from_fn(x.rows(), x.cols(), |i, j| off[(i, j)] / self.sigma[(0, j)])
    }

    /// The network that computes from `x` what this one computes from `x′`: `W¹/σ` and `b¹ − W¹μ/σ`.
    pub fn of_inputs(&self, network: &Network) -> Result<Network, Error> {
        let mut layers = network.layers().to_vec();
        let Layer { weights: w, biases: b, .. } = &mut layers[0];
        *w = Matrix::from_fn(w.rows(), w.cols(), |i, j| w[(i, j)] / self.sigma[(0, j)]);
        *b = &*b - &self.mu.matmul_transposed(w);
        Network::from_layers(layers, network.loss_function())
    }

    /// The network whose outputs are `σy + μ`; its last activation is the identity.
    pub fn of_outputs(&self, network: &Network) -> Result<Network, Error> {
        let mut layers = network.layers().to_vec();
        let last = layers.len() - 1;
        let Layer { weights: w, biases: b, .. } = &mut layers[last];
        *w = Matrix::from_fn(w.rows(), w.cols(), |i, j| w[(i, j)] * self.sigma[(0, i)]);
        *b = &b.hadamard(&self.sigma) + &self.mu;
        Network::from_layers(layers, network.loss_function())
    }
}
