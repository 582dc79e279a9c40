"""Three nodes on real brokers, behaving as one service."""

import pathlib
import time

from . import client
from .kafka import Brokers, ready
from .node import Node, run
from .ports import HeldPort
from .waiting import eventually

NODES = ("a", "b", "c")
FRESHNESS_SECONDS = 5  # freshness.limit_seconds as it comes
READY_SECONDS = 60


class Cluster:
    """`nodes` a, b and c with one keyring, on `brokers`; started together, so that they meet at an empty log."""

    def __init__(self, home, brokers=3, settings=None):
        home = pathlib.Path(home)
        keyring = home / "keyring"
        made = run("keyring", "init", settings={"master_key_file": keyring})
        assert made.returncode == 0, made.stderr
        self.brokers = Brokers(home / "kafka", brokers)
        common = {"journal": "kafka", "kafka.brokers": self.brokers.bootstrap, "kafka.replication": brokers, "master_key_file": keyring,
                  **(settings or {})}
        self.held = [HeldPort() for _ in NODES]
        self.nodes = [Node(home / name, {**common, "node.id": name, "listen": f"127.0.0.1:{port.number}"})
                      for name, port in zip(NODES, self.held)]
        try:
            for node in self.nodes:
                node.spawn()
            for node in self.nodes:
                node.await_ready_line(READY_SECONDS)
            self.await_ready()
        except BaseException:
            self.end()
            raise

    def await_ready(self, seconds=READY_SECONDS):
        for node in self.nodes:
            ready(node, seconds)

    def admin(self):
        return client.admin(self.nodes[0])

    def settled(self, seconds=READY_SECONDS):
        """All ready and, at one and the same position, with equal digests; those digests by name."""
        self.await_ready(seconds)
        headers = self.admin()
        seen = []

        def together():
            seen[:] = [self.status(node, headers) for node in self.nodes]
            return len({status["position"] for status in seen}) == 1

        eventually("nodes at one position", together, 30, every=0.05)
        digests = [{row["name"]: row["digest"] for row in status["projections"]} for status in seen]
        assert digests[0] == digests[1] == digests[2], f"digests differ at position {seen[0]['position']}: {digests}"
        return digests[0]

    @staticmethod
    def status(node, headers):
        answer = node.http.get("/api/v1/status", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def kill(self, node):
        node.kill()

    def revive(self, node):
        """Start again after a kill, without waiting for it to be ready."""
        node.start(READY_SECONDS)

    def end(self):
        for node in self.nodes:
            node.discard()
        self.brokers.end()


def until(probe, seconds, every=0.01):
    """Seconds until `probe()` is true, or None when it never was within `seconds`."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        if probe():
            return time.monotonic() - begin
        time.sleep(every)
    return None
