//! The classic mistakes, each one line of a copy of `backward`: the gradient check catches them
//! all, and passes the copy without them. `docs/bugs.md` lists the wrong lines and what they do.

use Activation::{Sigmoid, Softmax, Tanh};
use backprop::{
    Activation, Dataset, GradientCheck, GradientDescent, Gradients, Initialization, Layer, Loss,
    Matrix, Network, Rng, Trace, Verdict, revealing_cases,
};

/// One wrong line.
#[rustfmt::skip]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bug {
    PhiOfY, UpdatedTooEarly, RawError, TransposedOuterProduct, SumForMean, MeanTwice, BiasLeftOut,
    BiasOverWrongAxis, HalfTheDecay, DecayWithWrongSign, DecayOnBiases, DecayLeftOut, DiagonalSoftmax,
    DecayOncePerSample, PhiOfAnotherLayer, UpdatedEverySample, Accumulated,
}

/// Each mistake, with the hidden layer and the λ of the XOR network that shows what it does.
const BUGS: [(Bug, usize, Activation, f64); 17] = [
    (Bug::PhiOfY, 2, Tanh, 0.0),
    (Bug::UpdatedTooEarly, 2, Tanh, 0.0),
    (Bug::RawError, 2, Tanh, 0.0),
    (Bug::TransposedOuterProduct, 2, Tanh, 0.0),
    (Bug::SumForMean, 2, Tanh, 0.0),
    (Bug::MeanTwice, 2, Tanh, 0.0),
    (Bug::BiasLeftOut, 2, Tanh, 0.0),
    (Bug::BiasOverWrongAxis, 4, Tanh, 0.0),
    (Bug::HalfTheDecay, 4, Tanh, 0.01),
    (Bug::DecayWithWrongSign, 4, Tanh, 0.01),
    (Bug::DecayOnBiases, 4, Tanh, 0.01),
    (Bug::DecayLeftOut, 4, Tanh, 0.01),
    (Bug::DiagonalSoftmax, 4, Softmax, 0.0),
    (Bug::DecayOncePerSample, 4, Tanh, 0.01),
    (Bug::PhiOfAnotherLayer, 2, Tanh, 0.0),
    (Bug::UpdatedEverySample, 2, Tanh, 0.0),
    (Bug::Accumulated, 2, Tanh, 0.0),
];

const LEARNING_RATE: f64 = 1.0;

/// Somebody's `backward`: with at most one wrong line, and what it keeps from call to call.
struct Program {
    bug: Option<Bug>,
    kept: Option<Gradients>,
}

impl Program {
    fn backward(&mut self, network: &Network, x: &Matrix, targets: &Matrix) -> Gradients {
        let gradients = match self.bug {
            Some(Bug::UpdatedEverySample) => updated_every_sample(network, x, targets),
            bug => backward(bug, network, &network.forward(x), targets),
        };
        let kept = self.kept.take().filter(|_| self.bug == Some(Bug::Accumulated));
        let sum = kept.map(|kept| combined(&kept, &gradients, |kept, new| kept + new));
        self.kept.insert(sum.unwrap_or(gradients)).clone()
    }
}

/// What a step for each sample of the batch, one after the other, changes in all, divided by η.
fn updated_every_sample(network: &Network, x: &Matrix, targets: &Matrix) -> Gradients {
    let mut moved = network.clone();
    let step = GradientDescent { learning_rate: LEARNING_RATE / x.rows() as f64 };
    for i in 0..x.rows() {
        let (x, t) = (x.select_rows(&[i]), targets.select_rows(&[i]));
        let gradients = moved.backward(&moved.forward(&x), &t);
        moved.step(gradients, &step).expect("finite numbers");
    }
    let of = |network: &Network, part: fn(&Layer) -> &Matrix| {
        network.layers().iter().map(part).cloned().collect()
    };
    let all = |n: &Network| Gradients::new(of(n, |l| &l.weights), of(n, |l| &l.biases));
    combined(&all(network), &all(&moved), |a, b| &(a - b) * (1.0 / LEARNING_RATE))
}

fn combined(a: &Gradients, b: &Gradients, f: impl Fn(&Matrix, &Matrix) -> Matrix) -> Gradients {
    let weights = (1..=a.depth()).map(|l| f(a.weights(l), b.weights(l)));
    let biases = (1..=a.depth()).map(|l| f(a.biases(l), b.biases(l)));
    Gradients::new(weights.collect(), biases.collect())
}

/// A copy of `Network::backward`, from the last layer down, with at most one wrong line.
fn backward(bug: Option<Bug>, network: &Network, trace: &Trace, targets: &Matrix) -> Gradients {
    let (last, n, lambda) = (network.depth(), targets.rows() as f64, network.weight_decay());
    let mut grad_y = network.loss_function().derivative(trace.y(last), targets);
    grad_y = match bug {
        Some(Bug::MeanTwice) => &grad_y * (1.0 / n),
        Some(Bug::SumForMean) => &grad_y * n,
        _ => grad_y,
    };
    let (mut weights, mut biases) = (Vec::new(), Vec::new());
    for l in (1..=last).rev() {
        let delta = through(bug, network, trace, l, &grad_y);
        let (Layer { weights: w, biases: b, .. }, y) = (network.layer(l), trace.y(l - 1));
        let grad_w = match bug {
            Some(Bug::TransposedOuterProduct) if w.rows() == w.cols() => {
                y.transpose().matmul(&delta)
            }
            _ => delta.transpose().matmul(y),
        };
        weights.insert(0, grad_w.add_scaled(decay(bug, lambda, n), w));
        let grad_b = match bug {
            Some(Bug::BiasLeftOut) => b * 0.0,
            Some(Bug::BiasOverWrongAxis) if b.cols() == delta.rows() => {
                delta.transpose().column_sums()
            }
            Some(Bug::DecayOnBiases) => delta.column_sums().add_scaled(lambda, b),
            _ => delta.column_sums(),
        };
        biases.insert(0, grad_b);
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
    let (z, y, phi) = (trace.z(l), trace.y(l), network.layer(l).activation);
    match (phi, bug) {
        (_, Some(Bug::PhiOfAnotherLayer)) if l < network.depth() => {
            let phi = network.layer(l + 1).activation;
            phi.grad_z(z, &phi.apply(z), grad_y)
        }
        (Softmax, Some(Bug::DiagonalSoftmax)) => grad_y.hadamard(&y.map(|y| y * (1.0 - y))),
        (_, Some(Bug::PhiOfY)) if phi != Softmax => phi.grad_z(y, y, grad_y),
        _ => phi.grad_z(z, y, grad_y),
    }
}

/// The factor of `W` in `∇W`.
fn decay(bug: Option<Bug>, lambda: f64, n: f64) -> f64 {
    match bug {
        Some(Bug::HalfTheDecay) => lambda / 2.0,
        Some(Bug::DecayWithWrongSign) => -lambda,
        Some(Bug::DecayOncePerSample) => lambda * n,
        Some(Bug::DecayLeftOut) => 0.0,
        _ => lambda,
    }
}

#[test]
fn the_gradient_check_catches_every_classic_mistake() {
    let check = |bug| {
        let (mut program, mut before) = (Program { bug, kept: None }, None);
        GradientCheck::of_function(|network, x, t| {
            if before.replace(network.clone()).as_ref() != Some(network) {
                program.kept = None; // what it keeps belongs to one network
            }
            program.backward(network, x, t)
        })
    };
    for (bug, ..) in BUGS {
        let check = check(Some(bug));
        assert_eq!(check.verdict(), Verdict::Failed, "{bug:?} is not caught: {check}");
    }
    assert!(check(None).passed(), "without a mistake: {}", check(None));
}

/// Catches a point at which a mistake hides: a bias, a decay or a derivative that is 0 there.
#[test]
fn every_mistake_shows_wherever_the_cases_of_the_check_are_drawn() {
    for (seed, (bug, ..)) in (0..25).flat_map(|seed| BUGS.map(|bug| (seed, bug))) {
        let shows = |(network, x, t): (Network, Matrix, Matrix)| {
            let mut program = Program { bug: Some(bug), kept: None };
            program.backward(&network, &x, &t);
            let gradients = program.backward(&network, &x, &t);
            let check = GradientCheck::of_gradients(&network, &x, &t, &gradients);
            check.verdict() == Verdict::Failed
        };
        let shown = revealing_cases(seed).into_iter().any(shows);
        assert!(shown, "seed {seed}: {bug:?} is not caught");
    }
}

/// What 250 iterations of XOR with this mistake do, for 100 seeds: how many seeds are solved, in how many
/// the loss rises after some step, and the median of the last losses.
fn train(bug: Option<Bug>, units: usize, hidden: Activation, lambda: f64) -> (usize, usize, f64) {
    let (xor, descent) = (Dataset::xor(), GradientDescent { learning_rate: LEARNING_RATE });
    let (layers, loss) = ([(units, hidden), (1, Sigmoid)], Loss::BinaryCrossEntropy);
    let (mut solved, mut rises, mut losses) = (0, 0, Vec::new());
    for seed in 1..=100 {
        let start = Initialization::default();
        let network = Network::new(2, &layers, loss, start, &mut Rng::new(seed));
        let mut network = network.and_then(|n| n.with_weight_decay(lambda)).expect("a network");
        let (mut program, mut trained) = (Program { bug, kept: None }, Vec::new());
        for _ in 0..250 {
            trained.push(network.loss(&network.forward(xor.inputs()), xor.targets()));
            let gradients = program.backward(&network, xor.inputs(), xor.targets());
            network.step(gradients, &descent).expect("finite numbers");
        }
        let trace = network.forward(xor.inputs());
        trained.push(network.loss(&trace, xor.targets()));
        let wrong = trace.y(2) - xor.targets();
        solved += usize::from(wrong.as_slice().iter().all(|error| error.abs() < 0.5));
        rises += usize::from(!trained.is_sorted_by(|before, after| before >= after));
        losses.push(trained[250]);
    }
    losses.sort_by(f64::total_cmp);
    (solved, rises, f64::midpoint(losses[49], losses[50]))
}

/// `cargo test bugs -- --nocapture` prints the table of `docs/bugs.md`.
#[test]
fn almost_every_mistake_still_learns() {
    for (bug, units, hidden, lambda) in BUGS {
        let [(right, right_rises, right_loss), (wrong, rises, loss)] =
            [None, Some(bug)].map(|bug| train(bug, units, hidden, lambda));
        let network = format!("2-{units}-1 {hidden:?}, λ = {lambda}").to_lowercase();
        let counts = format!("{right}, {wrong} | {right_rises}, {rises}");
        println!("| `{bug:?}` | {network} | {counts} | {right_loss:.3}, {loss:.3} |");
        assert_eq!(right_rises, 0, "the loss rises with the right gradient");
        let fails = matches!(bug, Bug::TransposedOuterProduct | Bug::BiasLeftOut);
        assert_eq!(wrong < right / 2, fails, "{bug:?}: {wrong} seeds solved, {right} without it");
    }
}
