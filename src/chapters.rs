// `docs/links.md` says where the links of the chapters lead in the documentation of the crate, and
// `docs/images/embedded/` has their pictures, so that these show wherever it is built. Each of the
// snippets is a test.
#![doc = include_str!("../docs/links.md")]
#![doc = include_str!("../docs/README.md")]

#[doc = include_str!("../docs/links.md")]
#[doc = include_str!("../docs/images/embedded/1-backpropagation.md")]
#[doc = include_str!("../docs/1-backpropagation.md")]
pub mod backpropagation {}

#[doc = include_str!("../docs/links.md")]
#[doc = include_str!("../docs/images/embedded/2-xor.md")]
#[doc = include_str!("../docs/2-xor.md")]
pub mod xor {}

#[doc = include_str!("../docs/links.md")]
#[doc = include_str!("../docs/images/embedded/3-digits.md")]
#[doc = include_str!("../docs/3-digits.md")]
pub mod digits {}

#[doc = include_str!("../docs/links.md")]
#[doc = include_str!("../docs/images/embedded/4-weight-decay.md")]
#[doc = include_str!("../docs/4-weight-decay.md")]
pub mod weight_decay {}

#[doc = include_str!("../docs/links.md")]
#[doc = include_str!("../docs/homework.md")]
pub mod homework {}

#[doc = include_str!("../docs/links.md")]
#[doc = include_str!("../docs/errata.md")]
pub mod errata {}

#[doc = include_str!("../docs/links.md")]
#[doc = include_str!("../docs/bugs.md")]
pub mod bugs {}

#[doc = include_str!("../docs/links.md")]
#[doc = include_str!("../docs/limits.md")]
pub mod limits {}

#[doc = include_str!("../docs/links.md")]
#[doc = include_str!("../docs/copying.md")]
pub mod copying {}
