"""Tries an upgrade of every read model under load, on many users: `build/venv/bin/python -B tests/bench/fold_trial.py USERS`.

A node of today is filled and stopped; ledgate_next, whose models all have another version, starts on what it left. Meanwhile some clients check tokens,
log in and refresh. Told are the percentiles of token checks while the models are folded and afterwards, the failures, the rate and the size of the rows."""

import pathlib
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/blackbox"))

from harness.client import admin, bearer, new_user  # noqa: E402
from harness.node import BINARY, Node, new_client  # noqa: E402

TESTS = BINARY.parent / "tests"
CHECKERS, LOG_INS = 2, 1
BETWEEN = 0.005  # a client thinks for a moment: what is measured is how long it waits


class Client(threading.Thread):
    def __init__(self, node, user, checks):
        super().__init__(daemon=True)
        self.node, self.user, self.checks = node, user, checks
        self.stopping, self.waited, self.failures = threading.Event(), [], []

    def run(self):
        with new_client(self.node.url) as http:
            while not self.stopping.is_set():
                began = time.perf_counter()
                if self.checks:
                    answer = http.get("/api/v1/verify", headers=bearer(self.user.access))
                else:
                    answer = http.post("/api/v1/auth/login", json={"username": self.user.name, "password": self.user.password})
                self.waited.append(time.perf_counter() - began)
                if answer.status_code != 200:
                    self.failures.append(answer.text)
                time.sleep(BETWEEN)


def measure(node, users, until):
    clients = [Client(node, user, number < CHECKERS) for number, user in enumerate(users)]
    for client in clients:
        client.start()
    until()
    for client in clients:
        client.stopping.set()
        client.join()
    checks = sorted(waited for client in clients if client.checks for waited in client.waited)
    failures = sum(len(client.failures) for client in clients)
    asked = sum(len(client.waited) for client in clients)
    at = lambda share: 1000 * checks[int(share * (len(checks) - 1))]
    return f"{asked} requests, {failures} failed; token checks: p50 {at(.5):.2f} ms, p99 {at(.99):.2f} ms, p99.9 {at(.999):.2f} ms"


def size_of(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main(count):
    home = pathlib.Path(tempfile.mkdtemp(prefix="fold-trial-", dir=ROOT / "build"))
    node = Node(home).start(60)
    users = [new_user(node, f"asker{number}") for number in range(CHECKERS + LOG_INS)]
    boss = admin(node)
    node.stop()
    subprocess.run([TESTS / "journal_filler", node.data, node.master_key, str(count)], check=True)
    began = time.monotonic()
    node.start(3600)
    print(f"applied by the program of today in {time.monotonic() - began:.1f} s", flush=True)
    node.stop(60)
    print(f"rows: {size_of(node.data / 'rows') >> 20} MiB, journal: {size_of(node.data / 'journal') >> 20} MiB", flush=True)
    node.program = [TESTS / "ledgate_next"]
    node.start(60)
    status = lambda: node.http.get("/api/v1/status", headers=boss).json()
    rates = []

    def folded():
        began = time.monotonic()
        while fold := status()["fold"]:
            rates.append(fold["records_per_second"])
            time.sleep(1)
        print(f"folded anew in {time.monotonic() - began:.1f} s, {max(rates, default=0)} records/s at most", flush=True)

    print("while it is folded:", measure(node, users, folded), flush=True)
    print("quiet:             ", measure(node, users, lambda: time.sleep(20)), flush=True)
    node.stop(60)


if __name__ == "__main__":
    main(int(sys.argv[1]))
