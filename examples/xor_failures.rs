//! Exercise 2.9 of the sheet, where it goes wrong: a valley beside the solution, zeros, learning
//! rates, and units of a ReLU that are switched off.

mod support {
    pub mod axis;
    pub mod chart;
    pub mod contour;
    pub mod file;
    pub mod flags;
    pub mod heat_map;
    pub mod palette;
    pub mod program;
    pub mod svg;
    pub mod xor;
    pub mod xor_pictures;
}

use std::f64::consts::LN_2;
use std::io::{StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;

use backprop::{
    Activation, Dataset, GradientDescent, Gradients, Initialization, Layer, Loss, Matrix, Network,
};
use support::axis::Axis;
use support::chart::Chart;
use support::file::write_file;
use support::flags::Flags;
use support::program::{self, Failure};
use support::svg::{self, Picture};
use support::xor::{self, Recipe};
use support::xor_pictures as pictures;

const USAGE: &str = "\
usage: cargo run --release --example xor_failures

Prints ways not to learn the exclusive or, each with the seeds 0 to 199 where it
counts. The pictures are written into
target/xor_failures.";

const SEEDS: u64 = 200;
const ITERATIONS: usize = 250;

fn main() -> ExitCode {
    program::run(USAGE, failures)
}

fn failures(flags: &mut Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    flags.rest(0)?;
    valley(out)?;
    zeros(out)?;
    equal(out)?;
    rates(out)?;
    switched_off(out)?;
    dead(out)?;
    zero_one(out)
}

/// A 2-2-1 network with the sheet's initialisation, trained with the whole batch.
fn trained(activation: Activation, seed: u64, rate: f64, iterations: usize) -> Network {
    let mut network = Recipe::new(2, activation).network(seed);
    train(&mut network, rate, iterations);
    network
}

fn train(network: &mut Network, learning_rate: f64, iterations: usize) {
    for _ in 0..iterations {
        if network.step(gradients(network), &GradientDescent { learning_rate }).is_err() {
            return; // it would leave the numbers, and stays where it is
        }
    }
}

fn gradients(network: &Network) -> Gradients {
    let data = Dataset::xor();
    network.backward(&network.forward(data.inputs()), data.targets())
}

fn predictions(network: &Network) -> Matrix {
    network.predict(Dataset::xor().inputs())
}

fn loss(network: &Network) -> f64 {
    xor::loss(network, &Dataset::xor())
}

fn solved(network: &Network) -> bool {
    xor::right(&predictions(network), &Dataset::xor()) == 4
}

/// Two points are learned, two stay at ½.
fn valley(out: &mut StdoutLock) -> Result<(), Failure> {
    writeln!(out, "1. A valley beside the solution: 2-2-1, tanh, rate 1, seed 4\n")?;
    writeln!(out, "iteration    loss  predictions for (-1,-1) (-1,1) (1,-1) (1,1)")?;
    let mut network = trained(Activation::Tanh, 4, 1.0, 0);
    let mut iteration = 0;
    for until in [0, 50, 100, 250, 1000, 10_000, 100_000] {
        train(&mut network, 1.0, until - iteration);
        iteration = until;
        let y = predictions(&network).transpose();
        writeln!(out, "{iteration:9}  {:.4}  {y}", loss(&network))?;
    }
    writeln!(out, "\nHalf of ln 2 is {:.4}.", LN_2 / 2.0)?;
    let failed: Vec<Network> = (0..SEEDS)
        .map(|seed| trained(Activation::Tanh, seed, 1.0, ITERATIONS))
        .filter(|network| !solved(network))
        .collect();
    let count = failed.iter().filter(|network| in_valley(network)).count();
    writeln!(out, "Of {SEEDS} seeds, {} fail after {ITERATIONS} iterations;", failed.len())?;
    writeln!(out, "{count} of them with two predictions within 0.02 of 1/2.\n")?;
    let stuck = trained(Activation::Tanh, 4, 1.0, ITERATIONS);
    write_picture(out, "valley.svg", "A valley beside the solution", &planes(&stuck))
}

fn in_valley(network: &Network) -> bool {
    let y = predictions(network);
    y.as_slice().iter().filter(|y| (*y - 0.5).abs() < 0.02).count() == 2
}

/// Zeros are a point where every derivative is zero.
fn zeros(out: &mut StdoutLock) -> Result<(), Failure> {
    writeln!(out, "2. All weights 0: 2-2-1, tanh\n")?;
    let recipe =
        Recipe { initialization: Initialization::Zeros, ..Recipe::new(2, Activation::Tanh) };
    let network = recipe.network(0);
    let gradients = gradients(&network);
    writeln!(out, "predictions    {}", predictions(&network).transpose())?;
    writeln!(out, "loss           {:.4}", loss(&network))?;
    for l in 1..=2 {
        writeln!(out, "grad W{l}, rows\n{}", gradients.weights(l))?;
        writeln!(out, "grad b{l}        {}", gradients.biases(l))?;
    }
    writeln!(out)?;
    Ok(())
}

/// Units that start alike stay alike.
fn equal(out: &mut StdoutLock) -> Result<(), Failure> {
    writeln!(out, "3. All weights 1/2: 2-2-1, tanh, rate 1\n")?;
    let layer = |units, inputs, activation| Layer {
        weights: Matrix::from_fn(units, inputs, |_, _| 0.5),
        biases: Matrix::zeros(1, units),
        activation,
    };
    let layers = vec![layer(2, 2, Activation::Tanh), layer(1, 2, Activation::Sigmoid)];
    let network = Network::from_layers(layers, Loss::BinaryCrossEntropy);
    let mut network = network.expect("the shapes fit");
    train(&mut network, 1.0, 10_000);
    let hidden = network.layer(1);
    writeln!(out, "After 10000 iterations the two hidden units are still the same one.")?;
    writeln!(out, "W1, rows\n{}", hidden.weights)?;
    writeln!(out, "b1             {}", hidden.biases)?;
    writeln!(out, "predictions    {}", predictions(&network).transpose())?;
    writeln!(out, "loss           {:.4}", loss(&network))?;
    let three = (3.0 * 3.0_f64.ln() - 2.0 * LN_2) / 4.0;
    writeln!(out, "Three predictions of 2/3 and one of 0 cost {three:.4}.\n")?;
    Ok(())
}

/// Too small never arrives, too large jumps about.
fn rates(out: &mut StdoutLock) -> Result<(), Failure> {
    writeln!(out, "4. The learning rate: 2-2-1, tanh; loss of seed 2, and how often it rose\n")?;
    writeln!(out, "rate   after 50  after 100  after 250  rose  solved of {SEEDS} seeds")?;
    let x = Axis::linear("iteration").within(0.0, ITERATIONS as f64);
    let mut chart = Chart::new("Learning rates", x, Axis::log("loss").within(1e-3, 10.0));
    for rate in [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0] {
        let losses = losses(rate);
        let rose = losses.windows(2).filter(|pair| pair[1] > pair[0]).count();
        let [a, b, c] = [50, 100, 250].map(|at| losses[at]);
        let all = learned(rate).into_iter().filter(|solved| *solved).count();
        writeln!(out, "{rate:<5}    {a:.4}     {b:.4}     {c:.4}  {rose:4}  {all:3}")?;
        if (0.1..20.0).contains(&rate) {
            let points: Vec<_> = losses.iter().enumerate().map(|(i, &y)| (i as f64, y)).collect();
            chart = chart.line(&format!("{rate}"), &points);
        }
    }
    write_common(out)?;
    write_picture(out, "rates.svg", "The loss at five learning rates", &chart.draw())
}

/// For each seed, whether a tanh network is solved at this rate.
fn learned(rate: f64) -> Vec<bool> {
    (0..SEEDS).map(|seed| solved(&trained(Activation::Tanh, seed, rate, ITERATIONS))).collect()
}

/// Equally many is not the same ones.
fn write_common(out: &mut StdoutLock) -> Result<(), Failure> {
    let pairs: Vec<_> = learned(1.0).into_iter().zip(learned(3.0)).collect();
    let count = |pair| pairs.iter().filter(|found| **found == pair).count();
    writeln!(
        out,
        "{} seeds are solved at both 1 and 3, {} at 1 only, {} at 3 only.\n",
        count((true, true)),
        count((true, false)),
        count((false, true))
    )?;
    Ok(())
}

fn losses(rate: f64) -> Vec<f64> {
    let mut network = trained(Activation::Tanh, 2, rate, 0);
    let mut losses = vec![loss(&network)];
    for _ in 0..ITERATIONS {
        train(&mut network, rate, 1);
        losses.push(loss(&network));
    }
    losses
}

/// Where no unit of a ReLU is on, the network cannot tell two points apart.
fn switched_off(out: &mut StdoutLock) -> Result<(), Failure> {
    writeln!(
        out,
        "5. Units switched off: 2-2-1, ReLU, rate 1, seed 1, after {ITERATIONS} iterations\n"
    )?;
    let data = Dataset::xor();
    let network = trained(Activation::Relu, 1, 1.0, ITERATIONS);
    let trace = network.forward(data.inputs());
    writeln!(out, "  x1   x2        z1        z2  prediction")?;
    for i in 0..4 {
        let [x1, x2] = [0, 1].map(|j| data.inputs()[(i, j)]);
        let [z1, z2] = [0, 1].map(|j| trace.z(1)[(i, j)]);
        writeln!(out, "{x1:4} {x2:4}  {z1:8.4}  {z2:8.4}  {:10.4}", trace.y(2)[(i, 0)])?;
    }
    writeln!(out, "loss {:.4}\n", loss(&network))?;
    write_picture(out, "relu.svg", "Units of a ReLU that are switched off", &planes(&network))
}

/// Units that are off for all four points: the larger the steps, the more of them.
fn dead(out: &mut StdoutLock) -> Result<(), Failure> {
    writeln!(out, "6. Dead units: 2-2-1, ReLU, {SEEDS} seeds, after {ITERATIONS} iterations\n")?;
    writeln!(out, "rate  a unit is dead  both are dead  solved")?;
    for rate in [1.0, 2.0, 4.0, 5.0, 6.0, 8.0] {
        let all = (0..SEEDS).map(|seed| trained(Activation::Relu, seed, rate, ITERATIONS));
        let all: Vec<Network> = all.collect();
        let some = all.iter().filter(|network| dead_units(network) > 0).count();
        let both = all.iter().filter(|network| dead_units(network) == 2).count();
        let learned = all.iter().filter(|network| solved(network)).count();
        writeln!(out, "{rate:4}  {some:14}  {both:13}  {learned:6}")?;
    }
    Ok(())
}

fn dead_units(network: &Network) -> usize {
    let z = network.forward(Dataset::xor().inputs()).z(1).clone();
    (0..2).filter(|&j| (0..4).all(|i| z[(i, j)] <= 0.0)).count()
}

/// The same problem with other numbers for false and true.
fn zero_one(out: &mut StdoutLock) -> Result<(), Failure> {
    writeln!(
        out,
        "\n7. Inputs 0 and 1: 2-2-1, rate 1, solved of {SEEDS} seeds after {ITERATIONS} iterations\n"
    )?;
    let xor = Dataset::xor();
    let inputs = xor.inputs().map(|x| 0.5 * (x + 1.0));
    let moved = Dataset::new(inputs, xor.targets().clone()).expect("the shapes are those of XOR");
    writeln!(out, "hidden layer  inputs -1 and 1  inputs 0 and 1")?;
    for activation in [Activation::Tanh, Activation::Sigmoid] {
        let [old, new] = [&xor, &moved].map(|data| learned_from(data, activation));
        writeln!(out, "{:12}  {old:15}  {new:14}", format!("{activation:?}"))?;
    }
    Ok(())
}

/// How many seeds learn these four points.
fn learned_from(data: &Dataset, activation: Activation) -> usize {
    let descent = GradientDescent { learning_rate: 1.0 };
    let learns = |&seed: &u64| {
        let mut network = Recipe::new(2, activation).network(seed);
        let mut step = || network.train_on_batch(data.inputs(), data.targets(), &descent);
        (0..ITERATIONS).all(|_| step().is_ok())
            && xor::right(&network.predict(data.inputs()), data) == 4
    };
    (0..SEEDS).filter(learns).count()
}

/// The inputs and the hidden layer, side by side.
fn planes(network: &Network) -> Picture {
    let inputs =
        pictures::decision("Prediction over the inputs", |x1, x2| xor::predict(network, x1, x2));
    svg::row(&[inputs, pictures::hidden("Hidden layer", network)])
}

fn write_picture(
    out: &mut StdoutLock,
    file: &str,
    title: &str,
    picture: &Picture,
) -> Result<(), Failure> {
    let path = Path::new("target/xor_failures").join(file);
    write_file(&path, &picture.document(title))?;
    writeln!(out, "{title}: {}\n", path.display())?;
    Ok(())
}
