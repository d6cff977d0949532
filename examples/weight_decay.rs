//! Exercise 3.1 of the sheet: where weight decay moves the minimum of a quadratic error.

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

use backprop::{Error, GradientDescent, Matrix, Quadratic};
use support::axis::Axis;
use support::chart::Chart;
use support::file::write_file;
use support::flags::Flags;
use support::program::{self, Failure};
use support::svg::{self, minus};

const USAGE: &str = "\
usage: cargo run --release --example weight_decay -- [FLAGS]

  --h MATRIX    symmetric, positive definite, 1 to 8 rows
                separated by ;                             (default \"5 2; 2 2\")
  --b VECTOR    as many numbers as H has rows              (default \"-11 -8\")
  --tau T       the weight decay, at least 0               (default 1.5)

With two weights the first picture shows the plane of the weights, otherwise
only how much of each coordinate is left. The second compares this with stopping
gradient descent early.";

const PICTURE: &str = "target/weight_decay/weight-decay.svg";
const EARLY: &str = "target/weight_decay/early-stopping.svg";

/// Gradient descent in the second picture stops after this many steps.
const STEPS: i32 = 100;

/// When this many steps do not bring the gradient to zero, more would not help a reader.
const MOST_STEPS: usize = 100_000;

fn main() -> ExitCode {
    program::run(USAGE, weight_decay)
}

/// The error without and with decay, and both minimisers.
struct Case {
    tau: f64,
    h: Matrix,
    b: Matrix,
    e: Quadratic,
    decayed: Quadratic,
    w_star: Matrix,
    w_tilde: Matrix,
}

impl Case {
    fn read(flags: &mut Flags) -> Result<Self, Failure> {
        let h = Matrix::from([[5.0, 2.0], [2.0, 2.0]]);
        let h = flags.one("--h", h, "1 to 8 rows of numbers, separated by ;", read_matrix)?;
        let b = Matrix::row_vector(&[-11.0, -8.0]);
        let b = flags.one("--b", b, "1 to 8 numbers, separated by spaces", read_vector)?;
        let tau = flags.one("--tau", 1.5, "a number", |text| text.parse().ok())?;
        flags.rest(0)?;
        let usage = |error: backprop::Error| Failure::Usage(error.to_string());
        let e = Quadratic::new(0.0, b.clone(), h.clone()).map_err(usage)?;
        let decayed = e.with_weight_decay(tau).map_err(usage)?;
        let (w_star, w_tilde) = (e.minimiser(), e.decayed_minimiser(tau));
        Ok(Self { tau, h, b, e, decayed, w_star, w_tilde })
    }
}

fn read_vector(text: &str) -> Option<Matrix> {
    let numbers: Option<Vec<f64>> = text.split_whitespace().map(|x| x.parse().ok()).collect();
    numbers.filter(|numbers| (1..=8).contains(&numbers.len())).map(|n| Matrix::row_vector(&n))
}

fn read_matrix(text: &str) -> Option<Matrix> {
    let rows: Vec<Matrix> = text.split(';').map(read_vector).collect::<Option<_>>()?;
    let equal = rows.len() <= 8 && rows.iter().all(|row| row.cols() == rows[0].cols());
    let rows: Vec<&[f64]> = rows.iter().map(Matrix::as_slice).collect();
    equal.then(|| Matrix::from_rows(&rows))
}

fn weight_decay(flags: &mut Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let case = Case::read(flags)?;
    let Case { tau, h, b, .. } = &case;
    writeln!(
        out,
        "E(w) = bᵀw + ½ wᵀHw with decay is E′(w) = E(w) + τ/2 wᵀw, here with τ = {tau}.\n"
    )?;
    writeln!(out, "H:\n{h}\nb:\n{b}\n")?;
    print_coordinates(out, &case)?;
    print_three_ways(out, &case)?;
    print_sheets_formula(out, &case)?;
    for (file, picture) in [(PICTURE, picture(&case)), (EARLY, early_stopping(&case))] {
        write_file(Path::new(file), &picture)?;
        writeln!(out, "Picture: {file}")?;
    }
    Ok(())
}

fn print_coordinates(out: &mut StdoutLock, Case { tau, e, .. }: &Case) -> Result<(), Failure> {
    let (alpha, d, beta) = (e.alpha(), e.shrinkage(*tau), e.beta(*tau));
    let vectors = e.eigen().vectors.transpose();
    writeln!(out, "Along each eigenvector uᵢ of H, decay leaves the part dᵢ = λᵢ / (λᵢ + τ):\n")?;
    writeln!(out, " i        λᵢ        dᵢ   αᵢ of w*   βᵢ of w̃   uᵢ")?;
    for i in 0..d.cols() {
        let [lambda, d, alpha, beta] = [&e.eigen().values, &d, &alpha, &beta].map(|v| v[(0, i)]);
        let u = vectors.select_rows(&[i]);
        writeln!(out, "{:2}{lambda:10.4}{d:10.4}{alpha:11.4}{beta:10.4}   {}", i + 1, beside(&u))?;
    }
    Ok(())
}

fn print_three_ways(out: &mut StdoutLock, case: &Case) -> Result<(), Failure> {
    let Case { e, decayed, w_star, w_tilde, .. } = case;
    let solved = decayed.minimiser();
    let (descended, steps, learning_rate) = descend(decayed, w_star)?;
    writeln!(out, "\nThe minimiser of E:\n  w* by a linear solve       {}", beside(w_star))?;
    writeln!(out, "The minimiser of E′, three ways:")?;
    writeln!(out, "  w̃ by a linear solve        {}", beside(&solved))?;
    writeln!(out, "  w̃ by the eigenvectors      {}", beside(w_tilde))?;
    writeln!(out, "  w̃ by gradient descent      {}", beside(&descended))?;
    let apart = distance(&solved, w_tilde).max(distance(&solved, &descended));
    writeln!(
        out,
        "They differ by at most {apart:.0e}. Gradient descent started at w*, with the\n\
         learning rate 1 / (λ₁ + τ) = {learning_rate:.4}; after {steps} steps the largest\n\
         derivative was {:.0e}.",
        largest(&decayed.gradient(&descended))
    )?;
    if steps == MOST_STEPS {
        writeln!(
            out,
            "It has not arrived: where λᵢ + τ is far below λ₁ + τ, a step moves little."
        )?;
    }
    let (before, after) = (e.value(w_star), e.value(w_tilde));
    if !(before.is_finite() && after.is_finite()) {
        return Err(Failure::Failed(format!(
            "E is {before} at w* and {after} at w̃: give smaller numbers in --h or --b"
        )));
    }
    writeln!(out, "What it costs: E rises from {before:.4} at w* to {after:.4} at w̃.\n")?;
    Ok(())
}

/// Gradient descent until the gradient vanishes: where, after how many steps, with which learning rate.
fn descend(e: &Quadratic, start: &Matrix) -> Result<(Matrix, usize, f64), Error> {
    // The steepest direction, that of λ₁, is at its minimum after one step.
    let descent = GradientDescent { learning_rate: 1.0 / e.eigen().values[(0, 0)] };
    let (mut w, mut steps) = (start.clone(), 0);
    let mut gradient = e.gradient(&w);
    let vanished = 1e-14 * largest(&e.gradient(&(start * 0.0))); // beside b, that is rounding
    while largest(&gradient) > vanished && steps < MOST_STEPS {
        w = descent.step(&w, gradient)?;
        gradient = e.gradient(&w);
        steps += 1;
    }
    Ok((w, steps, descent.learning_rate))
}

fn print_sheets_formula(
    out: &mut StdoutLock,
    Case { tau, e, w_star, w_tilde, .. }: &Case,
) -> Result<(), Failure> {
    let product = e.shrinkage(*tau).hadamard(w_star);
    let off = distance(&product, w_tilde);
    writeln!(out, "The sheet's formula:\n  d ⊙ w*                     {}", beside(&product))?;
    if off > 1e-9 * largest(w_star) {
        writeln!(
            out,
            "It misses w̃ by {off:.4}: dᵢ belongs to the eigenvector uᵢ, not to the weight wᵢ.\n"
        )?;
    } else {
        writeln!(
            out,
            "It is w̃ here, as for τ = 0 and for every diagonal H whose entries do not rise.\n"
        )?;
    }
    Ok(())
}

/// A vector for the end of a line, or for the next one where there are so many weights that it
/// would be wider than 80 columns.
fn beside(vector: &Matrix) -> String {
    if vector.cols() > 3 { format!("\n  {vector}") } else { vector.to_string() }
}

/// The largest entry, without its sign; NaN if there is one.
fn largest(m: &Matrix) -> f64 {
    m.as_slice().iter().map(|a| a.abs()).max_by(f64::total_cmp).unwrap_or(0.0)
}

fn distance(a: &Matrix, b: &Matrix) -> f64 {
    largest(&(a - b))
}

// The picture.

type Point = (f64, f64);

const SUBSCRIPTS: [char; 8] = ['₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈'];

fn picture(case: &Case) -> String {
    let mut charts = vec![shrinkage(case)];
    if case.b.cols() == 2 {
        charts.insert(0, plane(case));
    }
    svg::column(&charts).document("What weight decay does to the minimum of a quadratic error")
}

fn point(w: &Matrix) -> Point {
    (w[(0, 0)], w[(0, 1)])
}

/// The plane of the weights: contours of E, the path of w̃, and the two shrinking coordinates.
fn plane(case: &Case) -> svg::Picture {
    let Case { tau, e, w_star, w_tilde, .. } = case;
    let (along, whole) = (coordinates(e, &e.alpha()), square(e, w_star, w_tilde));
    let kept = coordinates(e, &e.beta(*tau));
    let value = |x: f64, y: f64| e.value(&Matrix::row_vector(&[x, y]));
    let (lowest, at_zero) = (e.value(w_star), value(0.0, 0.0));
    let [x, y] = [("w₁", whole[0]), ("w₂", whole[1])]
        .map(|(label, (low, high))| Axis::linear(label).within(low, high));
    let mut chart = Chart::new(&format!("Contours of E, and w̃ for τ = {tau}"), x, y);
    chart = chart.size(440.0, 440.0);
    for k in 1..=7 {
        let level = lowest + (at_zero - lowest) * (f64::from(k) / 4.0).powi(2);
        chart = chart.contour("", level, value);
    }
    for i in 0..2 {
        let feet = [(along[i], w_star), (kept[i], w_tilde)].map(|(foot, w)| vec![foot, point(w)]);
        chart = chart.line("", &[(0.0, 0.0), along[i]]).lines("", feet.to_vec());
    }
    chart = chart
        .contour("the contour of E through w̃", e.value(w_tilde), value)
        .line("the weights as long as w̃", &circle(w_tilde.squared_norm().sqrt()))
        .line("w̃ for τ from 0 (w*) to ∞ (0)", &path(e));
    for i in 0..2 {
        let lost = 100.0 * (1.0 - e.shrinkage(*tau)[(0, i)]);
        let label = format!("lost along u{}: {lost:.0} %", SUBSCRIPTS[i]);
        chart = chart.line(&label, &[along[i], kept[i]]);
    }
    chart
        .dots("d ⊙ w*, the sheet's formula", &[point(&e.shrinkage(*tau).hadamard(w_star))])
        .note(along[0], "α₁u₁")
        .note(along[1], "α₂u₂")
        .note(point(w_star), "w*")
        .note(point(w_tilde), "w̃")
        .draw()
}

/// w̃ for τ from far below the smallest eigenvalue to far above the largest.
fn path(e: &Quadratic) -> Vec<Point> {
    spread_taus(e, 1000.0).into_iter().map(|tau| point(&e.decayed_minimiser(tau))).collect()
}

/// Values of τ at equal ratios, beyond the eigenvalues by this factor on both sides.
fn spread_taus(e: &Quadratic, beyond: f64) -> Vec<f64> {
    let values = e.eigen().values.as_slice();
    let (low, high) = (
        (values[values.len() - 1] / beyond).max(f64::MIN_POSITIVE),
        (values[0] * beyond).min(f64::MAX),
    );
    (0..=200).map(|k| low * (high / low).powf(f64::from(k) / 200.0)).collect()
}

/// The points `cᵢ uᵢ`.
fn coordinates(e: &Quadratic, c: &Matrix) -> [Point; 2] {
    let u = &e.eigen().vectors;
    [0, 1].map(|i| (c[(0, i)] * u[(0, i)], c[(0, i)] * u[(1, i)]))
}

/// Equal ranges of both axes, with 0, the coordinates of w* and the contour through w̃ inside.
fn square(e: &Quadratic, w_star: &Matrix, w_tilde: &Matrix) -> [Point; 2] {
    let [first, second] = coordinates(e, &e.alpha());
    let mirrored = (w_star * 2.0).add_scaled(-1.0, w_tilde); // on the same contour, opposite w̃
    let points = [(0.0, 0.0), point(w_star), point(&mirrored), first, second];
    let range = |values: [f64; 5]| {
        let low = values.into_iter().fold(f64::INFINITY, f64::min);
        (low, values.into_iter().fold(f64::NEG_INFINITY, f64::max))
    };
    let ranges = [range(points.map(|p| p.0)), range(points.map(|p| p.1))];
    let half = ranges.iter().fold(0.0, |half: f64, (low, high)| half.max((high - low) / 2.0));
    let half = if half > 0.0 { 1.2 * half } else { 1.0 };
    let middle = |(low, high): Point| f64::midpoint(low, high);
    ranges.map(|range| (middle(range) - half, middle(range) + half))
}

fn circle(radius: f64) -> Vec<Point> {
    (0..=120)
        .map(|k| (f64::from(k) * std::f64::consts::TAU / 120.0).sin_cos())
        .map(|(sin, cos)| (radius * cos, radius * sin))
        .collect()
}

/// What is left of each coordinate, for every τ.
fn shrinkage(Case { tau, e, .. }: &Case) -> svg::Picture {
    let values = e.eigen().values.as_slice();
    let taus = spread_taus(e, 100.0);
    let x = Axis::log("τ").within(taus[0], taus[taus.len() - 1]);
    let mut chart = Chart::new(
        "What is left of each coordinate: λᵢ / (λᵢ + τ)",
        x,
        Axis::linear("dᵢ").within(0.0, 1.0),
    );
    chart = chart.size(440.0, 240.0).line("", &[(*tau, 0.0), (*tau, 1.0)]);
    for (i, lambda) in values.iter().enumerate() {
        let points: Vec<Point> = taus.iter().map(|&tau| (tau, e.shrinkage(tau)[(0, i)])).collect();
        chart = chart.line(&format!("along u{0}: λ{0} = {lambda:.4}", SUBSCRIPTS[i]), &points);
    }
    for &d in e.shrinkage(*tau).as_slice() {
        chart = chart.note((*tau, d), &minus(&format!("{d:.2}")));
    }
    chart.draw()
}

/// What decay leaves of a coordinate, and what gradient descent from 0 has reached of it when it
/// stops after t steps with `η = 1 / (tτ)`, for every ratio of its eigenvalue to τ.
fn early_stopping(Case { tau, e, .. }: &Case) -> String {
    let title = "Weight decay, and stopping early instead";
    let ratios: Vec<f64> = (0..=200).map(|k| 10.0_f64.powf(f64::from(k) / 50.0 - 2.0)).collect();
    let decayed = |ratio: f64| ratio / (ratio + 1.0);
    let stopped = |ratio: f64| 1.0 - (1.0 - ratio / f64::from(STEPS)).powi(STEPS);
    let curve = |kept: &dyn Fn(f64) -> f64| -> Vec<Point> {
        ratios.iter().map(|&ratio| (ratio, kept(ratio))).collect()
    };
    let mut chart = Chart::new(
        title,
        Axis::log("λᵢ / τ").within(0.01, 100.0),
        Axis::linear("what is left of coordinate i").within(0.0, 1.0),
    )
    .size(440.0, 240.0)
    .line("weight decay: dᵢ = λᵢ / (λᵢ + τ)", &curve(&decayed))
    .line(&format!("after t = {STEPS} steps: 1 − (1 − ηλᵢ)ᵗ, ηt = 1/τ"), &curve(&stopped));
    for (i, lambda) in e.eigen().values.as_slice().iter().enumerate() {
        let ratio = lambda / tau;
        chart = chart.note((ratio, decayed(ratio)), &format!("λ{}", SUBSCRIPTS[i]));
    }
    chart.draw().document(title)
}
