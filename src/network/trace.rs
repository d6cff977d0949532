//! What the forward pass and the backward pass return.

use super::Matrix;

/// All `Zˡ` and `Yˡ` of one forward pass. The input `X = Y⁰` is borrowed, not copied.
#[derive(Clone, Debug, PartialEq)]
#[doc(alias = "intermediate_activations")]
pub struct Trace<'a> {
    pub(super) x: &'a Matrix,
    pub(super) z: Vec<Matrix>, // z[l - 1] is Zˡ
    pub(super) y: Vec<Matrix>, // y[l - 1] is Yˡ
}

/// `∇ℒ` with respect to every weight and bias, each of the shape of what it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradients {
    pub(super) weights: Vec<Matrix>,
    pub(super) biases: Vec<Matrix>,
}

impl Trace<'_> {
    /// `Zˡ`, for `l` from 1 to `L`: `N × nₗ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer; the input has no pre-activation.
    #[track_caller]
    pub fn z(&self, l: usize) -> &Matrix {
        check_layer(l, self.z.len());
        &self.z[l - 1]
    }

    /// `Yˡ`, for `l` from 0, the input, to `L`, the output: `N × nₗ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer.
    #[track_caller]
    pub fn y(&self, l: usize) -> &Matrix {
        let last = self.y.len();
        assert!(l <= last, "layer {l} asked for, but the layers are 0, the input, to {last}");
        if l == 0 { self.x } else { &self.y[l - 1] }
    }
}

impl Gradients {
    /// Gradients from elsewhere, layer 1 first; a [`GradientCheck`](crate::GradientCheck) tells
    /// whether they are right.
    ///
    /// ```
    /// use backprop::{Gradients, Matrix};
    ///
    /// let mine = Gradients::new(vec![Matrix::zeros(1, 2)], vec![Matrix::zeros(1, 1)]); // of a network 2-1
    /// assert_eq!(mine.depth(), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// Unless there are as many of the one as of the other.
    #[track_caller]
    pub fn new(weights: Vec<Matrix>, biases: Vec<Matrix>) -> Self {
        let (m, n) = (weights.len(), biases.len());
        assert!(m == n, "{m} gradients of weights, {n} of biases, but each layer has one of both");
        Self { weights, biases }
    }

    /// The number of layers, `L`.
    pub fn depth(&self) -> usize {
        self.weights.len()
    }

    /// `∇` of `W¹, b¹, …, Wᴸ, bᴸ`.
    pub(in super::super) fn matrices(&self) -> impl Iterator<Item = &Matrix> {
        self.weights.iter().zip(&self.biases).flat_map(|(w, b)| [w, b])
    }

    /// `∇_Wˡ ℒ`, for `l` from 1 to `L`: the shape of `Wˡ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer.
    #[track_caller]
    pub fn weights(&self, l: usize) -> &Matrix {
        check_layer(l, self.weights.len());
        &self.weights[l - 1]
    }

    /// `∇_bˡ ℒ`, for `l` from 1 to `L`: the shape of `bˡ`.
    ///
    /// # Panics
    ///
    /// If there is no such layer.
    #[track_caller]
    pub fn biases(&self, l: usize) -> &Matrix {
        check_layer(l, self.biases.len());
        &self.biases[l - 1]
    }
}

#[track_caller]
pub(super) fn check_layer(l: usize, last: usize) {
    assert!((1..=last).contains(&l), "layer {l} asked for, but the layers are 1 to {last}");
}
