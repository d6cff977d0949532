//! What a blank gave, what it should have given, and how a panic inside it is caught.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use backprop::Matrix;

use super::mistake::Mistake;

/// Why a blank is not right.
#[derive(Debug)]
pub enum Fault {
    /// A blank is still `todo!("name")`, this one or another that it calls; the name may be missing.
    Missing(String),
    /// The rest is there, but not what this line asks for.
    Lacks(&'static str),
    /// It is filled in, and wrong.
    Wrong(Evidence),
}

/// Right, perhaps with a remark, or why not.
pub type Verdict = Result<Option<Mistake>, Fault>;

/// What was found, and whether it looks like a mistake that many have made.
#[derive(Debug)]
pub struct Evidence {
    /// What went in, what came out, what must hold.
    pub told: String,
    /// Which mistake it looks like.
    pub mistake: Option<Mistake>,
}

impl Evidence {
    /// Evidence of this mistake, if it looks like one.
    pub fn of(mistake: Option<Mistake>, told: String) -> Fault {
        Fault::Wrong(Self { told, mistake })
    }
}

/// On lines of their own.
impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "\n        {}", self.told.replace('\n', "\n        "))?;
        self.mistake.iter().try_for_each(|mistake| write!(f, "\n        {mistake}"))
    }
}

/// Wrong, with this evidence, unless the condition holds.
pub fn hold(holds: bool, told: impl FnOnce() -> String) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Evidence::of(None, told())) }
}

/// Wrong unless the shape is right.
pub fn shape(what: &str, found: &Matrix, (m, n): (usize, usize), like: &str) -> Result<(), Fault> {
    let (rows, cols) = found.shape();
    hold((rows, cols) == (m, n), || {
        format!("{what} is {rows} × {cols}, but must be {m} × {n}, {like}")
    })
}

/// Whether two numbers agree to five digits; NaN and infinity agree with nothing.
pub fn near(a: f64, b: f64) -> bool {
    (a - b).is_finite() && (a - b).abs() <= 1e-5 * a.abs().max(b.abs()).max(1e-2)
}

/// Whether two matrices agree to five digits.
pub fn same(a: &Matrix, b: &Matrix) -> bool {
    a.shape() == b.shape() && a.as_slice().iter().zip(b.as_slice()).all(|(a, b)| near(*a, *b))
}

/// Where two matrices of one shape differ first.
pub fn first_difference(a: &Matrix, b: &Matrix) -> Option<(usize, usize)> {
    let mut places = (0..a.rows()).flat_map(|i| (0..a.cols()).map(move |j| (i, j)));
    places.find(|&at| !near(a[at], b[at]))
}

thread_local! {
    static LISTENING: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What a blank gives; a panic inside is wrong, with its place, and `todo!` is missing.
pub fn call<T>(blank: impl FnOnce() -> T) -> Result<T, Fault> {
    listen();
    let outside = LISTENING.replace(true);
    let result = catch_unwind(AssertUnwindSafe(blank));
    LISTENING.set(outside);
    result.map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        let text = text.map_or("(no text)".to_string(), |text| text.replace('\n', "; "));
        match text
            .strip_prefix("not yet implemented")
            .or_else(|| text.strip_prefix("not implemented"))
        {
            Some(name) => Fault::Missing(name.trim_start_matches(": ").to_string()),
            None => Evidence::of(None, format!("panics at {}: {text}", PLACE.take())),
        }
    })
}

/// Keeps panics inside blanks from the screen; others are told as ever.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if LISTENING.get() {
                PLACE.set(
                    info.location()
                        .map(|at| format!("{}:{}", at.file(), at.line()))
                        .unwrap_or_default(),
                );
            } else {
                others(info);
            }
        }));
    });
}
