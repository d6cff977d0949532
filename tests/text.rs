//! A network as text: what is written comes back bit for bit, and nothing else is taken for one.

use crate::common;

use backprop::{Activation, Layer, Loss, Matrix, Network};
use common::cases;
use proptest::prelude::*;

/// Any finite number: all exponents, subnormals, both zeros, the largest.
fn any_finite() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |number| number.is_finite()),
        prop::sample::select(vec![
            0.0,
            -0.0,
            f64::MAX,
            f64::MIN,
            f64::MIN_POSITIVE,
            5e-324,
            -5e-324,
            0.1
        ]),
    ]
}

fn bits(network: &Network) -> Vec<u64> {
    let layers = (1..=network.depth()).map(|l| network.layer(l));
    let numbers =
        layers.flat_map(|layer| layer.weights.as_slice().iter().chain(layer.biases.as_slice()));
    numbers.map(|number| number.to_bits()).collect()
}

proptest! {
    #![proptest_config(common::config(common::HOSTILE))]

    #[test]
    fn what_is_written_comes_back_bit_for_bit(data in prop::collection::vec(any_finite(), 8)) {
        let layer = Layer {
            weights: Matrix::from_vec(2, 3, data[..6].to_vec()),
            biases: Matrix::row_vector(&data[6..]),
            activation: Activation::Tanh,
        };
        let network = Network::from_layers(vec![layer], Loss::MeanSquaredError).expect("a network");
        let back: Network = network.to_string().parse().expect("its own text");
        prop_assert_eq!(bits(&back), bits(&network));
    }

    #[test]
    fn every_network_comes_back(case in cases()) {
        prop_assert_eq!(case.network.to_string().parse(), Ok(case.network));
    }

    #[test]
    fn a_truncated_text_is_refused(case in cases(), part: prop::sample::Index) {
        let text = case.network.to_string();
        let characters = text.trim_end().len();
        let cut = &text[..part.index(characters)];
        prop_assert!(cut.parse::<Network>().is_err(), "{cut}");
    }

    #[test]
    fn a_changed_byte_gives_a_network_or_a_reason(case in cases(), at: prop::sample::Index, byte in 0..128u8) {
        let mut bytes = case.network.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(network) = String::from_utf8(bytes).expect("ASCII").parse::<Network>() {
            prop_assert_eq!(network.to_string().parse(), Ok(network));
        }
    }

    #[test]
    fn any_text_never_panics(text in "(backprop network 1\n)?(loss [A-Z]{0,3}[a-zA-Z]*\n)?[ -~\n]{0,200}") {
        prop_assert!(text.parse::<Network>().is_err(), "{text}");
    }
}

const TEXT: &str = "backprop network 1\nloss MeanSquaredError\nweight_decay 0.5\nlayers 1\n\
    layer 1 units 1 inputs 2 activation Identity\nweights\n1.0 -2.5\nbiases\n0.0\nend\n";

#[test]
fn a_damaged_text_is_refused_with_line_and_reason() {
    let network: Network = TEXT.parse().expect("a network");
    assert_eq!(network.to_string(), TEXT);
    assert_eq!(TEXT.replace('\n', "\r\n").parse(), Ok(network));
    let error = |from: &str, to: &str| {
        TEXT.replacen(from, to, 1).parse::<Network>().expect_err("damaged").to_string()
    };
    let numbers = |found: &str| format!("line 7 is {found:?}, but must be 2 finite numbers");
    assert_eq!(
        error("backprop network 1", "<html>"),
        "line 1 is \"<html>\", but must be \"backprop network 1\""
    );
    assert_eq!(
        error("MeanSquaredError", "Hinge"),
        "line 2 is \"loss Hinge\", but must be \"loss \" and one of [BinaryCrossEntropy, CategoricalCrossEntropy, MeanSquaredError]"
    );
    assert_eq!(
        error("weight_decay 0.5", "weight_decay x"),
        "line 3 is \"weight_decay x\", but must be \"weight_decay \" and a finite number that is at least 0"
    );
    for decay in ["-1", "NaN", "inf"] {
        assert_eq!(
            error("0.5", decay),
            format!(
                "line 3 is \"weight_decay {decay}\", but must be \"weight_decay \" and a finite number that is at least 0"
            )
        );
    }
    assert_eq!(
        error("layers 1", "layers one"),
        "line 4 is \"layers one\", but must be \"layers \" and a whole number"
    );
    assert_eq!(
        error("layers 1", "layers 0"),
        "line 5 is \"layer 1 units 1 inputs 2 activation Identity\", but must be \"end\""
    );
    assert_eq!(
        error("Identity", "Swish"),
        "line 5 is \"layer 1 units 1 inputs 2 activation Swish\", but must be \"layer 1 units … inputs … activation …\", one of [Identity, Relu, Sigmoid, Tanh, Softmax]"
    );
    assert_eq!(
        error("layer 1", "layer 2"), // layers that changed places
        "line 5 is \"layer 2 units 1 inputs 2 activation Identity\", but must be \"layer 1 units … inputs … activation …\", one of [Identity, Relu, Sigmoid, Tanh, Softmax]"
    );
    assert_eq!(error("-2.5", "NaN"), numbers("1.0 NaN"));
    assert_eq!(error("-2.5", "inf"), numbers("1.0 inf"));
    assert_eq!(error("-2.5", "-2,5"), numbers("1.0 -2,5"));
    assert_eq!(error(" -2.5", ""), numbers("1.0"));
    assert_eq!(error("end\n", ""), "the text ends before line 10, but \"end\" should follow");
    assert_eq!(
        error("end", "end\nmore"),
        "after the line \"end\" stands \"more\", but nothing may"
    );
    assert_eq!(
        error("units 1", "units 4000000000"),
        "line 8 is \"biases\", but must be 2 finite numbers"
    );
}

/// Catches memory that is asked for by what a text claims: sizes whose product is 0, 2⁶⁴ or beyond.
#[test]
fn sizes_that_the_text_cannot_hold_are_refused_where_it_ends() {
    let largest = usize::MAX;
    for (units, inputs) in
        [(largest, 1), (largest / 2 + 1, 2), (1, largest), (largest, largest), (1 << 31, 1 << 31)]
    {
        let text = TEXT.replace("units 1 inputs 2", &format!("units {units} inputs {inputs}"));
        let said = text.parse::<Network>().expect_err("a claim").to_string();
        let line = if inputs == 2 { "line 8 is \"biases\"" } else { "line 7 is \"1.0 -2.5\"" };
        assert_eq!(said, format!("{line}, but must be {inputs} finite numbers"));
    }
    let text = TEXT.replace("layers 1", &format!("layers {largest}"));
    let said = "line 10 is \"end\", but must be \"layer 2 units … inputs … activation …\", one of [Identity, Relu, Sigmoid, Tanh, Softmax]";
    assert_eq!(text.parse::<Network>().expect_err("a claim").to_string(), said);
    let empty = TEXT.replace("units 1 inputs 2", "units 3 inputs 0").replace("1.0 -2.5", "\n\n");
    let said = "line 11 is \"0.0\", but must be 3 finite numbers";
    assert_eq!(empty.parse::<Network>().expect_err("a claim").to_string(), said);
}
