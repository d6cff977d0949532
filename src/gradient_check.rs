//! Finite differences against backpropagation, for every weight and every bias.
//!
//! ```text
//! C(h) = (ℒ(w + h) − ℒ(w − h)) / 2h                    error of order h²
//! (18) ∂ℒ/∂w ≈ D = (4 C(h/2) − C(h)) / 3               error of order h⁴
//! ```
//!
//! The second is Richardson's extrapolation (1911): both differences err by the same multiple of
//! `h²`, so a combination of them does not. An entry agrees when
//! `|backward − D| ≤ 1e-9 · max(|backward|, |D|, |ℒ|, 1)`.
//!
//! A ReLU has no derivative at 0. Where one of the five points `w, w ± h, w ± h/2` lies on
//! another side of a kink than the others, the difference says nothing; such an entry is skipped
//! and counted.

use std::fmt;

use super::activation::Activation;
use super::matrix::Matrix;
use super::network::{Gradients, Network, Trace};

/// The step `h`; with it, rounding and the error of the method are about equally small. Beside a weight of 1e13 it
/// vanishes: the difference is then NaN, and the check fails.
const STEP: f64 = 3e-4;

/// How far backward and the difference may differ, relative to the largest of both, the loss and 1.
const TOLERANCE: f64 = 1e-9;

/// What a gradient check has found. Print it: it says what was checked and what differs most.
#[derive(Clone, Debug)]
#[must_use = "a check that nobody looks at finds nothing"]
pub struct GradientCheck {
    /// How many weights and biases were compared.
    pub checked: usize,
    /// How many were skipped because a ReLU has its kink there.
    pub skipped: usize,
    /// The entry that differs most.
    pub worst: Option<Entry>,
}

/// One weight or bias, with its derivative as the gradient and as the difference give it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The layer, from 1 to `L`.
    pub layer: usize,
    /// Whether it is a weight or a bias.
    pub parameter: Parameter,
    /// Its row and column; for the bias of unit `j`, `(0, j)`.
    pub at: (usize, usize),
    /// What the gradient under test says.
    pub backward: f64,
    /// What the differences say: `D` of (18).
    pub difference: f64,
    /// `|backward − D| / max(|backward|, |D|, |ℒ|, 1)`; infinite if any of them is not finite.
    pub error: f64,
}

/// The two kinds of numbers that a layer learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// An entry of `W`.
    Weight,
    /// An entry of `b`.
    Bias,
}

impl GradientCheck {
    /// Whether every compared entry agrees, and more were compared than skipped.
    pub fn passed(&self) -> bool {
        self.checked > self.skipped
            && self.worst.as_ref().is_some_and(|worst| worst.error <= TOLERANCE)
    }
}

/// Checks [`Network::backward`] on this batch.
///
/// ```
/// use backprop::{Activation, Dataset, Initialization, Loss, Network, Rng, gradient_check};
///
/// let layers = [(3, Activation::Tanh), (1, Activation::Sigmoid)];
/// let loss = Loss::BinaryCrossEntropy;
/// let network = Network::new(2, &layers, loss, Initialization::default(), &mut Rng::new(1))?;
/// let xor = Dataset::xor();
///
/// let check = gradient_check(&network, xor.inputs(), xor.targets());
/// assert!(check.passed(), "{check}");
/// assert_eq!(check.checked, 13); // 3 × 2 + 3 and 1 × 3 + 1
/// # Ok::<(), backprop::Error>(())
/// ```
///
/// # Panics
///
/// If `x` or `targets` do not have the shape that the network needs.
#[track_caller]
pub fn gradient_check(network: &Network, x: &Matrix, targets: &Matrix) -> GradientCheck {
    let gradients = network.backward(&network.forward(x), targets);
    check_gradients(network, x, targets, &gradients)
}

/// Checks gradients that come from elsewhere, such as your own `backward`.
///
/// ```
/// use backprop::{Activation, Gradients, Initialization, Loss, Matrix, Network, Rng, check_gradients};
///
/// let layers = [(1, Activation::Identity)];
/// let network = Network::new(1, &layers, Loss::MeanSquaredError, Initialization::Zeros, &mut Rng::new(1))?;
/// let (x, t) = (Matrix::row_vector(&[2.0]), Matrix::row_vector(&[3.0]));
///
/// // y = 0, so δ = y − t = −3, and ∂ℒ/∂w = δx = −6.
/// let right = Gradients::new(vec![Matrix::row_vector(&[-6.0])], vec![Matrix::row_vector(&[-3.0])]);
/// assert!(check_gradients(&network, &x, &t, &right).passed());
/// let wrong = Gradients::new(vec![Matrix::row_vector(&[-6.0])], vec![Matrix::row_vector(&[3.0])]);
/// assert!(!check_gradients(&network, &x, &t, &wrong).passed());
/// # Ok::<(), backprop::Error>(())
/// ```
///
/// # Panics
///
/// As [`gradient_check()`], and if the gradients are not of as many layers as the network, or one has not the
/// shape of what it belongs to.
#[track_caller]
pub fn check_gradients(
    network: &Network,
    x: &Matrix,
    targets: &Matrix,
    gradients: &Gradients,
) -> GradientCheck {
    network.check_depth("gradients", gradients.depth());
    let trace = network.forward(x);
    let loss = network.loss(&trace, targets);
    let sides = relu_sides(network, &trace);
    let mut probe = Probe { network: network.clone(), x, targets, sides };
    let mut entries = Vec::new(); // None at a kink
    for layer in 1..=network.depth() {
        let (grad_w, grad_b) = (gradients.weights(layer), gradients.biases(layer));
        for (parameter, claimed) in [(Parameter::Weight, grad_w), (Parameter::Bias, grad_b)] {
            let (m, n) = probe.shape_for(claimed, layer, parameter);
            for at in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
                let d = probe.difference(layer, parameter, at);
                entries.push(d.map(|d| Entry::new(layer, parameter, at, claimed[at], d, loss)));
            }
        }
    }
    let checked = entries.iter().flatten().count();
    let skipped = entries.len() - checked;
    let worst = entries
        .into_iter()
        .flatten()
        .reduce(|worst, next| if next.error > worst.error { next } else { worst });
    GradientCheck { checked, skipped, worst }
}

impl Entry {
    fn new(
        layer: usize,
        parameter: Parameter,
        at: (usize, usize),
        backward: f64,
        difference: f64,
        loss: f64,
    ) -> Self {
        let all_finite = backward.is_finite() && difference.is_finite() && loss.is_finite();
        let scale = backward.abs().max(difference.abs()).max(loss.abs()).max(1.0);
        let error = if all_finite { (backward - difference).abs() / scale } else { f64::INFINITY };
        Self { layer, parameter, at, backward, difference, error }
    }
}

/// A copy of the network whose parameters are moved, one at a time.
struct Probe<'a> {
    network: Network,
    x: &'a Matrix,
    targets: &'a Matrix,
    sides: Vec<bool>,
}

impl Probe<'_> {
    /// `D` of (18), or `None` at a kink.
    fn difference(
        &mut self,
        layer: usize,
        parameter: Parameter,
        at: (usize, usize),
    ) -> Option<f64> {
        let w = self.parameter(layer, parameter)[at];
        let mut loss_at = |w| {
            self.parameter(layer, parameter)[at] = w;
            let trace = self.network.forward(self.x);
            let same_sides = relu_sides(&self.network, &trace) == self.sides;
            same_sides.then(|| self.network.loss(&trace, self.targets))
        };
        let mut central = |h| {
            let (right, left) = (w + h, w - h);
            Some((loss_at(right)? - loss_at(left)?) / (right - left)) // the step as rounded
        };
        // (18) ∂ℒ/∂w ≈ D = (4 C(h/2) − C(h)) / 3
        let difference =
            central(STEP / 2.0).zip(central(STEP)).map(|(half, full)| (4.0 * half - full) / 3.0);
        self.parameter(layer, parameter)[at] = w;
        difference
    }

    #[track_caller]
    fn shape_for(&mut self, claimed: &Matrix, layer: usize, of: Parameter) -> (usize, usize) {
        let values = self.parameter(layer, of);
        let fits = claimed.shape() == values.shape();
        claimed.check(values, fits, "a gradient has the shape of its parameter");
        values.shape()
    }

    fn parameter(&mut self, layer: usize, parameter: Parameter) -> &mut Matrix {
        let layer = self.network.layer_mut(layer);
        match parameter {
            Parameter::Weight => &mut layer.weights,
            Parameter::Bias => &mut layer.biases,
        }
    }
}

/// On which side of its kink every ReLU is.
fn relu_sides(network: &Network, trace: &Trace) -> Vec<bool> {
    let relu_layers =
        (1..=network.depth()).filter(|&l| network.layer(l).activation == Activation::Relu);
    relu_layers.flat_map(|l| trace.z(l).as_slice()).map(|&z| z > 0.0).collect()
}

/// For example `∂ℒ/∂W²[0,1]: backward 0.310000000, central difference 0.290000000, error 2.0e-2`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let layer = superscript(self.layer);
        match (self.parameter, self.at) {
            (Parameter::Weight, (i, j)) => write!(f, "∂ℒ/∂W{layer}[{i},{j}]")?,
            (Parameter::Bias, (_, j)) => write!(f, "∂ℒ/∂b{layer}[{j}]")?,
        }
        let Self { backward, difference, error, .. } = self;
        write!(f, ": backward {backward:.9}, central difference {difference:.9}, error {error:.1e}")
    }
}

impl fmt::Display for GradientCheck {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let verdict = if self.passed() { "passed" } else { "FAILED" };
        let Self { checked, skipped, .. } = self;
        write!(f, "gradient check {verdict}: {checked} checked, {skipped} skipped at a kink")?;
        self.worst.iter().try_for_each(|worst| write!(f, "; worst {worst}"))
    }
}

fn superscript(l: usize) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    l.to_string().bytes().map(|digit| digits[usize::from(digit - b'0')]).collect()
}
