"""One cluster for all tests of this folder: what they break, they mend, and the next test finds it whole."""

import pytest

from harness.cluster import Cluster


def pytest_collection_modifyitems(items):
    for item in items:
        if "cluster" in item.path.parts:
            item.add_marker(pytest.mark.cluster)
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def shared_cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.end()


@pytest.fixture
def cluster(shared_cluster):
    """Ready before the test, and after it, by itself, with equal digests."""
    shared_cluster.await_ready()
    yield shared_cluster
    shared_cluster.settled()


@pytest.fixture
def a(cluster):
    return cluster.nodes[0]


@pytest.fixture
def b(cluster):
    return cluster.nodes[1]


@pytest.fixture
def c(cluster):
    return cluster.nodes[2]
