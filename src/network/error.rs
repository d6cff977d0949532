use std::fmt;

use super::super::activation::Activation;
use super::super::loss::Loss;

/// Why a network cannot be built, or cannot be trained on this batch.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NetworkError {
    /// A network needs at least one layer.
    NoLayers,
    /// A layer, or the input (layer 0), has no units.
    NoUnits {
        /// Which layer.
        layer: usize,
    },
    /// Weights, biases, inputs or targets of the wrong shape.
    Shape {
        /// Which of them.
        what: &'static str,
        /// Of which layer; the inputs are layer 0.
        layer: usize,
        /// Their rows and columns.
        found: (usize, usize),
        /// What they must be.
        expected: (usize, usize),
    },
    /// The loss is not defined for the outputs of the last layer.
    Output {
        /// The loss.
        loss: Loss,
        /// The activation of the last layer.
        activation: Activation,
    },
    /// λ is negative or not a number.
    WeightDecay(f64),
    /// A batch without samples.
    NoSamples,
    /// A target that the loss does not admit.
    Target {
        /// The sample.
        row: usize,
        /// The output.
        col: usize,
        /// The target.
        found: f64,
        /// The loss.
        loss: Loss,
    },
    /// A weight, an input, a pre-activation or a gradient is NaN or infinite.
    NotFinite {
        /// What is.
        what: &'static str,
        /// In which layer; the inputs are layer 0.
        layer: usize,
    },
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::NoLayers => write!(f, "a network needs at least one layer, none was given"),
            Self::NoUnits { layer: 0 } => {
                write!(f, "the input has size 0, but must have at least 1")
            }
            Self::NoUnits { layer } => {
                write!(f, "layer {layer} has 0 units, but must have at least 1")
            }
            Self::Shape { what, layer, found: (rows, cols), expected: (m, n) } => {
                write!(f, "the {what} of layer {layer} are {rows} × {cols}, but must be {m} × {n}")
            }
            Self::Output { loss, activation } => {
                write!(f, "{loss:?} needs outputs in [0, 1], but the last layer is {activation:?}")
            }
            Self::WeightDecay(found) => {
                write!(f, "the weight decay is {found}, but must be at least 0 and finite")
            }
            Self::NoSamples => write!(f, "the batch has no samples, but a mean needs at least one"),
            Self::Target { row, col, found, loss } => {
                let range =
                    if *loss == Loss::MeanSquaredError { "a finite number" } else { "in [0, 1]" };
                write!(f, "target ({row}, {col}) is {found}, but {loss:?} needs it to be {range}")
            }
            Self::NotFinite { what, layer } => {
                write!(f, "{what} of layer {layer}: NaN or infinite")
            }
        }
    }
}

impl std::error::Error for NetworkError {}
