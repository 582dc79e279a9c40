"""A data directory of the first release, as it was left: every later version starts on it, serves its users and finds its rows equal."""

import json
import pathlib
import tarfile

import pytest

from harness.client import PASSWORD, admin, bearer, login_book_corners, login_imagor_studio, login_librephotos, me, new_user, session_ndastro, walk
from harness.node import REPOSITORY

LEFT = REPOSITORY / "tests/golden/first_release"
USERS = json.loads((LEFT / "users.json").read_text())
PASSWORDS = {"admin": "admin", "finn": "third-Horse9-staple"}


@pytest.fixture
def left(fresh):
    node = fresh.idle()
    with tarfile.open(LEFT / "data.tar.gz") as archive:
        archive.extractall(node.home, filter="data")
    node.master_key.chmod(0o600)
    return node


@pytest.mark.smoke
def test_verify_finds_the_rows_of_before(left):
    """At their own position, digest by digest and with the chain."""
    verified = left.command("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert verified.stdout == (LEFT / "verify.txt").read_text()


def test_its_users_are_served(left):
    left.start()
    boss = admin(left)
    assert walk(left, "/api/v1/users", boss) == USERS
    for user in USERS:
        name = user["username"]
        answer = login_book_corners(left, name, PASSWORDS.get(name, PASSWORD))
        assert answer.status_code == (200 if user["is_active"] else 401), f"{name}: {answer.text}"
        if user["is_active"]:
            found = me(left, answer.json()["access"])
            assert found.status_code == 200 and found.json()["id"] == user["number"], found.text
            assert left.http.get("/api/v1/verify", headers=bearer(answer.json()["access"])).headers["x-auth-user"] == user["id"]
    assert login_book_corners(left, "eve").status_code == 401, "who was erased does not come back"
    assert login_librephotos(left, "ben").status_code == login_imagor_studio(left, "ben").status_code == 200
    assert me(left, session_ndastro(left, "ada").access).status_code == 200
    assert me(left, new_user(left, "hana").access).status_code == 200
    kinds = {item["type"] for item in walk(left, "/api/v1/audit/events", boss, limit=100)}
    assert {"UserErased", "OtpFailed", "OtpVerified", "PasswordReset", "RoleChanged", "ApiTokenCreated"} <= kinds
    left.stop()
    verified = left.command("verify")
    assert verified.returncode == 0 and verified.stdout.count("equal") == 12, verified.stdout


def test_killed_at_its_first_start(left):
    left.start()
    user = new_user(left, "hana")
    left.kill()
    left.start()
    assert me(left, user.access).status_code == 200
    left.stop()
    assert left.command("verify").returncode == 0


def test_rebuilt(left):
    rebuilt = left.command("rebuild")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    assert rebuilt.stdout.splitlines()[:-1] == (LEFT / "verify.txt").read_text().splitlines()[:-1]
