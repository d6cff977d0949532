//! Random numbers and first weights have the distribution that they claim.
#![allow(clippy::unreadable_literal, reason = "as published")]

use backprop::{Initialization, Matrix, Rng};

#[test]
fn the_generator_is_splitmix64() {
    let draw = |seed, count| -> Vec<u64> {
        let mut rng = Rng::new(seed);
        (0..count).map(|_| rng.next_u64()).collect()
    };
    let published =
        [1985237415132408290, 2979275885539914483, 13511426838097143398, 8488337342461049707];
    assert_eq!(draw(1_477_776_061_723_855_037, 4), published);
    assert_eq!(draw(0, 3), [16294208416658607535, 7960286522194355700, 487617019471545679]);
}

#[test]
fn bounded_numbers_and_shuffles_are_even() {
    let mut rng = Rng::new(1);
    let (mut counts, mut firsts) = ([0_i32; 6], [0_i32; 6]);
    for _ in 0..60_000 {
        counts[rng.below(6)] += 1;
        let mut items = [0, 1, 2, 3, 4, 5];
        rng.shuffle(&mut items);
        firsts[items[0]] += 1;
        items.sort_unstable();
        assert_eq!(items, [0, 1, 2, 3, 4, 5]);
    }
    // 10,000 each, with a standard deviation of 91.
    for count in counts.into_iter().chain(firsts) {
        assert!((count - 10_000).abs() < 460, "{counts:?} and {firsts:?} of 10,000 each");
    }
}

/// Of 2⁶⁴ numbers, 3 · 2⁶² leave a quarter over. Catches one that takes the rest of the division without
/// drawing that quarter again: the lowest third would come twice as often as the others.
#[test]
fn a_bound_that_does_not_divide_the_range_is_even_too() {
    let third = 1usize << (usize::BITS - 2);
    let (mut rng, mut counts) = (Rng::new(1), [0_i32; 3]);
    for _ in 0..30_000 {
        counts[rng.below(3 * third) / third] += 1;
    }
    // 10,000 each, with a standard deviation of 82.
    assert!(counts.iter().all(|count| (count - 10_000).abs() < 410), "{counts:?} of 10,000 each");
}

/// Mean and standard deviation.
fn moments(sample: &[f64]) -> (f64, f64) {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    (mean, (sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt())
}

#[test]
fn uniform_and_normal_numbers_have_their_moments() {
    let mut rng = Rng::new(2);
    let uniform: Vec<f64> = (0..100_000).map(|_| rng.uniform()).collect();
    let normal: Vec<f64> = (0..100_000).map(|_| rng.normal()).collect();
    assert!(uniform.iter().all(|u| (0.0..1.0).contains(u)));
    let ((mean, deviation), (centre, width)) = (moments(&uniform), moments(&normal));
    assert!(
        (mean - 0.5).abs() < 0.005 && (deviation - 1.0 / 12.0_f64.sqrt()).abs() < 0.003,
        "{mean} {deviation}"
    );
    assert!(centre.abs() < 0.016 && (width - 1.0).abs() < 0.012, "{centre} {width}");
}

/// 100 × 300 weights.
fn weights(initialization: Initialization) -> Matrix {
    initialization.weights(100, 300, &mut Rng::new(3))
}

#[test]
fn glorot_normal_is_clamped_at_two_standard_deviations() {
    let (w, sigma) = (weights(Initialization::GlorotNormal), (2.0 / 400.0_f64).sqrt());
    let (mean, deviation) = moments(w.as_slice());
    assert!(mean.abs() < 0.03 * sigma, "mean {mean}");
    assert!((deviation / sigma - 0.959_446).abs() < 0.015, "deviation {} of σ", deviation / sigma);
    let at_the_end =
        w.as_slice().iter().filter(|w| w.abs() == 2.0 * sigma).count() as f64 / 30_000.0;
    assert!((at_the_end - 0.0455).abs() < 0.006, "{at_the_end} of the weights are on an end point");
    assert!(w.as_slice().iter().all(|w| w.abs() <= 2.0 * sigma), "a weight beyond 2σ");
}

#[test]
fn glorot_uniform_fills_its_interval_evenly() {
    let (w, end) = (weights(Initialization::GlorotUniform), (6.0 / 400.0_f64).sqrt());
    let (mean, deviation) = moments(w.as_slice());
    let largest = w.as_slice().iter().fold(0.0_f64, |largest, w| largest.max(w.abs()));
    assert!(largest <= end && largest > 0.999 * end, "largest {largest}, end {end}");
    assert!(
        mean.abs() < 0.02 * end && (deviation * 3.0_f64.sqrt() / end - 1.0).abs() < 0.015,
        "{mean} {deviation}"
    );
}

#[test]
fn he_normal_looks_at_the_inputs_alone_and_is_not_clamped() {
    let (w, sigma) = (weights(Initialization::HeNormal), (2.0 / 300.0_f64).sqrt());
    let (mean, deviation) = moments(w.as_slice());
    assert!(
        mean.abs() < 0.03 * sigma && (deviation / sigma - 1.0).abs() < 0.02,
        "{mean} {deviation}"
    );
    assert!(w.as_slice().iter().any(|w| w.abs() > 3.0 * sigma), "no weight beyond 3σ");
    assert_eq!(weights(Initialization::Zeros), Matrix::zeros(100, 300));
}
