#!/usr/bin/env python3
"""What the examples show in a terminal: wrong flags are refused in one line, nothing is wider than
80 columns, progress leaves no trace, and a long run needs little memory."""

import os
import pathlib
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = ROOT / "target" / "terminal"  # so that no picture of another run is overwritten


EXAMPLES = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/examples"


def command(example, *flags):
    return [EXAMPLES.resolve() / example, *flags]


def run(example, *flags):
    return subprocess.run(command(example, *flags), cwd=PLACE, capture_output=True, text=True)


def require(holds, what):
    if not holds:
        sys.exit(f".ci/terminal.py: {what}")


LIMITS = "a whole number from {} to {}"
NO_FLAG = "{} is not a flag of this example, did you mean {}?"

# Example, flags, the line on stderr.
REFUSED = [
    ("xor", "--sed 3", NO_FLAG.format("--sed", "--seed")),
    ("xor", "--HELP", NO_FLAG.format("--HELP", "--help")),
    ("xor", "--iteration 5", NO_FLAG.format("--iteration", "--iterations")),
    ("xor_failures", "--hlep", NO_FLAG.format("--hlep", "--help")),
    ("xor", "--seed", "--seed needs a value, none is given"),
    ("xor", "--activation gelu",
     '--activation is "gelu", but must be one of identity, relu, sigmoid, tanh, softmax'),
    ("xor", "--learning-rate -1", '--learning-rate is "-1", but must be a number greater than 0'),
    ("xor", "--learning-rate NaN", '--learning-rate is "NaN", but must be a number greater than 0'),
    ("xor", "--learning-rate=0", '--learning-rate is "0", but must be a number greater than 0'),
    ("xor", "--iterations 10000001",
     '--iterations is "10000001", but must be ' + LIMITS.format(1, 10000000)),
    ("xor", "--hidden 0", '--hidden is "0", but must be ' + LIMITS.format(1, 1000)),
    ("xor_sweep", "--seeds 1000000",
     "--seeds times --iterations is 250000000, but may be 100000000 at most"),
    ("xor_sweep", "--iterations 99999999",
     '--iterations is "99999999", but must be ' + LIMITS.format(1, 1000000)),
    ("input_noise", "--samples 1e9",
     '--samples is "1e9", but must be ' + LIMITS.format(1024, 10000000)),
    ("mnist", "--epochs 100000", '--epochs is "100000", but must be ' + LIMITS.format(0, 10000)),
    ("mnist", "--batch 0", '--batch is "0", but must be ' + LIMITS.format(1, 60000)),
    ("mnist", "--hidden 10000 --hidden 10000",
     "--hidden makes a network with 107940000 weights, but at most 10000000 may be"),
    ("mnist", "--hidden 10000 --batch 60000",
     "--batch and --hidden make steps with 64764000 numbers, but at most 60000000 may be"),
    ("mnist", "nowhere",
     "nowhere: there is no such folder; give the folder that holds the four files of MNIST"),
    ("mnist", "--save .", "cannot write .: it is a folder; give the name of a file, new or to be replaced"),
    ("own_data", "wrong.csv",
     'wrong.csv: line 2, column 1 (a): found "x", expected a number; correct it, or delete the line'),
    ("own_data", "one.csv", "a share of 0.8 of 1 samples leaves one of the two parts empty; "
     "take another share, or more samples"),
]


def wrong_input_is_refused():
    (PLACE / "wrong.csv").write_text("a,kind\nx,plum\n")
    (PLACE / "one.csv").write_text("a,kind\n1,plum\n")
    for example, flags, expected in REFUSED:
        done = run(example, *flags.split())
        line = done.stderr.split("\n")[0]
        require((done.returncode, line) == (2, expected),
                f"{example} {flags}: exit code {done.returncode}, {line!r}, not {expected!r}")


def right_flags_are_accepted():
    said = [run("xor", *flags.split()).stdout
            for flags in ["--seed=3 --activation=Tanh", "--seed 3 --activation tanh"]]
    require(said[0] == said[1] and "seed 3." in said[0], "xor --seed=3 --activation=Tanh")


def width(line):
    return sum(not unicodedata.combining(character) for character in line)


def with_usage():
    """The examples that have a text for --help."""
    sources = (ROOT / "examples").rglob("*.rs")
    found = {source.relative_to(ROOT / "examples").parts[0].removesuffix(".rs")
             for source in sources if "const USAGE" in source.read_text()}
    require(len(found) >= 9, f"--help is found in {found} only")
    return sorted(found)


def nothing_is_wider_than_80_columns():
    runs = [("xor_sweep", "--seeds", "2", "--iterations", "5"), ("homework",), ("step_by_step",),
            ("mnist", "--epochs", "2"), ("minimal",), ("own_data",)]
    runs += [(example,) for example in ["xor", "xor_failures", "input_noise", "weight_decay"]]
    runs += [(example, "--help") for example in with_usage()]
    rows = [" ".join("8" if i == j else "-1" for j in range(8)) for i in range(8)]
    runs.append(("weight_decay", "--h", ";".join(rows), "--b", "-1 " * 8))
    for each in runs:
        done = run(*each)
        require(done.returncode == 0 and done.stdout, f"{each}: {done.stderr}")
        for line in done.stdout.split("\n"):
            require(width(line) <= 80, f"{each} prints {width(line)} columns: {line}")


def in_terminal(example, *flags):
    """All that a terminal receives, and the largest memory in MB."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(command(example, *flags), cwd=PLACE, stdout=theirs, stderr=theirs)
    os.close(theirs)
    received = b""
    try:
        while part := os.read(ours, 65536):
            received += part
    except OSError:  # how Linux tells the end
        pass
    os.close(ours)
    _, status, used = os.wait4(process.pid, 0)
    require(status == 0, f"{example} {flags} fails: {received[-500:]}")
    return received.decode(), used.ru_maxrss / 1024


def a_long_run_shows_progress_and_needs_little_memory():
    received, megabytes = in_terminal("xor", "--iterations", "10000000")
    shown = [line.split("\x1b[2K")[-1].rstrip("\r") for line in received.split("\n")]
    require("\r\x1b[2Kiteration " in received, "xor --iterations 10000000 shows no progress")
    require(not any(re.search(r"iteration \d", line) for line in shown), f"progress stays: {shown}")
    losses = [line.split() for line in shown if re.match(r" *\d+  \S+$", line)]
    require(len(losses) == 11, f"11 losses expected, found {losses}")
    require(all(float(loss) > 0 for _, loss in losses), f"a loss of 0: {losses}")
    # A loss of each iteration alone would take 80 MB.
    require(megabytes < 40, f"xor --iterations 10000000 takes {megabytes:.0f} MB")


def progress_is_not_mixed_with_a_pipe():
    ours, theirs = os.openpty()
    done = subprocess.run(command("xor", "--iterations", "500000"), cwd=PLACE,
                          stdout=subprocess.PIPE, stderr=theirs, check=True)
    os.write(theirs, b"end")
    require(os.read(ours, 100) == b"end", "progress although stdout is a pipe")
    require(done.stdout.count(b"\n") > 40, "xor prints too little")


def what_is_not_learned_is_told():
    title = "XOR, not learned by a 2-2-1 network: Tanh, learning rate 1, seed 4"
    require("2 of 4 right: not learned; " in run("xor", "--seed", "4").stdout, "xor --seed 4")
    page = (PLACE / "target/xor/xor-seed-4.html").read_text()
    require(f"<h1>{title}</h1>" in page, f"the page of xor --seed 4 does not say: {title}")
    collapsed = run("mnist", "--epochs", "1", "--learning-rate", "4").stdout
    require("It takes every digit of the test for a " in collapsed, "mnist --learning-rate 4")


def no_page_of_another_network_stays():
    page = PLACE / "target/step_by_step/index.html"
    for flags, title, drawn in [([], "the worked example, 2-2-1 ", True),
                                (["--network", "9-9-9-9-9"], "a random network, 9-9-9-9-9 ", False)]:
        run("step_by_step", *flags)
        text = page.read_text()
        xml.etree.ElementTree.fromstring(text)
        require(title in text and ("<svg" in text) == drawn, f"{flags}: the page is not of {title}")


def synthetic_pictures_stay_apart():
    real = PLACE / "target/mnist/learning.svg"
    real.parent.mkdir(parents=True, exist_ok=True)
    real.write_text("of a real run")
    run("mnist", "--epochs", "1")
    require(real.read_text() == "of a real run", "drawn digits overwrite the pictures of MNIST")
    require((PLACE / "target/mnist_synthetic/learning.svg").is_file(), "no learning.svg")


subprocess.run(["cargo", "build", "--release", "--examples", "--quiet"], cwd=ROOT, check=True)
PLACE.mkdir(parents=True, exist_ok=True)
wrong_input_is_refused()
right_flags_are_accepted()
nothing_is_wider_than_80_columns()
a_long_run_shows_progress_and_needs_little_memory()
progress_is_not_mixed_with_a_pipe()
what_is_not_learned_is_told()
no_page_of_another_network_stays()
synthetic_pictures_stay_apart()
