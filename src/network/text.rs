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

use std::fmt::{self, Debug};
use std::str::{FromStr, Lines};

use super::{Activation, Error, Layer, Loss, Matrix, Network, require};

const FIRST_LINE: &str = "backprop network 1";

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}\nloss {:?}\nweight_decay {:?}", self.loss, self.weight_decay)?;
        writeln!(f, "layers {}", self.depth())?;
        for (l, layer) in (1..).zip(&self.layers) {
            let ((units, inputs), activation) = (layer.weights.shape(), layer.activation);
            writeln!(f, "layer {l} units {units} inputs {inputs} activation {activation:?}")?;
            write_rows(f, "weights", &layer.weights)?;
            write_rows(f, "biases", &layer.biases)?;
        }
        writeln!(f, "end")
    }
}

fn write_rows(f: &mut fmt::Formatter, title: &str, matrix: &Matrix) -> fmt::Result {
    writeln!(f, "{title}")?;
    for i in 0..matrix.rows() {
        let numbers: Vec<String> =
            matrix.row(i).iter().map(|number| format!("{number:?}")).collect();
        writeln!(f, "{}", numbers.join(" "))?;
    }
    Ok(())
}

/// Reads what `Display` has written. What it cannot read is refused with the line, or the layer, and what
/// that should be.
///
/// ```
/// use backprop::{Activation, Initialization, Loss, Network, Rng};
///
/// let layers = [(3, Activation::Tanh), (1, Activation::Identity)];
/// let network = Network::new(2, &layers, Loss::MeanSquaredError, Initialization::default(), &mut Rng::new(1))?;
/// assert_eq!(network.to_string().parse(), Ok(network));
/// # Ok::<(), backprop::Error>(())
/// ```
impl FromStr for Network {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut reader = Reader { lines: text.lines(), number: 0 };
        reader.exactly(FIRST_LINE)?;
        let losses = format!("one of {:?}", Loss::ALL);
        let loss = reader.word("loss", &losses, |word| item(&Loss::ALL, word))?;
        let decay = "a finite number that is at least 0";
        let weight_decay = reader.word("weight_decay", decay, |word| {
            word.parse().ok().filter(|lambda: &f64| *lambda >= 0.0 && lambda.is_finite())
        })?;
        let depth: usize = reader.word("layers", "a whole number", |word| word.parse().ok())?;
        let layers = (1..=depth).map(|l| reader.layer(l)).collect::<Result<_, _>>()?;
        reader.exactly("end")?;
        let rest: String = reader.lines.map(str::trim).flat_map(str::chars).take(60).collect();
        require(rest.is_empty(), || {
            format!("after the line \"end\" stands {rest:?}, but nothing may")
        })?;
        Self::from_layers(layers, loss)?.with_weight_decay(weight_decay)
    }
}

/// The lines of a text, counted from 1.
struct Reader<'a> {
    lines: Lines<'a>,
    number: usize,
}

impl<'a> Reader<'a> {
    fn line(&mut self, expected: &str) -> Result<&'a str, Error> {
        self.number += 1;
        let line = self.lines.next().map(str::trim_end);
        line.ok_or_else(|| {
            format!("the text ends before line {}, but {expected} should follow", self.number)
                .into()
        })
    }

    fn wrong(&self, found: &str, expected: &str) -> Error {
        let found: String = found.chars().take(60).collect();
        format!("line {} is {found:?}, but must be {expected}", self.number).into()
    }

    fn exactly(&mut self, expected: &str) -> Result<(), Error> {
        let line = self.line(&format!("{expected:?}"))?;
        require(line == expected, || self.wrong(line, &format!("{expected:?}")).to_string())
    }

    /// `KEY WORD`; `read` gives `None` for a word that is not `what`.
    fn word<T>(
        &mut self,
        key: &str,
        what: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Error> {
        let expected = format!("\"{key} \" and {what}");
        let line = self.line(&expected)?;
        let word = line.strip_prefix(key).and_then(|rest| rest.strip_prefix(' '));
        word.and_then(read).ok_or_else(|| self.wrong(line, &expected))
    }

    /// So many finite numbers.
    fn numbers(&mut self, count: usize) -> Result<Vec<f64>, Error> {
        let expected = format!("{count} finite numbers");
        let line = self.line(&expected)?;
        let finite = |word: &str| word.parse().ok().filter(|number: &f64| number.is_finite());
        let numbers: Option<Vec<f64>> = line.split_ascii_whitespace().map(finite).collect();
        numbers.filter(|numbers| numbers.len() == count).ok_or_else(|| self.wrong(line, &expected))
    }

    fn layer(&mut self, l: usize) -> Result<Layer, Error> {
        let activations = Activation::ALL;
        let expected =
            format!("\"layer {l} units … inputs … activation …\", one of {activations:?}");
        let line = self.line(&expected)?;
        let words: Vec<&str> = line.split(' ').collect();
        let parts = match words[..] {
            ["layer", number, "units", units, "inputs", inputs, "activation", name]
                if number == l.to_string() =>
            {
                units.parse().ok().zip(inputs.parse().ok()).zip(item(&activations, name))
            }
            _ => None,
        };
        let ((units, inputs), activation) = parts.ok_or_else(|| self.wrong(line, &expected))?;
        let weights = self.matrix("weights", units, inputs)?;
        let biases = self.matrix("biases", 1, units)?;
        Ok(Layer { weights, biases, activation })
    }

    /// A title, then the rows. Grows with the text, whatever sizes it claims.
    fn matrix(&mut self, title: &str, rows: usize, cols: usize) -> Result<Matrix, Error> {
        self.exactly(title)?;
        let data = (0..rows).map(|_| self.numbers(cols)).collect::<Result<Vec<_>, _>>()?;
        Ok(Matrix::from_vec(rows, cols, data.concat()))
    }
}

/// The item of this name.
fn item<T: Copy + Debug>(all: &[T], name: &str) -> Option<T> {
    all.iter().copied().find(|item| format!("{item:?}") == name)
}
