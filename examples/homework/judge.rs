//! Whether each blank is right, told by mathematics.
//!
//! A function is held against an identity that it alone satisfies, a derivative against difference
//! quotients of the reader's own function. No right answer stands here.

use std::fmt;

use backprop::Matrix;

use super::evidence::{Fault, Hint, Verdict, call};
use super::{functions, network};

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

/// What the reader has filled in. `main.rs` says what each of them is.
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

/// One line of the report: its number on the sheet, the name of the blank and of which part of it, what
/// has to be right before it, and how it is judged.
pub struct Item(
    pub &'static str,
    pub &'static str,
    &'static [&'static str],
    fn(&Blanks) -> Verdict,
);

const BACKWARD_NEEDS: &[&str] = &[
    "binary_cross_entropy",
    "binary_cross_entropy_backward",
    "relu_backward",
    "sigmoid_backward",
    "tanh_backward",
    "forward",
];

/// All lines, in the order of the sheet. A new blank is a field of [`Blanks`], a line here and a check.
#[rustfmt::skip]
pub const ITEMS: [Item; 19] = [
    Item("2.1", "binary_cross_entropy", &[], functions::binary),
    Item("2.1", "binary_cross_entropy_backward", &["binary_cross_entropy"], functions::binary_backward),
    Item("2.2", "relu", &[], functions::relu),
    Item("2.2", "relu_backward", &["relu"], functions::relu_backward),
    Item("2.3", "sigmoid", &[], functions::sigmoid),
    Item("2.3", "sigmoid_backward", &["sigmoid"], functions::sigmoid_backward),
    Item("2.4", "tanh", &[], functions::tanh),
    Item("2.4", "tanh_backward", &["tanh"], functions::tanh_backward),
    Item("2.5", "step", &[], functions::step),
    Item("2.6", "forward", &["relu", "sigmoid", "tanh"], network::forward),
    Item("2.6", "backward", BACKWARD_NEEDS, network::backward),
    Item("2.7", "train_on_batch", &["step", "backward"], network::train_on_batch),
    Item("2.10", "softmax", &[], functions::softmax),
    Item("2.10", "softmax_backward", &["softmax"], functions::softmax_backward),
    Item("2.10", "categorical_cross_entropy", &[], functions::categorical),
    Item("2.10", "categorical_cross_entropy_backward", &["categorical_cross_entropy"], functions::categorical_backward),
    Item("3", "penalty", &[], network::penalty),
    Item("3", "backward, with weight decay", &["backward", "penalty"], network::decay),
    Item("3", "train_on_batch, with weight decay", &["train_on_batch", "backward, with weight decay"], network::training_with_decay),
];

/// What is to be said of a line.
#[derive(Debug)]
pub enum State {
    /// Still `todo!`, or without what this line asks for.
    NotYet(&'static str),
    /// Another blank has to be right first.
    Waits(String),
    /// Right; with a remark, right enough.
    Right(Option<Hint>),
    /// Filled in, and wrong.
    Wrong(String, Option<Hint>),
}

impl Item {
    /// Whether the network can be trained without it.
    pub fn optional(&self) -> bool {
        self.0 == "2.10" || self.0 == "3"
    }

    /// Judges the blank; what it needs is among the earlier lines.
    pub fn judge(&self, blanks: &Blanks, earlier: &[(&str, State)]) -> State {
        let right =
            |need: &&&str| earlier.iter().any(|(name, state)| name == *need && state.is_right());
        let needed = self.2.iter().find(|need| !right(need));
        let own = |blank: &str| self.1.split(',').next() == Some(blank);
        let known = |blank: &str| ITEMS.iter().any(|item| item.1 == blank);
        match (call(|| (self.3)(blanks)), needed) {
            (Err(Fault::Missing(blank)), _) if own(&blank) => State::NotYet(""),
            (_, Some(need)) => State::Waits((*need).to_string()),
            (Err(Fault::Missing(blank)), _) if known(&blank) => State::Waits(blank),
            (Err(Fault::Missing(_)), _) => State::NotYet(""),
            (Err(Fault::Lacks(what)), _) => State::NotYet(what),
            (Err(Fault::Wrong(told, hint)), _) => State::Wrong(told, hint),
            (Ok(remark), _) => State::Right(remark),
        }
    }
}

impl State {
    /// Whether it is right.
    pub fn is_right(&self) -> bool {
        matches!(self, State::Right(_))
    }
}

/// What is told stands on lines of its own, within 80 columns.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (word, told, hint) = match self {
            State::NotYet(what) => return write!(f, "not yet{what}"),
            State::Waits(other) => return write!(f, "waits for {other}"),
            State::Right(remark) => ("right", "", remark),
            State::Wrong(told, hint) => ("WRONG", told.as_str(), hint),
        };
        write!(f, "{word}")?;
        let hint = hint.map_or(String::new(), |hint| hint.to_string());
        told.lines().chain(hint.lines()).try_for_each(|line| write!(f, "\n        {line}"))
    }
}
