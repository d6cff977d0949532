//! Networks at points where every classic mistake shows.

use super::super::random::Rng;
use super::{Activation, Layer, Loss, Matrix, Network};
use Activation::{Identity, Relu, Sigmoid, Softmax, Tanh};

/// Networks with inputs and targets at which every mistake of [Classic bugs][crate::chapters::bugs]
/// shows, the same ones for the same seed.
///
/// A mistake hides where what it changes is 0, or is the same either way. So `λ > 0` (decay), no
/// bias is 0 (decay on the biases), layers have as many units as inputs (a transposed `W` fits), and
/// a batch has as many samples as units (a sum over the wrong axis fits). All activations occur, a
/// hidden softmax among them. In the last two networks no size occurs twice, so that a factor tells what
/// it counts, and the last batch is of one sample.
pub fn telling_cases(seed: u64) -> Vec<(Network, Matrix, Matrix)> {
    let rng = &mut Rng::new(seed);
    vec![
        case(&[3, 3, 3, 3], &[Tanh, Softmax, Tanh], Loss::MeanSquaredError, 3, rng),
        case(&[3, 3, 3, 3], &[Sigmoid, Relu, Sigmoid], Loss::BinaryCrossEntropy, 3, rng),
        case(&[3, 3, 3, 3], &[Identity, Tanh, Softmax], Loss::CategoricalCrossEntropy, 3, rng),
        case(&[2, 4, 3, 2], &[Tanh, Relu, Sigmoid], Loss::BinaryCrossEntropy, 5, rng),
        case(&[2, 4, 1], &[Tanh, Sigmoid], Loss::BinaryCrossEntropy, 1, rng),
    ]
}

/// Drawn again until every ReLU is on for some sample and off for another: else it hides its φ′, or
/// all that is below it.
fn case(
    sizes: &[usize],
    activations: &[Activation],
    loss: Loss,
    samples: usize,
    rng: &mut Rng,
) -> (Network, Matrix, Matrix) {
    loop {
        let drawn = draw(sizes, activations, loss, samples, rng);
        let trace = drawn.0.forward(&drawn.1);
        let mixed = |z: &Matrix, j| {
            let on = (0..samples).filter(|&i| z[(i, j)] > 0.0).count();
            on > 0 && on < samples
        };
        let mut relus =
            (1..sizes.len()).filter(|&l| activations[l - 1] == Relu).map(|l| trace.z(l));
        if relus.all(|z| (0..z.cols()).all(|j| mixed(z, j))) {
            return drawn;
        }
    }
}

fn draw(
    sizes: &[usize],
    activations: &[Activation],
    loss: Loss,
    samples: usize,
    rng: &mut Rng,
) -> (Network, Matrix, Matrix) {
    let mut draw = |m, n| Matrix::from_fn(m, n, |_, _| 2.0 * rng.uniform() - 1.0);
    let layers = sizes.windows(2).zip(activations).map(|(n, &activation)| {
        let (weights, biases) = (draw(n[1], n[0]), draw(1, n[1]));
        Layer { weights, biases, activation }
    });
    let network = Network::from_layers(layers.collect(), loss)
        .and_then(|network| network.with_weight_decay(0.1))
        .expect("the shapes fit");
    let (x, t) = (draw(samples, sizes[0]), draw(samples, sizes[sizes.len() - 1]));
    let targets = match loss {
        Loss::MeanSquaredError => t,
        Loss::BinaryCrossEntropy => t.map(|t| if t > 0.0 { 1.0 } else { 0.0 }),
        Loss::CategoricalCrossEntropy => Activation::Softmax.apply(&t), // each row sums to 1
    };
    (network, x, targets)
}

/// For example `3-3-3-3, tanh, softmax, tanh, …`.
pub(super) fn name(network: &Network, x: &Matrix) -> String {
    let layers = network.layers();
    let sizes = layers
        .iter()
        .fold(x.cols().to_string(), |sizes, layer| sizes + "-" + &layer.weights.rows().to_string());
    let activations: Vec<String> =
        layers.iter().map(|layer| format!("{:?}", layer.activation)).collect();
    let activations = activations.join(", ");
    let (loss, lambda, n) = (network.loss_function(), network.weight_decay(), x.rows());
    format!("{sizes} {activations};\n  {loss:?}, λ = {lambda}, N = {n}")
}
