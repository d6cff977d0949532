//! Backpropagation you can read: each equation of the derivation is written above the line of plain
//! Rust that computes it, and every gradient is checked.
//!
//! This learns the exclusive or; it is `examples/minimal.rs`:
//!
//! ```
//! use backprop::{Activation, Dataset, Error, GradientDescent, Initialization, Loss, Network, Rng};
//!
//! fn main() -> Result<(), Error> {
//!     let (xor, mut rng) = (Dataset::xor(), Rng::new(2));
//!     let layers = [(2, Activation::Tanh), (1, Activation::Sigmoid)];
//!     let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::GlorotNormal);
//!     let mut network = Network::new(2, &layers, loss, start, &mut rng)?;
//!
//!     let descent = GradientDescent { learning_rate: 1.0 };
//!     for _epoch in 0..250 {
//!         for (x, targets) in xor.batches(4, &mut rng) {
//!             network.train_on_batch(&x, &targets, &descent)?;
//!         }
//!     }
//!
//!     let (x, t, y) = (xor.inputs(), xor.targets(), network.predict(xor.inputs()));
//!     let mut table = "inputs, target and output:\n".to_string();
//!     for i in 0..y.rows() {
//!         table += &format!("{:?}  {}  {:.2}\n", x.row(i), t[(i, 0)], y[(i, 0)]);
//!     }
//!     print!("{table}");
//!     Ok(())
//! }
//! ```
//!
//! It prints
//!
//! ```text
//! inputs, target and output:
//! [-1.0, -1.0]  0  0.02
//! [-1.0, 1.0]  1  0.99
//! [1.0, -1.0]  1  0.99
//! [1.0, 1.0]  0  0.02
//! ```
//!
//! and this is what it has learned, the output over the plane of its two inputs:
//!
//! ![a band of high output between two parallel lines][xor/decision.svg]
//!
//! The [chapters], in reading order: [backpropagation], [the exclusive or][xor], [digits], [weight
//! decay][weight_decay], [the lab with its blanks][homework], [errata], [classic bugs][bugs],
//! [accuracy and speed][limits], [copying and changing the code][copying]. To read the code, take
//! `matrix.rs`, `activation.rs`, `loss.rs`, `output.rs` and `network.rs`, in this order.
//!
//! # Symbols
//!
//! Samples are rows. A superscript `ˡ` is the layer, from 1 to `L`; layer 0 is the input. The
//! numbers in brackets are those of the lab sheet up to (8), and ours from (9).
//!
//! | symbol | code                          | shape       | meaning                                  |
//! |--------|-------------------------------|-------------|------------------------------------------|
//! | `N`    | `x.rows()`                    |             | samples in the batch                     |
//! | `nₗ`   | `network.layer(l).weights.rows()` |         | units of layer `l`                       |
//! | `X, Y⁰`| `x`, `trace.y(0)`             | `N × n₀`    | inputs                                   |
//! | `Wˡ`   | `network.layer(l).weights`    | `nₗ × nₗ₋₁` | weights, one row per unit                |
//! | `bˡ`   | `network.layer(l).biases`     | `1 × nₗ`    | biases                                   |
//! | `Zˡ`   | `trace.z(l)`                  | `N × nₗ`    | pre-activations, (9)                     |
//! | `Yˡ`   | `trace.y(l)`                  | `N × nₗ`    | outputs of the layer, (10)               |
//! | `T`    | `targets`                     | `N × n_L`   | targets, `ŷ` on the sheet                |
//! | `φₗ`   | [`Activation`]                |             | activation                               |
//! | `ℰ`    | [`Loss`]                      |             | error: summed over outputs, mean over samples |
//! | `λ`    | `network.weight_decay()`      |             | weight decay                             |
//! | `ℒ`    | [`Network::loss`]             |             | `ℰ + λ/2 · Σ ‖Wˡ‖²`, (11)                |
//! | `δˡ, Δˡ` | `delta`                     | `1 × nₗ`, `N × nₗ` | `∇_z ℒ`, (5) and (6)              |
//! | `∇_W ℒ` | `gradients.weights(l)`       | `nₗ × nₗ₋₁` | (7), and (13) for a batch                |
//! | `∇_b ℒ` | `gradients.biases(l)`        | `1 × nₗ`    | (8), and (14) for a batch                |
//! | `η`    | `descent.learning_rate`       |             | learning rate, (17)                      |
//! | `⊙`    | [`Matrix::hadamard`]          |             | element-wise product                     |
//! | `⊗`    | [`Matrix::outer`]             |             | outer product                            |
//!
//! # What there is
//!
//! | | |
//! |---|---|
//! | [`Matrix`] | row-major, of `f64`: products, element-wise operations, no more |
//! | [`Activation`] | `φ` and `φ′`: identity, ReLU, sigmoid, tanh, softmax |
//! | [`Loss`] | `ℰ` and `∂ℰ/∂y`: squared error, binary and categorical cross-entropy |
//! | [`output`] | where the loss meets the last activation: `ℰ` and `δᴸ` as functions of `z` |
//! | [`Network`], [`Layer`] | the forward pass, the backward pass, training |
//! | [`Trace`], [`Gradients`] | what the two passes return |
//! | [`GradientDescent`], [`Initialization`], [`Rng`] | the step, the first weights, random numbers |
//! | [`Dataset`] | inputs and targets, in batches |
//! | [`GradientCheck`], [`difference()`], [`revealing_cases`] | is a gradient right? also one of your own |
//! | [`Quadratic`], [`Eigen`] | exercise 3: weight decay on a quadratic loss |
//! | [`Error`] | what went wrong, in a sentence |
#![cfg_attr(doc, doc = include_str!("../docs/links.md"))]
#![cfg_attr(doc, doc = include_str!("../docs/images/embedded/README.md"))]
#![forbid(unsafe_code)]

mod activation;
#[cfg(any(doc, doctest))]
pub mod chapters;
mod dataset;
mod descent;
mod difference;
mod error;
mod gradient_check;
mod initialization;
mod loss;
mod matrix;
mod network;
pub mod output;
mod quadratic;
mod random;

pub use activation::Activation;
pub use dataset::Dataset;
pub use descent::GradientDescent;
pub use difference::{Difference, difference};
pub use error::Error;
pub use gradient_check::{Block, Entry, Finding, GradientCheck, Verdict, revealing_cases};
pub use initialization::Initialization;
pub use loss::Loss;
pub use matrix::Matrix;
pub use network::{Gradients, Layer, Network, Trace};
pub use quadratic::{Eigen, Quadratic};
pub use random::Rng;
