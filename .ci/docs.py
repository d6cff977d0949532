#!/usr/bin/env python3
"""Every link of a page leads to a file, and to a page of the documentation; the documentation has the
pictures.

docs/links.md says where the links lead in the documentation. docs/images/embedded has, for each page with
pictures, where its links to them lead there: to the SVG itself, in base64. `.ci/docs.py --write` writes
these files anew."""

import base64
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ENDS = re.compile(r"^\[([^\]]+)\]: (.*)$", re.M)
in_rustdoc = dict(ENDS.findall((ROOT / "docs/links.md").read_text()))
wrong = []

# The blocks of the README are documentation of the crate, and so tested; the first is an example as well.
documented = "".join(re.sub(r"^ *//[/!] ?", "", path.read_text(), flags=re.M) for path in ROOT.glob("src/*.rs"))
blocks = re.findall(r"^```rust\n(.*?)^```", (ROOT / "README.md").read_text(), re.S | re.M)
wrong += [f"README.md: not in the documentation: {block}" for block in blocks if block not in documented]
if blocks[0] not in (ROOT / "examples/minimal.rs").read_text():
    wrong.append("README.md: the first block is not examples/minimal.rs")

for page in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]:
    text, name, embedded = page.read_text(), page.name, ""
    if name == "links.md":
        continue
    ends = dict(ENDS.findall(text))
    for label, target in ends.items():
        if not (page.parent / target).is_file():
            wrong.append(f"{name}: [{label}] leads to {target}, which does not exist")
        elif label.endswith(".svg"):
            data = base64.b64encode((page.parent / target).read_bytes()).decode()
            embedded += f"[{label}]: data:image/svg+xml;base64,{data}\n"
        elif name != "README.md" and label not in in_rustdoc:
            wrong.append(f"{name}: docs/links.md lacks [{label}]")
        if text.count(f"[{label}]") < 2:
            wrong.append(f"{name}: [{label}] is not used")
    prose = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    for used in re.findall(r"\]\[([\w`:/.-]+)\]|(?<![\[\]\w`])\[(`[^`]+`|[a-z_]+)\](?![(:\[])", prose):
        if "".join(used) not in ends:
            wrong.append(f"{name}: [{''.join(used)}] leads nowhere")
    file = ROOT / "docs/images/embedded" / name
    if "--write" in sys.argv and embedded:
        file.write_text(embedded)
    if embedded and (not file.is_file() or file.read_text() != embedded):
        wrong.append(f"docs/images/embedded/{name} is not what the page shows: .ci/docs.py --write")

sys.exit("\n".join(wrong) or 0)
