//! The classic mistakes of `docs/bugs.md` for one sample: each is one wrong line of a backward pass.

use backprop::{Activation, Gradients, Matrix, output};

use super::numbers::Numbers;

/// One wrong line; the names are the headings of `docs/bugs.md`, but for the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    PhiOfY,
    PhiLeftOut,
    RawError,
    PhiOfAnotherLayer,
    DiagonalSoftmax,
    UpdatedTooEarly,
    TransposedOuterProduct,
    HalfTheDecay,
    DecayWithWrongSign,
}

/// The step that is taken too early.
const LEARNING_RATE: f64 = 1.0;

impl Mistake {
    pub const ALL: [Self; 9] = [
        Self::PhiOfY,
        Self::PhiLeftOut,
        Self::RawError,
        Self::PhiOfAnotherLayer,
        Self::DiagonalSoftmax,
        Self::UpdatedTooEarly,
        Self::TransposedOuterProduct,
        Self::HalfTheDecay,
        Self::DecayWithWrongSign,
    ];

    /// What it is, and the wrong formula.
    pub fn name(self) -> &'static str {
        match self {
            Self::PhiOfY => "φ′ of the output: ⊙ φ′(y)",
            Self::PhiLeftOut => "φ′ left out: δ = δW",
            Self::RawError => "the error passed down instead of δ: ∂ℰ/∂y · W",
            Self::PhiOfAnotherLayer => "φ′ of another layer: that of the layer above",
            Self::DiagonalSoftmax => "softmax as if element-wise: ⊙ y (1 − y)",
            Self::UpdatedTooEarly => "weights updated too early, with η = 1",
            Self::TransposedOuterProduct => "the outer product the wrong way round: y ⊗ δ",
            Self::HalfTheDecay => "half the decay: λ/2 · w",
            Self::DecayWithWrongSign => "decay with the wrong sign: −λw",
        }
    }

    /// Why it makes no difference to a layer of this network, if the reason is not in the numbers.
    pub fn harmless(self, numbers: &Numbers, l: usize) -> Option<String> {
        let network = numbers.network;
        let (rows, columns) = network.layer(l).weights.shape();
        let decays = network.weight_decay() != 0.0;
        match self {
            Self::HalfTheDecay | Self::DecayWithWrongSign if !decays => {
                Some("the same: λ = 0".into())
            }
            Self::TransposedOuterProduct if rows != columns => {
                Some(format!("does not fit: W is {rows} × {columns}, y ⊗ δ is {columns} × {rows}"))
            }
            Self::PhiOfY | Self::PhiLeftOut | Self::RawError | Self::UpdatedTooEarly
                if l == network.depth() =>
            {
                Some("the same in the last layer".into())
            }
            _ => None,
        }
    }

    /// Whether a network like this one can have it at all.
    pub fn applies(self, numbers: &Numbers) -> bool {
        let last = numbers.network.depth();
        let softmax = |l| numbers.network.layer(l).activation == Activation::Softmax;
        self != Self::DiagonalSoftmax || (1..last).any(softmax)
    }

    /// The whole gradient with this line wrong.
    pub fn gradients(self, numbers: &Numbers) -> Gradients {
        let Numbers { network, trace, t, .. } = numbers;
        let last = network.depth();
        let (loss, phi) = (network.loss_function(), network.layer(last).activation);
        let mut raw = loss.derivative(trace.y(last), t);
        let mut delta = output::delta(loss, phi, trace.z(last), trace.y(last), t);
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for l in (1..=last).rev() {
            let (w, y) = (&network.layer(l).weights, trace.y(l - 1));
            let square = w.rows() == w.cols();
            let turned = self == Self::TransposedOuterProduct && square;
            let product = if turned { y.outer(&delta) } else { delta.outer(y) };
            let grad_w = product.add_scaled(self.decay(network.weight_decay()), w);
            let grad_y = match self {
                Self::RawError => raw.matmul(w),
                Self::UpdatedTooEarly => delta.matmul(&w.add_scaled(-LEARNING_RATE, &grad_w)),
                _ => delta.matmul(w),
            };
            weights.insert(0, grad_w);
            biases.insert(0, delta.clone());
            if l > 1 {
                delta = self.through(numbers, l - 1, &grad_y);
                raw = grad_y;
            }
        }
        Gradients::new(weights, biases)
    }

    /// From `∇_y` to `δ` of a hidden layer.
    fn through(self, numbers: &Numbers, l: usize, grad_y: &Matrix) -> Matrix {
        let (z, y) = (numbers.trace.z(l), numbers.trace.y(l));
        match (numbers.network.layer(l).activation, self) {
            (_, Self::PhiLeftOut) => grad_y.clone(),
            (_, Self::PhiOfAnotherLayer) => {
                let phi = numbers.network.layer(l + 1).activation;
                phi.grad_z(z, &phi.apply(z), grad_y)
            }
            (Activation::Softmax, Self::DiagonalSoftmax) => {
                grad_y.hadamard(&y.map(|y| y * (1.0 - y)))
            }
            (Activation::Softmax, _) => Activation::Softmax.grad_z(z, y, grad_y),
            (phi, Self::PhiOfY) => grad_y.hadamard(&phi.derivative(y)),
            (phi, _) => phi.grad_z(z, y, grad_y),
        }
    }

    /// The factor of `W` in `∇W`.
    fn decay(self, lambda: f64) -> f64 {
        match self {
            Self::HalfTheDecay => lambda / 2.0,
            Self::DecayWithWrongSign => -lambda,
            _ => lambda,
        }
    }
}
