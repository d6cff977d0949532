//! Weight decay: the penalty, its gradient, and training with it.

use super::case::Case;
use super::evidence::{Evidence, Fault, Verdict, call, hold, near};
use super::network::begun;
use super::signature::{self, difference, minus};
use super::{Blanks, Layer};

const LAMBDA: f64 = 0.3;

/// `λ/2 · Σ ‖W‖²`: of a weight that is 1 it is λ/2, of one twice as large four times as much, of all the sum.
pub fn penalty(blanks: &Blanks) -> Verdict {
    let case = Case::new(blanks, &[2, 3, 2, 1], 1);
    let of = |layers: &[Layer]| call(|| (blanks.penalty)(layers, LAMBDA));
    let biases = of(&alone(&case.layers, 0, 0, 0.0))?;
    hold(near(biases, 0.0), || {
        format!("all weights 0, λ = {LAMBDA}: yours is {biases:.6}, but biases cost nothing")
    })?;
    let (all, mut sum) = (of(&case.layers)?, 0.0);
    for (l, layer) in case.layers.iter().enumerate() {
        for (at, &w) in layer.weights.as_slice().iter().enumerate() {
            for (w, rule) in [(1.0, "λ/2"), (2.0, "4 · λ/2")] {
                let (found, right) = (of(&alone(&case.layers, l, at, w))?, LAMBDA / 2.0 * w * w);
                let told = || {
                    format!(
                        "a weight of layer {} is {w}, all others 0, λ = {LAMBDA}: yours is {found:.6}",
                        l + 1
                    )
                };
                hold(near(found, right), || format!("{}, but must be {rule} = {right}", told()))?;
            }
            sum += of(&alone(&case.layers, l, at, w))?;
        }
    }
    hold(near(all, sum), || {
        format!("of all weights together yours is {all:.6}, one by one it adds up to {sum:.6}")
    })?;
    Ok(None)
}

/// These layers, but with one weight alone.
fn alone(layers: &[Layer], l: usize, at: usize, w: f64) -> Vec<Layer> {
    let mut layers = layers.to_vec();
    for layer in &mut layers {
        layer.weights = &layer.weights * 0.0;
    }
    layers[l].weights.as_mut_slice()[at] = w;
    layers
}

/// What the decay adds to the gradient is the gradient of the reader's own penalty.
pub fn backward(blanks: &Blanks) -> Verdict {
    begun(blanks)?;
    let case = Case::new(blanks, &[2, 4, 3, 2], 5);
    let found = minus(&case.gradients(LAMBDA)?, &case.gradients(0.0)?);
    let right = case.quotients(|layers| call(|| (blanks.penalty)(layers, LAMBDA)))?;
    let Some(told) =
        difference("λ = 0.3 adds", &found, &right, "a difference quotient of your own penalty")
    else {
        return Ok(None);
    };
    if !signature::equal(&found, &signature::times(&right, 0.0)) {
        return Err(Evidence::of(signature::of_decay(&case, &found, &right, LAMBDA), told));
    }
    let trained = minus(&case.moved(2.0, LAMBDA)?.0, &case.moved(2.0, 0.0)?.0);
    if signature::equal(&trained, &found) {
        return Err(Fault::Lacks(": λ adds nothing"));
    }
    let told = "it gives the same for λ = 0 and λ = 0.3, though train_on_batch does not: the decay belongs into backward";
    Err(Evidence::of(None, told.to_string()))
}

/// The decay moves the weights by the gradient of the penalty, once, and the loss that is returned has the penalty in it.
pub fn train_on_batch(blanks: &Blanks) -> Verdict {
    let case = Case::new(blanks, &[2, 4, 3, 2], 5);
    let ((with, loss), (without, _)) = (case.moved(2.0, LAMBDA)?, case.moved(2.0, 0.0)?);
    let own = |layers: &[Layer]| call(|| (blanks.penalty)(layers, LAMBDA));
    let (found, right) = (minus(&with, &without), case.quotients(own)?);
    let told = difference(
        "η = 2, with λ = 0.3 (before − after) / η grows by",
        &found,
        &right,
        "a difference quotient of your own penalty",
    );
    if let Some(told) = told {
        return Err(Evidence::of(signature::of_decay(&case, &found, &right, LAMBDA), told));
    }
    let (error, penalty) = (case.loss(&case.layers)?, own(&case.layers)?);
    hold(near(loss, error + penalty), || {
        let told = format!("λ = {LAMBDA}: it returns {loss:.6}, but ℒ before the step is");
        format!(
            "{told} {error:.6} + {penalty:.6} = {:.6}, the error and the penalty",
            error + penalty
        )
    })?;
    Ok(None)
}
