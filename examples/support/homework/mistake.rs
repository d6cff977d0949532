//! The mistakes that are known by what they do to the numbers.

use std::fmt;

/// A mistake, with the chapter that tells of it; a number is that of the samples or outputs.
#[allow(missing_docs, reason = "told() tells")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    PhiOfY,
    UpdatedTooEarly,
    RawError,
    TransposedOuterProduct,
    SumForMean(usize),
    MeanTwice(usize),
    BiasLeftOut,
    BiasOverWrongAxis,
    HalfTheDecay,
    DecayWithWrongSign,
    DecayOnBiases,
    DiagonalSoftmax,
    DecayOncePerSample(usize),
    BiasPerSample,
    TransposedWeights,
    PhiTwice,
    OfZBehindSigmoid,
    InTermsOfY,
    MeanOverOutputs(usize),
    SignOfLoss,
    Uphill,
    ZeroTimesInfinity,
    SmallConstant,
    SigmoidOverflows,
    SoftmaxOverflows,
    LostMinus,
    BiasOnOneRow,
    SoftmaxOfColumns,
}

impl Mistake {
    /// What the numbers show.
    #[rustfmt::skip]
    fn told(self) -> String {
        match self {
            Mistake::PhiOfY => "what you multiply with is φ′(y), where φ′(z) belongs".into(),
            Mistake::UpdatedTooEarly => "right for a tiny η, wrong for a large one: weights change too early".into(),
            Mistake::RawError => "the error passes a layer without its φ′".into(),
            Mistake::TransposedOuterProduct => "each ∇W is the transpose of what it should be".into(),
            Mistake::SumForMean(n) => format!("off by exactly N = {n}: a sum where the loss takes the mean"),
            Mistake::MeanTwice(n) => format!("off by exactly 1/N = 1/{n}: the mean is taken twice"),
            Mistake::BiasLeftOut => "the biases are left out".into(),
            Mistake::BiasOverWrongAxis => "the entries of Δ are summed over the wrong axis".into(),
            Mistake::HalfTheDecay => "half of what the penalty asks for: its ½ and its square".into(),
            Mistake::DecayWithWrongSign => "the decay has the wrong sign".into(),
            Mistake::DecayOnBiases => "the biases decay too, but are not in the penalty".into(),
            Mistake::DiagonalSoftmax => "as if each output of the softmax depended on its own z alone".into(),
            Mistake::DecayOncePerSample(n) => format!("the decay is there N = {n} times, once for each sample"),
            Mistake::BiasPerSample => "a row for each sample: their sum is missing".into(),
            Mistake::TransposedWeights => "on its way down the error goes through the transpose of the weights".into(),
            Mistake::PhiTwice => "φ′ is in it twice; if you began with y − t, that has it already".into(),
            Mistake::OfZBehindSigmoid => "this is ∂ℰ/∂z behind a sigmoid, where ∂ℰ/∂y belongs".into(),
            Mistake::InTermsOfY => "this is φ′ written in terms of y, but what you are given is z".into(),
            Mistake::MeanOverOutputs(n) => {
                format!("off by exactly 1/{n}: a mean over the outputs for a sum")
            }
            Mistake::SignOfLoss => "off by exactly −1: the sign; the scan of the sheet has lost one, too".into(),
            Mistake::Uphill => "off by exactly −1: uphill, with the gradient instead of against it".into(),
            Mistake::ZeroTimesInfinity => "0 · ln 0, or 0/0, or the logarithm of a negative number".into(),
            Mistake::SmallConstant => "a small constant is in it, as on the sheet: it can cost the gradient".into(),
            Mistake::SigmoidOverflows => "an exponential overflows, and infinity is divided by infinity".into(),
            Mistake::SoftmaxOverflows => "an exponential overflows, or all of a row vanish: 0/0".into(),
            Mistake::LostMinus => "the sheet has lost a minus in print here".into(),
            Mistake::BiasOnOneRow => "the bias is added to the first row only".into(),
            Mistake::SoftmaxOfColumns => "the columns sum to 1, but a sample is a row".into(),
        }
    }

    /// The file and the heading where it is explained.
    #[rustfmt::skip]
    pub fn chapter(self) -> (&'static str, &'static str) {
        match self {
            Mistake::PhiOfY => ("docs/bugs.md", "φ′ of the output"),
            Mistake::UpdatedTooEarly => ("docs/bugs.md", "Weights updated too early"),
            Mistake::RawError => ("docs/bugs.md", "The error passed down instead of δ"),
            Mistake::TransposedOuterProduct => ("docs/bugs.md", "The outer product the wrong way round"),
            Mistake::SumForMean(_) => ("docs/bugs.md", "A sum for a mean"),
            Mistake::MeanTwice(_) => ("docs/bugs.md", "1/N twice"),
            Mistake::BiasLeftOut => ("docs/bugs.md", "The bias forgotten"),
            Mistake::BiasOverWrongAxis => ("docs/bugs.md", "The bias summed over the wrong axis"),
            Mistake::HalfTheDecay => ("docs/bugs.md", "Half the decay"),
            Mistake::DecayWithWrongSign => ("docs/bugs.md", "Decay with the wrong sign"),
            Mistake::DecayOnBiases => ("docs/bugs.md", "Decay on the biases"),
            Mistake::DiagonalSoftmax => ("docs/bugs.md", "Softmax as if it were element-wise"),
            Mistake::DecayOncePerSample(_) => ("docs/bugs.md", "The decay counted once per sample"),
            Mistake::BiasPerSample | Mistake::TransposedWeights | Mistake::InTermsOfY => {
                ("docs/errata.md", "Exercise 1")
            }
            Mistake::SignOfLoss
            | Mistake::ZeroTimesInfinity
            | Mistake::SmallConstant
            | Mistake::SigmoidOverflows
            | Mistake::LostMinus => ("docs/errata.md", "Exercise 2"),
            Mistake::MeanOverOutputs(_) | Mistake::BiasOnOneRow => ("docs/1-backpropagation.md", "Notation"),
            Mistake::PhiTwice | Mistake::OfZBehindSigmoid => ("docs/1-backpropagation.md", "Three pairs that cancel"),
            Mistake::SoftmaxOfColumns => ("docs/1-backpropagation.md", "Softmax"),
            Mistake::Uphill => ("docs/1-backpropagation.md", "The step, and how to trust it"),
            Mistake::SoftmaxOverflows => ("docs/3-digits.md", "Why from z"),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (file, heading) = self.chapter();
        write!(f, "{} → {file}, “{heading}”", self.told())
    }
}
