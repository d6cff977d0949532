//! MNIST's files: the IDX format, read strictly.
//!
//! ```text
//! images: 0x00000803, count, rows, columns, then count · rows · columns pixels
//! labels: 0x00000801, count, then count labels
//! ```
//!
//! The numbers of the header take four bytes each, the most significant first. A pixel, from 0
//! (paper) to 255 (ink), and a label, from 0 to 9, take one.

use std::fs;
use std::path::Path;

use backprop::{Error, Matrix};

/// Pixels along each side of an image.
pub const SIDE: usize = 28;

/// Images of digits and their labels, one byte a pixel: all of MNIST takes 55 MB, and only the
/// batch in hand is `f64`. There is at least one image, and as many labels as images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    pixels: Vec<u8>,
    /// The digit that each image shows.
    pub labels: Vec<u8>,
}

impl Digits {
    /// The digits in two files of this folder, named as MNIST's are: `train-…` or `t10k-…`.
    pub fn read(folder: &Path, set: &str) -> Result<Self, Error> {
        let [images, labels] = ["images-idx3", "labels-idx1"].map(|kind| {
            let path = folder.join(format!("{set}-{kind}-ubyte"));
            match fs::metadata(&path) {
                Ok(found) if !found.is_file() => Err(format!("{} is not a file", path.display())),
                _ => fs::read(&path).map_err(|error| format!("{}: {error}", path.display())),
            }
        });
        let advice = "give the folder of MNIST's four files, unpacked by gunzip";
        Self::parse(&images.map_err(|error| format!("{error}; {advice}"))?, &labels?)
            .map_err(|error| format!("{}/{set}-…: {error}", folder.display()).into())
    }

    /// The digits in the bytes of the two files.
    pub fn parse(images: &[u8], labels: &[u8]) -> Result<Self, Error> {
        let pixels = data(images, &[SIDE, SIDE]).map_err(|error| format!("images: {error}"))?;
        let labels = data(labels, &[]).map_err(|error| format!("labels: {error}"))?;
        Self::new(pixels.to_vec(), labels.to_vec())
    }

    /// The digits with these pixels, image after image and row after row, and these labels.
    pub fn new(pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self, Error> {
        let (found, expected) = (labels.len(), pixels.len() / (SIDE * SIDE));
        if found == 0 || found != expected {
            return Err(format!("found {found} labels, expected one for each image").into());
        }
        match labels.iter().position(|label| *label > 9) {
            Some(i) => Err(format!("found {} as label {i}, expected 0 to 9", labels[i]).into()),
            None => Ok(Self { pixels, labels }),
        }
    }

    /// Image `i`, row after row, from 0 (paper) to 255 (ink).
    pub fn image(&self, i: usize) -> &[u8] {
        &self.pixels[i * SIDE * SIDE..][..SIDE * SIDE]
    }

    /// The inputs and the targets of these digits, in this order: pixels divided by 255, and rows
    /// that are 1 at the label and 0 elsewhere.
    ///
    /// Shapes: `N` digits give `N × 784` and `N × 10`.
    pub fn batch(&self, digits: &[usize]) -> (Matrix, Matrix) {
        let mut inputs = Vec::with_capacity(digits.len() * SIDE * SIDE);
        for &i in digits {
            inputs.extend(self.image(i).iter().map(|&pixel| f64::from(pixel) / 255.0));
        }
        let inputs = Matrix::from_vec(digits.len(), SIDE * SIDE, inputs);
        let is = |i: usize, digit| f64::from(digit == usize::from(self.labels[digits[i]]));
        (inputs, Matrix::from_fn(digits.len(), 10, is))
    }
}

/// What follows the header of an IDX file of items with this shape.
fn data<'a>(file: &'a [u8], shape: &[usize]) -> Result<&'a [u8], String> {
    if file.starts_with(&[0x1f, 0x8b]) {
        return Err("found a file compressed with gzip, expected IDX; run gunzip on it".to_string());
    }
    let (magic, numbers) = (0x0801 + shape.len(), 2 + shape.len());
    let number = |bytes: &[u8]| bytes.iter().fold(0, |n, &byte| 256 * n + usize::from(byte));
    let header: Vec<usize> = file.chunks_exact(4).take(numbers).map(number).collect();
    if header.len() < numbers || header[0] != magic || header[2..] != *shape {
        return Err(format!(
            "found the header {header:?}, expected [{magic}, count] and {shape:?}"
        ));
    }
    let (data, expected) = (&file[4 * numbers..], header[1] * shape.iter().product::<usize>());
    if data.len() != expected {
        let found = data.len();
        return Err(format!("found {found} bytes of data, expected {expected} by the header"));
    }
    Ok(data)
}
