"""The worked example of CONTRIBUTING.md, carried out: worked_example.py SOURCE_TREE SCRATCH

Applies docs/examples/preferred-language.patch to a copy of the tree, counts the files it touches, builds what it needs there, and runs the tests that it brings
along: the decision's, and an exchange with a node over HTTP. The copy and its build stay in SCRATCH, so that the next run builds what changed."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

PATCH = "docs/examples/preferred-language.patch"
FILES_MAX = 6
TESTS = "Language.*:FactOptions.*:FactTypes.*"


def run(*command, cwd, **environment):
    print("+", *command, flush=True)
    subprocess.run(command, cwd=cwd, check=True, env=os.environ | environment)


def sources(tree):
    """What belongs to the tree: what git knows or would add; without git, all but what is built."""
    if (tree / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=tree, check=True, capture_output=True, text=True)
        paths = [pathlib.Path(name) for name in listed.stdout.split("\0") if name]
    else:
        paths = [path.relative_to(tree) for path in tree.rglob("*") if path.relative_to(tree).parts[0] not in ("build", "data")]
    return {path for path in paths if (tree / path).is_file()}


def copy(tree, scratch):
    """Makes SCRATCH equal to TREE, and leaves alone what is so already: make goes by times."""
    wanted = sources(tree)
    for path in sources(scratch) - wanted if (scratch / ".git").exists() else ():
        (scratch / path).unlink()
    for path in sorted(wanted):
        target = scratch / path
        if target.is_file() and target.read_bytes() == (tree / path).read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tree / path, target)


def commit(scratch, message):
    run("git", "add", "-A", cwd=scratch)
    run("git", "-c", "user.name=example", "-c", "user.email=example@example.org", "commit", "-q", "-m", message, cwd=scratch)


def added_lines(patch):
    return [line[1:].strip() for line in patch.splitlines() if line.startswith("+") and not line.startswith("+++")]


def untrue_snippets(page, patch):
    """Lines of the page's code blocks that the patch does not add. An ellipsis stands for what is left out."""
    added = set(added_lines(patch))
    blocks = re.findall(r"^ *```(?:proto|cpp|python)\n(.*?)^ *```$", page, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in map(str.strip, block.splitlines()) if line and line != "…" and line not in added]


def main(tree, scratch):
    scratch.mkdir(parents=True, exist_ok=True)
    patch = tree / PATCH
    untrue = untrue_snippets((tree / "CONTRIBUTING.md").read_text(), patch.read_text())
    if untrue:
        sys.exit("CONTRIBUTING.md shows what the example does not say:\n" + "\n".join(untrue))
    copy(tree, scratch)
    shutil.rmtree(scratch / ".git", ignore_errors=True)
    run("git", "init", "-q", cwd=scratch)
    commit(scratch, "the tree")
    run("git", "apply", "-C1", str(patch), cwd=scratch)
    commit(scratch, "accounts: users choose the language they are addressed in")
    run("git", "show", "--stat", "--format=%s", "HEAD", cwd=scratch)
    touched = subprocess.run(["git", "show", "--name-only", "--format=", "HEAD"], cwd=scratch, check=True, capture_output=True, text=True).stdout.split()
    if len(touched) > FILES_MAX:
        sys.exit(f"{len(touched)} files, and at most {FILES_MAX} are promised")
    run("scripts/format", "--check", cwd=scratch)
    ccache = {"CCACHE_BASEDIR": str(scratch), "CCACHE_NOHASHDIR": "1"}
    run("scripts/build", "release", "ledgate", "unit_domain", cwd=scratch, **ccache)
    run("build/release/tests/unit_domain", f"--gtest_filter={TESTS}", "--gtest_brief=1", cwd=scratch)
    run("scripts/venv", cwd=tree)
    exchange = [path for path in touched if path.startswith("tests/blackbox/")]
    run(str(tree / "build/venv/bin/python"), "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", *exchange, cwd=scratch,
        LEDGATE_BINARY=str(scratch / "build/release/ledgate"))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
