//! The files can be taken elsewhere: as a folder, or a few alone, they compile with plain `rustc`,
//! editions 2021 and 2024, without a warning, and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A new folder with these files and folders of `src/`, and this `main.rs`.
fn take(name: &str, files: &[(&str, &str)], main: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("copying").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for (from, to) in files {
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(from), &folder.join(to));
    }
    fs::write(folder.join("main.rs"), main).expect("a file");
    folder
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder") {
            let path = entry.expect("an entry").path();
            copy(&path, &to.join(path.file_name().expect("a name")));
        }
    } else {
        fs::copy(from, to).expect("a file");
    }
}

/// Compiles and runs it; returns what it prints.
#[track_caller]
fn run(folder: &Path, edition: &str) -> String {
    let program = folder.join(format!("program-{edition}"));
    let mut rustc = Command::new(std::env::var("RUSTC").unwrap_or("rustc".into()));
    rustc
        .current_dir(folder)
        .args(["--edition", edition, "-D", "warnings", "-o"])
        .arg(&program)
        .arg("main.rs");
    let compiled = rustc.output().expect("rustc");
    assert!(
        compiled.status.success(),
        "edition {edition}:\n{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    let output = Command::new(&program).output().expect("the program");
    assert!(
        output.status.success(),
        "edition {edition}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_folder_is_a_module_of_another_crate() {
    let main = r#"
        #[allow(dead_code, unused_imports)]
        #[path = "backprop/lib.rs"]
        mod backprop;
        use backprop::{Activation, Dataset, GradientDescent, Initialization, Loss, Network, Rng};
        fn main() {
            let layers = [(4, Activation::Tanh), (1, Activation::Sigmoid)];
            let loss = Loss::BinaryCrossEntropy;
            let mut network = Network::new(2, &layers, loss, Initialization::default(), &mut Rng::new(1)).unwrap();
            let xor = Dataset::xor();
            for _ in 0..250 {
                network.train_on_batch(xor.inputs(), xor.targets(), &GradientDescent { learning_rate: 1.0 }).unwrap();
            }
            println!("{:.0}", network.predict(xor.inputs()).transpose());
        }"#;
    let folder = take("all", &[("src", "backprop")], main);
    for edition in ["2021", "2024"] {
        assert_eq!(run(&folder, edition), "[ 0  1  1  0 ]\n", "edition {edition}");
    }
}

/// Prints a product that is large enough to be fast, as bits.
const PRODUCT: &str = r#"
    #[allow(dead_code)]
    mod matrix;
    fn main() {
        let a = matrix::Matrix::from_fn(37, 41, |i, j| 1.0 / (1 + i + 2 * j) as f64);
        let bits = |x: &f64| format!("{:x} ", x.to_bits());
        println!("{}", a.matmul_transposed(&a).as_slice().iter().map(bits).collect::<String>());
    }"#;

/// Catches a matrix that needs its neighbour, and a neighbour that changes a bit.
#[test]
fn the_matrix_stands_alone_and_gives_the_same_bits_without_the_fast_product() {
    let with =
        take("product", &[("src/matrix.rs", "matrix.rs"), ("src/matrix", "matrix")], PRODUCT);
    let alone = take("matrix", &[("src/matrix.rs", "matrix.rs")], PRODUCT);
    let text = fs::read_to_string(alone.join("matrix.rs")).expect("a file");
    let mut left = text.replace("mod product;\n", "");
    while let Some((before, call)) = left.split_once("        if let Some(c) = product::") {
        let after = call.split_once("        }\n").expect("the end of the if").1;
        left = format!("{before}{after}");
    }
    assert!(
        !left.contains("product::"),
        "matrix.rs names its product once more than the test knows"
    );
    fs::write(alone.join("matrix.rs"), left).expect("a file");
    for edition in ["2021", "2024"] {
        assert_eq!(run(&alone, edition), run(&with, edition), "edition {edition}");
    }
}

#[test]
fn the_activations_need_the_matrix_and_nothing_else() {
    let main = r"
        #[allow(dead_code)]
        mod matrix;
        #[allow(dead_code)]
        mod activation;
        fn main() {
            let z = matrix::Matrix::row_vector(&[-1.0, 0.0, 2.0]);
            println!(`{:.0}`, activation::Activation::Relu.apply(&z));
        }";
    let files = [
        ("src/matrix.rs", "matrix.rs"),
        ("src/matrix", "matrix"),
        ("src/activation.rs", "activation.rs"),
    ];
    let folder = take("activation", &files, &main.replace('`', "\""));
    for edition in ["2021", "2024"] {
        assert_eq!(run(&folder, edition), "[ 0  0  2 ]\n", "edition {edition}");
    }
}
