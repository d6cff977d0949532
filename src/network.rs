//! The network: forward, loss, backward.
//!
//! Layers are counted as on the sheet: `l` runs from 1 to `L`, and layer 0 is the input.

mod build;
mod text;
mod trace;

pub use trace::{Gradients, Trace};

use super::activation::Activation;
use super::descent::GradientDescent;
use super::error::{Error, require};
use super::initialization::Initialization;
use super::loss::Loss;
use super::matrix::Matrix;
use super::output;
use super::random::Rng;
use trace::check_layer;

/// One dense layer, `Y = φ(X Wᵀ + b)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// `W`, `units × inputs`: one row per unit.
    pub weights: Matrix,
    /// `b`, `1 × units`.
    pub biases: Matrix,
    /// `φ`.
    pub activation: Activation,
}

/// A network of dense layers with a loss.
///
/// ```
/// use backprop::{Activation, Dataset, GradientDescent, Initialization, Loss, Network, Rng};
///
/// let layers = [(2, Activation::Tanh), (1, Activation::Sigmoid)];
/// let loss = Loss::BinaryCrossEntropy;
/// let mut network = Network::new(2, &layers, loss, Initialization::default(), &mut Rng::new(2))?;
///
/// let xor = Dataset::xor();
/// let descent = GradientDescent { learning_rate: 1.0 };
/// for _ in 0..250 {
///     network.train_on_batch(xor.inputs(), xor.targets(), &descent)?;
/// }
/// assert!(network.predict(xor.inputs())[(1, 0)] > 0.9);
/// # Ok::<(), backprop::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[doc(alias = "dense_neural_network")]
pub struct Network {
    layers: Vec<Layer>,
    loss: Loss,
    weight_decay: f64,
}

impl Network {
    /// The number of layers, `L`.
    pub fn depth(&self) -> usize {
        self.layers.len()
    }

    /// Layer `l`, from 1 to `L`.
    ///
    /// # Panics
    ///
    /// If there is no such layer.
    #[track_caller]
    pub fn layer(&self, l: usize) -> &Layer {
        check_layer(l, self.depth());
        &self.layers[l - 1]
    }

    /// All layers, from 1 to `L`.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// `W¹, b¹, …, Wᴸ, bᴸ`.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &Matrix> {
        self.layers.iter().flat_map(|layer| [&layer.weights, &layer.biases])
    }

    /// `W¹, b¹, …, Wᴸ, bᴸ`, to be moved.
    pub(super) fn parameters_mut(&mut self) -> impl Iterator<Item = &mut Matrix> {
        self.layers.iter_mut().flat_map(|layer| [&mut layer.weights, &mut layer.biases])
    }

    /// Which loss function `ℰ` is; its value, with the weight decay, is [`loss`](Network::loss).
    pub fn loss_function(&self) -> Loss {
        self.loss
    }

    /// `λ`.
    pub fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    /// The forward pass, with everything that the backward pass needs.
    ///
    /// Shape: `x` is `N × n₀`, a sample in each row.
    ///
    /// ```
    /// # use backprop::{Activation, Layer, Loss, Matrix, Network};
    /// # let (weights, biases) = (Matrix::row_vector(&[2.0, 3.0]), Matrix::row_vector(&[1.0]));
    /// # let layer = Layer { weights, biases, activation: Activation::Identity };
    /// # let network = Network::from_layers(vec![layer], Loss::MeanSquaredError)?;
    /// // y = 2 x₁ + 3 x₂ + 1, with half the squared error.
    /// let x = Matrix::row_vector(&[1.0, -1.0]);
    /// let trace = network.forward(&x);
    /// assert_eq!(*trace.y(1), Matrix::row_vector(&[0.0])); // 2 − 3 + 1
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Unless `x` has `n₀` columns.
    #[track_caller]
    pub fn forward<'a>(&self, x: &'a Matrix) -> Trace<'a> {
        let mut trace = Trace { x, z: Vec::new(), y: Vec::new() };
        for (l, layer) in (1..).zip(&self.layers) {
            // (9) Zˡ = Yˡ⁻¹ (Wˡ)ᵀ + bˡ
            let z = trace.y(l - 1).matmul_transposed(&layer.weights).add_row(&layer.biases);
            // (10) Yˡ = φₗ(Zˡ)
            trace.y.push(layer.activation.apply(&z));
            trace.z.push(z);
        }
        trace
    }

    /// The output `Yᴸ` alone.
    ///
    /// Shapes: `N × n₀` gives `N × n_L`.
    ///
    /// # Panics
    ///
    /// Unless `x` has `n₀` columns.
    #[track_caller]
    pub fn predict(&self, x: &Matrix) -> Matrix {
        self.forward(x).y.pop().expect("a network has at least one layer")
    }

    /// `ℒ = ℰ + λ/2 · Σ ‖Wˡ‖²`: the mean error of the batch, and the decay of all weights, once.
    ///
    /// ```
    /// # use backprop::{Activation, Layer, Loss, Matrix, Network};
    /// # let (weights, biases) = (Matrix::row_vector(&[2.0, 3.0]), Matrix::row_vector(&[1.0]));
    /// # let layer = Layer { weights, biases, activation: Activation::Identity };
    /// # let network = Network::from_layers(vec![layer], Loss::MeanSquaredError)?;
    /// // y = 2 x₁ + 3 x₂ + 1, with half the squared error.
    /// let x = Matrix::row_vector(&[1.0, 1.0]);
    /// let trace = network.forward(&x);
    /// assert_eq!(network.loss(&trace, &Matrix::row_vector(&[4.0])), 2.0); // ½ (6 − 4)²
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If the trace has another number of layers or inputs, or `targets` is not of the shape of the output, or has
    /// no rows. A trace of other weights with the same shapes is not noticed.
    #[track_caller]
    pub fn loss(&self, trace: &Trace, targets: &Matrix) -> f64 {
        self.check_trace(trace);
        let last = self.depth();
        let error = output::value(self.loss, self.layer(last).activation, trace.z(last), targets);
        if self.weight_decay == 0.0 {
            return error;
        }
        let norms = self.layers.iter().map(|layer| layer.weights.squared_norm());
        // (11) ℒ = ℰ + λ/2 · Σ ‖Wˡ‖²
        error + self.weight_decay / 2.0 * norms.sum::<f64>()
    }

    /// The gradient of [`loss`](Network::loss) for one sample: the equations (5) to (8).
    ///
    /// Shapes: vectors are rows; the trace is that of one sample, `target` is `1 × n_L`.
    ///
    /// ```
    /// # use backprop::{Activation, Layer, Loss, Matrix, Network};
    /// # let (weights, biases) = (Matrix::row_vector(&[2.0, 3.0]), Matrix::row_vector(&[1.0]));
    /// # let layer = Layer { weights, biases, activation: Activation::Identity };
    /// # let network = Network::from_layers(vec![layer], Loss::MeanSquaredError)?;
    /// // y = 2 x₁ + 3 x₂ + 1, with half the squared error.
    /// let x = Matrix::row_vector(&[1.0, -1.0]);
    /// let gradients = network.backward_one(&network.forward(&x), &Matrix::row_vector(&[2.0]));
    /// assert_eq!(*gradients.biases(1), Matrix::row_vector(&[-2.0])); // δ = y − t = 0 − 2
    /// assert_eq!(*gradients.weights(1), Matrix::row_vector(&[-2.0, 2.0])); // δ ⊗ x
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If a shape in the trace does not fit the network, it is of more than one sample, or `target` is
    /// not of the shape of the output. A trace of other weights with the same shapes is not noticed.
    #[track_caller]
    pub fn backward_one(&self, trace: &Trace, target: &Matrix) -> Gradients {
        let mut gradients = Gradients::default();
        for (l, delta) in (1..).zip(self.deltas(trace, target)) {
            // (7) ∇W = (y ⊗ δ)ᵀ + λW = δ ⊗ y + λW, by components (3)
            gradients.weights.push(self.decayed(delta.outer(trace.y(l - 1)), l));
            // (8) ∇b = δ, by components (4)
            gradients.biases.push(delta);
        }
        gradients
    }

    /// The gradient of [`loss`](Network::loss) for a batch: the same equations with a sample in each row.
    ///
    /// The `1/N` of the mean is in `Δᴸ`, and from there in everything.
    ///
    /// ```
    /// # use backprop::{Activation, Layer, Loss, Matrix, Network};
    /// # let (weights, biases) = (Matrix::row_vector(&[2.0, 3.0]), Matrix::row_vector(&[1.0]));
    /// # let layer = Layer { weights, biases, activation: Activation::Identity };
    /// # let network = Network::from_layers(vec![layer], Loss::MeanSquaredError)?;
    /// // y = 2 x₁ + 3 x₂ + 1, with half the squared error.
    /// let (x, t) = (Matrix::from([[1.0, -1.0], [1.0, 1.0]]), Matrix::from([[2.0], [2.0]]));
    /// let gradients = network.backward(&network.forward(&x), &t);
    /// assert_eq!(*gradients.biases(1), Matrix::row_vector(&[1.0])); // the mean of −2 and 4
    /// assert_eq!(*gradients.weights(1), Matrix::row_vector(&[1.0, 3.0])); // of (−2, 2) and (4, 4)
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If a shape in the trace does not fit the network, or `targets` is not of the shape of the output,
    /// or has no rows. A trace of other weights with the same shapes is not noticed.
    #[track_caller]
    pub fn backward(&self, trace: &Trace, targets: &Matrix) -> Gradients {
        let mut gradients = Gradients::default();
        for (l, delta) in (1..).zip(self.deltas(trace, targets)) {
            // (13) ∇W = ΔᵀY + λW
            gradients.weights.push(self.decayed(delta.transpose().matmul(trace.y(l - 1)), l));
            // (14) ∇b = 1ᵀΔ
            gradients.biases.push(delta.column_sums());
        }
        gradients
    }

    /// `δ¹, …, δᴸ`, for one sample or, a row for each, for a batch.
    #[track_caller]
    pub(super) fn deltas(&self, trace: &Trace, targets: &Matrix) -> Vec<Matrix> {
        self.check_trace(trace);
        let last = self.depth();
        let phi = self.layer(last).activation;
        // (5) δᴸ = ∇_y ℰ ⊙ φ′(zᴸ), by components (1), (2)
        let mut delta = output::delta(self.loss, phi, trace.z(last), trace.y(last), targets);
        let mut deltas = Vec::with_capacity(last);
        for l in (2..=last).rev() {
            let (phi, w) = (self.layer(l - 1).activation, &self.layer(l).weights);
            // (6) δˡ⁻¹ = (δˡWˡ) ⊙ φ′(zˡ⁻¹), for a batch (12) Δˡ⁻¹ = (ΔˡWˡ) ⊙ φ′(Zˡ⁻¹)
            let below = phi.grad_z(trace.z(l - 1), trace.y(l - 1), &delta.matmul(w));
            deltas.push(std::mem::replace(&mut delta, below));
        }
        deltas.push(delta);
        deltas.reverse();
        deltas
    }

    /// `∇W + λW`.
    fn decayed(&self, grad_w: Matrix, l: usize) -> Matrix {
        let lambda = self.weight_decay;
        if lambda == 0.0 { grad_w } else { grad_w.add_scaled(lambda, &self.layer(l).weights) }
    }

    /// One step of gradient descent on every weight and bias.
    ///
    /// ```
    /// # use backprop::{Activation, GradientDescent, Layer, Loss, Matrix, Network};
    /// # let (weights, biases) = (Matrix::row_vector(&[2.0, 3.0]), Matrix::row_vector(&[1.0]));
    /// # let layer = Layer { weights, biases, activation: Activation::Identity };
    /// # let mut network = Network::from_layers(vec![layer], Loss::MeanSquaredError)?;
    /// // y = 2 x₁ + 3 x₂ + 1, with half the squared error.
    /// let x = Matrix::row_vector(&[1.0, -1.0]);
    /// let gradients = network.backward(&network.forward(&x), &Matrix::row_vector(&[2.0])); // ∇W = (−2, 2), ∇b = −2
    /// network.step(gradients, &GradientDescent { learning_rate: 0.5 })?;
    /// assert_eq!(network.layer(1).weights, Matrix::row_vector(&[3.0, 2.0]));
    /// assert_eq!(network.layer(1).biases, Matrix::row_vector(&[2.0]));
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the learning rate is refused by [`GradientDescent::step`], alone or together with the
    /// weight decay, or if a weight or a bias would become NaN, infinite or too large for its
    /// square. The network is then left as it was.
    ///
    /// # Panics
    ///
    /// If the gradients have another number of layers or another shape than the weights and biases.
    #[track_caller]
    pub fn step(&mut self, gradients: Gradients, descent: &GradientDescent) -> Result<(), Error> {
        self.check_depth("gradients", gradients.depth());
        self.check_descent(*descent)?;
        let mut layers = Vec::with_capacity(self.depth());
        let both = gradients.weights.into_iter().zip(gradients.biases);
        for ((l, layer), (grad_w, grad_b)) in (1..).zip(&self.layers).zip(both) {
            let at_layer = |error| format!("at layer {l}, {error}");
            let weights = descent.step(&layer.weights, grad_w).map_err(at_layer)?;
            let biases = descent.step(&layer.biases, grad_b).map_err(at_layer)?;
            layers.push(Layer { weights, biases, activation: layer.activation });
        }
        self.layers = layers;
        Ok(())
    }

    /// Forward, backward and one step. Returns the loss before the step.
    ///
    /// # Errors
    ///
    /// If the batch does not fit the network or its loss, for one of the reasons of
    /// [`step`](Network::step), or if the training has diverged: a number is NaN or infinite. The
    /// network is then left as it was.
    pub fn train_on_batch(
        &mut self,
        x: &Matrix,
        targets: &Matrix,
        descent: &GradientDescent,
    ) -> Result<f64, Error> {
        self.check_batch(x, targets)?;
        let trace = self.forward(x);
        let loss = self.loss(&trace, targets);
        let gradients = self.backward(&trace, targets);
        self.check_finite(&trace, loss)?;
        self.step(gradients, descent)?;
        Ok(loss)
    }

    /// Panics at the caller's line unless the trace has the layers and the inputs of the network.
    #[track_caller]
    fn check_trace(&self, trace: &Trace) {
        self.check_depth("a trace", trace.z.len());
        let (x, w) = (trace.x, &self.layer(1).weights);
        x.check(w, x.cols() == w.cols(), "a trace has as many inputs as W¹ has columns");
    }

    /// Panics at the caller's line unless this has as many layers as the network.
    #[track_caller]
    pub(super) fn check_depth(&self, what: &str, layers: usize) {
        assert!(
            layers == self.depth(),
            "{what} of {layers} layers given, but the network has {}",
            self.depth()
        );
    }
}
