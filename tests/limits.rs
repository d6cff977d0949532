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

use backprop::{Activation, Loss, Matrix, output};
use common::{named, numbers};

/// What may be lost where numbers up to 1 are subtracted: `|δ| ≥ 2e-4` is exact to 1e-12.
const DIFFERENCE: f64 = 2e-16;

/// What is lost of the square of such a difference, when it is less than 2e-4.
const SQUARED_DIFFERENCE: f64 = 1e-19;

/// The bounds `a`, for the value and for each entry of the derivative.
fn bounds(name: &str) -> (f64, f64) {
    match name {
        "softmax" | "sigmoid bce" | "softmax cce" => (0.0, DIFFERENCE),
        "sigmoid mse" | "tanh mse" | "softmax mse" => (SQUARED_DIFFERENCE, DIFFERENCE),
        "bce" => (0.0, 2.5 * DIFFERENCE), // a difference of two quotients near 1
        _ => (0.0, 0.0),
    }
}

/// Catches, in each function, the form that loses digits; and a bound that promises less than is kept.
#[test]
fn every_figure_is_exact_to_1e_12_or_to_its_bound_and_every_bound_is_needed() {
    let mut needed: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for line in include_str!("fixtures/limits.txt").lines().filter(|line| !line.starts_with('#')) {
        let (name, rest) = line.split_once(" | ").expect("NAME | INPUTS | … | OUTPUTS");
        let mut rows: Vec<Vec<f64>> = rest.split(" | ").map(numbers).collect();
        let exact = rows.pop().expect("outputs");
        let [x, t] = [0, 1].map(|k| Matrix::row_vector(rows.get(k).map_or(&[], |row| row)));
        let (value, derivative) = computed(name, &x, &t);
        assert_eq!(value.len() + derivative.len(), exact.len(), "figures in {line}");
        let values = value.iter().map(|found| ("value", found, bounds(name).0));
        let slopes = derivative.iter().map(|found| ("derivative", found, bounds(name).1));
        for ((what, &found, bound), &exact) in values.chain(slopes).zip(&exact) {
            let error = if found == exact { 0.0 } else { (found - exact).abs() };
            let near = |a: f64| exact.is_finite() && error <= a.max(1e-12 * exact.abs()) + 1e-323;
            let numbers = format!("{what} {found:?}, exact {exact:?}, error {error:e} > {bound:e}");
            assert!(error == 0.0 || near(bound), "{name} at {x:?}, targets {t:?}: {numbers}");
            if bound > 0.0 {
                *needed.entry((name, what)).or_default() |= error > 0.0 && !near(0.0);
            }
        }
    }
    let idle: Vec<_> = needed.into_iter().filter(|(_, needed)| !needed).collect();
    assert!(idle.is_empty(), "exact everywhere, but a bound is claimed: {idle:?}");
}

/// What the crate computes for `ACTIVATION`, `LOSS` or `ACTIVATION LOSS`: the value, then the derivative.
fn computed(name: &str, x: &Matrix, t: &Matrix) -> (Vec<f64>, Vec<f64>) {
    let loss = match name.rsplit(' ').next() {
        Some("bce") => Some(Loss::BinaryCrossEntropy),
        Some("cce") => Some(Loss::CategoricalCrossEntropy),
        Some("mse") => Some(Loss::MeanSquaredError),
        _ => None,
    };
    let phi = named(&Activation::ALL, name.split(' ').next().expect("a name"));
    let (value, derivative) = match (phi, loss) {
        (Some(Activation::Softmax), None) => softmax(x),
        (Some(phi), None) => (phi.apply(x), phi.derivative(x)),
        (Some(phi), Some(loss)) => {
            let value = output::value(loss, phi, x, t);
            (Matrix::row_vector(&[value]), output::delta(loss, phi, x, &phi.apply(x), t))
        }
        (None, Some(loss)) => (Matrix::row_vector(&[loss.value(x, t)]), loss.derivative(x, t)),
        (None, None) => panic!("{name:?} is no activation and no loss"),
    };
    (value.as_slice().to_vec(), derivative.as_slice().to_vec())
}

/// `y`, and the Jacobian: its row `i` is the derivative of `yᵢ`, so `∇_y` is a unit vector.
fn softmax(z: &Matrix) -> (Matrix, Matrix) {
    let (y, n) = (Activation::Softmax.apply(z), z.cols());
    let unit = |i| Matrix::from_fn(1, n, |_, j| f64::from(i == j));
    let rows: Vec<Matrix> = (0..n).map(|i| Activation::Softmax.grad_z(z, &y, &unit(i))).collect();
    let jacobian = Matrix::from_fn(n, n, |i, j| rows[i][(0, j)]);
    (y, jacobian)
}
