"""Dialect 004's login, which makes admin/admin work, and what answers on its path when no dialect is named."""

import time
import uuid

import jwt
import pytest

from harness.client import fresh_name, login_004, me, user_row
from harness.routes import envelope_fault

USER = {"id": str, "email": str, "role": str, "tier": int, "is_active": bool, "is_verified": bool,
        "created_at": int, "updated_at": int, "extra": dict}
NULLABLE = {"referrer_id", "name"}


@pytest.mark.smoke
def test_default_administrator(fresh):
    """Seed: 'The default credentials are email: admin and password: admin'; keys and types of the user object."""
    before = time.time_ns() // 1_000_000
    node = fresh()
    answer = login_004(node, "admin", "admin")
    after = time.time_ns() // 1_000_000
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"token", "user"}
    user = answer.json()["user"]
    assert user.keys() == USER.keys() | NULLABLE
    assert {key: type(user[key]) for key in USER} == USER
    assert (user["email"], user["role"], user["tier"], user["is_active"]) == ("admin", "admin", 2, True)
    assert str(uuid.UUID(user["id"])) == user["id"]
    assert before - 1000 <= user["created_at"] <= user["updated_at"] <= after + 1000, "UNIX milliseconds"


@pytest.mark.smoke
def test_login_by_address(node, user, admin):
    answer = login_004(node, user.email)
    assert answer.status_code == 200, answer.text
    found = answer.json()["user"]
    assert (found["email"], found["role"], found["tier"]) == (user.email, "user", 0)
    assert found["id"] == user_row(node, admin, user.name)["id"]


def test_token_lives_seven_days_and_works_everywhere(node, user):
    token = login_004(node, user.email).json()["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 7 * 86400
    assert me(node, token).json()["username"] == user.name


@pytest.mark.smoke
def test_unknown_and_wrong_are_401_alike(node, user):
    """Row login: 401 for both, the text in both keys."""
    wrong, unknown = login_004(node, user.email, "wrong-Horse7"), login_004(node, f"{fresh_name()}@example.org")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.json().keys() == {"error", "detail"}
    assert wrong.json()["error"] == wrong.json()["detail"] == "Unauthorized"


@pytest.mark.parametrize("body, field", [({"email": "admin"}, "password"), ({"email": "admin", "password": 5}, "password"),
                                         ({"email": 5, "password": "admin"}, "email")])
def test_schema_fault_is_fastapis_422(node, body, field):
    answer = node.http.post("/api/auth/login", json=body)
    assert answer.status_code == 422, answer.text
    assert [fault["loc"] for fault in answer.json()["detail"]] == [["body", field]]


@pytest.mark.parametrize("body", [b"{}", b'{"password":"admin"}', b"", b"[]", b"{", b"null", b'{"user":"admin","password":"admin"}'])
def test_nothing_names_a_dialect(node, body):
    """Design §10: 001's 400."""
    answer = node.http.post("/api/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert envelope_fault("001", answer) is None


@pytest.mark.parametrize("email", ["", "x" * 400, "a\x00b", "' or 1=1 --"])
def test_odd_addresses_are_refused(node, email):
    answer = login_004(node, email)
    assert answer.status_code in (400, 401, 422) and envelope_fault("004", answer) is None, answer.text
