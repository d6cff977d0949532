//! The products of `Matrix` are the sums of a textbook, the other operations what they promise for
//! each entry. All of it holds to the last bit, in every shape, and NaN and infinity count too.

use crate::common;

use backprop::{Matrix, Rng};
use proptest::prelude::*;

/// Fails at the first entry that differs in one bit; every NaN is alike.
#[track_caller]
fn assert_bits(what: &str, found: &Matrix, expected: &Matrix) {
    assert_eq!(found.shape(), expected.shape(), "the shape of {what}");
    for (at, (f, e)) in found.as_slice().iter().zip(expected.as_slice()).enumerate() {
        let same = f.to_bits() == e.to_bits() || f.is_nan() && e.is_nan();
        assert!(same, "{what}: entry {at} of {:?} is {f:?}, not {e:?}", found.shape());
    }
}

/// `Σₖ aᵢₖ bₖⱼ` in the order of `k`: rounded once for each `k` where the processor can, else twice.
fn textbook(a: &Matrix, b: &Matrix) -> Matrix {
    let fused = cfg!(any(target_feature = "fma", target_arch = "aarch64"));
    let add = |sum, x: f64, y| if fused { x.mul_add(y, sum) } else { sum + x * y };
    let sum = |i, j| (0..a.cols()).fold(0.0, |sum, k| add(sum, a[(i, k)], b[(k, j)]));
    Matrix::from_fn(a.rows(), b.cols(), sum)
}

/// Normal numbers, one in eight of them 0, and often one that is special.
fn drawn(rows: usize, cols: usize, rng: &mut Rng) -> Matrix {
    let mut drawn =
        Matrix::from_fn(rows, cols, |_, _| if rng.below(8) == 0 { 0.0 } else { rng.normal() });
    if rows * cols > 0 && rng.below(2) == 0 {
        let special = [f64::NAN, f64::INFINITY, -0.0, 1e308, 5e-324][rng.below(5)];
        drawn[(rng.below(rows), rng.below(cols))] = special;
    }
    drawn
}

fn assert_products((m, k, n): (usize, usize, usize), seed: u64) {
    let mut rng = Rng::new(seed);
    let (a, b) = (drawn(m, k, &mut rng), drawn(k, n, &mut rng));
    let (sizes, expected) = (format!("({m} × {k})({k} × {n})"), textbook(&a, &b));
    assert_bits(&format!("{sizes} by matmul"), &a.matmul(&b), &expected);
    let found = a.matmul_transposed(&b.transpose());
    assert_bits(&format!("{sizes} by matmul_transposed"), &found, &expected);
}

proptest! {
    #![proptest_config(common::config(10_000))]

    /// Catches a tile that leaves out its border, sums in another order, starts with another number
    /// than 0 or reads beyond the matrix; a product that skips zeros, for 0 · NaN is NaN.
    #[test]
    fn a_product_is_the_sum_of_the_textbook(
        m in 0..=20usize, k in 0..=40usize, n in 0..=70usize, seed: u64,
    ) {
        assert_products((m, k, n), seed);
    }

    /// Catches an operation that does another one's work, or that loses NaN.
    #[test]
    fn every_other_operation_does_to_each_entry_what_it_promises(
        m in 0..=6usize, n in 0..=6usize, seed: u64,
    ) {
        let mut rng = Rng::new(seed);
        let [a, b, row, other] = [m, m, 1, 1].map(|m| drawn(m, n, &mut rng));
        let rows: Vec<usize> = (0..m).map(|_| rng.below(m)).collect();
        let each = |f: fn(f64, f64) -> f64| Matrix::from_fn(m, n, |i, j| f(a[(i, j)], b[(i, j)]));
        let sums = |j| (0..m).fold(0.0, |sum, i| sum + a[(i, j)]);
        for (what, found, expected) in [
            ("A + B", &a + &b, each(|a, b| a + b)),
            ("A − B", &a - &b, each(|a, b| a - b)),
            ("−A", -&a, each(|a, _| -a)),
            ("3A", 3.0 * &a, each(|a, _| 3.0 * a)),
            ("A ⊙ B", a.hadamard(&b), each(|a, b| a * b)),
            ("A − 2B", a.add_scaled(-2.0, &b), each(|a, b| a - 2.0 * b)),
            ("zip_map", a.zip_map(&b, f64::atan2), each(f64::atan2)),
            ("transpose", a.transpose(), Matrix::from_fn(n, m, |i, j| a[(j, i)])),
            ("add_row", a.add_row(&row), Matrix::from_fn(m, n, |i, j| a[(i, j)] + row[(0, j)])),
            ("column_sums", a.column_sums(), Matrix::from_fn(1, n, |_, j| sums(j))),
            ("outer", row.outer(&other), Matrix::from_fn(n, n, |i, j| row[(0, i)] * other[(0, j)])),
            ("select_rows", a.select_rows(&rows), Matrix::from_fn(m, n, |i, j| a[(rows[i], j)])),
        ] {
            assert_bits(what, &found, &expected);
        }
    }
}

/// Catches a tile that adds up blocks of 1,024 or more, a thread that takes the rows of another, and
/// rows that none takes: two of the products have more than 6 · 2²⁰ multiplications.
#[test]
fn a_large_product_is_the_sum_of_the_textbook() {
    let odd = [(1, 2100, 300), (5, 4100, 33), (33, 1025, 9), (9, 0, 999)];
    for sizes in odd.into_iter().chain([(131, 1030, 131), (1001, 127, 130)]) {
        (0..2).for_each(|seed| assert_products(sizes, seed));
    }
}

/// Catches entries that are left out at the end or in the middle; a sum of nothing that is −0.
#[test]
fn every_entry_counts_in_the_sums_and_in_is_finite() {
    for n in 0..=130 {
        let a = Matrix::from_fn(1, n, |_, j| (1 + j % 7) as f64); // whole: no sum rounds
        let sum = |power| (0..n).fold(0, |sum, j| sum + (1 + j % 7).pow(power)) as f64;
        let found = format!("{:?}", [a.sum(), a.squared_norm()]);
        assert_eq!(found, format!("{:?}", [sum(1), sum(2)]), "sum and ‖A‖² of {n}");
        assert!(a.is_finite(), "{n} numbers");
        for (at, special) in (0..n).zip([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].repeat(44)) {
            let mut a = a.clone();
            a[(0, at)] = special;
            let lost = a.is_finite() || a.sum().is_finite() || a.squared_norm().is_finite();
            assert!(!lost, "{special} as entry {at} of {n} is lost: sum {}", a.sum());
        }
    }
}

/// Catches digits that a failed `assert_eq!` would hide, and columns that are not aligned.
#[test]
fn debug_prints_the_shape_and_every_digit_and_display_aligned_columns() {
    let a = Matrix::from([[0.1, -2.0], [1e-300, f64::NAN]]);
    assert_eq!(format!("{a:?}"), "2 × 2 [[0.1, -2.0], [1e-300, NaN]]");
    let [wide, high] = [Matrix::zeros(0, 2), Matrix::zeros(2, 0)];
    assert_eq!(format!("{wide:?}, {high:?}"), "0 × 2 [], 2 × 0 [[], []]");
    let a = Matrix::from([[1.0, -10.25], [-2.5, 0.0]]);
    assert_eq!(a.to_string(), "[   1.0000  -10.2500 ]\n[  -2.5000    0.0000 ]");
    assert_eq!(format!("{a:.1}"), "[   1.0  -10.2 ]\n[  -2.5    0.0 ]");
}
