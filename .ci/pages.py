#!/usr/bin/env python3
"""The pages in a browser, wide and narrow: each opens, writes nothing to the console, fits the width, and has
no text over text."""

import html
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ["xor/index.html", "step_by_step/index.html"]

# Texts of a page that are seen and overlap by more than 2 pixels, written into its body.
SCRIPT = """<script>addEventListener("load", () => {
  const seen = [...document.querySelectorAll("text, td, th, p, h1, h2, figcaption, button, label")]
    .filter(e => e.textContent.trim() && e.checkVisibility({ opacityProperty: true }));
  const boxes = seen.map(e => [e, e.getBoundingClientRect()]);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  const wrong = boxes.flatMap(([e, a], i) => boxes.slice(i + 1)
    .filter(([f, b]) => !e.contains(f) && !f.contains(e) && over(a, b))
    .map(([f]) => e.textContent.trim() + " / " + f.textContent.trim()));
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("wider than the window");
  document.body.dataset.wrong = wrong.join(" ; ") || "nothing";
});</script>"""


def opened(page, width):
    """The page after its program ran, and what it wrote to the console."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "page.html"
        file.write_text((ROOT / "target" / page).read_text().replace("</body>", SCRIPT + "</body>"))
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--disable-background-networking", f"--user-data-dir={folder}/profile",
                   f"--window-size={width},900", "--enable-logging=stderr",
                   "--virtual-time-budget=5000", "--dump-dom", f"file://{file}"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return html.unescape(done.stdout), said


for page in PAGES:
    for width in [1280, 500]:  # headless Chromium is never narrower than 500
        shown, said = opened(page, width)
        found = re.search('data-wrong="([^"]*)"', shown)
        if said or not found or found[1] != "nothing":
            sys.exit(f"{page} at {width} pixels: {said or (found and found[1]) or 'did not load'}")
