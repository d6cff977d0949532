//! Exercise 2.10 of the sheet: softmax, categorical cross-entropy, and handwritten digits.

mod digits;
mod idx;
mod saved;
#[path = "../support"]
mod support {
    pub mod chart;
    pub mod file;
    pub mod program;
}

use std::f64::consts::LN_10;
use std::io::{StdoutLock, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use backprop::{Activation, GradientDescent, Initialization, Loss, Matrix, Network, Rng};
use idx::{Digits, SIDE};
use support::chart::{Axis, Chart, ORANGE_TO_BLUE, document, escape, moved, raster, svg, text};
use support::file::{self, Unfinished};
use support::program::{self, Failure, Flags, Progress, wrong};

const USAGE: &str = "\
usage: cargo run --release --example mnist -- [DIR] [FLAGS]

DIR holds MNIST's four files, not compressed; without it, the example draws its
own digits.
  --hidden N         hidden units, 1 to 4000                (default 128)
  --epochs N         how often every digit is seen, 0 to
                     10000                     (default 20; 0 with --load)
  --batch N          digits per step, 1 to 60000            (default 32)
  --learning-rate R  at the start; it falls linearly to 0   (default 0.5)
  --weight-decay R   λ, at least 0  (default 0.0001; with --load, the file's)
  --seed N           weights, order, drawn digits           (default 1)
  --save FILE        write the network there afterwards
  --load FILE        begin with the network from there";

/// So many of the training digits are classified again after an epoch: all 60,000 of MNIST would
/// take 0.4 times as long as to learn from them.
const AGAIN: usize = 10_000;

fn main() -> ExitCode {
    program::run(USAGE, |flags, out| {
        let save = flags.text("--save").map(|file| Unfinished::new(&file).map(|new| (file, new)));
        let save = save.transpose()?;
        let mut rng = Rng::new(flags.get("--seed", 1, "a whole number", |_| true)?);
        let settings = Settings::read(flags)?;
        let loaded = flags.text("--load").map(|file| load(&file)).transpose()?;
        let data = digits(out, flags.file()?, &mut rng)?;
        let mut network = match loaded {
            Some(network) => network,
            None => settings.new_network(&mut rng)?,
        };
        if let Some(lambda) = settings.weight_decay {
            network = network.with_weight_decay(lambda)?;
        }
        let epochs = train(out, &mut network, &settings, &data, &mut rng)?;
        // Training sees the loss before each step: this is what the last one has left.
        let (x, t) = data.test.batch(&(0..data.test.labels.len().min(500)).collect::<Vec<_>>());
        usable(network.loss(&network.forward(&x), &t))?;
        if let Some((file, new)) = save {
            new.finish(&saved::write(&network))?;
            writeln!(out, "saved: {file}")?;
        }
        report(out, &network, &epochs, &data)
    })
}

fn load(file: &str) -> Result<Network, Failure> {
    let wrong = |error: String| wrong(format!("{file}: {error}"));
    let network = saved::read(&file::read(file)?).map_err(|error| wrong(error.to_string()))?;
    let sizes = (network.layer(1).weights.cols(), network.layer(network.depth()).weights.rows());
    if sizes == (SIDE * SIDE, 10) {
        return Ok(network);
    }
    Err(wrong(format!("found {} inputs and {} outputs, expected 784 and 10", sizes.0, sizes.1)))
}

struct Settings {
    hidden: usize,
    epochs: usize,
    batch: usize,
    learning_rate: f64,
    weight_decay: Option<f64>,
}

impl Settings {
    fn read(flags: &Flags) -> Result<Self, Failure> {
        let loads = flags.text("--load").is_some();
        if loads && flags.text("--hidden").is_some() {
            return Err(wrong("--hidden makes a new network, but --load gives one"));
        }
        let epochs = if loads { 0 } else { 20 };
        let positive = |rate: &f64| *rate > 0.0 && rate.is_finite();
        let decays = !loads || flags.text("--weight-decay").is_some();
        let decay = flags.get("--weight-decay", 1e-4, "at least 0", |l| *l >= 0.0)?;
        Ok(Self {
            hidden: flags.get("--hidden", 128, "1 to 4000", |n| (1..=4000).contains(n))?,
            epochs: flags.get("--epochs", epochs, "0 to 10000", |n| (0..=10_000).contains(n))?,
            batch: flags.get("--batch", 32, "1 to 60000", |n| (1..=60_000).contains(n))?,
            learning_rate: flags.get("--learning-rate", 0.5, "greater than 0", positive)?,
            weight_decay: decays.then_some(decay),
        })
    }

    fn new_network(&self, rng: &mut Rng) -> Result<Network, Failure> {
        let layers = [(self.hidden, Activation::Relu), (10, Activation::Softmax)];
        let (loss, start) = (Loss::CategoricalCrossEntropy, Initialization::HeNormal);
        Ok(Network::new(SIDE * SIDE, &layers, loss, start, rng)?)
    }
}

/// Digits to learn from, and digits never seen in training.
struct Data {
    training: Digits,
    /// Which training digits are classified again after an epoch. Drawn at random: every second digit of
    /// MNIST is harder, and every sixth would be one of these only.
    again: Vec<usize>,
    test: Digits,
}

fn digits(out: &mut StdoutLock, folder: Option<String>, rng: &mut Rng) -> Result<Data, Failure> {
    let (training, test) = if let Some(folder) = folder {
        let read =
            |set| Digits::read(Path::new(&folder), set).map_err(|error| wrong(error.to_string()));
        (read("train")?, read("t10k")?)
    } else {
        writeln!(out, "No folder is given: these digits are SYNTHETIC, drawn by this program.")?;
        (digits::synthetic(6000, rng), digits::synthetic(1000, rng))
    };
    let (n, test_n) = (training.labels.len(), test.labels.len());
    writeln!(out, "{n} digits to learn from, {test_n} to test with.\n")?;
    let mut again: Vec<usize> = (0..n).collect();
    Rng::new(0).shuffle(&mut again); // its own generator: the weights do not depend on it
    again.truncate(AGAIN);
    Ok(Data { training, again, test })
}

/// What an epoch leads to: the mean loss of its steps, and the accuracies after it.
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
    let mut order: Vec<usize> = (0..data.training.labels.len()).collect();
    let mut epochs = Vec::new();
    if settings.epochs > 0 {
        writeln!(out, "epoch     loss  training accuracy  test accuracy  seconds")?;
    }
    for epoch in 1..=settings.epochs {
        rng.shuffle(&mut order);
        let begin = Instant::now();
        let loss = train_epoch(network, settings, &data.training, epoch, &order)?;
        let seconds = begin.elapsed().as_secs_f64();
        let test = accuracy(&answers(network, &data.test, 0..data.test.labels.len()));
        let training = accuracy(&answers(network, &data.training, data.again.iter().copied()));
        let [a, b] = [100.0 * training, 100.0 * test];
        writeln!(out, "{epoch:5}  {loss:7.4}  {a:15.2} %  {b:11.2} %  {seconds:7.2}")?;
        if loss > LN_10 || test < 0.11 {
            writeln!(
                out,
                "No better than guessing, at a loss of ln 10: try a smaller --learning-rate."
            )?;
        }
        epochs.push(Epoch { loss, training, test });
    }
    Ok(epochs)
}

/// The mean loss of the steps of one epoch.
fn train_epoch(
    network: &mut Network,
    settings: &Settings,
    training: &Digits,
    epoch: usize,
    order: &[usize],
) -> Result<f64, Failure> {
    let left = 1.0 - (epoch - 1) as f64 / settings.epochs as f64;
    let descent = GradientDescent { learning_rate: settings.learning_rate * left };
    let steps = order.len().div_ceil(settings.batch);
    let (mut progress, mut sum) = (Progress::new(), 0.0);
    for (step, samples) in (1..).zip(order.chunks(settings.batch)) {
        let (x, targets) = training.batch(samples);
        let loss = network.train_on_batch(&x, &targets, &descent);
        let loss = loss.map_err(Failure::from).and_then(usable);
        sum += loss.map_err(|Failure(why, code)| {
            Failure(format!("epoch {epoch}, step {step}: {why}"), code)
        })?;
        progress.show(|| format!("epoch {epoch} of {}: step {step} of {steps}", settings.epochs));
    }
    Ok(sum / steps as f64)
}

/// The loss, unless it is a thousand times that of guessing, `ln 10`: it is computed from `z` and stays
/// finite for long after the training has diverged.
fn usable(loss: f64) -> Result<f64, Failure> {
    let advice = "try a smaller --learning-rate";
    let diverged =
        || Failure(format!("the network has diverged: its loss is {loss:.1e}; {advice}"), 1);
    if loss < 1000.0 * LN_10 { Ok(loss) } else { Err(diverged()) }
}

/// What the network makes of a digit: its guess, and the probability it gives to the truth.
struct Answer {
    digit: usize,
    truth: usize,
    guess: usize,
    probability: f64,
}

fn answers(network: &Network, digits: &Digits, asked: impl Iterator<Item = usize>) -> Vec<Answer> {
    let asked: Vec<usize> = asked.collect();
    let answer = |some: &[usize]| {
        let y = network.predict(&digits.batch(some).0);
        let answer = |(i, &digit): (usize, &usize)| {
            let (y, truth) = (y.row(i), usize::from(digits.labels[digit]));
            let guess = (0..10).max_by(|&a, &b| y[a].total_cmp(&y[b])).unwrap_or(0);
            Answer { digit, truth, guess, probability: y[truth] }
        };
        some.iter().enumerate().map(answer).collect::<Vec<_>>()
    };
    asked.chunks(500).flat_map(answer).collect()
}

fn accuracy(answers: &[Answer]) -> f64 {
    answers.iter().filter(|a| a.guess == a.truth).count() as f64 / answers.len() as f64
}

fn report(
    out: &mut StdoutLock,
    network: &Network,
    epochs: &[Epoch],
    data: &Data,
) -> Result<(), Failure> {
    let mut answers = answers(network, &data.test, 0..data.test.labels.len());
    writeln!(out, "\ntest accuracy {:.2} %\n", 100.0 * accuracy(&answers))?;
    writeln!(out, "A row for each true digit, a column for each guess:")?;
    for truth in 0..10 {
        let count = |guess| answers.iter().filter(|a| (a.truth, a.guess) == (truth, guess)).count();
        let counts: String = (0..10).map(|guess| format!("{:6}", count(guess))).collect();
        writeln!(out, "  {truth} {counts}")?;
    }
    answers.retain(|answer| answer.guess != answer.truth);
    answers.sort_by(|a, b| a.probability.total_cmp(&b.probability));
    writeln!(out, "\n{} mistakes.", answers.len())?;
    file::draw(out, "target/mnist/mistakes.svg", &mistakes(&answers, &data.test))?;
    file::draw(out, "target/mnist/hidden.svg", &hidden(&network.layer(1).weights))?;
    if epochs.len() < 2 {
        return Ok(());
    }
    file::draw(out, "target/mnist/learning.svg", &learning(epochs))
}

fn mistakes(answers: &[Answer], test: &Digits) -> String {
    let image = |a: &Answer| {
        let pixels = test.image(a.digit).iter().map(|&p| f64::from(p) / 255.0).collect();
        (format!("{}, taken for {}", a.truth, a.guess), pixels)
    };
    let white_to_black = [[255.0; 3], [29.0, 33.0, 38.0]];
    let worst: Vec<_> = answers.iter().take(20).map(image).collect();
    images("The worst mistakes", &worst, &white_to_black)
}

fn hidden(w: &Matrix) -> String {
    let largest = w.as_slice().iter().fold(0.0_f64, |max, w| w.abs().max(max));
    let unit = |j: usize| {
        let pixels = w.row(j).iter().map(|w| 0.5 + w / largest).collect();
        (format!("unit {}", j + 1), pixels)
    };
    let units: Vec<_> = (0..w.rows().min(20)).map(unit).collect();
    images("Weights of hidden units: orange < 0, blue > 0", &units, &ORANGE_TO_BLUE)
}

fn learning(epochs: &[Epoch]) -> String {
    let points =
        |value: fn(&Epoch) -> f64| (1..).map(f64::from).zip(epochs.iter().map(value)).collect();
    let x = || Axis::whole("epoch").within(0.0, epochs.len() as f64);
    let loss = Chart::new("Loss in training", x(), Axis::log("loss ℒ"))
        .line("mean of the epoch", points(|e| e.loss));
    let mistakes = Chart::new("Mistakes", x(), Axis::linear("mistakes, %"))
        .line("on training digits", points(|e| 100.0 * (1.0 - e.training)))
        .line("on test digits", points(|e| 100.0 * (1.0 - e.test)));
    document("Learning curves", &[loss, mistakes])
}

/// Small images with captions, five in a row; their pixels are from 0 to 1.
fn images(title: &str, shown: &[(String, Vec<f64>)], colours: &[[f64; 3]]) -> String {
    let mut body = text((20.0, 28.0), "start", "font-weight=\"600\" font-size=\"17\"", title);
    for (k, (caption, pixels)) in shown.iter().enumerate() {
        let at = (20.0 + 124.0 * (k % 5) as f64, 50.0 + 140.0 * (k / 5) as f64);
        let frame = "<rect width=\"104\" height=\"104\" fill=\"none\" stroke=\"#8a929c\"/>\n";
        let image = raster(SIDE, pixels, (104.0, 104.0), colours);
        body += &moved(
            at,
            &(image + frame + &text((52.0, 122.0), "middle", "font-size=\"13\"", caption)),
        );
    }
    svg(&escape(title), (640.0, 50.0 + 140.0 * shown.len().div_ceil(5) as f64), &body)
}
