//! The network as a picture that fills step by step: units with z, y, φ′ and δ, edges with their
//! weights, and arrows of δ back, as wide as they are large.

use backprop::{Activation, Matrix};

use super::numbers::{Numbers, entry, phi_name, shade, show, subscript};
use super::steps::{self, Moment};
use super::weights;
use crate::support::svg::superscript;
use crate::support::svg::{MIDDLE, escape, minus, moved, polygon, polyline, px, rect, text};

type Point = (f64, f64);

/// Of wider networks heat maps are drawn.
const MOST: usize = 4;
/// Half a unit, and half an input or a loss.
const UNIT: Point = (57.0, 41.0);
const SMALL: Point = (44.0, 17.0);
/// Between two rows of units.
const GAP: f64 = 104.0;
/// Room for the names of the layers.
const LEFT: f64 = 56.0;

/// A drawing whose parts belong to steps.
struct Drawing<'a> {
    numbers: &'a Numbers<'a>,
    sizes: Vec<usize>,
    /// From unit to unit.
    apart: f64,
    /// The largest `|δᵢ wᵢⱼ|` or `|δᵢ|`: the widest arrow.
    widest: f64,
}

/// The picture, and what it says to those who see it for the first time.
pub fn diagram(numbers: &Numbers) -> (String, &'static str) {
    let sizes: Vec<usize> =
        (0..=numbers.network.depth()).map(|l| numbers.trace.y(l).cols()).collect();
    if sizes.iter().any(|&size| size > MOST) {
        return (
            maps(numbers),
            "Each map is a W, a row for each unit, with the y that come in \
            above and z, y, φ′ and δ of the units beside it. Blue: positive. Orange: negative. \
            Strong: large. Choose a weight by a click or from the list.",
        );
    }
    let most = sizes.iter().copied().max().unwrap_or(1);
    let apart = if most > 3 { 118.0 } else { 162.0 };
    let sums = numbers.deltas.iter().chain(&numbers.grad_ys).flat_map(Matrix::as_slice);
    let widest = sums.fold(0.0, |max: f64, a| max.max(a.abs()));
    let drawing = Drawing { numbers, sizes, apart, widest };
    (
        drawing.svg(),
        "Down: forwards. Dashed arrows up: δ on its way back, wide where it is large, \
        blue where positive, orange where negative. Click a weight, or reach it with Tab.",
    )
}

impl Drawing<'_> {
    fn svg(&self) -> String {
        let depth = self.numbers.network.depth();
        let most = self.sizes.iter().copied().max().unwrap_or(1) as f64;
        let size = (LEFT + most * self.apart, middle(depth) + UNIT.1 + 78.0);
        let mut body: String = (1..=depth).map(|l| self.edges(l)).collect();
        body += &self.end();
        for l in 0..=depth {
            body += &(0..self.sizes[l]).map(|i| self.unit(l, i)).collect::<String>();
            let name = match l {
                0 => "input".to_string(),
                l => phi_name(self.numbers.network.layer(l).activation),
            };
            body += &text((0.0, middle(l)), "class=\"m\"", &format!("layer {l}"));
            body += &text((0.0, middle(l) + 16.0), "class=\"m\"", &name);
        }
        svg(size, &body)
    }

    fn place(&self, l: usize, i: usize) -> Point {
        let most = self.sizes.iter().copied().max().unwrap_or(1) as f64;
        let shift = (most - self.sizes[l] as f64) / 2.0;
        (LEFT + (i as f64 + 0.5 + shift) * self.apart, middle(l))
    }

    fn at(&self, moment: Moment) -> usize {
        steps::at(self.numbers.network.depth(), moment)
    }

    fn unit(&self, l: usize, i: usize) -> String {
        let (x, y) = self.place(l, i);
        let line = |at: usize, row: f64, name: String, value: f64| {
            let words = format!("{name} = {}", show(value));
            shown(at, None, &text((x, y - 23.0 + 18.0 * row), MIDDLE, &words))
        };
        let numbers = self.numbers;
        if l == 0 {
            let words = format!("x{} = {}", subscript(i + 1), show(numbers.trace.y(0)[(0, i)]));
            return boxed((x, y), SMALL) + &text((x, y + 5.0), MIDDLE, &words);
        }
        let mut body = boxed((x, y), UNIT);
        body += &line(self.at(Moment::Z(l)), 0.0, entry("z", l, i), numbers.trace.z(l)[(0, i)]);
        body += &line(self.at(Moment::Y(l)), 1.0, entry("y", l, i), numbers.trace.y(l)[(0, i)]);
        let phi = numbers.network.layer(l).activation;
        if l == numbers.network.depth() {
            body += &line(self.at(Moment::Loss), 2.0, entry("t", l, i), numbers.t[(0, i)]);
        } else if phi != Activation::Softmax {
            let gate = phi.derivative(numbers.trace.z(l))[(0, i)];
            body += &line(self.at(Moment::Gate(l)), 2.0, "φ′".into(), gate);
        }
        let found = if l == numbers.network.depth() { Moment::Last } else { Moment::Delta(l) };
        body + &line(self.at(found), 3.0, entry("δ", l, i), numbers.deltas[l - 1][(0, i)])
    }

    /// From the outputs to the error, and δ back from there.
    fn end(&self) -> String {
        let depth = self.numbers.network.depth();
        let x = LEFT + 0.5 * self.apart * self.sizes.iter().copied().max().unwrap_or(1) as f64;
        let to = (x, middle(depth) + UNIT.1 + 56.0);
        let mut body = String::new();
        for i in 0..self.sizes[depth] {
            let from = self.place(depth, i);
            let (a, b) = ((from.0, from.1 + UNIT.1), (to.0, to.1 - SMALL.1));
            body += &polyline(&[a, b], "class=\"e\"");
            let delta = self.numbers.deltas[depth - 1][(0, i)];
            body += &shown(self.at(Moment::Last), None, &self.arrow(b, a, delta));
        }
        let error = format!("ℰ = {}", show(self.numbers.error()));
        let words = text((to.0, to.1 + 5.0), MIDDLE, &error);
        body + &boxed(to, SMALL) + &shown(self.at(Moment::Loss), None, &words)
    }

    fn edges(&self, l: usize) -> String {
        let w = &self.numbers.network.layer(l).weights;
        let (m, n) = w.shape();
        let (mut lines, mut arrows, mut labels) = (String::new(), String::new(), String::new());
        for (i, j) in (0..m * n).map(|k| (k / n, k % n)) {
            let (from, to) = (self.place(l - 1, j), self.place(l, i));
            let up = if l == 1 { SMALL.1 } else { UNIT.1 };
            let (a, b) = ((from.0, from.1 + up), (to.0, to.1 - UNIT.1));
            lines += &self.edge(l, (i, j), a, b);
            if l > 1 {
                let sum = self.numbers.deltas[l - 1][(0, i)] * w[(i, j)];
                let at = self.at(Moment::Down(l - 1));
                arrows += &shown(at, None, &self.arrow(b, a, sum));
            }
            let small = m.min(n);
            if small == 1 || (small == 2 && self.apart > 150.0) {
                labels += &self.label(l, (i, j), a, b);
            }
        }
        lines + &arrows + &labels
    }

    /// A line that can be clicked and focused.
    fn edge(&self, l: usize, (i, j): (usize, usize), a: Point, b: Point) -> String {
        let ends = [a, b];
        let line = polyline(&ends, "class=\"hit\"") + &polyline(&ends, "class=\"e\"");
        control(self.numbers, l, (i, j), "0", &line)
    }

    /// The weight, and below it what comes back through it, then its derivative.
    ///
    /// At `1 / (n + 1)` of the way from the larger layer, `n` being the size of the smaller one, the
    /// edges stand at equal distances.
    fn label(&self, l: usize, (i, j): (usize, usize), a: Point, b: Point) -> String {
        let w = &self.numbers.network.layer(l).weights;
        let (m, n) = w.shape();
        let part = 1.0 / (m.min(n) + 1) as f64;
        let part = if n >= m { part } else { 1.0 - part };
        let (x, y) = (a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1));
        let write = |below: f64, class: &str, words: &str| {
            text((x, y + below), &format!("{MIDDLE} class=\"{class}\""), words)
        };
        // Long numbers stand on two lines by turns.
        let turn = if m == 1 || (n > 1 && m > n) { j } else { i };
        let below = if turn % 2 == 0 { 14.0 } else { 29.0 };
        let slope = self.at(Moment::GradW(l));
        let mut body = write(-2.0, "h", &show(w[(i, j)]));
        if l > 1 {
            let sum = self.numbers.deltas[l - 1][(0, i)] * w[(i, j)];
            let words = write(below, "h d", &format!("δw {}", show(sum)));
            body += &shown(self.at(Moment::Down(l - 1)), Some(slope), &words);
        }
        let words = format!("∇ {}", show(self.numbers.gradients.weights(l)[(i, j)]));
        body + &shown(slope, None, &write(below, "h g", &words))
    }

    /// A dashed arrow beside an edge, as wide as the value is large.
    fn arrow(&self, from: Point, to: Point, value: f64) -> String {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let (dx, dy) = ((to.0 - from.0) / length, (to.1 - from.1) / length);
        let beside = |(x, y): Point, along: f64, side: f64| {
            (x + along * dx - side * dy, y + along * dy + side * dx)
        };
        let wide = px(1.0 + 5.0 * value.abs() / self.widest.max(f64::MIN_POSITIVE));
        let class = if value < 0.0 { "n" } else { "p" };
        let (start, end) = (beside(from, 2.0, 7.0), beside(to, -12.0, 7.0));
        let tip = [beside(end, 12.0, 0.0), beside(end, 0.0, 6.0), beside(end, 0.0, -6.0)];
        polyline(&[start, end], &format!("class=\"a {class}\" stroke-width=\"{wide}\""))
            + &polygon(&tip, &format!("class=\"t {class}\""))
    }
}

/// The height of the middle of a layer.
fn middle(l: usize) -> f64 {
    match l {
        0 => SMALL.1 + 4.0,
        l => 2.0 * SMALL.1 + 4.0 - UNIT.1 + l as f64 * (GAP + 2.0 * UNIT.1),
    }
}

fn svg((width, height): Point, body: &str) -> String {
    let (width, height) = (width.ceil(), height.ceil());
    format!(
        "<svg viewBox=\"0 0 {width} {height}\" style=\"max-width:{width}px\" role=\"group\" \
         aria-label=\"The network\">\n{body}</svg>\n"
    )
}

/// What appears at a step, and perhaps goes at a later one.
fn shown(at: usize, until: Option<usize>, body: &str) -> String {
    let until = until.map_or(String::new(), |until| format!(" data-until=\"{until}\""));
    format!("<g data-at=\"{at}\"{until}>{body}</g>\n")
}

fn boxed((x, y): Point, half: Point) -> String {
    rect((x - half.0, y - half.1), (2.0 * half.0, 2.0 * half.1), "rx=\"8\" class=\"u\"")
}

/// A weight as a button.
fn control(numbers: &Numbers, l: usize, (i, j): (usize, usize), tab: &str, body: &str) -> String {
    // What only a click reaches is in the list of weights too, with all that there is to say.
    let label = match tab {
        "0" => weights::label(numbers, l, i, j),
        _ => weights::short_label(numbers, l, i, j),
    };
    let coupled = numbers.network.layer(l).activation == Activation::Softmax;
    format!(
        "<g class=\"w\" role=\"button\" tabindex=\"{tab}\" aria-pressed=\"false\" \
         aria-label=\"{}\" data-weight=\"{}\" data-place=\"{l} {i} {j}\"{}>{body}</g>\n",
        escape(&label),
        weights::id(l, i, j),
        if coupled { " data-coupled=\"\"" } else { "" }
    )
}

/// The size of a cell of a heat map, and of a value of a unit.
const CELL: Point = (40.0, 28.0);
const WIDE: f64 = 56.0;

/// A wide network: a heat map for each layer.
fn maps(numbers: &Numbers) -> String {
    let (mut body, mut size) = (String::new(), (0.0_f64, 0.0));
    for l in 1..=numbers.network.depth() {
        let (rows, columns) = numbers.network.layer(l).weights.shape();
        body += &moved((24.0, size.1), &map(numbers, l));
        size.0 = size.0.max(24.0 + CELL.0 * columns as f64 + 8.0 + 4.0 * WIDE);
        size.1 += 62.0 + CELL.1 * rows as f64 + 22.0;
    }
    let error = format!("ℰ = {}", show(numbers.error()));
    let at = steps::at(numbers.network.depth(), Moment::Loss);
    body += &shown(at, None, &text((24.0, size.1 + 6.0), "", &error));
    svg((size.0, size.1 + 20.0), &body)
}

fn map(numbers: &Numbers, l: usize) -> String {
    let depth = numbers.network.depth();
    let layer = numbers.network.layer(l);
    let (slope, known) = (
        steps::at(depth, Moment::GradW(l)),
        if l == 1 { 0 } else { steps::at(depth, Moment::Y(l - 1)) },
    );
    let title = |what: &str| {
        let words = format!("{what}{}, {}", superscript(l), phi_name(layer.activation));
        text((-24.0, 14.0), "class=\"m\"", &words)
    };
    let mut body = shown(0, Some(slope), &title("W")) + &shown(slope, None, &title("∇W"));
    body += &text((-6.0, 46.0), "text-anchor=\"end\" class=\"m\"", "y");
    body += &shown(known, None, &moved((0.0, 28.0), &strip(numbers.trace.y(l - 1), CELL, true)));
    body += &moved((0.0, 62.0), &cells(numbers, l, slope));
    let units = columns(numbers, l);
    for (k, (at, name, values)) in units.iter().enumerate() {
        let x = CELL.0 * layer.weights.cols() as f64 + 8.0 + WIDE * k as f64;
        let head = text((WIDE / 2.0, -6.0), &format!("{MIDDLE} class=\"m\""), name);
        let strip = strip(values, (WIDE, CELL.1), false);
        body += &shown(*at, None, &moved((x, 62.0), &(head + &strip)));
    }
    body
}

/// What belongs to the units of a layer, and the step at which it is known.
fn columns(numbers: &Numbers, l: usize) -> Vec<(usize, &'static str, Matrix)> {
    let depth = numbers.network.depth();
    let at = |moment| steps::at(depth, moment);
    let (z, phi) = (numbers.trace.z(l), numbers.network.layer(l).activation);
    let mut all = vec![
        (at(Moment::Z(l)), "z", z.clone()),
        (at(Moment::Y(l)), "y", numbers.trace.y(l).clone()),
    ];
    if l == depth {
        all.push((at(Moment::Loss), "t", numbers.t.clone()));
    } else if phi != Activation::Softmax {
        all.push((at(Moment::Gate(l)), "φ′(z)", phi.derivative(z)));
    }
    let found = if l == depth { Moment::Last } else { Moment::Delta(l) };
    all.push((at(found), "δ", numbers.deltas[l - 1].clone()));
    all
}

/// The weights as cells that can be clicked, and from a step on their derivatives.
fn cells(numbers: &Numbers, l: usize, slope: usize) -> String {
    let (w, grad_w) = (&numbers.network.layer(l).weights, numbers.gradients.weights(l));
    let most = [w, grad_w].map(super::numbers::largest);
    let mut body = String::new();
    for (i, j) in (0..w.rows() * w.cols()).map(|k| (k / w.cols(), k % w.cols())) {
        let corner = (CELL.0 * j as f64, CELL.1 * i as f64);
        let before = value(corner, CELL, w[(i, j)], most[0]);
        let after = value(corner, CELL, grad_w[(i, j)], most[1]);
        let both = shown(0, Some(slope), &before) + &shown(slope, None, &after);
        body += &control(numbers, l, (i, j), "-1", &both);
    }
    body
}

/// A row vector as a strip, across or downwards.
fn strip(values: &Matrix, cell: Point, across: bool) -> String {
    let most = super::numbers::largest(values);
    let corner = |k: f64| if across { (k * cell.0, 0.0) } else { (0.0, k * cell.1) };
    let cells = values.as_slice().iter().enumerate();
    cells.map(|(k, &a)| value(corner(k as f64), cell, a, most)).collect()
}

/// A number on its colour.
fn value((x, y): Point, (width, height): Point, a: f64, most: f64) -> String {
    let short = format!("{a:.2}");
    let short = minus(if short == "-0.00" { "0.00" } else { &short });
    let words = if width < 50.0 { short } else { show(a) };
    rect((x, y), (width, height), &format!("class=\"c {}\"", shade(a, most)))
        + &text((x + width / 2.0, y + height / 2.0 + 4.0), "class=\"v\"", &words)
}
