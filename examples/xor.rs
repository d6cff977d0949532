//! Exercise 2.7 of the sheet: a 2-2-1 network learns the exclusive or.

mod support;

use std::io::{StdoutLock, Write};
use std::process::ExitCode;

use backprop::{Activation, Dataset, GradientDescent, Initialization, Loss, Network, Rng};
use support::Failure;
use support::flags::Flags;

const USAGE: &str = "\
usage: cargo run --release --example xor -- [FLAGS]

  --seed N           where the weights start                        (default 2)
  --hidden N         units of the hidden layer, 1 to 1000           (default 2)
  --activation NAME  of the hidden layer: identity, relu, sigmoid,
                     tanh or softmax                                (default tanh)
  --learning-rate R  a number greater than 0                        (default 1)
  --iterations N     steps of gradient descent                      (default 250)";

fn main() -> ExitCode {
    support::run(USAGE, xor)
}

/// What the flags say.
struct Settings {
    seed: u64,
    hidden: usize,
    activation: Activation,
    learning_rate: f64,
    iterations: usize,
}

impl Settings {
    fn read(flags: &mut Flags) -> Result<Self, Failure> {
        let settings = Self {
            seed: flags.seed(2)?,
            hidden: flags.one("--hidden", 2, "a whole number from 1 to 1000", |text| {
                text.parse().ok().filter(|units| (1..=1000).contains(units))
            })?,
            activation: flags.activation(Activation::Tanh)?,
            learning_rate: flags.positive("--learning-rate", 1.0)?,
            iterations: flags.count("--iterations", 250, 1)?,
        };
        flags.rest(0)?;
        Ok(settings)
    }
}

fn xor(flags: &mut Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let settings = Settings::read(flags)?;
    let Settings { seed, hidden, activation, learning_rate, iterations } = settings;
    let data = Dataset::xor();
    let layers = [(hidden, activation), (1, Activation::Sigmoid)];
    let mut rng = Rng::new(seed);
    let mut network = Network::new(2, &layers, Loss::BinaryCrossEntropy, Initialization::default(), &mut rng)?;

    writeln!(out, "XOR, learned by a 2-{hidden}-1 network: {activation:?}, then Sigmoid, binary cross-entropy.")?;
    writeln!(out, "Learning rate {learning_rate} on the mean gradient of the 4 samples, seed {seed}.\n")?;
    writeln!(out, "iteration    loss")?;
    let descent = GradientDescent { learning_rate };
    for iteration in 0..iterations {
        let loss = network.train_on_batch(data.inputs(), data.targets(), &descent).map_err(|error| {
            Failure::Failed(format!("iteration {iteration}: {error}; try a smaller --learning-rate"))
        })?;
        if iteration % iterations.div_ceil(10) == 0 {
            writeln!(out, "{iteration:9}  {loss:.4}")?;
        }
    }
    let loss = network.loss(&network.forward(data.inputs()), data.targets());
    writeln!(out, "{iterations:9}  {loss:.4}\n")?;
    print_predictions(out, &network, &data)?;
    print_parameters(out, &network)
}

fn print_predictions(out: &mut StdoutLock, network: &Network, data: &Dataset) -> Result<(), Failure> {
    let y = network.predict(data.inputs());
    writeln!(out, "  x₁   x₂  target  prediction")?;
    for i in 0..4 {
        let [x1, x2] = [0, 1].map(|j| data.inputs()[(i, j)]);
        writeln!(out, "{x1:4} {x2:4}  {:6}  {:10.4}", data.targets()[(i, 0)], y[(i, 0)])?;
    }
    let right = (0..4).filter(|&i| (y[(i, 0)] - data.targets()[(i, 0)]).abs() < 0.5).count();
    let verdict = if right == 4 { "solved" } else { "not solved; another --seed or more --hidden units may do" };
    writeln!(out, "{right} of 4 right: {verdict}.\n")?;
    Ok(())
}

fn print_parameters(out: &mut StdoutLock, network: &Network) -> Result<(), Failure> {
    for l in 1..=network.depth() {
        let layer = network.layer(l);
        writeln!(out, "W{l}, a row for each unit of layer {l}:\n{}", layer.weights)?;
        writeln!(out, "b{l}:\n{}", layer.biases)?;
    }
    Ok(())
}
