//! The classic mistakes, each one line of a copy of `backward`: the gradient check catches them
//! all, and passes the copy without them. `docs/bugs.md` tells what each one prints and does.

mod common;

use backprop::{
    Activation, Dataset, GradientDescent, Gradients, Initialization, Loss, Matrix, Network, Rng,
    Trace, check_gradients,
};

/// One wrong line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bug {
    PhiOfY,
    UpdatedTooEarly,
    RawError,
    TransposedOuterProduct,
    SumForMean,
    MeanTwice,
    BiasLeftOut,
    BiasOverWrongAxis,
    HalfTheDecay,
    DecayWithWrongSign,
    DecayOnBiases,
    DiagonalSoftmax,
    DecayOncePerSample,
}

const BUGS: [Bug; 13] = [
    Bug::PhiOfY,
    Bug::UpdatedTooEarly,
    Bug::RawError,
    Bug::TransposedOuterProduct,
    Bug::SumForMean,
    Bug::MeanTwice,
    Bug::BiasLeftOut,
    Bug::BiasOverWrongAxis,
    Bug::HalfTheDecay,
    Bug::DecayWithWrongSign,
    Bug::DecayOnBiases,
    Bug::DiagonalSoftmax,
    Bug::DecayOncePerSample,
];

const LEARNING_RATE: f64 = 1.0;

/// A copy of `Network::backward`, from the last layer down, with at most one wrong line.
fn backward(bug: Option<Bug>, network: &Network, trace: &Trace, targets: &Matrix) -> Gradients {
    let (last, n) = (network.depth(), targets.rows() as f64);
    let mut grad_y = network.loss_function().derivative(trace.y(last), targets);
    let (mut weights, mut biases) = (Vec::new(), Vec::new());
    for l in (1..=last).rev() {
        let delta = match bug {
            Some(Bug::MeanTwice) if l == last => {
                &through(bug, network, trace, l, &grad_y) * (1.0 / n)
            }
            Some(Bug::SumForMean) if l == last => &through(bug, network, trace, l, &grad_y) * n,
            _ => through(bug, network, trace, l, &grad_y),
        };
        let (w, y) = (&network.layer(l).weights, trace.y(l - 1));
        let grad_w = match bug {
            Some(Bug::TransposedOuterProduct) if w.rows() == w.cols() => {
                y.transpose().matmul(&delta)
            }
            _ => delta.transpose().matmul(y),
        };
        weights.insert(0, grad_w.add_scaled(decay(bug, network.weight_decay(), n), w));
        biases.insert(
            0,
            match bug {
                Some(Bug::BiasLeftOut) => Matrix::zeros(1, delta.cols()),
                Some(Bug::BiasOverWrongAxis) if delta.rows() == delta.cols() => {
                    delta.transpose().column_sums()
                }
                Some(Bug::DecayOnBiases) => {
                    delta.column_sums().add_scaled(network.weight_decay(), &network.layer(l).biases)
                }
                _ => delta.column_sums(),
            },
        );
        grad_y = match bug {
            Some(Bug::RawError) => grad_y.matmul(w),
            Some(Bug::UpdatedTooEarly) => delta.matmul(&w.add_scaled(-LEARNING_RATE, &weights[0])),
            _ => delta.matmul(w),
        };
    }
    Gradients::new(weights, biases)
}

/// `δˡ` from `∇_y ℰ`.
fn through(
    bug: Option<Bug>,
    network: &Network,
    trace: &Trace,
    l: usize,
    grad_y: &Matrix,
) -> Matrix {
    let (z, y) = (trace.z(l), trace.y(l));
    match (network.layer(l).activation, bug) {
        (Activation::Softmax, Some(Bug::DiagonalSoftmax)) => {
            grad_y.hadamard(&y.map(|y| y * (1.0 - y)))
        }
        (phi @ Activation::Softmax, _) => phi.grad_z(z, y, grad_y),
        (phi, Some(Bug::PhiOfY)) => grad_y.hadamard(&phi.derivative(y)),
        (phi, _) => grad_y.hadamard(&phi.derivative(z)),
    }
}

/// The factor of `W` in `∇W`.
fn decay(bug: Option<Bug>, lambda: f64, n: f64) -> f64 {
    match bug {
        Some(Bug::HalfTheDecay) => lambda / 2.0,
        Some(Bug::DecayWithWrongSign) => -lambda,
        Some(Bug::DecayOncePerSample) => lambda * n,
        _ => lambda,
    }
}

/// A network on which every mistake shows: square layers, a hidden softmax, weight decay, biases
/// that are not 0, and as many samples as units.
fn exposed() -> (Network, Matrix, Matrix) {
    let layers = [(3, Activation::Tanh), (3, Activation::Softmax), (3, Activation::Tanh)];
    let mut rng = Rng::new(1);
    let start =
        Network::new(3, &layers, Loss::MeanSquaredError, Initialization::default(), &mut rng);
    let start = start.and_then(|network| network.with_weight_decay(0.1)).expect("a network");
    let mut draw = || Matrix::from_fn(3, 3, |_, _| 2.0 * rng.uniform() - 1.0);
    let (x, targets) = (draw(), draw());
    // One step of descent moves the biases away from 0.
    let mut network = start;
    let step = GradientDescent { learning_rate: LEARNING_RATE };
    network.train_on_batch(&x, &targets, &step).expect("finite numbers");
    (network, x, targets)
}

#[test]
fn the_gradient_check_catches_every_classic_mistake() {
    let (network, x, targets) = exposed();
    for bug in BUGS {
        let gradients = backward(Some(bug), &network, &network.forward(&x), &targets);
        let check = check_gradients(&network, &x, &targets, &gradients);
        assert!(!check.passed(), "{bug:?} is not caught: {check}");
        let worst = check.worst.expect("a failed check with entries has a worst one").to_string();
        println!("{bug:?}: {worst}");
        let told = include_str!("../docs/bugs.md").contains(&worst);
        assert!(told, "docs/bugs.md does not show what the check prints for {bug:?}:\n{worst}");
    }
}

#[test]
fn the_gradient_check_passes_the_copy_without_a_mistake() {
    let (network, x, targets) = exposed();
    let gradients = backward(None, &network, &network.forward(&x), &targets);
    let check = check_gradients(&network, &x, &targets, &gradients);
    assert!(check.passed(), "{check}");
}

/// How many of 100 seeds solve XOR with this mistake, and the median loss, after 250 iterations.
fn train(bug: Option<Bug>, layers: [(usize, Activation); 2], lambda: f64) -> (usize, f64) {
    let (xor, descent) = (Dataset::xor(), GradientDescent { learning_rate: LEARNING_RATE });
    let (mut solved, mut losses) = (0, Vec::new());
    for seed in 1..=100 {
        let loss = Loss::BinaryCrossEntropy;
        let network =
            Network::new(2, &layers, loss, Initialization::default(), &mut Rng::new(seed));
        let mut network =
            network.and_then(|network| network.with_weight_decay(lambda)).expect("a network");
        for _ in 0..250 {
            let gradients = backward(bug, &network, &network.forward(xor.inputs()), xor.targets());
            network.step(gradients, &descent).expect("finite numbers");
        }
        let trace = network.forward(xor.inputs());
        let right =
            trace.y(2).zip_map(xor.targets(), |y, t| if (y - t).abs() < 0.5 { 1.0 } else { 0.0 });
        solved += usize::from(right.sum() == 4.0);
        losses.push(network.loss(&trace, xor.targets()));
    }
    losses.sort_by(f64::total_cmp);
    (solved, f64::midpoint(losses[49], losses[50]))
}

#[test]
fn the_chapter_tells_what_each_mistake_does_to_training() {
    for bug in BUGS {
        let (units, hidden, lambda) = match bug {
            Bug::DiagonalSoftmax => (4, Activation::Softmax, 0.0),
            Bug::BiasOverWrongAxis => (4, Activation::Tanh, 0.0),
            Bug::HalfTheDecay
            | Bug::DecayWithWrongSign
            | Bug::DecayOnBiases
            | Bug::DecayOncePerSample => (4, Activation::Tanh, 0.01),
            _ => (2, Activation::Tanh, 0.0),
        };
        let layers = [(units, hidden), (1, Activation::Sigmoid)];
        let ((right, right_loss), (wrong, wrong_loss)) =
            (train(None, layers, lambda), train(Some(bug), layers, lambda));
        let hidden = format!("{hidden:?}").to_lowercase();
        let start = format!("| `{bug:?}` | 2-{units}-1 {hidden}, λ = {lambda} |");
        println!("{start} {right} | {wrong} | {right_loss:.3} | {wrong_loss:.3} |");
        assert_told(&start, [right as f64, wrong as f64], 3.0);
        assert_told(&start, [right_loss, wrong_loss], 0.03);
    }
}

/// Asserts that the chapter's row has these two numbers, in this order. The last bit of a `tanh`
/// differs between machines, and training with a mistake may amplify it: hence the tolerance.
#[track_caller]
fn assert_told(start: &str, expected: [f64; 2], tolerance: f64) {
    let row = include_str!("../docs/bugs.md").lines().find(|line| line.starts_with(start));
    let row = row.unwrap_or_else(|| panic!("docs/bugs.md lacks the row {start} … {expected:?}"));
    let cells: Vec<f64> =
        row[start.len()..].split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
    let told = |pair: &[f64]| {
        (pair[0] - expected[0]).abs() <= tolerance && (pair[1] - expected[1]).abs() <= tolerance
    };
    assert!(
        cells.len() == 4 && (told(&cells[..2]) || told(&cells[2..])),
        "measured {expected:?}, but the row is {row}"
    );
}
