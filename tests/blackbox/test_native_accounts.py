"""What administrators do to accounts, and what a user does to the own sessions: through the native routes, seen from the dialects."""

import threading

import pytest

from harness.client import (admin as administrator, audit, basic, bearer, fresh_name, login_librephotos, login_book_corners, me, new_user, refresh_book_corners, session_ndastro, traced,
                            user_row, walk)


def problem(answer, status, code=None):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert code in (None, answer.json()["code"])


def act(node, headers, user, action, **options):
    return node.http.post(f"/api/v1/users/{user_row(node, headers, user.name)['id']}/{action}", headers=headers, **options)


@pytest.mark.smoke
def test_deactivate_and_reactivate(node, admin, user):
    """No token of the account is good from the answer on, and none of them comes back."""
    other = session_ndastro(node, user.name)
    answer = act(node, admin, user, "deactivate")
    assert answer.status_code == 200 and answer.json()["is_active"] is False
    assert int(answer.headers["ledgate-position"]) > 0
    assert me(node, user.access).status_code == me(node, other.access).status_code == 401
    assert refresh_book_corners(node, user.refresh).status_code == 401
    assert login_book_corners(node, user.name).status_code == 401
    assert node.http.get("/api/v1/verify", headers=basic(user.name, user.password)).status_code == 401
    assert act(node, admin, user, "reactivate").json()["is_active"] is True
    assert me(node, user.access).status_code == 401
    assert login_book_corners(node, user.name).status_code == 200


def test_what_is_as_asked_leaves_no_event(node, admin, user):
    headers = {**admin, **traced()}
    assert act(node, headers, user, "reactivate").status_code == 200
    assert act(node, headers, user, "role", json={"role": "user"}).status_code == 200
    assert audit(node, admin, request_id=headers["X-Request-Id"]) == []


@pytest.mark.parametrize("body", [{}, {"role": "guest"}, {"role": "root"}, {"role": None}, {"role": 5}])
def test_roles_that_there_are_not(node, admin, user, body):
    problem(act(node, admin, user, "role", json=body), 400)


@pytest.mark.smoke
def test_the_last_administrator_stays(fresh):
    """However it is tried; and of two who demote each other at the same moment one stays."""
    node = fresh()
    headers = administrator(node)
    for action, body in (("deactivate", None), ("erase", None), ("role", {"role": "user"})):
        problem(node.http.post(f"/api/v1/users/1/{action}", headers=headers, json=body), 409, "user.last_administrator")
    assert node.http.delete("/api/auth/me", headers=headers).status_code == 409
    second = new_user(node)
    assert act(node, headers, second, "role", json={"role": "admin"}).status_code == 200
    answers = []
    demotions = [(headers, user_row(node, headers, second.name)["id"]), (bearer(second.access), "1")]
    threads = [threading.Thread(target=lambda who, whom: answers.append(
        node.http.post(f"/api/v1/users/{whom}/role", headers=who, json={"role": "user"}).status_code), args=one) for one in demotions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(200) == 1 and set(answers) <= {200, 403, 409}, answers


@pytest.mark.smoke
def test_erase(node, admin):
    """The user is gone from every list, every name is free, and what the trail still says has nothing personal in it."""
    user = new_user(node, fresh_name("gone"))
    row = user_row(node, admin, user.name)
    assert node.http.post(f"/api/v1/users/{row['number']}/erase", headers=admin).json() == {"id": row["id"], "erased": True}
    for key in (row["id"], row["number"]):
        problem(node.http.get(f"/api/v1/users/{key}", headers=admin), 404, "user.not_found")
        problem(node.http.post(f"/api/v1/users/{key}/erase", headers=admin), 404)
    assert me(node, user.access).status_code == login_book_corners(node, user.name).status_code == 401
    told = audit(node, admin, user=row["id"])
    assert [event["type"] for event in told][:2] == ["UserRegistered", "LoggedIn"] and told[-1]["type"] in ("UserErased", "LoginFailed")
    assert all(event["ip"] is None for event in told if event["actor"] == row["id"])
    assert user.name not in str(told) and user.email not in str(told)
    assert [event["ip"] for event in told if event["type"] == "UserErased"] == ["127.0.0.1"], "that is the administrator's"
    again = new_user(node, user.name)
    assert user_row(node, admin, again.name)["id"] != row["id"]


def test_erased_stays_erased_after_a_rebuild(fresh):
    node = fresh()
    headers, user = administrator(node), new_user(node)
    act(node, headers, user, "erase")
    node.stop()
    assert node.command("verify").returncode == 0
    assert node.command("rebuild").returncode == 0
    assert login_book_corners(node.start(), user.name).status_code == 401
    assert [row for row in walk(node, "/api/v1/users", headers) if row["username"] == user.name] == []


def test_own_sessions(node, user):
    """A user sees and ends the own sessions one by one; nobody else's."""
    other, stranger = session_ndastro(node, user.name), new_user(node)
    number = me(node, user.access).json()["id"]
    sessions = walk(node, f"/api/v1/users/{number}/sessions", bearer(user.access), limit=1)
    assert [(one["dialect"], one["current"]) for one in sessions] == [("book_corners", True), ("ndastro", False)]
    path = f"/api/v1/users/{number}/revoke-sessions"
    problem(node.http.post(path, headers=bearer(stranger.access)), 403)
    problem(node.http.get(f"/api/v1/users/{number}/sessions", headers=bearer(stranger.access)), 403)
    problem(node.http.post(path, headers=bearer(user.access), json={"session": "no session"}), 404, "session.not_found")
    theirs = walk(node, f"/api/v1/users/{me(node, stranger.access).json()['id']}/sessions", bearer(stranger.access))
    problem(node.http.post(path, headers=bearer(user.access), json={"session": theirs[0]["id"]}), 404, "session.not_found")
    assert node.http.post(path, headers=bearer(user.access), json={"session": sessions[1]["id"]}).status_code == 200
    assert me(node, other.access).status_code == 401 and me(node, user.access).status_code == 200
    assert node.http.post(path, headers=bearer(user.access)).status_code == 200
    assert me(node, user.access).status_code == 401 and me(node, stranger.access).status_code == 200


def test_a_position_brings_the_change_along(node, admin, user):
    """Read your own writes: whoever names the position of the answer sees what it did."""
    position = act(node, admin, user, "deactivate").headers["ledgate-position"]
    row = node.http.get("/api/v1/users", headers={**admin, "Ledgate-Min-Position": position}, params={"limit": 1000}).json()["items"]
    assert [one["is_active"] for one in row if one["username"] == user.name] == [False]


def test_an_idempotency_key_repeats_the_answer(node, admin, user):
    headers = {**admin, "Idempotency-Key": fresh_name("key")}
    first, second = act(node, headers, user, "deactivate"), act(node, headers, user, "deactivate")
    assert first.json() == second.json() and first.headers["ledgate-position"] == second.headers["ledgate-position"]


def test_guests_have_no_account(fresh):
    node = fresh({"guest.enabled": "true"})
    guest = bearer(node.http.post("/api/auth/guest").json()["token"])
    for method, path in (("GET", "/api/auth/me"), ("PUT", "/api/auth/me/name"), ("DELETE", "/api/auth/me"), ("GET", "/api/v1/users/1/sessions")):
        answer = node.http.request(method, path, headers=guest, json={"name": "x"} if method == "PUT" else None)
        assert answer.status_code == 403, answer.text
    assert node.http.get("/api/v1/auth/me", headers=guest).json()["username"] == "guest"
    assert node.http.post("/api/v1/auth/logout", headers=guest).status_code == 200
    assert node.http.get("/api/v1/verify", headers=guest).status_code == 401


def test_a_change_of_password_is_one_for_all_dialects(node, user):
    """The session that asked lives on, whichever dialect it is of."""
    pair = login_librephotos(node, user.name).json()
    body = {"old_password": user.password, "new_password": "another-Horse8-staple"}
    assert node.http.put("/api/auth/me/password", headers=bearer(pair["access"]), json=body).status_code == 200
    assert me(node, pair["access"]).status_code == 200
    assert node.http.post("/api/auth/token/refresh", json={"refresh": pair["refresh"]}).status_code == 200
    assert me(node, user.access).status_code == 401
