//! The page that `step_by_step` writes: its numbers are those of the crate, its quotes are lines of
//! the source, and its script computes nothing. And the page of `xor`: δ and gradients are those of
//! the crate.

#[path = "../examples/step_by_step/example.rs"]
mod example;
#[path = "../examples/step_by_step/page/mod.rs"]
mod page;
#[path = "../examples/support"]
mod support {
    pub mod axis;
    pub mod chart;
    pub mod contour;
    pub mod heat_map;
    pub mod palette;
    pub mod svg;
    pub mod xor;
    pub mod xor_pictures;
}
#[allow(dead_code, reason = "which frames are due is not asked here")]
#[path = "../examples/xor/page.rs"]
mod xor_page;

use backprop::{Activation, Dataset, Matrix, Network};
use example::Example;
use support::xor::Recipe;
use xor_page::Frame;

/// The chapter's network, narrow and wide ones, and all activations.
fn examples() -> Vec<Example> {
    let random = |sizes: &[usize], hidden| Example::random(sizes, hidden, 3).expect("a network");
    let mut all: Vec<Example> =
        Activation::ALL.into_iter().map(|phi| random(&[3, 3, 2, 2], phi)).collect();
    all.extend([
        Example::worked().expect("a network"),
        random(&[2, 1], Activation::Tanh),
        random(&[4, 4, 4, 3], Activation::Sigmoid),
        random(&[9, 9, 9, 1], Activation::Tanh),
    ]);
    all
}

/// What stands between two marks, each time.
fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start).skip(1).filter_map(move |rest| Some(rest.split_once(end)?.0))
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is no number"))
}

/// All matrices with this name that a step finds.
fn found<'a>(page: &'a str, name: &'a str) -> Vec<Vec<f64>> {
    let start = format!("data-name=\"{name}\" data-exact=\"");
    let texts = page.split(&start).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0));
    texts.map(|text| text.split(' ').map(number).collect()).collect()
}

#[track_caller]
fn assert_on_page(page: &str, name: &str, matrix: &Matrix) {
    assert_eq!(found(page, name), [matrix.as_slice().to_vec()], "{name}, on the page and computed");
}

#[test]
fn the_numbers_of_the_steps_are_those_of_forward_and_backward() {
    for example in examples() {
        let Example { network, x, t, .. } = &example;
        let page = page::page(&example);
        let trace = network.forward(x);
        let gradients = network.backward(&trace, t);
        for l in 1..=network.depth() {
            let up = support::svg::superscript(l);
            assert_on_page(&page, &format!("z{up}"), trace.z(l));
            assert_on_page(&page, &format!("y{up}"), trace.y(l));
            assert_on_page(&page, &format!("δ{up}"), gradients.biases(l));
            assert_on_page(&page, &format!("∇b{up}"), gradients.biases(l));
            let [on_page] = &found(&page, &format!("∇W{up}"))[..] else { panic!("one ∇W{up}") };
            for (a, b) in on_page.iter().zip(gradients.weights(l).as_slice()) {
                let apart = (a - b).abs();
                assert!(apart <= 1e-15 * b.abs(), "∇W{up}: {a} on the page, {b} by backward");
            }
        }
        assert_on_page(&page, "ℒ", &Matrix::row_vector(&[network.loss(&trace, t)]));
    }
}

/// What is read is what was computed, to the digits that are shown.
#[test]
fn every_number_in_a_table_is_the_rounded_exact_one() {
    for example in examples() {
        let page = page::page(&example);
        let tables: Vec<&str> = between(&page, "<table class=\"new\"", "</table>").collect();
        assert!(tables.len() >= 6, "{} tables", tables.len());
        for table in tables {
            let exact = between(table, "data-exact=\"", "\"").next().expect("exact numbers");
            let exact: Vec<f64> = exact.split(' ').map(number).collect();
            let cells: Vec<&str> = between(table, "<td", "</td>")
                .map(|cell| cell.rsplit('>').next().expect("a text"))
                .collect();
            assert_eq!(cells.len(), exact.len(), "{table}");
            for (cell, exact) in cells.into_iter().zip(exact) {
                let cell = cell.replace('−', "-");
                if let Some((digits, _power)) = cell.split_once("·10") {
                    let digits_of = format!("{exact:.2e}");
                    assert!(digits_of.starts_with(digits), "{cell} for {exact}");
                } else {
                    assert!((number(&cell) - exact).abs() <= 0.5001e-4, "{cell} for {exact}");
                }
            }
        }
    }
}

/// The panel of a weight, counted from 1.
fn panel(page: &str, l: usize, i: usize, j: usize) -> &str {
    let start = format!("<section class=\"weight\" id=\"w{l}-{i}-{j}\"");
    page.split(&start).nth(1).and_then(|rest| rest.split("</section>").next()).expect("a panel")
}

fn attribute(text: &str, name: &str) -> f64 {
    let start = format!("{name}=\"");
    number(text.split(&start).nth(1).and_then(|rest| rest.split('"').next()).expect("a value"))
}

/// What a mistake gives for a weight, if the page says that it differs.
fn mistaken(panel: &str, mistake: &str) -> Option<f64> {
    let start = format!("data-mistake=\"{mistake}\"");
    panel.split(&start).nth(1).map(|rest| attribute(rest, "data-exact"))
}

#[test]
fn every_weight_has_its_derivative_and_its_difference() {
    for example in examples() {
        let Example { network, x, t, .. } = &example;
        let page = page::page(&example);
        let gradients = network.backward(&network.forward(x), t);
        let mut count = 0;
        for l in 1..=network.depth() {
            let w = &network.layer(l).weights;
            for (i, j) in (0..w.rows() * w.cols()).map(|k| (k / w.cols(), k % w.cols())) {
                let panel = panel(&page, l, i + 1, j + 1);
                let (right, told) = (gradients.weights(l)[(i, j)], attribute(panel, "data-exact"));
                assert!((told - right).abs() <= 1e-15 * right.abs(), "{told}, not {right}");
                let difference = attribute(panel, "data-difference");
                assert!((difference - right).abs() < 1e-8, "{difference} for {right}");
                count += 1;
            }
        }
        assert_eq!(count, page.matches("<section class=\"weight\"").count());
        assert_eq!(count, page.matches("<option ").count());
        assert_eq!(count, page.matches("role=\"button\"").count());
    }
}

/// φ′(y) and no φ′ as in chapter 1, the others by their formulas.
#[test]
fn the_mistakes_are_those_of_the_chapters() {
    let example = Example::worked().expect("a network");
    let page = page::page(&example);
    let gradients = example.network.backward(&example.network.forward(&example.x), &example.t);
    let (w, grad_w, delta) =
        (&example.network.layer(1).weights, gradients.weights(1), gradients.biases(1));
    let (lambda, x) = (example.network.weight_decay(), &example.x);
    for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let panel = panel(&page, 1, i + 1, j + 1);
        let decay = lambda * w[(i, j)];
        let expected = [
            ("PhiOfY", [-0.5534, 0.1999][i] * x[(0, j)] + decay),
            ("PhiLeftOut", [-0.6803, 0.3401][i] * x[(0, j)] + decay),
            ("HalfTheDecay", grad_w[(i, j)] - decay / 2.0),
            ("DecayWithWrongSign", grad_w[(i, j)] - 2.0 * decay),
            ("TransposedOuterProduct", x[(0, i)] * delta[(0, j)] + decay),
        ];
        for (mistake, expected) in expected {
            // On the diagonal both outer products are the same.
            let told = mistaken(panel, mistake).unwrap_or(grad_w[(i, j)]);
            assert!((told - expected).abs() < 2e-4, "{mistake}: {told}, expected {expected}");
        }
    }
    assert_eq!(mistaken(panel(&page, 2, 1, 1), "PhiOfY"), None, "the last layer has no φ′ in it");
}

#[test]
fn every_quoted_line_stands_in_the_source() {
    for example in examples() {
        let page = page::page(&example);
        let quotes: Vec<&str> = between(&page, "<p class=\"where\">", "</code>").collect();
        assert!(quotes.len() >= 7, "{} quotes", quotes.len());
        for quote in quotes {
            let (place, code) = quote.split_once("</p><pre><code>").expect("place and code");
            let (file, line) = place.split_once(", line ").expect("file and line");
            let text = match file {
                "src/network.rs" => include_str!("../src/network.rs"),
                "src/output.rs" => include_str!("../src/output.rs"),
                "src/activation.rs" => include_str!("../src/activation.rs"),
                _ => panic!("{file} is not known"),
            };
            let line: usize = line.parse().expect("a line");
            let there = text.lines().nth(line - 1).expect("a line").trim();
            assert_eq!(support::svg::escape(there), code.rsplit('\n').next().expect("code"));
        }
    }
}

#[test]
fn the_page_is_small_has_names_for_its_controls_and_computes_nothing() {
    for example in examples() {
        let page = page::page(&example);
        assert!(page.len() < 600_000, "{} bytes", page.len());
        assert!(!page.contains("{{"), "a mark of the template is left");
        for control in ["<input", "<g class=\"w\"", "<svg"] {
            for attributes in between(&page, control, ">") {
                let name = between(attributes, "aria-label=\"", "\"").next();
                assert!(name.is_some_and(|name| !name.is_empty()), "{control}{attributes}");
            }
        }
        assert!(page.contains("<label for=\"choice\">") && page.contains("<select id=\"choice\">"));
        let script = between(&page, "<script>", "</script>").next().expect("a script");
        for word in ["Math", "toFixed", "eval", "fetch", " * ", " / "] {
            assert!(!script.contains(word), "the script has {word}");
        }
    }
}

/// The lists of numbers with this name, one for the mean and one for each sample.
fn lists(page: &str, name: &str) -> Vec<Vec<f64>> {
    let start = format!("\"{name}\":");
    let texts = page.split(&start).skip(1).filter_map(|rest| rest.split(['}', ']', '"']).next());
    let numbers = |text: &str| text.trim_matches(['[', ',']).split(',').map(number).collect();
    texts.map(numbers).collect()
}

#[test]
fn what_comes_back_on_the_page_of_xor_is_what_backward_gives() {
    let (data, network): (Dataset, Network) =
        (Dataset::xor(), Recipe::new(3, Activation::Tanh).network(5));
    let frame = Frame { iteration: 0, loss: 0.5, network: network.clone() };
    let page = xor_page::page("XOR", &[frame], &[(0.0, 0.5)]);
    let samples = [vec![0, 1, 2, 3], vec![0], vec![1], vec![2], vec![3]];
    for (k, rows) in samples.iter().enumerate() {
        let (x, t) = (data.inputs().select_rows(rows), data.targets().select_rows(rows));
        let gradients = network.backward(&network.forward(&x), &t);
        for (name, matrix) in [
            ("d1", gradients.biases(1)),
            ("d2", gradients.biases(2)),
            ("g1", gradients.weights(1)),
            ("g2", gradients.weights(2)),
        ] {
            let told = &lists(&page, name)[k];
            assert_eq!(told.len(), matrix.as_slice().len(), "{name}, choice {k}");
            for (told, right) in told.iter().zip(matrix.as_slice()) {
                let error = (told - right).abs();
                assert!(error <= 0.5001e-4 * right.abs(), "{name}, choice {k}: {told}, {right}");
            }
        }
    }
}
