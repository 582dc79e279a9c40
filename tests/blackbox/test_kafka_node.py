"""One to three nodes on a real broker: starting without it, losing it, what it may not be, and what nodes share."""

import concurrent.futures
import re
import shutil
import time

import pytest

from harness import client
from harness.kafka import readiness, ready
from harness.node import Node, run
from harness.waiting import PATIENCE, eventually

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path, brokers):
    """Makes nodes on one journal: `cluster(kafka)` prepares one, with the keyring that they all share."""
    made = []
    keyring = tmp_path / "keyring"
    assert run("keyring", "init", settings={"master_key_file": keyring}).returncode == 0

    def node(kafka, **settings):
        number = len(made)
        made.append(Node(tmp_path / f"node{number}", {
            "journal": "kafka", "kafka.brokers": kafka.bootstrap, "kafka.replication": 1, "node.id": f"node-{number}",
            "master_key_file": keyring, **{key.replace("__", "."): value for key, value in settings.items()}}))
        return made[-1]

    yield node
    for one in made:
        one.discard()


def status(node):
    answer = node.http.get("/api/v1/status", headers=client.basic("admin", "admin"))
    assert answer.status_code == 200, answer.text
    return answer.json()


def exit_line(node, seconds=30):
    """How a node that was spawned ended: its code and its last line on stderr that is not of the log."""
    code = node.process.wait(seconds * PATIENCE)
    lines = [line for line in node.said().splitlines() if line.startswith("ledgate: ")]
    return code, lines[-1] if lines else ""


def test_the_keyring_is_demanded_and_never_made(tmp_path, cluster, brokers):
    node = cluster(brokers())
    node.settings["master_key_file"] = tmp_path / "none"
    code, line = exit_line(node.spawn())
    assert code == 70 and "ledgate keyring init" in line
    assert not (tmp_path / "none").exists()


def test_an_unknown_property_is_one_clear_line(cluster, brokers):
    node = cluster(brokers())
    node.settings["kafka.property.security.protocoll"] = "SSL"
    code, line = exit_line(node.spawn())
    assert code == 2 and line == "ledgate: kafka.property.security.protocoll: librdkafka has no such property"


def test_without_brokers_the_node_lives_and_joins_by_itself(cluster, brokers):
    kafka = brokers()
    kafka.kill()
    node = cluster(kafka).start()
    assert node.http.get("/healthz").status_code == 200
    code, reasons = eventually("a reason", lambda: (lambda found: found if "journal_unreachable" in found[1] else None)(readiness(node)))
    assert code == 503 and kafka.bootstrap in reasons
    for answer in (node.http.post("/api/v1/auth/login", json={"user": "admin", "password": "admin"}),
                   node.http.get("/api/v1/users", headers=client.basic("admin", "admin")),
                   node.http.get("/.well-known/jwks.json")):
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1, answer.text
    kafka.start()
    ready(node)
    assert status(node)["journal"]["kind"] == "kafka"
    node.stop()


def test_a_node_that_hears_nothing_answers_nothing_that_depends_on_revocations(cluster, brokers):
    kafka = brokers()
    node = ready(cluster(kafka, freshness__limit_seconds=2).start())
    user = client.new_user(node)
    assert node.http.get("/api/v1/verify", headers=client.bearer(user.access)).status_code == 200
    kafka.pause()
    eventually("stale", lambda: node.http.get("/api/v1/verify", headers=client.bearer(user.access)).status_code == 503, 10)
    began = time.monotonic()
    refused = client.register(node)
    assert refused.status_code == 503 and refused.headers["Retry-After"], refused.text
    assert time.monotonic() - began < 1
    assert "journal_stale" in readiness(node)[1]
    kafka.resume()
    ready(node)
    assert node.http.get("/api/v1/verify", headers=client.bearer(user.access)).status_code == 200


def test_an_outcome_that_nobody_knows_is_said_and_can_be_asked_for(cluster, brokers):
    """The broker falls silent under a command: 504 with the transaction; under the same key the retry is told what became of it."""
    kafka = brokers()
    node = ready(cluster(kafka, command__deadline_seconds=1, freshness__limit_seconds=60).start())
    administrator = client.admin(node)
    kafka.pause()
    name, key = client.fresh_name("unknown"), {"Idempotency-Key": "once"}
    lost = client.register(node, name, headers=key)
    assert lost.status_code == 504 and re.fullmatch(r"[0-9a-f-]{36}", lost.headers["Ledgate-Transaction"]), lost.text
    revoked = node.http.post("/api/v1/users/1/revoke-sessions", headers=administrator)
    assert revoked.status_code == 504 and revoked.json()["code"] == "journal.outcome_unknown" and revoked.json()["transaction"]
    kafka.resume()
    told = eventually("an outcome", lambda: (again := client.register(node, name, headers=key)).status_code == 201 and again, 20)
    assert client.me(node, told.json()["access"]).status_code == 200
    born = client.audit(node, client.basic("admin", "admin"), type="UserRegistered", user=client.me(node, told.json()["access"]).json()["id"])
    assert len(born) == 1, "it happened once"
    assert client.register(node, name).status_code == 400, "and the name is taken for whoever has no key"


def test_rate_counters_are_shared_through_the_journal(cluster, brokers):
    """Whoever is slow enough for each node alone is not for all of them together."""
    kafka = brokers()
    limits = {"rate_limits.enabled": "true", "rate_limits.login": 4, "rate_limits.window_seconds": 86400}
    nodes = [cluster(kafka, **{name.replace(".", "__"): value for name, value in limits.items()}).start() for _ in range(3)]
    for node in nodes:
        ready(node)
    answers, position = [], "0"
    for number in range(9):
        answers.append(client.login_book_corners(nodes[number % 3], "nobody", headers={"Ledgate-Min-Position": position}))
        position = answers[-1].headers.get("Ledgate-Position", position)
    assert [answer.status_code for answer in answers] == [401] * 4 + [429] * 5
    assert all(answer.headers["Retry-After"] for answer in answers[4:])


def test_stopping_is_bounded_while_the_broker_is_frozen(cluster, brokers):
    kafka = brokers()
    node = ready(cluster(kafka, freshness__limit_seconds=1).start())
    kafka.pause()
    eventually("stale", lambda: readiness(node)[0] == 503, 10)
    node.stop(10)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("frozen", [False, True], ids=["brokers that answer", "frozen brokers"])
def test_a_long_replay_is_stopped_at_once_and_gone_on_with(cluster, brokers, frozen):
    kafka = brokers()
    writer = ready(cluster(kafka, kafka__property__batch__num__messages=1).start())
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: client.login_book_corners(writer, f"nobody{number}"), range(2000)))
    end = status(writer)["position"]
    writer.stop()
    slowly = "kafka.property.fetch.message.max.bytes"  # one batch at a time
    node = cluster(kafka, **{slowly: 1}).start()
    applied = eventually("a part of the log is applied", lambda: node.http.get("/readyz").json()["position"], 20, every=0.005)
    if frozen:
        kafka.pause()
    assert applied < end and "starting: " in readiness(node)[1]
    began = time.monotonic()
    node.stop()
    assert time.monotonic() - began < 5 * PATIENCE
    assert "stopping takes too long" not in node.said() and '"error"' not in node.said()
    assert "the administrator still has" not in node.said(), "it went on to the end of the log"
    if frozen:
        kafka.resume()
    del node.settings[slowly]
    ready(node.start())
    assert status(node)["position"] >= end


def test_nodes_that_start_together_are_one_service(cluster, brokers):
    kafka = brokers()
    nodes = [cluster(kafka) for _ in range(3)]
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda node: ready(node.start()), nodes))
    found = nodes[0].http.get("/api/v1/users", headers=client.basic("admin", "admin")).json()["items"]
    assert [user["username"] for user in found] == ["admin"]
    user = client.new_user(nodes[0])
    for node in nodes:
        assert node.http.get("/api/v1/verify", headers=client.bearer(user.access)).status_code == 200
    keys = [node.http.get("/.well-known/jwks.json").json() for node in nodes]
    assert keys[0] == keys[1] == keys[2] and keys[0]["keys"]
    eventually("every node ticks", lambda: {peer["node"] for peer in status(nodes[0])["peers"]} >= {"node-0", "node-1", "node-2"}, 40)
    seen = status(nodes[0])
    assert seen["lag"] == 0 and 0 <= seen["journal"]["age_ms"] <= 5000 * PATIENCE
    for peer in seen["peers"]:
        assert 0 < peer["position"] <= seen["position"] and 0 <= peer["age_ms"] <= 30_000 * PATIENCE, peer
    assert min(peer["age_ms"] for peer in seen["peers"]) <= 5000 * PATIENCE
    metrics = nodes[0].http.get("/metrics").text
    assert seen["refused_records"] == 0 and "\nledgate_replica_refused_records 0\n" in metrics, "nobody is woken for nodes that started together"
    assert f"\nledgate_replica_extra_geneses {seen['extra_geneses']}\n" in metrics


# --- the first administrator -----------------------------------------------------------------------------------------

OPEN = {"listen": "0.0.0.0:0"}


def told(node, start=None):
    """The passwords that a start printed."""
    return re.findall(r"password \(shown this once\) is (\S+)", node.said(start))


def test_nodes_that_start_together_tell_one_password(cluster, brokers):
    kafka = brokers()
    nodes = [cluster(kafka, **OPEN) for _ in range(3)]
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda node: ready(node.start()), nodes))
    passwords = [password for node in nodes for password in told(node)]
    assert passwords and len(set(passwords)) == 1 and len(passwords[0]) >= 12
    assert not any("is void" in node.said() for node in nodes)
    for node in nodes:
        assert client.login_book_corners(node, "admin", passwords[0]).status_code == 200
        assert client.login_book_corners(node, "admin", "admin").status_code == 401
    late = ready(cluster(kafka, **OPEN).start())
    assert told(late) == [], "there is an administrator already"


def test_a_password_is_known_whenever_its_node_dies(cluster, brokers):
    """Killed at once when it has told the password: the account is there or not, and the password is the same either way."""
    kafka = brokers()
    node = cluster(kafka, **OPEN).spawn()
    eventually("a password", lambda: told(node), 30, every=0.001)
    node.kill()
    ready(node.start())
    password = told(node, 1)[0]
    assert set(told(node)) <= {password}
    assert client.login_book_corners(node, "admin", password).status_code == 200


def test_a_journal_of_its_own_has_a_password_of_its_own(cluster, brokers):
    """The keyring alone does not make it."""
    kafka = brokers()
    first, second = (ready(cluster(kafka, **OPEN, kafka__topic=topic).start()) for topic in ("one", "two"))
    assert told(first) and told(second) and told(first) != told(second)


def same_digests(nodes):
    states = [status(node) for node in nodes]
    by_position = {}
    for state in states:
        by_position.setdefault(state["position"], []).append((state["journal"]["chain"], [row["digest"] for row in state["projections"]]))
    return len(by_position) == 1 and len({str(one) for one in by_position.popitem()[1]}) == 1


def test_a_wiped_node_rebuilds_while_the_others_serve(cluster, brokers):
    kafka = brokers()
    first, second = (ready(cluster(kafka, tick_seconds=5).start()) for _ in range(2))
    for _ in range(20):
        client.new_user(first)
    second.stop()
    shutil.rmtree(second.data / "rows")
    ready(second.start())
    eventually("equal digests", lambda: same_digests([first, second]), 20)


def test_rebuild_and_verify_read_the_topic(cluster, brokers):
    kafka = brokers()
    node = ready(cluster(kafka).start())
    client.new_user(node)
    node.stop()
    verified = node.command("verify")
    assert verified.returncode == 0 and "verified" in verified.stdout, verified.stderr
    rebuilt = node.command("rebuild")
    assert rebuilt.returncode == 0 and "rebuilt" in rebuilt.stdout, rebuilt.stderr
    ready(node.start())


def test_another_journal_ends_the_node_and_leaves_its_rows(cluster, brokers):
    first, second = brokers(), brokers()
    node = ready(cluster(first).start())
    node.stop()
    ready(cluster(second).start()).stop()
    node.settings["kafka.brokers"] = second.bootstrap
    code, line = exit_line(node.spawn())
    assert code == 70 and ("is not the one that these read models were made from" in line or "was applied here" in line), line
    node.settings["kafka.brokers"] = first.bootstrap
    ready(node.start())


def test_an_empty_cluster_is_not_taken_for_the_journal(cluster, brokers):
    first, second = brokers(), brokers()
    node = ready(cluster(first).start())
    node.stop()
    node.settings["kafka.brokers"] = second.bootstrap
    code, line = exit_line(node.spawn())
    assert code == 70 and "is not there, although read models were made from it" in line


def test_too_few_replicas_are_refused_by_name(cluster, brokers):
    kafka = brokers()
    ready(cluster(kafka).start()).stop()
    node = cluster(kafka, kafka__replication=3)
    code, line = exit_line(node.spawn())
    assert code == 70
    assert "the number of replicas is 1 and must be at least 3 (kafka.replication)" in line and "min.insync.replicas is 1 and must be at least 2" in line
