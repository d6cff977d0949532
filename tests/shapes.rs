//! What does not fit is refused, in words that name what was found: wrong algebra with a panic at
//! the caller's line, networks and batches with an error; and a network that refuses a batch or a
//! step stays as it was.

use crate::common::panic_message;

use Activation::{Identity, Sigmoid, Softmax, Tanh};
use Loss::{BinaryCrossEntropy as Bce, CategoricalCrossEntropy as Cce, MeanSquaredError as Mse};
use backprop::Initialization::{GlorotUniform, Zeros};
use backprop::output::{delta, value};
use backprop::{
    Activation, Dataset, GradientDescent, Gradients, Layer, Loss, Matrix, Network, Rng,
};

/// The message has to contain each of these words, which a comma separates.
fn assert_words(message: &str, words: &str) {
    assert!(words.split(", ").all(|w| message.contains(w)), "{words:?} must be in {message:?}");
}

/// Calls of which each must panic, with these words.
type Row<'a> = (&'a [&'a dyn Fn()], &'a str);

fn assert_panics(table: &[Row]) {
    let rows = table.iter().flat_map(|(calls, words)| calls.iter().map(move |call| (call, words)));
    for (call, words) in rows {
        println!("must panic: {words}"); // if it fails, then at the last of these lines
        assert_words(&panic_message(call), words);
    }
}

fn zeros(rows: usize, cols: usize) -> Matrix {
    Matrix::zeros(rows, cols)
}

/// So many inputs, and layers of so many units.
fn network(sizes: &[usize], phi: Activation, loss: Loss) -> Network {
    let layers: Vec<_> = sizes[1..].iter().map(|&units| (units, phi)).collect();
    Network::new(sizes[0], &layers, loss, GlorotUniform, &mut Rng::new(1)).expect("a network")
}

/// Catches a check that is missing, or that blames a line of the crate.
#[test]
fn a_wrong_shape_or_index_panics_at_the_callers_line_with_what_was_given() {
    let (a, b, row, two) = (&zeros(2, 3), &zeros(4, 5), &zeros(1, 2), &zeros(2, 2));
    assert_panics(&[
        (&[&|| drop(a.matmul(b)), &|| drop(a.matmul_transposed(b))], "2 × 3, 4 × 5, matmul"),
        (&[&|| drop(row.outer(two)), &|| drop(two.outer(row))], "1 × 2, 2 × 2, outer"),
        (&[&|| drop(a.hadamard(&a.transpose()))], "2 × 3, 3 × 2, equal shapes"),
        (&[&|| drop(a + b), &|| drop(a - b), &|| drop(a.add_scaled(1.0, b))], "2 × 3, 4 × 5"),
        (&[&|| drop(a.add_row(row)), &|| drop(a.add_row(a))], "left is 2 × 3, add_row"),
        (&[&|| _ = a[(2, 0)]], "(2, 0), 2 × 3"),
        (&[&|| _ = a[(0, 3)], &|| a.clone()[(0, 3)] = 1.0], "(0, 3), 2 × 3"),
        (&[&|| _ = a.row(2), &|| _ = a.clone().row_mut(2)], "row 2, 2 × 3"),
        (&[&|| drop(a.select_rows(&[0, 5]))], "row 5, 2 × 3"),
        (&[&|| drop(Matrix::from_vec(2, 3, vec![0.0; 5]))], "5 entries, 2 × 3, 6"),
        (&[&|| drop(Matrix::from_vec(2, 3, vec![0.0; 7]))], "7 entries, 2 × 3, 6"),
        (&[&|| _ = Rng::new(1).below(0)], "at least 1"),
        (&[&|| drop(Dataset::xor().batches(0, &mut Rng::new(1)))], "at least 1"),
    ]);
}

/// Catches a zip that ends with the shorter side, layers counted from 0, and a mean over no samples.
#[test]
fn what_belongs_to_another_network_panics_at_the_callers_line() {
    let [ours, flat, wide] = [&[2, 2, 2][..], &[2, 2], &[5, 2, 2]].map(|s| network(s, Tanh, Mse));
    let (x, x5, t, no) = (&zeros(4, 2), &zeros(4, 5), &zeros(4, 2), &zeros(0, 2));
    let (trace, of_flat, of_wide) = (&ours.forward(x), &flat.forward(x), &wide.forward(x5));
    let gradients = &ours.backward(trace, t);
    let step = |g| drop(ours.clone().step(g, &GradientDescent { learning_rate: 1.0 }));
    assert_panics(&[
        (&[&|| drop(ours.forward(x5)), &|| drop(ours.predict(x5))], "4 × 5, 2 inputs"),
        (&[&|| _ = ours.loss(of_flat, t), &|| drop(ours.backward(of_flat, t))], "1 layers, 2"),
        (&[&|| _ = ours.loss(of_wide, t), &|| drop(ours.backward(of_wide, t))], "4 × 5, 2 × 2, W¹"),
        (&[&|| drop(ours.backward_one(trace, t))], "4 × 2, outer"),
        (&[&|| step(flat.backward(of_flat, t))], "1 layers, 2"),
        (&[&|| step(wide.backward(of_wide, t))], "2 × 2, 2 × 5"),
        (&[&|| drop(Gradients::new(vec![zeros(1, 1)], vec![]))], "1 gradients, 0"),
        (&[&|| _ = ours.layer(3), &|| _ = trace.z(3), &|| _ = trace.y(3)], "layer 3, 1 to 2"),
        (&[&|| _ = gradients.weights(0), &|| _ = gradients.biases(0)], "layer 0, 1 to 2"),
        (
            &[&|| _ = value(Mse, Tanh, x5, t), &|| drop(delta(Bce, Sigmoid, x5, t, t))],
            "4 × 5, 4 × 2",
        ),
        (&[&|| drop(delta(Cce, Softmax, t, x5, t))], "4 × 5, 4 × 2"),
        (&[&|| drop(Softmax.derivative(t))], "grad_z"),
        (&[&|| _ = value(Mse, Tanh, no, no), &|| drop(delta(Mse, Tanh, no, no, no))], "one sample"),
        (&[&|| _ = value(Bce, Tanh, t, t), &|| drop(delta(Cce, Tanh, t, t, t))], "last activation"),
    ]);
}

/// Catches a network that cannot learn and is built all the same, and data that nothing can learn.
#[test]
fn an_impossible_network_is_refused_with_the_layer_or_with_what_to_take() {
    let layer = |weights, biases| Layer { weights, biases, activation: Tanh };
    let of = |layers| Network::from_layers(layers, Mse).err();
    let last = |n, phi, loss| Network::new(1, &[(n, phi)], loss, Zeros, &mut Rng::new(1)).err();
    let decayed = |lambda| network(&[1, 1], Tanh, Mse).with_weight_decay(lambda).err();
    let (nan, inf) = (Matrix::from([[f64::NAN]]), Matrix::from([[f64::INFINITY]]));
    for (result, words) in [
        (of(vec![]), "at least one layer"),
        (of(vec![layer(zeros(3, 2), zeros(1, 2))]), "layer 1, 3 × 2, 1 × 2"),
        (of(vec![layer(zeros(3, 2), zeros(3, 1))]), "layer 1, 3 × 2, 3 × 1"),
        (of(vec![layer(zeros(3, 2), zeros(2, 3))]), "layer 1, 3 × 2, 2 × 3"),
        (of(vec![layer(zeros(3, 0), zeros(1, 3))]), "layer 1, 3 × 0"),
        (of(vec![layer(zeros(0, 3), zeros(1, 0))]), "layer 1, 0 × 3"),
        (of(vec![layer(zeros(1, 2), zeros(1, 1)); 2]), "layer 2, 1 × 2, × 1"),
        (of(vec![layer(nan, zeros(1, 1))]), "layer 1, not finite"),
        (of(vec![layer(zeros(1, 1), inf)]), "layer 1, not finite"),
        (last(1, Softmax, Cce), "2 outputs, Sigmoid"),
        (last(1, Softmax, Mse), "2 outputs, Sigmoid"),
        (last(2, Softmax, Bce), "needs Sigmoid, not Softmax"),
        (last(2, Sigmoid, Cce), "needs Softmax, not Sigmoid"),
        (decayed(-1e-9), "λ is -0.000000001"),
        (decayed(f64::NAN), "λ is NaN"),
        (decayed(f64::INFINITY), "λ is inf"),
        (Dataset::new(zeros(3, 2), zeros(2, 1)).err(), "3 inputs, 2 targets"),
        (Dataset::new(zeros(0, 2), zeros(0, 1)).err(), "0 inputs, 0 targets"),
    ] {
        assert_words(&result.expect(words).to_string(), words);
    }
}

/// The loss before the step, finite as what comes after it; or the refusal, with nothing changed.
pub fn trained(network: &Network, x: &Matrix, t: &Matrix, eta: f64) -> Result<f64, String> {
    let mut after = network.clone();
    let result = after.train_on_batch(x, t, &GradientDescent { learning_rate: eta });
    let finite = after.layers().iter().all(|l| l.weights.is_finite() && l.biases.is_finite());
    let before = |loss: &f64| loss.is_finite() && *loss == network.loss(&network.forward(x), t);
    let right = result.as_ref().map_or(after == *network, |loss| finite && before(loss));
    assert!(right, "{result:?} at\n{x:?}\nt\n{t:?}\nη {eta}\n{network:?}\nafterwards\n{after:?}");
    result.map_err(|error| error.to_string())
}

/// Catches data the wrong way round, class numbers, and training that has diverged and goes on.
#[test]
fn a_batch_or_a_step_that_cannot_be_is_refused_and_the_network_stays_as_it_was() {
    let (xor, number, inf) = (Dataset::xor(), |a: f64| Matrix::from([[a]]), f64::INFINITY);
    let (x, t, one) = (xor.inputs(), xor.targets(), &number(1.0));
    let (digits, ours) = (network(&[784, 10], Softmax, Cce), network(&[2, 2, 1], Sigmoid, Bce));
    let line = network(&[1, 1, 1], Identity, Mse);
    let decayed = line.clone().with_weight_decay(2.0).expect("λ ≥ 0");
    for (result, words) in [
        (trained(&digits, &zeros(784, 1), &zeros(1, 10), 1.0), "784 × 1, 784 inputs"),
        (trained(&digits, &zeros(28, 28), &zeros(1, 10), 1.0), "28 × 28, 784 inputs"),
        (trained(&digits, &zeros(3, 784), &zeros(3, 1), 1.0), "3 × 1, 3 × 10"),
        (trained(&ours, &x.transpose(), &t.transpose(), 1.0), "2 × 4, 2 inputs"),
        (trained(&ours, x, &zeros(3, 1), 1.0), "3 × 1, 4 × 1"),
        (trained(&ours, &zeros(0, 2), &zeros(0, 1), 1.0), "no samples"),
        (trained(&line, &number(-inf), one, 1.0), "input, infinite"),
        (trained(&line, one, one, 0.0), "η is 0.0"),
        (trained(&line, one, one, -0.1), "η is -0.1"),
        (trained(&line, one, one, f64::NAN), "η is NaN"),
        (trained(&line, one, one, inf), "η is inf"),
        (trained(&decayed, one, one, 0.501), "η is 0.501, λ is 2.0"),
        (trained(&line, one, one, 1e200), "layer 1, smaller η"),
        (trained(&line, &number(1e300), one, 1.0), "inf, layer 2, smaller"),
    ] {
        assert_words(&result.expect_err(words), words);
    }
    assert!(trained(&decayed, one, one, 0.5).is_ok() && trained(&line, one, one, 5e-324).is_ok());
}

/// Catches a range that is open, too wide or of another activation, a sample that is not looked at,
/// and sums of 1 that are too strict for rounded targets or too loose.
#[test]
fn targets_must_be_what_the_last_activation_can_reach() {
    let train = |loss, phi, first: f64, second: f64| {
        let t = Matrix::from([[0.0, 1.0], [first, second]]);
        trained(&network(&[1, 2], phi, loss), &zeros(2, 1), &t, 1e-3)
    };
    let pairs = Activation::ALL.map(|phi| (Mse, phi));
    for (loss, phi) in pairs.into_iter().chain([(Bce, Sigmoid), (Cce, Softmax)]) {
        let ends = phi.apply(&Matrix::from([[-800.0, 800.0]]));
        let (low, high, inf) = (ends[(0, 0)], ends[(0, 1)], f64::INFINITY);
        for t in [low, high, low - 1e-15, high + 1e-15, f64::NAN, inf, -inf] {
            let other = if t > low { low } else { high }; // for a softmax they sum to 1
            let (r, reached) = (train(loss, phi, other, t), (low..=high).contains(&t));
            let said = r.as_ref().err().map(|error| error.contains("target is"));
            assert_eq!(
                said,
                (!reached).then_some(true),
                "{loss:?} of {phi:?}, target {t:?}: {r:?}"
            );
        }
    }
    for off in [9e-7, -9e-7, 1e-5, -1e-5] {
        let result = train(Cce, Softmax, 0.5, 0.5 + off);
        assert_eq!(result.is_ok(), off.abs() < 1e-6, "targets that sum to 1 + {off}: {result:?}");
    }
}

/// Catches a sample that is left out or comes twice, a target of another input, and no shuffle.
#[test]
fn an_epoch_has_every_sample_once_with_its_target_in_a_random_order() {
    let mut rng = Rng::new(1);
    for (n, size) in (1..=40).flat_map(|n| (1..=45).map(move |size| (n, size))) {
        let x = Matrix::from_fn(n, 1, |i, _| i as f64);
        let data = Dataset::new(x.clone(), &x * 10.0).expect("as many inputs as targets");
        let batches: Vec<_> = data.batches(size, &mut rng).collect();
        let mut seen: Vec<f64> = batches.iter().flat_map(|(x, _)| x.as_slice().to_vec()).collect();
        assert!(batches.iter().all(|(x, t)| *t == x * 10.0), "other targets: {batches:?}");
        assert!(n < 20 || seen != x.as_slice(), "{n} samples are not shuffled");
        seen.sort_by(f64::total_cmp);
        assert_eq!(seen, x.as_slice(), "{n} samples in batches of {size}");
        let sizes = (0..n).step_by(size).map(|start| size.min(n - start));
        assert!(batches.iter().map(|(x, _)| x.rows()).eq(sizes), "{n} by {size}: {batches:?}");
    }
}
