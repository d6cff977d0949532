//! The network, the sample and the target that the example tells about.

use backprop::{Activation, Initialization, Layer, Loss, Matrix, Network, Rng};

/// A network, a sample and its target.
pub struct Example {
    pub network: Network,
    pub x: Matrix,
    pub t: Matrix,
    /// Whether it is that of the chapter, with a picture.
    pub worked: bool,
}

impl Example {
    /// The worked example of chapter 1.
    pub fn worked() -> Result<Self, backprop::Error> {
        let hidden = Layer {
            weights: Matrix::from([[0.5, 0.25], [1.0, -0.25]]),
            biases: Matrix::row_vector(&[-0.5, 0.5]),
            activation: Activation::Tanh,
        };
        let last = Layer {
            weights: Matrix::row_vector(&[2.0, -1.0]),
            biases: Matrix::row_vector(&[0.5]),
            activation: Activation::Sigmoid,
        };
        let network = Network::from_layers(vec![hidden, last], Loss::BinaryCrossEntropy)?;
        let network = network.with_weight_decay(0.25)?;
        let (x, t) = (Matrix::row_vector(&[1.0, 2.0]), Matrix::row_vector(&[1.0]));
        Ok(Self { network, x, t, worked: true })
    }

    /// Random weights, a random sample and a random target.
    pub fn random(sizes: &[usize], hidden: Activation, seed: u64) -> Result<Self, backprop::Error> {
        let mut rng = Rng::new(seed);
        let last = sizes.len() - 1;
        let activation = |l| if l == last { Activation::Sigmoid } else { hidden };
        let layers: Vec<_> = (1..=last).map(|l| (sizes[l], activation(l))).collect();
        let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::default());
        let network = Network::new(sizes[0], &layers, loss, start, &mut rng)?;
        let x = Matrix::from_fn(1, sizes[0], |_, _| (8.0 * rng.uniform()).floor() / 2.0 - 2.0);
        let t = Matrix::from_fn(1, sizes[last], |_, _| f64::from(rng.uniform() < 0.5));
        Ok(Self { network, x, t, worked: false })
    }
}
