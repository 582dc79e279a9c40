"""A program whose models have changed, on rows of before: they are folded anew under load, and nobody notices."""

import os
import pathlib
import threading

import pytest

from harness import node as harness
from harness.client import PASSWORD, admin, bearer, login_book_corners, me, new_user
from harness.kafka import ready
from harness.node import BINARY, Node, new_client
from harness.waiting import eventually

NEXT = pathlib.Path(os.environ.get("LEDGATE_NEXT_BINARY", BINARY.parent / "tests/ledgate_next"))
USERS = 300


@pytest.fixture
def filled(fresh):
    """A node of today with some users, stopped; and what they hold."""
    node = fresh()
    users = [new_user(node) for _ in range(USERS)]
    boss = admin(node)
    node.stop()
    return node, users, boss


def status(node, boss):
    answer = node.http.get("/api/v1/status", headers=boss)
    assert answer.status_code == 200, answer.text
    return answer.json()


def versions(node, boss):
    return {row["name"]: row["version"] for row in status(node, boss)["projections"]}


def is_folded(node, boss):
    found = status(node, boss)
    return found["fold"] is None and {row["version"] for row in found["projections"] if row["name"] != "replica"} == {2}


class Asker(threading.Thread):
    """Asks what a service asks all day, and remembers each answer that was not the expected one."""

    def __init__(self, node, user, log_in):
        super().__init__(daemon=True)
        self.node, self.user, self.log_in = node, user, log_in
        self.stopping, self.asked, self.faults = threading.Event(), 0, []

    def run(self):
        with new_client(self.node.url) as http:
            while not self.stopping.is_set():
                if self.log_in:
                    answer = http.post("/api/v1/auth/login", json={"username": self.user.name, "password": PASSWORD})
                else:
                    answer = http.get("/api/v1/verify", headers=bearer(self.user.access))
                self.asked += 1
                if answer.status_code != 200:
                    self.faults.append(f"{answer.status_code}: {answer.text}")


def test_folded_anew_under_load(filled):
    """The rows of before are served until the new ones take their place; not one request fails; the rows are as if folded from 0."""
    node, users, boss = filled
    node.program = [NEXT]
    node.start()
    askers = [Asker(node, user, log_in=number == 0) for number, user in enumerate(users[:4])]
    for asker in askers:
        asker.start()
    eventually("all models in their new version", lambda: is_folded(node, boss), 60)
    registered = new_user(node)
    for asker in askers:
        asker.stopping.set()
        asker.join(30)
    assert [asker.faults for asker in askers] == [[]] * len(askers) and all(asker.asked for asker in askers)
    assert me(node, registered.access).status_code == 200
    assert "models are folded anew" in node.said() and "the models that were folded anew are served" in node.said()
    assert node.http.get("/readyz").json()["warnings"] == []
    node.restart()
    assert is_folded(node, boss), "and it stays so"
    node.stop()
    verified = verify(node, NEXT)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert verified.stdout.count("equal") == 12


def verify(node, program):
    was, harness.BINARY = harness.BINARY, program
    try:
        return node.command("verify")
    finally:
        harness.BINARY = was


def test_killed_while_folding(filled):
    """However often: the next process goes on, and what comes out is what the journal says."""
    node, users, boss = filled
    node.program = [NEXT]
    for _ in range(4):
        node.start()
        assert me(node, users[0].access).status_code == 200
        node.kill()
    node.start()
    eventually("all models in their new version", lambda: is_folded(node, boss), 60)
    assert login_book_corners(node, users[-1].name).status_code == 200
    node.stop()
    verified = verify(node, NEXT)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_rows_of_a_newer_program_are_refused(filled):
    """In one line that says what to do; a rebuild with the older program is a way back."""
    node, users, boss = filled
    node.program = [NEXT]
    node.start()
    eventually("all models in their new version", lambda: is_folded(node, boss), 60)
    node.stop()
    refused = node.command("serve")
    assert refused.returncode == 70
    assert refused.stderr.count("\n") == 1 and "made by a newer ledgate" in refused.stderr, refused.stderr
    rebuilt = node.command("rebuild")
    assert rebuilt.returncode != 70, rebuilt.stderr
    node.program = [BINARY]
    node.start()
    assert me(node, users[0].access).status_code == 200
    assert set(versions(node, boss).values()) == {1}


@pytest.mark.slow
def test_folded_anew_from_kafka(tmp_path, brokers):
    """The same with a topic for the journal: a consumer of its own reads it again, and the node is ready all the while."""
    node = Node(tmp_path / "node", {"journal": "kafka", "kafka.brokers": brokers().bootstrap, "kafka.replication": 1})
    assert node.command("keyring", "init").returncode == 0
    try:
        ready(node.start())
        users = [new_user(node) for _ in range(40)]
        boss = admin(node)
        node.stop()
        node.program = [NEXT]
        ready(node.start())
        asker = Asker(node, users[0], log_in=True)
        asker.start()
        eventually("all models in their new version", lambda: is_folded(node, boss), 60)
        asker.stopping.set()
        asker.join(30)
        assert not asker.faults and me(node, users[1].access).status_code == 200
        node.stop()
        verified = verify(node, NEXT)
        assert verified.returncode == 0, verified.stdout + verified.stderr
    finally:
        node.discard()
