//! From a CSV file of your own to a network that is trained, tested, checked and saved.

#[path = "../mnist/saved.rs"]
mod saved;
mod scale;
mod table;
#[path = "../support"]
mod support {
    pub mod file;
    pub mod program;
}

use std::io::{StdoutLock, Write};
use std::process::ExitCode;

use backprop::{
    Activation, Dataset, GradientDescent, Initialization, Layer, Loss, Matrix, Network, Rng,
};
use support::file::{self, Unfinished};
use support::program::{self, Failure, Flags, wrong};
use table::Table;

const USAGE: &str = "\
usage: cargo run --release --example own_data -- [FILE.csv] [FLAGS]

FILE.csv has a line of names, then a line for each sample. Without it, the
example makes up some fruit.
  --target NAME       the column to learn                 (default the last)
  --classes yes       its numbers are names of classes    (default no)
  --hidden N          hidden units, 1 to 1000             (default 8)
  --epochs N          1 to 100000                         (default 200)
  --learning-rate R   greater than 0                      (default 0.1)
  --seed N            a whole number                      (default 1)
  --save FILE         where the network goes  (default target/own_data.txt)";

/// What is to be learned: classes with these names, or a number.
enum Task {
    Classes(Vec<String>),
    Number,
}

fn main() -> ExitCode {
    program::run(USAGE, own_data)
}

fn own_data(flags: &Flags, out: &mut StdoutLock) -> Result<(), Failure> {
    let text = flags.file()?.map_or_else(|| Ok(fruit()), |path| file::read(&path))?;
    let table = Table::parse(&text)?;
    let last = table.names.len() - 1;
    let target = flags.text("--target").map_or(Ok(last), |name| table.column(&name))?;
    let yes_or_no = |answer: &String| answer == "yes" || answer == "no";
    let classes = flags.get("--classes", "no".to_string(), "yes or no", yes_or_no)? == "yes";
    let settings = Settings::read(flags)?;
    let mut rng = Rng::new(flags.get("--seed", 1, "a whole number", |_| true)?);
    let file = flags.text("--save").unwrap_or("target/own_data.txt".into());
    std::fs::create_dir_all("target")?;
    let new = Unfinished::new(&file)?;

    let (x, t, task) = samples(&table, target, classes)?;
    let mut inputs = table.names.clone();
    let learned = inputs.remove(target);
    writeln!(out, "{} samples; {learned} from {}", x.rows(), inputs.join(", "))?;
    let mut order: Vec<usize> = (0..x.rows()).collect();
    rng.shuffle(&mut order);
    let (test, training) = order.split_at(x.rows().div_ceil(5));
    if training.is_empty() {
        return Err(wrong("one sample leaves none to learn from; give more"));
    }
    let samples = (&x.select_rows(training), &t.select_rows(training));
    let network = learn(samples, &task, &settings, &mut rng)?;
    let (x, t) = (x.select_rows(test), t.select_rows(test));
    report(out, &task, &network.predict(&x), &t)?;

    let classes = if let Task::Classes(names) = &task { names.join("\t") } else { String::new() };
    let names = format!("inputs\t{}\nclasses\t{classes}\n", inputs.join("\t"));
    new.finish(&(names + &saved::write(&network)))?;
    writeln!(out, "\nsaved: {file}; it takes the numbers of the table as they are:")?;
    use_it(out, &file, &x)
}

struct Settings {
    hidden: usize,
    epochs: usize,
    learning_rate: f64,
}

impl Settings {
    fn read(flags: &Flags) -> Result<Self, Failure> {
        let (units, epochs) = (1..=1000, 1..=100_000);
        let positive = |rate: &f64| *rate > 0.0 && rate.is_finite();
        Ok(Self {
            hidden: flags.get("--hidden", 8, "1 to 1000", |n| units.contains(n))?,
            epochs: flags.get("--epochs", 200, "1 to 100000", |n| epochs.contains(n))?,
            learning_rate: flags.get("--learning-rate", 0.1, "greater than 0", positive)?,
        })
    }
}

/// The inputs, the targets, and what they are.
fn samples(table: &Table, target: usize, classes: bool) -> Result<(Matrix, Matrix, Task), Failure> {
    let columns: Vec<usize> = (0..table.names.len()).filter(|j| *j != target).collect();
    let columns: Vec<Vec<f64>> =
        columns.iter().map(|j| table.numbers(*j)).collect::<Result<_, _>>()?;
    let x = Matrix::from_fn(table.rows.len(), columns.len(), |i, j| columns[j][i]);
    let number = |text: &&str| text.parse::<f64>().is_ok();
    if !classes && table.texts(target).iter().any(number) {
        let numbers = table.numbers(target)?;
        return Ok((x, Matrix::from_vec(numbers.len(), 1, numbers), Task::Number));
    }
    // 1, 1.0 and 01 are one class.
    let label = |text: &str| text.parse().map_or(text.to_string(), |n: f64| n.to_string());
    let labels: Vec<String> = table.texts(target).into_iter().map(label).collect();
    let mut names = labels.clone();
    names.sort();
    names.dedup();
    let (k, n, name) = (names.len(), labels.len(), &table.names[target]);
    if k < 2 || 2 * k > n {
        return Err(wrong(format!(
            "column {name:?} has {k} classes in {n} samples: is it the one to learn? See --target"
        )));
    }
    let t = Matrix::from_fn(n, k, |i, j| f64::from(labels[i] == names[j]));
    Ok((x, t, Task::Classes(names)))
}

/// A network with one hidden layer of tanh, trained on these samples.
fn learn(
    (x, t): (&Matrix, &Matrix),
    task: &Task,
    settings: &Settings,
    rng: &mut Rng,
) -> Result<Network, Failure> {
    let &Settings { hidden, epochs, learning_rate } = settings;
    let (last, loss) = match task {
        Task::Classes(_) => (Activation::Softmax, Loss::CategoricalCrossEntropy),
        Task::Number => (Activation::Identity, Loss::MeanSquaredError),
    };
    let scale = scale::Scale::of(x);
    let of_targets = scale::Scale::of(t);
    let scaled = if let Task::Number = task { of_targets.apply(t) } else { t.clone() };
    let mut layer = |units, inputs, activation| {
        let weights = Initialization::GlorotUniform.weights(units, inputs, rng);
        let reach = 1.0 / (inputs as f64).sqrt(); // with all biases 0, every tanh is steepest at 0
        let biases = Matrix::from_fn(1, units, |_, _| reach * (2.0 * rng.uniform() - 1.0));
        Layer { weights, biases, activation }
    };
    let layers = vec![layer(hidden, x.cols(), Activation::Tanh), layer(t.cols(), hidden, last)];
    let mut network = Network::from_layers(layers, loss)?;
    let data = Dataset::new(scale.apply(x), scaled)?;
    let mut progress = program::Progress::new();
    for epoch in 0..epochs {
        for (x, t) in data.batches(16, rng) {
            network.train_on_batch(&x, &t, &GradientDescent { learning_rate })?;
        }
        progress.show(|| format!("epoch {epoch} of {epochs}"));
    }
    let network = scale.of_inputs(&network)?;
    Ok(if let Task::Number = task { of_targets.of_outputs(&network)? } else { network })
}

/// How good the predictions `y` for samples not learned from are.
fn report(out: &mut StdoutLock, task: &Task, y: &Matrix, t: &Matrix) -> Result<(), Failure> {
    let n = y.rows();
    writeln!(out, "\nOn {n} samples that were not learned from:")?;
    let Task::Classes(names) = task else {
        let mean = t.sum() / n as f64;
        let (left, all) = ((y - t).squared_norm(), t.map(|t| t - mean).squared_norm());
        let r2 = if all > 0.0 { format!(", R² = {:.4}", 1.0 - left / all) } else { String::new() };
        let typical = (left / n as f64).sqrt();
        writeln!(out, "typical error {typical:.4} (root mean square){r2}")?;
        return Ok(());
    };
    let class = |m: &Matrix, i: usize| largest(m.row(i));
    let right = (0..n).filter(|&i| class(y, i) == class(t, i)).count();
    writeln!(out, "{right} are classified correctly, accuracy {:.3}", right as f64 / n as f64)?;
    if names.len() <= 10 {
        writeln!(out, "A row for each class, a column for each prediction:")?;
        for (k, name) in names.iter().enumerate() {
            let count = |j| (0..n).filter(|&i| class(t, i) == k && class(y, i) == j).count();
            let counts: String = (0..names.len()).map(|j| format!("{:5}", count(j))).collect();
            writeln!(out, "{counts}  {name}")?;
        }
    }
    Ok(())
}

fn largest(row: &[f64]) -> usize {
    (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0)
}

/// Loads the file, and predicts the first of these samples from it alone.
fn use_it(out: &mut StdoutLock, file: &str, x: &Matrix) -> Result<(), Failure> {
    let text = file::read(file)?;
    let [_inputs, classes, network] = text.splitn(3, '\n').collect::<Vec<_>>()[..] else {
        return Err(wrong(format!("{file} is no longer what was saved")));
    };
    let (names, network) = (classes.split('\t').skip(1).collect::<Vec<_>>(), saved::read(network)?);
    for i in 0..x.rows().min(3) {
        let (x, y) = (x.select_rows(&[i]), network.predict(&x.select_rows(&[i])));
        let best = largest(y.row(0));
        let said = names.get(best).filter(|_| y.cols() > 1);
        let said =
            said.map_or(format!("{:.4}", y[(0, 0)]), |name| format!("{name}, {:.3}", y[(0, best)]));
        writeln!(out, "  {:?} → {said}", x.row(0))?;
    }
    Ok(())
}

/// 150 apples, pears and plums that never were.
fn fruit() -> String {
    let mut rng = Rng::new(1);
    let means = [[72.0, 74.0, 165.0, 60.0], [90.0, 66.0, 170.0, 30.0], [50.0, 44.0, 60.0, 70.0]];
    let fruit = (0..150).map(|i| {
        let [l, w, g, r] = means[i % 3].map(|mean| mean * (1.0 + 0.2 * rng.normal()));
        format!("{l:.0},{w:.0},{g:.1},{r:.1},{}\n", ["apple", "pear", "plum"][i % 3])
    });
    "length,width,weight,red,kind\n".to_string() + &fruit.collect::<String>()
}
