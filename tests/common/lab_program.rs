//! The sheet's R program for a tanh/sigmoid network with one hidden layer, line by line: one
//! sample at a time, weights `inputs × units`, `1e-9` inside the logarithms.
#![allow(dead_code, reason = "each test uses a part")]

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
    fn activations(&self) -> [Activation; 2] {
        [self.hidden, Activation::Sigmoid]
    }

    /// `result %*% weights + bias`, and the activation of it, for both layers.
    fn forward(&self, x: &Matrix) -> (Vec<Matrix>, Vec<Matrix>) {
        let (mut z, mut y) = (Vec::new(), vec![x.clone()]);
        for l in 0..2 {
            z.push(y[l].matmul(&self.weights[l]).add_row(&self.biases[l]));
            y.push(self.activations()[l].apply(&z[l]));
        }
        (z, y)
    }

    pub fn predict(&self, x: &Matrix) -> Matrix {
        self.forward(x).1.remove(2)
    }

    pub fn loss(&self, x: &Matrix, t: &Matrix) -> f64 {
        let error = |y: f64, t: f64| -(t * (y + TINY).ln() + (1.0 - t) * (1.0 - y + TINY).ln());
        self.predict(x).zip_map(t, error).sum() / x.rows() as f64
    }

    /// The gradient that the program hands to its optimizer: weights, biases.
    pub fn gradients(&self, x: &Matrix, t: &Matrix) -> (Vec<Matrix>, Vec<Matrix>) {
        let mut weights: Vec<Matrix> = self.weights.iter().map(|w| w * 0.0).collect();
        let mut biases: Vec<Matrix> = self.biases.iter().map(|b| b * 0.0).collect();
        for i in 0..x.rows() {
            let (z, y) = self.forward(&x.select_rows(&[i]));
            let phi = |l: usize| match self.variant {
                Variant::AsWritten => self.activations()[l].derivative(&y[l + 1]),
                _ => self.activations()[l].derivative(&z[l]),
            };
            let loss = |y: f64, t: f64| -(t / (y + TINY) - (1.0 - t) / (1.0 - y + TINY));
            let mut deltas = y[2].zip_map(&t.select_rows(&[i]), loss).hadamard(&phi(1));
            for l in [1, 0] {
                weights[l] = &weights[l] + &y[l].outer(&deltas);
                biases[l] = &biases[l] + &deltas;
                if l > 0 {
                    deltas = deltas.matmul_transposed(&self.weights[l]).hadamard(&phi(l - 1));
                }
            }
        }
        let factor =
            if self.variant == Variant::CorrectedMean { 1.0 / x.rows() as f64 } else { 1.0 };
        (weights.iter().map(|w| w * factor).collect(), biases.iter().map(|b| b * factor).collect())
    }

    /// One iteration: the loss before it.
    pub fn train_on_batch(&mut self, x: &Matrix, t: &Matrix, learning_rate: f64) -> f64 {
        let loss = self.loss(x, t);
        let (weights, biases) = self.gradients(x, t);
        for l in 0..2 {
            self.weights[l] = &self.weights[l] - &(&weights[l] * learning_rate);
            self.biases[l] = &self.biases[l] - &(&biases[l] * learning_rate);
        }
        loss
    }
}
