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

/// Images of digits and their labels, one byte a pixel: all of MNIST takes 55 MB, and only the
/// batch in hand is `f64`. There is at least one image, and as many labels as images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    /// Rows and columns of every image: in MNIST `(28, 28)`.
    pub size: (usize, usize),
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
                Ok(found) if !found.is_file() => Err(format!("{} is no file", path.display())),
                _ => fs::read(&path).map_err(|error| format!("{}: {error}", path.display())),
            }
        });
        let advice = "give the folder of MNIST's four files, unpacked by gunzip";
        Self::parse(&images.map_err(|error| format!("{error}; {advice}"))?, &labels?)
            .map_err(|error| format!("{}/{set}-…: {error}", folder.display()).into())
    }

    /// The digits in the bytes of the two files.
    pub fn parse(images: &[u8], labels: &[u8]) -> Result<Self, Error> {
        let (size, pixels) = data(images, 3).map_err(|error| format!("images: {error}"))?;
        let (_, labels) = data(labels, 1).map_err(|error| format!("labels: {error}"))?;
        Self::new((size[1], size[2]), pixels.to_vec(), labels.to_vec())
    }

    /// The digits with these pixels, image after image and row after row, and these labels.
    pub fn new(size: (usize, usize), pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self, Error> {
        let (found, count, (rows, cols)) = (pixels.len(), labels.len(), size);
        if found == 0 || found != count.saturating_mul(rows.saturating_mul(cols)) {
            let expected = format!("{count} images of {rows} × {cols}, one for each label");
            return Err(format!("found {found} pixels, expected {expected}").into());
        }
        match labels.iter().position(|label| *label > 9) {
            Some(i) => Err(format!("found {} as label {i}, expected 0 to 9", labels[i]).into()),
            None => Ok(Self { size, pixels, labels }),
        }
    }

    /// Image `i`, row after row, from 0 (paper) to 255 (ink).
    pub fn image(&self, i: usize) -> &[u8] {
        let pixels = self.size.0 * self.size.1;
        &self.pixels[i * pixels..][..pixels]
    }

    /// The inputs and the targets of these digits, in this order: pixels divided by 255, and rows
    /// that are 1 at the label and 0 elsewhere.
    ///
    /// Shapes: `N` digits give `N × 784` (`rows · columns`) and `N × 10`.
    pub fn batch(&self, digits: &[usize]) -> (Matrix, Matrix) {
        let mut inputs = Vec::with_capacity(digits.len() * self.size.0 * self.size.1);
        for &i in digits {
            inputs.extend(self.image(i).iter().map(|&pixel| f64::from(pixel) / 255.0));
        }
        let inputs = Matrix::from_vec(digits.len(), self.size.0 * self.size.1, inputs);
        let is = |i: usize, digit| f64::from(digit == usize::from(self.labels[digits[i]]));
        (inputs, Matrix::from_fn(digits.len(), 10, is))
    }
}

/// The sizes in the header of an IDX file, and what follows it.
fn data(file: &[u8], sizes: u8) -> Result<(Vec<usize>, &[u8]), String> {
    if file.starts_with(&[0x1f, 0x8b]) {
        return Err("found a file compressed with gzip, expected IDX; run gunzip on it".to_string());
    }
    let expected = [0, 0, 8, sizes];
    let (start, found) = (4 * (1 + usize::from(sizes)), &file[..file.len().min(4)]);
    if file.len() < start || found != expected {
        return Err(format!("found the first bytes {found:?}, expected {expected:?}"));
    }
    let number = |bytes: &[u8]| bytes.iter().fold(0, |n, &byte| 256 * n + usize::from(byte));
    let sizes: Vec<usize> = file[4..start].chunks(4).map(number).collect();
    let bytes = sizes.iter().fold(1, |product: usize, size| product.saturating_mul(*size));
    if file.len() - start != bytes {
        let found = file.len() - start;
        return Err(format!("found {found} bytes of data, expected {bytes} by the header"));
    }
    Ok((sizes, &file[start..]))
}
