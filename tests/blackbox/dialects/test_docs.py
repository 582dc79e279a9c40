"""docs/dialects.md names a test for every tick: each is there."""

import re

from harness.node import REPOSITORY

BLACKBOX = REPOSITORY / "tests/blackbox"


def test_every_tick_has_its_test():
    page = (REPOSITORY / "docs/dialects.md").read_text()
    named = set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", page))
    assert len(named) > 100
    texts = {path.name: path.read_text() for path in BLACKBOX.rglob("test_*.py")}
    assert [f"{file}::{test}" for file, test in sorted(named) if f"def {test}(" not in texts.get(file, "")] == []
    ticked = [line for line in page.splitlines() if "✓" in line]
    assert [line for line in ticked if "::" not in line] == []
