//! Digits drawn from strokes, no two alike: something to learn from when there is no file.
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels and digits")]

use backprop::Rng;

use super::idx::{Digits, SIDE};

type Point = (f64, f64);

/// The strokes of each digit in the unit square, y downwards.
#[rustfmt::skip]
const STROKES: [&[&[Point]]; 10] = [
    &[&[(0.5, 0.1), (0.27, 0.25), (0.23, 0.5), (0.27, 0.75), (0.5, 0.9), (0.73, 0.75), (0.77, 0.5), (0.73, 0.25), (0.5, 0.1)]],
    &[&[(0.34, 0.26), (0.55, 0.08), (0.55, 0.92)]],
    &[&[(0.24, 0.28), (0.35, 0.12), (0.6, 0.09), (0.76, 0.28), (0.65, 0.5), (0.22, 0.92), (0.8, 0.92)]],
    &[&[(0.25, 0.16), (0.5, 0.08), (0.72, 0.22), (0.65, 0.42), (0.45, 0.49), (0.7, 0.56), (0.77, 0.74), (0.55, 0.91), (0.22, 0.84)]],
    &[&[(0.6, 0.08), (0.2, 0.64), (0.84, 0.64)], &[(0.63, 0.36), (0.63, 0.94)]],
    &[&[(0.76, 0.08), (0.32, 0.08), (0.28, 0.46), (0.55, 0.4), (0.76, 0.55), (0.74, 0.78), (0.5, 0.92), (0.25, 0.84)]],
    &[&[(0.66, 0.08), (0.36, 0.36), (0.24, 0.66), (0.36, 0.88), (0.62, 0.9), (0.76, 0.7), (0.64, 0.48), (0.4, 0.48), (0.26, 0.62)]],
    &[&[(0.2, 0.08), (0.8, 0.08), (0.42, 0.94)]],
    &[&[(0.5, 0.09), (0.3, 0.2), (0.34, 0.4), (0.5, 0.49), (0.72, 0.6), (0.74, 0.82), (0.5, 0.93), (0.26, 0.82), (0.28, 0.6), (0.5, 0.49), (0.66, 0.4), (0.7, 0.2), (0.5, 0.09)]],
    &[&[(0.74, 0.32), (0.66, 0.12), (0.42, 0.09), (0.26, 0.28), (0.36, 0.5), (0.62, 0.5), (0.74, 0.32), (0.72, 0.6), (0.56, 0.94)]],
];

/// So many digits, 0 to 9 in turn, each with its own shift, rotation, scale, slant, thickness and noise.
pub fn synthetic(count: usize, rng: &mut Rng) -> Digits {
    let labels: Vec<u8> = (0..count).map(|i| (i % 10) as u8).collect();
    let pixels = labels.iter().flat_map(|&digit| draw(STROKES[usize::from(digit)], rng)).collect();
    Digits::new(pixels, labels).expect("whole images, a label for each")
}

/// One image: the strokes moved at random, then ink by the distance to the nearest of them.
fn draw(strokes: &[&[Point]], rng: &mut Rng) -> Vec<u8> {
    let mut within = |low: f64, high: f64| low + (high - low) * rng.uniform();
    let ((sin, cos), slant) = (within(-0.25, 0.25).sin_cos(), within(-0.25, 0.25));
    let (width, height) = (within(15.0, 21.0), within(17.0, 22.0));
    let (right, down, thickness) = (within(-2.0, 2.0), within(-2.0, 2.0), within(0.7, 1.5));
    let place = |(x, y): Point| {
        let (x, y) = ((x - 0.5) * width - slant * (y - 0.5) * height, (y - 0.5) * height);
        (14.0 + right + x * cos - y * sin, 14.0 + down + x * sin + y * cos)
    };
    let segments: Vec<[Point; 2]> = strokes
        .iter()
        .flat_map(|s| s.windows(2).map(|ends| [place(ends[0]), place(ends[1])]))
        .collect();
    let pixel = |k: usize| {
        let centre = ((k % SIDE) as f64 + 0.5, (k / SIDE) as f64 + 0.5);
        let nearest =
            segments.iter().map(|ends| distance(centre, *ends)).fold(f64::INFINITY, f64::min);
        let ink = (thickness + 0.5 - nearest).clamp(0.0, 1.0) + 0.1 * rng.normal();
        (255.0 * ink.clamp(0.0, 1.0)).round() as u8
    };
    (0..SIDE * SIDE).map(pixel).collect()
}

/// The distance of a point from the segment between two others.
fn distance((x, y): Point, [(ax, ay), (bx, by)]: [Point; 2]) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (x - ax - along * dx).hypot(y - ay - along * dy)
}
