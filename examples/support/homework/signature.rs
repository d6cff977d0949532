//! What a wrong gradient looks like.

use backprop::Matrix;

use super::case::Case;
use super::difference::{derivative, gradient};
use super::evidence::{Fault, call, first_difference, near, same};
use super::mistake::Mistake;
use super::{Gradient, Layer};

/// All entries times a number.
pub fn times(gradients: &[Gradient], factor: f64) -> Vec<Gradient> {
    let times = |layer: &Gradient| Gradient {
        weights: &layer.weights * factor,
        biases: &layer.biases * factor,
    };
    gradients.iter().map(times).collect()
}

/// Entry by entry.
pub fn minus(a: &[Gradient], b: &[Gradient]) -> Vec<Gradient> {
    let layers = a.iter().zip(b);
    layers
        .map(|(a, b)| Gradient { weights: &a.weights - &b.weights, biases: &a.biases - &b.biases })
        .collect()
}

fn weights(a: &[Gradient], b: &[Gradient]) -> bool {
    a.iter().zip(b).all(|(a, b)| same(&a.weights, &b.weights))
}

fn biases(a: &[Gradient], b: &[Gradient]) -> bool {
    a.iter().zip(b).all(|(a, b)| same(&a.biases, &b.biases))
}

/// Whether weights and biases agree.
pub fn equal(a: &[Gradient], b: &[Gradient]) -> bool {
    weights(a, b) && biases(a, b)
}

/// Where two gradients differ, from the last layer down, and by which factor, if it is the same everywhere.
pub fn difference(
    what: &str,
    found: &[Gradient],
    right: &[Gradient],
    rule: &str,
) -> Option<String> {
    let both = || found.iter().zip(right).enumerate().rev();
    let all: Vec<_> = both()
        .flat_map(|(at, (f, r))| {
            [(at + 1, "W", &f.weights, &r.weights), (at + 1, "b", &f.biases, &r.biases)]
        })
        .collect();
    let &(l, name, f, r) =
        all.iter().find(|(_, _, found, right)| first_difference(found, right).is_some())?;
    let (i, j) = first_difference(f, r)?;
    let pairs: Vec<(&Matrix, &Matrix)> =
        all.iter().map(|(_, _, found, right)| (*found, *right)).collect();
    let factor = factor(&pairs)
        .map_or(String::new(), |factor| format!("\nevery entry is {factor:.4} times that"));
    Some(format!(
        "layer {l}, {name}[{i},{j}]: {what} {:.6}, {rule} {:.6}{factor}",
        f[(i, j)],
        r[(i, j)]
    ))
}

/// The number by which all right entries have to be multiplied to give what was found, if there is one.
pub fn factor(pairs: &[(&Matrix, &Matrix)]) -> Option<f64> {
    let entries =
        pairs.iter().flat_map(|(found, right)| found.as_slice().iter().zip(right.as_slice()));
    let (found, right) = entries.max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()))?; // the most exact
    let factor = found / right;
    (factor != 0.0 && pairs.iter().all(|(found, right)| same(found, &(*right * factor))))
        .then_some(factor)
}

/// Which mistake this looks like, on a network with 5 samples and 2 outputs.
pub fn by_factor(case: &Case, found: &[Gradient], right: &[Gradient]) -> Option<Mistake> {
    let (samples, outputs) = case.t.shape();
    let (n, m) = (samples as f64, outputs as f64);
    let factors = [
        (n, Mistake::SumForMean(samples)),
        (1.0 / n, Mistake::MeanTwice(samples)),
        (1.0 / m, Mistake::MeanOverOutputs(outputs)),
        (-1.0, Mistake::Uphill),
    ];
    factors
        .into_iter()
        .find(|(factor, _)| equal(found, &times(right, *factor)))
        .map(|(_, mistake)| mistake)
}

/// Which mistake is made with the biases.
pub fn of_biases(found: &[Gradient], right: &[Gradient]) -> Option<Mistake> {
    let nothing = times(right, 0.0);
    if biases(found, &nothing) && !weights(found, &nothing) {
        return Some(Mistake::BiasLeftOut);
    }
    let sums =
        found.iter().zip(right).all(|(found, right)| near(found.biases.sum(), right.biases.sum()));
    (sums && !biases(found, right)).then_some(Mistake::BiasOverWrongAxis)
}

/// Which mistake this looks like, on a network whose sizes are all the same.
pub fn of(case: &Case, found: &[Gradient], right: &[Gradient]) -> Option<Mistake> {
    let transposed = |layer: &Gradient| Gradient {
        weights: layer.weights.transpose(),
        biases: layer.biases.clone(),
    };
    if weights(found, &right.iter().map(transposed).collect::<Vec<_>>()) {
        return Some(Mistake::TransposedOuterProduct);
    }
    of_biases(found, right).or_else(|| on_the_way(case, found, right).unwrap_or(None))
}

/// Which mistake a layer makes with what comes from above; the last wrong layer is looked at, with one sample, for
/// which `∇b` is `δ`, by (8).
fn on_the_way(
    case: &Case,
    found: &[Gradient],
    right: &[Gradient],
) -> Result<Option<Mistake>, Fault> {
    let wrong = (1..=found.len()).rev().find(|&l| !weights(&found[l - 1..l], &right[l - 1..l]));
    let (Some(l), case) = (wrong, case.of_one()) else { return Ok(None) };
    let trace = case.trace(&case.layers, &case.x)?;
    let found = case.gradients(0.0)?;
    let (layer, delta) = (&case.layers[l - 1], &found[l - 1].biases);
    let above = |l: usize, y: &Matrix| match &case.layers[l..] {
        [] => case.loss_of(y),
        layers => case.loss_of(&case.trace(layers, y)?.y[layers.len()]),
    };
    let grad_y = gradient(&trace.y[l], |y| above(l, y))?;
    let [of_z, of_y] = [&trace.z[l], &trace.y[l]].map(|at| call(|| (layer.phi_prime)(at)));
    let (of_z, of_y) = (of_z?, of_y?);
    let mut like = vec![
        (grad_y.hadamard(&of_y), Mistake::PhiOfY),
        (grad_y.hadamard(&of_z).hadamard(&of_z), Mistake::PhiTwice),
        (grad_y.clone(), Mistake::RawError),
    ];
    if let Some(next) = case.layers.get(l) {
        like.push((
            not_through_phi(next, &trace.y[l + 1], |y| above(l + 1, y))?.hadamard(&of_z),
            Mistake::RawError,
        ));
        let wrong_way = found[l].biases.matmul(&next.weights.transpose());
        like.push((wrong_way.hadamard(&of_z), Mistake::TransposedWeights));
    }
    Ok(like.into_iter().find(|(wrong, _)| same(delta, wrong)).map(|(_, mistake)| mistake))
}

/// What comes down through a layer that has lost its φ: its outputs move along the columns of its weights.
fn not_through_phi(
    layer: &Layer,
    y: &Matrix,
    loss: impl Fn(&Matrix) -> Result<f64, Fault>,
) -> Result<Matrix, Fault> {
    let columns = layer.weights.transpose();
    let mut raw = Matrix::zeros(1, columns.rows());
    for j in 0..columns.rows() {
        raw[(0, j)] = derivative(|h| loss(&y.add_scaled(h, &columns.select_rows(&[j]))))?;
    }
    Ok(raw)
}

/// Which mistake the part of the gradient that comes from weight decay looks like.
pub fn of_decay(
    case: &Case,
    found: &[Gradient],
    right: &[Gradient],
    lambda: f64,
) -> Option<Mistake> {
    let samples = case.x.rows();
    if weights(found, right) {
        let decayed =
            |(layer, found): (&Layer, &Gradient)| same(&found.biases, &(&layer.biases * lambda));
        return case.layers.iter().zip(found).all(decayed).then_some(Mistake::DecayOnBiases);
    }
    let factors = [
        (0.5, Mistake::HalfTheDecay),
        (-1.0, Mistake::DecayWithWrongSign),
        (samples as f64, Mistake::DecayOncePerSample(samples)),
    ];
    factors
        .into_iter()
        .find(|(factor, _)| weights(found, &times(right, *factor)))
        .map(|(_, mistake)| mistake)
}
