//! What a blank works with, and which blanks there are.
//!
//! A function is judged by an equation that it alone satisfies, and a derivative by difference quotients of
//! the student's own function. There is no solution here to compare with.

use backprop::Matrix;

use super::evidence::{Fault, Verdict, call};
use super::functions::{self, activation, derivative, loss, loss_backward};
use super::network;

/// `φ` or `φ′`.
pub type Function = fn(&Matrix) -> Matrix;

/// One dense layer.
#[derive(Clone, Debug)]
pub struct Layer {
    /// `W`, `units × inputs`: one row per unit.
    pub weights: Matrix,
    /// `b`, `1 × units`.
    pub biases: Matrix,
    /// `φ`.
    pub phi: Function,
    /// `φ′`.
    pub phi_prime: Function,
}

/// All `zˡ` and `yˡ` of a forward pass.
#[derive(Clone, Debug)]
pub struct Trace {
    /// `z[l]` is `Zˡ`, for `l` from 1 to `L`; `z[0]` is empty.
    pub z: Vec<Matrix>,
    /// `y[l]` is `Yˡ`, for `l` from 0, the input, to `L`.
    pub y: Vec<Matrix>,
}

impl Trace {
    /// The trace before the first layer: `Y⁰ = X`.
    pub fn new(x: &Matrix) -> Self {
        Self { z: vec![Matrix::zeros(0, 0)], y: vec![x.clone()] }
    }

    /// Appends `Zˡ` and `Yˡ` of the next layer.
    pub fn push(&mut self, z: Matrix, y: Matrix) {
        self.z.push(z);
        self.y.push(y);
    }
}

/// `∇ℒ` with respect to the weights and the biases of one layer.
#[derive(Clone, Debug)]
pub struct Gradient {
    /// `∇W`, of the shape of `W`.
    pub weights: Matrix,
    /// `∇b`, of the shape of `b`.
    pub biases: Matrix,
}

/// The blanks as the student has filled them in; `main.rs` has the formula of each.
#[derive(Clone, Copy)]
pub struct Blanks {
    /// `ℰ` of targets and outputs.
    pub binary_cross_entropy: fn(&Matrix, &Matrix) -> f64,
    /// `∂ℰ/∂Y` of targets and outputs.
    pub binary_cross_entropy_backward: fn(&Matrix, &Matrix) -> Matrix,
    /// `φ`.
    pub relu: Function,
    /// `φ′`.
    pub relu_backward: Function,
    /// `φ`.
    pub sigmoid: Function,
    /// `φ′`.
    pub sigmoid_backward: Function,
    /// `φ`.
    pub tanh: Function,
    /// `φ′`.
    pub tanh_backward: Function,
    /// `x − η ∇` of `x`, `∇` and `η`.
    pub step: fn(&Matrix, &Matrix, f64) -> Matrix,
    /// The trace of layers and inputs.
    pub forward: fn(&[Layer], &Matrix) -> Trace,
    /// The gradient of layers, their trace, targets and `λ`.
    pub backward: fn(&[Layer], &Trace, &Matrix, f64) -> Vec<Gradient>,
    /// One step with inputs, targets, `η` and `λ`; returns the loss before it.
    pub train_on_batch: fn(&mut [Layer], &Matrix, &Matrix, f64, f64) -> f64,
    /// `φ`.
    pub softmax: Function,
    /// `∇_z` of `y` and `∇_y`.
    pub softmax_backward: fn(&Matrix, &Matrix) -> Matrix,
    /// `ℰ` of targets and outputs.
    pub categorical_cross_entropy: fn(&Matrix, &Matrix) -> f64,
    /// `∂ℰ/∂Y` of targets and outputs.
    pub categorical_cross_entropy_backward: fn(&Matrix, &Matrix) -> Matrix,
    /// `λ/2 · Σ ‖W‖²` of layers and `λ`.
    pub penalty: fn(&[Layer], f64) -> f64,
}

/// A line of the report: the number on the sheet, the name of the blank, the lines that must be right
/// first, and the check.
#[rustfmt::skip]
pub struct Item(pub &'static str, pub &'static str, &'static [&'static str], fn(&Blanks) -> Verdict);

/// All lines, in the order of the sheet. A new blank is a field of [`Blanks`], a line here and a check.
#[rustfmt::skip]
pub const ITEMS: [Item; 19] = [
    Item("2.1", "binary_cross_entropy", &[], |b| loss(b.binary_cross_entropy, |y| 1.0 - y)),
    Item("2.1", "binary_cross_entropy_backward", &["binary_cross_entropy"],
        |b| loss_backward(b.binary_cross_entropy, b.binary_cross_entropy_backward)),
    Item("2.2", "relu", &[], |b| activation(b.relu, "2y − z = |z|", |z, y| [2.0 * y - z, z.abs()])),
    Item("2.2", "relu_backward", &["relu"], |b| derivative(b.relu, b.relu_backward)),
    Item("2.3", "sigmoid", &[], |b| activation(b.sigmoid, "ln(y / (1 − y)) = z", |z, y| [(y / (1.0 - y)).ln(), z])),
    Item("2.3", "sigmoid_backward", &["sigmoid"], |b| derivative(b.sigmoid, b.sigmoid_backward)),
    Item("2.4", "tanh", &[], |b| activation(b.tanh, "½ ln((1 + y) / (1 − y)) = z", |z, y| [y.atanh(), z])),
    Item("2.4", "tanh_backward", &["tanh"], |b| derivative(b.tanh, b.tanh_backward)),
    Item("2.5", "step", &[], functions::step),
    Item("2.6", "forward", &["relu", "sigmoid", "tanh"], network::forward),
    Item("2.6", "backward", &["binary_cross_entropy_backward", "forward", "relu_backward", "sigmoid_backward",
        "tanh_backward"], network::backward),
    Item("2.7", "train_on_batch", &["step", "backward"], |b| network::train_on_batch(b, 0.0)),
    Item("2.10", "softmax", &[], functions::softmax),
    Item("2.10", "softmax_backward", &["softmax"], functions::softmax_backward),
    Item("2.10", "categorical_cross_entropy", &[], |b| loss(b.categorical_cross_entropy, |_| 1.0)),
    Item("2.10", "categorical_cross_entropy_backward", &["categorical_cross_entropy"],
        |b| loss_backward(b.categorical_cross_entropy, b.categorical_cross_entropy_backward)),
    Item("3", "penalty", &[], network::penalty),
    Item("3", "backward, with weight decay", &["backward", "penalty"], network::decay),
    Item("3", "train_on_batch, with weight decay", &["train_on_batch", "backward, with weight decay"],
        |b| network::train_on_batch(b, 0.3)),
];

impl Item {
    /// Judges the blank, given the verdicts on the earlier lines.
    pub fn judge(&self, blanks: &Blanks, earlier: &[Verdict]) -> Verdict {
        let mut earlier = ITEMS.iter().zip(earlier).filter(|(item, _)| self.2.contains(&item.1));
        let needed = earlier.find(|(_, verdict)| verdict.is_err()).map(|(item, _)| item.1);
        let own = |name: &str| name == self.1 || ITEMS.iter().all(|item| item.1 != name);
        match (call(|| (self.3)(blanks)), needed) {
            (Err(Fault::Missing(name)), _) if own(&name) => Err(Fault::Missing(self.1.to_string())),
            (_, Some(needed)) => Err(Fault::Missing(needed.to_string())),
            (verdict, None) => verdict,
        }
    }
}
