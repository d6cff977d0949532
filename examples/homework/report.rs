//! The report on the blanks; when all required ones are right, it trains with them.

use std::io::Write;
use std::process::ExitCode;

use backprop::{Dataset, Initialization, Matrix, Rng};

use super::evidence::{Fault, call, describe};
use super::judge::{Blanks, ITEMS, Layer};
use support::chart::{Axis, Chart, document};
use support::file;
use support::program::{self, Failure, wrong};

#[path = "../support"]
mod support {
    pub mod chart;
    pub mod file;
    pub mod program;
}

const USAGE: &str = "usage: cargo run --example homework; hints are in docs/homework.md";

/// Runs the example with these blanks.
pub fn run(blanks: &Blanks) -> ExitCode {
    program::run(USAGE, |flags, out| match flags.file()? {
        Some(file) => Err(wrong(format!("{file:?} is not expected"))),
        None => report(blanks, out),
    })
}

/// Prints a line for each blank as soon as it is judged, then what to do next, and trains if it can.
/// Should a blank never return, its name is the last word.
pub fn report(blanks: &Blanks, out: &mut impl Write) -> Result<(), Failure> {
    let mut verdicts = Vec::new();
    for item in &ITEMS {
        write!(out, "{:5} {:34} ", item.0, item.1)?;
        out.flush()?;
        let verdict = item.judge(blanks, &verdicts);
        writeln!(out, "{}", describe(item.1, &verdict))?;
        verdicts.push(verdict);
    }
    let next = ITEMS.iter().zip(&verdicts).find_map(|(item, verdict)| match verdict {
        Err(Fault::Missing(name)) => Some(name.as_str()),
        Err(Fault::Wrong(_)) => Some(item.1),
        Ok(_) => None,
    });
    let next = next.map(|name| format!("Next: {name}; hints are in docs/homework.md."));
    let right = verdicts.iter().filter(|verdict| verdict.is_ok()).count();
    let (all, next) = (ITEMS.len(), next.unwrap_or("All done.".to_string()));
    writeln!(out, "\n{right} of {all} right. {next}")?;
    let optional = ["2.10", "3"];
    let mut required = ITEMS.iter().zip(&verdicts).filter(|(item, _)| !optional.contains(&item.0));
    if required.all(|(_, verdict)| verdict.is_ok()) { train(blanks, out) } else { Ok(()) }
}

/// Exercise 2.7 with the student's functions: 2-2-1, tanh and sigmoid, from a start that succeeds. Returns
/// the trained layers, and the loss before each step.
fn xor(blanks: &Blanks) -> (Vec<Layer>, Vec<f64>) {
    let (data, mut rng) = (Dataset::xor(), Rng::new(2));
    let mut layer = |units, inputs, phi, phi_prime| {
        let weights = Initialization::default().weights(units, inputs, &mut rng);
        Layer { weights, biases: Matrix::zeros(1, units), phi, phi_prime }
    };
    let hidden = layer(2, 2, blanks.tanh, blanks.tanh_backward);
    let mut layers = vec![hidden, layer(1, 2, blanks.sigmoid, blanks.sigmoid_backward)];
    let step = |_| (blanks.train_on_batch)(&mut layers, data.inputs(), data.targets(), 1.0, 0.0);
    let losses = (0..=250).map(step).collect();
    (layers, losses)
}

fn train(blanks: &Blanks, out: &mut impl Write) -> Result<(), Failure> {
    let (layers, losses) = call(|| Ok(xor(blanks))).map_err(|fault| describe("", &Err(fault)))?;
    writeln!(out, "\nYour network learns the exclusive or: 2-2-1, learning rate 1.")?;
    let losses: Vec<_> = losses.iter().step_by(50).map(|loss| format!("{loss:.4}")).collect();
    writeln!(out, "The loss, every 50 steps: {}", losses.join("  "))?;
    let predict = |x1, x2| (blanks.forward)(&layers, &Matrix::row_vector(&[x1, x2])).y[2][(0, 0)];
    let axis = |label| Axis::linear(label).within(-2.0, 2.0);
    let chart = Chart::new("Prediction over the inputs", axis("x₁"), axis("x₂")).square();
    let mut chart = chart.surface("prediction, 0 to 1", predict);
    writeln!(out, "\n  x₁   x₂  target  prediction")?;
    for (target, points) in [(1, [(-1.0, 1.0), (1.0, -1.0)]), (0, [(-1.0, -1.0), (1.0, 1.0)])] {
        for (x1, x2) in points {
            writeln!(out, "{x1:4} {x2:4} {target:7}  {:10.4}", predict(x1, x2))?;
        }
        chart = chart.dots(&format!("target {target}"), points.to_vec());
    }
    file::draw(out, "target/homework/decision.svg", &document("homework", &[chart]))
}
