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
    Activation, Dataset, GradientDescent, Initialization, Layer, Loss, Matrix,
    Network, Rng,
};
use support::file::{self, Unfinished};
use support::program::{self, Failure, wrong};
use table::Table;

const USAGE: &str = "\
usage: cargo run --release --example own_data -- [FILE.csv] [FLAGS]

FILE.csv has a line of names, then a line for each sample. Without it, the example
makes up some fruit.
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
    program::run(USAGE, |flags, out| {
        let text = flags.file()?.map_or_else(|| Ok(fruit()), |path| file::read(&path))?;
        let table = Table::parse(&text)?;
        let target = flags.text("--target");
        let target = target.map_or(Ok(table.names.len() - 1), |name| table.column(&name))?;
        let classes = flags.text("--classes").is_some_and(|answer| answer == "yes");
        let accepted = |n: &usize| (1..=1000).contains(n);
        let hidden = flags.get("--hidden", 8, "a whole number from 1 to 1000", accepted)?;
        let accepted = |n: &usize| (1..=100_000).contains(n);
        let epochs = flags.get("--epochs", 200, "a whole number from 1 to 100000", accepted)?;
        let positive = |rate: &f64| *rate > 0.0 && rate.is_finite();
        let rate = flags.get("--learning-rate", 0.1, "a number greater than 0", positive)?;
        let mut rng = Rng::new(flags.get("--seed", 1, "a whole number", |_| true)?);
        let file = flags.text("--save").unwrap_or("target/own_data.txt".into());
        std::fs::create_dir_all("target")?;
        let file_before = Unfinished::new(&file)?;

        let (x, t, task) = samples(&table, target, classes)?;
        let inputs: Vec<&str> =
            (0..table.names.len()).filter(|j| *j != target).map(|j| &*table.names[j]).collect();
        writeln!(out, "{} samples; {} from {}", x.rows(), table.names[target], inputs.join(", "))?;
        let mut order: Vec<usize> = (0..x.rows()).collect();
        rng.shuffle(&mut order);
        let (test, training) = order.split_at(x.rows().div_ceil(5));
        if training.is_empty() {
            return Err(wrong("one sample leaves none to learn from; give more"));
        }
        let network = learn(
            &x.select_rows(training),
            &t.select_rows(training),
            &task,
            (hidden, epochs, rate),
            &mut rng,
        )?;
        let (x, t) = (x.select_rows(test), t.select_rows(test));
        report(out, &task, &network.predict(&x), &t)?;

        let classes =
            if let Task::Classes(names) = &task { names.join("\t") } else { String::new() };
        let head = format!("inputs\t{}\nclasses\t{classes}\n", inputs.join("\t"));
        file_before.finish(&(head + &saved::write(&network)))?;
        writeln!(out, "\nsaved: {file}; it takes the numbers of the table as they are:")?;
        use_it(out, &file, &x)
    })
}

/// The inputs, the targets, and what they are.
fn samples(table: &Table, target: usize, classes: bool) -> Result<(Matrix, Matrix, Task), Failure> {
    let columns: Vec<usize> = (0..table.names.len()).filter(|j| *j != target).collect();
    let columns: Vec<Vec<f64>> =
        columns.iter().map(|j| table.numbers(*j)).collect::<Result<_, _>>()?;
    let x = Matrix::from_fn(table.rows.len(), columns.len(), |i, j| columns[j][i]);
    if let (false, Ok(numbers)) = (classes, table.numbers(target)) {
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
    x: &Matrix,
    t: &Matrix,
    task: &Task,
    (hidden, epochs, learning_rate): (usize, usize, f64),
    rng: &mut Rng,
) -> Result<Network, Failure> {
    let (last, loss) = match task {
        Task::Classes(_) => (Activation::Softmax, Loss::CategoricalCrossEntropy),
        Task::Number => (Activation::Identity, Loss::MeanSquaredError),
    };
    let scale = scale::Scale::of(x);
    let of_targets = scale::Scale::of(t);
    let scaled = if let Task::Number = task { of_targets.apply(t) } else { t.clone() };
    let mut layer = |units, inputs, activation| {
        let weights = Initialization::GlorotUniform.weights(units, inputs, rng);
        let reach = 1.0 / (inputs as f64).sqrt(); // biases that differ let tanh bend at different places
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
        writeln!(
            out,
            "typical error {:.4} (root mean square), R² = {:.4}",
            (left / n as f64).sqrt(),
            1.0 - left / all
        )?;
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
    let start = text.find("backprop network").unwrap_or(0);
    let names: Vec<&str> = text[..start].lines().nth(1).unwrap_or("").split('\t').skip(1).collect();
    let network = saved::read(&text[start..])?;
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
