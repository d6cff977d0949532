//! Finite differences against backpropagation, for every weight and every bias.
//!
//! For each entry, [`difference`](crate::difference()) gives `D` of (18) and how far it may err. The
//! gradient under test agrees there when
//!
//! ```text
//! |backward − D| ≤ tolerance · max(|backward|, |D|) + error of D
//! ```
//!
//! The step is small enough that no pre-activation of the layer moves by more than 3e-4: a weight
//! that multiplies inputs of 255 is moved by 255 times less. Only `ℰ` is differenced. The decay of
//! a weight, `λ/2 · w²`, is a parabola whose central difference is `λw` at every step, so it is added
//! as that, and is not lost beside a large `ℰ`.
//!
//! A ReLU has no derivative at 0, only a slope to either side. There, what lies between both
//! slopes is accepted, and counted apart.
//!
//! A check that cannot know says so: see [`Verdict::CannotSee`].

mod report;
mod telling;

pub use telling::telling_cases;

use super::activation::Activation;
use super::difference::{Difference, ROUNDING, STEP, difference, difference_with};
use super::loss::Loss;
use super::matrix::Matrix;
use super::network::{Gradients, Layer, Network};

/// How far backward and the difference may differ, relative to the larger of both.
const TOLERANCE: f64 = 1e-9;

/// An entry this many times larger than the error of its difference would show a mistake.
const VISIBLE: f64 = 10.0;

/// A unit whose `z` is nearer to 0 is so near to its kink that differences may not tell its side.
const NEAR: f64 = 1e-4;

/// The part of the jump at a kink by which its slopes may be wrong, for being measured beside it.
const MARGIN: f64 = 0.01;

/// What a gradient check has found. Print it: it says what was compared and what differs most.
///
/// ```
/// use backprop::{GradientCheck, telling_cases};
///
/// let (network, x, t) = &telling_cases(1)[0];
/// let check = GradientCheck::of(network, x, t);
/// assert!(check.passed(), "{check}");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a check that nobody looks at finds nothing"]
pub struct GradientCheck {
    /// Every weight and bias: layer by layer, weights first, row by row.
    pub entries: Vec<Entry>,
    tolerance: f64,
    context: String,
    hints: Vec<String>,
}

/// What a check says as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every entry that could be compared agrees, and in each `W` and each `b` some could be.
    Passed,
    /// An entry disagrees.
    Failed,
    /// Nothing disagrees, but of some `W` or `b`, or of its decay, nothing could be compared: all
    /// its entries lie below what differences resolve, or at a kink. A mistake there would not show.
    CannotSee,
}

/// What a check says of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Backward and difference agree.
    Agrees,
    /// A kink is there, and backward is between the slopes of both sides.
    AtKink,
    /// They do not disagree, but the entry is too small for a mistake to show.
    Unseen,
    /// They disagree, or one is not a finite number.
    Differs,
}

/// One weight or bias, with its derivative as the gradient and as the difference give it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The layer, from 1 to `L`.
    pub layer: usize,
    /// Whether it is a weight or a bias.
    pub parameter: Parameter,
    /// Its row and column; for the bias of unit `j`, `(0, j)`.
    pub at: (usize, usize),
    /// What the gradient under test says.
    pub backward: f64,
    /// What the differences say: `D` of (18), with the decay.
    pub difference: f64,
    /// How far `D` may be from the truth.
    pub error: f64,
    /// The lower and the higher slope where they differ: at a kink. Elsewhere, `D` twice.
    pub slopes: [f64; 2],
    /// The step `h` of the difference.
    pub step: f64,
    /// The part of the decay in it: `λw` for a weight, 0 for a bias.
    pub decay: f64,
}

/// The two kinds of numbers that a layer learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// An entry of `W`.
    Weight,
    /// An entry of `b`.
    Bias,
}

impl GradientCheck {
    /// Checks [`Network::backward`] on this batch.
    ///
    /// # Panics
    ///
    /// If `x` or `targets` do not have the shape that the network needs.
    #[track_caller]
    pub fn of(network: &Network, x: &Matrix, targets: &Matrix) -> Self {
        Self::of_gradients(network, x, targets, &network.backward(&network.forward(x), targets))
    }

    /// Checks gradients that come from elsewhere, such as your own program.
    ///
    /// ```
    /// use backprop::{Activation, GradientCheck, Gradients, Initialization, Loss, Matrix, Network, Rng};
    ///
    /// let layers = [(1, Activation::Identity)];
    /// let network = Network::new(1, &layers, Loss::MeanSquaredError, Initialization::Zeros, &mut Rng::new(1))?;
    /// let (x, t) = (Matrix::row_vector(&[2.0]), Matrix::row_vector(&[3.0]));
    ///
    /// // y = 0, so δ = y − t = −3, and ∂ℒ/∂w = δx = −6.
    /// let right = Gradients::new(vec![Matrix::row_vector(&[-6.0])], vec![Matrix::row_vector(&[-3.0])]);
    /// assert!(GradientCheck::of_gradients(&network, &x, &t, &right).passed());
    /// let wrong = Gradients::new(vec![Matrix::row_vector(&[-6.0])], vec![Matrix::row_vector(&[3.0])]);
    /// assert!(!GradientCheck::of_gradients(&network, &x, &t, &wrong).passed());
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// As [`of`](Self::of), and if the gradients are not of as many layers as the network, or one
    /// does not have the shape of what it belongs to.
    #[track_caller]
    pub fn of_gradients(
        network: &Network,
        x: &Matrix,
        targets: &Matrix,
        gradients: &Gradients,
    ) -> Self {
        network.check_depth("gradients", gradients.depth());
        network.loss(&network.forward(x), targets); // panics at the caller's line, not in the probe
        let mut probe = Probe::new(network, x, targets);
        let mut entries = Vec::new();
        for layer in 1..=network.depth() {
            let Layer { weights, biases, .. } = network.layer(layer);
            for (parameter, values, claimed, lambda) in [
                (Parameter::Weight, weights, gradients.weights(layer), network.weight_decay()),
                (Parameter::Bias, biases, gradients.biases(layer), 0.0),
            ] {
                let ((m, n), (rows, cols)) = (claimed.shape(), values.shape());
                let name = report::parameter_name(layer, parameter);
                assert!(
                    (m, n) == (rows, cols),
                    "the gradient of {name} is {m} × {n}, but {name} is {rows} × {cols}"
                );
                entries.extend(probe.compare((layer, parameter), claimed, &(values * lambda)));
            }
        }
        Self {
            entries,
            tolerance: TOLERANCE,
            context: String::new(),
            hints: report::hints(network),
        }
    }

    /// Checks a whole `backward` of your own on [`telling_cases`], and calls it twice on each: a
    /// gradient that grows from call to call is wrong from the second on. Returns the first check
    /// that does not pass, or the last.
    ///
    /// ```
    /// use backprop::{GradientCheck, Gradients, Matrix, Network};
    ///
    /// /// In its place, your own.
    /// fn backward(network: &Network, x: &Matrix, t: &Matrix) -> Gradients {
    ///     network.backward(&network.forward(x), t)
    /// }
    ///
    /// let check = GradientCheck::of_function(backward);
    /// assert!(check.passed(), "{check}");
    /// ```
    ///
    /// # Panics
    ///
    /// As [`of_gradients`](Self::of_gradients).
    #[track_caller]
    pub fn of_function(mut backward: impl FnMut(&Network, &Matrix, &Matrix) -> Gradients) -> Self {
        let mut last = None;
        for (network, x, targets) in telling_cases(1) {
            for call in ["the first call", "the second call, where the first was right"] {
                let gradients = backward(&network, &x, &targets);
                let mut check = Self::of_gradients(&network, &x, &targets, &gradients);
                check.context = format!("\n  in {call}, on {}", telling::name(&network, &x));
                if !check.passed() {
                    return check;
                }
                last = Some(check);
            }
        }
        let mut check = last.expect("there are cases");
        check.context =
            "\n  on the last network; the others passed, too, all of them twice".to_string();
        check
    }

    /// The same check with another tolerance than `1e-9`; for gradients computed with 32 bits, or
    /// typed with seven digits, `1e-6`.
    pub fn with_tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// Passed, failed, or unable to know.
    pub fn verdict(&self) -> Verdict {
        if self.entries.iter().any(|entry| self.finding(entry) == Finding::Differs) {
            Verdict::Failed
        } else if self.blocks().any(|block| self.blindness(block).is_some()) {
            Verdict::CannotSee
        } else {
            Verdict::Passed
        }
    }

    /// Whether the verdict is [`Verdict::Passed`], not one of the two others.
    pub fn passed(&self) -> bool {
        self.verdict() == Verdict::Passed
    }

    /// How many entries were found so.
    pub fn count(&self, finding: Finding) -> usize {
        self.entries.iter().filter(|entry| self.finding(entry) == finding).count()
    }

    /// Of a failed check, the entry that differs most; one that is not a number before all others.
    pub fn worst(&self) -> Option<&Entry> {
        let differing = self.entries.iter().filter(|e| self.finding(e) == Finding::Differs);
        differing.max_by(|a, b| a.distance().total_cmp(&b.distance()))
    }

    /// What is to be said of this entry.
    pub fn finding(&self, entry: &Entry) -> Finding {
        let without_decay = |a: f64| (a - entry.decay).abs();
        let size = without_decay(entry.backward).max(without_decay(entry.difference));
        let hidden = self.tolerance * entry.decay.abs() + entry.error; // a mistake of this size is
        let finite = entry.backward.is_finite();
        if finite && entry.error == f64::INFINITY {
            Finding::Unseen
        } else if !(finite && entry.agrees(self.tolerance)) {
            Finding::Differs
        } else if entry.slopes[0] < entry.slopes[1] {
            Finding::AtKink
        } else if size <= VISIBLE * hidden {
            Finding::Unseen
        } else {
            Finding::Agrees
        }
    }

    /// The entries of each `W` and each `b`.
    fn blocks(&self) -> impl Iterator<Item = &[Entry]> {
        self.entries.chunk_by(|a, b| (a.layer, a.parameter) == (b.layer, b.parameter))
    }
}

impl Entry {
    /// How far backward is from `D`, or at a kink from the interval between both slopes; infinitely
    /// far if one is not a number.
    fn distance(&self) -> f64 {
        let ([low, high], a) = (self.slopes, self.backward);
        match (low - a).max(a - high).max(0.0) {
            _ if [low, high, a].iter().any(|a| a.is_nan()) => f64::INFINITY,
            distance => distance,
        }
    }

    /// False if anything in it is NaN.
    fn agrees(&self, tolerance: f64) -> bool {
        self.distance() <= self.allowed(tolerance)
    }

    /// Takes in the slopes of the samples, where these differ or are not known.
    fn admit(&mut self, [low, high, error]: [f64; 3]) {
        if high - low > self.allowed(TOLERANCE) || error == f64::INFINITY {
            let [left, right] = self.slopes;
            let (low, high) = (low + self.decay - error, high + self.decay + error);
            self.slopes = [left.min(low), right.max(high)];
        }
    }

    /// How far it may be.
    fn allowed(&self, tolerance: f64) -> f64 {
        tolerance * self.backward.abs().max(self.difference.abs()) + self.error
    }
}

/// A copy of the network, without decay, whose parameters are moved one at a time.
struct Probe<'a> {
    network: Network,
    x: &'a Matrix,
    targets: &'a Matrix,
}

impl<'a> Probe<'a> {
    fn new(network: &Network, x: &'a Matrix, targets: &'a Matrix) -> Self {
        let network = network.clone().with_weight_decay(0.0).expect("0 is a decay");
        Self { network, x, targets }
    }

    fn compare(
        &mut self,
        (layer, parameter): (usize, Parameter),
        claimed: &Matrix,
        decay: &Matrix,
    ) -> Vec<Entry> {
        let d = self.difference(layer, parameter);
        let entry = |at| {
            let slopes = [d.left[at].min(d.right[at]), d.left[at].max(d.right[at])];
            Entry {
                layer,
                parameter,
                at,
                backward: claimed[at],
                difference: d.gradient[at] + decay[at],
                error: d.error[at],
                slopes: slopes.map(|slope| slope + decay[at]),
                step: d.step[at],
                decay: decay[at],
            }
        };
        let (m, n) = claimed.shape();
        let mut entries: Vec<Entry> =
            (0..m).flat_map(|i| (0..n).map(move |j| (i, j))).map(entry).collect();
        let mut slopes = None; // computed once, if at all
        for entry in entries.iter_mut().filter(|entry| !entry.agrees(TOLERANCE)) {
            let sides = slopes.get_or_insert_with(|| self.slopes_of_samples(layer, parameter));
            entry.admit(sides.each_ref().map(|side| side[entry.at]));
        }
        entries
    }

    /// The difference quotients of `ℰ`, with steps that move no `z` of the layer by more than `STEP`.
    fn difference(&mut self, layer: usize, parameter: Parameter) -> Difference {
        let at = self.parameter(layer, parameter).clone();
        let trace = self.network.forward(self.x);
        let y = trace.y(layer - 1);
        let step = |j| match parameter {
            Parameter::Weight => (0..y.rows()).fold(1.0, |max, i| y[(i, j)].abs().max(max)),
            Parameter::Bias => 1.0,
        };
        let (y_last, targets) = (trace.y(self.network.depth()), self.targets);
        let slope = match self.network.loss_function() {
            // Rounding moves y by 2⁻⁵³ y, and ℰ by ∂ℰ/∂y times that, even where ℰ is nearly 0.
            Loss::MeanSquaredError => Loss::MeanSquaredError.derivative(y_last, targets),
            _ => Matrix::zeros(targets.rows(), targets.cols()), // are computed from z
        };
        let rounding = ROUNDING * slope.hadamard(y_last).map(f64::abs).sum();
        let loss = |moved: &Matrix| {
            self.parameter(layer, parameter).as_mut_slice().copy_from_slice(moved.as_slice());
            self.network.loss(&self.network.forward(self.x), targets)
        };
        let found = difference_with(&at, |j| STEP / step(j), rounding, loss);
        *self.parameter(layer, parameter) = at;
        found
    }

    /// The lowest and the highest slope that the kinks admit, and their error: for each sample, those
    /// on both sides and the one next to the kink; of all samples, the mean.
    ///
    /// Kinks can hide each other: if one sample leaves its kink upwards and another downwards, or
    /// two units of one sample do, the loss has one slope, as `relu(w) − relu(−w) = w` has, and
    /// backward, with φ′(0) = 0, means another.
    fn slopes_of_samples(&self, layer: usize, parameter: Parameter) -> [Matrix; 3] {
        let slopes = |i| {
            let (x, targets) = (self.x.select_rows(&[i]), self.targets.select_rows(&[i]));
            let mut at = Probe { network: self.network.clone(), x: &x, targets: &targets };
            let mut beside = Probe { network: at.away_from_kinks(), x: &x, targets: &targets };
            let (d, beside) =
                (at.difference(layer, parameter), beside.difference(layer, parameter));
            let slope = |of: fn(f64, f64) -> f64| {
                d.left.zip_map(&d.right, of).zip_map(&beside.gradient, of)
            };
            [slope(f64::min), slope(f64::max), d.error.zip_map(&beside.error, f64::max)]
        };
        let sum = |[l, h, e]: [Matrix; 3], [low, high, error]: [Matrix; 3]| {
            [l + low, h + high, e + error]
        };
        let sums = (0..self.x.rows()).map(slopes).reduce(sum).expect("a sample");
        let [low, high, error] = sums.map(|sum| sum / self.x.rows() as f64);
        let error = error + (&high - &low) * MARGIN;
        [low, high, error]
    }

    /// For one sample: the network with every unit that is near its kink moved away from it, to the
    /// side on which it is; 0 counts as below, as in φ′(0) = 0.
    fn away_from_kinks(&self) -> Network {
        let (trace, mut away) = (self.network.forward(self.x), self.network.clone());
        let kinked = |phi: Activation| {
            let slopes = difference(&Matrix::zeros(1, 2), |z| phi.apply(z)[(0, 0)]);
            slopes.left[(0, 0)] != slopes.right[(0, 0)]
        };
        for l in (1..=self.network.depth()).filter(|&l| kinked(self.network.layer(l).activation)) {
            let moved = away.forward(self.x).z(l).clone();
            for (j, &z) in trace.z(l).row(0).iter().enumerate().filter(|(_, z)| z.abs() < NEAR) {
                let goal = if z > 0.0 { NEAR } else { -NEAR };
                away.layer_mut(l).biases[(0, j)] += goal - moved[(0, j)];
            }
        }
        away
    }

    fn parameter(&mut self, layer: usize, parameter: Parameter) -> &mut Matrix {
        let layer = self.network.layer_mut(layer);
        match parameter {
            Parameter::Weight => &mut layer.weights,
            Parameter::Bias => &mut layer.biases,
        }
    }
}
