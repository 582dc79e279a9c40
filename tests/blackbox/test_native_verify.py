"""Forward-auth: `/api/v1/verify` for nginx, Traefik and Envoy."""

import pytest

from harness.client import basic, bearer, fresh_name, login_lightnovel_crawler, session_ndastro, user_row
from harness.routes import envelope_fault

PATH = "/api/v1/verify"


def granted(answer, row, scopes):
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-auth-user"] == row["id"], "the UUID, not the number"
    given = answer.headers["x-auth-scopes"].split(" ")
    assert sorted(given) == sorted(scopes.split(" ")), "space-separated"


def refused(answer, status=401):
    assert answer.status_code == status, answer.text
    assert envelope_fault("native", answer) is None
    assert "x-auth-user" not in answer.headers and "x-auth-scopes" not in answer.headers
    if status == 401:
        assert answer.headers["www-authenticate"]


CREDENTIALS = {
    "Book Corners token": lambda node, user: bearer(user.access),
    "ndastro-api token": lambda node, user: bearer(session_ndastro(node, user.name).access),
    "lightnovel-crawler token": lambda node, user: bearer(login_lightnovel_crawler(node, user.email).json()["token"]),
    "lower-case scheme": lambda node, user: {"Authorization": f"bearer {user.access}"},
    "basic by name": lambda node, user: basic(user.name, user.password),
    "basic by address": lambda node, user: basic(user.email.upper(), user.password),
}


@pytest.mark.smoke
@pytest.mark.parametrize("kind", CREDENTIALS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_accepted_credentials(node, admin, user, kind, method):
    answer = node.http.request(method, PATH, headers=CREDENTIALS[kind](node, user))
    granted(answer, user_row(node, admin, user.name), "read write")


def test_cookie_on_get_only(node, admin, user):
    """The `jwt` cookie is ambient, so it never authenticates a request that could change something."""
    cookie = {"Cookie": f"theme=dark; jwt={user.access}"}
    granted(node.http.get(PATH, headers=cookie), user_row(node, admin, user.name), "read write")
    refused(node.http.post(PATH, headers=cookie))


def test_header_beats_cookie(node, admin, user):
    cookie = {"Cookie": f"jwt={user.access}"}
    refused(node.http.get(PATH, headers={**cookie, **bearer("x.y.z")}))
    granted(node.http.get(PATH, headers={**cookie, **admin}), user_row(node, admin, "admin"), "read write admin")


def test_an_unusable_cookie_authenticates_nobody(node):
    for value in ("", "x", "a.b.c"):
        refused(node.http.get(PATH, headers={"Cookie": f"jwt={value}"}))


@pytest.mark.smoke
@pytest.mark.parametrize("scope, as_user, as_admin", [("read", 200, 200), ("write", 200, 200), ("admin", 403, 200)])
def test_scopes(node, admin, user, scope, as_user, as_admin):
    """401 is 'who are you', 403 is 'not you'."""
    question = f"{PATH}?scope={scope}"
    assert node.http.get(question, headers=admin).status_code == as_admin
    answer = node.http.get(question, headers=bearer(user.access))
    refused(answer, 403) if as_user == 403 else granted(answer, user_row(node, admin, user.name), "read write")
    refused(node.http.get(question))


@pytest.mark.parametrize("scope", ["root", "", "read%20admin", "READ", "read&scope=admin"])
def test_unknown_scope_never_opens(node, user, scope):
    """A typing error in a proxy's configuration must not let anybody through."""
    assert node.http.get(f"{PATH}?scope={scope}", headers=bearer(user.access)).status_code in (400, 403)


def test_refused_credentials(node, user):
    for headers in ({}, basic(user.name, "wrong-Horse7"), basic(fresh_name(), user.password), basic("", ""), bearer(user.refresh)):
        refused(node.http.get(PATH, headers=headers))


def test_ended_session_is_refused_at_once(node, user):
    session = session_ndastro(node, user.name)
    assert node.http.get(PATH, headers=bearer(session.access)).status_code == 200
    node.http.post("/api/v1/auth/logout", headers=bearer(session.access))
    refused(node.http.get(PATH, headers=bearer(session.access)))
