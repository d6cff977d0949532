//! The one error type: for networks and batches that come from outside.

use std::fmt;

/// Why something given from outside cannot be used.
///
/// The message is one sentence for a person: what was found, what was expected, and where.
///
/// ```
/// use backprop::{Initialization, Loss, Network, Rng};
///
/// let error = Network::new(2, &[], Loss::MeanSquaredError, Initialization::Zeros, &mut Rng::new(0));
/// assert_eq!(error.unwrap_err().to_string(), "a network needs at least one layer");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Self(message)
    }
}

/// The error with this message, unless the condition holds.
pub(super) fn require(holds: bool, message: impl FnOnce() -> String) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error(message())) }
}
