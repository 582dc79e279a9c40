"""Design §8: unknown user and wrong password give the same bytes and cost the same time, at the real hashing cost."""

import statistics
import time

import pytest

from harness.client import basic, fresh_name, login_002, login_003, login_004, new_user
from harness.node import Node

ROUNDS = 25
VARIES = {"date", "x-request-id", "ledgate-position"}
WRONG = "wrong-Horse7"
DOORS = {
    "003": lambda node, name: login_003(node, name, WRONG),
    "003 by address": lambda node, name: login_003(node, f"{name}@example.org", WRONG),
    "002": lambda node, name: login_002(node, name, WRONG),
    "002 token": lambda node, name: node.http.post("/api/v1/auth/token", data={"username": name, "password": WRONG}),
    "004": lambda node, name: login_004(node, f"{name}@example.org", WRONG),
    "Basic": lambda node, name: node.http.get("/api/v1/verify", headers=basic(name, WRONG)),
}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A node with the default hashing cost."""
    node = Node(tmp_path_factory.mktemp("real"), {"argon2.memory_kib": 19456, "argon2.iterations": 2}).start()
    node.known = new_user(node)
    yield node
    node.discard()


def visible(answer):
    """All that a client can compare; the request id, which some envelopes repeat, is its own."""
    body = answer.content.replace(answer.headers["x-request-id"].encode(), b"")
    return answer.status_code, body, sorted((name, value) for name, value in answer.headers.items() if name not in VARIES)


@pytest.mark.smoke
@pytest.mark.parametrize("door", DOORS)
def test_same_bytes(real, door):
    known, unknown = DOORS[door](real, real.known.name), DOORS[door](real, fresh_name())
    assert known.status_code == 401
    assert visible(known) == visible(unknown)
    assert real.known.name not in known.text


def lower_quartile(seconds):
    return statistics.quantiles(seconds, n=4)[0]


@pytest.mark.parametrize("door", DOORS)
def test_same_time(real, door):
    """Alternating attempts differ by far less than one hash (some 12 ms), which a missing hash would show. The lower quartile is
    what a busy machine disturbs least; where it still does, more rounds tell noise from a difference that stays."""
    spent = {True: [], False: []}
    for _ in range(4):
        for _ in range(ROUNDS):
            for known in (True, False):
                name = real.known.name if known else fresh_name()
                begin = time.perf_counter()
                DOORS[door](real, name)
                spent[known].append(time.perf_counter() - begin)
        known, unknown = lower_quartile(spent[True]), lower_quartile(spent[False])
        if abs(known - unknown) < max(0.002, 0.15 * known):
            return
    pytest.fail(f"{known * 1000:.2f} ms known, {unknown * 1000:.2f} ms unknown")
