//! What the examples about the exclusive or share: the network, and its two pictures.
#![allow(dead_code, reason = "each example uses a part")]

use backprop::{
    Activation, Dataset, Error, GradientDescent, Initialization, Loss, Matrix, Network, Rng,
};

use super::chart::{Axis, Chart, Point};

/// A network with these hidden layers and a sigmoid as output, before training.
pub fn network(
    hidden: &[usize],
    activation: Activation,
    start: Initialization,
    seed: u64,
) -> Result<Network, Error> {
    let mut layers: Vec<_> = hidden.iter().map(|&units| (units, activation)).collect();
    layers.push((1, Activation::Sigmoid));
    Network::new(2, &layers, Loss::BinaryCrossEntropy, start, &mut Rng::new(seed))
}

/// So many steps with all four points.
pub fn train(network: &mut Network, learning_rate: f64, steps: usize) -> Result<(), Error> {
    let (xor, descent) = (Dataset::xor(), GradientDescent { learning_rate });
    (0..steps).try_for_each(|_| {
        network.train_on_batch(xor.inputs(), xor.targets(), &descent).map(|_loss| ())
    })
}

/// The loss on the four points.
pub fn loss(network: &Network) -> f64 {
    let xor = Dataset::xor();
    network.loss(&network.forward(xor.inputs()), xor.targets())
}

/// How many of the four predictions are on the right side of ½.
pub fn right(network: &Network) -> usize {
    let xor = Dataset::xor();
    let y = network.predict(xor.inputs());
    let pairs = y.as_slice().iter().zip(xor.targets().as_slice());
    pairs.filter(|(y, t)| (*y - *t).abs() < 0.5).count()
}

/// The prediction over the plane of the inputs, with the lines on which the hidden units are 0.
pub fn inputs(network: &Network) -> Chart {
    let axis = |label: &str| Axis::linear(label).within(-2.0, 2.0);
    let chart = Chart::new("Prediction over the inputs", axis("x₁"), axis("x₂")).square();
    let predict = |x1, x2| network.predict(&Matrix::row_vector(&[x1, x2]))[(0, 0)];
    let surface = chart.surface("prediction, 0 to 1", predict);
    let mut chart = classes(surface, Dataset::xor().inputs());
    let first = network.layer(1);
    for (j, name) in ["z = 0 of unit 1", "z = 0 of unit 2"].into_iter().enumerate() {
        let (w, b) = (first.weights.row(j), first.biases[(0, j)]);
        // Along w, the nearest point to 0; across it, the line.
        let (near, far) = (-b / (w[0] * w[0] + w[1] * w[1]), 10.0 / w[0].hypot(w[1]));
        let end = |s: f64| (near * w[0] - s * w[1], near * w[1] + s * w[0]);
        chart = chart.line(name, vec![end(-far), end(far)]);
    }
    chart
}

/// The prediction over the plane of two hidden units, and where they put the four points.
pub fn hidden(network: &Network) -> Chart {
    let (xor, last) = (Dataset::xor(), network.layer(network.depth()));
    let y = network.forward(xor.inputs()).y(1).clone();
    let reach = y.as_slice().iter().fold(1.0, |max: f64, y| y.abs().max(max)) * 1.25;
    let axis = |label: &str| Axis::linear(label).within(-reach, reach);
    let axes = (axis("hidden unit 1"), axis("hidden unit 2"));
    let chart = Chart::new("Where the hidden layer puts the points", axes.0, axes.1).square();
    let predict = |y1, y2| {
        let z = Matrix::row_vector(&[y1, y2]).matmul_transposed(&last.weights);
        last.activation.apply(&z.add_row(&last.biases))[(0, 0)]
    };
    let mut chart = classes(chart.surface("output, 0 to 1", predict), &y);
    let mut notes: Vec<(String, Point)> = Vec::new();
    for i in 0..4 {
        let (x, at) = (xor.inputs().row(i), (y[(i, 0)], y[(i, 1)]));
        let word = format!("({}, {})", x[0], x[1]).replace('-', "−");
        let near = |p: &Point| (p.0 - at.0).hypot(p.1 - at.1) < reach / 8.0;
        match notes.iter_mut().find(|(_, p)| near(p)) {
            Some((words, _)) => *words += &format!(" and {word}"),
            None => notes.push((word, at)),
        }
    }
    for (words, at) in notes {
        let right = if at.0 > 0.0 { -14.0 } else { 14.0 };
        chart = chart.note(&words, at, (right, if at.1 > 0.0 { 14.0 } else { -14.0 }));
    }
    chart
}

/// The four points with these coordinates, by class.
fn classes(chart: Chart, m: &Matrix) -> Chart {
    let points = |of: [usize; 2]| of.map(|i| (m[(i, 0)], m[(i, 1)])).to_vec();
    chart.dots("target 1", points([1, 2])).dots("target 0", points([0, 3]))
}

/// Whether the exclusive or is learned, and if not, what could help.
pub fn verdict(right: usize, hidden: usize, activation: Activation) -> String {
    let what = match (right, activation, hidden) {
        (4, ..) => "solved.",
        (_, Activation::Identity, _) => {
            "not solved.\nNo setting helps: a network of identities is linear in x, and no line\n\
             separates the two classes. Take another --activation."
        }
        (.., 1) => {
            "not solved.\nNo setting helps: with one hidden unit the prediction only rises or only\n\
             falls along w, and XOR does both. Take --hidden 2."
        }
        _ => {
            "not solved.\nTry more --iterations, another --learning-rate or --seed, or more --hidden."
        }
    };
    format!("{right} of 4 right: {what}")
}
