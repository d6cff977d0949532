//! MNIST's files: the IDX format, read strictly. A file that is not what it should be is refused
//! with what was found, what was expected and what to do.
//!
//! ```text
//! images: 0x00000803, count, rows, columns, then count · rows · columns pixels
//! labels: 0x00000801, count, then count labels
//! ```
//!
//! The numbers of the header take four bytes each, the most significant first; a pixel, from 0
//! (paper) to 255 (ink), and a label, from 0 to 9, take one.

use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{Error, Matrix, require};

const MNIST: &str = "https://storage.googleapis.com/cvdf-datasets/mnist/";

/// Images of digits and their labels, one byte a pixel: all of MNIST takes 55 MB, and only the
/// batch in hand is `f64`. There is at least one image, and as many labels as images.
///
/// ```
/// use backprop::Matrix;
/// use backprop::dataset::idx::Digits;
///
/// // Two images of 1 × 3 pixels, a 7 and a 2.
/// let digits = Digits::new(1, 3, vec![0, 255, 0, 51, 0, 255], vec![7, 2])?;
/// let (x, targets) = digits.batch(&[1]);
/// assert_eq!(x, Matrix::row_vector(&[0.2, 0.0, 1.0]));
/// assert_eq!(targets, Matrix::row_vector(&[0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]));
/// # Ok::<(), backprop::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    rows: usize,
    cols: usize,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

/// Where bytes come from, and the bytes.
type Source<'a> = (&'a Path, Vec<u8>);

impl Digits {
    /// MNIST's 60,000 digits for training: `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`
    /// in this folder.
    ///
    /// # Errors
    ///
    /// Those of [`Digits::read`].
    ///
    /// ```
    /// use std::path::Path;
    /// use backprop::dataset::idx::Digits;
    ///
    /// let error = Digits::training(Path::new("no/mnist")).expect_err("no such folder");
    /// assert!(error.to_string().starts_with("no/mnist: there is no such folder"));
    /// ```
    pub fn training(folder: &Path) -> Result<Self, Error> {
        Self::read(&folder.join("train-images-idx3-ubyte"), &folder.join("train-labels-idx1-ubyte"))
    }

    /// MNIST's 10,000 digits for testing: `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`
    /// in this folder.
    ///
    /// # Errors
    ///
    /// Those of [`Digits::read`].
    pub fn test(folder: &Path) -> Result<Self, Error> {
        Self::read(&folder.join("t10k-images-idx3-ubyte"), &folder.join("t10k-labels-idx1-ubyte"))
    }

    /// The digits whose images and labels are in these two files.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or is no regular file, or for one of the reasons of
    /// [`Digits::parse`]. Only a file as long as its header says is read further than that.
    pub fn read(images: &Path, labels: &Path) -> Result<Self, Error> {
        let (pixels, values) = (read_file(images, 3)?, read_file(labels, 1)?);
        Self::parse_files((images, pixels), (labels, values))
    }

    /// The digits in the bytes of the two files. Nothing is allocated, whatever the headers claim:
    /// the bytes are checked, then kept without their header.
    ///
    /// # Errors
    ///
    /// If the bytes are not IDX, not as long as their header says, of labels where images belong
    /// or the reverse, or for one of the reasons of [`Digits::new`]. For want of a file, the
    /// error's path is `images` or `labels`.
    ///
    /// ```
    /// use backprop::dataset::idx::Digits;
    ///
    /// // One image of 1 × 2 pixels, a 7.
    /// let images = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255];
    /// let labels = [0, 0, 8, 1, 0, 0, 0, 1, 7];
    /// let digits = Digits::parse(images.to_vec(), labels.to_vec()).expect("a digit");
    /// assert_eq!(Ok(digits), Digits::new(1, 2, vec![0, 255], vec![7]));
    /// ```
    pub fn parse(images: Vec<u8>, labels: Vec<u8>) -> Result<Self, Error> {
        Self::parse_files((Path::new("images"), images), (Path::new("labels"), labels))
    }

    fn parse_files(
        (images, mut pixels): Source,
        (labels, mut values): Source,
    ) -> Result<Self, Error> {
        check_format(images, &pixels, pixels.len() as u64, 3)?;
        check_format(labels, &values, values.len() as u64, 1)?;
        let (rows, cols) = (number(&pixels[8..12]), number(&pixels[12..16]));
        pixels.drain(..16);
        values.drain(..8);
        Self::new(rows, cols, pixels, values)
            .map_err(|error| format!("{}: {error}", labels.display()).into())
    }

    /// The digits with these pixels, image after image and row after row, and these labels.
    ///
    /// # Errors
    ///
    /// If the pixels do not make whole images of `rows × cols`, at least one; if there are not as
    /// many labels as images; if a label is above 9.
    pub fn new(rows: usize, cols: usize, pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self, Error> {
        let (size, found) = (rows.saturating_mul(cols), pixels.len());
        require(found.checked_rem(size) == Some(0) && found > 0, || {
            format!("{found} pixels, expected whole images of {rows} × {cols}, at least one")
        })?;
        let (images, count) = (found / size, labels.len());
        require(images == count, || {
            let advice = "take both files from the same set, training or test";
            format!("{count} labels for {images} images, expected equally many; {advice}")
        })?;
        match labels.iter().enumerate().find(|(_, label)| **label > 9) {
            None => Ok(Self { rows, cols, pixels, labels }),
            Some((at, found)) => Err(format!(
                "label {at} is {found}, expected 0 to 9; take the digits of MNIST, not letters"
            )
            .into()),
        }
    }

    /// How many digits there are; at least 1.
    #[allow(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// The size of every image, `(rows, columns)`: in MNIST `(28, 28)`.
    pub fn image_size(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    /// Image `i`, row after row, from 0 (paper) to 255 (ink).
    ///
    /// # Panics
    ///
    /// If there is no such digit.
    #[track_caller]
    pub fn image(&self, i: usize) -> &[u8] {
        self.check(i);
        let size = self.rows * self.cols;
        &self.pixels[i * size..(i + 1) * size]
    }

    /// The digit that image `i` shows, from 0 to 9.
    ///
    /// # Panics
    ///
    /// If there is no such digit.
    #[track_caller]
    pub fn label(&self, i: usize) -> u8 {
        self.check(i);
        self.labels[i]
    }

    #[track_caller]
    fn check(&self, i: usize) {
        assert!(i < self.len(), "digit {i} asked for, but there are {}", self.len());
    }

    /// The inputs and the targets of these digits, in this order: pixels divided by 255, and rows
    /// that are 1 at the label and 0 elsewhere.
    ///
    /// Shapes: `N` digits give `N × 784` (`rows · cols`) and `N × 10`.
    ///
    /// # Panics
    ///
    /// If there is no such digit.
    #[track_caller]
    #[doc(alias = "one-hot")]
    pub fn batch(&self, digits: &[usize]) -> (Matrix, Matrix) {
        let size = self.rows * self.cols;
        let mut inputs = Vec::with_capacity(digits.len() * size);
        for &i in digits {
            inputs.extend(self.image(i).iter().map(|&pixel| f64::from(pixel) / 255.0));
        }
        let inputs = Matrix::from_vec(digits.len(), size, inputs);
        let targets = Matrix::from_fn(digits.len(), 10, |row, digit| {
            f64::from(digit == usize::from(self.label(digits[row])))
        });
        (inputs, targets)
    }
}

/// The bytes of a regular file; a pipe might never begin, a device never end.
fn read_file(path: &Path, sizes: u8) -> Result<Vec<u8>, Error> {
    let failed = |error| unreadable(path, &error);
    let found = fs::metadata(path).map_err(failed)?;
    if found.is_dir() {
        return Err(failed(ErrorKind::IsADirectory.into()));
    }
    require(found.is_file(), || {
        format!("{}: a device or a pipe, expected a file; give the file of MNIST", path.display())
    })?;
    let mut file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.by_ref().take(64).read_to_end(&mut bytes).map_err(failed)?;
    check_format(path, &bytes, found.len(), sizes)?;
    file.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Checks that a file of this length, which starts with these bytes, is an IDX file with `sizes`
/// sizes: 3 for images, 1 for labels.
fn check_format(path: &Path, start: &[u8], length: u64, sizes: u8) -> Result<(), Error> {
    if let Some(error) = foreign_format(path, start) {
        return Err(error);
    }
    let again = format!("download it again from {MNIST}");
    let (what, advice) = match *start {
        [0, 0, 8, n, ..] if n != sizes && (n == 1 || n == 3) => {
            let name = |sizes| if sizes == 3 { "images" } else { "labels" };
            (
                format!("holds {}, expected {}", name(n), name(sizes)),
                "exchange the two files".to_string(),
            )
        }
        [a, b, c, d, ..] if [a, b, c, d] != [0, 0, 8, sizes] => {
            let found = u32::from_be_bytes([a, b, c, d]);
            (
                format!("starts with {found:#010x}, expected {:#010x}", 0x0800 + u32::from(sizes)),
                again,
            )
        }
        _ => match wrong_length(start, length, sizes) {
            None => return Ok(()),
            Some(what) => (what, again),
        },
    };
    Err(refused(path, &what, &advice))
}

/// What these bytes are instead, if it is known.
fn foreign_format(path: &Path, bytes: &[u8]) -> Option<Error> {
    let again = format!("download it again from {MNIST}");
    let (what, advice) = match *bytes {
        [0x1f, 0x8b, ..] => return Some(compressed(path)),
        [b'P', b'K', 3, 4, ..] => {
            ("still compressed with zip (50 4b 03 04)", format!("run `unzip '{}'`", path.display()))
        }
        _ if bytes.trim_ascii_start().starts_with(b"<") => {
            ("starts with `<`: a web page where data is expected", again)
        }
        _ if looks_like_csv(bytes) => (
            "CSV, text with commas, which is not read here",
            format!("{again}, or give pixels and labels to `Digits::new`"),
        ),
        [0, 0, 0x0c, 2, ..] => (
            "starts with 0x00000c02: labels of another type, as QMNIST has them",
            "take labels of one byte each, such as MNIST's".to_string(),
        ),
        _ => return None,
    };
    Some(refused(path, what, &advice))
}

/// Whether the beginning is text, with a comma in it.
fn looks_like_csv(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(64)];
    let text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    start.contains(&b',') && start.iter().all(text)
}

/// What is wrong with the length, by numbers that no header overflows.
fn wrong_length(start: &[u8], found: u64, sizes: u8) -> Option<String> {
    let header = 4 + 4 * usize::from(sizes);
    let data = |sizes: &[u8]| sizes.chunks_exact(4).map(|size| number(size) as u128).product();
    let data: u128 = start.get(4..header).map_or(0, data);
    let expected = header as u128 + data;
    match expected.cmp(&u128::from(found)) {
        Ordering::Greater => Some(format!("cut short: {found} bytes, expected {expected}")),
        Ordering::Less => Some(format!("too long: {found} bytes, expected {expected}")),
        Ordering::Equal if data == 0 => {
            Some("a size in the header is 0, expected at least 1".to_string())
        }
        Ordering::Equal => None,
    }
}

/// Why a file cannot be read, after a look at its neighbours.
fn unreadable(path: &Path, error: &io::Error) -> Error {
    if path.is_dir() {
        let advice = "the file may lie inside it: put that in the place of the folder";
        return refused(path, "a folder, expected a file", advice);
    }
    if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
        return refused(path, &format!("cannot be read: {error}"), "give a file that you may read");
    }
    let folder = path.parent().unwrap_or(path);
    if !Path::new(".").join(folder).is_dir() {
        return refused(
            folder,
            "there is no such folder",
            "give the folder that holds the four files of MNIST",
        );
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let dotted = path.with_file_name(name.replace("-idx", ".idx"));
    if dotted.is_file() {
        let found = dotted.display();
        let advice = format!("run `mv '{found}' '{}'`", path.display());
        return refused(path, &format!("no such file, but there is {found}"), &advice);
    }
    let zipped = [path, &dotted].map(|path| PathBuf::from(format!("{}.gz", path.display())));
    let zipped = zipped.iter().find(|zipped| zipped.is_file()).map(|zipped| compressed(zipped));
    let download = format!("download it from {MNIST} and run `gunzip`");
    zipped.unwrap_or_else(|| refused(path, "there is no such file", &download))
}

fn compressed(path: &Path) -> Error {
    let name = path.display();
    let advice = if path.extension().is_some_and(|extension| extension == "gz") {
        format!("run `gunzip '{name}'`")
    } else {
        format!("run `mv '{name}' '{name}.gz'` and `gunzip '{name}.gz'`")
    };
    refused(path, "still compressed with gzip (1f 8b)", &advice)
}

fn refused(path: &Path, what: &str, advice: &str) -> Error {
    format!("{}: {what}; {advice}", path.display()).into()
}

/// The number with these digits to the base 256, the most significant first.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, &byte| 256 * number + usize::from(byte))
}
