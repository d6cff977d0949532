//! A minimal row-major matrix of `f64`: the products of the derivation, and no more.
//!
//! A sample is a row, so one vector is a `1 × n` matrix and a batch of `N` samples is `N × n`.
//! Shapes are checked as indices are: a wrong one panics at the caller's line and names
//! both shapes and the rule.

mod product;

use std::fmt;
use std::ops::{Add, Index, IndexMut, Mul, Neg, Sub};

/// A row-major matrix of `f64`.
///
/// ```
/// use backprop::Matrix;
///
/// let w = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
/// let y = Matrix::row_vector(&[10.0, 1.0]);
/// assert_eq!(y.matmul(&w), Matrix::row_vector(&[13.0, 24.0]));
/// assert_eq!(&(2.0 * &y) - &y, y);
/// ```
#[derive(Clone, PartialEq)]
#[must_use = "no operation changes its matrix: the result is a new one"]
pub struct Matrix {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}

impl Matrix {
    /// The `rows × cols` matrix of zeros.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// assert_eq!(Matrix::zeros(2, 3), Matrix::from_vec(2, 3, vec![0.0; 6]));
    /// ```
    ///
    /// # Panics
    ///
    /// If so many entries cannot be addressed. (Without enough memory, the program ends.)
    #[track_caller]
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Self { rows, cols, data: vec![0.0; rows.saturating_mul(cols)] }
    }

    /// The `rows × cols` matrix with the given entries, row after row.
    ///
    /// # Panics
    ///
    /// Unless there are `rows · cols` entries.
    #[track_caller]
    pub fn from_vec(rows: usize, cols: usize, data: Vec<f64>) -> Self {
        let (given, needed) = (data.len(), rows.saturating_mul(cols));
        assert!(given == needed, "{given} entries given, but {rows} × {cols} needs {needed}");
        Self { rows, cols, data }
    }

    /// One vector: a `1 × n` matrix.
    pub fn row_vector(entries: &[f64]) -> Self {
        Self { rows: 1, cols: entries.len(), data: entries.to_vec() }
    }

    /// The `rows × cols` matrix whose entry in row `i`, column `j` is `entry(i, j)`, computed row by row.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let m = Matrix::from_fn(2, 2, |i, j| (10 * i + j) as f64);
    /// assert_eq!(m, Matrix::from([[0.0, 1.0], [10.0, 11.0]]));
    /// ```
    ///
    /// # Panics
    ///
    /// If so many entries cannot be addressed. (Without enough memory, the program ends.)
    #[track_caller]
    pub fn from_fn(rows: usize, cols: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Self {
        let mut data = Vec::with_capacity(rows.saturating_mul(cols));
        for i in 0..rows {
            data.extend((0..cols).map(|j| entry(i, j)));
        }
        Self { rows, cols, data }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// `(rows, columns)`.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    /// All entries, row after row.
    pub fn as_slice(&self) -> &[f64] {
        &self.data
    }

    /// Row `i`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let m = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(m.row(1), [3.0, 4.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[track_caller]
    pub fn row(&self, i: usize) -> &[f64] {
        self.check_row(i);
        &self.data[i * self.cols..][..self.cols]
    }

    /// Row `i`, to be changed.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[track_caller]
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        self.check_row(i);
        &mut self.data[i * self.cols..][..self.cols]
    }

    /// The matrix product `AB`, where `(AB)ᵢⱼ = Σₖ Aᵢₖ Bₖⱼ`.
    ///
    /// Shapes: `m × k` and `k × n` give `m × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let a = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
    /// let b = Matrix::from([[1.0], [10.0]]);
    /// assert_eq!(a.matmul(&b), Matrix::from([[21.0], [43.0]])); // (2 × 2)(2 × 1)
    /// ```
    ///
    /// # Panics
    ///
    /// Unless the left has as many columns as the right has rows.
    #[track_caller]
    #[doc(alias = "%*%")]
    pub fn matmul(&self, other: &Self) -> Self {
        self.check(other, self.cols == other.rows, "matmul needs (m × k)(k × n)");
        if let Some(c) = product::fast(self, other, false) {
            return c;
        }
        let mut c = Self::zeros(self.rows, other.cols);
        for i in 0..self.rows {
            let row = c.row_mut(i);
            for k in 0..self.cols {
                let a = self.data[i * self.cols + k];
                // row i of C gains Aᵢₖ times row k of B
                row.iter_mut().zip(other.row(k)).for_each(|(c, b)| *c = add_product(*c, a, *b));
            }
        }
        c
    }

    /// The matrix product `ABᵀ`, where `(ABᵀ)ᵢⱼ = Σₖ Aᵢₖ Bⱼₖ`, computed as `(BAᵀ)ᵀ`.
    ///
    /// Shapes: `m × k` and `n × k` give `m × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let y = Matrix::row_vector(&[1.0, 10.0]);
    /// let w = Matrix::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    /// assert_eq!(y.matmul_transposed(&w), Matrix::row_vector(&[21.0, 43.0, 65.0])); // (1 × 2)(3 × 2)ᵀ
    /// ```
    ///
    /// # Panics
    ///
    /// Unless the two have equally many columns.
    #[track_caller]
    #[doc(alias = "tcrossprod")]
    pub fn matmul_transposed(&self, other: &Self) -> Self {
        self.check(other, self.cols == other.cols, "matmul_transposed needs (m × k)(n × k)ᵀ");
        if let Some(c) = product::fast(other, self, true) {
            return c.transpose();
        }
        other.matmul(&self.transpose()).transpose() // ABᵀ = (BAᵀ)ᵀ
    }

    /// The transpose `Aᵀ`, where `(Aᵀ)ᵢⱼ = Aⱼᵢ`.
    ///
    /// Shapes: `m × n` gives `n × m`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// assert_eq!(Matrix::row_vector(&[1.0, 2.0]).transpose(), Matrix::from([[1.0], [2.0]]));
    /// ```
    pub fn transpose(&self) -> Self {
        Self::from_fn(self.cols, self.rows, |i, j| self.data[j * self.cols + i])
    }

    /// The outer product `a ⊗ b`, where `(a ⊗ b)ᵢⱼ = aᵢ bⱼ`.
    ///
    /// Shapes: `1 × m` and `1 × n` give `m × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let (delta, y) = (Matrix::row_vector(&[1.0, 2.0]), Matrix::row_vector(&[10.0, 20.0, 30.0]));
    /// let right = Matrix::from([[10.0, 20.0, 30.0], [20.0, 40.0, 60.0]]);
    /// assert_eq!(delta.outer(&y), right); // the shape of a W with two units and three inputs
    /// ```
    ///
    /// # Panics
    ///
    /// If either side is not a single row.
    #[track_caller]
    #[doc(alias = "%o%")]
    pub fn outer(&self, other: &Self) -> Self {
        self.check(other, self.rows == 1 && other.rows == 1, "outer needs (1 × m) ⊗ (1 × n)");
        Self::from_fn(self.cols, other.cols, |i, j| self.data[i] * other.data[j])
    }

    /// The element-wise product `A ⊙ B`, where `(A ⊙ B)ᵢⱼ = Aᵢⱼ Bᵢⱼ`.
    ///
    /// Shapes: both `m × n`, as is the result.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let (a, b) = (Matrix::row_vector(&[1.0, 2.0]), Matrix::row_vector(&[10.0, 20.0]));
    /// assert_eq!(a.hadamard(&b), Matrix::row_vector(&[10.0, 40.0]));
    /// ```
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    #[track_caller]
    pub fn hadamard(&self, other: &Self) -> Self {
        self.zip_map(other, |a, b| a * b)
    }

    /// The matrix whose entries are `f(Aᵢⱼ)`.
    ///
    /// Shapes: `m × n` gives `m × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// assert_eq!(Matrix::row_vector(&[-4.0, 9.0]).map(f64::abs), Matrix::row_vector(&[4.0, 9.0]));
    /// ```
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { data: self.data.iter().map(|&a| f(a)).collect(), ..*self }
    }

    /// The matrix whose entries are `f(Aᵢⱼ, Bᵢⱼ)`.
    ///
    /// Shapes: both `m × n`, as is the result.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let (y, t) = (Matrix::row_vector(&[0.5, 1.0]), Matrix::row_vector(&[1.0, 1.0]));
    /// assert_eq!(y.zip_map(&t, |y, t| (y - t).powi(2)), Matrix::row_vector(&[0.25, 0.0]));
    /// ```
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    #[track_caller]
    pub fn zip_map(&self, other: &Self, f: impl Fn(f64, f64) -> f64) -> Self {
        self.check(other, self.shape() == other.shape(), "equal shapes are needed");
        let pairs = self.data.iter().zip(&other.data);
        Self { data: pairs.map(|(&a, &b)| f(a, b)).collect(), ..*self }
    }

    /// Adds the row `b` to every row: `A + 1 ⊗ b`, the bias of a batch.
    ///
    /// Shapes: `m × n` and `1 × n` give `m × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let z = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
    /// let b = Matrix::row_vector(&[10.0, 20.0]);
    /// assert_eq!(z.add_row(&b), Matrix::from([[11.0, 22.0], [13.0, 24.0]]));
    /// ```
    ///
    /// # Panics
    ///
    /// Unless `b` is a single row, as long as the rows of `A`.
    #[track_caller]
    pub fn add_row(&self, b: &Self) -> Self {
        self.check(b, b.shape() == (1, self.cols), "add_row needs (m × n) + (1 × n)");
        Self::from_fn(self.rows, self.cols, |i, j| self.data[i * self.cols + j] + b.data[j])
    }

    /// `A + sB` for a number `s`.
    ///
    /// Shapes: both `m × n`, as is the result.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let (a, b) = (Matrix::row_vector(&[1.0, 2.0]), Matrix::row_vector(&[10.0, 20.0]));
    /// assert_eq!(a.add_scaled(0.5, &b), Matrix::row_vector(&[6.0, 12.0]));
    /// ```
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    #[track_caller]
    pub fn add_scaled(&self, s: f64, other: &Self) -> Self {
        self.zip_map(other, |a, b| a + s * b)
    }

    /// The rows with these numbers, in this order.
    ///
    /// Shapes: of `m × n`, `k` numbers give `k × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let m = Matrix::from([[1.0], [2.0], [3.0]]);
    /// assert_eq!(m.select_rows(&[2, 0]), Matrix::from([[3.0], [1.0]]));
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[track_caller]
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        let mut data = Vec::with_capacity(rows.len() * self.cols);
        for &i in rows {
            data.extend_from_slice(self.row(i)); // in a closure, the panic would not point at the caller
        }
        Self { rows: rows.len(), cols: self.cols, data }
    }

    /// The sum of every column, `1ᵀA`.
    ///
    /// Shapes: `m × n` gives `1 × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let delta = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(delta.column_sums(), Matrix::row_vector(&[4.0, 6.0]));
    /// ```
    pub fn column_sums(&self) -> Self {
        let mut sums = Self::zeros(1, self.cols);
        for i in 0..self.rows {
            sums.data.iter_mut().zip(self.row(i)).for_each(|(sum, a)| *sum += a);
        }
        sums
    }

    /// The sum of all entries; of none, 0.
    pub fn sum(&self) -> f64 {
        self.data.iter().fold(0.0, |sum, a| sum + a) // the `sum()` of nothing is −0
    }

    /// The sum of the squares of all entries, `‖A‖²`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// assert_eq!(Matrix::row_vector(&[3.0, 4.0]).squared_norm(), 25.0);
    /// ```
    pub fn squared_norm(&self) -> f64 {
        // Eight sums side by side: in one, every addition would wait for the one before.
        let mut sums = [0.0; 8];
        for entries in self.data.chunks(8) {
            sums.iter_mut().zip(entries).for_each(|(sum, a)| *sum += a * a);
        }
        sums.iter().sum()
    }

    /// Whether every entry is a number: neither NaN nor infinite.
    pub fn is_finite(&self) -> bool {
        // `all` branches after each entry; without branches the compiler tests several at once.
        self.data.iter().fold(true, |finite, a| finite & a.is_finite())
    }

    /// Panics at the caller's line unless the shapes follow the rule.
    #[track_caller]
    pub(super) fn check(&self, other: &Self, follows: bool, rule: &str) {
        let ((m, n), (p, q)) = (self.shape(), other.shape());
        assert!(follows, "left is {m} × {n}, right is {p} × {q}, but {rule}");
    }

    #[track_caller]
    fn check_row(&self, i: usize) {
        let (m, n) = self.shape();
        assert!(i < m, "row {i} was requested, but the matrix is {m} × {n}");
    }

    #[track_caller]
    fn position(&self, (i, j): (usize, usize)) -> usize {
        let (m, n) = self.shape();
        assert!(i < m && j < n, "entry ({i}, {j}) was requested, but the matrix is {m} × {n}");
        i * n + j
    }
}

/// `sum + xy`, rounded once where the processor can: elsewhere `mul_add` is a slow library call.
fn add_product(sum: f64, x: f64, y: f64) -> f64 {
    let fused = cfg!(any(target_feature = "fma", target_arch = "aarch64"));
    if fused { x.mul_add(y, sum) } else { sum + x * y }
}

/// Rows of equal length, as the compiler checks.
impl<const R: usize, const C: usize> From<[[f64; C]; R]> for Matrix {
    fn from(rows: [[f64; C]; R]) -> Self {
        Self { rows: R, cols: C, data: rows.concat() }
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;
    #[track_caller]
    fn index(&self, at: (usize, usize)) -> &f64 {
        &self.data[self.position(at)]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    #[track_caller]
    fn index_mut(&mut self, at: (usize, usize)) -> &mut f64 {
        let position = self.position(at);
        &mut self.data[position]
    }
}

impl Add for &Matrix {
    type Output = Matrix;
    #[track_caller]
    fn add(self, other: &Matrix) -> Matrix {
        self.zip_map(other, |a, b| a + b)
    }
}

impl Sub for &Matrix {
    type Output = Matrix;
    #[track_caller]
    fn sub(self, other: &Matrix) -> Matrix {
        self.zip_map(other, |a, b| a - b)
    }
}

/// Every entry times one number; the element-wise product of two matrices is [`Matrix::hadamard`].
impl Mul<f64> for &Matrix {
    type Output = Matrix;
    fn mul(self, factor: f64) -> Matrix {
        self.map(|a| a * factor)
    }
}

impl Mul<&Matrix> for f64 {
    type Output = Matrix;
    fn mul(self, matrix: &Matrix) -> Matrix {
        matrix * self
    }
}

impl Neg for &Matrix {
    type Output = Matrix;
    fn neg(self) -> Matrix {
        self.map(|a| -a)
    }
}

/// One line per row, columns aligned, four decimals unless a precision is given: `{:.2}`.
impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let precision = f.precision().unwrap_or(4);
        let cell = |a: &f64| format!("{a:.precision$}");
        let width = self.data.iter().map(|a| cell(a).len()).max().unwrap_or(0);
        for i in 0..self.rows {
            let row = self.row(i).iter().map(|a| format!("{:>width$}", cell(a)));
            let row = row.collect::<Vec<_>>().join("  ");
            write!(f, "{}[ {row} ]", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// The shape and every digit: `2 × 2 [[1.0, 0.1], [0.0, 2.0]]`.
impl fmt::Debug for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} × {} ", self.rows, self.cols)?;
        f.debug_list().entries((0..self.rows).map(|i| self.row(i))).finish()
    }
}
