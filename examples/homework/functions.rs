//! The losses, the activations, the softmax and the step.

use backprop::{Matrix, difference};

use super::evidence::{
    CONSTANT, DIAGONAL, Fault, LARGEST, MEAN_TWICE, NAN, OF_Y, OF_Z, OUTPUTS, OVERFLOW, SIGN, SUM,
    UPHILL, Verdict, compare, hold, near, of_factor, same, shape,
};
use super::judge::{Blanks, Function};

/// `ℰ` or `∂ℰ/∂Y`, of targets and outputs.
type Loss<T> = fn(&Matrix, &Matrix) -> T;

fn row(entries: &[f64]) -> Matrix {
    Matrix::row_vector(entries)
}

/// Targets and outputs of three samples, four outputs each.
fn batch() -> (Matrix, Matrix) {
    let t = Matrix::from([[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]);
    (t, Matrix::from([[0.2, 0.3, 0.1, 0.4], [0.5, 0.1, 0.2, 0.2], [0.1, 0.1, 0.7, 0.1]]))
}

pub fn binary(blanks: &Blanks) -> Verdict {
    likelihood(blanks.binary_cross_entropy, |t, y| if t == 1.0 { y } else { 1.0 - y })
}

pub fn categorical(blanks: &Blanks) -> Verdict {
    likelihood(blanks.categorical_cross_entropy, |t, y| if t == 1.0 { y } else { 1.0 })
}

/// `e^(−Nℰ)` is the product of the probabilities given to what happened, `ℰ` is linear in `t`, and
/// what is certain and right adds nothing.
fn likelihood(loss: Loss<f64>, given: fn(f64, f64) -> f64) -> Verdict {
    let (t, y) = batch();
    let (n, found) = (t.rows() as f64, loss(&t, &y));
    let product: f64 = t.as_slice().iter().zip(y.as_slice()).map(|(&t, &y)| given(t, y)).product();
    let right = -product.ln() / n;
    if !near(found, right) {
        let hints = [(n, SUM), (1.0 / n, MEAN_TWICE), (0.25, OUTPUTS), (-1.0, SIGN)];
        let hint = if found.is_nan() { Some(NAN) } else { of_factor(Some(found / right), &hints) };
        let told = format!(
            "of t =\n{t:.0}\nand y =\n{y:.1}\nyours is {found:.6}, and e^(−3 · yours) {:.3e}",
            (-n * found).exp()
        );
        let rule = format!(
            "must be {product:.3e}, the product of the probabilities\nthat the outputs give to what happened"
        );
        return Err(Fault::Wrong(format!("{told}\n{rule}"), hint));
    }
    let at = |t: f64| loss(&row(&[t]), &row(&[0.2]));
    let (mixed, sum) = (at(0.3), 0.3 * at(1.0) + 0.7 * at(0.0));
    hold(near(mixed, sum), || {
        format!(
            "t = 0.3, y = 0.2: yours is {mixed:.6}, but ℰ is linear in t:\n0.3 ℰ(t = 1) + 0.7 ℰ(t = 0) is {sum:.6}"
        )
    })?;
    certain_and_right(loss)
}

/// An output that is certain and right, beside another that is not.
fn certain_and_right(loss: Loss<f64>) -> Verdict {
    for certain in [0.0, 1.0] {
        let alone = loss(&row(&[1.0]), &row(&[0.4]));
        let found = loss(&row(&[1.0, certain]), &row(&[0.4, certain]));
        if !near(found, alone) {
            let told = format!(
                "t = (1, {certain}), y = (0.4, {certain}): yours is {found:.6}, but must be\n{alone:.6} = −ln 0.4: the second output is certain and right, and adds 0"
            );
            return Err(Fault::Wrong(told, found.is_nan().then_some(NAN)));
        }
    }
    let certain = |t: f64| loss(&row(&[t]), &row(&[t])) == 0.0;
    Ok((!certain(0.0) || !certain(1.0)).then_some(CONSTANT))
}

pub fn binary_backward(blanks: &Blanks) -> Verdict {
    loss_backward(blanks.binary_cross_entropy, blanks.binary_cross_entropy_backward)
}

pub fn categorical_backward(blanks: &Blanks) -> Verdict {
    loss_backward(blanks.categorical_cross_entropy, blanks.categorical_cross_entropy_backward)
}

fn loss_backward(loss: Loss<f64>, backward: Loss<Matrix>) -> Verdict {
    let (mut t, y) = batch();
    t.row_mut(0).copy_from_slice(&[0.3, 0.5, 0.2, 0.0]);
    let (n, found) = (t.rows() as f64, backward(&t, &y));
    let of_z = |factor: f64| same(&found, &(&(&y - &t) * factor));
    let of_z = (of_z(1.0) || of_z(1.0 / n)).then_some(OF_Z);
    let right = difference(&y, |y| loss(&t, y)).gradient;
    let hints = [(n, SUM), (1.0 / n, MEAN_TWICE), (0.25, OUTPUTS), (-1.0, SIGN)];
    is_slope("∂ℰ/∂Y", found, right, |factor| of_z.or(of_factor(factor, &hints)))?;
    for t in [0.0, 1.0] {
        let found = backward(&row(&[t]), &row(&[t])).as_slice()[0];
        let told = format!("t = y = {t}: yours is {found}, but ∂ℰ/∂y lies between −1 and 1");
        if !(-1.001..=1.001).contains(&found) {
            return Err(Fault::Wrong(told, found.is_nan().then_some(NAN)));
        }
    }
    let nearly_certain = backward(&row(&[1.0]), &row(&[1e-12])).as_slice()[0].abs();
    Ok((!near(nearly_certain / 1e12, 1.0)).then_some(CONSTANT))
}

/// One derivative, held against what difference quotients give.
fn is_slope(
    name: &str,
    found: Matrix,
    right: Matrix,
    hint: impl FnOnce(Option<f64>) -> Option<super::evidence::Hint>,
) -> Result<(), Fault> {
    compare(
        &[(name.to_string(), found)],
        &[right],
        "a difference quotient of your own function",
        hint,
    )
}

/// Pre-activations, none of them at the kink of ReLU.
fn points() -> Matrix {
    Matrix::from([[-2.0, -0.25, 0.5, 8.0], [-0.1, 0.25, 2.0, -8.0]])
}

fn far_out() -> Matrix {
    row(&[800.0, -800.0])
}

pub fn relu(blanks: &Blanks) -> Verdict {
    let rule = "y is never negative, relu(z) · relu(−z) is 0,\nand relu(z) − relu(−z) is z";
    let holds =
        |z, y: f64, of_minus: f64| y >= 0.0 && near(y * of_minus, 0.0) && near(y - of_minus, z);
    each(blanks.relu, &points(), rule, holds)?;
    each(blanks.relu, &row(&[0.0]), rule, holds)
}

pub fn sigmoid(blanks: &Blanks) -> Verdict {
    let rule = "y lies in (0, 1), and ln(y / (1 − y)) is z";
    each(blanks.sigmoid, &points(), rule, |z, y, _| near((y / (1.0 - y)).ln(), z))?;
    let rule = "y is 1 far to the right, and 0 far to the left";
    each(blanks.sigmoid, &far_out(), rule, |z, y, _| near(y, f64::from(z > 0.0)))
}

pub fn tanh(blanks: &Blanks) -> Verdict {
    let rule = "y lies in (−1, 1), and ½ ln((1 + y) / (1 − y)) is z";
    each(blanks.tanh, &points(), rule, |z, y, _| near(y.atanh(), z))?;
    let rule = "y is 1 far to the right, and −1 far to the left";
    each(blanks.tanh, &far_out(), rule, |z, y, _| near(y, z.signum()))
}

/// Holds if every `z`, `f(z)` and `f(−z)` is as the rule says.
fn each(f: Function, z: &Matrix, rule: &str, holds: impl Fn(f64, f64, f64) -> bool) -> Verdict {
    let (y, of_minus) = (f(z), f(&-z));
    shape("the result", &y, z)?;
    shape("the result", &of_minus, z)?;
    for (at, &z) in z.as_slice().iter().enumerate() {
        let (y, of_minus) = (y.as_slice()[at], of_minus.as_slice()[at]);
        if !holds(z, y, of_minus) {
            let told =
                format!("z = {z}: yours is {y:.6}, and for −z it is {of_minus:.6}; but\n{rule}");
            return Err(Fault::Wrong(told, y.is_nan().then_some(OVERFLOW)));
        }
    }
    Ok(None)
}

pub fn relu_backward(blanks: &Blanks) -> Verdict {
    element_wise(blanks.relu, blanks.relu_backward)?;
    let kink = (blanks.relu_backward)(&row(&[0.0])).as_slice()[0];
    hold((0.0..=1.0).contains(&kink), || {
        format!("z = 0: yours is {kink}; there is no derivative, but 0 is the custom")
    })?;
    Ok(None)
}

pub fn sigmoid_backward(blanks: &Blanks) -> Verdict {
    element_wise(blanks.sigmoid, blanks.sigmoid_backward)?;
    each(blanks.sigmoid_backward, &far_out(), "φ′ is 0 far out", |_, slope, _| near(slope, 0.0))
}

pub fn tanh_backward(blanks: &Blanks) -> Verdict {
    element_wise(blanks.tanh, blanks.tanh_backward)?;
    each(blanks.tanh_backward, &far_out(), "φ′ is 0 far out", |_, slope, _| near(slope, 0.0))
}

fn element_wise(phi: Function, phi_prime: Function) -> Result<(), Fault> {
    let z = points();
    let found = phi_prime(&z);
    let right = difference(&z, |z| phi(z).sum()).gradient;
    let of_y = same(&phi_prime(&phi(&z)), &right).then_some(OF_Y);
    let hints = [(-1.0, SIGN)];
    is_slope("φ′", found, right, |factor| of_y.or(of_factor(factor, &hints)))
}

pub fn step(blanks: &Blanks) -> Verdict {
    let (x, eta) = (points(), 0.3);
    let gradient = x.map(|x| 12.0 - x);
    let found = (blanks.step)(&x, &gradient, eta);
    shape("the result", &found, &x)?;
    let moved = &(&x - &found) / eta;
    compare(&[("(x − yours) / η".into(), moved)], &[gradient], "but ∇ is", |factor| {
        of_factor(factor, &[(-1.0, UPHILL)])
    })?;
    Ok(None)
}

/// Each row sums to 1, and `ln(yⱼ/y₀)` is `zⱼ − z₀`.
pub fn softmax(blanks: &Blanks) -> Verdict {
    let z = points();
    let y = (blanks.softmax)(&z);
    shape("the result", &y, &z)?;
    let told = format!("of z =\n{z:.2}\nyours is\n{y:.4}");
    for i in 0..z.rows() {
        let sum: f64 = y.row(i).iter().sum();
        hold(near(sum, 1.0), || {
            format!("{told}\nand row {i} sums to {sum:.6}; a sample is a row")
        })?;
        for j in 1..z.cols() {
            let (found, right) = ((y[(i, j)] / y[(i, 0)]).ln(), z[(i, j)] - z[(i, 0)]);
            hold(near(found, right), || {
                format!(
                    "{told}\nand ln(y[{i},{j}] / y[{i},0]) is {found:.6},\nbut z[{i},{j}] − z[{i},0] is {right}"
                )
            })?;
        }
    }
    let far = Matrix::from([[800.0, 0.0], [-800.0, 0.0], [-800.0, -1600.0]]);
    let right = Matrix::from([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]);
    let y = (blanks.softmax)(&far);
    let told = || format!("of z =\n{far}\nyours is\n{y}\nbut must be\n{right}");
    if same(&y, &right) { Ok(None) } else { Err(Fault::Wrong(told(), Some(LARGEST))) }
}

/// `∇_z` of `⟨g, softmax(z)⟩` for some `g`.
pub fn softmax_backward(blanks: &Blanks) -> Verdict {
    let z = points();
    let g = z.map(|z| 1.0 - z / 4.0);
    let _ = (blanks.softmax_backward)(&Matrix::from_fn(2, 4, |_, _| 0.25), &g); // begun?
    let y = (blanks.softmax)(&z);
    let right = difference(&z, |z| (blanks.softmax)(z).hadamard(&g).sum()).gradient;
    let found = (blanks.softmax_backward)(&y, &g);
    let diagonal = same(&found, &y.map(|y| y * (1.0 - y)).hadamard(&g)).then_some(DIAGONAL);
    is_slope("∇_z", found, right, |_| diagonal)?;
    Ok(None)
}
