//! A second oracle for the gradient: a forward pass of its own, in complex numbers.
//!
//! Where a function is made of `+ − · /`, `exp` and `ln`, it can be followed with complex numbers,
//! and Taylor's series along the imaginary axis separates value from derivative:
//!
//! ```text
//! f(w + ih) = f(w) + ih f′(w) − h²/2 f″(w) − …        f′(w) = Im f(w + ih) / h + O(h²)
//! ```
//!
//! Nothing is subtracted, so `h` may be so small that `h²` vanishes (Squire and Trapp, "Using
//! complex variables to estimate derivatives of real functions", SIAM Review 40, 1998).
//!
//! No function of `src/` takes part: of the network only parameters, activations, loss and λ are
//! read. The formulas differ too: a sigmoid is here the softmax of `(z, 0)`, `tanh z` is
//! `2σ(2z) − 1`, and every output is the exponential of its logarithm.

use crate::common;

use std::ops::{Add, Mul, Neg, Sub};

use backprop::{Activation, Loss, Network};
use common::{Case, cases};
use proptest::prelude::*;

/// The step `h`: its square is 0.
const STEP: f64 = 1e-200;

/// Relative to `max(|backward|, |complex step|, |ℒ|, 1)`: the terms of both sums are of the size of
/// the loss or of the outputs, and where they cancel, an error of that size times 1e-16 stays.
const TOLERANCE: f64 = 1e-12;

/// Closer to its kink than this a ReLU may be on either side, as rounding goes: 0.14 % of the networks.
const KINK: f64 = 1e-9;

/// Layer by layer, unit by unit: the weights of the unit, then its bias.
type Parameters = Vec<Vec<Vec<Complex>>>;

proptest! {
    #![proptest_config(common::config(4096))]

    /// Catches what finite differences share with `backward` or are too coarse for: a forward pass
    /// or a loss that is not what it says, and a factor of `1 + 1e-10` in a derivative.
    #[test]
    fn backward_agrees_with_the_complex_step(case in cases()) {
        let mut parameters = parameters(&case.network);
        prop_assume!(!near_a_kink(&case, &parameters));
        let trace = case.network.forward(&case.x);
        let gradients = case.network.backward(&trace, &case.targets);
        let loss = loss(&case, &parameters).re;
        assert_agree("ℒ", case.network.loss(&trace, &case.targets), loss, loss);
        for l in 1..=case.network.depth() {
            let (weights, biases) = (gradients.weights(l), gradients.biases(l));
            for i in 0..weights.rows() {
                for (j, &backward) in weights.row(i).iter().chain(&[biases[(0, i)]]).enumerate() {
                    parameters[l - 1][i][j].im = STEP;
                    let step = self::loss(&case, &parameters).im / STEP;
                    parameters[l - 1][i][j].im = 0.0;
                    assert_agree(&format!("layer {l}, unit {i}, {j}"), backward, step, loss);
                }
            }
        }
    }
}

fn assert_agree(name: &str, found: f64, step: f64, loss: f64) {
    let scale = found.abs().max(step.abs()).max(loss.abs()).max(1.0);
    let error = (found - step).abs() / scale;
    let agree = error <= TOLERANCE; // false for NaN
    assert!(agree, "{name}: backprop {found:?}, complex step {step:?}, relative error {error:.1e}");
}

fn parameters(network: &Network) -> Parameters {
    let unit = |l, i| {
        let layer = network.layer(l);
        layer.weights.row(i).iter().chain([&layer.biases[(0, i)]]).map(|&w| real(w)).collect()
    };
    let units = |l| (0..network.layer(l).weights.rows()).map(|i| unit(l, i)).collect();
    (1..=network.depth()).map(units).collect()
}

/// `ℒ = ℰ + λ/2 Σ‖W‖²`.
fn loss(Case { network, x, targets }: &Case, parameters: &Parameters) -> Complex {
    let last = network.layer(network.depth()).activation;
    let mut sum = real(0.0);
    for i in 0..x.rows() {
        let z = pre_activations(network, parameters, x.row(i)).pop().expect("a layer");
        for (j, &t) in targets.row(i).iter().enumerate() {
            sum = sum + error(network.loss_function(), last, &z, j, t);
        }
    }
    let mut norm = real(0.0);
    for unit in parameters.iter().flatten() {
        norm = unit[..unit.len() - 1].iter().fold(norm, |norm, &w| norm + w * w);
    }
    sum * real(1.0 / x.rows() as f64) + real(network.weight_decay() / 2.0) * norm
}

/// The `z` of every layer, for one sample.
fn pre_activations(network: &Network, parameters: &Parameters, x: &[f64]) -> Vec<Vec<Complex>> {
    let mut y: Vec<Complex> = x.iter().map(|&x| real(x)).collect();
    let mut all = Vec::new();
    for (l, units) in (1..).zip(parameters) {
        let sum = |unit: &Vec<Complex>| {
            y.iter().zip(unit).fold(unit[y.len()], |z, (&y, &w)| z + w * y) // from the bias on
        };
        let z: Vec<Complex> = units.iter().map(sum).collect();
        y = (0..z.len()).map(|j| output(network.layer(l).activation, &z, j)).collect();
        all.push(z);
    }
    all
}

fn near_a_kink(Case { network, x, .. }: &Case, parameters: &Parameters) -> bool {
    (0..x.rows()).any(|i| {
        let layers = (1..).zip(pre_activations(network, parameters, x.row(i)));
        let mut relus = layers.filter(|&(l, _)| network.layer(l).activation == Activation::Relu);
        relus.any(|(_, z)| z.iter().any(|z| z.re.abs() < KINK))
    })
}

/// `yⱼ`.
fn output(activation: Activation, z: &[Complex], j: usize) -> Complex {
    match activation {
        Activation::Identity => z[j],
        Activation::Relu if z[j].re > 0.0 => z[j],
        Activation::Relu => real(0.0),
        Activation::Tanh => real(2.0) * output(Activation::Sigmoid, &[z[j] + z[j]], 0) - real(1.0),
        Activation::Sigmoid | Activation::Softmax => log_output(activation, z, j).exp(),
    }
}

/// `ln yⱼ` of a sigmoid or a softmax.
fn log_output(activation: Activation, z: &[Complex], j: usize) -> Complex {
    match activation {
        Activation::Softmax => z[j] - log_sum_exp(z),
        _ => z[j] - log_sum_exp(&[z[j], real(0.0)]),
    }
}

/// `ln (1 − yⱼ)` of a sigmoid or a softmax: the share of all others.
fn log_others(activation: Activation, z: &[Complex], j: usize) -> Complex {
    match activation {
        Activation::Softmax => log_sum_exp(&[&z[..j], &z[j + 1..]].concat()) - log_sum_exp(z),
        _ => -log_sum_exp(&[z[j], real(0.0)]),
    }
}

/// What output `j` adds to `ℰ`.
fn error(loss: Loss, activation: Activation, z: &[Complex], j: usize, t: f64) -> Complex {
    match loss {
        Loss::MeanSquaredError => {
            let residual = output(activation, z, j) - real(t);
            real(0.5) * residual * residual
        }
        Loss::CategoricalCrossEntropy => real(-t) * log_output(activation, z, j),
        Loss::BinaryCrossEntropy => {
            real(-t) * log_output(activation, z, j) + real(t - 1.0) * log_others(activation, z, j)
        }
    }
}

/// `ln Σ eᶻ`, the largest taken out of the sum.
fn log_sum_exp(z: &[Complex]) -> Complex {
    let max = real(z.iter().fold(f64::NEG_INFINITY, |max, z| max.max(z.re)));
    max + z.iter().fold(real(0.0), |sum, &z| sum + (z - max).exp()).ln()
}

/// `re + i · im`.
#[derive(Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
}

fn real(re: f64) -> Complex {
    Complex { re, im: 0.0 }
}

impl Complex {
    fn exp(self) -> Self {
        let (sin, cos) = self.im.sin_cos();
        Self { re: self.re.exp() * cos, im: self.re.exp() * sin }
    }

    fn ln(self) -> Self {
        Self { re: self.re.hypot(self.im).ln(), im: self.im.atan2(self.re) }
    }
}

impl Add for Complex {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Neg for Complex {
    type Output = Self;

    fn neg(self) -> Self {
        Self { re: -self.re, im: -self.im }
    }
}

impl Sub for Complex {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Complex {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (a, b) = (self, other);
        Self { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re }
    }
}
