//! What the examples read and write for a person: whole files or none, and nothing else is harmed.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels are small whole numbers"
)]

#[path = "common/example.rs"]
mod example;

#[path = "../examples/mnist/digits.rs"]
mod digits;

#[path = "../examples/support"]
mod support {
    pub mod file;
    pub mod flags;
    pub mod program;
}

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fs, thread};

use backprop::{Network, Rng};
use example::{folder, lines, program, write_mnist};
use support::file::{destination, read_file, write_file};
use support::program::Failure;

/// The names in a folder: a temporary file that is left would be among them.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("UTF-8");
    let mut names: Vec<String> = entries.map(|entry| name(entry.expect("an entry"))).collect();
    names.sort();
    names
}

/// Asserts that this place is refused, before any work and when it is written, in one line.
#[track_caller]
fn assert_refused(path: &Path, reason: &str) {
    let advice = "give the name of a file, new or to be replaced";
    let said = format!("cannot write {}: it is {reason}; {advice}", path.display());
    assert_eq!(destination(path), Err(Failure::Input(said.clone())));
    assert_eq!(write_file(path, "new"), Err(Failure::Input(said)));
}

/// Asserts that writing fails for a reason that the system gives, in one line.
#[track_caller]
fn assert_fails(path: &Path) {
    let Err(Failure::Failed(said)) = write_file(path, "new") else {
        panic!("{} is written", path.display())
    };
    let line = said.starts_with(&format!("cannot write {}: ", path.display()));
    assert!(line && said.lines().count() == 1, "{said}");
}

#[test]
fn a_file_is_written_with_its_folders_and_replaced() {
    let folder = folder("replaced");
    let path = folder.join("a/b/net.txt");
    for text in ["old, and longer than what comes after it", "new", ""] {
        assert_eq!(write_file(&path, text), Ok(()));
        assert_eq!(fs::read_to_string(&path).expect("a file"), text);
        assert_eq!(read_file(&path), Ok(text.to_string()));
    }
    assert_eq!(names(&folder.join("a/b")), ["net.txt"]);
}

/// Catches a file that is written in place: who has opened the old one would read the new one, or a part.
#[cfg(unix)]
#[test]
fn who_has_opened_the_old_file_reads_it_to_its_end() {
    let path = folder("opened").join("net.txt");
    write_file(&path, &"old".repeat(100_000)).expect("written");
    let (mut text, mut opened) = (String::new(), fs::File::open(&path).expect("a file"));
    write_file(&path, "new").expect("written");
    opened.read_to_string(&mut text).expect("text");
    let length = text.len();
    assert!(text == "old".repeat(100_000), "of the old 300000 bytes {length} are read");
}

/// Catches a temporary name that two runs share, and again a file that is written in place.
#[test]
fn who_reads_while_two_write_sees_one_of_the_two_files() {
    let folder = folder("two_writers");
    let path = folder.join("net.txt");
    let texts = ["a".repeat(200_000), "b".repeat(300_000)];
    write_file(&path, &texts[0]).expect("written");
    let done = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut seen, mut other) = (0, Vec::new());
            while !done.load(Ordering::Relaxed) {
                let Ok(text) = fs::read_to_string(&path) else { continue }; // Windows may refuse
                seen += 1;
                if !texts.contains(&text) {
                    other.push(text.len());
                }
            }
            (seen, other)
        });
        let writers = texts.each_ref().map(|text| {
            let path = &path;
            scope.spawn(move || (0..40).map(|_| write_file(path, text)).collect::<Vec<_>>())
        });
        let written = writers.map(|writer| writer.join().expect("no panic"));
        done.store(true, Ordering::Relaxed);
        assert_eq!(written.concat(), vec![Ok(()); 80]);
        reader.join().expect("no panic")
    });
    assert!(
        seen.0 > 0 && seen.1.is_empty(),
        "of {} reads, these had other lengths: {:?}",
        seen.0,
        seen.1
    );
    assert_eq!(names(&folder), ["net.txt"]);
}

#[test]
fn a_folder_is_refused_and_stays() {
    let folder = folder("folder");
    fs::create_dir(folder.join("net.txt")).expect("a folder");
    assert_refused(&folder.join("net.txt"), "a folder");
    for none in ["/", "..", ""] {
        let refused = destination(Path::new(none));
        assert!(refused.is_err(), "{none:?} is no name of a file, but gives {refused:?}");
    }
    assert_eq!(names(&folder), ["net.txt"]);
}

#[test]
fn where_nothing_can_be_written_nothing_is_left() {
    let folder = folder("not_writable");
    fs::write(folder.join("file"), "old").expect("a file");
    assert_fails(&folder.join("file/net.txt"));
    assert_fails(&folder.join("x".repeat(10_000)));
    assert_eq!(names(&folder), ["file"]);
    assert_eq!(read_file(&folder.join("file")), Ok("old".to_string()));
}

#[test]
fn a_file_that_is_read_only_is_refused_and_stays() {
    let path = folder("read_only").join("net.txt");
    fs::write(&path, "old").expect("a file");
    let writable = fs::metadata(&path).expect("a file").permissions();
    let mut read_only = writable.clone();
    read_only.set_readonly(true);
    fs::set_permissions(&path, read_only).expect("read-only");
    assert_refused(&path, "a file that is read-only");
    assert_eq!(read_file(&path), Ok("old".to_string()));
    fs::set_permissions(&path, writable).expect("as before");
}

/// A folder with twenty digits and an old network, and `mnist` ready to be run in it.
fn mnist(name: &str, flags: &str) -> (PathBuf, Command) {
    let folder = folder(name);
    let digits = digits::synthetic(20, &mut Rng::new(1));
    write_mnist(&folder, &digits, &digits);
    fs::write(folder.join("net.txt"), "old").expect("a file");
    let mut mnist = Command::new(program("mnist"));
    mnist.current_dir(&folder).arg(".").args(flags.split(' ')).stdout(Stdio::piped());
    (folder, mnist)
}

#[test]
fn who_stops_mnist_while_it_trains_keeps_the_old_file() {
    let (folder, mut mnist) = mnist("stopped", "--epochs 10000 --save net.txt");
    let before = names(&folder);
    let mut running = mnist.spawn().expect("mnist");
    let printed = BufReader::new(running.stdout.take().expect("a pipe"));
    let epoch = printed.lines().any(|line| line.expect("UTF-8").starts_with("    1 "));
    running.kill().expect("stopped");
    running.wait().expect("stopped");
    assert!(epoch, "it ends before the first epoch");
    assert_eq!(read_file(&folder.join("net.txt")), Ok("old".to_string()));
    assert_eq!(names(&folder), before);
}

/// Catches a temporary name that two programs share: one would rename what the other still writes.
#[test]
fn two_runs_of_mnist_that_save_to_one_file_both_succeed() {
    let (folder, mut mnist) = mnist("two_runs", "--epochs 0 --save net.txt --seed 3");
    let runs = [(); 4].map(|()| mnist.spawn().expect("mnist"));
    for run in runs {
        let output = run.wait_with_output().expect("mnist");
        lines(&output).expect("exit code 0");
    }
    let saved = read_file(&folder.join("net.txt")).expect("a file");
    assert!(saved.parse::<Network>().is_ok(), "{} bytes are no network", saved.len());
    for folder in [folder.join("target/mnist"), folder] {
        let left: Vec<_> =
            names(&folder).into_iter().filter(|n| n.contains("unfinished")).collect();
        assert!(left.is_empty(), "{left:?} is left");
    }
}

/// Catches a page that the next run replaces, an index that forgets, and a name that is no run's.
#[test]
fn each_run_of_xor_keeps_its_page_and_the_index_has_all() {
    let (place, xor) = (folder("xor_runs"), program("xor"));
    let pages = place.join("target/xor");
    fs::create_dir_all(&pages).expect("a folder");
    fs::write(pages.join("xor-seed-(b).html"), "not of a run").expect("a file");
    let run = |flags: &str| {
        let mut command = Command::new(&xor);
        let done = command.current_dir(&place).args(flags.split(' ')).output().expect("a run");
        lines(&done).expect("success");
        let index = fs::read_to_string(pages.join("index.html")).expect("an index");
        let list = index.split("runs = [").nth(1).and_then(|rest| rest.split(']').next());
        let names = list.expect("a list of the runs").split('"').skip(1).step_by(2);
        names.map(str::to_string).collect::<Vec<_>>()
    };
    let title = |page: &str| {
        let page = fs::read_to_string(pages.join(page)).expect("a page");
        page.split(['<', '>']).skip_while(|part| *part != "h1").nth(1).map(str::to_string)
    };
    let (two, five) = ("xor-seed-2.html", "xor-seed-5-hidden-3-activation-relu-iterations-10.html");
    assert_eq!(run("--seed 2"), [two]);
    let first = title(two);
    assert_eq!(run("--seed 5 --hidden 3 --activation relu --iterations 10"), [five, two]);
    assert_eq!(run("--seed 2"), [two, five]);
    let learned = "XOR, learned by a 2-2-1 network: Tanh, learning rate 1, seed 2".to_string();
    assert_eq!([first, title(two)], [Some(learned.clone()), Some(learned)]);
    assert!(title(five).is_some_and(|title| title.contains("2-3-1 network: Relu")), "{five}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn the_permissions_of_the_old_file_are_kept() {
        let path = folder("permissions").join("net.txt");
        fs::write(&path, "old").expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
        write_file(&path, "new").expect("written");
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_link_stays_and_its_file_is_written() {
        let folder = folder("link");
        fs::create_dir(folder.join("there")).expect("a folder");
        fs::write(folder.join("there/net.txt"), "old").expect("a file");
        symlink("there/net.txt", folder.join("link")).expect("a link");
        assert_eq!(write_file(&folder.join("link"), "new"), Ok(()));
        assert_eq!(fs::read_link(folder.join("link")).expect("a link"), Path::new("there/net.txt"));
        assert_eq!(read_file(&folder.join("there/net.txt")), Ok("new".to_string()));
        assert_eq!(names(&folder), ["link", "there"]);
        assert_eq!(names(&folder.join("there")), ["net.txt"]);
    }

    #[test]
    fn a_link_to_nothing_to_itself_or_to_a_pipe_is_refused_and_stays() {
        let folder = folder("bad_links");
        let link = |name: &str, to: &str| {
            symlink(to, folder.join(name)).expect("a link");
            folder.join(name)
        };
        assert_refused(&link("nothing", "no such file"), "a link that leads nowhere");
        assert_refused(&link("itself", "itself"), "a link that leads nowhere");
        pipe(&folder);
        assert_refused(&link("to pipe", "pipe"), "a device or a pipe");
        assert_refused(&link("folder", "."), "a folder");
        assert_eq!(names(&folder), ["folder", "itself", "nothing", "pipe", "to pipe"]);
    }

    /// All are of this folder's own: a fault in what is tested would replace them, so that none
    /// may be one of the system's.
    #[test]
    fn a_device_a_pipe_and_a_socket_are_refused_and_stay() {
        let folder = folder("devices");
        let (pipe, socket, device) = (pipe(&folder), folder.join("socket"), folder.join("full"));
        let _listener = UnixListener::bind(&socket);
        let _ = Command::new("mknod").arg(&device).args(["c", "1", "7"]).output();
        for path in [&pipe, &socket, &device] {
            let Ok(before) = fs::symlink_metadata(path) else {
                println!("SKIPPED: {}, because this user can make none", path.display());
                continue;
            };
            assert_refused(path, "a device or a pipe");
            let after = fs::symlink_metadata(path).expect("as before");
            let same = (after.file_type(), after.ino()) == (before.file_type(), before.ino());
            assert!(same, "{} has become {:?}", path.display(), after.file_type());
        }
        assert!(!names(&folder).iter().any(|name| name.contains("unfinished")));
    }

    fn pipe(folder: &Path) -> PathBuf {
        let pipe = folder.join("pipe");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success(), "mkfifo fails: {made}");
        pipe
    }

    #[test]
    fn a_folder_without_permission_to_write_is_told() {
        let folder = folder("no_permission");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("permissions");
        if fs::write(folder.join("probe"), "").is_ok() {
            println!("SKIPPED: a folder without permission, because this user may write anywhere");
        } else {
            assert_fails(&folder.join("net.txt"));
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("permissions");
        assert!(!folder.join("net.txt").exists());
    }

    /// Catches a pipe that is opened, which waits for ever, and a file without an end that fills the memory.
    #[test]
    fn what_may_never_end_is_not_read() {
        let folder = folder("never_ends");
        let pipe = pipe(&folder);
        for (path, kind) in [
            (Path::new("/dev/zero"), "a device or a pipe"),
            (&pipe, "a device or a pipe"),
            (&folder, "a folder"),
        ] {
            let said =
                format!("cannot read {}: it is {kind}; give the name of a file", path.display());
            assert_eq!(read_file(path).map(|text| text.len()), Err(Failure::Input(said)));
        }
        let long = folder.join("long");
        let file = fs::File::create(&long).expect("a file");
        file.set_len((1 << 30) + 1).expect("a file of zeros that takes no room");
        let said = "it has 1073741825 bytes, but at most 1073741824 are read";
        let said = format!("cannot read {}: {said}", long.display());
        assert_eq!(read_file(&long).map(|text| text.len()), Err(Failure::Input(said)));
        fs::remove_file(long).expect("removed");
    }

    /// Catches a temporary file that is left where the disk is full, here by a limit of 4 KB for a file.
    #[test]
    fn on_a_full_disk_mnist_leaves_the_old_file_and_nothing_else() {
        let folder = folder("full_disk");
        let digits = digits::synthetic(20, &mut Rng::new(1));
        write_mnist(&folder, &digits, &digits);
        fs::write(folder.join("net.txt"), "old").expect("a file");
        let before = names(&folder);
        let run = |limit: &str| {
            let limited = format!("trap '' XFSZ; {limit}; exec \"$0\" . --epochs 0 --save net.txt");
            let mut shell = Command::new("sh");
            let output = shell.current_dir(&folder).arg("-c").arg(limited).arg(program("mnist"));
            lines(&output.output().expect("a shell"))
        };
        let said = run("ulimit -f 8").expect_err("the network has 2 MB");
        assert!(said.starts_with("cannot write net.txt: ") && said.lines().count() == 1, "{said}");
        assert_eq!(read_file(&folder.join("net.txt")), Ok("old".to_string()));
        assert_eq!(names(&folder), before);
        run(":").expect("saved without the limit");
        assert!(
            read_file(&folder.join("net.txt")).expect("a file").starts_with("backprop network")
        );
    }

    /// Catches a place that is looked at only after the training, which may have taken an hour.
    #[test]
    fn mnist_refuses_a_place_before_it_begins() {
        let folder = folder("refused_early");
        pipe(&folder);
        for (flag, path, said) in [
            ("--save", "pipe", "cannot write pipe: it is a device or a pipe; "),
            ("--save", ".", "cannot write .: it is a folder; "),
            ("--load", "/dev/zero", "cannot read /dev/zero: it is a device or a pipe; "),
        ] {
            let mut mnist = Command::new(program("mnist"));
            let output = mnist.current_dir(&folder).args([flag, path]).output().expect("mnist");
            let error = lines(&output).expect_err("refused");
            assert!(error.starts_with(said) && error.lines().count() == 1, "{error}");
            let printed = String::from_utf8_lossy(&output.stdout);
            assert!(!printed.contains("epoch"), "trained before it is refused:\n{printed}");
        }
        assert_eq!(names(&folder), ["pipe"]);
    }
}
