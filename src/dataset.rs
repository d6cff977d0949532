//! Samples with their targets: mini-batches, a part to test with, and how many are told right.

pub mod idx;
pub mod table;

use std::collections::BTreeSet;

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
    /// If there are not equally many of both, or none.
    pub fn new(inputs: Matrix, targets: Matrix) -> Result<Self, Error> {
        let (n, m) = (inputs.rows(), targets.rows());
        require(n == m && n > 0, || {
            format!("{n} inputs and {m} targets, but as many of each are needed, at least 1")
        })?;
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
        assert!(size > 0, "batches of 0 samples asked for, but a batch needs at least 1");
        let samples = self.inputs.rows();
        let mut order: Vec<usize> = (0..samples).collect();
        rng.shuffle(&mut order);
        (0..samples).step_by(size).map(move |start| {
            let picked = &order[start..samples.min(start + size)];
            (self.inputs.select_rows(picked), self.targets.select_rows(picked))
        })
    }

    /// Two parts of the samples, drawn at random: `share · N` of them, rounded, to learn from, and
    /// the others to test with.
    ///
    /// Shapes: `N` samples give `m` and `N − m`.
    ///
    /// # Errors
    ///
    /// If one of the two would be empty.
    ///
    /// ```
    /// use backprop::{Dataset, Rng};
    ///
    /// let (training, test) = Dataset::xor().split(0.75, &mut Rng::new(1))?;
    /// assert_eq!((training.inputs().rows(), test.inputs().rows()), (3, 1));
    /// # Ok::<(), backprop::Error>(())
    /// ```
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to N")]
    pub fn split(&self, share: f64, rng: &mut Rng) -> Result<(Dataset, Dataset), Error> {
        let samples = self.inputs.rows();
        let first = (share * samples as f64).round();
        require(first >= 1.0 && first < samples as f64, || {
            format!(
                "a share of {share} of {samples} samples leaves one of the two parts empty; \
                 take another share, or more samples"
            )
        })?;
        let mut order: Vec<usize> = (0..samples).collect();
        rng.shuffle(&mut order);
        let (first, second) = order.split_at(first as usize);
        let part = |picked| Dataset {
            inputs: self.inputs.select_rows(picked),
            targets: self.targets.select_rows(picked),
        };
        Ok((part(first), part(second)))
    }

    /// The same samples with every input less its mean, in units of its standard deviation, both
    /// of the samples in `training`:
    ///
    /// ```text
    /// x′ = (x − μ) / σ,    μ = 1/N Σ x,    σ² = 1/N Σ (x − μ)²
    /// ```
    ///
    /// Samples to test with are measured by those to learn from, too: what they are must stay
    /// unknown until the test. An input that is the same in all of `training` has σ = 0, and is
    /// only shifted.
    ///
    /// Shapes: `inputs` stay `N × n₀`, and `training` has `n₀` columns too.
    ///
    /// # Errors
    ///
    /// If a result would be NaN or infinite, because an input is, or is too large to be squared.
    ///
    /// # Panics
    ///
    /// If the numbers of columns differ.
    ///
    /// ```
    /// use backprop::{Dataset, Matrix};
    ///
    /// let inputs = Matrix::from([[10.0, 5.0], [14.0, 5.0]]);
    /// let data = Dataset::new(inputs, Matrix::zeros(2, 1))?;
    /// let standardised = data.standardised(&data)?;
    /// assert_eq!(standardised.inputs(), &Matrix::from([[-1.0, 0.0], [1.0, 0.0]]));
    /// # Ok::<(), backprop::Error>(())
    /// ```
    #[track_caller]
    pub fn standardised(&self, training: &Dataset) -> Result<Dataset, Error> {
        let (x, by) = (&self.inputs, &training.inputs);
        x.check(by, x.cols() == by.cols(), "standardised needs equally many columns");
        for inputs in [x, by] {
            require(inputs.is_finite(), || {
                let (at, found) = inputs.first_not_finite().expect("one is not");
                format!("input {at:?} is {found}, but standardised needs finite numbers")
            })?;
        }
        let per_sample = (by.rows() as f64).recip();
        // Differences to the first sample lose no digits where all are near it, and are 0 where
        // all are equal.
        let origin = by.select_rows(&[0]);
        let mean = &origin + by.add_row(&-&origin).column_sums() * per_sample;
        let squares = by.add_row(&-&mean).map(|deviation| deviation * deviation);
        let sigma = (squares.column_sums() * per_sample).map(f64::sqrt);
        let unit = sigma.map(|sigma| if sigma == 0.0 { 1.0 } else { sigma });
        let shifted = x.add_row(&-&mean);
        let inputs = Matrix::from_fn(x.rows(), x.cols(), |i, j| shifted[(i, j)] / unit[(0, j)]);
        require(inputs.is_finite() && sigma.is_finite(), || {
            format!("standardised needs smaller inputs; here are μ = {mean} and σ = {sigma}")
        })?;
        Ok(Dataset { inputs, targets: self.targets.clone() })
    }
}

/// For each label a row that is 1 in the column of its class and 0 elsewhere; and the classes, in
/// the order of the columns, which is that of the alphabet.
///
/// Shapes: `N` labels of `k` classes give `N × k`.
///
/// ```
/// use backprop::Matrix;
/// use backprop::dataset::one_hot;
///
/// let (targets, classes) = one_hot(&["rose", "iris", "rose"]);
/// assert_eq!(targets, Matrix::from([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]));
/// assert_eq!(classes, ["iris", "rose"]);
/// ```
pub fn one_hot<S: AsRef<str>>(labels: &[S]) -> (Matrix, Vec<String>) {
    let distinct: BTreeSet<&str> = labels.iter().map(AsRef::as_ref).collect();
    let classes: Vec<String> = distinct.into_iter().map(String::from).collect();
    let is = |i: usize, k: usize| f64::from(labels[i].as_ref() == classes[k]);
    (Matrix::from_fn(labels.len(), classes.len(), is), classes)
}

/// The share of samples that are told right: `1/N` times the number of rows whose largest output
/// stands where the largest target does. Of equal outputs the first counts; a single output is
/// right when it is less than ½ from its target. A row with a NaN is wrong.
///
/// Shapes: `y` and `targets` are `N × n_L`.
///
/// # Panics
///
/// If the shapes differ, or there are no samples.
///
/// ```
/// use backprop::Matrix;
/// use backprop::dataset::accuracy;
///
/// let y = Matrix::from([[0.2, 0.8], [0.6, 0.4], [0.3, 0.7], [0.1, 0.9]]);
/// let t = Matrix::from([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]);
/// assert_eq!(accuracy(&y, &t), 0.75);
/// ```
#[track_caller]
pub fn accuracy(y: &Matrix, targets: &Matrix) -> f64 {
    y.check(targets, y.shape() == targets.shape(), "accuracy needs equal shapes");
    assert!(y.rows() > 0, "accuracy of 0 samples asked for, but a mean needs at least 1");
    let largest = |row: &[f64]| (0..row.len()).find(|&k| row.iter().all(|y| *y <= row[k])); // no NaN
    let right = |&i: &usize| match (y.row(i), targets.row(i)) {
        (&[y], &[t]) => (y - t).abs() < 0.5,
        (y, t) => largest(y).is_some_and(|guess| largest(t) == Some(guess)),
    };
    (0..y.rows()).filter(right).count() as f64 / y.rows() as f64
}
