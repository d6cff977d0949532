//! The report of `examples/homework.rs`: it passes what is right, knows each classic mistake by name, and says
//! "not yet" of all that is empty. Here, and only here, the blanks are filled in.
#![allow(dead_code, reason = "the example uses the rest")]

#[path = "../examples/homework.rs"]
mod file;

use std::cell::Cell;

use backprop::Matrix;
use file::BLANKS;
use file::support::homework::mistake::Mistake;
use file::support::homework::{Blanks, Finding, Gradient, ITEMS, Layer, State, Trace};

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
    z.map(|z| f64::from(u8::from(z > 0.0)))
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
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    Nothing,
    PhiOfYEverywhere,
    PhiOfYInHiddenLayers,
    RawError,
    NoPhiAtTheOutput,
    PhiTwiceAtTheOutput,
    TransposedWeightsWhereSquare,
    TransposedWhereSquare,
    Sum,
    MeanTwice,
    NoBiases,
    BiasesOverSamplesWhereSquare,
    HalfTheDecay,
    DecayWithWrongSign,
    DecayOnBiases,
    DecayOncePerSample,
}

fn backward(layers: &[Layer], trace: &Trace, t: &Matrix, weight_decay: f64) -> Vec<Gradient> {
    backward_with(Wrong::Nothing, layers, trace, t, weight_decay)
}

fn backward_with(
    wrong: Wrong,
    layers: &[Layer],
    trace: &Trace,
    t: &Matrix,
    lambda: f64,
) -> Vec<Gradient> {
    let mut grad_y = binary_cross_entropy_backward(t, &trace.y[layers.len()]);
    grad_y = match wrong {
        Wrong::Sum => &grad_y * n(t),
        Wrong::MeanTwice => &grad_y * n(t).recip(),
        _ => grad_y,
    };
    let mut gradients = Vec::new();
    for l in (1..=layers.len()).rev() {
        let (layer, y, hidden) = (&layers[l - 1], &trace.y[l], l < layers.len());
        let of_y =
            wrong == Wrong::PhiOfYEverywhere || (wrong == Wrong::PhiOfYInHiddenLayers && hidden);
        let delta = match wrong {
            Wrong::NoPhiAtTheOutput if !hidden => grad_y.clone(),
            Wrong::PhiTwiceAtTheOutput if !hidden => {
                (&(y - t) * n(t).recip()).hadamard(&(layer.phi_prime)(&trace.z[l]))
            }
            _ => grad_y.hadamard(&(layer.phi_prime)(if of_y { y } else { &trace.z[l] })),
        };
        gradients.insert(0, gradient_of(wrong, &delta, &trace.y[l - 1], layer, lambda));
        grad_y = match wrong {
            Wrong::RawError => grad_y.matmul(&layer.weights),
            Wrong::TransposedWeightsWhereSquare if layer.weights.rows() == layer.weights.cols() => {
                delta.matmul_transposed(&layer.weights)
            }
            _ => delta.matmul(&layer.weights),
        };
    }
    gradients
}

fn gradient_of(wrong: Wrong, delta: &Matrix, y: &Matrix, layer: &Layer, lambda: f64) -> Gradient {
    let square = delta.rows() == delta.cols() && delta.cols() == y.cols();
    let outer = match wrong {
        Wrong::TransposedWhereSquare if square => y.transpose().matmul(delta),
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
        Wrong::BiasesOverSamplesWhereSquare if square => delta.transpose().column_sums(),
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

/// As [`train_on_batch`], but each layer is changed before `δ` passes through it.
fn updated_too_early(
    layers: &mut [Layer],
    x: &Matrix,
    t: &Matrix,
    learning_rate: f64,
    weight_decay: f64,
) -> f64 {
    let trace = forward(layers, x);
    let loss = binary_cross_entropy(t, &trace.y[layers.len()]) + penalty(layers, weight_decay);
    let mut grad_y = binary_cross_entropy_backward(t, &trace.y[layers.len()]);
    for l in (1..=layers.len()).rev() {
        let layer = &mut layers[l - 1];
        let delta = grad_y.hadamard(&(layer.phi_prime)(&trace.z[l]));
        let gradient = gradient_of(Wrong::Nothing, &delta, &trace.y[l - 1], layer, weight_decay);
        layer.weights = step(&layer.weights, &gradient.weights, learning_rate);
        layer.biases = step(&layer.biases, &gradient.biases, learning_rate);
        grad_y = delta.matmul(&layer.weights);
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

/// The whole report.
fn look(blanks: &Blanks) -> Vec<Finding> {
    let mut findings = Vec::new();
    for item in &ITEMS {
        findings.push(item.look(blanks, &findings));
    }
    findings
}

fn state(blanks: &Blanks, name: &str) -> State {
    let found = look(blanks).into_iter().find(|finding| finding.name == name);
    found.unwrap_or_else(|| panic!("no line {name}")).state
}

/// Asserts that the report says of this line that it is wrong, and names this mistake; gives what it says.
#[track_caller]
fn assert_wrong(blanks: Blanks, name: &str, mistake: Option<Mistake>) -> String {
    let state = state(&blanks, name);
    let State::Wrong(evidence) = &state else { panic!("{name} is {state}") };
    assert_eq!(evidence.mistake, mistake, "{name} is {state}");
    state.to_string()
}

/// Asserts that the report says just this of this line.
#[track_caller]
fn assert_said(blanks: Blanks, name: &str, expected: &str) {
    assert_eq!(state(&blanks, name).to_string(), expected, "of {name}");
}

#[test]
fn the_empty_file_is_not_yet_done_anywhere() {
    for finding in look(&BLANKS) {
        assert_eq!(finding.state.to_string(), "not yet", "{}", finding.name);
    }
}

#[test]
fn everything_right_is_right() {
    for finding in look(&RIGHT) {
        assert_eq!(finding.state.to_string(), "right", "{}", finding.name);
    }
}

#[test]
fn the_small_constant_of_the_sheet_is_right_with_a_remark() {
    let loss = |t: &Matrix, y: &Matrix| {
        -t.zip_map(y, |t, y| t * (y + 1e-9).ln() + (1.0 - t) * (1.0 - y + 1e-9).ln()).sum() / n(t)
    };
    let derivative = |t: &Matrix, y: &Matrix| {
        let n = n(t);
        t.zip_map(y, |t, y| -(t / (y + 1e-9) - (1.0 - t) / (1.0 - y + 1e-9)) / n)
    };
    let blanks =
        Blanks { binary_cross_entropy: loss, binary_cross_entropy_backward: derivative, ..RIGHT };
    let remark = format!("right\n        {}", Mistake::SmallConstant);
    assert_said(blanks, "binary_cross_entropy", &remark);
    assert_said(blanks, "binary_cross_entropy_backward", &remark);
    assert_said(blanks, "backward", "right");
}

/// Right bodies of another make.
#[test]
fn other_ways_to_be_right_are_right() {
    let by_samples = |layers: &[Layer], trace: &Trace, t: &Matrix, lambda: f64| {
        let row = |m: &Matrix, i| m.select_rows(&[i]);
        let zeros =
            |layer: &Layer| Gradient { weights: &layer.weights * 0.0, biases: &layer.biases * 0.0 };
        let mut gradients: Vec<Gradient> = layers.iter().map(zeros).collect();
        for i in 0..t.rows() {
            let last = layers.len();
            let mut delta = &(&row(&trace.y[last], i) - &row(t, i)) * n(t).recip(); // what cancels, cancelled
            for l in (1..=last).rev() {
                let gradient = &mut gradients[l - 1];
                gradient.weights = &gradient.weights + &delta.outer(&row(&trace.y[l - 1], i));
                gradient.biases = &gradient.biases + &delta;
                if l > 1 {
                    let phi_prime = (layers[l - 2].phi_prime)(&row(&trace.z[l - 1], i));
                    delta = delta.matmul(&layers[l - 1].weights).hadamard(&phi_prime);
                }
            }
        }
        for (gradient, layer) in gradients.iter_mut().zip(layers) {
            gradient.weights = gradient.weights.add_scaled(lambda, &layer.weights);
        }
        gradients
    };
    let blanks = Blanks {
        backward: by_samples,
        relu_backward: |z| z.map(|z| if z >= 0.0 { 1.0 } else { 0.0 }),
        tanh_backward: |z| z.map(|z| z.cosh().powi(-2)),
        ..RIGHT
    };
    for finding in look(&blanks) {
        assert!(finding.is_right(), "{} is {}", finding.name, finding.state);
    }
}

#[test]
fn a_blank_waits_until_what_it_needs_is_right() {
    let blanks = Blanks { sigmoid: BLANKS.sigmoid, ..RIGHT };
    assert_said(blanks, "sigmoid", "not yet");
    for name in ["sigmoid_backward", "forward"] {
        assert_said(blanks, name, "waits for sigmoid");
    }
    assert_said(blanks, "backward", "waits for sigmoid_backward");
    assert_said(blanks, "train_on_batch", "waits for backward");
    assert_said(Blanks { tanh_backward: tanh, ..RIGHT }, "backward", "waits for tanh_backward");
    let nameless = Blanks { binary_cross_entropy: |_, _| todo!(), ..RIGHT };
    assert_said(nameless, "binary_cross_entropy", "not yet");
    assert_said(nameless, "binary_cross_entropy_backward", "waits for binary_cross_entropy");
    let own_words = Blanks { relu: |_| unimplemented!("tomorrow"), ..RIGHT };
    assert_said(own_words, "relu", "not yet");
}

thread_local! {
    static WRONG: Cell<Wrong> = const { Cell::new(Wrong::Nothing) };
}

/// Everything right, but `backward` wrong in this way; it holds until the next call.
fn with(wrong: Wrong) -> Blanks {
    WRONG.set(wrong);
    Blanks {
        backward: |layers, trace, t, lambda| backward_with(WRONG.get(), layers, trace, t, lambda),
        ..RIGHT
    }
}

#[test]
fn the_classic_mistakes_of_backpropagation_are_known_by_name() {
    assert_wrong(with(Wrong::PhiOfYEverywhere), "backward", Some(Mistake::PhiOfY));
    assert_wrong(with(Wrong::PhiOfYInHiddenLayers), "backward", Some(Mistake::PhiOfY));
    assert_wrong(with(Wrong::RawError), "backward", Some(Mistake::RawError));
    assert_wrong(with(Wrong::NoPhiAtTheOutput), "backward", Some(Mistake::RawError));
    assert_wrong(with(Wrong::PhiTwiceAtTheOutput), "backward", Some(Mistake::PhiTwice));
    assert_wrong(
        with(Wrong::TransposedWeightsWhereSquare),
        "backward",
        Some(Mistake::TransposedWeights),
    );
    assert_wrong(
        with(Wrong::TransposedWhereSquare),
        "backward",
        Some(Mistake::TransposedOuterProduct),
    );
    assert_wrong(with(Wrong::Sum), "backward", Some(Mistake::SumForMean(5)));
    assert_wrong(with(Wrong::MeanTwice), "backward", Some(Mistake::MeanTwice(5)));
    assert_wrong(with(Wrong::NoBiases), "backward", Some(Mistake::BiasLeftOut));
    assert_wrong(
        with(Wrong::BiasesOverSamplesWhereSquare),
        "backward",
        Some(Mistake::BiasOverWrongAxis),
    );
    let blanks = Blanks { train_on_batch: updated_too_early, ..RIGHT };
    assert_wrong(blanks, "train_on_batch", Some(Mistake::UpdatedTooEarly));
}

#[test]
fn the_classic_mistakes_of_weight_decay_are_known_by_name() {
    let decay = "backward, with weight decay";
    assert_wrong(with(Wrong::HalfTheDecay), decay, Some(Mistake::HalfTheDecay));
    assert_wrong(with(Wrong::DecayWithWrongSign), decay, Some(Mistake::DecayWithWrongSign));
    assert_wrong(with(Wrong::DecayOnBiases), decay, Some(Mistake::DecayOnBiases));
    assert_wrong(with(Wrong::DecayOncePerSample), decay, Some(Mistake::DecayOncePerSample(5)));
    let none = Blanks {
        backward: |layers, trace, t, _| backward(layers, trace, t, 0.0),
        train_on_batch: |layers, x, t, eta, _| train_on_batch(layers, x, t, eta, 0.0),
        ..RIGHT
    };
    assert_said(none, "backward", "right");
    assert_said(none, decay, "not yet: λ adds nothing");
    let in_training = |layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64| {
        let before = layers.to_vec();
        let loss = train_on_batch(layers, x, t, eta, 0.0) + penalty(&before, lambda);
        for (layer, before) in layers.iter_mut().zip(before) {
            layer.weights = layer.weights.add_scaled(-eta * lambda, &before.weights);
        }
        loss
    };
    let said = assert_wrong(Blanks { train_on_batch: in_training, ..none }, decay, None);
    assert!(said.contains("the decay belongs into backward"), "{said}");
    let twice = |layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64| {
        train_on_batch(layers, x, t, eta, 2.0 * lambda) - penalty(layers, lambda)
    };
    let said = assert_wrong(
        Blanks { train_on_batch: twice, ..RIGHT },
        "train_on_batch, with weight decay",
        None,
    );
    assert!(said.contains("every entry is 2.0000 times that"), "{said}");
}

#[test]
fn the_classic_mistakes_of_softmax_are_known_by_name() {
    let blanks = Blanks { softmax_backward: |y, g| y.map(|y| y * (1.0 - y)).hadamard(g), ..RIGHT };
    assert_wrong(blanks, "softmax_backward", Some(Mistake::DiagonalSoftmax));
    let blanks = Blanks { softmax: |z| softmax(&z.transpose()).transpose(), ..RIGHT };
    assert_wrong(blanks, "softmax", Some(Mistake::SoftmaxOfColumns));
    let overflows = |z: &Matrix| {
        let e = z.map(f64::exp);
        Matrix::from_fn(z.rows(), z.cols(), |i, j| e[(i, j)] / e.row(i).iter().sum::<f64>())
    };
    assert_wrong(
        Blanks { softmax: overflows, ..RIGHT },
        "softmax",
        Some(Mistake::SoftmaxOverflows),
    );
    let global = |z: &Matrix| {
        let max = z.as_slice().iter().copied().fold(f64::MIN, f64::max);
        let e = z.map(|z| (z - max).exp());
        Matrix::from_fn(z.rows(), z.cols(), |i, j| e[(i, j)] / e.row(i).iter().sum::<f64>())
    };
    assert_wrong(Blanks { softmax: global, ..RIGHT }, "softmax", Some(Mistake::SoftmaxOverflows));
}

#[test]
fn a_wrong_loss_is_known_by_its_factor() {
    let loss =
        |blanks: Blanks, mistake| assert_wrong(blanks, "binary_cross_entropy", Some(mistake));
    loss(
        Blanks { binary_cross_entropy: |t, y| n(t) * binary_cross_entropy(t, y), ..RIGHT },
        Mistake::SumForMean(3),
    );
    loss(
        Blanks { binary_cross_entropy: |t, y| binary_cross_entropy(t, y) / n(t), ..RIGHT },
        Mistake::MeanTwice(3),
    );
    loss(
        Blanks { binary_cross_entropy: |t, y| binary_cross_entropy(t, y) / 4.0, ..RIGHT },
        Mistake::MeanOverOutputs(4),
    );
    loss(
        Blanks { binary_cross_entropy: |t, y| -binary_cross_entropy(t, y), ..RIGHT },
        Mistake::SignOfLoss,
    );
    let nan = |t: &Matrix, y: &Matrix| {
        let n = n(t);
        -t.zip_map(y, |t, y| t * y.ln() + (1.0 - t) * (1.0 - y).ln()).sum() / n
    };
    loss(Blanks { binary_cross_entropy: nan, ..RIGHT }, Mistake::ZeroTimesInfinity);
    let half = |t: &Matrix, y: &Matrix| -t.zip_map(y, times_ln).sum() / n(t);
    assert_wrong(Blanks { binary_cross_entropy: half, ..RIGHT }, "binary_cross_entropy", None);
    let rounded = |t: &Matrix, y: &Matrix| binary_cross_entropy(&t.map(f64::round), y);
    let said = assert_wrong(
        Blanks { binary_cross_entropy: rounded, ..RIGHT },
        "binary_cross_entropy",
        None,
    );
    assert!(said.contains("ℰ is linear in t"), "{said}");
}

#[test]
fn a_wrong_derivative_of_a_loss_is_known_by_its_factor() {
    let name = "binary_cross_entropy_backward";
    let sum = |t: &Matrix, y: &Matrix| &binary_cross_entropy_backward(t, y) * n(t);
    let said = assert_wrong(
        Blanks { binary_cross_entropy_backward: sum, ..RIGHT },
        name,
        Some(Mistake::SumForMean(3)),
    );
    assert!(
        include_str!("../docs/homework.md").contains(&said),
        "docs/homework.md does not show {said}"
    );
    let minus = |t: &Matrix, y: &Matrix| &binary_cross_entropy_backward(t, y) * -1.0;
    assert_wrong(
        Blanks { binary_cross_entropy_backward: minus, ..RIGHT },
        name,
        Some(Mistake::SignOfLoss),
    );
    let nan = |t: &Matrix, y: &Matrix| {
        let n = n(t);
        t.zip_map(y, |t, y| ((1.0 - t) / (1.0 - y) - t / y) / n)
    };
    assert_wrong(
        Blanks { binary_cross_entropy_backward: nan, ..RIGHT },
        name,
        Some(Mistake::ZeroTimesInfinity),
    );
    let infinite = |t: &Matrix, y: &Matrix| t.zip_map(y, |_, _| f64::INFINITY);
    assert_wrong(Blanks { binary_cross_entropy_backward: infinite, ..RIGHT }, name, None);
    let hard = |t: &Matrix, y: &Matrix| {
        let n = n(t);
        t.zip_map(y, |t, y| if t == 1.0 { -1.0 / y / n } else { 1.0 / (1.0 - y) / n })
    };
    assert_wrong(Blanks { binary_cross_entropy_backward: hard, ..RIGHT }, name, None);
    let cancelled = |t: &Matrix, y: &Matrix| &(y - t) * n(t).recip();
    let blanks = Blanks { binary_cross_entropy_backward: cancelled, ..RIGHT };
    assert_wrong(blanks, name, Some(Mistake::OfZBehindSigmoid));
    let name = "categorical_cross_entropy_backward";
    let sum = |t: &Matrix, y: &Matrix| t.zip_map(y, |t, y| -over(t, y));
    assert_wrong(
        Blanks { categorical_cross_entropy_backward: sum, ..RIGHT },
        name,
        Some(Mistake::SumForMean(3)),
    );
    let sum = |t: &Matrix, y: &Matrix| -t.zip_map(y, times_ln).sum();
    let blanks = Blanks { categorical_cross_entropy: sum, ..RIGHT };
    assert_wrong(blanks, "categorical_cross_entropy", Some(Mistake::SumForMean(3)));
}

#[test]
fn a_wrong_activation_is_shown_where_it_is_wrong() {
    let leaky = |z: &Matrix| z.map(|z| if z > 0.0 { z } else { 0.01 * z });
    assert_wrong(Blanks { relu: leaky, ..RIGHT }, "relu", None);
    assert_wrong(Blanks { relu_backward: relu, ..RIGHT }, "relu_backward", None);
    assert_wrong(
        Blanks { relu_backward: |z| z.map(|z| z.max(0.0) / z), ..RIGHT },
        "relu_backward",
        None,
    );
    assert_wrong(
        Blanks { sigmoid: |z| z.map(|z| 1.0 / (1.0 + z.exp())), ..RIGHT },
        "sigmoid",
        None,
    );
    let overflows = |z: &Matrix| z.map(|z| z.exp() / (1.0 + z.exp()));
    assert_wrong(
        Blanks { sigmoid: overflows, ..RIGHT },
        "sigmoid",
        Some(Mistake::SigmoidOverflows),
    );
    let of_sheet = |z: &Matrix| z.map(|z| (-z).exp() / (1.0 + (-z).exp()).powi(2));
    let blanks = Blanks { sigmoid_backward: of_sheet, ..RIGHT };
    assert_wrong(blanks, "sigmoid_backward", Some(Mistake::SigmoidOverflows));
    let of_output = |y: &Matrix| y.map(|y| y * (1.0 - y));
    assert_wrong(
        Blanks { sigmoid_backward: of_output, ..RIGHT },
        "sigmoid_backward",
        Some(Mistake::InTermsOfY),
    );
    assert_wrong(Blanks { tanh: sigmoid, ..RIGHT }, "tanh", None);
    let of_output = |y: &Matrix| y.map(|y| 1.0 - y * y);
    assert_wrong(
        Blanks { tanh_backward: of_output, ..RIGHT },
        "tanh_backward",
        Some(Mistake::InTermsOfY),
    );
    let of_sheet = |z: &Matrix| z.map(|z| z.tanh().powi(2));
    assert_wrong(
        Blanks { tanh_backward: of_sheet, ..RIGHT },
        "tanh_backward",
        Some(Mistake::LostMinus),
    );
}

#[test]
fn a_wrong_step_is_shown() {
    let uphill = |x: &Matrix, gradient: &Matrix, eta: f64| x.add_scaled(eta, gradient);
    assert_wrong(Blanks { step: uphill, ..RIGHT }, "step", Some(Mistake::Uphill));
    assert_wrong(Blanks { step: |x, gradient, _| x - gradient, ..RIGHT }, "step", None);
}

#[test]
fn a_wrong_forward_pass_is_shown() {
    let without_biases = |layers: &[Layer], x: &Matrix| {
        let layers: Vec<Layer> = layers
            .iter()
            .map(|layer| Layer { biases: &layer.biases * 0.0, ..layer.clone() })
            .collect();
        forward(&layers, x)
    };
    assert_wrong(
        Blanks { forward: without_biases, ..RIGHT },
        "forward",
        Some(Mistake::BiasLeftOut),
    );
    let one_row = |layers: &[Layer], x: &Matrix| {
        let mut trace = Trace::new(x);
        for (l, layer) in layers.iter().enumerate() {
            let mut z = trace.y[l].matmul_transposed(&layer.weights);
            z.row_mut(0).iter_mut().zip(layer.biases.as_slice()).for_each(|(z, b)| *z += b);
            let y = (layer.phi)(&z);
            trace.push(z, y);
        }
        trace
    };
    assert_wrong(Blanks { forward: one_row, ..RIGHT }, "forward", Some(Mistake::BiasOnOneRow));
    let said_of = |forward| assert_wrong(Blanks { forward, ..RIGHT }, "forward", None);
    let said = said_of(|layers, x| {
        let mut trace = forward(layers, x);
        trace.z.iter_mut().skip(2).for_each(|z| *z = &*z * 2.0);
        trace
    });
    assert!(said.contains("in a network of three layers z[2] is"), "{said}");
    let said = said_of(|layers, x| {
        let mut trace = forward(layers, x);
        trace.y[1] = trace.z[1].clone();
        trace
    });
    assert!(said.contains("(z) is\n"), "{said}");
    let said = said_of(|layers, x| {
        let (mut trace, last) = (forward(layers, x), layers.len());
        trace.y[last] = tanh(&trace.z[last]);
        trace
    });
    assert!(said.contains("(z) is\n"), "{said}");
    let said = said_of(|layers, x| {
        let mut trace = forward(layers, x);
        (1..=layers.len()).for_each(|l| trace.y[l] = (layers[0].phi)(&trace.z[l]));
        trace
    });
    assert!(said.contains("in a network of three layers y[2] is"), "{said}");
    let said = said_of(|_, x| Trace::new(x));
    assert!(said.contains("afterwards z holds 1 matrices, y holds 1, but both need 2"), "{said}");
    let from_x = |layers: &[Layer], x: &Matrix| {
        let mut trace = Trace::new(x);
        for layer in layers {
            let z = x.matmul_transposed(&layer.weights).add_row(&layer.biases);
            trace.push(z.clone(), (layer.phi)(&z));
        }
        trace
    };
    let said = assert_wrong(Blanks { forward: from_x, ..RIGHT }, "forward", None);
    assert!(
        said.contains("left is 5 × 2, right is 4 × 4") && said.contains("(network 2-4-4-1, N = 5)"),
        "{said}"
    );
    let after_phi = |layers: &[Layer], x: &Matrix| {
        let mut trace = Trace::new(x);
        for (l, layer) in layers.iter().enumerate() {
            let z = trace.y[l].matmul_transposed(&layer.weights);
            let y = (layer.phi)(&z).add_row(&layer.biases);
            trace.push(z, y);
        }
        trace
    };
    let said = assert_wrong(Blanks { forward: after_phi, ..RIGHT }, "forward", None);
    assert!(said.contains("they are added after φ"), "{said}");
    let exchanged = |layers: &[Layer], x: &Matrix| {
        let Trace { z, y } = forward(layers, x);
        let (first, rest) = (y[0].clone(), y[1..].to_vec());
        Trace {
            y: [vec![first], z[1..].to_vec()].concat(),
            z: [vec![Matrix::zeros(0, 0)], rest].concat(),
        }
    };
    let said = assert_wrong(Blanks { forward: exchanged, ..RIGHT }, "forward", None);
    assert!(said.contains("what you push as z is φ(z)"), "{said}");
}

#[test]
fn a_wrong_shape_is_told_with_the_right_one() {
    let column = |t: &Matrix, y: &Matrix| binary_cross_entropy_backward(t, y).transpose();
    let blanks = Blanks { binary_cross_entropy_backward: column, ..RIGHT };
    let said = assert_wrong(blanks, "binary_cross_entropy_backward", None);
    assert!(said.contains("the result is 4 × 3, but must be 3 × 4, like y"), "{said}");
    let said_of =
        |backward, mistake| assert_wrong(Blanks { backward, ..RIGHT }, "backward", mistake);
    let said = said_of(
        |layers, trace, t, lambda| {
            let turn =
                |gradient: Gradient| Gradient { weights: gradient.weights.transpose(), ..gradient };
            backward(layers, trace, t, lambda).into_iter().map(turn).collect()
        },
        Some(Mistake::TransposedOuterProduct),
    );
    assert!(said.contains("∇W of layer 1 is 2 × 4, but must be 4 × 2, like W"), "{said}");
    let said = said_of(
        |layers, trace, t, lambda| {
            let biases =
                |gradient: Gradient| Gradient { biases: Matrix::zeros(1, t.rows()), ..gradient };
            backward(layers, trace, t, lambda).into_iter().map(biases).collect()
        },
        Some(Mistake::BiasOverWrongAxis),
    );
    assert!(said.contains("∇b of layer 1 is 1 × 5, but must be 1 × 4, like b"), "{said}");
    said_of(
        |layers, trace, t, lambda| {
            let rows = |layer: &Layer| Matrix::zeros(t.rows(), layer.biases.cols());
            let gradients = backward(layers, trace, t, lambda).into_iter().zip(layers);
            gradients
                .map(|(gradient, layer)| Gradient { biases: rows(layer), ..gradient })
                .collect()
        },
        Some(Mistake::BiasPerSample),
    );
    let said = said_of(
        |layers, trace, t, lambda| backward(layers, trace, t, lambda).into_iter().rev().collect(),
        None,
    );
    assert!(said.contains("from the last layer to the first"), "{said}");
    let said = said_of(
        |layers, trace, t, lambda| backward(layers, trace, t, lambda).into_iter().skip(1).collect(),
        None,
    );
    assert!(said.contains("it gives gradients of 2 layers, but there are 3"), "{said}");
    let only_with_decay = Blanks {
        backward: |layers, trace, t, lambda| {
            let turn =
                |gradient: Gradient| Gradient { weights: gradient.weights.transpose(), ..gradient };
            let right = backward(layers, trace, t, lambda).into_iter();
            right.map(|gradient| if lambda > 0.0 { turn(gradient) } else { gradient }).collect()
        },
        ..RIGHT
    };
    assert_wrong(
        only_with_decay,
        "backward, with weight decay",
        Some(Mistake::TransposedOuterProduct),
    );
}

#[test]
fn a_panic_inside_a_blank_is_one_line_with_both_shapes_and_its_place() {
    let without_transpose = |layers: &[Layer], x: &Matrix| {
        let mut trace = Trace::new(x);
        let z = x.matmul(&layers[0].weights);
        trace.push(z.clone(), z);
        trace
    };
    let said = assert_wrong(Blanks { forward: without_transpose, ..RIGHT }, "forward", None);
    let told = "left is 3 × 2, right is 4 × 2, but matmul needs (m × k)(k × n)";
    assert!(said.contains("panics at tests/homework.rs:") && said.contains(told), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
    let two_lines = |z: &Matrix| {
        assert_eq!(z.rows(), 77);
        z.clone()
    };
    let said = assert_wrong(Blanks { relu: two_lines, ..RIGHT }, "relu", None);
    assert!(said.contains("left: 2;") && said.lines().count() == 2, "{said}");
}

#[test]
fn a_wrong_training_step_is_shown() {
    let uphill = |layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64| {
        train_on_batch(layers, x, t, -eta, lambda)
    };
    assert_wrong(
        Blanks { train_on_batch: uphill, ..RIGHT },
        "train_on_batch",
        Some(Mistake::Uphill),
    );
    let after = |layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64| {
        train_on_batch(layers, x, t, eta, lambda);
        binary_cross_entropy(t, &forward(layers, x).y[layers.len()])
    };
    let said = assert_wrong(Blanks { train_on_batch: after, ..RIGHT }, "train_on_batch", None);
    assert!(said.contains("but the loss before the step is"), "{said}");
    let no_decay = |layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, _: f64| {
        train_on_batch(layers, x, t, eta, 0.0)
    };
    let blanks = Blanks { train_on_batch: no_decay, ..RIGHT };
    let said = assert_wrong(blanks, "train_on_batch, with weight decay", None);
    assert!(said.contains("with λ = 0.3 (before − after) / η grows by 0.000000"), "{said}");
    let without_eta = |layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64| {
        let before = layers.to_vec();
        let loss = train_on_batch(layers, x, t, eta, 0.0) + penalty(&before, lambda);
        for (layer, before) in layers.iter_mut().zip(before) {
            layer.weights = layer.weights.add_scaled(-lambda, &before.weights);
        }
        loss
    };
    let blanks = Blanks { train_on_batch: without_eta, ..RIGHT };
    assert_wrong(blanks, "train_on_batch, with weight decay", Some(Mistake::HalfTheDecay));
    let a_copy = |layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64| {
        train_on_batch(&mut layers.to_vec(), x, t, eta, lambda)
    };
    let said = assert_wrong(Blanks { train_on_batch: a_copy, ..RIGHT }, "train_on_batch", None);
    assert!(said.contains("is it a copy that you train?"), "{said}");
    let error_alone = |layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64| {
        let before = penalty(layers, lambda);
        train_on_batch(layers, x, t, eta, lambda) - before
    };
    let blanks = Blanks { train_on_batch: error_alone, ..RIGHT };
    let said = assert_wrong(blanks, "train_on_batch, with weight decay", None);
    assert!(said.contains("the error and the penalty"), "{said}");
    let weights_only = |layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64| {
        let before = layers.to_vec();
        let loss = train_on_batch(layers, x, t, eta, lambda);
        layers.iter_mut().zip(before).for_each(|(layer, before)| layer.biases = before.biases);
        loss
    };
    let blanks = Blanks { train_on_batch: weights_only, ..RIGHT };
    assert_wrong(blanks, "train_on_batch", Some(Mistake::BiasLeftOut));
}

#[test]
fn a_wrong_penalty_is_shown() {
    let penalty_of = |penalty| assert_wrong(Blanks { penalty, ..RIGHT }, "penalty", None);
    let said = penalty_of(|layers, lambda| 2.0 * penalty(layers, lambda));
    assert!(said.contains("but must be λ/2 = 0.15"), "{said}");
    let said = penalty_of(|layers, lambda| {
        penalty(layers, lambda)
            + lambda / 2.0 * layers.iter().map(|layer| layer.biases.squared_norm()).sum::<f64>()
    });
    assert!(said.contains("biases cost nothing"), "{said}");
    let said = penalty_of(|layers, lambda| penalty(&layers[..1], lambda));
    assert!(
        said.contains("a weight of layer 2 is 1, all others 0, λ = 0.3: yours is 0.000000"),
        "{said}"
    );
    let said = penalty_of(|layers, lambda| {
        lambda / 2.0 * layers.iter().map(|layer| layer.weights.sum().powi(2)).sum::<f64>()
    });
    assert!(said.contains("one by one it adds up to"), "{said}");
    let said = penalty_of(|layers, lambda| {
        lambda / 2.0 * layers.iter().map(|layer| layer.weights.squared_norm().sqrt()).sum::<f64>()
    });
    assert!(said.contains("but must be 4 · λ/2 = 0.6"), "{said}");
}

#[test]
fn every_chapter_that_is_pointed_to_has_that_heading() {
    let all = [
        Mistake::PhiOfY,
        Mistake::UpdatedTooEarly,
        Mistake::RawError,
        Mistake::TransposedOuterProduct,
        Mistake::SumForMean(2),
        Mistake::MeanTwice(2),
        Mistake::BiasLeftOut,
        Mistake::BiasOverWrongAxis,
        Mistake::HalfTheDecay,
        Mistake::DecayWithWrongSign,
        Mistake::DecayOnBiases,
        Mistake::DiagonalSoftmax,
        Mistake::DecayOncePerSample(2),
        Mistake::BiasPerSample,
        Mistake::TransposedWeights,
        Mistake::PhiTwice,
        Mistake::OfZBehindSigmoid,
        Mistake::InTermsOfY,
        Mistake::MeanOverOutputs(2),
        Mistake::SignOfLoss,
        Mistake::Uphill,
        Mistake::ZeroTimesInfinity,
        Mistake::SmallConstant,
        Mistake::SigmoidOverflows,
        Mistake::SoftmaxOverflows,
        Mistake::LostMinus,
        Mistake::BiasOnOneRow,
        Mistake::SoftmaxOfColumns,
    ];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for mistake in all {
        let (file, heading) = mistake.chapter();
        let text = std::fs::read_to_string(root.join(file)).expect("a chapter");
        let found = text
            .lines()
            .any(|line| line.trim_start_matches('#').trim() == heading && line.starts_with('#'));
        assert!(found, "{file} has no heading {heading:?}, which the report points to");
    }
}
