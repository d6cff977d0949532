//! All numbers of the page, computed once, and how they are written.

use backprop::{Activation, Difference, Gradients, Matrix, Network, Trace, difference, output};

use crate::example::Example;
use crate::support::svg::minus;
use crate::support::svg::superscript;

/// One pass forwards and one pass backwards, with everything on the way.
pub struct Numbers<'a> {
    pub network: &'a Network,
    pub trace: &'a Trace<'a>,
    pub t: &'a Matrix,
    /// `δˡ` at `l - 1`.
    pub deltas: Vec<Matrix>,
    /// `δˡ⁺¹Wˡ⁺¹`, the gradient by `yˡ`, at `l - 1`; none for the last layer.
    pub grad_ys: Vec<Matrix>,
    /// `∇W` and `∇b`: those of the crate.
    pub gradients: Gradients,
    /// The same `∇Wˡ` by differences of the loss, at `l - 1`.
    pub differences: Vec<Difference>,
}

impl<'a> Numbers<'a> {
    pub fn new(example: &'a Example, trace: &'a Trace) -> Self {
        let Example { network, t, .. } = example;
        let last = network.depth();
        let phi = network.layer(last).activation;
        let loss = network.loss_function();
        let mut deltas = vec![output::delta(loss, phi, trace.z(last), trace.y(last), t)];
        let mut grad_ys = Vec::new();
        for l in (1..last).rev() {
            let grad_y = deltas[0].matmul(&network.layer(l + 1).weights);
            let phi = network.layer(l).activation;
            deltas.insert(0, phi.grad_z(trace.z(l), trace.y(l), &grad_y));
            grad_ys.insert(0, grad_y);
        }
        let gradients = network.backward_one(trace, t);
        let differences = (1..=last).map(|l| slopes(example, l)).collect();
        Self { network, trace, t, deltas, grad_ys, gradients, differences }
    }

    /// `∂yˡ/∂zˡ`, a row for each `z`: diagonal for all activations but softmax.
    pub fn jacobian(&self, l: usize) -> Matrix {
        let (phi, z, y) = (self.network.layer(l).activation, self.trace.z(l), self.trace.y(l));
        if phi != Activation::Softmax {
            let gate = phi.derivative(z);
            return Matrix::from_fn(
                z.cols(),
                z.cols(),
                |i, j| {
                    if i == j { gate[(0, i)] } else { 0.0 }
                },
            );
        }
        let columns: Vec<Matrix> = (0..y.cols())
            .map(|k| phi.grad_z(z, y, &Matrix::from_fn(1, y.cols(), |_, j| f64::from(j == k))))
            .collect();
        Matrix::from_fn(y.cols(), y.cols(), |i, j| columns[j][(0, i)])
    }

    /// `ℰ` alone.
    pub fn error(&self) -> f64 {
        let last = self.network.depth();
        let phi = self.network.layer(last).activation;
        output::value(self.network.loss_function(), phi, self.trace.z(last), self.t)
    }
}

/// `∇Wˡ` by differences.
fn slopes(Example { network, x, t, .. }: &Example, l: usize) -> Difference {
    difference(&network.layer(l).weights, |w| {
        let mut layers = network.layers().to_vec();
        layers[l - 1].weights = w.clone();
        let moved = Network::from_layers(layers, network.loss_function())
            .and_then(|moved| moved.with_weight_decay(network.weight_decay()))
            .expect("the shapes are those of the network");
        moved.loss(&moved.forward(x), t)
    })
}

/// Four digits after the point; fewer where they are exact, a power of ten where they would vanish.
pub fn show(a: f64) -> String {
    let text = format!("{:.4}", a + 0.0);
    let shortest = format!("{}", a + 0.0);
    if shortest.len() <= text.len() {
        minus(&shortest)
    } else if a.abs() < 1e-3 || a.abs() >= 1e6 {
        let scientific = format!("{a:.2e}");
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        format!("{}·10{}", minus(digits), superscript(exponent))
    } else {
        minus(&text)
    }
}

/// A number as a factor: with brackets if it is negative.
pub fn factor(a: f64) -> String {
    if a < 0.0 { format!("({})", show(a)) } else { show(a) }
}

/// A whole number, lowered: `w₂₁`.
pub fn subscript(number: usize) -> String {
    let lowered =
        |digit: char| ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'][digit as usize - 48];
    number.to_string().chars().map(lowered).collect()
}

/// `z₂¹`: entry `i`, counted from 0, of what belongs to a layer.
pub fn entry(letter: &str, l: usize, i: usize) -> String {
    format!("{letter}{}{}", subscript(i + 1), superscript(l))
}

/// `w₂₁`.
pub fn weight_name(i: usize, j: usize) -> String {
    format!("w{}{}", subscript(i + 1), subscript(j + 1))
}

/// The name of an activation as the chapter writes it.
pub fn phi_name(phi: Activation) -> String {
    format!("{phi:?}").to_lowercase()
}

/// How strongly a value is coloured: the sign and a fifth of the largest, as a class of the style.
pub fn shade(value: f64, largest: f64) -> String {
    let part = (4.0 * value.abs() / largest.max(f64::MIN_POSITIVE)).ceil().min(4.0);
    match (value, part > 0.0) {
        (_, false) => "o".into(),
        (value, _) => format!("{}{part}", if value < 0.0 { "n" } else { "p" }),
    }
}

/// The largest entry without its sign.
pub fn largest(matrix: &Matrix) -> f64 {
    matrix.as_slice().iter().fold(0.0, |max: f64, a| max.max(a.abs()))
}
