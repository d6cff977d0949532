//! The four pictures of a network that learns the exclusive or.
#![allow(dead_code, reason = "each example uses a part")]

use backprop::{Activation, Dataset, Loss, Matrix, Network};

use super::axis::Axis;
use super::chart::Chart;
use super::heat_map::{self, Labels};
use super::palette::Shades;
use super::svg::{Picture, minus};

/// Of more hidden units only the first so many are drawn.
pub const UNITS: usize = 8;

/// The four inputs, as they are written.
const POINTS: [&str; 4] = ["(−1, −1)", "(−1, 1)", "(1, −1)", "(1, 1)"];

/// The losses over the iterations: points `(iteration, loss)`.
pub fn loss_curve(title: &str, points: &[(f64, f64)]) -> Picture {
    let top = points.iter().map(|point| point.1).fold(0.0, f64::max);
    let last = points.iter().map(|point| point.0).fold(1.0, f64::max);
    let y = Axis::linear("loss").within(0.0, 1.1 * top);
    let x = Axis::linear("iteration").within(0.0, last);
    Chart::new(title, x, y).size(420.0, 300.0).line("loss", points).draw()
}

/// What is predicted all over the inputs, and the line where it is ½.
pub fn decision(title: &str, predict: impl Fn(f64, f64) -> f64) -> Picture {
    let inputs = Dataset::xor().inputs().clone();
    let axis = |name| Axis::linear(name).within(-2.0, 2.0);
    let chart = Chart::new(title, axis("x₁"), axis("x₂")).size(300.0, 300.0);
    classes(plane(chart, predict), &inputs).draw()
}

/// Where the hidden layer puts the four points.
///
/// Two units span a plane, and the output draws a straight line through it. Of more units, or of
/// one, the outputs are shown as a table.
pub fn hidden(title: &str, network: &Network) -> Picture {
    let layer = network.layer(1);
    let y = network.forward(Dataset::xor().inputs()).y(1).clone();
    if y.cols() != 2 || network.depth() != 2 {
        return hidden_table(title, &y, layer.activation);
    }
    let output = Network::from_layers(vec![network.layer(2).clone()], Loss::BinaryCrossEntropy);
    let output = output.expect("the last layer of a network is one");
    let predict = |h1, h2| output.predict(&Matrix::row_vector(&[h1, h2]))[(0, 0)];
    let (low, high) = range(layer.activation, &y);
    let axis = |name| Axis::linear(name).within(low, high);
    let chart = Chart::new(title, axis("hidden unit 1"), axis("hidden unit 2")).size(300.0, 300.0);
    let chart = classes(plane(chart, predict), &y);
    named_points(chart, &y).draw()
}

/// The prediction as a colour, and the line along which it is ½.
fn plane(chart: Chart, predict: impl Fn(f64, f64) -> f64) -> Chart {
    let shades = Shades::diverging(0.0, 1.0).named("prediction");
    chart.surface(shades, &predict).seam("prediction ½", 0.5, &predict)
}

/// The points with target 1 and those with target 0, at these places.
fn classes(chart: Chart, places: &Matrix) -> Chart {
    let place = |i: usize| (places[(i, 0)], places[(i, 1)]);
    chart.dots("target 1", &[place(1), place(2)]).dots("target 0", &[place(0), place(3)])
}

/// The name of each point beside its place; points that fall together share one note.
fn named_points(mut chart: Chart, places: &Matrix) -> Chart {
    let mut left = vec![0, 1, 2, 3];
    while let Some(&first) = left.first() {
        let near = |i: &usize| (0..2).all(|j| (places[(*i, j)] - places[(first, j)]).abs() < 0.02);
        let (here, others): (Vec<usize>, Vec<usize>) = left.into_iter().partition(near);
        let names: Vec<&str> = here.iter().map(|&i| POINTS[i]).collect();
        chart = chart.note((places[(first, 0)], places[(first, 1)]), &names.join(" and "));
        left = others;
    }
    chart
}

/// What the axes of the hidden space must cover.
fn range(activation: Activation, y: &Matrix) -> (f64, f64) {
    match activation {
        Activation::Tanh => (-1.25, 1.25),
        Activation::Sigmoid | Activation::Softmax => (-0.25, 1.25),
        Activation::Identity | Activation::Relu => {
            let low = y.as_slice().iter().copied().fold(0.0, f64::min);
            let high = y.as_slice().iter().copied().fold(1.0, f64::max);
            (low - 0.2 * (high - low), high + 0.2 * (high - low))
        }
    }
}

fn hidden_table(title: &str, y: &Matrix, activation: Activation) -> Picture {
    let drawn = y.cols().min(UNITS);
    let title = if drawn < y.cols() {
        format!("{title}, {drawn} of {} units", y.cols())
    } else {
        title.into()
    };
    let units: Vec<String> = (1..=drawn).map(|unit| unit.to_string()).collect();
    let columns: Vec<&str> = units.iter().map(String::as_str).collect();
    let labels = Labels {
        title: &title,
        down: "input",
        across: "hidden unit",
        rows: &POINTS,
        columns: &columns,
        groups: &[],
    };
    let values: Vec<f64> = (0..4).flat_map(|i| y.row(i)[..drawn].to_vec()).collect();
    let shades = shades(activation, &values);
    heat_map::table(&labels, &values, &shades, |value| minus(&format!("{value:.2}")))
}

fn shades(activation: Activation, values: &[f64]) -> Shades {
    let largest = values.iter().fold(1.0_f64, |max, value| max.max(value.abs()));
    match activation {
        Activation::Identity | Activation::Tanh => Shades::diverging(-largest, largest),
        _ => Shades::sequential(0.0, largest),
    }
}
