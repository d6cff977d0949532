//! Networks at points where mistakes show.

use super::super::{output, random::Rng};
use super::{Activation, Layer, Loss, Matrix, Network};

/// Networks with inputs and targets at which every mistake of [Classic bugs][crate::chapters::bugs]
/// shows, the same ones for the same seed.
///
/// A mistake does not show if what it changes is 0, or the same with and without it, or does not occur. So
/// `λ > 0` and no bias is 0; in each layer the largest `|z|` is 4, and each unit has `z` of both signs.
/// Each loss comes with each last activation that it allows, and below it all activations take
/// turns. All that twice: with as many samples and units as inputs, so that a transposed matrix or
/// a sum over the wrong axis fits; and with 12 samples, five layers, 11 outputs and no size twice, so
/// that a wrong factor shows what it counts.
pub fn revealing_cases(seed: u64) -> Vec<(Network, Matrix, Matrix)> {
    let rng = &mut Rng::new(seed);
    let all = Loss::ALL.iter().flat_map(|&loss| Activation::ALL.map(|last| (loss, last)));
    let pairs: Vec<_> = all.filter(|&(loss, last)| output::fits(loss, last).is_ok()).collect();
    let case = |k: usize| {
        let square = k < pairs.len();
        let sizes: &[usize] = if square { &[3, 3, 3, 3, 3] } else { &[12, 2, 4, 6, 3, 5, 11] };
        let (loss, last) = pairs[k % pairs.len()];
        let below = Activation::ALL.into_iter().cycle().skip(k).take(sizes.len() - 3);
        let phi: Vec<Activation> = below.chain([last]).collect();
        draw(sizes, &phi, loss, rng)
    };
    (0..2 * pairs.len()).map(case).collect()
}

type Case = (Network, Matrix, Matrix);

/// The sizes are the number of samples, of inputs, and of the units of each layer.
fn draw(sizes: &[usize], phi: &[Activation], loss: Loss, rng: &mut Rng) -> Case {
    let mut draw = |m, n| Matrix::from_fn(m, n, |_, _| 2.0 * rng.uniform() - 1.0);
    let samples = sizes[0];
    let x = draw(samples, sizes[1]);
    let (mut y, mut layers) = (x.clone(), Vec::new());
    for (&units, &activation) in sizes[2..].iter().zip(phi) {
        let w = draw(units, y.cols());
        let z = y.matmul_transposed(&w);
        // Of the first two samples, one has z above 0 and one below.
        let b = Matrix::from_fn(1, units, |_, j| -0.3 * z[(0, j)] - 0.7 * z[(1, j)]);
        let z = z.add_row(&b);
        let scale = 4.0 / z.as_slice().iter().fold(0.0, |max: f64, z| z.abs().max(max));
        layers.push(Layer { weights: &w * scale, biases: &b * scale, activation });
        y = activation.apply(&(&z * scale));
    }
    let network = Network::from_layers(layers, loss).and_then(|n| n.with_weight_decay(0.1));
    let t = match loss {
        Loss::BinaryCrossEntropy => Matrix::from_fn(samples, y.cols(), |i, j| ((i + j) % 2) as f64),
        Loss::CategoricalCrossEntropy => Activation::Softmax.apply(&draw(samples, y.cols())),
        Loss::MeanSquaredError => Activation::Sigmoid.apply(&draw(samples, y.cols())),
    };
    (network.expect("the shapes fit"), x, t)
}
