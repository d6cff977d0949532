//! What does not belong to a network is refused at the caller's line, and the message says both sides.

use crate::common;

use backprop::{
    Activation, Dataset, GradientCheck, GradientDescent, Initialization, Loss, Matrix, Network,
    Rng, output,
};
use common::panic_message;

/// A network of so many layers, `2-2-…-2`.
fn network(depth: usize) -> Network {
    let layers = vec![(2, Activation::Tanh); depth];
    Network::new(2, &layers, Loss::MeanSquaredError, Initialization::default(), &mut Rng::new(1))
        .expect("a network")
}

/// Catches a zip that ends with the shorter side: the layers above would be left out without a word.
#[test]
fn traces_and_gradients_of_a_network_of_another_depth_are_refused() {
    let xor = Dataset::xor();
    let (x, t) = (xor.inputs(), Matrix::zeros(4, 2));
    let (one_x, one_t) = (Matrix::zeros(1, 2), Matrix::zeros(1, 2));
    let descent = GradientDescent { learning_rate: 1.0 };
    for other in [1, 3] {
        let (mut ours, theirs) = (network(2), network(other));
        let trace = theirs.forward(x);
        let gradients = theirs.backward(&trace, &t);
        let said = format!("a trace of {other} layers given, but the network has 2");
        assert_eq!(panic_message(|| ours.loss(&trace, &t)), said);
        assert_eq!(panic_message(|| ours.backward(&trace, &t)), said);
        assert_eq!(panic_message(|| ours.backward_one(&theirs.forward(&one_x), &one_t)), said);
        let said = format!("gradients of {other} layers given, but the network has 2");
        assert_eq!(panic_message(|| GradientCheck::of_gradients(&ours, x, &t, &gradients)), said);
        assert_eq!(panic_message(|| ours.step(gradients, &descent)), said);
    }
}

/// Catches layers counted from 0, and `y(0)`, the input, refused like `z(0)`.
/// Catches a ∇W of another shape than W: `ΔᵀY` has as many columns as the trace has inputs.
#[test]
fn the_trace_of_other_inputs_is_refused() {
    let (ours, theirs) = (network(2), Matrix::zeros(1, 5));
    let layers = [(2, Activation::Tanh); 2];
    let (loss, start) = (Loss::MeanSquaredError, Initialization::default());
    let wide = Network::new(5, &layers, loss, start, &mut Rng::new(1)).expect("5-2-2");
    let (trace, t) = (wide.forward(&theirs), Matrix::zeros(1, 2));
    let said = "left is 1 × 5, right is 2 × 2, but a trace has as many inputs as W¹ has columns";
    assert_eq!(panic_message(|| ours.loss(&trace, &t)), said);
    assert_eq!(panic_message(|| ours.backward(&trace, &t)), said);
    assert_eq!(panic_message(|| ours.backward_one(&trace, &t)), said);
}

#[test]
fn a_layer_that_is_not_there_is_named_with_those_that_are() {
    let network = network(2);
    let x = Matrix::zeros(1, 2);
    let trace = network.forward(&x);
    let gradients = network.backward(&trace, &Matrix::zeros(1, 2));
    assert_eq!(network.layers(), [network.layer(1).clone(), network.layer(2).clone()]);
    assert_eq!(gradients.depth(), 2);
    for l in [0, 3] {
        let said = format!("layer {l} asked for, but the layers are 1 to 2");
        assert_eq!(panic_message(|| network.layer(l).biases.clone()), said);
        assert_eq!(panic_message(|| trace.z(l).clone()), said);
        assert_eq!(panic_message(|| gradients.weights(l).clone()), said);
        assert_eq!(panic_message(|| gradients.biases(l).clone()), said);
    }
    assert_eq!(*trace.y(0), Matrix::zeros(1, 2));
    assert_eq!(
        panic_message(|| trace.y(3).clone()),
        "layer 3 asked for, but the layers are 0, the input, to 2"
    );
}

/// Catches a pair of activation and loss that does not look at one of the three, and so not at its shape either.
#[test]
fn error_and_delta_refuse_any_shape_that_is_not_that_of_the_targets() {
    let (right, wrong) = (Matrix::zeros(2, 3), Matrix::zeros(2, 4));
    for loss in Loss::ALL {
        for phi in Activation::ALL.into_iter().filter(|&phi| output::fits(loss, phi).is_ok()) {
            let delta =
                |z: &Matrix, y: &Matrix| panic_message(|| output::delta(loss, phi, z, y, &right));
            let said = "left is 2 × 4, right is 2 × 3, but ";
            for (z, y) in [(&wrong, &right), (&right, &wrong)] {
                assert_eq!(
                    delta(z, y),
                    format!("{said}the loss needs equal shapes"),
                    "{loss:?} of {phi:?}"
                );
            }
            let message = panic_message(|| output::value(loss, phi, &wrong, &right));
            assert_eq!(
                message,
                format!("{said}the loss needs equal shapes"),
                "{loss:?} of {phi:?}"
            );
            let none = Matrix::zeros(0, 3);
            let said = "the targets are 0 × 3, but a mean needs at least one sample";
            assert_eq!(panic_message(|| output::value(loss, phi, &none, &none)), said);
            assert_eq!(panic_message(|| output::delta(loss, phi, &none, &none, &none)), said);
        }
    }
}

/// Its output would be 1 whatever the weights, and nothing would say that it learns nothing.
#[test]
fn a_softmax_with_one_output_is_refused_with_what_to_take() {
    for loss in [Loss::MeanSquaredError, Loss::CategoricalCrossEntropy] {
        let of = |units| {
            let (layers, start) = ([(units, Activation::Softmax)], Initialization::default());
            Network::new(3, &layers, loss, start, &mut Rng::new(1))
        };
        let said = "a softmax with one output is always 1: give it 2 outputs, or take Sigmoid";
        assert_eq!(of(1).expect_err("one output").to_string(), said, "{loss:?}");
        assert!(of(2).is_ok(), "{loss:?}: two outputs are refused");
    }
}
