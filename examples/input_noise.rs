//! Exercise 3.2 of the sheet: on average, noise on the inputs of a linear network is weight decay.

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
}

use std::io::{StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;

use backprop::{Activation, Layer, Loss, Matrix, Network, Rng};
use support::axis::Axis;
use support::chart::Chart;
use support::file::write_file;
use support::flags::Flags;
use support::program::{self, Failure};

const USAGE: &str = "\
usage: cargo run --release --example input_noise -- [FLAGS]

  --sigma S     standard deviation of the noise, 0.001 to 100  (default 0.5)
  --samples N   noisy copies of the sample, 1024 to 10000000   (default 1048576)
  --seed N      where the noise starts                         (default 1)";

const PICTURE: &str = "target/input_noise/input-noise.svg";

/// The gradients of so many copies are averaged at once; the means of many such batches say how
/// far a mean can be trusted.
const BATCH: usize = 16;

/// The picture averages over at least this many means.
const LEAST_MEANS: usize = 32;

fn main() -> ExitCode {
    program::run(USAGE, input_noise)
}

/// The distribution of ε, for each input on its own.
#[derive(Clone, Copy)]
enum Noise {
    Gaussian,
    Uniform,
    /// Gaussian, with the mean 0.2 instead of 0.
    Shifted,
}

impl Noise {
    fn draw(self, sigma: f64, rng: &mut Rng) -> f64 {
        match self {
            Noise::Gaussian => sigma * rng.normal(),
            Noise::Uniform => sigma * 3.0_f64.sqrt() * (2.0 * rng.uniform() - 1.0),
            Noise::Shifted => 0.2 + sigma * rng.normal(),
        }
    }
}

/// One network with one kind of noise: what weight decay gives, and what the noise gives.
struct Case {
    name: &'static str,
    w: Matrix,
    /// `∂E/∂w`, without noise and without decay.
    plain: Matrix,
    /// `∂E/∂w + σ²w`, by a network with the weight decay `λ = σ²`.
    decayed: Matrix,
    /// The mean gradient of each batch of noisy copies, a batch in each row.
    means: Matrix,
}

/// Name, activation and noise of each case.
const SETTINGS: [(&str, Activation, Noise); 4] = [
    ("linear network, Gaussian noise", Activation::Identity, Noise::Gaussian),
    ("linear network, uniform noise", Activation::Identity, Noise::Uniform),
    ("linear network, noise with mean 0.2", Activation::Identity, Noise::Shifted),
    ("tanh network, Gaussian noise", Activation::Tanh, Noise::Gaussian),
];

fn input_noise(flags: &mut Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let sigma = flags.one("--sigma", 0.5, "a number from 0.001 to 100", |text| {
        text.parse().ok().filter(|sigma| (0.001..=100.0).contains(sigma))
    })?;
    let samples = flags.count("--samples", 1 << 20, 1024..=10_000_000)?;
    let mut rng = Rng::new(flags.seed()?.unwrap_or(1));
    flags.rest(0)?;
    writeln!(out, "A network with one unit, y = φ(wᵀx), and the error ½ (y − ŷ)² of one sample,")?;
    writeln!(
        out,
        "x = (1, 2, −0.5), ŷ = 0.3. Noise ε of standard deviation σ = {sigma} is added\n\
         to every input, {} times. Is the mean gradient that of weight decay\n\
         with λ = σ²?\n",
        samples / BATCH * BATCH
    )?;
    let mut cases = Vec::new();
    for (name, activation, noise) in SETTINGS {
        let case =
            measure(name, activation, samples / BATCH, sigma, || noise.draw(sigma, &mut rng))?;
        print_case(out, &case)?;
        cases.push(case);
    }
    write_file(Path::new(PICTURE), &picture(&cases))?;
    writeln!(out, "Picture: {PICTURE}")?;
    Ok(())
}

/// The gradients of one unit without noise, with decay, and under noise.
fn measure(
    name: &'static str,
    activation: Activation,
    batches: usize,
    sigma: f64,
    mut noise: impl FnMut() -> f64,
) -> Result<Case, Failure> {
    let failed = |error: backprop::Error| Failure::Failed(error.to_string());
    let (x, target) = (Matrix::row_vector(&[1.0, 2.0, -0.5]), Matrix::row_vector(&[0.3]));
    let w = Matrix::row_vector(&[0.7, -1.2, 0.4]);
    let layer = Layer { weights: w.clone(), biases: Matrix::zeros(1, 1), activation };
    let network = Network::from_layers(vec![layer], Loss::MeanSquaredError).map_err(failed)?;
    let plain = gradient(&network, &x, &target);
    let decay = network.clone().with_weight_decay(sigma * sigma).map_err(failed)?;
    // (26) 𝔼[∂Ẽ/∂w] = ∂E/∂w + σ²w
    let decayed = gradient(&decay, &x, &target);
    let targets = Matrix::from_fn(BATCH, 1, |_, _| target[(0, 0)]);
    let mut means = Matrix::zeros(batches, w.cols());
    for i in 0..batches {
        let noisy = Matrix::from_fn(BATCH, x.cols(), |_, j| x[(0, j)] + noise());
        means.row_mut(i).copy_from_slice(gradient(&network, &noisy, &targets).as_slice());
    }
    Ok(Case { name, w, plain, decayed, means })
}

fn gradient(network: &Network, x: &Matrix, targets: &Matrix) -> Matrix {
    network.backward(&network.forward(x), targets).weights(1).clone()
}

/// The mean of the rows, and the standard error of this mean.
fn mean_and_error(rows: &Matrix) -> (Matrix, Matrix) {
    let n = rows.rows() as f64;
    let mean = &rows.column_sums() * n.recip();
    let squares = rows.add_row(&(&mean * -1.0)).map(|deviation| deviation * deviation);
    (mean, squares.column_sums().map(|sum| (sum / (n - 1.0) / n).sqrt()))
}

fn print_case(out: &mut StdoutLock, case: &Case) -> Result<(), Failure> {
    let (mean, error) = mean_and_error(&case.means);
    let z = (&mean - &case.decayed).zip_map(&error, |off, error| off / error);
    let z_plain = (&mean - &case.plain).zip_map(&error, |off, error| off / error);
    writeln!(out, "{}:\n", capital(case.name))?;
    writeln!(out, "     w     ∂E/∂w   + σ²w   mean under noise        z   z without decay")?;
    for j in 0..mean.cols() {
        let [w, plain, decayed, mean, error, z, z_plain] =
            [&case.w, &case.plain, &case.decayed, &mean, &error, &z, &z_plain].map(|v| v[(0, j)]);
        writeln!(
            out,
            "{w:6.1}{plain:10.4}{decayed:8.4}{mean:10.4} ± {error:.4}{z:9.1}{z_plain:18.1}"
        )?;
    }
    let largest = z.as_slice().iter().map(|z| z.abs()).max_by(f64::total_cmp).unwrap_or(0.0); // NaN, if there is one
    if largest <= 5.0 {
        writeln!(out, "Yes: nowhere is the mean five standard errors away.\n")?;
    } else {
        writeln!(out, "No: the mean is up to {largest:.0} standard errors away.\n")?;
    }
    Ok(())
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

// The picture.

/// How far a mean of `n` gradients lies from what weight decay gives, for growing `n`.
fn picture(cases: &[Case]) -> String {
    let title = "How far the mean of n noisy gradients is from ∂E/∂w + σ²w";
    let y = Axis::log("distance (root mean square)");
    let mut chart = Chart::new(title, Axis::log("n"), y).size(480.0, 340.0);
    for case in cases {
        chart = chart.line(case.name, &distances(&case.means, &case.decayed));
    }
    let first = &cases[0];
    let without_decay = distances(&first.means, &first.plain);
    chart = chart.line("linear, Gaussian, from ∂E/∂w alone", &without_decay);
    let falling = distances(&first.means, &first.decayed);
    let (n, distance) = falling[0];
    let ideal = |&(m, _): &(f64, f64)| (m, distance * (n / m).sqrt());
    chart = chart.line("proportional to 1/√n", &falling.iter().map(ideal).collect::<Vec<_>>());
    chart.draw().document(title)
}

/// `(n, √mean ‖mean of n − expected‖²)`: neighbouring means are averaged, so `n` doubles.
fn distances(means: &Matrix, expected: &Matrix) -> Vec<(f64, f64)> {
    let (mut means, mut n, mut points) = (means.clone(), BATCH, Vec::new());
    while means.rows() >= LEAST_MEANS {
        let squares = means.add_row(&(expected * -1.0)).squared_norm();
        points.push((n as f64, (squares / means.rows() as f64).sqrt()));
        let average = |i: usize, j: usize| f64::midpoint(means[(2 * i, j)], means[(2 * i + 1, j)]);
        means = Matrix::from_fn(means.rows() / 2, means.cols(), average);
        n *= 2;
    }
    points
}
