//! Difference quotients: what a derivative must be, whatever its formula.
//!
//! ```text
//! C(h) = (f(x + h) − f(x − h)) / 2h,     f′(x) ≈ (4 C(h/2) − C(h)) / 3
//! ```

use backprop::Matrix;

use super::evidence::Fault;

const STEP: f64 = 3e-4;

/// The derivative of a number with respect to each entry of a matrix.
pub fn gradient(at: &Matrix, f: impl Fn(&Matrix) -> Result<f64, Fault>) -> Result<Matrix, Fault> {
    let mut result = at.clone();
    for i in 0..at.rows() {
        for j in 0..at.cols() {
            result[(i, j)] = derivative(|h| {
                let mut moved = at.clone();
                moved[(i, j)] += h;
                f(&moved)
            })?;
        }
    }
    Ok(result)
}

/// The derivative at 0 of a number that depends on one number.
pub fn derivative(f: impl Fn(f64) -> Result<f64, Fault>) -> Result<f64, Fault> {
    let central = |h: f64| Ok((f(h)? - f(-h)?) / (2.0 * h));
    Ok((4.0 * central(STEP / 2.0)? - central(STEP)?) / 3.0)
}
