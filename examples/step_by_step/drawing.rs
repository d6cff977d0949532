//! The network as a picture in which every number appears at the step that computes it.

use crate::numbers::{Numbers, Place, in_layer, show};
use crate::support::chart::{Point, text};
use crate::weight::name;

/// The rows of a unit. Of the names in a row, each takes the place of the one before.
const UNIT: [&[&str]; 5] =
    [&["bˡ", "∇bˡ", "new bˡ"], &["zˡ", "new zˡ"], &["yˡ", "new yˡ"], &["φ′(zˡ)"], &["δˡ"]];
const LOSS: [&[&str]; 2] = [&["ℰ", "new ℰ"], &["ℒ", "new ℒ"]];
/// That of a phone, less the margins.
pub const WIDTH: f64 = 344.0;

/// The edges with the arrows of δ, and above them the numbers on opaque boxes.
pub fn drawing(numbers: &Numbers) -> String {
    let loss = numbers.example.network.depth() + 1;
    let edges = (1..=loss).flat_map(|l| numbers.edges(l)).map(|place| numbers.edge(place));
    let (lines, labels): (String, String) = edges.unzip();
    let units = (0..=loss).flat_map(|l| (0..numbers.size(l)).map(move |i| numbers.unit(l, i)));
    let (units, height) = (units.collect::<String>(), numbers.bottom(loss) + 2.0);
    let size = format!("viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\"");
    format!(
        "<svg {size} role=\"group\" aria-label=\"The network\">\n{lines}{labels}{units}</svg>\n"
    )
}

impl Numbers<'_> {
    fn rows(&self, l: usize) -> impl Iterator<Item = &&'static [&'static str]> {
        let rows = if l > self.example.network.depth() { &LOSS[..] } else { &UNIT };
        rows.iter().filter(move |names| self.get(names[0], l).is_some())
    }

    /// The rows of numbers on the edges to layer `l`: one if there is only room for the chosen weight.
    fn lanes(&self, l: usize) -> usize {
        let crossing = self.size(l).min(self.size(l.saturating_sub(1)));
        if self.apart() < 100.0 { 1 } else { crossing }
    }

    fn top(&self, l: usize) -> f64 {
        let loss = l > self.example.network.depth();
        let gap = if loss { 60.0 } else { 70.0 + 66.0 * self.lanes(l) as f64 };
        if l == 0 { 2.0 } else { self.bottom(l - 1) + gap }
    }

    /// The lower side of layer `l`; the loss is the last.
    pub fn bottom(&self, l: usize) -> f64 {
        self.top(l) + 18.0 * self.rows(l).count() as f64 + 8.0
    }

    /// From unit to unit of a layer.
    fn apart(&self) -> f64 {
        let layers = 0..=self.example.network.depth();
        WIDTH / layers.map(|l| self.size(l)).fold(2, usize::max) as f64
    }

    fn x(&self, l: usize, i: usize) -> f64 {
        WIDTH / 2.0 + self.apart() * centred(i, self.size(l))
    }

    /// The line and the arrow, and the numbers, of the edge from unit `j` to unit `i` of layer `l`.
    fn edge(&self, (l, i, j): Place) -> (String, String) {
        let (m, n) = (self.size(l), self.size(l - 1));
        let (upper, x0) = (self.bottom(l - 1), self.x(l - 1, j) + 16.0 * centred(i, m));
        let (lower, x1) = (self.top(l), self.x(l, i) + 16.0 * centred(j, n));
        let x = |y: f64| x0 + (x1 - x0) * (y - upper) / (lower - upper);
        let path = |class: &str, y: f64| {
            format!("<path class=\"{class}\" d=\"M{x1:.1} {lower}L{:.1} {y}\"/>", x(y))
        };
        let shown = |names: &[&str], dy: f64| {
            let row = |k: usize| 38.0 + 42.0 * (k % self.lanes(l)) as f64;
            let y = if m <= n { upper + row(i) } else { lower - row(j) };
            self.shown(names, (l, i, j), |_, value| tag((x(y), y + dy), value))
        };
        let at = |dy: f64, dx: f64| format!("{:.1} {:.1}", x(upper + dy) + dx, upper + dy);
        let tip = format!("M{}L{}L{}z", at(1.0, 0.0), at(12.0, -5.0), at(12.0, 5.0));
        let tip = format!("<path class=\"tip\" d=\"{tip}\"/>");
        let arrow = self.shown(&["flowˡ"], (l, i, j), |_, _| path("flow", upper + 11.0) + &tip);
        let line = path("hit", upper) + &path("edge", upper) + &arrow;
        if l > self.example.network.depth() {
            return (line, String::new());
        }
        let numbers = shown(&["Wˡ", "new Wˡ"], -9.0) + &shown(&["flowˡ", "∇Wˡ"], 9.0);
        let crowded = if m.min(n) > self.lanes(l) { " crowded" } else { "" };
        let group = format!("<g data-weight=\"{l}-{i}-{j}\" class=\"weight{crowded}\"");
        let button = format!("role=\"button\" tabindex=\"0\" aria-label=\"{}\"", name((l, i, j)));
        (format!("{group} {button}>{line}</g>\n"), format!("{group}>{numbers}</g>\n"))
    }

    fn unit(&self, l: usize, i: usize) -> String {
        let (x, y, half) = (self.x(l, i), self.top(l), self.apart().min(120.0) / 2.0 - 2.0);
        let size = format!("width=\"{:.1}\" height=\"{}\"", 2.0 * half, self.bottom(l) - y);
        let mut body =
            format!("<rect class=\"unit\" x=\"{:.1}\" y=\"{y}\" {size} rx=\"8\"/>\n", x - half);
        for (names, k) in self.rows(l).zip(1..) {
            let at = (x, y + 18.0 * f64::from(k));
            let write = |label: &str| text(at, "middle", "", label);
            body += &self.shown(names, (l, 0, i), |name, value| write(&format!("{name} {value}")));
        }
        body
    }

    /// Numbers that take turns at one place, drawn by `f` from their name and their value.
    fn shown(&self, names: &[&str], (l, i, j): Place, f: impl Fn(&str, &str) -> String) -> String {
        let one = |name: &&str| {
            let (value, step) = (show(self.get(name, l)?[(i, j)]), self.when(name, l));
            let label = in_layer(&name.replace("new ", "").replace("(zˡ)", ""), l);
            let (class, drawn) = (name.replace('ˡ', ""), f(&label, &value));
            Some(format!("<g class=\"{class}\" data-at=\"{step}\">{drawn}</g>"))
        };
        format!("<g>{}</g>\n", names.iter().filter_map(one).collect::<String>())
    }
}

/// The place of one of `n` about their middle.
fn centred(i: usize, n: usize) -> f64 {
    i as f64 - (n as f64 - 1.0) / 2.0
}

/// A number on an opaque box.
pub fn tag((x, y): Point, words: &str) -> String {
    let width = 8.0 * words.chars().count() as f64 + 8.0;
    let corner = format!("x=\"{:.1}\" y=\"{:.1}\"", x - width / 2.0, y - 9.0);
    let words = text((x, y + 4.5), "middle", "", words);
    format!("<rect class=\"tag\" {corner} width=\"{width}\" height=\"18\"/>{words}")
}
