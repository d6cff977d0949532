//! The steps of the derivation: an equation, its matrices, and the line of code that it becomes.

use backprop::{Activation, Matrix};

use super::numbers::{Numbers, largest, phi_name, shade, show};
use super::source::{ACTIVATION, NETWORK, OUTPUT, Quote};
use crate::support::svg::escape;
use crate::support::svg::superscript;

/// What happens at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Sample,
    /// `zˡ`.
    Z(usize),
    /// `yˡ`.
    Y(usize),
    Loss,
    /// `δᴸ`.
    Last,
    /// `δˡ⁺¹Wˡ⁺¹`, for the layer `l` below.
    Down(usize),
    /// `φ′(zˡ)`.
    Gate(usize),
    /// `δˡ`.
    Delta(usize),
    GradW(usize),
    GradB(usize),
}

/// All steps of a network with so many layers, in their order.
pub fn moments(depth: usize) -> Vec<Moment> {
    let mut all = vec![Moment::Sample];
    all.extend((1..=depth).flat_map(|l| [Moment::Z(l), Moment::Y(l)]));
    all.extend([Moment::Loss, Moment::Last]);
    all.extend((1..depth).rev().flat_map(|l| [Moment::Down(l), Moment::Gate(l), Moment::Delta(l)]));
    all.extend((1..=depth).map(Moment::GradW));
    all.extend((1..=depth).map(Moment::GradB));
    all
}

/// The place of a moment among the steps.
pub fn at(depth: usize, moment: Moment) -> usize {
    moments(depth).iter().position(|other| *other == moment).expect("a step of this network")
}

/// A card: what is told of a step.
struct Card {
    /// The number of the equation, or nothing.
    number: &'static str,
    rule: String,
    words: String,
    /// Matrices and the signs between them.
    row: Vec<String>,
    quotes: Vec<Quote>,
}

/// All cards.
pub fn cards(numbers: &Numbers) -> String {
    let depth = numbers.network.depth();
    moments(depth).into_iter().map(|moment| html(&card(numbers, moment))).collect()
}

fn html(Card { number, rule, words, row, quotes }: &Card) -> String {
    let name = format!("{number} {rule}");
    let quotes: String = quotes.iter().map(quote).collect();
    format!(
        "<article class=\"step\" data-name=\"{}\">\n<h2>{} {}</h2>\n<p>{words}</p>\n\
         <div class=\"row\">{}</div>\n{quotes}</article>\n",
        escape(name.trim()),
        if number.is_empty() { String::new() } else { format!("<b>{number}</b>") },
        escape(rule),
        row.join("\n"),
    )
}

fn quote(Quote { file, line, comment, code }: &Quote) -> String {
    let comment =
        if comment.is_empty() { String::new() } else { format!("<i>{}</i>\n", escape(comment)) };
    format!(
        "<p class=\"where\">{file}, line {line}</p><pre><code>{comment}{}</code></pre>\n",
        escape(code)
    )
}

fn card(numbers: &Numbers, moment: Moment) -> Card {
    match moment {
        Moment::Sample => sample(numbers),
        Moment::Z(l) => z(numbers, l),
        Moment::Y(l) => y(numbers, l),
        Moment::Loss => loss(numbers),
        Moment::Last => last(numbers),
        Moment::Down(l) => down(numbers, l),
        Moment::Gate(l) => gate(numbers, l),
        Moment::Delta(l) => delta(numbers, l),
        Moment::GradW(l) => grad_w(numbers, l),
        Moment::GradB(l) => grad_b(numbers, l),
    }
}

fn sample(numbers: &Numbers) -> Card {
    let (network, trace) = (numbers.network, numbers.trace);
    Card {
        number: "",
        rule: "the sample".into(),
        words: format!(
            "One sample is a row. The loss is {:?}, λ = {}. What follows is one pass forwards and \
             one pass backwards.",
            network.loss_function(),
            show(network.weight_decay())
        ),
        row: vec![matrix("x = y⁰", trace.y(0)), matrix("t", numbers.t)],
        quotes: vec![NETWORK.within("pub fn forward", "let mut trace")],
    }
}

fn z(numbers: &Numbers, l: usize) -> Card {
    let (layer, up, below) = (numbers.network.layer(l), superscript(l), superscript(l - 1));
    Card {
        number: "(9)",
        rule: format!("z{up} = y{below} (W{up})ᵀ + b{up}"),
        words: format!("What the units of layer {l} sum up: a row of W{up} for each unit."),
        row: vec![
            matrix(&format!("y{below}"), numbers.trace.y(l - 1)),
            sign("·"),
            matrix(&format!("(W{up})ᵀ"), &layer.weights.transpose()),
            sign("+"),
            matrix(&format!("b{up}"), &layer.biases),
            sign("="),
            result(&format!("z{up}"), numbers.trace.z(l)),
        ],
        quotes: vec![NETWORK.below("(9)")],
    }
}

fn y(numbers: &Numbers, l: usize) -> Card {
    let (phi, up) = (numbers.network.layer(l).activation, superscript(l));
    let name = phi_name(phi);
    let apply = format!("Activation::{phi:?} =>");
    Card {
        number: "(10)",
        rule: format!("y{up} = {name}(z{up})"),
        words: format!("What the units of layer {l} give out."),
        row: vec![
            sign(&name),
            matrix(&format!("z{up}"), numbers.trace.z(l)),
            sign("="),
            result(&format!("y{up}"), numbers.trace.y(l)),
        ],
        quotes: vec![NETWORK.below("(10)"), ACTIVATION.within("pub fn apply", &apply)],
    }
}

fn loss(numbers: &Numbers) -> Card {
    let (network, error) = (numbers.network, numbers.error());
    let whole = network.loss(numbers.trace, numbers.t);
    let number = |a| Matrix::row_vector(&[a]);
    Card {
        number: "(11)",
        rule: "ℒ = ℰ + λ/2 · Σ ‖W‖²".into(),
        words: "The error of the output, and the decay of all weights.".into(),
        row: vec![
            matrix("ℰ", &number(error)),
            sign("+"),
            matrix("λ/2 · Σ ‖W‖²", &number(whole - error)),
            sign("="),
            result("ℒ", &number(whole)),
        ],
        quotes: vec![NETWORK.below("(11)")],
    }
}

fn last(numbers: &Numbers) -> Card {
    let (l, t) = (numbers.network.depth(), numbers.t);
    let up = superscript(l);
    Card {
        number: "(5)",
        rule: format!("δ{up} = ∇_y ℰ ⊙ φ′(z{up}) = y{up} − t"),
        words: "Now backwards. Sigmoid and binary cross-entropy are a pair whose derivatives \
                cancel, (16): what is left is the output minus the target."
            .into(),
        row: vec![
            matrix(&format!("y{up}"), numbers.trace.y(l)),
            sign("−"),
            matrix("t", t),
            sign("="),
            result(&format!("δ{up}"), &numbers.deltas[l - 1]),
        ],
        quotes: vec![
            NETWORK.below("(5)"),
            OUTPUT.within("(_, Loss::BinaryCrossEntropy) |", "y.zip_map"),
        ],
    }
}

fn down(numbers: &Numbers, l: usize) -> Card {
    let (up, below) = (superscript(l + 1), superscript(l));
    Card {
        number: "(6)",
        rule: format!("∇_y{below} ℰ = δ{up}W{up}"),
        words: format!(
            "Each output of layer {l} acts through every unit of layer {}: a sum over all paths.",
            l + 1
        ),
        row: vec![
            matrix(&format!("δ{up}"), &numbers.deltas[l]),
            sign("·"),
            matrix(&format!("W{up}"), &numbers.network.layer(l + 1).weights),
            sign("="),
            result(&format!("δ{up}W{up}"), &numbers.grad_ys[l - 1]),
        ],
        quotes: vec![NETWORK.below("(6)")],
    }
}

fn gate(numbers: &Numbers, l: usize) -> Card {
    let (phi, z, below) = (numbers.network.layer(l).activation, numbers.trace.z(l), superscript(l));
    if phi == Activation::Softmax {
        return Card {
            number: "(15)",
            rule: format!("J = ∂y{below}/∂z{below}"),
            words: "Softmax couples all entries of its row: no gate for each unit, but a matrix. \
                    The code applies it without forming it."
                .into(),
            row: vec![result(&format!("J{below}"), &numbers.jacobian(l))],
            quotes: vec![ACTIVATION.below("(15)")],
        };
    }
    let slope = format!("Activation::{phi:?} =>");
    Card {
        number: "(6)",
        rule: format!("the gate φ′(z{below})"),
        words: "How much of it each unit lets through: the slope of its activation at z, not at y."
            .into(),
        row: vec![
            sign(&format!("{}′", phi_name(phi))),
            matrix(&format!("z{below}"), z),
            sign("="),
            result(&format!("φ′(z{below})"), &phi.derivative(z)),
        ],
        quotes: vec![ACTIVATION.within("pub fn derivative", &slope)],
    }
}

fn delta(numbers: &Numbers, l: usize) -> Card {
    let (phi, up, below) =
        (numbers.network.layer(l).activation, superscript(l + 1), superscript(l));
    let softmax = phi == Activation::Softmax;
    let (rule, by, what, with) = if softmax {
        (format!("δ{below} = δ{up}W{up} · J{below}"), "·", format!("J{below}"), numbers.jacobian(l))
    } else {
        let name = format!("φ′(z{below})");
        (format!("δ{below} = (δ{up}W{up}) ⊙ {name}"), "⊙", name, phi.derivative(numbers.trace.z(l)))
    };
    let inner = if softmax { ACTIVATION.below("(15)") } else { ACTIVATION.below("(5), (6)") };
    Card {
        number: "(6)",
        rule,
        words: format!("How the loss changes with each z of layer {l}."),
        row: vec![
            matrix(&format!("δ{up}W{up}"), &numbers.grad_ys[l - 1]),
            sign(by),
            matrix(&what, &with),
            sign("="),
            result(&format!("δ{below}"), &numbers.deltas[l - 1]),
        ],
        quotes: vec![NETWORK.below("(6)"), inner],
    }
}

fn grad_w(numbers: &Numbers, l: usize) -> Card {
    let (up, below, lambda) = (superscript(l), superscript(l - 1), numbers.network.weight_decay());
    Card {
        number: "(7)",
        rule: format!("∇W{up} = δ{up} ⊗ y{below} + λW{up}"),
        words: "δ of the unit where a weight ends, times y of the unit where it begins; and its \
                decay."
            .into(),
        row: vec![
            matrix(&format!("δ{up}"), &numbers.deltas[l - 1]),
            sign("⊗"),
            matrix(&format!("y{below}"), numbers.trace.y(l - 1)),
            sign(&format!("+ {} ·", show(lambda))),
            matrix(&format!("W{up}"), &numbers.network.layer(l).weights),
            sign("="),
            result(&format!("∇W{up}"), numbers.gradients.weights(l)),
        ],
        quotes: vec![NETWORK.below("(7)")],
    }
}

fn grad_b(numbers: &Numbers, l: usize) -> Card {
    let up = superscript(l);
    Card {
        number: "(8)",
        rule: format!("∇b{up} = δ{up}"),
        words: "A bias enters z with the factor 1, so its derivative is δ.".into(),
        row: vec![
            matrix(&format!("δ{up}"), &numbers.deltas[l - 1]),
            sign("="),
            result(&format!("∇b{up}"), numbers.gradients.biases(l)),
        ],
        quotes: vec![NETWORK.below("(8)")],
    }
}

/// A sign between two matrices.
fn sign(text: &str) -> String {
    format!("<span>{}</span>", escape(text))
}

/// A matrix that a step uses.
fn matrix(name: &str, matrix: &Matrix) -> String {
    table(name, matrix, "")
}

/// A matrix that a step finds, with all its digits for those who want to compare.
fn result(name: &str, matrix: &Matrix) -> String {
    let exact: Vec<String> = matrix.as_slice().iter().map(f64::to_string).collect();
    let attributes =
        format!(" class=\"new\" data-name=\"{}\" data-exact=\"{}\"", escape(name), exact.join(" "));
    table(name, matrix, &attributes)
}

fn table(name: &str, matrix: &Matrix, attributes: &str) -> String {
    let most = largest(matrix);
    let cell = |&a: &f64| format!("<td class=\"{}\">{}</td>", shade(a, most), show(a));
    let row = |i| format!("<tr>{}</tr>", matrix.row(i).iter().map(cell).collect::<String>());
    let rows: String = (0..matrix.rows()).map(row).collect();
    let (m, n) = matrix.shape();
    format!(
        "<table{attributes}><caption>{} <small>{m} × {n}</small></caption>{rows}</table>",
        escape(name)
    )
}
