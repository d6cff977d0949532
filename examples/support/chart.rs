//! Charts: curves, points, contour lines and surfaces over two axes.
#![allow(dead_code, reason = "each example uses a part")]
#![allow(
    clippy::cast_possible_truncation,
    reason = "pixels, rows and columns are small whole numbers"
)]

use super::axis::{Axis, Scale};
use super::contour::zero_lines;
use super::heat_map::raster;
use super::palette::{GRID, INK, MUTED, SERIES, Shades};
use super::svg::{
    END, HALO, MIDDLE, Picture, START, circle, heading, moved, polygon, polyline, px, rect, text,
    turned, widest,
};

type Point = (f64, f64);

/// A chart; layers are drawn in the order in which they were added.
///
/// A layer with a label has a colour, dashes or a shape of its own and stands
/// in the legend; without one it is scenery, thin and grey.
pub struct Chart {
    title: String,
    x: Axis,
    y: Axis,
    size: (f64, f64),
    surface: Option<(Shades, Vec<f64>)>,
    layers: Vec<Layer>,
}

struct Layer {
    mark: Mark,
    label: String,
    style: Option<usize>, // an index of SERIES
    lines: Vec<Vec<Point>>,
}

enum Mark {
    Line,
    Dots,
    Note,
}

/// A surface and the contour lines are sampled on a grid of so many cells a side.
const CELLS: usize = 80;

impl Chart {
    /// An empty chart.
    pub fn new(title: &str, x: Axis, y: Axis) -> Self {
        let (surface, layers) = (None, Vec::new());
        Self { title: title.into(), x, y, size: (480.0, 300.0), surface, layers }
    }

    /// The size of the area between the axes, in pixels.
    pub fn size(self, width: f64, height: f64) -> Self {
        Self { size: (width, height), ..self }
    }

    /// A curve.
    pub fn line(self, label: &str, points: &[Point]) -> Self {
        self.lines(label, vec![points.to_vec()])
    }

    /// Several curves of one kind, such as line segments.
    pub fn lines(self, label: &str, lines: Vec<Vec<Point>>) -> Self {
        self.with(Mark::Line, label, lines)
    }

    /// Points of one class.
    pub fn dots(self, label: &str, points: &[Point]) -> Self {
        self.with(Mark::Dots, label, vec![points.to_vec()])
    }

    /// A ring around a point and a word beside it.
    pub fn note(mut self, point: Point, word: &str) -> Self {
        let (label, lines) = (word.into(), vec![vec![point]]);
        self.layers.push(Layer { mark: Mark::Note, label, style: None, lines });
        self
    }

    /// The line along which `f(x, y)` is `level`. Both axes need a range.
    pub fn contour(self, label: &str, level: f64, f: impl Fn(f64, f64) -> f64) -> Self {
        let (x, y) = self.fixed_scales();
        let part = |k: f64| k / CELLS as f64;
        let point = |(i, j)| (x.value(part(i)), y.value(part(j)));
        let lines = zero_lines(CELLS, |i, j| f(x.value(part(i)), y.value(part(j))) - level);
        let lines = lines.into_iter().map(|line| line.into_iter().map(point).collect()).collect();
        self.lines(label, lines)
    }

    /// As [`contour`](Chart::contour), in ink and in the legend, so that no series loses its style.
    pub fn seam(self, label: &str, level: f64, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut chart = self.contour("", level, f);
        if let Some(layer) = chart.layers.last_mut() {
            layer.label = label.into();
        }
        chart
    }

    /// `f(x, y)` as a colour behind everything else. Both axes need a range.
    pub fn surface(mut self, shades: Shades, f: impl Fn(f64, f64) -> f64) -> Self {
        let (x, y) = self.fixed_scales();
        let part = |k: usize| (k as f64 + 0.5) / CELLS as f64;
        let cells = (0..CELLS * CELLS).map(|k| (part(k % CELLS), 1.0 - part(k / CELLS)));
        self.surface = Some((shades, cells.map(|(i, j)| f(x.value(i), y.value(j))).collect()));
        self
    }

    /// The picture: title above, legend to the right.
    pub fn draw(&self) -> Picture {
        let (x, y) = self.scales();
        let left = 34.0 + widest(&y.labels(), 12.0);
        let mut plot = self.frame(&x, &y, left);
        let mut beside = Vec::new();
        if let Some((shades, values)) = &self.surface {
            plot += &raster(CELLS, values, shades, self.size);
            beside.push(shades.bar(self.size.1));
        }
        let mut ink = self.ink(&x, &y);
        for layer in &self.layers {
            plot += &self.marks(layer, &x, &y, &mut ink);
        }
        beside.push(self.legend());
        let mut body = heading(&self.title) + &moved((left, 34.0), &plot);
        let (mut width, mut height) = (left + self.size.0, self.size.1 + 42.0);
        for picture in beside {
            body += &moved((width + 20.0, 34.0), &picture.body);
            width += 20.0 + picture.width;
            height = height.max(picture.height);
        }
        Picture { width: width.max(widest(&[&self.title], 15.0)), height: 34.0 + height, body }
    }

    fn with(mut self, mark: Mark, label: &str, lines: Vec<Vec<Point>>) -> Self {
        let used = self.layers.iter().filter(|layer| layer.style.is_some()).count();
        let style = (!label.is_empty()).then_some(used % SERIES.len());
        self.layers.push(Layer { mark, label: label.into(), style, lines });
        self
    }

    fn in_legend(&self) -> impl Iterator<Item = &Layer> {
        let named = |layer: &&Layer| !layer.label.is_empty() && !matches!(layer.mark, Mark::Note);
        self.layers.iter().filter(named)
    }

    fn scales(&self) -> (Scale, Scale) {
        let points = || self.layers.iter().flat_map(|layer| layer.lines.iter().flatten());
        let (xs, ys): (Vec<f64>, Vec<f64>) = points().copied().unzip();
        (self.x.scale(&xs, (0.0, self.size.0)), self.y.scale(&ys, (self.size.1, 0.0)))
    }

    fn fixed_scales(&self) -> (Scale, Scale) {
        let fixed = self.x.is_fixed() && self.y.is_fixed();
        assert!(fixed, "surfaces and contours need axes with a range: Axis::within");
        self.scales()
    }

    /// Grid, ticks and labels.
    fn frame(&self, x: &Scale, y: &Scale, left: f64) -> String {
        let (width, height) = self.size;
        let grid = format!(r#"stroke="{GRID}""#);
        let mut body = String::new();
        for (at, label) in &x.ticks {
            body += &polyline(&[(*at, 0.0), (*at, height + 4.0)], &grid);
            body += &text((*at, height + 18.0), &format!(r#"{MIDDLE} font-size="12""#), label);
        }
        for (at, label) in &y.ticks {
            body += &polyline(&[(-4.0, *at), (width, *at)], &grid);
            body += &text((-8.0, at + 4.0), &format!(r#"{END} font-size="12""#), label);
        }
        body += &rect((0.0, 0.0), self.size, &format!(r#"fill="none" stroke="{MUTED}""#));
        body += &text((width / 2.0, height + 38.0), MIDDLE, &self.x.label);
        body + &moved((12.0 - left, height / 2.0), &turned(&self.y.label))
    }

    fn marks(&self, layer: &Layer, x: &Scale, y: &Scale, ink: &mut Vec<Point>) -> String {
        let (width, height) = self.size;
        let inside =
            |p: &&Point| (-0.5..width + 0.5).contains(&p.0) && (-0.5..height + 0.5).contains(&p.1);
        let mut body = String::new();
        for line in &layer.lines {
            let points = line.iter().map(|&(a, b)| (x.at(a), y.at(b)));
            let points: Vec<Point> =
                points.filter(|p| p.0.is_finite() && p.1.is_finite()).collect();
            let inner = points.iter().filter(inside);
            body += &match layer.mark {
                Mark::Line => self.clipped(&curve(&thinned(&points), layer)),
                Mark::Dots => {
                    let beside = |&(a, b): &Point| (a + self.aside(layer, (a, b), x, y), b);
                    inner.map(|point| dot(beside(point), layer.style)).collect()
                }
                Mark::Note => inner.map(|&p| note(p, &layer.label, self.size, ink)).collect(),
            };
        }
        body
    }

    /// How far a dot steps aside so that it and one of another class at its place are both seen.
    fn aside(&self, layer: &Layer, (a, b): Point, x: &Scale, y: &Scale) -> f64 {
        let near = |&(c, d): &Point| (x.at(c) - a).hypot(y.at(d) - b) < 10.0;
        let dots = |other: &&Layer| matches!(other.mark, Mark::Dots);
        let meets = |other: &Layer| other.lines.iter().flatten().any(near);
        let mut classes = self.layers.iter().filter(dots).filter(|other| meets(other));
        let first = classes.next().is_some_and(|first| std::ptr::eq(first, layer));
        match (first, first && classes.next().is_none()) {
            (_, true) => 0.0,
            (true, false) => -8.0,
            (false, false) => 8.0,
        }
    }

    /// Points on all that no word should cover, closer to each other than a word is high.
    fn ink(&self, x: &Scale, y: &Scale) -> Vec<Point> {
        let mut ink = Vec::new();
        for layer in &self.layers {
            for line in &layer.lines {
                let points: Vec<Point> = line.iter().map(|&(a, b)| (x.at(a), y.at(b))).collect();
                match layer.mark {
                    Mark::Line => ink.extend(points.windows(2).flat_map(|p| between(p[0], p[1]))),
                    Mark::Dots | Mark::Note => ink.extend(points.into_iter().flat_map(rim)),
                }
            }
        }
        ink
    }

    /// An inner `svg` cuts off what runs out of it.
    fn clipped(&self, body: &str) -> String {
        format!("<svg width=\"{}\" height=\"{}\">\n{body}</svg>\n", self.size.0, self.size.1)
    }

    fn legend(&self) -> Picture {
        let mut legend = Picture { width: 0.0, height: 0.0, body: String::new() };
        for layer in self.in_legend() {
            let middle = legend.height + 9.0;
            legend.body += &swatch(layer, middle);
            legend.body += &text((40.0, middle + 4.0), START, &layer.label);
            legend.height += 22.0;
            legend.width = legend.width.max(40.0 + widest(&[&layer.label], 13.0));
        }
        legend
    }
}

/// What stands for a layer in the legend.
fn swatch(layer: &Layer, middle: f64) -> String {
    if matches!(layer.mark, Mark::Dots) {
        return dot((16.0, middle), layer.style);
    }
    let line = curve(&[(0.0, middle), (32.0, middle)], layer);
    if layer.style.is_some() {
        return line;
    }
    let pale = format!(r#"fill="{}" class="surface""#, Shades::PALE);
    rect((0.0, middle - 7.0), (32.0, 14.0), &pale) + &line
}

/// A line; below dashes a thin one runs through, so that the gaps do not read as missing data.
fn curve(points: &[Point], Layer { label, style, .. }: &Layer) -> String {
    let Some(style) = *style else {
        let grey = format!(r#"stroke="{MUTED}""#);
        // A seam runs where the surface is pale, in the dark too: hence a style.
        let ink = format!(r#"style="stroke:{INK}" stroke-width="1.2""#);
        return polyline(points, if label.is_empty() { &grey } else { &ink });
    };
    let (colour, dashes) = SERIES[style];
    let line = format!(r#"stroke="{colour}" stroke-dasharray="{dashes}" stroke-width="2""#);
    let below = format!(r#"stroke="{colour}" stroke-opacity="0.4""#);
    let below = if dashes == "none" { String::new() } else { polyline(points, &below) };
    below + &polyline(points, &line)
}

/// A point; its shape as well as its colour tells its class.
fn dot((x, y): Point, style: Option<usize>) -> String {
    let Some(style) = style else { return circle((x, y), 3.0, &format!(r#"fill="{MUTED}""#)) };
    let corners: &[Point] = match style % 4 {
        0 => &[],
        1 => &[(-5.5, -5.5), (5.5, -5.5), (5.5, 5.5), (-5.5, 5.5)],
        2 => &[(0.0, -7.0), (7.0, 5.5), (-7.0, 5.5)],
        _ => &[(0.0, -7.5), (7.5, 0.0), (0.0, 7.5), (-7.5, 0.0)],
    };
    let corners: Vec<Point> = corners.iter().map(|corner| (x + corner.0, y + corner.1)).collect();
    // A style, not an attribute: on a surface the colour stays as it is, in the dark too.
    let attributes =
        format!(r#"style="fill:{}" stroke="white" stroke-width="1.5""#, SERIES[style].0);
    if corners.is_empty() {
        circle((x, y), 8.0, &attributes)
    } else {
        polygon(&corners, &attributes)
    }
}

/// The radius of the ring around a point.
const RING: f64 = 11.0;

/// A ring around a point, and a word at the first place beside it with the least ink.
fn note(point: Point, word: &str, size: (f64, f64), ink: &mut Vec<Point>) -> String {
    let half = (widest(&[word], 13.0) / 2.0, 7.5);
    let covers = |m: Point, p: &Point| (p.0 - m.0).abs() < half.0 && (p.1 - m.1).abs() < half.1;
    let inside = |m: Point| {
        (half.0..=size.0 - half.0).contains(&m.0) && (half.1..=size.1 - half.1).contains(&m.1)
    };
    let places = places(point, half, size.0);
    let within = places.iter().filter(|place| inside(place.middle));
    let inked = |place: &&Place| ink.iter().filter(|p| covers(place.middle, p)).count();
    let Place { at, anchor, middle } = *within.min_by_key(inked).unwrap_or(&places[0]);
    for height in [-4.0, 4.0] {
        let [start, end] = [-half.0, half.0].map(|x| (middle.0 + x, middle.1 + height));
        ink.extend(between(start, end)); // the next word keeps away from this one
    }
    circle(point, RING, &format!(r#"fill="none" stroke="{INK}" stroke-width="1.5""#))
        + &text(at, &format!("{anchor} {HALO}"), word)
}

/// Where a word may stand: the point of the text, its anchor, and the middle of the word.
struct Place {
    at: Point,
    anchor: &'static str,
    middle: Point,
}

/// Places for a word of this size around a point, the best first.
fn places((x, y): Point, half: (f64, f64), width: f64) -> Vec<Place> {
    let (side, anchor) = if x > width / 2.0 { (-1.0, END) } else { (1.0, START) };
    let at = (x + 13.0 * side, if y < 24.0 { y + 26.0 } else { y - 14.0 });
    let mut places = vec![Place { at, anchor, middle: (at.0 + side * half.0, at.1 - 4.5) }];
    for gap in [3.0, 8.0, 16.0, 24.0] {
        for (cos, sin) in (0..16).map(|k| direction(f64::from(k) / 16.0)) {
            let away = RING + gap + cos.abs() * half.0 + sin.abs() * half.1;
            let middle = (x + away * cos, y + away * sin);
            let at = (middle.0, middle.1 + 4.5);
            places.push(Place { at, anchor: MIDDLE, middle });
        }
    }
    places
}

/// Points from one to another.
fn between(a: Point, b: Point) -> impl Iterator<Item = Point> {
    let steps = ((a.0 - b.0).hypot(a.1 - b.1) / 2.0).clamp(1.0, 500.0).ceil();
    let part = move |k: i32| f64::from(k) / steps;
    (0..=steps as i32).map(move |k| (a.0 + part(k) * (b.0 - a.0), a.1 + part(k) * (b.1 - a.1)))
}

/// Points around one that has a ring.
fn rim((x, y): Point) -> impl Iterator<Item = Point> {
    let around = (0..32).map(|k| direction(f64::from(k) / 32.0));
    around.map(move |(cos, sin)| (x + RING * cos, y + RING * sin))
}

/// The point on the unit circle after a part of a turn.
fn direction(part: f64) -> Point {
    let (sin, cos) = (part * std::f64::consts::TAU).sin_cos();
    (cos, sin)
}

/// Of more points than can be seen, the lowest and the highest in each column of pixels.
fn thinned(points: &[Point]) -> Vec<Point> {
    if points.len() <= 600 {
        return points.to_vec();
    }
    let mut kept = Vec::new();
    let pixel = |point: &Point| px(point.0) as i64;
    for column in points.chunk_by(|a, b| pixel(a) == pixel(b)) {
        let height = |i: &usize| (px(column[*i].1) * 100.0) as i64;
        let (low, high) =
            ((0..column.len()).min_by_key(height), (0..column.len()).max_by_key(height));
        kept.extend([low.min(high), low.max(high)].into_iter().flatten().map(|i| column[i]));
    }
    kept.dedup();
    kept
}
