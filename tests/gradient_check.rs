//! The gradient check can be trusted: it calls no right gradient wrong, no wrong one right, and says
//! where it cannot know.

use crate::common;

use backprop::gradient_check::{Finding, Parameter, Verdict};
use backprop::{
    Activation, Dataset, GradientCheck, Gradients, Initialization, Layer, Loss, Matrix, Network,
    Rng, difference, telling_cases,
};
use common::{assert_near, config, panic_message};
use proptest::prelude::*;

fn layer<const R: usize, const C: usize>(
    weights: [[f64; C]; R],
    biases: [f64; R],
    activation: Activation,
) -> Layer {
    let (weights, biases) = (Matrix::from(weights), Matrix::row_vector(&biases));
    Layer { weights, biases, activation }
}

fn network(layers: Vec<Layer>) -> Network {
    Network::from_layers(layers, Loss::MeanSquaredError).expect("a network")
}

/// `L([[w]], [[0]], φ)`
fn one_number(activation: Activation, w: f64) -> Network {
    network(vec![layer([[w]], [0.0], activation)])
}

fn row(entries: &[f64]) -> Matrix {
    Matrix::row_vector(entries)
}

fn right(network: &Network, x: &Matrix, t: &Matrix) -> Gradients {
    network.backward(&network.forward(x), t)
}

/// The right gradients of the network, with those of layer `l` changed.
fn with(
    gradients: &Gradients,
    l: usize,
    weights: impl Fn(&Matrix) -> Matrix,
    biases: impl Fn(&Matrix) -> Matrix,
) -> Gradients {
    let layers = || 1..=gradients.depth();
    let same = |m: &Matrix| m.clone();
    let w = |k| if k == l { weights(gradients.weights(k)) } else { same(gradients.weights(k)) };
    let b = |k| if k == l { biases(gradients.biases(k)) } else { same(gradients.biases(k)) };
    Gradients::new(layers().map(w).collect(), layers().map(b).collect())
}

#[track_caller]
fn assert_verdict(check: &GradientCheck, verdict: Verdict, saying: &str) {
    assert_eq!(check.verdict(), verdict, "{check}");
    let said = check.to_string();
    assert!(said.contains(saying), "{saying:?} is not said in:\n{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "wider than 80:\n{said}");
}

/// A network with everything that makes differences hard: depth 1 to 8, weights and biases up to 3,
/// all biases 0 in a quarter of them, inputs up to 1000 and half of them 0 in a quarter.
fn hard_case(seed: u64) -> (Network, Matrix, Matrix) {
    let mut rng = Rng::new(seed);
    let scale = [0.3, 1.0, 3.0][rng.below(3)];
    let inputs_up_to = [1.0, 2.0, 255.0, 1000.0][rng.below(4)];
    let loss = Loss::ALL[rng.below(3)];
    let depth = 1 + rng.below(8);
    let inputs = 1 + rng.below(8);
    let mut sizes = vec![inputs];
    let mut layers = Vec::new();
    for l in 1..=depth {
        let activation = match loss {
            Loss::BinaryCrossEntropy if l == depth => Activation::Sigmoid,
            Loss::CategoricalCrossEntropy if l == depth => Activation::Softmax,
            _ => Activation::ALL[rng.below(Activation::ALL.len())],
        };
        let units = 1 + rng.below(8) + usize::from(activation == Activation::Softmax);
        let mut draw =
            |m, n, scale: f64| Matrix::from_fn(m, n, |_, _| scale * (2.0 * rng.uniform() - 1.0));
        let weights = draw(units, sizes[l - 1], scale);
        let biases = draw(1, units, scale);
        let biases = if rng.below(4) == 0 { Matrix::zeros(1, units) } else { biases };
        layers.push(Layer { weights, biases, activation });
        sizes.push(units);
    }
    let network = Network::from_layers(layers, loss).expect("a network");
    let network = network.with_weight_decay([0.0, 0.1][rng.below(2)]).expect("λ ≥ 0");
    let (samples, sparse) = (1 + rng.below(8), rng.below(4) == 0);
    let x = Matrix::from_fn(samples, inputs, |_, _| {
        let zero = sparse && rng.below(2) == 0;
        if zero { 0.0 } else { inputs_up_to * (2.0 * rng.uniform() - 1.0) }
    });
    let t = Matrix::from_fn(samples, sizes[depth], |_, _| rng.uniform());
    let t = if loss == Loss::CategoricalCrossEntropy { Activation::Softmax.apply(&t) } else { t };
    (network, x, t)
}

proptest! {
    #![proptest_config(config(256))]

    /// Catches a fixed step, a rounding that is not measured, and kinks that are not seen.
    #[test]
    fn no_right_gradient_is_called_wrong(seed: u64) {
        let (network, x, t) = hard_case(seed);
        let check = GradientCheck::of(&network, &x, &t);
        prop_assert_ne!(check.verdict(), Verdict::Failed, "{}", check);
    }

    /// Catches a `λw` that backward and the check round differently, and an error that grows with `λ`.
    #[test]
    fn no_right_gradient_is_called_wrong_beside_a_decay_of_any_size(seed: u64, exponent in -300..=300) {
        let (network, x, t) = hard_case(seed);
        let network = network.with_weight_decay(10_f64.powi(exponent)).expect("λ ≥ 0");
        let check = GradientCheck::of(&network, &x, &t);
        prop_assert_ne!(check.verdict(), Verdict::Failed, "λ = 1e{}: {}", exponent, check);
    }

    /// A negated block is called wrong, or the check says that it cannot see it; never "passed".
    #[test]
    fn no_negated_block_passes(seed: u64, l: usize, bias: bool) {
        let (network, x, t) = hard_case(seed);
        let l = 1 + l % network.depth();
        let (minus, same) = (|m: &Matrix| -m, |m: &Matrix| m.clone());
        let gradients = right(&network, &x, &t);
        let wrong = if bias { with(&gradients, l, same, minus) } else { with(&gradients, l, minus, same) };
        let check = GradientCheck::of_gradients(&network, &x, &t, &wrong);
        prop_assert!(!check.passed(), "{}", check);
    }
}

/// What `docs/limits.md` says of hard cases, each with one block changed.
#[test]
fn the_chapter_tells_how_much_the_check_sees() {
    const CASES: usize = 200;
    let (mut entries, mut unseen, mut blind) = (0, 0, 0);
    let (mut negated, mut slightly_off) = (0, 0);
    for seed in 0..CASES as u64 {
        let (network, x, t) = hard_case(seed);
        let gradients = right(&network, &x, &t);
        let check = GradientCheck::of(&network, &x, &t);
        entries += check.entries.len();
        unseen += check.count(Finding::Unseen);
        blind += usize::from(check.verdict() == Verdict::CannotSee);
        let l = 1 + Rng::new(seed).below(network.depth());
        let failed = |factor: f64| {
            let wrong = with(&gradients, l, |w| w * factor, Matrix::clone);
            let check = GradientCheck::of_gradients(&network, &x, &t, &wrong);
            usize::from(check.verdict() == Verdict::Failed)
        };
        negated += failed(-1.0);
        slightly_off += failed(1.0 + 1e-6);
    }
    for (what, n, of) in [
        ("entries too small to be seen", unseen, entries),
        ("networks of which a block cannot be seen", blind, CASES),
        ("one `∇W` negated: FAILED", negated, CASES),
        ("one `∇W` times 1.000001: FAILED", slightly_off, CASES),
    ] {
        let percent = 100.0 * n as f64 / of as f64;
        println!("| {what} | {percent:.0} % |");
        // A case on the edge may fall to either side with the rounding of another processor.
        let told = [-1.0, 0.0, 1.0].map(|off| format!("| {what} | {:.0} % |", percent + off));
        let chapter = include_str!("../docs/limits.md");
        assert!(told.iter().any(|told| chapter.contains(told)), "docs/limits.md lacks {told:?}");
    }
}

#[test]
fn a_inputs_of_any_size_are_differenced_with_a_step_that_fits() {
    let network = one_number(Activation::Tanh, 0.01);
    let check = GradientCheck::of(&network, &row(&[100.0]), &row(&[0.0]));
    assert!(check.passed(), "{check}");
    let [w, b] = [0, 1].map(|k| check.entries[k].difference);
    assert_near("∂w", w, 31.985_000_422, 1e-9, 0.0);
    assert_near("∂b", b, 0.319_850_004, 1e-8, 0.0);
}

#[test]
fn a_pixels_that_are_not_divided_by_255_do_not_make_a_right_gradient_wrong() {
    for seed in 0..50 {
        for phi in [Activation::Tanh, Activation::Sigmoid] {
            let (layers, mut rng) = ([(5, phi), (1, Activation::Sigmoid)], Rng::new(seed));
            let loss = Loss::BinaryCrossEntropy;
            let network = Network::new(4, &layers, loss, Initialization::default(), &mut rng);
            let network = network.expect("a network");
            let x = Matrix::from_fn(6, 4, |_, _| 255.0 * rng.uniform());
            let t = Matrix::from_fn(6, 1, |i, _| (i % 2) as f64);
            let check = GradientCheck::of(&network, &x, &t);
            assert_ne!(check.verdict(), Verdict::Failed, "seed {seed}, {phi:?}: {check}");
        }
    }
}

#[test]
fn b_at_a_kink_only_what_is_between_both_slopes_is_accepted() {
    let network = network(vec![
        layer([[1.0]], [0.0], Activation::Relu),
        layer([[1.0]], [0.0], Activation::Identity),
    ]);
    let (x, t) = (Matrix::from([[0.0], [2.0]]), Matrix::from([[1.0], [1.0]]));
    // Sample 1 sits on the kink of b¹ with slopes 0 and −½, sample 2 adds ½.
    for (grad_b, verdict) in [
        (0.5, Verdict::CannotSee),
        (0.25, Verdict::CannotSee),
        (0.0, Verdict::CannotSee),
        (0.51, Verdict::Failed),
        (-0.01, Verdict::Failed),
        (-7.0, Verdict::Failed),
        (1e6, Verdict::Failed),
        (f64::NAN, Verdict::Failed),
    ] {
        let gradients = with(&right(&network, &x, &t), 1, Matrix::clone, |_| row(&[grad_b]));
        let check = GradientCheck::of_gradients(&network, &x, &t, &gradients);
        assert_verdict(
            &check,
            verdict,
            if verdict == Verdict::Failed {
                "at a kink\n    with slopes from -0.005000000 to 0.505000000"
            } else {
                "b¹: 1 at a kink"
            },
        );
    }
    let check = GradientCheck::of(&network, &x, &t);
    assert_verdict(&check, Verdict::CannotSee, "cannot see b¹: every entry is at a kink");
    assert_eq!(check.count(Finding::AtKink), 1, "{check}");
}

#[test]
fn b_a_fresh_relu_network_on_inputs_of_0_and_1_is_told_that_its_biases_cannot_be_compared() {
    let x = Matrix::from([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
    let xor = Dataset::xor();
    for seed in 0..50 {
        let layers = [(3, Activation::Relu), (1, Activation::Sigmoid)];
        let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::default());
        let network = Network::new(2, &layers, loss, start, &mut Rng::new(seed)).expect("2-3-1");
        let check = GradientCheck::of(&network, &x, xor.targets());
        assert_verdict(&check, Verdict::CannotSee, "b¹: 3 at a kink");
        let wrong = with(&right(&network, &x, xor.targets()), 1, Matrix::clone, |b| b.map(|_| 7.0));
        let check = GradientCheck::of_gradients(&network, &x, xor.targets(), &wrong);
        assert_verdict(&check, Verdict::Failed, "b¹: 3 differ");
    }
}

/// `relu(v) − relu(−v) + ½` with `v = tanh(x + b)`: two units at their kinks where `x = −b`.
fn opposite_kinks(b: f64) -> Network {
    network(vec![
        layer([[1.0]], [b], Activation::Tanh),
        layer([[1.0], [-1.0]], [0.0, 0.0], Activation::Relu),
        layer([[1.0, -1.0]], [0.5], Activation::Identity),
    ])
}

#[test]
fn b_two_units_that_leave_their_kinks_in_opposite_directions_do_not_hide_them() {
    // At v = 0 it has one slope, but backward, with φ′(0) = 0, says 0.
    let network = opposite_kinks(0.0);
    let check = GradientCheck::of(&network, &row(&[0.0]), &row(&[0.0]));
    assert_verdict(&check, Verdict::CannotSee, "b¹: 1 at a kink");
}

/// Catches kinks that are looked for in the first samples only: what backward gives would be called wrong.
#[test]
fn b_kinks_that_hide_each_other_are_found_in_any_sample_of_a_batch() {
    // As above, and 63 samples with v ≠ 0, where there is no kink.
    let network = opposite_kinks(0.0);
    for at in [0, 7, 8, 31, 63] {
        let x = Matrix::from_fn(64, 1, |i, _| if i == at { 0.0 } else { 0.5 + i as f64 / 64.0 });
        let check = GradientCheck::of(&network, &x, &Matrix::zeros(64, 1));
        assert_ne!(check.verdict(), Verdict::Failed, "sample {at} is at two kinks: {check}");
        assert_verdict(&check, Verdict::CannotSee, "b¹: 1 at a kink");
    }
}

/// Catches the slopes at hidden kinks with their decay left out or taken away. Here backward gives
/// `λw`, the difference `−½ + λw`, and all between is right.
#[test]
fn b_kinks_that_hide_each_other_are_found_beside_a_decay() {
    let network = opposite_kinks(-1.0).with_weight_decay(0.3).expect("λ ≥ 0");
    let check = GradientCheck::of(&network, &row(&[1.0]), &row(&[1.0]));
    assert_verdict(&check, Verdict::CannotSee, "W¹: 1 at a kink");
    for (slope, verdict) in
        [(-0.5, Verdict::CannotSee), (-0.52, Verdict::Failed), (0.02, Verdict::Failed)]
    {
        let gradients = right(&network, &row(&[1.0]), &row(&[1.0]));
        let gradients = with(&gradients, 1, |_| row(&[slope + 0.3]), Matrix::clone);
        let check = GradientCheck::of_gradients(&network, &row(&[1.0]), &row(&[1.0]), &gradients);
        assert_eq!(check.verdict(), verdict, "∂ℰ/∂w = {slope}: {check}");
    }
}

/// Catches targets that are all the same: a mistake with the others would not show.
#[test]
fn a_the_telling_cases_have_targets_of_both_classes() {
    for (network, _, t) in telling_cases(1).into_iter().filter(|(_, x, _)| x.rows() > 1) {
        let binary = network.loss_function() == Loss::BinaryCrossEntropy;
        for class in [0.0, 1.0] {
            assert!(!binary || t.as_slice().contains(&class), "no target is {class} among {t:?}");
        }
    }
}

/// No `z` of the layer moves by more than 3e-4, as the documentation says.
#[test]
fn c_a_weight_of_large_inputs_is_moved_by_less() {
    let network = network(vec![layer([[1e-3, 1e-3]], [0.1], Activation::Tanh)]);
    let x = Matrix::from([[20.0, 0.5], [-1000.0, -0.25]]);
    let check = GradientCheck::of(&network, &x, &Matrix::zeros(2, 1));
    let steps: Vec<f64> = check.entries.iter().map(|entry| entry.step).collect();
    assert_eq!(steps, [3e-7, 3e-4, 3e-4], "{check}");
}

#[test]
fn c_a_kink_nearby_is_kept_out_by_a_smaller_step() {
    for z in [1e-4, 1e-5, -1e-4, 3e-4] {
        let network = network(vec![
            layer([[z]], [0.0], Activation::Relu),
            layer([[1.0]], [0.0], Activation::Identity),
        ]);
        let check = GradientCheck::of(&network, &row(&[1.0]), &row(&[1.0]));
        assert_eq!(
            (check.count(Finding::Differs), check.count(Finding::AtKink)),
            (0, 0),
            "{check}"
        );
        assert!(z < 0.0 || check.passed(), "z = {z}: {check}"); // at z < 0 the unit is dead
    }
}

#[test]
fn c_many_small_weights_and_samples_pass() {
    let mut rng = Rng::new(5);
    let mut draw = |m, n, scale: f64| Matrix::from_fn(m, n, |_, _| scale * rng.normal());
    let (w, v) = (draw(100, 2, 0.01), draw(1, 100, 0.01));
    let (b, c) = (Matrix::zeros(1, 100), row(&[0.0]));
    let network = network(vec![
        Layer { weights: w, biases: b, activation: Activation::Relu },
        Layer { weights: v, biases: c, activation: Activation::Identity },
    ]);
    let (x, t) = (draw(200, 2, 1.0), draw(200, 1, 1.0));
    let check = GradientCheck::of(&network, &x, &t);
    assert!(check.passed(), "{check}");
}

#[test]
fn d_a_derivative_that_is_0_by_symmetry_is_not_called_checked() {
    let layers = [(2, Activation::Tanh), (1, Activation::Sigmoid)];
    let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::default());
    let network = Network::new(2, &layers, loss, start, &mut Rng::new(2)).expect("2-2-1");
    let xor = Dataset::xor();
    let check = GradientCheck::of(&network, xor.inputs(), xor.targets());
    assert_verdict(&check, Verdict::CannotSee, "cannot see b²: every entry is 0 here");
    assert_verdict(&check, Verdict::CannotSee, "λ is 0: a mistake in the decay would not show");
}

#[test]
fn e_it_is_said_that_a_decay_on_biases_of_0_would_not_show() {
    let layers = [(2, Activation::Tanh), (1, Activation::Sigmoid)];
    let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::default());
    let network = Network::new(2, &layers, loss, start, &mut Rng::new(2)).expect("2-2-1");
    let network = network.with_weight_decay(0.1).expect("λ ≥ 0");
    let check = GradientCheck::of(&network, &Matrix::from([[1.0, 2.0]]), &row(&[1.0]));
    assert_verdict(
        &check,
        Verdict::Passed,
        "all biases of layer 2 are 0: a decay on them would not show",
    );
    let (network, x, t) = &telling_cases(1)[0];
    let said = GradientCheck::of(network, x, t).to_string();
    assert!(!said.contains("would not show"), "{said}");
}

#[test]
fn f_a_decay_that_is_lost_beside_a_large_loss_is_not_called_checked() {
    let network = one_number(Activation::Identity, 2.0).with_weight_decay(0.1).expect("λ ≥ 0");
    for (target, verdict) in [(3e5, Verdict::CannotSee), (3.0, Verdict::Failed)] {
        let (x, t) = (row(&[1.0]), row(&[target]));
        for factor in [-1.0, 0.0] {
            let forgotten = |w: &Matrix| w.map(|w| w + (factor - 1.0) * 0.1 * 2.0);
            let wrong = with(&right(&network, &x, &t), 1, forgotten, Matrix::clone);
            let check = GradientCheck::of_gradients(&network, &x, &t, &wrong);
            let saying =
                if target > 10.0 { "cannot see the decay of W¹" } else { "∂ℒ/∂W¹[0,0]" };
            assert_verdict(&check, verdict, saying);
        }
    }
}

/// Where `λw` is a billion times the rest of the derivative, the tolerance of a billionth accepts a
/// `∇W` that is `λW` alone; from 1e18 on, that is what backward gives, to the last bit.
#[test]
fn f_an_error_that_is_lost_beside_a_large_decay_is_not_called_checked() {
    for lambda in [1e9, 1e10, 1e12, 1e15, 1e18, 1e60, 1e150, 1e300] {
        for (network, x, t) in telling_cases(1) {
            let network = network.with_weight_decay(lambda).expect("λ ≥ 0");
            let gradients = right(&network, &x, &t);
            let check = GradientCheck::of(&network, &x, &t);
            assert_ne!(check.verdict(), Verdict::Failed, "λ = {lambda:e}, right: {check}");
            if lambda >= 1e12 {
                assert_verdict(&check, Verdict::CannotSee, "W¹: all but λw is lost beside λw");
            }
            let mut all = gradients.clone();
            for l in 1..=network.depth() {
                let decay = |_: &Matrix| &network.layer(l).weights * lambda;
                let one = with(&gradients, l, decay, Matrix::clone);
                let check = GradientCheck::of_gradients(&network, &x, &t, &one);
                assert!(!check.passed(), "λ = {lambda:e}, of ∇W{l} only λW: {check}");
                all = with(&all, l, decay, |b| b * 0.0);
            }
            let check = GradientCheck::of_gradients(&network, &x, &t, &all);
            assert_verdict(&check, Verdict::Failed, "∂ℒ/∂b"); // the biases have no decay
        }
    }
}

#[test]
fn g_a_gradient_that_is_tiny_is_still_seen_or_said_to_be_unseen() {
    let layers: Vec<_> =
        [(10, Activation::Sigmoid); 13].into_iter().chain([(1, Activation::Sigmoid)]).collect();
    let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::GlorotNormal);
    let network = Network::new(2, &layers, loss, start, &mut Rng::new(1)).expect("a network");
    let xor = Dataset::xor();
    let (x, t) = (xor.inputs(), xor.targets());
    assert_verdict(&GradientCheck::of(&network, x, t), Verdict::CannotSee, "cannot see W¹");
    let wrong = with(&right(&network, x, t), 1, |w| -w, Matrix::clone);
    let check = GradientCheck::of_gradients(&network, x, t, &wrong);
    assert_verdict(&check, Verdict::Failed, "∂ℒ/∂W¹[");
    let size = wrong.weights(1).as_slice().iter().fold(0.0, |max: f64, w| w.abs().max(max));
    assert!(size < 2e-10, "the gradient is as small as claimed: {size}");
}

#[test]
fn h_rounding_to_seven_digits_is_named_and_a_tolerance_accepts_it() {
    let (network, x, t) = &telling_cases(2)[0];
    let gradients = right(network, x, t);
    let short = |m: &Matrix| m.map(|g| f64::from(format!("{g}").parse::<f32>().expect("a number")));
    let typed = |m: &Matrix| m.map(|g| format!("{g:.6e}").parse().expect("a number"));
    for (name, rounded) in [("f32", &short as &dyn Fn(&Matrix) -> Matrix), ("typed", &typed)] {
        let all = (1..=3).fold(gradients.clone(), |all, l| with(&all, l, rounded, rounded));
        let check = GradientCheck::of_gradients(network, x, t, &all);
        assert_verdict(&check, Verdict::Failed, "all differ by rounding to seven digits");
        let check = check.with_tolerance(1e-6);
        assert!(check.passed(), "{name}: {check}");
    }
    let wrong = with(&gradients, 1, |w| w * 1.001, Matrix::clone);
    let check = GradientCheck::of_gradients(network, x, t, &wrong);
    assert!(!check.to_string().contains("seven digits"), "{check}");
    // ∂ℒ/∂w = ∂ℒ/∂b = 0.004, times 1.0001.
    let network = one_number(Activation::Identity, 0.504);
    let wrong = Gradients::new(vec![row(&[0.004_000_4])], vec![row(&[0.004_000_4])]);
    let check = GradientCheck::of_gradients(&network, &row(&[1.0]), &row(&[0.5]), &wrong);
    assert_verdict(&check, Verdict::Failed, "2 differ");
    assert!(!check.to_string().contains("seven digits"), "{check}");
}

/// Catches a NaN that is no distance, `λw` that counts as a part of `∂ℰ/∂w`, and 0/0 for a relative error.
#[test]
fn what_is_not_a_number_is_the_worst_and_what_is_0_is_told_as_that() {
    let network = one_number(Activation::Identity, 1.0).with_weight_decay(1e-8).expect("λ ≥ 0");
    let (x, t) = (row(&[1.0]), row(&[1.0]));
    let wrong = Gradients::new(vec![row(&[1e9])], vec![row(&[f64::NAN])]);
    let check = GradientCheck::of_gradients(&network, &x, &t, &wrong);
    assert_verdict(&check, Verdict::Failed, "worst ∂ℒ/∂b¹[0]: backward NaN");
    let check = GradientCheck::of(&network, &x, &t);
    assert_verdict(&check, Verdict::CannotSee, "cannot see W¹: its entries are ");
    let said = check.to_string();
    let largest = said.split("W¹: its entries are ").nth(1).and_then(|rest| rest.split(' ').next());
    let largest: f64 = largest.expect("a number").parse().expect("a number");
    assert!(largest < 1e-12, "λw is not ∂ℰ/∂w: {check}");
    let dead = GradientCheck::of(&one_number(Activation::Relu, -1.0), &x, &t);
    let bias = dead.entries[1].to_string();
    assert!(bias.ends_with("relative error 0.0e0"), "{bias}");
}

#[test]
fn i_the_kink_of_a_loss_of_ones_own_is_found_without_a_list() {
    let huber = |r: &f64| if r.abs() <= 1.0 { r * r / 2.0 } else { r.abs() - 0.5 };
    // Its slope has a kink at 1, the loss itself has none.
    let at = row(&[1.0, 1.0 + 1e-5, -1.0, 0.3]);
    let found = difference(&at, |r| r.as_slice().iter().map(huber).sum());
    for j in 0..4 {
        let (g, error) = (at[(0, j)].clamp(-1.0, 1.0), found.error[(0, j)]);
        let distance = (found.gradient[(0, j)] - g).abs();
        assert!(distance <= error && error < 1e-4, "{j}: {distance:e} from {g}, ± {error:e}");
    }
    // Leaky ReLU has one, with slopes 0.1 and 1.
    let leaky = |z: &f64| if *z > 0.0 { *z } else { 0.1 * z };
    let found = difference(&row(&[0.0, 0.2, -0.2]), |z| z.as_slice().iter().map(leaky).sum());
    for (j, left, right) in [(0, 0.1, 1.0), (1, 1.0, 1.0), (2, 0.1, 0.1)] {
        assert_near("left", found.left[(0, j)], left, 1e-9, 1.0);
        assert_near("right", found.right[(0, j)], right, 1e-9, 1.0);
    }
}

#[test]
fn the_error_of_a_difference_bounds_its_distance_from_the_truth() {
    type Function = fn(f64) -> f64;
    let functions: [(&str, Function, Function); 5] = [
        ("ln cosh", |w| w.cosh().ln(), f64::tanh),
        ("exp", f64::exp, f64::exp),
        ("sin 1000 w", |w| (1000.0 * w).sin(), |w| 1000.0 * (1000.0 * w).cos()),
        ("1e9 + w²", |w| 1e9 + w * w, |w| 2.0 * w),
        ("1/w", |w| 1.0 / w, |w| -1.0 / (w * w)),
    ];
    let mut rng = Rng::new(8);
    for (name, f, slope) in functions {
        for _ in 0..200 {
            let w = 3.0 * rng.normal();
            let found = difference(&row(&[w]), |w| f(w[(0, 0)]));
            let (d, error) = (found.gradient[(0, 0)], found.error[(0, 0)]);
            let distance = (d - slope(w)).abs();
            assert!(
                distance <= error + 1e-15 * d.abs(),
                "{name} at {w}: {d} is {distance:e} off, ± {error:e}"
            );
        }
    }
}

/// Catches a rounding that is taken for larger than it is: then nothing would ever be seen.
#[test]
fn the_error_of_a_smooth_function_is_what_rounding_leaves() {
    for w in [-2.0, 0.3, 1.0] {
        let found = difference(&row(&[w, 1.0, -w]), |w| w.map(|w| w * w + w).sum());
        for (j, &error) in found.error.as_slice().iter().enumerate() {
            // 2⁻⁵³ ℒ / h is 4e-13 ℒ, and ℒ is up to 10; the step is the first.
            assert!(error < 1e-9 && found.step[(0, j)] == 3e-4, "w = {w}, entry {j}: ± {error:e}");
        }
    }
}

#[test]
fn what_is_not_a_number_fails() {
    let (network, x) = (one_number(Activation::Tanh, 0.5), row(&[1.0]));
    let nan = row(&[f64::NAN]);
    for check in [GradientCheck::of(&network, &nan, &x), GradientCheck::of(&network, &x, &nan)] {
        assert_verdict(&check, Verdict::Failed, "NaN");
    }
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let wrong = with(&right(&network, &x, &x), 1, Matrix::clone, |_| row(&[bad]));
        let check = GradientCheck::of_gradients(&network, &x, &x, &wrong);
        assert_verdict(&check, Verdict::Failed, "∂ℒ/∂b¹[0]");
    }
}

#[test]
fn a_weight_beside_which_every_step_vanishes_is_unseen() {
    let network = one_number(Activation::Identity, 1e13);
    let check = GradientCheck::of(&network, &row(&[1.0]), &row(&[1e13]));
    assert_eq!(check.entries[0].error, f64::INFINITY, "{check}");
    assert_verdict(&check, Verdict::CannotSee, "cannot see W¹: the loss is too steep");
}

#[test]
fn a_gradient_of_the_wrong_shape_is_told_by_its_name() {
    let uneven = |(network, ..): &(Network, _, _)| network.layer(1).weights.shape() == (4, 2);
    let (network, x, t) = telling_cases(1).into_iter().find(uneven).expect("a layer of 4 × 2");
    let right = network.backward(&network.forward(&x), &t);
    for (turned, said) in [
        (with(&right, 1, Matrix::transpose, Matrix::clone), "of W¹ is 2 × 4, but W¹ is 4 × 2"),
        (with(&right, 1, Matrix::clone, Matrix::transpose), "of b¹ is 4 × 1, but b¹ is 1 × 4"),
    ] {
        let found = panic_message(|| GradientCheck::of_gradients(&network, &x, &t, &turned));
        assert_eq!(found, format!("the gradient {said}"));
    }
}

#[test]
fn a_failed_check_names_the_entry_that_differs_most_with_both_values() {
    // One layer, identity: ∂ℒ/∂w = (wx − t) x = (1 − 0) · 2 and ∂ℒ/∂b = 1.
    let (network, x, t) = (one_number(Activation::Identity, 0.5), row(&[2.0]), row(&[0.0]));
    let wrong = Gradients::new(vec![row(&[0.5])], vec![row(&[0.0])]);
    let check = GradientCheck::of_gradients(&network, &x, &t, &wrong);
    assert_verdict(
        &check,
        Verdict::Failed,
        "FAILED: 2 differ\n  worst ∂ℒ/∂W¹[0,0]: backward 0.5000",
    );
    let worst = check.worst().expect("two entries");
    assert_eq!((worst.layer, worst.parameter, worst.at), (1, Parameter::Weight, (0, 0)));
    assert_near("∂ℒ/∂w", worst.difference, 2.0, 1e-10, 1.0);
    assert!(check.to_string().contains("relative error 7.5e-1"), "{check}");
}

/// Catches entries that are not compared, behind the first ones of a row, a column or a layer.
#[test]
fn in_a_wide_layer_one_wrong_entry_anywhere_is_found() {
    let mut rng = Rng::new(4);
    let mut draw = |m, n| Matrix::from_fn(m, n, |_, _| rng.uniform() - 0.5);
    let layer = Layer { weights: draw(30, 40), biases: draw(1, 30), activation: Activation::Tanh };
    let (network, x, t) = (network(vec![layer]), draw(2, 40), draw(2, 30));
    let gradients = right(&network, &x, &t);
    let check = GradientCheck::of(&network, &x, &t);
    assert_eq!(check.entries.len(), 30 * 40 + 30, "{check}");
    for at in [(0, 39), (29, 0), (1, 24), (29, 39)] {
        let negated = |w: &Matrix| {
            Matrix::from_fn(30, 40, |i, j| if (i, j) == at { -w[(i, j)] } else { w[(i, j)] })
        };
        let wrong = with(&gradients, 1, negated, Matrix::clone);
        let check = GradientCheck::of_gradients(&network, &x, &t, &wrong);
        assert_verdict(&check, Verdict::Failed, "FAILED: 1229 agree, 1 differ");
        assert_verdict(&check, Verdict::Failed, &format!("∂ℒ/∂W¹[{},{}]", at.0, at.1));
    }
    let last =
        |b: &Matrix| Matrix::from_fn(1, 30, |_, j| if j == 29 { -b[(0, j)] } else { b[(0, j)] });
    let wrong = with(&gradients, 1, Matrix::clone, last);
    let check = GradientCheck::of_gradients(&network, &x, &t, &wrong);
    assert_verdict(&check, Verdict::Failed, "∂ℒ/∂b¹[29]");
}

#[test]
fn a_whole_function_is_tried_on_every_network_and_twice() {
    let mut calls = 0;
    let check = GradientCheck::of_function(|network, x, t| {
        calls += 1;
        right(network, x, t)
    });
    assert_verdict(&check, Verdict::Passed, "the others passed, too, all of them twice");
    assert_eq!(calls, 2 * telling_cases(1).len());
    let mut calls = 0.0;
    let check = GradientCheck::of_function(|network, x, t| {
        calls += 1.0;
        with(&right(network, x, t), 1, |w| w * calls, Matrix::clone)
    });
    assert_verdict(
        &check,
        Verdict::Failed,
        "\n  in the second call, where the first was right, on 3-3-3-3 Tanh, Softmax, Tanh;\n  MeanSquaredError, λ = 0.1, N = 3",
    );
}

/// Catches a difference that is believed although no step is small enough: there the network is a jump.
#[test]
fn a_right_gradient_that_is_too_steep_for_differences_is_not_called_wrong() {
    let mut rng = Rng::new(3);
    for size in [1.0, 10.0, 100.0, 300.0, 1e3, 1e4, 1e5] {
        for case in 0..100 {
            let mut layer = |w: f64, activation| {
                let (weights, biases) = (row(&[w * rng.normal()]), row(&[0.0]));
                Layer { weights, biases, activation }
            };
            let (tanh, identity) = (Activation::Tanh, Activation::Identity);
            let layers = vec![
                layer(1.0, tanh),
                layer(size, identity),
                layer(size, identity),
                layer(size, tanh),
            ];
            let network = Network::from_layers(layers, Loss::MeanSquaredError).expect("1-1-1-1-1");
            let check = GradientCheck::of(&network, &row(&[1e-9 * rng.normal()]), &row(&[0.3]));
            assert_ne!(check.verdict(), Verdict::Failed, "weights of {size}, case {case}: {check}");
        }
    }
}

/// Catches a difference without Richardson's extrapolation: an error of order h² needs smaller steps.
#[test]
fn of_what_is_smooth_the_first_step_is_small_enough() {
    for (name, f) in [("exp", f64::exp as fn(f64) -> f64), ("sin", f64::sin), ("tanh", f64::tanh)] {
        let at = row(&[-1.0, 0.3, 2.0]);
        let mut calls = 0;
        let found = difference(&at, |w| {
            calls += 1;
            w.as_slice().iter().map(|&w| f(w)).sum()
        });
        assert_eq!(found.step, row(&[3e-4; 3]), "steps for {name}: {found:?}");
        assert_eq!(calls, 3 * 6 + 17, "six calls of {name} for each entry, 17 for all together");
    }
}

/// And at a kink between two curves, both slopes are.
#[test]
fn both_slopes_at_a_kink_are_right_within_their_errors() {
    for k in (0..=20).map(|fifths| 10_f64.powf(f64::from(fifths) / 5.0)) {
        let found = difference(&row(&[0.0]), |w| ((k * w[(0, 0)]).exp() - 1.0).abs());
        let [left, right, error] = [&found.left, &found.right, &found.error].map(|m| m[(0, 0)]);
        let holds = (left + k).abs().max((right - k).abs()) <= error;
        assert!(holds, "|exp {k} w − 1|: slopes {left} and {right} ± {error}");
        assert!(error < 1e-3 * k, "|exp {k} w − 1|: known to {error} only");
    }
}

/// The same of one function: what is said of its slope holds, or nothing is said; and what has no kink is
/// not said to have one.
#[test]
fn differences_of_what_is_steep_are_right_within_their_errors() {
    let found = |name: &str, f: &dyn Fn(f64) -> f64, w: f64, slope: f64| {
        let found = difference(&row(&[w]), |w| f(w[(0, 0)]));
        let [left, right, error] = [&found.left, &found.right, &found.error].map(|m| m[(0, 0)]);
        let holds = (left - slope).abs() <= error;
        assert!(holds, "{name} at {w}: {left} ± {error}, but its slope is {slope}");
        assert!(
            left == right,
            "{name} at {w}: slopes from {left} to {right} ± {error}, but no kink"
        );
        error
    };
    found("a unit step", &|w| f64::from(w > 0.0), 1e-9, 0.0);
    found("the cube root", &f64::cbrt, 1e-7, 1e-7_f64.powf(-2.0 / 3.0) / 3.0);
    found("the square root", &f64::sqrt, 1e-6, 500.0);
    // Their slope is 0, but the quotients fall more slowly than the steps.
    found("w |w|^0.2", &|w| w * w.abs().powf(0.2), 0.0, 0.0);
    found("w |w|^0.8", &|w| w * w.abs().powf(0.8), 0.0, 0.0);
    for k in (0..=36).map(|tenths| 10_f64.powf(f64::from(tenths) / 4.0)) {
        found(&format!("tanh {k} w"), &|w| (k * w).tanh(), 0.0, k);
        if k < 2e6 {
            found(&format!("cos {k} w"), &|w| (k * w).cos(), 0.0, 0.0);
        }
        // Steeper, it is no parabola over 1e-8, and its curvature is taken for rounding.
        for w in [0.01, 0.1, 0.2, 0.5, 0.7, 1.0].into_iter().filter(|_| k < 2e6) {
            let error = found(&format!("sin {k} w"), &|w| (k * w).sin(), w, k * (k * w).cos());
            assert!(k > 1e4 || error < 1e-4 * k, "sin {k} w at {w}: known to {error} only");
        }
    }
}

#[test]
fn inputs_or_targets_of_a_wrong_shape_are_told_at_the_callers_line() {
    let network = one_number(Activation::Identity, 1.0);
    let (one, two) = (row(&[1.0]), row(&[1.0, 2.0]));
    let gradients = network.backward(&network.forward(&one), &one);
    let said = |x, t| panic_message(|| GradientCheck::of_gradients(&network, x, t, &gradients));
    assert!(said(&two, &one).starts_with("left is 1 × 2, right is 1 × 1"), "{}", said(&two, &one));
    assert!(said(&one, &two).starts_with("left is 1 × 1, right is 1 × 2"), "{}", said(&one, &two));
}
