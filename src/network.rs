//! The network: forward, loss, backward, step.
//!
//! Layers are counted as on the sheet: `l` runs from 1 to `L`, and layer 0 is the input.

use super::activation::Activation;
use super::descent::GradientDescent;
use super::error::{Error, require};
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

/// All `Zˡ` and `Yˡ` of one forward pass. The input `X = Y⁰` is borrowed, not copied.
#[derive(Clone, Debug, PartialEq)]
#[doc(alias = "intermediate_activations")]
pub struct Trace<'a> {
    x: &'a Matrix,
    z: Vec<Matrix>, // z[l - 1] is Zˡ
    y: Vec<Matrix>, // y[l - 1] is Yˡ
}

/// `∇ℒ` with respect to every weight and bias, each of the shape of what it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradients {
    weights: Vec<Matrix>,
    biases: Vec<Matrix>,
}

impl Network {
    /// A network with the given layers, `(units, activation)` each, its weights drawn by
    /// `initialization`, its biases 0, without weight decay.
    ///
    /// # Errors
    ///
    /// As [`from_layers`](Network::from_layers).
    #[doc(alias = "build_dense_neural_network")]
    pub fn new(
        input_size: usize,
        layers: &[(usize, Activation)],
        loss: Loss,
        initialization: Initialization,
        rng: &mut Rng,
    ) -> Result<Self, Error> {
        let (mut inputs, mut built) = (input_size, Vec::new());
        for &(units, activation) in layers {
            let weights = initialization.weights(units, inputs, rng);
            built.push(Layer { weights, biases: Matrix::zeros(1, units), activation });
            inputs = units;
        }
        Self::from_layers(built, loss)
    }

    /// The network with these layers, without weight decay.
    ///
    /// # Errors
    ///
    /// If there is no layer, or one without units or inputs; if a shape does not fit the layer below; if a weight or a
    /// bias is not finite; or if the loss does not [fit](output::fits) the last activation.
    pub fn from_layers(layers: Vec<Layer>, loss: Loss) -> Result<Self, Error> {
        require(!layers.is_empty(), || "a network needs at least one layer".to_string())?;
        let mut inputs = layers[0].weights.cols();
        for (l, Layer { weights: w, biases: b, .. }) in (1..).zip(&layers) {
            let ((m, n), (p, q)) = (w.shape(), b.shape());
            require(m > 0 && n > 0, || format!("layer {l}: W is {m} × {n}, without entries"))?;
            require(n == inputs && (p, q) == (1, m), || {
                let rule = format!("units × {inputs} and 1 × units: W has a row for each unit");
                format!("layer {l}: W is {m} × {n}, b is {p} × {q}, but they must be {rule}")
            })?;
            require(w.is_finite() && b.is_finite(), || format!("layer {l}: W or b is not finite"))?;
            inputs = m;
        }
        let last = layers[layers.len() - 1].activation;
        output::fits(loss, last)?;
        let rule = "a softmax with one output is always 1: give it 2 outputs, or take Sigmoid";
        require(last != Activation::Softmax || inputs > 1, || rule.to_string())?;
        Ok(Self { layers, loss, weight_decay: 0.0 })
    }

    /// The same network with the weight decay `λ` in its loss and in its gradient.
    ///
    /// # Errors
    ///
    /// If `λ` is negative or not finite.
    pub fn with_weight_decay(self, lambda: f64) -> Result<Self, Error> {
        let possible = lambda >= 0.0 && lambda.is_finite();
        require(possible, || format!("λ is {lambda}, but must be finite and at least 0"))?;
        Ok(Self { weight_decay: lambda, ..self })
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
        layer(&self.layers, l)
    }

    /// All layers, from 1 to `L`.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Which loss function `ℰ` is; its value, with the weight decay, is [`loss`](Network::loss).
    pub fn loss_function(&self) -> Loss {
        self.loss
    }

    /// `λ`.
    pub fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    /// `W¹, b¹, …, Wᴸ, bᴸ`.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &Matrix> {
        self.layers.iter().flat_map(|layer| [&layer.weights, &layer.biases])
    }

    /// `W¹, b¹, …, Wᴸ, bᴸ`, to be changed.
    pub(super) fn parameters_mut(&mut self) -> impl Iterator<Item = &mut Matrix> {
        self.layers.iter_mut().flat_map(|layer| [&mut layer.weights, &mut layer.biases])
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
        if let Err(error) = self.check_inputs(x) {
            panic!("{error}"); // in a closure, it would not point at the caller
        }
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
    /// If the trace has another number of layers or inputs, or `targets` is not of the shape of the
    /// output, or has no rows. A trace of other weights is not noticed, nor one of other hidden sizes.
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
    /// As [`loss`](Network::loss), and if the trace is of more than one sample.
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
    /// As [`loss`](Network::loss).
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

    /// `Δ¹, …, Δᴸ`, where `Δˡ = ∇_Z ℒ` for the `Z` of layer `l`. Shape of `Δˡ`: `N × nₗ`, a row for each sample.
    ///
    /// The gradient with respect to the input is one step further down, `Δ¹W¹`:
    ///
    /// ```
    /// # use backprop::{Activation, Layer, Loss, Matrix, Network};
    /// # let (weights, biases) = (Matrix::row_vector(&[2.0, 3.0]), Matrix::row_vector(&[1.0]));
    /// # let layer = Layer { weights, biases, activation: Activation::Identity };
    /// # let network = Network::from_layers(vec![layer], Loss::MeanSquaredError)?;
    /// // y = 2 x₁ + 3 x₂ + 1, with half the squared error.
    /// let (x, t) = (Matrix::row_vector(&[1.0, -1.0]), Matrix::row_vector(&[2.0]));
    /// let deltas = network.deltas(&network.forward(&x), &t);
    /// assert_eq!(deltas, [Matrix::row_vector(&[-2.0])]); // y − t = 0 − 2
    /// let grad_x = deltas[0].matmul(&network.layer(1).weights);
    /// assert_eq!(grad_x, Matrix::row_vector(&[-4.0, -6.0]));
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// As [`loss`](Network::loss).
    #[track_caller]
    pub fn deltas(&self, trace: &Trace, targets: &Matrix) -> Vec<Matrix> {
        self.check_trace(trace);
        let last = self.depth();
        let phi = self.layer(last).activation;
        // (5) δᴸ = ∇_y ℰ ⊙ φ′(zᴸ), by components (1), (2)
        let mut deltas = vec![output::delta(self.loss, phi, trace.z(last), trace.y(last), targets)];
        for l in (2..=last).rev() {
            let (delta, w) = (deltas.last().expect("Δˡ"), &self.layer(l).weights);
            // (6) δˡ⁻¹ = (δˡWˡ) ⊙ φ′(zˡ⁻¹), for a batch (12) Δˡ⁻¹ = (ΔˡWˡ) ⊙ φ′(Zˡ⁻¹)
            let phi = self.layer(l - 1).activation;
            deltas.push(phi.grad_z(trace.z(l - 1), trace.y(l - 1), &delta.matmul(w)));
        }
        deltas.reverse();
        deltas
    }

    /// `∇W + λW`.
    fn decayed(&self, grad_w: Matrix, l: usize) -> Matrix {
        let lambda = self.weight_decay;
        if lambda == 0.0 { grad_w } else { grad_w.add_scaled(lambda, &self.layer(l).weights) }
    }

    /// One step of gradient descent on every weight and bias, (17).
    ///
    /// ```
    /// # use backprop::{Activation, GradientDescent, Layer, Loss, Matrix, Network};
    /// # let (weights, biases) = (Matrix::row_vector(&[2.0, 3.0]), Matrix::row_vector(&[1.0]));
    /// # let layer = Layer { weights, biases, activation: Activation::Identity };
    /// # let mut network = Network::from_layers(vec![layer], Loss::MeanSquaredError)?;
    /// // y = 2 x₁ + 3 x₂ + 1, with half the squared error.
    /// let (x, t) = (Matrix::row_vector(&[1.0, -1.0]), Matrix::row_vector(&[2.0]));
    /// let gradients = network.backward(&network.forward(&x), &t); // ∇W = (−2, 2), ∇b = −2
    /// network.step(gradients, &GradientDescent { learning_rate: 0.5 })?;
    /// assert_eq!(network.layer(1).weights, Matrix::row_vector(&[3.0, 2.0]));
    /// assert_eq!(network.layer(1).biases, Matrix::row_vector(&[2.0]));
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// Momentum takes the step along a running sum of the gradients, `v ← 0.9 v + ∇`, instead:
    ///
    /// ```
    /// # use backprop::{Activation, Dataset, Error, Gradients, GradientDescent, Initialization, Loss, Matrix, Network, Rng};
    /// # let layers = [(2, Activation::Tanh), (1, Activation::Sigmoid)];
    /// # let mut network = Network::new(2, &layers, Loss::BinaryCrossEntropy, Initialization::default(), &mut Rng::new(2))?;
    /// # let (xor, descent) = (Dataset::xor(), GradientDescent { learning_rate: 0.5 });
    /// # let (x, t) = (xor.inputs(), xor.targets());
    /// let mut v = network.backward(&network.forward(x), t);
    /// for _ in 0..250 {
    ///     network.step(v.clone(), &descent)?;
    ///     let g = network.backward(&network.forward(x), t);
    ///     let weights = (1..=network.depth()).map(|l| g.weights(l).add_scaled(0.9, v.weights(l))).collect();
    ///     let biases = (1..=network.depth()).map(|l| g.biases(l).add_scaled(0.9, v.biases(l))).collect();
    ///     v = Gradients::new(weights, biases);
    /// }
    /// # assert!(network.loss(&network.forward(x), t) < 0.01);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the learning rate is not greater than 0 and finite, or more than 1/λ, which would flip the sign of every weight;
    /// or if a weight or a bias would become NaN, infinite or too large for its square. The network is
    /// then left as it was.
    ///
    /// # Panics
    ///
    /// If the gradients have another number of layers or another shape than the weights and biases.
    #[track_caller]
    pub fn step(&mut self, gradients: Gradients, descent: &GradientDescent) -> Result<(), Error> {
        self.check_depth("gradients", gradients.depth());
        let (eta, lambda) = (descent.learning_rate, self.weight_decay);
        let rule = "must be finite, above 0 and at most 1/λ: beyond, the decay flips every sign";
        let possible = eta > 0.0 && eta * lambda <= 1.0; // η = ∞ gives NaN
        require(possible, || format!("η is {eta:?}, λ is {lambda:?}, but η {rule}"))?;
        let mut layers = Vec::with_capacity(self.depth());
        let pairs = gradients.weights.into_iter().zip(gradients.biases);
        for ((l, layer), (grad_w, grad_b)) in (1..).zip(&self.layers).zip(pairs) {
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
    /// If the batch does not fit: a wrong shape, an input that is not finite, a target that the last activation cannot
    /// reach, targets of a categorical cross-entropy that do not sum to 1. If the loss is NaN or infinite. Or for one of the
    /// reasons of [`step`](Network::step). The network is then left as it was.
    pub fn train_on_batch(
        &mut self,
        x: &Matrix,
        targets: &Matrix,
        descent: &GradientDescent,
    ) -> Result<f64, Error> {
        self.check_batch(x, targets)?;
        let trace = self.forward(x);
        let loss = self.loss(&trace, targets);
        require(loss.is_finite(), || {
            let l = (1..self.depth()).find(|&l| !trace.z(l).is_finite()).unwrap_or(self.depth());
            format!("the loss is {loss}, from layer {l} on; take a smaller η or λ, or smaller data")
        })?;
        self.step(self.backward(&trace, targets), descent).map(|()| loss)
    }

    /// Whether `x` fits the first layer.
    fn check_inputs(&self, x: &Matrix) -> Result<(), Error> {
        let ((m, n), n0) = (x.shape(), self.layers[0].weights.cols());
        require(n == n0, || {
            let rule = format!("x must be N × {n0}: a sample in each row");
            format!("x is {m} × {n}, but the network has {n0} inputs, so {rule}")
        })
    }

    /// Whether the network can learn from this.
    fn check_batch(&self, x: &Matrix, t: &Matrix) -> Result<(), Error> {
        self.check_inputs(x)?;
        let Layer { weights, activation: phi, .. } = self.layer(self.depth());
        let ((p, q), n, outputs) = (t.shape(), x.rows(), weights.rows());
        require((p, q) == (n, outputs), || {
            let rule = "a sample in each row, one column for each output or class";
            format!("targets are {p} × {q}, but must be {n} × {outputs}: {rule}")
        })?;
        require(n > 0, || "the batch has no samples".to_string())?;
        require(x.is_finite(), || "an input is NaN or infinite".to_string())?;
        let (low, high) = phi.range();
        let reached = |t: &f64| t.is_finite() && (low..=high).contains(t);
        if let Some(t) = t.as_slice().iter().find(|t| !reached(t)) {
            return Err(format!("a target is {t}, but {phi:?} reaches only {low} to {high}").into());
        }
        match self.loss {
            Loss::BinaryCrossEntropy | Loss::MeanSquaredError => Ok(()),
            Loss::CategoricalCrossEntropy => (0..n).try_for_each(|i| {
                let (sum, rule) = (t.row(i).iter().sum::<f64>(), "to 1: divide each by their sum");
                let near = (sum - 1.0).abs() <= 1e-6;
                require(near, || format!("targets of sample {i} sum to {sum}, but must sum {rule}"))
            }),
        }
    }

    /// Panics at the caller's line unless the trace has the layers and the inputs of the network.
    #[track_caller]
    fn check_trace(&self, trace: &Trace) {
        self.check_depth("a trace", trace.z.len());
        let (x, w) = (trace.x, &self.layers[0].weights);
        x.check(w, x.cols() == w.cols(), "a trace needs the inputs of W¹");
    }

    /// Panics at the caller's line unless this has as many layers as the network.
    #[track_caller]
    pub(super) fn check_depth(&self, what: &str, layers: usize) {
        let depth = self.depth();
        assert!(layers == depth, "{what} of {layers} layers given, but the network has {depth}");
    }
}

impl Trace<'_> {
    /// `Zˡ`, for `l` from 1 to `L`: `N × nₗ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer; the input has no pre-activation.
    #[track_caller]
    pub fn z(&self, l: usize) -> &Matrix {
        layer(&self.z, l)
    }

    /// `Yˡ`, for `l` from 0, the input, to `L`, the output: `N × nₗ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer.
    #[track_caller]
    pub fn y(&self, l: usize) -> &Matrix {
        if l == 0 { self.x } else { layer(&self.y, l) }
    }
}

impl Gradients {
    /// Gradients from elsewhere, layer 1 first; a [`GradientCheck`](crate::GradientCheck) says
    /// whether they are right.
    ///
    /// ```
    /// use backprop::{Gradients, Matrix};
    ///
    /// let mine = Gradients::new(vec![Matrix::zeros(1, 2)], vec![Matrix::zeros(1, 1)]); // of a network 2-1
    /// assert_eq!(mine.depth(), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// Unless there are as many of the one as of the other.
    #[track_caller]
    pub fn new(weights: Vec<Matrix>, biases: Vec<Matrix>) -> Self {
        let (m, n) = (weights.len(), biases.len());
        assert!(m == n, "{m} gradients of weights, {n} of biases, but each layer has one of each");
        Self { weights, biases }
    }

    /// The number of layers, `L`.
    pub fn depth(&self) -> usize {
        self.weights.len()
    }

    /// `∇_Wˡ ℒ`, for `l` from 1 to `L`: the shape of `Wˡ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer.
    #[track_caller]
    pub fn weights(&self, l: usize) -> &Matrix {
        layer(&self.weights, l)
    }

    /// `∇_bˡ ℒ`, for `l` from 1 to `L`: the shape of `bˡ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer.
    #[track_caller]
    pub fn biases(&self, l: usize) -> &Matrix {
        layer(&self.biases, l)
    }

    /// `∇` of `W¹, b¹, …, Wᴸ, bᴸ`.
    pub(super) fn matrices(&self) -> impl Iterator<Item = &Matrix> {
        self.weights.iter().zip(&self.biases).flat_map(|(w, b)| [w, b])
    }
}

/// What belongs to layer `l` in a list that begins with layer 1.
#[track_caller]
fn layer<T>(all: &[T], l: usize) -> &T {
    assert!((1..=all.len()).contains(&l), "there is no layer {l}, only 1 to {}", all.len());
    &all[l - 1]
}
