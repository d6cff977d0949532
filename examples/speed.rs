//! How fast this machine multiplies matrices and trains networks.

mod support {
    pub mod program;
}

use std::hint::black_box;
use std::io::{StdoutLock, Write};
use std::process::ExitCode;
use std::time::Instant;

use backprop::{Activation, GradientDescent, Initialization, Loss, Matrix, Network, Rng};
use support::program::{self, Failure, Flags};

const USAGE: &str = "\
usage: cargo run --release --example speed -- [FLAGS]

  --runs N   runs of each measurement, 1 to 1000; the median counts (default 5)";

fn main() -> ExitCode {
    program::run(USAGE, speed)
}

fn speed(flags: &Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let runs = flags.get("--runs", 5, "1 to 1000", |n| (1..=1000).contains(n))?;
    flags.no_file()?;
    writeln!(
        out,
        "Medians of {runs} runs; about {} seconds. Other programs on this machine slow them down:\n\
         trust the ratios.\n",
        2 + runs
    )?;
    products(out, runs)?;
    batches(out, runs)?;
    passes(out, runs)
}

/// The median time of one call, in seconds; each measurement lasts at least 0.01 s.
fn time(runs: usize, mut call: impl FnMut()) -> f64 {
    let mut calls = 1;
    let mut measure = |calls: u32| {
        let begin = Instant::now();
        (0..calls).for_each(|_| call());
        begin.elapsed().as_secs_f64()
    };
    while measure(calls) < 0.01 {
        calls *= 2;
    }
    let mut seconds: Vec<f64> = (0..runs).map(|_| measure(calls) / f64::from(calls)).collect();
    seconds.sort_by(f64::total_cmp);
    seconds[runs / 2]
}

fn random(rows: usize, cols: usize) -> Matrix {
    let mut rng = Rng::new(1);
    Matrix::from_fn(rows, cols, |_, _| rng.normal())
}

/// `cᵢⱼ = Σₖ aᵢₖ bₖⱼ`, in the order of the formula.
fn textbook(a: &Matrix, b: &Matrix) -> Matrix {
    let (a, b, k, n) = (a.as_slice(), b.as_slice(), a.cols(), b.cols());
    Matrix::from_fn(a.len() / k, n, |i, j| (0..k).map(|p| a[i * k + p] * b[p * n + j]).sum())
}

fn products(out: &mut StdoutLock, runs: usize) -> Result<(), Failure> {
    writeln!(out, "A product, in GFLOP/s          textbook    matmul    ratio")?;
    for (m, k, n) in [(8, 8, 8), (32, 784, 128), (128, 32, 784), (512, 512, 512)] {
        let (a, b) = (random(m, k), random(k, n));
        let operations = 2.0 * (m * k * n) as f64 * 1e-9;
        let slow = operations / time(runs, || _ = black_box(textbook(black_box(&a), &b)));
        let fast = operations / time(runs, || _ = black_box(black_box(&a).matmul(&b)));
        let shapes = format!("{m} × {k} · {k} × {n}");
        writeln!(out, "{shapes:28}  {slow:9.2}  {fast:8.1}  {:7.1}", fast / slow)?;
    }
    Ok(())
}

/// A network with ReLU units before the softmax.
fn network(sizes: &[usize]) -> Result<Network, Failure> {
    let (outputs, hidden) = (sizes[sizes.len() - 1], &sizes[1..sizes.len() - 1]);
    let mut layers: Vec<_> = hidden.iter().map(|&size| (size, Activation::Relu)).collect();
    layers.push((outputs, Activation::Softmax));
    let (loss, start) = (Loss::CategoricalCrossEntropy, Initialization::default());
    Ok(Network::new(sizes[0], &layers, loss, start, &mut Rng::new(1))?)
}

/// A batch for [`network`]: its inputs and its targets.
fn batch(samples: usize, sizes: &[usize]) -> (Matrix, Matrix) {
    let classes = sizes[sizes.len() - 1];
    let targets = Matrix::from_fn(samples, classes, |i, j| f64::from(i % classes == j));
    (random(samples, sizes[0]), targets)
}

fn batches(out: &mut StdoutLock, runs: usize) -> Result<(), Failure> {
    writeln!(out, "\nTraining 784-128-10            µs a step    images/s   60,000 images in")?;
    for samples in [8, 32, 128, 256] {
        let (mut network, (x, targets)) =
            (network(&[784, 128, 10])?, batch(samples, &[784, 128, 10]));
        let descent = GradientDescent { learning_rate: 1e-4 };
        network.train_on_batch(&x, &targets, &descent)?;
        let seconds = time(runs, || _ = network.train_on_batch(&x, &targets, &descent));
        let speed = samples as f64 / seconds;
        let (micros, epoch) = (seconds * 1e6, 60_000.0 / speed);
        writeln!(out, "  batch of {samples:3}  {micros:25.0}  {speed:10.0}  {epoch:15.2} s")?;
    }
    Ok(())
}

fn passes(out: &mut StdoutLock, runs: usize) -> Result<(), Failure> {
    writeln!(
        out,
        "\nOne pass, 32 samples            parameters      forward     backward   ratio"
    )?;
    for sizes in [&[20, 20, 10][..], &[307, 307, 10], &[1000, 1000, 10], &[784, 128, 10], &[512; 5]]
    {
        let (network, (x, targets)) = (network(sizes)?, batch(32, sizes));
        let trace = network.forward(&x);
        let forward = time(runs, || _ = black_box(network.forward(&x))) * 1e6;
        let backward = time(runs, || _ = black_box(network.backward(&trace, &targets))) * 1e6;
        let parameters: usize = sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
        let names: Vec<String> = sizes.iter().map(ToString::to_string).collect();
        let (name, ratio) = (names.join("-"), backward / forward);
        writeln!(
            out,
            "  {name:28}  {parameters:10}  {forward:8.0} µs  {backward:8.0} µs  {ratio:6.1}"
        )?;
    }
    Ok(())
}
