"""Dialect lightnovel-crawler: the default administrator, login, sign-up by referrer, me, mailed resets and codes, API tokens; Basic beside Bearer."""

import re
import time

import pytest

from harness.client import (PASSWORD, admin, basic, bearer, claims_of, fresh_name, login_imagor_studio, login_ndastro, login_lightnovel_crawler, me, refresh_book_corners,
                            session_ndastro, user_row, walk)
from harness.routes import envelope_fault
from harness.shapes import NULL, a_jwt, a_text, a_uuid, assert_answer, milliseconds
from harness.waiting import eventually
from words_lightnovel_crawler import BASE, CHANGED, create_token, field_fault, refused

USER = {"id": a_uuid, "referrer_id": (a_uuid, NULL), "email": a_text, "name": (str, NULL), "role": ("user", "admin", "local"), "tier": (0, 1, 2),
        "is_active": bool, "is_verified": bool, "created_at": milliseconds, "updated_at": milliseconds, "extra": dict}
GRANT = {"token": a_jwt, "user": USER}


@pytest.mark.smoke
def test_default_administrator(fresh):
    """As the product: 'The default credentials are email: admin and password: admin'; keys and types of the user object."""
    before = time.time_ns() // 1_000_000
    node = fresh()
    answer = login_lightnovel_crawler(node, "admin", "admin")
    after = time.time_ns() // 1_000_000
    user = assert_answer(answer, 200, GRANT).json()["user"]
    assert (user["email"], user["role"], user["tier"], user["is_active"]) == ("admin", "admin", 2, True)
    assert before - 1000 <= user["created_at"] <= user["updated_at"] <= after + 1000, "UNIX milliseconds"


@pytest.mark.smoke
def test_login_by_address(node, user, admin):
    answer = login_lightnovel_crawler(node, user.email)
    assert answer.status_code == 200, answer.text
    found = answer.json()["user"]
    assert (found["email"], found["role"], found["tier"]) == (user.email, "user", 0)
    assert found["id"] == user_row(node, admin, user.name)["id"]


def test_token_lives_seven_days_and_works_everywhere(node, user):
    token = login_lightnovel_crawler(node, user.email).json()["token"]
    claims = claims_of(token)
    assert claims["exp"] - claims["iat"] == 7 * 86400
    assert claims["sub"] == login_lightnovel_crawler(node, user.email).json()["user"]["id"] and "scopes" in claims
    assert me(node, token).json()["username"] == user.name


@pytest.mark.smoke
def test_unknown_and_wrong_are_401_alike(node, user):
    """Row login: 401 for both, the text in both keys."""
    wrong, unknown = login_lightnovel_crawler(node, user.email, "wrong-Horse7"), login_lightnovel_crawler(node, f"{fresh_name()}@example.org")
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
    """Design §10: imagor-studio's 400."""
    answer = node.http.post("/api/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert envelope_fault("imagor_studio", answer) is None


@pytest.mark.parametrize("email", ["", "x" * 400, "a\x00b", "' or 1=1 --"])
def test_odd_addresses_are_refused(node, email):
    answer = login_lightnovel_crawler(node, email)
    assert answer.status_code in (400, 401, 422) and envelope_fault("lightnovel_crawler", answer) is None, answer.text


# --- me --------------------------------------------------------------------------------------------------------------

@pytest.mark.smoke
def test_me(equipped, member, session):
    """Bearer, or Basic with address and password; the same object as the log-in's."""
    logged_in = login_lightnovel_crawler(equipped, member.email).json()["user"]
    for headers in (session, basic(member.email, member.password), basic(member.name, member.password)):
        assert_answer(equipped.http.get(f"{BASE}/me", headers=headers), 200, USER)
        assert equipped.http.get(f"{BASE}/me", headers=headers).json() == logged_in
    assert (logged_in["is_verified"], logged_in["is_active"], logged_in["role"]) == (False, True, "user")


@pytest.mark.smoke
@pytest.mark.parametrize("method, path, body", [
    ("GET", "me", None), ("PUT", "me/name", {"name": "x"}), ("PUT", "me/password", {"old_password": PASSWORD, "new_password": CHANGED}),
    ("DELETE", "me", None), ("POST", "me/send-otp", None), ("POST", "me/create-token", None), ("POST", "me/tokens", None),
    ("POST", "reset-password-with-token", {"password": CHANGED})])
def test_who_are_you(equipped, member, method, path, body):
    """401 for no, bad and foreign credentials on every route that asks for them."""
    for headers in ({}, bearer("x.y.z"), bearer(member.refresh), basic(member.email, "wrong-Horse7"), basic("", "")):
        answer = equipped.http.request(method, f"{BASE}/{path}", headers=headers, json=body)
        refused(answer, 401)
        assert answer.headers["www-authenticate"]
    assert login_lightnovel_crawler(equipped, member.email).status_code == 200


def test_the_cookie_opens_none_of_these(equipped, member):
    assert equipped.http.get(f"{BASE}/me", headers={"Cookie": f"jwt={member.access}"}).status_code == 401


@pytest.mark.parametrize("name", ["Jane", "Zoë Ångström", "x" * 100])
def test_change_of_name(equipped, member, session, name):
    before = equipped.http.get(f"{BASE}/me", headers=session).json()
    assert assert_answer(equipped.http.put(f"{BASE}/me/name", headers=session, json={"name": name}), 200).json() is True
    after = equipped.http.get(f"{BASE}/me", headers=session).json()
    assert after["name"] == name and after["updated_at"] >= before["updated_at"] and after["created_at"] == before["created_at"]
    assert me(equipped, member.access).json()["name"] == name
    assert login_imagor_studio(equipped, member.name).json()["user"]["displayName"] == name


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": 5}, {"name": "x" * 10_000}])
def test_change_of_name_fields(equipped, session, body):
    field_fault(equipped.http.put(f"{BASE}/me/name", headers=session, json=body), "name")


@pytest.mark.smoke
def test_change_of_password(equipped, member, session):
    """Design §10: the calling session stays, all others end."""
    other = session_ndastro(equipped, member.name)
    body = {"old_password": member.password, "new_password": CHANGED}
    assert assert_answer(equipped.http.put(f"{BASE}/me/password", headers=session, json=body), 200).json() is True
    assert equipped.http.get(f"{BASE}/me", headers=session).status_code == 200
    assert me(equipped, other.access).status_code == 401 and me(equipped, member.access).status_code == 401
    assert login_lightnovel_crawler(equipped, member.email).status_code == 401
    assert login_lightnovel_crawler(equipped, member.email, CHANGED).status_code == 200


def test_change_of_password_by_basic(equipped, member):
    body = {"old_password": member.password, "new_password": CHANGED}
    answer = equipped.http.put(f"{BASE}/me/password", headers=basic(member.email, member.password), json=body)
    assert assert_answer(answer, 200).json() is True
    assert login_ndastro(equipped, member.name, CHANGED).status_code == 200


def test_change_of_password_with_a_wrong_old_one(equipped, member, session):
    body = {"old_password": "wrong-Horse7", "new_password": CHANGED}
    refused(equipped.http.put(f"{BASE}/me/password", headers=session, json=body), 401)
    assert login_lightnovel_crawler(equipped, member.email).status_code == 200


@pytest.mark.parametrize("password", ["12345678", "short7!", "", "a\0b-Horse7-staple"])
def test_change_to_a_bad_password(equipped, member, session, password):
    body = {"old_password": member.password, "new_password": password}
    answer = equipped.http.put(f"{BASE}/me/password", headers=session, json=body)
    assert answer.status_code in (400, 422) and "detail" in answer.json(), answer.text
    assert login_lightnovel_crawler(equipped, member.email).status_code == 200


@pytest.mark.parametrize("missing", ["old_password", "new_password"])
def test_change_of_password_fields(equipped, session, missing):
    body = {"old_password": PASSWORD, "new_password": CHANGED}
    del body[missing]
    field_fault(equipped.http.put(f"{BASE}/me/password", headers=session, json=body), missing)


@pytest.mark.smoke
def test_delete_me(equipped, member, session):
    """Row DELETE me: deactivates. No dialect lets the account in, no session of it lives on, and its names stay taken."""
    other = session_ndastro(equipped, member.name)
    assert assert_answer(equipped.http.delete(f"{BASE}/me", headers=session), 200).json() is True
    refused(equipped.http.get(f"{BASE}/me", headers=session), 401)
    assert me(equipped, other.access).status_code == 401 and refresh_book_corners(equipped, member.refresh).status_code == 401
    refused(login_lightnovel_crawler(equipped, member.email), 401, "Unauthorized")
    assert equipped.http.get("/api/v1/verify", headers=basic(member.name, member.password)).status_code == 401
    taken = {"username": member.name, "email": f"{fresh_name()}@example.org", "password": PASSWORD}
    assert equipped.http.post("/api/v1/auth/register", json=taken).status_code == 400


# --- API tokens, which are the referrer tokens -----------------------------------------------------------------------

def token_is_good(node, token):
    return assert_answer(node.http.get(f"{BASE}/verify-token", params={"token": token}), 200, bool).json()


@pytest.mark.smoke
def test_api_token(equipped, member, session):
    """Ten base-58 characters for 15 days; asking again gives the same one; its owner sees it in full."""
    token = create_token(equipped, session)
    assert re.fullmatch(r"[1-9A-HJ-NP-Za-km-z]{10}", token)
    assert create_token(equipped, session) == token == create_token(equipped, basic(member.email, member.password))
    rows = assert_answer(equipped.http.post(f"{BASE}/me/tokens", headers=session), 200,
                         [{"token": token, "user_id": a_uuid, "expires_at": milliseconds}]).json()
    assert len(rows) == 1 and rows[0]["user_id"] == login_lightnovel_crawler(equipped, member.email).json()["user"]["id"]
    assert abs(rows[0]["expires_at"] - (time.time() + 15 * 86400) * 1000) < 60_000
    assert token_is_good(equipped, token) is True


def test_api_tokens_have_ten_characters_each_time(equipped):
    """The product now and then makes nine."""
    for _ in range(8):
        body = {"username": (name := fresh_name()), "email": f"{name}@example.org", "password": PASSWORD}
        access = equipped.http.post("/api/v1/auth/register", json=body).json()["access"]
        assert len(create_token(equipped, bearer(access))) == 10


def test_no_tokens_yet(equipped, session):
    assert assert_answer(equipped.http.post(f"{BASE}/me/tokens", headers=session), 200).json() == []


def test_an_api_token_is_no_bearer(equipped, session):
    token = create_token(equipped, session)
    for headers in (bearer(token), basic(token, ""), {"Cookie": f"jwt={token}"}):
        assert equipped.http.get(f"{BASE}/me", headers=headers).status_code == 401
        assert equipped.http.get("/api/v1/verify", headers=headers).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "1" * 10, "z" * 500, "a\u00e9b"])
def test_verify_token_says_false(equipped, token):
    """As the product: false otherwise, where the product answers 403."""
    assert token_is_good(equipped, token) is False


def test_verify_token_of_a_deactivated_user(equipped, session):
    token = create_token(equipped, session)
    equipped.http.delete(f"{BASE}/me", headers=session)
    assert token_is_good(equipped, token) is False


def test_verify_token_without_one(equipped):
    field_fault(equipped.http.get(f"{BASE}/verify-token"), "token")


def test_api_tokens_expire_and_are_renewed(fresh):
    """Three days before its end a token is no longer handed out; at its end it is no longer good."""
    node = fresh({"lifetimes.api_token_seconds": 3, "tick_seconds": 1})
    headers = bearer(login_lightnovel_crawler(node, "admin", "admin").json()["token"])
    first, second = create_token(node, headers), create_token(node, headers)
    assert first != second, "less than three days left"
    rows = node.http.post(f"{BASE}/me/tokens", headers=headers).json()
    assert [row["token"] for row in rows] == [second, first] or rows[0]["expires_at"] == rows[1]["expires_at"]
    assert token_is_good(node, second)
    eventually("its end", lambda: not token_is_good(node, second), seconds=8, every=0.1)
    body = {"referrer": second, "email": "late@example.org", "password": PASSWORD}
    refused(node.http.post(f"{BASE}/signup", json=body), 403, "Token expired")


# --- sign-up ---------------------------------------------------------------------------------------------------------

def signup(node, referrer, email=None, password=PASSWORD, **more):
    body = {"referrer": referrer, "email": email or f"{fresh_name()}@example.org", "password": password, **more}
    return node.http.post(f"{BASE}/signup", json=body)


@pytest.mark.smoke
@pytest.mark.parametrize("more", [{}, {"name": "Jane Doe"}, {"name": None}], ids=["nameless", "named", "null"])
def test_signup(equipped, session, more):
    """200 (not 201) with the shape of a log-in, and the referrer's id; the account shows its address as user name."""
    referrer = equipped.http.get(f"{BASE}/me", headers=session).json()["id"]
    email = f"{fresh_name()}@example.org"
    body = assert_answer(signup(equipped, create_token(equipped, session), email, **more), 200, GRANT).json()
    user = body["user"]
    assert (user["referrer_id"], user["email"], user["name"]) == (referrer, email, more.get("name"))
    assert (user["role"], user["tier"], user["is_active"], user["is_verified"]) == ("user", 0, True, False)
    assert me(equipped, body["token"]).json()["username"] == email
    assert login_lightnovel_crawler(equipped, email).status_code == 200


def test_signup_spends_no_token(equipped, session):
    token = create_token(equipped, session)
    assert [signup(equipped, token).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("referrer", ["", "x", "1" * 10, "z" * 500])
def test_signup_with_a_bad_referrer(equipped, referrer):
    email = f"{fresh_name()}@example.org"
    refused(signup(equipped, referrer, email), 403, "Invalid token")
    assert login_lightnovel_crawler(equipped, email).status_code == 401


def test_signup_with_the_token_of_an_inactive_user(equipped, session):
    token = create_token(equipped, session)
    equipped.http.delete(f"{BASE}/me", headers=session)
    answer = signup(equipped, token)
    refused(answer, 403)
    assert answer.json()["error"] in ("User is inactive", "Invalid token")


def test_signup_with_a_taken_address(equipped, member, session):
    token = create_token(equipped, session)
    for email in (member.email, member.email.upper()):
        refused(signup(equipped, token, email), 409, "User already exists")


@pytest.mark.parametrize("field, value", [("referrer", None), ("referrer", 5), ("email", "no-address"), ("email", None), ("email", 5),
                                          ("password", None), ("password", 5), ("name", 5)])
def test_signup_fields(equipped, session, field, value):
    body = {"referrer": create_token(equipped, session), "email": f"{fresh_name()}@example.org", "password": PASSWORD, field: value}
    field_fault(equipped.http.post(f"{BASE}/signup", json=body), field)


@pytest.mark.parametrize("missing", ["referrer", "email", "password"])
def test_signup_field_missing(equipped, session, missing):
    body = {"referrer": create_token(equipped, session), "email": f"{fresh_name()}@example.org", "password": PASSWORD}
    del body[missing]
    field_fault(equipped.http.post(f"{BASE}/signup", json=body), missing)


def test_the_referrer_tree_is_readable_by_administrators(equipped, session):
    """Issue part 5: who brought whom, over two generations, in the directory."""
    root = equipped.http.get(f"{BASE}/me", headers=session).json()["id"]
    child = signup(equipped, create_token(equipped, session)).json()
    grandchild = signup(equipped, create_token(equipped, bearer(child["token"]))).json()
    administrator = admin(equipped)
    rows = {row["id"]: row for row in walk(equipped, "/api/v1/users", administrator, limit=100)}
    assert rows[child["user"]["id"]]["referrer_id"] == root
    assert rows[grandchild["user"]["id"]]["referrer_id"] == child["user"]["id"]
    assert rows[root]["referrer_id"] is None
    assert [row["id"] for row in walk(equipped, f"/api/v1/users/{root}/referrals", administrator)] == [child["user"]["id"]]
    assert equipped.http.get(f"/api/v1/users/{root}/referrals", headers=session).status_code == 403


# --- manners ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("method, path, allowed", [("GET", "signup", "POST"), ("POST", "me", "GET"), ("GET", "me/name", "PUT"), ("POST", "me/password", "PUT"),
                                                   ("GET", "send-password-reset-link", "POST"), ("GET", "me/send-otp", "POST"), ("GET", "verify-otp", "POST"),
                                                   ("GET", "me/create-token", "POST"), ("POST", "verify-token", "GET"), ("GET", "me/tokens", "POST")])
def test_wrong_method(equipped, method, path, allowed):
    answer = equipped.http.request(method, f"{BASE}/{path}")
    assert answer.status_code == 405 and allowed in answer.headers["allow"]
    assert envelope_fault("lightnovel_crawler", answer) is None


@pytest.mark.parametrize("path", ["signup", "send-password-reset-link"])
def test_no_json(equipped, path):
    answer = equipped.http.post(f"{BASE}/{path}", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422) and "detail" in answer.json()
