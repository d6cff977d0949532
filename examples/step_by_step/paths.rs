//! The worked example as a picture: the path of one weight to the loss, and all paths back.

use backprop::{Activation, Matrix, Network, Trace};

use super::support::palette::{INK, MUTED, NEGATIVE, PAPER, POSITIVE};
use super::support::svg::{
    HALO, MIDDLE, Picture, circle, heading, minus, polyline, px, rect, text,
};

type Point = (f64, f64);

/// What the picture shows of a 2-2-1 network: the same numbers that are told.
pub struct Numbers<'a> {
    pub network: &'a Network,
    pub trace: &'a Trace<'a>,
    /// `δ¹` and `δ²`.
    pub deltas: [Matrix; 2],
    /// `∂ℒ/∂w₂₁` of layer 1.
    pub slope: f64,
}

const INPUTS: [Point; 2] = [(50.0, 110.0), (50.0, 290.0)];
const HIDDEN: [Point; 2] = [(300.0, 110.0), (300.0, 290.0)];
const OUTPUT: Point = (550.0, 200.0);
const LOSS: Point = (690.0, 200.0);
/// Half the size of a unit.
const UNIT: Point = (58.0, 24.0);

pub fn picture(numbers: &Numbers) -> Picture {
    let (width, height) = (740.0, 420.0);
    let title = "One path from the weight 1 of x₁ to the loss, and all paths back";
    let body =
        heading(title) + &forwards(numbers) + &backwards(numbers) + &units(numbers) + &key(numbers);
    Picture { width, height, body }
}

/// The edges with their weights; the path of `w₂₁` stands out.
fn forwards(numbers: &Numbers) -> String {
    let mut body = String::new();
    let w = &numbers.network.layer(1).weights;
    for (i, unit) in HIDDEN.into_iter().enumerate() {
        for (j, input) in INPUTS.into_iter().enumerate() {
            body += &edge(input, unit, (i, j) == (1, 0), w[(i, j)], 0.3);
        }
        body += &edge(unit, OUTPUT, i == 1, numbers.network.layer(2).weights[(0, i)], 0.3);
    }
    body + &arrow(
        from(OUTPUT),
        (LOSS.0 - 22.0, LOSS.1),
        &format!(r#"stroke="{POSITIVE}" stroke-width="3""#),
    )
}

fn edge(a: Point, b: Point, path: bool, w: f64, part: f64) -> String {
    let (a, b) = (from(a), (b.0 - UNIT.0, b.1));
    let (colour, wide) = if path { (POSITIVE, 3.0) } else { (MUTED, 1.2) };
    let at = (a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1) - 4.0);
    let style = format!(r#"stroke="{colour}" stroke-width="{wide}""#);
    arrow(a, b, &style)
        + &text(at, &format!("{MIDDLE} {HALO} fill=\"{INK}\""), &minus(&format!("{w}")))
}

/// δ from the loss to the units, in the other colour, below the edges.
fn backwards(numbers: &Numbers) -> String {
    let style = format!(r#"stroke="{NEGATIVE}" stroke-width="3" stroke-dasharray="7 4""#);
    let down = |(x, y): Point| (x, y + 13.0);
    let mut body = arrow(down((LOSS.0 - 22.0, LOSS.1)), down(from(OUTPUT)), &style);
    let delta = numbers.deltas[1][(0, 0)];
    for (i, unit) in HIDDEN.into_iter().enumerate() {
        let (a, b) = (down((OUTPUT.0 - UNIT.0, OUTPUT.1)), down(from(unit)));
        body += &arrow(a, b, &style);
        let at = (b.0 + 0.45 * (a.0 - b.0), b.1 + 0.45 * (a.1 - b.1) + 18.0);
        let sum = delta * numbers.network.layer(2).weights[(0, i)];
        body += &told(at, NEGATIVE, &format!("δ²w = {}", four(sum)));
    }
    body
}

/// Each unit with its z, its y, its gate φ′(z) and its δ.
fn units(numbers: &Numbers) -> String {
    let mut body = String::new();
    for (j, &input) in INPUTS.iter().enumerate() {
        body += &circle(input, 22.0, &format!(r#"fill="{PAPER}" stroke="{INK}""#));
        body += &told(
            (input.0, input.1 + 5.0),
            INK,
            &minus(&format!("{}", numbers.trace.y(0)[(0, j)])),
        );
    }
    for (i, unit) in HIDDEN.into_iter().enumerate() {
        body += &one_unit(numbers, 1, i, unit);
    }
    body += &one_unit(numbers, 2, 0, OUTPUT);
    body += &circle(LOSS, 22.0, &format!(r#"fill="{PAPER}" stroke="{INK}""#));
    body + &told((LOSS.0, LOSS.1 + 5.0), INK, "ℰ")
}

fn one_unit(numbers: &Numbers, l: usize, i: usize, (x, y): Point) -> String {
    let (z, out) = (numbers.trace.z(l)[(0, i)], numbers.trace.y(l)[(0, i)]);
    let phi = numbers.network.layer(l).activation;
    let gate = phi.derivative(numbers.trace.z(l))[(0, i)];
    let frame = format!(r#"rx="8" fill="{PAPER}" stroke="{INK}""#);
    let name = if phi == Activation::Tanh { "tanh" } else { "σ" };
    let delta = four(numbers.deltas[l - 1][(0, i)]);
    rect((x - UNIT.0, y - UNIT.1), (2.0 * UNIT.0, 2.0 * UNIT.1), &frame)
        + &told((x, y - 4.0), POSITIVE, &format!("z {}", four(z)))
        + &told((x, y + 14.0), POSITIVE, &format!("{name} z = {}", four(out)))
        + &told((x, y + UNIT.1 + 34.0), NEGATIVE, &format!("φ′(z) = {}", four(gate)))
        + &told((x, y + UNIT.1 + 52.0), NEGATIVE, &format!("δ = {delta}"))
}

fn key(numbers: &Numbers) -> String {
    let (w, x) = (numbers.network.layer(1).weights[(1, 0)], numbers.trace.y(0)[(0, 0)]);
    let delta = four(numbers.deltas[0][(0, 1)]);
    let lambda = numbers.network.weight_decay();
    let rule =
        format!("∂ℒ/∂w = δ·x + λw = {delta} · {x} + {lambda} · {w} = {}", four(numbers.slope));
    let solid = "solid: forwards, the path of this weight · dashed: backwards, every δ once";
    told((370.0, 392.0), INK, &rule)
        + &text((370.0, 415.0), &format!(r#"{MIDDLE} font-size="12""#), solid)
}

/// The right edge of a unit, or of an input.
fn from((x, y): Point) -> Point {
    (x + if x < 100.0 { 22.0 } else { UNIT.0 }, y)
}

/// A line with a tip at its end.
fn arrow(a: Point, b: Point, style: &str) -> String {
    let length = (b.0 - a.0).hypot(b.1 - a.1);
    let (dx, dy) = ((b.0 - a.0) / length, (b.1 - a.1) / length);
    let side = |s: f64| (px(b.0 - 9.0 * dx - s * dy), px(b.1 - 9.0 * dy + s * dx));
    let solid = style.split(" stroke-dasharray").next().expect("a first part");
    polyline(&[a, b], style) + &polyline(&[side(5.0), b, side(-5.0)], solid)
}

fn told(at: Point, colour: &str, what: &str) -> String {
    text(at, &format!("{MIDDLE} {HALO} fill=\"{colour}\""), what)
}

fn four(a: f64) -> String {
    minus(&format!("{a:.4}"))
}
