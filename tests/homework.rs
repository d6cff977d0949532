//! The judge of `examples/homework/`: it calls right what is right and wrong what is wrong, and names what
//! it looks like. Here, and only here, the blanks are filled in.
#![allow(dead_code, reason = "the example uses the rest")]

#[path = "../examples/homework/main.rs"]
mod file;

use std::cell::{Cell, RefCell};

use backprop::Matrix;
use file::BLANKS;
use file::evidence::*;
use file::judge::{Blanks, Gradient, ITEMS, Layer, State, Trace};
use file::training::next;

/// `0 ln 0` is 0.
fn times_ln(t: f64, y: f64) -> f64 {
    if t == 0.0 { 0.0 } else { t * y.ln() }
}

fn over(t: f64, y: f64) -> f64 {
    if t == 0.0 { 0.0 } else { t / y }
}

fn n(t: &Matrix) -> f64 {
    t.rows() as f64
}

fn binary_cross_entropy(t: &Matrix, y: &Matrix) -> f64 {
    -t.zip_map(y, |t, y| times_ln(t, y) + times_ln(1.0 - t, 1.0 - y)).sum() / n(t)
}

fn binary_cross_entropy_backward(t: &Matrix, y: &Matrix) -> Matrix {
    &t.zip_map(y, |t, y| over(1.0 - t, 1.0 - y) - over(t, y)) * n(t).recip()
}

fn relu(z: &Matrix) -> Matrix {
    z.map(|z| z.max(0.0))
}

fn relu_backward(z: &Matrix) -> Matrix {
    z.map(|z| f64::from(z > 0.0))
}

fn sigmoid(z: &Matrix) -> Matrix {
    z.map(|z| 1.0 / (1.0 + (-z).exp()))
}

fn sigmoid_backward(z: &Matrix) -> Matrix {
    sigmoid(z).map(|y| y * (1.0 - y))
}

fn tanh(z: &Matrix) -> Matrix {
    z.map(f64::tanh)
}

fn tanh_backward(z: &Matrix) -> Matrix {
    z.map(|z| 1.0 - z.tanh().powi(2))
}

fn step(x: &Matrix, gradient: &Matrix, learning_rate: f64) -> Matrix {
    x.zip_map(gradient, |x, gradient| x - learning_rate * gradient)
}

fn forward(layers: &[Layer], x: &Matrix) -> Trace {
    let mut trace = Trace::new(x);
    for (l, layer) in layers.iter().enumerate() {
        let z = trace.y[l].matmul_transposed(&layer.weights).add_row(&layer.biases);
        let y = (layer.phi)(&z);
        trace.push(z, y);
    }
    trace
}

/// Where [`backward_with`] can be made to go wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    Nothing,
    PhiOfY,
    PhiOfYInHiddenLayers,
    RawError,
    NoPhiAtTheOutput,
    PhiTwiceAtTheOutput,
    PhiOfAnotherLayer,
    TransposedWeights,
    TransposedOuterProduct,
    Sum,
    MeanTwice,
    Minus,
    NoBiases,
    BiasOverWrongAxis,
    HalfTheDecay,
    DecayWithWrongSign,
    DecayOnBiases,
    DecayOncePerSample,
    Reversed,
    OutputForInput,
    Accumulated,
}

fn backward(layers: &[Layer], trace: &Trace, t: &Matrix, weight_decay: f64) -> Vec<Gradient> {
    backward_with(Wrong::Nothing, layers, trace, t, weight_decay)
}

#[rustfmt::skip]
fn backward_with(wrong: Wrong, layers: &[Layer], trace: &Trace, t: &Matrix, lambda: f64) -> Vec<Gradient> {
    let last = layers.len();
    let grad_y = binary_cross_entropy_backward(t, &trace.y[last]);
    let mut grad_y = match wrong {
        Wrong::Sum => &grad_y * n(t),
        Wrong::MeanTwice => &grad_y / n(t),
        Wrong::Minus => -&grad_y,
        _ => grad_y,
    };
    let mut gradients = Vec::new();
    for l in (1..=last).rev() {
        let (layer, y, z) = (&layers[l - 1], &trace.y[l], &trace.z[l]);
        let delta = match wrong {
            Wrong::PhiOfYInHiddenLayers if l < last => grad_y.hadamard(&(layer.phi_prime)(y)),
            Wrong::PhiOfY => grad_y.hadamard(&(layer.phi_prime)(y)),
            Wrong::NoPhiAtTheOutput if l == last => grad_y.clone(),
            Wrong::PhiTwiceAtTheOutput if l == last => (&(y - t) / n(t)).hadamard(&(layer.phi_prime)(z)),
            Wrong::PhiOfAnotherLayer if l < last => grad_y.hadamard(&(layers[l].phi_prime)(z)),
            _ => grad_y.hadamard(&(layer.phi_prime)(z)),
        };
        let square = layer.weights.rows() == layer.weights.cols();
        let input = if wrong == Wrong::OutputForInput && square { y } else { &trace.y[l - 1] };
        gradients.insert(0, gradient_of(wrong, &delta, input, layer, lambda));
        grad_y = match wrong {
            Wrong::RawError => grad_y.matmul(&layer.weights),
            Wrong::TransposedWeights if square => delta.matmul_transposed(&layer.weights),
            _ => delta.matmul(&layer.weights),
        };
    }
    if wrong == Wrong::Reversed && layers.iter().all(|layer| layer.weights.rows() == layer.weights.cols()) {
        gradients.reverse();
    }
    gradients
}

fn gradient_of(wrong: Wrong, delta: &Matrix, y: &Matrix, layer: &Layer, lambda: f64) -> Gradient {
    let square = delta.rows() == delta.cols() && delta.cols() == y.cols();
    let outer = match wrong {
        Wrong::TransposedOuterProduct if square => y.transpose().matmul(delta),
        _ => delta.transpose().matmul(y),
    };
    let decay = match wrong {
        Wrong::HalfTheDecay => lambda / 2.0,
        Wrong::DecayWithWrongSign => -lambda,
        Wrong::DecayOncePerSample => lambda * n(delta),
        _ => lambda,
    };
    let biases = match wrong {
        Wrong::NoBiases => &layer.biases * 0.0,
        Wrong::BiasOverWrongAxis if square => delta.transpose().column_sums(),
        Wrong::DecayOnBiases => delta.column_sums().add_scaled(lambda, &layer.biases),
        _ => delta.column_sums(),
    };
    Gradient { weights: outer.add_scaled(decay, &layer.weights), biases }
}

fn train_on_batch(
    layers: &mut [Layer],
    x: &Matrix,
    t: &Matrix,
    learning_rate: f64,
    weight_decay: f64,
) -> f64 {
    let trace = forward(layers, x);
    let loss = binary_cross_entropy(t, &trace.y[layers.len()]) + penalty(layers, weight_decay);
    let gradients = backward(layers, &trace, t, weight_decay);
    for (layer, gradient) in layers.iter_mut().zip(gradients) {
        layer.weights = step(&layer.weights, &gradient.weights, learning_rate);
        layer.biases = step(&layer.biases, &gradient.biases, learning_rate);
    }
    loss
}

fn softmax(z: &Matrix) -> Matrix {
    Matrix::from_fn(z.rows(), z.cols(), |i, j| {
        z.row(i).iter().map(|other| (other - z[(i, j)]).exp()).sum::<f64>().recip()
    })
}

fn softmax_backward(y: &Matrix, grad_y: &Matrix) -> Matrix {
    let inner = |i: usize| y.row(i).iter().zip(grad_y.row(i)).map(|(y, g)| y * g).sum::<f64>();
    Matrix::from_fn(y.rows(), y.cols(), |i, j| y[(i, j)] * (grad_y[(i, j)] - inner(i)))
}

fn categorical_cross_entropy(t: &Matrix, y: &Matrix) -> f64 {
    -t.zip_map(y, times_ln).sum() / n(t)
}

fn categorical_cross_entropy_backward(t: &Matrix, y: &Matrix) -> Matrix {
    &t.zip_map(y, |t, y| -over(t, y)) * n(t).recip()
}

fn penalty(layers: &[Layer], weight_decay: f64) -> f64 {
    layers.iter().map(|layer| weight_decay / 2.0 * layer.weights.squared_norm()).sum()
}

/// Everything filled in, and right.
const RIGHT: Blanks = Blanks {
    binary_cross_entropy,
    binary_cross_entropy_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    tanh,
    tanh_backward,
    step,
    forward,
    backward,
    train_on_batch,
    softmax,
    softmax_backward,
    categorical_cross_entropy,
    categorical_cross_entropy_backward,
    penalty,
};

thread_local! {
    static WRONG: Cell<Wrong> = const { Cell::new(Wrong::Nothing) };
    static KEPT: RefCell<Vec<Matrix>> = const { RefCell::new(Vec::new()) };
}

/// Everything right, but `backward` wrong in this way; it holds until the next call.
fn with(wrong: Wrong) -> Blanks {
    WRONG.set(wrong);
    let backward = |layers: &[Layer], trace: &Trace, t: &Matrix, lambda: f64| {
        let mut found = backward_with(WRONG.get(), layers, trace, t, lambda);
        if WRONG.get() == Wrong::Accumulated {
            let kept = KEPT.replace(found.iter().map(|g| g.weights.clone()).collect());
            let same = |(g, kept): &(&mut Gradient, Matrix)| g.weights.shape() == kept.shape();
            found
                .iter_mut()
                .zip(kept)
                .filter(same)
                .for_each(|(g, kept)| g.weights = &g.weights + kept);
        }
        found
    };
    Blanks { backward, ..RIGHT }
}

fn judge(blanks: &Blanks) -> Vec<(&'static str, State)> {
    let mut states = Vec::new();
    for item in &ITEMS {
        let state = item.judge(blanks, &states);
        states.push((item.1, state));
    }
    states
}

fn state(blanks: &Blanks, name: &str) -> State {
    let found = judge(blanks).into_iter().find(|(line, _)| *line == name);
    found.unwrap_or_else(|| panic!("no line {name}")).1
}

/// Asserts of each that the line is WRONG, with this hint and these words, within 80 columns.
#[track_caller]
fn assert_wrong(name: &str, all: &[(Blanks, Option<Hint>, &str)]) {
    for (k, (blanks, expected, words)) in all.iter().enumerate() {
        let state = state(blanks, name);
        let State::Wrong(_, hint) = &state else { panic!("{name}, row {k}, is {state}") };
        let said = state.to_string();
        assert_eq!(hint, expected, "{name}, row {k}, is {said}");
        assert!(said.contains(words), "{words:?} is not in row {k}: {said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "too wide: {said}");
    }
}

#[track_caller]
fn assert_said(blanks: &Blanks, name: &str, expected: &str) {
    assert_eq!(state(blanks, name).to_string(), expected, "of {name}");
}

#[test]
fn the_empty_file_is_not_yet_done_anywhere() {
    for (name, state) in judge(&BLANKS) {
        assert_eq!(state.to_string(), "not yet", "{name}");
    }
}

#[test]
fn everything_right_is_right() {
    for (name, state) in judge(&RIGHT) {
        assert_eq!(state.to_string(), "right", "{name}");
    }
    assert_eq!(next(&judge(&RIGHT)), "All done.");
}

#[test]
fn the_small_constant_of_the_sheet_is_right_with_a_remark() {
    let blanks = Blanks {
        binary_cross_entropy: |t, y| {
            -t.zip_map(y, |t, y| t * (y + 1e-9).ln() + (1.0 - t) * (1.0 - y + 1e-9).ln()).sum()
                / n(t)
        },
        binary_cross_entropy_backward: |t, y| {
            &t.zip_map(y, |t, y| (1.0 - t) / (1.0 - y + 1e-9) - t / (y + 1e-9)) / n(t)
        },
        ..RIGHT
    };
    for name in ["binary_cross_entropy", "binary_cross_entropy_backward"] {
        let State::Right(remark) = state(&blanks, name) else { panic!("{name}") };
        assert_eq!(remark, Some(CONSTANT), "{name}");
    }
    assert_said(&blanks, "backward", "right");
}

/// Sample by sample, with what cancels cancelled.
fn by_samples(layers: &[Layer], trace: &Trace, t: &Matrix, lambda: f64) -> Vec<Gradient> {
    let row = |m: &Matrix, i| m.select_rows(&[i]);
    let start =
        |layer: &Layer| Gradient { weights: &layer.weights * lambda, biases: &layer.biases * 0.0 };
    let mut gradients: Vec<Gradient> = layers.iter().map(start).collect();
    for i in 0..t.rows() {
        let mut delta = (&row(&trace.y[layers.len()], i) - &row(t, i)).map(|d| d / n(t));
        for l in (1..=layers.len()).rev() {
            let gradient = &mut gradients[l - 1];
            gradient.weights = &gradient.weights + delta.outer(&row(&trace.y[l - 1], i));
            gradient.biases = &gradient.biases + &delta;
            if l > 1 {
                let phi_prime = (layers[l - 2].phi_prime)(&row(&trace.z[l - 1], i));
                delta = delta.matmul(&layers[l - 1].weights).hadamard(&phi_prime);
            }
        }
    }
    gradients
}

#[test]
fn other_ways_to_be_right_are_right() {
    let blanks = Blanks {
        backward: by_samples,
        relu_backward: |z| z.map(|z| if z >= 0.0 { 1.0 } else { 0.0 }),
        tanh_backward: |z| z.map(|z| z.cosh().powi(-2)),
        ..RIGHT
    };
    for (name, state) in judge(&blanks) {
        assert!(state.is_right(), "{name} is {state}");
    }
}

#[test]
fn a_blank_waits_until_what_it_needs_is_right_and_is_not_next() {
    let blanks = Blanks { sigmoid: BLANKS.sigmoid, ..RIGHT };
    for (name, said) in [
        ("sigmoid", "not yet"),
        ("sigmoid_backward", "waits for sigmoid"),
        ("forward", "waits for sigmoid"),
        ("backward", "waits for sigmoid_backward"),
        ("train_on_batch", "waits for backward"),
    ] {
        assert_said(&blanks, name, said);
    }
    assert!(next(&judge(&blanks)).starts_with("Next: sigmoid;"));
    assert_said(&Blanks { tanh_backward: tanh, ..RIGHT }, "backward", "waits for tanh_backward");
    let nameless = Blanks { binary_cross_entropy: |_, _| todo!(), ..RIGHT };
    assert_said(&nameless, "binary_cross_entropy", "not yet");
    let own_words = Blanks { relu: |_| unimplemented!("tomorrow"), ..RIGHT };
    assert_said(&own_words, "relu", "not yet");
    let calls_a_later_one = Blanks {
        penalty: BLANKS.penalty,
        train_on_batch: |layers, _, _, _, lambda| (BLANKS.penalty)(layers, lambda),
        ..RIGHT
    };
    assert_said(&calls_a_later_one, "train_on_batch", "waits for penalty");
    assert!(next(&judge(&calls_a_later_one)).starts_with("Next: penalty;"));
}

#[rustfmt::skip]
#[test]
fn the_classic_mistakes_of_backpropagation_are_known_by_name() {
    for (wrong, hint) in [
        (Wrong::PhiOfY, Some(PHI_OF_Y)),
        (Wrong::PhiOfYInHiddenLayers, Some(PHI_OF_Y)),
        (Wrong::RawError, Some(WAY_DOWN)),
        (Wrong::NoPhiAtTheOutput, Some(NO_PHI)),
        (Wrong::PhiTwiceAtTheOutput, None),
        (Wrong::PhiOfAnotherLayer, Some(WAY_DOWN)),
        (Wrong::TransposedWeights, Some(WAY_DOWN)),
        (Wrong::TransposedOuterProduct, Some(TRANSPOSED)),
        (Wrong::Sum, Some(SUM)),
        (Wrong::MeanTwice, Some(MEAN_TWICE)),
        (Wrong::Minus, Some(UPHILL)),
        (Wrong::NoBiases, Some(NO_BIAS)),
        (Wrong::BiasOverWrongAxis, Some(BIAS_AXIS)),
        (Wrong::Reversed, Some(REVERSED)),
        (Wrong::OutputForInput, Some(WRONG_Y)),
        (Wrong::Accumulated, Some(GROWS)),
    ] {
        assert_wrong("backward", &[(with(wrong), hint, "network ")]);
    }
}

#[rustfmt::skip]
#[test]
fn a_gradient_of_wrong_shapes_is_told_the_right_ones() {
    type Change = fn(Vec<Gradient>, &Matrix) -> Vec<Gradient>;
    thread_local! { static CHANGE: Cell<Change> = const { Cell::new(|found, _| found) }; }
    let changes: [(Change, Option<Hint>, &str); 6] = [
        (|g, _| turned(g), Some(TRANSPOSED), "∇W of layer 1 is 2 × 4, but must be 4 × 2"),
        (|g, t| with_biases(g, |_| Matrix::zeros(1, t.rows())), None, "∇b of layer 1 is 1 × 12, but must be 1 × 4"),
        (
            |g, t| with_biases(g, |b| Matrix::zeros(t.rows(), b.cols())),
            None,
            "∇b of layer 1 is 12 × 4, but must be 1 × 4",
        ),
        (|g, t| with_biases(g, |_| Matrix::zeros(t.rows(), 1)), None, "∇b of layer 1 is 12 × 1, but must be 1 × 4"),
        (|g, _| g.into_iter().rev().collect(), None, "∇W of layer 1 is 11 × 5, but must be 4 × 2"),
        (|g, _| g.into_iter().skip(1).collect(), None, "gradients of 4 layers, but there are 5"),
    ];
    for (change, hint, words) in changes {
        CHANGE.set(change);
        let blanks = Blanks {
            backward: |layers, trace, t, lambda| {
                let found = backward(layers, trace, t, lambda);
                if t.rows() == 12 { CHANGE.get()(found, t) } else { found }
            },
            ..RIGHT
        };
        assert_wrong("backward", &[(blanks, hint, words)]);
    }
    let only_with_decay = Blanks {
        backward: |layers, trace, t, lambda| {
            let found = backward(layers, trace, t, lambda);
            if lambda > 0.0 { turned(found) } else { found }
        },
        ..RIGHT
    };
    assert_wrong("backward, with weight decay", &[(only_with_decay, Some(TRANSPOSED), "2 × 4")]);
}

#[rustfmt::skip]
fn turned(gradients: Vec<Gradient>) -> Vec<Gradient> {
    gradients.into_iter().map(|g| Gradient { weights: g.weights.transpose(), ..g }).collect()
}

#[rustfmt::skip]
fn with_biases(gradients: Vec<Gradient>, biases: impl Fn(&Matrix) -> Matrix) -> Vec<Gradient> {
    gradients.into_iter().map(|g| Gradient { biases: biases(&g.biases), ..g }).collect()
}

#[rustfmt::skip]
#[test]
fn the_classic_mistakes_of_weight_decay_are_known_by_name() {
    let none = Blanks {
        backward: |layers, trace, t, _| backward(layers, trace, t, 0.0),
        train_on_batch: |layers, x, t, eta, _| train_on_batch(layers, x, t, eta, 0.0),
        ..RIGHT
    };
    assert_said(&none, "backward", "right");
    assert_said(&none, "backward, with weight decay", "not yet: λ adds nothing");
    let in_training = Blanks {
        train_on_batch: |layers, x, t, eta, lambda| { decayed(layers, x, t, eta, eta * lambda, lambda) },
        ..none
    };
    for (wrong, hint) in [
        (Wrong::HalfTheDecay, HALF_DECAY),
        (Wrong::DecayWithWrongSign, DECAY_SIGN),
        (Wrong::DecayOnBiases, DECAY_BIAS),
        (Wrong::DecayOncePerSample, DECAY_N),
    ] {
        assert_wrong("backward, with weight decay", &[(with(wrong), Some(hint), "own penalty")]);
    }
    assert_wrong("backward, with weight decay", &[(in_training, None, "the decay belongs into backward")]);
    let train = |train_on_batch| Blanks { train_on_batch, ..RIGHT };
    assert_wrong(
        "train_on_batch, with weight decay",
        &[
            (
                train(|layers, x, t, eta, lambda| {
                    train_on_batch(layers, x, t, eta, 2.0 * lambda) - penalty(layers, lambda)
                }),
                None,
                "every entry is 2.0000 times that",
            ),
            (train(|layers, x, t, eta, _| train_on_batch(layers, x, t, eta, 0.0)), None, "yours 0.000000"),
            (
                train(|layers, x, t, eta, lambda| decayed(layers, x, t, eta, lambda, lambda)),
                Some(HALF_DECAY),
                "0.5000 times",
            ),
            (
                train(|layers, x, t, eta, lambda| {
                    let before = penalty(layers, lambda);
                    train_on_batch(layers, x, t, eta, lambda) - before
                }),
                None,
                "the error and the penalty",
            ),
        ],
    );
}

/// Trains without decay, then takes so much of the old weights from the new.
#[rustfmt::skip]
fn decayed(layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, by: f64, lambda: f64) -> f64 {
    let before = layers.to_vec();
    let loss = train_on_batch(layers, x, t, eta, 0.0) + penalty(&before, lambda);
    for (layer, before) in layers.iter_mut().zip(before) {
        layer.weights = layer.weights.add_scaled(-by, &before.weights);
    }
    loss
}

#[rustfmt::skip]
#[test]
fn a_wrong_training_step_is_shown() {
    let train = |train_on_batch| Blanks { train_on_batch, ..RIGHT };
    assert_wrong(
        "train_on_batch",
        &[
            (train(updated_too_early), Some(EARLY), "own loss"),
            (
                train(|layers, x, t, eta, lambda| {
                    let one = |m: &Matrix, i| m.select_rows(&[i]);
                    (0..t.rows())
                        .map(|i| train_on_batch(layers, &one(x, i), &one(t, i), eta / n(t), lambda))
                        .sum::<f64>()
                        / n(t)
                }),
                Some(EVERY_SAMPLE),
                "own loss",
            ),
            (
                train(|layers, x, t, eta, lambda| train_on_batch(layers, x, t, -eta, lambda)),
                Some(UPHILL),
                "-1.0000 times",
            ),
            (
                train(|layers, x, t, eta, lambda| {
                    train_on_batch(layers, x, t, eta, lambda);
                    binary_cross_entropy(t, &forward(layers, x).y[layers.len()])
                }),
                None,
                "but the loss before the step is",
            ),
            (
                train(|layers, x, t, eta, lambda| { train_on_batch(&mut layers.to_vec(), x, t, eta, lambda) }),
                None,
                "is it a copy that you train?",
            ),
            (
                train(|layers, x, t, eta, lambda| {
                    let before = layers.to_vec();
                    let loss = train_on_batch(layers, x, t, eta, lambda);
                    layers
                        .iter_mut()
                        .zip(before)
                        .for_each(|(layer, before)| layer.biases = before.biases);
                    loss
                }),
                Some(NO_BIAS),
                "∇b of layer 5",
            ),
        ],
    );
}

/// As [`train_on_batch`], but each layer is changed before `δ` passes through it.
#[rustfmt::skip]
fn updated_too_early(layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64) -> f64 {
    let trace = forward(layers, x);
    let loss = binary_cross_entropy(t, &trace.y[layers.len()]) + penalty(layers, lambda);
    let mut grad_y = binary_cross_entropy_backward(t, &trace.y[layers.len()]);
    for l in (1..=layers.len()).rev() {
        let layer = &mut layers[l - 1];
        let delta = grad_y.hadamard(&(layer.phi_prime)(&trace.z[l]));
        let gradient = gradient_of(Wrong::Nothing, &delta, &trace.y[l - 1], layer, lambda);
        layer.weights = step(&layer.weights, &gradient.weights, eta);
        layer.biases = step(&layer.biases, &gradient.biases, eta);
        grad_y = delta.matmul(&layer.weights);
    }
    loss
}

#[rustfmt::skip]
#[test]
fn a_wrong_penalty_is_shown() {
    let of = |penalty| (Blanks { penalty, ..RIGHT }, None, "");
    assert_wrong(
        "penalty",
        &[
            of(|layers, lambda| 2.0 * penalty(layers, lambda)),
            of(|layers, lambda| {
                penalty(layers, lambda)
                    + layers.iter().map(|l| lambda / 2.0 * l.biases.squared_norm()).sum::<f64>()
            }),
            of(|layers, lambda| penalty(&layers[..1], lambda)),
            of(|layers, lambda| { layers.iter().map(|l| lambda / 2.0 * l.weights.sum().powi(2)).sum() }),
            of(|layers, lambda| { layers.iter().map(|l| lambda / 2.0 * l.weights.squared_norm().sqrt()).sum() }),
        ],
    );
}

#[rustfmt::skip]
#[test]
fn a_wrong_loss_is_known_by_its_factor() {
    let loss = |binary_cross_entropy| Blanks { binary_cross_entropy, ..RIGHT };
    assert_wrong(
        "binary_cross_entropy",
        &[
            (loss(|t, y| n(t) * binary_cross_entropy(t, y)), Some(SUM), "e^(−3 · yours)"),
            (loss(|t, y| binary_cross_entropy(t, y) / n(t)), Some(MEAN_TWICE), ""),
            (loss(|t, y| binary_cross_entropy(t, y) / 4.0), Some(OUTPUTS), ""),
            (loss(|t, y| -binary_cross_entropy(t, y)), Some(SIGN), ""),
            (
                loss(|t, y| { -t.zip_map(y, |t, y| t * y.ln() + (1.0 - t) * (1.0 - y).ln()).sum() / n(t) }),
                Some(NAN),
                "the second output is certain and right",
            ),
            (loss(|t, y| -t.zip_map(y, times_ln).sum() / n(t)), None, "product of the probabilities"),
            (loss(|t, y| binary_cross_entropy(&t.map(f64::round), y)), None, "ℰ is linear in t"),
        ],
    );
    let categorical = |categorical_cross_entropy| Blanks { categorical_cross_entropy, ..RIGHT };
    assert_wrong("categorical_cross_entropy", &[(categorical(|t, y| -t.zip_map(y, times_ln).sum()), Some(SUM), "")]);
}

#[rustfmt::skip]
#[test]
fn a_wrong_derivative_of_a_loss_is_known_by_its_factor() {
    let slope = |binary_cross_entropy_backward| Blanks { binary_cross_entropy_backward, ..RIGHT };
    let sum = slope(|t, y| &binary_cross_entropy_backward(t, y) * n(t));
    assert_wrong(
        "binary_cross_entropy_backward",
        &[
            (sum, Some(SUM), "∂ℰ/∂Y[0,0]: yours"),
            (slope(|t, y| -&binary_cross_entropy_backward(t, y)), Some(SIGN), ""),
            (
                slope(|t, y| t.zip_map(y, |t, y| (1.0 - t) / (1.0 - y) - t / y).map(|g| g / n(t))),
                Some(NAN),
                "lies between",
            ),
            (slope(|t, y| t.zip_map(y, |_, _| f64::INFINITY)), Some(NAN), "yours inf"),
            (
                slope(|t, y| {
                    t.zip_map(y, |t, y| if t == 1.0 { -1.0 / y } else { 1.0 / (1.0 - y) })
                        .map(|g| g / n(t))
                }),
                None,
                "",
            ),
            (slope(|t, y| &(y - t) / n(t)), Some(OF_Z), ""),
            (
                slope(|t, y| binary_cross_entropy_backward(t, y).transpose()),
                Some(TRANSPOSED),
                "is 4 × 3, but must be 3 × 4",
            ),
        ],
    );
    let said = state(&sum, "binary_cross_entropy_backward").to_string();
    assert!(include_str!("../docs/homework.md").contains(&said), "docs/homework.md lacks {said}");
    let slope =
        |categorical_cross_entropy_backward| Blanks { categorical_cross_entropy_backward, ..RIGHT };
    assert_wrong(
        "categorical_cross_entropy_backward",
        &[(slope(|t, y| t.zip_map(y, |t, y| -over(t, y))), Some(SUM), "")],
    );
}

#[rustfmt::skip]
#[test]
fn a_wrong_activation_is_shown_where_it_is_wrong() {
    let of = |name, blanks, hint, words| assert_wrong(name, &[(blanks, hint, words)]);
    of("relu", Blanks { relu: |z| z.map(|z| if z > 0.0 { z } else { 0.01 * z }), ..RIGHT }, None, "never negative");
    of(
        "relu",
        Blanks { relu: |_| { panic!("first\nsecond") }, ..RIGHT },
        None,
        "first; second",
    );
    of("relu_backward", Blanks { relu_backward: relu, ..RIGHT }, None, "a difference quotient of your own function");
    of(
        "relu_backward",
        Blanks { relu_backward: |z| z.map(|z| z.max(0.0) / z), ..RIGHT },
        None,
        "z = 0: yours is NaN",
    );
    of("sigmoid", Blanks { sigmoid: |z| z.map(|z| 1.0 / (1.0 + z.exp())), ..RIGHT }, None, "ln(y / (1 − y)) is z");
    of("sigmoid", Blanks { sigmoid: |z| z.map(|z| z.exp() / (1.0 + z.exp())), ..RIGHT }, Some(OVERFLOW), "z = 800");
    let of_sheet: fn(&Matrix) -> Matrix = |z| z.map(|z| (-z).exp() / (1.0 + (-z).exp()).powi(2));
    of("sigmoid_backward", Blanks { sigmoid_backward: of_sheet, ..RIGHT }, Some(OVERFLOW), "φ′ is 0 far out");
    of("sigmoid_backward", Blanks { sigmoid_backward: |y| y.map(|y| y * (1.0 - y)), ..RIGHT }, Some(OF_Y), "");
    of("tanh", Blanks { tanh: sigmoid, ..RIGHT }, None, "½ ln((1 + y) / (1 − y)) is z");
    of("tanh_backward", Blanks { tanh_backward: |y| y.map(|y| 1.0 - y * y), ..RIGHT }, Some(OF_Y), "");
    of("tanh_backward", Blanks { tanh_backward: |z| z.map(|z| z.tanh().powi(2)), ..RIGHT }, None, "");
    of("step", Blanks { step: |x, gradient, eta| x.add_scaled(eta, gradient), ..RIGHT }, Some(UPHILL), "");
    of("step", Blanks { step: |x, gradient, _| x - gradient, ..RIGHT }, None, "3.3333 times");
}

#[rustfmt::skip]
#[test]
fn a_wrong_softmax_is_shown() {
    let softmax_of = |softmax| Blanks { softmax, ..RIGHT };
    let all: [(Blanks, Option<Hint>, &str); 3] = [
        (softmax_of(|z| softmax(&z.transpose()).transpose()), None, "a sample is a row"),
        (softmax_of(|z| normalised(&z.map(f64::exp))), Some(LARGEST), "NaN"),
        (
            softmax_of(|z| {
                let max = z.as_slice().iter().copied().fold(f64::MIN, f64::max);
                normalised(&z.map(|z| (z - max).exp()))
            }),
            Some(LARGEST),
            "NaN",
        ),
    ];
    assert_wrong("softmax", &all);
    let diagonal =
        Blanks { softmax_backward: |y, g| y.map(|y| y * (1.0 - y)).hadamard(g), ..RIGHT };
    assert_wrong("softmax_backward", &[(diagonal, Some(DIAGONAL), "")]);
}

#[rustfmt::skip]
fn normalised(e: &Matrix) -> Matrix {
    Matrix::from_fn(e.rows(), e.cols(), |i, j| e[(i, j)] / e.row(i).iter().sum::<f64>())
}

/// A forward pass whose layers do as told: from layer, number, `y` below and `x`, `(z, y)`.
#[rustfmt::skip]
fn pass(
    layers: &[Layer],
    x: &Matrix,
    each: impl Fn(&Layer, usize, &Matrix) -> (Matrix, Matrix),
) -> Trace {
    let mut trace = Trace::new(x);
    for (l, layer) in layers.iter().enumerate() {
        let (z, y) = each(layer, l + 1, &trace.y[l]);
        trace.push(z, y);
    }
    trace
}

#[rustfmt::skip]
fn z_of(layer: &Layer, y: &Matrix) -> Matrix {
    y.matmul_transposed(&layer.weights).add_row(&layer.biases)
}

#[rustfmt::skip]
#[test]
fn a_wrong_forward_pass_is_shown() {
    let of = |forward, hint, words| (Blanks { forward, ..RIGHT }, hint, words);
    assert_wrong(
        "forward",
        &[
            of(
                |layers, x| {
                    pass(layers, x, |layer, _, y| {
                        let z = y.matmul_transposed(&layer.weights);
                        (z.clone(), (layer.phi)(&z))
                    })
                },
                Some(NO_BIAS),
                "must be b",
            ),
            of(
                |layers, x| {
                    pass(layers, x, |layer, _, y| {
                        let mut z = y.matmul_transposed(&layer.weights);
                        z.row_mut(0)
                            .iter_mut()
                            .zip(layer.biases.as_slice())
                            .for_each(|(z, b)| *z += b);
                        (z.clone(), (layer.phi)(&z))
                    })
                },
                None,
                "z[1,0]",
            ),
            of(
                |layers, x| {
                    pass(layers, x, |layer, l, y| {
                        let z = z_of(layer, y);
                        (if l > 1 { &z * 2.0 } else { z.clone() }, (layer.phi)(&z))
                    })
                },
                None,
                "z[2][0,0]",
            ),
            of(
                |layers, x| {
                    pass(layers, x, |layer, l, y| {
                        let z = z_of(layer, y);
                        (z.clone(), if l == 1 { z } else { (layer.phi)(&z) })
                    })
                },
                None,
                "but phi(z) is",
            ),
            of(
                |layers, x| {
                    pass(layers, x, |layer, l, y| {
                        let z = z_of(layer, y);
                        (z.clone(), if l == layers.len() { tanh(&z) } else { (layer.phi)(&z) })
                    })
                },
                None,
                "y",
            ),
            of(
                |layers, x| {
                    pass(layers, x, |layer, _, y| { let z = z_of(layer, y); (z.clone(), (layers[0].phi)(&z)) })
                },
                None,
                "y[2]",
            ),
            of(|_, x| Trace::new(x), None, "z holds 1 matrices, y holds 1"),
            of(
                |layers, x| {
                    pass(layers, x, |layer, _, _| { let z = z_of(layer, x); (z.clone(), (layer.phi)(&z)) })
                },
                None,
                "left is 12 × 2, right is 6 × 4",
            ),
            of(
                |layers, x| { pass(layers, x, |layer, _, y| { let z = y.matmul(&layer.weights); (z.clone(), z) }) },
                None,
                "matmul needs (m × k)(k × n)",
            ),
            of(
                |layers, x| {
                    pass(layers, x, |layer, _, y| {
                        let z = y.matmul_transposed(&layer.weights);
                        (z.clone(), (layer.phi)(&z).add_row(&layer.biases))
                    })
                },
                Some(NO_BIAS),
                "",
            ),
            of(
                |layers, x| { pass(layers, x, |layer, _, y| { let z = z_of(layer, y); ((layer.phi)(&z), z) }) },
                None,
                "z[0,0]",
            ),
        ],
    );
}

#[rustfmt::skip]
#[test]
fn every_chapter_that_is_pointed_to_has_that_heading() {
    for Hint(_, file, heading) in [
        SUM,
        MEAN_TWICE,
        OUTPUTS,
        SIGN,
        UPHILL,
        TRANSPOSED,
        NO_BIAS,
        BIAS_AXIS,
        PHI_OF_Y,
        NO_PHI,
        WAY_DOWN,
        REVERSED,
        WRONG_Y,
        EARLY,
        EVERY_SAMPLE,
        GROWS,
        HALF_DECAY,
        DECAY_SIGN,
        DECAY_N,
        DECAY_BIAS,
        DIAGONAL,
        OF_Y,
        OF_Z,
        CONSTANT,
        NAN,
        OVERFLOW,
        LARGEST,
    ] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(path).expect("a chapter");
        let row = format!("| `{heading}` |");
        let found = text.lines().any(|line| {
            line.trim_start_matches('#').trim() == heading || line.starts_with(&row)
        });
        assert!(found, "{file} has no heading {heading:?}, which the report points to");
    }
}
