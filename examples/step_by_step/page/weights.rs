//! One weight at a time: its derivative, the paths from it to the loss, the difference quotient
//! beside it, and what the classic mistakes would have given.

use backprop::{Activation, Gradients, Matrix};

use super::mistakes::Mistake;
use super::numbers::{Numbers, entry, factor, show, subscript, weight_name};
use crate::support::svg::minus;
use crate::support::svg::superscript;

/// A way from a `z` to the loss: its name, and the slopes of its steps.
#[derive(Clone)]
struct Way {
    name: String,
    factors: Vec<f64>,
    product: f64,
}

/// The strongest ways from one `z`, and how many there are in all.
#[derive(Clone)]
struct Ways {
    strongest: Vec<Way>,
    count: u64,
}

/// What the panels share.
struct Panels<'a> {
    numbers: &'a Numbers<'a>,
    /// For each layer and unit.
    ways: Vec<Vec<Ways>>,
    mistakes: Vec<(Mistake, Gradients)>,
    /// Whether each panel has to be short.
    many: bool,
}

/// Of more weights than these, a panel has the strongest path and the mistakes that matter.
const MANY: usize = 100;

/// Which weight a panel or an edge is about, as it is written in the page.
pub fn id(l: usize, i: usize, j: usize) -> String {
    format!("w{l}-{}-{}", i + 1, j + 1)
}

/// A weight with its place, value and derivative, for those who cannot see the picture.
pub fn label(numbers: &Numbers, l: usize, i: usize, j: usize) -> String {
    let from = match l {
        1 => format!("x{}", subscript(j + 1)),
        _ => format!("unit {} of layer {}", j + 1, l - 1),
    };
    format!(
        "{}, from {from} to unit {} of layer {l}, derivative {}",
        short_label(numbers, l, i, j),
        i + 1,
        show(numbers.gradients.weights(l)[(i, j)])
    )
}

/// A weight and its value.
pub fn short_label(numbers: &Numbers, l: usize, i: usize, j: usize) -> String {
    let w = numbers.network.layer(l).weights[(i, j)];
    format!("{}{} = {}", weight_name(i, j), superscript(l), show(w))
}

/// The choice of a weight, for the keyboard.
pub fn options(numbers: &Numbers) -> String {
    let option = |(l, i, j)| {
        format!("<option value=\"{}\">{}</option>\n", id(l, i, j), label(numbers, l, i, j))
    };
    all(numbers).into_iter().map(option).collect()
}

/// A panel for each weight.
pub fn panels(numbers: &Numbers) -> String {
    let weights = all(numbers);
    let many = weights.len() > MANY;
    let kept = if many { 1 } else { 6 };
    let mistakes = Mistake::ALL.into_iter().filter(|mistake| mistake.applies(numbers));
    let mistakes = mistakes.map(|mistake| (mistake, mistake.gradients(numbers))).collect();
    let panels = Panels { numbers, ways: ways(numbers, kept), mistakes, many };
    weights.into_iter().map(|weight| panels.panel(weight)).collect()
}

fn all(numbers: &Numbers) -> Vec<(usize, usize, usize)> {
    let network = numbers.network;
    (1..=network.depth())
        .flat_map(|l| {
            let (rows, columns) = network.layer(l).weights.shape();
            (0..rows * columns).map(move |k| (l, k / columns, k % columns))
        })
        .collect()
}

/// From the last layer down: a way from a `z` is a step of φ, a weight, and a way from above.
fn ways(numbers: &Numbers, kept: usize) -> Vec<Vec<Ways>> {
    let last = numbers.network.depth();
    let end = |i: usize| {
        let delta = numbers.deltas[last - 1][(0, i)];
        let way = Way {
            name: format!("{} → ℰ", entry("z", last, i)),
            factors: vec![delta],
            product: delta,
        };
        Ways { strongest: vec![way], count: 1 }
    };
    let mut all = vec![(0..numbers.deltas[last - 1].cols()).map(end).collect::<Vec<Ways>>()];
    for l in (1..last).rev() {
        let jacobian = numbers.jacobian(l);
        let units = (0..jacobian.rows()).map(|i| one_down(numbers, l, i, &jacobian, &all[0], kept));
        all.insert(0, units.collect());
    }
    all
}

fn one_down(
    numbers: &Numbers,
    l: usize,
    i: usize,
    jacobian: &Matrix,
    above: &[Ways],
    kept: usize,
) -> Ways {
    let coupled = numbers.network.layer(l).activation == Activation::Softmax;
    let w = &numbers.network.layer(l + 1).weights;
    let (mut strongest, mut count) = (Vec::new(), 0_u64);
    for b in (0..jacobian.cols()).filter(|&b| b == i || coupled) {
        for (k, ways) in above.iter().enumerate() {
            count = count.saturating_add(ways.count);
            strongest.extend(ways.strongest.iter().map(|way| {
                let (slope, weight) = (jacobian[(i, b)], w[(k, b)]);
                let mut factors = vec![slope, weight];
                factors.extend(&way.factors);
                let name = format!("{} → {} → {}", entry("z", l, i), entry("y", l, b), way.name);
                Way { name, factors, product: slope * weight * way.product }
            }));
        }
    }
    strongest.sort_by(|a: &Way, b: &Way| b.product.abs().total_cmp(&a.product.abs()));
    strongest.truncate(kept);
    Ways { strongest, count }
}

impl Panels<'_> {
    fn panel(&self, (l, i, j): (usize, usize, usize)) -> String {
        let numbers = self.numbers;
        let slope = numbers.gradients.weights(l)[(i, j)];
        let found = numbers.differences[l - 1].gradient[(i, j)];
        format!(
            "<section class=\"weight\" id=\"{}\" data-exact=\"{slope}\" data-difference=\"{found}\">\n\
             {}{}{}{}</section>\n",
            id(l, i, j),
            self.rule(l, i, j),
            self.paths(l, i, j),
            self.difference(l, i, j),
            self.table(l, i, j),
        )
    }

    /// `∂ℒ/∂w = δ y + λ w`, in letters and in numbers.
    fn rule(&self, l: usize, i: usize, j: usize) -> String {
        let numbers = self.numbers;
        let name = weight_name(i, j);
        let (delta, y, w) = (
            numbers.deltas[l - 1][(0, i)],
            numbers.trace.y(l - 1)[(0, j)],
            numbers.network.layer(l).weights[(i, j)],
        );
        let lambda = numbers.network.weight_decay();
        format!(
            "<p class=\"rule\">∂ℒ/∂{name}{} = {} {} + λ {name}{}<br />= {} · {} + {} · {} \
             = <strong>{}</strong></p>\n",
            superscript(l),
            entry("δ", l, i),
            entry("y", l - 1, j),
            superscript(l),
            show(delta),
            factor(y),
            show(lambda),
            factor(w),
            show(numbers.gradients.weights(l)[(i, j)]),
        )
    }

    fn paths(&self, l: usize, i: usize, j: usize) -> String {
        let (ways, y) = (&self.ways[l - 1][i], self.numbers.trace.y(l - 1)[(0, j)]);
        let item = |way: &Way| {
            let factors: Vec<String> = [y].iter().chain(&way.factors).map(|&a| factor(a)).collect();
            let product = show(y * way.product);
            format!("<li>{}<br />{} = {product}</li>", way.name, factors.join(" · "))
        };
        let items: String = ways.strongest.iter().map(item).collect();
        let shown = ways.strongest.len();
        let heading = match ways.count {
            1 => "The one path to the loss".to_string(),
            count if count == shown as u64 => format!("The {count} paths to the loss"),
            count => format!("The strongest {shown} of {count} paths to the loss"),
        };
        let sum = show(self.numbers.deltas[l - 1][(0, i)] * y);
        let (delta, y) = (entry("δ", l, i), entry("y", l - 1, j));
        format!("<h3>{heading}</h3>\n<ol>{items}</ol>\n<p>All together {delta} {y} = {sum}.</p>\n")
    }

    fn difference(&self, l: usize, i: usize, j: usize) -> String {
        let found = &self.numbers.differences[l - 1];
        let [gradient, error] = [&found.gradient, &found.error].map(|m| m[(i, j)]);
        let written = |a: f64| minus(&format!("{a:.9}"));
        format!(
            "<h3>By differences of the loss, (18)</h3>\n<p>{} ± {error:.0e}; \
             backpropagation says {}.</p>\n",
            written(gradient),
            written(self.numbers.gradients.weights(l)[(i, j)]),
        )
    }

    /// What the mistakes give; those that matter first.
    fn table(&self, l: usize, i: usize, j: usize) -> String {
        let right = self.numbers.gradients.weights(l)[(i, j)];
        let (mut wrong_rows, mut same_rows) = (String::new(), String::new());
        for (mistake, gradients) in &self.mistakes {
            let wrong = gradients.weights(l)[(i, j)];
            let said = match mistake.harmless(self.numbers, l) {
                Some(why) => why,
                None if (wrong - right).abs() <= 1e-12 * right.abs() => "the same here".into(),
                None => {
                    let exact = format!(" data-mistake=\"{mistake:?}\" data-exact=\"{wrong}\"");
                    let exact = if self.many { "" } else { &exact };
                    let (name, wrong) = (mistake.name(), show(wrong));
                    wrong_rows +=
                        &format!("<tr><td>{name}</td><td{exact}><b>{wrong}</b></td></tr>\n");
                    continue;
                }
            };
            same_rows += &format!("<tr><td>{}</td><td>{said}</td></tr>\n", mistake.name());
        }
        same_rows += "<tr><td>a sum for a mean; 1/N twice; the decay once per sample</td>\
                      <td>the same: N = 1</td></tr>\n";
        if self.many {
            same_rows = "<tr><td>the others</td><td>the same here</td></tr>\n".into();
        }
        let heading = "With a classic mistake it would be";
        format!("<h3>{heading}</h3>\n<table class=\"mistakes\">{wrong_rows}{same_rows}</table>\n")
    }
}
