//! Samples with their targets, in mini-batches.

use super::error::{Error, require};
use super::matrix::Matrix;
use super::random::Rng;

/// Inputs, `N × n₀`, and their targets, `N × n_L`, a sample in each row.
///
/// ```
/// use backprop::{Dataset, Rng};
///
/// let xor = Dataset::xor();
/// let sizes: Vec<usize> = xor.batches(3, &mut Rng::new(1)).map(|(x, _)| x.rows()).collect();
/// assert_eq!(sizes, [3, 1]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    inputs: Matrix,
    targets: Matrix,
}

impl Dataset {
    /// The samples whose inputs and targets are the rows of these matrices.
    ///
    /// # Errors
    ///
    /// If their numbers of rows differ, or are 0.
    pub fn new(inputs: Matrix, targets: Matrix) -> Result<Self, Error> {
        let (n, m) = (inputs.rows(), targets.rows());
        let rule = "as many of each are needed, at least 1";
        require(n == m && n > 0, || format!("{n} inputs and {m} targets, but {rule}"))?;
        Ok(Self { inputs, targets })
    }

    /// The exclusive or, with the sheet's inputs ±1 and targets 0 and 1.
    pub fn xor() -> Self {
        let inputs = Matrix::from([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]);
        let targets = Matrix::from([[0.0], [1.0], [1.0], [0.0]]);
        Self { inputs, targets }
    }

    /// The inputs.
    pub fn inputs(&self) -> &Matrix {
        &self.inputs
    }

    /// The targets.
    pub fn targets(&self) -> &Matrix {
        &self.targets
    }

    /// One epoch: every sample once, in random order, in batches of `size`; the last may be smaller.
    ///
    /// # Panics
    ///
    /// If `size` is 0.
    #[track_caller]
    pub fn batches(
        &self,
        size: usize,
        rng: &mut Rng,
    ) -> impl Iterator<Item = (Matrix, Matrix)> + '_ {
        assert!(size > 0, "batches of 0 samples were requested, but a batch needs at least 1");
        let samples = self.inputs.rows();
        let mut order: Vec<usize> = (0..samples).collect();
        rng.shuffle(&mut order);
        (0..samples).step_by(size).map(move |start| {
            let picked = &order[start..samples.min(start + size)];
            (self.inputs.select_rows(picked), self.targets.select_rows(picked))
        })
    }
}
