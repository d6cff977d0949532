//! Beyond the sizes that the other tests draw: what holds for a few layers, units and samples holds
//! for many.

use crate::common::assert_near;

use backprop::{Activation, GradientDescent, Initialization, Loss, Matrix, Network, Rng};

/// The slope in a direction drawn at random, for each layer: `(ℒ(p + hd) − ℒ(p − hd)) / 2h` and
/// `⟨∇, d⟩`. Catches a sum, a mean or a gradient that ends after some samples, units or layers,
/// and a step that forgets a layer.
#[test]
fn large_networks_and_batches_have_the_mean_loss_and_the_right_slopes() {
    let (mut rng, h, loss) = (Rng::new(1), 1e-5, Loss::CategoricalCrossEntropy);
    for (sizes, n) in [(vec![8; 61], 2), (vec![5, 300, 1, 200, 2], 3), (vec![3, 4, 2], 1000)] {
        let mut layers: Vec<_> = sizes[1..].iter().map(|&m| (m, Activation::Tanh)).collect();
        layers.last_mut().expect("a layer").1 = Activation::Softmax;
        let start = Initialization::GlorotUniform;
        let network = Network::new(sizes[0], &layers, loss, start, &mut rng).expect("a network");
        let mut normal = |(m, n)| Matrix::from_fn(m, n, |_, _| rng.normal());
        let x = normal((n, sizes[0]));
        let t = Activation::Softmax.apply(&normal((n, sizes[sizes.len() - 1])));
        let loss_of =
            |network: &Network, x: &Matrix, t: &Matrix| network.loss(&network.forward(x), t);
        let one = |i| loss_of(&network, &x.select_rows(&[i]), &t.select_rows(&[i]));
        let mean = (0..n).map(one).sum::<f64>() / n as f64;
        assert_near(&format!("loss of {n}"), loss_of(&network, &x, &t), mean, 1e-12, 1.0);
        let gradients = network.backward(&network.forward(&x), &t);
        let (mut after, eta) = (network.clone(), 0.25);
        after.step(gradients.clone(), &GradientDescent { learning_rate: eta }).expect("finite");
        for l in 1..=network.depth() {
            let (w, b) = (gradients.weights(l), gradients.biases(l));
            let (old, new) = (network.layer(l), after.layer(l));
            assert_eq!(new.weights, old.weights.add_scaled(-eta, w), "W{l} after a step");
            assert_eq!(new.biases, old.biases.add_scaled(-eta, b), "b{l} after a step");
            let (dw, db) = (normal(w.shape()), normal(b.shape()));
            let moved = |h| {
                let mut layers = network.layers().to_vec();
                layers[l - 1].weights = layers[l - 1].weights.add_scaled(h, &dw);
                layers[l - 1].biases = layers[l - 1].biases.add_scaled(h, &db);
                loss_of(&Network::from_layers(layers, loss).expect("finite"), &x, &t)
            };
            let found = w.hadamard(&dw).sum() + b.hadamard(&db).sum();
            let slope = (moved(h) - moved(-h)) / (2.0 * h);
            assert_near(&format!("slope in layer {l} of {sizes:?}"), found, slope, 1e-6, 1e-3);
        }
    }
}
