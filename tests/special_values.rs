//! NaN, infinities, the smallest and the largest numbers, −0 and empty matrices: nothing panics,
//! NaN is never swallowed, and finite numbers give no NaN.

use crate::common;

use backprop::{Activation, GradientDescent, Layer, Loss, Matrix, Network, output};
use proptest::prelude::*;

/// Numbers where arithmetic is special, and some between them. The last three are not finite.
const VALUES: [f64; 26] = [
    0.0,
    -0.0,
    5e-324,
    -5e-324,
    1e-310,
    -1e-310,
    f64::MIN_POSITIVE,
    1e-160,
    -1e-160,
    0.5,
    -0.5,
    1.0,
    -1.0,
    3.0,
    40.0,
    -40.0,
    800.0,
    -800.0,
    1e155,
    -1e155,
    1e17,
    1e308,
    -1e308,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
];

/// Targets, and outputs of a sigmoid or a softmax.
const UNIT: [f64; 9] = [0.0, 5e-324, 1e-310, 1e-16, 0.3, 0.5, 0.75, 1.0 - f64::EPSILON / 2.0, 1.0];

const UNIT_OR_NAN: [f64; 4] = [0.0, 0.5, 1.0, f64::NAN];

fn finite() -> &'static [f64] {
    &VALUES[..VALUES.len() - 3]
}

fn matrix(rows: usize, cols: usize, values: &'static [f64]) -> impl Strategy<Value = Matrix> {
    prop::collection::vec(prop::sample::select(values), rows * cols)
        .prop_map(move |data| Matrix::from_vec(rows, cols, data))
}

/// Two matrices of one shape, and a third that can be multiplied with them from the right; any may be empty.
fn operands(values: &'static [f64]) -> impl Strategy<Value = [Matrix; 3]> {
    (0..=3usize, 0..=3usize, 0..=3usize).prop_flat_map(move |(m, k, n)| {
        (matrix(m, k, values), matrix(m, k, values), matrix(k, n, values))
            .prop_map(|(a, b, c)| [a, b, c])
    })
}

/// Two batches of one shape: with at least one sample, but perhaps no columns.
fn batches(a: &'static [f64], b: &'static [f64]) -> impl Strategy<Value = (Matrix, Matrix)> {
    (1..=3usize, 0..=3usize).prop_flat_map(move |(m, n)| (matrix(m, n, a), matrix(m, n, b)))
}

fn has_nan<'a>(entries: impl IntoIterator<Item = &'a f64>) -> bool {
    entries.into_iter().any(|a| a.is_nan())
}

fn column(a: &Matrix, j: usize) -> Vec<f64> {
    (0..a.rows()).map(|i| a[(i, j)]).collect()
}

fn absolute(a: &Matrix) -> Matrix {
    a.map(f64::abs)
}

/// Every element-wise operation, by name.
fn element_wise(a: &Matrix, b: &Matrix) -> [(&'static str, Matrix); 4] {
    let add_scaled = a.add_scaled(0.0, b);
    [("+", a + b), ("-", a - b), ("hadamard", a.hadamard(b)), ("add_scaled", add_scaled)]
}

/// Every loss with every activation that it fits.
fn pairs() -> impl Iterator<Item = (Loss, Activation)> {
    let all = Loss::ALL.into_iter().flat_map(|loss| Activation::ALL.map(|phi| (loss, phi)));
    all.filter(|&(loss, phi)| output::fits(loss, phi).is_ok())
}

/// Activations whose `φ′(NaN)` has to be NaN; that of the identity is 1 everywhere.
const DERIVATIVE_KEEPS_NAN: [Activation; 3] =
    [Activation::Relu, Activation::Sigmoid, Activation::Tanh];

proptest! {
    #![proptest_config(common::config(common::HOSTILE))]

    /// Catches an index into a row that is not there, a division by the number of columns.
    #[test]
    fn the_algebra_takes_every_value_and_every_empty_shape([a, b, c] in operands(&VALUES)) {
        let ((m, k), n) = (a.shape(), c.cols());
        prop_assert_eq!(a.matmul(&c).shape(), (m, n));
        prop_assert_eq!(a.matmul_transposed(&b).shape(), (m, m));
        prop_assert_eq!(a.transpose().shape(), (k, m));
        prop_assert_eq!(a.column_sums().shape(), (1, k));
        prop_assert_eq!((&a * f64::NAN).shape(), (m, k));
        prop_assert_eq!(a.select_rows(&[]).shape(), (0, k));
        prop_assert_eq!(a.add_row(&Matrix::zeros(1, k)).shape(), (m, k));
        prop_assert_eq!(a.to_string().lines().count(), m);
        for (name, result) in element_wise(&a, &b) {
            prop_assert_eq!(result.shape(), (m, k), "{}", name);
        }
        for i in 0..m {
            let (left, right) = (a.select_rows(&[i]), b.select_rows(&[i]));
            prop_assert_eq!(left.outer(&right).shape(), (k, k));
        }
    }

    /// Catches a product that skips zeros (0 · NaN is NaN), and a maximum or a test that NaN fails.
    #[test]
    fn a_nan_reaches_every_sum_and_product_it_belongs_to([a, b, c] in operands(&VALUES)) {
        let (product, sums) = (a.matmul(&c), a.column_sums());
        for (i, j) in (0..a.rows()).flat_map(|i| (0..c.cols()).map(move |j| (i, j))) {
            let reached = has_nan(a.row(i)) || has_nan(&column(&c, j));
            prop_assert!(!reached || product[(i, j)].is_nan(), "({i}, {j}) of\n{a}\ntimes\n{c}\nis\n{product}");
        }
        for (name, result) in element_wise(&a, &b) {
            for ((a, b), found) in a.as_slice().iter().zip(b.as_slice()).zip(result.as_slice()) {
                prop_assert!(!has_nan([a, b]) || found.is_nan(), "{a} {name} {b} is {found}");
            }
        }
        for j in 0..a.cols() {
            prop_assert!(!has_nan(&column(&a, j)) || sums[(0, j)].is_nan(), "column {j} of\n{a}\nadds up to\n{sums}");
        }
        if has_nan(a.as_slice()) {
            let (sum, norm) = (a.sum(), a.squared_norm());
            prop_assert!(sum.is_nan() && norm.is_nan() && !a.is_finite(), "sum {sum}, ‖A‖² {norm} of\n{a}");
        }
    }

    /// Where the sizes of the terms have a finite sum, so has the product. Otherwise it may be NaN:
    /// 1e308 · 10 − 1e308 · 10 is ∞ − ∞.
    #[test]
    fn finite_numbers_give_no_nan_unless_a_term_overflows([a, b, c] in operands(finite())) {
        let (product, largest) = (a.matmul(&c), absolute(&a).matmul(&absolute(&c)));
        for (&found, &largest) in product.as_slice().iter().zip(largest.as_slice()) {
            let bounded = found.abs() <= largest * (1.0 + 1e-15);
            prop_assert!(bounded || largest.is_infinite(), "found {found:?} where the terms add up to {largest:?}");
        }
        for (name, result) in element_wise(&a, &b) {
            prop_assert!(!has_nan(result.as_slice()), "{name} of\n{a:?}\nand\n{b:?}\nis\n{result}");
        }
        let (sum, norm, sums) = (a.sum(), a.squared_norm(), a.column_sums());
        prop_assert!(!has_nan([&sum, &norm]) && !has_nan(sums.as_slice()), "{sum}, {norm}, {sums} of\n{a:?}");
    }

    /// Catches e⁷⁴⁵ / e⁷⁴⁵, a `max` that loses NaN, and a NaN that is taken for "not positive".
    #[test]
    fn activations_stay_in_their_range_and_keep_nan(z in prop::sample::select(&VALUES[..])) {
        let z = Matrix::row_vector(&[z]);
        for phi in [Activation::Identity, Activation::Relu, Activation::Sigmoid, Activation::Tanh] {
            let (y, d, x) = (phi.apply(&z)[(0, 0)], phi.derivative(&z)[(0, 0)], z[(0, 0)]);
            let (low, high) = match phi {
                Activation::Sigmoid => (0.0, 1.0),
                Activation::Tanh => (-1.0, 1.0),
                Activation::Relu => (0.0, f64::INFINITY),
                _ => (f64::NEG_INFINITY, f64::INFINITY),
            };
            let in_range = if x.is_nan() { y.is_nan() } else { (low..=high).contains(&y) };
            prop_assert!(in_range, "{phi:?} of {x:?} is {y:?}");
            let kept = x.is_nan() && DERIVATIVE_KEEPS_NAN.contains(&phi);
            let slope = if kept { d.is_nan() } else { (0.0..=1.0).contains(&d) };
            prop_assert!(slope, "the derivative of {phi:?} at {x:?} is {d:?}");
        }
    }

    /// Catches a row that is not shifted by its maximum, and a neighbour's NaN.
    #[test]
    fn a_softmax_row_is_a_distribution_or_all_nan((z, g) in batches(&VALUES, finite())) {
        let y = Activation::Softmax.apply(&z);
        let grad_z = Activation::Softmax.grad_z(&z, &y, &g);
        for i in (0..z.rows()).filter(|_| z.cols() > 0) {
            let (z, y, grad_z) = (z.row(i), y.row(i), grad_z.row(i));
            let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if has_nan(z) || largest.is_infinite() {
                prop_assert!(y.iter().chain(grad_z).all(|a| a.is_nan()), "{z:?} gives {y:?} and {grad_z:?}");
            } else {
                let error = (y.iter().sum::<f64>() - 1.0).abs();
                prop_assert!(error <= 1e-15 && y.iter().all(|y| (0.0..=1.0).contains(y)), "{z:?} gives {y:?}");
                prop_assert!(grad_z.iter().all(|g| g.is_finite()), "{y:?} gives {grad_z:?}");
            }
        }
    }

    /// Catches ln 0, 0 · ∞ and ∞ − ∞, and a loss that is negative.
    #[test]
    fn from_finite_z_every_error_is_at_least_0_and_every_delta_finite((z, t) in batches(finite(), &UNIT)) {
        for (loss, phi) in pairs() {
            let error = output::value(loss, phi, &z, &t);
            let delta = output::delta(loss, phi, &z, &phi.apply(&z), &t);
            prop_assert!(error >= 0.0, "{loss:?} of {phi:?} is {error:?} at z\n{z:?}\nt\n{t:?}");
            prop_assert!(delta.is_finite(), "{loss:?} of {phi:?} has δ\n{delta:?}\nat z\n{z:?}\nt\n{t:?}");
        }
    }

    /// Catches a weight of 0 that spares a formula its NaN.
    #[test]
    fn a_nan_in_z_or_in_the_targets_reaches_error_and_delta((z, t) in batches(&VALUES, &UNIT_OR_NAN)) {
        for (loss, phi) in pairs() {
            let error = output::value(loss, phi, &z, &t);
            let delta = output::delta(loss, phi, &z, &phi.apply(&z), &t);
            for (at, (&z, &t)) in z.as_slice().iter().zip(t.as_slice()).enumerate() {
                let (nan, found) = (z.is_nan() || t.is_nan(), delta.as_slice()[at]);
                prop_assert!(!nan || found.is_nan(), "{loss:?} of {phi:?}: δ {found} at z {z}, t {t}");
                prop_assert!(!nan || error.is_nan(), "{loss:?} of {phi:?}: ℰ {error} at z {z}, t {t}");
            }
        }
    }

    /// The formulas from `y` are infinite where an output is certain and wrong, but never NaN.
    #[test]
    fn from_y_a_loss_is_nan_only_for_nan((y, t) in batches(&UNIT_OR_NAN, &UNIT)) {
        for loss in Loss::ALL {
            let (value, derivative) = (loss.value(&y, &t), loss.derivative(&y, &t));
            if has_nan(y.as_slice()) {
                prop_assert!(value.is_nan(), "{loss:?} is {value} for y\n{y:?}\nt\n{t:?}");
            } else {
                prop_assert!(value >= 0.0, "{loss:?} is {value} for y\n{y:?}\nt\n{t:?}");
            }
            for (y, d) in y.as_slice().iter().zip(derivative.as_slice()) {
                prop_assert!(y.is_nan() == d.is_nan(), "{loss:?} has the derivative {d} at y {y}");
            }
        }
    }

    /// Catches a number that is not checked before the step: afterwards the network would be lost.
    #[test]
    fn training_on_any_numbers_is_refused_or_gives_a_finite_loss(
        (x, t) in (1..=3usize, 1..=3usize).prop_flat_map(|(m, n)| (matrix(m, n, &VALUES), matrix(m, n, &VALUES))),
        w in prop::sample::select(finite()),
        learning_rate in prop::sample::select(&VALUES[..]),
        hidden in prop::sample::select(&Activation::ALL[..]),
    ) {
        let n = x.cols();
        for (loss, phi) in pairs().filter(|&(_, phi)| n > 1 || phi != Activation::Softmax) {
            let layer = |activation, w: f64| Layer { weights: Matrix::from_fn(n, n, |_, _| w), biases: Matrix::zeros(1, n), activation };
            let network = Network::from_layers(vec![layer(hidden, w), layer(phi, 0.5)], loss).expect("finite");
            let mut trained = network.clone();
            match trained.train_on_batch(&x, &t, &GradientDescent { learning_rate }) {
                Ok(error) => {
                    let finite = (1..=2).all(|l| trained.layer(l).weights.is_finite() && trained.layer(l).biases.is_finite());
                    prop_assert!(finite && error.is_finite() && x.is_finite() && t.is_finite(), "ℒ is {error}, then\n{trained:?}");
                }
                Err(_) => prop_assert!(trained == network, "refused, but changed"),
            }
        }
    }
}

proptest! {
    #![proptest_config(common::config(common::HOSTILE))]

    /// Catches a tile of the product that skips its border, or reads a neighbour's numbers there.
    #[test]
    fn one_nan_spoils_one_row_or_column_of_a_product(
        (m, k, n) in (1..=40usize, 1..=40usize, 1..=40usize),
        place in any::<[prop::sample::Index; 3]>(),
    ) {
        let ones = |rows, cols| Matrix::from_fn(rows, cols, |_, _| 1.0);
        let [row, inner, col] = [place[0].index(m), place[1].index(k), place[2].index(n)];
        let (mut a, mut b) = (ones(m, k), ones(k, n));
        a[(row, inner)] = f64::NAN;
        b[(inner, col)] = f64::NAN;
        let (left, right) = (a.matmul(&ones(k, n)), ones(m, k).matmul(&b));
        for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
            let (l, r) = (left[(i, j)], right[(i, j)]);
            prop_assert!(l.is_nan() == (i == row), "NaN in row {row} of the left: entry ({i}, {j}) is {l}");
            prop_assert!(r.is_nan() == (j == col), "NaN in column {col} of the right: entry ({i}, {j}) is {r}");
        }
    }
}

/// Catches a sum over no terms that is −0 or NaN, and a mean over no samples that is one.
#[test]
fn of_nothing_the_sum_is_0_and_the_mean_is_refused() {
    for (rows, cols) in [(0, 0), (0, 3), (3, 0)] {
        let empty = Matrix::zeros(rows, cols);
        let sums = [empty.sum(), empty.squared_norm(), empty.column_sums().sum()];
        assert_eq!(sums.map(f64::to_bits), [0; 3], "{rows} × {cols}");
        assert_eq!(Matrix::zeros(cols, rows).matmul(&empty), Matrix::zeros(cols, cols));
        for phi in Activation::ALL {
            assert_eq!(phi.apply(&empty).shape(), (rows, cols), "{phi:?}");
        }
        for (loss, phi) in pairs().filter(|_| rows > 0) {
            assert_eq!(output::value(loss, phi, &empty, &empty), 0.0, "{loss:?} of {phi:?}");
            assert_eq!(output::delta(loss, phi, &empty, &empty, &empty), empty);
        }
    }
}

/// Catches a target of 0 that skips its term, NaN and all.
#[test]
fn a_nan_among_the_outputs_reaches_the_loss_where_its_target_is_0() {
    let (z, t) = (Matrix::row_vector(&[f64::NAN, 0.0]), Matrix::zeros(1, 2));
    for (loss, phi) in [
        (Loss::CategoricalCrossEntropy, Activation::Softmax),
        (Loss::BinaryCrossEntropy, Activation::Sigmoid),
    ] {
        let error = backprop::output::value(loss, phi, &z, &t);
        assert!(error.is_nan(), "{loss:?} is {error}");
    }
}

/// A network of one weight, with a bias, whose next gradient is what the inputs make of it.
fn one_weight(w: f64, lambda: f64) -> Network {
    let (weights, biases) = (Matrix::row_vector(&[w]), Matrix::row_vector(&[0.0]));
    let layer = Layer { weights, biases, activation: Activation::Identity };
    let network = Network::from_layers(vec![layer], Loss::MeanSquaredError).expect("a network");
    network.with_weight_decay(lambda).expect("λ ≥ 0")
}

/// Asserts that one step from `w = 1` at `x = 1, t = 0` is refused in these words and changes nothing.
#[track_caller]
fn assert_no_step(learning_rate: f64, lambda: f64, said: &str) {
    let (mut network, x, t) =
        (one_weight(1.0, lambda), Matrix::row_vector(&[1.0]), Matrix::row_vector(&[0.0]));
    let descent = GradientDescent { learning_rate };
    let gradients = network.backward(&network.forward(&x), &t);
    let refused = network.train_on_batch(&x, &t, &descent).map_err(|error| error.to_string());
    assert_eq!(refused, Err(said.to_string()));
    let refused = network.step(gradients, &descent).map_err(|error| error.to_string());
    assert_eq!(refused, Err(said.to_string()));
    assert_eq!(network, one_weight(1.0, lambda));
}

/// Catches a training that climbs, stands still, or loses every weight in its first step, and says nothing.
#[test]
fn a_learning_rate_that_cannot_be_is_refused_in_the_first_step() {
    for rate in [0.0, -0.0, -0.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let said = format!("the learning rate is {rate}, but must be greater than 0 and finite");
        assert_no_step(rate, 0.0, &said);
        let one = Matrix::row_vector(&[1.0]);
        let descent = GradientDescent { learning_rate: rate };
        assert_eq!(descent.step(&one, one.clone()).map_err(|e| e.to_string()), Err(said));
    }
    for (rate, found) in [(1e308, "-1e308"), (1e307, "-1e307"), (1e151, "-1e151")] {
        let advice = format!("take a smaller learning rate than {rate:?}, or mend the gradient");
        let said = "but must stay within ±1e150";
        assert_no_step(
            rate,
            0.0,
            &format!("at layer 1, the step would bring {found}, {said}; {advice}"),
        );
    }
    for rate in [f64::MIN_POSITIVE, 1.0, 1e149] {
        let (x, t) = (Matrix::row_vector(&[1.0]), Matrix::row_vector(&[0.0]));
        let trained =
            one_weight(1.0, 0.0).train_on_batch(&x, &t, &GradientDescent { learning_rate: rate });
        assert_eq!(trained, Ok(0.5), "learning rate {rate:e}");
    }
}

#[test]
fn a_gradient_of_nan_or_infinity_is_refused_with_the_layer() {
    for (gradient, found) in [(f64::NAN, "NaN"), (f64::INFINITY, "-inf"), (-1e200, "1e199")] {
        let mut network = one_weight(1.0, 0.0);
        let gradients = backprop::Gradients::new(
            vec![Matrix::row_vector(&[0.0])],
            vec![Matrix::row_vector(&[gradient])],
        );
        let refused = network.step(gradients, &GradientDescent { learning_rate: 0.1 });
        let said = refused.expect_err("no number").to_string();
        assert!(said.starts_with(&format!("at layer 1, the step would bring {found}, ")), "{said}");
        assert_eq!(network, one_weight(1.0, 0.0));
    }
}

/// Catches a `λ` beside which `ℰ` is nothing: each step would throw the weights across 0, further each time.
#[test]
fn a_weight_decay_that_leaves_no_weight_is_refused_in_the_first_step() {
    for (rate, lambda, product) in [
        (0.5, 3.0, "1.5e0"),
        (1e-3, 1e300, "1e297"),
        (1e10, 1e300, "inf"),
        (1.0, f64::MAX, "1.7976931348623157e308"),
    ] {
        let said =
            "but must be at most 1, or the decay turns every weight around; take less of either";
        let given = format!("learning rate {rate:?} times weight decay {lambda:?}");
        assert_no_step(rate, lambda, &format!("{given} is {product}, {said}"));
    }
    let (x, t) = (Matrix::row_vector(&[0.0]), Matrix::row_vector(&[0.0]));
    let mut network = one_weight(8.0, 2.0);
    network.train_on_batch(&x, &t, &GradientDescent { learning_rate: 0.5 }).expect("ηλ = 1");
    assert_eq!(network, one_weight(0.0, 2.0), "at ηλ = 1 the decay takes the whole weight");
}

/// Catches a mean over N − 1 samples, and a batch of one that is taken for a vector of features.
#[test]
fn a_batch_of_one_is_trained_on_as_one_sample() {
    let (x, t) = (Matrix::row_vector(&[3.0]), Matrix::row_vector(&[2.0]));
    let mut network = one_weight(1.0, 0.0);
    let loss = network.train_on_batch(&x, &t, &GradientDescent { learning_rate: 0.5 });
    assert_eq!(loss, Ok(0.5)); // ½ (3 − 2)²
    // w − ½ · 1 · 3 and b − ½ · 1.
    assert_eq!(network.layer(1).weights, Matrix::row_vector(&[-0.5]));
    assert_eq!(network.layer(1).biases, Matrix::row_vector(&[-0.5]));
}
