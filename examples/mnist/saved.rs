//! A network as text, and back, bit for bit.
//!
//! ```text
//! backprop network 1
//! loss BinaryCrossEntropy
//! weight_decay 0.0
//! layers 1
//! layer 1 units 2 inputs 3 activation Sigmoid
//! weights
//! 0.5 -1.25 3.0
//! 1.0 0.0 1e-300
//! biases
//! 0.0 -0.0
//! end
//! ```
//!
//! Each number has the fewest digits that give back the same bits. R (`scan`) and NumPy
//! (`loadtxt`) read the lines of numbers as they are: one row per unit, as in `nn.Linear`.

use std::fmt::Debug;

use backprop::{Activation, Error, Layer, Loss, Matrix, Network};

const FIRST_LINE: &str = "backprop network 1";

/// The network as text.
pub fn write(network: &Network) -> String {
    let (loss, lambda) = (network.loss_function(), network.weight_decay());
    let mut text = format!("{FIRST_LINE}\nloss {loss:?}\nweight_decay {lambda:?}\n");
    text += &format!("layers {}\n", network.depth());
    for (l, layer) in (1..).zip(network.layers()) {
        let ((units, inputs), phi) = (layer.weights.shape(), layer.activation);
        text += &format!("layer {l} units {units} inputs {inputs} activation {phi:?}\n");
        text += &format!("weights\n{}biases\n{}", rows(&layer.weights), rows(&layer.biases));
    }
    text + "end\n"
}

fn rows(m: &Matrix) -> String {
    let row = |i| m.row(i).iter().map(|a| format!("{a:?}")).collect::<Vec<_>>().join(" ") + "\n";
    (0..m.rows()).map(row).collect()
}

/// The network that [`write`] has written. A damaged text is refused with its line.
pub fn read(text: &str) -> Result<Network, Error> {
    let mut text = Reader { lines: text.trim_start_matches('\u{feff}').lines(), number: 0 };
    text.line(FIRST_LINE, |rest| rest.is_empty().then_some(()))?;
    let loss = text.line("loss ", |word| named(&Loss::ALL, word))?;
    let lambda = text.line("weight_decay ", |word| word.parse().ok())?;
    let depth: usize = text.line("layers ", |word| word.parse().ok())?;
    let layers = (1..=depth).map(|l| text.layer(l)).collect::<Result<_, _>>()?;
    text.line("end", |rest| rest.is_empty().then_some(()))?;
    match text.lines.find(|line| !line.trim().is_empty()) {
        Some(line) => Err(format!("after the end is {:?}, expected nothing", short(line)).into()),
        None => Network::from_layers(layers, loss)?.with_weight_decay(lambda),
    }
}

struct Reader<'a> {
    lines: std::str::Lines<'a>,
    number: usize,
}

impl Reader<'_> {
    /// What `read` makes of the rest of a line that begins so.
    fn line<T>(&mut self, start: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Error> {
        self.number += 1;
        let (n, line) = (self.number, self.lines.next());
        let rest = line.and_then(|line| line.trim_end().strip_prefix(start));
        rest.and_then(read).ok_or_else(|| match line {
            Some(line) => format!("line {n} is {:?}, expected \"{start}…\"", short(line)).into(),
            None => format!("the text ends before line {n}, expected \"{start}…\"").into(),
        })
    }

    fn layer(&mut self, l: usize) -> Result<Layer, Error> {
        let sizes = |rest: &str| match rest.split(' ').collect::<Vec<_>>()[..] {
            [units, "inputs", inputs, "activation", phi] => {
                Some((units.parse().ok()?, inputs.parse().ok()?, named(&Activation::ALL, phi)?))
            }
            _ => None,
        };
        let (units, inputs, activation) = self.line(&format!("layer {l} units "), sizes)?;
        let [weights, biases] = [("weights", units, inputs), ("biases", 1, units)].map(|block| {
            self.line(block.0, |rest| rest.is_empty().then_some(()))?;
            let row = |_| self.line("", |line| numbers(line, block.2));
            let rows = (0..block.1).map(row).collect::<Result<Vec<_>, Error>>()?;
            Ok::<_, Error>(Matrix::from_vec(block.1, block.2, rows.concat()))
        });
        Ok(Layer { weights: weights?, biases: biases?, activation })
    }
}

/// So many finite numbers.
fn numbers(line: &str, n: usize) -> Option<Vec<f64>> {
    let finite = |word: &str| word.parse().ok().filter(|number: &f64| number.is_finite());
    let numbers: Option<Vec<f64>> = line.split_ascii_whitespace().map(finite).collect();
    numbers.filter(|numbers| numbers.len() == n)
}

/// The item that is printed so.
fn named<T: Copy + Debug>(all: &[T], name: &str) -> Option<T> {
    all.iter().copied().find(|item| format!("{item:?}") == name)
}

fn short(line: &str) -> String {
    line.chars().take(60).collect()
}
