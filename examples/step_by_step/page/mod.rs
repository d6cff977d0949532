//! The derivation as one page for a browser: every number on it is computed here and stands in the
//! page as text; its script only shows and hides.

#![allow(
    clippy::format_push_string,
    reason = "shorter than write!, whose error cannot happen here"
)]

mod diagram;
mod mistakes;
mod numbers;
mod source;
mod steps;
mod weights;

use crate::example::Example;
use crate::support::svg::escape;
use numbers::{Numbers, phi_name, show};

/// What is fixed of the page: text, style and program.
const TEMPLATE: &str = include_str!("../page.html");

/// The page of an example.
pub fn page(example: &Example) -> String {
    let trace = example.network.forward(&example.x);
    let numbers = Numbers::new(example, &trace);
    let (diagram, caption) = diagram::diagram(&numbers);
    let parts = [
        ("{{title}}", escape(&title(example))),
        ("{{diagram}}", diagram),
        ("{{caption}}", caption.into()),
        ("{{steps}}", steps::cards(&numbers)),
        ("{{options}}", weights::options(&numbers)),
        ("{{weights}}", weights::panels(&numbers)),
    ];
    parts.into_iter().fold(TEMPLATE.into(), |page, (mark, part)| page.replace(mark, &part))
}

fn title(Example { network, x, worked, .. }: &Example) -> String {
    let sizes: Vec<String> = std::iter::once(x.cols())
        .chain(network.layers().iter().map(|layer| layer.biases.cols()))
        .map(|size| size.to_string())
        .collect();
    let names: Vec<String> =
        network.layers().iter().map(|layer| phi_name(layer.activation)).collect();
    let what = if *worked { "the worked example" } else { "a random network" };
    format!(
        "Backpropagation, step by step: {what}, {} ({}), λ = {}",
        sizes.join("-"),
        names.join(", "),
        show(network.weight_decay())
    )
}
