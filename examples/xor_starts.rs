//! Exercise 2.9 of the sheet: how often the exclusive or is learned, and how it fails.

mod support {
    pub mod chart;
    pub mod file;
    pub mod program;
    pub mod xor;
}

use std::f64::consts::LN_2;
use std::io::{StdoutLock, Write};
use std::process::ExitCode;

use backprop::{
    Activation, Dataset, Error, GradientDescent, Initialization, Layer, Loss, Matrix, Network,
};
use support::chart::{Axis, Chart, document, number};
use support::file;
use support::program::{self, Failure, Progress, wrong};
use support::xor;

use Activation::{Relu, Sigmoid, Tanh};
use Initialization::GlorotNormal;

const USAGE: &str = "\
usage: cargo run --release --example xor_starts -- [FLAGS]

Without flags, a table of how many seeds learn the exclusive or in 250 steps.
  --seeds N     seeds for each number of the table, 1 to 10000     (default 200)
  --show NAME   a way to fail: valley, zeros, equal, rates, off, dead or inputs";

const STEPS: usize = 250;

fn main() -> ExitCode {
    program::run(USAGE, |flags, out| {
        let accepted = |n: &u64| (1..=10_000).contains(n);
        let seeds = flags.get("--seeds", 200, "a whole number from 1 to 10000", accepted)?;
        flags.no_file()?;
        match flags.text("--show").as_deref() {
            None => table(out, seeds),
            Some("valley") => valley(out, seeds),
            Some("zeros") => zeros(out),
            Some("equal") => equal(out),
            Some("rates") => rates(out, seeds),
            Some("off") => off(out),
            Some("dead") => dead(out, seeds),
            Some("inputs") => inputs(out, seeds),
            Some(other) => Err(wrong(format!(
                "--show is {other:?}, but must be valley, zeros, equal, rates, off, dead or inputs"
            ))),
        }
    })
}

/// One way to train a network from many seeds.
#[derive(Clone, Copy)]
struct Setting<'a> {
    hidden: &'a [usize],
    phi: Activation,
    start: Initialization,
    rate: f64,
}

const SHEET: Setting = Setting { hidden: &[2], phi: Tanh, start: GlorotNormal, rate: 1.0 };

impl Setting<'_> {
    /// A network after training. One whose steps leave the numbers stays where it was.
    fn trained(&self, seed: u64, steps: usize) -> Network {
        let network = xor::network(self.hidden, self.phi, self.start, seed);
        let mut network = network.expect("layers with units");
        let _ = xor::train(&mut network, self.rate, steps);
        network
    }

    fn all(&self, seeds: u64) -> Vec<Network> {
        (0..seeds).map(|seed| self.trained(seed, STEPS)).collect()
    }

    fn solved(&self, seeds: u64) -> usize {
        self.all(seeds).iter().filter(|network| xor::right(network) == 4).count()
    }
}

/// A row for each activation and initialization, a column for each width and learning rate.
fn table(out: &mut StdoutLock, seeds: u64) -> Result<(), Failure> {
    let starts = [GlorotNormal, Initialization::GlorotUniform, Initialization::HeNormal];
    let widths: [&[usize]; 4] = [&[2], &[3], &[4], &[8]];
    writeln!(out, "Of {seeds} seeds, the percentage that is solved after {STEPS} steps.\n")?;
    writeln!(out, "hidden units:        {:>10}{:>13}{:>13}{:>13}", 2, 3, 4, 8)?;
    write!(out, "learning rate:       ")?;
    (0..4).try_for_each(|_| write!(out, "{:>5}{:>4}{:>4}", 0.25, 1, 4))?;
    writeln!(out)?;
    for phi in [Tanh, Sigmoid, Relu] {
        for start in starts {
            let settings = widths.map(|hidden| Setting { hidden, phi, start, rate: 1.0 });
            row(out, &format!("{phi:?} {start:?}"), &settings, seeds)?;
        }
    }
    writeln!(out, "\nmore layers:              2-2-2-1    2-2-2-2-1      2-4-4-1    2-4-4-4-1")?;
    let depths: [&[usize]; 4] = [&[2, 2], &[2, 2, 2], &[4, 4], &[4, 4, 4]];
    for phi in [Tanh, Sigmoid, Relu] {
        let settings = depths.map(|hidden| Setting { hidden, phi, ..SHEET });
        row(out, &format!("{phi:?} GlorotNormal"), &settings, seeds)?;
    }
    let margin = 100.0 / (seeds as f64).sqrt(); // 2 √(p (1 − p) / n) for p = ½
    writeln!(out, "\nA percentage is known to about ±{margin:.0}: two standard errors at 50.")?;
    writeln!(out, "From zeros, none is ever solved: see --show zeros.")?;
    Ok(())
}

fn row(out: &mut StdoutLock, name: &str, all: &[Setting], seeds: u64) -> Result<(), Failure> {
    let (mut line, mut progress) = (format!("{name:21}"), Progress::new());
    for setting in all {
        for (rate, width) in [(0.25, 5), (1.0, 4), (4.0, 4)] {
            progress.show(|| format!("{name}, {:?}, rate {rate}", setting.hidden));
            let solved = Setting { rate, ..*setting }.solved(seeds);
            line += &format!("{:>width$.0}", 100.0 * solved as f64 / seeds as f64);
        }
    }
    drop(progress);
    Ok(writeln!(out, "{line}")?)
}

fn predictions(network: &Network) -> Matrix {
    network.predict(Dataset::xor().inputs()).transpose()
}

/// Two points are learned, two stay at ½.
fn valley(out: &mut StdoutLock, seeds: u64) -> Result<(), Failure> {
    writeln!(out, "A valley beside the solution: 2-2-1, tanh, rate 1, seed 4\n")?;
    writeln!(out, "iteration    loss  predictions for (-1,-1) (-1,1) (1,-1) (1,1)")?;
    for steps in [0, 50, 100, 250, 1000, 10_000, 100_000] {
        let network = SHEET.trained(4, steps);
        writeln!(out, "{steps:9}  {:.4}  {}", xor::loss(&network), predictions(&network))?;
    }
    writeln!(out, "\nHalf of ln 2 is {:.4}.", LN_2 / 2.0)?;
    let mut failed = SHEET.all(seeds);
    failed.retain(|network| xor::right(network) < 4);
    let halves = |network: &&Network| {
        predictions(network).as_slice().iter().filter(|y| (*y - 0.5).abs() < 0.02).count() == 2
    };
    let stuck = failed.iter().filter(halves).count();
    writeln!(out, "Of {seeds} seeds, {} fail after {STEPS} iterations;", failed.len())?;
    writeln!(out, "{stuck} of them with two predictions within 0.02 of 1/2.")?;
    let picture = document("A valley beside the solution", &planes(&SHEET.trained(4, STEPS)));
    file::draw(out, "target/xor_starts/valley.svg", &picture)
}

/// Zeros are a point at which every derivative is zero.
fn zeros(out: &mut StdoutLock) -> Result<(), Failure> {
    let (network, xor) =
        (Setting { start: Initialization::Zeros, ..SHEET }.trained(0, 0), Dataset::xor());
    let gradients = network.backward(&network.forward(xor.inputs()), xor.targets());
    writeln!(out, "All weights 0: 2-2-1, tanh\n\npredictions  {}", predictions(&network))?;
    for l in 1..=2 {
        writeln!(out, "∇W{l}\n{}\n∇b{l}          {}", gradients.weights(l), gradients.biases(l))?;
    }
    Ok(())
}

/// Units that start alike stay alike.
fn equal(out: &mut StdoutLock) -> Result<(), Failure> {
    let layer = |units, activation| {
        let weights = Matrix::from_fn(units, 2, |_, _| 0.5);
        Layer { weights, biases: Matrix::zeros(1, units), activation }
    };
    let layers = vec![layer(2, Tanh), layer(1, Sigmoid)];
    let mut network = Network::from_layers(layers, Loss::BinaryCrossEntropy)?;
    xor::train(&mut network, 1.0, 10_000)?;
    let hidden = network.layer(1);
    writeln!(out, "All weights 1/2: 2-2-1, tanh, rate 1, after 10000 iterations\n")?;
    writeln!(out, "W1\n{}\nb1           {}", hidden.weights, hidden.biases)?;
    writeln!(
        out,
        "predictions  {}\nloss         {:.4}",
        predictions(&network),
        xor::loss(&network)
    )?;
    let three = (3.0 * 3.0_f64.ln() - 2.0 * LN_2) / 4.0;
    writeln!(out, "Three predictions of 2/3 and one of 0 cost {three:.4}.")?;
    Ok(())
}

/// A small rate never arrives, a large one jumps about.
fn rates(out: &mut StdoutLock, seeds: u64) -> Result<(), Failure> {
    writeln!(out, "The learning rate: 2-2-1, tanh; the loss of seed 2, and how often it rose\n")?;
    writeln!(out, "rate   after 50  after 100  after 250  rose  solved of {seeds} seeds")?;
    let x = Axis::linear("iteration").within(0.0, STEPS as f64);
    let mut chart = Chart::new("Learning rates", x, Axis::log("loss").within(1e-3, 10.0));
    for rate in [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0] {
        let setting = Setting { rate, ..SHEET };
        let mut network = setting.trained(2, 0);
        let mut losses = vec![xor::loss(&network)];
        for _ in 0..STEPS {
            let _ = xor::train(&mut network, rate, 1);
            losses.push(xor::loss(&network));
        }
        let rose = losses.windows(2).filter(|pair| pair[1] > pair[0]).count();
        let [a, b, c] = [50, 100, 250].map(|at| losses[at]);
        let solved = setting.solved(seeds);
        writeln!(out, "{rate:<5}    {a:.4}     {b:.4}     {c:.4}  {rose:4}  {solved:3}")?;
        if (0.1..20.0).contains(&rate) {
            let points = losses.into_iter().enumerate().map(|(i, loss)| (i as f64, loss));
            chart = chart.line(&format!("learning rate {rate}"), points.collect());
        }
    }
    let picture = document("The loss at five learning rates", &[chart]);
    file::draw(out, "target/xor_starts/rates.svg", &picture)
}

/// Where no unit of a ReLU is on, the network cannot distinguish two points.
fn off(out: &mut StdoutLock) -> Result<(), Failure> {
    writeln!(out, "Units switched off: 2-2-1, ReLU, rate 1, seed 1, after {STEPS} iterations\n")?;
    let (network, xor) = (Setting { phi: Relu, ..SHEET }.trained(1, STEPS), Dataset::xor());
    let trace = network.forward(xor.inputs());
    writeln!(out, "  x1   x2        z1        z2  prediction")?;
    for i in 0..4 {
        let (x, z) = (xor.inputs().row(i), trace.z(1).row(i));
        let [x1, x2, z1, z2] = [x[0], x[1], z[0], z[1]];
        writeln!(out, "{x1:4} {x2:4}  {z1:8.4}  {z2:8.4}  {:10.4}", trace.y(2)[(i, 0)])?;
    }
    writeln!(out, "loss {}", number(xor::loss(&network)))?;
    let picture = document("Units of a ReLU that are switched off", &planes(&network));
    file::draw(out, "target/xor_starts/off.svg", &picture)
}

/// Units that are off for all four points: the larger the steps, the more of them.
fn dead(out: &mut StdoutLock, seeds: u64) -> Result<(), Failure> {
    writeln!(out, "Dead units: 2-2-1, ReLU, {seeds} seeds, after {STEPS} iterations\n")?;
    writeln!(out, "rate  a unit is dead  both are dead  solved")?;
    for rate in [1.0, 2.0, 4.0, 5.0, 6.0, 8.0] {
        let all = Setting { phi: Relu, rate, ..SHEET }.all(seeds);
        let dead = |network: &Network| {
            let z = network.forward(Dataset::xor().inputs()).z(1).clone();
            (0..2).filter(|&j| (0..4).all(|i| z[(i, j)] <= 0.0)).count()
        };
        let [some, two] = [1, 2].map(|n| all.iter().filter(|network| dead(network) >= n).count());
        let solved = all.iter().filter(|network| xor::right(network) == 4).count();
        writeln!(out, "{rate:4}  {some:14}  {two:13}  {solved:6}")?;
    }
    Ok(())
}

/// The same problem with other numbers for false and true.
fn inputs(out: &mut StdoutLock, seeds: u64) -> Result<(), Failure> {
    writeln!(out, "Inputs 0 and 1: 2-2-1, rate 1, solved of {seeds} seeds\n")?;
    writeln!(out, "hidden layer  inputs -1 and 1  inputs 0 and 1")?;
    let xor = Dataset::xor();
    let moved = xor.inputs().map(|x| 0.5 * (x + 1.0));
    for phi in [Tanh, Sigmoid] {
        let learns = |&seed: &u64| -> Result<bool, Error> {
            let mut network = xor::network(&[2], phi, GlorotNormal, seed)?;
            let descent = GradientDescent { learning_rate: 1.0 };
            for _ in 0..STEPS {
                network.train_on_batch(&moved, xor.targets(), &descent)?;
            }
            let off = network.predict(&moved).zip_map(xor.targets(), |y, t| (y - t).abs());
            Ok(off.as_slice().iter().all(|off| *off < 0.5))
        };
        let new = (0..seeds).filter(|seed| learns(seed).unwrap_or(false)).count();
        let old = Setting { phi, ..SHEET }.solved(seeds);
        writeln!(out, "{:12}  {old:15}  {new:14}", format!("{phi:?}"))?;
    }
    Ok(())
}

fn planes(network: &Network) -> [Chart; 2] {
    [xor::inputs(network), xor::hidden(network)]
}
