"""Route × outcome → the facts in the audit trail, through the audit API: nothing that a credential route does goes untold."""

import typing

import pytest

from harness.client import (PASSWORD, access_of, admin, audit, basic, bearer, fresh_name, login_librephotos, login_imagor_studio, login_ndastro,
                            login_book_corners, login_lightnovel_crawler, new_user, refresh_librephotos, refresh_imagor_studio, refresh_ndastro, refresh_book_corners, register, session_ndastro,
                            session_of, traced, user_row)
from harness.mails import code_of, token_of
from harness.waiting import eventually
from words_lightnovel_crawler import BASE, CHANGED, create_token

WRONG = "wrong-Horse7"


class World(typing.NamedTuple):
    """What a row has to work with: the node, a new user of it, the request's headers, and the mails that were sent."""
    node: object
    user: object
    headers: dict
    mailbox: object

    def call(self, method, path, credentials=None, **options):
        return self.node.http.request(method, path, headers={**(credentials or {}), **self.headers}, **options)

    def session(self):
        return bearer(login_lightnovel_crawler(self.node, self.user.email).json()["token"])

    def mailed(self, ask):
        """The mail that `ask` makes the node send to the user."""
        before = len(self.mailbox.to(self.user.email))
        assert ask().status_code == 200
        return self.mailbox.wait(self.user.email, before + 1)


def logged_out(w):
    return w.node.http.post("/api/v1/auth/logout", headers=bearer(w.user.access))


def refresh_librephotos_after_logout(w):
    answer = login_librephotos(w.node, w.user.name)
    w.node.http.post("/api/v1/auth/logout", headers=bearer(access_of(answer)))
    return refresh_librephotos(w.node, answer.json()["refresh"], headers=w.headers)


def refresh_imagor_studio_after_logout(w):
    token = access_of(login_imagor_studio(w.node, w.user.name))
    w.node.http.post("/api/v1/auth/logout", headers=bearer(token))
    return refresh_imagor_studio(w.node, token, headers=w.headers)


def refresh_book_corners_after_logout(w):
    logged_out(w)
    return refresh_book_corners(w.node, w.user.refresh, headers=w.headers)


def blacklist(w):
    return w.call("POST", "/api/auth/token/blacklist/", json={"refresh": login_librephotos(w.node, w.user.name).json()["refresh"]})


def reuse(w):
    first = session_ndastro(w.node, w.user.name)
    second = session_of(refresh_ndastro(w.node, *first))
    refresh_ndastro(w.node, *second)
    return refresh_ndastro(w.node, second.access, first.refresh, headers=w.headers)


def stranger(w):
    return refresh_ndastro(w.node, session_ndastro(w.node, new_user(w.node).name).access, session_ndastro(w.node, w.user.name).refresh, headers=w.headers)


def recover(w, address=None):
    return w.call("POST", f"/api/v1/auth/password-recovery/{address or w.user.email}")


def reset_ndastro(w, times=1):
    token = token_of(w.mailed(lambda: w.node.http.post(f"/api/v1/auth/password-recovery/{w.user.email}")))
    if times == 2:
        w.node.http.post("/api/v1/auth/reset-password", json={"token": token, "new_password": CHANGED})
    return w.call("POST", "/api/v1/auth/reset-password", json={"token": token, "new_password": "third-Horse9-staple"})


def reset_lightnovel_crawler(w, times=1):
    token = token_of(w.mailed(lambda: w.node.http.post(f"{BASE}/send-password-reset-link", json={"email": w.user.email})))
    if times == 2:
        w.node.http.post(f"{BASE}/reset-password-with-token", headers=bearer(token), json={"password": CHANGED})
    return w.call("POST", f"{BASE}/reset-password-with-token", bearer(token), json={"password": "third-Horse9-staple"})


def send_link(w, address=None):
    return w.call("POST", f"{BASE}/send-password-reset-link", json={"email": address or w.user.email})


def register_imagor_studio(w, **changes):
    name = fresh_name()
    return w.call("POST", f"{BASE}/register", json={"displayName": "x", "username": name, "email": f"{name}@example.org", "password": PASSWORD, **changes})


def signup(w, referrer=None, email=None):
    body = {"referrer": referrer or create_token(w.node, w.session()), "email": email or f"{fresh_name()}@example.org", "password": PASSWORD}
    return w.call("POST", f"{BASE}/signup", json=body)


def change_password(w, old=PASSWORD):
    return w.call("PUT", f"{BASE}/me/password", w.session(), json={"old_password": old, "new_password": CHANGED})


def verify_otp(w, wrong=False):
    answers = []

    def ask():
        answers.append(w.node.http.post(f"{BASE}/me/send-otp", headers=w.session()))
        return answers[0]

    code = code_of(w.mailed(ask))
    shown = f"{(int(code) + 1) % 1_000_000:06d}" if wrong else code
    return w.call("POST", f"{BASE}/verify-otp", files={"otp": (None, shown), "token": (None, answers[0].json()["token"])})


ROWS = [  # route, outcome, what is done, its status, the facts, whose outcome
    ("POST /api/auth/token/obtain", "good", lambda w: login_librephotos(w.node, w.user.name, headers=w.headers), 200, {"LoggedIn"}, "success"),
    ("POST /api/auth/token/obtain", "wrong", lambda w: login_librephotos(w.node, w.user.name, WRONG, headers=w.headers), 401, {"LoginFailed"}, "failure"),
    ("POST /api/auth/token/obtain", "unknown", lambda w: login_librephotos(w.node, fresh_name(), headers=w.headers), 401, {"LoginFailed"}, "failure"),
    ("POST /api/auth/token/refresh", "good", lambda w: refresh_librephotos(w.node, login_librephotos(w.node, w.user.name).json()["refresh"], headers=w.headers), 200,
     {"SessionRefreshed"}, "success"),
    ("POST /api/auth/token/refresh", "ended", refresh_librephotos_after_logout, 401, {"RefreshRefused"}, "failure"),
    ("POST /api/auth/token/blacklist", "good", blacklist, 200, {("LoggedOut", "SessionRevoked", "TokenRevoked")}, "success"),
    ("POST /api/auth/login", "imagor_studio", lambda w: login_imagor_studio(w.node, w.user.name, headers=w.headers), 200, {"LoggedIn"}, "success"),
    ("POST /api/auth/login", "imagor-studio wrong", lambda w: login_imagor_studio(w.node, w.user.name, WRONG, headers=w.headers), 401, {"LoginFailed"}, "failure"),
    ("POST /api/auth/login", "lightnovel_crawler", lambda w: login_lightnovel_crawler(w.node, w.user.email, headers=w.headers), 200, {"LoggedIn"}, "success"),
    ("POST /api/auth/login", "lightnovel-crawler wrong", lambda w: login_lightnovel_crawler(w.node, w.user.email, WRONG, headers=w.headers), 401, {"LoginFailed"}, "failure"),
    ("POST /api/auth/refresh", "good", lambda w: refresh_imagor_studio(w.node, access_of(login_imagor_studio(w.node, w.user.name)), headers=w.headers), 200,
     {"SessionRefreshed"}, "success"),
    ("POST /api/auth/refresh", "ended", refresh_imagor_studio_after_logout, 401, {"RefreshRefused"}, "failure"),
    ("POST /api/auth/guest", "good", lambda w: w.call("POST", f"{BASE}/guest"), 200, {"GuestEntered"}, "success"),
    ("POST /api/auth/register", "good", register_imagor_studio, 201, {"UserRegistered", "LoggedIn"}, "success"),
    ("POST /api/auth/register", "name taken", lambda w: register_imagor_studio(w, username=w.user.name), 409, {"RegistrationRefused"}, "failure"),
    ("POST /api/auth/register", "address taken", lambda w: register_imagor_studio(w, email=w.user.email), 409, {"RegistrationRefused"}, "failure"),
    ("POST /api/auth/register", "weak password", lambda w: register_imagor_studio(w, password="12345678"), 400, {"RegistrationRefused"}, "failure"),
    ("POST /api/auth/register-admin", "there is one", lambda w: w.call("POST", f"{BASE}/register-admin", json={
        "displayName": "x", "username": fresh_name(), "password": PASSWORD, "defaultLanguage": "en"}), 409, {"RegistrationRefused"}, "failure"),
    ("POST /api/v1/auth/login", "ndastro", lambda w: login_ndastro(w.node, w.user.name, headers=w.headers), 200, {"LoggedIn"}, "success"),
    ("POST /api/v1/auth/login", "ndastro-api wrong", lambda w: login_ndastro(w.node, w.user.name, WRONG, headers=w.headers), 401, {"LoginFailed"}, "failure"),
    ("POST /api/v1/auth/login", "book_corners", lambda w: login_book_corners(w.node, w.user.name, headers=w.headers), 200, {"LoggedIn"}, "success"),
    ("POST /api/v1/auth/login", "Book Corners wrong", lambda w: login_book_corners(w.node, w.user.name, WRONG, headers=w.headers), 401, {"LoginFailed"}, "failure"),
    ("POST /api/v1/auth/token", "good", lambda w: w.call("POST", "/api/v1/auth/token", data={"username": w.user.name, "password": PASSWORD}), 200,
     {"LoggedIn"}, "success"),
    ("POST /api/v1/auth/token", "wrong", lambda w: w.call("POST", "/api/v1/auth/token", data={"username": w.user.name, "password": WRONG}), 401,
     {"LoginFailed"}, "failure"),
    ("POST /api/v1/auth/refresh", "ndastro", lambda w: refresh_ndastro(w.node, *session_ndastro(w.node, w.user.name), headers=w.headers), 200,
     {"SessionRefreshed"}, "success"),
    ("POST /api/v1/auth/refresh", "ndastro-api reuse", reuse, 401, {"RefreshTokenReuseDetected"}, "failure"),
    ("POST /api/v1/auth/refresh", "ndastro-api stranger", stranger, 401, {"RefreshRefused"}, "failure"),
    ("POST /api/v1/auth/refresh", "book_corners", lambda w: refresh_book_corners(w.node, w.user.refresh, headers=w.headers), 200, {"SessionRefreshed"}, "success"),
    ("POST /api/v1/auth/refresh", "Book Corners ended", refresh_book_corners_after_logout, 401, {"RefreshRefused"}, "failure"),
    ("POST /api/v1/auth/register", "good", lambda w: register(w.node, headers=w.headers), 201, {"UserRegistered", "LoggedIn"}, "success"),
    ("POST /api/v1/auth/register", "taken", lambda w: register(w.node, w.user.name, f"{fresh_name()}@example.org", headers=w.headers), 400,
     {"RegistrationRefused"}, "failure"),
    ("POST /api/v1/auth/logout", "good", lambda w: w.call("POST", "/api/v1/auth/logout", bearer(w.user.access)), 200, {"LoggedOut"}, "success"),
    ("POST /api/v1/auth/password-recovery/{email}", "known", recover, 200, {"PasswordResetRequested", "MailQueued"}, "success"),
    ("POST /api/v1/auth/password-recovery/{email}", "unknown", lambda w: recover(w, f"{fresh_name()}@example.org"), 200,
     {("PasswordResetRefused", "PasswordResetRequested")}, "failure"),
    ("POST /api/v1/auth/reset-password", "good", reset_ndastro, 200, {"PasswordReset"}, "success"),
    ("POST /api/v1/auth/reset-password", "used", lambda w: reset_ndastro(w, 2), 400, {"PasswordResetRefused"}, "failure"),
    ("POST /api/auth/signup", "good", signup, 200, {"UserRegistered", "LoggedIn"}, "success"),
    ("POST /api/auth/signup", "bad referrer", lambda w: signup(w, "1" * 10), 403, {"RegistrationRefused"}, "failure"),
    ("POST /api/auth/signup", "taken", lambda w: signup(w, email=w.user.email), 409, {"RegistrationRefused"}, "failure"),
    ("PUT /api/auth/me/name", "good", lambda w: w.call("PUT", f"{BASE}/me/name", w.session(), json={"name": "Jane"}), 200, {"DisplayNameChanged"}, "success"),
    ("PUT /api/auth/me/password", "good", change_password, 200, {"PasswordChanged"}, "success"),
    ("PUT /api/auth/me/password", "wrong", lambda w: change_password(w, WRONG), 401, {"PasswordChangeRefused"}, "failure"),
    ("DELETE /api/auth/me", "good", lambda w: w.call("DELETE", f"{BASE}/me", w.session()), 200, {"UserDeactivated"}, "success"),
    ("POST /api/auth/send-password-reset-link", "known", send_link, 200, {"PasswordResetRequested", "MailQueued"}, "success"),
    ("POST /api/auth/send-password-reset-link", "unknown", lambda w: send_link(w, f"{fresh_name()}@example.org"), 200,
     {("PasswordResetRefused", "PasswordResetRequested")}, "failure"),
    ("POST /api/auth/reset-password-with-token", "good", reset_lightnovel_crawler, 200, {"PasswordReset"}, "success"),
    ("POST /api/auth/reset-password-with-token", "used", lambda w: reset_lightnovel_crawler(w, 2), 401, {"PasswordResetRefused"}, "failure"),
    ("POST /api/auth/me/send-otp", "good", lambda w: w.call("POST", f"{BASE}/me/send-otp", w.session()), 200, {"OtpSent", "MailQueued"}, "success"),
    ("POST /api/auth/verify-otp", "good", verify_otp, 200, {"OtpVerified", "EmailVerified"}, "success"),
    ("POST /api/auth/verify-otp", "wrong", lambda w: verify_otp(w, wrong=True), 403, {"OtpFailed"}, "failure"),
    ("POST /api/auth/me/create-token", "good", lambda w: w.call("POST", f"{BASE}/me/create-token", w.session()), 200, {"ApiTokenCreated"}, "success"),
    ("POST /oauth/revoke", "good", lambda w: w.call("POST", "/oauth/revoke", data={"token": w.user.access}), 200,
     {("TokenRevoked", "SessionRevoked", "LoggedOut")}, "success"),
    ("GET /api/v1/verify", "Basic, wrong", lambda w: w.call("GET", "/api/v1/verify", basic(w.user.name, WRONG)), 401, {"LoginFailed"}, "failure"),
    ("GET /api/v1/verify", "no scope", lambda w: w.call("GET", "/api/v1/verify?scope=admin", bearer(w.user.access)), 403, {"AccessDenied"}, "denied"),
    ("GET /api/auth/me", "Basic, wrong", lambda w: w.call("GET", f"{BASE}/me", basic(w.user.email, WRONG)), 401, {"LoginFailed"}, "failure"),
    ("GET /api/v1/users", "no scope", lambda w: w.call("GET", "/api/v1/users", bearer(w.user.access)), 403, {"AccessDenied"}, "denied"),
    ("GET /api/v1/audit/events", "good", lambda w: w.call("GET", "/api/v1/audit/events", admin(w.node), params={"limit": 1}), 200, {"AuditRead"}, "success"),
]
UNTOLD = {  # commands without a fact of their own, and why
    "POST /api/v1/verify": "a query by another method", "POST /api/auth/me/tokens": "a query by the product's choice of method",
    "POST /oauth/introspect": "a query by RFC 7662's choice of method"}


@pytest.mark.parametrize("route, case, act, status, facts, outcome", ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])
def test_each_outcome_leaves_its_facts(equipped, member, mailbox, route, case, act, status, facts, outcome):
    """Found by the request's id, with the client and the outcome; a known user is named by its UUID."""
    world = World(equipped, member, {**traced(), "User-Agent": "blackbox/1.0 (trail)"}, mailbox)
    administrator = admin(equipped)
    row = user_row(equipped, administrator, member.name)
    answer = act(world)
    assert answer.status_code == status, answer.text

    def told():
        found = audit(equipped, administrator, request_id=world.headers["X-Request-Id"])
        types = {event["type"] for event in found}
        return found if all(types & ({fact} if isinstance(fact, str) else set(fact)) for fact in facts) else None

    events = eventually(f"{facts} of {case}", told, seconds=3, every=0.1)
    wanted = {kind for fact in facts for kind in ([fact] if isinstance(fact, str) else fact)}
    for event in (event for event in events if event["type"] in wanted):
        assert (event["ip"], event["user_agent"]) == ("127.0.0.1", "blackbox/1.0 (trail)")
        assert event["outcome"] == outcome, event
        assert event["reason"] or outcome == "success"
        assert event["user"] in (row["id"], None, "") or event["type"] in ("UserRegistered", "LoggedIn", "GuestEntered", "AuditRead", "MailQueued"), event
        if event["type"] == "LoginFailed" and case != "unknown":
            assert event["user"] == row["id"]


def test_the_table_has_every_command(equipped):
    """A command of the dialects without a row is one whose trail nobody looked at."""
    paths = equipped.http.get("/api/schema").json()["paths"]
    commands = {f"{method.upper()} {path.rstrip('/')}" for path, item in paths.items() for method in item if method in ("post", "put", "patch", "delete")
                if not path.startswith(("/api/v1/users", "/api/v1/audit", "/api/v1/log", "/api/v1/webhooks", "/api/v1/events"))}
    assert commands - {row[0] for row in ROWS} - UNTOLD.keys() == set()
