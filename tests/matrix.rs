//! The algebra of `Matrix`: its laws as properties, and what it says when shapes do not fit.

use crate::common;

use backprop::Matrix;
use common::{matrix, panic_message};
use proptest::prelude::*;

/// Entries are multiples of 1/32 within ±2, so that sums and products of a few are exact, and the
/// laws hold to the last bit.
fn chain() -> impl Strategy<Value = [Matrix; 3]> {
    (1..=9usize, 1..=9usize, 1..=9usize, 1..=9usize).prop_flat_map(|(m, k, n, p)| {
        [matrix(m, k).boxed(), matrix(k, n).boxed(), matrix(n, p).boxed()]
    })
}

fn same_shape() -> impl Strategy<Value = [Matrix; 3]> {
    (1..=9usize, 1..=9usize)
        .prop_flat_map(|(m, n)| [matrix(m, n).boxed(), matrix(m, n).boxed(), matrix(m, n).boxed()])
}

/// `cᵢⱼ = Σₖ aᵢₖ bₖⱼ`, as in a textbook.
fn textbook(a: &Matrix, b: &Matrix) -> Matrix {
    Matrix::from_fn(a.rows(), b.cols(), |i, j| (0..a.cols()).map(|k| a[(i, k)] * b[(k, j)]).sum())
}

proptest! {
    #[test]
    fn the_product_is_that_of_the_textbook([a, b, _] in chain()) {
        prop_assert_eq!(a.matmul(&b), textbook(&a, &b));
    }

    #[test]
    fn the_product_with_a_transpose_needs_no_transpose([a, b, _] in chain()) {
        prop_assert_eq!(a.matmul_transposed(&b.transpose()), textbook(&a, &b));
    }

    #[test]
    fn products_associate([a, b, c] in chain()) {
        prop_assert_eq!(a.matmul(&b).matmul(&c), a.matmul(&b.matmul(&c)));
    }

    #[test]
    fn the_transpose_of_a_product_is_the_product_of_the_transposes_reversed([a, b, _] in chain()) {
        prop_assert_eq!(a.matmul(&b).transpose(), b.transpose().matmul(&a.transpose()));
        prop_assert_eq!(&a.transpose().transpose(), &a);
    }

    #[test]
    fn products_distribute_over_sums([a, b, c] in same_shape()) {
        let c = c.transpose();
        prop_assert_eq!((&a + &b).matmul(&c), &a.matmul(&c) + &b.matmul(&c));
        prop_assert_eq!((&a - &b).matmul(&c), &a.matmul(&c) - &b.matmul(&c));
    }

    #[test]
    fn the_outer_product_is_column_times_row(a in matrix(1, 5), b in matrix(1, 7)) {
        prop_assert_eq!(a.outer(&b), a.transpose().matmul(&b));
    }

    #[test]
    fn the_element_wise_product_commutes_associates_and_distributes([a, b, c] in same_shape()) {
        prop_assert_eq!(a.hadamard(&b), b.hadamard(&a));
        prop_assert_eq!(a.hadamard(&b).hadamard(&c), a.hadamard(&b.hadamard(&c)));
        prop_assert_eq!(a.hadamard(&(&b + &c)), &a.hadamard(&b) + &a.hadamard(&c));
        prop_assert_eq!(a.hadamard(&a).sum(), a.squared_norm());
    }

    #[test]
    fn a_bias_is_added_to_every_row_and_its_gradient_sums_the_rows([a, _, _] in same_shape(), seed in 0..64i32) {
        let b = Matrix::from_fn(1, a.cols(), |_, j| f64::from(seed) / 32.0 - j as f64);
        let ones = Matrix::from_fn(a.rows(), 1, |_, _| 1.0);
        prop_assert_eq!(a.add_row(&b), &a + &ones.matmul(&b));
        prop_assert_eq!(a.column_sums(), ones.transpose().matmul(&a));
    }

    #[test]
    fn adding_a_multiple_is_adding_a_multiple([a, b, _] in same_shape(), s in common::number()) {
        prop_assert_eq!(a.add_scaled(s, &b), &a + &(&b * s));
    }
}

/// The definition, one sum after the other, with the rounding of this build: once per product and
/// sum where the processor multiplies and adds in one, else twice.
fn definition(a: &Matrix, b: &Matrix) -> Matrix {
    let fused = cfg!(any(target_feature = "fma", target_arch = "aarch64"));
    Matrix::from_fn(a.rows(), b.cols(), |i, j| {
        (0..a.cols()).fold(0.0, |sum, k| {
            let (a, b) = (a[(i, k)], b[(k, j)]);
            if fused { f64::mul_add(a, b, sum) } else { sum + a * b }
        })
    })
}

/// Compares `C = AB` and `C = A(Bᵀ)ᵀ` for corners of two large matrices.
fn assert_products_are_their_definition(sizes: impl Iterator<Item = (usize, usize, usize)>) {
    let mut rng = backprop::Rng::new(3);
    let numbers: Vec<f64> = (0..1 << 21).map(|_| rng.normal()).collect();
    for (m, k, n) in sizes {
        let a = Matrix::from_vec(m, k, numbers[..m * k].to_vec());
        let b = Matrix::from_vec(k, n, numbers[numbers.len() - k * n..].to_vec());
        let c = definition(&a, &b);
        let transposed = a.matmul_transposed(&b.transpose());
        for (name, found) in [("matmul", a.matmul(&b)), ("matmul_transposed", transposed)] {
            let place = found.as_slice().iter().zip(c.as_slice()).position(|(f, c)| f != c);
            let at = place.map(|p| (p / n, p % n, found.as_slice()[p], c.as_slice()[p]));
            assert!(
                at.is_none(),
                "{name}, {m} × {k} · {k} × {n}: (row, column, found, right) {at:?}"
            );
        }
    }
}

/// Catches a tile, a panel or a last column that is computed in another order, twice or not at all.
#[test]
fn every_small_product_is_its_definition_to_the_last_bit() {
    let sizes = (1..=40).flat_map(|m| (1..=40).flat_map(move |k| (1..=40).map(move |n| (m, k, n))));
    assert_products_are_their_definition(sizes);
}

/// Around the multiples of every tile, and beyond every size at which a faster loop changes its ways.
#[test]
fn a_large_product_is_its_definition_to_the_last_bit() {
    let multiples = || [1, 63, 64, 65, 95, 96, 97, 127, 128, 129];
    let around = multiples().into_iter().flat_map(|m| multiples().map(|n| (m, 33, n)));
    let long = [(1, 1001, 1), (2, 1001, 9), (3, 1001, 65), (5, 784, 33), (33, 784, 131)];
    let several_threads = [(131, 300, 401), (1001, 127, 131), (403, 257, 258), (67, 1001, 257)];
    assert_products_are_their_definition(around.chain(long).chain(several_threads));
}

#[test]
fn empty_matrices_have_empty_or_zero_products() {
    assert_eq!(Matrix::zeros(0, 3).matmul(&Matrix::zeros(3, 2)).shape(), (0, 2));
    assert_eq!(Matrix::zeros(2, 3).matmul(&Matrix::zeros(3, 0)).shape(), (2, 0));
    assert_eq!(Matrix::zeros(2, 0).matmul(&Matrix::zeros(0, 3)), Matrix::zeros(2, 3));
    assert_eq!(Matrix::zeros(2, 0).transpose().shape(), (0, 2));
    assert_eq!(Matrix::from_rows(&[[0.0; 0]; 0]).shape(), (0, 0));
    assert_eq!(Matrix::zeros(2, 0).select_rows(&[1]).shape(), (1, 0));
}

/// Catches an operator that moves one side, takes one side twice, or divides where it multiplies.
#[test]
fn operators_take_matrices_and_references_alike() {
    let (a, b) = (Matrix::from([[1.0, 2.0]]), Matrix::from([[10.0, 30.0]]));
    let sum = Matrix::from([[11.0, 32.0]]);
    for found in [&a + &b, &a + b.clone(), a.clone() + &b, a.clone() + b.clone()] {
        assert_eq!(found, sum);
    }
    let difference = Matrix::from([[-9.0, -28.0]]);
    for found in [&a - &b, &a - b.clone(), a.clone() - &b, a.clone() - b.clone()] {
        assert_eq!(found, difference);
    }
    for found in [&a * 4.0, a.clone() * 4.0, 4.0 * &a] {
        assert_eq!(found, Matrix::from([[4.0, 8.0]]));
    }
    assert_eq!(&a / 4.0, Matrix::from([[0.25, 0.5]]));
    for negated in [-&a, -a.clone()] {
        assert_eq!(negated, Matrix::from([[-1.0, -2.0]]));
    }
    for halved in [&a / 2.0, a.clone() / 2.0, 0.5 * &a, 0.5 * a.clone()] {
        assert_eq!(halved, Matrix::from([[0.5, 1.0]]));
    }
}

/// Catches digits that a failed `assert_eq!` would hide, and a shape that only the rows tell.
#[test]
fn debug_shows_the_shape_and_every_digit() {
    let matrix = Matrix::from([[0.1, -2.0], [1e-300, f64::NAN]]);
    assert_eq!(format!("{matrix:?}"), "2 × 2 [[0.1, -2.0], [1e-300, NaN]]");
    assert_eq!(format!("{:?}", Matrix::zeros(2, 0)), "2 × 0 [[], []]");
    assert_eq!(format!("{:?}", Matrix::zeros(0, 2)), "0 × 2 []");
}

#[test]
fn a_matrix_prints_in_aligned_columns() {
    let a = Matrix::from([[1.0, -10.25], [-2.5, 0.0]]);
    assert_eq!(a.to_string(), "[  1.0000  -10.2500 ]\n[ -2.5000    0.0000 ]");
    assert_eq!(format!("{a:.1}"), "[  1.0  -10.2 ]\n[ -2.5    0.0 ]");
}

#[test]
fn a_wrong_shape_panics_at_the_callers_line_with_both_shapes_and_the_rule() {
    let (a, b) = (Matrix::zeros(2, 3), Matrix::zeros(4, 5));
    let shapes = "left is 2 × 3, right is 4 × 5, but ";
    let cases: [(String, &str); 9] = [
        (panic_message(|| a.matmul(&b)), "matmul needs (m × k)(k × n)"),
        (panic_message(|| a.matmul_transposed(&b)), "matmul_transposed needs (m × k)(n × k)ᵀ"),
        (panic_message(|| a.outer(&b)), "outer needs (1 × m) ⊗ (1 × n)"),
        (panic_message(|| a.hadamard(&b)), "hadamard needs equal shapes"),
        (panic_message(|| a.zip_map(&b, f64::max)), "zip_map needs equal shapes"),
        (panic_message(|| a.add_row(&b)), "add_row needs (m × n) + (1 × n)"),
        (panic_message(|| a.add_scaled(1.0, &b)), "add_scaled needs equal shapes"),
        (panic_message(|| &a + &b), "+ needs equal shapes"),
        (panic_message(|| &a - &b), "- needs equal shapes"),
    ];
    for (message, rule) in cases {
        assert_eq!(message, format!("{shapes}{rule}"));
    }
}

#[test]
fn the_outer_product_needs_two_rows_of_one() {
    let (row, two) = (Matrix::zeros(1, 2), Matrix::zeros(2, 2));
    let rule = "but outer needs (1 × m) ⊗ (1 × n)";
    assert_eq!(panic_message(|| row.outer(&two)), format!("left is 1 × 2, right is 2 × 2, {rule}"));
    assert_eq!(panic_message(|| two.outer(&row)), format!("left is 2 × 2, right is 1 × 2, {rule}"));
}

#[test]
fn what_is_not_there_panics_at_the_callers_line_with_the_shape() {
    let mut a = Matrix::zeros(2, 3);
    assert_eq!(panic_message(|| a[(2, 0)]), "entry (2, 0) asked for, but the matrix is 2 × 3");
    assert_eq!(panic_message(|| a[(0, 3)]), "entry (0, 3) asked for, but the matrix is 2 × 3");
    assert_eq!(
        panic_message(|| a[(1, 3)] = 1.0),
        "entry (1, 3) asked for, but the matrix is 2 × 3"
    );
    assert_eq!(panic_message(|| a.row(2).len()), "row 2 asked for, but the matrix is 2 × 3");
    assert_eq!(
        panic_message(|| a.select_rows(&[0, 5])),
        "row 5 asked for, but the matrix is 2 × 3"
    );
    assert_eq!(
        panic_message(|| Matrix::zeros(usize::MAX, 2)),
        format!("{} × 2 entries are more than can be counted", usize::MAX)
    );
    assert_eq!(
        panic_message(|| Matrix::from_vec(2, 3, vec![0.0; 5])),
        "5 entries given, but 2 × 3 needs 6"
    );
    assert_eq!(
        panic_message(|| Matrix::from_rows(&[vec![1.0, 2.0], vec![3.0]])),
        "row 0 has 2 entries, row 1 has 1, but all rows need the same"
    );
}

/// Catches a path for large shapes that is taken by the numbers of rows and columns alone.
#[test]
fn a_product_over_nothing_is_zero_whatever_its_shape() {
    for (m, n) in [(1, 300), (300, 1), (3, 1000), (300, 300)] {
        let (a, b, zeros) = (Matrix::zeros(m, 0), Matrix::zeros(0, n), Matrix::zeros(m, n));
        assert_eq!(a.matmul(&b), zeros, "({m} × 0)(0 × {n})");
        assert_eq!(a.matmul_transposed(&b.transpose()), zeros, "({m} × 0)({n} × 0)ᵀ");
    }
}
