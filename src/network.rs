//! The network: forward, loss, backward.
//!
//! Layers are counted as on the sheet: `l` runs from 1 to `L`, and layer 0 is the input.

mod error;

pub use error::NetworkError;

use super::activation::{Activation, apply_softmax_jacobian};
use super::descent::GradientDescent;
use super::initialization::Initialization;
use super::loss::Loss;
use super::matrix::Matrix;
use super::output;
use super::random::Rng;

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
/// let mut network = Network::new(2, &layers, loss, Initialization::default(), &mut Rng::new(1))?;
///
/// let xor = Dataset::xor();
/// let descent = GradientDescent { learning_rate: 1.0 };
/// for _ in 0..250 {
///     network.train_on_batch(xor.inputs(), xor.targets(), &descent)?;
/// }
/// assert!(network.predict(xor.inputs())[(1, 0)] > 0.9);
/// # Ok::<(), backprop::NetworkError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[doc(alias = "dense_neural_network")]
pub struct Network {
    layers: Vec<Layer>,
    loss: Loss,
    weight_decay: f64,
}

/// All `Zˡ` and `Yˡ` of one forward pass.
#[derive(Clone, Debug, PartialEq)]
#[doc(alias = "intermediate_activations")]
pub struct Trace {
    z: Vec<Matrix>, // z[l - 1] is Zˡ
    y: Vec<Matrix>, // y[l] is Yˡ
}

/// `∇ℒ` with respect to every weight and bias, each of the shape of what it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradients {
    weights: Vec<Matrix>,
    biases: Vec<Matrix>,
}

impl Trace {
    /// `Zˡ`, for `l` from 1 to `L`: `N × nₗ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer; the input has no pre-activation.
    #[track_caller]
    pub fn z(&self, l: usize) -> &Matrix {
        check_layer(l, self.z.len());
        &self.z[l - 1]
    }

    /// `Yˡ`, for `l` from 0, the input, to `L`, the output: `N × nₗ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer.
    #[track_caller]
    pub fn y(&self, l: usize) -> &Matrix {
        &self.y[l]
    }
}

impl Gradients {
    /// `∇_Wˡ ℒ`, for `l` from 1 to `L`: the shape of `Wˡ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer.
    #[track_caller]
    pub fn weights(&self, l: usize) -> &Matrix {
        check_layer(l, self.weights.len());
        &self.weights[l - 1]
    }

    /// `∇_bˡ ℒ`, for `l` from 1 to `L`: the shape of `bˡ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer.
    #[track_caller]
    pub fn biases(&self, l: usize) -> &Matrix {
        check_layer(l, self.biases.len());
        &self.biases[l - 1]
    }
}

impl Network {
    /// A network with the given layers, `(units, activation)` each, its weights drawn by
    /// `initialization`, its biases 0, without weight decay.
    ///
    /// # Errors
    ///
    /// If there is no layer, a layer or the input is empty, or the loss does not [fit](output::fits)
    /// the last activation.
    #[doc(alias = "build_dense_neural_network")]
    pub fn new(
        input_size: usize,
        layers: &[(usize, Activation)],
        loss: Loss,
        initialization: Initialization,
        rng: &mut Rng,
    ) -> Result<Self, NetworkError> {
        let mut inputs = input_size;
        let mut built = Vec::new();
        for &(units, activation) in layers {
            let weights = initialization.weights(units, inputs, rng);
            built.push(Layer { weights, biases: Matrix::zeros(1, units), activation });
            inputs = units;
        }
        Self::from_layers(built, loss)
    }

    /// The network with these layers, set by hand, without weight decay.
    ///
    /// # Errors
    ///
    /// As [`Network::new`], and if weights or biases do not have the shape that the layer below
    /// asks for, or are not finite.
    pub fn from_layers(layers: Vec<Layer>, loss: Loss) -> Result<Self, NetworkError> {
        let activation = layers.last().ok_or(NetworkError::NoLayers)?.activation;
        let mut inputs = layers[0].weights.cols();
        if inputs == 0 {
            return Err(NetworkError::NoUnits { layer: 0 });
        }
        for (l, layer) in (1..).zip(&layers) {
            layer.check(l, inputs)?;
            inputs = layer.weights.rows();
        }
        if !output::fits(loss, activation) {
            return Err(NetworkError::Output { loss, activation });
        }
        Ok(Self { layers, loss, weight_decay: 0.0 })
    }

    /// The same network with the weight decay `λ` in its loss and in its gradient.
    ///
    /// # Errors
    ///
    /// If `λ` is negative or not finite.
    pub fn with_weight_decay(self, lambda: f64) -> Result<Self, NetworkError> {
        if lambda.is_finite() && lambda >= 0.0 {
            Ok(Self { weight_decay: lambda, ..self })
        } else {
            Err(NetworkError::WeightDecay(lambda))
        }
    }

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

    pub(super) fn layer_mut(&mut self, l: usize) -> &mut Layer {
        &mut self.layers[l - 1]
    }

    /// The loss whose mean over the batch is `ℰ`.
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
    /// # Panics
    ///
    /// If `x` has not `n₀` columns.
    #[track_caller]
    pub fn forward(&self, x: &Matrix) -> Trace {
        let mut trace = Trace { z: Vec::new(), y: vec![x.clone()] };
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
    /// If `x` has not `n₀` columns.
    #[track_caller]
    pub fn predict(&self, x: &Matrix) -> Matrix {
        self.forward(x).y.pop().expect("a trace holds at least the input")
    }

    /// `ℒ = ℰ + λ/2 · Σ ‖Wˡ‖²`: the mean error of the batch, and the decay of all weights, once.
    ///
    /// # Panics
    ///
    /// If `targets` is not of the shape of the output, or has no rows.
    #[track_caller]
    pub fn loss(&self, trace: &Trace, targets: &Matrix) -> f64 {
        let last = self.depth();
        let error = output::error(self.loss, self.layer(last).activation, trace.z(last), targets);
        let norm: f64 = self.layers.iter().map(|layer| layer.weights.squared_norm()).sum();
        // (11) ℒ = ℰ + λ/2 · Σ ‖Wˡ‖²
        error + self.weight_decay / 2.0 * norm
    }

    /// The gradient of [`loss`](Network::loss) for one sample: the equations (5) to (8).
    ///
    /// Shapes: vectors are rows; the trace is that of one sample, `target` is `1 × n_L`.
    ///
    /// # Panics
    ///
    /// If there is more than one sample, or `target` is not of the shape of the output.
    #[track_caller]
    pub fn backward_one(&self, trace: &Trace, target: &Matrix) -> Gradients {
        // (5) δᴸ = ∇_y ℰ ⊙ φ′(zᴸ)
        let mut deltas = vec![self.output_delta(trace, target)];
        for l in (2..=self.depth()).rev() {
            let grad_y = deltas[0].matmul(&self.layer(l).weights);
            let below = match self.layer(l - 1).activation {
                Activation::Softmax => apply_softmax_jacobian(trace.y(l - 1), &grad_y),
                // (6) δˡ⁻¹ = (δˡWˡ) ⊙ φ′(zˡ⁻¹)
                phi => grad_y.hadamard(&phi.derivative(trace.z(l - 1))),
            };
            deltas.insert(0, below);
        }
        let mut gradients = Gradients::default();
        for (l, delta) in (1..).zip(deltas) {
            // (7) ∇W = (y ⊗ δ)ᵀ + λW = δ ⊗ y + λW
            let grad_w =
                delta.outer(trace.y(l - 1)).add_scaled(self.weight_decay, &self.layer(l).weights);
            gradients.weights.push(grad_w);
            // (8) ∇b = δ
            gradients.biases.push(delta);
        }
        gradients
    }

    /// The gradient of [`loss`](Network::loss) for a batch: the same equations with a sample in each row.
    ///
    /// The `1/N` of the mean is in `Δᴸ`, and from there in everything.
    ///
    /// # Panics
    ///
    /// If `targets` is not of the shape of the output, or has no rows.
    #[track_caller]
    pub fn backward(&self, trace: &Trace, targets: &Matrix) -> Gradients {
        // (5) Δᴸ = ∇_Y ℰ ⊙ φ′(Zᴸ)
        let mut deltas = vec![self.output_delta(trace, targets)];
        for l in (2..=self.depth()).rev() {
            let grad_y = deltas[0].matmul(&self.layer(l).weights);
            let below = match self.layer(l - 1).activation {
                Activation::Softmax => apply_softmax_jacobian(trace.y(l - 1), &grad_y),
                // (12) Δˡ⁻¹ = (ΔˡWˡ) ⊙ φ′(Zˡ⁻¹)
                phi => grad_y.hadamard(&phi.derivative(trace.z(l - 1))),
            };
            deltas.insert(0, below);
        }
        let mut gradients = Gradients::default();
        for (l, delta) in (1..).zip(deltas) {
            // (13) ∇W = ΔᵀY + λW
            let grad_w = delta
                .transpose()
                .matmul(trace.y(l - 1))
                .add_scaled(self.weight_decay, &self.layer(l).weights);
            gradients.weights.push(grad_w);
            // (14) ∇b = 1ᵀΔ
            gradients.biases.push(delta.column_sums());
        }
        gradients
    }

    /// One step of gradient descent on every weight and bias.
    ///
    /// # Panics
    ///
    /// If the gradients are those of another network.
    #[track_caller]
    pub fn step(&mut self, gradients: &Gradients, descent: &GradientDescent) {
        for (l, layer) in (1..).zip(&mut self.layers) {
            descent.step(&mut layer.weights, gradients.weights(l));
            descent.step(&mut layer.biases, gradients.biases(l));
        }
    }

    /// Forward, backward and one step. Returns the loss before the step.
    ///
    /// # Errors
    ///
    /// If the batch does not fit the network or its loss, or if the training has diverged: a
    /// number is NaN or infinite. The network is then left as it was.
    pub fn train_on_batch(
        &mut self,
        x: &Matrix,
        targets: &Matrix,
        descent: &GradientDescent,
    ) -> Result<f64, NetworkError> {
        self.check_batch(x, targets)?;
        let trace = self.forward(x);
        let loss = self.loss(&trace, targets);
        let gradients = self.backward(&trace, targets);
        check_finite(&trace, loss, &gradients)?;
        self.step(&gradients, descent);
        Ok(loss)
    }

    /// Whether this network can learn from these samples.
    ///
    /// # Errors
    ///
    /// If a shape is wrong, there is no sample, an input is not finite or a target is not admitted
    /// by the loss: which, and what is needed.
    pub fn check_batch(&self, x: &Matrix, targets: &Matrix) -> Result<(), NetworkError> {
        let last = self.depth();
        let samples = x.rows();
        if samples == 0 {
            return Err(NetworkError::NoSamples);
        }
        check_shape("inputs", 0, x, (samples, self.layers[0].weights.cols()))?;
        check_shape("targets", last, targets, (samples, self.layer(last).weights.rows()))?;
        if !x.is_finite() {
            return Err(NetworkError::NotFinite { what: "inputs", layer: 0 });
        }
        match targets.as_slice().iter().position(|&t| !self.loss.admits(t)) {
            None => Ok(()),
            Some(at) => {
                let (row, col) = (at / targets.cols(), at % targets.cols());
                Err(NetworkError::Target { row, col, found: targets[(row, col)], loss: self.loss })
            }
        }
    }

    #[track_caller]
    fn output_delta(&self, trace: &Trace, targets: &Matrix) -> Matrix {
        let last = self.depth();
        output::delta(self.loss, self.layer(last).activation, trace.z(last), trace.y(last), targets)
    }
}

impl Layer {
    fn check(&self, l: usize, inputs: usize) -> Result<(), NetworkError> {
        let units = self.weights.rows();
        if units == 0 {
            return Err(NetworkError::NoUnits { layer: l });
        }
        check_shape("weights", l, &self.weights, (units, inputs))?;
        check_shape("biases", l, &self.biases, (1, units))?;
        for (what, parameter) in [("weights", &self.weights), ("biases", &self.biases)] {
            if !parameter.is_finite() {
                return Err(NetworkError::NotFinite { what, layer: l });
            }
        }
        Ok(())
    }
}

/// Whether every number of a step is finite; if not, which is the first that is not.
fn check_finite(trace: &Trace, loss: f64, gradients: &Gradients) -> Result<(), NetworkError> {
    let last = trace.z.len();
    let forward = (1..=last).map(|l| ("pre-activations", l, trace.z(l).is_finite()));
    let middle = [("loss", last, loss.is_finite())];
    let backward = (1..=last).rev().flat_map(|l| {
        let (weights, biases) = (gradients.weights(l), gradients.biases(l));
        [("weight gradients", l, weights.is_finite()), ("bias gradients", l, biases.is_finite())]
    });
    match forward.chain(middle).chain(backward).find(|(_, _, finite)| !finite) {
        None => Ok(()),
        Some((what, layer, _)) => Err(NetworkError::NotFinite { what, layer }),
    }
}

fn check_shape(
    what: &'static str,
    layer: usize,
    found: &Matrix,
    expected: (usize, usize),
) -> Result<(), NetworkError> {
    if found.shape() == expected {
        Ok(())
    } else {
        Err(NetworkError::Shape { what, layer, found: found.shape(), expected })
    }
}

#[track_caller]
fn check_layer(l: usize, last: usize) {
    assert!((1..=last).contains(&l), "layer {l} asked for, but the layers are 1 to {last}");
}
