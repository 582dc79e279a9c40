"""Design §10: lifetimes follow the dialect that issued the token, each with a setting; expired is refused, in that dialect's words."""

import pytest

from harness.client import (basic, claims_of, login_librephotos, login_imagor_studio, login_ndastro, login_book_corners, login_lightnovel_crawler, me, new_user, refresh_librephotos, refresh_imagor_studio, refresh_ndastro,
                            refresh_book_corners, session_ndastro)
from harness.waiting import eventually

ACCESS = {  # setting, how the token is got
    "lifetimes.librephotos.access_seconds": lambda node, user: login_librephotos(node, user.name).json()["access"],
    "lifetimes.imagor_studio.access_seconds": lambda node, user: login_imagor_studio(node, user.name).json()["token"],
    "lifetimes.book_corners.access_seconds": lambda node, user: login_book_corners(node, user.name).json()["access"],
    "lifetimes.ndastro.access_seconds": lambda node, user: login_ndastro(node, user.name).json()["access_token"]["token"],
    "lifetimes.lightnovel_crawler.access_seconds": lambda node, user: login_lightnovel_crawler(node, user.email).json()["token"],
}


@pytest.mark.parametrize("setting", ACCESS)
def test_access_tokens_expire(fresh, setting):
    """Good at first, refused within two seconds of a life of two, and the session's other rights are untouched."""
    node = fresh({setting: 2})
    user = new_user(node)
    token = ACCESS[setting](node, user)
    claims = claims_of(token)
    assert claims["exp"] - claims["iat"] == 2
    assert me(node, token).status_code == 200
    answer = eventually("expiry", lambda: (found := me(node, token)).status_code == 401 and found, seconds=4)
    assert answer.json()["message"] == "Unauthorized" and answer.headers["www-authenticate"].startswith("Bearer")
    assert node.http.get("/api/v1/verify", headers=basic(user.name, user.password)).status_code == 200


def test_librephotos_refresh_tokens_expire(fresh):
    node = fresh({"lifetimes.librephotos.refresh_seconds": 2, "tick_seconds": 1})
    token = login_librephotos(node, "admin", "admin").json()["refresh"]
    assert refresh_librephotos(node, token).status_code == 200
    answer = eventually("expiry", lambda: (found := refresh_librephotos(node, token)).status_code == 401 and found, seconds=5)
    assert {"field": "code", "message": "token_not_valid"} in answer.json()["errors"]


def test_imagor_studio_tokens_refresh_no_longer_than_they_live(fresh):
    """'Exchange a valid (non-expired) token': refreshed in time the session goes on, afterwards it does not."""
    node = fresh({"lifetimes.imagor_studio.access_seconds": 5, "tick_seconds": 1})
    old = login_imagor_studio(node, "admin", "admin").json()["token"]

    def later():
        new = refresh_imagor_studio(node, old).json()["token"]
        return claims_of(new)["exp"] >= claims_of(old)["exp"] + 2 and new

    new = eventually("two seconds", later, seconds=4, every=0.2)
    answer = eventually("expiry", lambda: (found := refresh_imagor_studio(node, old)).status_code == 401 and found, seconds=8)
    assert answer.json()["error"] == "Invalid token"
    assert refresh_imagor_studio(node, new).status_code == 200


def test_book_corners_refresh_tokens_expire(fresh):
    node = fresh({"lifetimes.book_corners.refresh_seconds": 2, "tick_seconds": 1})
    user = new_user(node)
    assert refresh_book_corners(node, user.refresh).status_code == 200
    answer = eventually("expiry", lambda: (found := refresh_book_corners(node, user.refresh)).status_code == 401 and found, seconds=5)
    assert answer.json() == {"message": "Invalid or expired refresh token.", "details": None}


def test_ndastro_refresh_tokens_expire(fresh):
    """The access token lives longer here, and yet the refresh is refused. Rotation ends a token too, so each is tried once."""
    node = fresh({"lifetimes.ndastro.refresh_seconds": 2, "refresh.grace_seconds": 300, "tick_seconds": 1})
    session = session_ndastro(node, new_user(node).name)
    assert refresh_ndastro(node, *session).status_code == 200
    eventually("expiry", lambda: refresh_ndastro(node, *session).status_code == 401, seconds=6, every=0.1)


def test_ndastro_announces_its_lifetimes(fresh):
    """`expires_in` and the cookie's Max-Age are what is set, not constants."""
    node = fresh({"lifetimes.ndastro.access_seconds": 1234, "lifetimes.ndastro.refresh_seconds": 56789})
    answer = login_ndastro(node, "admin", "admin")
    assert answer.json()["access_token"]["expires_in"] == 1234
    assert answer.json()["refresh_token"]["expires_in"] == 56789
    assert "max-age=56789" in answer.headers["set-cookie"].lower()
