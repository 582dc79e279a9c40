"""RFC 7662 and RFC 7009 over the tokens of every dialect."""

import pytest

from harness.client import (LONG_TOKEN, access_of, admin as administrator, audit, basic, bearer, login_librephotos, login_imagor_studio, login_ndastro, login_lightnovel_crawler, me, new_user,
                            refresh_ndastro, session_ndastro, session_of, traced, user_row)


def introspect(node, token, headers, **more):
    return node.http.post("/oauth/introspect", data={"token": token, **more}, headers=headers)


def revoke(node, token, **more):
    return node.http.post("/oauth/revoke", data={"token": token, **more})


DOORS = {"librephotos": login_librephotos, "imagor_studio": login_imagor_studio, "ndastro": login_ndastro, "lightnovel_crawler": login_lightnovel_crawler}


@pytest.mark.smoke
@pytest.mark.parametrize("door", DOORS)
def test_an_access_token_of_each_dialect(node, admin, user, door):
    answer = introspect(node, access_of(DOORS[door](node, user.name)), admin)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["active"] is True and body["token_type"] == "access_token" and body["exp"] > 0
    assert (body["username"], body["scope"], body["role"]) == (user.name, "read write", "user")
    row = user_row(node, admin, user.name)
    assert (body["sub"], body["user_id"]) == (row["id"], row["number"])


def test_refresh_tokens(node, admin, user):
    """Good while they would be exchanged: a rotated one is not, and tells nothing."""
    assert introspect(node, user.refresh, admin).json()["token_type"] == "refresh_token"
    old = session_ndastro(node, user.name)
    new = session_of(refresh_ndastro(node, *old))
    assert introspect(node, old.refresh, admin, token_type_hint="refresh_token").json() == {"active": False}
    assert introspect(node, new.refresh, admin, token_type_hint="access_token").json()["active"] is True


@pytest.mark.parametrize("token", [LONG_TOKEN, "", "a.b.c", "é"])
def test_what_is_no_token(node, admin, token):
    answer = introspect(node, token, admin)
    assert (answer.status_code, answer.json()) == (200, {"active": False}) if token else answer.status_code == 400


def test_what_ended_is_not_active(node, admin):
    first, second = new_user(node), new_user(node)
    node.http.post("/api/v1/auth/logout", headers=bearer(first.access))
    node.http.post(f"/api/v1/users/{user_row(node, admin, second.name)['id']}/deactivate", headers=admin)
    for token in (first.access, first.refresh, second.access, second.refresh):
        assert introspect(node, token, admin).json() == {"active": False}


def test_who_may_introspect(fresh):
    """Any account with the scope `read`, by Bearer or Basic; guests and strangers may not."""
    node = fresh({"guest.enabled": "true"})
    service, user = new_user(node), new_user(node)
    guest = node.http.post("/api/auth/guest").json()["token"]
    for headers in (bearer(service.access), basic(service.name, service.password), administrator(node)):
        assert introspect(node, user.access, headers).json()["username"] == user.name
        assert introspect(node, guest, headers).json()["role"] == "guest"
    for headers, status, error in (({}, 401, "invalid_client"), (bearer("x.y.z"), 401, "invalid_client"),
                                   (basic(service.name, "wrong-Horse7"), 401, "invalid_client"), (bearer(guest), 403, "unauthorized_client")):
        answer = introspect(node, user.access, headers)
        assert answer.status_code == status and answer.json()["error"] == error, answer.text
        assert status != 401 or answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_revoke_ends_the_session(node, admin, user, kind):
    other = session_ndastro(node, user.name)
    headers = traced()
    answer = node.http.post("/oauth/revoke", data={"token": getattr(user, kind)}, headers=headers)
    assert answer.status_code == 200 and answer.content == b""
    assert me(node, user.access).status_code == 401 and me(node, other.access).status_code == 200
    told = audit(node, admin, request_id=headers["X-Request-Id"])
    assert [(event["type"], event["details"]["kind"]) for event in told] == [("TokenRevoked", f"token_{kind}")]
    assert revoke(node, getattr(user, kind)).status_code == 200, "RFC 7009: what is not good any more is as asked"


@pytest.mark.parametrize("token", [LONG_TOKEN, "a.b.c"])
def test_revoke_of_what_is_no_token(node, token):
    assert revoke(node, token, token_type_hint="whatever").status_code == 200


@pytest.mark.parametrize("path", ["/oauth/revoke", "/oauth/introspect"])
def test_manners(node, admin, path):
    answer = node.http.post(path, data={"client_id": "x"}, headers=admin)
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"
    assert node.http.post(path, json={"token": "x"}, headers=admin).status_code == 415
    assert node.http.get(path, headers=admin).status_code == 405
