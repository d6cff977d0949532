//! How fast this machine multiplies matrices and trains networks.

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
    pub mod terminal;
}

use std::hint::black_box;
use std::io::{StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use backprop::{Activation, Dataset, GradientDescent, Initialization, Loss, Matrix, Network, Rng};
use support::axis::Axis;
use support::chart::Chart;
use support::file::write_file;
use support::flags::Flags;
use support::program::{self, Failure};
use support::terminal::Progress;

const USAGE: &str = "\
usage: cargo run --release --example speed -- [FLAGS]

  --runs N           runs of each measurement, 1 to 1000;
                     the median counts                            (default 5)";

/// One measurement lasts at least so many seconds.
const AT_LEAST: f64 = 0.01;

fn main() -> ExitCode {
    program::run(USAGE, speed)
}

fn speed(flags: &mut Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let runs = flags.count("--runs", 5, 1..=1000)?;
    flags.rest(0)?;
    writeln!(
        out,
        "Medians of {runs} runs, of 3 for the largest. Whatever else this machine does is in\n\
         them: trust ratios.\n"
    )?;
    products(out, runs)?;
    let sizes = square_products(out, runs)?;
    training(out, runs)?;
    backward_beside_forward(out, runs)?;
    let file = Path::new("target/speed/matmul.svg");
    write_file(file, &chart(&sizes))?;
    writeln!(out, "\npicture: {}", file.display())?;
    Ok(())
}

/// The median time of one call, in seconds.
fn time(runs: usize, mut call: impl FnMut()) -> f64 {
    let mut calls = 1;
    let mut measure = |calls: u32| {
        let begin = Instant::now();
        (0..calls).for_each(|_| call());
        begin.elapsed().as_secs_f64()
    };
    while measure(calls) < AT_LEAST {
        calls *= 2;
    }
    let mut seconds: Vec<f64> = (0..runs).map(|_| measure(calls) / f64::from(calls)).collect();
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

fn random(rows: usize, cols: usize, rng: &mut Rng) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| rng.normal())
}

/// `cᵢⱼ = Σₖ aᵢₖ bₖⱼ`, in the order of the formula.
fn textbook(a: &Matrix, b: &Matrix) -> Matrix {
    let (a, b, k, n) = (a.as_slice(), b.as_slice(), a.cols(), b.cols());
    Matrix::from_fn(a.len() / k, n, |i, j| (0..k).map(|p| a[i * k + p] * b[p * n + j]).sum())
}

/// GFLOP/s of `matmul` and of the textbook loop.
fn gflops(runs: usize, (m, k, n): (usize, usize, usize)) -> (f64, f64) {
    let mut rng = Rng::new(1);
    let (a, b) = (random(m, k, &mut rng), random(k, n, &mut rng));
    let work = 2.0 * (m * k * n) as f64 * 1e-9;
    let fast = time(runs, || _ = black_box(black_box(&a).matmul(black_box(&b))));
    let slow = time(runs, || _ = black_box(textbook(black_box(&a), black_box(&b))));
    (work / fast, work / slow)
}

fn products(out: &mut StdoutLock, runs: usize) -> Result<(), Failure> {
    writeln!(out, "A product in GFLOP/s        textbook    matmul    ratio")?;
    for shape in [(32, 784, 128), (128, 32, 784), (512, 512, 512)] {
        let (fast, slow) = gflops(runs, shape);
        let (m, k, n) = shape;
        writeln!(
            out,
            "{:24}  {slow:10.2}  {fast:8.1}  {:7.1}",
            format!("{m} × {k} · {k} × {n}"),
            fast / slow
        )?;
    }
    writeln!(out)?;
    Ok(())
}

/// Size, GFLOP/s of `matmul`, GFLOP/s of the textbook.
fn square_products(out: &mut StdoutLock, runs: usize) -> Result<Vec<(f64, f64, f64)>, Failure> {
    writeln!(out, "n × n · n × n             textbook    matmul    ratio")?;
    let mut progress = Progress::new();
    let mut sizes = Vec::new();
    for power in 1..=10 {
        let n = 1 << power;
        progress.show(|| format!("{n} × {n}"));
        let (fast, slow) = gflops(if n > 256 { runs.min(3) } else { runs }, (n, n, n));
        writeln!(out, "{n:24}  {slow:10.2}  {fast:8.1}  {:7.1}", fast / slow)?;
        sizes.push((n as f64, fast, slow));
    }
    writeln!(out)?;
    Ok(sizes)
}

/// Seconds for one training step.
fn step(
    runs: usize,
    sizes: &[usize],
    loss: Loss,
    last: Activation,
    batch: usize,
) -> Result<f64, Failure> {
    let mut rng = Rng::new(1);
    let end = sizes.len() - 1;
    let hidden = if loss == Loss::BinaryCrossEntropy { Activation::Tanh } else { Activation::Relu };
    let layers: Vec<_> =
        (1..=end).map(|l| (sizes[l], if l == end { last } else { hidden })).collect();
    let mut network = Network::new(sizes[0], &layers, loss, Initialization::default(), &mut rng)?;
    let (x, targets) = if sizes[0] == 2 {
        (Dataset::xor().inputs().clone(), Dataset::xor().targets().clone())
    } else {
        let one_hot = |i: usize, j: usize| f64::from(i % sizes[end] == j);
        (random(batch, sizes[0], &mut rng), Matrix::from_fn(batch, sizes[end], one_hot))
    };
    let descent = GradientDescent { learning_rate: 1e-4 };
    let mut failed = None;
    let seconds = time(runs, || failed = network.train_on_batch(&x, &targets, &descent).err());
    failed.map_or(Ok(seconds), |error| Err(error.into()))
}

fn training(out: &mut StdoutLock, runs: usize) -> Result<(), Failure> {
    let xor = step(runs, &[2, 2, 1], Loss::BinaryCrossEntropy, Activation::Sigmoid, 4)?;
    writeln!(
        out,
        "A step of XOR, 2-2-1, four samples: {:.0} ns; 250 of them: {:.2} ms.\n",
        xor * 1e9,
        xor * 250e3
    )?;
    writeln!(out, "Training 784-128-10     µs per step   images/s   60,000 images in")?;
    let digits = |batch| {
        step(runs, &[784, 128, 10], Loss::CategoricalCrossEntropy, Activation::Softmax, batch)
    };
    for batch in [8, 16, 32, 64, 128, 256] {
        let seconds = digits(batch)?;
        let speed = batch as f64 / seconds;
        writeln!(
            out,
            "  batch of {batch:3}          {:10.0} {speed:10.0} {:15.2} s",
            seconds * 1e6,
            60_000.0 / speed
        )?;
    }
    writeln!(out, "\nTraining h-h-10 at batch 32   parameters   µs per step   ns per parameter")?;
    for width in [20, 88, 307, 1000, 3000] {
        let sizes = [width, width, 10];
        let parameters = width * (width + 1) + 10 * (width + 1);
        let seconds =
            step(runs.min(3), &sizes, Loss::CategoricalCrossEntropy, Activation::Softmax, 32)?;
        let each = seconds * 1e9 / parameters as f64;
        writeln!(out, "  h = {width:4}  {parameters:29} {:13.0} {each:18.2}", seconds * 1e6)?;
    }
    Ok(())
}

/// How long the pass backwards takes, in passes forwards.
fn backward_beside_forward(out: &mut StdoutLock, runs: usize) -> Result<(), Failure> {
    writeln!(out, "\nOne pass, tanh and sigmoid     forwards      backwards    ratio")?;
    for (batch, sizes) in [
        (4, &[2, 2, 1][..]),
        (32, &[128, 128, 128, 1]),
        (32, &[784, 128, 10]),
        (32, &[512, 512, 512, 512, 512]),
    ] {
        let (mut rng, end) = (Rng::new(1), sizes.len() - 1);
        let activation = |l| if l == end { Activation::Sigmoid } else { Activation::Tanh };
        let layers: Vec<_> = (1..=end).map(|l| (sizes[l], activation(l))).collect();
        let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::default());
        let network = Network::new(sizes[0], &layers, loss, start, &mut rng)?;
        let x = random(batch, sizes[0], &mut rng);
        let targets = Matrix::from_fn(batch, sizes[end], |_, _| 1.0);
        let forwards = time(runs, || _ = black_box(network.forward(&x))) * 1e6;
        let trace = network.forward(&x);
        let backwards = time(runs, || _ = black_box(network.backward(&trace, &targets))) * 1e6;
        let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
        let name = format!("{batch} × {}", sizes.join("-"));
        let ratio = backwards / forwards;
        writeln!(out, "{name:26} {forwards:9.2} µs   {backwards:9.2} µs    {ratio:5.1}")?;
    }
    Ok(())
}

fn chart(sizes: &[(f64, f64, f64)]) -> String {
    let points = |value: fn(&(f64, f64, f64)) -> f64| -> Vec<(f64, f64)> {
        sizes.iter().map(|size| (size.0, value(size))).collect()
    };
    let chart = Chart::new("n × n · n × n", Axis::log("n"), Axis::log("GFLOP/s"));
    chart
        .line("matmul", &points(|s| s.1))
        .line("textbook", &points(|s| s.2))
        .draw()
        .document("speed of a product")
}
