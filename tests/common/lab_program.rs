//! The sheet's R program for a tanh/sigmoid network with one hidden layer, line by line: one
//! sample at a time, weights `inputs × units`, `1e-9` inside the logarithms.
#![allow(dead_code, reason = "each test uses a part")]

use std::collections::HashMap;

use backprop::{Activation, Matrix};

/// Where the program takes φ′, and how it joins the gradients of the samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Variant {
    /// As printed: φ′ of the output `y`, gradients summed.
    AsWritten,
    /// φ′ of the pre-activation `z`, gradients summed.
    CorrectedSum,
    /// φ′ of the pre-activation `z`, gradients averaged.
    CorrectedMean,
}

#[derive(Clone, Debug)]
pub struct LabProgram {
    pub variant: Variant,
    pub hidden: Activation,
    pub weights: Vec<Matrix>,
    pub biases: Vec<Matrix>,
}

const TINY: f64 = 1e-9;

impl LabProgram {
    /// At the start of one of R's trainings, with the tanh of the sheet.
    pub fn at_start(lab: &HashMap<String, Matrix>, variant: Variant) -> Self {
        let of_layers =
            |name: &str| [1, 2].map(|l| lab[&format!("init.{name}{l}")].clone()).to_vec();
        Self { variant, hidden: Activation::Tanh, weights: of_layers("W"), biases: of_layers("b") }
    }

    /// `result %*% weights + bias`, and the activation of it, for both layers.
    fn forward(&self, x: &Matrix) -> ([Matrix; 2], [Matrix; 3]) {
        let z = |l: usize, y: &Matrix| y.matmul(&self.weights[l]).add_row(&self.biases[l]);
        let z1 = z(0, x);
        let y1 = self.hidden.apply(&z1);
        let z2 = z(1, &y1);
        let y2 = Activation::Sigmoid.apply(&z2);
        ([z1, z2], [x.clone(), y1, y2])
    }

    pub fn predict(&self, x: &Matrix) -> Matrix {
        let (_, [_, _, y]) = self.forward(x);
        y
    }

    pub fn loss(&self, x: &Matrix, t: &Matrix) -> f64 {
        let error = |y: f64, t: f64| -(t * (y + TINY).ln() + (1.0 - t) * (1.0 - y + TINY).ln());
        self.predict(x).zip_map(t, error).sum() / x.rows() as f64
    }

    /// The gradient that the program hands to its optimizer: weights, biases.
    pub fn gradients(&self, x: &Matrix, t: &Matrix) -> (Vec<Matrix>, Vec<Matrix>) {
        let zeros = |parts: &[Matrix]| parts.iter().map(|p| p * 0.0).collect::<Vec<_>>();
        let (mut weights, mut biases) = (zeros(&self.weights), zeros(&self.biases));
        let share =
            if self.variant == Variant::CorrectedMean { 1.0 / x.rows() as f64 } else { 1.0 };
        for i in 0..x.rows() {
            let (z, y) = self.forward(&x.select_rows(&[i]));
            let at = if self.variant == Variant::AsWritten { &y[1..] } else { &z[..] };
            let loss = |y: f64, t: f64| -(t / (y + TINY) - (1.0 - t) / (1.0 - y + TINY));
            let mut deltas = y[2].zip_map(&t.select_rows(&[i]), loss);
            for (l, phi) in [(1, Activation::Sigmoid), (0, self.hidden)] {
                deltas = deltas.hadamard(&phi.derivative(&at[l]));
                weights[l] = weights[l].add_scaled(share, &y[l].outer(&deltas));
                biases[l] = biases[l].add_scaled(share, &deltas);
                deltas = deltas.matmul_transposed(&self.weights[l]);
            }
        }
        (weights, biases)
    }

    /// One iteration: the loss before it.
    pub fn train_on_batch(&mut self, x: &Matrix, t: &Matrix, learning_rate: f64) -> f64 {
        let loss = self.loss(x, t);
        let (weights, biases) = self.gradients(x, t);
        let step = |x: &mut Matrix, g: &Matrix| *x = x.add_scaled(-learning_rate, g);
        self.weights.iter_mut().zip(&weights).for_each(|(w, g)| step(w, g));
        self.biases.iter_mut().zip(&biases).for_each(|(b, g)| step(b, g));
        loss
    }
}
