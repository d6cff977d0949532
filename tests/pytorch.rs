//! Outputs, losses, gradients and five steps of descent, against PyTorch's autograd in f64. Of its 17
//! reference networks one is left out: a softmax with binary cross-entropy, a pair refused here.

use crate::common;

use std::collections::HashMap;

use backprop::{Activation, GradientDescent, Layer, Loss, Matrix, Network};
use common::{assert_close, named, numbers};

/// Relative to the largest entry of the same matrix.
const TOLERANCE: f64 = 1e-11;

#[test]
fn sixteen_networks_agree_with_pytorch() {
    let golden = include_str!("fixtures/pytorch_golden.txt");
    let extreme = include_str!("fixtures/pytorch_extreme.txt");
    let cases = golden.split("\ncase ").skip(1).chain(extreme.split("\ncase ").skip(1));
    assert_eq!(cases.map(|text| Case::parse(text).check()).count(), 12 + 4);
}

/// The lines of a case, `KEY VALUES`; what belongs to a layer has its number in the key: `dW 0`.
struct Case<'a> {
    name: &'a str,
    fields: HashMap<&'a str, &'a str>,
}

impl<'a> Case<'a> {
    fn parse(text: &'a str) -> Self {
        let (name, rest) = text.split_once('\n').expect("a name");
        let field = |line: &'a str| {
            let indexed = ["layer ", "W ", "b ", "dW ", "db ", "sgd_W ", "sgd_b "];
            let words = if indexed.iter().any(|key| line.starts_with(key)) { 2 } else { 1 };
            let (end, _) = line.match_indices(' ').nth(words - 1)?;
            Some((&line[..end], &line[end + 1..]))
        };
        Self { name, fields: rest.lines().filter_map(field).collect() }
    }

    /// Numbers in rows of so many columns.
    fn matrix(&self, key: &str, cols: usize) -> Matrix {
        let data = numbers(self.fields[key]);
        Matrix::from_vec(data.len() / cols, cols, data)
    }

    fn network(&self) -> Network {
        let layer = |shape: &str, l: usize| match shape.split(' ').collect::<Vec<_>>()[..] {
            [inputs, units, phi] => Layer {
                weights: self.matrix(&format!("W {l}"), inputs.parse().expect("a size")),
                biases: self.matrix(&format!("b {l}"), units.parse().expect("a size")),
                activation: named(&Activation::ALL, phi).expect("an activation"),
            },
            _ => panic!("layer {l} is {shape:?}"),
        };
        let shapes = (0..).map_while(|l| Some(layer(self.fields.get(&*format!("layer {l}"))?, l)));
        let loss = match self.fields["loss_fn"] {
            "mse" => Loss::MeanSquaredError,
            "bce" => Loss::BinaryCrossEntropy,
            _ => Loss::CategoricalCrossEntropy,
        };
        let network = Network::from_layers(shapes.collect(), loss).expect("the shapes fit");
        network.with_weight_decay(numbers(self.fields["lambda"])[0]).expect("λ ≥ 0")
    }

    fn check(&self) {
        let mut network = self.network();
        let last = network.depth();
        let x = self.matrix("X", network.layer(1).weights.cols());
        let t = self.matrix("T", network.layer(last).weights.rows());
        self.close("Y", network.forward(&x).y(last));
        self.close("total_loss", &loss(&network, &x, &t));
        let gradients = network.backward(&network.forward(&x), &t);
        for l in 0..last {
            self.close(&format!("dW {l}"), gradients.weights(l + 1));
            self.close(&format!("db {l}"), gradients.biases(l + 1));
        }
        let [learning_rate, 5.0] = numbers(self.fields["sgd"])[..] else { panic!("sgd LR STEPS") };
        for _ in 0..5 {
            let gradients = network.backward(&network.forward(&x), &t);
            network.step(gradients, &GradientDescent { learning_rate }).expect("finite numbers");
        }
        self.close("sgd_total_loss", &loss(&network, &x, &t));
        for (l, layer) in network.layers().iter().enumerate() {
            self.close(&format!("sgd_W {l}"), &layer.weights);
            self.close(&format!("sgd_b {l}"), &layer.biases);
        }
    }

    fn close(&self, key: &str, found: &Matrix) {
        let expected = self.matrix(key, found.cols());
        let largest = expected.as_slice().iter().fold(0.0_f64, |largest, e| largest.max(e.abs()));
        assert_close(&format!("{} {key}", self.name), found, &expected, TOLERANCE, largest);
    }
}

fn loss(network: &Network, x: &Matrix, t: &Matrix) -> Matrix {
    Matrix::row_vector(&[network.loss(&network.forward(x), t)])
}
