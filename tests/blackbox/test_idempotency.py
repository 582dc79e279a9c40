"""Idempotency-Key: a retry gives the recorded outcome, per route and caller; another body under the key is 422."""

import concurrent.futures
import uuid

import pytest

from harness.client import (PASSWORD, audit, bearer, fresh_name, login_book_corners, me, new_user, refresh_ndastro, register, session_ndastro,
                            session_of, user_row)
from harness.routes import envelope_fault

pytestmark = pytest.mark.race


def new_key():
    return {"Idempotency-Key": str(uuid.uuid4())}


@pytest.mark.smoke
def test_a_registration_sent_twice_is_made_once(node, admin):
    """The second answer is a success for the same user, with tokens that work, and not 'already exists'."""
    key, name = new_key(), fresh_name()
    answers = [register(node, name, headers=key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    ids = {me(node, answer.json()["access"]).json()["id"] for answer in answers}
    assert ids == {user_row(node, admin, name)["number"]}
    row = user_row(node, admin, name)
    assert len(audit(node, admin, user=row["id"], type="UserRegistered")) == 1
    assert register(node, name).json()["message"] == "Username already exists."


def test_a_key_outlives_a_restart(fresh):
    node = fresh()
    key, name = new_key(), fresh_name()
    assert register(node, name, headers=key).status_code == 201
    node.kill()
    node.start()
    assert register(node, name, headers=key).status_code == 201


def test_racing_retries_make_one_user(node, admin):
    key, name = new_key(), fresh_name()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: register(node, name, headers=key), range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409, 503}
    assert 201 in {answer.status_code for answer in answers}
    assert user_row(node, admin, name)


def test_a_refusal_is_recorded_too(node, user):
    """The outcome of the first attempt stands, even if it would be another one now."""
    key, name = new_key(), fresh_name()
    first = register(node, name, user.email, headers=key)
    second = register(node, name, user.email, headers=key)
    assert first.status_code == second.status_code == 400
    assert first.json() == second.json() == {"message": "Email already exists.", "details": None}


def test_another_body_under_the_same_key(node):
    key, name = new_key(), fresh_name()
    assert register(node, name, headers=key).status_code == 201
    for answer in (register(node, fresh_name(), headers=key), register(node, name, password=PASSWORD + "!", headers=key)):
        assert answer.status_code == 422, answer.text
        assert envelope_fault("book_corners", answer) is None


def test_keys_belong_to_a_route(node, user):
    key = new_key()
    assert login_book_corners(node, user.name, headers=key).status_code == 200
    assert register(node, headers=key).status_code == 201


def test_keys_belong_to_a_caller(node):
    """Two users may hit upon the same key; each gets its own outcome."""
    key = new_key()
    sessions = [session_ndastro(node, new_user(node).name) for _ in range(2)]
    for session in sessions:
        answer = node.http.post("/api/v1/auth/logout", headers={**bearer(session.access), **key})
        assert answer.status_code == 200
        assert me(node, session.access).status_code == 401


def test_a_login_sent_twice_is_one_session(node, admin, user):
    key, wanted = new_key(), {"user": user_row(node, admin, user.name)["id"], "type": "LoggedIn"}
    before = len(audit(node, admin, **wanted))
    tokens = [login_book_corners(node, user.name, headers=key).json()["access"] for _ in range(2)]
    assert len(audit(node, admin, **wanted)) == before + 1
    node.http.post("/api/v1/auth/logout", headers=bearer(tokens[0]))
    assert me(node, tokens[1]).status_code == 401, "both tokens are of one session"


def test_a_refresh_sent_twice_rotates_once(node, user):
    key, session = new_key(), session_ndastro(node, user.name)
    first, second = (session_of(refresh_ndastro(node, *session, headers=key)) for _ in range(2))
    assert first.refresh == second.refresh
    assert refresh_ndastro(node, *first).status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 1025, "a b\x01"])
def test_senseless_keys_are_refused(node, key):
    """Catalogue (b) 91: empty or huge keys protect nothing."""
    name = fresh_name()
    answer = register(node, name, headers={"Idempotency-Key": key})
    assert answer.status_code == 400, answer.text
    assert login_book_corners(node, name).status_code == 401
