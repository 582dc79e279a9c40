"""Brokers that are spoken to over TLS: who is let in, and what a node says that is not."""

import pytest

from harness import client
from harness.kafka import Brokers, readiness, ready
from harness.node import Node, run
from harness.waiting import eventually

pytestmark = pytest.mark.slow

PASSWORD = "Qz7VxBrokers9wKfUe"  # found nowhere else
WRONG = "Qz7VxMistaken9wKfUe"


@pytest.fixture(scope="module")
def kafka(tmp_path_factory):
    """One broker for all tests here; each has a topic of its own."""
    one = Brokers(tmp_path_factory.mktemp("secure") / "kafka", password=PASSWORD)
    yield one
    one.end()


def by_password(kafka, **changed):
    return {"kafka.brokers": kafka.secure["password_bootstrap"], "kafka.property.security.protocol": "SASL_SSL",
            "kafka.property.sasl.mechanism": "PLAIN", "kafka.property.sasl.username": kafka.secure["user"],
            "kafka.property.sasl.password": PASSWORD, "kafka.property.ssl.ca.location": kafka.secure["authority"],
            **{f"kafka.property.{key.replace('_', '.')}": value for key, value in changed.items()}}


def by_certificate(kafka):
    return {"kafka.brokers": kafka.secure["certificate_bootstrap"], "kafka.property.security.protocol": "SSL",
            "kafka.property.ssl.certificate.location": kafka.secure["client_certificate"],
            "kafka.property.ssl.key.location": kafka.secure["client_key"], "kafka.property.ssl.ca.location": kafka.secure["authority"]}


@pytest.fixture
def joined(tmp_path, request):
    """Starts a node with these settings and everything in its log; afterwards no password is in what it wrote."""
    made = []
    keyring = tmp_path / "keyring"
    assert run("keyring", "init", settings={"master_key_file": keyring}).returncode == 0

    def node(settings):
        made.append(Node(tmp_path / f"node{len(made)}", {"journal": "kafka", "kafka.replication": 1, "kafka.topic": f"of.{request.node.name[:60]}".replace(
            "[", ".").replace("]", ""), "master_key_file": keyring, "log.level": "debug", **settings}))
        return made[-1].start()

    yield node
    for one in made:
        one.discard()
        assert "Qz7Vx" not in one.said()


def refused(node, *words):
    """The node lives, and says in its readiness, and once in its log, why it cannot join: with all these words."""
    eventually(f"{words}; it says {readiness(node)}", lambda: all(word in readiness(node)[1] for word in words), 20)
    assert readiness(node)[0] == 503 and "journal_unreachable: " in readiness(node)[1] and "Qz7Vx" not in readiness(node)[1]
    assert node.http.get("/healthz").status_code == 200
    warnings = [line for line in node.said().splitlines() if '"warn"' in line and "the brokers do not answer" in line]
    assert len(warnings) == 1 and all(word in warnings[0] for word in words), warnings
    node.stop()


@pytest.mark.parametrize("settings", [by_password, by_certificate], ids=["password", "certificate"])
def test_a_node_that_is_let_in_serves(joined, kafka, settings):
    node = ready(joined(settings(kafka)))
    user = client.new_user(node)
    assert client.login_book_corners(node, user.name).status_code == 200
    assert node.http.get("/api/v1/verify", headers=client.bearer(user.access)).status_code == 200
    kafka.kill()
    kafka.start()
    ready(node)
    client.new_user(node)
    node.stop()


def test_what_is_printed_has_no_password(joined, kafka):
    node = joined(by_password(kafka))
    printed = node.command("serve", "--print-config")
    assert printed.returncode == 0 and '"sasl.username" = "ledgate"' in printed.stdout, printed.stdout
    assert '"sasl.password" = "********"' in printed.stdout and PASSWORD not in printed.stdout + printed.stderr


def test_a_wrong_password(joined, kafka):
    refused(joined(by_password(kafka, sasl_password=WRONG)), "SASL authentication error", "Invalid username or password")


def test_a_broker_with_a_certificate_of_an_unknown_authority(joined, kafka):
    unrelated = kafka.secure["client_certificate"]
    refused(joined(by_password(kafka, ssl_ca_location=unrelated)), "SSL handshake failed", "certificate verify failed", "ssl.ca.location")


def test_a_broker_with_a_certificate_of_another_name(joined, kafka):
    settings = by_password(kafka)
    settings["kafka.brokers"] = settings["kafka.brokers"].replace("127.0.0.1", "localhost")
    refused(joined(settings), "SSL handshake failed", "certificate verify failed")


def test_no_certificate_where_one_is_demanded(joined, kafka):
    settings = by_certificate(kafka)
    del settings["kafka.property.ssl.certificate.location"], settings["kafka.property.ssl.key.location"]
    refused(joined(settings), "ssl")


def test_a_node_that_does_not_know_of_tls(joined, kafka):
    refused(joined({"kafka.brokers": kafka.secure["password_bootstrap"]}), "security.protocol")


def test_scram_works_or_says_why_it_cannot(joined, kafka):
    """librdkafka before 2.6.1 is refused by Kafka 4 with the right password: nobody should have to look for a typing mistake."""
    node = joined(by_password(kafka, sasl_mechanism="SCRAM-SHA-512"))
    eventually("an outcome", lambda: readiness(node)[0] == 200 or "SASL authentication error" in readiness(node)[1], 20)
    if readiness(node)[0] == 200:
        client.new_user(node)
        node.stop()
    else:
        refused(node, "SASL authentication error", "cannot do SCRAM with Kafka 4")
