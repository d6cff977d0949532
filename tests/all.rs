//! Almost all claims, in one program: linked once, it is built in half the time. `Cargo.toml` says
//! which stand alone, and why.
//!
//! `cargo test bugs` runs those of `tests/bugs.rs`, `cargo test` all.
#![allow(
    clippy::duplicate_mod,
    clippy::module_inception,
    reason = "each file brings what it needs of the examples"
)]

mod common;

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
#[path = "finite_differences.rs"]
mod finite_differences;
#[path = "gradient_check.rs"]
mod gradient_check;
#[path = "lab.rs"]
mod lab;
#[path = "limits.rs"]
mod limits;
#[path = "pytorch.rs"]
mod pytorch;
