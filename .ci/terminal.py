#!/usr/bin/env python3
"""What the examples show in a terminal: no line is wider than 80 columns, progress leaves no trace and stays
out of a pipe, and a long run needs little memory."""

import os
import pathlib
import subprocess
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = ROOT / "target" / "terminal"  # so that no picture of another run is overwritten
EXAMPLES = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "release/examples"


def require(holds, what):
    if not holds:
        sys.exit(f".ci/terminal.py: {what}")


def run(example, *flags):
    done = subprocess.run([EXAMPLES / example, *flags], cwd=PLACE, capture_output=True, text=True)
    require(done.returncode == 0 and done.stdout, f"{example} {flags}: {done.stderr}")
    return done.stdout


def in_terminal(example, *flags):
    """All that a terminal receives, and the largest memory in MB."""
    ours, theirs = os.openpty()
    process = subprocess.Popen([EXAMPLES / example, *flags], cwd=PLACE, stdout=theirs, stderr=theirs)
    os.close(theirs)
    received = b""
    try:
        while part := os.read(ours, 65536):
            received += part
    except OSError:  # how Linux reports the end
        pass
    os.close(ours)
    _, status, used = os.wait4(process.pid, 0)
    require(status == 0, f"{example} {flags} fails: {received[-500:]}")
    return received.decode(), used.ru_maxrss / 1024


PLACE.mkdir(parents=True, exist_ok=True)
sources = {path.relative_to(ROOT / "examples").parts[0].removesuffix(".rs"): path.read_text()
           for path in sorted((ROOT / "examples").rglob("*.rs"), key=lambda path: path.name == "main.rs")}
runs = [(example, "--help") for example, text in sources.items() if "const USAGE" in text]
require(len(runs) >= 7, f"--help is found in {runs} only")
runs += [(example,) for example in ["minimal", "homework", "step_by_step", "own_data", "weight_decay"]]
runs += [("xor", "--hidden", "1000"), ("xor_starts", "--seeds", "2"), ("mnist", "--epochs", "2")]
runs += [("xor_starts", "--show", name)
         for name in ["valley", "zeros", "equal", "rates", "off", "dead", "inputs"]]
for each in runs:
    for line in run(*each).split("\n"):
        width = sum(not unicodedata.combining(character) for character in line)
        require(width <= 80, f"{each} prints {width} columns: {line}")
require(run("xor", "--hidden", "1000").count("\n") <= 40, "xor prints more than 40 lines")

received, megabytes = in_terminal("xor", "--iterations", "1000000")
lines = [line.split("\x1b[2K")[-1].rstrip("\r") for line in received.split("\n")]
require("\r\x1b[2Kiteration " in received, "xor --iterations 1000000 shows no progress")
require(not any(" of 1000000" in line for line in lines), f"progress stays: {lines}")
require(megabytes < 80, f"xor --iterations 1000000 takes {megabytes:.0f} MB")

ours, theirs = os.openpty()
subprocess.run([EXAMPLES / "xor", "--iterations", "500000"], cwd=PLACE,
               stdout=subprocess.PIPE, stderr=theirs, check=True)
os.write(theirs, b"end")
require(os.read(ours, 100) == b"end", "progress although stdout is a pipe")
