"""A node without its rows makes them again from the log, while the others serve."""

import shutil

from harness.client import new_user, session_ndastro
from harness.cluster import READY_SECONDS
from harness.load import Load
from harness.waiting import eventually


def test_a_wiped_node_comes_back_equal_while_the_others_serve(cluster, c, tmp_path):
    name = new_user(c).name
    session = session_ndastro(c, name)
    with Load(cluster.nodes[:2], count=4) as load:
        c.stop()
        shutil.rmtree(c.data)
        before = load.acknowledged()
        c.start(READY_SECONDS)
        cluster.await_ready()
        eventually("the others served meanwhile", lambda: load.acknowledged() > before + 20, 30, every=0.1)
    assert c.http.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {session.access}"}).status_code == 200
    cluster.settled()
    load.judge(tmp_path)


def test_a_node_added_to_an_old_log_is_equal_too(cluster, a, c):
    """All of them, one after the other, from nothing."""
    for node in cluster.nodes:
        node.stop()
        shutil.rmtree(node.data)
        node.start(READY_SECONDS)
        cluster.await_ready()
    cluster.settled()


def test_a_stopped_node_leaves_nothing_behind(cluster, b):
    """SIGTERM in the middle of traffic: exit 0, and no client of another node notices."""
    with Load([cluster.nodes[0], cluster.nodes[2]], count=3) as load:
        for _ in range(2):
            before = load.acknowledged()
            b.stop()
            eventually("the others served meanwhile", lambda: load.acknowledged() > before + 5, 30, every=0.1)
            b.start(READY_SECONDS)
    cluster.settled()
    for one in load.clients:
        assert not one.fault, one.fault
    assert load.accounts.count("unknown") + load.sessions.count("unknown") == 0
