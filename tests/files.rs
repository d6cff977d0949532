//! The examples as programs: their flags, the files that a user names, the pages and pictures they
//! write.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, symlink};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common;
use crate::example::support::chart::{self, Axis, Chart};
use crate::example::{Ran, command, folder, names, run, source};
use proptest::prelude::*;

/// Catches a flag that is ignored, a limit that is not held, a first value that wins over the last.
#[test]
fn a_flag_is_used_or_refused_in_one_line() {
    let place = folder("flags");
    for (code, line, words) in [
        (0, "xor --iterations 1 --hidden=3", "a 2-3-1 network"),
        (0, "xor --iterations 1 --seed 5 --seed=6", "seed 6"),
        (2, "xor --sed 5", "--sed is not a flag of this example; it has --hidden"),
        (2, "xor --seed", "--seed needs a value"),
        (2, "xor --hidden 0", "--hidden is \"0\", but must be a whole number from 1 to 1000"),
        (2, "xor --hidden 3 --pictures here", "--hidden 2"),
        (2, "xor --learning-rate inf", "greater than 0"),
        (2, "xor --learning-rate 0", "greater than 0"),
        (2, "xor --activation gelu", "identity, relu, sigmoid, tanh or softmax"),
        (2, "xor data.csv", "\"data.csv\" is not a flag"),
        (2, "xor_starts --show all", "must be valley, zeros"),
        (2, "weight_decay --sigma 0", "0.001 to 100"),
        (2, "weight_decay --tau -1", "--tau is \"-1\""),
        (2, "weight_decay --h 1;1\t2", "rows of as many numbers"),
        (2, "mnist . more", "\"more\" is one argument too many"),
        (2, "mnist --hidden 8 --load net.txt", "--hidden makes a new network"),
        (2, "mnist --batch 0", "1 to 60000"),
        (2, "mnist --hidden 4001", "1 to 4000"),
        (2, "mnist nowhere\n", "nowhere /train-images-idx3-ubyte: No such file"),
        (2, "own_data --target cost", "no column \"cost\""),
    ] {
        let ran = run(&place, line);
        let said = if code == 0 { &ran.printed } else { &ran.said };
        assert!(ran.code == code && said.contains(words), "{line}: {ran:?}");
        let alone = ran.printed.is_empty() && ran.said.lines().count() == 1;
        assert!(code == 0 || alone, "{line}: {ran:?}");
    }
}

/// Catches a flag that is in the help and does nothing, or the reverse, and lines that a terminal breaks.
#[test]
fn the_help_of_each_example_has_its_flags_in_at_most_80_columns() {
    for name in names() {
        let help = run(&folder("help"), &format!("{name} --help")).printed();
        let wide = help.lines().find(|line| line.chars().count() > 80);
        assert_eq!(wide, None, "{name} --help");
        let flags = |text: &str, before: &str| {
            let all = text.split(before).skip(1).filter_map(|rest| rest.split([' ', '"']).next());
            all.map(str::to_string).collect::<BTreeSet<_>>()
        };
        let (said, read) = (flags(&help, "\n  --"), flags(&source(&name), "\"--"));
        assert_eq!(said, read, "{name}: flags in its help, and in its source");
    }
}

/// Catches an example that panics or complains where it is piped into `head`.
#[test]
fn an_example_whose_reader_has_gone_ends_in_silence() {
    for name in names() {
        let mut command = command(&folder("head"), &name);
        let (reader, writer) = UnixStream::pair().expect("a socket");
        drop(reader);
        let ran = command.stdout(OwnedFd::from(writer)).output().expect("a program");
        assert!(ran.status.success() && ran.stderr.is_empty(), "{name}: {ran:?}");
        let full = command.stdout(File::create("/dev/full").expect("a device")).output();
        let code = full.expect("a program").status.code();
        assert_eq!(code, Some(1), "{name}, where nothing can be printed");
    }
}

/// The files in a folder and below: an unfinished one that is left would be among them.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// Catches a place that is looked at after training only, a device or a pipe that is written or
/// replaced, and a device that is read: it may never end.
#[test]
fn a_place_that_is_no_file_is_refused_before_training_and_left_as_it_is() {
    let place = folder("places");
    fs::create_dir(place.join("folder")).expect("a folder");
    symlink("nowhere", place.join("loose")).expect("a link");
    symlink("/dev/full", place.join("full")).expect("a link");
    symlink("/dev/null", place.join("train-images-idx3-ubyte")).expect("a link");
    assert!(Command::new("mkfifo").arg(place.join("pipe")).status().expect("mkfifo").success());
    let long = "x".repeat(300);
    for file in ["folder", "new/", "loose", "full", "pipe", "nowhere/net.txt", &long] {
        for line in ["own_data --save", "mnist --epochs 1 --save"] {
            let ran = run(&place, &format!("{line} {file}"));
            let said = ran.said.starts_with(&format!("cannot write {file}: "));
            assert!(ran.code == 2 && said && ran.printed.is_empty(), "{line} {file}: {ran:?}");
        }
    }
    for line in ["own_data folder", "own_data full", "mnist --load full", "mnist ."] {
        let ran = run(&place, line);
        assert!(ran.code == 2 && ran.said.contains(" is not a file"), "{line}: {ran:?}");
    }
    let left = ["full", "loose", "pipe", "train-images-idx3-ubyte"].map(|name| place.join(name));
    assert_eq!(files(&place), left);
}

/// Catches a file that is written in place, or lost where training fails or the disk is full, and
/// a network that has diverged and is saved.
#[test]
fn a_file_is_replaced_at_once_or_left_as_it_was() {
    let place = folder("replaced");
    fs::create_dir(place.join("there")).expect("a folder");
    fs::write(place.join("there/net.txt"), "old").expect("a file");
    symlink("there/net.txt", place.join("net.txt")).expect("a link");
    let full = "trap '' XFSZ; ulimit -f 1; exec \"$0\" --hidden 900 --epochs 1 --save net.txt";
    let mut limited = Command::new("sh");
    limited.args(["-c", full]).arg(command(&place, "own_data").get_program());
    let mnist = "mnist --hidden 8 --weight-decay 0 --learning-rate 1e5 --save net.txt";
    for (mut command, words) in [
        (command(&place, "own_data --learning-rate 1e200 --save net.txt"), "smaller η"),
        (command(&place, &format!("{mnist} --epochs 1 --batch 6000")), "the network has diverged"),
        (command(&place, &format!("{mnist} --batch 3000")), "epoch 1, step 2: the network has"),
        (limited, "cannot write"),
        (command(&place, "own_data --save net.txt"), ""),
    ] {
        let inode = || fs::metadata(place.join("net.txt")).expect("a file").ino();
        let (before, failed) = (inode(), !words.is_empty());
        let ran = Ran::from(command.current_dir(&place).output().expect("a program"));
        assert!(ran.code == i32::from(failed) && ran.said.contains(words), "{ran:?}");
        let text = fs::read_to_string(place.join("net.txt")).expect("a file");
        assert_eq!((text == "old", inode() == before), (failed, failed), "{words:?}: {text}");
        assert_eq!(files(&place), ["net.txt", "there/net.txt"].map(|name| place.join(name)));
        assert!(place.join("net.txt").is_symlink(), "the link has become a file");
    }
}

/// Whether a text is XML as the examples write it: elements, attributes in quotes, text, CDATA.
fn well_formed(text: &str) -> Result<(), String> {
    let text = text.split("<![CDATA[").filter_map(|part| part.rsplit("]]>").next());
    let text = text.collect::<String>().replacen("<!DOCTYPE html>\n", "", 1);
    let (mut open, mut rest) = (Vec::new(), &*text);
    while let Some((before, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').ok_or("a < without its >")?;
        rest = after;
        let known = |rest: &str| ["amp;", "lt;", "gt;"].iter().any(|name| rest.starts_with(name));
        let parts: Vec<&str> = tag.trim_end_matches(['/', ' ']).split('"').collect();
        let (last, attributes) = parts.split_last().expect("one part");
        let quoted = attributes.is_empty() || attributes.len() % 2 == 0 && last.is_empty();
        let mut names = attributes.iter().step_by(2);
        let named = names.all(|name| name.contains(' ') && name.ends_with('='));
        let ends = tag.strip_prefix('/').is_none_or(|name| open.pop() == Some(name));
        if !(before.split('&').skip(1).all(known) && quoted && named && ends) {
            return Err(format!("{before}<{tag}> in {open:?}"));
        }
        if !tag.starts_with('/') && !tag.ends_with('/') {
            open.push(parts[0].split([' ', '\n']).next().unwrap_or(""));
        }
    }
    let whole = open.is_empty() && rest.trim().is_empty() && text.starts_with('<');
    if whole { Ok(()) } else { Err(format!("{open:?}, and then {rest:?}")) }
}

/// Catches a page or a picture that a browser would not show, or that needs a net or this folder.
#[test]
fn what_the_examples_draw_is_well_formed_and_stands_alone() {
    let place = folder("drawn");
    for line in [
        "xor --pictures target/pictures",
        "xor_starts --show valley --seeds 2",
        "xor_starts --show rates --seeds 2",
        "weight_decay --tau 0",
        "mnist --hidden 4 --epochs 2 --batch 6000",
        "step_by_step",
    ] {
        run(&place, line).printed();
    }
    let drawn = files(&place.join("target"));
    assert!(drawn.len() >= 13, "{drawn:?}");
    for file in drawn {
        let text = fs::read_to_string(&file).expect("a text");
        assert_eq!(well_formed(&text), Ok(()), "{}", file.display());
        let text = text.replace("http://www.w3.org/2000/svg", "");
        let here = [place.to_str().expect("UTF-8"), env!("CARGO_MANIFEST_DIR")];
        for foreign in "://,@import,src=\",\"NaN,\"inf,\"-inf".split(',').chain(here) {
            assert!(!text.contains(foreign), "{foreign} in {}", file.display());
        }
    }
}

proptest! {
    #![proptest_config(common::config(1000))]

    /// Catches a name that begins or ends a tag.
    #[test]
    fn a_hostile_name_is_shown_as_it_is(name in "[<>&\"'/!\\[\\]=; a-z\u{0}-\u{1f}\u{7f}é−-]{0,20}") {
        let chart = Chart::new(&name, Axis::linear(&name), Axis::linear(&name));
        let chart = chart.line(&name, vec![(0.0, 0.0)]).note(&name, (1.0, 1.0), (0.0, 0.0));
        prop_assert_eq!(well_formed(&chart::document(&name, &[chart])), Ok(()));
        let shown = chart::escape(&name).replace("&lt;", "<").replace("&gt;", ">");
        prop_assert_eq!(shown.replace("&amp;", "&"), name.replace(char::is_control, ""));
    }
}

/// Six bits are a letter; the end is filled up with `=` (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let four = |chunk: &[u8]| {
        let bits = (0..3).fold(0, |bits, k| bits << 8 | usize::from(*chunk.get(k).unwrap_or(&0)));
        let letter = |k| if k > chunk.len() { b'=' } else { letters[bits >> (18 - 6 * k) & 63] };
        (0..4).map(letter).map(char::from).collect::<String>()
    };
    bytes.chunks(3).map(four).collect()
}

/// Catches documentation with older pictures than the chapters: rustdoc finds those of the links
/// `[name.svg]: path` in `docs/images/embedded`, where `EMBED=1 cargo test pictures` writes them anew.
#[test]
fn the_pictures_in_the_documentation_are_those_of_the_chapters() {
    let samples = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
    assert_eq!([0, 1, 2, 3, 4, 5, 6].map(|n| base64(&b"foobar"[..n])), samples);
    let read = |path: &Path| fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in files(&root.join("docs/images/embedded")) {
        let name = file.file_name().expect("a name");
        let chapter = root.join(if name == "README.md" { "" } else { "docs" }).join(name);
        let text = String::from_utf8(read(&chapter)).expect("UTF-8");
        let links = text.lines().filter_map(|line| line.split_once(".svg]: "));
        let embedded = links.map(|(name, path)| {
            let picture = base64(&read(&chapter.with_file_name(path)));
            format!("{name}.svg]: data:image/svg+xml;base64,{picture}\n")
        });
        let embedded: String = embedded.collect();
        if std::env::var_os("EMBED").is_some() {
            fs::write(&file, &embedded).expect("written");
        }
        // Fails from when a chapter names other pictures until they are embedded.
        let same = read(&file) == embedded.as_bytes();
        assert!(same, "{name:?} has older pictures: run EMBED=1 cargo test pictures");
    }
}
