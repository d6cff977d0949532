//! Exercise 3 of the sheet: where weight decay moves the minimum of a quadratic error, and why noise on
//! the inputs does the same.

mod support {
    pub mod chart;
    pub mod file;
    pub mod program;
}

use std::f64::consts::TAU;
use std::io::{StdoutLock, Write};
use std::process::ExitCode;

use backprop::{Activation, Error, GradientDescent, Layer, Loss, Matrix, Network, Quadratic};
use support::chart::{Axis, Chart, Point, document, number};
use support::file;
use support::program::{self, Failure, wrong};

const USAGE: &str = "\
usage: cargo run --release --example weight_decay -- [FLAGS]

  --h MATRIX    symmetric, positive definite, 1 to 8 rows
                separated by ;                             (default \"5 2; 2 2\")
  --b VECTOR    as many numbers as H has rows              (default \"-11 -8\")
  --tau T       the weight decay, at least 0               (default 1.5)
  --sigma S     the size of the noise on the inputs, 0.001 to 100  (default 0.5)

With two weights a picture shows the plane of the weights.";

const SUBSCRIPTS: [char; 8] = ['₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈'];

/// When so many steps do not bring the gradient to zero, more would not help a reader.
const MOST_STEPS: usize = 100_000;

/// Larger numbers fit into no column.
const LARGEST: f64 = 1e6;

fn main() -> ExitCode {
    program::run(USAGE, |flags, out| {
        let h = flags.text("--h").unwrap_or("5 2; 2 2".into());
        let b = flags.text("--b").unwrap_or("-11 -8".into());
        let accepted = |tau: &f64| (0.0..=LARGEST).contains(tau);
        let tau = flags.get("--tau", 1.5, "a number from 0 to 1000000", accepted)?;
        let accepted = |sigma: &f64| (0.001..=100.0).contains(sigma);
        let sigma = flags.get("--sigma", 0.5, "a number from 0.001 to 100", accepted)?;
        flags.no_file()?;
        let usage = |error: Error| wrong(format!("{error}; see --h, --b and --tau"));
        let (h, b) = (matrix("--h", &h)?, matrix("--b", &b)?);
        let e = Quadratic::new(0.0, b, h.clone()).map_err(usage)?;
        let decayed = e.with_weight_decay(tau).map_err(usage)?;
        writeln!(
            out,
            "E(w) = bᵀw + ½ wᵀHw with decay is E′(w) = E(w) + τ/2 wᵀw, τ = {tau}.\nH:\n{h}\n"
        )?;
        coordinates(out, &e, tau)?;
        minimisers(out, &e, &decayed, tau)?;
        let mut charts = vec![shrinkage(&e, tau)];
        if h.rows() == 2 {
            charts.insert(0, plane(&e, tau));
        }
        let title = "What weight decay does to the minimum of a quadratic error";
        file::draw(out, "target/weight_decay/weight-decay.svg", &document(title, &charts))?;
        let early = document("Weight decay, and stopping early", &[early_stopping(&e, tau)]);
        file::draw(out, "target/weight_decay/early-stopping.svg", &early)?;
        noise(out, sigma)
    })
}

/// Rows of numbers, separated by `;`.
fn matrix(name: &str, text: &str) -> Result<Matrix, Failure> {
    let number = |x: &str| x.parse().ok().filter(|x: &f64| x.abs() <= LARGEST);
    let row = |row: &str| row.split_whitespace().map(number).collect::<Option<Vec<f64>>>();
    let rows: Option<Vec<Vec<f64>>> = text.split(';').map(row).collect();
    let rows = rows.filter(|rows| {
        let n = rows[0].len();
        rows.len() <= 8 && (1..=8).contains(&n) && rows.iter().all(|row| row.len() == n)
    });
    let rule = "1 to 8 rows of as many numbers, separated by ;, none beyond ±1000000";
    let rows = rows.ok_or_else(|| wrong(format!("{name} is {text:?}, but must be {rule}")))?;
    Ok(Matrix::from_vec(rows.len(), rows[0].len(), rows.concat()))
}

fn coordinates(out: &mut StdoutLock, e: &Quadratic, tau: f64) -> Result<(), Failure> {
    let (alpha, d, beta) = (e.alpha(), e.shrinkage(tau), e.beta(tau));
    writeln!(out, "Along each eigenvector uᵢ of H, decay leaves the part dᵢ = λᵢ / (λᵢ + τ):\n")?;
    writeln!(out, " i        λᵢ        dᵢ   αᵢ of w*   βᵢ of w_τ   uᵢ")?;
    for i in 0..d.cols() {
        let [lambda, d, alpha, beta] = [&e.eigen().values, &d, &alpha, &beta].map(|v| v[(0, i)]);
        let u = e.eigen().vectors.transpose().select_rows(&[i]);
        writeln!(out, "{:2}{lambda:10.4}{d:10.4}{alpha:11.4}{beta:12.4}   {u:.2}", i + 1)?;
    }
    Ok(())
}

fn minimisers(
    out: &mut StdoutLock,
    e: &Quadratic,
    decayed: &Quadratic,
    tau: f64,
) -> Result<(), Failure> {
    let (w_star, w_tau, product) =
        (e.minimiser(), e.decayed_minimiser(tau), e.shrinkage(tau).hadamard(&e.minimiser()));
    let (descended, steps) = descend(decayed, &w_star)?;
    let (before, after) = (e.value(&w_star), e.value(&w_tau));
    writeln!(out, "\nw*   minimises E              {w_star:.4}")?;
    writeln!(out, "w_τ  minimises E′             {w_tau:.4}")?;
    writeln!(out, "     by descent, {steps:6} steps {descended:.4}")?;
    writeln!(out, "the sheet's formula, d ⊙ w*   {product:.4}")?;
    let off = (&product - &w_tau).squared_norm().sqrt();
    if off > 1e-9 * w_star.squared_norm().sqrt() {
        writeln!(
            out,
            "It misses w_τ by {}: dᵢ belongs to the eigenvector uᵢ, not to the weight wᵢ.",
            number(off)
        )?;
    } else {
        writeln!(
            out,
            "It is w_τ here, as for τ = 0 and for every diagonal H whose entries do not rise."
        )?;
    }
    writeln!(out, "E rises from {before:.4} at w* to {after:.4} at w_τ.\n")?;
    Ok(())
}

/// Gradient descent until the gradient vanishes: where, and after how many steps.
fn descend(e: &Quadratic, start: &Matrix) -> Result<(Matrix, usize), Error> {
    // The steepest direction, that of λ₁ + τ, is at its minimum after one step.
    let descent = GradientDescent { learning_rate: 1.0 / e.eigen().values[(0, 0)] };
    let size = |m: &Matrix| m.squared_norm().sqrt();
    let (mut w, vanished) = (start.clone(), 1e-14 * size(&e.gradient(&start.map(|_| 0.0))));
    for steps in 0..MOST_STEPS {
        let gradient = e.gradient(&w);
        if size(&gradient) <= vanished {
            return Ok((w, steps));
        }
        w = descent.step(&w, gradient)?;
    }
    Ok((w, MOST_STEPS))
}

/// One unit, the error ½ (y − t)² of one sample, and the noise ±σ on every input: the mean over all
/// corners is exact, so nothing is left to chance.
fn noise(out: &mut StdoutLock, sigma: f64) -> Result<(), Failure> {
    writeln!(out, "\nNoise on the inputs: y = φ(wᵀx), x = (1, 2, −0.5), t = 0.3. Each input is")?;
    writeln!(
        out,
        "off by μ + σ or μ − σ, with σ = {sigma}. Is the mean gradient over all 8 corners"
    )?;
    writeln!(out, "that of weight decay with λ = σ²?\n")?;
    writeln!(out, "                    mean gradient               ∂E/∂w + σ²w")?;
    for (name, phi, shift) in [
        ("linear, μ=0  ", Activation::Identity, 0.0),
        ("linear, μ=0.2", Activation::Identity, 0.2),
        ("tanh,   μ=0  ", Activation::Tanh, 0.0),
    ] {
        let (mean, decayed) = gradients(phi, sigma, shift)?;
        writeln!(out, "{name} {mean:.3} {decayed:.3} {}", verdict(&mean, &decayed))?;
    }
    Ok(())
}

/// Whether two gradients are equal but for rounding, and if not, how far apart they are.
pub(crate) fn verdict(mean: &Matrix, decayed: &Matrix) -> String {
    let off = (mean - decayed).squared_norm().sqrt();
    let equal = off <= 1e-12 * decayed.squared_norm().sqrt();
    if equal { "equal".to_string() } else { format!("{} apart", number(off)) }
}

/// The mean gradient under noise of two corners for each input, and that of weight decay.
pub(crate) fn gradients(
    phi: Activation,
    sigma: f64,
    shift: f64,
) -> Result<(Matrix, Matrix), Error> {
    let (x, t) = ([1.0, 2.0, -0.5], Matrix::from([[0.3]]));
    let (weights, biases) = (Matrix::row_vector(&[0.7, -1.2, 0.4]), Matrix::zeros(1, 1));
    let layer = Layer { weights, biases, activation: phi };
    let network = Network::from_layers(vec![layer], Loss::MeanSquaredError)?;
    let corner = |k: usize, j: usize| x[j] + shift + if k >> j & 1 == 0 { sigma } else { -sigma };
    let noisy = Matrix::from_fn(8, 3, corner);
    let targets = Matrix::from_fn(8, 1, |_, _| t[(0, 0)]);
    let mean = network.backward(&network.forward(&noisy), &targets).weights(1).clone();
    let network = network.with_weight_decay(sigma * sigma)?;
    // (26) 𝔼[∂Ẽ/∂w] = ∂E/∂w + σ²w
    let decayed = network.backward(&network.forward(&Matrix::row_vector(&x)), &t);
    Ok((mean, decayed.weights(1).clone()))
}

/// The plane of the weights: contours of E, the path of w_τ, and the two shrinking coordinates.
fn plane(e: &Quadratic, tau: f64) -> Chart {
    let (w_star, w_tau) = (e.minimiser(), e.decayed_minimiser(tau));
    let (feet, kept) = (along(e, &e.alpha()), along(e, &e.beta(tau)));
    let corners = [point(&w_star), point(&(&(&w_star * 2.0) - &w_tau)), feet[0], feet[1]];
    let title = format!("Contours of E, and w_τ for τ = {tau}");
    let [x, y] = axes(&corners);
    let mut chart = Chart::new(&title, x, y).square();
    let whole = e.value(&(&w_star * 0.0)) - e.value(&w_star);
    for k in 1..=7 {
        chart = chart.line("", contour(e, whole * (f64::from(k) / 4.0).powi(2)));
    }
    for i in 0..2 {
        let ends = [(0.0, 0.0), feet[i], point(&w_star), (f64::NAN, 0.0), kept[i], point(&w_tau)];
        chart = chart.line("", ends.to_vec());
    }
    let radius = w_tau.squared_norm().sqrt();
    let path = taus(e, 1000.0).map(|tau| point(&e.decayed_minimiser(tau))).collect();
    chart = chart
        .line("the contour of E through w_τ", contour(e, e.value(&w_tau) - e.value(&w_star)))
        .line("the weights as long as w_τ", turns(|sin, cos| (radius * cos, radius * sin)))
        .line("w_τ for τ from 0 (w*) to ∞ (0)", path);
    for i in 0..2 {
        let lost = 100.0 * (1.0 - e.shrinkage(tau)[(0, i)]);
        let label = format!("lost along u{}: {lost:.0} %", SUBSCRIPTS[i]);
        chart = chart.line(&label, vec![feet[i], kept[i]]);
    }
    chart
        .dots("d ⊙ w*, the sheet's formula", vec![point(&e.shrinkage(tau).hadamard(&w_star))])
        .note("w*", point(&w_star), (10.0, -8.0))
        .note("w_τ", point(&w_tau), (12.0, -6.0))
        .note("α₁u₁", feet[0], (8.0, 12.0))
        .note("α₂u₂", feet[1], (-8.0, -8.0))
}

fn point(w: &Matrix) -> Point {
    (w[(0, 0)], w[(0, 1)])
}

/// `c₁u₁` and `c₂u₂`.
fn along(e: &Quadratic, c: &Matrix) -> [Point; 2] {
    let u = &e.eigen().vectors;
    [0, 1].map(|i| (c[(0, i)] * u[(0, i)], c[(0, i)] * u[(1, i)]))
}

/// A closed curve through the points at 120 angles.
fn turns(at: impl Fn(f64, f64) -> Point) -> Vec<Point> {
    let angles = (0..=120).map(|k| (f64::from(k) * TAU / 120.0).sin_cos());
    angles.map(|(sin, cos)| at(sin, cos)).collect()
}

/// `E = E(w*) + Σ λᵢ cᵢ² / 2` for `w = w* + Σ cᵢ uᵢ`: an ellipse for each level.
fn contour(e: &Quadratic, rise: f64) -> Vec<Point> {
    let (centre, half) = (point(&e.minimiser()), e.eigen().values.map(|l| (2.0 * rise / l).sqrt()));
    let [p, q] = along(e, &half);
    turns(|sin, cos| (centre.0 + cos * p.0 + sin * q.0, centre.1 + cos * p.1 + sin * q.1))
}

/// Equally long axes around 0 and these points.
fn axes(points: &[Point]) -> [Axis; 2] {
    let ends = |of: fn(&Point) -> f64| {
        let values = points.iter().map(of);
        (values.clone().fold(0.0, f64::min), values.fold(0.0, f64::max))
    };
    let (x, y) = (ends(|p| p.0), ends(|p| p.1));
    let half = 0.6 * (x.1 - x.0).max(y.1 - y.0).max(0.1);
    [("w₁", x), ("w₂", y)].map(|(name, (low, high))| {
        let middle = f64::midpoint(low, high);
        Axis::linear(name).within(middle - half, middle + half)
    })
}

/// Values of τ at equal ratios, beyond the eigenvalues by this factor at either end.
fn taus(e: &Quadratic, beyond: f64) -> impl Iterator<Item = f64> {
    let values = e.eigen().values.as_slice();
    let low = (values[values.len() - 1] / beyond).max(f64::MIN_POSITIVE);
    let ratio = (values[0] * beyond).min(f64::MAX) / low;
    (0..=200).map(move |k| low * ratio.powf(f64::from(k) / 200.0))
}

/// What is left of each coordinate, for every τ.
fn shrinkage(e: &Quadratic, tau: f64) -> Chart {
    let title = "What is left of each coordinate: λᵢ / (λᵢ + τ)";
    let mut chart = Chart::new(title, Axis::log("τ"), Axis::linear("dᵢ").within(0.0, 1.0));
    for (i, lambda) in e.eigen().values.as_slice().iter().enumerate() {
        let points = taus(e, 100.0).map(|tau| (tau, e.shrinkage(tau)[(0, i)])).collect();
        chart =
            chart.line(&format!("along u{0}: λ{0} = {1}", SUBSCRIPTS[i], number(*lambda)), points);
    }
    for &d in e.shrinkage(tau).as_slice() {
        chart = chart.dots("", vec![(tau, d)]).note(&number(d), (tau, d), (10.0, -10.0));
    }
    chart
}

/// What decay leaves of a coordinate, and what gradient descent from 0 has reached of it when it stops
/// after 100 steps with `η = 1 / (100 τ)`, for every ratio of its eigenvalue to τ.
fn early_stopping(e: &Quadratic, tau: f64) -> Chart {
    let ratios = || (0..=200).map(|k| 10.0_f64.powf(f64::from(k) / 50.0 - 2.0));
    let decayed = |ratio: f64| ratio / (ratio + 1.0);
    let stopped = |ratio: f64| 1.0 - (1.0 - ratio / 100.0).powi(100);
    let y = Axis::linear("what is left of coordinate i").within(0.0, 1.0);
    let mut chart = Chart::new("Weight decay, and stopping early instead", Axis::log("λᵢ / τ"), y)
        .line("weight decay: λᵢ / (λᵢ + τ)", ratios().map(|r| (r, decayed(r))).collect())
        .line(
            "after 100 steps of descent, η = 1 / (100 τ)",
            ratios().map(|r| (r, stopped(r))).collect(),
        );
    for (i, lambda) in e.eigen().values.as_slice().iter().enumerate() {
        let at = (lambda / tau, decayed(lambda / tau));
        chart = chart.dots("", vec![at]).note(&format!("λ{}", SUBSCRIPTS[i]), at, (10.0, 10.0));
    }
    chart
}
