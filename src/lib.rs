//! Backpropagation you can read: every equation of the derivation is one line of plain Rust, and
//! every gradient is checked.
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
//! The derivation is in the [chapters]. Read [`matrix`], [`activation`], [`loss`], [`output`] and
//! [`network`], in this order. The whole use of it, `examples/minimal.rs`:
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
//!     println!("inputs, target and output:");
//!     let y = network.predict(xor.inputs());
//!     for i in 0..y.rows() {
//!         println!("{:?}  {}  {:.2}", xor.inputs().row(i), xor.targets()[(i, 0)], y[(i, 0)]);
//!     }
//!     Ok(())
//! }
//! ```
#![forbid(unsafe_code)]

pub mod activation;
#[cfg(any(doc, doctest))]
pub mod chapters;
pub mod dataset;
pub mod descent;
pub mod difference;
pub mod error;
pub mod gradient_check;
pub mod initialization;
pub mod loss;
pub mod matrix;
pub mod network;
pub mod output;
pub mod quadratic;
pub mod random;

pub use activation::Activation;
pub use dataset::Dataset;
pub use descent::GradientDescent;
pub use difference::{Difference, difference};
pub use error::Error;
pub use gradient_check::{GradientCheck, telling_cases};
pub use initialization::Initialization;
pub use loss::Loss;
pub use matrix::Matrix;
pub use network::{Gradients, Layer, Network, Trace};
pub use quadratic::{Eigen, Quadratic};
pub use random::Rng;
