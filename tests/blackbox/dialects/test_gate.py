"""A resource server behind nginx `auth_request`: what opens it, what does not, and what it learns of the caller."""

import pytest

from harness.client import admin, basic, bearer, cookies_of, login_librephotos, login_imagor_studio, login_lightnovel_crawler, session_ndastro, user_row

PHOTOS, GRAPHQL, SETTINGS = "/api/photos/", "/api/graphql", "/api/settings/x"


CREDENTIALS = {
    "LibrePhotos Bearer": lambda node, user: bearer(login_librephotos(node, user.name).json()["access"]),
    "imagor-studio Bearer": lambda node, user: bearer(login_imagor_studio(node, user.name).json()["token"]),
    "ndastro-api Bearer": lambda node, user: bearer(session_ndastro(node, user.name).access),
    "Book Corners Bearer": lambda node, user: bearer(user.access),
    "lightnovel-crawler Bearer": lambda node, user: bearer(login_lightnovel_crawler(node, user.email).json()["token"]),
    "Basic": lambda node, user: basic(user.name, user.password),
    "Basic by address": lambda node, user: basic(user.email, user.password),
}


@pytest.mark.smoke
@pytest.mark.parametrize("kind", CREDENTIALS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_what_opens(gate, equipped, member, kind, method):
    """Every dialect's Bearer, and Basic, on any method; the upstream is told the UUID and the scopes."""
    answer = gate.http.request(method, PHOTOS, headers=CREDENTIALS[kind](equipped, member))
    assert answer.status_code == 200, answer.text
    row = user_row(equipped, admin(equipped), member.name)
    assert answer.json() == {"user": row["id"], "scopes": "read write"}


@pytest.mark.smoke
def test_the_cookie_opens_get_only(gate, equipped, member):
    """It comes with whatever a foreign page makes the browser send."""
    cookie = {"Cookie": "jwt=" + cookies_of(login_librephotos(equipped, member.name))["jwt"].value}
    assert gate.http.get(PHOTOS, headers=cookie).status_code == 200
    assert gate.http.head(PHOTOS, headers=cookie).status_code == 200
    for method in ("POST", "PUT", "DELETE"):
        assert gate.http.request(method, PHOTOS, headers=cookie).status_code == 401


def test_what_does_not_open(gate, equipped, member):
    """401 with a challenge, and nothing reaches the upstream; headers of the gate's names are the gate's alone."""
    ended = login_librephotos(equipped, member.name).json()["access"]
    equipped.http.post("/api/v1/auth/logout", headers=bearer(ended))
    for headers in ({}, bearer("x.y.z"), bearer(ended), bearer(member.refresh), basic(member.name, "wrong-Horse7"), {"Cookie": "jwt=x.y.z"},
                    {"X-Auth-User": "somebody", "X-Auth-Scopes": "read write admin"}):
        answer = gate.http.get(PHOTOS, headers=headers)
        assert answer.status_code == 401 and "scopes" not in answer.text, headers
        assert answer.headers["www-authenticate"]


def test_forged_headers_do_not_pass(gate, member):
    answer = gate.http.get(PHOTOS, headers={**bearer(member.access), "X-Auth-User": "somebody", "X-Auth-Scopes": "admin"})
    assert answer.json()["scopes"] == "read write" and answer.json()["user"] != "somebody"


def test_scope_of_a_location(gate, equipped, member):
    """403 for good credentials without the scope."""
    assert gate.http.get(SETTINGS, headers=bearer(member.access)).status_code == 403
    assert gate.http.get(SETTINGS, headers=admin(equipped)).status_code == 200
    assert gate.http.get(SETTINGS).status_code == 401


def ask(gate, query, headers):
    return gate.http.post(GRAPHQL, json={"query": query}, headers=headers)


LEVELS = [("{ imagorStatus { configured mode } }", True, True, True), ("mutation { generateImagorUrl }", False, True, True),
          ("mutation { configureEmbeddedImagor }", False, False, True)]


@pytest.mark.smoke
@pytest.mark.parametrize("query, guest, user, admin", LEVELS)
def test_graphql_permission_levels(gate, equipped, member, query, guest, user, admin):
    """imagor-studio: read for all, edit for user and admin, admin for admin; the resolvers know it from the gate."""
    tokens = [(equipped.http.post("/api/auth/guest").json()["token"], guest), (login_imagor_studio(equipped, member.name).json()["token"], user),
              (login_imagor_studio(equipped, "admin", "admin").json()["token"], admin)]
    for token, allowed in tokens:
        answer = ask(gate, query, bearer(token))
        assert answer.status_code == 200 and ("errors" not in answer.json()) is allowed, answer.text
    assert ask(gate, query, {}).status_code == 401
