"""Whether the tests would notice: applies the one-line changes of mutants.tsv to the core, one at a time, and runs the core's tests on each.

    run.py [--jobs N] [--only WORD]   builds and runs; the last line is `N caught, N survived`, exit 0 when at least 95 % were caught
    run.py --check                    only says whether every mutant still finds its place (a test of scripts/test)

A line of mutants.tsv is: folder, old text, new text, the promise that it breaks, separated by tabs. The old text stands once in the .cc files below the
folder, whatever its line breaks; what is moved within the folder need not be told. Each worker has a copy of the tree in build/mutants, which ccache fills.
A mutant that does not compile proves nothing and counts as survived; one that hangs is caught."""

import argparse
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("mutants.tsv")
ENOUGH = 0.95
# The tests of a layer first, since they are the likeliest to notice.
SUITES = {
    "domain": ["unit_domain", "unit_commands", "unit_projections", "golden_events", "simulate"],
    "projections": ["unit_projections", "unit_commands", "golden_events", "unit_domain", "simulate"],
    "commands": ["unit_commands", "unit_projections", "golden_events", "simulate"],
}
ARGUMENTS = {"simulate": ["--seeds", "60"]}
PATIENCE_S = 120


@dataclass
class Mutant:
    number: int
    folder: str
    old: str
    new: str
    promise: str

    def place(self, tree):
        """The file that it changes and its changed text; ValueError where its old text does not stand exactly once."""
        # White space in the old text stands for any white space, so that the formatter may break lines elsewhere.
        pattern = re.compile(r"\s+".join(re.escape(word) for word in self.old.split()))
        found = [(path, match) for path in sorted((tree / self.folder).rglob("*.cc")) for match in pattern.finditer(path.read_text())]
        if len(found) != 1:
            raise ValueError(f"mutants.tsv:{self.number}: '{self.old}' stands {len(found)} times in {self.folder}, not once")
        path, match = found[0]
        text = path.read_text()
        return path, text[: match.start()] + self.new + text[match.end():]


def read_table():
    mutants = []
    for number, line in enumerate(TABLE.read_text().splitlines(), 1):
        folder, old, new, promise = line.split("\t")
        mutants.append(Mutant(number, folder, old, new, promise))
    return mutants


def check(mutants):
    problems = []
    for mutant in mutants:
        try:
            mutant.place(ROOT)
        except ValueError as problem:
            problems.append(str(problem))
    return problems


def copy_tree(tree):
    """The files that git tracks or would, with what has not changed left as it is, so that it is not built again."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    wanted = {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()}
    for name in wanted:
        source, copy = ROOT / name, tree / name
        if copy.is_file() and copy.read_bytes() == source.read_bytes():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy)
        copy.touch()
    for path in tree.rglob("*"):
        name = path.relative_to(tree).as_posix()
        if path.is_file() and not name.startswith("build/") and name not in wanted:
            path.unlink()
    downloads = tree / "build" / "downloads"
    downloads.parent.mkdir(parents=True, exist_ok=True)
    if not downloads.exists():
        downloads.symlink_to(ROOT / "build" / "downloads")


class Worker:
    def __init__(self, number):
        self.tree = ROOT / "build" / "mutants" / str(number)
        self.build = self.tree / "build" / "release"

    def prepare(self):
        copy_tree(self.tree)
        if not (self.build / "build.ninja").exists():
            self.run(["cmake", "--preset", "release"], check=True)
        self.make(sorted({suite for suites in SUITES.values() for suite in suites}), check=True)

    def run(self, command, **how):
        environment = {**os.environ, "CCACHE_BASEDIR": str(self.tree), "CCACHE_NOHASHDIR": "1"}  # as scripts/build
        return subprocess.run(["nice", *command], cwd=self.tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **how)

    def make(self, targets, **how):
        return self.run(["cmake", "--build", str(self.build), "-j1", "--target", *targets], **how)

    def program(self, suite):
        return next(path for path in (self.build / "tests").rglob(suite) if path.is_file() and os.access(path, os.X_OK))

    def first_failure(self, suite):
        """The name of the test that fails on the tree as it is; None when all pass."""
        arguments = ARGUMENTS.get(suite, ["--gtest_brief=1", "--gtest_fail_fast"])
        try:
            done = self.run([str(self.program(suite)), *arguments], timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            return f"{suite} (hangs)"
        if done.returncode == 0:
            return None
        failed = re.search(r"\[  FAILED  \] (\w[\w./]*)", done.stdout)
        return failed.group(1) if failed else f"{suite} (exit {done.returncode})"

    def caught_by(self, mutant):
        """(What notices the mutant or None, a remark)."""
        path, changed = mutant.place(self.tree)
        original = path.read_text()
        path.write_text(changed)
        try:
            for suite in SUITES[mutant.folder.split("/")[0]]:
                built = self.make([suite])
                if built.returncode != 0:
                    errors = [line for line in built.stdout.splitlines() if "error" in line]
                    return None, "does not compile: " + (errors or ["?"])[0]
                if failed := self.first_failure(suite):
                    return failed, ""
            return None, ""
        finally:
            path.write_text(original)


def run_all(mutants, jobs):
    waiting = queue.Queue()
    for mutant in mutants:
        waiting.put(mutant)
    survivors, lock, broken = [], threading.Lock(), []

    def work(number):
        worker = Worker(number)
        try:
            worker.prepare()
            while True:
                mutant = waiting.get_nowait()
                begin = time.monotonic()
                notices, remark = worker.caught_by(mutant)
                with lock:
                    if notices is None:
                        survivors.append(mutant)
                    said = f"caught    {mutant.number:3} {notices}" if notices else f"SURVIVED  {mutant.number:3} {mutant.folder}: {mutant.promise} {remark}"
                    print(f"{said}  ({time.monotonic() - begin:.0f} s)", flush=True)
        except queue.Empty:
            pass
        except subprocess.CalledProcessError as failure:
            broken.append(f"the copy for the mutants does not build:\n{failure.stdout[-4000:]}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, jobs + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return survivors, broken


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--only", default="", help="lines that contain this, or numbers of lines with commas between them")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    chosen = arguments.parse_args()
    mutants = read_table()
    if problems := check(mutants):
        print("\n".join(problems))
        return 1
    if chosen.check:
        print(f"{len(mutants)} mutants find their places")
        return 0
    numbers = set(chosen.only.split(","))
    mutants = [m for m in mutants if not chosen.only or str(m.number) in numbers or chosen.only in f"{m.folder} {m.old} {m.promise}"]
    survivors, broken = run_all(mutants, min(chosen.jobs, len(mutants)))
    if broken:
        print("\n".join(broken))
        return 1
    print(f"{len(mutants) - len(survivors)} caught, {len(survivors)} survived")
    return 0 if len(survivors) <= (1 - ENOUGH) * len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
