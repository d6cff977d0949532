//! One kind of chart, as SVG: curves, points and a surface over two axes, with the legend below.
#![allow(dead_code, reason = "each example uses a part")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "colours and ticks")]

/// A point in the units of the axes.
pub type Point = (f64, f64);

/// An axis. Its range is that of the data, up to the next tick, unless it is given.
pub struct Axis {
    label: String,
    log: bool,
    whole: bool,
    range: Option<Point>,
}

/// A chart. What has a label gets a colour and dashes, or a shape, of its own; the rest is grey.
pub struct Chart {
    title: String,
    axes: [Axis; 2],
    size: Point,
    surface: Option<(String, Vec<f64>)>,
    marks: Vec<(Kind, String, Vec<Point>)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Line,
    Dots,
    Note { right: f64, down: f64 },
}

/// Colour, dashes and shape, in this order. No difference rests on red against green.
const STYLES: [(&str, &str, &str); 6] = [
    ("#1f5fa8", "none", "m-8,0a8,8 0 1,0 16,0a8,8 0 1,0 -16,0z"),
    ("#c4571b", "8 4", "m-5,-5h10v10h-10z"),
    ("#15806a", "2 3", "m0,-7l7,12.5h-14z"),
    ("#8a4b9c", "10 3 2 3", "m0,-7.5l7.5,7.5l-7.5,7.5l-7.5,-7.5z"),
    ("#a98307", "14 4", "m-2,-7h4v14h-4z"),
    ("#4d5a68", "5 2 1 2 1 2", "m-2,-7h4v5h5v4h-5v5h-4v-5h-5v-4h5z"),
];
const GREY: &str = "#8a929c";

/// From 0 over ½ to 1; the middle is nearly white.
pub const ORANGE_TO_BLUE: [[f64; 3]; 3] =
    [[203.0, 118.0, 64.0], [247.0, 245.0, 241.0], [80.0, 138.0, 196.0]];

/// A surface has so many cells a side.
const CELLS: usize = 80;

impl Axis {
    /// Equal steps are equally long.
    pub fn linear(label: &str) -> Self {
        Self { label: label.into(), log: false, whole: false, range: None }
    }

    /// Of whole numbers: no tick is between them.
    pub fn whole(label: &str) -> Self {
        Self { whole: true, ..Self::linear(label) }
    }

    /// Equal ratios are equally long.
    pub fn log(label: &str) -> Self {
        Self { log: true, ..Self::whole(label) }
    }

    /// From `low` to `high`, whatever the data are.
    pub fn within(self, low: f64, high: f64) -> Self {
        Self { range: Some((low, high)), ..self }
    }

    /// Where a value is, before it is scaled.
    fn at(&self, value: f64) -> f64 {
        if self.log { value.log10() } else { value }
    }

    /// The range, and the ticks in it: multiples of 1, 2 or 5 times a power of ten.
    fn ticks(&self, values: impl Iterator<Item = f64>) -> (Point, Vec<f64>) {
        let values = values.map(|v| self.at(v)).filter(|v| v.abs() < 1e300);
        let ends = |(low, high): Point, v: f64| (low.min(v), high.max(v));
        let (mut low, mut high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), ends);
        if let Some(range) = self.range {
            (low, high) = (self.at(range.0), self.at(range.1));
        } else if low >= high {
            (low, high) = if low.is_finite() { (low - 0.5, high + 0.5) } else { (0.0, 1.0) };
        }
        let power = 10_f64.powf(((high - low) / 8.0).log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power);
        let step = step.into_iter().find(|step| (high - low) / step <= 8.0).unwrap_or(power);
        let step = if self.whole { step.ceil() } else { step };
        if self.range.is_none() {
            low = (low / step + 1e-9).floor() * step;
            high = (high / step - 1e-9).ceil() * step;
        }
        let ticks = (0..=20).map(|k| ((low / step - 1e-9).ceil() + f64::from(k)) * step);
        ((low, high), ticks.take_while(|at| *at <= high + 1e-9 * step).collect())
    }
}

impl Chart {
    /// An empty chart.
    pub fn new(title: &str, x: Axis, y: Axis) -> Self {
        let (surface, marks) = (None, Vec::new());
        Self { title: title.into(), axes: [x, y], size: (480.0, 300.0), surface, marks }
    }

    /// As high as wide.
    pub fn square(self) -> Self {
        Self { size: (420.0, 420.0), ..self }
    }

    /// A curve. A point that is not finite interrupts it.
    pub fn line(self, label: &str, points: Vec<Point>) -> Self {
        self.with(Kind::Line, label, points)
    }

    /// Points of one class.
    pub fn dots(self, label: &str, points: Vec<Point>) -> Self {
        self.with(Kind::Dots, label, points)
    }

    /// A word beside a point, so many pixels to the right and down: to the left, it ends there.
    pub fn note(self, word: &str, (x, y): Point, (right, down): Point) -> Self {
        self.with(Kind::Note { right, down }, word, vec![(x, y)])
    }

    fn with(mut self, kind: Kind, label: &str, points: Vec<Point>) -> Self {
        self.marks.push((kind, label.into(), points));
        self
    }

    /// `f(x, y)` from 0, orange, to 1, blue, behind all else. Both axes need a range.
    pub fn surface(mut self, label: &str, f: impl Fn(f64, f64) -> f64) -> Self {
        let [x, y] = [&self.axes[0], &self.axes[1]].map(|axis| axis.range.unwrap_or((0.0, 1.0)));
        let part = |(low, high): Point, k| low + (high - low) * (k as f64 + 0.5) / CELLS as f64;
        let cell = |k: usize| f(part(x, k % CELLS), part(y, CELLS - 1 - k / CELLS));
        self.surface = Some((label.into(), (0..CELLS * CELLS).map(cell).collect()));
        self
    }

    /// The chart as SVG elements, and its height.
    fn draw(&self) -> (String, f64) {
        let ((width, height), [x, y]) = (self.size, &self.axes);
        let points = || self.marks.iter().flat_map(|(.., points)| points);
        let ((x0, x1), across) = x.ticks(points().map(|p| p.0));
        let ((y0, y1), up) = y.ticks(points().map(|p| p.1));
        let px = |at: f64| (at - x0) / (x1 - x0) * width;
        let py = |at: f64| height - (at - y0) / (y1 - y0) * height;
        let mut body =
            text((-62.0, -16.0), "start", "font-weight=\"600\" font-size=\"17\"", &self.title);
        for at in across {
            body += &path(&format!("M{:.2},0V{height}", px(at)), "stroke=\"#e3e6ea\"");
            body += &text((px(at), height + 20.0), "middle", "", &written(at, x.log));
        }
        for at in up {
            body += &path(&format!("M0,{:.2}H{width}", py(at)), "stroke=\"#e3e6ea\"");
            body += &text((-8.0, py(at) + 5.0), "end", "", &written(at, y.log));
        }
        body += &text((width / 2.0, height + 42.0), "middle", "", &x.label);
        let turned = format!("transform=\"translate(-54 {}) rotate(-90)\"", height / 2.0);
        body += &text((0.0, 0.0), "middle", &turned, &y.label);
        if let Some((_, values)) = &self.surface {
            body += &raster(CELLS, values, self.size, &ORANGE_TO_BLUE);
        }
        let (legend, marks, bottom) = self.marks(|&(a, b)| (px(x.at(a)), py(y.at(b))));
        body += &format!("<svg width=\"{width}\" height=\"{height}\">\n{marks}</svg>\n");
        body += &path(&format!("M0,0H{width}V{height}H0z"), &format!("stroke=\"{GREY}\""));
        (body + &legend, bottom)
    }

    /// The legend below the axes, the marks, and where the legend ends.
    fn marks(&self, place: impl Fn(&Point) -> Point) -> (String, String, f64) {
        let (mut legend, mut marks, mut used) = (String::new(), String::new(), 0);
        let mut bottom = self.size.1 + 56.0;
        if let Some((label, _)) = &self.surface {
            let bar: Vec<f64> = (0..12).map(|k| f64::from(k) / 11.0).collect();
            legend += &moved((0.0, bottom), &raster(12, &bar, (36.0, 12.0), &ORANGE_TO_BLUE));
            legend += &text((46.0, bottom + 11.0), "start", "", label);
            bottom += 22.0;
        }
        for (kind, label, points) in &self.marks {
            let style = (!label.is_empty()).then(|| STYLES[used % STYLES.len()]);
            let points: Vec<Point> = points.iter().map(&place).collect();
            marks += &drawn(*kind, &points, label, style);
            if let (Some(style), Kind::Line | Kind::Dots) = (style, *kind) {
                let (y, line) = (bottom + 6.0, *kind == Kind::Line);
                let swatch = if line { vec![(0.0, y), (36.0, y)] } else { vec![(18.0, y)] };
                legend += &drawn(*kind, &swatch, label, Some(style));
                legend += &text((46.0, bottom + 11.0), "start", "", label);
                (used, bottom) = (used + 1, bottom + 22.0);
            }
        }
        (legend, marks, bottom)
    }
}

/// A mark in pixels; without a style it is grey.
fn drawn(kind: Kind, points: &[Point], label: &str, style: Option<(&str, &str, &str)>) -> String {
    let finite = |p: &&Point| p.0.is_finite() && p.1.is_finite();
    let width = if style.is_some() { 2 } else { 1 };
    let (colour, dashes, shape) =
        style.unwrap_or((GREY, "none", "m-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0z"));
    match kind {
        Kind::Line => {
            let stroke = format!("stroke=\"{colour}\" stroke-width=\"{width}\"");
            path(&curve(points), &format!("{stroke} stroke-dasharray=\"{dashes}\""))
        }
        Kind::Dots => {
            let dot = |&(x, y): &Point| {
                let fill = format!("fill=\"{colour}\" stroke=\"white\" stroke-width=\"1.5\"");
                format!("<path d=\"M{x:.2},{y:.2}{shape}\" {fill}/>\n")
            };
            points.iter().filter(finite).map(dot).collect()
        }
        Kind::Note { .. } if !points.iter().all(|p| finite(&p)) => String::new(),
        Kind::Note { right, down } => {
            let anchor = if right < 0.0 { "end" } else { "start" };
            let halo = "paint-order=\"stroke\" stroke=\"#fdfdfb\" stroke-width=\"4\"";
            text((points[0].0 + right, points[0].1 + 5.0 + down), anchor, halo, label)
        }
    }
}

/// A path through the points, of which 600 are kept: more cannot be seen.
fn curve(points: &[Point]) -> String {
    let stride = points.len().div_ceil(600);
    let pair = |&(x, y): &Point| format!("{:.2},{:.2}", x.clamp(-1e4, 1e4), y.clamp(-1e4, 1e4));
    let run = |run: &[Point]| {
        let kept = run.iter().enumerate().filter(|(i, _)| i % stride == 0 || i + 1 == run.len());
        kept.map(|(_, point)| pair(point)).collect::<Vec<_>>().join(" ")
    };
    let runs = points.split(|p| !p.0.is_finite() || !p.1.is_finite()).map(run);
    runs.filter(|run| !run.is_empty()).map(|run| format!("M{run}")).collect()
}

/// Where the reader prefers the dark: all colours inverted, and the hues turned back.
pub const DARK: &str = "<style>@media(prefers-color-scheme:dark){svg{filter:invert(0.9) \
     hue-rotate(180deg)}svg svg{filter:none}}</style>\n";

/// Charts below each other, as a whole document: opaque, and dark where the reader prefers that.
pub fn document(title: &str, charts: &[Chart]) -> String {
    let (mut body, mut bottom) = (String::new(), 0.0);
    for chart in charts {
        let (drawn, height) = chart.draw();
        body += &moved((80.0, bottom + 50.0), &drawn);
        bottom += height + 62.0;
    }
    svg(title, (600.0, bottom), &body)
}

/// A document with these elements.
pub fn svg(title: &str, (width, height): Point, body: &str) -> String {
    let (width, height, title) = (width.ceil(), height.ceil(), escape(title));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"15\" \
         fill=\"#2b3036\">\n<title>{title}</title>\n{DARK}\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fdfdfb\"/>\n{body}</svg>\n"
    )
}

/// Values from 0 to 1 in rows of so many columns, stretched to a size; neighbours of one colour are one
/// shape. What is not finite stays empty.
pub fn raster(columns: usize, values: &[f64], size: Point, colours: &[[f64; 3]]) -> String {
    let step =
        |value: f64| value.is_finite().then(|| (value.clamp(0.0, 1.0) * 32.0).round() as usize);
    let mut paths = vec![String::new(); 33];
    for (row, values) in values.chunks(columns).enumerate() {
        let mut column = 0;
        for run in values.chunk_by(|a, b| step(*a) == step(*b)) {
            if let Some(step) = step(run[0]) {
                paths[step] += &format!("M{column} {row}h{0}v1h-{0}z", run.len());
            }
            column += run.len();
        }
    }
    let (x, y) = (size.0 / columns as f64, size.1 / (values.len() / columns) as f64);
    let mut body = format!("<g transform=\"scale({x} {y})\" shape-rendering=\"crispEdges\">\n");
    for (step, data) in paths.iter().enumerate().filter(|(_, data)| !data.is_empty()) {
        let position = step as f64 / 32.0 * (colours.len() - 1) as f64;
        let below = (position as usize).min(colours.len() - 2);
        let part = position - below as f64;
        let mix =
            |i: usize| (colours[below][i] * (1.0 - part) + colours[below + 1][i] * part).round();
        body += &format!("<path fill=\"rgb({},{},{})\" d=\"{data}\"/>\n", mix(0), mix(1), mix(2));
    }
    body + "</g>\n"
}

/// Elements moved to a point.
pub fn moved((x, y): Point, body: &str) -> String {
    format!("<g transform=\"translate({x:.2} {y:.2})\">\n{body}</g>\n")
}

/// A text at a point: `start`, `middle` or `end` of it.
pub fn text((x, y): Point, anchor: &str, attributes: &str, content: &str) -> String {
    let content = escape(content);
    format!(
        "<text x=\"{x:.2}\" y=\"{y:.2}\" text-anchor=\"{anchor}\" {attributes}>{content}</text>\n"
    )
}

fn path(data: &str, attributes: &str) -> String {
    format!("<path d=\"{data}\" fill=\"none\" {attributes}/>\n")
}

/// `text` with the characters replaced that mean something in XML, and without control characters.
pub fn escape(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A tick: what [`number`] writes, without zeros at the end.
fn written(at: f64, log: bool) -> String {
    let number = number(if log { 10_f64.powf(at) } else { at });
    let (digits, power) = number.split_once('·').unwrap_or((&number, ""));
    let plain = if digits.contains('.') { digits.trim_end_matches('0') } else { digits };
    let power = if power.is_empty() { String::new() } else { format!("·{power}") };
    plain.trim_end_matches('.').to_string() + &power
}

/// Three significant digits: `0.250`, `−2.10`, `1.20·10⁻⁷`.
pub fn number(value: f64) -> String {
    let scientific = format!("{value:.2e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let text = match exponent {
        _ if value == 0.0 => "0".to_string(),
        -3..=5 => format!("{value:.*}", usize::try_from(2 - exponent).unwrap_or(0)),
        _ => format!("{digits}·10{}", raised(exponent)),
    };
    text.replace('-', "−")
}

/// A whole number, raised: `⁻³`.
pub fn raised(number: i32) -> String {
    let digit = |c: char| match c.to_digit(10) {
        Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
        None => '⁻',
    };
    number.to_string().chars().map(digit).collect()
}
