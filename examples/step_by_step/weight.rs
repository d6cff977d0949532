//! The derivative of a weight: by (3), along the paths, by differences, and with mistakes.

use backprop::{GradientCheck, Matrix};

use crate::numbers::{Numbers, Place, in_layer, show};

/// A panel for each weight.
pub fn panels(numbers: &Numbers) -> String {
    let (network, x, t) = (&numbers.example.network, &numbers.example.x, &numbers.example.t);
    let check = GradientCheck::of(network, x, t);
    let places = (1..=network.depth()).flat_map(|l| numbers.edges(l));
    places.map(|place| panel(numbers, &check, place)).collect()
}

fn panel(numbers: &Numbers, check: &GradientCheck, place: Place) -> String {
    let ((l, i, j), name, when) = (place, name(place), numbers.when("∇Wˡ", place.0));
    let entry = check.blocks[2 * l - 2].entries.iter().find(|entry| entry.at == (i, j));
    let entry = entry.expect("every weight is checked");
    let [w, delta] = [numbers.at("Wˡ", l, (i, j)), numbers.at("δˡ", l, (0, i))].map(show);
    let [found, error] = [entry.difference, entry.error].map(show);
    let unknown = "Unknown: ℒ has a kink here, or is too steep.".to_string();
    let found = if entry.error.is_finite() { format!("{found} ± {error}") } else { unknown };
    let (rule, paths) = (rule(numbers, place), paths(numbers, l, i));
    let few = paths.iter().filter(|_| paths.len() <= 4);
    let few: String = few.map(|(path, a)| format!("{path} = {}<br/>", show(*a))).collect();
    let rows = mistakes(numbers, place).into_iter();
    let row = |(mistake, a)| format!("<tr><td>{mistake}</td><td>{}</td></tr>\n", show(a));
    let (rows, paths) = (rows.map(row).collect::<String>(), paths.len());
    format!(
        "<section data-weight=\"{l}-{i}-{j}\">\n<h2>{name} = {w}</h2>\n\
         <p data-at=\"1\">Step {when} computes its derivative.</p>\n<div data-at=\"{when}\">\n\
         <p><b>(3)</b> {rule}</p>\n\
         <h3>Paths from its unit to ℰ: {paths}</h3>\n<p>{few}Their sum is δ = {delta}.</p>\n\
         <h3>By differences of ℒ, (18)</h3>\n<p>{found}</p>\n\
         <h3>With a classic mistake in layer {l}</h3>\n\
         <table>{rows}</table></div></section>\n"
    )
}

/// (3), in letters and in numbers.
pub fn rule(numbers: &Numbers, (l, i, j): Place) -> String {
    let (delta, y) = (numbers.at("δˡ", l, (0, i)), numbers.at("yᵏ", l, (0, j)));
    let (w, lambda) = (numbers.at("Wˡ", l, (i, j)), numbers.at("λ", 0, (0, 0)));
    let slope = show(numbers.at("∇Wˡ", l, (i, j)));
    let [w, lambda, delta, y] = [w, lambda, delta, y].map(factor);
    let (i, j, name) = (LOWERED[i], LOWERED[j], name((l, i, j)));
    let letters = in_layer(&format!("δ{i}ˡ y{j}ᵏ + λ {name}"), l);
    format!("∂ℒ/∂{name} = {letters} = {delta} · {y} + {lambda} · {w} = {slope}")
}

/// The paths from `z` of unit `i` of layer `l` to the error: their factors, and the product of these.
fn paths(numbers: &Numbers, l: usize, i: usize) -> Vec<(String, f64)> {
    let (delta, slope) = (numbers.at("δˡ", l, (0, i)), numbers.at("φ′(zˡ)", l, (0, i)));
    let Some(w) = numbers.get("Wᵐ", l) else { return vec![(factor(delta), delta)] };
    let mut all = Vec::new();
    for k in 0..w.rows() {
        for (path, a) in paths(numbers, l + 1, k) {
            let (first, second) = (show(slope), factor(w[(k, i)]));
            all.push((format!("{first} · {second} · {path}"), slope * w[(k, i)] * a));
        }
    }
    all
}

/// What the derivative would be with one of the classic mistakes of `docs/bugs.md`.
fn mistakes(numbers: &Numbers, (l, i, j): Place) -> Vec<(&'static str, f64)> {
    let get = |name: &str, l| numbers.get(name, l).expect("a value of every layer");
    let (delta, y, w) = (get("δˡ", l), get("yᵏ", l), get("Wˡ", l));
    let decay = numbers.at("λ", 0, (0, 0)) * w[(i, j)];
    let with = |delta: &Matrix| delta[(0, i)] * y[(0, j)] + decay;
    let mut all = vec![("λ/2 · w for λ w", with(delta) - decay / 2.0)];
    all.push(("−λ w for λ w", with(delta) - 2.0 * decay));
    if w.rows() == w.cols() {
        all.push(("y ⊗ δ for δ ⊗ y", delta[(0, j)] * y[(0, i)] + decay));
    }
    if l < numbers.example.network.depth() {
        let of_y = numbers.example.network.layer(l).activation.derivative(get("yˡ", l));
        let (grad_y, slope) = (get("∂ℰ/∂yˡ", l), get("φ′(zˡ)", l));
        let raw = get("∂ℰ/∂yᵐ", l).matmul(get("Wᵐ", l)).hadamard(slope);
        let early = get("δᵐ", l).matmul(get("new Wᵐ", l)).hadamard(slope);
        all.push(("φ′(y) for φ′(z)", with(&grad_y.hadamard(&of_y))));
        all.push(("φ′ left out", with(grad_y)));
        all.push(("∂ℰ/∂y for δ of the next layer", with(&raw)));
        all.push(("the new W for W of the next layer", with(&early)));
    }
    all
}

/// A number to be multiplied: in brackets if it is negative.
fn factor(a: f64) -> String {
    if a < 0.0 { format!("({})", show(a)) } else { show(a) }
}

/// `w₂₁¹`.
pub fn name((l, i, j): Place) -> String {
    in_layer(&format!("w{}{}ˡ", LOWERED[i], LOWERED[j]), l)
}

/// The numbers of at most four units.
const LOWERED: [&str; 4] = ["₁", "₂", "₃", "₄"];
