#!/usr/bin/env python3
"""The pages in a browser: what the XOR page computes itself is what the program prints, for every
activation; the index shows two runs; no page writes to the console."""

import html
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = ROOT / "target" / "pages"
EXAMPLES = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/examples"


def require(holds, what):
    if not holds:
        sys.exit(f".ci/pages.py: {what}")


def run(example, *flags):
    command = [EXAMPLES.resolve() / example, *flags]
    return subprocess.run(command, cwd=PLACE, capture_output=True, text=True, check=True).stdout


def opened(page):
    """The elements of a page after its program ran."""
    with tempfile.TemporaryDirectory() as profile:
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--disable-background-networking", f"--user-data-dir={profile}",
                   "--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom"]
        done = subprocess.run([*command, f"file://{PLACE / 'target' / page}"],
                              capture_output=True, text=True, check=True)
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    require(not said, f"{page} writes to the console: {said}")
    return html.unescape(done.stdout)


def xor_page(activation):
    printed = run("xor", "--activation", activation, "--hidden", "3", "--iterations", "100")
    name = "" if activation == "tanh" else f"-activation-{activation}"
    page = opened(f"xor/xor-seed-2-hidden-3{name}-iterations-100.html")
    loss = re.search(r"^ +100  (.*)$", printed, re.M)[1]
    right = re.search(r"^(\d of 4 right)", printed, re.M)[1]
    status = f"Iteration 100: loss {loss}, {right}"
    require(status in page, f"the page of {activation} does not say: {status}")
    rows = re.findall(r"^ +(-?1) +(-?1) +[01] +(\d\.\d{4})$", printed, re.M)
    program = {(x1, x2): float(y) for x1, x2, y in rows}
    svg = page.split('id="inputs"')[1].split("</svg>")[0]
    shown = [float(y) for y in re.findall(r">(\d\.\d{3})</text>", svg)]
    points = [("-1", "1"), ("1", "-1"), ("-1", "-1"), ("1", "1")]  # in the order of the page
    require(len(shown) == 4 and len(program) == 4, f"{activation}: {shown} on the page, {program} printed")
    for point, y in zip(points, shown):
        said = f"{activation}: {y} at {point} on the page, {program[point]} printed"
        require(abs(y - program[point]) < 0.00056, said)


PLACE.mkdir(parents=True, exist_ok=True)
for activation in ["tanh", "relu", "sigmoid", "softmax", "identity"]:
    xor_page(activation)
index = opened("xor/index.html")
require(index.count("<iframe") == 2, "the index does not show two runs")
run("step_by_step")
require("Step 1 of 14" in opened("step_by_step/index.html"), "the page does not begin with step 1")
