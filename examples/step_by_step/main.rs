//! One training step, told with every matrix and the number of its equation, in the order of the
//! derivation. Without flags: the worked example of chapter 1.

mod paths;
#[path = "../support/mod.rs"]
mod support;

use std::io::{StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;

use backprop::{
    Activation, GradientDescent, Gradients, Initialization, Layer, Loss, Matrix, Network, Rng,
    Trace, output,
};
use support::flags::Flags;
use support::{Failure, superscript, write_file};

const USAGE: &str = "\
usage: cargo run --example step_by_step -- [FLAGS]

Without flags, the worked example of chapter 1. With any of these, a random network:
  --network SIZES    units of each layer, the input first           (default 2-2-1)
  --activation NAME  of the hidden layers: identity, relu, sigmoid,
                     tanh or softmax                                (default tanh)
  --seed N           where the weights and the sample come from     (default 1)";

fn main() -> ExitCode {
    support::run(USAGE, step_by_step)
}

/// A network, a sample and its target.
struct Example {
    network: Network,
    x: Matrix,
    t: Matrix,
    /// Whether it is that of the chapter, with a picture.
    worked: bool,
}

fn step_by_step(flags: &mut Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let Example { mut network, x, t, worked } = read(flags)?;
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
    Ok(())
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
        return Ok(worked_example()?);
    }
    let sizes = sizes.unwrap_or(vec![2, 2, 1]);
    Ok(random_example(&sizes, activation.unwrap_or(Activation::Tanh), seed.unwrap_or(1))?)
}

fn read_sizes(text: &str) -> Option<Vec<usize>> {
    let sizes: Option<Vec<usize>> =
        text.split('-').map(|size| size.parse().ok().filter(|n| (1..=9).contains(n))).collect();
    sizes.filter(|sizes| sizes.len() >= 2)
}

fn worked_example() -> Result<Example, backprop::Error> {
    let hidden = Layer {
        weights: Matrix::from([[0.5, 0.25], [1.0, -0.25]]),
        biases: Matrix::row_vector(&[-0.5, 0.5]),
        activation: Activation::Tanh,
    };
    let last = Layer {
        weights: Matrix::row_vector(&[2.0, -1.0]),
        biases: Matrix::row_vector(&[0.5]),
        activation: Activation::Sigmoid,
    };
    let network = Network::from_layers(vec![hidden, last], Loss::BinaryCrossEntropy)?;
    let network = network.with_weight_decay(0.25)?;
    let (x, t) = (Matrix::row_vector(&[1.0, 2.0]), Matrix::row_vector(&[1.0]));
    Ok(Example { network, x, t, worked: true })
}

fn random_example(
    sizes: &[usize],
    hidden: Activation,
    seed: u64,
) -> Result<Example, backprop::Error> {
    let mut rng = Rng::new(seed);
    let last = sizes.len() - 1;
    let activation = |l| if l == last { Activation::Sigmoid } else { hidden };
    let layers: Vec<(usize, Activation)> = (1..=last).map(|l| (sizes[l], activation(l))).collect();
    let network = Network::new(
        sizes[0],
        &layers,
        Loss::BinaryCrossEntropy,
        Initialization::default(),
        &mut rng,
    )?;
    let x = Matrix::from_fn(1, sizes[0], |_, _| (8.0 * rng.uniform()).floor() / 2.0 - 2.0);
    let t = Matrix::from_fn(1, sizes[last], |_, _| f64::from(rng.uniform() < 0.5));
    Ok(Example { network, x, t, worked: false })
}
