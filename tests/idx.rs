//! The reader of MNIST's files takes what is right, as it is, and refuses what is wrong, in words.

use crate::common;

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use backprop::Matrix;
use backprop::dataset::idx::Digits;
use proptest::prelude::*;

const IMAGES: &str = "train-images-idx3-ubyte";
const LABELS: &str = "train-labels-idx1-ubyte";
const AGAIN: &str = "download it again from https://storage.googleapis.com/cvdf-datasets/mnist/";

/// An IDX file: the magic number, the sizes, the data.
fn idx(sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let magic = 0x0800 + u32::try_from(sizes.len()).expect("1 or 3");
    let header = std::iter::once(&magic).chain(sizes).flat_map(|n| n.to_be_bytes());
    header.chain(data.iter().copied()).collect()
}

/// Two images of 2 × 3 pixels.
fn images() -> Vec<u8> {
    idx(&[2, 2, 3], &[0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6])
}

fn labels() -> Vec<u8> {
    idx(&[2], &[9, 0])
}

/// A new folder with these files.
fn folder(name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("idx").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for (file, bytes) in files {
        fs::write(folder.join(file), bytes).expect("a file");
    }
    folder
}

/// Asserts what is said of a folder with these files; `DIR` stands for the folder.
#[track_caller]
fn assert_said_of_files(name: &str, files: &[(&str, &[u8])], expected: &str) {
    let folder = folder(name, files);
    let said = Digits::training(&folder).expect_err(expected).to_string();
    assert_eq!(said, expected.replace("DIR", &folder.display().to_string()));
}

/// Asserts what is said of these bytes; `AGAIN` stands for the advice to download again.
#[track_caller]
fn assert_said_of_bytes(images: &[u8], labels: &[u8], expected: &str) {
    let said = Digits::parse(images.to_vec(), labels.to_vec()).expect_err(expected).to_string();
    assert_eq!(said, expected.replace("AGAIN", AGAIN));
}

#[test]
fn what_is_written_is_read() {
    let files = [images(), labels()];
    let train = folder("read", &[(IMAGES, &files[0]), (LABELS, &files[1])]);
    let digits = Digits::training(&train).expect("two digits");
    assert_eq!((digits.len(), digits.image_size()), (2, (2, 3)));
    assert_eq!((digits.image(0), digits.label(0)), (&[0, 51, 102, 153, 204, 255][..], 9));
    assert_eq!((digits.image(1), digits.label(1)), (&[1, 2, 3, 4, 5, 6][..], 0));
    let test = [("t10k-images-idx3-ubyte", &files[0][..]), ("t10k-labels-idx1-ubyte", &files[1])];
    assert_eq!(Digits::test(&folder("read_test", &test)), Ok(digits));
}

#[test]
fn a_batch_is_pixels_over_255_and_one_hot_rows_in_the_order_asked_for() {
    let digits = Digits::new(1, 256, (0..=255).chain((0..=255).rev()).collect(), vec![3, 9])
        .expect("two digits");
    let (x, targets) = digits.batch(&[1, 0, 1]);
    assert_eq!((x[(1, 0)], x[(1, 51)], x[(1, 255)], x[(0, 0)]), (0.0, 0.2, 1.0, 1.0));
    let shades = Matrix::from_fn(1, 256, |_, pixel| pixel as f64 / 255.0);
    assert_eq!(x.select_rows(&[1]), shades);
    assert_eq!(x.row(0), x.row(2));
    let one_hot = |label| Matrix::from_fn(1, 10, |_, j| if j == label { 1.0 } else { 0.0 });
    assert_eq!(targets.select_rows(&[0]), one_hot(9));
    assert_eq!(targets.select_rows(&[1]), one_hot(3));
    assert_eq!(targets.select_rows(&[2]), one_hot(9));
    assert_eq!((digits.batch(&[]).0.shape(), digits.batch(&[]).1.shape()), ((0, 256), (0, 10)));
}

#[test]
fn a_digit_that_is_not_there_panics_with_both_numbers() {
    let digits = Digits::new(1, 1, vec![0], vec![0]).expect("a digit");
    let image: fn(&Digits, usize) = |digits, i| _ = digits.image(i);
    let label: fn(&Digits, usize) = |digits, i| _ = digits.label(i);
    let batch: fn(&Digits, usize) = |digits, i| _ = digits.batch(&[0, i]);
    for (i, ask) in [(1, image), (1, label), (1, batch), (usize::MAX, image)] {
        let panic = catch_unwind(|| ask(&digits, i)).expect_err("one digit");
        let said = panic.downcast_ref::<String>().expect("a message");
        assert_eq!(*said, format!("digit {i} asked for, but there are 1"));
    }
}

#[test]
fn a_missing_folder_or_file_is_named() {
    let nowhere = folder("folder", &[]).join("none");
    let error = Digits::training(&nowhere).expect_err("no folder");
    let advice = "there is no such folder; give the folder that holds the four files of MNIST";
    assert_eq!(error.to_string(), format!("{}: {advice}", nowhere.display()));
    let download = "there is no such file; download it from \
        https://storage.googleapis.com/cvdf-datasets/mnist/ and run `gunzip`";
    assert_said_of_files("no_images", &[], &format!("DIR/{IMAGES}: {download}"));
    let only_images = [(IMAGES, &images()[..])];
    assert_said_of_files("no_labels", &only_images, &format!("DIR/{LABELS}: {download}"));
}

#[test]
fn a_file_where_the_folder_belongs_is_no_folder() {
    let file = folder("file_for_folder", &[(IMAGES, &images())]).join(IMAGES);
    let error = Digits::training(&file).expect_err("no folder");
    let said = format!("{}: there is no such folder; ", file.display());
    assert!(error.to_string().starts_with(&said), "{error}");
}

#[test]
fn a_missing_file_beside_the_program_is_no_missing_folder() {
    let error = Digits::training(Path::new("")).expect_err("not here");
    assert!(
        error.to_string().starts_with(&format!("{IMAGES}: there is no such file; ")),
        "{error}"
    );
}

/// Some archives unpack to a folder for each file, of the same name.
#[test]
fn a_folder_in_the_place_of_a_file_may_hold_it() {
    let folder = folder("unreadable", &[]);
    for name in [IMAGES, LABELS] {
        fs::create_dir(folder.join(name)).expect("a folder");
        let said = Digits::training(&folder).expect_err("a folder").to_string();
        let advice = "the file may lie inside it: put that in the place of the folder";
        let path = folder.join(name);
        assert_eq!(said, format!("{}: a folder, expected a file; {advice}", path.display()));
        fs::remove_dir(&path).expect("no folder");
        fs::write(&path, images()).expect("a file");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_named() {
    use std::os::unix::fs::symlink;
    let folder = folder("loop", &[]);
    symlink(IMAGES, folder.join(IMAGES)).expect("a link to itself");
    let error = Digits::training(&folder).expect_err("a loop");
    let (said, path) = (error.to_string(), folder.join(IMAGES));
    assert!(said.starts_with(&format!("{}: cannot be read: ", path.display())), "{said}");
    assert!(said.ends_with("; give a file that you may read"), "{said}");
}

/// Catches a pipe that is opened, which waits for ever, and a file without an end that fills the memory.
#[test]
fn what_is_no_regular_file_is_refused_unopened() {
    let folder = folder("irregular", &[(LABELS, &labels())]);
    let pipe = folder.join("pipe");
    let _ = std::process::Command::new("mkfifo").arg(&pipe).status(); // where there is such a thing
    let device = Path::new("/dev/zero");
    // The pipe comes last: opened by mistake, it would wait for ever.
    for path in [device, &pipe] {
        if path.exists() {
            let error = Digits::read(path, &folder.join(LABELS)).expect_err("no file");
            let advice = "expected a file; give the file of MNIST";
            let said = format!("{}: a device or a pipe, {advice}", path.display());
            assert_eq!(error.to_string(), said);
        }
    }
}

/// Catches a file that is read before its length is looked at: this one, a terabyte, takes no room on disk.
#[cfg(unix)]
#[test]
fn a_file_longer_than_its_header_says_is_refused_unread() {
    let folder = folder("terabyte", &[(IMAGES, &images()), (LABELS, &labels())]);
    let file = fs::OpenOptions::new().write(true).open(folder.join(IMAGES)).expect("a file");
    if file.set_len(1 << 40).is_err() {
        println!("SKIPPED: a file of a terabyte, because this file system has none");
        return;
    }
    let error = Digits::training(&folder).expect_err("too long").to_string();
    let said = format!("{IMAGES}: too long: 1099511627776 bytes, expected 28; {AGAIN}");
    assert!(error.ends_with(&said), "{error}");
    fs::remove_file(folder.join(IMAGES)).expect("removed");
}

#[test]
fn a_dot_for_the_dash_is_seen() {
    assert_said_of_files(
        "dotted",
        &[("train-images.idx3-ubyte", &images()), (LABELS, &labels())],
        "DIR/train-images-idx3-ubyte: no such file, but there is DIR/train-images.idx3-ubyte; \
         run `mv 'DIR/train-images.idx3-ubyte' 'DIR/train-images-idx3-ubyte'`",
    );
}

#[test]
fn gzip_is_seen_in_the_name_and_in_the_bytes() {
    let gz = &[0x1f, 0x8b, 8, 0][..];
    for name in ["train-images-idx3-ubyte.gz", "train-images.idx3-ubyte.gz"] {
        let said =
            format!("DIR/{name}: still compressed with gzip (1f 8b); run `gunzip 'DIR/{name}'`");
        assert_said_of_files("gz_name", &[(name, gz), (LABELS, &labels())], &said);
    }
    assert_said_of_files(
        "gz_bytes",
        &[(IMAGES, gz), (LABELS, &labels())],
        "DIR/train-images-idx3-ubyte: still compressed with gzip (1f 8b); run \
         `mv 'DIR/train-images-idx3-ubyte' 'DIR/train-images-idx3-ubyte.gz'` and \
         `gunzip 'DIR/train-images-idx3-ubyte.gz'`",
    );
}

#[test]
fn a_web_page_is_seen() {
    for page in ["<!DOCTYPE html>", "\r\n <html>", "<?xml version='1.0'?><Error/>"] {
        assert_said_of_bytes(
            &images(),
            page.as_bytes(),
            "labels: starts with `<`: a web page where data is expected; AGAIN",
        );
    }
}

#[test]
fn swapped_files_are_seen() {
    let (images, labels) = (images(), labels());
    let exchange = "exchange the two files";
    assert_said_of_bytes(
        &labels,
        &images,
        &format!("images: holds labels, expected images; {exchange}"),
    );
    assert_said_of_bytes(
        &images,
        &images,
        &format!("labels: holds images, expected labels; {exchange}"),
    );
}

#[test]
fn another_magic_number_is_shown() {
    let mut floats = images();
    floats[2] = 0x0d;
    let said = "images: starts with 0x00000d03, expected 0x00000803; AGAIN";
    assert_said_of_bytes(&floats, &labels(), said);
}

#[test]
fn zip_is_seen() {
    let said = "labels: still compressed with zip (50 4b 03 04); run `unzip 'labels'`";
    assert_said_of_bytes(&images(), b"PK\x03\x04rest", said);
}

#[test]
fn csv_is_seen() {
    let said = "images: CSV, text with commas, which is not read here; AGAIN, or give pixels and \
        labels to `Digits::new`";
    for text in ["5,0,0,0,255\r\n", "label,1x1,1x2\n5,0,0\n", "5, 0"] {
        assert_said_of_bytes(text.as_bytes(), &labels(), said);
    }
}

#[test]
fn labels_of_another_type_are_seen() {
    let said = "labels: starts with 0x00000c02: labels of another type, as QMNIST has them; take \
        labels of one byte each, such as MNIST's";
    let qmnist = [&[0, 0, 0x0c, 2, 0, 0, 0, 2, 0, 0, 0, 8][..], &[0; 64]].concat();
    assert_said_of_bytes(&images(), &qmnist, said);
}

#[test]
fn a_file_that_is_cut_short_or_too_long_is_measured() {
    let (images, labels) = (images(), labels());
    let said = "images: cut short: 27 bytes, expected 28; AGAIN";
    assert_said_of_bytes(&images[..27], &labels, said);
    for length in [0, 3, 4, 15] {
        let said = format!("images: cut short: {length} bytes, expected 16; AGAIN");
        assert_said_of_bytes(&images[..length], &labels, &said);
    }
    let said = "labels: cut short: 9 bytes, expected 10; AGAIN";
    assert_said_of_bytes(&images, &labels[..9], said);
    let said = "labels: too long: 11 bytes, expected 10; AGAIN";
    assert_said_of_bytes(&images, &[&labels[..], &[7]].concat(), said);
}

#[test]
fn a_header_can_claim_all_that_it_can_say_and_nothing_overflows() {
    let claim = idx(&[u32::MAX; 3], &[]);
    let said = "images: cut short: 16 bytes, expected 79228162458924105385300197391; AGAIN";
    assert_said_of_bytes(&claim, &labels(), said);
}

#[test]
fn a_size_of_0_is_refused() {
    let said = "images: a size in the header is 0, expected at least 1; AGAIN";
    for sizes in [[0, 28, 28], [2, 0, 28], [u32::MAX, u32::MAX, 0]] {
        assert_said_of_bytes(&idx(&sizes, &[]), &labels(), said);
    }
    let said = "labels: a size in the header is 0, expected at least 1; AGAIN";
    assert_said_of_bytes(&images(), &idx(&[0], &[]), said);
}

#[test]
fn counts_that_differ_are_both_named() {
    assert_said_of_bytes(
        &images(),
        &idx(&[3], &[1, 2, 3]),
        "labels: 3 labels for 2 images, expected equally many; \
         take both files from the same set, training or test",
    );
}

#[test]
fn a_label_that_is_no_digit_is_found() {
    let said = "labels: label 1 is 10, expected 0 to 9; take the digits of MNIST, not letters";
    assert_said_of_bytes(&images(), &idx(&[2], &[9, 10]), said);
}

#[test]
fn pixels_in_memory_must_make_whole_images() {
    // The last size would wrap around to 2.
    for (rows, cols, found) in
        [(2, 3, 7), (2, 3, 0), (0, 3, 6), (0, 0, 0), (usize::MAX / 2 + 2, 2, 6)]
    {
        let error = Digits::new(rows, cols, vec![0; found], vec![0]).expect_err("no whole image");
        let whole = format!("expected whole images of {rows} × {cols}, at least one");
        assert_eq!(error.to_string(), format!("{found} pixels, {whole}"));
    }
    let counts = Digits::new(2, 3, vec![0; 12], vec![0]);
    let said = counts.expect_err("a label is missing").to_string();
    assert!(said.starts_with("1 labels for 2 images, expected equally many"), "{said}");
}

/// Small sets of digits: rows, columns, pixels, labels.
fn parts() -> impl Strategy<Value = (u32, u32, Vec<u8>, Vec<u8>)> {
    (1u32..5, 1u32..5, 1usize..6).prop_flat_map(|(rows, cols, count)| {
        let pixels = prop::collection::vec(any::<u8>(), count * (rows * cols) as usize);
        (Just(rows), Just(cols), pixels, prop::collection::vec(0u8..10, count))
    })
}

/// The two files of such a set.
fn files() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    parts().prop_map(|(rows, cols, pixels, labels)| {
        let count = u32::try_from(labels.len()).expect("a few");
        (idx(&[count, rows, cols], &pixels), idx(&[count], &labels))
    })
}

/// Bytes that often begin like IDX, so that the sizes are reached.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let magic = prop_oneof![Just(vec![]), Just(vec![0, 0, 8, 1]), Just(vec![0, 0, 8, 3])];
    let byte = prop_oneof![Just(0), 0u8..4, any::<u8>()];
    (magic, prop::collection::vec(byte, 0..40)).prop_map(|(magic, rest)| [magic, rest].concat())
}

/// Asserts that what is read holds the bytes of the files and nothing else; a refusal is fine.
fn assert_no_more_than_the_files(images: &[u8], labels: &[u8]) {
    if let Ok(digits) = Digits::parse(images.to_vec(), labels.to_vec()) {
        let all: Vec<usize> = (0..digits.len()).collect();
        let pixels: Vec<u8> = all.iter().flat_map(|&i| digits.image(i)).copied().collect();
        let values: Vec<u8> = all.iter().map(|&i| digits.label(i)).collect();
        assert_eq!((&pixels[..], &values[..]), (&images[16..], &labels[8..]));
        let (rows, cols) = digits.image_size();
        assert_eq!(digits.batch(&all).0.shape(), (digits.len(), rows * cols));
    }
}

proptest! {
    #![proptest_config(common::config(common::HOSTILE))]

    #[test]
    fn every_set_of_digits_comes_back((rows, cols, pixels, labels) in parts()) {
        let count = u32::try_from(labels.len()).expect("a few");
        let (images, values) = (idx(&[count, rows, cols], &pixels), idx(&[count], &labels));
        let written = Digits::new(rows as usize, cols as usize, pixels, labels);
        prop_assert_eq!(Digits::parse(images, values).ok(), written.ok());
    }

    #[test]
    fn any_bytes_are_read_or_refused(images in bytes(), labels in bytes()) {
        assert_no_more_than_the_files(&images, &labels);
    }

    #[test]
    fn every_truncation_is_refused((images, labels) in files(), cut: prop::sample::Index) {
        let (of_images, of_labels) = (cut.index(images.len()), cut.index(labels.len()));
        for (images, labels) in [(&images[..of_images], &labels[..]), (&images, &labels[..of_labels])] {
            let error = Digits::parse(images.to_vec(), labels.to_vec()).expect_err("cut short");
            prop_assert!(error.to_string().contains(": cut short: "), "{}", error);
        }
    }

    #[test]
    fn a_flipped_bit_is_read_or_refused((images, labels) in files(), at: prop::sample::Index, bit in 0..8) {
        let mut both = [&images[..], &labels].concat();
        both[at.index(images.len() + labels.len())] ^= 1u8 << bit;
        let (flipped, rest) = both.split_at(images.len());
        assert_no_more_than_the_files(flipped, rest);
    }

    /// One size that changes changes the product, which the length of the file then contradicts.
    #[test]
    fn a_flipped_bit_in_a_header_is_refused((images, labels) in files(), at in 0usize..16, bit in 0..8) {
        let mut flipped = images.clone();
        flipped[at] ^= 1u8 << bit;
        prop_assert!(Digits::parse(flipped, labels).is_err());
    }
}
