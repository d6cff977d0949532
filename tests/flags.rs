//! The flags of the examples: what is accepted, what is refused and in which words; nothing panics.
#![allow(dead_code, reason = "the examples use the rest")]

mod common;

#[path = "../examples/support/flags.rs"]
mod flags;

use flags::Flags;
use proptest::prelude::*;

/// As in `examples/support/mod.rs`.
#[derive(Debug, PartialEq)]
pub enum Failure {
    /// A wrong flag.
    Usage(String),
}

fn parse(arguments: &[&str]) -> Result<Flags, Failure> {
    Flags::new(arguments.iter().map(ToString::to_string).collect())
}

fn usage<T: std::fmt::Debug>(result: Result<T, Failure>) -> String {
    let Failure::Usage(message) = result.expect_err("refused");
    message
}

#[test]
fn flags_are_read_and_defaults_stand_in() {
    let mut flags =
        parse(&["--seed", "7", "folder", "--hidden", "3", "--hidden", "4"]).expect("flags");
    assert_eq!(flags.seed(), Ok(Some(7)));
    assert_eq!(flags.count("--epochs", 20, 1), Ok(20));
    assert_eq!(flags.activation(), Ok(None));
    assert_eq!(
        flags.all("--hidden", "a number", |text| text.parse::<usize>().ok()),
        Ok(vec![3, 4])
    );
    assert_eq!(flags.rest(1), Ok(vec!["folder".to_string()]));
}

#[test]
fn a_wrong_flag_is_refused_with_what_is_accepted() {
    assert_eq!(usage(parse(&["--seed"])), "--seed needs a value, none is given");
    let refused = |arguments: &[&str]| {
        let mut flags = parse(arguments).expect("pairs");
        usage(
            flags
                .count("--epochs", 1, 1)
                .and_then(|_| flags.positive("--rate", 1.0))
                .and_then(|_| flags.rest(0)),
        )
    };
    assert_eq!(
        refused(&["--epochs", "0"]),
        "--epochs is \"0\", but must be a whole number, at least 1"
    );
    assert_eq!(
        refused(&["--epochs", "1", "--epochs", "2"]),
        "--epochs is given 2 times, but may be given once"
    );
    for rate in ["0", "-1", "NaN", "inf", "1e999", "fast"] {
        assert_eq!(
            refused(&["--rate", rate]),
            format!("--rate is {rate:?}, but must be a number greater than 0")
        );
    }
    assert_eq!(refused(&["--sed", "1"]), "--sed is not a flag of this example");
    assert_eq!(refused(&["more"]), "\"more\" is one argument too many");
}

proptest! {
    #![proptest_config(common::config(common::HOSTILE))]

    /// Whatever is given: a finite number above 0, a whole number from 1, or a message; no panic.
    #[test]
    fn any_arguments_are_read_or_refused(arguments in prop::collection::vec("(--(epochs|rate|seed|activation)|[ -~]{0,6}|[0-9.eE+-]{0,9}|relu)", 0..6)) {
        let Ok(mut flags) = Flags::new(arguments) else { return Ok(()) };
        if let Ok(epochs) = flags.count("--epochs", 1, 1) {
            prop_assert!(epochs >= 1, "{epochs}");
        }
        if let Ok(rate) = flags.positive("--rate", 1.0) {
            prop_assert!(rate > 0.0 && rate.is_finite(), "{rate}");
        }
        let _ = (flags.seed(), flags.activation(), flags.rest(1));
    }
}
