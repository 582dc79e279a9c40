"""The calls most tests begin with: registering, logging in, asking as somebody."""

import base64
import http.cookies
import itertools
import typing
import uuid

import jwt

PASSWORD = "correct-Horse7-staple"
LONG_TOKEN = "x" * 40
_numbers = itertools.count(1)


def fresh_name(stem="user"):
    """A user name that no other test of this run has."""
    return f"{stem}{next(_numbers):05d}"


class User(typing.NamedTuple):
    """A registered user with the Book Corners tokens of the registration."""
    name: str
    email: str
    password: str
    access: str
    refresh: str


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def basic(name, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def traced():
    """Headers with a request id of our own, by which the audit trail is searched."""
    return {"X-Request-Id": str(uuid.uuid4())}


def cookies_of(answer):
    """The Set-Cookie headers as morsels by name."""
    jar = http.cookies.SimpleCookie()
    for header in answer.headers.get_list("set-cookie"):
        jar.load(header)
    return jar


def claims_of(token):
    """What a token says, unchecked."""
    return jwt.decode(token, options={"verify_signature": False})


def register(node, name=None, email=None, password=PASSWORD, **options):
    name = name or fresh_name()
    return node.http.post("/api/v1/auth/register", json={"username": name, "email": email or f"{name}@example.org",
                                                         "password": password}, **options)


def new_user(node, name=None, password=PASSWORD):
    name = name or fresh_name()
    answer = register(node, name, password=password)
    assert answer.status_code == 201, answer.text
    return User(name, f"{name}@example.org", password, answer.json()["access"], answer.json()["refresh"])


def login_librephotos(node, name, password=PASSWORD, **options):
    return node.http.post("/api/auth/token/obtain/", json={"username": name, "password": password}, **options)


def login_imagor_studio(node, name, password=PASSWORD, **options):
    return node.http.post("/api/auth/login", json={"username": name, "password": password}, **options)


def login_book_corners(node, name, password=PASSWORD, **options):
    return node.http.post("/api/v1/auth/login", json={"username": name, "password": password}, **options)


def login_ndastro(node, name, password=PASSWORD, **options):
    return node.http.post("/api/v1/auth/login", data={"username": name, "password": password}, **options)


def login_lightnovel_crawler(node, email, password=PASSWORD, **options):
    return node.http.post("/api/auth/login", json={"email": email, "password": password}, **options)


def access_of(answer):
    """The access token in a log-in answer of any dialect."""
    assert answer.status_code in (200, 201), answer.text
    found = answer.json()
    token = found.get("access") or found.get("token") or found["access_token"]
    return token["token"] if isinstance(token, dict) else token


class Session(typing.NamedTuple):
    """The tokens of one ndastro-api log-in."""
    access: str
    refresh: str


def session_ndastro(node, name, password=PASSWORD):
    answer = login_ndastro(node, name, password)
    assert answer.status_code == 200, answer.text
    return session_of(answer)


def session_of(answer):
    return Session(answer.json()["access_token"]["token"], answer.json()["refresh_token"]["token"])


def refresh_book_corners(node, token, **options):
    return node.http.post("/api/v1/auth/refresh", json={"refresh": token}, **options)


def refresh_ndastro(node, access, refresh, **options):
    headers = {**(bearer(access) if access else {}), **options.pop("headers", {})}
    body = {"token": refresh, "expires_in": 31536000, "token_type": "bearer"}
    return node.http.post("/api/v1/auth/refresh", json=body, headers=headers, **options)


def refresh_librephotos(node, token, **options):
    return node.http.post("/api/auth/token/refresh/", json={"refresh": token}, **options)


def refresh_imagor_studio(node, token, **options):
    return node.http.post("/api/auth/refresh", json={"token": token}, **options)


def me(node, access):
    return node.http.get("/api/v1/auth/me", headers=bearer(access) if access else {})


def admin(node, password="admin"):
    """Bearer headers of the default administrator, from a log-in whose access token lasts seven days."""
    answer = node.http.post("/api/v1/auth/token", data={"username": "admin", "password": password})
    assert answer.status_code == 200, answer.text
    return bearer(answer.json()["access_token"])


def walk(node, path, headers, **parameters):
    """All items of a paged list, following `next` until it is null."""
    items, after = [], None
    while True:
        page = node.http.get(path, headers=headers, params={**parameters, **({"after": after} if after else {})})
        assert page.status_code == 200, page.text
        items += page.json()["items"]
        after = page.json()["next"]
        if after is None:
            return items


def user_row(node, headers, name):
    """The directory row of one user name."""
    rows = [row for row in walk(node, "/api/v1/users", headers, limit=100) if row["username"] == name]
    assert len(rows) == 1, f"{len(rows)} users named {name}"
    return rows[0]


def audit(node, headers, **filters):
    return walk(node, "/api/v1/audit/events", headers, **filters)
