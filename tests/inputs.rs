//! What a user gives the examples is read as it is, or refused in words: MNIST's files, saved
//! networks, tables.

use std::collections::HashSet;
use std::fs;

use backprop::{Activation, Layer, Loss, Matrix, Network, Rng};
use proptest::prelude::*;

use crate::common::{self, assert_close, cases};
use crate::example::mnist::{digits::synthetic, idx::Digits, saved};
use crate::example::own_data::{scale::Scale, table::Table};
use crate::example::{folder, idx, run, support::program::Failure};

/// Asserts that something is refused, in a message with this in it.
#[track_caller]
fn assert_refused<T>(result: Result<T, impl Into<Failure>>, words: &str, what: &str) {
    let Failure(said, _) = result.err().unwrap_or_else(|| panic!("taken: {what}")).into();
    assert!(said.contains(words) && !said.contains('\n'), "{said:?} lacks {words:?}: {what}");
}

/// Catches a check of MNIST's files that is left out: they would be read as noise, or panic.
#[test]
fn files_that_are_not_mnist_are_refused_by_what_is_wrong_with_them() {
    let (images, labels) = (idx(&[2, 28, 28], &[7; 2 * 784]), idx(&[2], &[3, 9]));
    let gzip = [0x1f, 0x8b, 8, 0];
    let float = [&[0, 0, 0x0d, 3], &images[4..]].concat();
    for (images, labels, words) in [
        (&gzip[..], &labels[..], "images: found a file compressed with gzip"),
        (&images, &gzip, "labels: found a file compressed with gzip"),
        (&labels, &images, "images: found the header [2049"),
        (&images, &images, "labels: found the header [2051"),
        (&float, &labels, "images: found the header [3331"),
        (b"<!DOCTYPE html>", &labels, "images: found the header [1008813135"),
        (&images[..15], &labels, "images: found the header"),
        (&images[..100], &labels, "found 84 bytes of data, expected 1568"),
        (&images, &labels[..9], "found 1 bytes of data, expected 2"),
        (&images, &[&labels[..], &[7]].concat(), "found 3 bytes of data, expected 2"),
        (&idx(&[2, 27, 28], &[7; 2 * 756]), &labels, "[28, 28]"),
        (&idx(&[u32::MAX, 28, 28], &[]), &labels, "found 0 bytes of data, expected 3367254359280"),
        (&idx(&[0, 28, 28], &[]), &idx(&[0], &[]), "found 0 labels"),
        (&images, &idx(&[3], &[1, 2, 3]), "found 3 labels, expected one for each image"),
        (&images, &idx(&[2], &[3, 10]), "found 10 as label 1, expected 0 to 9"),
    ] {
        assert_refused(Digits::parse(images, labels), words, "files");
    }
}

/// Catches digits that are drawn unequally often, or twice, or otherwise with the same seed.
#[test]
fn drawn_digits_are_equally_often_each_of_the_ten_and_no_two_are_alike() {
    let digits = synthetic(200, &mut Rng::new(7));
    assert_eq!(digits, synthetic(200, &mut Rng::new(7)), "the same seed");
    let mut often = [0; 10];
    digits.labels.iter().for_each(|label| often[usize::from(*label)] += 1);
    assert_eq!(often, [20; 10], "how often each is drawn");
    let other = synthetic(200, &mut Rng::new(8));
    let images: HashSet<&[u8]> = (0..200).flat_map(|i| [digits.image(i), other.image(i)]).collect();
    assert_eq!(images.len(), 400, "different images of 2 × 200");
}

/// Any finite number: all exponents, subnormals, both zeros, the largest.
fn finite() -> impl Strategy<Value = f64> {
    let special = vec![0.0, -0.0, f64::MAX, f64::MIN, 1e308, 5e-324, -5e-324, 0.1];
    let any = any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |n| n.is_finite());
    prop_oneof![any, prop::sample::select(special)]
}

const SAVED: &str = "backprop network 1\nloss MeanSquaredError\nweight_decay 0.5\nlayers 1\n\
    layer 1 units 1 inputs 2 activation Identity\nweights\n1.0 -2.5\nbiases\n-0.0\nend\n";

/// Catches a check of a saved network that is left out, and memory for what a text only claims to have.
#[test]
fn a_damaged_network_is_refused_with_its_line() {
    assert_eq!(saved::read(SAVED).map(|network| saved::write(&network)), Ok(SAVED.to_string()));
    for (from, to, words) in [
        ("backprop network 1", "backprop network 2", "line 1 is"),
        ("MeanSquaredError", "Hinge", "line 2 is"),
        ("MeanSquaredError", "BinaryCrossEntropy", "needs Sigmoid"),
        ("0.5", "NaN", "λ is NaN"),
        ("0.5", "-1", "λ is -1"),
        ("layers 1", "layers 0", "line 5 is"),
        ("layers 1", "layers 18446744073709551615", "line 10 is"),
        ("layer 1", "layer 2", "line 5 is"),
        ("Identity", "Swish", "line 5 is"),
        ("units 1 inputs 2", "units 4000000000 inputs 2", "line 8 is"),
        ("units 1 inputs 2", "units 1 inputs 18446744073709551615", "line 7 is"),
        ("-2.5", "inf", "line 7 is"),
        ("-2.5", "-2,5", "line 7 is"),
        (" -2.5", "", "line 7 is"),
        ("end\n", "", "ends before line 10"),
        ("end", "end\nmore", "after the end is \"more\""),
    ] {
        assert_refused(saved::read(&SAVED.replacen(from, to, 1)), words, to);
    }
}

/// Catches a check of a table that is left out, and a line or a column that is counted wrongly.
#[test]
fn a_table_that_cannot_be_read_is_refused_with_its_line() {
    for (text, words) in [
        ("", "line 1 is \"\""),
        ("kind\nrose\n", "line 1 is \"kind\", expected two names"),
        ("length;kind\n1,5;rose\n", "line 1 is \"length;kind\", expected two names"),
        ("length,kind\n", "line 2 is missing"),
        ("length,kind\n1,rose\n2\n", "line 3 has 1 cells, expected 2"),
        ("length,kind\n1,2,rose\n", "line 2 has 3 cells, expected 2"),
        ("length,kind\n1,rose\n\n2,rose\n", "line 3 has 1 cells"),
        ("length,kind\n1,rose\nNA,rose\n", "line 3, column length: \"NA\" is not a number"),
        ("length,kind\n1,rose\n,rose\n", "line 3, column length: \"\" is not a number"),
        ("length,kind\n1e999,rose\n", "line 2, column length: \"1e999\" is not a number"),
        (",length,kind\n1,x,rose\n", "line 2, column length: \"x\" is not a number"),
    ] {
        assert_refused(Table::parse(text).and_then(|table| table.numbers(0)), words, text);
    }
    let column = Table::parse("a,b\n1,2").and_then(|table| table.column("c"));
    assert_refused(column, "no column \"c\"", "a,b");
}

/// Catches quotes, row names, spaces, line ends or the mark of a spreadsheet that are read as data.
#[test]
fn the_tables_of_r_and_of_spreadsheets_are_read_as_the_plain_one() {
    let plain = "a,b,kind\n1.5,-2e-3,rose\n7,0.1,iris";
    let expected = Table::parse(plain).expect("a table");
    let found = (expected.numbers(0), expected.numbers(1), expected.texts(2));
    assert_eq!(format!("{found:?}"), r#"(Ok([1.5, 7.0]), Ok([-0.002, 0.1]), ["rose", "iris"])"#);
    assert!(expected.column("b").is_ok_and(|j| j == 1));
    let r = "\"\",\"a\",\"b\",\"kind\"\n\"1\",1.5,-2e-3,\"rose\"\n\"2\",7,0.1,\"iris\"\n";
    let [bom, spaces] = [format!("\u{feff}{plain}\n\n \r\n"), plain.replace(',', " , ")];
    for text in [r, &bom, &spaces, &r.replace('\n', "\r\n")] {
        assert_eq!(Table::parse(text).expect("a table"), expected, "{text:?}");
    }
    let comma = Table::parse("a,b\n\"1,5\",2").expect("a table");
    assert_eq!(comma.texts(0), ["1,5"], "a comma between quotes");
}

/// Catches numbers that are taken for classes, or the reverse, and a column that nobody could learn.
#[test]
fn numbers_are_learned_as_numbers_and_names_as_classes() {
    let place = folder("tasks");
    for (column, flags, words) in [
        ("1 2 1 2", "", "On 1 samples that were not learned from:\ntypical error"),
        ("a b a b", "", "are classified correctly"),
        ("1 2 1.0 02", "--classes yes", "are classified correctly"),
        ("1 2 3 3", "--classes yes", "\"t\" has 3 classes in 4 samples"),
        ("a a a a", "", "\"t\" has 1 classes in 4 samples"),
        ("1 2 1 2", "--target x", "4 samples; x from t"),
        ("1 2 NA 3", "", "line 4, column t: \"NA\" is not a number"),
        ("a b a b", "--target x", "line 2, column t: \"a\" is not a number"),
    ] {
        let rows = column.split(' ').enumerate().map(|(x, t)| format!("{x},{t}\n"));
        let text = "x,t\n".to_string() + &rows.collect::<String>();
        fs::write(place.join("own.csv"), text).expect("a file");
        let ran = run(&place, &format!("own_data own.csv --epochs 1 {flags}"));
        assert!((ran.printed.clone() + &ran.said).contains(words), "{column} {flags}: {ran:?}");
    }
}

/// Catches a pixel or a label that is moved, and a batch in another order than asked for.
#[test]
fn digits_are_read_from_their_files_and_put_into_batches() {
    let digits = synthetic(20, &mut Rng::new(1));
    let pixels: Vec<u8> = (0..20).flat_map(|i| digits.image(i).to_vec()).collect();
    let files = [idx(&[20, 28, 28], &pixels), idx(&[20], &digits.labels)];
    let place = folder("digits");
    for (name, file) in ["images-idx3", "labels-idx1"].iter().zip(files) {
        fs::write(place.join(format!("t10k-{name}-ubyte")), file).expect("a file");
    }
    assert_eq!(Digits::read(&place, "t10k").expect("20 digits"), digits);
    let (x, t) = digits.batch(&[13, 2, 13]);
    let inks = [13, 2, 13].map(|i| digits.image(i).iter().map(|p| f64::from(*p) / 255.0));
    assert_eq!(x, Matrix::from_vec(3, 784, inks.into_iter().flatten().collect()));
    assert_eq!(t, Matrix::from_fn(3, 10, |i, k| f64::from(k == [3, 2, 3][i])));
}

/// With a pencil: μ = 3 and σ = 2, and a column that is constant; the 0.1 of a computer is no sum of halves.
#[test]
fn what_is_not_learned_from_is_measured_by_what_is() {
    let u = 2.0_f64.powi(-40); // in small units, too
    let scale = Scale::of(&Matrix::from_fn(6, 2, |i, j| [[u, 5.0 * u][i % 2], 0.1][j]));
    let found = scale.apply(&Matrix::from([[3.0 * u, 0.1], [9.0 * u, 1.1]]));
    assert_eq!(found, Matrix::from([[0.0, 0.0], [3.0, 1.0]]));
}

proptest! {
    #![proptest_config(common::config(1000))]

    /// Catches a number that is rounded, a sign of zero, an activation, a loss or a decay that is lost.
    #[test]
    fn a_network_comes_back_bit_for_bit(case in cases(), all in prop::collection::vec(finite(), 1..20), decay in finite()) {
        let mut numbers = all.iter().cycle();
        let layers = case.network.layers().iter().map(|layer| {
            let [weights, biases] = [&layer.weights, &layer.biases].map(|m| {
                Matrix::from_fn(m.rows(), m.cols(), |_, _| *numbers.next().expect("a number"))
            });
            Layer { weights, biases, activation: layer.activation }
        });
        let network = Network::from_layers(layers.collect(), case.network.loss_function());
        let network = network.and_then(|n| n.with_weight_decay(decay.abs())).expect("a network");
        let text = saved::write(&network);
        for text in [text.clone(), text.replace('\n', "\r\n"), format!("\u{feff}{text}\n\n")] {
            let back = saved::read(&text).expect("its own text");
            prop_assert_eq!(format!("{:?}", back), format!("{:?}", network)); // −0 is not 0 there
        }
    }

    /// Catches a line that is skipped, and a text that is not read to its end.
    #[test]
    fn a_network_with_a_line_or_a_letter_wrong_is_refused(case in cases(), at: prop::sample::Index, letter in "[,;#?é]") {
        let text = saved::write(&case.network);
        let lines: Vec<&str> = text.lines().collect();
        let k = at.index(lines.len());
        let dropped = [&lines[..k], &lines[k + 1..]].concat().join("\n");
        let doubled = [&lines[..=k], &lines[k..]].concat().join("\n");
        let (k, mut changed) = (at.index(text.trim_end().len()), text.clone());
        changed.replace_range(k..=k, &letter);
        for damaged in [&dropped, &doubled, &changed, &text[..k]] {
            prop_assert!(saved::read(damaged).is_err(), "read: {}", damaged);
        }
    }

    /// Catches an index that is out of range, a product that overflows, and a table with a hole.
    #[test]
    fn any_file_is_read_or_refused(kind in 0..4u8, rest in prop::collection::vec(any::<u8>(), 0..40), text in "[a,1.\"é \n\r-]{0,40}") {
        let bytes = [&[0, 0, 8, kind], &rest[..]].concat();
        let image = idx(&[1, 28, 28], &[0; 784]);
        for (images, labels) in [(&bytes, &rest), (&rest, &bytes), (&image, &bytes)] {
            let digits = Digits::parse(images, labels);
            prop_assert!(digits.map_or(true, |digits| digits.labels == labels[8..]));
        }
        if let Ok(table) = Table::parse(&format!("a,b,c\n{text}")) {
            prop_assert!(table.rows.iter().all(|row| row.len() == 3), "{:?}", table);
            let numbers = table.numbers(0).unwrap_or_default();
            prop_assert!(numbers.iter().all(|number| number.is_finite()), "{:?}", numbers);
        }
        let _ = Table::parse(&text);
        for start in [0, 2, 4, 5, 6, 9] {
            let begin: String = SAVED.split_inclusive('\n').take(start).collect();
            prop_assert!(saved::read(&(begin + &text)).is_err(), "read: {}", text);
        }
    }

    /// Catches μ and σ that are mixed up, or folded into the network in the wrong order; a constant column.
    #[test]
    fn a_network_with_folded_scales_predicts_what_scaling_first_gives(case in cases()) {
        let (of_inputs, of_targets) = (Scale::of(&case.x), Scale::of(&case.targets));
        let found = of_inputs.of_inputs(&case.network).expect("finite").predict(&case.x);
        let expected = case.network.predict(&of_inputs.apply(&case.x));
        assert_close("scaled inputs", &found, &expected, 1e-9, 1.0);
        let mut layers = case.network.layers().to_vec();
        layers.last_mut().expect("a layer").activation = Activation::Identity;
        let network = Network::from_layers(layers, Loss::MeanSquaredError).expect("a network");
        let found = of_targets.of_outputs(&network).expect("finite").predict(&case.x);
        let (scaled, expected) = (of_targets.apply(&found), network.predict(&case.x));
        assert_close("scaled targets", &scaled, &expected, 1e-9, 1.0);
    }
}
