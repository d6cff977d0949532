//! `own_data [FILE]`: from a CSV file to a network that is trained, saved, loaded and checked.

use std::process::ExitCode;
use std::{env, error, fs};

use backprop::dataset::{accuracy, one_hot, table::Table};
use backprop::{
    Activation, Dataset, GradientCheck, GradientDescent, Initialization, Loss, Network, Rng,
};

fn main() -> ExitCode {
    own_data().map_err(|error| eprintln!("{error}")).map_or(2, |()| 0).into()
}

fn own_data() -> Result<(), Box<dyn error::Error>> {
    let (fruit, saved, mut rng) = ("target/fruit.csv", "target/fruit-network.txt", Rng::new(1));
    fs::create_dir_all("target").and_then(|()| fs::write(fruit, make_up(&mut rng)))?;
    let table = Table::read(env::args_os().nth(1).unwrap_or(fruit.into()).as_ref())?;
    let (targets, classes) = one_hot(&table.labels);
    let (training, test) = Dataset::new(table.inputs, targets)?.split(0.8, &mut rng)?;
    let (training, test) = (training.standardised(&training)?, test.standardised(&training)?);

    let layers = [(8, Activation::Tanh), (classes.len(), Activation::Softmax)];
    let (loss, start) = (Loss::CategoricalCrossEntropy, Initialization::GlorotUniform);
    let mut network = Network::new(test.inputs().cols(), &layers, loss, start, &mut rng)?;
    for _epoch in 0..50 {
        for (x, t) in training.batches(16, &mut rng) {
            network.train_on_batch(&x, &t, &GradientDescent { learning_rate: 0.1 })?;
        }
    }
    fs::write(saved, network.to_string())?;
    let network: Network = fs::read_to_string(saved)?.parse()?;

    let (x, t) = (test.inputs(), test.targets());
    let y = network.predict(x);
    println!("accuracy on {} others: {:.3}; a column for each guess:", y.rows(), accuracy(&y, t));
    let says = |row: &[f64], k: usize| row.iter().all(|y| *y <= row[k]);
    for (i, class) in classes.iter().enumerate() {
        let both = |j| (0..y.rows()).filter(|&s| says(t.row(s), i) && says(y.row(s), j)).count();
        println!("{class:>8} {:3?}", (0..classes.len()).map(both).collect::<Vec<_>>());
    }
    println!("{}", GradientCheck::of(&network, x, t));
    Ok(())
}

/// 150 apples, pears and plums that never were: length, width, weight, and how red they are.
fn make_up(rng: &mut Rng) -> String {
    let means = [[72.0, 74.0, 165.0, 60.0], [90.0, 66.0, 170.0, 30.0], [50.0, 44.0, 60.0, 70.0]];
    let fruit = (0..150).map(|i| {
        let [l, w, g, r] = means[i % 3].map(|mean| mean * (1.0 + 0.2 * rng.normal()));
        format!("{l:.0},{w:.0},{g:.1},{r:.1},{}\n", ["apple", "pear", "plum"][i % 3])
    });
    "length,width,weight,red,kind\n".to_string() + &fruit.collect::<String>()
}
