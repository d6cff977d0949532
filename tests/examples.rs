//! The numbers that the examples print and save, computed a second way.

use std::fs;

use crate::common::assert_close;
use crate::example::mnist::{digits::synthetic, idx::Digits, saved};
use crate::example::support::{chart::number, xor};
use crate::example::weight_decay::{gradients, verdict};
use crate::example::{folder, run};
use backprop::{Activation, Dataset, GradientDescent, Initialization, Loss, Matrix, Network, Rng};

use Activation::{Identity, Relu, Sigmoid, Softmax, Tanh};
use Initialization::{GlorotNormal, GlorotUniform, HeNormal};

/// Asserts that these words are printed, one after the other.
#[track_caller]
fn assert_words(printed: &str, words: &str) {
    let text = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(words), "{words:?} is not in\n{printed}");
}

/// How many predictions are right, and for each class, in words, how often it is predicted as each.
fn counts(y: &Matrix, t: &Matrix) -> (usize, Vec<String>) {
    let class = |row: &[f64]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
    let mut counts = vec![vec![0; t.cols()]; t.cols()];
    for i in 0..t.rows() {
        counts[class(t.row(i)).expect("a class")][class(y.row(i)).expect("a class")] += 1;
    }
    let words = |row: &Vec<usize>| format!(" {row:?} ").replace(['[', ']', ','], "");
    ((0..t.cols()).map(|k| counts[k][k]).sum(), counts.iter().map(words).collect())
}

/// Catches the numbers of another iteration, a flag that is not used, "solved" for three of four.
#[test]
fn xor_prints_and_draws_the_numbers_of_each_iteration() {
    let (place, xor) = (folder("xor"), Dataset::xor());
    let flags = "--hidden 3 --activation relu --seed 1 --iterations 40 --learning-rate 0.7";
    let printed = run(&place, &format!("xor {flags}")).printed();
    let page = fs::read_to_string(place.join("target/xor/index.html")).expect("a page");
    let (layers, loss) = ([(3, Relu), (1, Sigmoid)], Loss::BinaryCrossEntropy);
    let network = Network::new(2, &layers, loss, GlorotNormal, &mut Rng::new(1));
    let (mut network, mut done, mut end) = (network.expect("2-3-1"), 0, String::new());
    for frame in page.split("{\"iteration\":").skip(1) {
        let iteration = frame.split(',').next().and_then(|n| n.parse().ok()).expect("a number");
        for _ in done..iteration {
            let descent = GradientDescent { learning_rate: 0.7 };
            network.train_on_batch(xor.inputs(), xor.targets(), &descent).expect("finite");
        }
        let trace = network.forward(xor.inputs());
        let gradients = network.backward(&trace, xor.targets());
        let loss = number(network.loss(&trace, xor.targets()));
        let off = trace.y(2).zip_map(xor.targets(), |y, t| (y - t).abs());
        let right = off.as_slice().iter().filter(|off| **off < 0.5).count();
        let words = |m: &Matrix| m.as_slice().iter().map(|n| number(*n)).collect::<Vec<_>>();
        let y = words(trace.y(2));
        let parameters = network.layers().iter().flat_map(|l| [&l.weights, &l.biases]);
        let drawn = parameters.chain([1, 2].map(|l| gradients.biases(l))).flat_map(words);
        let labels = format!("\"labels\":{:?}", drawn.collect::<Vec<_>>());
        for words in [format!("\"loss\":\"{loss}\",\"right\":{right},\"y\":{y:?}"), labels] {
            assert!(frame.contains(&words.replace(", ", ",")), "{words} is not in {frame}");
        }
        end = format!("-1 1 1 {} 1 -1 1 {} 1 1 0 {} ", y[1], y[2], y[3]);
        done = iteration;
    }
    assert_eq!(done, 40, "the last iteration on the page");
    assert_words(&printed, &end);
    assert_words(&printed, "3 of 4 right: not solved.");
}

/// Catches columns that are exchanged, other steps or rates, and another rule for what is solved.
#[test]
fn xor_starts_prints_how_many_seeds_are_solved() {
    let printed = run(&folder("xor_starts"), "xor_starts --seeds 4").printed();
    let widths: [&[usize]; 4] = [&[2], &[3], &[4], &[8]];
    let depths: [&[usize]; 4] = [&[2, 2], &[2, 2, 2], &[4, 4], &[4, 4, 4]];
    let starts = [(GlorotNormal, widths), (GlorotUniform, widths), (HeNormal, widths)];
    for (start, all) in starts.into_iter().chain([(GlorotNormal, depths)]) {
        for phi in [Tanh, Sigmoid, Relu] {
            let rates = |hidden| [0.25, 1.0, 4.0].map(|rate| (hidden, rate));
            let cell = |(hidden, rate): (&[usize], f64)| {
                let solved = |&seed: &u64| {
                    let mut network = xor::network(hidden, phi, start, seed).expect("layers");
                    xor::train(&mut network, rate, 250).is_ok() && xor::right(&network) == 4
                };
                format!(" {}", 25 * (0..4).filter(solved).count())
            };
            let cells: String = all.into_iter().flat_map(rates).map(cell).collect();
            assert_words(&printed, &format!("{phi:?} {start:?}{cells}"));
        }
    }
}

/// Catches a decay that is not λ = σ², and "equal" for gradients that differ in their twelfth digit.
#[test]
fn noise_on_the_inputs_is_weight_decay_only_if_its_mean_is_0_and_the_unit_linear() {
    for (phi, shift, yes) in [(Identity, 0.0, true), (Identity, 0.2, false), (Tanh, 0.0, false)] {
        for sigma in [0.001, 0.5, 100.0] {
            let (mean, decayed) = gradients(phi, sigma, shift).expect("finite");
            let said = verdict(&mean, &decayed);
            assert_eq!(said == "equal", yes, "{phi:?}, σ = {sigma}, mean {shift}: {said}");
        }
    }
    // e = wᵀx − t = −2.2, so that ∂E/∂w + σ²w = −2.2 x + 0.25 w.
    let (_, decayed) = gradients(Identity, 0.5, 0.0).expect("finite");
    assert_close("∂E/∂w + σ²w", &decayed, &Matrix::from([[-2.025, -4.7, 1.2]]), 1e-14, 1.0);
    let near = verdict(&(&decayed * (1.0 + 2e-12)), &decayed);
    assert!(near.ends_with("apart"), "of gradients that differ by 2e-12: {near}");
}

/// Catches φ′(y) under the name of φ′(z), and a value of another layer or of before the step: chapter 1 has them all.
#[test]
fn step_by_step_prints_the_numbers_of_chapter_1() {
    let printed = run(&folder("step_by_step"), "step_by_step").printed();
    assert_words(&printed, "b¹ [ -0.4465 0.4857 ]");
    assert_words(&printed, "y² = sigmoid z² [ 0.6599 ] (11) ℒ = ℰ + ℛ [ 1.2126 ]");
    assert_words(&printed, "φ′(z¹) = tanh′ z¹ [ 0.7864 0.4200 ] (6) δ¹");
}

/// With a pencil: w* = (1, 3), w_τ = (1.2, 1.6), d = (0.8, 0.4). For H = diag(2, 1), w* = (1, 1).
#[test]
fn weight_decay_prints_the_two_minimisers() {
    let diagonal = "--h 2\t0;0\t1 --b -2\t-1 --tau 1";
    for (flags, words) in [
        ("", "E rises from -17.5000 at w* to -16.0000 at w_τ."),
        ("", "steps [ 1.2000 1.6000 ] the sheet's formula, d ⊙ w* [ 0.8000 1.2000 ] It misses w_τ"),
        (&diagonal.replace("\t0;0\t", "\t2e-8;2e-8\t"), "d ⊙ w* [ 0.6667 0.5000 ] It misses w_τ"),
        (diagonal, "steps [ 0.6667 0.5000 ] the sheet's formula, d ⊙ w* [ 0.6667 0.5000 ] It is"),
    ] {
        let printed = run(&folder("weight_decay"), &format!("weight_decay {flags}")).printed();
        assert_words(&printed, words);
    }
}

/// The percentage of these digits that is recognised, and a row of [`counts`] for each digit.
fn recognised(network: &Network, digits: &Digits) -> (f64, Vec<String>) {
    let (x, t) = digits.batch(&(0..digits.labels.len()).collect::<Vec<_>>());
    let (right, rows) = counts(&network.predict(&x), &t);
    (100.0 * right as f64 / t.rows() as f64, rows)
}

/// Catches a rate that does not fall, a batch that is left out, the accuracy of the training digits
/// in the place of the test's, a transposed table, digits that nobody could learn, `--load` that is
/// ignored or has the decay of a new network.
#[test]
fn mnist_learns_its_digits_and_prints_and_saves_what_a_second_computation_gives() {
    let (place, mut rng) = (folder("mnist"), Rng::new(4));
    let flags = "--hidden 32 --batch 35 --learning-rate 0.4 --weight-decay 0 --epochs 2";
    let printed = run(&place, &format!("mnist --seed 4 --save net.txt {flags}")).printed();
    let [training, test] = [6000, 1000].map(|n| synthetic(n, &mut rng));
    let (layers, loss) = ([(32, Relu), (10, Softmax)], Loss::CategoricalCrossEntropy);
    let mut network = Network::new(784, &layers, loss, HeNormal, &mut rng).expect("784-32-10");
    let mut order: Vec<usize> = (0..6000).collect();
    for (epoch, learning_rate) in [(1, 0.4), (2, 0.2)] {
        rng.shuffle(&mut order);
        let step = |samples| {
            let (x, t) = training.batch(samples);
            network.train_on_batch(&x, &t, &GradientDescent { learning_rate }).expect("finite")
        };
        let losses: Vec<f64> = order.chunks(35).map(step).collect();
        let loss = losses.iter().sum::<f64>() / losses.len() as f64;
        let [a, b] = [&training, &test].map(|digits| recognised(&network, digits).0);
        assert_words(&printed, &format!(" {epoch} {loss:.4} {a:.2} % {b:.2} % "));
    }
    let (percent, rows) = recognised(&network, &test);
    assert!(percent > 97.0, "{percent} % of drawn digits are recognised after two epochs");
    let loaded = run(&place, "mnist --seed 4 --load net.txt --save net.txt").printed();
    for printed in [printed, loaded] {
        assert_words(&printed, &format!("test accuracy {percent:.2} %"));
        (0..10).for_each(|k| assert_words(&printed, &format!(" {k}{}", rows[k])));
    }
    let saved = fs::read_to_string(place.join("net.txt")).expect("a file");
    assert!(saved == saved::write(&network), "another network is saved, loaded, and saved again");
}

/// Two inputs and one of three classes.
type Sample = (f64, f64, usize);

/// What `own_data` saves and prints for these samples, with these names of their classes.
fn own_data(samples: &[Sample], names: [&str; 3]) -> (String, String) {
    let line = |(a, b, k): &Sample| format!("{a},{b},{}\n", names[*k]);
    let (place, lines) = (folder("own_data"), samples.iter().map(line));
    fs::write(place.join("own.csv"), "a,b,t\n".to_string() + &lines.collect::<String>())
        .expect("a file");
    let printed = run(&place, "own_data own.csv --epochs 5 --save net.txt").printed();
    (fs::read_to_string(place.join("net.txt")).expect("a file"), printed)
}

/// Catches a test sample that is learned from or scaled by, a number of other samples than the
/// test's, and a sign or a table that is turned around.
#[test]
fn own_data_learns_nothing_from_a_fifth_and_reports_on_it_alone() {
    let mut rng = Rng::new(9);
    let samples: Vec<Sample> = (0..25).map(|i| (rng.normal(), rng.normal() - 9.0, i % 3)).collect();
    for names in [["a", "b", "c"], ["0", "1", "2"]] {
        let (saved, printed) = own_data(&samples, names);
        let is_unseen = |i: &usize| {
            let (mut changed, (a, b, k)) = (samples.clone(), samples[*i]);
            changed[*i] = (a + 1.0, 5.0 * b, (k + 1) % 3);
            own_data(&changed, names).0 == saved
        };
        let test: Vec<Sample> = (0..25).filter(is_unseen).map(|i| samples[i]).collect();
        assert_eq!(test.len(), 5, "samples without influence on the network: {test:?}");
        let network =
            saved.splitn(3, '\n').nth(2).map(saved::read).expect("a network").expect("one");
        let y = network.predict(&Matrix::from_fn(5, 2, |i, j| [test[i].0, test[i].1][j]));
        if names[0] == "a" {
            let (right, rows) =
                counts(&y, &Matrix::from_fn(5, 3, |i, k| f64::from(test[i].2 == k)));
            let accuracy = right as f64 / 5.0;
            assert_words(
                &printed,
                &format!("{right} are classified correctly, accuracy {accuracy:.3}"),
            );
            (0..3).for_each(|k| assert_words(&printed, &format!("{}{}", rows[k], names[k])));
        } else {
            let t = Matrix::from_fn(5, 1, |i, _| test[i].2 as f64);
            let (left, mean) = ((&y - &t).squared_norm(), t.sum() / 5.0);
            let r2 = 1.0 - left / t.map(|t| t - mean).squared_norm();
            let typical = (left / 5.0).sqrt();
            assert_words(&printed, &format!("error {typical:.4} (root mean square), R² = {r2:.4}"));
        }
    }
}
