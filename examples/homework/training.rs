//! Tells how the blanks of `examples/homework/main.rs` stand; when all are right, trains with them.

use std::io::{StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;

use backprop::{Dataset, Initialization, Matrix, Rng};

use super::evidence::call;
use super::judge::{Blanks, ITEMS, Item, Layer, State};
use support::file::write_file;
use support::program::{self, Failure};
use support::{terminal, xor_pictures};

#[path = "../support"]
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
    pub mod xor_pictures;
}

const USAGE: &str = "\
usage: cargo run --example homework

Fill in the blanks of examples/homework/main.rs; this says of each whether it is
right. Hints are in docs/homework.md.";

const ITERATIONS: usize = 250;

/// Runs the report of these blanks.
pub fn report(blanks: &Blanks) -> ExitCode {
    program::run(USAGE, |flags, out| {
        flags.rest(0)?;
        let states = look(blanks, out)?;
        let ready =
            |(item, (_, state)): (&Item, &(&str, State))| item.optional() || state.is_right();
        if !ITEMS.iter().zip(&states).all(ready) {
            return Ok(());
        }
        match call(|| Ok(train(blanks))) {
            Ok((layers, losses)) => draw(blanks, out, &layers, &losses),
            Err(fault) => Err(Failure::Failed(format!(
                "training 2-2-1 fails, though all is right on other networks: {fault:?}"
            ))),
        }
    })
}

/// Tells of each blank as soon as it is known: should one never come back, its name is the last on the screen.
fn look(blanks: &Blanks, out: &mut StdoutLock) -> Result<Vec<(&'static str, State)>, Failure> {
    let mut states = Vec::new();
    for item in &ITEMS {
        write!(out, "{:5} {:36} ", item.0, item.1)?;
        out.flush()?;
        let state = item.judge(blanks, &states);
        writeln!(out, "{state}")?;
        states.push((item.1, state));
    }
    let right = states.iter().filter(|(_, state)| state.is_right()).count();
    writeln!(out, "\n{right} of {} right. {}", states.len(), next(&states))?;
    Ok(states)
}

/// What to do next: the first line that is not right, or what it waits for.
pub fn next(states: &[(&str, State)]) -> String {
    let first = states.iter().find(|(_, state)| !state.is_right());
    let name = match first {
        None => return "All done.".to_string(),
        Some((_, State::Waits(other))) => other,
        Some((name, _)) => *name,
    };
    format!("Next: {name}; hints are in docs/homework.md.")
}

/// Exercise 2.7, with the reader's own functions: 2-2-1, tanh and sigmoid, from a start that is known to succeed.
///
/// The layers afterwards, and the loss before each step.
fn train(blanks: &Blanks) -> (Vec<Layer>, Vec<(f64, f64)>) {
    let mut rng = Rng::new(2);
    let mut layer = |units, inputs, phi, phi_prime| {
        let weights = Initialization::default().weights(units, inputs, &mut rng);
        Layer { weights, biases: Matrix::zeros(1, units), phi, phi_prime }
    };
    let hidden = layer(2, 2, blanks.tanh, blanks.tanh_backward);
    let mut layers = vec![hidden, layer(1, 2, blanks.sigmoid, blanks.sigmoid_backward)];
    let data = Dataset::xor();
    let mut step = || (blanks.train_on_batch)(&mut layers, data.inputs(), data.targets(), 1.0, 0.0);
    let losses = (0..=ITERATIONS).map(|i| (i as f64, step())).collect();
    (blanks.forward)(&layers, &Matrix::row_vector(&[0.0, 0.0])); // one point, as the pictures ask for it
    (layers, losses)
}

fn draw(
    blanks: &Blanks,
    out: &mut StdoutLock,
    layers: &[Layer],
    losses: &[(f64, f64)],
) -> Result<(), Failure> {
    writeln!(
        out,
        "\nYour network learns the exclusive or: 2-2-1, learning rate 1.\n\niteration    loss"
    )?;
    for (iteration, loss) in losses.iter().step_by(50) {
        writeln!(out, "{iteration:9}  {loss:.4}")?;
    }
    let predict = |x1, x2| (blanks.forward)(layers, &Matrix::row_vector(&[x1, x2])).y[2][(0, 0)];
    let corners = ["(-2, 2)", "(2, 2)", "(-2, -2)", "(2, -2)"];
    let map = terminal::heat_map(predict, (-2.0, 2.0), (-2.0, 2.0), corners);
    writeln!(out, "\nWhat it predicts over the inputs, from blank (0) to @ (1):\n\n{map}")?;
    let pictures = [
        ("decision.svg", xor_pictures::decision("Prediction over the inputs", predict)),
        ("loss.svg", xor_pictures::loss_curve("Loss", losses)),
    ];
    for (file, picture) in pictures {
        let file = Path::new("target/homework").join(file);
        write_file(&file, &picture.document("homework"))?;
        writeln!(out, "picture: {}", file.display())?;
    }
    Ok(())
}
