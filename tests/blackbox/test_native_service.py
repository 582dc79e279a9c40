"""Probes, metrics, keys and status."""

import re
import socket

import jwt
import pytest

from harness.client import bearer, login_book_corners, me, new_user, session_ndastro
from harness.node import new_client

# Prometheus text format: a comment, or a sample with optional labels and a number.
METRIC = re.compile(r'^(#.*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="(\\.|[^"\\])*",?)*\})? (\S+))$')


@pytest.mark.smoke
def test_healthz(node):
    assert node.http.get("/healthz").status_code == 200


@pytest.mark.smoke
def test_readyz(node):
    """Design §7: JSON with reasons."""
    answer = node.http.get("/readyz")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert isinstance(answer.json(), dict)


@pytest.mark.smoke
def test_metrics_are_well_formed(node):
    answer = node.http.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert lines and [line for line in lines if line and not METRIC.match(line)] == []
    for line in lines:
        if line and not line.startswith("#"):
            float(line.rsplit(" ", 1)[1])


def own_address():
    """An address of this machine that is not loopback; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = probe.getsockname()[0]
    return None if address.startswith("127.") else address


@pytest.mark.parametrize("allowed, status", [(False, 404), (True, 200)], ids=["stranger", "allowed"])
def test_metrics_for_loopback_and_allowed_peers_only(fresh, allowed, status):
    """Design §8: else 404; other routes answer everybody."""
    address = own_address()
    if not address:
        pytest.skip("this machine has only loopback")
    node = fresh({"listen": "0.0.0.0:0", "admin.password": "chosen-Horse7", **({"metrics.allow": f"{address}/32"} if allowed else {})})
    assert node.http.get("/metrics").status_code == 200
    with new_client(f"http://{address}:{node.port}") as stranger:
        assert stranger.get("/healthz").status_code == 200
        assert stranger.get("/metrics").status_code == status
        assert stranger.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == status


@pytest.mark.smoke
def test_tokens_verify_with_the_published_keys(node, user):
    """Anybody can check a token with /.well-known/jwks.json alone: ES256, found by `kid`."""
    answer = node.http.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    keys = {key["kid"]: key for key in answer.json()["keys"]}
    for key in keys.values():
        assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
        assert "d" not in key, "a private key"
    for token in (user.access, session_ndastro(node, user.name).access):
        header = jwt.get_unverified_header(token)
        assert header["alg"] == "ES256"
        key = jwt.PyJWK(keys[header["kid"]])
        claims = jwt.decode(token, key, algorithms=["ES256"], options={"verify_aud": False})
        assert claims["exp"] > claims["iat"]


def test_keys_and_tokens_outlive_a_restart(fresh):
    node = fresh()
    user = new_user(node)
    before = node.http.get("/.well-known/jwks.json").json()
    node.restart()
    assert node.http.get("/.well-known/jwks.json").json() == before
    assert me(node, user.access).status_code == 200


@pytest.mark.smoke
def test_status(node, admin):
    """Design §7: position, journal, and per projection its name, version, position and digest."""
    answer = node.http.get("/api/v1/status", headers=admin)
    assert answer.status_code == 200
    status = answer.json()
    assert isinstance(status["position"], int) and isinstance(status["journal"], dict)
    assert len(status["projections"]) >= 4, "accounts, directory, sessions, audit"
    for projection in status["projections"]:
        assert projection["name"] and isinstance(projection["version"], int)
        assert projection["position"] == status["position"]
        assert re.fullmatch(r"[0-9a-f]{16,128}", projection["digest"])
    assert len({projection["name"] for projection in status["projections"]}) == len(status["projections"])


def test_status_moves_with_each_command(node, admin, user):
    """Position and some digests change with a log-in; a read changes neither directory nor sessions."""
    before = node.http.get("/api/v1/status", headers=admin).json()
    assert login_book_corners(node, user.name).status_code == 200
    after = node.http.get("/api/v1/status", headers=admin).json()
    assert after["position"] > before["position"]
    digests = [{projection["name"]: projection["digest"] for projection in status["projections"]} for status in (before, after)]
    assert digests[0] != digests[1]


def test_deactivated_features_are_404_not_500(node, admin):
    """Routes of later issues are unknown until they exist."""
    for path in ("/api/v1/nothing", "/", "/api", "/api/v1/users/1/nothing", "/oauth"):
        for headers in ({}, admin, bearer("x.y.z")):
            assert node.http.get(path, headers=headers).status_code == 404
