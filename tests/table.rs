//! A table in a CSV file is read as it is or refused in words; its classes, parts, units and
//! accuracy are what the documentation says.

use crate::common;

use std::fs;
use std::path::{Path, PathBuf};

use backprop::dataset::{accuracy, one_hot, table::Table};
use backprop::{Dataset, Matrix, Rng};
use common::{assert_close, panic_message};
use proptest::prelude::*;

const EXPORT: &str = "export it with commas, decimal points and no quotes: \
    write.csv(…, quote = FALSE, row.names = FALSE) in R";

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

/// Asserts what is said of this text; `EXPORT` stands for the advice how to export.
#[track_caller]
fn assert_said(text: &str, expected: &str) {
    let said = Table::parse(text).expect_err(expected).to_string();
    assert_eq!(said, expected.replace("EXPORT", EXPORT), "of {text:?}");
}

/// A file with these bytes.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("table");
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

#[test]
fn numbers_are_inputs_and_the_last_column_is_the_class() {
    let expected = Table {
        columns: words(&["length", "width", "kind"]),
        inputs: Matrix::from([[1.5, -2e-3], [7.0, 0.1]]),
        labels: words(&["rose", "iris blue"]),
    };
    let plain = "length,width,kind\n1.5,-2e-3,rose\n7,0.1,iris blue";
    for text in [
        plain.to_string(),
        format!("{plain}\n"),
        format!("\u{feff}{plain}\n\n \r\n"),
        plain.replace('\n', "\r\n"),
        plain.replace(',', " , "),
    ] {
        assert_eq!(Table::parse(&text), Ok(expected.clone()), "{text:?}");
        assert_eq!(Table::read(&file("right.csv", text.as_bytes())), Ok(expected.clone()));
    }
}

#[test]
fn a_cell_that_is_no_number_is_named_with_line_and_column() {
    let advice = "expected a number; correct it, or delete the line";
    for (cell, found) in [
        ("wide", "\"wide\""),
        ("", "nothing"),
        ("NA", "\"NA\""),
        ("NaN", "\"NaN\""),
        ("-inf", "\"-inf\""),
        ("1e999", "\"1e999\""),
        ("1.5.2", "\"1.5.2\""),
        ("12 cm", "\"12 cm\""),
    ] {
        assert_said(
            &format!("length,width,kind\n1,2,rose\n1,{cell},rose\n"),
            &format!("line 3, column 2 (width): found {found}, {advice}"),
        );
    }
    assert_said(
        "length,kind\n1, \n2,rose",
        "line 2, column 2 (kind): found nothing, expected a class; fill it in",
    );
}

#[test]
fn a_line_with_more_or_fewer_cells_is_counted() {
    let head = "length,width,kind\n1,2,rose\n";
    for (line, found) in [("1,rose", 2), ("1,2,3,rose", 4), ("rose", 1)] {
        assert_said(
            &format!("{head}{line}\n"),
            &format!("line 3: found {found} cells, expected 3 as in line 1; EXPORT"),
        );
    }
    assert_said(
        &format!("{head}\n1,2,rose\n"),
        "line 3: found 0 cells, expected 3 as in line 1; delete the empty line",
    );
}

#[test]
fn a_first_line_that_names_no_columns_is_refused() {
    assert_said(
        "5.1,3.5,rose\n4.9,3,rose\n",
        "line 1, column 1: found 5.1, expected the name of a column; \
         write a first line such as `a,b,class`",
    );
    // The numbers of the rows, as R writes them, are no input.
    assert_said(
        ",length,kind\n1,5.1,rose\n",
        "line 1, column 1: found nothing, expected the name of a column; \
         write a first line such as `a,b,class`, and leave out row names",
    );
    for text in ["", "\n", "\u{feff}  "] {
        assert_said(text, "line 1: found \"\", expected two names or more, with commas; EXPORT");
    }
    assert_said(
        "kind\nrose\n",
        "line 1: found \"kind\", expected two names or more, with commas; EXPORT",
    );
    assert_said("length;kind\n1,5;rose\n", "line 1: found \";\" between the cells; EXPORT");
    assert_said("length\tkind\n1.5\trose\n", "line 1: found \"\\t\" between the cells; EXPORT");
    assert_said(
        "<!DOCTYPE html>\n<p>1,2",
        "line 1: found `<`, a web page, expected names of columns; download the file itself",
    );
    assert_said(
        "length,kind\n",
        "line 2: found the end, expected at least one line of data; give the whole file",
    );
}

#[test]
fn quotes_are_refused_with_the_way_to_export_without() {
    assert_said("\"length\",kind\n", "line 1, column 1: found \"length\", with quotes; EXPORT");
    assert_said("a,kind\n1,\"x\"\n", "line 2, column 2: found \"x\", with quotes; EXPORT");
}

#[test]
fn of_a_long_line_the_beginning_is_shown() {
    let (long, shown) = ("é".repeat(1000), "é".repeat(40));
    assert_said(
        &long,
        &format!("line 1: found {shown:?}, expected two names or more, with commas; EXPORT"),
    );
    let said = Table::parse(&format!("a,kind\n{long},x")).expect_err("no number").to_string();
    assert!(
        said.starts_with(&format!("line 2, column 1 (a): found {shown:?}, expected")),
        "{said}"
    );
    let said = Table::parse(&format!("a,kind\n\"{long},x")).expect_err("a quote").to_string();
    assert!(said.len() < 300, "{} bytes: {said}", said.len());
}

#[test]
fn a_file_that_is_no_text_is_named() {
    let said = |path: &Path| {
        let said = Table::read(path).expect_err("refused").to_string();
        let rest = said.strip_prefix(&format!("{}: ", path.display()));
        rest.unwrap_or_else(|| panic!("{said} does not begin with the file")).to_string()
    };
    let nowhere = file("right.csv", b"").with_file_name("nowhere.csv");
    assert!(said(&nowhere).starts_with("cannot be read: "), "{}", said(&nowhere));
    assert!(said(&nowhere).ends_with("; give a CSV file"), "{}", said(&nowhere));
    let folder = nowhere.parent().expect("a folder");
    assert!(said(folder).starts_with("cannot be read: "), "{}", said(folder));
    assert_eq!(
        said(&file("latin.csv", b"a,kind\n1,x\n2,\xe4\n")),
        "line 3 is not text in UTF-8; save the file as CSV in UTF-8"
    );
    assert_eq!(
        said(&file("workbook.csv", b"PK\x03\x04...")),
        "a zip file or a workbook, expected text; unzip it, or save it as CSV"
    );
    assert_eq!(
        said(&file("wrong.csv", b"a,kind\nb,x\n")),
        "line 2, column 1 (a): found \"b\", expected a number; correct it, or delete the line"
    );
}

#[test]
fn each_class_has_a_column_in_the_order_of_the_alphabet() {
    let (targets, classes) = one_hot(&words(&["plum", "apple", "plum", "pear"]));
    assert_eq!(classes, ["apple", "pear", "plum"]);
    let rows = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]];
    assert_eq!(targets, Matrix::from(rows));
    assert_eq!(one_hot::<&str>(&[]), (Matrix::zeros(0, 0), vec![]));
}

/// `n` samples: the input is `i`, the target `100 i`.
fn counted(n: usize) -> Dataset {
    let inputs = Matrix::from_fn(n, 1, |i, _| i as f64);
    Dataset::new(inputs.clone(), &inputs * 100.0).expect("as many of each")
}

#[test]
fn a_share_that_leaves_a_part_empty_is_refused() {
    for (share, n) in [(0.0, 10), (1.0, 10), (0.04, 10), (0.96, 10), (0.5, 1), (-1.0, 10)] {
        let said = counted(n).split(share, &mut Rng::new(1)).expect_err("refused").to_string();
        let rest = "samples leaves one of the two parts empty; take another share, or more samples";
        assert_eq!(said, format!("a share of {share} of {n} {rest}"));
    }
    for share in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
        assert!(counted(10).split(share, &mut Rng::new(1)).is_err(), "a share of {share}");
    }
}

#[test]
fn a_split_is_drawn_at_random_and_the_seed_decides() {
    let split = |seed| counted(20).split(0.5, &mut Rng::new(seed)).expect("two parts");
    assert_eq!(split(1), split(1));
    assert_ne!(split(1), split(2), "two seeds, one split");
    let in_order = Matrix::from_fn(10, 1, |i, _| i as f64);
    assert_ne!(split(1).0.inputs(), &in_order, "the first samples, not drawn");
}

#[test]
fn test_samples_are_measured_by_those_to_learn_from() {
    let data = |inputs: Matrix| Dataset::new(inputs, Matrix::from([[7.0], [8.0]])).expect("two");
    let training = data(Matrix::from([[1.0, 100.0], [5.0, 100.0]]));
    let test = data(Matrix::from([[3.0, 101.0], [9.0, 90.0]]));
    let found = test.standardised(&training).expect("finite");
    // μ = 3, σ = 2; and a second column that does not vary, which is only shifted.
    assert_eq!(found, data(Matrix::from([[0.0, 1.0], [3.0, -10.0]])));
}

#[test]
fn equal_inputs_become_exactly_0_and_far_ones_keep_their_digits() {
    let data = |inputs: Matrix| {
        let n = inputs.rows();
        let data = Dataset::new(inputs, Matrix::zeros(n, 1)).expect("as many");
        data.standardised(&data).expect("finite").inputs().clone()
    };
    // 0.1 is not a sum of powers of 2: a mean of seven of them is another number.
    assert_eq!(data(Matrix::from_fn(7, 1, |_, _| 0.1)), Matrix::zeros(7, 1));
    let far = data(Matrix::from([[1e15], [1e15 + 1.0], [1e15 + 2.0]]));
    let near = data(Matrix::from([[0.0], [1.0], [2.0]]));
    assert_close("standardised far from 0", &far, &near, 1e-15, 1.0);
}

#[test]
fn inputs_that_cannot_be_standardised_are_refused() {
    for largest in [1e200, f64::MAX, f64::INFINITY, f64::NAN] {
        let inputs = Matrix::from([[-largest], [largest]]);
        let data = Dataset::new(inputs, Matrix::zeros(2, 1)).expect("two");
        let said = data.standardised(&data).expect_err("refused").to_string();
        let expected = if largest.is_finite() {
            "standardised needs smaller inputs; here are μ = ".to_string()
        } else {
            format!("input (0, 0) is {}, but standardised needs finite numbers", -largest)
        };
        assert!(said.starts_with(&expected), "{said}");
    }
}

#[test]
fn columns_and_shapes_that_do_not_fit_panic_at_the_callers_line() {
    let data = |cols| Dataset::new(Matrix::zeros(2, cols), Matrix::zeros(2, 1)).expect("two");
    assert_eq!(
        panic_message(|| data(2).standardised(&data(3))),
        "left is 2 × 2, right is 2 × 3, but standardised needs equally many columns"
    );
    assert_eq!(
        panic_message(|| accuracy(&Matrix::zeros(2, 3), &Matrix::zeros(2, 2))),
        "left is 2 × 3, right is 2 × 2, but accuracy needs equal shapes"
    );
    let nothing = std::panic::catch_unwind(|| accuracy(&Matrix::zeros(0, 3), &Matrix::zeros(0, 3)));
    assert!(nothing.is_err(), "the accuracy of no samples is {nothing:?}");
}

#[test]
fn the_largest_output_must_stand_where_the_target_does() {
    let of = |y: [f64; 3], t: [f64; 3]| accuracy(&Matrix::from([y]), &Matrix::from([t]));
    assert_eq!(of([0.2, 0.5, 0.3], [0.0, 1.0, 0.0]), 1.0);
    assert_eq!(of([0.2, 0.5, 0.3], [0.0, 0.0, 1.0]), 0.0);
    assert_eq!(of([0.4, 0.4, 0.2], [1.0, 0.0, 0.0]), 1.0, "of equal outputs the first counts");
    assert_eq!(of([0.4, 0.4, 0.2], [0.0, 1.0, 0.0]), 0.0, "of equal outputs the first counts");
    assert_eq!(of([0.1, f64::NAN, 0.2], [0.0, 1.0, 0.0]), 0.0, "NaN is wrong");
    assert_eq!(of([0.1, f64::NAN, 0.2], [0.0, 0.0, 1.0]), 0.0, "NaN is wrong");
    assert_eq!(of([-3.0, -1.0, -2.0], [-1.0, 1.0, -1.0]), 1.0, "outputs need no range");
}

#[test]
fn a_single_output_is_right_on_its_side_of_one_half() {
    let y = Matrix::from([[0.49], [0.51], [0.5], [0.5], [f64::NAN], [0.1]]);
    let t = Matrix::from([[0.0], [1.0], [0.0], [1.0], [1.0], [1.0]]);
    assert_eq!(accuracy(&y, &t), 2.0 / 6.0);
}

/// Cells as anybody might write them.
fn text() -> impl Strategy<Value = String> {
    let cell = "[0-9]{1,2}|-?[0-9]\\.[0-9]|[a-z]{1,3}|[ -~]{0,4}|NA|é|\"|";
    let line = prop::collection::vec(cell, 1..4).prop_map(|cells| cells.join(","));
    let head = prop_oneof![Just("a,b,c".to_string()), Just("a,c".to_string()), line];
    let line = prop::collection::vec(cell, 1..4).prop_map(|cells| cells.join(","));
    (head, prop::collection::vec(line, 0..4), prop_oneof![Just("\n"), Just("\r\n")])
        .prop_map(|(head, lines, end)| format!("{head}{end}{}", lines.join(end)))
}

proptest! {
    #![proptest_config(common::config(common::HOSTILE))]

    /// No panic; what is read is finite, and as much as there are lines and columns.
    #[test]
    fn any_text_is_read_or_refused(text in text()) {
        match Table::parse(&text) {
            Ok(table) => {
                let lines = text.trim_end().lines().count() - 1;
                prop_assert_eq!(table.inputs.shape(), (lines, table.columns.len() - 1));
                prop_assert_eq!(table.labels.len(), lines);
                prop_assert!(table.inputs.is_finite(), "{:?}", table);
            }
            Err(error) => prop_assert!(error.to_string().starts_with("line "), "{}", error),
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec((-1e6..1e6f64, any::<f32>(), "[a-z]{1,4}"), 1..9)) {
        let finite = |b: f32| if b.is_finite() { b } else { 0.0 };
        let line = |(a, b, kind): &(f64, f32, String)| format!("{a},{},{kind}", finite(*b));
        let lines: Vec<String> = rows.iter().map(line).collect();
        let table = Table::parse(&format!("a,b,kind\n{}", lines.join("\n"))).expect("a table");
        for (i, (a, b, kind)) in rows.iter().enumerate() {
            let b = finite(*b).to_string().parse().expect("a number");
            prop_assert_eq!((table.inputs.row(i), &table.labels[i]), (&[*a, b][..], kind));
        }
    }

    /// Catches a sample that is lost or comes twice, and a target that belongs to another input.
    #[test]
    fn a_split_has_every_sample_once_with_its_own_target(n in 2..40usize, share in 0.0..1.0f64, seed: u64) {
        let Ok((first, second)) = counted(n).split(share, &mut Rng::new(seed)) else { return Ok(()) };
        prop_assert_eq!(first.inputs().rows() as f64, (share * n as f64).round());
        let both = |of: fn(&Dataset) -> &Matrix| [of(&first).as_slice(), of(&second).as_slice()].concat();
        let (mut seen, targets) = (both(Dataset::inputs), both(Dataset::targets));
        prop_assert!(seen.iter().zip(&targets).all(|(x, t)| *t == 100.0 * x), "{:?} {:?}", seen, targets);
        seen.sort_by(f64::total_cmp);
        prop_assert_eq!(seen, (0..n).map(|i| i as f64).collect::<Vec<_>>());
    }

    #[test]
    fn standardised_inputs_have_mean_0_and_deviation_1(n in 2..20usize, seed: u64, scale in -9..9i32) {
        let mut rng = Rng::new(seed);
        let factor = 10f64.powi(scale);
        let x = Matrix::from_fn(n, 3, |_, j| factor * (j as f64 + rng.normal()));
        let data = Dataset::new(x, Matrix::zeros(n, 1)).expect("as many");
        let y = data.standardised(&data).expect("finite").inputs().clone();
        let (means, squares) = (y.column_sums(), y.map(|y| y * y).column_sums());
        assert_close("sum", &means, &Matrix::zeros(1, 3), 1e-12, n as f64);
        assert_close("squares", &squares, &Matrix::from_fn(1, 3, |_, _| n as f64), 1e-12, 1.0);
    }
}

/// Catches an order of all numbers, in which NaN is the largest and −0 less than 0.
#[test]
fn accuracy_takes_no_nan_for_a_target_and_no_zero_for_less_than_another() {
    let m = |row: &[f64]| Matrix::row_vector(row);
    assert_eq!(accuracy(&m(&[0.2, 0.8]), &m(&[0.0, f64::NAN])), 0.0);
    assert_eq!(accuracy(&m(&[0.8, 0.2]), &m(&[f64::NAN, f64::NAN])), 0.0);
    assert_eq!(accuracy(&m(&[-0.0, 0.0]), &m(&[1.0, 0.0])), 1.0);
    let [y, t] = [[0.4, 0.6, 0.5, f64::NAN], [0.0, 1.0, 1.0, 1.0]].map(|row| m(&row).transpose());
    assert_eq!(accuracy(&y, &t), 0.5, "of one output, what is less than ½ off is right");
}
