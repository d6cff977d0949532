//! The homework calls right what is right and wrong what is wrong, with evidence. Here, and only here, the
//! blanks are filled in.
#![allow(dead_code, reason = "the example uses the rest")]

#[path = "../examples/homework/main.rs"]
mod file;

use std::cell::RefCell;

use backprop::Matrix;
use file::BLANKS;
use file::evidence::describe;
use file::judge::{Blanks, Gradient, ITEMS, Layer, Trace};
use file::network::cases;
use file::report::report;

/// Everything filled in, and right.
const RIGHT: Blanks = Blanks {
    binary_cross_entropy: |t, y| -t.zip_map(y, |t, y| ln(t, y) + ln(1.0 - t, 1.0 - y)).sum() / n(t),
    binary_cross_entropy_backward: |t, y| {
        &t.zip_map(y, |t, y| over(1.0 - t, 1.0 - y) - over(t, y)) * (1.0 / n(t))
    },
    relu: |z| z.map(|z| z.max(0.0)),
    relu_backward: |z| z.map(|z| f64::from(z > 0.0)),
    sigmoid: |z| z.map(sigma),
    sigmoid_backward: |z| z.map(|z| sigma(z) * (1.0 - sigma(z))),
    tanh: |z| z.map(f64::tanh),
    tanh_backward: |z| z.map(|z| 1.0 - z.tanh().powi(2)),
    step: |x, gradient, eta| x.add_scaled(-eta, gradient),
    forward: |layers, x| pass(layers, x, |layer, z| (z.clone(), (layer.phi)(z))),
    backward: |layers, trace, t, lambda| backward("", layers, trace, t, lambda),
    train_on_batch: |layers, x, t, eta, lambda| train("", layers, x, t, eta, lambda),
    softmax: |z| {
        let max = |i: usize| z.row(i).iter().fold(f64::MIN, |max, z| max.max(*z));
        normalised(&Matrix::from_fn(z.rows(), z.cols(), |i, j| (z[(i, j)] - max(i)).exp()))
    },
    softmax_backward: |y, grad_y| {
        let inner = y.hadamard(grad_y).matmul(&Matrix::from_fn(y.cols(), y.cols(), |_, _| 1.0));
        y.hadamard(&(grad_y - &inner))
    },
    categorical_cross_entropy: |t, y| -t.zip_map(y, ln).sum() / n(t),
    categorical_cross_entropy_backward: |t, y| &t.zip_map(y, over) * (-1.0 / n(t)),
    penalty: |layers, lambda| layers.iter().map(|l| lambda / 2.0 * l.weights.squared_norm()).sum(),
};

/// `t ln y`, where `0 ln 0` is 0.
fn ln(t: f64, y: f64) -> f64 {
    if t == 0.0 { 0.0 } else { t * y.ln() }
}

/// `t / y`, where `0 / 0` is 0.
fn over(t: f64, y: f64) -> f64 {
    if t == 0.0 { 0.0 } else { t / y }
}

fn n(t: &Matrix) -> f64 {
    t.rows() as f64
}

fn sigma(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// The rows, each divided by its sum.
fn normalised(e: &Matrix) -> Matrix {
    Matrix::from_fn(e.rows(), e.cols(), |i, j| e[(i, j)] / e.row(i).iter().sum::<f64>())
}

type Each = fn(&Layer, &Matrix) -> (Matrix, Matrix);

/// A forward pass that records what `each` makes of a layer, and its `z`.
fn pass(layers: &[Layer], x: &Matrix, each: Each) -> Trace {
    let mut trace = Trace::new(x);
    for (l, layer) in layers.iter().enumerate() {
        let z = trace.y[l].matmul_transposed(&layer.weights).add_row(&layer.biases);
        let (z, y) = each(layer, &z);
        trace.push(z, y);
    }
    trace
}

/// Backpropagation with what is `wrong`, or with (16) at the output.
fn backward(wrong: &str, layers: &[Layer], trace: &Trace, t: &Matrix, decay: f64) -> Vec<Gradient> {
    let (mut gradients, last) = (Vec::new(), layers.len());
    let mut grad_y = (RIGHT.binary_cross_entropy_backward)(t, &trace.y[last]);
    for l in (1..=last).rev() {
        let (layer, z, y, below) = (&layers[l - 1], &trace.z[l], &trace.y[l], &trace.y[l - 1]);
        let delta = match wrong {
            "PhiOfY" => grad_y.hadamard(&(layer.phi_prime)(y)),
            "PhiOfY below" if l < last => grad_y.hadamard(&(layer.phi_prime)(y)),
            "no phi_prime" => grad_y.clone(),
            "phi_prime of the layer above" if l < last => {
                grad_y.hadamard(&(layers[l].phi_prime)(z))
            }
            "(16)" if l == last => &(y - t) * (1.0 / n(t)),
            _ => grad_y.hadamard(&(layer.phi_prime)(z)),
        };
        let weights = delta.transpose().matmul(below).add_scaled(decay, &layer.weights);
        let biases = match wrong {
            "BiasOverWrongAxis" => delta.transpose().column_sums(),
            "DecayOnBiases" => delta.column_sums().add_scaled(decay, &layer.biases),
            _ => delta.column_sums(),
        };
        gradients.insert(0, Gradient { weights, biases });
        grad_y = match wrong {
            "RawError" => grad_y.matmul(&layer.weights),
            "transposed weights" => delta.matmul_transposed(&layer.weights),
            _ => delta.matmul(&layer.weights),
        };
    }
    gradients
}

/// The right gradient, changed layer by layer.
fn changed(l: &[Layer], r: &Trace, t: &Matrix, change: impl Fn(&mut Gradient)) -> Vec<Gradient> {
    let mut gradients = backward("", l, r, t, 0.0);
    gradients.iter_mut().for_each(change);
    gradients
}

fn scale(gradient: &mut Gradient, factor: f64) {
    gradient.weights = &gradient.weights * factor;
    gradient.biases = &gradient.biases * factor;
}

/// A step of training with what is `wrong`.
fn train(wrong: &str, layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64) -> f64 {
    let loss = |layers: &[Layer], trace: &Trace| {
        let error = (RIGHT.binary_cross_entropy)(t, &trace.y[layers.len()]);
        if lambda > 0.0 { error + (RIGHT.penalty)(layers, lambda) } else { error }
    };
    let trace = (RIGHT.forward)(layers, x);
    let before = loss(layers, &trace);
    let start = layers.to_vec();
    for l in (0..layers.len()).rev() {
        let at = if wrong == "UpdatedTooEarly" { &*layers } else { &start };
        let Gradient { weights, biases } = backward("", at, &trace, t, lambda).swap_remove(l);
        layers[l].weights = (RIGHT.step)(&layers[l].weights, &weights, eta);
        if wrong != "biases stay" {
            layers[l].biases = (RIGHT.step)(&layers[l].biases, &biases, eta);
        }
    }
    if wrong == "loss after" { loss(layers, &(RIGHT.forward)(layers, x)) } else { before }
}

const fn bce(binary_cross_entropy: fn(&Matrix, &Matrix) -> f64) -> Blanks {
    Blanks { binary_cross_entropy, ..RIGHT }
}

const fn slope(binary_cross_entropy_backward: fn(&Matrix, &Matrix) -> Matrix) -> Blanks {
    Blanks { binary_cross_entropy_backward, ..RIGHT }
}

const fn forward(forward: fn(&[Layer], &Matrix) -> Trace) -> Blanks {
    Blanks { forward, ..RIGHT }
}

const fn back(backward: fn(&[Layer], &Trace, &Matrix, f64) -> Vec<Gradient>) -> Blanks {
    Blanks { backward, ..RIGHT }
}

const fn training(train_on_batch: fn(&mut [Layer], &Matrix, &Matrix, f64, f64) -> f64) -> Blanks {
    Blanks { train_on_batch, ..RIGHT }
}

const BCE: &str = "binary_cross_entropy";
const SLOPE: &str = "binary_cross_entropy_backward";
const DECAY: &str = "backward, with weight decay";
const TRAIN_DECAY: &str = "train_on_batch, with weight decay";

/// A line, blanks of which one is wrong, a word or number that is printed, and the bug that is named.
type Row = (&'static str, Blanks, &'static str, &'static str);

#[rustfmt::skip]
const WRONG: &[Row] = &[
    (BCE, bce(|t, y| n(t) * (RIGHT.binary_cross_entropy)(t, y)), "factor of 3.0000", "SumForMean"),
    (BCE, bce(|t, y| (RIGHT.binary_cross_entropy)(t, y) / n(t)), "ℰ of 3 samples", "MeanTwice"),
    (BCE, bce(|t, y| (RIGHT.binary_cross_entropy)(t, y) / y.cols() as f64), "factor of 0.2500", ""),
    (BCE, bce(|t, y| -(RIGHT.binary_cross_entropy)(t, y)), "factor of -1.0000", ""),
    (BCE, bce(RIGHT.categorical_cross_entropy), "0.223144", ""),
    (BCE, bce(|t, y| (RIGHT.binary_cross_entropy)(&t.map(f64::round), y)), "t = 0.3", ""),
    (SLOPE, slope(|t, y| &(RIGHT.binary_cross_entropy_backward)(t, y) * n(t)), "factor of 3.0000", "SumForMean"),
    (SLOPE, slope(|t, y| -&(RIGHT.binary_cross_entropy_backward)(t, y)), "factor of -1.0000", ""),
    (SLOPE, slope(|t, y| &(y - t) * (1.0 / n(t))), "∂ℰ/∂Y[0,0]: yours -0.033333", ""),
    (SLOPE, slope(|t, y| (RIGHT.binary_cross_entropy_backward)(t, y).transpose()), "4 × 3, but must be 3 × 4", ""),
    ("relu", Blanks { relu: |z| z.map(|z| if z > 0.0 { z } else { 0.01 * z }), ..RIGHT }, "z = -0.1", ""),
    ("relu", Blanks { relu: |_| panic!("first, but {}", "second ".repeat(20)), ..RIGHT }, "tests/homework.rs:", ""),
    ("relu_backward", Blanks { relu_backward: RIGHT.relu, ..RIGHT }, "φ′ at z = 2: yours 2", ""),
    ("relu_backward", Blanks { relu_backward: |z| z.map(|z| z.max(0.0) / z), ..RIGHT }, "z = 0: yours NaN", ""),
    ("sigmoid", Blanks { sigmoid: |z| z.map(|z| sigma(-z)), ..RIGHT }, "factor of -1.0000", ""),
    ("sigmoid_backward", Blanks { sigmoid_backward: |y| y.map(|y| y * (1.0 - y)), ..RIGHT }, "φ′ at z = ", "PhiOfY"),
    ("sigmoid_backward", Blanks { sigmoid_backward: |z| &(RIGHT.sigmoid_backward)(z) * 1.00003, ..RIGHT }, "φ′ at z = 2", ""),
    ("tanh", Blanks { tanh: RIGHT.sigmoid, ..RIGHT }, "½ ln((1 + y) / (1 − y)) = z at z = 2", ""),
    ("tanh_backward", Blanks { tanh_backward: |y| y.map(|y| 1.0 - y * y), ..RIGHT }, "φ′ at z = ", "PhiOfY"),
    ("step", Blanks { step: |x, gradient, eta| x.add_scaled(eta, gradient), ..RIGHT }, "factor of -1.0000", ""),
    ("forward", forward(|layers, x| pass(layers, x, |layer, z| (z.add_row(&-&layer.biases), z.clone()))), "z[1][0,0]", "BiasLeftOut"),
    ("forward", forward(|layers, x| pass(layers, x, |layer, z| ((layer.phi)(z), z.clone()))), "z[1]", ""),
    ("forward", forward(|layers, x| pass(layers, x, |_, z| (z.clone(), z.clone()))), "y[1]", ""),
    ("forward", forward(|layers, x| (RIGHT.forward)(layers, &-x)), "y[0] is x", ""),
    ("forward", forward(|_, x| Trace::new(x)), "1 z and 1 y, but 4 are needed", ""),
    ("backward", back(|l, r, t, _| changed(l, r, t, |g| scale(g, n(t)))), "factor of 3.0000", "SumForMean"),
    ("backward", back(|l, r, t, _| changed(l, r, t, |g| scale(g, 1.0 / n(t)))), "factor of 0.3333", "MeanTwice"),
    ("backward", back(|l, r, t, _| changed(l, r, t, |g| g.weights = &g.weights * (1.0 / n(t)))), "factor of 0.3333", "MeanTwice"),
    ("backward", back(|l, r, t, _| changed(l, r, t, |g| scale(g, 3.0 / n(t)))), "network 6-4-3-2, N = 5", ""),
    ("backward", back(|l, r, t, _| changed(l, r, t, |g| scale(g, -1.0))), "factor of -1.0000", ""),
    ("backward", back(|l, r, t, _| changed(l, r, t, |g| g.weights = g.weights.transpose())), "∇W", "TransposedOuterProduct"),
    ("backward", back(|l, r, t, _| changed(l, r, t, |g| g.biases = &g.biases * 0.0)), "∇b", "BiasLeftOut"),
    ("backward", back(|l, r, t, _| changed(l, r, t, |g| g.biases = &g.biases * 2.0)), "factor of 2.0000", ""),
    ("backward", back(|l, r, t, d| backward("BiasOverWrongAxis", l, r, t, d)), "∇b", "BiasOverWrongAxis"),
    ("backward", back(|l, r, t, d| backward("PhiOfY", l, r, t, d)), "network 3-3-3-3, N = 3", "PhiOfY"),
    ("backward", back(|l, r, t, d| backward("PhiOfY below", l, r, t, d)), "of layer 1", "PhiOfY"),
    ("backward", back(|l, r, t, d| backward("RawError", l, r, t, d)), "of layer 2", "RawError"),
    ("backward", back(|l, r, t, d| backward("no phi_prime", l, r, t, d)), "of layer 3", "RawError"),
    ("backward", back(|l, r, t, d| backward("phi_prime of the layer above", l, r, t, d)), "of layer 2", ""),
    ("backward", back(|l, r, t, d| backward("transposed weights", l, r, t, d)), "of layer 2", ""),
    ("backward", back(accumulated), "called before", "Accumulated"),
    ("backward", back(|l, r, t, d| (RIGHT.backward)(l, r, t, d).into_iter().rev().collect()), "of layer 3", ""),
    ("backward", back(|l, r, t, d| (RIGHT.backward)(l, r, t, d).split_off(1)), "2 layers, but there are 3", ""),
    ("train_on_batch", training(|l, x, t, e, d| train("UpdatedTooEarly", l, x, t, e, d)), "b[0,0] of layer 2", "UpdatedTooEarly"),
    ("train_on_batch", training(by_sample), "b[0,0] of layer 3", "UpdatedEverySample"),
    ("train_on_batch", training(|l, x, t, e, d| train("", &mut l.to_vec(), x, t, e, d)), "yours 0.000000", ""),
    ("train_on_batch", training(|l, x, t, e, d| train("biases stay", l, x, t, e, d)), "b[0,0] of layer 3", "BiasLeftOut"),
    ("train_on_batch", training(|l, x, t, e, d| train("loss after", l, x, t, e, d)), "the loss before the step is", ""),
    ("softmax", Blanks { softmax: |z| normalised(&z.map(f64::exp).transpose()).transpose(), ..RIGHT }, "row sums", ""),
    ("softmax", Blanks { softmax: |z| normalised(&z.map(|z| (2.0 * z).exp())), ..RIGHT }, "factor of 2.0000", ""),
    ("softmax_backward", Blanks { softmax_backward: |y, g| y.zip_map(g, |y, g| y * (1.0 - y) * g), ..RIGHT }, "∇_z", "DiagonalSoftmax"),
    ("categorical_cross_entropy", Blanks { categorical_cross_entropy: |t, y| -t.zip_map(y, ln).sum(), ..RIGHT }, "factor of 3.0000", "SumForMean"),
    ("categorical_cross_entropy_backward", Blanks { categorical_cross_entropy_backward: |t, y| -&t.zip_map(y, over), ..RIGHT },
        "factor of 3.0000", "SumForMean"),
    ("penalty", Blanks { penalty: |layers, lambda| 2.0 * (RIGHT.penalty)(layers, lambda), ..RIGHT }, "factor of 2.0000", ""),
    ("penalty", Blanks { penalty: |layers, lambda| (RIGHT.penalty)(&layers[..1], lambda), ..RIGHT }, "of layer 3", ""),
    (DECAY, back(|l, r, t, d| (RIGHT.backward)(l, r, t, d / 2.0)), "factor of 0.5000", "HalfTheDecay"),
    (DECAY, back(|l, r, t, d| (RIGHT.backward)(l, r, t, -d)), "factor of -1.0000", "DecayWithWrongSign"),
    (DECAY, back(|l, r, t, d| backward("DecayOnBiases", l, r, t, d)), "∇b", "DecayOnBiases"),
    (DECAY, back(|l, r, t, d| (RIGHT.backward)(l, r, t, n(t) * d)), "factor of 5.0000", "DecayOncePerSample"),
    (TRAIN_DECAY, training(|l, x, t, e, d| train("", l, x, t, e, 2.0 * d)), "yours", ""),
    (TRAIN_DECAY, training(|l, x, t, e, d| -(RIGHT.penalty)(l, d) + train("", l, x, t, e, d)), "the loss before the step is", ""),
];

#[rustfmt::skip]
const OTHERWISE_RIGHT: &[(&str, Blanks, &str)] = &[
    // The formulas of main.rs, as they are printed.
    (BCE, bce(|t, y| -1.0 / n(t) * t.zip_map(y, |t, y| t * y.ln() + (1.0 - t) * (1.0 - y).ln()).sum()), "0 · ln 0"),
    ("softmax", Blanks { softmax: |z| normalised(&z.map(f64::exp)), ..RIGHT }, "eᶻ"),
    ("categorical_cross_entropy", Blanks { categorical_cross_entropy: |t, y| -t.zip_map(y, |t, y| t * y.ln()).sum() / n(t), ..RIGHT }, "0 · ln 0"),
    (SLOPE, slope(|t, y| &t.zip_map(y, |t, y| (1.0 - t) / (1.0 - y) - t / y) * (1.0 / n(t))), "0/0"),
    (SLOPE, slope(|t, y| &t.zip_map(y, |t, y| (y - t) / (y * (1.0 - y))) * (1.0 / n(t))), "0/0"),
    // The sheet's.
    (BCE, bce(|t, y| -t.zip_map(y, |t, y| t * (y + 1e-9).ln() + (1.0 - t) * (1.0 - y + 1e-9).ln()).sum() / n(t)), "constant"),
    (SLOPE, slope(|t, y| &t.zip_map(y, |t, y| (1.0 - t) / (1.0 - y + 1e-9) - t / (y + 1e-9)) * (1.0 / n(t))), "constant"),
    ("sigmoid_backward", Blanks { sigmoid_backward: |z| z.map(|z| (-z).exp() / (1.0 + (-z).exp()).powi(2)), ..RIGHT }, "eᶻ"),
    ("sigmoid", Blanks { sigmoid: |z| z.map(|z| z.exp() / (1.0 + z.exp())), ..RIGHT }, "eᶻ"),
    ("relu_backward", Blanks { relu_backward: |z| z.map(|z| if z >= 0.0 { 1.0 } else { 0.0 }), ..RIGHT }, ""),
    ("tanh_backward", Blanks { tanh_backward: |z| z.map(|z| z.cosh().powi(-2)), ..RIGHT }, ""),
    ("step", Blanks { step: |x, gradient, eta| x - &(eta * gradient), ..RIGHT }, ""),
    ("backward", back(|l, r, t, d| backward("(16)", l, r, t, d)), ""),
];

/// A gradient to which the one before is added.
fn accumulated(layers: &[Layer], trace: &Trace, t: &Matrix, lambda: f64) -> Vec<Gradient> {
    thread_local! { static KEPT: RefCell<Vec<Gradient>> = const { RefCell::new(Vec::new()) }; }
    let mut gradients = backward("", layers, trace, t, lambda);
    for (gradient, kept) in gradients.iter_mut().zip(KEPT.take()) {
        gradient.biases = &gradient.biases + &kept.biases;
    }
    KEPT.set(gradients.clone());
    gradients
}

/// A step for each sample.
fn by_sample(layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64) -> f64 {
    let one = |m: &Matrix, i| m.select_rows(&[i]);
    let step = |i| train("", layers, &one(x, i), &one(t, i), eta / n(t), lambda);
    (0..t.rows()).map(step).sum::<f64>() / n(t)
}

/// A line of the report as it is printed.
fn said(blanks: &Blanks, line: &str) -> String {
    let mut verdicts = Vec::new();
    for item in &ITEMS {
        verdicts.push(item.judge(blanks, &verdicts));
    }
    let at = ITEMS.iter().position(|item| item.1 == line).expect("a line");
    describe(line, &verdicts[at])
}

/// All that the example prints.
fn printed(blanks: &Blanks) -> String {
    let mut out = Vec::new();
    report(blanks, &mut out).expect("a report");
    String::from_utf8(out).expect("a text")
}

#[test]
fn every_wrong_blank_is_wrong_with_evidence_and_the_bug_it_looks_like() {
    let bugs = include_str!("../docs/bugs.md");
    for (row, (line, blanks, word, bug)) in WRONG.iter().enumerate() {
        let said = said(blanks, line);
        let row = format!("row {row}, {line}, is {said}");
        let lines: Vec<&str> = said.lines().collect();
        assert!(lines[0] == "WRONG" && said.contains(word), "{word:?} is not in {row}");
        assert!(lines[1..].iter().all(|line| line.starts_with("        ")), "indentation of {row}");
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "too wide: {row}");
        let named = said.split_once("looks like ").map(|(_, rest)| rest);
        let expected = format!("{bug} in docs/bugs.md");
        assert_eq!(named, (!bug.is_empty()).then_some(&*expected), "{row}");
        assert!(bug.is_empty() || bugs.contains(&format!("\n| `{bug}` | ")), "no row for {bug}");
    }
}

#[test]
fn other_ways_to_be_right_are_right_with_a_remark_where_the_arithmetic_fails() {
    for (line, blanks, remark) in OTHERWISE_RIGHT {
        let said = said(blanks, line);
        assert!(said.starts_with("right") && said.contains(remark), "{line} is {said}");
        assert_eq!(said == "right", remark.is_empty(), "{line} is {said}");
    }
}

#[test]
fn an_empty_file_is_not_yet_right_anywhere() {
    let printed = printed(&BLANKS);
    assert_eq!(printed.matches(" not yet\n").count(), 16, "{printed}"); // three wait for others
    assert!(printed.contains("0 of 19 right. Next: binary_cross_entropy;"), "{printed}");
}

#[test]
fn a_blank_waits_until_what_it_needs_is_right() {
    let blanks = Blanks { sigmoid: BLANKS.sigmoid, tanh_backward: RIGHT.tanh, ..RIGHT };
    assert_eq!(said(&blanks, "sigmoid"), "not yet");
    assert_eq!(said(&blanks, "forward"), "waits for sigmoid");
    let blanks = Blanks { sigmoid: RIGHT.sigmoid, ..blanks };
    assert_eq!(said(&blanks, "backward"), "waits for tanh_backward");
    assert_eq!(said(&blanks, "train_on_batch"), "waits for backward");
    assert!(printed(&blanks).contains("Next: tanh_backward;"));
    assert_eq!(said(&Blanks { relu: |_| todo!(), ..RIGHT }, "relu"), "not yet");
    let train = training(|l, _, _, _, d| (BLANKS.penalty)(l, d));
    assert_eq!(said(&train, "train_on_batch"), "waits for penalty");
    assert!(printed(&train).contains("Next: penalty;"));
}

#[test]
fn weight_decay_that_is_not_begun_is_not_yet() {
    let blanks = back(|l, r, t, _| (RIGHT.backward)(l, r, t, 0.0));
    assert_eq!(said(&blanks, DECAY), "not yet");
    assert_eq!(said(&blanks, TRAIN_DECAY), format!("waits for {DECAY}"));
}

#[test]
fn right_blanks_train_the_exclusive_or() {
    assert!(printed(&RIGHT).contains("19 of 19 right. All done."));
    let printed = printed(&Blanks { softmax: BLANKS.softmax, penalty: BLANKS.penalty, ..RIGHT });
    let (_, loss) = printed.split_once("every 50 steps: ").expect("the loss");
    let loss = loss.lines().next().and_then(|line| line.rsplit(' ').next()).expect("the last");
    assert!(loss.parse::<f64>().expect("a number") < 0.02, "{printed}");
    assert!(printed.ends_with("picture: target/homework/decision.svg\n"), "{printed}");
}

#[test]
fn every_relu_is_on_for_some_sample_and_off_for_another() {
    let [square, uneven, _] = cases(&RIGHT);
    for (case, l) in [(square, 2), (uneven, 1)] {
        let z = (RIGHT.forward)(&case.layers, &case.x).z.swap_remove(l);
        let on = (RIGHT.relu_backward)(&z).column_sums();
        assert!(on.as_slice().iter().all(|&on| 0.0 < on && on < n(&z)), "{z}");
        assert!(z.as_slice().iter().all(|z| z.abs() > 0.01), "near the kink: {z}");
    }
}

#[test]
fn the_sample_in_the_chapter_is_what_is_printed() {
    let (line, blanks, ..) = &WRONG[6];
    assert!(include_str!("../docs/homework.md").contains(&said(blanks, line)));
}
