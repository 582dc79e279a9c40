"""The five-minute tour of the README, and what upgrading.md says to ask, executed: each ```sh block must succeed and print what the ```text block after it shows."""

import os
import re
import subprocess

import pytest

from harness.node import BINARY, REPOSITORY
from harness.waiting import PATIENCE

PAGES = [REPOSITORY / "README.md", REPOSITORY / "docs/upgrading.md"]
TOUR = re.compile(r"<!-- tour:start -->(.*?)<!-- tour:end -->", re.DOTALL)
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DEFAULT = "127.0.0.1:8080"


def blocks(page):
    """Pairs of a command block and the lines that its output must have."""
    found = []
    for kind, text in BLOCK.findall(TOUR.search(page.read_text()).group(1)):
        if kind == "sh":
            found.append([text, []])
        else:
            found[-1][1].extend(line for line in text.splitlines() if line.strip())
    return found


def appears(wanted, output):
    """A line of the page is in a line of the output, whatever stands at `…`."""
    pattern = ".*".join(re.escape(part) for part in wanted.strip().split("…"))
    return any(re.search(pattern, line) for line in output.splitlines())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tour(fresh, tmp_path, page):
    """All blocks in one shell, in order, as a reader types them, against a node of this test instead of port 8080."""
    node = fresh()
    address = f"{node.peer}:{node.port}"
    environment = {**os.environ, "BASE": node.url, "PATH": f"{BINARY.parent}:{os.environ['PATH']}"}
    script, marks = "set -e\n", []
    for number, (commands, _) in enumerate(blocks(page)):
        marks.append(f"--- block {number} of the tour ---")
        script += f"echo '{marks[-1]}'\n{commands.replace(DEFAULT, address)}\n"
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60 * PATIENCE)
    outputs = re.split("|".join(map(re.escape, marks)), done.stdout)[1:]
    assert done.returncode == 0, f"block {len(outputs) - 1} failed:\n{done.stdout[-2000:]}"
    for number, ((commands, wanted), output) in enumerate(zip(blocks(page), outputs)):
        missing = [line for line in wanted if not appears(line.replace(DEFAULT, address), output)]
        assert not missing, f"block {number}:\n{commands}\nwithout {missing}:\n{output}"
