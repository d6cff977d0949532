//! The classic mistakes, each one line of a copy of `backward`: the gradient check catches them
//! all, and passes the copy without them. `docs/bugs.md` tells what each one prints and does.

use backprop::{
    Activation, Dataset, GradientCheck, GradientDescent, Gradients, Initialization, Layer, Loss,
    Matrix, Network, Rng, Trace, Verdict, telling_cases,
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
    DecayLeftOut,
    DiagonalSoftmax,
    DecayOncePerSample,
    PhiOfAnotherLayer,
    UpdatedEverySample,
    Accumulated,
}

const BUGS: [Bug; 17] = [
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
    Bug::DecayLeftOut,
    Bug::DiagonalSoftmax,
    Bug::DecayOncePerSample,
    Bug::PhiOfAnotherLayer,
    Bug::UpdatedEverySample,
    Bug::Accumulated,
];

const LEARNING_RATE: f64 = 1.0;

/// Somebody's `backward`: with at most one wrong line, and what it keeps from call to call.
#[derive(Default)]
struct Program {
    bug: Option<Bug>,
    kept: Option<Gradients>,
}

impl Program {
    fn new(bug: Option<Bug>) -> Self {
        Self { bug, kept: None }
    }

    fn backward(&mut self, network: &Network, x: &Matrix, targets: &Matrix) -> Gradients {
        let gradients = match self.bug {
            Some(Bug::UpdatedEverySample) => updated_every_sample(network, x, targets),
            bug => backward(bug, network, &network.forward(x), targets),
        };
        let Some(kept) = self.kept.take().filter(|_| self.bug == Some(Bug::Accumulated)) else {
            self.kept = Some(gradients.clone());
            return gradients;
        };
        let sum = combined(&kept, &gradients, |kept, new| kept + new);
        self.kept = Some(sum.clone());
        sum
    }
}

/// What a step for each sample of the batch, one after the other, changes in all, divided by η.
fn updated_every_sample(network: &Network, x: &Matrix, targets: &Matrix) -> Gradients {
    let n = x.rows() as f64;
    let mut moved = network.clone();
    for i in 0..x.rows() {
        let (x, t) = (x.select_rows(&[i]), targets.select_rows(&[i]));
        let gradients = moved.backward(&moved.forward(&x), &t);
        let step = GradientDescent { learning_rate: LEARNING_RATE / n };
        moved.step(gradients, &step).expect("finite numbers");
    }
    combined(&parameters(network), &parameters(&moved), |a, b| &(a - b) * (1.0 / LEARNING_RATE))
}

fn parameters(network: &Network) -> Gradients {
    let of = |part: fn(&Layer) -> &Matrix| network.layers().iter().map(part).cloned().collect();
    Gradients::new(of(|layer| &layer.weights), of(|layer| &layer.biases))
}

fn combined(a: &Gradients, b: &Gradients, f: impl Fn(&Matrix, &Matrix) -> Matrix) -> Gradients {
    let layers = || 1..=a.depth();
    Gradients::new(
        layers().map(|l| f(a.weights(l), b.weights(l))).collect(),
        layers().map(|l| f(a.biases(l), b.biases(l))).collect(),
    )
}

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
    if bug == Some(Bug::PhiOfAnotherLayer) && l < network.depth() {
        let phi = network.layer(l + 1).activation;
        return phi.grad_z(z, &phi.apply(z), grad_y);
    }
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
        Some(Bug::DecayLeftOut) => 0.0,
        _ => lambda,
    }
}

#[test]
fn the_gradient_check_catches_every_classic_mistake() {
    for bug in BUGS {
        let mut program = Program::new(Some(bug));
        let check = GradientCheck::of_function(|network, x, t| program.backward(network, x, t));
        assert_eq!(check.verdict(), Verdict::Failed, "{bug:?} is not caught: {check}");
    }
    let mut right = Program::new(None);
    let check = GradientCheck::of_function(|network, x, t| right.backward(network, x, t));
    assert!(check.passed(), "without a mistake: {check}");
}

/// Catches a point at which a mistake hides: a bias, a decay or a derivative that is 0 there.
#[test]
fn every_mistake_shows_wherever_the_telling_cases_are_drawn() {
    for seed in 0..100 {
        for bug in BUGS {
            let shows = |(network, x, t): (Network, Matrix, Matrix)| {
                let mut program = Program::new(Some(bug));
                program.backward(&network, &x, &t);
                let gradients = program.backward(&network, &x, &t);
                let check = GradientCheck::of_gradients(&network, &x, &t, &gradients);
                check.verdict() == Verdict::Failed
            };
            assert!(
                telling_cases(seed).into_iter().any(shows),
                "seed {seed}: {bug:?} is not caught"
            );
        }
    }
}

/// What 250 iterations of XOR with this mistake do, for 100 seeds: how many seeds are solved, in how many
/// the loss rises after some step, and the median of the last losses.
fn train(bug: Option<Bug>, layers: [(usize, Activation); 2], lambda: f64) -> (usize, usize, f64) {
    let (xor, descent) = (Dataset::xor(), GradientDescent { learning_rate: LEARNING_RATE });
    let (mut solved, mut rises, mut losses) = (0, 0, Vec::new());
    for seed in 1..=100 {
        let loss = Loss::BinaryCrossEntropy;
        let network =
            Network::new(2, &layers, loss, Initialization::default(), &mut Rng::new(seed));
        let mut network =
            network.and_then(|network| network.with_weight_decay(lambda)).expect("a network");
        let (mut program, mut trained) = (Program::new(bug), Vec::new());
        for _ in 0..250 {
            trained.push(network.loss(&network.forward(xor.inputs()), xor.targets()));
            let gradients = program.backward(&network, xor.inputs(), xor.targets());
            network.step(gradients, &descent).expect("finite numbers");
        }
        let trace = network.forward(xor.inputs());
        trained.push(network.loss(&trace, xor.targets()));
        let right = |(y, t): (&f64, &f64)| (y - t).abs() < 0.5;
        let mut outputs = trace.y(2).as_slice().iter().zip(xor.targets().as_slice());
        solved += usize::from(outputs.all(right));
        rises += usize::from(trained.is_sorted_by(|before, after| before >= after)) ^ 1;
        losses.push(trained[250]);
    }
    losses.sort_by(f64::total_cmp);
    (solved, rises, f64::midpoint(losses[49], losses[50]))
}

#[test]
fn almost_every_mistake_still_learns() {
    for bug in BUGS {
        let (units, hidden, lambda) = match bug {
            Bug::DiagonalSoftmax => (4, Activation::Softmax, 0.0),
            Bug::BiasOverWrongAxis => (4, Activation::Tanh, 0.0),
            Bug::HalfTheDecay
            | Bug::DecayWithWrongSign
            | Bug::DecayOnBiases
            | Bug::DecayLeftOut
            | Bug::DecayOncePerSample => (4, Activation::Tanh, 0.01),
            _ => (2, Activation::Tanh, 0.0),
        };
        let layers = [(units, hidden), (1, Activation::Sigmoid)];
        let [(right, right_rises, right_loss), (wrong, rises, loss)] =
            [None, Some(bug)].map(|bug| train(bug, layers, lambda));
        let hidden = format!("{hidden:?}").to_lowercase();
        print!("| `{bug:?}` | 2-{units}-1 {hidden}, λ = {lambda} | {right}, {wrong} ");
        println!("| {right_rises}, {rises} | {right_loss:.3}, {loss:.3} |");
        let fails = matches!(bug, Bug::TransposedOuterProduct | Bug::BiasLeftOut);
        assert_eq!(right_rises, 0, "the loss rises with the right gradient");
        assert_eq!(
            wrong < right / 2,
            fails,
            "{bug:?}: {wrong} of 100 seeds solved, {right} without it"
        );
    }
}
