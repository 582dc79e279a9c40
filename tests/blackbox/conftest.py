"""Fixtures: one shared node for cheap tests, fresh nodes where state or settings matter.

LEDGATE_BINARY names the binary (build/release/ledgate), LEDGATE_PATIENCE stretches all deadlines (sanitizer builds)."""

import pytest

from harness import client
from harness.kafka import Brokers
from harness.node import BINARY, Node


def pytest_sessionstart(session):
    if not session.config.option.collectonly and not BINARY.is_file():
        pytest.exit(f"no binary at {BINARY}: build it, or name one in LEDGATE_BINARY", returncode=4)


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    """The shared node: rate limits off, cheap hashing. Tests on it use names of their own and change no settings."""
    shared = Node(tmp_path_factory.mktemp("shared")).start()
    yield shared
    try:
        shared.stop()
    finally:
        shared.discard()


@pytest.fixture(autouse=True)
def shared_node_lives_on(request):
    """A crash is the failure of the test that caused it, and of no other: the next one gets a living node."""
    yield
    for name in {"node", "equipped"} & set(request.fixturenames):
        shared = request.getfixturevalue(name)
        if shared.process.poll() is not None:
            code = shared.process.returncode
            said = shared.said()
            shared.hang_up()
            shared.start()
            pytest.fail(f"{name} ended with {code}: {said[-1000:]}")


@pytest.fixture(scope="session")
def admin(node):
    """Bearer headers of the shared node's administrator."""
    return client.admin(node)


@pytest.fixture
def fresh(tmp_path):
    """Makes nodes of this test's own: `fresh(setting=…)` starts one, `fresh.idle(…)` only prepares it."""
    made = []

    def idle(settings=None, flags=(), home=None):
        made.append(Node(home or tmp_path / f"node{len(made)}", settings, flags))
        return made[-1]

    def started(settings=None, flags=()):
        return idle(settings, flags).start()

    started.idle = idle
    yield started
    for one in made:
        one.discard()


@pytest.fixture
def brokers(tmp_path):
    """Makes brokers of this test's own: `brokers()` starts one, `brokers(3)` three, `brokers(1, {"key": value})` with settings."""
    made = []

    def started(count=1, settings=None):
        made.append(Brokers(tmp_path / f"kafka{len(made)}", count, settings))
        return made[-1]

    yield started
    for one in made:
        one.end()


@pytest.fixture
def user(node):
    """A new user of the shared node."""
    return client.new_user(node)
