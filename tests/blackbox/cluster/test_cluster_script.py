"""scripts/cluster: one command, one Ctrl-C."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import httpx
import pytest

from harness.ports import HeldPort
from harness.node import BINARY, REPOSITORY
from harness.waiting import PATIENCE, eventually

START_SECONDS = 150
STOP_SECONDS = 60
NODE = BINARY.name[:15]  # as the kernel calls a process of it
JANE = {"username": "janedoe", "password": "s3cure!Pass"}


def processes_in(directory):
    """The processes whose working directory lies in `directory`, as (name, number): all that the script starts have theirs there."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if pathlib.Path(os.readlink(process / "cwd")).is_relative_to(directory):
                found.append(((process / "comm").read_text().strip(), int(process.name)))
        except OSError:
            continue  # it has ended, or is not ours
    return found


def running_in(directory):
    return sorted(name for name, _ in processes_in(directory))


def a_node_in(directory):
    return next(number for name, number in processes_in(directory) if name == NODE)


class Script:
    """`make cluster` in a process group of its own, as a terminal runs it."""

    def __init__(self, home, brokers, address=None):
        self.home = home
        self.data = home / "data"
        self.held = None if address else HeldPort()
        self.address = address or f"127.0.0.1:{self.held.number}"
        self.output = home / f"said-{len(list(home.glob('said-*')))}"
        words = f"--brokers {brokers} --listen {self.address} --binary {BINARY} --data {self.data} -- --argon2.memory_kib=1024"
        with open(self.output, "wb") as out:
            self.process = subprocess.Popen(["make", "--no-print-directory", "cluster", f"ARGS={words}"], cwd=REPOSITORY, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=out, start_new_session=True)

    def said(self):
        return self.output.read_text(errors="replace")

    def await_word(self, word):
        eventually(f"{word} in what the script says", lambda: word in self.said() or self.process.poll() is not None, START_SECONDS, every=0.2)
        assert self.process.poll() is None, self.said()
        return self

    def client(self):
        return httpx.Client(base_url=f"http://{self.address}", trust_env=False, timeout=20 * PATIENCE)

    def interrupt(self):
        """Ctrl-C: SIGINT to the whole process group, once."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(STOP_SECONDS * PATIENCE)
        assert "Traceback" not in self.said(), self.said()
        assert running_in(self.home) == []

    def discard(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS * PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)  # its children die with it
                self.process.wait()


@pytest.fixture
def script(tmp_path):
    """Starts the script: `script(3)` with three brokers."""
    made = []

    def started(brokers, **options):
        made.append(Script(tmp_path, brokers, **options))
        return made[-1]

    yield started
    for one in made:
        one.discard()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("brokers", [1, 3])
def test_one_command_starts_a_cluster_and_one_ends_it(script, tmp_path, brokers):
    first = script(brokers).await_word("Ctrl-C")
    running = running_in(tmp_path)
    assert [running.count(name) for name in ("java", NODE)] == [brokers, 3] and "nginx" in running, running
    with first.client() as http:
        made = http.post("/api/v1/auth/register", json={**JANE, "email": "jane@example.com"}, headers={"X-Forwarded-For": "203.0.113.9"})
        assert made.status_code == 201, made.text
        for _ in range(9):
            asked = http.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {made.json()['access']}"})
            assert asked.json()["username"] == "janedoe", "every node behind nginx knows"
        assert http.get("/metrics").status_code == 404
        assert http.get("/readyz").json()["ready"]
    assert len(re.findall(r"[abc] (http://127\.0\.0\.1:\d+)", first.said())) == 3
    first.interrupt()
    assert "did not end" not in first.said()
    for log in tmp_path.glob("data/*.log"):
        assert "ERROR" not in log.read_text(), f"{log.name}: {log.read_text()[-500:]}"
    again = script(brokers).await_word("Ctrl-C")
    with again.client() as http:
        assert http.post("/api/v1/auth/login", json=JANE).status_code == 200, "it goes on from there"
    again.interrupt()


@pytest.mark.parametrize("word", ["Kafka broker", "3 nodes"])
def test_it_can_be_stopped_while_it_starts(script, word):
    script(1).await_word(word).interrupt()


def test_a_second_one_waits_for_nobody(script, tmp_path):
    one = script(1).await_word("Ctrl-C")
    os.kill(a_node_in(tmp_path), signal.SIGSTOP)
    os.killpg(one.process.pid, signal.SIGINT)
    one.await_word("stopping")
    began = time.monotonic()
    one.interrupt()
    assert time.monotonic() - began < 5 * PATIENCE


def test_nothing_outlives_the_script(script, tmp_path):
    one = script(1).await_word("Ctrl-C")
    os.killpg(one.process.pid, signal.SIGKILL)
    one.process.wait()
    eventually("all are gone", lambda: running_in(tmp_path) == [], 15)


def test_what_ends_by_itself_is_started_again(script, tmp_path):
    one = script(1).await_word("Ctrl-C")
    os.kill(a_node_in(tmp_path), signal.SIGKILL)
    one.await_word("ended with -9; starting it again")
    eventually("three again", lambda: running_in(tmp_path).count(NODE) == 3, 15)
    one.interrupt()


def test_an_address_that_is_taken_ends_everything(script, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        one = script(1, address=f"127.0.0.1:{taken.getsockname()[1]}")
        assert one.process.wait(START_SECONDS * PATIENCE) != 0
    assert "nginx" in one.said() and "all logs: " in one.said(), one.said()
    assert running_in(tmp_path) == []


def test_what_a_client_says_of_itself_ends_at_nginx(script):
    """The address in the audit trail is the one nginx saw."""
    with script(1).await_word("Ctrl-C").client() as http:
        http.post("/api/v1/auth/login", json={"username": "nobody", "password": "wrong-Horse7"}, headers={"X-Forwarded-For": "203.0.113.9"})
        admin = http.post("/api/v1/auth/token", data={"username": "admin", "password": "admin"}).json()["access_token"]
        items = http.get("/api/v1/audit/events", params={"type": "LoginFailed"}, headers={"Authorization": f"Bearer {admin}"}).json()["items"]
        assert [item["ip"] for item in items] == ["127.0.0.1"]
