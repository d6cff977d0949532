//! The steps of `steps.txt` for an example, and the value of every name in them.

use std::collections::BTreeMap;

use backprop::{Activation, Layer, Loss, Matrix, Network, output};

use crate::example::Example;
use crate::support::chart::number;
use crate::support::program::Failure;

/// The cells of a line of `steps.txt`: key, part of the derivation, number of the equation, what else
/// the picture shows, equations that begin with their result, and what they mean.
pub type Step = [String; 6];
/// A weight: its layer, the unit that it leads to, and the one that it comes from.
pub type Place = (usize, usize, usize);

/// The steps, and the value of every name.
pub struct Numbers<'a> {
    /// Where they come from.
    pub example: &'a Example,
    /// In their order.
    pub steps: Vec<Step>,
    values: BTreeMap<String, Matrix>,
}

impl<'a> Numbers<'a> {
    /// Forwards, backwards, a step, and forwards again.
    pub fn new(example: &'a Example) -> Result<Self, Failure> {
        let Example { network, x, t, descent } = example;
        let (mut after, last) = (network.clone(), network.depth());
        after.step(network.backward_one(&network.forward(x), t), descent)?;
        let mut numbers = Self { example, steps: Vec::new(), values: BTreeMap::new() };
        numbers.forwards("", network);
        numbers.forwards("new ", &after);
        numbers.backwards();
        let cancels = network.loss_function() != Loss::MeanSquaredError
            || network.layer(last).activation == Activation::Identity;
        let mut order = vec![("sample", 0)];
        order.extend((1..=last).map(|l| ("layer", l)));
        order.extend((1..=last).flat_map(|l| [("sum", l), ("output", l)]));
        order.extend([("loss", 0), (if cancels { "cancel" } else { "top" }, last)]);
        order.extend((1..last).rev().flat_map(|l| [("down", l), ("slope", l), ("delta", l)]));
        order.extend((1..=last).rev().flat_map(|l| [("weights", l), ("biases", l)]));
        order.extend((1..=last).map(|l| ("step", l)));
        order.extend((1..=last).map(|l| ("again", l)).chain([("less", 0)]));
        numbers.steps = order.into_iter().map(|(key, l)| numbers.step(key, l)).collect();
        Ok(numbers)
    }

    fn put<const N: usize>(&mut self, new: &str, l: usize, values: [(&str, &Matrix); N]) {
        let name = |name| in_layer(&format!("{new}{name}"), l);
        self.values.extend(values.map(|(of, value)| (name(of), value.clone())));
    }

    fn forwards(&mut self, new: &str, network: &Network) {
        let Example { x, t, descent, .. } = self.example;
        let (trace, last) = (network.forward(x), network.depth());
        for (l, Layer { weights: w, biases, .. }) in (1..).zip(network.layers()) {
            let (z, y, transposed) = (trace.z(l), trace.y(l), w.transpose());
            let all = [("Wˡ", w), ("(Wˡ)ᵀ", &transposed), ("bˡ", biases), ("zˡ", z), ("yˡ", y)];
            self.put(new, l, all);
        }
        let (phi, loss) = (network.layer(last).activation, network.loss(&trace, t));
        let error = output::value(network.loss_function(), phi, trace.z(last), t);
        let decay = [loss - error, network.weight_decay(), descent.learning_rate];
        let [l, e, r, lambda, eta] =
            [loss, error, decay[0], decay[1], decay[2]].map(|a| Matrix::row_vector(&[a]));
        self.put(new, 0, [("ℒ", &l), ("ℰ", &e), ("ℛ", &r), ("λ", &lambda), ("η", &eta)]);
    }

    fn backwards(&mut self) {
        let Example { network, x, t, .. } = self.example;
        let (trace, last) = (network.forward(x), network.depth());
        let (deltas, gradients) = (network.deltas(&trace, t), network.backward_one(&trace, t));
        let error = network.loss_function().derivative(trace.y(last), t);
        self.put("", 0, [("yˡ", x), ("t", t)]);
        for (l, delta) in (1..).zip(&deltas) {
            let Layer { weights: w, activation: phi, .. } = network.layer(l);
            let flow = Matrix::from_fn(w.rows(), w.cols(), |i, j| delta[(0, i)] * w[(i, j)]);
            let gradients = [("∇Wˡ", gradients.weights(l)), ("∇bˡ", gradients.biases(l))];
            self.put("", l, gradients);
            self.put("", l, [("δˡ", delta), ("flowˡ", &flow), ("∂ℰ/∂yᵏ", &delta.matmul(w))]);
            if *phi != Activation::Softmax {
                self.put("", l, [("φ′(zˡ)", &phi.derivative(trace.z(l)))]);
            }
        }
        self.put("", last, [("flowᵐ", &deltas[last - 1]), ("∂ℰ/∂yˡ", &error)]);
        self.values.remove(&in_layer("flowˡ", 1)); // no arrows to the inputs
    }

    /// A line of `steps.txt` in layer `l`.
    fn step(&self, key: &str, l: usize) -> Step {
        let lines = include_str!("steps.txt").lines().map(|line| line.split('|').map(str::trim));
        let line =
            lines.map(Vec::from_iter).find(|line| line[0] == key).expect("a line of this key");
        let layer = self.example.network.layers().get(l.wrapping_sub(1));
        let phi = layer.map_or(String::new(), |layer| format!("{:?}", layer.activation));
        std::array::from_fn(|k| in_layer(&line[k].replace("φˡ", &phi.to_lowercase()), l))
    }

    /// The value of a name, in which `ˡ` is layer `l`.
    pub fn get(&self, name: &str, l: usize) -> Option<&Matrix> {
        self.values.get(&in_layer(name, l))
    }

    /// An entry of it, or NaN.
    pub fn at(&self, name: &str, l: usize, entry: (usize, usize)) -> f64 {
        self.get(name, l).map_or(f64::NAN, |value| value[entry])
    }

    /// The number of the first step with this name; without one, a number beyond the last.
    pub fn when(&self, name: &str, l: usize) -> usize {
        let has = |[.., hidden, rules, _]: &Step| {
            let mut names = rules.split([' ', ';']).chain(hidden.split(' '));
            names.any(|part| part == in_layer(name, l))
        };
        1 + self.steps.iter().position(has).unwrap_or(self.steps.len())
    }

    /// The units of layer `l`; the loss is one.
    pub fn size(&self, l: usize) -> usize {
        self.get("yˡ", l).map_or(1, Matrix::cols)
    }

    /// The edges from layer `l − 1` to layer `l`.
    pub fn edges(&self, l: usize) -> impl Iterator<Item = Place> + use<> {
        let (m, n) = (self.size(l), self.size(l - 1));
        (0..m * n).map(move |k| (l, k / n, k % n))
    }
}

/// A text for layer `l`, written `ˡ`; `ᵏ` is the layer below, `ᵐ` the one above.
pub fn in_layer(text: &str, l: usize) -> String {
    let raised = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶"];
    let text = text.replace('ᵏ', raised[l.saturating_sub(1)]).replace('ᵐ', raised[l + 1]);
    text.replace('ˡ', raised[l]).replace("new ", "new\u{a0}") // a space within a name
}

/// Four decimals, or fewer where these are all; a power of ten where four decimals say little.
pub fn show(a: f64) -> String {
    let (exact, four) = ((a + 0.0).to_string(), format!("{a:.4}"));
    match a.abs() {
        0.0 | 1e-3..1e5 if exact.len() <= four.len() => exact.replace('-', "−"),
        1e-3..1e5 => four.replace('-', "−"),
        _ => number(a),
    }
}
