//! All of it in 20 lines: build a network, train it in batches, let it predict.

use backprop::{Activation, Dataset, Error, GradientDescent, Initialization, Loss, Network, Rng};

fn main() -> Result<(), Error> {
    let (xor, mut rng) = (Dataset::xor(), Rng::new(2));
    let layers = [(2, Activation::Tanh), (1, Activation::Sigmoid)];
    let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::GlorotNormal);
    let mut network = Network::new(2, &layers, loss, start, &mut rng)?;

    let descent = GradientDescent { learning_rate: 1.0 };
    for _epoch in 0..250 {
        for (x, targets) in xor.batches(4, &mut rng) {
            network.train_on_batch(&x, &targets, &descent)?;
        }
    }

    let (x, t, y) = (xor.inputs(), xor.targets(), network.predict(xor.inputs()));
    let mut table = "inputs, target and output:\n".to_string();
    for i in 0..y.rows() {
        table += &format!("{:?}  {}  {:.2}\n", x.row(i), t[(i, 0)], y[(i, 0)]);
    }
    print!("{table}");
    Ok(())
}
