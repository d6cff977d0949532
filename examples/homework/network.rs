//! The checks of the forward pass, backpropagation, the training step and weight decay.

use backprop::{Matrix, Rng, difference};

use super::evidence::{Bug, Fault, Verdict, compare, hold, near, of_mean, same};
use super::judge::{Blanks, Layer, Trace};

/// A network of the student's functions, with a batch.
pub struct Case<'a> {
    blanks: &'a Blanks,
    name: String,
    /// From 1 to `L`.
    pub layers: Vec<Layer>,
    /// The inputs.
    pub x: Matrix,
    t: Matrix,
}

/// One network is square, in one no size occurs twice, and one has a single sample. Every ReLU is on for
/// some sample and off for another.
pub fn cases(blanks: &Blanks) -> [Case<'_>; 3] {
    let mut rng = Rng::new(26); // tests/homework.rs holds it to what is said of ReLU
    let mut draw = |m, n| Matrix::from_fn(m, n, |_, _| 3.0 * rng.uniform() - 1.5);
    let mut layer = |units, inputs, (phi, phi_prime)| {
        let (weights, biases) = (draw(units, inputs), draw(1, units));
        Layer { weights, biases, phi, phi_prime }
    };
    let relu = (blanks.relu, blanks.relu_backward);
    let tanh = (blanks.tanh, blanks.tanh_backward);
    let sigmoid = (blanks.sigmoid, blanks.sigmoid_backward);
    let square = vec![layer(3, 3, tanh), layer(3, 3, relu), layer(3, 3, sigmoid)];
    let uneven = vec![layer(4, 6, relu), layer(3, 4, tanh), layer(2, 3, sigmoid)];
    let single = vec![layer(3, 2, sigmoid), layer(1, 3, sigmoid)];
    [(square, 3), (uneven, 5), (single, 1)].map(|(layers, n)| {
        let units = layers.iter().map(|layer| format!("-{}", layer.weights.rows()));
        let (inputs, outputs) = (layers[0].weights.cols(), layers[layers.len() - 1].weights.rows());
        let name = format!("network {inputs}{}, N = {n}:\n", units.collect::<String>());
        let t = Matrix::from_fn(n, outputs, |i, j| ((i + j) % 2) as f64);
        Case { blanks, name, x: draw(n, inputs), layers, t }
    })
}

/// `W¹, b¹, W², b², …`
fn parts(layers: &[Layer]) -> Vec<&Matrix> {
    layers.iter().flat_map(|layer| [&layer.weights, &layer.biases]).collect()
}

/// Whether all weights agree, and whether all biases do.
fn agree(found: &[Matrix], right: &[Matrix]) -> [bool; 2] {
    [0, 1].map(|first| (first..right.len()).step_by(2).all(|k| same(&found[k], &right[k])))
}

impl Case<'_> {
    /// The names of what belongs to each part, for [`compare`].
    fn named(&self, what: &str) -> impl Fn(usize, &str) -> String {
        move |k, at| format!("{}{what}{}{at} of layer {}", self.name, ["W", "b"][k % 2], k / 2 + 1)
    }

    /// `ℰ` of these layers.
    fn loss(&self, layers: &[Layer]) -> f64 {
        let trace = (self.blanks.forward)(layers, &self.x);
        (self.blanks.binary_cross_entropy)(&self.t, &trace.y[layers.len()])
    }

    /// The gradient of a number that depends on the layers, by differences.
    fn difference(&self, f: impl Fn(&[Layer]) -> f64) -> Vec<Matrix> {
        let by_part = |(k, part): (usize, &Matrix)| {
            let mut layers = self.layers.clone();
            let f = |moved: &Matrix| {
                let Layer { weights, biases, .. } = &mut layers[k / 2];
                [weights, biases][k % 2].clone_from(moved);
                f(&layers)
            };
            difference(part, f).gradient
        };
        parts(&self.layers).into_iter().enumerate().map(by_part).collect()
    }

    /// The student's gradient for these layers and this trace.
    fn gradient(&self, layers: &[Layer], trace: &Trace, lambda: f64) -> Vec<Matrix> {
        let gradients = (self.blanks.backward)(layers, trace, &self.t, lambda);
        gradients.into_iter().flat_map(|gradient| [gradient.weights, gradient.biases]).collect()
    }

    /// What the student's step subtracts, divided by `η`, and the loss that it returns.
    fn moved(&self, eta: f64, lambda: f64) -> (Vec<Matrix>, f64) {
        let mut layers = self.layers.clone();
        let loss = (self.blanks.train_on_batch)(&mut layers, &self.x, &self.t, eta, lambda);
        let moved = parts(&self.layers).into_iter().zip(parts(&layers));
        (moved.map(|(before, after)| &(before - after) * (1.0 / eta)).collect(), loss)
    }

    /// What a wrong gradient looks like.
    fn bug(&self, found: &[Matrix], right: &[Matrix], factor: f64) -> Option<Bug> {
        let each = |m: &[Matrix], f: fn(&Matrix) -> Matrix| m.iter().map(f).collect::<Vec<_>>();
        let sum = |m: &Matrix| Matrix::row_vector(&[m.sum()]);
        let [weights, _] = agree(found, right);
        let [_, no_biases] = agree(found, &each(right, |m| m * 0.0));
        let [turned, _] = agree(found, &each(right, Matrix::transpose));
        let [_, axis] = agree(&each(found, sum), &each(right, sum)); // all of Δ, over either axis
        of_mean(factor, self.x.rows())
            .or((weights && no_biases).then_some(Bug::BiasLeftOut))
            .or((weights && axis).then_some(Bug::BiasOverWrongAxis))
            .or(turned.then_some(Bug::TransposedOuterProduct))
            .or_else(|| self.bug_of_phi_prime())
    }

    /// A wrong use of `φ′`, seen from what the gradient depends on.
    fn bug_of_phi_prime(&self) -> Option<Bug> {
        let trace = (self.blanks.forward)(&self.layers, &self.x);
        let found = self.gradient(&self.layers, &trace, 0.0);
        (1..self.layers.len()).find_map(|l| {
            let (mut layers, mut other) = (self.layers.clone(), trace.clone());
            layers[l - 1].phi_prime = |z| z * 0.0;
            other.z[l] = &other.z[l] * 0.0;
            let without = self.gradient(&layers, &trace, 0.0);
            if without != found && self.gradient(&self.layers, &other, 0.0) == found {
                return Some(Bug::PhiOfY); // φ′ matters, but z does not
            }
            // Nothing comes down through a hidden layer whose φ′ is 0.
            let below = without[..2 * l - 2].iter().any(|part| *part != part * 0.0);
            (below && without[2 * l..] == found[2 * l..]).then_some(Bug::RawError)
        })
    }
}

/// Every layer satisfies (9), entry by entry, for the student's own `Y` of the layer below, and (10).
pub fn forward(blanks: &Blanks) -> Verdict {
    for Case { name, layers, x, .. } in cases(blanks) {
        let Trace { z, y } = (blanks.forward)(&layers, &x);
        let needed = layers.len() + 1;
        let (m, n, rule) = (z.len(), y.len(), "Trace::new(x), then a push for each layer");
        hold(m == needed && n == needed && y[0] == x, || {
            format!("{name}{m} z and {n} y, but {needed} are needed, and y[0] is x:\n{rule}")
        })?;
        for (l, layer) in (1..).zip(&layers) {
            let wy = Matrix::from_fn(x.rows(), layer.weights.rows(), |i, j| {
                y[l - 1].row(i).iter().zip(layer.weights.row(j)).map(|(y, w)| y * w).sum()
            });
            let name = |k, at: &str| format!("{name}{}[{l}]{at}", ["y", "z"][k]);
            let rule = format!("with your y[{}] and z[{l}], (9) and (10) give", l - 1);
            let right = [(layer.phi)(&z[l]), wy.add_row(&layer.biases)];
            let bug = |_| same(&z[l], &wy).then_some(Bug::BiasLeftOut);
            compare(name, &[y[l].clone(), z[l].clone()], &rule, &right, bug)?;
        }
    }
    Ok(None)
}

/// The gradient is that of the student's own loss, at the first call and at the next.
pub fn backward(blanks: &Blanks) -> Verdict {
    for case in cases(blanks) {
        let trace = (blanks.forward)(&case.layers, &case.x);
        let found = case.gradient(&case.layers, &trace, 0.0);
        let (given, needed) = (found.len() / 2, case.layers.len());
        hold(given == needed, || format!("gradients of {given} layers, but there are {needed}"))?;
        let right = case.difference(|layers| case.loss(layers));
        let bug = |factor| case.bug(&found, &right, factor);
        compare(case.named("∇"), &found, "a difference quotient of your own loss", &right, bug)?;
        let again = case.gradient(&case.layers, &trace, 0.0);
        let bug = |_| Some(Bug::Accumulated);
        compare(case.named("called again, ∇"), &again, "called before", &found, bug)?;
    }
    Ok(None)
}

/// The step subtracts `η` times the student's own gradient, and the loss is the one before the step.
pub fn train_on_batch(blanks: &Blanks, lambda: f64) -> Verdict {
    let [_, case, _] = cases(blanks);
    let (found, loss) = case.moved(2.0, lambda);
    let trace = (blanks.forward)(&case.layers, &case.x);
    let right = case.gradient(&case.layers, &trace, lambda);
    let bug = |factor| {
        let last = agree(&found[4..], &right[4..]) == [true, true]; // layer 3
        let early = if last { Bug::UpdatedTooEarly } else { Bug::UpdatedEverySample };
        let tiny = agree(&case.moved(1e-7, lambda).0, &right) == [true, true];
        if tiny { Some(early) } else { case.bug(&found, &right, factor) }
    };
    compare(case.named("(before − after) / η, "), &found, "your own gradient is", &right, bug)?;
    let penalty = if lambda > 0.0 { (blanks.penalty)(&case.layers, lambda) } else { 0.0 };
    let (before, rule) = (case.loss(&case.layers) + penalty, "but the loss before the step is");
    hold(near(loss, before), || format!("λ = {lambda}: it returns {loss:.6}, {rule} {before:.6}"))
}

/// The slope is `λw` along a weight, and 0 along a bias.
pub fn penalty(blanks: &Blanks) -> Verdict {
    let [_, case, _] = cases(blanks);
    let found = case.difference(|layers| (blanks.penalty)(layers, 0.3));
    let right: Vec<Matrix> =
        (0..).zip(parts(&case.layers)).map(|(k, part)| part * [0.3, 0.0][k % 2]).collect();
    compare(case.named("slope along "), &found, "λw, or 0 for a bias, is", &right, |_| None)
}

/// What `λ` adds to the gradient is the gradient of the student's own penalty.
pub fn decay(blanks: &Blanks) -> Verdict {
    let [_, case, _] = cases(blanks);
    let trace = (blanks.forward)(&case.layers, &case.x);
    let [with, without] = [0.3, 0.0].map(|lambda| case.gradient(&case.layers, &trace, lambda));
    if with == without {
        return Err(Fault::Missing("backward, with weight decay".to_string()));
    }
    let found: Vec<_> = with.iter().zip(&without).map(|(with, without)| with - without).collect();
    let right = case.difference(|layers| (blanks.penalty)(layers, 0.3));
    let bug = |factor| match agree(&found, &right) {
        [true, false] => Some(Bug::DecayOnBiases),
        _ if near(factor, 0.5) => Some(Bug::HalfTheDecay),
        _ if near(factor, -1.0) => Some(Bug::DecayWithWrongSign),
        _ => near(factor, case.x.rows() as f64).then_some(Bug::DecayOncePerSample),
    };
    let rule = "a difference quotient of your own penalty";
    compare(case.named("λ = 0.3 adds to ∇"), &found, rule, &right, bug)
}
