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
    Route("Book Corners register", "POST", "/api/v1/auth/register", "book_corners", "none", "json",
          {"username": "somebody", "email": "somebody@example.org", "password": "correct-Horse7-staple"}),
    Route("Book Corners login", "POST", "/api/v1/auth/login", "book_corners", "none", "json", {"username": "nobody", "password": "wrong-Horse7"}),
    Route("Book Corners refresh", "POST", "/api/v1/auth/refresh", "book_corners", "none", "json", {"refresh": LONG_TOKEN}),
    Route("me", "GET", "/api/v1/auth/me", "union", "user"),
    Route("ndastro-api login", "POST", "/api/v1/auth/login", "ndastro", "none", "form", {"username": "nobody", "password": "wrong-Horse7"}),
    Route("ndastro-api token", "POST", "/api/v1/auth/token", "ndastro", "none", "form", {"username": "nobody", "password": "wrong-Horse7"}),
    Route("ndastro-api refresh", "POST", "/api/v1/auth/refresh", "ndastro", "user", "json",
          {"token": LONG_TOKEN, "expires_in": 31536000, "token_type": "bearer"}),
    Route("ndastro-api logout", "POST", "/api/v1/auth/logout", "ndastro", "user", consumes=True),
    Route("LibrePhotos obtain", "POST", "/api/auth/token/obtain/", "librephotos", "none", "json", {"username": "nobody", "password": "wrong-Horse7"}),
    Route("LibrePhotos refresh", "POST", "/api/auth/token/refresh/", "librephotos", "none", "json", {"refresh": LONG_TOKEN}),
    Route("LibrePhotos blacklist", "POST", "/api/auth/token/blacklist", "librephotos", "none", "json", {"refresh": LONG_TOKEN}),
    Route("LibrePhotos help", "GET", "/api/help", "librephotos"),
    Route("imagor-studio login", "POST", "/api/auth/login", "imagor_studio", "none", "json", {"username": "nobody", "password": "wrong-Horse7"}),
    Route("imagor-studio refresh", "POST", "/api/auth/refresh", "imagor_studio", "none", "json", {"token": LONG_TOKEN}),
    Route("imagor-studio guest", "POST", "/api/auth/guest", "imagor_studio"),
    Route("imagor-studio register", "POST", "/api/auth/register", "imagor_studio", "none", "json",
          {"displayName": "Some Body", "username": "ab", "password": "correct-Horse7-staple"}),
    Route("imagor-studio register-admin", "POST", "/api/auth/register-admin", "imagor_studio", "none", "json",
          {"displayName": "Some Body", "username": "somebody", "password": "correct-Horse7-staple"}),
    Route("imagor-studio first-run", "GET", "/api/auth/first-run", "imagor_studio"),
    Route("lightnovel-crawler login", "POST", "/api/auth/login", "lightnovel_crawler", "none", "json", {"email": "nobody@example.org", "password": "wrong-Horse7"}),
    Route("ndastro-api reset", "POST", "/api/v1/auth/reset-password", "ndastro", "none", "json",
          {"token": LONG_TOKEN, "new_password": "another-Horse8-staple"}),
    Route("lightnovel-crawler reset link", "POST", "/api/auth/send-password-reset-link", "lightnovel_crawler", "none", "json", {"email": "nobody@example.org"}),
    Route("lightnovel-crawler verify-otp", "POST", "/api/auth/verify-otp", "lightnovel_crawler", "none", "form", {"otp": "123456", "token": LONG_TOKEN}),
    Route("lightnovel-crawler send-otp", "POST", "/api/auth/me/send-otp", "lightnovel_crawler", "user"),
    Route("lightnovel-crawler create-token", "POST", "/api/auth/me/create-token", "lightnovel_crawler", "user"),
    Route("lightnovel-crawler tokens", "POST", "/api/auth/me/tokens", "lightnovel_crawler", "user"),
    Route("lightnovel-crawler me", "GET", "/api/auth/me", "lightnovel_crawler", "user"),
    Route("lightnovel-crawler me/name", "PUT", "/api/auth/me/name", "lightnovel_crawler", "user", "json", {"name": "Some Body"}),
    Route("lightnovel-crawler me/password", "PUT", "/api/auth/me/password", "lightnovel_crawler", "user", "json",
          {"old_password": PASSWORD, "new_password": "another-Horse8-staple"}, consumes=True),
    Route("lightnovel-crawler delete me", "DELETE", "/api/auth/me", "lightnovel_crawler", "user", consumes=True),
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
    if dialect == "librephotos":
        faults = body.get("errors")
        fine = faults and all(fault.keys() == {"field", "message"} and fault["message"] for fault in faults) and len(body) == 1
        return None if fine else f"no list of errors: {body!r}"
    wanted = {"book_corners": {"message", "details"}, "ndastro": {"detail"}, "lightnovel_crawler": {"error", "detail"},
              "imagor_studio": {"error", "message", "code"}, "union": {"detail", "message", "details"}}[dialect]
    if dialect == "lightnovel_crawler" and answer.status_code == 422:
        wanted = {"detail"}
    missing = wanted - body.keys()
    return f"without {sorted(missing)}: {body!r}" if missing else None
