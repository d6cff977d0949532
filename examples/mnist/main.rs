//! Exercise 2.10 of the sheet: softmax, categorical cross-entropy, and handwritten digits.

mod digits;
mod pictures;
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
}

use std::f64::consts::LN_10;
use std::fmt::Write as _;
use std::io::{StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use backprop::dataset::idx::Digits;
use backprop::{Activation, GradientDescent, Initialization, Loss, Matrix, Network, Rng};
use support::file::{destination, read_file, write_file};
use support::flags::Flags;
use support::program::{self, Failure};
use support::terminal::{self, Progress};

const USAGE: &str = "\
usage: cargo run --release --example mnist -- [DIR] [FLAGS]

DIR holds MNIST's four files, not compressed; without it, the example draws its
own digits.
  --hidden N         units of a hidden layer, 1 to 10000;
                     once per layer                         (default 128)
  --activation NAME  of the hidden layers: identity, relu,
                     sigmoid, tanh or softmax               (default relu)
  --epochs N         how often every digit is seen, 0 to
                     10000                     (default 20; 0 with --load)
  --batch N          digits per step, 1 to 60000            (default 32)
  --learning-rate R  at the start; it falls linearly to 0   (default 0.5)
  --weight-decay R   λ, at least 0  (default 0.0001; with --load, the file's)
  --seed N           weights, order, drawn digits           (default 1)
  --save FILE        write the network there afterwards
  --load FILE        begin with the network from there";

/// So many weights, with their gradients and what a step needs, take less than half a gigabyte.
const MOST_WEIGHTS: usize = 10_000_000;

/// As does a batch of so many numbers, inputs and outputs of all layers.
const MOST_NUMBERS: usize = 60_000_000;

/// So many of the training digits, at most, are read again after an epoch: all 60,000 of MNIST would
/// take 0.4 times as long as to learn from them.
const MOST_READ_AGAIN: usize = 10_000;

/// The loss of a network to which all digits are equally likely, `ln 10`.
const GUESSING: f64 = LN_10;

fn main() -> ExitCode {
    program::run(USAGE, mnist)
}

/// What the flags say.
struct Settings {
    folder: Option<String>,
    hidden: Vec<usize>,
    activation: Option<Activation>,
    epochs: usize,
    batch: usize,
    learning_rate: f64,
    weight_decay: Option<f64>,
    seed: u64,
    save: Option<String>,
    load: Option<String>,
}

impl Settings {
    fn read(flags: &mut Flags) -> Result<Self, Failure> {
        let text = |text: &str| Some(Some(text.to_string()));
        let size = |text: &str| text.parse().ok().filter(|units| (1..=10_000).contains(units));
        let decay = |text: &str| {
            text.parse().ok().filter(|lambda: &f64| *lambda >= 0.0 && lambda.is_finite()).map(Some)
        };
        let mut settings = Self {
            hidden: flags.all("--hidden", "a whole number from 1 to 10000", size)?,
            activation: flags.activation()?,
            epochs: 0,
            batch: flags.count("--batch", 32, 1..=60_000)?,
            learning_rate: flags.positive("--learning-rate", 0.5)?,
            weight_decay: flags.one("--weight-decay", None, "a number, at least 0", decay)?,
            seed: flags.seed()?.unwrap_or(1),
            save: flags.one("--save", None, "a file", text)?,
            load: flags.one("--load", None, "a file", text)?,
            folder: None,
        };
        let epochs = if settings.load.is_some() { 0 } else { 20 };
        settings.epochs = flags.count("--epochs", epochs, 0..=10_000)?;
        settings.folder = flags.rest(1)?.pop();
        if settings.load.is_some() && !(settings.hidden.is_empty() && settings.activation.is_none())
        {
            return Err(Failure::Usage(
                "--hidden and --activation make a new network, but --load gives one".to_string(),
            ));
        }
        Ok(settings)
    }
}

/// Digits to learn from, and digits never seen in training.
struct Data {
    training: Digits,
    /// Which training digits are read again after an epoch.
    sample: Vec<usize>,
    test: Digits,
}

fn mnist(flags: &mut Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let settings = Settings::read(flags)?;
    if let Some(file) = &settings.save {
        destination(Path::new(file))?; // before the training, not after it
    }
    let mut rng = Rng::new(settings.seed);
    let data = load_digits(out, &settings, &mut rng)?;
    let mut network = start(&settings, &data, &mut rng)?;
    let epochs = train(out, &mut network, &settings, &data, &mut rng)?;
    usable(&network, &data.test)?;
    if let Some(file) = &settings.save {
        write_file(Path::new(file), &network.to_string())?;
        writeln!(out, "saved: {file}")?;
    }
    let answers = answers(&network, &data.test);
    report(out, &answers, &data.test)?;
    let mut pictures = vec![
        ("hidden.svg", pictures::hidden_units(&network, data.test.image_size())),
        ("mistakes.svg", pictures::worst(&answers, &data.test)),
    ];
    if !epochs.is_empty() {
        pictures.push(("learning.svg", pictures::learning_curves(&epochs, &data)));
    }
    let folder = if settings.folder.is_some() { "target/mnist" } else { "target/mnist_synthetic" };
    for (name, picture) in &pictures {
        let file = Path::new(folder).join(name);
        write_file(&file, picture)?;
        writeln!(out, "picture: {}", file.display())?;
    }
    Ok(())
}

fn load_digits(out: &mut StdoutLock, settings: &Settings, rng: &mut Rng) -> Result<Data, Failure> {
    let (training, test) = if let Some(folder) = &settings.folder {
        let folder = Path::new(folder);
        let unusable = |error: backprop::Error| Failure::Input(error.to_string());
        (Digits::training(folder).map_err(unusable)?, Digits::test(folder).map_err(unusable)?)
    } else {
        writeln!(
            out,
            "No folder is given: these digits are SYNTHETIC, drawn by this program, not\nhandwritten."
        )?;
        (digits::synthetic(6000, rng), digits::synthetic(1000, rng))
    };
    writeln!(out, "{} digits to learn from, {} to test with.", training.len(), test.len())?;
    Ok(Data { sample: sample(&training), training, test })
}

/// At random, not each sixth: every second training digit of MNIST is harder to read, and these would
/// be of them only.
fn sample(training: &Digits) -> Vec<usize> {
    let mut sample: Vec<usize> = (0..training.len()).collect();
    Rng::new(0).shuffle(&mut sample); // its own generator: the weights do not depend on the sample
    sample.truncate(MOST_READ_AGAIN);
    sample
}

fn start(settings: &Settings, data: &Data, rng: &mut Rng) -> Result<Network, Failure> {
    let (rows, cols) = data.training.image_size();
    let network = match &settings.load {
        None => {
            let hidden = if settings.hidden.is_empty() { &[128] } else { &settings.hidden[..] };
            require_room(rows * cols, hidden, settings.batch.min(data.training.len()))?;
            let activation = settings.activation.unwrap_or(Activation::Relu);
            let mut layers: Vec<_> = hidden.iter().map(|&units| (units, activation)).collect();
            layers.push((10, Activation::Softmax));
            Network::new(
                rows * cols,
                &layers,
                Loss::CategoricalCrossEntropy,
                Initialization::HeNormal,
                rng,
            )?
            .with_weight_decay(1e-4)?
        }
        Some(file) => read_file(Path::new(file))?
            .parse()
            .map_err(|error| Failure::Input(format!("{file} is not a network: {error}")))?,
    };
    for digits in [&data.training, &data.test] {
        let (x, targets) = digits.batch(&[0]);
        network.check_batch(&x, &targets)?;
    }
    Ok(match settings.weight_decay {
        Some(lambda) => network.with_weight_decay(lambda)?,
        None => network,
    })
}

/// Refuses a network, or a batch of it, that would fill the memory.
fn require_room(inputs: usize, hidden: &[usize], batch: usize) -> Result<(), Failure> {
    let widths: Vec<usize> = [&[inputs], hidden, &[10]].concat();
    let weights = widths.windows(2).map(|pair| pair[0].saturating_mul(pair[1]));
    let weights = weights.fold(0, usize::saturating_add);
    let numbers = widths.iter().sum::<usize>().saturating_mul(batch);
    for (what, found, most) in [
        ("--hidden makes a network with", (weights, "weights"), MOST_WEIGHTS),
        ("--batch and --hidden make steps with", (numbers, "numbers"), MOST_NUMBERS),
    ] {
        if found.0 > most {
            let (found, of) = found;
            return Err(Failure::Usage(format!("{what} {found} {of}, but at most {most} may be")));
        }
    }
    Ok(())
}

fn write_head(
    out: &mut StdoutLock,
    network: &Network,
    settings: &Settings,
    data: &Data,
) -> Result<(), Failure> {
    let sizes = network.layers().iter().map(|layer| format!("-{}", layer.weights.rows()));
    let (inputs, sizes) = (network.layer(1).weights.cols(), sizes.collect::<String>());
    writeln!(out, "{inputs}{sizes}, seed {}.\n", settings.seed)?;
    if settings.epochs > 0 {
        let read_again = data.sample.len();
        if read_again < data.training.len() {
            writeln!(
                out,
                "Training accuracy: on {read_again} of these digits, drawn at random.\n"
            )?;
        }
        writeln!(out, "epoch     loss  training accuracy  test accuracy  seconds  images/s")?;
    }
    Ok(())
}

/// What an epoch leads to: the mean loss of its steps, and the accuracy after it.
struct Epoch {
    loss: f64,
    training: f64,
    test: f64,
}

fn train(
    out: &mut StdoutLock,
    network: &mut Network,
    settings: &Settings,
    data: &Data,
    rng: &mut Rng,
) -> Result<Vec<Epoch>, Failure> {
    write_head(out, network, settings, data)?;
    let mut order: Vec<usize> = (0..data.training.len()).collect();
    let (mut epochs, mut warned) = (Vec::new(), false);
    for epoch in 0..settings.epochs {
        rng.shuffle(&mut order);
        let begin = Instant::now();
        let loss = train_epoch(network, settings, &data.training, epoch, &order)?;
        let seconds = begin.elapsed().as_secs_f64();
        let answers = answers(network, &data.test);
        let training = accuracy(&answers_to(network, &data.training, &data.sample));
        epochs.push(Epoch { loss, training, test: accuracy(&answers) });
        write_row(out, &epochs, seconds, order.len() as f64 / seconds)?;
        let warning = warning(loss, &answers);
        if let (Some(warning), false) = (&warning, warned) {
            writeln!(out, "{warning}")?;
        }
        warned = warning.is_some();
    }
    Ok(epochs)
}

/// The line of the last epoch.
fn write_row(
    out: &mut StdoutLock,
    epochs: &[Epoch],
    seconds: f64,
    speed: f64,
) -> Result<(), Failure> {
    let Epoch { loss, training, test } = &epochs[epochs.len() - 1];
    let (loss, training, test) = (terminal::loss(*loss), 100.0 * training, 100.0 * test);
    writeln!(
        out,
        "{:5}  {loss:>7}  {training:15.2} %  {test:11.2} %  {seconds:7.2}  {speed:8.0}",
        epochs.len()
    )?;
    Ok(())
}

/// The mean loss of the steps of one epoch.
fn train_epoch(
    network: &mut Network,
    settings: &Settings,
    training: &Digits,
    epoch: usize,
    order: &[usize],
) -> Result<f64, Failure> {
    let left = 1.0 - epoch as f64 / settings.epochs as f64;
    let descent = GradientDescent { learning_rate: settings.learning_rate * left };
    let steps = order.len().div_ceil(settings.batch);
    let (mut progress, begin, mut sum) = (Progress::new(), Instant::now(), 0.0);
    for (step, samples) in order.chunks(settings.batch).enumerate() {
        let (x, targets) = training.batch(samples);
        let loss = network.train_on_batch(&x, &targets, &descent);
        sum += diverged(network, &x, loss).map_err(|reason| {
            let at = format!("training diverged in epoch {}, step {}", epoch + 1, step + 1);
            Failure::Failed(format!("{at}: {reason}; try a smaller --learning-rate"))
        })?;
        progress.show(|| {
            let done = (step + 1) as f64 / steps as f64;
            let epochs_left = (settings.epochs - epoch) as f64 - done;
            let seconds = begin.elapsed().as_secs_f64() / done * epochs_left;
            format!("epoch {}: {:3.0} %, {seconds:.0} s left", epoch + 1, 100.0 * done)
        });
    }
    Ok(sum / steps as f64)
}

/// The loss, unless it is lost: not a number, or a thousand times that of guessing, `ln 10`.
///
/// The loss is computed from `z` and stays finite for long, so infinity alone comes too late.
fn diverged(
    network: &Network,
    x: &Matrix,
    loss: Result<f64, backprop::Error>,
) -> Result<f64, String> {
    let loss = loss.map_err(|error| error.to_string())?;
    if loss < 1000.0 * GUESSING {
        return Ok(loss);
    }
    let trace = network.forward(x);
    let largest =
        |l: usize| trace.z(l).as_slice().iter().fold(0.0_f64, |size, z| size.max(z.abs()));
    let layers = (1..=network.depth()).map(|l| (l, largest(l)));
    let (l, size) =
        layers.fold((0, 0.0), |most, layer| if layer.1 > most.1 { layer } else { most });
    Err(format!("the loss is {loss:.1e}, and the pre-activations of layer {l} reach {size:.1e}"))
}

/// Training sees the loss before each step; here is what the last one has left.
fn usable(network: &Network, digits: &Digits) -> Result<(), Failure> {
    let (x, targets) = digits.batch(&(0..digits.len().min(500)).collect::<Vec<_>>());
    let loss = network.loss(&network.forward(&x), &targets);
    diverged(network, &x, Ok(loss)).map_err(|reason| {
        Failure::Failed(format!(
            "this network has diverged: {reason}; try a smaller --learning-rate"
        ))
    })?;
    Ok(())
}

/// What the network makes of a digit: its guess, and the probability it gives to the truth.
struct Answer {
    digit: usize,
    truth: usize,
    guess: usize,
    probability: f64,
}

fn answers(network: &Network, digits: &Digits) -> Vec<Answer> {
    answers_to(network, digits, &(0..digits.len()).collect::<Vec<_>>())
}

fn answers_to(network: &Network, digits: &Digits, asked: &[usize]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for some in asked.chunks(500) {
        let y = network.predict(&digits.batch(some).0);
        for (row, &digit) in some.iter().enumerate() {
            let (y, truth) = (y.row(row), usize::from(digits.label(digit)));
            let guess = (0..10).max_by(|&a, &b| y[a].total_cmp(&y[b])).unwrap_or(0);
            answers.push(Answer { digit, truth, guess, probability: y[truth] });
        }
    }
    answers
}

/// What to say of a network that is no better than a guess after an epoch with this mean loss.
fn warning(loss: f64, answers: &[Answer]) -> Option<String> {
    let guess = answers[0].guess;
    let what = if answers.iter().all(|answer| answer.guess == guess) {
        format!(
            "It takes every digit of the test for a {guess}: the network has collapsed, or has not\n\
             begun to learn."
        )
    } else if loss > GUESSING {
        format!(
            "The loss is above ln 10 = {GUESSING:.4}, that of finding all digits equally likely."
        )
    } else {
        return None;
    };
    Some(what + "\nTry a smaller --learning-rate or --weight-decay, or another --activation.")
}

fn accuracy(answers: &[Answer]) -> f64 {
    answers.iter().filter(|answer| answer.guess == answer.truth).count() as f64
        / answers.len() as f64
}

/// Those the network is wrong about, the least probable truth first.
fn mistakes(answers: &[Answer]) -> Vec<&Answer> {
    let mut wrong: Vec<&Answer> =
        answers.iter().filter(|answer| answer.guess != answer.truth).collect();
    wrong.sort_by(|a, b| a.probability.total_cmp(&b.probability));
    wrong
}

fn report(out: &mut StdoutLock, answers: &[Answer], test: &Digits) -> Result<(), Failure> {
    writeln!(out, "\ntest accuracy {:.2} %\n", 100.0 * accuracy(answers))?;
    let mut counts = [[0; 10]; 10];
    for answer in answers {
        counts[answer.truth][answer.guess] += 1;
    }
    writeln!(out, "A row for each true digit, a column for each guess:\n")?;
    writeln!(out, "    {}", (0..10).fold(String::new(), |line, guess| format!("{line}{guess:6}")))?;
    for (truth, row) in counts.iter().enumerate() {
        let cell =
            |line: String, &n: &i32| if n == 0 { line + "     ·" } else { format!("{line}{n:6}") };
        writeln!(out, "  {truth} {}", row.iter().fold(String::new(), cell))?;
    }
    let wrong = mistakes(answers);
    writeln!(out, "\n{} mistakes; the worst:", wrong.len())?;
    for answer in wrong.iter().take(5) {
        let Answer { digit, truth, guess, probability } = answer;
        writeln!(
            out,
            "\ndigit {digit} of the test is a {truth}, taken for a {guess}; \
             probability of {truth}: {probability:.1e}"
        )?;
        write!(out, "{}", ascii(test, *digit))?;
    }
    Ok(())
}

/// An image in characters, two pixels of height in each line.
fn ascii(digits: &Digits, i: usize) -> String {
    let (_, cols) = digits.image_size();
    let mut picture = String::new();
    for rows in digits.image(i).chunks(2 * cols) {
        let ink = |j: usize| rows.iter().skip(j).step_by(cols).copied().max().unwrap_or(0);
        let line: String =
            (0..cols).map(|j| [' ', '.', '+', '#'][usize::from(ink(j) / 64)]).collect();
        let _ = writeln!(picture, "  {}", line.trim_end());
    }
    picture
}
