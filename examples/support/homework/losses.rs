//! The two cross-entropies and their derivatives.

use backprop::Matrix;

use super::Blanks;
use super::difference::gradient;
use super::evidence::{Evidence, Fault, Verdict, call, hold, near};
use super::functions::compare;
use super::mistake::Mistake;

/// `ℰ` or `∂ℰ/∂Y`, of targets and outputs.
type Loss<T> = fn(&Matrix, &Matrix) -> T;

const SAMPLES: usize = 3;
const OUTPUTS: usize = 4;

/// Targets and outputs of three samples, four outputs each.
fn batch() -> (Matrix, Matrix) {
    let t = Matrix::from([[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]);
    (t, Matrix::from([[0.2, 0.3, 0.1, 0.4], [0.5, 0.1, 0.2, 0.2], [0.1, 0.1, 0.7, 0.1]]))
}

fn row(entries: &[f64]) -> Matrix {
    Matrix::row_vector(entries)
}

pub fn binary(blanks: &Blanks) -> Verdict {
    likelihood(blanks.binary_cross_entropy, |t, y| if t == 1.0 { y } else { 1.0 - y })
}

pub fn categorical(blanks: &Blanks) -> Verdict {
    likelihood(blanks.categorical_cross_entropy, |t, y| if t == 1.0 { y } else { 1.0 })
}

/// `e^(−Nℰ)` is the product of the probabilities that were given to what happened, `ℰ` is linear in `t`, and what is
/// certain and right adds nothing.
fn likelihood(loss: Loss<f64>, given: fn(f64, f64) -> f64) -> Verdict {
    let (t, y) = batch();
    probability(loss, given, &t, &y)?;
    probability(loss, given, &t.select_rows(&[0, 1]), &y.select_rows(&[0, 1]))?;
    linear_in_t(loss)?;
    certain_and_right(loss)
}

fn probability(
    loss: Loss<f64>,
    given: fn(f64, f64) -> f64,
    t: &Matrix,
    y: &Matrix,
) -> Result<(), Fault> {
    let (found, samples) = (call(|| loss(t, y))?, t.rows());
    let told = || format!("of t =\n{t:.0}\nand y =\n{y:.1}\nyours is {found:.6}");
    hold(found.is_finite(), || format!("{}, which is no number", told()))?;
    let probability: f64 =
        t.as_slice().iter().zip(y.as_slice()).map(|(&t, &y)| given(t, y)).product();
    let (n, right) = (samples as f64, -probability.ln() / samples as f64);
    if near(found, right) {
        return Ok(());
    }
    let mistakes = [
        (n, Mistake::SumForMean(samples)),
        (1.0 / n, Mistake::MeanTwice(samples)),
        (1.0 / OUTPUTS as f64, Mistake::MeanOverOutputs(OUTPUTS)),
        (-1.0, Mistake::SignOfLoss),
    ];
    let like = mistakes
        .into_iter()
        .find(|(factor, _)| near(found, factor * right))
        .map(|(_, mistake)| mistake);
    let identity = format!("e^(−N · {found:.6}) = {:.3e}", (-n * found).exp());
    let rule = format!(
        "must be {probability:.3e}, the product of the probabilities that the outputs give to what happened"
    );
    Err(Evidence::of(like, format!("{}, and {identity}, N = {samples},\n{rule}", told())))
}

fn linear_in_t(loss: Loss<f64>) -> Result<(), Fault> {
    let at = |t: f64| call(|| loss(&row(&[t]), &row(&[0.2])));
    let (mixed, sum) = (at(0.3)?, 0.3 * at(1.0)? + 0.7 * at(0.0)?);
    hold(near(mixed, sum), || {
        format!(
            "t = 0.3, y = 0.2: yours is {mixed:.6}, but 0.3 ℰ(t = 1) + 0.7 ℰ(t = 0) is {sum:.6}: ℰ is linear in t"
        )
    })
}

/// An output that is certain and right, beside another that is not.
fn certain_and_right(loss: Loss<f64>) -> Verdict {
    let mut remark = None;
    for certain in [0.0, 1.0] {
        let alone = call(|| loss(&row(&[1.0]), &row(&[0.4])))?;
        let found = call(|| loss(&row(&[1.0, certain]), &row(&[0.4, certain])))?;
        if !near(found, alone) {
            let told = format!(
                "t = (1, {certain}), y = (0.4, {certain}): yours is {found:.6}, without the second {alone:.6};"
            );
            let like = found.is_nan().then_some(Mistake::ZeroTimesInfinity);
            return Err(Evidence::of(
                like,
                format!("{told} what is certain and right adds nothing"),
            ));
        }
        if call(|| loss(&row(&[certain]), &row(&[certain])))? != 0.0 {
            remark = Some(Mistake::SmallConstant);
        }
    }
    Ok(remark)
}

pub fn binary_backward(blanks: &Blanks) -> Verdict {
    backward(
        "binary_cross_entropy",
        blanks.binary_cross_entropy,
        blanks.binary_cross_entropy_backward,
    )
}

pub fn categorical_backward(blanks: &Blanks) -> Verdict {
    let backward_of = blanks.categorical_cross_entropy_backward;
    backward("categorical_cross_entropy", blanks.categorical_cross_entropy, backward_of)
}

fn backward(name: &str, forward: Loss<f64>, backward: Loss<Matrix>) -> Verdict {
    let (mut t, y) = batch();
    t.row_mut(0).copy_from_slice(&[0.3, 0.5, 0.2, 0.0]);
    let found = call(|| backward(&t, &y))?;
    let right = gradient(&y, |y| call(|| forward(&t, y)))?;
    let n = SAMPLES as f64;
    let like = [
        (Mistake::SumForMean(SAMPLES), &right * n),
        (Mistake::MeanTwice(SAMPLES), &right * n.recip()),
        (Mistake::MeanOverOutputs(OUTPUTS), &right * (1.0 / OUTPUTS as f64)),
        (Mistake::SignOfLoss, &right * -1.0),
        (Mistake::OfZBehindSigmoid, &(&y - &t) * n.recip()),
        (Mistake::OfZBehindSigmoid, &y - &t),
    ];
    compare(name, "y", &y, &found, &right, &like)?;
    for certain in [0.0, 1.0] {
        let found = call(|| backward(&row(&[certain]), &row(&[certain])))?.as_slice()[0];
        if !(-1.001..=1.001).contains(&found) {
            let told = format!(
                "t = y = {certain}: yours is {found}, but ∂ℰ/∂y lies between −1 and 1 there"
            );
            return Err(Evidence::of(found.is_nan().then_some(Mistake::ZeroTimesInfinity), told));
        }
    }
    let nearly_certain = call(|| backward(&row(&[1.0]), &row(&[1e-12])))?.as_slice()[0];
    Ok((!near(nearly_certain.abs() / 1e12, 1.0)).then_some(Mistake::SmallConstant))
}
