//! What the examples print and write, computed a second way: a page or a table with a number that
//! belongs elsewhere looks like any other.

#[path = "common/example.rs"]
mod example;

#[path = "../examples/mnist/digits.rs"]
mod digits;

#[allow(dead_code, reason = "whether there is a picture is not asked here")]
#[path = "../examples/step_by_step/example.rs"]
mod step;

use std::fs;
use std::path::Path;
use std::process::Command;

use backprop::dataset::idx::Digits;
use backprop::dataset::{one_hot, table::Table};
use backprop::{
    Activation, Dataset, GradientDescent, Initialization, Layer, Loss, Matrix, Network, Rng,
};
use example::{folder, lines, program, write_mnist};
use step::Example;

/// The lines that an example prints in this folder.
#[track_caller]
fn run(folder: &Path, example: &str, flags: &str) -> Vec<String> {
    let mut command = Command::new(program(example));
    command.current_dir(folder).args(flags.split_whitespace());
    lines(&command.output().expect("a program")).expect("exit code 0")
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is no number"))
}

fn likeliest(row: &[f64]) -> usize {
    (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).expect("a class")
}

/// Catches an accuracy of the samples learned from, and samples to test with that are measured by
/// themselves. The classes are drawn by chance: what is learned of them is of no use elsewhere.
#[test]
fn own_data_tells_how_it_does_on_samples_that_it_has_not_seen() {
    let (folder, mut rng) = (folder("own_data"), Rng::new(9));
    let mut row = || {
        let kind = ["a", "b", "c"][rng.below(3)];
        format!("{:.2},{:.2},{kind}\n", rng.normal(), 10.0 + rng.normal().powi(3))
    };
    let text = "x,y,kind\n".to_string() + &(0..100).map(|_| row()).collect::<String>();
    fs::write(folder.join("own.csv"), &text).expect("a file");
    let printed = run(&folder, "own_data", "own.csv");

    let mut rng = Rng::new(1);
    (0..150 * 4).for_each(|_| _ = rng.normal()); // the fruit that it makes up first
    let table = Table::parse(&text).expect("a table");
    let data = Dataset::new(table.inputs, one_hot(&table.labels).0).expect("as many of both");
    let (training, test) = data.split(0.8, &mut rng).expect("two parts");
    let [x, t] =
        [test.standardised(&training).expect("finite").inputs(), test.targets()].map(Matrix::clone);
    let network = learned(&training.standardised(&training).expect("finite"), &mut rng);
    let y = network.predict(&x);
    let mut counts = [[0; 3]; 3];
    (0..20).for_each(|i| counts[likeliest(t.row(i))][likeliest(y.row(i))] += 1);
    let right = f64::from(counts[0][0] + counts[1][1] + counts[2][2]) / 20.0;
    let expected = [
        format!("accuracy on 20 others: {right:.3}; a column for each guess:"),
        format!("       a {:3?}", counts[0]),
        format!("       b {:3?}", counts[1]),
        format!("       c {:3?}", counts[2]),
    ];
    assert_eq!(printed[..4], expected);
}

/// 50 epochs of a 2-8-3 network.
fn learned(training: &Dataset, rng: &mut Rng) -> Network {
    let layers = [(8, Activation::Tanh), (3, Activation::Softmax)];
    let (loss, start) = (Loss::CategoricalCrossEntropy, Initialization::GlorotUniform);
    let mut network = Network::new(2, &layers, loss, start, rng).expect("2-8-3");
    for _ in 0..50 {
        for (x, t) in training.batches(16, rng) {
            let descent = GradientDescent { learning_rate: 0.1 };
            network.train_on_batch(&x, &t, &descent).expect("finite numbers");
        }
    }
    network
}

/// 20 digits to learn from, 60 others to test with, in files.
fn with_digits(name: &str) -> (std::path::PathBuf, Digits) {
    let (folder, mut rng) = (folder(name), Rng::new(3));
    let (training, test) = (digits::synthetic(20, &mut rng), digits::synthetic(60, &mut rng));
    write_mnist(&folder, &training, &test);
    (folder, test)
}

/// 784-6-10, not trained.
fn fresh(lambda: f64) -> Network {
    let layers = [(6, Activation::Tanh), (10, Activation::Softmax)];
    let (loss, start) = (Loss::CategoricalCrossEntropy, Initialization::GlorotNormal);
    let network = Network::new(784, &layers, loss, start, &mut Rng::new(8)).expect("784-6-10");
    network.with_weight_decay(lambda).expect("λ ≥ 0")
}

/// Catches a decay of 0.0001, that of a new network, in the place of the file's.
#[test]
fn mnist_keeps_the_decay_of_a_loaded_network_unless_another_is_given() {
    let (folder, _) = with_digits("mnist_decay");
    for (lambda, flag, expected) in [
        (0.02, "", 0.02),
        (0.0, "", 0.0),
        (0.02, "--weight-decay 0.5", 0.5),
        (0.02, "--weight-decay 0", 0.0),
    ] {
        fs::write(folder.join("net.txt"), fresh(lambda).to_string()).expect("a file");
        run(&folder, "mnist", &format!(". --load net.txt --save again.txt {flag}"));
        let again: Network = read(&folder, "again.txt").parse().expect("a network");
        assert_eq!(again.weight_decay(), expected, "λ = {lambda} in the file, {flag:?}");
    }
}

/// Catches a flag that is read and not used, or used for one layer only.
#[test]
fn mnist_makes_the_hidden_layers_that_it_is_asked_for() {
    let (folder, _) = with_digits("mnist_layers");
    for activation in Activation::ALL {
        let name = format!("{activation:?}").to_lowercase();
        let flags =
            format!(". --hidden 5 --hidden 4 --activation {name} --epochs 0 --save net.txt");
        run(&folder, "mnist", &flags);
        let network: Network = read(&folder, "net.txt").parse().expect("a network");
        let found: Vec<_> =
            network.layers().iter().map(|l| (l.weights.shape(), l.activation)).collect();
        let expected =
            [((5, 784), activation), ((4, 5), activation), ((10, 4), Activation::Softmax)];
        assert_eq!(found, expected, "--activation {name}");
    }
}

/// Catches other mistakes than the worst, and a drawing of another digit.
#[test]
fn mnist_shows_the_digits_whose_truth_it_finds_least_probable() {
    let (folder, test) = with_digits("mnist_worst");
    let network = fresh(0.0);
    fs::write(folder.join("net.txt"), network.to_string()).expect("a file");
    let printed = run(&folder, "mnist", ". --load net.txt");
    let y = network.predict(&test.batch(&(0..60).collect::<Vec<_>>()).0);
    let truth = |i: usize| usize::from(test.label(i));
    let mut wrong: Vec<usize> = (0..60).filter(|&i| likeliest(y.row(i)) != truth(i)).collect();
    wrong.sort_by(|&i, &j| y[(i, truth(i))].total_cmp(&y[(j, truth(j))]));
    let at = printed.iter().position(|line| line.ends_with("the worst:")).expect("mistakes");
    assert_eq!(printed[at], format!("{} mistakes; the worst:", wrong.len()));
    for (k, &i) in wrong.iter().take(5).enumerate() {
        let (t, guess) = (truth(i), likeliest(y.row(i)));
        let mut expected = vec![String::new()];
        let p = y[(i, t)];
        expected.push(format!(
            "digit {i} of the test is a {t}, taken for a {guess}; probability of {t}: {p:.1e}"
        ));
        expected.extend((0..14).map(|row| drawn(test.image(i), row)));
        assert_eq!(printed[at + 1 + 16 * k..][..16], expected, "mistake {k}");
    }
}

/// Catches test digits that were learned from, where the example draws its own.
#[test]
fn mnist_without_files_is_tested_with_digits_that_it_has_not_learned_from() {
    let printed = run(&folder("mnist_drawn"), "mnist", "--hidden 6 --epochs 0 --seed 4");
    let mut rng = Rng::new(4);
    let [_, test] = [6000, 1000].map(|count| digits::synthetic(count, &mut rng));
    let layers = [(6, Activation::Relu), (10, Activation::Softmax)];
    let (loss, he) = (Loss::CategoricalCrossEntropy, Initialization::HeNormal);
    let network = Network::new(784, &layers, loss, he, &mut rng).expect("784-6-10");
    let y = network.predict(&test.batch(&(0..1000).collect::<Vec<_>>()).0);
    let wrong = |i: &usize| likeliest(y.row(*i)) != usize::from(test.label(*i));
    let mistakes = format!("{} mistakes; the worst:", (0..1000).filter(wrong).count());
    assert!(printed.contains(&mistakes), "{mistakes} is not among\n{}", printed.join("\n"));
}

/// Catches seconds and speed that do not belong together: one of a step, one of an epoch.
#[test]
fn mnist_tells_how_many_digits_a_second_it_learns_from() {
    let (folder, mut rng) = (folder("mnist_speed"), Rng::new(3));
    let (training, test) = (digits::synthetic(600, &mut rng), digits::synthetic(10, &mut rng));
    write_mnist(&folder, &training, &test);
    let printed = run(&folder, "mnist", ". --hidden 400 --batch 20 --epochs 1");
    let row = printed.iter().skip_while(|line| !line.starts_with("epoch")).nth(1).expect("a row");
    let cells: Vec<&str> = row.split_whitespace().collect();
    let (seconds, speed) = (number(cells[6]), number(cells[7]));
    let apart = (600.0 / speed - seconds).abs();
    let rounded = 0.006 + seconds / speed; // two decimals, and whole images
    assert!(apart <= rounded, "{speed} images/s, but 600 images in {seconds} s");
}

/// Catches a picture under the name of another unit: unit `k` has one weight, of the pixel `(k, 2k)`.
#[test]
fn mnist_draws_the_weights_of_each_unit_above_its_name() {
    let (folder, _) = with_digits("mnist_units");
    let weights = Matrix::from_fn(12, 784, |k, p| f64::from(p == 28 * k + 2 * k));
    let layer = |weights: Matrix, activation| {
        let biases = Matrix::zeros(1, weights.rows());
        Layer { weights, biases, activation }
    };
    let layers =
        vec![layer(weights, Activation::Relu), layer(Matrix::zeros(10, 12), Activation::Softmax)];
    let network = Network::from_layers(layers, Loss::CategoricalCrossEntropy).expect("784-12-10");
    fs::write(folder.join("net.txt"), network.to_string()).expect("a file");
    run(&folder, "mnist", ". --load net.txt");
    let picture = read(&folder, "target/mnist/hidden.svg");
    for k in 0..12 {
        let above = picture.split(&format!(">unit {k}</text>")).next().expect("a caption");
        let image = above.rsplit("<g class=\"surface\"").next().expect("an image");
        let pixel = format!("\"M{} {k}h1v1h-1z\"", 2 * k);
        assert!(image.contains(&pixel), "{pixel} is not in the picture of unit {k}:\n{image}");
    }
}

/// The heights of the curve `k` in a picture, by two marks on its axis.
fn heights(chart: &str, k: usize, log: bool) -> Vec<f64> {
    let ticks = chart.split("<text x=\"-8\" y=\"").skip(1).map(|rest| {
        let (y, rest) = rest.split_once('"').expect("a place");
        let label = rest.split(['>', '<']).nth(1).expect("a label");
        (number(y) - 4.0, if log { number(label).ln() } else { number(label) })
    });
    let ticks: Vec<(f64, f64)> = ticks.collect();
    let (from, to) = (ticks[0], ticks[ticks.len() - 1]);
    let inside = chart.split("<svg ").nth(1 + k).expect("a curve");
    let points = inside.split("points=\"").nth(1).and_then(|rest| rest.split('"').next());
    let height = |point: &str| {
        let y = number(point.split_once(',').expect("a point").1);
        let value = from.1 + (y - from.0) / (to.0 - from.0) * (to.1 - from.1);
        if log { value.exp() } else { value }
    };
    points.expect("points").split(' ').map(height).collect()
}

/// Catches a curve of the accuracy for one of the mistakes.
#[test]
fn mnist_draws_the_loss_and_the_mistakes_that_it_prints() {
    let folder = folder("mnist_curves");
    let printed = run(&folder, "mnist", "--hidden 8 --epochs 3");
    let picture = read(&folder, "target/mnist_synthetic/learning.svg");
    let charts: Vec<&str> = picture.split("font-weight=\"600\">").skip(1).collect();
    let rows = printed.iter().skip_while(|line| !line.starts_with("epoch")).skip(1).take(3);
    let cells: Vec<Vec<&str>> = rows.map(|row| row.split_whitespace().collect()).collect();
    let losses: Vec<f64> = cells.iter().map(|cells| number(cells[1])).collect();
    let mistakes = |k: usize| cells.iter().map(|cells| 100.0 - number(cells[k])).collect();
    assert!(charts[0].starts_with("Loss in training") && charts[1].starts_with("Mistakes"));
    for (what, found, expected) in [
        ("loss", heights(charts[0], 0, true), losses),
        ("mistakes in training", heights(charts[1], 0, false), mistakes(2)),
        ("mistakes on the test", heights(charts[1], 1, false), mistakes(4)),
    ] {
        let largest = expected.iter().copied().fold(0.0, f64::max);
        let near = found.iter().zip(&expected).all(|(f, e)| (f - e).abs() < 1e-2 * largest);
        assert!(near && found.len() == 3, "{what}: drawn {found:?}, printed {expected:?}");
    }
}

/// Two rows of 28 pixels as a line: of each two the darker one.
fn drawn(image: &[u8], row: usize) -> String {
    let ink = |j: usize| image[56 * row + j].max(image[56 * row + 28 + j]);
    let letter = |j: usize| match ink(j) {
        0..64 => ' ',
        64..128 => '.',
        128..192 => '+',
        _ => '#',
    };
    let line: String = (0..28).map(letter).collect();
    format!("  {}", line.trim_end())
}

/// What `step_by_step` tells: a name, and the lines of a matrix. After the step, `new` and the name.
fn told(printed: &[String]) -> Vec<(String, Vec<&str>)> {
    let mut told: Vec<(String, Vec<&str>)> = Vec::new();
    let mut rule = "";
    for line in printed {
        match line.strip_prefix("        [") {
            None => rule = line.get(6..).unwrap_or(""),
            Some(_) if !rule.is_empty() => {
                let name = rule.split([' ', ',']).next().expect("a name");
                let new = if rule.contains('←') { "new " } else { "" };
                told.push((format!("{new}{name}"), vec![line.trim()]));
                rule = "";
            }
            Some(_) => told.last_mut().expect("a matrix").1.push(line.trim()),
        }
    }
    told
}

/// The same from the crate, in the order of the derivation.
fn expected(Example { network, x, t, .. }: &Example) -> Vec<(String, Matrix)> {
    let up = |l: usize| ['⁰', '¹', '²', '³'][l];
    let (trace, depth) = (network.forward(x), network.depth());
    let gradients = network.backward_one(&trace, t);
    let mut all = vec![("x".to_string(), x.clone()), ("t".to_string(), t.clone())];
    for (l, layer) in (1..).zip(network.layers()) {
        let u = up(l);
        all.push((format!("W{u}"), layer.weights.clone()));
        all.push((format!("b{u}"), layer.biases.clone()));
        all.push((format!("z{u}"), trace.z(l).clone()));
        all.push((format!("y{u}"), trace.y(l).clone()));
    }
    for l in (1..=depth).rev() {
        if l < depth {
            let (above, phi) = (up(l + 1), network.layer(l).activation);
            let grad_y = gradients.biases(l + 1).matmul(&network.layer(l + 1).weights);
            all.push((format!("δ{above}W{above}"), grad_y));
            all.push((format!("φ′(z{})", up(l)), phi.derivative(trace.z(l))));
        }
        all.push((format!("δ{}", up(l)), gradients.biases(l).clone()));
    }
    all.extend((1..=depth).map(|l| (format!("∇W{}", up(l)), gradients.weights(l).clone())));
    all.extend((1..=depth).map(|l| (format!("∇b{}", up(l)), gradients.biases(l).clone())));
    for (l, layer) in (1..).zip(network.layers()) {
        let moved = |old: &Matrix, gradient: &Matrix| old.add_scaled(-0.03125, gradient);
        all.push((format!("new W{}", up(l)), moved(&layer.weights, gradients.weights(l))));
        all.push((format!("new b{}", up(l)), moved(&layer.biases, gradients.biases(l))));
    }
    all
}

/// Catches a matrix that is told under the name of another, such as φ′(y) for φ′(z).
#[test]
fn step_by_step_tells_the_numbers_of_forward_backward_and_step() {
    let random = |phi| Example::random(&[3, 3, 2, 1], phi, 4).expect("a network");
    for (flags, example) in [
        ("", Example::worked().expect("a network")),
        ("--network 3-3-2-1 --activation sigmoid --seed 4", random(Activation::Sigmoid)),
        ("--network 3-3-2-1 --seed 4", random(Activation::Tanh)),
    ] {
        let printed = run(&folder("step_by_step"), "step_by_step", flags);
        let (told, expected) = (told(&printed), expected(&example));
        let names = |all: &[String]| all.join(" ");
        assert_eq!(
            names(&told.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()),
            names(&expected.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>())
        );
        for ((name, told), (_, matrix)) in told.iter().zip(&expected) {
            assert_eq!(told.join("\n"), format!("{matrix:.6}"), "{name}, with {flags:?}");
        }
        let Example { mut network, x, t, .. } = example;
        let loss = |network: &Network| network.loss(&network.forward(&x), &t);
        let before = loss(&network);
        network
            .train_on_batch(&x, &t, &GradientDescent { learning_rate: 0.03125 })
            .expect("finite");
        let last = format!("The loss was {before:.6} and is {:.6}.", loss(&network));
        assert!(printed.contains(&last), "{last:?} is not among\n{}", printed.join("\n"));
    }
}

/// The numbers of a list behind this name.
fn list(text: &str, name: &str) -> Vec<f64> {
    let rest = text.split(&format!("\"{name}\":")).nth(1).expect(name);
    let list = rest.trim_start_matches('[').split([']', '}']).next().expect("numbers");
    let one = !rest.starts_with('[');
    list.split(',').take(if one { 1 } else { usize::MAX }).map(number).collect()
}

/// The points of the loss curve, `(iteration, loss)`.
fn curve(page: &str) -> Vec<(&str, f64)> {
    let points = page.split("\"losses\": [[").nth(1).and_then(|rest| rest.split("]]").next());
    let points = points.expect("losses").split("],[");
    points
        .map(|point| point.split_once(',').expect("a point"))
        .map(|(i, loss)| (i, number(loss)))
        .collect()
}

#[track_caller]
fn assert_frame(frame: &str, iteration: usize, loss: f64, network: &Network) {
    let parameters = |l: usize| [&network.layer(l).weights, &network.layer(l).biases];
    let [[w1, b1], [w2, b2]] = [1, 2].map(parameters);
    for (name, right) in
        [("loss", &Matrix::row_vector(&[loss])), ("w1", w1), ("b1", b1), ("w2", w2), ("b2", b2)]
    {
        let (found, right) = (list(frame, name), right.as_slice());
        let near = found.iter().zip(right).all(|(f, r)| (f - r).abs() <= 6e-5 * r.abs());
        assert!(
            near && found.len() == right.len(),
            "{name} of frame {iteration}: {found:?}, not {right:?}"
        );
    }
}

/// Catches a loss that belongs to the frame before, or a network that does.
#[test]
fn each_frame_of_the_page_of_xor_has_the_network_and_the_loss_of_its_iteration() {
    let folder = folder("xor_page");
    run(&folder, "xor", "--hidden 3 --seed 3 --iterations 40 --learning-rate 0.7");
    let name = "xor-seed-3-hidden-3-learning-rate-0.7-iterations-40.html";
    let page = read(&folder, &format!("target/xor/{name}"));
    let layers = [(3, Activation::Tanh), (1, Activation::Sigmoid)];
    let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::default());
    let mut network = Network::new(2, &layers, loss, start, &mut Rng::new(3)).expect("2-3-1");
    let (xor, descent) = (Dataset::xor(), GradientDescent { learning_rate: 0.7 });
    let mut frames = page.lines().filter(|line| line.starts_with("{\"iteration\":")).peekable();
    let curve = curve(&page);
    assert_eq!(curve.len(), 41, "{curve:?}");
    assert!(frames.clone().count() > 10, "{} frames", frames.clone().count());
    for (iteration, (told_at, told)) in curve.into_iter().enumerate() {
        let loss = network.loss(&network.forward(xor.inputs()), xor.targets());
        assert_eq!(told_at, iteration.to_string());
        assert!((told - loss).abs() < 6e-5 * loss, "curve at {iteration}: {told}, not {loss}");
        let this = |frame: &&str| list(frame, "iteration") == [iteration as f64];
        if let Some(frame) = frames.next_if(this) {
            assert_frame(frame, iteration, loss, &network);
        }
        network.train_on_batch(xor.inputs(), xor.targets(), &descent).expect("finite numbers");
    }
    assert_eq!(frames.next(), None, "a frame is missing, or out of order");
}

/// Catches z that is told for y.
#[test]
fn xor_tells_what_its_hidden_units_and_its_output_give() {
    let printed = run(&folder("xor_told"), "xor", "--hidden 3 --seed 3 --iterations 40");
    let layers = [(3, Activation::Tanh), (1, Activation::Sigmoid)];
    let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::default());
    let mut network = Network::new(2, &layers, loss, start, &mut Rng::new(3)).expect("2-3-1");
    let xor = Dataset::xor();
    for _ in 0..40 {
        let descent = GradientDescent { learning_rate: 1.0 };
        network.train_on_batch(xor.inputs(), xor.targets(), &descent).expect("finite numbers");
    }
    let trace = network.forward(xor.inputs());
    for i in 0..4 {
        let start = format!("{:4} {:4} ", xor.inputs()[(i, 0)], xor.inputs()[(i, 1)]);
        let y: Vec<String> = trace.y(1).row(i).iter().map(|y| format!(" {y:7.4}")).collect();
        let output = format!(" {:6}  {:10.4}", xor.targets()[(i, 0)], trace.y(2)[(i, 0)]);
        for expected in [start.clone() + &output, start + &y.concat()] {
            assert!(printed.contains(&expected), "{expected:?} is not in\n{}", printed.join("\n"));
        }
    }
}

/// With a pencil: w* = (1, 3) costs −17.5, and w̃ = (1.2, 1.6) costs −26 + ½ (1.2 · 9.2 + 1.6 · 5.6) = −16.
#[test]
fn weight_decay_tells_what_the_decayed_minimiser_costs_without_the_decay() {
    let printed = run(&folder("decay_told"), "weight_decay", "");
    let cost = "What it costs: E rises from -17.5000 at w* to -16.0000 at w̃.";
    assert!(printed.iter().any(|line| line == cost), "{cost:?} is not in\n{}", printed.join("\n"));
}

/// Catches an error of the mean that is none, and with it a verdict. In theory one gradient
/// `(e + s)(xⱼ + εⱼ)`, with `e = wᵀx − t = −2.2` and `s = wᵀε`, has the variance
/// `σ² (e² + xⱼ² ‖w‖² + 2 e xⱼ wⱼ) + σ⁴ (‖w‖² + wⱼ²)`.
#[test]
fn input_noise_knows_how_far_its_means_may_be_trusted() {
    let printed = run(&folder("noise_told"), "input_noise", "--samples 262144 --sigma 0.5");
    let (w, x, square, e) = ([0.7, -1.2, 0.4], [1.0, 2.0, -0.5], 2.09, -2.2);
    let rows = printed.iter().skip_while(|line| !line.starts_with("     w")).skip(1);
    for (j, row) in rows.take(3).enumerate() {
        let first: f64 = e * e + x[j] * x[j] * square + 2.0 * e * x[j] * w[j];
        let variance = 0.25 * first + 0.0625 * (square + w[j] * w[j]);
        let error = (variance / 262_144.0).sqrt();
        let cells: Vec<&str> = row.split_whitespace().collect();
        let (mean, told, z) = (number(cells[3]), number(cells[5]), number(cells[6]));
        assert!(
            (told - error).abs() < 1e-4,
            "±{told} is told of a mean that is ±{error:.6}: {row}"
        );
        let off = (mean - (e * x[j] + 0.25 * w[j])) / error;
        assert!((z - off).abs() < 0.2, "{off:.2} errors away, but z is {z}: {row}");
    }
    let verdict = |line: &String| {
        ["Yes", "No"].into_iter().find(|word| line.starts_with(&format!("{word}: ")))
    };
    let verdicts: Vec<&str> = printed.iter().filter_map(verdict).collect();
    assert_eq!(verdicts, ["Yes", "Yes", "No", "No"], "{}", printed.join("\n"));
}

const SEEDS: u64 = 5;
const ITERATIONS: usize = 30;

/// `first` of the trainings that succeed, the losses of the others.
fn outcomes(sizes: &[usize], phi: Activation, start: Initialization, rate: f64) -> [Vec<f64>; 2] {
    let (xor, last) = (Dataset::xor(), sizes.len() - 1);
    let layers: Vec<_> =
        (1..=last).map(|l| (sizes[l], if l == last { Activation::Sigmoid } else { phi })).collect();
    let solved = |network: &Network| {
        let y = network.predict(xor.inputs());
        (0..4).all(|i| (y[(i, 0)] > 0.5) == (xor.targets()[(i, 0)] == 1.0) && y[(i, 0)] != 0.5)
    };
    let [mut firsts, mut losses] = [Vec::new(), Vec::new()];
    for seed in 0..SEEDS {
        let loss = Loss::BinaryCrossEntropy;
        let mut network =
            Network::new(2, &layers, loss, start, &mut Rng::new(seed)).expect("a network");
        let mut first = None;
        for iteration in 0..=ITERATIONS {
            first = first.or(solved(&network).then_some(iteration as f64));
            if iteration < ITERATIONS {
                let descent = GradientDescent { learning_rate: rate };
                network.train_on_batch(xor.inputs(), xor.targets(), &descent).expect("finite");
            }
        }
        let loss = network.loss(&network.forward(xor.inputs()), xor.targets());
        if solved(&network) { firsts.push(first.expect("solved")) } else { losses.push(loss) }
    }
    [firsts, losses]
}

/// As many numbers are below it as above.
fn assert_median(what: &str, cell: &str, numbers: &[f64]) {
    let Some(median) = (!cell.is_empty()).then(|| number(cell)) else {
        return assert!(numbers.is_empty(), "{what}: no median of {numbers:?}");
    };
    let side = |sign: f64| numbers.iter().filter(|&&n| sign * (n - median) > 1e-6).count();
    let half = numbers.len() / 2;
    assert!(
        !numbers.is_empty() && side(1.0) <= half && side(-1.0) <= half,
        "{what}: {median} of {numbers:?}"
    );
}

/// Catches columns that are exchanged, a median that is none, and an interval that is not Wilson's.
#[test]
fn each_line_of_the_sweep_is_that_of_its_setting() {
    let folder = folder("xor_sweep");
    let flags = format!("--seeds {SEEDS} --iterations {ITERATIONS} --threads 2");
    let printed = run(&folder, "xor_sweep", &flags);
    let csv = read(&folder, "target/xor_sweep/sweep.csv");
    assert_eq!(csv.lines().count(), 1 + 3 * 4 * 4 * 3 + 4 * 3 * 3);
    let starts = [
        Initialization::GlorotNormal,
        Initialization::GlorotUniform,
        Initialization::HeNormal,
        Initialization::Zeros,
    ];
    let table = printed.iter().skip_while(|line| !line.starts_with("network  ")).skip(1);
    for (line, row) in csv.lines().skip(1).zip(table) {
        let cells: Vec<&str> = line.split(',').collect();
        let [name, phi, start, rate, seeds, solved, low, high, median, loss] = cells[..] else {
            panic!("{} cells: {line}", cells.len())
        };
        let sizes: Vec<usize> = name.split('-').map(|n| n.parse().expect("a size")).collect();
        let phi_of = Activation::ALL.into_iter().find(|a| format!("{a:?}") == phi).expect(phi);
        let start_of = starts.into_iter().find(|s| format!("{s:?}") == start).expect(start);
        let [firsts, losses] = outcomes(&sizes, phi_of, start_of, number(rate));
        assert_eq!((seeds, solved), ("5", &*firsts.len().to_string()), "{line}");
        assert_median(&format!("iterations in {line}"), median, &firsts);
        assert_median(&format!("losses in {line}"), loss, &losses);
        assert_wilson(line, firsts.len() as f64 / 5.0, [low, high].map(number));
        let cells: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(cells[..5], [name, phi, start, rate, &format!("{solved}/5")], "{line}");
        let (from, to) = cells[5].split_once('-').expect("an interval");
        let off = [(from, low), (to, high)].map(|(f, q)| number(f) - 100.0 * number(q));
        assert!(off.iter().all(|off| off.abs() < 0.06), "{} is printed for {line}", cells[5]);
    }
}

/// The ends are the `q` with `(p − q)² = z² q (1 − q) / n`, with four digits.
fn assert_wilson(line: &str, p: f64, [low, high]: [f64; 2]) {
    assert!(low <= p && p <= high && low < high, "{p} is not from {low} to {high}: {line}");
    for q in [low, high] {
        let off = (p - q).powi(2) - 1.96_f64.powi(2) * q * (1.0 - q) / 5.0;
        assert!(off.abs() < 2e-4, "{q} is no end of an interval for {p}: {line}");
    }
}

/// Catches a blank that is judged, but not told.
#[test]
fn homework_tells_of_every_blank() {
    let printed = run(&folder("homework"), "homework", "");
    let judge = include_str!("../examples/homework/judge.rs");
    let items = judge.lines().filter_map(|line| line.strip_prefix("    Item(\""));
    let items: Vec<(&str, &str)> = items
        .map(|item| {
            let parts: Vec<&str> = item.split('"').collect();
            (parts[0], parts[2])
        })
        .collect();
    for (of_sheet, blank) in &items {
        let start = format!("{of_sheet:5} {blank:36} ");
        let count = printed.iter().filter(|line| line.starts_with(&start)).count();
        assert_eq!(count, 1, "lines for {blank} among\n{}", printed.join("\n"));
    }
    let right = printed.iter().filter(|line| line.contains(" right. ")).count();
    let total = format!(" of {} right. ", items.len());
    assert!(
        right == 1 && printed.iter().any(|line| line.contains(&total)),
        "{total:?} is not told"
    );
}
