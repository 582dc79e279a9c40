"""The node on which the dialects are walked: everything that a setting can turn on is on."""

import pytest

from harness import client
from harness.gate import Gate
from harness.node import Node
from harness.smtp import SmtpServer

ORIGIN = "https://app.example.org"
LINKS = "http://auth.example.org"


@pytest.fixture(scope="session")
def mailbox():
    box = SmtpServer().start()
    yield box
    box.stop()


@pytest.fixture(scope="session")
def equipped(tmp_path_factory, mailbox):
    """Guests, mail to `mailbox`, one foreign origin and the debug pages; rate limits off, cheap hashing."""
    node = Node(tmp_path_factory.mktemp("equipped"), {
        "guest.enabled": "true", "emails.enabled": "true", "smtp.url": mailbox.url, "smtp.from": "ledgate@example.org",
        "cors.origins": ORIGIN, "debug": "true", "public_url": LINKS}).start()
    yield node
    try:
        node.stop()
    finally:
        node.discard()


@pytest.fixture
def member(equipped):
    """A new user of the equipped node."""
    return client.new_user(equipped)


@pytest.fixture
def session(equipped, member):
    """Bearer headers of a lightnovel-crawler log-in of the member."""
    return client.bearer(client.login_lightnovel_crawler(equipped, member.email).json()["token"])


@pytest.fixture(scope="session")
def gate(equipped, tmp_path_factory):
    """nginx with the documented configuration before the equipped node."""
    found = Gate(equipped, tmp_path_factory.mktemp("gate")).start()
    yield found
    found.stop()
