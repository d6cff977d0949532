//! The forward pass, backpropagation, the training step, and weight decay.

use std::cell::RefCell;

use backprop::{Activation, Loss, Matrix, difference, telling_cases};

use super::evidence::{
    BIAS_AXIS, DECAY_BIAS, DECAY_N, DECAY_SIGN, EARLY, EVERY_SAMPLE, Fault, GROWS, HALF_DECAY,
    Hint, MEAN_TWICE, NO_BIAS, NO_PHI, OUTPUTS, PHI_OF_Y, REVERSED, SUM, TRANSPOSED, UPHILL,
    Verdict, WAY_DOWN, WRONG_Y, call, compare, hold, near, of_factor, same, shape,
};
use super::judge::{Blanks, Gradient, Layer, Trace};

const LAMBDA: f64 = 0.3;
const ETA: f64 = 2.0;

/// A network of the reader's own functions, with a batch.
struct Case<'a> {
    blanks: &'a Blanks,
    layers: Vec<Layer>,
    x: Matrix,
    t: Matrix,
}

/// `∇W¹, ∇b¹, ∇W², …` with their names.
type Gradients = Vec<(String, Matrix)>;

/// The crate's networks on which mistakes show, as far as the blanks can make them: one is square, one
/// has no size twice, one is trained with a single sample.
fn cases(blanks: &Blanks) -> Vec<Case<'_>> {
    let possible = |loss| loss == Loss::BinaryCrossEntropy;
    let drawn =
        telling_cases(1).into_iter().filter(|(network, ..)| possible(network.loss_function()));
    let case = |(network, x, t): (backprop::Network, Matrix, Matrix)| {
        let layer = |layer: &backprop::Layer| {
            let (phi, phi_prime) = match layer.activation {
                Activation::Tanh => (blanks.tanh, blanks.tanh_backward),
                Activation::Relu => (blanks.relu, blanks.relu_backward),
                _ => (blanks.sigmoid, blanks.sigmoid_backward),
            };
            let (weights, biases) = (layer.weights.clone(), layer.biases.clone());
            Layer { weights, biases, phi, phi_prime }
        };
        Case { blanks, layers: network.layers().iter().map(layer).collect(), x, t }
    };
    drawn.map(case).collect()
}

/// The network without a size that occurs twice.
fn uneven(blanks: &Blanks) -> Case<'_> {
    cases(blanks).swap_remove(1)
}

impl Case<'_> {
    /// For example `(network 2-4-3-2, N = 5)`.
    fn named<T>(&self, result: Result<T, Fault>) -> Result<T, Fault> {
        let units = self.layers.iter().map(|layer| format!("-{}", layer.biases.cols()));
        let name = format!(
            "network {}{}, N = {}",
            self.x.cols(),
            units.collect::<String>(),
            self.x.rows()
        );
        result.map_err(|fault| match fault {
            Fault::Wrong(told, hint) => Fault::Wrong(format!("{name}:\n{told}"), hint),
            other => other,
        })
    }

    fn loss(&self, layers: &[Layer]) -> f64 {
        let y = (self.blanks.forward)(layers, &self.x).y.pop().expect("y has the input at least");
        (self.blanks.binary_cross_entropy)(&self.t, &y)
    }

    /// The difference quotients of a number that depends on the layers.
    fn quotients(&self, f: impl Fn(&[Layer]) -> f64) -> Vec<Matrix> {
        let mut layers = self.layers.clone();
        let mut all = Vec::new();
        for l in 0..layers.len() {
            let parts: [fn(&mut Layer) -> &mut Matrix; 2] = [|l| &mut l.weights, |l| &mut l.biases];
            for part in parts {
                let at = part(&mut layers[l]).clone();
                let found = difference(&at, |moved| {
                    part(&mut layers[l]).clone_from(moved);
                    f(&layers)
                });
                *part(&mut layers[l]) = at;
                all.push(found.gradient);
            }
        }
        all
    }

    /// The reader's gradient.
    fn gradients(&self, lambda: f64) -> Result<Gradients, Fault> {
        let trace = (self.blanks.forward)(&self.layers, &self.x);
        let found = (self.blanks.backward)(&self.layers, &trace, &self.t, lambda);
        let (given, needed) = (found.len(), self.layers.len());
        hold(given == needed, || format!("gradients of {given} layers, but there are {needed}"))?;
        let found = listed(found);
        let parts = self.layers.iter().flat_map(|layer| [&layer.weights, &layer.biases]);
        found.iter().zip(parts).try_for_each(|((name, g), like)| shape(name, g, like))?;
        Ok(found)
    }

    /// What the reader's training step subtracts, divided by η, and the loss that it returns.
    fn moved(&self, eta: f64, lambda: f64) -> Result<(Gradients, f64), Fault> {
        let mut layers = self.layers.clone();
        let loss = (self.blanks.train_on_batch)(&mut layers, &self.x, &self.t, eta, lambda);
        let mut moved = Vec::new();
        for (before, after) in self.layers.iter().zip(&layers) {
            shape("W, after the step,", &after.weights, &before.weights)?;
            shape("b, after the step,", &after.biases, &before.biases)?;
            let by = |before: &Matrix, after: &Matrix| &(before - after) / eta;
            let (weights, biases) =
                (by(&before.weights, &after.weights), by(&before.biases, &after.biases));
            moved.push(Gradient { weights, biases });
        }
        Ok((listed(moved), loss))
    }
}

fn listed(gradients: Vec<Gradient>) -> Gradients {
    let layer = |(l, g): (usize, Gradient)| {
        [(format!("∇W of layer {l}"), g.weights), (format!("∇b of layer {l}"), g.biases)]
    };
    (1..).zip(gradients).flat_map(layer).collect()
}

/// Each layer alone: of x = 0 it makes its biases, of the unit vectors the columns of `W` besides; and
/// in a network each gets what the one below gives.
pub fn forward(blanks: &Blanks) -> Verdict {
    let case = uneven(blanks);
    let trace = |layers: &[Layer], x: &Matrix| {
        let trace = (blanks.forward)(layers, x);
        let (z, y, needed) = (trace.z.len(), trace.y.len(), layers.len() + 1);
        let told = || {
            format!(
                "through {} layers z holds {z} matrices, y holds {y}, but both\nneed {needed}: Trace::new(x), then a push for each layer",
                needed - 1
            )
        };
        hold(z == needed && y == needed, told).map(|()| trace)
    };
    let whole = case.named(trace(&case.layers, &case.x))?;
    for (l, layer) in (1..).zip(&case.layers) {
        let inputs = layer.weights.cols();
        let probe = Matrix::from_fn(inputs + 1, inputs, |i, j| if i == j + 1 { 1.0 } else { 0.0 });
        let Trace { z, y } = trace(std::slice::from_ref(layer), &probe)?;
        let columns = Matrix::from_fn(inputs + 1, layer.biases.cols(), |i, j| {
            layer.biases[(0, j)] + if i > 0 { layer.weights[(j, i - 1)] } else { 0.0 }
        });
        let no_bias = z[1].rows() > 0 && same(&z[1].select_rows(&[0]), &(&layer.biases * 0.0));
        let told = "of x = 0 it must be b, of a unit vector b plus a column of W:";
        compare(&[("z".into(), z[1].clone())], &[columns], told, |_| no_bias.then_some(NO_BIAS))?;
        compare(&[("y".into(), y[1].clone())], &[(layer.phi)(&z[1])], "but phi(z) is", |_| None)?;
        let alone = trace(std::slice::from_ref(layer), &whole.y[l - 1])?;
        let found =
            [(format!("z[{l}]"), whole.z[l].clone()), (format!("y[{l}]"), whole.y[l].clone())];
        let told = format!("but layer {l} alone, given y[{}], makes of it", l - 1);
        case.named(compare(&found, &[alone.z[1].clone(), alone.y[1].clone()], &told, |_| None))?;
    }
    compare(&[("y[0]".into(), whole.y[0].clone())], &[case.x], "but x is", |_| None)?;
    Ok(None)
}

/// The reader's gradient is the difference quotient of the reader's loss, at the first call and the next.
pub fn backward(blanks: &Blanks) -> Verdict {
    begun(blanks)?;
    let rule = "a difference quotient of your own loss";
    for case in cases(blanks) {
        let (found, right) = (case.gradients(0.0), case.quotients(|layers| case.loss(layers)));
        let found = case.named(found)?;
        case.named(compare(&found, &right, rule, |factor| {
            signature(&case, &found, &right, factor)
        }))?;
        let again: Vec<Matrix> = case.gradients(0.0)?.into_iter().map(|(_, g)| g).collect();
        case.named(compare(&found, &again, "but when called again", |_| Some(GROWS)))?;
    }
    Ok(None)
}

/// Whether `backward` is more than its `todo!`, be the other blanks filled in or not.
fn begun(blanks: &Blanks) -> Result<(), Fault> {
    let (one, zero) = (Matrix::row_vector(&[0.5]), |_: &Matrix| Matrix::zeros(1, 1));
    let layer = Layer { weights: one.clone(), biases: one.clone(), phi: zero, phi_prime: zero };
    let mut trace = Trace::new(&one);
    trace.push(one.clone(), one.clone());
    match call(|| Ok((blanks.backward)(&[layer], &trace, &one, 0.0))) {
        Err(Fault::Missing(name)) if name == "backward" => Err(Fault::Missing(name)),
        _ => Ok(()),
    }
}

/// What a wrong gradient looks like.
fn signature(
    case: &Case,
    found: &Gradients,
    right: &[Matrix],
    factor: Option<f64>,
) -> Option<Hint> {
    let (n, outputs) = (case.t.rows() as f64, case.t.cols() as f64);
    let factors = [(-1.0, UPHILL), (n, SUM), (1.0 / n, MEAN_TWICE), (1.0 / outputs, OUTPUTS)];
    let agrees = |k: usize| same(&found[k].1, &right[k]);
    let all = |of: fn(usize) -> bool| (0..found.len()).filter(|&k| of(k)).all(agrees);
    let (weights, biases) = (all(|k| k % 2 == 0), all(|k| k % 2 == 1));
    let no_biases =
        found.iter().skip(1).step_by(2).all(|(_, b)| b.as_slice().iter().all(|&b| b == 0.0));
    let turned = (0..found.len()).step_by(2).all(|k| same(&found[k].1, &right[k].transpose()));
    let last = found.len() - 2;
    let last_is_right = agrees(last) && agrees(last + 1);
    let reversed = (0..found.len()).all(|k| same(&found[k].1, &right[last + 2 * (k % 2) - k]));
    of_factor(factor, &factors)
        .or(no_biases.then_some(NO_BIAS))
        .or(weights.then_some(BIAS_AXIS))
        .or((turned && biases).then_some(TRANSPOSED))
        .or(reversed.then_some(REVERSED))
        .or(biases.then_some(WRONG_Y))
        .or_else(|| arguments(case, last_is_right))
        .or(last_is_right.then_some(WAY_DOWN))
}

thread_local! {
    static ASKED: RefCell<Vec<Matrix>> = const { RefCell::new(Vec::new()) };
}

/// At what the reader's backward asks for φ′, and in which layers.
fn arguments(case: &Case, last_is_right: bool) -> Option<Hint> {
    let spy = |z: &Matrix| {
        ASKED.with_borrow_mut(|asked| asked.push(z.clone()));
        z.map(|_| 1.0)
    };
    let spied = |layer: &Layer| Layer { phi_prime: spy, ..layer.clone() };
    let layers: Vec<Layer> = case.layers.iter().map(spied).collect();
    let trace = (case.blanks.forward)(&layers, &case.x);
    (case.blanks.backward)(&layers, &trace, &case.t, 0.0);
    let asked = ASKED.take();
    let hidden = 1..layers.len();
    let missing = |l: usize| !asked.contains(&trace.z[l]);
    let of_y = |l: usize| trace.y[l] != trace.z[l] && asked.contains(&trace.y[l]);
    if (1..=layers.len()).any(of_y) {
        Some(PHI_OF_Y)
    } else {
        // The last layer may do without, where y − t has φ′ in it.
        (hidden.clone().any(missing) || (missing(hidden.end) && !last_is_right)).then_some(NO_PHI)
    }
}

/// Weights and biases move against the gradient, and the loss is the one before.
pub fn train_on_batch(blanks: &Blanks) -> Verdict {
    let case = uneven(blanks);
    let (found, loss) = case.named(case.moved(ETA, 0.0))?;
    let right = case.quotients(|layers| case.loss(layers));
    hold(found.iter().any(|(_, moved)| *moved != (moved * 0.0)), || {
        "nothing has changed: is it a copy that you train?".into()
    })?;
    let tiny = case.moved(1e-7, 0.0)?.0;
    let close = |found: &Gradients, from: usize| {
        found[from..].iter().zip(&right[from..]).all(|((_, f), r)| same(f, r))
    };
    let early = if close(&found, right.len() - 2) { EARLY } else { EVERY_SAMPLE };
    let early = close(&tiny, 0).then_some(early);
    let told = "η = 2, and (before − after) / η must be\na difference quotient of your own loss:";
    case.named(compare(&found, &right, told, |factor| {
        early.or_else(|| signature(&case, &found, &right, factor))
    }))?;
    let before = case.loss(&case.layers);
    hold(near(loss, before), || {
        format!("it returns {loss:.6}, but the loss before the step is {before:.6}")
    })?;
    Ok(None)
}

/// `λ/2 · Σ ‖W‖²` is 0 where all weights are 0, and its slope is `λw` along a weight, 0 along a bias.
pub fn penalty(blanks: &Blanks) -> Verdict {
    let case = uneven(blanks);
    let zero = |layer: &Layer| Layer { weights: &layer.weights * 0.0, ..layer.clone() };
    let none = (blanks.penalty)(&case.layers.iter().map(zero).collect::<Vec<_>>(), LAMBDA);
    hold(near(none, 0.0), || {
        format!("all weights 0: yours is {none:.6}, but biases cost nothing")
    })?;
    let slopes = case.quotients(|layers| (blanks.penalty)(layers, LAMBDA));
    let right: Vec<Matrix> = case
        .layers
        .iter()
        .flat_map(|layer| [&layer.weights * LAMBDA, &layer.biases * 0.0])
        .collect();
    let name =
        |k: usize| format!("λ = 0.3, its slope along {} of layer {}", ["W", "b"][k % 2], k / 2 + 1);
    let found: Gradients =
        slopes.into_iter().enumerate().map(|(k, slope)| (name(k), slope)).collect();
    compare(&found, &right, "but of λ/2 w² it is λw, of biases 0:", |_| None)?;
    Ok(None)
}

/// What the decay adds to the gradient is the gradient of the reader's own penalty.
pub fn decay(blanks: &Blanks) -> Verdict {
    begun(blanks)?;
    let case = uneven(blanks);
    let found = added(case.named(case.gradients(LAMBDA))?, case.gradients(0.0)?);
    if found.iter().all(|(_, added)| same(added, &(added * 0.0))) {
        let train = added(case.moved(ETA, LAMBDA)?.0, case.moved(ETA, 0.0)?.0);
        let nowhere = train.iter().all(|(_, added)| same(added, &(added * 0.0)));
        let told =
            "λ adds nothing, though it does in train_on_batch:\nthe decay belongs into backward";
        return Err(if nowhere {
            Fault::Lacks(": λ adds nothing")
        } else {
            Fault::Wrong(told.into(), None)
        });
    }
    is_decay(&case, &found)
}

fn added(with: Gradients, without: Gradients) -> Gradients {
    with.into_iter().zip(without).map(|((name, a), (_, b))| (name, &a - &b)).collect()
}

fn is_decay(case: &Case, found: &Gradients) -> Verdict {
    let right = case.quotients(|layers| (case.blanks.penalty)(layers, LAMBDA));
    let biases =
        (0..found.len()).step_by(2).all(|k| same(&found[k].1, &right[k])).then_some(DECAY_BIAS);
    let factors = [(0.5, HALF_DECAY), (-1.0, DECAY_SIGN), (case.x.rows() as f64, DECAY_N)];
    let told = "what λ = 0.3 adds must be\na difference quotient of your own penalty:";
    compare(found, &right, told, |factor| biases.or(of_factor(factor, &factors)))?;
    Ok(None)
}

/// Training moves by the decay too, and the loss that it returns has the penalty in it.
pub fn training_with_decay(blanks: &Blanks) -> Verdict {
    let case = uneven(blanks);
    let ((with, loss), (without, _)) = (case.moved(ETA, LAMBDA)?, case.moved(ETA, 0.0)?);
    is_decay(&case, &added(with, without))?;
    let (error, penalty) = (case.loss(&case.layers), (blanks.penalty)(&case.layers, LAMBDA));
    hold(near(loss, error + penalty), || {
        format!(
            "λ = 0.3: it returns {loss:.6}, but the loss before the step is\n{error:.6} + {penalty:.6}, the error and the penalty"
        )
    })?;
    Ok(None)
}
