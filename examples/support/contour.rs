//! Contour lines: where a function on a grid crosses zero.
#![allow(dead_code, reason = "each example uses a part")]

type Point = (f64, f64);

/// The polylines along which `f(column, row)` is zero, for `0 ≤ column, row ≤ cells`.
///
/// Each cell is cut into two triangles. The line enters and leaves a triangle
/// through two of its three sides, so that no case is ambiguous.
pub fn zero_lines(cells: usize, f: impl Fn(f64, f64) -> f64) -> Vec<Vec<Point>> {
    let side = cells + 1;
    let at = |(i, j): (usize, usize)| (i as f64, j as f64);
    let values: Vec<f64> =
        (0..side * side).map(|k| f((k % side) as f64, (k / side) as f64)).collect();
    let corner = |(i, j): (usize, usize)| (at((i, j)), values[j * side + i]);
    let mut segments = Vec::new();
    for (i, j) in (0..cells * cells).map(|k| (k % cells, k / cells)) {
        for other in [(i + 1, j), (i, j + 1)] {
            let [a, b, c] = [(i, j), other, (i + 1, j + 1)].map(corner);
            let ends: Vec<Point> = [(a, b), (b, c), (a, c)]
                .into_iter()
                .filter_map(|ends| crossing(&f, ends))
                .collect();
            if let [start, end] = ends[..] {
                segments.push((start, end));
            }
        }
    }
    join(segments)
}

/// Where the line from `p` to `q` crosses zero; the same bits from both triangles beside it.
///
/// By halving: along the edge of a plateau that is nearly zero, a straight line from value to value
/// would cross beside one corner of each cell, and make a staircase.
fn crossing(
    f: impl Fn(f64, f64) -> f64,
    ((p, a), (q, b)): ((Point, f64), (Point, f64)),
) -> Option<Point> {
    let place = |part: f64| (p.0 + part * (q.0 - p.0), p.1 + part * (q.1 - p.1));
    if (a < 0.0) == (b < 0.0) || !(a - b).is_finite() {
        return None;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..16 {
        let middle = f64::midpoint(low, high);
        let (x, y) = place(middle);
        if (f(x, y) < 0.0) == (a < 0.0) { low = middle } else { high = middle }
    }
    Some(place(f64::midpoint(low, high)))
}

/// Segments that share an end become one line.
fn join(mut segments: Vec<(Point, Point)>) -> Vec<Vec<Point>> {
    let mut lines = Vec::new();
    while let Some((start, end)) = segments.pop() {
        let mut line = vec![start, end];
        for _ in 0..2 {
            while let Some(next) = take_next(&mut segments, line[line.len() - 1]) {
                line.push(next);
            }
            line.reverse(); // then the other end
        }
        lines.push(line);
    }
    lines
}

fn take_next(segments: &mut Vec<(Point, Point)>, end: Point) -> Option<Point> {
    let found = segments.iter().position(|&(a, b)| a == end || b == end)?;
    let (a, b) = segments.swap_remove(found);
    Some(if a == end { b } else { a })
}
