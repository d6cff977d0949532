//! The training as one page for a browser: no library, no network, a slider over the run.
//!
//! The page holds the weights of each frame, and for the units that it draws their δ and gradients,
//! as the crate computes them; it goes forwards itself.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels, rows and columns are small whole numbers"
)]

use backprop::{Dataset, Matrix, Network};

use super::support::xor_pictures::UNITS;

/// What is fixed of the page: text, style and program.
const TEMPLATE: &str = include_str!("page.html");

/// The numbers of all frames together, so that a page of a wide network stays small.
const BUDGET: usize = 50_000;

/// The network before some iteration.
pub struct Frame {
    /// How many steps have been taken.
    pub iteration: usize,
    /// The loss after them.
    pub loss: f64,
    /// The network after them.
    pub network: Network,
}

/// After which iterations a frame is due: up to 61 of them, denser early, when most happens.
pub fn frame_iterations(iterations: usize, hidden: usize) -> Vec<usize> {
    let parameters = 4 * hidden + 1;
    let last = (BUDGET / parameters).clamp(10, 60);
    let part = |k: usize| (k as f64 / last as f64).powf(1.5);
    let mut due: Vec<usize> =
        (0..=last).map(|k| (part(k) * iterations as f64).round() as usize).collect();
    due.dedup();
    due
}

/// The page. The losses are points `(iteration, loss)`, as many as are drawn.
pub fn page(title: &str, frames: &[Frame], losses: &[(f64, f64)]) -> String {
    let each: Vec<String> = frames.iter().map(frame_data).collect();
    let activation = frames.first().map(|frame| frame.network.layer(1).activation);
    let activation = activation.map_or(String::new(), |activation| format!("{activation:?}"));
    let losses: Vec<String> =
        losses.iter().map(|&(i, loss)| format!("[{i},{}]", short(loss))).collect();
    let data = format!(
        "{{ \"activation\": \"{activation}\",\n\"losses\": [{}],\n\"frames\": [\n{}\n] }}",
        losses.join(","),
        each.join(",\n")
    );
    TEMPLATE.replace("{{title}}", title).replace("{{run}}", &data)
}

fn frame_data(frame: &Frame) -> String {
    let (hidden, output) = (frame.network.layer(1), frame.network.layer(2));
    format!(
        r#"{{"iteration":{},"loss":{},"w1":{},"b1":{},"w2":{},"b2":{},"back":[{}]}}"#,
        frame.iteration,
        frame.loss,
        list(&hidden.weights),
        list(&hidden.biases),
        list(&output.weights),
        short(output.biases[(0, 0)]),
        back(&frame.network).join(","),
    )
}

/// What comes back for the mean of the four samples, and for each of them: δ and gradients.
fn back(network: &Network) -> Vec<String> {
    let data = Dataset::xor();
    let samples = [vec![0, 1, 2, 3], vec![0], vec![1], vec![2], vec![3]];
    let one = |rows: &Vec<usize>| {
        let (x, t) = (data.inputs().select_rows(rows), data.targets().select_rows(rows));
        let gradients = network.backward(&network.forward(&x), &t);
        let drawn = |matrix: &Matrix, of_each: usize| {
            let count = of_each * network.layer(1).biases.cols().min(UNITS);
            list(&Matrix::row_vector(&matrix.as_slice()[..count]))
        };
        format!(
            r#"{{"d1":{},"d2":{},"g1":{},"g2":{}}}"#,
            drawn(gradients.biases(1), 1),
            short(gradients.biases(2)[(0, 0)]),
            drawn(gradients.weights(1), 2),
            drawn(gradients.weights(2), 1),
        )
    };
    samples.iter().map(one).collect()
}

fn list(matrix: &Matrix) -> String {
    let numbers: Vec<String> = matrix.as_slice().iter().map(|&number| short(number)).collect();
    format!("[{}]", numbers.join(","))
}

/// Five digits without trailing zeros: `0.25`, `1.2e-7`.
fn short(number: f64) -> String {
    let rounded: f64 = format!("{number:.4e}").parse().unwrap_or(number);
    let (plain, scientific) = (rounded.to_string(), format!("{rounded:e}"));
    if plain.len() <= scientific.len() { plain } else { scientific }
}
