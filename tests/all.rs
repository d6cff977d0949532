//! Almost all tests, in one program: one link instead of twenty halves the build. `Cargo.toml` says which
//! are programs of their own, and why.
//!
//! `cargo test bugs` runs the tests of `tests/bugs.rs`, `cargo test` runs all.
#![allow(
    clippy::duplicate_mod,
    clippy::module_inception,
    reason = "each file brings what it needs of the examples"
)]

mod common;
#[path = "common/example.rs"]
mod example;

#[path = "backpropagation.rs"]
mod backpropagation;
#[path = "bugs.rs"]
mod bugs;
#[path = "complex_step.rs"]
mod complex_step;
#[path = "copying.rs"]
mod copying;
#[path = "equations.rs"]
mod equations;
#[path = "errata.rs"]
mod errata;
#[path = "examples.rs"]
mod examples;
#[path = "files.rs"]
mod files;
#[path = "finite_differences.rs"]
mod finite_differences;
#[path = "gradient_check.rs"]
mod gradient_check;
#[path = "inputs.rs"]
mod inputs;
#[path = "lab.rs"]
mod lab;
#[path = "limits.rs"]
mod limits;
#[path = "matrix.rs"]
mod matrix;
#[path = "pytorch.rs"]
mod pytorch;
#[path = "random.rs"]
mod random;
#[path = "shapes.rs"]
mod shapes;
#[path = "sizes.rs"]
mod sizes;
#[path = "special_values.rs"]
mod special_values;
#[path = "weight_decay.rs"]
mod weight_decay;
#[path = "xor.rs"]
mod xor;
