//! Losses, gradients and steps of descent, against PyTorch's autograd in f64. Of PyTorch's 17
//! reference networks one is left out: a softmax with binary cross-entropy, a pair refused here.

use crate::common;

use std::collections::HashMap;

use backprop::{Activation, GradientDescent, Layer, Loss, Matrix, Network};
use common::{assert_close, assert_near, numbers};

/// Relative to the largest entry of the same matrix.
const TOLERANCE: f64 = 1e-11;

#[test]
fn sixteen_networks_agree_with_pytorch() {
    let texts =
        [include_str!("fixtures/pytorch_golden.txt"), include_str!("fixtures/pytorch_extreme.txt")];
    let cases: Vec<Case> =
        texts.iter().flat_map(|text| text.split("\nend").filter_map(Case::parse)).collect();
    assert_eq!(cases.len(), 12 + 4);
    for case in cases {
        case.check();
    }
}

/// The lines of one case: `KEY VALUES`, or `KEY LAYER VALUES` for what belongs to a layer.
struct Case<'a> {
    name: &'a str,
    fields: HashMap<String, &'a str>,
    layers: Vec<(usize, usize, Activation)>,
}

impl<'a> Case<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let name = text.split_once("case ")?.1.lines().next()?;
        let mut case = Case { name, fields: HashMap::new(), layers: Vec::new() };
        for line in text.lines() {
            let (key, values) = line.split_once(' ').unwrap_or((line, ""));
            match key {
                "layer" => case.layers.push(layer_shape(values)),
                "W" | "b" | "dW" | "db" | "sgd_W" | "sgd_b" => {
                    let (l, values) = values.split_once(' ').expect("layer, then numbers");
                    case.fields.insert(format!("{key} {l}"), values);
                }
                _ => _ = case.fields.insert(key.to_string(), values),
            }
        }
        Some(case)
    }

    fn check(&self) {
        let loss = match self.fields["loss_fn"] {
            "mse" => Loss::MeanSquaredError,
            "bce" => Loss::BinaryCrossEntropy,
            _ => Loss::CategoricalCrossEntropy,
        };
        let layer = |l: usize| {
            let (_, _, activation) = self.layers[l];
            Layer { weights: self.weights("W", l), biases: self.biases("b", l), activation }
        };
        let layers = (0..self.layers.len()).map(layer).collect();
        let network = Network::from_layers(layers, loss).expect("the shapes fit");
        let network = network.with_weight_decay(self.number("lambda")).expect("λ ≥ 0");
        let (x, t) = (
            self.samples("X", self.layers[0].0),
            self.samples("T", self.layers[self.layers.len() - 1].1),
        );

        self.check_gradients(&network, &x, &t);
        self.check_descent(network, &x, &t);
    }

    fn check_gradients(&self, network: &Network, x: &Matrix, t: &Matrix) {
        let trace = network.forward(x);
        self.close("Y", trace.y(network.depth()), &self.samples("Y", t.cols()));
        assert_near(
            &self.label("total_loss"),
            network.loss(&trace, t),
            self.number("total_loss"),
            TOLERANCE,
            0.0,
        );
        let gradients = network.backward(&trace, t);
        for l in 0..network.depth() {
            self.close(&format!("dW {l}"), gradients.weights(l + 1), &self.weights("dW", l));
            self.close(&format!("db {l}"), gradients.biases(l + 1), &self.biases("db", l));
        }
    }

    fn check_descent(&self, mut network: Network, x: &Matrix, t: &Matrix) {
        let [learning_rate, steps] = numbers(self.fields["sgd"])[..] else {
            panic!("sgd LR STEPS")
        };
        assert_eq!(steps, 5.0);
        for _ in 0..5 {
            network
                .train_on_batch(x, t, &GradientDescent { learning_rate })
                .expect("finite numbers");
        }
        let loss = network.loss(&network.forward(x), t);
        assert_near(
            &self.label("sgd_total_loss"),
            loss,
            self.number("sgd_total_loss"),
            TOLERANCE,
            0.0,
        );
        for l in 0..network.depth() {
            self.close(
                &format!("sgd_W {l}"),
                &network.layer(l + 1).weights,
                &self.weights("sgd_W", l),
            );
            self.close(
                &format!("sgd_b {l}"),
                &network.layer(l + 1).biases,
                &self.biases("sgd_b", l),
            );
        }
    }

    fn close(&self, what: &str, found: &Matrix, expected: &Matrix) {
        let largest = expected.as_slice().iter().fold(0.0_f64, |largest, e| largest.max(e.abs()));
        assert_close(&self.label(what), found, expected, TOLERANCE, largest);
    }

    fn label(&self, what: &str) -> String {
        format!("{} {what}", self.name)
    }

    fn number(&self, key: &str) -> f64 {
        numbers(self.fields[key])[0]
    }

    fn weights(&self, key: &str, l: usize) -> Matrix {
        let (inputs, units, _) = self.layers[l];
        Matrix::from_vec(units, inputs, numbers(self.fields[&format!("{key} {l}")]))
    }

    fn biases(&self, key: &str, l: usize) -> Matrix {
        Matrix::row_vector(&numbers(self.fields[&format!("{key} {l}")]))
    }

    fn samples(&self, key: &str, cols: usize) -> Matrix {
        let data = numbers(self.fields[key]);
        Matrix::from_vec(data.len() / cols, cols, data)
    }
}

/// `l IN OUT ACT`
fn layer_shape(values: &str) -> (usize, usize, Activation) {
    let [_, inputs, units, activation] = values.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{values:?}")
    };
    let activation = match activation {
        "identity" => Activation::Identity,
        "relu" => Activation::Relu,
        "sigmoid" => Activation::Sigmoid,
        "tanh" => Activation::Tanh,
        "softmax" => Activation::Softmax,
        _ => panic!("{activation:?} is no activation"),
    };
    (inputs.parse().expect("a size"), units.parse().expect("a size"), activation)
}
