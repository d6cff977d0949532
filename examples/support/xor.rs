//! What the examples about the exclusive or share: the network, and how many answers are right.
#![allow(dead_code, reason = "each example uses a part")]

use backprop::{Activation, Dataset, Initialization, Loss, Matrix, Network, Rng};

/// The number of units in each hidden layer, how they start, and what they do.
#[derive(Clone)]
pub struct Recipe {
    /// The hidden layers, from the first to the last.
    pub hidden: Vec<usize>,
    /// `φ` of the hidden layers; the output is always a sigmoid.
    pub activation: Activation,
    /// How the weights are drawn.
    pub initialization: Initialization,
}

impl Recipe {
    /// One hidden layer, drawn as on the sheet.
    pub fn new(hidden: usize, activation: Activation) -> Self {
        Self { hidden: vec![hidden], activation, initialization: Initialization::default() }
    }

    /// The network before training, with the binary cross-entropy as its loss.
    ///
    /// # Panics
    ///
    /// If a layer has no units.
    pub fn network(&self, seed: u64) -> Network {
        let hidden = self.hidden.iter().map(|&units| (units, self.activation));
        let layers: Vec<_> = hidden.chain([(1, Activation::Sigmoid)]).collect();
        let (loss, mut rng) = (Loss::BinaryCrossEntropy, Rng::new(seed));
        Network::new(2, &layers, loss, self.initialization, &mut rng).expect("layers with units")
    }

    /// How it is written: `2-2-1`.
    pub fn name(&self) -> String {
        let widths: Vec<String> = self.hidden.iter().map(usize::to_string).collect();
        format!("2-{}-1", widths.join("-"))
    }
}

/// What the network predicts for one point.
pub fn predict(network: &Network, x1: f64, x2: f64) -> f64 {
    network.predict(&Matrix::row_vector(&[x1, x2]))[(0, 0)]
}

/// How many of these predictions are on the right side of ½.
pub fn right(predictions: &Matrix, data: &Dataset) -> usize {
    let pairs = predictions.as_slice().iter().zip(data.targets().as_slice());
    pairs.filter(|(y, t)| (*y - *t).abs() < 0.5).count()
}

/// The mean loss over the four points.
pub fn loss(network: &Network, data: &Dataset) -> f64 {
    network.loss(&network.forward(data.inputs()), data.targets())
}
