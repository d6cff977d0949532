//! The gradient is right: against finite differences, against itself, and in what it must not see.

use crate::common;

use std::panic::catch_unwind;

use backprop::gradient_check::Verdict;
use backprop::{
    Activation, Dataset, GradientCheck, GradientDescent, Gradients, Initialization, Layer, Loss,
    Matrix, Network, Rng,
};
use common::{Case, assert_close, assert_near, cases, matrix};
use proptest::prelude::*;

proptest! {
    #![proptest_config(common::config(512))]

    /// Catches a wrong factor, a missing transpose, a dropped or misplaced φ′, a diagonal softmax,
    /// a decay that is missing or on the biases.
    #[test]
    fn backward_agrees_with_finite_differences(Case { network, x, targets } in cases()) {
        let check = GradientCheck::of(&network, &x, &targets);
        prop_assert_ne!(check.verdict(), Verdict::Failed, "{}", check);
    }

    /// Catches a sum where the mean is meant, a bias summed over the wrong axis, λ counted once a sample.
    #[test]
    fn the_batch_gradient_is_the_mean_of_the_per_sample_gradients(Case { network, x, targets } in cases()) {
        let batch = network.backward(&network.forward(&x), &targets);
        let ones: Vec<Gradients> = (0..x.rows())
            .map(|i| network.backward_one(&network.forward(&x.select_rows(&[i])), &targets.select_rows(&[i])))
            .collect();
        let size = largest_term(&network, &network.forward(&x), &targets);
        for l in 1..=network.depth() {
            assert_close(&format!("∇W{l}"), batch.weights(l), &mean(&ones, |g| g.weights(l)), 1e-13, size);
            assert_close(&format!("∇b{l}"), batch.biases(l), &mean(&ones, |g| g.biases(l)), 1e-13, size);
        }
    }

    /// Catches a 1/N that is missing, or there twice.
    #[test]
    fn doubling_every_sample_changes_nothing(Case { network, x, targets } in cases()) {
        let twice: Vec<usize> = (0..x.rows()).flat_map(|i| [i, i]).collect();
        assert_same_step(&Case { network, x, targets }, &twice);
    }

    /// Catches a sample that is treated otherwise than its neighbours, or is left out.
    #[test]
    fn the_order_of_the_samples_changes_nothing(Case { network, x, targets } in cases(), seed: u64) {
        let mut order: Vec<usize> = (0..x.rows()).collect();
        Rng::new(seed).shuffle(&mut order);
        assert_same_step(&Case { network, x, targets }, &order);
    }
}

proptest! {
    #![proptest_config(common::config(512))]

    /// Catches a factor that the loss has and its derivative has not, such as the 1/N of any of the three.
    #[test]
    fn the_derivative_of_a_loss_is_its_difference_quotient(
        loss in prop::sample::select(&Loss::ALL[..]), (y, t) in (1..=4usize, 1..=3usize)
            .prop_flat_map(|(n, outputs)| (matrix(n, outputs), matrix(n, outputs))),
    ) {
        let (y, t) = (y.map(|y| 0.5 + y / 5.0), t.map(|t| 0.5 + t / 4.0)); // y within 0.1 and 0.9, t within 0 and 1
        let quotient = Matrix::from_fn(y.rows(), y.cols(), |i, j| {
            let moved = |h: f64| {
                let mut y = y.clone();
                y[(i, j)] += h;
                loss.value(&y, &t)
            };
            let central = |h: f64| (moved(h) - moved(-h)) / (2.0 * h);
            (4.0 * central(1.5e-4) - central(3e-4)) / 3.0
        });
        assert_close("∂ℰ/∂Y", &loss.derivative(&y, &t), &quotient, 1e-8, 1.0);
    }
}

fn mean<'a>(gradients: &'a [Gradients], part: impl Fn(&'a Gradients) -> &'a Matrix) -> Matrix {
    let (rows, cols) = part(&gradients[0]).shape();
    let sum = gradients.iter().fold(Matrix::zeros(rows, cols), |sum, g| &sum + part(g));
    &sum * (1.0 / gradients.len() as f64)
}

/// Asserts that the batch with these rows has the same loss and gradient.
fn assert_same_step(Case { network, x, targets }: &Case, rows: &[usize]) {
    let (other_x, other_targets) = (x.select_rows(rows), targets.select_rows(rows));
    let (trace, other_trace) = (network.forward(x), network.forward(&other_x));
    let loss = network.loss(&trace, targets);
    assert_near("loss", network.loss(&other_trace, &other_targets), loss, 1e-13, 1.0);
    let gradients = network.backward(&trace, targets);
    let others = network.backward(&other_trace, &other_targets);
    let size = largest_term(network, &trace, targets);
    for l in 1..=network.depth() {
        assert_close(&format!("∇W{l}"), others.weights(l), gradients.weights(l), 1e-13, size);
        assert_close(&format!("∇b{l}"), others.biases(l), gradients.biases(l), 1e-13, size);
    }
}

/// The largest number that any sum of the backward pass can meet: rounding is relative to it.
fn largest_term(network: &Network, trace: &backprop::Trace, targets: &Matrix) -> f64 {
    let size = |m: &Matrix| m.as_slice().iter().fold(1.0_f64, |size, a| size.max(a.abs()));
    let last = network.depth();
    let mut delta = size(trace.y(last)).max(size(targets));
    let mut term = 1.0_f64;
    for l in (1..=last).rev() {
        term = term.max(delta * size(trace.y(l - 1)));
        delta *= size(&network.layer(l).weights) * network.layer(l).weights.rows() as f64;
    }
    term
}

fn layer(weights: &[&[f64]], biases: &[f64], activation: Activation) -> Layer {
    Layer { weights: Matrix::from_rows(weights), biases: Matrix::row_vector(biases), activation }
}

fn one_number(activation: Activation, w: f64) -> Network {
    Network::from_layers(vec![layer(&[&[w]], &[0.0], activation)], Loss::MeanSquaredError)
        .expect("a network")
}

#[test]
fn the_derivative_of_relu_at_0_is_0() {
    let z = Matrix::row_vector(&[-0.0, 0.0, 5e-324]);
    assert_eq!(Activation::Relu.derivative(&z), Matrix::row_vector(&[0.0, 0.0, 1.0]));
}

#[test]
fn softmax_gives_no_wrong_derivative() {
    let panic = catch_unwind(|| Activation::Softmax.derivative(&Matrix::zeros(1, 2)))
        .expect_err("no φ′ exists");
    let message = panic.downcast_ref::<&str>().expect("a message");
    assert!(message.contains("grad_z"), "{message}");
}

#[test]
fn four_tanh_units_solve_xor_from_every_seed() {
    let xor = Dataset::xor();
    let descent = GradientDescent { learning_rate: 1.0 };
    let layers = [(4, Activation::Tanh), (1, Activation::Sigmoid)];
    for seed in 1..=100 {
        let mut rng = Rng::new(seed);
        let mut network =
            Network::new(2, &layers, Loss::BinaryCrossEntropy, Initialization::default(), &mut rng)
                .expect("a network");
        let mut loss = f64::NAN;
        for iteration in 1..=5000 {
            loss = network
                .train_on_batch(xor.inputs(), xor.targets(), &descent)
                .expect("finite numbers");
            assert!(loss >= 0.0, "seed {seed}, iteration {iteration}: loss {loss}");
            if iteration == 1000 {
                let y = network.predict(xor.inputs());
                let wrong = (&y - xor.targets()).as_slice().iter().any(|error| error.abs() >= 0.5);
                assert!(!wrong, "seed {seed} is not solved after 1000 iterations:\n{y}");
            }
        }
        let largest = (1..=2)
            .flat_map(|l| network.layer(l).weights.as_slice())
            .fold(0.0_f64, |a, w| a.max(w.abs()));
        assert!(
            loss < 0.01 && largest < 20.0,
            "seed {seed} after 5000 iterations: loss {loss}, weight {largest}"
        );
    }
}

#[test]
fn a_network_that_cannot_be_is_refused_with_the_reason() {
    let new = |inputs, layers: &[(usize, Activation)], loss| {
        Network::new(inputs, layers, loss, Initialization::Zeros, &mut Rng::new(0))
            .expect_err("refused")
            .to_string()
    };
    let mse = Loss::MeanSquaredError;
    assert_eq!(new(2, &[], mse), "a network needs at least one layer, none is given");
    assert_eq!(
        new(0, &[(1, Activation::Tanh)], mse),
        "the input has size 0, but must have at least 1"
    );
    let empty = [(2, Activation::Tanh), (0, Activation::Tanh), (1, Activation::Tanh)];
    assert_eq!(new(2, &empty, mse), "layer 2 has 0 units, but must have at least 1");
    assert_eq!(
        new(2, &[(1, Activation::Tanh)], Loss::BinaryCrossEntropy),
        "BinaryCrossEntropy needs Sigmoid as last activation, not Tanh"
    );
    let by_hand = |layers| Network::from_layers(layers, mse).expect_err("refused").to_string();
    let first = layer(&[&[1.0, 2.0], &[3.0, 4.0]], &[0.0, 0.0], Activation::Tanh);
    let second = layer(&[&[1.0, 2.0, 3.0]], &[0.0], Activation::Tanh);
    assert_eq!(
        by_hand(vec![first.clone(), second]),
        "the weights of layer 2 are 1 × 3, but must be 1 × 2"
    );
    let biases = layer(&[&[1.0, 2.0]], &[0.0, 0.0], Activation::Tanh);
    assert_eq!(
        by_hand(vec![first.clone(), biases]),
        "the biases of layer 2 are 1 × 2, but must be 1 × 1"
    );
    let nan = layer(&[&[1.0, f64::NAN]], &[0.0], Activation::Tanh);
    assert_eq!(
        by_hand(vec![first, nan]),
        "entry (0, 1) of the weights of layer 2 is NaN, but must be finite"
    );
    for lambda in [-1.0, f64::NAN, f64::INFINITY] {
        let error = one_number(Activation::Tanh, 1.0)
            .with_weight_decay(lambda)
            .expect_err("refused")
            .to_string();
        assert_eq!(
            error,
            format!("the weight decay is {lambda}, but must be at least 0 and finite")
        );
    }
}

#[test]
fn a_batch_that_does_not_fit_is_refused_with_the_reason() {
    let layers = [(1, Activation::Sigmoid)];
    let mut network =
        Network::new(2, &layers, Loss::BinaryCrossEntropy, Initialization::Zeros, &mut Rng::new(0))
            .expect("a network");
    let mut train = |x: &Matrix, targets: &Matrix| {
        let descent = GradientDescent { learning_rate: 1.0 };
        network.train_on_batch(x, targets, &descent).expect_err("refused").to_string()
    };
    let x = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
    let t = Matrix::from([[0.0], [2.0]]);
    assert_eq!(train(&x, &t), "target (1, 0) is 2, but BinaryCrossEntropy needs it in [0, 1]");
    assert_eq!(train(&x, &t.transpose()), "the targets of layer 1 are 1 × 2, but must be 2 × 1");
    assert_eq!(train(&t, &t), "the inputs of layer 0 are 2 × 1, but must be 2 × 2");
    assert_eq!(
        train(&(&x * f64::INFINITY), &t),
        "entry (0, 0) of the inputs of layer 0 is inf, but must be finite"
    );
    assert_eq!(
        train(&Matrix::zeros(0, 2), &Matrix::zeros(0, 1)),
        "the batch has no samples, but a mean needs at least one"
    );
}

#[test]
fn training_that_diverges_says_so_and_leaves_the_network_as_it_was() {
    let mut network = one_number(Activation::Identity, 0.5);
    let x = Matrix::row_vector(&[1e3]);
    let descent = GradientDescent { learning_rate: 1e3 };
    let error = loop {
        let before = network.clone();
        if let Err(error) = network.train_on_batch(&x, &x, &descent) {
            assert_eq!(network, before);
            break error;
        }
    };
    assert!(error.to_string().contains("layer 1"), "{error}");
}

/// A rate of 0 learns nothing, a negative one goes uphill, and neither would say so.
#[test]
fn a_learning_rate_that_is_not_positive_and_finite_is_refused_before_the_first_step() {
    let (xor, one) = (Dataset::xor(), Matrix::row_vector(&[1.0]));
    for learning_rate in [0.0, -0.0, -0.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let descent = GradientDescent { learning_rate };
        let rule = "but must be greater than 0 and finite";
        let expected = format!("the learning rate is {learning_rate}, {rule}");
        let layers = [(2, Activation::Tanh), (1, Activation::Sigmoid)];
        let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::GlorotNormal);
        let before = Network::new(2, &layers, loss, start, &mut Rng::new(2)).expect("a network");
        let mut network = before.clone();
        let trained = network.train_on_batch(xor.inputs(), xor.targets(), &descent);
        assert_eq!(trained.expect_err("refused").to_string(), expected);
        let gradients = network.backward(&network.forward(xor.inputs()), xor.targets());
        let stepped = network.step(gradients, &descent);
        assert_eq!(stepped.expect_err("refused").to_string(), expected);
        let stepped = descent.step(&one, one.clone());
        assert_eq!(stepped.expect_err("refused").to_string(), expected);
        assert_eq!(network, before, "learning rate {learning_rate}");
    }
}
