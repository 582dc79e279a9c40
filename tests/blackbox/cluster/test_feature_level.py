"""Programs of two feature levels on one journal: who holds the level down, who raises it, and who is not let in afterwards (docs/upgrading.md)."""

import os
import pathlib
import re

import pytest

from harness import client
from harness.kafka import readiness, ready
from harness.node import BINARY, REPOSITORY, Node, run
from harness.waiting import eventually

NEXT = pathlib.Path(os.environ.get("LEDGATE_NEXT_BINARY", REPOSITORY / "build/next/ledgate")).resolve()
MARK = b"next-level-mark"  # in each tick of the next level, and nowhere else
UNUSABLE = 70
TICKS_SECONDS = 10


@pytest.fixture(scope="module", autouse=True)
def programs():
    assert NEXT.is_file(), f"no program of the next level at {NEXT}: scripts/build next ledgate, or name one in LEDGATE_NEXT_BINARY"


@pytest.fixture
def cluster(tmp_path, brokers):
    """`cluster(program)` prepares a node that runs it; all share a broker and a keyring. `cluster.kafka` is the broker."""
    kafka, keyring, made = brokers(), tmp_path / "keyring", []
    assert run("keyring", "init", settings={"master_key_file": keyring}).returncode == 0

    def node(program):
        made.append(Node(tmp_path / f"node{len(made)}", {"journal": "kafka", "kafka.brokers": kafka.bootstrap, "kafka.replication": 1,
                                                         "node.id": f"node-{len(made)}", "master_key_file": keyring}))
        made[-1].program = [program]
        return made[-1]

    node.kafka = kafka
    yield node
    for one in made:
        one.discard()


def status(node):
    answer = node.http.get("/api/v1/status", headers=client.basic("admin", "admin"))
    assert answer.status_code == 200, answer.text
    return answer.json()


def level(node):
    return status(node)["feature_level"]


def await_level(node, wanted):
    eventually(f"level {wanted}; it is {level(node)}", lambda: level(node)["journal"] == wanted, TICKS_SECONDS)


def await_ticks_of(node, seen_by):
    """Ten more positions, and a tick of this node among them."""
    name, position = node.settings["node.id"], status(seen_by)["position"]
    eventually(f"a tick of {name}", lambda: any(peer["node"] == name and peer["position"] > position + 10 for peer in status(seen_by)["peers"]), 60)


def raises(node):
    return client.audit(node, client.basic("admin", "admin"), type="FeatureLevelRaised")


def is_in_journal(mark, kafka):
    return any(mark in segment.read_bytes() for segment in kafka.home.rglob("ledgate.journal-0/*.log"))


def with_program(node, program):
    """The node again, on its own data, with another program; not started."""
    if node.process and node.process.poll() is None:
        node.stop()
    node.program = [program]
    return node


def refusal(known):
    return f"this program knows feature level {known}, the journal is at {known + 1}: start a newer program"


def test_the_oldest_living_program_decides(cluster):
    old, new = ready(cluster(BINARY).start()), ready(cluster(NEXT).start())
    known = level(old)["known"]
    assert level(new)["known"] == known + 1
    await_level(old, known)
    user = client.new_user(new)
    assert old.http.get("/api/v1/verify", headers=client.bearer(user.access)).status_code == 200

    # Mixed: the newer program writes the old form, whoever ticks.
    await_ticks_of(new, seen_by=old)
    await_ticks_of(old, seen_by=new)
    assert level(new) == {"journal": known, "known": known + 1, "announced": known + 1, "waits_for": ["node-0"]}
    assert {peer["node"]: peer["knows_level"] for peer in status(old)["peers"]} == {"node-0": known, "node-1": known + 1}
    assert not is_in_journal(MARK, cluster.kafka)
    assert readiness(old)[0] == 200 and [row["digest"] for row in settled(old, new)[0]] == [row["digest"] for row in settled(old, new)[1]]

    # The way back is open.
    ready(with_program(new, BINARY).start())
    assert level(new)["known"] == known and client.login_book_corners(new, user.name).status_code == 200
    ready(with_program(new, NEXT).start())

    # All know the next level: one record raises it, and the new form is written.
    ready(with_program(old, NEXT).start())
    await_level(old, known + 1)
    await_level(new, known + 1)
    eventually("the new form", lambda: is_in_journal(MARK, cluster.kafka), TICKS_SECONDS)
    assert len(raises(new)) == 2, "to the level of the first program, and to that of the next"
    metrics = new.http.get("/metrics").text
    assert f"\nledgate_journal_feature_level {known + 1}\n" in metrics and f"\nledgate_known_feature_level {known + 1}\n" in metrics

    # Whoever comes with an older program meets the record that raised the level, or has its rows from behind it.
    newcomer = cluster(BINARY).start()
    eventually("the reason", lambda: refusal(known) in readiness(newcomer)[1], 30)
    assert readiness(newcomer)[0] == 503 and re.search(r"replica_stopped: journal record \d+: this program", readiness(newcomer)[1])
    assert '\nledgate_replica_stopped 1\n' in newcomer.http.get("/metrics").text
    code, line = ended(with_program(old, BINARY))
    assert (code, line) == (UNUSABLE, f"ledgate: {refusal(known)}")
    assert readiness(new)[0] == 200 and client.login_book_corners(new, user.name).status_code == 200


def settled(*nodes):
    """The digests of each node, all at one position."""
    seen = []

    def together():
        seen[:] = [status(node) for node in nodes]
        return len({one["position"] for one in seen}) == 1

    eventually("nodes at one position", together, 30, every=0.05)
    return [one["projections"] for one in seen]


def ended(node, seconds=60):
    """How a start ended that did not come about: its code, and its last line that is not of the log."""
    code = node.spawn().process.wait(seconds)
    return code, [line for line in node.said().splitlines() if line.startswith("ledgate: ")][-1]


def test_a_node_that_stopped_before_the_raise_stops_at_it_when_it_comes_back(cluster):
    old, new = ready(cluster(BINARY).start()), ready(cluster(NEXT).start())
    known = level(old)["known"]
    old.stop()
    await_level(new, known + 1)
    old.start()
    eventually("the reason", lambda: refusal(known) in readiness(old)[1], 30)
    ready(with_program(old, NEXT).start())
    settled(old, new)


def test_a_node_that_was_killed_is_waited_for_no_longer_than_a_minute(cluster):
    old, new = ready(cluster(BINARY).start()), ready(cluster(NEXT).start())
    known = level(old)["known"]
    old.kill()
    assert level(new)["waits_for"] == ["node-0"]
    eventually("the level", lambda: level(new)["journal"] == known + 1, 75)


def test_a_journal_of_ones_own(fresh):
    """The first start of the newer program raises the level, and there is no way back; unless the level is held."""
    node = fresh({"node.id": "only"})
    known = level(node)["known"]
    await_level(node, known)
    node.settings["feature_level_max"] = known
    with_program(node, NEXT).start()
    assert level(node) == {"journal": known, "known": known + 1, "announced": known, "waits_for": ["only"]}
    with_program(node, BINARY).start()
    assert level(node)["journal"] == known

    del node.settings["feature_level_max"]
    with_program(node, NEXT).start()
    assert level(node)["journal"] == known + 1
    code, line = ended(with_program(node, BINARY))
    assert (code, line) == (UNUSABLE, f"ledgate: {refusal(known)}")
    for command in ("rebuild", "verify"):
        refused = node.command(command)
        assert refused.returncode != 0 and refusal(known) in refused.stderr, refused.stderr
    with_program(node, NEXT).start()
    assert readiness(node)[0] == 200
