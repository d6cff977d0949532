//! A network as nodes and edges: what every weight and bias is, at a glance.

use backprop::Network;

use super::support::palette::{INK, MUTED, NEGATIVE, PAPER, POSITIVE};
use super::support::svg::{
    END, HALO, MIDDLE, Picture, START, circle, heading, minus, moved, polyline, px, text, widest,
};
use super::support::xor_pictures::UNITS;

/// One layer of a network.
struct Layer<'a> {
    /// Written above its nodes, such as the activation.
    name: &'a str,
    /// Row by row, one row for each neuron.
    weights: &'a [f64],
    /// One for each neuron.
    biases: &'a [f64],
}

/// Every weight and bias of a network with one hidden layer.
pub fn network(title: &str, network: &Network) -> Picture {
    let (hidden, output) = (network.layer(1), network.layer(2));
    let units = hidden.weights.rows();
    let drawn = units.min(UNITS);
    let title = if drawn < units {
        format!("{title}, {drawn} of {units} hidden units")
    } else {
        title.into()
    };
    let names = [hidden, output].map(|layer| format!("{:?}", layer.activation).to_lowercase());
    let layers = [
        Layer {
            name: &names[0],
            weights: &hidden.weights.as_slice()[..2 * drawn],
            biases: &hidden.biases.as_slice()[..drawn],
        },
        Layer {
            name: &names[1],
            weights: &output.weights.as_slice()[..drawn],
            biases: output.biases.as_slice(),
        },
    ];
    columns(&title, &["x₁", "x₂"], &layers, &["y"])
}

type Point = (f64, f64);

/// From one column of nodes to the next.
const APART: f64 = 230.0;
const RADIUS: f64 = 22.0;
const KEY: &str =
    "bias in each node · blue, solid: positive · orange, dashed: negative · wide: large";

/// Nodes in columns: sign as colour and dashes, size as width, biases inside the nodes.
fn columns(title: &str, inputs: &[&str], layers: &[Layer], outputs: &[&str]) -> Picture {
    let most = layers.iter().map(|layer| layer.biases.len()).fold(inputs.len(), usize::max);
    let between = (480.0 / most as f64).clamp(2.0 * RADIUS + 6.0, 96.0);
    let (left, height) = (RADIUS + 12.0 + widest(inputs, 13.0), between * most as f64);
    let largest = layers.iter().flat_map(|l| l.weights).fold(0.0, |max: f64, w| max.max(w.abs()));
    let mut below = column(left, inputs.len(), between, height);
    let mut nodes = names(&below, inputs, (-RADIUS - 8.0, END));
    for node in &below {
        nodes += &circle(*node, RADIUS, &format!(r#"fill="{PAPER}" stroke="{MUTED}""#));
    }
    let mut edges = String::new();
    for (l, layer) in layers.iter().enumerate() {
        let here = column(left + APART * (l + 1) as f64, layer.biases.len(), between, height);
        edges += &weights(layer.weights, &below, &here, largest);
        nodes += &neurons(layer, &here);
        below = here;
    }
    nodes += &names(&below, outputs, (RADIUS + 8.0, START));
    let width = left + APART * layers.len() as f64 + RADIUS + 12.0 + widest(outputs, 13.0);
    let body = heading(title) + &moved((0.0, 44.0), &(edges + &nodes));
    let body =
        body + &moved((0.0, 44.0 + height + 20.0), &text((0.0, 0.0), r#"font-size="12""#, KEY));
    let width = width.max(widest(&[title], 15.0)).max(widest(&[KEY], 12.0));
    Picture { width, height: height + 70.0, body }
}

/// `n` nodes below each other.
fn column(x: f64, n: usize, between: f64, height: f64) -> Vec<Point> {
    let middle = (n as f64 - 1.0) / 2.0;
    (0..n).map(|i| (x, height / 2.0 + (i as f64 - middle) * between)).collect()
}

fn names(nodes: &[Point], names: &[&str], (beside, anchor): (f64, &str)) -> String {
    nodes
        .iter()
        .zip(names)
        .map(|(node, name)| text((node.0 + beside, node.1 + 4.5), anchor, name))
        .collect()
}

/// A circle with the bias in it for each neuron, and above them the name of the layer.
fn neurons(layer: &Layer, nodes: &[Point]) -> String {
    let above = nodes.first().map_or((0.0, 0.0), |top| (top.0, top.1 - RADIUS - 9.0));
    let mut body = text(above, &format!(r#"{MIDDLE} {HALO} font-size="12""#), layer.name);
    for (&(x, y), &bias) in nodes.iter().zip(layer.biases) {
        let outline = format!(r#"fill="{PAPER}" stroke="{INK}" stroke-width="1.5""#);
        body += &circle((x, y), RADIUS, &outline);
        let ink = format!(r#"{MIDDLE} font-size="12" fill="{}""#, colour(bias));
        body += &text((x, y + 4.0), &ink, &short(bias));
    }
    body
}

/// The edges between two columns, and the weights on them if there is room.
///
/// Of `n` and `m` nodes let `n` be the smaller number. At `1 / (n + 1)` of the
/// way from the larger column the edges stand at equal distances, so that the
/// weights written there never meet. Where that column is long, those of each
/// node of the other one stand below each other at a distance of their own.
fn weights(weights: &[f64], below: &[Point], here: &[Point], largest: f64) -> String {
    let near_here = below.len() <= here.len();
    let part = 1.0 / (below.len().min(here.len()) + 1) as f64;
    let long = below.len().max(here.len()) > 4 && below.len().min(here.len()) == 2;
    let (mut edges, mut labels) = (String::new(), String::new());
    for (k, &weight) in weights.iter().enumerate() {
        let (from, to) = (below[k % below.len()], here[k / below.len()]);
        edges += &polyline(&[from, to], &stroke(weight, largest));
        let other = if near_here { k % below.len() } else { k / below.len() };
        let part = if long { [0.38, 0.2][other] } else { part };
        let part = if near_here { 1.0 - part } else { part };
        let at = (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1) + 4.0);
        labels += &text(
            at,
            &format!(r#"{MIDDLE} {HALO} font-size="11.5" fill="{}""#, colour(weight)),
            &short(weight),
        );
    }
    if below.len().min(here.len()) > 4 { edges } else { edges + &labels }
}

fn stroke(weight: f64, largest: f64) -> String {
    let width = px(0.8 + 4.2 * weight.abs() / largest.max(f64::MIN_POSITIVE));
    let dashes = if weight < 0.0 { "7 4" } else { "none" };
    format!(
        r#"stroke="{}" stroke-opacity="0.75" stroke-width="{width}" stroke-dasharray="{dashes}""#,
        colour(weight)
    )
}

fn colour(value: f64) -> &'static str {
    if value < 0.0 { NEGATIVE } else { POSITIVE }
}

/// A number in at most five characters, as long as it is below 10,000.
fn short(value: f64) -> String {
    let digits = if value.abs() < 9.995 { 2 } else { usize::from(value.abs() < 99.95) };
    minus(&format!("{value:.digits$}"))
}
