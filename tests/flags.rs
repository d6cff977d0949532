//! The flags of the examples: what is accepted, what is refused and in which words; nothing panics.
#![allow(dead_code, reason = "the examples use the rest")]

use crate::common;

#[path = "../examples/support"]
mod support {
    pub mod flags;
    pub mod program;
}

use proptest::prelude::*;
use support::flags::Flags;
use support::program::Failure;

fn parse(arguments: &[&str]) -> Flags {
    Flags::new(arguments.iter().map(ToString::to_string).collect())
}

fn usage<T: std::fmt::Debug>(result: Result<T, Failure>) -> String {
    match result.expect_err("refused") {
        Failure::Usage(message) => message,
        other => panic!("not about the usage: {other:?}"),
    }
}

#[test]
fn flags_are_read_and_defaults_stand_in() {
    let mut flags = parse(&["--seed", "7", "folder", "--hidden", "3", "--hidden", "4"]);
    assert_eq!(flags.seed(), Ok(Some(7)));
    assert_eq!(flags.count("--epochs", 20, 1..=1000), Ok(20));
    assert_eq!(flags.activation(), Ok(None));
    assert_eq!(
        flags.all("--hidden", "a number", |text| text.parse::<usize>().ok()),
        Ok(vec![3, 4])
    );
    assert_eq!(flags.rest(1), Ok(vec!["folder".to_string()]));
}

#[test]
fn a_wrong_flag_is_refused_with_what_is_accepted() {
    let refused = |arguments: &[&str]| {
        let mut flags = parse(arguments);
        usage(
            flags
                .count("--epochs", 1, 1..=1000)
                .and_then(|_| flags.positive("--rate", 1.0))
                .and_then(|_| flags.rest(0)),
        )
    };
    assert_eq!(
        refused(&["--epochs", "0"]),
        "--epochs is \"0\", but must be a whole number from 1 to 1000"
    );
    for epochs in ["1001", "18446744073709551616", "-1", "1e3", "1.5"] {
        assert_eq!(
            refused(&["--epochs", epochs]),
            format!("--epochs is {epochs:?}, but must be a whole number from 1 to 1000")
        );
    }
    assert_eq!(
        refused(&["--epochs", "1", "--epochs", "2"]),
        "--epochs is given 2 times, but may be given once"
    );
    let missing = "--epochs needs a value, none is given";
    assert_eq!(refused(&["--epochs"]), missing);
    assert_eq!(refused(&["--epochs", "--rate", "1"]), missing);
    for rate in ["0", "-1", "NaN", "inf", "1e999", "fast", ""] {
        assert_eq!(
            refused(&["--rate", rate]),
            format!("--rate is {rate:?}, but must be a number greater than 0")
        );
    }
    assert_eq!(refused(&["more"]), "\"more\" is one argument too many");
}

#[test]
fn a_value_may_follow_an_equals_sign_and_be_negative() {
    let mut flags = parse(&["--seed=7", "--b=-1 2", "--c", "-3", "--save=a=b"]);
    assert_eq!(flags.seed(), Ok(Some(7)));
    let mut text = |name| flags.one(name, String::new(), "text", |text| Some(text.to_string()));
    assert_eq!(text("--b"), Ok("-1 2".to_string()));
    assert_eq!(text("--c"), Ok("-3".to_string()));
    assert_eq!(text("--save"), Ok("a=b".to_string()));
    assert_eq!(flags.rest(0), Ok(vec![]));
}

#[test]
fn a_misspelt_flag_is_told_which_was_meant() {
    let refused = |argument: &str| {
        let mut flags = parse(&[argument, "3"]);
        let read = |text: &str| text.parse::<u32>().ok();
        for name in ["--seed", "--learning-rate", "--iterations"] {
            let _ = flags.all(name, "a number", read);
        }
        usage(flags.rest(1))
    };
    for (given, meant) in [
        ("--sed", "--seed"),
        ("--sede", "--seed"),
        ("--SEED", "--seed"),
        ("-seed", "--seed"),
        ("–seed", "--seed"),
        ("—seed", "--seed"),
        ("--seeds", "--seed"),
        ("--HELP", "--help"),
        ("--hepl", "--help"),
        ("--iter", "--iterations"),
        ("--iteration", "--iterations"),
        ("--learning_rate", "--learning-rate"),
        ("--learningrate", "--learning-rate"),
        ("--Learning-Rat", "--learning-rate"),
    ] {
        let said = format!("{given} is not a flag of this example, did you mean {meant}?");
        assert_eq!(refused(given), said);
    }
    for given in ["--momentum", "--x", "-v", "--", "---"] {
        assert_eq!(refused(given), format!("{given} is not a flag of this example"));
    }
}

#[test]
fn an_activation_is_accepted_as_it_is_printed() {
    use backprop::Activation;
    for activation in Activation::ALL {
        let printed = format!("{activation:?}");
        for name in [printed.clone(), printed.to_lowercase(), printed.to_uppercase()] {
            let mut flags = parse(&["--activation", &name]);
            assert_eq!(flags.activation(), Ok(Some(activation)), "{name}");
        }
    }
    let mut flags = parse(&["--activation=gelu"]);
    let accepted = "one of identity, relu, sigmoid, tanh, softmax";
    let said = format!("--activation is \"gelu\", but must be {accepted}");
    assert_eq!(usage(flags.activation()), said);
}

proptest! {
    #![proptest_config(common::config(common::HOSTILE))]

    /// Whatever is given: a finite number above 0, a whole number from 1, or a message; no panic.
    #[test]
    fn any_arguments_are_read_or_refused(arguments in prop::collection::vec("(--(epochs|rate|seed|activation)=?|[ -~é–]{0,6}|[0-9.eE+-]{0,9}|relu)", 0..6)) {
        let mut flags = Flags::new(arguments);
        if let Ok(epochs) = flags.count("--epochs", 1, 1..=1000) {
            prop_assert!((1..=1000).contains(&epochs), "{epochs}");
        }
        if let Ok(rate) = flags.positive("--rate", 1.0) {
            prop_assert!(rate > 0.0 && rate.is_finite(), "{rate}");
        }
        let _ = (flags.seed(), flags.activation(), flags.rest(1));
    }
}
