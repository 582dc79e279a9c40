"""Text that is made from tables, and locks that only grow.

  generated.py check TREE_FACTS      every page is what the tables say; nothing that is locked has changed. What is new is locked, and told, at a release: until then it may change
  generated.py write TREE_FACTS      writes the pages, but for those that are written at a release
  generated.py release TREE_FACTS    writes all pages, and adds what is new to the locks; refuses to change a line of a lock

A tree is that of a release when the newest section of CHANGELOG.md has a version for its title.
"""

import pathlib
import re
import subprocess
import sys

from source_tree import ROOT, report

PAGES = {"docs/settings.md": "settings", "docs/errors.md": "errors"}
RELEASE_PAGES = {"docs/events.md": "events"}
# What was released stays: numbers, slugs, types and names, for ever.
LOCKS = {"tests/golden/error_codes.txt": "error-codes", "tests/golden/proto.lock": "proto"}


def facts(program, name):
    return subprocess.run([program, name], check=True, capture_output=True, text=True).stdout


def is_release(changelog):
    return re.search(r"^## (.*)$", changelog, re.MULTILINE).group(1) != "Unreleased"


def lock_problems(name, locked, present, released):
    """`locked`, `present`: the lines of a lock and of the tree. What was locked and is gone or different and, in a release, what is not locked."""
    problems = [f"{name}: gone or changed, and it is permanent: {line}" for line in locked if line not in set(present)]
    return problems + [f"{name}: released and not locked (scripts/docs --release): {line}" for line in present if released and line not in set(locked)]


def lines(file):
    return file.read_text().splitlines() if file.exists() else []


def check(program):
    problems = []
    released = is_release((ROOT / "CHANGELOG.md").read_text())
    for path, name in (PAGES | (RELEASE_PAGES if released else {})).items():
        file = ROOT / path
        if not file.exists() or file.read_text() != facts(program, name):
            problems.append(f"{path}: not what its table says (scripts/docs{' --release' if released else ''})")
    for path, name in LOCKS.items():
        problems += lock_problems(path, lines(ROOT / path), facts(program, name).splitlines(), released)
    return problems


def write(program, pages=PAGES):
    for path, name in pages.items():
        (ROOT / path).write_text(facts(program, name))
    return []


def release(program):
    problems = write(program, PAGES | RELEASE_PAGES)
    for path, name in LOCKS.items():
        text = facts(program, name)
        changed = lock_problems(path, lines(ROOT / path), text.splitlines(), released=False)
        problems += changed
        if not changed:
            (ROOT / path).write_text(text)
    return problems


if __name__ == "__main__":
    action = {"check": check, "write": write, "release": release}[sys.argv[1]]
    sys.exit(report(action(str(pathlib.Path(sys.argv[2])))))
