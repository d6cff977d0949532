//! What is wrong with a blank, in numbers, and what the numbers look like.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use backprop::Matrix;

/// Right, perhaps with a remark, or the reason why it is not.
pub type Verdict = Result<Option<&'static str>, Fault>;

/// Why a blank is not right.
#[derive(Debug)]
pub enum Fault {
    /// The blank of this name is missing: it is still `todo!("name")`, or it is needed and not right.
    Missing(String),
    /// The evidence.
    Wrong(String),
}

/// What wrong numbers look like: the name of a row in the last table of `docs/bugs.md`.
#[rustfmt::skip]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bug {
    SumForMean, MeanTwice, TransposedOuterProduct, BiasLeftOut, BiasOverWrongAxis, PhiOfY, RawError,
    UpdatedTooEarly, UpdatedEverySample, Accumulated, DiagonalSoftmax,
    HalfTheDecay, DecayWithWrongSign, DecayOnBiases, DecayOncePerSample,
}

/// The verdict on a blank as it is printed: a word, then the evidence on lines of at most 80 columns.
pub fn describe(blank: &str, verdict: &Verdict) -> String {
    let (word, text) = match verdict {
        Err(Fault::Missing(name)) if name == blank => ("not yet".to_string(), ""),
        Err(Fault::Missing(name)) => (format!("waits for {name}"), ""),
        Err(Fault::Wrong(evidence)) => ("WRONG".to_string(), evidence.as_str()),
        Ok(remark) => ("right".to_string(), remark.unwrap_or_default()),
    };
    let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let lines = lines.iter().flat_map(|line| line.chunks(72)).map(String::from_iter);
    lines.fold(word, |report, line| report + "\n        " + &line)
}

/// Wrong, with this evidence, unless the condition holds.
pub fn hold(holds: bool, evidence: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(None) } else { Err(Fault::Wrong(evidence())) }
}

/// Wrong unless the shapes agree.
pub fn shape(name: &str, found: &Matrix, right: &Matrix) -> Verdict {
    let ((m, n), (p, q)) = (found.shape(), right.shape());
    hold((m, n) == (p, q), || format!("{name} is {m} × {n}, but must be {p} × {q}"))
}

/// Whether two numbers agree to five digits; NaN and infinity agree with nothing.
pub fn near(a: f64, b: f64) -> bool {
    (a - b).is_finite() && (a - b).abs() <= 1e-5 * a.abs().max(b.abs()).max(1e-2)
}

/// Whether two matrices agree in shape and in every entry.
pub fn same(a: &Matrix, b: &Matrix) -> bool {
    a.shape() == b.shape() && a.as_slice().iter().zip(b.as_slice()).all(|(a, b)| near(*a, *b))
}

/// Wrong unless every matrix found is right. The evidence is an entry of the last that is wrong, and the
/// factor of all that is wrong, if there is one. `name` takes the number of a matrix and the place of an
/// entry, `bug` the factor or NaN.
pub fn compare(
    name: impl Fn(usize, &str) -> String,
    found: &[Matrix],
    rule: &str,
    right: &[Matrix],
    bug: impl FnOnce(f64) -> Option<Bug>,
) -> Verdict {
    let wrong = |k: &usize| !same(&found[*k], &right[*k]);
    let entries = |k: usize| found[k].as_slice().iter().zip(right[k].as_slice());
    let Some(k) = (0..right.len()).rfind(wrong) else { return Ok(None) };
    shape(&name(k, ""), &found[k], &right[k])?;
    let factor = factor(&(0..=k).filter(wrong).flat_map(entries).collect::<Vec<_>>());
    let at = entries(k).position(|(yours, right)| !near(*yours, *right)).expect("one is wrong");
    let (yours, right, n) = (found[k].as_slice()[at], right[k].as_slice()[at], found[k].cols());
    let name = name(k, &format!("[{},{}]", at / n, at % n));
    let times = format!("\nwrong by a factor of {factor:.4}");
    let times = if factor.is_finite() { times } else { String::new() };
    let bug = bug(factor).map(|bug| format!("\nlooks like {bug:?} in docs/bugs.md"));
    let bug = bug.unwrap_or_default();
    Err(Fault::Wrong(format!("{name}: yours {yours:.6},\n{rule} {right:.6}{times}{bug}")))
}

/// The factor that makes what is right what was found, if one does; else NaN.
fn factor(entries: &[(&f64, &f64)]) -> f64 {
    let largest = entries.iter().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())); // the most exact
    let factor = largest.map_or(f64::NAN, |(yours, right)| *yours / *right);
    let all = entries.iter().all(|(yours, right)| near(**yours, *right * factor));
    if all && factor != 0.0 { factor } else { f64::NAN }
}

/// The bug that gives a mean over `n` samples this factor.
pub fn of_mean(factor: f64, n: usize) -> Option<Bug> {
    let sum = near(factor, n as f64).then_some(Bug::SumForMean);
    sum.or(near(factor, 1.0 / n as f64).then_some(Bug::MeanTwice))
}

thread_local! {
    /// The last panic as Rust prints it; `None` while no blank is called.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The result of a check. A panic inside a blank is wrong, with its place; `todo!` is missing.
pub fn call<T>(check: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |info| match PANIC.take() {
            None => others(info),
            Some(_) => PANIC.set(Some(info.to_string())),
        }));
    });
    PANIC.set(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(check));
    let panic = PANIC.take().unwrap_or_default();
    result.unwrap_or_else(|_| match panic.split_once("not yet implemented") {
        Some((_, name)) => Err(Fault::Missing(name.trim_start_matches(": ").to_string())),
        None => Err(Fault::Wrong(panic.replace(", but ", ",\nbut "))),
    })
}
