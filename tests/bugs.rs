//! The classic mistakes, each one line of a copy of `backward`: the gradient check catches them
//! all, and passes the copy without them. `docs/bugs.md` tells what each one prints and does.

use backprop::{
    Activation, Dataset, GradientCheck, GradientDescent, Gradients, Initialization, Layer, Loss,
    Matrix, Network, Rng, Trace, gradient_check::Verdict, telling_cases,
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
    combined(&parameters(network), &parameters(&moved), |a, b| &(a - b) / LEARNING_RATE)
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
        let worst = check.worst().expect("a failed check has a worst entry").to_string();
        println!("{bug:?}: {worst}");
        let (numbers, _rounding) = worst.split_once("\n    ±").expect("no kink");
        let told = include_str!("../docs/bugs.md").contains(numbers);
        assert!(told, "docs/bugs.md does not show what the check prints for {bug:?}:\n{worst}");
    }
}

/// Catches a point at which a mistake hides: a bias, a decay or a derivative that is 0 there.
#[test]
fn every_mistake_shows_wherever_the_telling_cases_are_drawn() {
    for seed in 0..100 {
        let (network, x, targets) = &telling_cases(seed)[0];
        for bug in BUGS {
            let mut program = Program::new(Some(bug));
            let mut gradients = program.backward(network, x, targets);
            if bug == Bug::Accumulated {
                gradients = program.backward(network, x, targets);
            }
            let check = GradientCheck::of_gradients(network, x, targets, &gradients);
            assert_eq!(check.verdict(), Verdict::Failed, "seed {seed}, {bug:?}: {check}");
        }
        for (network, x, targets) in telling_cases(seed) {
            let gradients = backward(None, &network, &network.forward(&x), &targets);
            let check = GradientCheck::of_gradients(&network, &x, &targets, &gradients);
            assert!(check.passed(), "seed {seed}: {check}");
        }
    }
}

#[test]
fn the_gradient_check_passes_the_copy_without_a_mistake() {
    let mut program = Program::new(None);
    let check = GradientCheck::of_function(|network, x, t| program.backward(network, x, t));
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
        let mut program = Program::new(bug);
        for _ in 0..250 {
            let gradients = program.backward(&network, xor.inputs(), xor.targets());
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

/// Of 200 seeds of the sheet's XOR, in how many the loss is larger after some step than before it.
fn seeds_with_a_rise(bug: Option<Bug>) -> usize {
    let (xor, descent) = (Dataset::xor(), GradientDescent { learning_rate: LEARNING_RATE });
    let rises = |seed: &u64| {
        let layers = [(2, Activation::Tanh), (1, Activation::Sigmoid)];
        let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::default());
        let mut network =
            Network::new(2, &layers, loss, start, &mut Rng::new(*seed)).expect("2-2-1");
        let loss = |network: &Network| network.loss(&network.forward(xor.inputs()), xor.targets());
        (0..250).any(|_| {
            let before = loss(&network);
            let gradients = backward(bug, &network, &network.forward(xor.inputs()), xor.targets());
            network.step(gradients, &descent).expect("finite numbers");
            loss(&network) > before
        })
    };
    (1..=200).filter(rises).count()
}

#[test]
fn with_phi_of_y_the_loss_rises_in_about_half_of_the_trainings() {
    let z = Matrix::row_vector(&[5.0]);
    let sigma = Activation::Sigmoid;
    let ratio = sigma.derivative(&sigma.apply(&z))[(0, 0)] / sigma.derivative(&z)[(0, 0)];
    let told = format!("at `z = 5`, `σ′(y)` is {ratio:.0} times `σ′(z)`");
    assert!(include_str!("../docs/bugs.md").contains(&told), "docs/bugs.md lacks: {told}");
    let (sound, mistaken) = (seeds_with_a_rise(None), seeds_with_a_rise(Some(Bug::PhiOfY)));
    assert!(sound == 0 && mistaken.abs_diff(104) <= 4, "rises: sound {sound}, φ′(y) {mistaken}");
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
            | Bug::DecayLeftOut
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
