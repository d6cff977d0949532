//! A network and its sample, as read from a text: `worked.txt` shows the format.

use std::fmt::Debug;

use backprop::{Activation, Error, GradientDescent, Layer, Loss, Matrix, Network};

/// The worked example of chapter 1.
pub const WORKED: &str = include_str!("worked.txt");

/// A network, one sample with its target, and the step that is taken.
pub struct Example {
    /// With its weight decay.
    pub network: Network,
    /// The sample, a row.
    pub x: Matrix,
    /// Its target.
    pub t: Matrix,
    /// The learning rate.
    pub descent: GradientDescent,
}

impl Example {
    /// The example in a text. An error says where it is, what was found and what was expected.
    pub fn read(text: &str) -> Result<Self, Error> {
        let (mut x, mut t, mut loss, mut lambda, mut eta) = (None, None, None, None, None);
        let mut layers: Vec<Layer> = Vec::new();
        for (number, line) in (1..).zip(text.replace('−', "-").lines()) {
            let line = line.split('#').next().unwrap_or_default().trim();
            let (key, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let last = layers.last_mut();
            let read = match key {
                "" => Some(()),
                "x" => once(&mut x, matrix(rest)),
                "t" => once(&mut t, matrix(rest)),
                "W" => matrix(rest).map(|w| layers.push(identity(w))),
                "b" => last.zip(matrix(rest)).map(|(of, b)| of.biases = b),
                "phi" => {
                    last.zip(named(&Activation::ALL, rest)).map(|(of, phi)| of.activation = phi)
                }
                "loss" => once(&mut loss, named(&Loss::ALL, rest)),
                "lambda" => once(&mut lambda, rest.trim().parse().ok()),
                "eta" => once(&mut eta, rest.trim().parse().ok()),
                _ => None,
            };
            read.ok_or_else(|| format!("line {number}: found {line:?}, {}", expected(key)))?;
        }
        let missing = |key| format!("found no line {key}, {}", expected(key));
        let (x, t) = (x.ok_or_else(|| missing("x"))?, t.ok_or_else(|| missing("t"))?);
        let network = Network::from_layers(layers, loss.ok_or_else(|| missing("loss"))?)?;
        let network = network.with_weight_decay(lambda.unwrap_or(0.0))?;
        let descent = GradientDescent { learning_rate: eta.unwrap_or(0.1) };
        network.clone().train_on_batch(&x, &t, &descent)?; // refuses what does not fit
        limit(&network, &x)?;
        Ok(Self { network, x, t, descent })
    }
}

/// Refuses what the page has no room for, and a softmax for which (16) does not hold.
fn limit(network: &Network, x: &Matrix) -> Result<(), String> {
    let (layers, (samples, inputs)) = (network.layers(), x.shape());
    let (l, most) =
        (layers.len(), layers.iter().map(|of| of.biases.cols()).fold(inputs, usize::max));
    let softmax = layers.iter().filter(|of| of.activation == Activation::Softmax).count();
    let paired = usize::from(network.loss_function() == Loss::CategoricalCrossEntropy);
    let fits = l <= 4 && most <= 4 && samples == 1 && softmax == paired;
    let found = format!("layers {l}, units {most}, samples {samples}, softmax {softmax}");
    let limit =
        "layers and units at most 4, samples 1, softmax only before CategoricalCrossEntropy";
    if fits { Ok(()) } else { Err(format!("found: {found}; expected: {limit}")) }
}

/// A layer without biases and activation.
fn identity(weights: Matrix) -> Layer {
    Layer { biases: Matrix::zeros(1, weights.rows()), weights, activation: Activation::Identity }
}

/// The activation or the loss with this name, in capitals or not.
fn named<T: Copy + Debug>(all: &[T], name: &str) -> Option<T> {
    all.iter().copied().find(|one| format!("{one:?}").eq_ignore_ascii_case(name.trim()))
}

/// `0.5 0.25; 1 -0.25`: rows of equal length.
fn matrix(text: &str) -> Option<Matrix> {
    let row = |row: &str| row.split_whitespace().map(|a| a.parse().ok()).collect();
    let rows = text.split(';').map(row).collect::<Option<Vec<Vec<f64>>>>()?;
    let columns = rows[0].len();
    let equal = columns > 0 && rows.iter().all(|row| row.len() == columns);
    equal.then(|| Matrix::from_vec(rows.len(), columns, rows.concat()))
}

/// Keeps what is found, unless there is something already.
fn once<T>(kept: &mut Option<T>, found: Option<T>) -> Option<()> {
    kept.replace(found?).is_none().then_some(())
}

/// The line of the worked example that begins alike.
fn expected(key: &str) -> String {
    let alike = WORKED.lines().find(|line| line.split(' ').next() == Some(key));
    let line = alike.unwrap_or("one of x, t, W, b, phi, loss, lambda, eta");
    format!("expected: {}", line.split_whitespace().collect::<Vec<_>>().join(" "))
}
