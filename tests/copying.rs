//! The files can be taken elsewhere: as a folder, or a few alone, they compile with plain `rustc`,
//! editions 2021 and 2024, without a warning, and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A new folder with these files and folders of `src/`, and this `main.rs`.
fn take(name: &str, files: &[&str], main: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("copying").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for file in files {
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file), &folder.join(file));
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

/// Compiles and runs it; returns what it prints, the same with each edition.
#[track_caller]
fn run(folder: &Path) -> String {
    let text = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let succeeds = |mut command: Command, edition: &str| {
        let output = command.output().expect("a program");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "edition {edition}:\n{errors}");
        output
    };
    let [old, new] = ["2021", "2024"].map(|edition| {
        let program = folder.join(format!("program-{edition}"));
        let mut rustc = Command::new(std::env::var("RUSTC").unwrap_or("rustc".into()));
        rustc.current_dir(folder).args(["--edition", edition, "-D", "warnings", "-o"]);
        rustc.arg(&program).arg("main.rs");
        succeeds(rustc, edition);
        text(&succeeds(Command::new(&program), edition))
    });
    assert_eq!(old, new, "edition 2021 and edition 2024");
    new
}

#[test]
fn the_folder_is_a_module_of_another_crate() {
    let main = r#"
        #[allow(dead_code, unused_imports)]
        #[path = "lib.rs"]
        mod backprop;
        use backprop::{Activation, Dataset, GradientDescent, Initialization, Loss, Network, Rng};
        fn main() {
            let layers = [(4, Activation::Tanh), (1, Activation::Sigmoid)];
            let (loss, start) = (Loss::BinaryCrossEntropy, Initialization::default());
            let mut network = Network::new(2, &layers, loss, start, &mut Rng::new(1)).unwrap();
            let (xor, descent) = (Dataset::xor(), GradientDescent { learning_rate: 1.0 });
            for _ in 0..250 {
                network.train_on_batch(xor.inputs(), xor.targets(), &descent).unwrap();
            }
            println!("{:.0}", network.predict(xor.inputs()).transpose());
        }"#;
    assert_eq!(run(&take("all", &["."], main)), "[ 0  1  1  0 ]\n");
}

/// A product that is large enough to be fast, as bits, and a ReLU.
const PRODUCT: &str = r#"
    #[allow(dead_code)]
    mod matrix;
    #[allow(dead_code)]
    mod activation;
    fn main() {
        let a = matrix::Matrix::from_fn(37, 41, |i, j| 1.0 / (1 + i + 2 * j) as f64);
        let bits = |x: &f64| format!("{:x} ", x.to_bits());
        let relu = activation::Activation::Relu.apply(&a.matmul_transposed(&a));
        println!("{}", relu.as_slice().iter().map(bits).collect::<String>());
    }"#;

/// Catches a matrix that needs its neighbour, a neighbour that changes a bit, and an activation that
/// needs more than the matrix.
#[test]
fn the_matrix_gives_the_same_bits_without_the_fast_product() {
    let with = take("product", &["matrix.rs", "matrix", "activation.rs"], PRODUCT);
    let alone = take("matrix", &["matrix.rs", "activation.rs"], PRODUCT);
    let mut left = fs::read_to_string(alone.join("matrix.rs")).expect("a file");
    left = left.replace("mod product;\n", "");
    while let Some((before, call)) = left.split_once("        if let Some(c) = product::") {
        left = before.to_string() + call.split_once("        }\n").expect("the end of the if").1;
    }
    fs::write(alone.join("matrix.rs"), left).expect("a file");
    assert_eq!(run(&alone), run(&with));
}
