//! Exercise 3: eigenvectors, the quadratic error, weight decay and noise, against R, against
//! each other, and against what the sheet says (`row_24` to `row_28`, the rows of the errata).

use crate::common;

use std::panic::catch_unwind;

use backprop::{Activation, Eigen, GradientDescent, Layer, Loss, Matrix, Network, Quadratic, Rng};
use common::{assert_close, assert_near, matrix, number, records};
use proptest::prelude::*;

const LAB: &str = include_str!("fixtures/lab_exercise3.txt");
const EXACT: &str = include_str!("fixtures/decayed_minimiser.txt");

fn identity(n: usize) -> Matrix {
    Matrix::from_fn(n, n, |i, j| f64::from(i == j))
}

fn diagonal(entries: &[f64]) -> Matrix {
    Matrix::from_fn(entries.len(), entries.len(), |i, j| if i == j { entries[i] } else { 0.0 })
}

fn row(entries: &[f64]) -> Matrix {
    Matrix::row_vector(entries)
}

fn quadratic(b: &[f64], h: Matrix) -> Quadratic {
    Quadratic::new(0.0, row(b), h).expect("a positive definite H")
}

/// The sheet's quadratic with the numbers of R, and its τ.
fn lab_quadratic() -> (Quadratic, f64) {
    let lab = records(LAB);
    (quadratic(lab["b"].as_slice(), lab["H"].clone()), lab["tau"][(0, 0)])
}

/// The largest entry, without its sign.
fn size(m: &Matrix) -> f64 {
    m.as_slice().iter().fold(0.0, |size, a| size.max(a.abs()))
}

// Eigenvalues and eigenvectors.

/// `‖HU − UΛ‖ / ‖H‖` and `‖UᵀU − I‖`, for the norm that is the largest entry.
fn residuals(h: &Matrix, eigen: &Eigen) -> (f64, f64) {
    let (u, scale) = (&eigen.vectors, size(h).max(f64::MIN_POSITIVE));
    let (h, lambda) = (h.map(|h| h / scale), eigen.values.map(|lambda| lambda / scale));
    let pulled = Matrix::from_fn(u.rows(), u.cols(), |k, i| u[(k, i)] * lambda[(0, i)]);
    (size(&(&h.matmul(u) - &pulled)), size(&(&u.transpose().matmul(u) - &identity(u.rows()))))
}

/// Asserts both residuals, the order, and that a second run gives the same bits.
#[track_caller]
fn assert_eigen(what: &str, h: &Matrix) -> Eigen {
    let eigen = Eigen::of(h).unwrap_or_else(|error| panic!("{what}: {error}"));
    let ((hu, uu), limit) = (residuals(h, &eigen), 4e-16 * (h.rows() as f64 + 4.0));
    assert!(hu <= limit, "{what}: ‖HU − UΛ‖ / ‖H‖ is {hu:.1e}, above {limit:.1e}");
    assert!(uu <= limit, "{what}: ‖UᵀU − I‖ is {uu:.1e}, above {limit:.1e}");
    let values = eigen.values.as_slice();
    assert!(values.windows(2).all(|pair| pair[0] >= pair[1]), "{what}: {values:?} rises");
    assert!(Eigen::of(h).as_ref() == Ok(&eigen), "{what}: not the same bits the second time");
    eigen
}

fn random_symmetric(n: usize, rng: &mut Rng) -> Matrix {
    let half = Matrix::from_fn(n, n, |_, _| rng.normal());
    &half + &half.transpose()
}

/// `UΛUᵀ` for given `Λ`, symmetric to the last bit, with the eigenvectors of a random matrix.
fn with_eigenvalues(values: &[f64], rng: &mut Rng) -> Matrix {
    let u = Eigen::of(&random_symmetric(values.len(), rng)).expect("symmetric").vectors;
    let half = u.matmul(&diagonal(values)).matmul_transposed(&u);
    &(&half + &half.transpose()) * 0.5
}

/// Catches a rotation the wrong way (never ends), U not turned along, columns left unsorted.
#[test]
fn random_symmetric_matrices_up_to_64_have_residuals_at_machine_precision() {
    let mut rng = Rng::new(1);
    for n in (0..=16).chain([23, 32, 47, 64]) {
        assert_eigen(&format!("n = {n}"), &random_symmetric(n, &mut rng));
    }
}

/// Catches 0/0 in the angle, where two diagonal entries and the entry between them are equal.
#[test]
fn a_small_block_beside_a_large_entry_has_its_own_eigenvectors() {
    // Beside 1, the block 1e-20 · (2 1; 1 2) cannot be told from zero; its eigenvectors can, (1, ±1) / √2.
    let h = Matrix::from([[1.0, 0.0, 0.0], [0.0, 2e-20, 1e-20], [0.0, 1e-20, 2e-20]]);
    let eigen = assert_eigen("1 and a block of 1e-20", &h);
    assert_close("eigenvalues", &eigen.values, &row(&[1.0, 3e-20, 1e-20]), 1e-15, 0.0);
    let expected = [0.0, 0.5_f64.sqrt(), 0.5_f64.sqrt()];
    let second: Vec<f64> = (0..3).map(|k| eigen.vectors[(k, 1)].abs()).collect();
    assert_close("eigenvector of 3e-20", &row(&second), &row(&expected), 1e-15, 1.0);
}

#[test]
fn repeated_and_zero_eigenvalues_are_found() {
    let mut rng = Rng::new(2);
    let cases: [&[f64]; 5] = [
        &[3.0, 3.0, 3.0],
        &[2.0, 2.0, 1.0, 1.0, 0.0, 0.0],
        &[0.0; 4],
        &[1.0, 0.0, 0.0, -1.0],
        &[5.0; 30],
    ];
    for values in cases {
        let found = assert_eigen(&format!("{values:?}"), &with_eigenvalues(values, &mut rng));
        assert_close("eigenvalues", &found.values, &row(values), 1e-13, 5.0);
    }
    let ones = assert_eigen("all entries 1", &Matrix::from_fn(40, 40, |_, _| 1.0));
    let expected = Matrix::from_fn(1, 40, |_, i| if i == 0 { 40.0 } else { 0.0 });
    assert_close("eigenvalues", &ones.values, &expected, 1e-14, 40.0);
    assert_eq!(assert_eigen("I", &identity(3)).vectors, identity(3));
}

/// Catches a square that overflows or vanishes: the matrix is not scaled, or not scaled back.
#[test]
fn entries_from_1e_150_to_1e150_and_beyond_are_no_harder() {
    let mut rng = Rng::new(3);
    for n in [2, 5, 20] {
        let h = random_symmetric(n, &mut rng);
        let plain = assert_eigen("scale 1", &h);
        for exponent in [-1000, -500, 500, 1000] {
            let scale = 2.0_f64.powi(exponent); // exact, as are the products
            let scaled = assert_eigen(&format!("scale 2^{exponent}"), &(&h * scale));
            assert!(scaled.vectors == plain.vectors, "scale 2^{exponent}: other eigenvectors");
            assert!(
                scaled.values == &plain.values * scale,
                "scale 2^{exponent}: other eigenvalues"
            );
        }
        let mixed = Matrix::from_fn(n, n, |i, j| [1.0, 1e-150, 1e75, 1e-75, 1e150][(i + j) % 5]);
        assert_eigen("1e-150 to 1e150 in one matrix", &mixed);
    }
    assert_eigen("subnormal", &Matrix::from([[1e-320, 2e-320], [2e-320, 1e-320]]));
    let graded = assert_eigen("graded", &diagonal(&[1e-150, 1e150, 1.0]));
    assert_eq!(graded.values, row(&[1e150, 1.0, 1e-150]));
}

#[test]
fn a_matrix_without_real_eigenvectors_is_refused_with_the_reason() {
    let refused =
        |h: Matrix| -> Box<dyn std::error::Error> { Box::new(Eigen::of(&h).expect_err("refused")) };
    assert_eq!(refused(Matrix::zeros(2, 3)).to_string(), "H is 2 × 3, but must be n × n");
    let pair = Matrix::from([[2.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.25, 1.0]]);
    assert_eq!(
        refused(pair).to_string(),
        "H[1,2] is 0.5 and H[2,1] is 0.25, but they must be equal and finite"
    );
    for bad in [f64::NAN, f64::INFINITY] {
        for at in [(0, 0), (0, 1), (1, 0)] {
            let mut h = identity(2);
            h[at] = bad;
            let message = refused(h).to_string();
            assert!(message.contains(&bad.to_string()) && message.contains("H[0,"), "{message}");
        }
    }
    let huge = refused(Matrix::from_fn(2, 2, |_, _| f64::MAX)).to_string();
    assert_eq!(huge, "an eigenvalue of H is above 1.7976931348623157e308");
}

// The quadratic error, against R.

/// Catches a missing ½ or E₀, a wrong sign of w*, λ and λ + τ exchanged, U and Uᵀ exchanged.
#[test]
fn the_quadratic_of_the_golden_file_has_the_numbers_of_r() {
    let lab = records(LAB);
    let (e, tau) = lab_quadratic();
    let close = |what: &str, found: &Matrix| assert_close(what, found, &lab[what], 1e-13, 1.0);
    close("eigenvalues", &e.eigen().values);
    for (name, found) in [("w_star", e.minimiser()), ("w_star_exact", e.minimiser())] {
        close(name, &found);
    }
    let decayed = e.with_weight_decay(tau).expect("τ ≥ 0");
    for found in [decayed.minimiser(), e.decayed_minimiser(tau)] {
        close("w_tilde_direct", &found);
        close("w_tilde_exact", &found);
    }
    close("d", &e.shrinkage(tau));
    close("E_at_w_star", &row(&[e.value(&e.minimiser())]));
    close("E_at_w_tilde", &row(&[e.value(&decayed.minimiser())]));
    close("E_decayed_at_w_tilde", &row(&[decayed.value(&decayed.minimiser())]));
    close("displacement", &(&e.beta(tau) - &e.alpha()).map(f64::abs));
    // The sign of an eigenvector says nothing: turn ours to those of R.
    let theirs = &lab["eigenvectors_as_rows"];
    let signs = theirs.matmul(&e.eigen().vectors);
    let sign = row(&[signs[(0, 0)], signs[(1, 1)], signs[(2, 2)]]).map(f64::signum);
    let ours = Matrix::from_fn(3, 3, |i, k| sign[(0, i)] * e.eigen().vectors[(k, i)]);
    close("eigenvectors_as_rows", &ours);
    close("alpha", &e.alpha().hadamard(&sign));
    close("beta", &e.beta(tau).hadamard(&sign));
}

/// The numbers of the chapter and of the example, which a pencil can check.
#[test]
fn the_quadratic_of_the_chapter_has_whole_numbers() {
    let e = quadratic(&[-11.0, -8.0], Matrix::from([[5.0, 2.0], [2.0, 2.0]]));
    assert_eq!(e.value(&row(&[1.0, 1.0])), -13.5); // −11 − 8 + ½ · 11
    let lifted = Quadratic::new(7.0, row(&[-11.0, -8.0]), Matrix::from([[5.0, 2.0], [2.0, 2.0]]));
    assert_eq!(lifted.expect("positive definite").value(&row(&[1.0, 1.0])), -6.5);
    assert_close("λ", &e.eigen().values, &row(&[6.0, 1.0]), 1e-15, 6.0);
    assert_close("w*", &e.minimiser(), &row(&[1.0, 3.0]), 1e-15, 3.0);
    assert_close("d", &e.shrinkage(1.5), &row(&[0.8, 0.4]), 1e-15, 1.0);
    assert_close("w̃", &e.decayed_minimiser(1.5), &row(&[1.2, 1.6]), 1e-15, 3.0);
}

/// Hilbert's matrix in whole numbers, with the b and the τ of the exact figures.
fn hilbert(n: u32) -> (Quadratic, f64) {
    let gcd = |mut a: u32, mut b: u32| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let c = f64::from((1..2 * n).fold(1, |c, k| c / gcd(c, k) * k));
    let index = |i: usize| i as f64;
    let h = Matrix::from_fn(n as usize, n as usize, |i, j| c / index(i + j + 1));
    let b = Matrix::from_fn(1, n as usize, |_, i| (1.0 - 2.0 * index(i % 2)) * index(i + 1) * c);
    (Quadratic::new(0.0, b, h).expect("positive definite"), c / 8.0)
}

/// How far from the exact figures, relative to the largest of them.
fn off(found: &Matrix, exact: &Matrix) -> f64 {
    size(&(found - exact)) / size(exact)
}

/// Catches β by way of w*: as many digits are lost as λ₁/λₙ has, so that at 1.6e13 four are left.
#[test]
fn the_decayed_minimiser_keeps_its_digits_where_the_minimiser_has_lost_them() {
    let exact = records(EXACT);
    for n in [2, 4, 6, 8, 10] {
        let (e, tau) = hilbert(n);
        let values = e.eigen().values.as_slice();
        let condition = values[0] / values[values.len() - 1];
        let exact = &exact[&format!("hilbert_{n}")];
        let found = off(&e.decayed_minimiser(tau), exact);
        let through_w_star = e.shrinkage(tau).hadamard(&e.minimiser().matmul(&e.eigen().vectors));
        let lost = off(&through_w_star.matmul_transposed(&e.eigen().vectors), exact);
        println!("n = {n}, λ₁/λₙ = {condition:.1e}: off by {found:.1e}, through w* by {lost:.1e}");
        assert!(found <= 5e-15, "n = {n}, λ₁/λₙ = {condition:.1e}: w̃ is off by {found:.1e}");
        let floor = 1e-19 * condition; // 1e-6 at 1.6e13
        assert!(
            lost >= floor,
            "n = {n}, λ₁/λₙ = {condition:.1e}: through w* off by {lost:.1e} only"
        );
    }
}

/// β as (24) has it, for any H whose eigenvalues are not below 0.
fn by_eigenvectors(b: &Matrix, h: &Matrix, tau: f64) -> Matrix {
    let Eigen { values, vectors } = Eigen::of(h).expect("symmetric");
    let beta = b.matmul(&vectors).zip_map(&values, |ub, lambda| -ub / (lambda + tau));
    beta.matmul_transposed(&vectors)
}

#[test]
fn a_singular_h_has_a_decayed_minimiser_by_the_eigenvectors_and_by_elimination() {
    let exact = records(EXACT);
    let h = Matrix::from([[2.0, 1.0, 0.0], [1.0, 2.0, 3.0], [0.0, 3.0, 6.0]]);
    for (name, b) in [("singular_line", [1.0, 2.0, 3.0]), ("singular_none", [1.0, 2.0, 4.0])] {
        let refused = Quadratic::new(0.0, row(&b), h.clone());
        assert!(refused.is_err(), "{name}: a minimiser of E, {refused:?}");
        let decayed = quadratic(&b, h.add_scaled(0.5, &identity(3)));
        for found in [by_eigenvectors(&row(&b), &h, 0.5), decayed.minimiser()] {
            let off = off(&found, &exact[name]);
            assert!(off <= 5e-15, "{name}: w̃ is {found}, off by {off:.1e}");
        }
    }
    // Hw* = −b on a whole line. From each of its points d leads to the same w̃: along (1, −2, 1) it is 0.
    let Eigen { values, vectors } = Eigen::of(&h).expect("symmetric");
    let d = values.map(|lambda| lambda / (lambda + 0.5));
    for s in [0.0, 7.0] {
        let w_star = row(&[-0.5 + s, -2.0 * s, -0.5 + s]);
        assert_eq!(w_star.matmul(&h), row(&[-1.0, -2.0, -3.0]), "Hw* for s = {s}");
        let found = w_star.matmul(&vectors).hadamard(&d).matmul_transposed(&vectors);
        let off = off(&found, &exact["singular_line"]);
        assert!(off <= 1e-13, "U diag(d) Uᵀw* for s = {s} is {found}, off by {off:.1e}");
    }
}

/// w̃ leaves w* along −Σ αᵢ/λᵢ uᵢ, which depends on α and not on the eigenvalues alone.
#[test]
fn the_path_of_the_decayed_minimiser_starts_in_the_direction_of_alpha_over_lambda() {
    let h = Matrix::from([[5.0, 2.0], [2.0, 2.0]]);
    // (−11, −8): α = (√5, √5). (−119, −62): α = (10√5, √5), and the first step is mostly along u₁.
    for (b, first_is_larger) in [([-11.0, -8.0], false), ([-119.0, -62.0], true)] {
        let e = quadratic(&b, h.clone());
        let speed = e.alpha().zip_map(&e.eigen().values, |alpha, lambda| -alpha / lambda);
        let tau = 1e-6;
        let moved = &(&e.beta(tau) - &e.alpha()) * (1.0 / tau);
        assert_close("(β − α)/τ near τ = 0", &moved, &speed, 1e-5, 0.0);
        let larger = speed[(0, 0)].abs() > speed[(0, 1)].abs();
        assert_eq!(larger, first_is_larger, "b = {b:?}: −αᵢ/λᵢ is {speed}");
    }
}

/// Stopping early: t steps of descent from 0 keep 1 − (1 − ηλᵢ)ᵗ of each coordinate.
#[test]
fn gradient_descent_from_0_that_stops_after_t_steps_has_shrunk_each_coordinate_by_itself() {
    let chapter = quadratic(&[-11.0, -8.0], Matrix::from([[5.0, 2.0], [2.0, 2.0]]));
    for (e, learning_rate, t) in [(chapter, 1.0 / 6.0, 4), (lab_quadratic().0, 0.1, 7)] {
        let descent = GradientDescent { learning_rate };
        let mut w = Matrix::zeros(1, e.eigen().values.cols());
        for _ in 0..t {
            w = descent.step(&w, e.gradient(&w)).expect("finite");
        }
        let kept = e.eigen().values.map(|lambda| 1.0 - (1.0 - learning_rate * lambda).powi(t));
        let coordinates = w.matmul(&e.eigen().vectors);
        assert_close("Uᵀw after t steps", &coordinates, &kept.hadamard(&e.alpha()), 1e-14, 1.0);
    }
    // ηt = 1/τ makes it alike to decay, not equal: with 100 steps they are up to 0.21 apart.
    let apart = |x: f64| 1.0 - (1.0 - x / 100.0).powi(100) - x / (x + 1.0);
    let largest = (1..=10_000).map(|k| apart(f64::from(k) / 100.0)).fold(0.0, f64::max);
    assert!((0.20..0.21).contains(&largest), "the two curves are {largest} apart");
}

/// Ridge regression: the squared error of a linear network is the quadratic with H = XᵀX/N.
#[test]
fn the_squared_error_of_a_linear_network_is_the_quadratic_with_h_the_mean_of_xx() {
    let mut rng = Rng::new(8);
    let (n, tau) = (20, 0.3);
    let (x, t) =
        (Matrix::from_fn(n, 3, |_, _| rng.normal()), Matrix::from_fn(n, 1, |_, _| rng.normal()));
    let over_n = 1.0 / n as f64;
    let h = &x.transpose().matmul(&x) * over_n;
    let h = Matrix::from_fn(3, 3, |i, j| h[(i.min(j), i.max(j))]); // symmetric to the last bit
    let b = &t.transpose().matmul(&x) * -over_n;
    let e = Quadratic::new(0.5 * over_n * t.squared_norm(), b, h).expect("positive definite");
    let network = |weights: &Matrix, lambda: f64| {
        let (weights, biases) = (weights.clone(), Matrix::zeros(1, 1));
        let layer = Layer { weights, biases, activation: Activation::Identity };
        let network = Network::from_layers(vec![layer], Loss::MeanSquaredError);
        network.and_then(|network| network.with_weight_decay(lambda)).expect("a network")
    };
    let w = row(&[0.7, -1.2, 0.4]);
    let plain = network(&w, 0.0);
    assert_near("E(w)", e.value(&w), plain.loss(&plain.forward(&x), &t), 1e-14, 1.0);
    let gradient = plain.backward(&plain.forward(&x), &t).weights(1).clone();
    assert_close("∇E", &e.gradient(&w), &gradient, 1e-14, 1.0);

    let w_tilde = e.decayed_minimiser(tau);
    let decayed = network(&w_tilde, tau);
    let gradient = decayed.backward(&decayed.forward(&x), &t).weights(1).clone();
    assert_close("∇ℒ at w̃, with λ = τ", &gradient, &(&w * 0.0), 1e-14, 1.0);
    // Written without the 1/N, ‖Xw − t‖² + α‖w‖², the same w̃ needs α = Nτ.
    let pulled = x.transpose().matmul(&x).add_scaled(n as f64 * tau, &identity(3));
    let left = w_tilde.matmul(&pulled);
    assert_close("(XᵀX + NτI)w̃", &left, &t.transpose().matmul(&x), 1e-13, 1.0);
}

/// A quadratic with `H = AᵀA + I/4` and up to 8 weights, and a τ from 1/64 to 16.
fn quadratics() -> impl Strategy<Value = (Quadratic, f64)> {
    (1..=8usize).prop_flat_map(|n| (number(), matrix(1, n), matrix(n, n), 1..=1024u32)).prop_map(
        |(e0, b, a, tau)| {
            let h = &a.transpose().matmul(&a) + &(&identity(a.rows()) * 0.25);
            (Quadratic::new(e0, b, h).expect("positive definite"), f64::from(tau) / 64.0)
        },
    )
}

proptest! {
    #![proptest_config(common::config(512))]

    /// Catches a missing ½, b or H for Hᵀ: a quadratic and its central difference differ by rounding alone.
    #[test]
    fn the_gradient_is_the_central_difference_of_the_value((e, _) in quadratics(), seed: u64) {
        let (n, mut rng) = (e.eigen().values.cols(), Rng::new(seed));
        let w = Matrix::from_fn(1, n, |_, _| rng.normal());
        let gradient = e.gradient(&w);
        for i in 0..n {
            let unit = Matrix::from_fn(1, n, |_, j| f64::from(i == j));
            let difference = (e.value(&(&w + &unit)) - e.value(&(&w - &unit))) / 2.0;
            assert_near(&format!("∂E/∂w{i}"), gradient[(0, i)], difference, 1e-12, 100.0);
        }
    }

    /// The two routes to w̃, and the definition of both minimisers.
    /// Catches τ added to b or to every entry of H, and eigenvectors that do not belong to their λ.
    #[test]
    fn both_routes_to_the_decayed_minimiser_agree((e, tau) in quadratics()) {
        let decayed = e.with_weight_decay(tau).expect("τ ≥ 0");
        let (w, by_solve, by_eigen) = (e.minimiser(), decayed.minimiser(), e.decayed_minimiser(tau));
        let floor = 1.0_f64.max(size(&w));
        assert_close("w̃", &by_eigen, &by_solve, 1e-11, floor);
        // (H + τI)⁻¹Hw*: at it, b + Hw + τw = 0 with b = −Hw*.
        let steepness = floor * e.eigen().values[(0, 0)].max(1.0);
        assert_close("α = Uᵀw*", &e.alpha(), &w.matmul(&e.eigen().vectors), 1e-11, floor);
        assert_close("∇E at w*", &e.gradient(&w), &(&w * 0.0), 1e-13, steepness);
        let pulled = e.gradient(&by_eigen).add_scaled(tau, &by_eigen);
        assert_close("∇E + τw at w̃", &pulled, &(&w * 0.0), 1e-12, steepness);
        assert_close("∇E′ at w̃", &decayed.gradient(&by_solve), &(&w * 0.0), 1e-12, steepness);
    }

    /// Catches 1 − d for d, and τ(λ + τ)⁻¹ for λ(λ + τ)⁻¹.
    #[test]
    fn every_coordinate_shrinks_and_none_changes_its_sign((e, tau) in quadratics()) {
        let (alpha, beta, d) = (e.alpha(), e.beta(tau), e.shrinkage(tau));
        assert_close("β = d ⊙ α", &beta, &d.hadamard(&alpha), 1e-15, 0.0);
        for i in 0..alpha.cols() {
            let (a, b) = (alpha[(0, i)], beta[(0, i)]);
            prop_assert!(b.abs() <= a.abs() && a * b >= 0.0, "α{i} = {a}, but β{i} = {b}");
        }
        let falls = d.as_slice().windows(2).all(|pair| pair[0] >= pair[1]);
        prop_assert!(falls, "d = {d}: a smaller λ must shrink more");
    }

    #[test]
    fn without_decay_nothing_moves_and_with_endless_decay_all_weights_vanish((e, _) in quadratics()) {
        let w = e.minimiser();
        let floor = 1.0_f64.max(size(&w));
        assert_close("τ = 0", &e.decayed_minimiser(0.0), &w, 1e-13, floor);
        assert_close("τ = 1e-12", &e.decayed_minimiser(1e-12), &w, 1e-10, floor);
        assert_close("τ = 1e12", &e.decayed_minimiser(1e12), &(&w * 0.0), 1e-9, floor);
        assert_close("τ = ∞", &e.decayed_minimiser(f64::INFINITY), &(&w * 0.0), 0.0, 1.0);
    }

    /// Catches an eigenvalue that belongs to another eigenvector.
    #[test]
    fn a_step_of_length_1_along_an_eigenvector_costs_half_the_eigenvalue((e, _) in quadratics()) {
        let (w, Eigen { values, vectors }) = (e.minimiser(), e.eigen());
        let u = vectors.transpose();
        for i in 0..values.cols() {
            let rise = e.value(&(&w + &u.select_rows(&[i]))) - e.value(&w);
            let floor = e.value(&w).abs().max(values[(0, 0)]).max(1.0) * size(&w).max(1.0);
            assert_near(&format!("E(w* + u{i}) − E(w*)"), rise, values[(0, i)] / 2.0, 1e-12, floor);
        }
    }
}

#[test]
fn an_error_without_a_unique_minimiser_is_refused_with_the_reason() {
    let refused = |b: &[f64], h| Quadratic::new(0.0, row(b), h).expect_err("refused").to_string();
    assert_eq!(
        refused(&[1.0, 1.0], diagonal(&[2.0, -0.5])),
        "H has eigenvalues from 2 to -0.5, but all must be above 0 by more than rounding"
    );
    assert_eq!(
        refused(&[1.0, 1.0], diagonal(&[2.0, 0.0])),
        "H has eigenvalues from 2 to 0, but all must be above 0 by more than rounding"
    );
    assert_eq!(
        refused(&[1.0, 1.0], diagonal(&[-1.0, -2.0])),
        "H has eigenvalues from -1 to -2, but all must be above 0 by more than rounding"
    );
    assert_eq!(
        refused(&[1.0, 1.0], Matrix::from([[2.0, 0.0], [1.0, 3.0]])),
        "H[0,1] is 0 and H[1,0] is 1, but they must be equal and finite"
    );
    assert_eq!(
        refused(&[1.0], identity(2)),
        "b is 1 × 1, H is 2 × 2, but they must be 1 × n and n × n"
    );
    assert_eq!(
        refused(&[], identity(0)),
        "b is 1 × 0, H is 0 × 0, but they must be 1 × n and n × n"
    );
    assert_eq!(
        refused(&[f64::NAN], identity(1)),
        "E₀ is 0, b 1 × 1 [[NaN]], the minimiser 1 × 1 [[NaN]], but all must be finite"
    );
    assert_eq!(
        refused(&[1e200], diagonal(&[1e-200])),
        "E₀ is 0, b 1 × 1 [[1e200]], the minimiser 1 × 1 [[-inf]], but all must be finite"
    );
}

#[test]
fn a_negative_or_infinite_decay_is_refused() {
    let (e, _) = lab_quadratic();
    for tau in [-0.5, f64::NAN, f64::INFINITY] {
        let message = e.with_weight_decay(tau).expect_err("refused").to_string();
        assert_eq!(message, format!("τ is {tau}, but must be at least 0 and finite"));
    }
    let panic = catch_unwind(|| e.shrinkage(-0.5)).expect_err("τ < 0");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert_eq!(message, "τ is -0.5, but must be at least 0");
}

/// Catches a limit of 0: rounding makes the zero eigenvalues of a singular H slightly positive.
#[test]
fn a_singular_h_is_refused_even_when_rounding_hides_it() {
    let mut rng = Rng::new(5);
    for n in 2..=24 {
        let thin = Matrix::from_fn(n - 1, n, |_, _| rng.normal());
        let h = thin.transpose().matmul(&thin); // rank n − 1
        let result = Quadratic::new(0.0, Matrix::zeros(1, n), h);
        assert!(result.is_err(), "n = {n}: eigenvalues {}", result.expect("Ok").eigen().values);
    }
}

// Noise on the inputs.

/// Row 28's network: y = φ(wᵀx), with the squared error of one sample.
fn one_unit(activation: Activation) -> Network {
    let weights = records(LAB)["noise.w"].clone();
    let layer = Layer { weights, biases: Matrix::zeros(1, 1), activation };
    Network::from_layers(vec![layer], Loss::MeanSquaredError).expect("the shapes fit")
}

/// x, the target and σ of the golden file.
fn noise_sample() -> (Matrix, Matrix, f64) {
    let lab = records(LAB);
    (lab["noise.x"].clone(), lab["noise.target"].clone(), lab["noise.sigma"][(0, 0)])
}

fn gradient_without_noise(network: &Network) -> Matrix {
    let (x, target, _) = noise_sample();
    network.backward(&network.forward(&x), &target).weights(1).clone()
}

/// A mean of many gradients, and its standard error.
struct Estimate {
    mean: Matrix,
    error: Matrix,
}

/// The gradient under noise on the inputs: 500 batches of 1,000 noisy copies of the sample.
fn gradient_under_noise(network: &Network, mut noise: impl FnMut() -> f64) -> Estimate {
    let (x, target, _) = noise_sample();
    let targets = Matrix::from_fn(1000, 1, |_, _| target[(0, 0)]);
    let batches = Matrix::from_rows(
        &(0..500)
            .map(|_| {
                let noisy = Matrix::from_fn(1000, 3, |_, j| x[(0, j)] + noise());
                network.backward(&network.forward(&noisy), &targets).weights(1).as_slice().to_vec()
            })
            .collect::<Vec<_>>()
            .iter()
            .map(Vec::as_slice)
            .collect::<Vec<_>>(),
    );
    let mean = &batches.column_sums() * (1.0 / 500.0);
    let spread = batches.add_row(&(&mean * -1.0)).map(|a| a * a).column_sums();
    Estimate { error: spread.map(|s| (s / (499.0 * 500.0)).sqrt()), mean }
}

impl Estimate {
    /// How many standard errors the mean is away from what is expected, for each weight.
    fn z_scores(&self, expected: &Matrix) -> Matrix {
        (&self.mean - expected).zip_map(&self.error, |difference, error| difference / error)
    }
}

/// Asserts that the mean is what is expected, within five standard errors.
#[track_caller]
fn assert_mean(what: &str, found: &Estimate, expected: &Matrix) {
    let z = found.z_scores(expected);
    let Estimate { mean, error } = found;
    assert!(
        size(&z) <= 5.0,
        "{what}: mean {mean}, expected {expected}, standard error {error:.5}, z {z:.1}"
    );
}

/// Asserts that the mean is not this: more than 25 standard errors away in some weight.
#[track_caller]
fn assert_not_mean(what: &str, found: &Estimate, claimed: &Matrix) {
    let z = found.z_scores(claimed);
    assert!(size(&z) > 25.0, "{what}: mean {} is {claimed} after all, z {z:.1}", found.mean);
}

fn gaussian(sigma: f64, seed: u64) -> impl FnMut() -> f64 {
    let mut rng = Rng::new(seed);
    move || sigma * rng.normal()
}

/// Uniform, with mean 0 and standard deviation σ: on ±σ√3.
fn uniform(sigma: f64, seed: u64) -> impl FnMut() -> f64 {
    let mut rng = Rng::new(seed);
    move || sigma * 3.0_f64.sqrt() * (2.0 * rng.uniform() - 1.0)
}

/// Catches a decay of λ/2 · w, or 2λw, or on the error instead of the weights.
#[test]
fn noise_on_the_inputs_of_a_linear_network_acts_like_weight_decay_of_its_variance() {
    let lab = records(LAB);
    let (_, _, sigma) = noise_sample();
    let network = one_unit(Activation::Identity);
    let decayed = network.clone().with_weight_decay(sigma * sigma).expect("λ ≥ 0");
    // (26) 𝔼[∂Ẽ/∂w] = ∂E/∂w + σ²w
    let expected = gradient_without_noise(&decayed);
    assert_close("∂E/∂w + σ²w", &expected, &lab["noise.expected_gradient"], 1e-15, 1.0);
    assert_close(
        "∂E/∂w",
        &gradient_without_noise(&network),
        &lab["noise.clean_gradient"],
        1e-15,
        1.0,
    );
    assert_mean("Gaussian", &gradient_under_noise(&network, gaussian(sigma, 1)), &expected);
    assert_mean("uniform", &gradient_under_noise(&network, uniform(sigma, 2)), &expected);
}

/// Noise of ±1 on two inputs, each combination equally likely: the expectation is a mean of four,
/// in whole numbers, and nothing is Gaussian.
#[test]
fn noise_at_four_corners_shows_the_equality_without_chance() {
    let weights = row(&[1.0, -2.0]);
    let layer = Layer { weights, biases: Matrix::zeros(1, 1), activation: Activation::Identity };
    let network = Network::from_layers(vec![layer], Loss::MeanSquaredError).expect("a network");
    let gradient = |network: &Network, x: &Matrix| {
        network.backward(&network.forward(x), &Matrix::zeros(x.rows(), 1)).weights(1).clone()
    };
    let corners = Matrix::from([[4.0, 2.0], [4.0, 0.0], [2.0, 2.0], [2.0, 0.0]]);
    assert_eq!(gradient(&network, &corners), row(&[4.0, -1.0]));
    let decayed = network.clone().with_weight_decay(1.0).expect("λ ≥ 0");
    assert_eq!(gradient(&decayed, &row(&[3.0, 1.0])), row(&[4.0, -1.0]));
    assert_eq!(gradient(&network, &row(&[3.0, 1.0])), row(&[3.0, 1.0]));
}

/// A mean over the samples keeps τ = σ²; a sum over N samples needs τ = Nσ².
#[test]
fn noise_on_each_of_two_samples_whose_errors_are_summed_is_twice_the_decay() {
    let w = row(&[1.0, -2.0]);
    let layer =
        Layer { weights: w.clone(), biases: Matrix::zeros(1, 1), activation: Activation::Identity };
    let network = Network::from_layers(vec![layer], Loss::MeanSquaredError).expect("a network");
    let mean = |x: &Matrix| {
        network.backward(&network.forward(x), &Matrix::zeros(x.rows(), 1)).weights(1).clone()
    };
    let samples = Matrix::from([[3.0, 1.0], [0.0, 2.0]]);
    let sign = |bit: usize| if bit == 0 { 1.0 } else { -1.0 };
    let noisy = Matrix::from_fn(8, 2, |i, j| samples[(i / 4, j)] + sign(i >> j & 1)); // σ = 1
    assert_eq!(mean(&noisy), mean(&samples).add_scaled(1.0, &w), "the mean of two errors");
    let sum = |x: &Matrix| &mean(x) * 2.0;
    assert_eq!(sum(&noisy), sum(&samples).add_scaled(2.0, &w), "the sum of two errors");
}

/// The same for the error itself: 𝔼[Ẽ] = E + σ²/2 ‖w‖², which is ℒ with λ = σ².
#[test]
fn noise_adds_half_its_variance_times_the_squared_weights_to_the_error() {
    let (x, target, sigma) = noise_sample();
    let network = one_unit(Activation::Identity);
    let decayed = network.clone().with_weight_decay(sigma * sigma).expect("λ ≥ 0");
    let expected = decayed.loss(&decayed.forward(&x), &target);
    assert_near("E + σ²/2 ‖w‖²", expected, 2.68125, 1e-15, 1.0);
    let mut noise = gaussian(sigma, 3);
    let errors: Vec<f64> = (0..500)
        .map(|_| {
            let noisy = Matrix::from_fn(1000, 3, |_, j| x[(0, j)] + noise());
            network.loss(&network.forward(&noisy), &Matrix::from_fn(1000, 1, |_, _| target[(0, 0)]))
        })
        .collect();
    let mean = errors.iter().sum::<f64>() / 500.0;
    let spread: f64 = errors.iter().map(|e| (e - mean).powi(2)).sum();
    let z = (mean - expected) / (spread / (499.0 * 500.0)).sqrt();
    assert!(z.abs() <= 5.0, "mean error {mean}, expected {expected}, z {z:.1}");
}

// Where the sheet is wrong: the rows of the errata.

/// d ⊙ w*, as the sheet has it, for every order of d.
fn sheets_products(d: &Matrix, w: &Matrix) -> Vec<Matrix> {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    orders.map(|order| Matrix::from_fn(1, 3, |_, i| d[(0, order[i])]).hadamard(w)).to_vec()
}

#[test]
fn row_24_the_shrinkage_acts_along_eigenvectors_and_not_on_single_weights() {
    let lab = records(LAB);
    let (e, tau) = lab_quadratic();
    let right = e.with_weight_decay(tau).expect("τ ≥ 0").minimiser();
    assert_close("U diag(d) Uᵀw*", &e.decayed_minimiser(tau), &right, 1e-13, 1.0);

    let products = sheets_products(&e.shrinkage(tau), &e.minimiser());
    assert_close("d ⊙ w*", &products[0], &lab["sheet_d_times_w_star"], 1e-13, 1.0);
    let best = products.iter().map(|claim| size(&(claim - &right))).fold(f64::INFINITY, f64::min);
    assert_near(
        "the best order of d misses w̃ by",
        best,
        lab["sheet_d_times_w_star_is_off_by"][(0, 0)],
        1e-6,
        0.0,
    );
    let ratio = right.zip_map(&e.minimiser(), |new, old| new / old);
    assert_close("w̃ᵢ / w*ᵢ, which are not d", &ratio, &lab["componentwise_ratio"], 1e-13, 1.0);

    // The sheet's claim holds where the eigenvectors are the axes, and d is in their order.
    let axes = quadratic(&[1.0, 1.0, 1.0], diagonal(&[5.0, 2.0, 0.5]));
    let claim = axes.shrinkage(tau).hadamard(&axes.minimiser());
    assert_close("d ⊙ w* for a diagonal H", &claim, &axes.decayed_minimiser(tau), 1e-15, 1.0);
    // `shrinkage` begins with the largest eigenvalue, and for diag(1, 6) that is the second axis.
    let turned = quadratic(&[-1.0, -6.0], diagonal(&[1.0, 6.0]));
    let claim = turned.shrinkage(1.5).hadamard(&turned.minimiser());
    assert_close("d ⊙ w* for diag(1, 6)", &claim, &row(&[0.8, 0.4]), 1e-15, 1.0);
    assert_close("w̃", &turned.decayed_minimiser(1.5), &row(&[0.4, 0.8]), 1e-15, 1.0);
    // Without decay d is 1, and nothing can be in the wrong order.
    let claim = e.shrinkage(0.0).hadamard(&e.minimiser());
    assert_close("d ⊙ w* for τ = 0", &claim, &e.decayed_minimiser(0.0), 1e-14, 1.0);
}

#[test]
fn row_25_the_error_changes_most_along_the_eigenvector_of_the_largest_eigenvalue() {
    let (e, _) = lab_quadratic();
    let (w, u) = (e.minimiser(), e.eigen().vectors.transpose());
    let rise = |i: usize| e.value(&(&w + &u.select_rows(&[i]))) - e.value(&w);
    let rises = row(&[rise(0), rise(1), rise(2)]);
    assert_close("E(w* + uᵢ) − E(w*)", &rises, &(&e.eigen().values * 0.5), 1e-13, 1.0);
    assert_close("as R has them", &rises, &records(LAB)["rise_along_u"], 1e-11, 1.0);
    // The sheet: larger changes for smaller ones.
    assert!(rises[(0, 0)] > rises[(0, 1)] && rises[(0, 1)] > rises[(0, 2)], "rises {rises}");
}

#[test]
fn row_26_the_relative_shrinkage_is_largest_along_small_eigenvalues_the_displacement_need_not_be() {
    let lab = records(LAB);
    let (e, tau) = lab_quadratic();
    let relative = e.shrinkage(tau).map(|d| 1.0 - d);
    assert_close("τ / (λ + τ)", &relative, &lab["relative_shrinkage"], 1e-13, 1.0);
    assert!(
        relative[(0, 0)] < relative[(0, 1)] && relative[(0, 1)] < relative[(0, 2)],
        "{relative}"
    );

    // An error with the same H, whose minimiser has the coordinates α = (1, 1, 0.05).
    let w = row(&[1.0, 1.0, 0.05]).matmul_transposed(&e.eigen().vectors);
    let other = quadratic((&w.matmul(&lab["H"]) * -1.0).as_slice(), lab["H"].clone());
    assert_close("α", &other.alpha(), &row(&[1.0, 1.0, 0.05]), 1e-13, 1.0);
    let moved = (&other.beta(tau) - &other.alpha()).map(f64::abs);
    assert_close("|βᵢ − αᵢ|", &moved, &lab["displacement_of_alpha_1_1_0.05"], 1e-13, 1.0);
    // The sheet: the largest changes are where the error hardly depends on the weights.
    assert!(moved[(0, 2)] < moved[(0, 0)] && moved[(0, 0)] < moved[(0, 1)], "moved by {moved:.3}");
}

#[test]
fn row_27_the_formula_needs_a_symmetric_and_positive_definite_h() {
    // Indefinite: the error falls for ever along u₂, and "d" is no shrinkage but −1.67.
    let along_u2 = |s: f64| -0.5 / 2.0 * s * s; // ½ wᵀHw for H = diag(2, −½), w = (0, s)
    assert!(along_u2(1e3) < -1e5, "E(0, 1000) = {}", along_u2(1e3));
    let d = -0.5 / (-0.5 + 0.8);
    assert_near("λ / (λ + τ)", d, -1.666_666_666_666_666_5, 1e-15, 1.0);
    let indefinite = Quadratic::new(0.0, row(&[1.0, 1.0]), diagonal(&[2.0, -0.5]));
    assert!(indefinite.is_err(), "{indefinite:?}");

    // Singular: no minimiser of E, while E′ has one. Its second coordinate is not 0 = d₂ · anything.
    let singular = Quadratic::new(0.0, row(&[1.0, 1.0]), diagonal(&[2.0, 0.0]));
    assert!(singular.is_err(), "{singular:?}");
    let decayed = quadratic(&[1.0, 1.0], diagonal(&[2.8, 0.8]));
    assert_close("w̃", &decayed.minimiser(), &row(&[-1.0 / 2.8, -1.25]), 1e-15, 1.0);

    // Not symmetric: b + Hw is not the gradient, b + ½(H + Hᵀ)w is.
    let h = Matrix::from([[2.0, 0.0], [1.0, 3.0]]);
    let value = |w: &Matrix| w.matmul(&h).hadamard(w).sum() / 2.0;
    let w = row(&[0.8, -0.5]);
    let slope = |e: &Matrix| (value(&(&w + e)) - value(&(&w - e))) / 2.0;
    let differences = row(&[slope(&row(&[1.0, 0.0])), slope(&row(&[0.0, 1.0]))]);
    let symmetric = &(&h + &h.transpose()) * 0.5;
    assert_close("½(H + Hᵀ)w", &w.matmul(&symmetric), &differences, 1e-14, 1.0);
    let claim = w.matmul_transposed(&h); // the row of Hw
    let off = &claim - &differences;
    assert_close("Hw is off by", &off, &row(&[0.25, 0.4]), 1e-14, 1.0);
    assert!(Quadratic::new(0.0, row(&[0.0, 0.0]), h).is_err());
}

#[test]
fn row_28_noise_is_weight_decay_of_sigma_squared_for_the_halved_squared_error_only() {
    let (_, _, sigma) = noise_sample();
    let network = one_unit(Activation::Identity);
    let with =
        |lambda| gradient_without_noise(&network.clone().with_weight_decay(lambda).expect("λ ≥ 0"));
    let found = gradient_under_noise(&network, gaussian(sigma, 4));
    assert_mean("τ = σ²", &found, &with(sigma * sigma));
    assert_not_mean("no decay", &found, &with(0.0));
    assert_not_mean("τ = 2σ²", &found, &with(2.0 * sigma * sigma));
    // Without the ½ every gradient of the error doubles, and the same w has to come from τ = 2σ².
    let doubled = Estimate { mean: &found.mean * 2.0, error: &found.error * 2.0 };
    let undecayed = &with(0.0) * 2.0;
    let w = &network.layer(1).weights;
    assert_mean("2 ∂E/∂w + 2σ²w", &doubled, &undecayed.add_scaled(2.0 * sigma * sigma, w));
    assert_not_mean("2 ∂E/∂w + σ²w", &doubled, &undecayed.add_scaled(sigma * sigma, w));
}

#[test]
fn row_28_the_noise_needs_no_gaussian_but_mean_zero() {
    let lab = records(LAB);
    let (x, target, sigma) = noise_sample();
    let network = one_unit(Activation::Identity);
    let decayed = network.clone().with_weight_decay(sigma * sigma).expect("λ ≥ 0");
    let claim = gradient_without_noise(&decayed);
    let mu = row(&[0.2; 3]);
    let mut noise = gaussian(sigma, 5);
    let shifted = gradient_under_noise(&network, || 0.2 + noise());
    assert_not_mean("noise with mean 0.2", &shifted, &claim);
    // … + (wᵀx − ŷ + wᵀμ) μ + (wᵀμ) x
    let w = &network.layer(1).weights;
    let (wx, w_mu) = (w.hadamard(&x).sum(), w.hadamard(&mu).sum());
    let expected = claim.add_scaled(wx - target[(0, 0)] + w_mu, &mu).add_scaled(w_mu, &x);
    assert_mean("with the terms of the mean", &shifted, &expected);
    assert_close("as in R", &expected, &lab["noise.mean_gradient_shifted"], 5e-3, 1.0);
}

#[test]
fn row_28_noise_is_not_weight_decay_behind_a_tanh() {
    let lab = records(LAB);
    let (_, _, sigma) = noise_sample();
    let network = one_unit(Activation::Tanh);
    let decayed = network.clone().with_weight_decay(sigma * sigma).expect("λ ≥ 0");
    let found = gradient_under_noise(&network, gaussian(sigma, 6));
    assert_not_mean("tanh", &found, &gradient_without_noise(&decayed));
    assert_close("as in R", &found.mean, &lab["noise.mean_gradient_tanh"], 2e-3, 1.0);
}

#[test]
fn row_28_the_equality_is_one_of_means_and_no_single_gradient_has_it() {
    let (x, target, sigma) = noise_sample();
    let network = one_unit(Activation::Identity);
    let decayed = network.clone().with_weight_decay(sigma * sigma).expect("λ ≥ 0");
    let expected = gradient_without_noise(&decayed);
    let mut noise = gaussian(sigma, 7);
    for draw in 0..100 {
        let noisy = Matrix::from_fn(1, 3, |_, j| x[(0, j)] + noise());
        let one = network.backward_one(&network.forward(&noisy), &target);
        let off = size(&(one.weights(1) - &expected));
        assert!(off > 0.01, "draw {draw}: {} is {expected}", one.weights(1));
    }
}
