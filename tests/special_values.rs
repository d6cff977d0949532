//! Zeros of both signs, the smallest and the largest numbers, infinities and NaN: NaN never
//! disappears, and finite numbers give no NaN. `limits.rs` has thousands of finite numbers more.

use crate::shapes::trained;

use std::f64::consts::LN_2;

use Activation::{Identity, Relu, Sigmoid, Softmax, Tanh};
use Loss::{BinaryCrossEntropy as Bce, CategoricalCrossEntropy as Cce, MeanSquaredError as Mse};
use backprop::{Activation, Layer, Loss, Matrix, Network, Rng, output};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// Numbers at which arithmetic is special, and some between them.
const VALUES: [f64; 22] = [
    0.0, -0.0, 5e-324, -5e-324, 1e-310, 1e-160, -1e-160, 0.5, -0.5, 1.0, -1.0, 3.0, 40.0, -40.0,
    800.0, -800.0, 1e17, 1e155, -1e155, 1e308, -1e308, NAN,
];

fn drawn(values: &[f64], rng: &mut Rng) -> Matrix {
    Matrix::from_fn(3, 3, |_, _| values[rng.below(values.len())])
}

fn assert_same(what: &str, found: &[f64], expected: &[f64]) {
    let same = |(f, e): (&f64, &f64)| f == e || f.is_nan() && e.is_nan();
    assert!(found.iter().zip(expected).all(same), "{what}: found {found:?}, expected {expected:?}");
}

/// Each row: `φ`, its values and its slopes. Catches a `max` that loses NaN, an exponential that
/// overflows, and a slope of ReLU at 0 other than 0.
#[test]
fn activations_and_their_slopes_are_right_at_special_values() {
    let z = [-INF, -1e308, -0.0, 0.0, 5e-324, INF, NAN];
    for (phi, y, slope) in [
        (Identity, z, [1.0; 7]),
        (Relu, [0.0, 0.0, 0.0, 0.0, 5e-324, INF, NAN], [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, NAN]),
        (Sigmoid, [0.0, 0.0, 0.5, 0.5, 0.5, 1.0, NAN], [0.0, 0.0, 0.25, 0.25, 0.25, 0.0, NAN]),
        (Tanh, [-1.0, -1.0, 0.0, 0.0, 5e-324, 1.0, NAN], [0.0, 0.0, 1.0, 1.0, 1.0, 0.0, NAN]),
    ] {
        let z = Matrix::row_vector(&z);
        assert_same(&format!("{phi:?} of {z:?}"), phi.apply(&z).as_slice(), &y);
        assert_same(&format!("{phi:?}′ of {z:?}"), phi.derivative(&z).as_slice(), &slope);
    }
}

/// The loss, then its derivatives: for `Some(φ)` of `x = z`, for `None` of `x = y`.
fn computed(loss: Loss, phi: Option<Activation>, x: &Matrix, t: &Matrix) -> Vec<f64> {
    let (value, slopes) = match phi {
        None => (loss.value(x, t), loss.derivative(x, t)),
        Some(f) => (output::value(loss, f, x, t), output::delta(loss, f, x, &f.apply(x), t)),
    };
    [&[value], slopes.as_slice()].concat()
}

/// Each row: two outputs of one sample. Catches `0 ln 0`, `0 · ∞`, `∞ − ∞`, and a gradient that
/// vanishes where an output is certain and wrong.
#[test]
fn losses_and_their_slopes_are_right_at_special_values() {
    for (loss, phi, x, t, value, slope) in [
        (Bce, None, [0.0, 1.0], [0.0, 0.0], INF, [1.0, INF]),
        (Cce, None, [0.0, -0.0], [5e-324, 0.0], INF, [-INF, 0.0]),
        (Mse, None, [-1e308, 3.0], [0.0, 1.0], INF, [-1e308, 2.0]),
        (Bce, Some(Sigmoid), [1e308, 5e-324], [0.0, 0.5], 1e308, [1.0, 0.0]),
        (Bce, Some(Sigmoid), [INF, -0.0], [1.0, 0.5], LN_2, [0.0, 0.0]),
        (Cce, Some(Softmax), [1e308, -0.0], [0.0, 1.0], 1e308, [1.0, -1.0]),
        (Cce, Some(Softmax), [1e308, 1e308], [1.0, 0.0], LN_2, [-0.5, 0.5]),
        (Mse, Some(Softmax), [-INF, 5e-324], [1.0, 0.0], 1.0, [0.0, 0.0]),
        (Mse, Some(Softmax), [INF, 0.0], [1.0, 0.0], NAN, [NAN, NAN]),
        (Mse, Some(Sigmoid), [800.0, 0.0], [0.0, 1.0], 0.625, [0.0, -0.125]),
        (Mse, Some(Tanh), [-INF, 5e-324], [1.0, 1.0], 2.5, [0.0, -1.0]),
        (Mse, Some(Relu), [0.0, 5e-324], [1.0, 1.0], 1.0, [0.0, -1.0]),
        (Mse, Some(Identity), [1e308, 3.0], [0.0, 1.0], INF, [1e308, 2.0]),
    ] {
        let found = computed(loss, phi, &Matrix::row_vector(&x), &Matrix::row_vector(&t));
        let what = format!("{loss:?} of {phi:?} at {x:?}, t {t:?}, and its two slopes");
        assert_same(&what, &found, &[value, slope[0], slope[1]]);
    }
}

/// Catches a weight of 0 that spares a formula its NaN, and a maximum over more than one row.
#[test]
fn nan_reaches_every_loss_and_slope_and_comes_from_nothing_else() {
    let (mut rng, phis) = (Rng::new(1), || Activation::ALL.map(Some).into_iter().chain([None]));
    let all = Loss::ALL.into_iter().flat_map(|loss| phis().map(move |phi| (loss, phi)));
    let fits = |(loss, phi): &(_, Option<_>)| phi.is_none_or(|f| output::fits(*loss, f).is_ok());
    for (loss, phi) in all.filter(fits).flat_map(|pair| [pair; 3000]) {
        let z = drawn(&VALUES, &mut rng);
        let t = drawn(&[0.0, 0.0, 0.0, 0.0, 5e-324, 0.3, 0.5, 1.0, 1.0, NAN], &mut rng);
        let x = if phi.is_some() { z } else { z.map(|z| z.clamp(0.0, 1.0)) };
        let (found, nan) = (computed(loss, phi, &x, &t), &x + &t);
        let (value, slopes) = (found[0], &found[1..]);
        let reached = nan.as_slice().iter().zip(slopes).all(|(n, s)| s.is_nan() || !n.is_nan());
        let usable = |s: &f64| s.is_finite() || phi.is_none() && !s.is_nan();
        let spared = value >= 0.0 && slopes.iter().all(usable);
        let right = if nan.is_finite() { spared } else { value.is_nan() && reached };
        assert!(right, "{loss:?} of {phi:?} is {value}, slopes {slopes:?}\nat\n{x:?}\nt\n{t:?}");
    }
}

/// Catches a number that is not checked before the step: afterwards the network would be lost.
#[test]
fn training_on_any_numbers_is_refused_or_leaves_finite_numbers() {
    let (mut rng, biases) = (Rng::new(1), Matrix::zeros(1, 3));
    for _ in 0..5000 {
        let [x, eta, w] = [22, 22, 21].map(|n| drawn(&VALUES[..n], &mut rng));
        let [first, last] = [0; 2].map(|_| Activation::ALL[rng.below(Activation::ALL.len())]);
        let layer = |phi| Layer { weights: w.clone(), biases: biases.clone(), activation: phi };
        let built = Network::from_layers(
            vec![layer(first), layer(last)],
            Loss::ALL[rng.below(Loss::ALL.len())],
        );
        let _ = built.map(|network| trained(&network, &x, &Softmax.apply(&w), eta[(0, 0)]));
    }
}
