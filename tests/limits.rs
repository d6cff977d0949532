//! How exact the activations and losses are, from the smallest number to the largest, against
//! figures computed with mpmath, which `docs/limits.py` computes again.
//!
//! A number `f` found for the exact `e` is accepted when
//!
//! ```text
//! |f − e| ≤ max(1e-12 · |e|, a) + 1e-323
//! ```
//!
//! where `a` is 0 for what is exact everywhere, and otherwise the error that a difference of two
//! nearly equal numbers leaves: [`bounds`]. The last term is two steps of the smallest numbers:
//! below 2.2e-308 an `f64` has fewer digits than 12, and what is less than 5e-324 becomes 0. What
//! is too large for an `f64` has to be infinite.

use crate::common;

use std::collections::BTreeMap;
use std::fmt;

use backprop::{Activation, Loss, Matrix, output};
use common::numbers;

const RELATIVE: f64 = 1e-12;

/// What may be lost where numbers up to 1 are subtracted: `|δ| ≥ 2e-4` is exact to 1e-12.
const DIFFERENCE: f64 = 2e-16;

/// What is lost of the square of such a difference, when it is less than 2e-4.
const SQUARED_DIFFERENCE: f64 = 1e-19;

/// Two steps between numbers below `f64::MIN_POSITIVE`.
const SUBNORMAL: f64 = 1e-323;

/// The figures of one point: `NAME | INPUTS | OUTPUTS`, or `NAME | INPUTS | TARGETS | OUTPUTS`.
struct Point {
    name: &'static str,
    inputs: Matrix,
    targets: Matrix,
    exact: Vec<f64>,
}

fn points() -> Vec<Point> {
    let lines = include_str!("fixtures/limits.txt").lines().filter(|line| !line.starts_with('#'));
    let point = |line: &'static str| {
        let mut parts = line.split(" | ");
        let name = parts.next().expect("a name");
        let mut rows: Vec<Vec<f64>> = parts.map(numbers).collect();
        let exact = rows.pop().expect("outputs");
        let targets = Matrix::row_vector(rows.get(1).map_or(&[], |t| t));
        Point { name, inputs: Matrix::row_vector(&rows[0]), targets, exact }
    };
    lines.map(point).collect()
}

/// What is computed by adding, multiplying and dividing positive numbers keeps its digits. What is
/// a difference, `y − t` or `1 − y`, keeps them while it is not much smaller than 1.
#[test]
fn every_figure_is_exact_to_1e_12_or_to_its_bound() {
    for point in points() {
        for figure in point.figures() {
            let accepted = figure.error() <= figure.accepted(figure.bound); // false for NaN
            assert!(accepted, "{point}: {figure}");
        }
    }
}

/// Catches a bound that promises less than the code keeps.
#[test]
fn every_bound_is_needed() {
    let mut needed: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for point in points() {
        for figure in point.figures().into_iter().filter(|figure| figure.bound > 0.0) {
            let exact = figure.error() <= figure.accepted(0.0);
            *needed.entry((point.name, figure.what)).or_default() |= !exact;
        }
    }
    let idle: Vec<_> = needed.into_iter().filter(|(_, needed)| !needed).collect();
    assert!(idle.is_empty(), "exact everywhere, but a bound is claimed: {idle:?}");
}

/// One number: a value or an entry of a derivative.
struct Figure {
    what: &'static str,
    found: f64,
    exact: f64,
    bound: f64,
}

impl Figure {
    /// `|f − e|`; of two equal infinities, 0.
    fn error(&self) -> f64 {
        if self.found == self.exact { 0.0 } else { (self.found - self.exact).abs() }
    }

    fn accepted(&self, bound: f64) -> f64 {
        if self.exact.is_infinite() {
            0.0
        } else {
            bound.max(RELATIVE * self.exact.abs()) + SUBNORMAL
        }
    }
}

/// The bounds `a`, for the value and for each entry of the derivative.
fn bounds(point: &Point) -> (f64, f64) {
    match point.name {
        "softmax" | "sigmoid bce" | "softmax cce" => (0.0, DIFFERENCE),
        "sigmoid mse" | "tanh mse" | "softmax mse" => (SQUARED_DIFFERENCE, DIFFERENCE),
        "bce" => (0.0, 2.5 * DIFFERENCE), // a difference of two quotients near 1
        _ => (0.0, 0.0),
    }
}

impl Point {
    /// Every number of the value and of the derivative, with the exact one and its bound.
    fn figures(&self) -> Vec<Figure> {
        let (value, derivative) = self.computed();
        let (value, derivative) = (value.as_slice(), derivative.as_slice());
        assert_eq!(value.len() + derivative.len(), self.exact.len(), "{self}: figures");
        let (for_value, for_derivative) = bounds(self);
        let values = value.iter().map(|&found| ("value", found, for_value));
        let derivatives = derivative.iter().map(|&found| ("derivative", found, for_derivative));
        let found = values.chain(derivatives).zip(&self.exact);
        found.map(|((what, found, bound), &exact)| Figure { what, found, exact, bound }).collect()
    }

    /// What the crate gives: the value, then the derivative.
    fn computed(&self) -> (Matrix, Matrix) {
        let Self { inputs: x, targets: t, .. } = self;
        let names: Vec<&str> = self.name.split(' ').collect();
        match (activation(names[0]), names.last().and_then(|n| loss(n))) {
            (Some(Activation::Softmax), None) => softmax(x),
            (Some(phi), None) => (phi.apply(x), phi.derivative(x)),
            (Some(phi), Some(loss)) => (
                Matrix::row_vector(&[output::value(loss, phi, x, t)]),
                output::delta(loss, phi, x, &phi.apply(x), t),
            ),
            (None, Some(loss)) => (Matrix::row_vector(&[loss.value(x, t)]), loss.derivative(x, t)),
            (None, None) => panic!("{:?} is no activation and no loss", self.name),
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} at {:?}", self.name, self.inputs.as_slice())?;
        if self.targets.cols() > 0 {
            write!(f, ", targets {:?}", self.targets.as_slice())?;
        }
        Ok(())
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { what, found, exact, bound } = self;
        let relative = self.error() / exact.abs();
        write!(
            f,
            "{what} {found:?}, exact {exact:?}, relative error {relative:.1e}, absolute {:.1e}, bound {bound:.0e}",
            self.error()
        )
    }
}

/// `y`, and the Jacobian: its row `i` is the derivative of `yᵢ`, so `∇_y` is a unit vector.
fn softmax(z: &Matrix) -> (Matrix, Matrix) {
    let (y, n) = (Activation::Softmax.apply(z), z.cols());
    let unit = |i| Matrix::from_fn(1, n, |_, j| if i == j { 1.0 } else { 0.0 });
    let rows: Vec<Matrix> = (0..n).map(|i| Activation::Softmax.grad_z(z, &y, &unit(i))).collect();
    let jacobian = Matrix::from_fn(n, n, |i, j| rows[i][(0, j)]);
    (y, jacobian)
}

fn activation(name: &str) -> Option<Activation> {
    match name {
        "identity" => Some(Activation::Identity),
        "relu" => Some(Activation::Relu),
        "sigmoid" => Some(Activation::Sigmoid),
        "tanh" => Some(Activation::Tanh),
        "softmax" => Some(Activation::Softmax),
        _ => None,
    }
}

fn loss(name: &str) -> Option<Loss> {
    match name {
        "bce" => Some(Loss::BinaryCrossEntropy),
        "cce" => Some(Loss::CategoricalCrossEntropy),
        "mse" => Some(Loss::MeanSquaredError),
        _ => None,
    }
}
