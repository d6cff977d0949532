//! Digits drawn from strokes, no two alike: something to learn from when there is no file.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels, rows and columns are small whole numbers"
)]

use backprop::Rng;
use backprop::dataset::idx::Digits;

type Point = (f64, f64);

/// Pixels along each side, as in MNIST.
const SIDE: usize = 28;

/// So many digits, 0 to 9 in turn, each with its own shift, rotation, scale, slant, thickness and noise.
pub fn synthetic(count: usize, rng: &mut Rng) -> Digits {
    let strokes: Vec<Vec<Vec<Point>>> = (0..10).map(strokes).collect();
    let labels: Vec<u8> = (0..count).map(|i| (i % 10) as u8).collect();
    let pixels = labels.iter().flat_map(|&digit| draw(&strokes[usize::from(digit)], rng)).collect();
    Digits::new(SIDE, SIDE, pixels, labels).expect("whole images, a label for each")
}

/// The strokes of a digit in the unit square, `x` to the right, `y` downwards.
fn strokes(digit: usize) -> Vec<Vec<Point>> {
    match digit {
        0 => vec![arc((0.5, 0.5), (0.27, 0.42), 0.0, 360.0)],
        1 => vec![vec![(0.34, 0.26), (0.55, 0.08), (0.55, 0.92)]],
        2 => vec![
            [arc((0.5, 0.32), (0.27, 0.24), -170.0, 30.0), vec![(0.22, 0.92), (0.8, 0.92)]]
                .concat(),
        ],
        3 => vec![
            arc((0.47, 0.29), (0.26, 0.21), -150.0, 90.0),
            arc((0.47, 0.71), (0.3, 0.21), -90.0, 150.0),
        ],
        4 => vec![vec![(0.6, 0.08), (0.2, 0.64), (0.84, 0.64)], vec![(0.63, 0.36), (0.63, 0.94)]],
        5 => vec![
            [
                vec![(0.76, 0.08), (0.32, 0.08), (0.28, 0.46)],
                arc((0.48, 0.66), (0.29, 0.26), -130.0, 140.0),
            ]
            .concat(),
        ],
        6 => vec![
            [vec![(0.66, 0.08), (0.4, 0.32)], arc((0.5, 0.68), (0.26, 0.24), -180.0, 180.0)]
                .concat(),
        ],
        7 => vec![vec![(0.2, 0.08), (0.8, 0.08), (0.42, 0.94)]],
        8 => vec![
            arc((0.5, 0.29), (0.21, 0.2), 0.0, 360.0),
            arc((0.5, 0.71), (0.27, 0.22), 0.0, 360.0),
        ],
        _ => vec![
            [arc((0.5, 0.32), (0.25, 0.24), 0.0, 360.0), vec![(0.72, 0.6), (0.56, 0.94)]].concat(),
        ],
    }
}

/// Points on an ellipse, from one angle to another in degrees, clockwise on the page.
fn arc((x, y): Point, (rx, ry): Point, from: f64, to: f64) -> Vec<Point> {
    let angle = |k: u32| (from + (to - from) * f64::from(k) / 12.0).to_radians();
    (0..=12).map(|k| (x + rx * angle(k).cos(), y + ry * angle(k).sin())).collect()
}

/// One image: the strokes moved at random, then ink by the distance to the nearest of them.
fn draw(strokes: &[Vec<Point>], rng: &mut Rng) -> Vec<u8> {
    let mut within = |low: f64, high: f64| low + (high - low) * rng.uniform();
    let (turn, slant) = (within(-0.25, 0.25), within(-0.25, 0.25));
    let (width, height) = (within(15.0, 21.0), within(17.0, 22.0));
    let (right, down, thickness) = (within(-2.0, 2.0), within(-2.0, 2.0), within(0.7, 1.5));
    let (sin, cos) = turn.sin_cos();
    let place = |&(x, y): &Point| {
        let (x, y) = ((x - 0.5) * width, (y - 0.5) * height);
        let x = x - slant * y;
        (14.0 + right + x * cos - y * sin, 14.0 + down + x * sin + y * cos)
    };
    let moved: Vec<Vec<Point>> =
        strokes.iter().map(|stroke| stroke.iter().map(place).collect()).collect();
    let ink = |pixel: usize| {
        let centre = ((pixel % SIDE) as f64 + 0.5, (pixel / SIDE) as f64 + 0.5);
        let segments = moved.iter().flat_map(|stroke| stroke.windows(2));
        let nearest =
            segments.map(|ends| distance(centre, ends[0], ends[1])).fold(f64::INFINITY, f64::min);
        (thickness + 0.5 - nearest).clamp(0.0, 1.0)
    };
    let noisy: Vec<f64> = (0..SIDE * SIDE).map(ink).collect();
    noisy
        .iter()
        .map(|ink| (255.0 * (ink + 0.1 * rng.normal()).clamp(0.0, 1.0)).round() as u8)
        .collect()
}

/// The distance of a point from the segment between two others.
fn distance((x, y): Point, (ax, ay): Point, (bx, by): Point) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (x - ax - along * dx).hypot(y - ay - along * dy)
}
