//! Exercise 3, with the equations of chapter 4: the minimum of a quadratic error under weight
//! decay, noise on the inputs, and rows 24 to 28, 33 and 35 of the errata.

use crate::common;

use backprop::{
    Activation, Eigen, GradientDescent, Layer, Loss, Matrix, Network, Quadratic, Rng, difference,
};
use common::{assert_close, assert_near, matrix, number, panic_message, records};
use proptest::prelude::*;

fn diagonal(entries: &[f64]) -> Matrix {
    Matrix::from_fn(entries.len(), entries.len(), |i, j| if i == j { entries[i] } else { 0.0 })
}

fn quadratic(b: &[f64], h: Matrix) -> Quadratic {
    Quadratic::new(0.0, Matrix::row_vector(b), h).expect("a positive definite H")
}

/// The figures of R, the quadratic that they belong to, and its τ.
fn lab() -> (impl Fn(&str) -> Matrix, Quadratic, f64) {
    let lab = records(include_str!("fixtures/lab_exercise3.txt"));
    let (e, tau) = (quadratic(lab["b"].as_slice(), lab["H"].clone()), lab["tau"][(0, 0)]);
    (move |name: &str| lab[name].clone(), e, tau)
}

/// The largest entry, without its sign; NaN if there is one.
fn size(m: &Matrix) -> f64 {
    m.as_slice().iter().map(|a| a.abs()).max_by(f64::total_cmp).unwrap_or(0.0)
}

fn apart(a: &Matrix, b: &Matrix) -> f64 {
    size(&(a - b))
}

// Eigenvalues and eigenvectors.

/// Asserts that `HU = UΛ` and `UᵀU = I` to a few times `n · 2⁻⁵³`, and that the eigenvalues do not
/// rise.
#[track_caller]
fn assert_eigen(what: &str, h: &Matrix) -> Eigen {
    let eigen = Eigen::of(h).unwrap_or_else(|error| panic!("{what}: {error}"));
    let (u, n, scale) = (&eigen.vectors, h.rows(), size(h).max(f64::MIN_POSITIVE));
    let (h, lambda) = (h.map(|h| h / scale), eigen.values.map(|lambda| lambda / scale));
    let off = apart(&h.matmul(u), &u.matmul(&diagonal(lambda.as_slice())));
    let skew = apart(&u.transpose().matmul(u), &diagonal(&vec![1.0; n]));
    let limit = 4e-16 * (n as f64 + 4.0);
    let figures = format!("‖HU − UΛ‖ / ‖H‖ is {off:.1e}, ‖UᵀU − I‖ {skew:.1e}");
    assert!(off <= limit && skew <= limit, "{what}: {figures}, rounding is {limit:.1e}");
    assert!(eigen.values.as_slice().is_sorted_by(|a, b| a >= b), "{what}: Λ = {}", eigen.values);
    eigen
}

/// Catches a rotation the wrong way (it never ends), U not turned along, columns left unsorted.
#[test]
fn eigenvectors_are_orthonormal_and_sorted_at_every_size_and_scale() {
    let mut rng = Rng::new(1);
    for n in (0..=16).chain([23, 47, 64]) {
        let half = Matrix::from_fn(n, n, |_, _| rng.normal());
        let h = &half + &half.transpose();
        let plain = assert_eigen(&format!("n = {n}"), &h);
        for scale in [2.0_f64.powi(-500), 2.0_f64.powi(500)] {
            let (what, scaled) = (format!("n = {n}, times {scale:.0e}"), &h * scale);
            let Eigen { values, vectors } = assert_eigen(&what, &scaled);
            assert!(vectors == plain.vectors && values == &plain.values * scale, "{what}: differs");
        }
        let mixed = |i, j| [1.0, 1e-150, 1e75, 1e-75, 1e150][(i + j) % 5];
        assert_eigen("1e-150 to 1e150 in one matrix", &Matrix::from_fn(n, n, mixed));
    }
}

/// Catches 0/0 in the angle, and a block that is taken for zero beside a larger entry.
#[test]
fn eigenvalues_that_are_equal_or_zero_or_tiny_are_found() {
    let block = Matrix::from([[2e-20, 1e-20, 0.0], [1e-20, 2e-20, 0.0], [0.0, 0.0, 1.0]]);
    let pair = |i, j| if i == j { 3.0 } else { f64::from(i + j == 1) };
    for (name, h, ends) in [
        ("4, 3, 3, 2", Matrix::from_fn(4, 4, pair), [4.0, 2.0]),
        ("2, 0, 0, −2", Matrix::from_fn(4, 4, |i, j| f64::from((i + j) % 2 == 1)), [2.0, -2.0]),
        ("1, 3e-20, 1e-20", block, [1.0, 1e-20]),
        ("±1.25e308", &Matrix::from([[0.75, 1.0], [1.0, -0.75]]) * 1e308, [1.25e308, -1.25e308]),
    ] {
        let (values, last) = (assert_eigen(name, &h).values, h.rows() - 1);
        let found = Matrix::from([[values[(0, 0)], values[(0, last)]]]);
        assert_close(name, &found, &Matrix::from([ends]), 1e-15, 0.0);
    }
}

// The quadratic error.

#[test]
fn the_figures_are_those_of_r() {
    let (lab, e, tau) = lab();
    let (w, w_tilde) = (&e.minimiser(), &e.decayed_minimiser(tau)); // (22), (25)
    for (name, found) in [
        ("eigenvalues", &e.eigen().values),
        ("w_star_exact", w),
        ("w_tilde_exact", w_tilde),
        ("w_tilde_exact", &e.with_weight_decay(tau).expect("τ ≥ 0").minimiser()), // (23)
        ("d", &e.shrinkage(tau)),
        ("E_at_w_star", &Matrix::from([[e.value(w)]])), // (20)
    ] {
        assert_close(name, found, &lab(name), 1e-13, 1.0);
    }
}

/// A quadratic with `H = AᵀA + I/4` and up to 8 weights, its E₀, and a τ from 1/64 to 16.
fn quadratics() -> impl Strategy<Value = (f64, Quadratic, f64)> {
    (1..=8usize).prop_flat_map(|n| (number(), matrix(1, n), matrix(n, n), 1..=1024u32)).prop_map(
        |(e0, b, a, tau)| {
            let h = a.transpose().matmul(&a).add_scaled(0.25, &diagonal(&vec![1.0; a.rows()]));
            (e0, Quadratic::new(e0, b, h).expect("positive definite"), f64::from(tau) / 64.0)
        },
    )
}

proptest! {
    #![proptest_config(common::config(512))]

    /// Catches a missing ½, b or E₀, and τ added to b or to every entry of H.
    #[test]
    fn the_gradient_is_the_slope_of_the_value((e0, e, tau) in quadratics(), seed: u64) {
        let (n, mut rng) = (e.eigen().values.cols(), Rng::new(seed));
        let w = Matrix::from_fn(1, n, |_, _| rng.normal());
        let slope = Matrix::from_fn(1, n, |_, i| {
            let unit = Matrix::from_fn(1, n, |_, j| f64::from(i == j));
            (e.value(&(&w + &unit)) - e.value(&(&w - &unit))) / 2.0 // exact for a quadratic
        });
        assert_close("(21) ∇E", &e.gradient(&w), &slope, 1e-12, 100.0);
        let decayed = e.with_weight_decay(tau).expect("τ ≥ 0");
        let (value, gradient) = (tau / 2.0 * w.squared_norm(), e.gradient(&w).add_scaled(tau, &w));
        assert_near("E′", decayed.value(&w), e.value(&w) + value, 1e-12, 100.0);
        assert_close("(23) ∇E′", &decayed.gradient(&w), &gradient, 1e-12, 100.0);
        prop_assert_eq!(e.value(&(&w * 0.0)), e0);
    }

    /// Catches 1 − d for d, and eigenvectors that do not belong to their λ.
    #[test]
    fn both_gradients_vanish_and_decay_shrinks_every_coordinate((_, e, tau) in quadratics()) {
        let (w, w_tilde, zero) = (e.minimiser(), e.decayed_minimiser(tau), &e.minimiser() * 0.0);
        let (decayed, floor) = (e.with_weight_decay(tau).expect("τ ≥ 0"), 1.0_f64.max(size(&w)));
        let steep = floor * e.eigen().values[(0, 0)].max(1.0);
        assert_close("∇E at w*", &e.gradient(&w), &zero, 1e-13, steep);
        assert_close("∇E′ at w̃", &decayed.gradient(&w_tilde), &zero, 1e-12, steep);
        assert_close("w̃ for τ = ∞", &e.decayed_minimiser(f64::INFINITY), &zero, 0.0, 1.0);
        let (d, alpha) = (e.shrinkage(tau), e.alpha());
        assert_close("α = Uᵀw*", &alpha, &w.matmul(&e.eigen().vectors), 1e-11, floor);
        assert_close("(24) β = d ⊙ α", &e.beta(tau), &d.hadamard(&alpha), 1e-15, 0.0);
        let shrinks = d.as_slice().iter().all(|d| (0.0..1.0).contains(d));
        prop_assert!(shrinks && d.as_slice().is_sorted_by(|a, b| a >= b), "d = {}", d);
    }
}

/// `k` steps of gradient descent.
fn descend(e: &Quadratic, start: &Matrix, learning_rate: f64, k: i32) -> Matrix {
    let descent = GradientDescent { learning_rate };
    (0..k).fold(start.clone(), |w, _| descent.step(&w, e.gradient(&w)).expect("finite numbers"))
}

/// Each step multiplies the distance to w̃ along uᵢ by 1 − η(λᵢ + τ).
#[test]
fn descent_converges_below_a_learning_rate_of_2_over_the_largest_eigenvalue_and_diverges_above() {
    let (_, e, tau) = lab();
    let (decayed, lambda) = (e.with_weight_decay(tau).expect("τ ≥ 0"), &e.eigen().values);
    let distance = |w: &Matrix| (w - &e.decayed_minimiser(tau)).matmul(&e.eigen().vectors);
    let start = Matrix::from([[1.0, -2.0, 3.0]]);
    for (part, converges) in [(0.1, true), (1.98, true), (2.02, false)] {
        let eta = part / (lambda[(0, 0)] + tau);
        let [after_7, after_1000] = [7, 1000].map(|k| distance(&descend(&decayed, &start, eta, k)));
        let factors = lambda.map(|lambda| (1.0 - eta * (lambda + tau)).powi(7));
        assert_close("after 7 steps", &after_7, &distance(&start).hadamard(&factors), 1e-13, 1.0);
        let holds = if converges { size(&after_1000) < 1e-8 } else { size(&after_1000) > 1e6 };
        assert!(holds, "η = {part}/(λ₁ + τ): w̃ is {after_1000} away after 1,000 steps");
    }
}

/// For ηk = 1/τ and η ≤ 1/λ₁: here τ = 1, k = 100 and 0.01 ≤ λ ≤ 100.
#[test]
fn descent_from_0_without_decay_that_stops_early_is_like_decay_but_not_equal() {
    let lambda: Vec<f64> = (0..=80).map(|k| 10.0_f64.powf(2.0 - f64::from(k) / 20.0)).collect();
    let e = quadratic(&[1.0; 81], diagonal(&lambda));
    let w = descend(&e, &Matrix::zeros(1, 81), 0.01, 100);
    let kept = w.zip_map(&e.minimiser(), |w, w_star| w / w_star);
    let formula = e.eigen().values.map(|lambda| 1.0 - (1.0 - 0.01 * lambda).powi(100));
    assert_close("1 − (1 − ηλ)ᵏ", &kept, &formula, 1e-13, 1.0);
    let apart = apart(&kept, &e.shrinkage(1.0));
    assert!((0.20..0.21).contains(&apart), "what is kept differs by {apart:.3}");
}

/// Catches β by way of w*, where as many digits are lost as λ₁/λₙ has.
#[test]
fn the_decayed_minimiser_keeps_its_digits_where_the_minimiser_has_lost_them() {
    let exact = records(include_str!("fixtures/decayed_minimiser.txt"));
    // Hilbert's matrix in whole numbers: c is the least common multiple of 1 to 2n − 1.
    let multiples = [(2, 6.0), (4, 420.0), (6, 27_720.0), (8, 360_360.0), (10, 232_792_560.0)];
    for (n, c) in multiples {
        let h = Matrix::from_fn(n, n, |i, j| c / (i + j + 1) as f64);
        let b: Vec<f64> = (0..n).map(|i| [c, -c][i % 2] * (i + 1) as f64).collect();
        let (e, tau, exact) = (quadratic(&b, h), c / 8.0, &exact[&format!("hilbert_{n}")]);
        let Eigen { values, vectors } = e.eigen();
        let by_w = e.shrinkage(tau).hadamard(&e.minimiser().matmul(vectors));
        let off = |w: &Matrix| apart(w, exact) / size(exact);
        let (found, lost) = (off(&e.decayed_minimiser(tau)), off(&by_w.matmul_transposed(vectors)));
        let ratio = values[(0, 0)] / values[(0, n - 1)];
        let figures = format!("n = {n}, λ₁/λₙ = {ratio:.1e}: off by {found:.1e}, by w* {lost:.1e}");
        println!("{figures}");
        assert!(found <= 5e-15 && lost >= 1e-19 * ratio, "{figures}");
    }
}

#[test]
fn an_error_without_one_finite_minimiser_is_refused_with_the_reason() {
    let new = |e0, b: &[f64], h| Quadratic::new(e0, Matrix::row_vector(b), h);
    let e = quadratic(&[1.0], diagonal(&[1.0]));
    for (refused, reason) in [
        (new(0.0, &[1.0; 2], diagonal(&[2.0, -0.5])), "the eigenvalue -0.5"),
        (new(0.0, &[1.0; 2], Matrix::from([[2.0, 1.0 + 1e-9], [1.0, 3.0]])), "symmetric"),
        (new(0.0, &[1.0; 2], diagonal(&[f64::INFINITY, 1.0])), "finite"),
        (new(0.0, &[1.0; 2], Matrix::from([[f64::MAX; 2]; 2])), "above 1.797"),
        (new(0.0, &[1.0; 2], diagonal(&[1.0])), "b is 1 × 2, H is 1 × 1"),
        (new(0.0, &[], diagonal(&[])), "b is 1 × 0, H is 0 × 0"),
        (new(f64::INFINITY, &[1.0], diagonal(&[1.0])), "E₀ is inf"),
        (new(0.0, &[1e200], diagonal(&[1e-200])), "[[1e200]]"),
        (e.with_weight_decay(-0.5), "τ is -0.5"),
        (e.with_weight_decay(f64::INFINITY), "τ is inf"),
    ] {
        let message = refused.expect_err(reason).to_string();
        assert!(message.contains(reason), "{message:?} has no {reason:?}");
    }
    assert_eq!(panic_message(|| e.shrinkage(-0.5)), "τ is -0.5, but must be at least 0");
    assert_eq!(panic_message(|| e.beta(f64::NAN)), "τ is NaN, but must be at least 0");
}

/// Catches a limit of 0: rounding makes the zero eigenvalues of a singular H slightly positive.
#[test]
fn a_singular_h_is_refused_even_when_rounding_hides_it() {
    let mut rng = Rng::new(5);
    for n in 2..=24 {
        let thin = Matrix::from_fn(n - 1, n, |_, _| rng.normal());
        let result = Quadratic::new(0.0, Matrix::zeros(1, n), thin.transpose().matmul(&thin));
        assert!(result.is_err(), "n = {n}: eigenvalues {}", result.expect("Ok").eigen().values);
    }
}

// Noise on the inputs.

/// `w`, `x` and the target of R, and `x` with the noise ±½ on each input, of variance ¼. All 8
/// corners are one batch: its mean is the expectation.
fn noise() -> [Matrix; 4] {
    let (w, x) = (Matrix::from([[0.7, -1.2, 0.4]]), Matrix::from([[1.0, 2.0, -0.5]]));
    let noisy = Matrix::from_fn(8, 3, |k, j| x[(0, j)] + if k >> j & 1 == 0 { 0.5 } else { -0.5 });
    [w, x, Matrix::from([[0.3]]), noisy]
}

/// Loss and gradient of `y = φ(wᵀx)`, with half the squared error of the target and the decay λ.
fn unit(phi: Activation, lambda: f64, w: &Matrix, x: &Matrix, t: &Matrix) -> (f64, Matrix) {
    let layer = Layer { weights: w.clone(), biases: Matrix::zeros(1, 1), activation: phi };
    let network = Network::from_layers(vec![layer], Loss::MeanSquaredError);
    let network = network.and_then(|network| network.with_weight_decay(lambda)).expect("a network");
    let (trace, targets) = (network.forward(x), t.select_rows(&vec![0; x.rows()]));
    (network.loss(&trace, &targets), network.backward(&trace, &targets).weights(1).clone())
}

/// Catches a decay of λ/2 · w or 2λw, in the loss or in its gradient, and a sum for the mean.
#[test]
fn row_28_noise_is_weight_decay_of_its_variance_on_average_for_a_linear_network() {
    let ((lab, ..), [w, x, t, noisy]) = (lab(), noise());
    let linear = |lambda, x: &Matrix| unit(Activation::Identity, lambda, &w, x, &t);
    let ((_, clean), (mean, found)) = (linear(0.0, &x), linear(0.0, &noisy));
    let (loss, decayed) = linear(0.25, &x);
    assert_close("∂E/∂w", &clean, &lab("noise.clean_gradient"), 1e-15, 1.0);
    // (26) 𝔼[∂Ẽ/∂w] = ∂E/∂w + σ²w
    assert_close("𝔼[∂Ẽ/∂w]", &found, &lab("noise.expected_gradient"), 1e-15, 1.0);
    assert_close("∂ℒ/∂w for λ = σ²", &decayed, &found, 1e-15, 1.0);
    assert_near("𝔼[Ẽ] = E + σ²/2 ‖w‖²", mean, loss, 1e-15, 1.0);
    // Without the ½ the same noise is the decay 2σ².
    let y = |w: &Matrix| noisy.matmul_transposed(w);
    let whole = difference(&w, |w| y(w).map(|y| (y - t[(0, 0)]).powi(2)).sum() / 8.0).gradient;
    assert_close("without the ½", &whole, &(&clean * 2.0).add_scaled(0.5, &w), 1e-9, 1.0);
    // Ridge regression, with H = XᵀX/N and b = −Xᵀt/N: noise adds σ² to the diagonal of H, as (23)
    // adds τ.
    let h = &noisy.transpose().matmul(&noisy) * 0.125;
    assert_close("H", &h, &(&x.outer(&x) + &diagonal(&[0.25; 3])), 1e-15, 1.0);
    let e = Quadratic::new(0.045, &x * -0.3, h).expect("positive definite");
    assert_near("E as a quadratic", e.value(&w), mean, 1e-14, 1.0);
    assert_close("∇E as a quadratic", &e.gradient(&w), &found, 1e-14, 1.0);
    let alone = |k: usize| apart(&linear(0.0, &noisy.select_rows(&[k])).1, &found);
    assert!((0..8).all(|k| alone(k) > 0.1), "one corner alone has the gradient {found}");
    let tanh = |lambda, x: &Matrix| unit(Activation::Tanh, lambda, &w, x, &t).1;
    let off = apart(&tanh(0.0, &noisy), &tanh(0.25, &x));
    assert!(off > 0.1, "behind a tanh the two are {off} apart");
}

#[test]
fn rows_28_and_35_noise_with_a_mean_adds_three_terms_that_the_sheet_drops() {
    let [w, x, t, noisy] = noise();
    let linear = |lambda, x: &Matrix| unit(Activation::Identity, lambda, &w, x, &t).1;
    let (claim, mu) = (linear(0.25, &x), Matrix::from([[0.2, -0.1, 0.3]]));
    let found = linear(0.0, &noisy.add_row(&mu));
    let [wx, w_mu] = [&x, &mu].map(|x| w.hadamard(x).sum());
    // ∂E/∂w + σ²w + (wᵀx − ŷ + wᵀμ) μ + (wᵀμ) x
    let right = claim.add_scaled(wx - t[(0, 0)] + w_mu, &mu).add_scaled(w_mu, &x);
    assert_close("𝔼[∂Ẽ/∂w]", &found, &right, 1e-14, 1.0);
    assert!(apart(&found, &claim) > 0.1, "{found} is ∂E/∂w + σ²w");
}

// Where the sheet is wrong.

#[test]
fn row_24_the_shrinkage_acts_along_eigenvectors_and_not_on_single_weights() {
    let (lab, e, tau) = lab();
    let off = |e: &Quadratic, tau, order: [usize; 3]| {
        let d = Matrix::from_fn(1, 3, |_, i| e.shrinkage(tau)[(0, order[i])]);
        apart(&d.hadamard(&e.minimiser()), &e.decayed_minimiser(tau))
    };
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let best = orders.map(|order| off(&e, tau, order)).into_iter().fold(1.0, f64::min);
    assert_near("d ⊙ w*", best, lab("sheet_d_times_w_star_is_off_by")[(0, 0)], 1e-6, 0.0);
    // The claim holds for τ = 0, and where the eigenvectors are the axes, with d in their order.
    let axes = quadratic(&[1.0, 1.0, 1.0], diagonal(&[0.5, 2.0, 5.0]));
    let [none, falling, rising] =
        [off(&e, 0.0, [0, 1, 2]), off(&axes, tau, [0, 1, 2]), off(&axes, tau, [2, 1, 0])];
    assert!(none < 1e-15 && rising < 1e-15 && falling > 0.1, "{none:.1e} {rising:.1e} {falling}");
}

#[test]
fn rows_25_and_26_the_error_changes_most_along_large_eigenvalues_and_the_weights_need_not() {
    let (lab, e, tau) = lab();
    let (w, u) = (e.minimiser(), e.eigen().vectors.transpose());
    let rise = Matrix::from_fn(1, 3, |_, i| e.value(&(&w + &u.select_rows(&[i]))) - e.value(&w));
    assert_close("E(w* + uᵢ) − E(w*)", &rise, &lab("rise_along_u"), 1e-11, 1.0);
    assert!(rise.as_slice().is_sorted_by(|a, b| a > b), "the sheet has them rising: {rise}");
    // The same H, and a minimiser with the coordinates α = (1, 1, 0.05).
    let w = Matrix::from([[1.0, 1.0, 0.05]]).matmul(&u);
    let other = quadratic((-&w.matmul(&lab("H"))).as_slice(), lab("H"));
    let moved = (&other.beta(tau) - &other.alpha()).map(f64::abs);
    assert_close("|βᵢ − αᵢ|", &moved, &lab("displacement_of_alpha_1_1_0.05"), 1e-13, 1.0);
    assert!(moved[(0, 0)] > moved[(0, 2)], "the sheet has the last move most: {moved}");
}

#[test]
fn row_27_the_formula_needs_a_symmetric_and_positive_definite_h() {
    let exact = records(include_str!("fixtures/decayed_minimiser.txt"));
    // Singular: E has no minimiser or many, E′ has one.
    let h = Matrix::from([[2.0, 1.0, 0.0], [1.0, 2.0, 3.0], [0.0, 3.0, 6.0]]);
    for (name, b) in [("singular_line", [1.0, 2.0, 3.0]), ("singular_none", [1.0, 2.0, 4.0])] {
        let refused = Quadratic::new(0.0, Matrix::from([b]), h.clone());
        assert!(refused.is_err(), "{name}: {refused:?}");
        let decayed = quadratic(&b, h.add_scaled(0.5, &diagonal(&[1.0; 3])));
        assert_close(name, &decayed.minimiser(), &exact[name], 5e-15, 0.3);
    }
    // Not symmetric: the gradient of ½ wᵀHw is ½(H + Hᵀ)w, not Hw.
    let (h, w) = (Matrix::from([[2.0, 0.0], [1.0, 3.0]]), Matrix::from([[0.8, -0.5]]));
    let slope = difference(&w, |w| 0.5 * w.matmul(&h).hadamard(w).sum()).gradient;
    let hw = w.matmul_transposed(&h);
    assert_close("½(H + Hᵀ)w", &(&(&hw + &w.matmul(&h)) * 0.5), &slope, 1e-9, 1.0);
    assert!(apart(&hw, &slope) > 0.1, "Hw is {slope} after all");
}

/// The sheet has the name Hu* for both sums, and u* for w̃: that would say τu* = 0.
#[test]
fn row_33_the_two_sums_over_the_eigenvectors_are_h_times_different_minimisers() {
    let (lab, e, tau) = lab();
    let sum = |c: &Matrix| c.hadamard(&e.eigen().values).matmul_transposed(&e.eigen().vectors);
    let (star, tilde) = (sum(&e.alpha()), sum(&e.beta(tau)));
    assert_close("Σ αᵢλᵢuᵢ", &star, &lab("w_star").matmul(&lab("H")), 1e-13, 1.0);
    assert_close("Hw̃ + τw̃", &tilde.add_scaled(tau, &lab("w_tilde_direct")), &star, 1e-13, 1.0);
    assert!(apart(&star, &tilde) > 0.1, "both are {star}");
}
