//! Exercise 2 of the sheet: a network learns the exclusive or.

mod page;
#[path = "../support"]
mod support {
    pub mod chart;
    pub mod file;
    pub mod program;
    pub mod xor;
}

use std::io::{StdoutLock, Write};
use std::process::ExitCode;

use backprop::{Activation, Dataset, Initialization, Network};
use page::Frame;
use support::chart::{Axis, Chart, Point, document, number};
use support::file;
use support::program::{self, Failure, Progress, wrong};
use support::xor;

const USAGE: &str = "\
usage: cargo run --release --example xor -- [FLAGS]

  --hidden N         hidden units, 1 to 1000                (default 2)
  --activation NAME  of the hidden layer: identity, relu,
                     sigmoid, tanh or softmax               (default tanh)
  --learning-rate R  greater than 0                         (default 1)
  --iterations N     steps of descent, 1 to 1000000         (default 250)
  --seed N           of the first weights                   (default 2)
  --pictures DIR     also write the pictures of chapter 2 there

It prints what was learned, and writes target/xor/index.html, a page with a
slider through the training.";

fn main() -> ExitCode {
    program::run(USAGE, |flags, out| {
        let accepted = |n: &usize| (1..=1000).contains(n);
        let hidden = flags.get("--hidden", 2, "a whole number from 1 to 1000", accepted)?;
        let phi = flags.text("--activation").unwrap_or("tanh".into());
        let activation =
            Activation::ALL.into_iter().find(|a| format!("{a:?}").to_lowercase() == phi);
        let names = "identity, relu, sigmoid, tanh or softmax";
        let activation = activation
            .ok_or_else(|| wrong(format!("--activation is {phi:?}, but must be {names}")))?;
        let positive = |rate: &f64| *rate > 0.0 && rate.is_finite();
        let rate = flags.get("--learning-rate", 1.0, "a number greater than 0", positive)?;
        let accepted = |n: &usize| (1..=1_000_000).contains(n);
        let steps = flags.get("--iterations", 250, "a whole number from 1 to 1000000", accepted)?;
        let seed = flags.get("--seed", 2, "a whole number", |_| true)?;
        let pictures = flags.text("--pictures");
        flags.no_file()?;
        if pictures.is_some() && hidden != 2 {
            return Err(wrong("--pictures draws the plane of two hidden units: take --hidden 2"));
        }
        learn(out, (hidden, activation, seed), rate, steps, pictures)
    })
}

fn learn(
    out: &mut StdoutLock,
    (hidden, activation, seed): (usize, Activation, u64),
    rate: f64,
    steps: usize,
    pictures: Option<String>,
) -> Result<(), Failure> {
    let phi = format!("{activation:?}").to_lowercase();
    let title = format!("XOR and a 2-{hidden}-1 network: {phi}, learning rate {rate}, seed {seed}");
    writeln!(out, "{title}\n\niteration     loss")?;
    let mut network = xor::network(&[hidden], activation, Initialization::default(), seed)?;
    let (mut losses, mut frames, mut progress) = (Vec::new(), Vec::new(), Progress::new());
    let due = page::due(steps);
    for iteration in 0..=steps {
        let loss = xor::loss(&network);
        losses.push((iteration as f64, loss));
        if due.contains(&iteration) {
            frames.push(Frame::new(iteration, &network));
        }
        if iteration % steps.div_ceil(10) == 0 || iteration == steps {
            progress = Progress::new(); // clears its line
            writeln!(out, "{iteration:9}  {:>7}", number(loss))?;
        }
        if iteration < steps {
            let failed = |error| format!("iteration {iteration}: {error}");
            xor::train(&mut network, rate, 1).map_err(failed)?;
        }
        progress.show(|| format!("iteration {iteration} of {steps}"));
    }
    drop(progress);
    print(out, &network)?;
    writeln!(out, "{}", xor::verdict(xor::right(&network), hidden, activation))?;
    file::draw(out, "target/xor/index.html", &page::page(&title, &frames, &losses))?;
    pictures.map_or(Ok(()), |folder| draw(out, &folder, &network, losses))
}

/// The pictures of chapter 2.
fn draw(
    out: &mut StdoutLock,
    folder: &str,
    network: &Network,
    losses: Vec<Point>,
) -> Result<(), Failure> {
    let loss = Chart::new("Loss", Axis::linear("iteration"), Axis::linear("loss ℰ"));
    for (name, title, chart) in [
        ("loss", "The loss of XOR", loss.line("the loss after each step", losses)),
        ("decision", "What the network predicts", xor::inputs(network)),
        ("hidden", "The hidden layer", xor::hidden(network)),
    ] {
        file::draw(out, &format!("{folder}/{name}.svg"), &document(title, &[chart]))?;
    }
    Ok(())
}

/// The predictions, and the weights of the first eight units.
fn print(out: &mut StdoutLock, network: &Network) -> Result<(), Failure> {
    let xor = Dataset::xor();
    let y = network.predict(xor.inputs());
    writeln!(out, "\n  x₁   x₂  target  prediction")?;
    for i in 0..4 {
        let (x, t, y) = (xor.inputs().row(i), xor.targets()[(i, 0)], number(y[(i, 0)]));
        writeln!(out, "{:4} {:4}  {t:6}  {y:>10}", x[0], x[1])?;
    }
    let (hidden, output) = (network.layer(1), network.layer(2));
    writeln!(out, "\nhidden unit  w of x₁  w of x₂     bias  w to the output")?;
    let units = hidden.biases.cols();
    for j in 0..units.min(8) {
        let w = hidden.weights.row(j);
        let [w1, w2, b, v] =
            [w[0], w[1], hidden.biases[(0, j)], output.weights[(0, j)]].map(number);
        writeln!(out, "{:11}  {w1:>7}  {w2:>7}  {b:>7}  {v:>15}", j + 1)?;
    }
    let more = if units > 8 { format!("and {} more; ", units - 8) } else { String::new() };
    writeln!(out, "{more}bias of the output: {}\n", number(output.biases[(0, 0)]))?;
    Ok(())
}
