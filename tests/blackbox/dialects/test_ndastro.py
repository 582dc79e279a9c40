"""Dialect ndastro-api: form log-in with nested tokens and a cookie, the OAuth2 form, rotating refresh, me, recovery and logout."""

import urllib.parse

import pytest

from harness.client import (LONG_TOKEN, PASSWORD, audit, bearer, claims_of, cookies_of, fresh_name, login_ndastro, me, new_user, refresh_ndastro,
                            refresh_book_corners, session_ndastro, session_of)
from harness.mails import links_of, token_of
from harness.shapes import assert_answer
from harness.waiting import eventually

YEAR = 31536000
WEEK = 604800


def assert_token_answer(answer, name):
    """As the product: the nested shape, seconds as integers, both tokens JWT-like strings, and the cookie of the refresh token."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body.keys() == {"username", "access_token", "refresh_token"} and body["username"] == name
    for key, seconds in (("access_token", WEEK), ("refresh_token", YEAR)):
        assert body[key].keys() == {"token", "expires_in", "token_type"}
        assert (body[key]["expires_in"], body[key]["token_type"]) == (seconds, "bearer")
    cookie = cookies_of(answer)["refresh_token"]
    assert cookie.value == body["refresh_token"]["token"]
    assert cookie["httponly"] is True and cookie["samesite"].lower() == "lax"
    assert (cookie["max-age"], cookie["path"], cookie["domain"]) == (str(YEAR), "/", "")
    return session_of(answer)


# --- login and token -------------------------------------------------------------------------------------------------

@pytest.mark.smoke
@pytest.mark.parametrize("spelling", [lambda user: user.name, lambda user: user.email, lambda user: user.name.upper(),
                                      lambda user: f" {user.email.upper()} "], ids=["name", "address", "NAME", "ADDRESS"])
def test_login_by_form(node, user, spelling):
    answer = login_ndastro(node, spelling(user))
    session = assert_token_answer(answer, user.name)
    assert not cookies_of(answer)["refresh_token"]["secure"], "public_url is not https"
    assert me(node, session.access).json()["username"] == user.name


def test_login_by_multipart(node, user):
    answer = node.http.post("/api/v1/auth/login", files={"username": (None, user.name), "password": (None, user.password)})
    assert_token_answer(answer, user.name)


def test_login_by_multipart_reads_values_literally(node):
    """Percent and plus are no escapes in multipart, and are escapes in a form."""
    password = "a+b%20c-Horse7 &=é"
    user = new_user(node, password=password)
    parts = {"username": (None, user.name), "password": (None, password)}
    assert node.http.post("/api/v1/auth/login", files=parts).status_code == 200
    assert login_ndastro(node, user.name, password).status_code == 200
    raw = f"username={user.name}&password=a%2Bb%2520c-Horse7+%26%3D%C3%A9"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert node.http.post("/api/v1/auth/login", content=raw, headers=form).status_code == 200


def test_cookie_is_secure_behind_https(fresh):
    node = fresh({"public_url": "https://auth.example.org"})
    answer = login_ndastro(node, "admin", "admin")
    assert cookies_of(answer)["refresh_token"]["secure"] is True


@pytest.mark.smoke
def test_wrong_password_and_unknown_user(node, user):
    """401 in both cases (the product's 404 tells names), `{"detail": text}`."""
    wrong, unknown = login_ndastro(node, user.name, "wrong-Horse7"), login_ndastro(node, fresh_name())
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.json().keys() == {"detail"} and isinstance(wrong.json()["detail"], str)
    assert "set-cookie" not in wrong.headers


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/auth/token"])
@pytest.mark.parametrize("missing", ["username", "password"])
def test_missing_form_field(node, path, missing):
    """FastAPI's 422: `{"detail":[{type,loc,msg,input}]}` with the field's place."""
    form = {"username": "somebody", "password": PASSWORD}
    del form[missing]
    answer = node.http.post(path, data=form)
    assert answer.status_code == 422, answer.text
    faults = answer.json()["detail"]
    assert [fault["loc"] for fault in faults] == [["body", missing]]
    assert faults[0].keys() >= {"type", "loc", "msg", "input"} and faults[0]["type"] == "missing"


@pytest.mark.smoke
@pytest.mark.parametrize("extra", [{}, {"grant_type": "password"}, {"scope": "", "client_id": "x"}],
                         ids=["bare", "grant_type", "other OAuth2 fields"])
def test_token_route(node, user, extra):
    """As the product: flat OAuth2 answer, `expires_in` as a number."""
    answer = node.http.post("/api/v1/auth/token", data={"username": user.name, "password": user.password, **extra})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body.keys() == {"access_token", "expires_in", "token_type"}
    assert (body["expires_in"], body["token_type"]) == (WEEK, "bearer")
    claims = claims_of(body["access_token"])
    assert claims["exp"] - claims["iat"] == WEEK
    assert me(node, body["access_token"]).status_code == 200


def test_token_route_refuses_a_wrong_password(node, user):
    answer = node.http.post("/api/v1/auth/token", data={"username": user.name, "password": "wrong-Horse7"})
    assert answer.status_code == 401 and answer.json().keys() == {"detail"}


def test_claims(node, user):
    """Row JWT: `sub`, `exp` and `token_type`; unlike the product's, two tokens of one second differ."""
    first, second = session_ndastro(node, user.name), session_ndastro(node, user.name)
    for token, kind, seconds in ((first.access, "access", WEEK), (first.refresh, "refresh", YEAR)):
        claims = claims_of(token)
        assert claims["token_type"] == kind and claims["exp"] - claims["iat"] == seconds
    assert claims_of(first.access)["sub"]
    assert len({*first, *second}) == 4


# --- refresh ---------------------------------------------------------------------------------------------------------

def refused_refresh(answer):
    assert (answer.status_code, answer.json()) == (401, {"detail": "Refresh token is missing or invalid."})


@pytest.mark.smoke
def test_refresh_rotates_both_tokens(node, user):
    old = session_ndastro(node, user.name)
    new = assert_token_answer(refresh_ndastro(node, *old), user.name)
    assert new.access != old.access and new.refresh != old.refresh
    assert me(node, new.access).status_code == 200
    assert_token_answer(refresh_ndastro(node, *new), user.name)


def test_a_lost_answer_can_be_asked_for_again(node, user):
    """Design §10: within the grace the previous token gives the same successor, as often as wanted."""
    old = session_ndastro(node, user.name)
    successors = {session_of(refresh_ndastro(node, *old)).refresh for _ in range(3)}
    assert len(successors) == 1
    assert_token_answer(refresh_ndastro(node, old.access, successors.pop()), user.name)


def session_is_dead(node, *sessions):
    for session in sessions:
        assert me(node, session.access).status_code == 401
        assert refresh_ndastro(node, *session).status_code == 401


def test_reuse_after_the_grace_ends_the_session(fresh):
    """Design §10: later than `refresh.grace_seconds` a used token is a stolen one: RefreshTokenReuseDetected."""
    node = fresh({"refresh.grace_seconds": 1})
    user, other = new_user(node), session_ndastro(node, "admin", "admin")
    old = session_ndastro(node, user.name)
    new = session_of(refresh_ndastro(node, *old))
    answer = eventually("refusal after the grace", lambda: (found := refresh_ndastro(node, *old)).status_code == 401 and found)
    refused_refresh(answer)
    session_is_dead(node, old, new)
    assert me(node, other.access).status_code == 200, "another session lives on"
    assert audit(node, bearer(other.access), type="RefreshTokenReuseDetected")


def test_a_token_two_generations_old_has_no_grace(node, user, admin):
    first = session_ndastro(node, user.name)
    second = session_of(refresh_ndastro(node, *first))
    third = session_of(refresh_ndastro(node, *second))
    refused_refresh(refresh_ndastro(node, second.access, first.refresh))
    session_is_dead(node, first, second, third)


def test_refresh_with_another_users_access_token(node, user):
    """Design §10: 401, and nothing happens to either session."""
    mine, theirs = session_ndastro(node, user.name), session_ndastro(node, new_user(node).name)
    refused_refresh(refresh_ndastro(node, theirs.access, mine.refresh))
    assert_token_answer(refresh_ndastro(node, *mine), user.name)


def test_refresh_needs_an_access_token(node, user):
    session = session_ndastro(node, user.name)
    for access in (None, "x.y.z", session.refresh):
        answer = refresh_ndastro(node, access, session.refresh)
        assert answer.status_code == 401 and "detail" in answer.json(), answer.text
    assert refresh_ndastro(node, *session).status_code == 200


@pytest.mark.parametrize("spoil", [lambda token: "x" * 60, lambda token: token[:-2], lambda token: token + "A",
                                   lambda token: token.swapcase(), lambda token: ""],
                         ids=["junk", "shorter", "longer", "case", "empty"])
def test_bad_refresh_token(node, user, spoil):
    session = session_ndastro(node, user.name)
    answer = refresh_ndastro(node, session.access, spoil(session.refresh))
    assert answer.status_code == 401 and answer.json().keys() == {"detail"}
    assert me(node, session.access).status_code == 200


@pytest.mark.parametrize("missing", ["expires_in", "token_type"])
def test_refresh_wants_all_three_fields(node, user, missing):
    session = session_ndastro(node, user.name)
    body = {"token": session.refresh, "expires_in": YEAR, "token_type": "bearer"}
    del body[missing]
    answer = node.http.post("/api/v1/auth/refresh", json=body, headers=bearer(session.access))
    assert answer.status_code == 422, answer.text
    assert [fault["loc"] for fault in answer.json()["detail"]] == [["body", missing]]
    assert refresh_ndastro(node, *session).status_code == 200, "a malformed request spends nothing"


def test_the_old_access_token_lives_on_after_a_rotation(node, user):
    """Only reuse and logout end a session: requests in flight with the old access token do not fail."""
    old = session_ndastro(node, user.name)
    refresh_ndastro(node, *old)
    assert me(node, old.access).status_code == 200


# --- me and logout ---------------------------------------------------------------------------------------------------

def test_me_has_the_products_keys(node, user):
    profile = me(node, session_ndastro(node, user.name).access).json()
    assert {"id", "username", "email", "name", "is_superuser", "is_active"} <= profile.keys()
    assert isinstance(profile["id"], int)


def logout(node, access=None, cookie=None):
    headers = {**(bearer(access) if access else {}), **({"Cookie": f"refresh_token={cookie}"} if cookie else {})}
    return node.http.post("/api/v1/auth/logout", headers=headers)


@pytest.mark.smoke
@pytest.mark.parametrize("with_cookie", [True, False], ids=["with its cookie", "by the access token alone"])
def test_logout_ends_the_session(node, user, with_cookie):
    """As the product, and the trap noted beside it: both ways end access and refresh tokens, and the cookie goes."""
    session, other = session_ndastro(node, user.name), session_ndastro(node, user.name)
    answer = logout(node, session.access, session.refresh if with_cookie else None)
    assert (answer.status_code, answer.json()) == (200, {"message": "Logged out successfully."})
    cookie = cookies_of(answer)["refresh_token"]
    assert cookie.value in ("", '""') and cookie["max-age"] == "0" and cookie["path"] == "/"
    session_is_dead(node, session)
    assert me(node, other.access).status_code == 200, "other sessions of the user stay"


@pytest.mark.parametrize("with_cookie", [True, False], ids=["cookie only", "nothing"])
def test_logout_needs_an_access_token(node, user, with_cookie):
    session = session_ndastro(node, user.name)
    answer = logout(node, None, session.refresh if with_cookie else None)
    assert answer.status_code == 401 and isinstance(answer.json()["detail"], str)
    assert me(node, session.access).status_code == 200


def test_logout_with_another_users_cookie_leaves_that_session(node, user):
    mine, theirs = session_ndastro(node, user.name), session_ndastro(node, new_user(node).name)
    logout(node, mine.access, theirs.refresh)
    assert me(node, theirs.access).status_code == 200
    assert refresh_ndastro(node, *theirs).status_code == 200


def test_logout_twice(node, user):
    session = session_ndastro(node, user.name)
    assert logout(node, session.access).status_code == 200
    answer = logout(node, session.access, session.refresh)
    assert answer.status_code == 401 and isinstance(answer.json()["detail"], str)


def test_logout_ends_a_book_corners_session_too(node, user):
    """One session model below all dialects."""
    assert logout(node, user.access).status_code == 200
    assert me(node, user.access).status_code == 401
    assert refresh_book_corners(node, user.refresh).status_code == 401


# --- recovery --------------------------------------------------------------------------------------------------------

SENT = {"message": "Password recovery email sent."}
UPDATED = {"message": "Password updated successfully"}
INVALID = {"detail": "Invalid token"}
CHANGED = "another-Horse8-staple"


def recover(node, address):
    return node.http.post(f"/api/v1/auth/password-recovery/{address}")


def reset(node, token, password=CHANGED, **extra):
    return node.http.post("/api/v1/auth/reset-password", json={"token": token, "new_password": password, **extra})


def mailed_token(node, mailbox, user):
    before = len(mailbox.to(user.email))
    assert_answer(recover(node, user.email), 200, SENT)
    return token_of(mailbox.wait(user.email, before + 1))


@pytest.mark.smoke
def test_recovery_by_mail(equipped, mailbox, member):
    """The link leads to `public_url`, the new password logs in, the old one and every earlier session are gone."""
    session = session_ndastro(equipped, member.name)
    token = mailed_token(equipped, mailbox, member)
    assert all(urllib.parse.urlsplit(link).netloc == "auth.example.org" for link in links_of(mailbox.to(member.email)[-1]))
    assert any("/reset-password?token=" in link for link in links_of(mailbox.to(member.email)[-1]))
    assert_answer(reset(equipped, token), 200, UPDATED)
    assert login_ndastro(equipped, member.name).status_code == 401
    assert login_ndastro(equipped, member.name, CHANGED).status_code == 200
    session_is_dead(equipped, session)
    assert me(equipped, member.access).status_code == 401


def test_the_address_of_a_recovery_is_percent_encoded(equipped, mailbox):
    name = fresh_name("plus+")
    equipped.http.post("/api/v1/auth/register", json={"username": name.replace("+", ""), "email": f"{name}@example.org", "password": PASSWORD})
    assert_answer(recover(equipped, f"{name}@example.org".upper().replace("+", "%2B").replace("@", "%40")), 200, SENT)
    mailbox.wait(f"{name}@example.org")


def test_recovery_tells_nobody_who_is_there(equipped, mailbox, member):
    """The constant 200, and mail for the known address only."""
    stranger = f"{fresh_name()}@example.org"
    known, unknown = recover(equipped, member.email), recover(equipped, stranger)
    assert known.status_code == unknown.status_code == 200 and known.content == unknown.content
    mailbox.wait(member.email)
    assert not mailbox.to(stranger)


def test_recovery_with_mail_off(node, user):
    """Design §10: the same answer; the log says that nothing was sent."""
    assert_answer(recover(node, user.email), 200, SENT)
    eventually("a line in the log", lambda: "mail" in node.said().lower())


def test_a_reset_token_works_once(equipped, mailbox, member):
    token = mailed_token(equipped, mailbox, member)
    assert_answer(reset(equipped, token), 200, UPDATED)
    assert_answer(reset(equipped, token, "third-Horse9-staple"), 400, INVALID)
    assert login_ndastro(equipped, member.name, CHANGED).status_code == 200


def test_a_reset_token_is_for_nothing_else(equipped, mailbox, member):
    token = mailed_token(equipped, mailbox, member)
    assert me(equipped, token).status_code == 401
    assert equipped.http.get("/api/v1/verify", headers=bearer(token)).status_code == 401
    assert refresh_book_corners(equipped, token).status_code in (401, 422)
    assert equipped.http.post("/api/auth/reset-password-with-token", headers=bearer(session_ndastro(equipped, member.name).access),
                              json={"password": CHANGED}).status_code == 401
    assert login_ndastro(equipped, member.name).status_code == 200


@pytest.mark.parametrize("token", [LONG_TOKEN, "a.b.c", "x"])
def test_a_bad_reset_token(equipped, token):
    assert_answer(reset(equipped, token), 400, INVALID)


def test_access_and_refresh_tokens_reset_nothing(equipped, member):
    for token in session_ndastro(equipped, member.name):
        assert_answer(reset(equipped, token), 400, INVALID)


@pytest.mark.parametrize("body, field", [({"new_password": CHANGED}, "token"), ({"token": LONG_TOKEN}, "new_password"),
                                         ({"token": LONG_TOKEN, "new_password": CHANGED, "extra": 1}, "extra"),
                                         ({"token": 5, "new_password": CHANGED}, "token")])
def test_reset_fields(equipped, body, field):
    """Row reset: both are needed and extra keys are forbidden."""
    answer = assert_answer(equipped.http.post("/api/v1/auth/reset-password", json=body), 422)
    assert field in [fault["loc"][-1] for fault in answer.json()["detail"]]


def test_a_reset_to_a_weak_password_spends_nothing(equipped, mailbox, member):
    token = mailed_token(equipped, mailbox, member)
    answer = reset(equipped, token, "12345678")
    assert answer.status_code in (400, 422) and "detail" in answer.json()
    assert_answer(reset(equipped, token), 200, UPDATED)


# --- the paths shared with Book Corners ---------------------------------------------------------------------------------------

def test_the_content_type_names_the_dialect(node, user):
    """Collision map: a form is ndastro-api, JSON is Book Corners, on one path."""
    form = node.http.post("/api/v1/auth/login", data={"username": user.name, "password": user.password})
    document = node.http.post("/api/v1/auth/login", json={"username": user.name, "password": user.password})
    assert form.json().keys() == {"access_token", "refresh_token", "username"} and document.json().keys() == {"access", "refresh"}


def test_the_key_names_the_dialect_of_a_refresh(node, user):
    session = session_ndastro(node, user.name)
    assert refresh_book_corners(node, user.refresh).json().keys() == {"access"}
    assert refresh_ndastro(node, *session).json().keys() == {"access_token", "refresh_token", "username"}
