//! How a network is made, and which networks and batches are refused.

use super::{
    Activation, Error, GradientDescent, Initialization, Layer, Loss, Matrix, Network, Rng, Trace,
    output, require,
};

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
    ) -> Result<Self, Error> {
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
    pub fn from_layers(layers: Vec<Layer>, loss: Loss) -> Result<Self, Error> {
        require(!layers.is_empty(), || {
            "a network needs at least one layer, none is given".to_string()
        })?;
        let mut inputs = layers[0].weights.cols();
        require(inputs > 0, || "the input has size 0, but must have at least 1".to_string())?;
        for (l, layer) in (1..).zip(&layers) {
            let units = layer.weights.rows();
            require(units > 0, || format!("layer {l} has 0 units, but must have at least 1"))?;
            require_shape("weights", l, &layer.weights, (units, inputs))?;
            require_shape("biases", l, &layer.biases, (1, units))?;
            require_finite("weights", l, &layer.weights)?;
            require_finite("biases", l, &layer.biases)?;
            inputs = units;
        }
        let last = layers[layers.len() - 1].activation;
        output::fits(loss, last)?;
        require(last != Activation::Softmax || inputs > 1, || {
            "a softmax with one output is always 1: give it 2 outputs, or take Sigmoid".to_string()
        })?;
        Ok(Self { layers, loss, weight_decay: 0.0 })
    }

    /// The same network with the weight decay `λ` in its loss and in its gradient.
    ///
    /// # Errors
    ///
    /// If `λ` is negative or not finite.
    pub fn with_weight_decay(self, lambda: f64) -> Result<Self, Error> {
        let possible = lambda >= 0.0 && lambda.is_finite();
        require(possible, || {
            format!("the weight decay is {lambda}, but must be at least 0 and finite")
        })?;
        Ok(Self { weight_decay: lambda, ..self })
    }

    /// Whether this network can learn from these samples.
    ///
    /// # Errors
    ///
    /// If there is no sample, a shape is wrong, an input is not finite, a target is not
    /// [admitted](Loss::admits) by the loss, or the targets of a softmax do not sum to 1.
    pub fn check_batch(&self, x: &Matrix, targets: &Matrix) -> Result<(), Error> {
        let (samples, loss) = (x.rows(), self.loss);
        require(samples > 0, || {
            "the batch has no samples, but a mean needs at least one".to_string()
        })?;
        let last = self.depth();
        require_shape("inputs", 0, x, (samples, self.layer(1).weights.cols()))?;
        require_shape("targets", last, targets, (samples, self.layer(last).weights.rows()))?;
        require_finite("inputs", 0, x)?;
        (0..samples).try_for_each(|i| require_targets(loss, i, targets.row(i)))
    }

    /// Whether a step keeps something of the weights: `ηλ` of each is what the decay takes away.
    pub(super) fn check_descent(&self, descent: GradientDescent) -> Result<(), Error> {
        descent.check()?;
        let (eta, lambda) = (descent.learning_rate, self.weight_decay);
        require(eta * lambda <= 1.0, || {
            format!(
                "learning rate {eta:?} times weight decay {lambda:?} is {:e}, but must be at most 1, \
                 or the decay turns every weight around; take less of either",
                eta * lambda
            )
        })
    }

    /// Whether everything that the forward pass gave is a number; if not, which layer is the first without.
    pub(super) fn check_finite(&self, trace: &Trace, loss: f64) -> Result<(), Error> {
        for l in 1..=self.depth() {
            require_finite("pre-activations", l, trace.z(l))?;
        }
        require(loss.is_finite(), || format!("the loss, at layer {}, is {loss}", self.depth()))
    }
}

fn require_finite(what: &str, l: usize, found: &Matrix) -> Result<(), Error> {
    require(found.is_finite(), || {
        let (at, a) = found.first_not_finite().expect("one is not");
        format!("entry {at:?} of the {what} of layer {l} is {a}, but must be finite")
    })
}

fn require_shape(
    what: &str,
    l: usize,
    found: &Matrix,
    (m, n): (usize, usize),
) -> Result<(), Error> {
    let (rows, cols) = found.shape();
    require((rows, cols) == (m, n), || {
        format!("the {what} of layer {l} are {rows} × {cols}, but must be {m} × {n}")
    })
}

/// Targets of sample `i` that the loss is defined for.
fn require_targets(loss: Loss, i: usize, t: &[f64]) -> Result<(), Error> {
    let range = if loss == Loss::MeanSquaredError { "finite" } else { "in [0, 1]" };
    for (j, &t) in t.iter().enumerate() {
        require(loss.admits(t), || {
            format!("target ({i}, {j}) is {t}, but {loss:?} needs it {range}")
        })?;
    }
    let sum: f64 = t.iter().sum();
    require(loss != Loss::CategoricalCrossEntropy || (sum - 1.0).abs() < 1e-9, || {
        format!("the targets of sample {i} sum to {sum}, but {loss:?} needs a sum of 1")
    })
}
