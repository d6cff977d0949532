//! `a[(i, j)]`, `+`, `-`, times a number, and how a matrix prints.

use std::fmt;
use std::ops::{Add, Index, IndexMut, Mul, Sub};

use super::Matrix;

impl Matrix {
    #[track_caller]
    fn position(&self, (i, j): (usize, usize)) -> usize {
        let (rows, cols) = self.shape();
        assert!(i < rows && j < cols, "entry ({i}, {j}) asked for, but the matrix is {rows} × {cols}");
        i * cols + j
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
    fn add(self, other: Self) -> Matrix {
        self.combine(other, "+ needs equal shapes", |a, b| a + b)
    }
}

impl Sub for &Matrix {
    type Output = Matrix;

    #[track_caller]
    fn sub(self, other: Self) -> Matrix {
        self.combine(other, "- needs equal shapes", |a, b| a - b)
    }
}

/// Every entry times one number; the element-wise product of two matrices is [`Matrix::hadamard`].
impl Mul<f64> for &Matrix {
    type Output = Matrix;

    fn mul(self, factor: f64) -> Matrix {
        self.map(|a| a * factor)
    }
}

/// One line per row, columns aligned, four decimals unless a precision is given: `{:.2}`.
impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let precision = f.precision().unwrap_or(4);
        let cells: Vec<String> = self.data.iter().map(|a| format!("{a:.precision$}")).collect();
        let width = |j: usize| (0..self.rows).map(|i| cells[i * self.cols + j].len()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.cols).map(width).collect();
        for i in 0..self.rows {
            let row = widths.iter().zip(&cells[i * self.cols..]);
            let row: Vec<String> = row.map(|(width, cell)| format!("{cell:>width$}")).collect();
            write!(f, "{}[ {} ]", if i == 0 { "" } else { "\n" }, row.join("  "))?;
        }
        Ok(())
    }
}
