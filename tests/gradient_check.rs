//! The gradient check can be trusted: it calls no right gradient wrong and no wrong one right, and
//! where it cannot know, it says so.

use crate::common;

use backprop::{
    Activation, Finding, GradientCheck, Gradients, Layer, Loss, Matrix, Network, Rng, Verdict,
    difference, revealing_cases,
};
use common::{config, panic_message};
use proptest::prelude::*;

use Activation::{Identity, Relu, Sigmoid, Softmax, Tanh};
use Verdict::{CannotSee, Failed, Passed};

type Case = (Network, Matrix, Matrix);

/// What is hard for differences: up to 16 layers, weights from 1e-4 to 300, inputs to 1000 and at 0, λ
/// from 1e-300 to 1e300, targets to 1e5, at 0 and 1, and almost learned; saturated and dead units.
fn hard_case(seed: u64) -> Case {
    let rng = &mut Rng::new(seed);
    let [a, b, c] = [(); 3].map(|()| rng.uniform());
    let scale = [0.3, 1.0, 3.0, 10_f64.powf(6.5 * a - 4.0)][rng.below(4)];
    let lambda = [0.0, 0.1, 10_f64.powf(600.0 * b - 300.0)][rng.below(3)];
    let (to, biases_to) = ([1.0, 255.0, 1e3][rng.below(3)], [scale, scale, 0.0][rng.below(3)]);
    let (linear, sparse, kind) = (rng.below(10) == 0, rng.below(4) == 0, rng.below(3));
    let loss = Loss::ALL[rng.below(Loss::ALL.len())];
    let (depth, rows, all) = (1 + rng.below(16), 1 + rng.below(8), Activation::ALL);
    let mut sizes: Vec<usize> = (0..=depth).map(|_| 2 + rng.below(7)).collect();
    let mut phi: Vec<_> = (0..depth).map(|_| all[rng.below(all.len())]).collect();
    match loss {
        Loss::BinaryCrossEntropy => phi[depth - 1] = Sigmoid,
        Loss::CategoricalCrossEntropy => phi[depth - 1] = Softmax,
        Loss::MeanSquaredError if linear => phi.fill(Identity),
        Loss::MeanSquaredError => sizes[0] = 1,
    }
    let mut draw = |m, n, to| Matrix::from_fn(m, n, |_, _| to * (2.0 * rng.uniform() - 1.0));
    let layer = |(n, activation): (&[usize], _)| {
        let (weights, biases) = (draw(n[1], n[0], scale), draw(1, n[1], biases_to));
        Layer { weights, biases, activation }
    };
    let layers = sizes.windows(2).zip(phi).map(layer).collect();
    let network = Network::from_layers(layers, loss).and_then(|n| n.with_weight_decay(lambda));
    let x = draw(rows, sizes[0], to).map(|x| if sparse && x < 0.0 { 0.0 } else { x });
    let (network, noise) = (network.expect("a network"), draw(rows, sizes[depth], 1.0));
    let near = |y: f64, noise: f64| y + 10_f64.powf(8.0 * c - 16.0) * y.abs() * noise;
    let t = match (loss, kind) {
        (Loss::MeanSquaredError, 0) => network.predict(&x).zip_map(&noise, near),
        (Loss::MeanSquaredError, _) => &noise * 10_f64.powf(5.0 * c),
        (Loss::CategoricalCrossEntropy, 0) => Softmax.apply(&(&noise * 1e4)),
        (Loss::CategoricalCrossEntropy, _) => Softmax.apply(&noise),
        (Loss::BinaryCrossEntropy, 0) => noise.map(f64::abs),
        (Loss::BinaryCrossEntropy, _) => noise.map(|t| f64::from(t > 0.0)),
    };
    (network, x, t)
}

fn right((network, x, t): &Case) -> Gradients {
    network.backward(&network.forward(x), t)
}

/// The gradients with one block changed: 0 is `∇W¹`, 1 is `∇b¹`, 2 is `∇W²`, and so on.
fn with(g: &Gradients, block: usize, f: impl Fn(&Matrix) -> Matrix) -> Gradients {
    let changed = |k: usize, m: &Matrix| if k == block { f(m) } else { m.clone() };
    let weights = (1..=g.depth()).map(|l| changed(2 * l - 2, g.weights(l)));
    let biases = (1..=g.depth()).map(|l| changed(2 * l - 1, g.biases(l)));
    Gradients::new(weights.collect(), biases.collect())
}

/// The matrix with its first entry changed.
fn first(m: &Matrix, f: impl Fn(f64) -> f64) -> Matrix {
    Matrix::from_fn(m.rows(), m.cols(), |i, j| if i + j == 0 { f(m[(i, j)]) } else { m[(i, j)] })
}

fn check((network, x, t): &Case, g: &Gradients) -> GradientCheck {
    GradientCheck::of_gradients(network, x, t, g)
}

proptest! {
    #![proptest_config(config(150))]

    /// Catches a step that does not fit, a rounding above its bound, a kink that is not noticed; an
    /// error so large that everything is accepted, and a block that is not compared. Case 31604
    /// is steep only nearer than the first step: the rounding of `backward` must not excuse that step.
    #[test]
    fn no_right_gradient_fails_and_no_negated_block_passes(
        seed in prop_oneof![1 => Just(31604), 20 => any::<u64>()], block: usize,
    ) {
        let case = hard_case(seed);
        let right = right(&case);
        let found = check(&case, &right);
        prop_assert_ne!(found.verdict(), Failed, "{}", found);
        let block = block % (2 * case.0.depth());
        let negated = check(&case, &with(&right, block, |m| -m));
        prop_assert_ne!(negated.verdict(), Passed, "block {}: {}", block, negated);
    }
}

/// Catches an error that is far larger than it must be.
#[test]
fn on_its_own_cases_it_sees_every_entry_and_an_error_of_1e_5() {
    for case in (0..3).flat_map(revealing_cases) {
        let check = check(&case, &right(&case));
        let unseen = check.blocks.iter().map(|b| b.count(Finding::Unseen)).sum::<usize>();
        assert!(check.passed() && unseen == 0, "{check}");
        for block in 0..2 * case.0.depth() {
            let off = with(&right(&case), block, |m| m * (1.0 + 1e-5));
            let check = self::check(&case, &off);
            assert_eq!(check.verdict(), Failed, "block {block}: {check}");
        }
    }
}

fn layer<const R: usize, const C: usize>(w: [[f64; C]; R], b: [f64; R], phi: Activation) -> Layer {
    Layer { weights: Matrix::from(w), biases: Matrix::row_vector(&b), activation: phi }
}

fn squared(layers: Vec<Layer>, x: &[f64], t: &[f64]) -> Case {
    let column = |v: &[f64]| Matrix::from_vec(v.len(), 1, v.to_vec());
    let network = Network::from_layers(layers, Loss::MeanSquaredError).expect("a network");
    (network, column(x), column(t))
}

/// `φ(wx)` with the squared error and a decay.
fn one(phi: Activation, w: f64, x: f64, t: f64, lambda: f64) -> Case {
    let (network, x, t) = squared(vec![layer([[w]], [0.0], phi)], &[x], &[t]);
    (network.with_weight_decay(lambda).expect("λ ≥ 0"), x, t)
}

/// A sigmoid of `z` with its cross entropy, where 1 is right.
fn certain(z: f64) -> Case {
    let layers = vec![layer([[z]], [0.0], Sigmoid)];
    let network = Network::from_layers(layers, Loss::BinaryCrossEntropy).expect("a network");
    (network, Matrix::from([[1.0]]), Matrix::from([[1.0]]))
}

/// Two ReLUs, the first of them 1e-9 from its kink where `x = 1`.
fn kink(x: &[f64], t: &[f64]) -> Case {
    let relus = layer([[1.0], [1.0]], [-1.0 + 1e-9, 0.5], Relu);
    squared(vec![relus, layer([[1.0, 1.0]], [0.0], Identity)], x, t)
}

/// Each row: what it shows, the case, what is claimed for ∂ℒ/∂W¹[0,0] (NaN: what backward says), the verdict.
#[test]
fn the_verdict_of_each_case() {
    let near = |z| vec![layer([[z]], [0.0], Relu), layer([[1.0]], [0.0], Identity)];
    let halves = layer([[1.0], [-1.0]], [0.0, 0.0], Relu); // relu(v) − relu(−v) = v
    let sum = layer([[1.0, -1.0]], [0.5], Identity);
    let hidden_kinks = vec![layer([[1.0]], [0.0], Tanh), halves, sum];
    let deep = squared(vec![layer([[1.0]], [0.0], Sigmoid); 25], &[1.0], &[1.0]);
    let learned = squared(vec![layer([[0.42]], [0.1], Identity)], &[1.0, 2.0], &[0.52, 0.94]);
    let same = f64::NAN;
    for (name, case, claim, verdict) in [
        ("inputs of any size", one(Tanh, 0.01, 100.0, 0.0, 0.0), same, Passed),
        ("1e-5 beside a kink", squared(near(1e-5), &[1.0], &[1.0]), same, Passed),
        ("1e-9 beside a kink", kink(&[1.0], &[0.0]), same, CannotSee),
        ("there, any claim", kink(&[1.0], &[0.0]), 1e9, CannotSee),
        ("there, but infinite", kink(&[1.0], &[0.0]), f64::INFINITY, Failed),
        ("there, beside a large loss", kink(&[1.0, 3.0], &[1.5, 1e3]), 1e9, CannotSee),
        ("hidden kinks", squared(hidden_kinks, &[0.0], &[0.0]), same, CannotSee),
        ("a dead unit", one(Relu, -1.0, 1.0, 1.0, 0.0), same, CannotSee),
        ("an input of 0", one(Tanh, 0.5, 0.0, 1.0, 0.0), same, CannotSee),
        ("a learned sample", learned, same, CannotSee),
        ("a deep network of sigmoids", deep, same, CannotSee),
        ("certain and right", certain(20.0), same, Passed),
        ("too certain", certain(40.0), same, CannotSee),
        ("a weight beside which steps vanish", one(Identity, 1e13, 1.0, 0.0, 0.0), same, CannotSee),
        ("a forgotten decay", one(Identity, 2.0, 1.0, 3.0, 0.1), -1.0, Failed),
        ("ℰ beside a large decay", one(Identity, 2.0, 1.0, 1.0, 1e12), same, Passed),
        ("the decay alone", one(Identity, 2.0, 1.0, 1.0, 1e12), 2e12, Failed),
        ("ℰ lost beside the decay", one(Identity, 2.0, 1.0, 1.0, 1e18), same, CannotSee),
        ("an input that is not a number", one(Tanh, 0.5, f64::NAN, 0.0, 0.0), same, Failed),
        ("a target that is not a number", one(Tanh, 0.5, 1.0, f64::NAN, 0.0), same, Failed),
    ] {
        let claimed = |m: &Matrix| first(m, |a| if claim.is_nan() { a } else { claim });
        let check = check(&case, &with(&right(&case), 0, claimed));
        assert_eq!(check.verdict(), verdict, "{name}: {check}");
    }
}

/// Catches a report that names another entry than the worst, or hides what it could not see.
#[test]
fn the_report_names_the_worst_entry_and_each_block() {
    let relus = layer([[-1.0], [1.0]], [-1.5, 1.0], Relu);
    let layers = vec![layer([[1.0]], [0.0], Relu), relus, layer([[1.0, 2.0]], [0.0], Identity)];
    let case = squared(layers, &[3.0, 0.0], &[0.0, 0.0]);
    let report = check(&case, &with(&right(&case), 5, |b| b * 0.5)).to_string();
    for line in [
        "worst ∂ℒ/∂b³[0,0]: backward 2.500000000e0,\n    difference 5.000000000e0 ±",
        "relative error 5.0e-1",
        "W¹         1 of 1            1       0       0       0\n", // agree, differ, unseen, unknown
        "b¹         1 of 1            0       0       0       1\n    cannot see: near a kink",
        "W³         2 of 2            1       0       1       0\n",
    ] {
        assert!(report.contains(line), "{line} is not in\n{report}");
    }
}

/// The weights as float32 holds them, and the gradient there.
#[test]
#[allow(clippy::cast_possible_truncation, reason = "that is what float32 does")]
fn gradients_of_32_bits_need_a_tolerance() {
    let round = |m: &Matrix| m.map(|a| f64::from(a as f32));
    for case @ (network, x, t) in &(0..5).flat_map(revealing_cases).collect::<Vec<_>>() {
        let layer =
            |l: &Layer| Layer { weights: round(&l.weights), biases: round(&l.biases), ..*l };
        let layers = network.layers().iter().map(layer).collect();
        let short = Network::from_layers(layers, network.loss_function());
        let short = short.and_then(|n| n.with_weight_decay(0.1)).expect("the same shapes");
        let check = check(case, &right(&(short, x.clone(), t.clone())));
        assert_eq!(check.verdict(), Failed, "32 bits are not 64: {check}");
        assert!(check.clone().with_tolerance(1e-4).passed(), "{check}");
    }
}

#[test]
fn of_a_large_block_1000_entries_are_compared_unless_more_are_asked_for() {
    let mut rng = Rng::new(1);
    let mut draw = |m, n| Matrix::from_fn(m, n, |_, _| rng.uniform() - 0.5);
    let wide = Layer { weights: draw(30, 40), biases: draw(1, 30), activation: Tanh };
    let network = Network::from_layers(vec![wide], Loss::MeanSquaredError).expect("40-30");
    let case @ (network, x, t) = &(network, draw(2, 40), draw(2, 30));
    assert_eq!(check(case, &right(case)).blocks[0].entries.len(), 1000);
    let wrong = with(&right(case), 0, |w| first(&(w * 1.001), |a| -a)); // all wrong, one worst
    let check = GradientCheck::of_at_most(usize::MAX, network, x, t, &wrong);
    let (block, entry) = check.worst().expect("a wrong entry");
    assert_eq!((block.entries.len(), block.count(Finding::Differ), entry.at), (1200, 1200, (0, 0)));
}

#[test]
fn shapes_that_do_not_fit_are_refused_at_the_callers_line() {
    let case @ (network, x, _) = &revealing_cases(1).pop().expect("a case");
    let said = panic_message(|| check(case, &with(&right(case), 0, Matrix::transpose)));
    assert_eq!(said, "left is 2 × 4, right is 4 × 2, but a gradient needs the shape of its W¹");
    let said = panic_message(|| GradientCheck::of_gradients(network, x, x, &right(case)));
    assert!(said.starts_with("left is 12 × 11, right is 12 × 2"), "{said}");
}

type Function = fn(f64) -> f64;

/// Catches an error that is too small or needlessly large, and a kink or a jump taken for a slope.
#[test]
fn a_difference_is_right_within_its_error_or_its_error_is_infinite() {
    let smooth: [(&str, Function, Function); 5] = [
        ("exp", f64::exp, f64::exp),
        ("ln cosh", |w| w.cosh().ln(), f64::tanh),
        ("sin 30 w", |w| (30.0 * w).sin(), |w| 30.0 * (30.0 * w).cos()),
        ("1e9 + w²", |w| 1e9 + w * w, |w| 2.0 * w),
        ("1/w", f64::recip, |w| -1.0 / (w * w)),
    ];
    let mut rng = Rng::new(8);
    let at = |f: Function, w| {
        let found = difference(&Matrix::from([[w]]), |w| f(w[(0, 0)]));
        (found.gradient[(0, 0)], found.error[(0, 0)])
    };
    for (name, f, slope) in smooth {
        for w in (0..200).map(|_| 3.0 * rng.normal()) {
            let ((d, error), exact) = (at(f, w), slope(w));
            let needless = 1e-8 * (1.0 + f(w).abs()) * (1.0 + exact.abs());
            let right = (d - exact).abs() <= error && error < needless;
            assert!(right, "{name} at {w}: {d} ± {error:e}, not {exact}");
        }
    }
    let steep: [(&str, Function); 5] = [
        ("|w|", f64::abs),
        ("leaky ReLU", |w| w.max(0.1 * w)),
        ("a step", |w| f64::from(w > 0.0)),
        ("the cube root", f64::cbrt),
        ("tanh 1e9 w", |w| (1e9 * w).tanh()),
    ];
    for ((name, f), w) in steep.into_iter().flat_map(|case| [(case, 0.0), (case, 1e-12)]) {
        assert_eq!(at(f, w).1, f64::INFINITY, "{name} at {w}: {:?}", at(f, w));
    }
}
