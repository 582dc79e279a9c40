"""Dialect imagor-studio: login, refresh, guest, register, register-admin and first-run, its scopes at the gate, and its error bodies."""

import time

import pytest

from harness.client import (LONG_TOKEN, PASSWORD, access_of, bearer, claims_of, fresh_name, login_imagor_studio, login_lightnovel_crawler, me, refresh_imagor_studio, user_row)
from harness.routes import envelope_fault
from harness.shapes import a_jwt, a_text, a_uuid, assert_answer, milliseconds

WEEK = 604800
LOGIN, REFRESH, GUEST = "/api/auth/login", "/api/auth/refresh", "/api/auth/guest"
REGISTER, REGISTER_ADMIN, FIRST_RUN = "/api/auth/register", "/api/auth/register-admin", "/api/auth/first-run"
USER = {"id": a_uuid, "displayName": a_text, "username": a_text, "role": ("admin", "user", "guest")}
GRANT = {"token": a_jwt, "expiresIn": WEEK, "user": USER}


def granted(answer, username, role, status=200):
    """The product's shape, and a token that says the same."""
    body = assert_answer(answer, status, GRANT).json()
    assert (body["user"]["username"], body["user"]["role"]) == (username, role)
    return body


def refused(answer, status, code, error=None):
    """`error`, `message` and `code` together, whatever else the path's other dialect adds."""
    assert_answer(answer, status)
    assert envelope_fault("imagor_studio", answer) is None
    body = answer.json()
    assert all(isinstance(body[key], str) and body[key] for key in ("error", "message", "code"))
    assert body["code"] == code and error in (None, body["error"]), body
    return body


# --- login -----------------------------------------------------------------------------------------------------------

@pytest.mark.smoke
@pytest.mark.parametrize("spelling", [lambda user: user.name, lambda user: user.name.upper(), lambda user: user.email],
                         ids=["name", "NAME", "address"])
def test_login(equipped, member, spelling):
    body = granted(login_imagor_studio(equipped, spelling(member)), member.name, "user")
    assert body["user"]["displayName"] == member.name, "no display name was given"
    assert me(equipped, body["token"]).json()["username"] == member.name


def test_login_of_the_administrator(equipped):
    granted(login_imagor_studio(equipped, "admin", "admin"), "admin", "admin")


def test_login_ignores_an_empty_invitation(equipped, member):
    answer = equipped.http.post(LOGIN, json={"username": member.name, "password": member.password, "inviteToken": ""})
    granted(answer, member.name, "user")


@pytest.mark.smoke
def test_wrong_and_unknown_answer_alike(equipped, member):
    """As the product: the generic LOGIN_FAILED whether the name or the password is wrong."""
    answers = [login_imagor_studio(equipped, member.name, "wrong-Horse7"), login_imagor_studio(equipped, fresh_name())]
    for answer in answers:
        refused(answer, 401, "INVALID_CREDENTIALS", "LOGIN_FAILED")
        assert answer.json()["message"] == "Invalid credentials"
    assert answers[0].content == answers[1].content


BLANKS = [({"username": "", "password": "x"}, "Username is required"), ({"username": "   ", "password": "x"}, "Username is required"),
          ({"username": "somebody", "password": ""}, "Password is required"), ({"username": "somebody"}, "Password is required"),
          ({}, "Username is required")]


@pytest.mark.parametrize("body, text", BLANKS)
def test_blank_login_fields(equipped, body, text):
    refused(equipped.http.post(LOGIN, json=body), 400, "INVALID_INPUT", text)


NO_JSON = [b"", b"{", b"[]", b"null", b'"x"']


@pytest.mark.parametrize("content", NO_JSON)
@pytest.mark.parametrize("path", [LOGIN, REFRESH, REGISTER, REGISTER_ADMIN])
def test_invalid_body(equipped, path, content):
    answer = equipped.http.post(path, content=content, headers={"Content-Type": "application/json"})
    body = refused(answer, 400, answer.json().get("code"))
    assert body["error"] == "Invalid request body" and body["code"] in ("INVALID_INPUT", "VALIDATION_FAILED")


# --- the path shared with lightnovel-crawler ----------------------------------------------------------------------------------------

def test_the_key_names_the_dialect(equipped, member):
    """Collision map: `username` is imagor-studio, `email` is lightnovel-crawler; both: imagor-studio when `username` is not empty."""
    granted(login_imagor_studio(equipped, member.name), member.name, "user")
    assert login_lightnovel_crawler(equipped, member.email).json().keys() == {"token", "user"}
    both = {"username": member.name, "email": "nobody@example.org", "password": member.password}
    granted(equipped.http.post(LOGIN, json=both), member.name, "user")
    both = {"username": "", "email": member.email, "password": member.password}
    assert assert_answer(equipped.http.post(LOGIN, json=both), 200).json().keys() == {"token", "user"}


# --- refresh ---------------------------------------------------------------------------------------------------------

@pytest.mark.smoke
def test_refresh(equipped, member):
    """The same shape with a new token of the same session; the old one lives on to its expiry."""
    old = login_imagor_studio(equipped, member.name).json()["token"]
    new = granted(refresh_imagor_studio(equipped, old), member.name, "user")["token"]
    assert new != old and claims_of(new)["jti"] != claims_of(old)["jti"]
    assert me(equipped, old).status_code == me(equipped, new).status_code == 200
    granted(refresh_imagor_studio(equipped, new), member.name, "user")
    equipped.http.post("/api/v1/auth/logout", headers=bearer(old))
    assert me(equipped, new).status_code == 401, "one session"


@pytest.mark.parametrize("spoil", [lambda token: LONG_TOKEN, lambda token: "a.b.c", lambda token: token[:-3], lambda token: token + "A"],
                         ids=["junk", "dots", "shorter", "longer"])
def test_refresh_with_a_bad_token(equipped, member, spoil):
    token = spoil(login_imagor_studio(equipped, member.name).json()["token"])
    assert "Invalid token" in refused(refresh_imagor_studio(equipped, token), 401, "INVALID_TOKEN").values()


def test_refresh_after_logout(equipped, member):
    token = login_imagor_studio(equipped, member.name).json()["token"]
    equipped.http.post("/api/v1/auth/logout", headers=bearer(token))
    refused(refresh_imagor_studio(equipped, token), 401, "INVALID_TOKEN")


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": None}, {"token": 5}])
def test_refresh_without_a_token(equipped, body):
    answer = equipped.http.post(REFRESH, json=body)
    refused(answer, 400, answer.json().get("code"))
    assert answer.json()["code"] in ("INVALID_INPUT", "VALIDATION_FAILED")


def test_refresh_of_an_inactive_user(equipped, member):
    """Row refresh: 'User not found or inactive'; the end of the session is told in the same words as a bad token where it comes first."""
    token = login_imagor_studio(equipped, member.name).json()["token"]
    assert equipped.http.delete("/api/auth/me", headers=bearer(login_lightnovel_crawler(equipped, member.email).json()["token"])).status_code == 200
    body = assert_answer(refresh_imagor_studio(equipped, token), 401).json()
    assert {body["error"], body["message"]} & {"User not found or inactive", "Invalid token"}


# --- guest -----------------------------------------------------------------------------------------------------------

@pytest.mark.smoke
@pytest.mark.parametrize("body", [None, {}, {"spaceKey": "home"}], ids=["no body", "empty", "spaceKey"])
def test_guest(equipped, body):
    answer = equipped.http.post(GUEST, **({} if body is None else {"json": body}))
    found = granted(answer, "guest", "guest")
    assert found["user"]["displayName"] == "guest"
    assert claims_of(found["token"])["scopes"] == ["read"] and claims_of(found["token"])["role"] == "guest"


def test_guests_are_told_apart(equipped):
    first, second = (equipped.http.post(GUEST).json()["user"]["id"] for _ in range(2))
    assert first != second


def test_a_guest_token_is_refreshed(equipped):
    """The product fails here although its documentation says that any valid token is exchanged."""
    first = equipped.http.post(GUEST).json()
    second = granted(refresh_imagor_studio(equipped, first["token"]), "guest", "guest")
    assert second["token"] != first["token"] and second["user"]["id"] == first["user"]["id"]


@pytest.mark.smoke
def test_no_guests_unless_enabled(node):
    refused(node.http.post(GUEST), 403, "FORBIDDEN", "Guest mode is not enabled")


# --- register, register-admin and first-run --------------------------------------------------------------------------

def registration(**changes):
    name = fresh_name()
    return {"displayName": "A Name", "email": f"{name}@example.org", "username": name, "password": PASSWORD, **changes}


@pytest.mark.smoke
@pytest.mark.parametrize("changes", [{}, {"inviteToken": ""}, {"displayName": "x"}, {"displayName": "é" * 100}, {"password": "pW7-kqjz"},
                                     {"password": "pW7-" + "kqjz" * 17}],
                         ids=["plain", "invitation", "one letter", "100 letters", "8 characters", "72 characters"])
def test_register(equipped, changes):
    """201 with the shape of a log-in, and the account logs in."""
    wanted = registration(**changes)
    body = granted(equipped.http.post(REGISTER, json=wanted), wanted["username"], "user", status=201)
    assert body["user"]["displayName"] == wanted["displayName"]
    granted(login_imagor_studio(equipped, wanted["username"], wanted["password"]), wanted["username"], "user")
    assert me(equipped, body["token"]).json()["email"] == wanted["email"]


def test_register_without_an_address(equipped):
    wanted = registration()
    del wanted["email"]
    granted(equipped.http.post(REGISTER, json=wanted), wanted["username"], "user", status=201)
    granted(login_imagor_studio(equipped, wanted["username"]), wanted["username"], "user")


def test_register_lower_cases_the_name(equipped):
    wanted = registration(username=fresh_name("MiXed"))
    granted(equipped.http.post(REGISTER, json=wanted), wanted["username"].lower(), "user", status=201)


@pytest.mark.parametrize("taken, text, field", [("username", "Username already exists", "username"), ("email", "Email already exists", "email")])
def test_register_what_is_taken(equipped, member, taken, text, field):
    """As the product: 409; `details.field` says which."""
    value = {"username": member.name.upper(), "email": member.email.upper()}[taken]
    answer = equipped.http.post(REGISTER, json=registration(**{taken: value}))
    assert text in refused(answer, 409, "ALREADY_EXISTS").values()
    assert answer.json()["details"]["field"] == field


BAD_FIELDS = [("username", "ab"), ("username", "x" * 31), ("username", "-abc"), ("username", "_abc"), ("username", "a b c"), ("username", "a.b"),
              ("username", "naïve"), ("username", 7), ("password", "short7!"), ("password", "pW7-" + "k" * 69), ("password", None),
              ("displayName", ""), ("displayName", "x" * 101), ("displayName", []), ("email", "no-address"), ("email", 7),
              ("password", "12345678")]


@pytest.mark.parametrize("field, value", BAD_FIELDS)
def test_register_field_rules(equipped, field, value):
    """Row rules: user name 3–30 of letters, digits, _ and -, password 8–72, display name 1–100."""
    wanted = registration(**{field: value})
    answer = equipped.http.post(REGISTER, json=wanted)
    refused(answer, 400, answer.json().get("code"))
    assert answer.json()["code"] in ("INVALID_INPUT", "VALIDATION_FAILED")
    if field != "username":
        assert login_imagor_studio(equipped, wanted["username"]).status_code == 401


def test_register_when_it_is_off(fresh):
    node = fresh({"registration.enabled": "false"})
    refused(node.http.post(REGISTER, json=registration()), 403, "FORBIDDEN")


@pytest.mark.smoke
def test_first_run(equipped):
    """The default administrator was there first: it is no first run, and nobody becomes an administrator by asking."""
    before = time.time() * 1000
    body = assert_answer(equipped.http.get(FIRST_RUN), 200, {"isFirstRun": False, "timestamp": milliseconds, "multiTenant": False}).json()
    assert abs(body["timestamp"] - before) < 10_000
    name = fresh_name()
    wanted = {"displayName": "Root", "username": name, "password": PASSWORD, "defaultLanguage": "en"}
    answer = equipped.http.post(REGISTER_ADMIN, json=wanted)
    refused(answer, 409, answer.json()["code"])
    assert answer.json()["code"] in ("ALREADY_EXISTS", "CONFLICT")
    assert login_imagor_studio(equipped, name).status_code == 401


# --- wrong methods ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("method, path, allowed", [("GET", REFRESH, "POST"), ("PUT", GUEST, "POST"), ("DELETE", REGISTER, "POST"),
                                                   ("GET", REGISTER_ADMIN, "POST"), ("POST", FIRST_RUN, "GET"), ("GET", LOGIN, "POST")])
def test_wrong_method(equipped, method, path, allowed):
    answer = equipped.http.request(method, path)
    refused(answer, 405, "METHOD_NOT_ALLOWED", "Method not allowed")
    assert allowed in answer.headers["allow"]
    assert answer.json()["details"] == {"allowedMethod": allowed, "receivedMethod": method}


# --- tokens, roles and scopes ----------------------------------------------------------------------------------------

def test_claims(equipped, member):
    body = login_imagor_studio(equipped, member.name).json()
    claims = claims_of(body["token"])
    assert claims.keys() >= {"sub", "exp", "nbf", "iat", "jti", "user_id", "role", "scopes"}
    assert claims["exp"] - claims["iat"] == WEEK and claims["nbf"] <= claims["iat"]
    assert claims["sub"] == body["user"]["id"]
    assert (claims["role"], claims["scopes"]) == ("user", ["read", "write"])
    row = user_row(equipped, bearer(login_imagor_studio(equipped, "admin", "admin").json()["token"]), member.name)
    assert str(claims["user_id"]) in (row["id"], str(row["number"]))


LEVELS = [("read", 200, 200, 200), ("write", 403, 200, 200), ("edit", 403, 200, 200), ("admin", 403, 403, 200)]


@pytest.mark.smoke
@pytest.mark.parametrize("scope, guest, user, admin", LEVELS)
def test_permission_levels(equipped, member, scope, guest, user, admin):
    """As the product: read for all, edit (= write) for user and admin, admin for admin; 403 is a good token without the scope, 401 none."""
    wanted = [(equipped.http.post(GUEST), guest), (login_imagor_studio(equipped, member.name), user), (login_imagor_studio(equipped, "admin", "admin"), admin)]
    for grant, status in wanted:
        answer = equipped.http.get("/api/v1/verify", params={"scope": scope}, headers=bearer(access_of(grant)))
        assert answer.status_code == status, grant.json()["user"]
    assert equipped.http.get("/api/v1/verify", params={"scope": scope}).status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/audit/events"])
def test_permission_levels_of_native_routes(equipped, member, path):
    for grant, status in ((equipped.http.post(GUEST), 403), (login_imagor_studio(equipped, member.name), 403), (login_imagor_studio(equipped, "admin", "admin"), 200)):
        assert equipped.http.get(path, headers=bearer(access_of(grant))).status_code == status


def test_lifetime_is_announced(fresh):
    node = fresh({"lifetimes.imagor_studio.access_seconds": 777})
    body = login_imagor_studio(node, "admin", "admin").json()
    assert body["expiresIn"] == 777 == claims_of(body["token"])["exp"] - claims_of(body["token"])["iat"]
