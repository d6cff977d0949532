//! What several tests share: comparing numbers, reading fixtures, drawing networks at random.
#![allow(dead_code, reason = "each test uses a part")]

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use backprop::{Activation, Layer, Loss, Matrix, Network, output};
use proptest::prelude::*;

/// Panics unless every entry is within `tolerance · max(|found|, |expected|, floor)`.
#[track_caller]
pub fn assert_close(what: &str, found: &Matrix, expected: &Matrix, tolerance: f64, floor: f64) {
    assert_eq!(found.shape(), expected.shape(), "{what}: found and expected differ in shape");
    for (k, (f, e)) in found.as_slice().iter().zip(expected.as_slice()).enumerate() {
        let error = (f - e).abs() / f.abs().max(e.abs()).max(floor);
        let close = f == e || error <= tolerance; // false for NaN
        let (i, j) = (k / found.cols(), k % found.cols());
        let numbers = format!("found {f:?}, expected {e:?}, relative error {error:.1e}");
        assert!(close, "{what}[{i},{j}]: {numbers} > {tolerance:e}");
    }
}

/// [`assert_close`] for two numbers.
#[track_caller]
pub fn assert_near(what: &str, found: f64, expected: f64, tolerance: f64, floor: f64) {
    let number = |n| Matrix::row_vector(&[n]);
    assert_close(what, &number(found), &number(expected), tolerance, floor);
}

/// The message of the panic, which must point at the file that called `f`.
#[track_caller]
pub fn panic_message<T>(f: impl FnOnce() -> T) -> String {
    thread_local!(static FILE: RefCell<Option<String>> = const { RefCell::new(None) });
    static HOOK: Once = Once::new(); // there is one hook for all tests: it leaves the others alone
    HOOK.call_once(|| {
        let hook = take_hook();
        set_hook(Box::new(move |info| match FILE.take() {
            Some(_) => FILE.set(info.location().map(|place| place.file().to_string())),
            None => hook(info),
        }));
    });
    FILE.set(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(f));
    let there = FILE.take().expect("a place");
    let panic = result.err().expect("a panic");
    assert_eq!(there, Location::caller().file(), "the panic must point at the caller");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().expect("a message")).to_string(),
    }
}

/// The matrices of an R fixture: records of `NAME ROWS COLS`, then the rows.
pub fn records(text: &str) -> HashMap<String, Matrix> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut records = HashMap::new();
    while let Some(head) = lines.next() {
        let [name, rows, cols] = head.split(' ').collect::<Vec<_>>()[..] else { continue };
        let (Ok(rows), Ok(cols)) = (rows.parse(), cols.parse()) else { continue };
        let data = lines.by_ref().take(rows).flat_map(numbers).collect();
        records.insert(name.to_string(), Matrix::from_vec(rows, cols, data));
    }
    records
}

/// The numbers of a line.
pub fn numbers(line: &str) -> Vec<f64> {
    let number = |n: &str| n.parse().unwrap_or_else(|_| panic!("{n:?} is not a number"));
    line.split_whitespace().map(number).collect()
}

/// The activation or the loss that is named so in a fixture.
pub fn named<T: Copy + std::fmt::Debug>(all: &[T], name: &str) -> Option<T> {
    all.iter().copied().find(|item| format!("{item:?}").eq_ignore_ascii_case(name))
}

/// So many cases, unless `PROPTEST_CASES` sets another number.
pub fn config(cases: u32) -> ProptestConfig {
    let set = std::env::var_os("PROPTEST_CASES").is_some();
    let config = if set { ProptestConfig::default() } else { ProptestConfig::with_cases(cases) };
    ProptestConfig { max_global_rejects: u32::MAX, failure_persistence: None, ..config }
}

/// A random network with a batch for it.
#[derive(Clone, Debug)]
pub struct Case {
    pub network: Network,
    pub x: Matrix,
    pub targets: Matrix,
}

/// Depth 1 to 4, widths 1 to 8, batches of 1 to 8, every activation in every position, every
/// loss with every last activation that it fits, λ from 0 to ½; weights and inputs within ±2.
pub fn cases() -> impl Strategy<Value = Case> {
    let pairs = Loss::ALL.into_iter().flat_map(|loss| Activation::ALL.map(|phi| (loss, phi)));
    let pairs: Vec<_> = pairs.filter(|&(loss, phi)| output::fits(loss, phi).is_ok()).collect();
    let phi = prop::sample::select(&Activation::ALL[..]);
    let hidden = prop::collection::vec((1..=8usize, phi), 0..=3);
    let lambda = prop_oneof![Just(0.0), (0..=32u32).prop_map(|k| f64::from(k) / 64.0)];
    (1..=8usize, hidden, 1..=8usize, prop::sample::select(pairs), 1..=8usize, lambda)
        .prop_flat_map(|(inputs, mut layers, outputs, (loss, last), samples, lambda)| {
            // A softmax with one output is refused.
            let outputs = if last == Activation::Softmax { outputs.max(2) } else { outputs };
            layers.push((outputs, last));
            let network = network(inputs, layers, loss, lambda);
            (network, matrix(samples, inputs), targets(loss, samples, outputs))
        })
        .prop_map(|(network, x, targets)| Case { network, x, targets })
}

fn network(
    inputs: usize,
    layers: Vec<(usize, Activation)>,
    loss: Loss,
    lambda: f64,
) -> impl Strategy<Value = Network> {
    let mut below = inputs;
    let mut drawn = Vec::new();
    for (units, activation) in layers {
        let layer = (matrix(units, below), matrix(1, units));
        drawn.push(layer.prop_map(move |(weights, biases)| Layer { weights, biases, activation }));
        below = units;
    }
    drawn.prop_map(move |layers| {
        let network = Network::from_layers(layers, loss).expect("the shapes fit");
        network.with_weight_decay(lambda).expect("λ ≥ 0")
    })
}

/// For a cross entropy within 0 and 1; a squared error takes all.
fn targets(loss: Loss, samples: usize, outputs: usize) -> impl Strategy<Value = Matrix> {
    let squared = loss == Loss::MeanSquaredError;
    matrix(samples, outputs).prop_map(move |t| if squared { t } else { t.map(|t| (t + 2.0) / 4.0) })
}

/// A matrix with entries within ±2.
pub fn matrix(rows: usize, cols: usize) -> impl Strategy<Value = Matrix> {
    prop::collection::vec(number(), rows * cols)
        .prop_map(move |data| Matrix::from_vec(rows, cols, data))
}

/// A multiple of 1/32 within ±2: such numbers shrink to readable ones.
pub fn number() -> impl Strategy<Value = f64> {
    (-64..=64i32).prop_map(|k| f64::from(k) / 32.0)
}
