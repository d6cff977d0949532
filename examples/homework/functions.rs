//! The checks of the losses, the activations, the step and softmax.

use backprop::{Matrix, difference};

use super::evidence::{Bug, Verdict, compare, hold, near, of_mean, same, shape};
use super::judge::{Blanks, Function};

/// `ℰ` or `∂ℰ/∂Y`, of targets and outputs.
type Loss<T> = fn(&Matrix, &Matrix) -> T;

const QUOTIENT: &str = "a difference quotient of your own function";
const UNDEFINED: &str = "NaN where y is 0 or 1, because of 0 · ln 0 or 0/0";
const SMALL_CONSTANT: &str = "inexact where y is almost 0 or 1: a small constant is added";

/// `e^(−ℰ)` is the probability that `y` gives to `t`, which is `y` for `t = 1` and `zero(y)` for `t = 0`;
/// `ℰ` is linear in `t`, a sum over the outputs and a mean over the samples.
pub fn loss(loss: Loss<f64>, zero: fn(f64) -> f64) -> Verdict {
    let (t, y) = batch();
    let one = |t: f64, y: f64| loss(&row(&[t]), &row(&[y]));
    let sum = |i: usize| t.row(i).iter().zip(y.row(i)).map(|(&t, &y)| one(t, y)).sum::<f64>();
    let linear = 0.3 * one(1.0, 0.2) + 0.7 * one(0.0, 0.2);
    let (first, mean) = (loss(&row(t.row(0)), &row(y.row(0))), (sum(0) + sum(1) + sum(2)) / 3.0);
    for (name, found, rule, right) in [
        ("ℰ of t = 1, y = 0.2", one(1.0, 0.2), "−ln of the probability of t is", -0.2_f64.ln()),
        ("ℰ of t = 0, y = 0.2", one(0.0, 0.2), "−ln of the probability of t is", -zero(0.2).ln()),
        ("ℰ of t = 0.3, y = 0.2", one(0.3, 0.2), "0.3 ℰ(t = 1) + 0.7 ℰ(t = 0) is", linear),
        ("ℰ of one sample", first, "the sum over its outputs, each alone, is", sum(0)),
        ("ℰ of 3 samples", loss(&t, &y), "the mean over the samples, each alone, is", mean),
    ] {
        let (found, right) = ([row(&[found])], [row(&[right])]);
        compare(|_, _| name.to_string(), &found, rule, &right, |factor| of_mean(factor, 3))?;
    }
    let certain = one(0.0, 0.0) + one(1.0, 1.0);
    Ok((certain != 0.0).then_some(if certain.is_finite() { SMALL_CONSTANT } else { UNDEFINED }))
}

/// `∂ℰ/∂Y` is the gradient of the student's own `ℰ`.
pub fn loss_backward(loss: Loss<f64>, backward: Loss<Matrix>) -> Verdict {
    let (t, y) = batch();
    let (found, right) = ([backward(&t, &y)], [difference(&y, |y| loss(&t, y)).gradient]);
    compare(|_, at| format!("∂ℰ/∂Y{at}"), &found, QUOTIENT, &right, |factor| of_mean(factor, 3))?;
    let one = |t: f64, y: f64| backward(&row(&[t]), &row(&[y])).sum();
    let finite = (one(0.0, 0.0) + one(1.0, 1.0)).is_finite();
    let inexact = !near(one(1.0, 1e-12) * 1e-12, -1.0);
    Ok(if finite { inexact.then_some(SMALL_CONSTANT) } else { Some(UNDEFINED) })
}

/// An equation holds for each `z` and `y = φ(z)`; `sides` are its two sides.
pub fn activation(phi: Function, equation: &str, sides: fn(f64, f64) -> [f64; 2]) -> Verdict {
    let (z, y) = (points(), phi(&points()));
    shape("the result", &y, &z)?;
    let [left, right] = [0, 1].map(|side| entries(&z.zip_map(&y, |z, y| sides(z, y)[side])));
    let name = |k: usize, _: &str| {
        format!("{equation} at z = {}, y = {:.6}", z.as_slice()[k], y.as_slice()[k])
    };
    compare(name, &left, "the right side is", &right, |_| None)?;
    Ok(overflow(phi))
}

/// `φ′` is the derivative of the student's own `φ`; at the kink of ReLU it is between its two slopes.
pub fn derivative(phi: Function, phi_prime: Function) -> Verdict {
    let (z, found) = (points(), phi_prime(&points()));
    shape("the result", &found, &z)?;
    let right = difference(&z, |z| phi(z).sum()).gradient;
    let of_y = same(&phi_prime(&phi(&z)), &right).then_some(Bug::PhiOfY);
    let name = |k: usize, _: &str| format!("φ′ at z = {}", z.as_slice()[k]);
    compare(name, &entries(&found), QUOTIENT, &entries(&right), |_| of_y)?;
    let kink = phi_prime(&row(&[0.0])).sum();
    hold((0.0..=1.0).contains(&kink), || format!("φ′ at z = 0: yours {kink}, but 0 ≤ φ′ ≤ 1"))?;
    Ok(overflow(phi_prime))
}

/// `(x − result) / η` is `∇`.
pub fn step(blanks: &Blanks) -> Verdict {
    let (x, eta) = (points(), 0.3);
    let gradient = x.map(|x| 12.0 - x);
    let found = (blanks.step)(&x, &gradient, eta);
    shape("the result", &found, &x)?;
    let found = &(&x - &found) * (1.0 / eta);
    compare(|_, at| format!("(x − yours){at} / η"), &[found], "but ∇ is", &[gradient], |_| None)
}

/// Each row sums to 1, and `ln(yⱼ / y₀)` is `zⱼ − z₀`.
pub fn softmax(blanks: &Blanks) -> Verdict {
    let (z, y) = (points(), (blanks.softmax)(&points()));
    shape("the result", &y, &z)?;
    let sums = Matrix::from_fn(z.rows(), 1, |i, _| y.row(i).iter().sum());
    let logs = Matrix::from_fn(z.rows(), z.cols(), |i, j| (y[(i, j)] / y[(i, 0)]).ln());
    let right = Matrix::from_fn(z.rows(), z.cols(), |i, j| z[(i, j)] - z[(i, 0)]);
    let name = |k, at: &str| format!("{}{at}", ["ln(y / y of column 0)", "row sums"][k]);
    compare(name, &[logs, sums.clone()], "it must be", &[right, sums.map(|_| 1.0)], |_| None)?;
    Ok(overflow(blanks.softmax))
}

/// `∇_z` is the gradient of `⟨g, softmax(z)⟩`, here for `g = t` and `z = ln y`, of which `y` is the softmax.
pub fn softmax_backward(blanks: &Blanks) -> Verdict {
    let (g, y) = batch();
    let found = (blanks.softmax_backward)(&y, &g);
    let of_z = |z: &Matrix| (blanks.softmax)(z).hadamard(&g).sum();
    let right = difference(&y.map(f64::ln), of_z).gradient;
    let diagonal = same(&found, &y.map(|y| y * (1.0 - y)).hadamard(&g));
    let bug = |_| diagonal.then_some(Bug::DiagonalSoftmax);
    compare(|_, at| format!("∇_z{at}"), &[found], QUOTIENT, &[right], bug)
}

/// A remark unless the function is finite where `eᶻ` is infinite or 0.
fn overflow(f: Function) -> Option<&'static str> {
    let far = Matrix::from([[800.0, 0.0], [-800.0, 0.0], [-800.0, -1600.0]]);
    (!f(&far).is_finite()).then_some("NaN at z = 800 or −800, where eᶻ is ∞ or 0")
}

fn row(entries: &[f64]) -> Matrix {
    Matrix::row_vector(entries)
}

/// Each entry as a matrix.
fn entries(m: &Matrix) -> Vec<Matrix> {
    m.as_slice().iter().map(|&entry| row(&[entry])).collect()
}

/// Pre-activations, none of them at the kink of ReLU.
fn points() -> Matrix {
    Matrix::from([[8.0, -8.0, -2.0, -0.25], [-0.1, 0.25, 0.5, 2.0]])
}

/// Targets and outputs of three samples with four outputs each.
fn batch() -> (Matrix, Matrix) {
    let t = Matrix::from([[0.3, 0.5, 0.2, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]);
    (t, Matrix::from([[0.2, 0.3, 0.1, 0.4], [0.5, 0.1, 0.2, 0.2], [0.1, 0.1, 0.7, 0.1]]))
}
