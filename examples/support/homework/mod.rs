//! Whether each blank of `examples/homework.rs` is right, told by mathematics.
//!
//! A function is held against an identity that it alone satisfies, a derivative against difference quotients of
//! the reader's own function. No right answer stands here; what a wrong one looks like does.

mod case;
mod decay;
mod difference;
pub mod evidence;
mod functions;
mod losses;
pub mod mistake;
mod network;
mod signature;

use std::fmt;

use backprop::Matrix;

use evidence::{Evidence, Fault, Verdict, call};
use mistake::Mistake;

/// `φ` or `φ′`.
pub type Function = fn(&Matrix) -> Matrix;

/// One dense layer.
#[derive(Clone, Debug)]
pub struct Layer {
    /// `W`, `units × inputs`: one row per unit.
    pub weights: Matrix,
    /// `b`, `1 × units`.
    pub biases: Matrix,
    /// `φ`.
    pub phi: Function,
    /// `φ′`.
    pub phi_prime: Function,
}

/// All `zˡ` and `yˡ` of a forward pass.
#[derive(Clone, Debug)]
pub struct Trace {
    /// `z[l]` is `Zˡ`, for `l` from 1 to `L`; `z[0]` is there to be counted, and empty.
    pub z: Vec<Matrix>,
    /// `y[l]` is `Yˡ`, for `l` from 0, the input, to `L`.
    pub y: Vec<Matrix>,
}

impl Trace {
    /// The trace before the first layer: `Y⁰ = X`.
    pub fn new(x: &Matrix) -> Self {
        Self { z: vec![Matrix::zeros(0, 0)], y: vec![x.clone()] }
    }

    /// Adds `Zˡ` and `Yˡ` of the next layer.
    pub fn push(&mut self, z: Matrix, y: Matrix) {
        self.z.push(z);
        self.y.push(y);
    }
}

/// `∇ℒ` with respect to the weights and the biases of one layer.
#[derive(Clone, Debug)]
pub struct Gradient {
    /// `∇W`, of the shape of `W`.
    pub weights: Matrix,
    /// `∇b`, of the shape of `b`.
    pub biases: Matrix,
}

/// What the reader has filled in. `examples/homework.rs` says what each of them is.
#[allow(missing_docs, reason = "they are the blanks")]
#[derive(Clone, Copy)]
pub struct Blanks {
    pub binary_cross_entropy: fn(&Matrix, &Matrix) -> f64,
    pub binary_cross_entropy_backward: fn(&Matrix, &Matrix) -> Matrix,
    pub relu: Function,
    pub relu_backward: Function,
    pub sigmoid: Function,
    pub sigmoid_backward: Function,
    pub tanh: Function,
    pub tanh_backward: Function,
    pub step: fn(&Matrix, &Matrix, f64) -> Matrix,
    pub forward: fn(&[Layer], &Matrix) -> Trace,
    pub backward: fn(&[Layer], &Trace, &Matrix, f64) -> Vec<Gradient>,
    pub train_on_batch: fn(&mut [Layer], &Matrix, &Matrix, f64, f64) -> f64,
    pub softmax: Function,
    pub softmax_backward: fn(&Matrix, &Matrix) -> Matrix,
    pub categorical_cross_entropy: fn(&Matrix, &Matrix) -> f64,
    pub categorical_cross_entropy_backward: fn(&Matrix, &Matrix) -> Matrix,
    pub penalty: fn(&[Layer], f64) -> f64,
}

/// One line of the report.
pub struct Item {
    /// Its number on the sheet.
    pub exercise: &'static str,
    /// The name of the blank, and of which part of it.
    pub name: &'static str,
    /// What has to be right before it.
    needs: &'static [&'static str],
    check: fn(&Blanks) -> Verdict,
}

const fn item(
    exercise: &'static str,
    name: &'static str,
    needs: &'static [&'static str],
    check: fn(&Blanks) -> Verdict,
) -> Item {
    Item { exercise, name, needs, check }
}

/// All lines, in the order of the sheet.
pub const ITEMS: [Item; 19] = [
    item("2.1", "binary_cross_entropy", &[], losses::binary),
    item(
        "2.1",
        "binary_cross_entropy_backward",
        &["binary_cross_entropy"],
        losses::binary_backward,
    ),
    item("2.2", "relu", &[], functions::relu),
    item("2.2", "relu_backward", &["relu"], functions::relu_backward),
    item("2.3", "sigmoid", &[], functions::sigmoid),
    item("2.3", "sigmoid_backward", &["sigmoid"], functions::sigmoid_backward),
    item("2.4", "tanh", &[], functions::tanh),
    item("2.4", "tanh_backward", &["tanh"], functions::tanh_backward),
    item("2.5", "step", &[], functions::step),
    item("2.6", "forward", &["relu", "sigmoid", "tanh"], network::forward),
    item("2.6", "backward", BACKWARD_NEEDS, network::backward),
    item("2.7", "train_on_batch", &["step", "backward"], network::train_on_batch),
    item("2.10", "softmax", &[], functions::softmax),
    item("2.10", "softmax_backward", &["softmax"], functions::softmax_backward),
    item("2.10", "categorical_cross_entropy", &[], losses::categorical),
    item(
        "2.10",
        "categorical_cross_entropy_backward",
        &["categorical_cross_entropy"],
        losses::categorical_backward,
    ),
    item("3", "penalty", &[], decay::penalty),
    item("3", "backward, with weight decay", &["backward", "penalty"], decay::backward),
    item("3", "train_on_batch, with weight decay", TRAINING_NEEDS, decay::train_on_batch),
];

const BACKWARD_NEEDS: &[&str] = &[
    "binary_cross_entropy",
    "binary_cross_entropy_backward",
    "relu_backward",
    "sigmoid_backward",
    "tanh_backward",
    "forward",
];
const TRAINING_NEEDS: &[&str] = &["train_on_batch", "backward, with weight decay"];

/// What is to be said of a line.
#[derive(Debug)]
pub enum State {
    /// Still `todo!`, or without what this line asks for.
    NotYet(&'static str),
    /// Another blank has to be right first.
    Waits(String),
    /// Right; with a remark, right enough.
    Right(Option<Mistake>),
    /// Filled in, and wrong.
    Wrong(Evidence),
}

/// A line that has been looked at.
#[derive(Debug)]
pub struct Finding {
    /// The name of its [`Item`].
    pub name: &'static str,
    /// What is to be said of it.
    pub state: State,
}

impl Finding {
    /// Whether it is right.
    pub fn is_right(&self) -> bool {
        matches!(self.state, State::Right(_))
    }
}

impl Item {
    /// Whether the network can be trained without it.
    pub fn optional(&self) -> bool {
        self.exercise == "2.10" || self.exercise == "3"
    }

    /// Looks at the blank; what it needs is among the earlier findings.
    pub fn look(&self, blanks: &Blanks, earlier: &[Finding]) -> Finding {
        let verdict = call(|| (self.check)(blanks)).and_then(|verdict| verdict);
        let own = |blank: &str| self.name.split(',').next() == Some(blank);
        let right =
            |name: &str| earlier.iter().any(|finding| finding.name == name && finding.is_right());
        let needed = self.needs.iter().find(|need| !right(need));
        let state = match (verdict, needed) {
            (Err(Fault::Missing(blank)), _) if own(&blank) => State::NotYet(""),
            (_, Some(need)) => State::Waits((*need).to_string()),
            (Err(Fault::Missing(blank)), _) if ITEMS.iter().any(|item| item.name == blank) => {
                State::Waits(blank)
            }
            (Err(Fault::Missing(_)), _) => State::NotYet(""),
            (Err(Fault::Lacks(what)), _) => State::NotYet(what),
            (Err(Fault::Wrong(evidence)), _) => State::Wrong(evidence),
            (Ok(remark), _) => State::Right(remark),
        };
        Finding { name: self.name, state }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            State::NotYet(what) => write!(f, "not yet{what}"),
            State::Waits(other) => write!(f, "waits for {other}"),
            State::Right(None) => write!(f, "right"),
            State::Right(Some(remark)) => write!(f, "right\n        {remark}"),
            State::Wrong(evidence) => write!(f, "WRONG{evidence}"),
        }
    }
}
