//! Beyond the sizes that the other tests draw: what holds for a few layers, units and samples holds
//! for many.

use crate::common::assert_near;

use backprop::{
    Activation, GradientDescent, Gradients, Initialization, Loss, Matrix, Network, Rng,
};

/// In a direction `d` drawn at random, the slope `(ℒ(p + hd) − ℒ(p − hd)) / 2h` is `⟨∇, d⟩`. Catches a
/// mean, a gradient or a step that leaves out some samples, units or layers.
#[test]
fn large_networks_and_batches_have_the_mean_loss_and_the_right_slope() {
    let (mut rng, h, loss) = (Rng::new(1), 1e-6, Loss::CategoricalCrossEntropy);
    for (sizes, n) in [(vec![8; 61], 2), (vec![5, 300, 1, 200, 2], 3), (vec![3, 4, 2], 1000)] {
        let mut layers: Vec<_> = sizes[1..].iter().map(|&m| (m, Activation::Tanh)).collect();
        layers.last_mut().expect("a layer").1 = Activation::Softmax;
        let start = Initialization::GlorotUniform;
        let network = Network::new(sizes[0], &layers, loss, start, &mut rng);
        let network = network.and_then(|n| n.with_weight_decay(0.01)).expect("a network");
        let mut normal = |(m, n)| Matrix::from_fn(m, n, |_, _| rng.normal());
        let x = normal((n, sizes[0]));
        let t = Activation::Softmax.apply(&normal((n, sizes[sizes.len() - 1])));
        let of = |network: &Network, x: &Matrix, t: &Matrix| network.loss(&network.forward(x), t);
        let one = |i| of(&network, &x.select_rows(&[i]), &t.select_rows(&[i]));
        let mean = (0..n).map(one).sum::<f64>() / n as f64;
        assert_near(&format!("loss of {n}"), of(&network, &x, &t), mean, 1e-12, 1.0);
        let (g, mut slope) = (network.backward(&network.forward(&x), &t), 0.0);
        let dw: Vec<_> = network.layers().iter().map(|l| normal(l.weights.shape())).collect();
        let db: Vec<_> = network.layers().iter().map(|l| normal(l.biases.shape())).collect();
        for sign in [-1.0, 1.0] {
            let all = |d: &[Matrix]| d.iter().map(|d| d * sign).collect();
            let (d, mut moved) = (Gradients::new(all(&dw), all(&db)), network.clone());
            moved.step(d, &GradientDescent { learning_rate: h }).expect("finite numbers");
            slope -= sign * of(&moved, &x, &t) / (2.0 * h);
        }
        let of_layer = |l| {
            let (w, b) = (g.weights(l).hadamard(&dw[l - 1]), g.biases(l).hadamard(&db[l - 1]));
            w.sum() + b.sum()
        };
        let found = (1..=network.depth()).map(of_layer).sum();
        assert_near(&format!("slope, {sizes:?}"), found, slope, 1e-8, 1.0);
    }
}
