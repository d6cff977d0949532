//! How far rounding may move what the two passes compute.
//!
//! The error of a sum is at most a few times `2⁻⁵³` times the sum of the absolute values of its terms. An
//! error in a `z` changes `ℰ` by `δ` times that error; one in `y − t` goes down through the layers as a `δ` does.
//!
//! ```text
//! Z̄ˡ = |Yˡ⁻¹||Wˡ|ᵀ + |bˡ|                        the terms of Zˡ
//! Ȳ = |Yᴸ| + φ′(Zᴸ) ⊙ Z̄ᴸ                          the terms of Yᴸ
//! Δ̄ᴸ = (Ȳ + |T|)/N ⊙ φ′(Zᴸ),  Δ̄ˡ⁻¹ = (Δ̄ˡ|Wˡ|) ⊙ φ′(Zˡ⁻¹)
//!
//! ℰ is off by 2⁻⁵¹ (ℰ + 1/N Σ |y − t||y| + Σₗ |Δˡ| ⊙ Z̄ˡ)
//! ∇W is off by 2⁻⁵¹ Δ̄ᵀ|Y|, ∇b by 2⁻⁵¹ 1ᵀΔ̄
//! ```

use super::{Activation, Loss, Matrix, Network, ROUNDING, STEP, Trace};

/// How far `ℰ` may be off, and the gradients of `W¹, b¹, …, Wᴸ, bᴸ`.
pub(super) fn bounds(network: &Network, trace: &Trace, t: &Matrix) -> (f64, Vec<Matrix>) {
    let (last, n, abs) = (network.depth(), t.rows() as f64, |m: &Matrix| m.map(f64::abs));
    let moved = |m: &Matrix| m.map(|w| w.abs() + STEP);
    let of_z = |l: usize, y: &Matrix| {
        let (w, b) = (moved(&network.layer(l).weights), moved(&network.layer(l).biases));
        y.matmul_transposed(&w).add_row(&b)
    };
    // Ȳ = |Yᴸ| + φ′(Zᴸ) ⊙ Z̄ᴸ, where Z̄ᴸ has in it the Ȳ of the layer below, and so on
    let of_y = (1..=last)
        .fold(abs(trace.y(0)), |y, l| &abs(trace.y(l)) + &through(network, trace, l, &of_z(l, &y)));
    let terms = of_y.zip_map(t, |y, t| ROUNDING * (y + t.abs()) / n);
    let mut bar = match network.loss_function() {
        Loss::MeanSquaredError => through(network, trace, last, &terms),
        Loss::BinaryCrossEntropy | Loss::CategoricalCrossEntropy => terms, // (16)
    };
    let residual = trace.y(last).zip_map(t, |y, t| (y - t).abs() * y.abs() / n);
    let mut loss = ROUNDING * (network.loss(trace, t) + residual.sum());
    let mut gradients = Vec::new();
    for (l, delta) in (1..=last).rev().zip(network.deltas(trace, t).iter().rev()) {
        let y = abs(trace.y(l - 1));
        loss += ROUNDING * abs(delta).hadamard(&of_z(l, &y)).sum();
        gradients.splice(0..0, [bar.transpose().matmul(&y), bar.column_sums()]); // in front
        if l > 1 {
            bar = through(network, trace, l - 1, &bar.matmul(&abs(&network.layer(l).weights)));
        }
    }
    (loss, gradients)
}

/// `∇_y` times the absolute values of the Jacobian of `φ`, for a `∇_y` without signs. That is a
/// symmetric matrix, so this serves forward and backward.
fn through(network: &Network, trace: &Trace, l: usize, grad_y: &Matrix) -> Matrix {
    let (phi, y) = (network.layer(l).activation, trace.y(l));
    let grad_z = phi.grad_z(trace.z(l), y, grad_y);
    match phi {
        Activation::Identity | Activation::Relu | Activation::Sigmoid | Activation::Tanh => grad_z,
        // (15) is y ⊙ (∇_y − ⟨∇_y, y⟩); here, y ⊙ (∇_y + ⟨∇_y, y⟩)
        Activation::Softmax => &(&y.hadamard(grad_y) * 2.0) - &grad_z,
    }
}
