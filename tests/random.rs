//! Random numbers and first weights have the distributions that they claim.
#![allow(clippy::unreadable_literal, reason = "as published")]

use std::collections::HashMap;

use backprop::{Activation, Initialization, Layer, Loss, Network, Rng};

/// So many of `n` are within five standard deviations of the expected share.
#[track_caller]
fn assert_share(what: &str, found: usize, n: usize, share: f64) {
    let (expected, n) = (n as f64 * share, n as f64);
    let off = (found as f64 - expected).abs() / (n * share * (1.0 - share)).sqrt();
    assert!(off < 5.0, "{what}: {found} of {n}, expected {expected}: {off:.1} standard deviations");
}

/// Catches a wrong constant, and bits that `uniform` throws away or counts twice.
#[test]
fn the_generator_is_splitmix64_and_uniform_its_first_53_bits() {
    let mut rng = Rng::new(1_477_776_061_723_855_037);
    let published =
        [1985237415132408290, 2979275885539914483, 13511426838097143398, 8488337342461049707];
    for bits in published {
        let uniform = rng.clone().uniform();
        assert_eq!(rng.next_u64(), bits);
        assert_eq!(uniform * 2.0_f64.powi(53), (bits >> 11) as f64, "uniform {uniform}, {bits}");
    }
    assert!(Rng::new(0x61c8_8646_80b5_83eb).normal().is_finite(), "its first uniform is 0");
}

/// Of 2⁶⁴ numbers, `3 · 2⁶²` leave a quarter over: catches a remainder that is not drawn again, which
/// gives the lowest third twice as often as the others.
#[test]
fn numbers_below_a_bound_are_equally_likely() {
    let quarter = 1usize << (usize::BITS - 2);
    for (bound, unit, parts) in [(6, 1, 6), (3 * quarter, quarter, 3)] {
        let (mut rng, mut counts) = (Rng::new(1), [0; 6]);
        (0..60_000).for_each(|_| counts[rng.below(bound) / unit] += 1);
        let share = 1.0 / parts as f64;
        counts[..parts].iter().for_each(|&count| assert_share("a part", count, 60_000, share));
    }
}

/// Catches a swap with any item (256 equally likely ways to 24 orders), or only with lower ones.
#[test]
fn every_order_of_a_shuffle_is_equally_likely() {
    let (mut rng, mut counts) = (Rng::new(1), HashMap::new());
    for _ in 0..60_000 {
        let mut items = [0, 1, 2, 3];
        rng.shuffle(&mut items);
        *counts.entry(items).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 24, "orders of 4 items: {counts:?}");
    for (order, &count) in &counts {
        assert_share(&format!("the order {order:?}"), count, 60_000, 1.0 / 24.0);
    }
}

/// Catches a missing root or factor, a quarter of the circle, tails that are cut off, and numbers that depend
/// on the one before. The table: how much of a normal distribution is below `x`.
#[test]
fn normal_numbers_lie_where_the_tables_say() {
    let mut rng = Rng::new(7);
    let numbers: Vec<f64> = (0..400_000).map(|_| rng.normal()).collect();
    let table = [-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0].into_iter();
    let shares = [3.167e-5, 0.0227501, 0.1586553, 0.5, 0.8413447, 0.9772499, 0.9986501];
    for (x, share) in table.zip(shares) {
        let below = numbers.iter().filter(|&&number| number < x).count();
        assert_share(&format!("numbers below {x}"), below, numbers.len(), share);
    }
    let alike = numbers.chunks(2).filter(|pair| pair[0] * pair[1] > 0.0).count();
    assert_share("pairs of the same sign", alike, numbers.len() / 2, 0.5);
}

/// `0.95945²` is the variance of a normal number clamped at ±2: `Φ(2) − Φ(−2) − 4 φ(2) + 8 Φ(−2)`.
/// Catches inputs taken for units, a number drawn again instead of clamped, and biases that are drawn.
#[test]
fn first_weights_have_the_deviation_and_the_largest_value_that_they_promise() {
    for (units, inputs) in [(1, 40_000), (40_000, 1), (128, 784), (300, 100)] {
        let (both, n) = ((units + inputs) as f64, (units * inputs) as f64);
        let [glorot, he, end] = [2.0 / both, 2.0 / inputs as f64, 6.0 / both].map(f64::sqrt);
        for (start, deviation, ends) in [
            (Initialization::GlorotNormal, 0.95945 * glorot, 2.0 * glorot..=2.0 * glorot),
            (Initialization::GlorotUniform, glorot, 0.999 * end..=end),
            (Initialization::HeNormal, he, 3.0 * he..=6.0 * he),
            (Initialization::Zeros, 0.0, 0.0..=0.0),
        ] {
            let (layers, loss) = ([(units, Activation::Tanh)], Loss::MeanSquaredError);
            let network = Network::new(inputs, &layers, loss, start, &mut Rng::new(11));
            let Layer { weights: w, biases, .. } = network.expect("one layer").layer(1).clone();
            let (sum, found) = (w.sum(), (w.squared_norm() / n).sqrt());
            let largest = w.as_slice().iter().fold(0.0_f64, |largest, w| largest.max(w.abs()));
            let right = (found - deviation).abs() <= 0.02 * deviation && ends.contains(&largest);
            let centred = sum.abs() <= 5.0 * deviation * n.sqrt() && biases.squared_norm() == 0.0;
            let expected = format!("a deviation of {deviation}, the largest in {ends:?}, biases 0");
            let found = format!("{found}, {largest}, {biases:.1}; the sum {sum}");
            assert!(right && centred, "{start:?}, {units} × {inputs}: {found}, not {expected}");
        }
    }
}
