//! Tells how the blanks of `examples/homework.rs` stand; when all are right, trains with them.

use std::io::{StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;

use backprop::{Dataset, Initialization, Matrix, Rng};

use super::homework::evidence::{Fault, call};
use super::homework::{Blanks, Finding, ITEMS, Layer, State};
use super::{Failure, terminal, write_file, xor_pictures};

const USAGE: &str = "\
usage: cargo run --example homework

Fill in the blanks of examples/homework.rs; this says of each whether it is right.
Hints are in docs/homework.md.";

const ITERATIONS: usize = 250;

/// Runs the report of these blanks.
pub fn report(blanks: &Blanks) -> ExitCode {
    super::run(USAGE, |flags, out| {
        flags.rest(0)?;
        let findings = look(blanks, out)?;
        let ready = ITEMS.iter().zip(&findings).all(|(item, finding)| match finding.state {
            State::Wrong(_) => false,
            _ => item.optional() || finding.is_right(),
        });
        if !ready {
            return Ok(());
        }
        match call(|| train(blanks)) {
            Ok((layers, losses)) => draw(blanks, out, &layers, &losses),
            Err(fault) => {
                let why = if let Fault::Wrong(evidence) = fault {
                    evidence.to_string()
                } else {
                    String::new()
                };
                Err(Failure::Failed(format!(
                    "training 2-2-1 fails, though all is right on other networks:{why}"
                )))
            }
        }
    })
}

/// Tells of each blank as soon as it is known: should one never come back, its name is the last on the screen.
fn look(blanks: &Blanks, out: &mut StdoutLock) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for item in &ITEMS {
        write!(out, "{:5} {:36} ", item.exercise, item.name)?;
        out.flush()?;
        let finding = item.look(blanks, &findings);
        writeln!(out, "{}", finding.state)?;
        findings.push(finding);
    }
    let right = findings.iter().filter(|finding| finding.is_right()).count();
    let to_do = |finding: &Finding| matches!(finding.state, State::NotYet(_) | State::Wrong(_));
    let next = ITEMS.iter().zip(&findings).find(|(_, finding)| to_do(finding));
    let next = next.map_or("All done.".to_string(), |(item, _)| {
        format!("Next: {}, exercise {}; hints are in docs/homework.md.", item.name, item.exercise)
    });
    writeln!(out, "\n{right} of {} right. {next}", findings.len())?;
    Ok(findings)
}

/// Exercise 2.7, with the reader's own functions: 2-2-1, tanh and sigmoid, from a start that is known to succeed.
///
/// The layers afterwards, and the loss before each step.
fn train(blanks: &Blanks) -> (Vec<Layer>, Vec<f64>) {
    let mut rng = Rng::new(2);
    let mut layer = |units, inputs, phi, phi_prime| {
        let weights = Initialization::default().weights(units, inputs, &mut rng);
        Layer { weights, biases: Matrix::zeros(1, units), phi, phi_prime }
    };
    let hidden = layer(2, 2, blanks.tanh, blanks.tanh_backward);
    let mut layers = vec![hidden, layer(1, 2, blanks.sigmoid, blanks.sigmoid_backward)];
    let data = Dataset::xor();
    let mut step = || (blanks.train_on_batch)(&mut layers, data.inputs(), data.targets(), 1.0, 0.0);
    let losses = (0..=ITERATIONS).map(|_| step()).collect();
    (blanks.forward)(&layers, &Matrix::row_vector(&[0.0, 0.0])); // one point, as the pictures ask for it
    (layers, losses)
}

fn draw(
    blanks: &Blanks,
    out: &mut StdoutLock,
    layers: &[Layer],
    losses: &[f64],
) -> Result<(), Failure> {
    writeln!(
        out,
        "\nYour network learns the exclusive or: 2-2-1, learning rate 1.\n\niteration    loss"
    )?;
    for (iteration, loss) in losses.iter().enumerate().step_by(50) {
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
