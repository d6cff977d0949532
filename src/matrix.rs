//! A minimal row-major matrix of `f64`: the products of the derivation, and no more.
//!
//! A sample is a row, so one vector is a `1 × n` matrix and a batch of `N` samples is `N × n`.
//! Shapes are checked like indices are: a wrong one panics at the caller's line and names
//! both shapes and the rule.

mod memory;
mod operators;
mod product;
mod threads;

/// A row-major matrix of `f64`.
///
/// ```
/// use backprop::Matrix;
///
/// let w = Matrix::from_rows(&[&[1.0, 2.0], &[3.0, 4.0]]);
/// let y = Matrix::row_vector(&[10.0, 1.0]);
/// assert_eq!(y.matmul(&w), Matrix::row_vector(&[13.0, 24.0]));
/// ```
#[derive(Debug, PartialEq)]
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
    /// If so many entries cannot be counted.
    #[track_caller]
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Self::from_fn(rows, cols, |_, _| 0.0)
    }

    /// The `rows × cols` matrix with the given entries, row after row.
    ///
    /// # Panics
    ///
    /// If there are not `rows · cols` entries.
    #[track_caller]
    pub fn from_vec(rows: usize, cols: usize, data: Vec<f64>) -> Self {
        let (given, needed) = (data.len() as f64, rows as f64 * cols as f64); // as f64, the product cannot overflow
        assert!(given == needed, "{given} entries given, but {rows} × {cols} needs {needed}");
        Self { rows, cols, data }
    }

    /// The matrix with the given rows.
    ///
    /// # Panics
    ///
    /// If the rows are not equally long.
    #[track_caller]
    pub fn from_rows(rows: &[&[f64]]) -> Self {
        let cols = rows.first().map_or(0, |row| row.len());
        for (i, row) in rows.iter().enumerate() {
            let found = row.len();
            assert!(found == cols, "row 0 has {cols} entries, row {i} has {found}, but all rows need the same");
        }
        Self { rows: rows.len(), cols, data: rows.concat() }
    }

    /// One vector: a `1 × n` matrix.
    pub fn row_vector(entries: &[f64]) -> Self {
        Self { rows: 1, cols: entries.len(), data: entries.to_vec() }
    }

    /// The `rows × cols` matrix whose entry in row `i`, column `j` is `entry(i, j)`, asked for row by row.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let m = Matrix::from_fn(2, 2, |i, j| (10 * i + j) as f64);
    /// assert_eq!(m, Matrix::from_rows(&[&[0.0, 1.0], &[10.0, 11.0]]));
    /// ```
    ///
    /// # Panics
    ///
    /// If so many entries cannot be counted.
    #[track_caller]
    pub fn from_fn(rows: usize, cols: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Self {
        let mut matrix = Self::any(rows, cols);
        for i in 0..rows {
            matrix.row_mut(i).iter_mut().enumerate().for_each(|(j, x)| *x = entry(i, j));
        }
        matrix
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

    /// All entries, row after row, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [f64] {
        &mut self.data
    }

    /// Row `i`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let m = Matrix::from_rows(&[&[1.0, 2.0], &[3.0, 4.0]]);
    /// assert_eq!(m.row(1), [3.0, 4.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[track_caller]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.data[self.row_range(i)]
    }

    /// Row `i`, to be changed.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[track_caller]
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        let range = self.row_range(i);
        &mut self.data[range]
    }

    /// The matrix product `AB`, where `(AB)ᵢⱼ = Σₖ Aᵢₖ Bₖⱼ`.
    ///
    /// Shapes: `m × k` and `k × n` give `m × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let a = Matrix::from_rows(&[&[1.0, 2.0], &[3.0, 4.0]]);
    /// let b = Matrix::from_rows(&[&[1.0], &[10.0]]);
    /// assert_eq!(a.matmul(&b), Matrix::from_rows(&[&[21.0], &[43.0]])); // (2 × 2)(2 × 1)
    /// ```
    ///
    /// # Panics
    ///
    /// If the left has not as many columns as the right has rows.
    #[track_caller]
    #[doc(alias = "%*%")]
    pub fn matmul(&self, other: &Self) -> Self {
        self.check(other, self.cols == other.rows, "matmul needs (m × k)(k × n)");
        let mut result = Self::any(self.rows, other.cols);
        product::multiply(&self.data, &other.data, &mut result.data, [self.rows, self.cols, other.cols], false);
        result
    }

    /// The matrix product `ABᵀ`, where `(ABᵀ)ᵢⱼ = Σₖ Aᵢₖ Bⱼₖ`, without forming `Bᵀ`.
    ///
    /// Shapes: `m × k` and `n × k` give `m × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let y = Matrix::row_vector(&[1.0, 10.0]);
    /// let w = Matrix::from_rows(&[&[1.0, 2.0], &[3.0, 4.0], &[5.0, 6.0]]);
    /// assert_eq!(y.matmul_transposed(&w), Matrix::row_vector(&[21.0, 43.0, 65.0])); // (1 × 2)(3 × 2)ᵀ
    /// ```
    ///
    /// # Panics
    ///
    /// If the two have not equally many columns.
    #[track_caller]
    #[doc(alias = "tcrossprod")]
    pub fn matmul_transposed(&self, other: &Self) -> Self {
        self.check(other, self.cols == other.cols, "matmul_transposed needs (m × k)(n × k)ᵀ");
        let mut result = Self::any(self.rows, other.rows);
        product::multiply(&self.data, &other.data, &mut result.data, [self.rows, self.cols, other.rows], true);
        result
    }

    /// The transpose `Aᵀ`, where `(Aᵀ)ᵢⱼ = Aⱼᵢ`.
    ///
    /// Shapes: `m × n` gives `n × m`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// assert_eq!(Matrix::row_vector(&[1.0, 2.0]).transpose(), Matrix::from_rows(&[&[1.0], &[2.0]]));
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
    /// let right = Matrix::from_rows(&[&[10.0, 20.0, 30.0], &[20.0, 40.0, 60.0]]);
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
        self.combine(other, "hadamard needs equal shapes", |a, b| a * b)
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
        self.with_entries(self.data.iter().map(|&a| f(a)))
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
        self.combine(other, "zip_map needs equal shapes", f)
    }

    /// Adds the row `b` to every row: `A + 1 ⊗ b`, the bias of a batch.
    ///
    /// Shapes: `m × n` and `1 × n` give `m × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let z = Matrix::from_rows(&[&[1.0, 2.0], &[3.0, 4.0]]);
    /// let b = Matrix::row_vector(&[10.0, 20.0]);
    /// assert_eq!(z.add_row(&b), Matrix::from_rows(&[&[11.0, 22.0], &[13.0, 24.0]]));
    /// ```
    ///
    /// # Panics
    ///
    /// If `b` is not a single row, as long as the rows of `A`.
    #[track_caller]
    pub fn add_row(mut self, b: &Self) -> Self {
        self.check(b, b.shape() == (1, self.cols), "add_row needs (m × n) + (1 × n)");
        for i in 0..self.rows {
            self.row_mut(i).iter_mut().zip(&b.data).for_each(|(a, b)| *a += b);
        }
        self
    }

    /// `A + sB` for a number `s`, in the memory of `A`.
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
    pub fn add_scaled(mut self, s: f64, other: &Self) -> Self {
        self.check(other, self.shape() == other.shape(), "add_scaled needs equal shapes");
        self.data.iter_mut().zip(&other.data).for_each(|(a, b)| *a += s * b);
        self
    }

    /// The rows with these numbers, in this order.
    ///
    /// Shapes: of `m × n`, `k` numbers give `k × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let m = Matrix::from_rows(&[&[1.0], &[2.0], &[3.0]]);
    /// assert_eq!(m.select_rows(&[2, 0]), Matrix::from_rows(&[&[3.0], &[1.0]]));
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[track_caller]
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        let mut selected = Self::any(rows.len(), self.cols);
        for (to, &i) in rows.iter().enumerate() {
            selected.row_mut(to).copy_from_slice(self.row(i));
        }
        selected
    }

    /// The sum of every column, `1ᵀA`.
    ///
    /// Shapes: `m × n` gives `1 × n`.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// let delta = Matrix::from_rows(&[&[1.0, 2.0], &[3.0, 4.0]]);
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
        0.0 + self.data.iter().sum::<f64>() // the sum of none, or of −0.0 alone, is −0.0
    }

    /// The sum of the squares of all entries, `‖A‖²`, in eight sums that a processor adds at once.
    ///
    /// ```
    /// # use backprop::Matrix;
    /// assert_eq!(Matrix::row_vector(&[3.0, 4.0]).squared_norm(), 25.0);
    /// ```
    pub fn squared_norm(&self) -> f64 {
        let mut sums = [0.0; 8];
        for entries in self.data.chunks(8) {
            sums.iter_mut().zip(entries).for_each(|(sum, a)| *sum += a * a);
        }
        sums.iter().sum()
    }

    /// Whether every entry is a number: neither NaN nor infinite.
    pub fn is_finite(&self) -> bool {
        self.data.iter().fold(true, |finite, a| finite & a.is_finite())
    }

    /// A matrix whose entries have any value, to be overwritten.
    #[track_caller]
    fn any(rows: usize, cols: usize) -> Self {
        let Some(count) = rows.checked_mul(cols) else {
            panic!("{rows} × {cols} entries are more than can be counted");
        };
        Self { rows, cols, data: memory::take(count) }
    }

    /// The matrix of this shape with these entries.
    fn with_entries(&self, entries: impl Iterator<Item = f64>) -> Self {
        let mut matrix = Self::any(self.rows, self.cols);
        matrix.data.iter_mut().zip(entries).for_each(|(to, entry)| *to = entry);
        matrix
    }

    #[track_caller]
    fn combine(&self, other: &Self, rule: &str, f: impl Fn(f64, f64) -> f64) -> Self {
        self.check(other, self.shape() == other.shape(), rule);
        self.with_entries(self.data.iter().zip(&other.data).map(|(&a, &b)| f(a, b)))
    }

    /// Panics at the caller's line unless the shapes follow the rule.
    #[track_caller]
    pub(super) fn check(&self, other: &Self, follows: bool, rule: &str) {
        let ((m, n), (p, q)) = (self.shape(), other.shape());
        assert!(follows, "left is {m} × {n}, right is {p} × {q}, but {rule}");
    }

    #[track_caller]
    fn row_range(&self, i: usize) -> std::ops::Range<usize> {
        let (rows, cols) = self.shape();
        assert!(i < rows, "row {i} asked for, but the matrix is {rows} × {cols}");
        i * cols..(i + 1) * cols
    }
}

impl Clone for Matrix {
    fn clone(&self) -> Self {
        self.map(|a| a)
    }
}

impl Drop for Matrix {
    fn drop(&mut self) {
        memory::give_back(std::mem::take(&mut self.data));
    }
}
