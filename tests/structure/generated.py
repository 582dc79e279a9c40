"""Text that is made from tables, and locks that only grow.

  generated.py check TREE_FACTS    every page is what the tables say, every lock has all there is and nothing changed
  generated.py write TREE_FACTS    writes the pages, and adds what is new to the locks; refuses to change a line of a lock
"""

import pathlib
import subprocess
import sys

from source_tree import ROOT, report

PAGES = {"docs/settings.md": "settings", "docs/errors.md": "errors"}
# What was released stays: numbers, slugs, types and names, for ever.
LOCKS = {"tests/golden/error_codes.txt": "error-codes", "tests/golden/proto.lock": "proto"}


def facts(program, name):
    return subprocess.run([program, name], check=True, capture_output=True, text=True).stdout


def lock_problems(name, locked, present):
    """`locked`, `present`: the lines of a lock and of the tree. What was locked and is gone or different, and what is not locked yet."""
    problems = [f"{name}: gone or changed, and it is permanent: {line}" for line in locked if line not in set(present)]
    return problems + [f"{name}: not locked yet (make docs): {line}" for line in present if line not in set(locked)]


def check(program):
    problems = []
    for path, name in PAGES.items():
        file = ROOT / path
        if not file.exists() or file.read_text() != facts(program, name):
            problems.append(f"{path}: not what its table says (make docs)")
    for path, name in LOCKS.items():
        file = ROOT / path
        locked = file.read_text().splitlines() if file.exists() else []
        problems += lock_problems(path, locked, facts(program, name).splitlines())
    return problems


def write(program):
    problems = []
    for path, name in PAGES.items():
        (ROOT / path).write_text(facts(program, name))
    for path, name in LOCKS.items():
        file, text = ROOT / path, facts(program, name)
        locked = file.read_text().splitlines() if file.exists() else []
        changed = [problem for problem in lock_problems(path, locked, text.splitlines()) if "permanent" in problem]
        if changed:
            problems += changed
        else:
            file.write_text(text)
    return problems


if __name__ == "__main__":
    action = {"check": check, "write": write}[sys.argv[1]]
    sys.exit(report(action(str(pathlib.Path(sys.argv[2])))))
