"""Nodes and brokers killed, frozen and gone: nothing acknowledged is lost, nothing is issued without the log, all recovers by itself."""

import concurrent.futures
import random
import signal
import time

import httpx
import pytest

from harness.client import bearer, login_book_corners, me, new_user, refresh_ndastro, register, session_ndastro
from harness.cluster import FRESHNESS_SECONDS, until
from harness.load import Load
from harness.waiting import eventually

SEED = 20260102
MARGIN = 1.5  # for what was on its way
STALE = FRESHNESS_SECONDS + MARGIN
RECOVERY_SECONDS = 90  # brokers that starve for CPU take long to be in sync again


def proved(load, cluster, tmp_path, least):
    """The cluster is whole again, the clients saw one service, and all that was acknowledged is there."""
    cluster.settled()
    load.judge(tmp_path)
    load.check_everything()
    assert load.acknowledged() >= least, f"only {load.acknowledged()} acknowledgements: nothing was shown"


def progress(load, cluster, more=20, seconds=RECOVERY_SECONDS):
    """Clients are served again, by all three nodes."""
    seen = load.acknowledged()
    eventually("acknowledgements again", lambda: load.acknowledged() >= seen + more, seconds, every=0.1)


def test_nodes_killed_at_random(cluster, tmp_path):
    dice = random.Random(SEED)
    with Load(cluster.nodes, stale=STALE) as load:
        for _ in range(6):
            time.sleep(dice.uniform(0.5, 1.5))
            node = dice.choice(cluster.nodes)
            cluster.kill(node)
            time.sleep(dice.uniform(0.0, 1.0))
            cluster.revive(node)
        cluster.await_ready()
        progress(load, cluster)
    proved(load, cluster, tmp_path, least=100)


def test_all_nodes_killed_at_once(cluster, tmp_path):
    with Load(cluster.nodes, stale=STALE) as load:
        progress(load, cluster)
        for node in cluster.nodes:
            node.process.kill()
        for node in cluster.nodes:
            cluster.kill(node)
            cluster.revive(node)
        progress(load, cluster)
    proved(load, cluster, tmp_path, least=40)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_broker_killed(cluster, number, tmp_path):
    """Whichever leads: clients are served again while it is still gone."""
    with Load(cluster.nodes, stale=STALE) as load:
        progress(load, cluster)
        cluster.brokers.kill(number)
        progress(load, cluster)
        cluster.brokers.start(number)
        progress(load, cluster)
    proved(load, cluster, tmp_path, least=60)


def test_a_broker_frozen(cluster, tmp_path):
    with Load(cluster.nodes, stale=STALE) as load:
        progress(load, cluster)
        for number in (1, 2, 3):
            cluster.brokers.pause(number)
            try:
                progress(load, cluster)
            finally:
                cluster.brokers.resume(number)
            progress(load, cluster)
    proved(load, cluster, tmp_path, least=100)


def test_a_node_frozen_for_ten_seconds_never_believes_what_it_knew(cluster, a, b, tmp_path):
    """Requests lie before its door when it wakes; it must not answer them from what it knew then."""
    name = new_user(a).name
    sessions = [session_ndastro(a, name) for _ in range(8)]
    for session in sessions:
        assert me(b, session.access).status_code == 200
    survivor = session_ndastro(a, name)
    with Load([cluster.nodes[0], cluster.nodes[2]], stale=STALE, count=4) as load:
        b.process.send_signal(signal.SIGSTOP)
        try:
            with concurrent.futures.ThreadPoolExecutor(len(sessions)) as pool:
                for session in sessions:
                    assert a.http.post("/api/v1/auth/logout", headers=bearer(session.access)).status_code == 200
                waiting = [pool.submit(httpx.get, f"{b.url}/api/v1/auth/me", headers=bearer(session.access), timeout=60, trust_env=False)
                           for session in sessions]
                time.sleep(10)
                b.process.send_signal(signal.SIGCONT)
                answers = [one.result() for one in waiting]
        finally:
            b.process.send_signal(signal.SIGCONT)
        assert {answer.status_code for answer in answers} <= {401, 503}, "a revoked token was accepted by a node that could not know"
        for _ in range(50):
            assert me(b, sessions[0].access).status_code in (401, 503)
        assert until(lambda: me(b, survivor.access).status_code == 200, RECOVERY_SECONDS) is not None, "and it serves again, by itself"
        progress(load, cluster)
    proved(load, cluster, tmp_path, least=50)


def test_all_brokers_down_for_fifteen_seconds(cluster, a, tmp_path):
    """Reads go on for as long as they may, then nobody is believed; nothing is issued; then all is well again without a hand."""
    name = new_user(a).name
    session = session_ndastro(a, name)
    with Load(cluster.nodes, stale=STALE) as load:
        progress(load, cluster)
        cluster.brokers.kill_all()
        down = time.monotonic()
        try:
            while time.monotonic() - down < FRESHNESS_SECONDS + MARGIN:
                time.sleep(0.1)
            issued = load.acknowledged()
            while time.monotonic() - down < 15:
                for node in cluster.nodes:
                    assert me(node, session.access).status_code == 503, "a token that cannot be checked is not believed"
                    assert node.http.get("/healthz").status_code == 200
                    ready = node.http.get("/readyz")
                    assert ready.status_code == 503 and ready.json()["reasons"], ready.text
                time.sleep(0.5)
            refused = login_book_corners(a, name)
            assert refused.status_code in (503, 504), f"something was issued without the log: {refused.text}"
            assert "Retry-After" in refused.headers or refused.status_code == 504
            assert load.acknowledged() == issued, "nothing is acknowledged without the log"
        finally:
            cluster.brokers.start_all()
        cluster.await_ready()
        progress(load, cluster)
        assert refresh_ndastro(cluster.nodes[2], *session).status_code == 200
    proved(load, cluster, tmp_path, least=40)


def test_the_only_broker_frozen_means_nobody_knows(cluster, a):
    """All brokers alive and silent: the connections stand, and still nobody is believed after the limit."""
    name = new_user(a).name
    session = session_ndastro(a, name)
    for number in (1, 2, 3):
        cluster.brokers.pause(number)
    try:
        time.sleep(FRESHNESS_SECONDS + MARGIN)
        for node in cluster.nodes:
            assert me(node, session.access).status_code == 503
            assert node.http.get("/readyz").status_code == 503
    finally:
        for number in (1, 2, 3):
            cluster.brokers.resume(number)
    cluster.await_ready()
    assert me(cluster.nodes[1], session.access).status_code == 200
    assert register(cluster.nodes[2]).status_code == 201
