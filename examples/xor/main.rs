//! Exercise 2.7 and 2.8 of the sheet: a 2-2-1 network learns the exclusive or, and shows what it
//! learned.

mod diagram;
mod page;
mod runs;
#[path = "../support"]
mod support {
    pub mod axis;
    pub mod chart;
    pub mod contour;
    pub mod file;
    pub mod flags;
    pub mod heat_map;
    pub mod palette;
    pub mod program;
    pub mod svg;
    pub mod terminal;
    pub mod xor;
    pub mod xor_pictures;
}

use std::io::{StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;

use backprop::{Activation, Dataset, GradientDescent, Network};
use page::Frame;
use support::file::write_file;
use support::flags::Flags;
use support::program::{self, Failure};
use support::terminal::Progress;
use support::xor::{self, Recipe};
use support::{terminal, xor_pictures as pictures};

const USAGE: &str = "\
usage: cargo run --release --example xor -- [FLAGS]

  --seed N           where the weights start                      (default 2)
  --hidden N         units of the hidden layer, 1 to 1000         (default 2)
  --activation NAME  of the hidden layer: identity, relu,
                     sigmoid, tanh or softmax                     (default tanh)
  --learning-rate R  a number greater than 0                      (default 1)
  --iterations N     steps of gradient descent, 1 to 10000000     (default 250)

The pictures are written into target/xor.";

/// Where pictures and pages go.
const FOLDER: &str = "target/xor";

fn main() -> ExitCode {
    program::run(USAGE, run)
}

/// What the flags say.
struct Settings {
    seed: u64,
    recipe: Recipe,
    learning_rate: f64,
    iterations: usize,
}

/// A finished training.
struct Training {
    network: Network,
    /// The losses that are drawn: `(iteration, loss)`.
    losses: Vec<(f64, f64)>,
    /// What the page shows.
    frames: Vec<Frame>,
}

impl Settings {
    fn read(flags: &mut Flags) -> Result<Self, Failure> {
        let hidden = flags.count("--hidden", 2, 1..=1000)?;
        let settings = Self {
            seed: flags.seed()?.unwrap_or(2),
            recipe: Recipe::new(hidden, flags.activation()?.unwrap_or(Activation::Tanh)),
            learning_rate: flags.positive("--learning-rate", 1.0)?,
            iterations: flags.count("--iterations", 250, 1..=10_000_000)?,
        };
        flags.rest(0)?;
        Ok(settings)
    }
}

fn run(flags: &mut Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let settings = Settings::read(flags)?;
    let Settings { seed, recipe, learning_rate, .. } = &settings;
    let (name, activation) = (recipe.name(), recipe.activation);
    writeln!(out, "XOR and a {name} network: {activation:?}, then Sigmoid, binary cross-entropy.")?;
    writeln!(
        out,
        "Learning rate {learning_rate} on the mean gradient of the 4 samples, seed {seed}.\n"
    )?;
    let training = train(out, &settings)?;
    let learned = print_predictions(out, &training.network)?;
    print_parameters(out, &training.network)?;
    print_hidden(out, &training.network)?;
    print_map(out, &training.network)?;
    let title = format!("XOR, {learned} by a {name} network");
    let made = format!("{activation:?}, learning rate {learning_rate}, seed {seed}");
    write_pictures(out, &title, &training)?;
    write_pages(out, &settings, &format!("{title}: {made}"), &training)
}

/// Trains and prints the loss about ten times on the way.
fn train(out: &mut StdoutLock, settings: &Settings) -> Result<Training, Failure> {
    let &Settings { seed, ref recipe, learning_rate, iterations } = settings;
    let (data, descent) = (Dataset::xor(), GradientDescent { learning_rate });
    let due = page::frame_iterations(iterations, recipe.hidden[0]);
    let (mut network, mut losses) = (recipe.network(seed), Vec::new());
    let (mut frames, mut progress) = (Vec::new(), Progress::new());
    writeln!(out, "iteration    loss")?;
    for iteration in 0..=iterations {
        let loss = xor::loss(&network, &data);
        if iteration == iterations || iteration % iterations.div_ceil(10) == 0 {
            progress.clear();
            writeln!(out, "{iteration:9}  {}", terminal::loss(loss))?;
        }
        progress.show(|| format!("iteration {iteration} of {iterations} ..."));
        let due = due.binary_search(&iteration).is_ok();
        if due {
            frames.push(Frame { iteration, loss, network: network.clone() });
        }
        if due || iteration % (iterations + 1).div_ceil(500) == 0 || iteration == iterations {
            losses.push((iteration as f64, loss));
        }
        let failed = |why| {
            Failure::Failed(format!("iteration {iteration}: {why}; try a smaller --learning-rate"))
        };
        if iteration < iterations {
            let step = network.train_on_batch(data.inputs(), data.targets(), &descent);
            step.map_err(|error| failed(error.to_string()))?;
        } else if !loss.is_finite() {
            return Err(failed(format!("the loss is {loss}")));
        }
    }
    drop(progress);
    writeln!(out)?;
    Ok(Training { network, losses, frames })
}

/// Returns whether the exclusive or is learned, in words.
fn print_predictions(out: &mut StdoutLock, network: &Network) -> Result<&'static str, Failure> {
    let data = Dataset::xor();
    let y = network.predict(data.inputs());
    writeln!(out, "  x₁   x₂  target  prediction")?;
    for i in 0..4 {
        let [x1, x2] = [0, 1].map(|j| data.inputs()[(i, j)]);
        writeln!(out, "{x1:4} {x2:4}  {:6}  {:10.4}", data.targets()[(i, 0)], y[(i, 0)])?;
    }
    let right = xor::right(&y, &data);
    let verdict = if right == 4 {
        "solved"
    } else {
        "not learned; more --iterations, another --learning-rate or --seed,\nor more --hidden units may do"
    };
    writeln!(out, "{right} of 4 right: {verdict}.\n")?;
    Ok(if right == 4 { "learned" } else { "not learned" })
}

fn print_parameters(out: &mut StdoutLock, network: &Network) -> Result<(), Failure> {
    for l in 1..=network.depth() {
        let layer = network.layer(l);
        writeln!(out, "W{l}, a row for each unit of layer {l}:\n{}", layer.weights)?;
        writeln!(out, "b{l}:\n{}", layer.biases)?;
    }
    Ok(())
}

/// What the output sees instead of the inputs.
fn print_hidden(out: &mut StdoutLock, network: &Network) -> Result<(), Failure> {
    let data = Dataset::xor();
    let y = network.forward(data.inputs()).y(1).clone();
    let drawn = y.cols().min(pictures::UNITS);
    writeln!(out, "\n  x₁   x₂  outputs of the hidden units, {drawn} of {}", y.cols())?;
    for i in 0..4 {
        let [x1, x2] = [0, 1].map(|j| data.inputs()[(i, j)]);
        write!(out, "{x1:4} {x2:4} ")?;
        y.row(i)[..drawn].iter().try_for_each(|y| write!(out, " {y:7.4}"))?;
        writeln!(out)?;
    }
    Ok(())
}

/// The prediction over the inputs, for those without a viewer.
fn print_map(out: &mut StdoutLock, network: &Network) -> Result<(), Failure> {
    let predict = |x1, x2| xor::predict(network, x1, x2);
    let corners = ["(-2, 2)", "(2, 2)", "(-2, -2)", "(2, -2)"];
    let map = terminal::heat_map(predict, (-2.0, 2.0), (-2.0, 2.0), corners);
    writeln!(
        out,
        "\nThe prediction over the inputs, from blank (0) to @ (1). The four points lie"
    )?;
    writeln!(out, "half-way from the middle to the corners.\n\n{map}")?;
    Ok(())
}

fn write_pictures(out: &mut StdoutLock, title: &str, training: &Training) -> Result<(), Failure> {
    let Training { network, losses, .. } = training;
    let pictures = [
        ("loss.svg", pictures::loss_curve("Loss", losses)),
        (
            "decision.svg",
            pictures::decision("Prediction over the inputs", |x1, x2| {
                xor::predict(network, x1, x2)
            }),
        ),
        ("hidden.svg", pictures::hidden("Hidden layer", network)),
        ("network.svg", diagram::network("Weights and biases", network)),
    ];
    writeln!(out, "Pictures, and a page with a slider over the training:")?;
    for (file, picture) in pictures {
        let file = Path::new(FOLDER).join(file);
        write_file(&file, &picture.document(title))?;
        writeln!(out, "  {}", file.display())?;
    }
    Ok(())
}

/// The page of this run, and the index of all.
fn write_pages(
    out: &mut StdoutLock,
    settings: &Settings,
    title: &str,
    training: &Training,
) -> Result<(), Failure> {
    let (folder, this) = (Path::new(FOLDER), runs::file_name(settings));
    write_file(&folder.join(&this), &page::page(title, &training.frames, &training.losses))?;
    write_file(&folder.join("index.html"), &runs::index(folder, &this)?)?;
    writeln!(out, "  {}", folder.join(this).display())?;
    writeln!(out, "  {}, any two runs side by side", folder.join("index.html").display())?;
    Ok(())
}
