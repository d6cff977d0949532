//! Exercise 2.9 of the sheet as an experiment: how often the exclusive or is learned, for many
//! settings and many seeds each.

mod statistics;
#[path = "../support"]
mod support {
    pub mod axis;
    pub mod file;
    pub mod flags;
    pub mod heat_map;
    pub mod palette;
    pub mod program;
    pub mod svg;
    pub mod terminal;
    pub mod xor;
}

use std::io::{StdoutLock, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use backprop::{Activation, Dataset, GradientDescent, Initialization};
use statistics::{median, wilson};
use support::file::write_file;
use support::flags::Flags;
use support::heat_map::{self, Labels};
use support::palette::Shades;
use support::program::{self, Failure};
use support::svg::Picture;
use support::terminal::Progress;
use support::xor::{self, Recipe};

const USAGE: &str = "\
usage: cargo run --release --example xor_sweep -- [FLAGS]

  --seeds N       networks for each setting, 1 to 1000000          (default 200)
  --iterations N  steps of gradient descent, 1 to 1000000          (default 250)
  --threads N     1 to 64; changes the time, not the results       (default: one
                  for each processor)

Seeds times iterations are at most 100000000.

The table is also written into target/xor_sweep, as CSV and as a heat map.";

const ACTIVATIONS: [Activation; 3] = [Activation::Tanh, Activation::Sigmoid, Activation::Relu];
const INITIALIZATIONS: [Initialization; 4] = [
    Initialization::GlorotNormal,
    Initialization::GlorotUniform,
    Initialization::HeNormal,
    Initialization::Zeros,
];
const WIDTHS: [usize; 4] = [2, 3, 4, 8];
const RATES: [f64; 3] = [0.25, 1.0, 4.0];

/// Several hidden layers, tried with the sheet's initialisation alone.
const DEPTHS: [&[usize]; 4] = [&[2, 2], &[2, 2, 2], &[4, 4], &[4, 4, 4]];

/// Of each setting, over all seeds: some hours for the whole table.
const MOST_STEPS: usize = 100_000_000;

fn main() -> ExitCode {
    program::run(USAGE, sweep)
}

/// How much is computed, and by how many.
#[derive(Clone, Copy)]
struct Effort {
    seeds: usize,
    iterations: usize,
    threads: usize,
}

/// What is tried.
struct Setting {
    recipe: Recipe,
    learning_rate: f64,
}

/// How one training ended.
struct Outcome {
    solved: bool,
    /// After how many iterations all four points were on the right side of ½ for the first time.
    first: Option<usize>,
    /// After the last iteration; infinite if the training diverged.
    loss: f64,
}

/// How all trainings with one setting ended.
struct Row {
    setting: Setting,
    seeds: usize,
    solved: usize,
    /// The median of `first` over the solved ones.
    iterations: Option<f64>,
    /// The median of `loss` over the others.
    failed_loss: Option<f64>,
}

fn sweep(flags: &mut Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let effort = Effort::read(flags)?;
    write_introduction(out, effort)?;
    let settings = settings();
    let (mut rows, count) = (Vec::new(), settings.len());
    let mut progress = Progress::new();
    for (k, setting) in (1..).zip(settings) {
        progress.show(|| format!("setting {k} of {count}: {} ...", setting.recipe.name()));
        let row = Row::new(setting, effort);
        progress.clear();
        writeln!(out, "{}", row.line())?;
        rows.push(row);
    }
    write_files(out, &rows)
}

impl Effort {
    fn read(flags: &mut Flags) -> Result<Self, Failure> {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let effort = Self {
            seeds: flags.count("--seeds", 200, 1..=1_000_000)?,
            iterations: flags.count("--iterations", 250, 1..=1_000_000)?,
            threads: flags.count("--threads", processors.min(64), 1..=64)?,
        };
        flags.rest(0)?;
        let steps = effort.seeds * effort.iterations;
        if steps > MOST_STEPS {
            return Err(Failure::Usage(format!(
                "--seeds times --iterations is {steps}, but may be {MOST_STEPS} at most"
            )));
        }
        Ok(effort)
    }
}

fn write_introduction(out: &mut StdoutLock, effort: Effort) -> Result<(), Failure> {
    let (last, iterations) = (effort.seeds - 1, effort.iterations);
    writeln!(
        out,
        "How often a network learns XOR in {iterations} iterations, with the seeds 0 to {last}.

solved    trainings that end with all four predictions on the right side of 1/2
95 %      Wilson's interval for the share of solved trainings, in percent
steps     iterations until all four were right: median of the solved trainings
loss      after the last iteration: median of the others
rate      applies to the mean gradient of the 4 samples

network    activation  initialization  rate   solved  95 %         steps    loss"
    )?;
    Ok(())
}

/// One hidden layer in all combinations, in the order of the heat map; then several layers.
fn settings() -> Vec<Setting> {
    let mut settings = Vec::new();
    for activation in ACTIVATIONS {
        for initialization in INITIALIZATIONS {
            for width in WIDTHS {
                settings.extend(
                    RATES.map(|rate| Setting::new(&[width], activation, initialization, rate)),
                );
            }
        }
    }
    for hidden in DEPTHS {
        for activation in ACTIVATIONS {
            settings.extend(
                RATES.map(|rate| {
                    Setting::new(hidden, activation, Initialization::GlorotNormal, rate)
                }),
            );
        }
    }
    settings
}

impl Setting {
    fn new(
        hidden: &[usize],
        activation: Activation,
        initialization: Initialization,
        learning_rate: f64,
    ) -> Self {
        let recipe = Recipe { hidden: hidden.to_vec(), activation, initialization };
        Self { recipe, learning_rate }
    }

    fn train(&self, seed: u64, iterations: usize) -> Outcome {
        let (data, mut network) = (Dataset::xor(), self.recipe.network(seed));
        let descent = GradientDescent { learning_rate: self.learning_rate };
        let mut first = None;
        for iteration in 0..iterations {
            let trace = network.forward(data.inputs());
            if first.is_none() && xor::right(trace.y(network.depth()), &data) == 4 {
                first = Some(iteration);
            }
            let gradients = network.backward(&trace, data.targets());
            if network.step(gradients, &descent).is_err() {
                return Outcome { solved: false, first, loss: f64::INFINITY };
            }
        }
        let solved = xor::right(&network.predict(data.inputs()), &data) == 4;
        let loss = xor::loss(&network, &data);
        let first = first.or(solved.then_some(iterations));
        Outcome { solved, first, loss: if loss.is_finite() { loss } else { f64::INFINITY } }
    }

    /// All outcomes, in the order of the seeds: each thread takes one part of them.
    fn outcomes(&self, effort: Effort) -> Vec<Outcome> {
        let Effort { seeds, iterations, threads } = effort;
        let part = |k: usize| k * seeds / threads..(k + 1) * seeds / threads;
        let train = |k| part(k).map(|seed| self.train(seed as u64, iterations)).collect::<Vec<_>>();
        thread::scope(|scope| {
            let train = &train;
            let workers: Vec<_> = (0..threads).map(|k| scope.spawn(move || train(k))).collect();
            let results = workers.into_iter().map(thread::ScopedJoinHandle::join);
            results.flat_map(|outcomes| outcomes.expect("training does not panic")).collect()
        })
    }
}

impl Row {
    fn new(setting: Setting, effort: Effort) -> Self {
        let outcomes = setting.outcomes(effort);
        let (solved, failed): (Vec<_>, Vec<_>) = outcomes.iter().partition(|run| run.solved);
        let iterations = solved.iter().filter_map(|run| run.first).map(|first| first as f64);
        Self {
            seeds: effort.seeds,
            solved: solved.len(),
            iterations: median(iterations.collect()),
            failed_loss: median(failed.iter().map(|run| run.loss).collect()),
            setting,
        }
    }

    fn percent(&self) -> f64 {
        100.0 * self.solved as f64 / self.seeds as f64
    }

    /// The row as it is printed.
    fn line(&self) -> String {
        let Recipe { activation, initialization, .. } = self.setting.recipe;
        let (low, high) = wilson(self.solved, self.seeds);
        let interval = format!("{:.1}-{:.1}", 100.0 * low, 100.0 * high);
        let solved = format!("{}/{}", self.solved, self.seeds);
        format!(
            "{:9}  {:10}  {:14}  {:4}  {solved:>7}  {interval:10}  {:>6}  {:>6}",
            self.setting.recipe.name(),
            format!("{activation:?}"),
            format!("{initialization:?}"),
            self.setting.learning_rate,
            self.iterations.map_or("-".into(), |iterations| format!("{iterations}")),
            self.failed_loss.map_or("-".into(), |loss| format!("{loss:.4}")),
        )
    }

    /// The row as a line of the CSV file; what there is not stays empty.
    fn csv(&self) -> String {
        let Recipe { activation, initialization, .. } = self.setting.recipe;
        let (low, high) = wilson(self.solved, self.seeds);
        let cells = [
            self.setting.recipe.name(),
            format!("{activation:?}"),
            format!("{initialization:?}"),
            self.setting.learning_rate.to_string(),
            self.seeds.to_string(),
            self.solved.to_string(),
            format!("{low:.4}"),
            format!("{high:.4}"),
            self.iterations.map_or(String::new(), |iterations| iterations.to_string()),
            self.failed_loss.map_or(String::new(), |loss| format!("{loss:.6}")),
        ];
        cells.join(",") + "\n"
    }
}

fn write_files(out: &mut StdoutLock, rows: &[Row]) -> Result<(), Failure> {
    let folder = Path::new("target/xor_sweep");
    let head = "network,activation,initialization,learning_rate,seeds,solved,low,high,\
                median_iterations,median_failed_loss\n";
    let csv: String = rows.iter().map(Row::csv).collect();
    let title = "How often XOR is learned, in percent";
    writeln!(out, "\nThe same as a file, and as a picture:")?;
    for (file, text) in [
        ("sweep.csv", head.to_string() + &csv),
        ("sweep.svg", heat_map(title, rows).document(title)),
    ] {
        write_file(&folder.join(file), &text)?;
        writeln!(out, "  {}", folder.join(file).display())?;
    }
    Ok(())
}

/// The networks with one hidden layer: a cell for each setting.
fn heat_map(title: &str, rows: &[Row]) -> Picture {
    let down: Vec<String> = ACTIVATIONS
        .iter()
        .flat_map(|phi| {
            INITIALIZATIONS.map(|initialization| format!("{phi:?}, {initialization:?}"))
        })
        .collect();
    let across: Vec<String> =
        WIDTHS.iter().flat_map(|_| RATES.map(|rate| rate.to_string())).collect();
    let widths: Vec<String> = WIDTHS.iter().map(|width| format!("{width} hidden units")).collect();
    let groups: Vec<_> = widths.iter().map(|name| (name.as_str(), RATES.len())).collect();
    let [rows_labels, columns_labels] =
        [&down, &across].map(|labels| labels.iter().map(String::as_str).collect::<Vec<_>>());
    let labels = Labels {
        title,
        down: "activation, initialization",
        across: "learning rate",
        rows: &rows_labels,
        columns: &columns_labels,
        groups: &groups,
    };
    let shares: Vec<f64> = rows[..down.len() * across.len()].iter().map(Row::percent).collect();
    heat_map::table(&labels, &shares, &Shades::sequential(0.0, 100.0), whole_percent)
}

/// In whole percent, but nothing short of all reads 100, and nothing above none reads 0.
fn whole_percent(share: f64) -> String {
    if (0.0 < share && share < 1.0) || (99.0 < share && share < 100.0) {
        format!("{share:.1}")
    } else {
        format!("{share:.0}")
    }
}
