"""Promise 1: what was acknowledged is never lost. Twenty times kill -9 under sixteen writers, remembered outside."""

import random
import re
import threading
import types

import httpx
import pytest

from harness.client import (PASSWORD, admin, fresh_name, login_ndastro, login_book_corners, me, refresh_ndastro, refresh_book_corners, session_of, walk)
from harness.node import new_client
from harness.waiting import eventually

KILLS = 20
WRITERS = 16
SEED = 20260101


class Writer:
    """Registers, logs in and refreshes as fast as it can, and remembers only what was answered with success."""

    def __init__(self):
        self.users = {}      # name → number, from an acknowledged registration
        self.tokens = []     # (name, access token), acknowledged and never ended
        self.rotating = []   # (name, session), whose last answer was acknowledged
        self.acknowledged = 0
        self.faults = []

    def run(self, node):
        """Until the node is gone. Any answer but the expected one is a fault."""
        with new_client(node.url) as http:
            client = types.SimpleNamespace(http=http)
            try:
                while True:
                    self.one_life(client)
            except (httpx.TransportError, httpx.InvalidURL):
                return
            except AssertionError as fault:
                self.faults.append(fault)

    def one_life(self, client):
        name = fresh_name("kill")
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        pair = self.acknowledge(client.http.post("/api/v1/auth/register", json=body), 201).json()
        self.users[name] = me(client, pair["access"]).json().get("id")
        self.tokens.append((name, pair["access"]))
        access = self.acknowledge(login_book_corners(client, name), 200).json()["access"]
        self.tokens.append((name, access))
        access = self.acknowledge(refresh_book_corners(client, pair["refresh"]), 200).json()["access"]
        self.tokens.append((name, access))
        session = session_of(self.acknowledge(login_ndastro(client, name), 200))
        for _ in range(2):
            session = session_of(self.acknowledge(refresh_ndastro(client, *session), 200))
        self.rotating.append((name, session))

    def acknowledge(self, answer, status):
        assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
        self.acknowledged += 1
        return answer


def everything_is_there(node, writers, since):
    """Each acknowledged user in the directory with its number, each new token of this round still good."""
    rows = {row["username"]: row["number"] for row in walk(node, "/api/v1/users", admin(node), limit=100)}
    for writer, (tokens, rotating) in zip(writers, since):
        assert not writer.faults, writer.faults[0]
        for name, number in writer.users.items():
            assert name in rows, f"{name} was acknowledged and is gone"
            assert number in (None, rows[name])
        for name, access in writer.tokens[tokens:]:
            assert me(node, access).json().get("username") == name, f"an acknowledged session of {name} is gone"
        for name, session in writer.rotating[rotating:]:
            assert me(node, session.access).status_code == 200, f"an acknowledged rotation of {name} is gone"
    assert len(set(rows.values())) == len(rows), "two users with one number"


def digests(node):
    """What the running node says of its projections; the log-in comes first, so the digests are those of its last record."""
    headers = admin(node)
    status = node.http.get("/api/v1/status", headers=headers).json()
    return status["position"], {projection["name"]: projection["digest"] for projection in status["projections"]}


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_nothing_acknowledged_is_lost(fresh):
    """Kills fall at seeded counts of acknowledgements, so anywhere between append and answer."""
    chance = random.Random(SEED)
    node = fresh()
    writers = [Writer() for _ in range(WRITERS)]
    for _ in range(KILLS):
        since = [(len(writer.tokens), len(writer.rotating)) for writer in writers]
        goal = sum(writer.acknowledged for writer in writers) + chance.randint(60, 240)
        threads = [threading.Thread(target=writer.run, args=(node,)) for writer in writers]
        for thread in threads:
            thread.start()
        eventually("enough acknowledgements", lambda: sum(writer.acknowledged for writer in writers) >= goal, seconds=30, every=0.001)
        node.kill()
        for thread in threads:
            thread.join()
        node.start()
        everything_is_there(node, writers, since)
    for writer in writers:
        for name, session in writer.rotating[-3:]:
            assert refresh_ndastro(node, *session).status_code == 200, f"the last refresh token of {name} is not the last"
    position, expected = digests(node)
    node.kill()
    assert_rebuild_is_equal(node, position, expected)
    node.start()
    everything_is_there(node, writers, [(0, 0) for _ in writers])


def assert_rebuild_is_equal(node, position, expected):
    """Promise 3: `verify` finds the rows that the node reported, `rebuild` makes the same ones, `verify` agrees again."""
    for words in (["verify"], ["rebuild"], ["verify"]):
        done = node.command(*words)
        assert done.returncode == 0, f"{words}: {done.stdout[-1000:]}{done.stderr[-1000:]}"
        printed = dict(re.findall(r"^(\w+) +v\d+ +([0-9a-f]{64})", done.stdout, re.MULTILINE))
        assert f"position {position}," in done.stdout
        assert {name: printed[name] for name in expected} == expected
