"""The routes of the service as the contract lists them: the table that the bad-input and matrix tests walk."""

import typing

from .client import LONG_TOKEN, PASSWORD


class Route(typing.NamedTuple):
    """`access` is the least that is needed: none, user, admin or audit; `dialect` tells whose error envelope is due; what `consumes` ends
    its caller's session or account or changes its password."""
    name: str
    method: str
    path: str
    dialect: str
    access: str = "none"
    body: str = ""
    valid: dict = {}
    consumes: bool = False


ROUTES = [
    Route("003 register", "POST", "/api/v1/auth/register", "003", "none", "json",
          {"username": "somebody", "email": "somebody@example.org", "password": "correct-Horse7-staple"}),
    Route("003 login", "POST", "/api/v1/auth/login", "003", "none", "json", {"username": "nobody", "password": "wrong-Horse7"}),
    Route("003 refresh", "POST", "/api/v1/auth/refresh", "003", "none", "json", {"refresh": LONG_TOKEN}),
    Route("me", "GET", "/api/v1/auth/me", "union", "user"),
    Route("002 login", "POST", "/api/v1/auth/login", "002", "none", "form", {"username": "nobody", "password": "wrong-Horse7"}),
    Route("002 token", "POST", "/api/v1/auth/token", "002", "none", "form", {"username": "nobody", "password": "wrong-Horse7"}),
    Route("002 refresh", "POST", "/api/v1/auth/refresh", "002", "user", "json",
          {"token": LONG_TOKEN, "expires_in": 31536000, "token_type": "bearer"}),
    Route("002 logout", "POST", "/api/v1/auth/logout", "002", "user", consumes=True),
    Route("000 obtain", "POST", "/api/auth/token/obtain/", "000", "none", "json", {"username": "nobody", "password": "wrong-Horse7"}),
    Route("000 refresh", "POST", "/api/auth/token/refresh/", "000", "none", "json", {"refresh": LONG_TOKEN}),
    Route("000 blacklist", "POST", "/api/auth/token/blacklist", "000", "none", "json", {"refresh": LONG_TOKEN}),
    Route("000 help", "GET", "/api/help", "000"),
    Route("001 login", "POST", "/api/auth/login", "001", "none", "json", {"username": "nobody", "password": "wrong-Horse7"}),
    Route("001 refresh", "POST", "/api/auth/refresh", "001", "none", "json", {"token": LONG_TOKEN}),
    Route("001 guest", "POST", "/api/auth/guest", "001"),
    Route("001 register", "POST", "/api/auth/register", "001", "none", "json",
          {"displayName": "Some Body", "username": "ab", "password": "correct-Horse7-staple"}),
    Route("001 register-admin", "POST", "/api/auth/register-admin", "001", "none", "json",
          {"displayName": "Some Body", "username": "somebody", "password": "correct-Horse7-staple"}),
    Route("001 first-run", "GET", "/api/auth/first-run", "001"),
    Route("004 login", "POST", "/api/auth/login", "004", "none", "json", {"email": "nobody@example.org", "password": "wrong-Horse7"}),
    Route("002 reset", "POST", "/api/v1/auth/reset-password", "002", "none", "json",
          {"token": LONG_TOKEN, "new_password": "another-Horse8-staple"}),
    Route("004 reset link", "POST", "/api/auth/send-password-reset-link", "004", "none", "json", {"email": "nobody@example.org"}),
    Route("004 verify-otp", "POST", "/api/auth/verify-otp", "004", "none", "form", {"otp": "123456", "token": LONG_TOKEN}),
    Route("004 send-otp", "POST", "/api/auth/me/send-otp", "004", "user"),
    Route("004 create-token", "POST", "/api/auth/me/create-token", "004", "user"),
    Route("004 tokens", "POST", "/api/auth/me/tokens", "004", "user"),
    Route("004 me", "GET", "/api/auth/me", "004", "user"),
    Route("004 me/name", "PUT", "/api/auth/me/name", "004", "user", "json", {"name": "Some Body"}),
    Route("004 me/password", "PUT", "/api/auth/me/password", "004", "user", "json",
          {"old_password": PASSWORD, "new_password": "another-Horse8-staple"}, consumes=True),
    Route("004 delete me", "DELETE", "/api/auth/me", "004", "user", consumes=True),
    Route("verify", "GET", "/api/v1/verify", "native", "user"),
    Route("verify by post", "POST", "/api/v1/verify", "native", "user"),
    Route("users", "GET", "/api/v1/users", "native", "admin"),
    Route("user", "GET", "/api/v1/users/1", "native", "admin"),
    Route("referrals", "GET", "/api/v1/users/1/referrals", "native", "admin"),
    Route("audit events", "GET", "/api/v1/audit/events", "native", "audit"),
    Route("status", "GET", "/api/v1/status", "native", "audit"),
    Route("healthz", "GET", "/healthz", "native"),
    Route("readyz", "GET", "/readyz", "native"),
    Route("metrics", "GET", "/metrics", "native"),
    Route("jwks", "GET", "/.well-known/jwks.json", "native"),
]

BY_NAME = {route.name: route for route in ROUTES}
JSON_ROUTES = [route for route in ROUTES if route.body == "json"]
FORM_ROUTES = [route for route in ROUTES if route.body == "form"]
GUARDED = [route for route in ROUTES if route.access != "none"]


def envelope_fault(dialect, answer):
    """None when an error answer has the dialect's own envelope, else what is wrong with it."""
    try:
        body = answer.json()
    except ValueError:
        return f"no JSON: {answer.text[:200]!r}"
    if not isinstance(body, dict):
        return f"no object: {body!r}"
    if dialect == "native":
        kind = answer.headers.get("content-type", "")
        if not kind.startswith("application/problem+json"):
            return f"content type {kind!r}"
        if body.get("status") != answer.status_code or not body.get("title"):
            return f"no problem document: {body!r}"
        return None
    if dialect == "000":
        faults = body.get("errors")
        fine = faults and all(fault.keys() == {"field", "message"} and fault["message"] for fault in faults) and len(body) == 1
        return None if fine else f"no list of errors: {body!r}"
    wanted = {"003": {"message", "details"}, "002": {"detail"}, "004": {"error", "detail"},
              "001": {"error", "message", "code"}, "union": {"detail", "message", "details"}}[dialect]
    if dialect == "004" and answer.status_code == 422:
        wanted = {"detail"}
    missing = wanted - body.keys()
    return f"without {sorted(missing)}: {body!r}" if missing else None
