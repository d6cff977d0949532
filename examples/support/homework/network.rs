//! The forward pass, backpropagation and the training step.

use backprop::Matrix;

use super::case::Case;
use super::evidence::{Evidence, Fault, Verdict, call, hold, near, same, shape};
use super::mistake::Mistake;
use super::signature::{self, difference};
use super::{Blanks, Layer, Trace};

/// The rule that a gradient is held against.
const OWN_LOSS: &str = "a difference quotient of your own loss";

/// Each layer alone adds up; and in a network of three each gets what the one below gives.
pub fn forward(blanks: &Blanks) -> Verdict {
    let case = Case::new(blanks, &[2, 4, 4, 1], 5);
    for (layer, phi) in case.layers.iter().zip(["tanh", "relu", "sigmoid"]) {
        one_layer(&case, layer, phi)?;
    }
    let whole = case.trace(&case.layers, &case.x)?;
    hold(same(&whole.y[0], &case.x), || {
        format!("y[0] is\n{}\nbut must be x =\n{}", whole.y[0], case.x)
    })?;
    for l in 1..=case.layers.len() {
        let alone = case.trace(&case.layers[l - 1..l], &whole.y[l - 1])?;
        for (name, found, right) in
            [("z", &whole.z[l], &alone.z[1]), ("y", &whole.y[l], &alone.y[1])]
        {
            hold(same(found, right), || {
                let told = format!("in a network of three layers {name}[{l}] is\n{found}");
                format!("{told}\nbut layer {l} alone, given y[{}], makes of it\n{right}", l - 1)
            })?;
        }
    }
    Ok(None)
}

/// Of the input 0 a layer gives its biases, of the unit vectors the columns of `W` besides.
fn one_layer(case: &Case, layer: &Layer, name: &str) -> Result<(), Fault> {
    let inputs = layer.weights.cols();
    let probe = Matrix::from_fn(inputs + 1, inputs, |i, j| if i == j + 1 { 1.0 } else { 0.0 });
    let trace = case.trace(std::slice::from_ref(layer), &probe)?;
    let (z, y) = (&trace.z[1], &trace.y[1]);
    let rule = "a row for each sample, a column for each unit";
    shape("z[1]", z, (inputs + 1, layer.weights.rows()), rule)?;
    let phi = call(|| (layer.phi)(z))?;
    shape("y[1]", y, z.shape(), "like z[1]")?;
    let row = |m: &Matrix, i| m.select_rows(&[i]);
    let zero = row(z, 0);
    if !same(&zero, &layer.biases) {
        let (like, hint) = not_b(layer, &zero, &row(y, 0), &row(&phi, 0))?;
        return Err(Evidence::of(
            like,
            format!("of x = 0, z is\n{zero}\nbut must be b =\n{}{hint}", layer.biases),
        ));
    }
    for j in 0..inputs {
        let (found, column) = (row(z, j + 1), row(&layer.weights.transpose(), j));
        if !same(&(&found - &zero), &column) {
            let like = same(&found, &column).then_some(Mistake::BiasOnOneRow);
            let told = format!(
                "if input {j} is 1 and the others are 0, z is\n{found}\nbut must be b plus column {j} of W"
            );
            return Err(Evidence::of(like, format!("{told}; these are\n{zero}\n{column}")));
        }
    }
    hold(same(y, &phi), || {
        format!(
            "of a layer whose phi is your {name}, z is\n{z}\nand y is\n{y}\nbut {name}(z) is\n{phi}"
        )
    })
}

/// What the z and the y of x = 0 look like, if z is not b.
fn not_b(
    layer: &Layer,
    z: &Matrix,
    y: &Matrix,
    phi: &Matrix,
) -> Result<(Option<Mistake>, &'static str), Fault> {
    Ok(if same(y, &(phi + &layer.biases)) {
        (None, "\nthey are added after φ")
    } else if same(z, &(z * 0.0)) {
        (Some(Mistake::BiasLeftOut), "")
    } else if same(z, &call(|| (layer.phi)(&layer.biases))?) {
        (None, "\nthis is φ(b): what you push as z is φ(z)")
    } else {
        (None, "")
    })
}

/// Difference quotients of the reader's own loss, on two networks: in one every size is another, in one all are the same.
pub fn backward(blanks: &Blanks) -> Verdict {
    begun(blanks)?;
    let (uneven, short) = (Case::new(blanks, &[2, 4, 3, 2], 5), Case::new(blanks, &[2, 3, 1], 4));
    let square = Case::smooth(blanks, &[3, 3, 3, 3], 3);
    let looked_at =
        |case: &Case| Ok((case.gradients(0.0)?, case.quotients(|layers| case.loss(layers))?));
    let all = [looked_at(&uneven)?, looked_at(&short)?, looked_at(&square)?];
    let told = all.iter().find_map(|(found, right)| difference("yours", found, right, OWN_LOSS));
    told.map_or(Ok(None), |told| {
        let like = signature::by_factor(&uneven, &all[0].0, &all[0].1);
        Err(Evidence::of(like.or_else(|| signature::of(&square, &all[2].0, &all[2].1)), told))
    })
}

/// Whether `backward` is more than its `todo!`, be the other blanks filled in or not.
pub fn begun(blanks: &Blanks) -> Result<(), Fault> {
    let case = Case::new(blanks, &[2, 1], 1);
    let mut trace = Trace::new(&case.x);
    trace.push(Matrix::row_vector(&[0.1]), Matrix::row_vector(&[0.5]));
    match call(|| (blanks.backward)(&case.layers, &trace, &case.t, 0.0)) {
        Err(Fault::Missing(name)) if name == "backward" => Err(Fault::Missing(name)),
        _ => Ok(()),
    }
}

/// Weights and biases move against the gradient, and the loss is the one before.
pub fn train_on_batch(blanks: &Blanks) -> Verdict {
    let case = Case::new(blanks, &[2, 4, 3, 2], 5);
    let (found, loss) = case.moved(2.0, 0.0)?;
    let right = case.quotients(|layers| case.loss(layers))?;
    hold(!signature::equal(&found, &signature::times(&right, 0.0)), || {
        "nothing has changed: is it a copy that you train?".into()
    })?;
    if let Some(told) = difference("η = 2, (before − after) / η is", &found, &right, OWN_LOSS) {
        let last = right.len() - 1;
        let above = signature::equal(&found[last..], &right[last..]);
        let like = if above && signature::equal(&case.moved(1e-7, 0.0)?.0, &right) {
            Some(Mistake::UpdatedTooEarly)
        } else if signature::equal(&found, &signature::times(&right, -1.0)) {
            Some(Mistake::Uphill)
        } else {
            signature::of_biases(&found, &right)
        };
        return Err(Evidence::of(like, told));
    }
    let before = case.loss(&case.layers)?;
    hold(near(loss, before), || {
        format!("it returns {loss:.6}, but the loss before the step is {before:.6}")
    })?;
    Ok(None)
}
