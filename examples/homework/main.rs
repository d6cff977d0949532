//! Exercise 2 of the sheet, with its blanks: replace each `todo!` by your own code, and run this after each.
//!
//! ```sh
//! cargo run --example homework
//! ```
//!
//! Samples are rows, so one vector is a `1 × n` matrix. The operations of a matrix:
//!
//! ```text
//! a.matmul(&b)    a.matmul_transposed(&b), which is a bᵀ    a.transpose()    a.outer(&b)    a.hadamard(&b)
//! a.map(|x| x * x)    a.zip_map(&b, |x, y| x + y)    a.column_sums(), 1 × n    a.sum(), a number    a.clone()
//! &a + &b    &a - &b    &a * 2.0    -&a    a.add_row(&b)    a.add_scaled(2.0, &b), which is a + 2b
//! a.rows()    a.cols()    a[(i, j)]    a[(i, j)] = 1.0    Matrix::row_vector(a.row(i)), row i as 1 × n
//! Matrix::zeros(m, n)    Matrix::from_fn(m, n, |i, j| 1.0)
//! ```
//!
//! The numbers in brackets are those of the chapter `docs/1-backpropagation.md`; hints are in `docs/homework.md`.
#![allow(unused_variables, reason = "until the blanks are filled in")]
#![deny(unconditional_recursion, reason = "in `fn tanh`, `tanh(z)` is the function itself")]

pub(crate) mod evidence;
mod functions;
pub(crate) mod judge;
pub(crate) mod network;
pub(crate) mod report;

use std::process::ExitCode;

use backprop::Matrix;
use judge::{Blanks, Gradient, Layer, Trace};

// 2.1  Binary cross-entropy.

/// `ℰ = −1/N · Σ [t ln y + (1 − t) ln(1 − y)]`: summed over the outputs, averaged over the `N` samples.
///
/// Shapes: `t` and `y` are `N × n`.
fn binary_cross_entropy(t: &Matrix, y: &Matrix) -> f64 {
    todo!("binary_cross_entropy")
}

/// `∂ℰ/∂Y`, with the same `1/N`.
///
/// Shapes: `t` and `y` are `N × n`, as is the result.
fn binary_cross_entropy_backward(t: &Matrix, y: &Matrix) -> Matrix {
    todo!("binary_cross_entropy_backward")
}

// 2.2  ReLU.

/// `φ(z) = max(z, 0)`, for each entry.
fn relu(z: &Matrix) -> Matrix {
    todo!("relu")
}

/// `φ′(z)`, for each entry; 0 at `z = 0`, by convention.
fn relu_backward(z: &Matrix) -> Matrix {
    todo!("relu_backward")
}

// 2.3  Sigmoid.

/// `σ(z) = 1 / (1 + e⁻ᶻ)`, for each entry.
fn sigmoid(z: &Matrix) -> Matrix {
    todo!("sigmoid")
}

/// `σ′(z)`, for each entry.
fn sigmoid_backward(z: &Matrix) -> Matrix {
    todo!("sigmoid_backward")
}

// 2.4  Tanh.

/// `φ(z) = tanh z`, for each entry.
fn tanh(z: &Matrix) -> Matrix {
    todo!("tanh")
}

/// `φ′(z)`, for each entry.
fn tanh_backward(z: &Matrix) -> Matrix {
    todo!("tanh_backward")
}

// 2.5  One step of gradient descent.

/// (17) `x − η ∇`.
///
/// Shapes: `x` and `gradient` are `m × n`, as is the result.
fn step(x: &Matrix, gradient: &Matrix, eta: f64) -> Matrix {
    todo!("step")
}

// 2.6  The forward pass, and backpropagation. A layer has `weights`, `nₗ × nₗ₋₁`, `biases`, `1 × nₗ`, and two
// functions, called as `(layer.phi)(&z)` and `(layer.phi_prime)(&z)`. Layer `l` is `layers[l - 1]`.

/// (9) `Zˡ = Yˡ⁻¹ (Wˡ)ᵀ + bˡ` and (10) `Yˡ = φₗ(Zˡ)`, for each layer.
///
/// Begin with `let mut trace = Trace::new(x)`, where `trace.y[0]` is `x`; after each layer, `trace.push(z, y)`.
///
/// Shapes: `x` is `N × n₀`; in the end `trace.z[l]` and `trace.y[l]` are `N × nₗ`, and `trace.z[0]` is empty.
fn forward(layers: &[Layer], x: &Matrix) -> Trace {
    todo!("forward")
}

/// The gradient of the binary cross-entropy, for a batch: (5) `Δᴸ`, (12) `Δˡ⁻¹`, and for each layer (13) `∇W` and
/// (14) `∇b`, as `Gradient { weights, biases }`, from layer 1 to `L`.
///
/// `λ`, the weight decay of (13), is 0 until exercise 3.
///
/// Shapes: `t` is `N × n_L`; `∇W` and `∇b` have the shapes of `W` and `b`.
fn backward(layers: &[Layer], trace: &Trace, t: &Matrix, lambda: f64) -> Vec<Gradient> {
    todo!("backward")
}

// 2.7  Training.

/// Forward, backward, and one `step` for all weights and biases of each layer. Returns the loss before the step.
///
/// `λ` is 0 until exercise 3; pass it on to `backward`.
fn train_on_batch(layers: &mut [Layer], x: &Matrix, t: &Matrix, eta: f64, lambda: f64) -> f64 {
    todo!("train_on_batch")
}

// 2.8 and 2.9  The trained network, and other settings: `cargo run --release --example xor`, `--example xor_starts`.

// 2.10  Optional: softmax and categorical cross-entropy.

/// `yᵢ = eᶻⁱ / Σⱼ eᶻʲ`, along each row.
fn softmax(z: &Matrix) -> Matrix {
    todo!("softmax")
}

/// (15) `∇_z` from `y = softmax(z)` and `∇_y`, along each row.
///
/// Shapes: `y` and `grad_y` are `N × n`, as is the result.
fn softmax_backward(y: &Matrix, grad_y: &Matrix) -> Matrix {
    todo!("softmax_backward")
}

/// `ℰ = −1/N · Σ t ln y`.
fn categorical_cross_entropy(t: &Matrix, y: &Matrix) -> f64 {
    todo!("categorical_cross_entropy")
}

/// `∂ℰ/∂Y`, with the same `1/N`.
fn categorical_cross_entropy_backward(t: &Matrix, y: &Matrix) -> Matrix {
    todo!("categorical_cross_entropy_backward")
}

// 3  Weight decay, the second term of (11). Its gradient belongs in `backward`, and its value in the loss that
// `train_on_batch` returns.

/// `λ/2 · Σ ‖Wˡ‖²`, over all layers.
fn penalty(layers: &[Layer], lambda: f64) -> f64 {
    todo!("penalty")
}

/// All the blanks, for the report.
#[rustfmt::skip]
pub const BLANKS: Blanks = Blanks {
    binary_cross_entropy, binary_cross_entropy_backward, relu, relu_backward, sigmoid, sigmoid_backward,
    tanh, tanh_backward, step, forward, backward, train_on_batch, softmax, softmax_backward,
    categorical_cross_entropy, categorical_cross_entropy_backward, penalty,
};

fn main() -> ExitCode {
    report::run(&BLANKS)
}
