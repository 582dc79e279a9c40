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
EVENTS_LOCK = "tests/golden/proto.lock"
LOCKS = {"tests/golden/error_codes.txt": "error-codes", EVENTS_LOCK: "proto"}


def facts(program, name):
    return subprocess.run([program, name], check=True, capture_output=True, text=True).stdout


# Written whatever the level, since programs of the first release pass over them: how else could a node say which level it knows?
OF_NO_LEVEL = {"ledgate.journal.v1.ClockTicked.knows_level", "ledgate.journal.v1.ServiceStarted.knows_level"}


def level_of(line):
    """The feature level of a line of the events' lock; None: of no level."""
    since = re.search(r" since (\w+)$", line)
    if since and since[1] == "any":
        return None
    return int(since[1]) if since else 0


def level_problems(locked, present):
    """`locked`, `present`: the lines of the events' lock and of the tree. What nodes of the released level would stop at, being written too early."""
    released = max((level_of(line) or 0 for line in locked), default=0)
    problems = []
    for line in present:
        level = level_of(line)
        if line in set(locked) or level == released + 1 or (level is None and line.split(" ")[0] in OF_NO_LEVEL):
            continue
        problems.append(f"feature level {released} is released, so this has to have since_level: {released + 1}: {line}")
    return problems


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
    return problems + level_problems(lines(ROOT / EVENTS_LOCK), facts(program, "proto").splitlines())


def write(program, pages=PAGES):
    for path, name in pages.items():
        (ROOT / path).write_text(facts(program, name))
    return []


def release(program):
    problems = write(program, PAGES | RELEASE_PAGES)
    for path, name in LOCKS.items():
        text = facts(program, name)
        changed = lock_problems(path, lines(ROOT / path), text.splitlines(), released=False)
        if path == EVENTS_LOCK:
            changed += level_problems(lines(ROOT / path), text.splitlines())
        problems += changed
        if not changed:
            (ROOT / path).write_text(text)
    return problems


if __name__ == "__main__":
    action = {"check": check, "write": write, "release": release}[sys.argv[1]]
    sys.exit(report(action(str(pathlib.Path(sys.argv[2])))))
