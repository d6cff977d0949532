//! The activations, the softmax and the step.

use backprop::Matrix;

use super::difference::{derivative, gradient};
use super::evidence::{Evidence, Fault, Verdict, call, first_difference, hold, near, same, shape};
use super::mistake::Mistake;
use super::signature::factor;
use super::{Blanks, Function};

/// Pre-activations, none of them at the kink of ReLU.
fn points() -> Matrix {
    Matrix::from([[-2.0, -0.25, 0.5, 8.0], [-0.1, 0.25, 2.0, -8.0]])
}

fn far_out() -> Matrix {
    Matrix::row_vector(&[800.0, -800.0])
}

fn one(entry: f64) -> Matrix {
    Matrix::row_vector(&[entry])
}

pub fn relu(blanks: &Blanks) -> Verdict {
    let rule = "y is never negative, relu(z) · relu(−z) is 0, and relu(z) − relu(−z) is z";
    each(blanks.relu, &points(), rule, |z, y, of_minus| {
        y >= 0.0 && near(y * of_minus, 0.0) && near(y - of_minus, z)
    })?;
    each(blanks.relu, &one(0.0), rule, |_, y, _| near(y, 0.0))?;
    Ok(None)
}

pub fn sigmoid(blanks: &Blanks) -> Verdict {
    let rule = "y lies in (0, 1), and ln(y / (1 − y)) is z";
    each(blanks.sigmoid, &points(), rule, |z, y, _| near((y / (1.0 - y)).ln(), z))?;
    let rule = "y is 1 far to the right, and 0 far to the left";
    each(blanks.sigmoid, &far_out(), rule, |z, y, _| near(y, f64::from(z > 0.0)))?;
    Ok(None)
}

pub fn tanh(blanks: &Blanks) -> Verdict {
    each(
        blanks.tanh,
        &points(),
        "y lies in (−1, 1), and ½ ln((1 + y) / (1 − y)) is z",
        |z, y, _| near(y.atanh(), z),
    )?;
    let rule = "y is 1 far to the right, and −1 far to the left";
    each(blanks.tanh, &far_out(), rule, |z, y, _| near(y, z.signum()))?;
    Ok(None)
}

/// Asserts of every entry that `z`, `f(z)` and `f(−z)` are as the rule says.
fn each(
    f: Function,
    z: &Matrix,
    rule: &str,
    holds: fn(f64, f64, f64) -> bool,
) -> Result<(), Fault> {
    let (y, of_minus) = (call(|| f(z))?, call(|| f(&(z * -1.0)))?);
    shape("the result", &y, z.shape(), "like z")?;
    shape("the result", &of_minus, z.shape(), "like z")?;
    for (at, &z) in z.as_slice().iter().enumerate() {
        let (y, of_minus) = (y.as_slice()[at], of_minus.as_slice()[at]);
        if !holds(z, y, of_minus) {
            let told =
                format!("z = {z}: yours is {y:.6}, and for −z it is {of_minus:.6}; but {rule}");
            let overflows = y.is_nan() && z.abs() > 700.0;
            return Err(Evidence::of(overflows.then_some(Mistake::SigmoidOverflows), told));
        }
    }
    Ok(())
}

pub fn relu_backward(blanks: &Blanks) -> Verdict {
    element_wise("relu", blanks.relu, blanks.relu_backward, &[])?;
    let kink = call(|| (blanks.relu_backward)(&one(0.0)))?;
    let kink = kink.as_slice()[0];
    hold((0.0..=1.0).contains(&kink), || {
        format!("z = 0: yours is {kink}; there is no derivative, but 0 is the custom")
    })?;
    Ok(None)
}

pub fn sigmoid_backward(blanks: &Blanks) -> Verdict {
    let of_output = points().map(|y| y * (1.0 - y));
    element_wise(
        "sigmoid",
        blanks.sigmoid,
        blanks.sigmoid_backward,
        &[(Mistake::InTermsOfY, of_output)],
    )?;
    vanishes(blanks.sigmoid_backward)
}

pub fn tanh_backward(blanks: &Blanks) -> Verdict {
    let of_output = points().map(|y| 1.0 - y * y);
    let squared = points().map(|z| z.tanh() * z.tanh());
    let like = [(Mistake::InTermsOfY, of_output), (Mistake::LostMinus, squared)];
    element_wise("tanh", blanks.tanh, blanks.tanh_backward, &like)?;
    vanishes(blanks.tanh_backward)
}

fn element_wise(
    name: &str,
    forward: Function,
    backward: Function,
    like: &[(Mistake, Matrix)],
) -> Result<(), Fault> {
    let z = points();
    let found = call(|| backward(&z))?;
    let mut right = z.clone();
    for at in (0..z.rows()).flat_map(|i| (0..z.cols()).map(move |j| (i, j))) {
        right[at] = derivative(|h| call(|| forward(&one(z[at] + h)).as_slice()[0]))?;
    }
    compare(name, "z", &z, &found, &right, like)
}

/// Far out a bounded activation is flat.
fn vanishes(backward: Function) -> Verdict {
    each(
        backward,
        &far_out(),
        "φ′ is 0 far out, where the activation is flat",
        |_, slope, _| near(slope, 0.0),
    )?;
    Ok(None)
}

/// Asserts that a derivative is the difference quotient, and names the mistake it looks like.
pub fn compare(
    name: &str,
    variable: &str,
    at: &Matrix,
    found: &Matrix,
    right: &Matrix,
    like: &[(Mistake, Matrix)],
) -> Result<(), Fault> {
    shape("the result", found, at.shape(), &format!("like {variable}"))?;
    first_difference(found, right).map_or(Ok(()), |(i, j)| {
        let mistake =
            like.iter().find(|(_, wrong)| same(found, wrong)).map(|(mistake, _)| *mistake);
        let (x, yours, theirs) = (at[(i, j)], found[(i, j)], right[(i, j)]);
        let quotient = format!("a difference quotient of your own {name} {theirs:.6}");
        let all = factor(&[(found, right)]).filter(|_| mistake.is_none());
        let all = all.map_or(String::new(), |factor| {
            format!("\nevery entry is {factor:.4} times what it should be")
        });
        Err(Evidence::of(
            mistake,
            format!("entry ({i}, {j}), {variable} = {x}: yours {yours:.6}, {quotient}{all}"),
        ))
    })
}

pub fn step(blanks: &Blanks) -> Verdict {
    let (x, eta) = (points(), 0.3);
    let gradient = x.map(|x| 12.0 - x);
    let found = call(|| (blanks.step)(&x, &gradient, eta))?;
    shape("the result", &found, x.shape(), "like x")?;
    let moved = &(&x - &found) * eta.recip();
    first_difference(&moved, &gradient).map_or(Ok(None), |at| {
        let like = same(&moved, &(&gradient * -1.0)).then_some(Mistake::Uphill);
        let (x, found, gradient, moved) = (x[at], found[at], gradient[at], moved[at]);
        let told = format!("x = {x}, ∇ = {gradient}, η = {eta}: yours is {found:.6}, so (x − yours) / η = {moved:.6}");
        Err(Evidence::of(like, format!("{told}, which must be ∇")))
    })
}

/// Each row sums to 1, and `ln(yⱼ/y₀)` is `zⱼ − z₀`.
pub fn softmax(blanks: &Blanks) -> Verdict {
    let z = points();
    let y = call(|| (blanks.softmax)(&z))?;
    shape("the result", &y, z.shape(), "like z")?;
    let told = format!("of z =\n{z:.2}\nyours is\n{y:.4}");
    for i in 0..z.rows() {
        let sum: f64 = y.row(i).iter().sum();
        if !near(sum, 1.0) {
            let columns = y.column_sums().as_slice().iter().all(|&sum| near(sum, 1.0));
            let like = columns.then_some(Mistake::SoftmaxOfColumns);
            return Err(Evidence::of(
                like,
                format!("{told}\nand row {i} sums to {sum:.6}, not to 1"),
            ));
        }
        for j in 1..z.cols() {
            let (found, right) = ((y[(i, j)] / y[(i, 0)]).ln(), z[(i, j)] - z[(i, 0)]);
            hold(near(found, right), || {
                format!(
                    "{told}\nand ln(y[{i},{j}] / y[{i},0]) is {found:.6}, but z[{i},{j}] − z[{i},0] is {right}"
                )
            })?;
        }
    }
    let far = Matrix::from([[800.0, 0.0], [-800.0, 0.0], [-800.0, -1600.0]]);
    let right = Matrix::from([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]);
    let y = call(|| (blanks.softmax)(&far))?;
    let like = (!y.is_finite()).then_some(Mistake::SoftmaxOverflows);
    let told = || format!("of z =\n{far}\nyours is\n{y}\nbut must be\n{right}");
    if same(&y, &right) { Ok(None) } else { Err(Evidence::of(like, told())) }
}

/// `∇_z` of `⟨g, softmax(z)⟩` for some `g`.
pub fn softmax_backward(blanks: &Blanks) -> Verdict {
    let z = points();
    let g = z.map(|z| 1.0 - z / 4.0);
    let made_up = Matrix::from_fn(z.rows(), z.cols(), |_, _| 0.25);
    let _ = call(|| (blanks.softmax_backward)(&made_up, &g))?;
    let y = call(|| (blanks.softmax)(&z))?;
    let found = call(|| (blanks.softmax_backward)(&y, &g))?;
    let right = gradient(&z, |z| call(|| (blanks.softmax)(z).hadamard(&g).sum()))?;
    let diagonal = y.map(|y| y * (1.0 - y)).zip_map(&g, |slope, g| slope * g);
    compare("softmax", "z", &z, &found, &right, &[(Mistake::DiagonalSoftmax, diagonal)])?;
    Ok(None)
}
