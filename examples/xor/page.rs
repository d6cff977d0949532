//! The training as one page for a browser, with a slider. The page only shows: every number in it is
//! computed here.

use backprop::{Activation, Dataset, Matrix, Network};

use super::support::chart::{Axis, Chart, DARK, Point, document, escape, number};
use super::support::xor::right;

/// What is fixed of the page: text, style and what moves the slider.
const TEMPLATE: &str = include_str!("page.html");

/// Cells a side of a map, and of the small map of a hidden unit.
const CELLS: [usize; 2] = [40, 20];

/// More hidden units than this are not drawn.
const UNITS: usize = 4;

/// What the page shows of one iteration.
pub struct Frame(String);

/// The iterations that the page shows: up to 61, denser early, when most happens.
pub fn due(steps: usize) -> Vec<usize> {
    let part = |k: u32| (f64::from(k) / 60.0).powf(1.5) * steps as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to steps")]
    let mut due: Vec<usize> = (0..=60).map(|k| part(k).round() as usize).collect();
    due.dedup();
    due
}

impl Frame {
    /// The numbers of a network, with one hidden layer, after so many steps.
    pub fn new(iteration: usize, network: &Network) -> Self {
        let (xor, (first, last)) = (Dataset::xor(), (network.layer(1), network.layer(2)));
        let trace = network.forward(xor.inputs());
        let gradients = network.backward(&trace, xor.targets());
        let (loss, y) = (network.loss(&trace, xor.targets()), trace.y(2).as_slice());
        let shown = Some(first.biases.cols()).filter(|units| *units <= UNITS).unwrap_or(0);
        let first_of = |m: &Matrix, n: usize| m.as_slice()[..n].to_vec();
        let drawn = [
            first_of(&first.weights, 2 * shown),
            first_of(&first.biases, shown),
            first_of(&last.weights, shown),
            first_of(&last.biases, 1),
            first_of(gradients.biases(1), shown),
            first_of(gradients.biases(2), 1),
        ];
        let (drawn, (maps, points, reach)) = (drawn.concat(), maps(network, trace.y(1), shown));
        Self(format!(
            r#"{{"iteration":{iteration},"loss":"{}","right":{},"y":[{}],"points":{},"reach":"{}","widths":{},"labels":[{}],"maps":[{}]}}"#,
            number(loss),
            right(network),
            strings(y),
            list(&points),
            number(reach),
            list(&drawn),
            strings(&drawn),
            maps.join(",")
        ))
    }
}

/// The maps of the prediction and of each unit that is shown; of two units, also the prediction over
/// their plane, the four points in it, and how far it reaches.
fn maps(network: &Network, y: &Matrix, shown: usize) -> (Vec<String>, Vec<f64>, f64) {
    let (first, last) = (network.layer(1), network.layer(2));
    let mut maps = vec![map(CELLS[0], 2.0, |x| network.predict(x)[(0, 0)])];
    let (low, high) = range(first.activation);
    for j in 0..shown {
        let unit = |x: &Matrix| (network.forward(x).y(1)[(0, j)] - low) / (high - low);
        maps.push(map(CELLS[1], 2.0, unit));
    }
    let reach = y.as_slice().iter().fold(1.0, |max: f64, y| y.abs().max(max)) * 1.25;
    if y.cols() != 2 {
        return (maps, Vec::new(), reach);
    }
    let output = |y: &Matrix| y.matmul_transposed(&last.weights).add_row(&last.biases);
    maps.push(map(CELLS[0], reach, |y| last.activation.apply(&output(y))[(0, 0)]));
    (maps, y.as_slice().iter().map(|y| y / reach).collect(), reach)
}

/// What an activation ranges over in its small map.
fn range(activation: Activation) -> Point {
    match activation {
        Activation::Tanh => (-1.0, 1.0),
        Activation::Sigmoid | Activation::Softmax => (0.0, 1.0),
        Activation::Identity | Activation::Relu => (-3.0, 3.0),
    }
}

/// A function of the plane from −reach to reach, row by row from above; a letter for each cell, from
/// `0` for 0 to `P` for 1.
fn map(cells: usize, reach: f64, f: impl Fn(&Matrix) -> f64) -> String {
    let at = |k: usize| reach * (2.0 * (k as f64 + 0.5) / cells as f64 - 1.0);
    let cell = |k: usize| f(&Matrix::row_vector(&[at(k % cells), -at(k / cells)]));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "48 to 80")]
    let letter = |value: f64| (48.0 + 32.0 * value.clamp(0.0, 1.0)).round() as u8 as char;
    format!("{:?}", (0..cells * cells).map(|k| letter(cell(k))).collect::<String>())
}

fn list(numbers: &[f64]) -> String {
    format!("{:?}", numbers.iter().map(|n| (n * 1e4).round() / 1e4).collect::<Vec<f64>>())
}

fn strings(numbers: &[f64]) -> String {
    numbers.iter().map(|n| format!("{:?}", number(*n))).collect::<Vec<_>>().join(",")
}

/// The page of a training, with its losses `(iteration, loss)`.
pub fn page(title: &str, frames: &[Frame], losses: &[Point]) -> String {
    let last = losses.last().map_or(1.0, |last| last.0);
    let axes = (Axis::linear("iteration").within(0.0, last), Axis::log("loss ℰ"));
    let chart =
        Chart::new("Loss", axes.0, axes.1).line("the loss after each step", losses.to_vec());
    let frames: Vec<&str> = frames.iter().map(|Frame(json)| json.as_str()).collect();
    let loss = document("The loss during the training", &[chart]).replace(DARK, "");
    let page = TEMPLATE.replace("{{title}}", &escape(title)).replace("{{loss}}", &loss);
    page.replace("{{frames}}", &frames.join(",\n"))
}
