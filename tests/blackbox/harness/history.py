"""Histories of concurrent clients, and the checker of tests/porcupine that judges them."""

import contextlib
import json
import subprocess
import threading
import time

from .node import REPOSITORY
from .waiting import PATIENCE

SOURCE = REPOSITORY / "tests/porcupine"
CHECKER = REPOSITORY / "build/porcupine/porcupine"
OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"
NOTHING = "nothing"


class History:
    """What was asked and answered, in the words of one model ("account" or "session"); any thread may add to it."""

    def __init__(self, model):
        self.model = model
        self.operations = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def operation(self, client, key, do, given="", following="", stale=0.0):
        """Times what happens inside, which sets `result`, and `next` where the answer names it. What raises stays unknown, and raises on;
        what certainly did nothing is no operation."""
        one = {"client": client, "key": key, "do": do, "with": given, "next": following, "result": UNKNOWN, "stale": int(stale * 1e9),
               "call": time.monotonic_ns()}
        try:
            yield one
        finally:
            one["return"] = time.monotonic_ns()
            if one["result"] != NOTHING:
                with self._lock:
                    self.operations.append(one)

    def add(self, do, result, call, end, key="k", given="", following="", stale=0):
        """One operation by hand, with times of any unit."""
        self.operations.append({"client": 0, "key": key, "do": do, "with": given, "next": following, "result": result, "stale": stale, "call": call,
                                "return": end})
        return self

    def count(self, result):
        return sum(one["result"] == result for one in self.operations)

    def judged(self, path):
        """Writes the history to `path` and has it judged: (linearizable?, what the checker said)."""
        path.write_text(json.dumps({"model": self.model, "operations": self.operations}))
        return judged([path], "-picture", path.parent)


def judged(paths, *flags):
    """Has histories judged that lie in files: (all linearizable?, what the checker said, a line for each)."""
    build_checker()
    done = subprocess.run([CHECKER, *flags, *paths], text=True, capture_output=True, timeout=120 * PATIENCE)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 0, done.stdout


def build_checker():
    """Quick when it is there: go itself knows whether the sources changed."""
    CHECKER.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["go", "build", "-o", CHECKER, "."], cwd=SOURCE, check=True, timeout=300)
