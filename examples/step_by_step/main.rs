//! One training step, told with every matrix and the number of its equation, in the order of the
//! derivation. Without flags: the worked example of chapter 1.

mod example;
mod page;
mod paths;
#[path = "../support"]
mod support {
    pub mod axis;
    pub mod file;
    pub mod flags;
    pub mod palette;
    pub mod program;
    pub mod svg;
}

use std::io::{StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;

use backprop::{Activation, GradientDescent, Gradients, Matrix, Network, Trace, output};
use example::Example;
use support::file::write_file;
use support::flags::Flags;
use support::program::{self, Failure};
use support::svg::superscript;

const USAGE: &str = "\
usage: cargo run --example step_by_step -- [FLAGS]

Without flags, the worked example of chapter 1. With any of these, a random
network:
  --network SIZES    units of each layer, the input first    (default 2-2-1)
  --activation NAME  of the hidden layers: identity, relu,
                     sigmoid, tanh or softmax                (default tanh)
  --seed N           of the weights and the sample           (default 1)

The same is written as a page for a browser: target/step_by_step/index.html.";

const PAGE: &str = "target/step_by_step/index.html";

/// A page of more than this would be a burden for a browser, and for a reader.
const MOST_BYTES: usize = 600_000;

fn main() -> ExitCode {
    program::run(USAGE, step_by_step)
}

fn step_by_step(flags: &mut Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let example = read(flags)?;
    let page = page::page(&example);
    let Example { mut network, x, t, worked } = example;
    let trace = network.forward(&x);
    let gradients = network.backward_one(&trace, &t);
    let before = network.loss(&trace, &t);
    tell_sample(out, &network, &x, &t)?;
    tell_forward(out, &network, &trace)?;
    writeln!(out, "(11)  ℒ = ℰ + {}/2 · Σ ‖W‖² = {before:.6}\n", network.weight_decay())?;
    let deltas = tell_deltas(out, &network, &trace, &t)?;
    tell_gradients(out, &network, &gradients)?;
    if worked {
        draw(out, &network, &trace, &deltas, &gradients)?;
    }
    tell_step(out, &mut network, gradients)?;
    let after = network.loss(&network.forward(&x), &t);
    writeln!(out, "The loss was {before:.6} and is {after:.6}.")?;
    write_page(out, &page)
}

/// The same as a page for a browser; of a network that is too large for one, a page that says so.
fn write_page(out: &mut StdoutLock, page: &str) -> Result<(), Failure> {
    if page.len() > MOST_BYTES {
        let size = page.len() / 1000;
        write_file(Path::new(PAGE), &no_steps(page, size))?;
        writeln!(
            out,
            "No page of the steps: it would have {size} kB; a smaller --network gets one."
        )?;
        return Ok(());
    }
    write_file(Path::new(PAGE), page)?;
    writeln!(out, "The same step by step, for a browser: {PAGE}")?;
    Ok(())
}

/// Takes the place of the page of an earlier network, which would be mistaken for that of this one.
fn no_steps(page: &str, size: usize) -> String {
    let head = page.split("</head>").next().unwrap_or_default();
    let title = head.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    format!(
        "{head}</head>\n<body>\n<h1>{}</h1>\n<p>There is no picture of this network: its page would \
         have {size} kB. All its numbers stand in the terminal. Fewer layers or units get a page, \
         such as <code>--network 4-4-4-1</code>.</p>\n</body>\n</html>\n",
        title.unwrap_or_default()
    )
}

fn tell_forward(out: &mut StdoutLock, network: &Network, trace: &Trace) -> Result<(), Failure> {
    writeln!(out, "Forwards\n")?;
    for l in 1..=network.depth() {
        let (layer, up, below) = (network.layer(l), superscript(l), superscript(l - 1));
        tell(out, "", &format!("W{up}, a row for each unit of layer {l}"), &layer.weights)?;
        tell(out, "", &format!("b{up}"), &layer.biases)?;
        tell(out, "(9)", &format!("z{up} = y{below} (W{up})ᵀ + b{up}"), trace.z(l))?;
        let name = format!("{:?}", layer.activation).to_lowercase();
        tell(out, "(10)", &format!("y{up} = {name}(z{up})"), trace.y(l))?;
    }
    Ok(())
}

/// δ from the last layer to the first, which are given back in the order of the layers.
fn tell_deltas(
    out: &mut StdoutLock,
    network: &Network,
    trace: &Trace,
    t: &Matrix,
) -> Result<Vec<Matrix>, Failure> {
    let (last, loss) = (network.depth(), network.loss_function());
    writeln!(out, "Backwards\n")?;
    let phi = network.layer(last).activation;
    let delta = output::delta(loss, phi, trace.z(last), trace.y(last), t);
    // Both examples end in a pair whose derivatives cancel.
    let rule = format!("δ{0} = ∇_y ℰ ⊙ φ′(z{0}) = y{0} − t", superscript(last));
    tell(out, "(5)", &rule, &delta)?;
    let mut deltas = vec![delta];
    for l in (2..=last).rev() {
        let (up, below) = (superscript(l), superscript(l - 1));
        let (phi, z, y) = (network.layer(l - 1).activation, trace.z(l - 1), trace.y(l - 1));
        let grad_y = deltas[0].matmul(&network.layer(l).weights);
        tell(out, "", &format!("δ{up}W{up}"), &grad_y)?;
        if phi == Activation::Softmax {
            let rule =
                format!("δ{below} = y{below} ⊙ (g − ⟨g, y{below}⟩), g = δ{up}W{up}, by (15)");
            tell(out, "(6)", &rule, &phi.grad_z(z, y, &grad_y))?;
        } else {
            tell(out, "", &format!("φ′(z{below})"), &phi.derivative(z))?;
            let rule = format!("δ{below} = (δ{up}W{up}) ⊙ φ′(z{below})");
            tell(out, "(6)", &rule, &phi.grad_z(z, y, &grad_y))?;
        }
        deltas.insert(0, phi.grad_z(z, y, &grad_y));
    }
    Ok(deltas)
}

fn tell_gradients(
    out: &mut StdoutLock,
    network: &Network,
    gradients: &Gradients,
) -> Result<(), Failure> {
    let lambda = network.weight_decay();
    for l in 1..=network.depth() {
        let (up, below) = (superscript(l), superscript(l - 1));
        let rule = format!("∇W{up} = δ{up} ⊗ y{below} + {lambda} W{up}");
        tell(out, "(7)", &rule, gradients.weights(l))?;
    }
    for l in 1..=network.depth() {
        tell(out, "(8)", &format!("∇b{0} = δ{0}", superscript(l)), gradients.biases(l))?;
    }
    Ok(())
}

fn draw(
    out: &mut StdoutLock,
    network: &Network,
    trace: &Trace,
    deltas: &[Matrix],
    gradients: &Gradients,
) -> Result<(), Failure> {
    let deltas = [deltas[0].clone(), deltas[1].clone()];
    let numbers = paths::Numbers { network, trace, deltas, slope: gradients.weights(1)[(1, 0)] };
    let file = Path::new("target/step_by_step/paths.svg");
    write_file(
        file,
        &paths::picture(&numbers).document("the paths of a weight to the loss and back"),
    )?;
    writeln!(out, "picture: {}\n", file.display())?;
    Ok(())
}

fn tell_sample(
    out: &mut StdoutLock,
    network: &Network,
    x: &Matrix,
    t: &Matrix,
) -> Result<(), Failure> {
    let loss = network.loss_function();
    writeln!(
        out,
        "One step of gradient descent on one sample; loss {loss:?}, λ = {}.\n",
        network.weight_decay()
    )?;
    tell(out, "", "x = y⁰", x)?;
    tell(out, "", "t", t)
}

fn tell_step(
    out: &mut StdoutLock,
    network: &mut Network,
    gradients: Gradients,
) -> Result<(), Failure> {
    let descent = GradientDescent { learning_rate: 0.03125 };
    network.step(gradients, &descent)?;
    writeln!(out, "The step, with η = {}\n", descent.learning_rate)?;
    for l in 1..=network.depth() {
        let up = superscript(l);
        tell(out, "(17)", &format!("W{up} ← W{up} − η ∇W{up}"), &network.layer(l).weights)?;
        tell(out, "(17)", &format!("b{up} ← b{up} − η ∇b{up}"), &network.layer(l).biases)?;
    }
    Ok(())
}

/// `(6)  δ¹ = (δ²W²) ⊙ φ′(z¹)`, and below the matrix.
fn tell(out: &mut StdoutLock, number: &str, rule: &str, matrix: &Matrix) -> Result<(), Failure> {
    writeln!(out, "{number:4}  {rule}")?;
    for line in format!("{matrix:.6}").lines() {
        writeln!(out, "        {line}")?;
    }
    writeln!(out)?;
    Ok(())
}

fn read(flags: &mut Flags) -> Result<Example, Failure> {
    let read = |text: &str| read_sizes(text).map(Some);
    let sizes = flags.one(
        "--network",
        None,
        "sizes from 1 to 9 with dashes between them, such as 2-3-1",
        read,
    )?;
    let (activation, seed) = (flags.activation()?, flags.seed()?);
    flags.rest(0)?;
    if sizes.is_none() && activation.is_none() && seed.is_none() {
        return Ok(Example::worked()?);
    }
    let sizes = sizes.unwrap_or(vec![2, 2, 1]);
    Ok(Example::random(&sizes, activation.unwrap_or(Activation::Tanh), seed.unwrap_or(1))?)
}

fn read_sizes(text: &str) -> Option<Vec<usize>> {
    let sizes: Option<Vec<usize>> =
        text.split('-').map(|size| size.parse().ok().filter(|n| (1..=9).contains(n))).collect();
    sizes.filter(|sizes| sizes.len() >= 2)
}
