//! A network of the reader's own functions, with a batch, and what the reader's blanks make of it.

use backprop::{Matrix, Rng};

use super::difference::derivative;
use super::evidence::{Evidence, Fault, call, hold, shape};
use super::mistake::Mistake;
use super::{Blanks, Function, Gradient, Layer, Trace};

pub struct Case<'a> {
    pub blanks: &'a Blanks,
    pub layers: Vec<Layer>,
    pub x: Matrix,
    pub t: Matrix,
}

impl<'a> Case<'a> {
    /// Layers of these sizes, tanh and ReLU in turn and at last a sigmoid, and so many samples.
    pub fn new(blanks: &'a Blanks, sizes: &[usize], samples: usize) -> Self {
        Self::with(blanks, sizes, samples, (blanks.relu, blanks.relu_backward))
    }

    /// As [`Case::new`], with tanh for ReLU.
    pub fn smooth(blanks: &'a Blanks, sizes: &[usize], samples: usize) -> Self {
        Self::with(blanks, sizes, samples, (blanks.tanh, blanks.tanh_backward))
    }

    fn with(
        blanks: &'a Blanks,
        sizes: &[usize],
        samples: usize,
        second: (Function, Function),
    ) -> Self {
        let mut rng = Rng::new(7);
        let mut draw = |rows, cols| Matrix::from_fn(rows, cols, |_, _| 2.0 * rng.uniform() - 1.0);
        let last = sizes.len() - 1;
        let functions = |l| match l {
            l if l == last => (blanks.sigmoid, blanks.sigmoid_backward),
            l if l % 2 == 1 => (blanks.tanh, blanks.tanh_backward),
            _ => second,
        };
        let mut layer = |l: usize| {
            let (phi, phi_prime) = functions(l);
            Layer {
                weights: draw(sizes[l], sizes[l - 1]),
                biases: draw(1, sizes[l]),
                phi,
                phi_prime,
            }
        };
        let layers = (1..=last).map(&mut layer).collect();
        let x = draw(samples, sizes[0]);
        let t = draw(samples, sizes[last]).map(|t| 0.5 + t / 2.0);
        Self { blanks, layers, x, t }
    }

    /// The first sample alone.
    pub fn of_one(&self) -> Self {
        let first = |m: &Matrix| m.select_rows(&[0]);
        Self {
            blanks: self.blanks,
            layers: self.layers.clone(),
            x: first(&self.x),
            t: first(&self.t),
        }
    }

    /// The reader's forward pass through these layers.
    pub fn trace(&self, layers: &[Layer], x: &Matrix) -> Result<Trace, Fault> {
        let trace = named(layers, x, 0.0, call(|| (self.blanks.forward)(layers, x)))?;
        let (z, y, needed) = (trace.z.len(), trace.y.len(), layers.len() + 1);
        hold(z == needed && y == needed, || {
            let told = format!(
                "through {} layers: afterwards z holds {z} matrices, y holds {y}",
                layers.len()
            );
            format!("{told}, but both need {needed}: Trace::new(x), then a push for each layer")
        })?;
        Ok(trace)
    }

    /// The reader's `ℰ` of the reader's output.
    pub fn loss(&self, layers: &[Layer]) -> Result<f64, Fault> {
        self.loss_of(&self.trace(layers, &self.x)?.y[layers.len()])
    }

    pub fn loss_of(&self, y: &Matrix) -> Result<f64, Fault> {
        call(|| (self.blanks.binary_cross_entropy)(&self.t, y))
    }

    /// The reader's gradient, if all its shapes are right.
    pub fn gradients(&self, weight_decay: f64) -> Result<Vec<Gradient>, Fault> {
        let trace = self.trace(&self.layers, &self.x)?;
        let found = call(|| (self.blanks.backward)(&self.layers, &trace, &self.t, weight_decay));
        let found = found.and_then(|found| self.shapes(&found).map(|()| found));
        named(&self.layers, &self.x, weight_decay, found)
    }

    #[rustfmt::skip]
    fn shapes(&self, found: &[Gradient]) -> Result<(), Fault> {
        let (given, needed, samples) = (found.len(), self.layers.len(), self.x.rows());
        hold(given == needed, || format!("it gives gradients of {given} layers, but there are {needed}"))?;
        let fits = |(layer, gradient): (&Layer, &Gradient)| layer.weights.shape() == gradient.weights.shape();
        let reversed = self.layers.iter().zip(found.iter().rev()).all(fits);
        for (l, (layer, gradient)) in (1..).zip(self.layers.iter().zip(found)) {
            let (w, b) = (&gradient.weights, &gradient.biases);
            if !fits((layer, gradient)) && reversed {
                return Err(Evidence::of(None, "the gradients are there from the last layer to the first".to_string()));
            }
            if !fits((layer, gradient)) && w.transpose().shape() == layer.weights.shape() {
                let ((m, n), (p, q)) = (w.shape(), layer.weights.shape());
                let told = format!("∇W of layer {l} is {m} × {n}, but must be {p} × {q}, like W");
                return Err(Evidence::of(Some(Mistake::TransposedOuterProduct), told));
            }
            shape(&format!("∇W of layer {l}"), w, layer.weights.shape(), "like W")?;
            let like = match b.shape() {
                shape if shape == (samples, layer.biases.cols()) => Some(Mistake::BiasPerSample),
                shape if shape == (1, samples) || shape == (samples, 1) => Some(Mistake::BiasOverWrongAxis),
                _ => None,
            };
            shape(&format!("∇b of layer {l}"), b, layer.biases.shape(), "like b").map_err(|fault| match fault {
                Fault::Wrong(Evidence { told, .. }) => Evidence::of(like, told),
                other => other,
            })?;
        }
        Ok(())
    }

    /// By what the reader's training step has moved everything, divided by the learning rate, and what it returned.
    pub fn moved(
        &self,
        learning_rate: f64,
        weight_decay: f64,
    ) -> Result<(Vec<Gradient>, f64), Fault> {
        let mut layers = self.layers.clone();
        let train = || {
            (self.blanks.train_on_batch)(&mut layers, &self.x, &self.t, learning_rate, weight_decay)
        };
        let loss = named(&self.layers, &self.x, weight_decay, call(train))?;
        let mut result = Vec::new();
        for (before, after) in self.layers.iter().zip(&layers) {
            shape("W, after the step,", &after.weights, before.weights.shape(), "as before")?;
            shape("b, after the step,", &after.biases, before.biases.shape(), "as before")?;
            let by = |before: &Matrix, after: &Matrix| &(before - after) * learning_rate.recip();
            let (weights, biases) =
                (by(&before.weights, &after.weights), by(&before.biases, &after.biases));
            result.push(Gradient { weights, biases });
        }
        Ok((result, loss))
    }

    /// The gradient of a number that depends on the layers, by difference quotients.
    pub fn quotients(
        &self,
        f: impl Fn(&[Layer]) -> Result<f64, Fault>,
    ) -> Result<Vec<Gradient>, Fault> {
        let mut result = Vec::new();
        for at in 0..self.layers.len() {
            let quotient = |part: fn(&mut Layer) -> &mut Matrix| {
                let mut entries = part(&mut self.layers[at].clone()).clone();
                for k in 0..entries.as_slice().len() {
                    entries.as_mut_slice()[k] = derivative(|h| {
                        let mut layers = self.layers.clone();
                        part(&mut layers[at]).as_mut_slice()[k] += h;
                        f(&layers)
                    })?;
                }
                Ok(entries)
            };
            let (weights, biases) =
                (quotient(|layer| &mut layer.weights)?, quotient(|layer| &mut layer.biases)?);
            result.push(Gradient { weights, biases });
        }
        Ok(result)
    }
}

/// A fault is told with the network that it came of.
fn named<T>(
    layers: &[Layer],
    x: &Matrix,
    weight_decay: f64,
    result: Result<T, Fault>,
) -> Result<T, Fault> {
    result.map_err(|fault| match fault {
        Fault::Wrong(Evidence { told, mistake }) => {
            let units = layers.iter().map(|layer| format!("-{}", layer.biases.cols()));
            let decay =
                if weight_decay > 0.0 { format!(", λ = {weight_decay}") } else { String::new() };
            let network = format!("{}{}", x.cols(), units.collect::<String>());
            Evidence::of(mistake, format!("{told} (network {network}, N = {}{decay})", x.rows()))
        }
        other => other,
    })
}
