"""One user behind five dialects: whoever made the account, its ids, its sessions and its role are the same everywhere."""

import pytest

from harness.client import (PASSWORD, access_of, admin, basic, bearer, claims_of, fresh_name, login_librephotos, login_imagor_studio, login_ndastro, login_book_corners,
                            login_lightnovel_crawler, me, refresh_librephotos, refresh_imagor_studio, refresh_ndastro, refresh_book_corners, session_of, user_row)
from harness.shapes import assert_answer
from words_lightnovel_crawler import create_token

VERIFY = "/api/v1/verify"


def token_route(node, name, password=PASSWORD):
    return node.http.post("/api/v1/auth/token", data={"username": name, "password": password})


DOORS = {"librephotos": login_librephotos, "imagor_studio": login_imagor_studio, "ndastro": login_ndastro, "ndastro-api token": token_route, "book_corners": login_book_corners, "lightnovel_crawler": login_lightnovel_crawler}


# --- makers: each returns the names by which the account may log in, and its access token ----------------------------

def made_by_imagor_studio(node):
    name = fresh_name()
    body = {"displayName": "A Name", "username": name, "email": f"{name}@example.org", "password": PASSWORD}
    return [name, f"{name}@example.org"], access_of(node.http.post("/api/auth/register", json=body))


def made_by_book_corners(node):
    name = fresh_name()
    body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    return [name, f"{name}@example.org"], access_of(node.http.post("/api/v1/auth/register", json=body))


def made_by_lightnovel_crawler(node):
    """Design §10: without a user name the address is one."""
    email = f"{fresh_name()}@example.org"
    body = {"referrer": create_token(node, admin(node)), "email": email, "password": PASSWORD}
    return [email], access_of(node.http.post("/api/auth/signup", json=body))


MAKERS = {"imagor_studio": made_by_imagor_studio, "book_corners": made_by_book_corners, "lightnovel_crawler": made_by_lightnovel_crawler}


@pytest.mark.smoke
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("maker", MAKERS)
def test_made_in_one_known_to_all(equipped, maker, door):
    """By each of its names and in any case; Basic too."""
    names, _ = MAKERS[maker](equipped)
    for name in names:
        for spelling in (name, name.upper(), f" {name} "):
            assert_answer(DOORS[door](equipped, spelling), 200)
        assert_answer(equipped.http.get(VERIFY, headers=basic(name, PASSWORD)), 200)
        assert_answer(DOORS[door](equipped, name, "wrong-Horse7"), 401)


@pytest.mark.smoke
@pytest.mark.parametrize("maker", MAKERS)
def test_one_number_and_one_uuid(equipped, maker):
    """The integer of LibrePhotos, ndastro-api and Book Corners and the UUID of imagor-studio and lightnovel-crawler are those of the directory, whatever token asks."""
    names, made = MAKERS[maker](equipped)
    row = user_row(equipped, admin(equipped), names[0])
    tokens = [made, *(access_of(login(equipped, names[0])) for login in DOORS.values())]
    for token in tokens:
        assert me(equipped, token).json()["id"] == row["number"]
        assert equipped.http.get("/api/auth/me", headers=bearer(token)).json()["id"] == row["id"]
        assert equipped.http.get(VERIFY, headers=bearer(token)).headers["x-auth-user"] == row["id"]
    assert login_imagor_studio(equipped, names[0]).json()["user"]["id"] == login_lightnovel_crawler(equipped, names[-1]).json()["user"]["id"] == row["id"]
    assert str(claims_of(access_of(login_librephotos(equipped, names[0])))["user_id"]) == str(row["number"])
    assert str(claims_of(access_of(login_book_corners(equipped, names[0])))["user_id"]) == str(row["number"])
    assert claims_of(access_of(login_lightnovel_crawler(equipped, names[-1])))["sub"] == claims_of(access_of(login_imagor_studio(equipped, names[0])))["sub"] == row["id"]


# --- sessions --------------------------------------------------------------------------------------------------------

def refreshed(node, answer):
    """Whether the log-in of any dialect can still be refreshed in its own way; None where the dialect knows no refresh."""
    body = answer.json()
    if "access" in body:
        path = refresh_librephotos if answer.request.url.path.startswith("/api/auth/token") else refresh_book_corners
        return path(node, body["refresh"]).status_code == 200
    if "refresh_token" in body:
        return refresh_ndastro(node, *session_of(answer)).status_code == 200
    if "expiresIn" in body:
        return refresh_imagor_studio(node, body["token"]).status_code == 200
    return None


def lives(node, answer):
    """Every door that takes the session's access token or refreshes it; they must agree."""
    token = access_of(answer)
    doors = {"me": me(node, token).status_code == 200, "lightnovel-crawler me": node.http.get("/api/auth/me", headers=bearer(token)).status_code == 200,
             "verify": node.http.get(VERIFY, headers=bearer(token)).status_code == 200,
             "cookie": node.http.get(VERIFY, headers={"Cookie": f"jwt={token}"}).status_code == 200, "refresh": refreshed(node, answer)}
    answers = {answer for answer in doors.values() if answer is not None}
    assert len(answers) == 1, doors
    return answers.pop()


def by_logout(node, answer):
    return node.http.post("/api/v1/auth/logout", headers=bearer(access_of(answer)))


def by_oauth(node, answer):
    return node.http.post("/oauth/revoke", data={"token": access_of(answer)})


ENDERS = {"ndastro-api logout": by_logout, "oauth revoke": by_oauth}


@pytest.mark.smoke
@pytest.mark.parametrize("ender", ENDERS)
@pytest.mark.parametrize("door", DOORS)
def test_ended_in_one_dead_in_all(equipped, member, door, ender):
    """And no other session of the user is touched."""
    ended, other = DOORS[door](equipped, member.name), DOORS[door](equipped, member.name)
    assert lives(equipped, ended) and lives(equipped, other)
    assert_answer(ENDERS[ender](equipped, ended), 200)
    assert not lives(equipped, ended)
    assert lives(equipped, other)


def test_a_blacklisted_refresh_token_ends_its_session(equipped, member):
    answer = login_librephotos(equipped, member.name)
    assert_answer(equipped.http.post("/api/auth/token/blacklist/", json={"refresh": answer.json()["refresh"]}), 200)
    assert not lives(equipped, answer)


@pytest.mark.parametrize("action", ["revoke-sessions", "deactivate"])
def test_an_administrator_ends_all_sessions(equipped, member, action):
    answers = [login(equipped, member.name) for login in DOORS.values()]
    row = user_row(equipped, admin(equipped), member.name)
    assert equipped.http.post(f"/api/v1/users/{row['number']}/{action}", headers=admin(equipped)).status_code in (200, 204)
    assert [lives(equipped, answer) for answer in answers] == [False] * len(answers)
    expected = 401 if action == "deactivate" else 200
    assert [login(equipped, member.name).status_code for login in DOORS.values()] == [expected] * len(DOORS)


def test_a_deactivated_account_answers_like_an_unknown_one(equipped, member):
    row = user_row(equipped, admin(equipped), member.name)
    equipped.http.post(f"/api/v1/users/{row['id']}/deactivate", headers=admin(equipped))
    for door, login in DOORS.items():
        closed, unknown = login(equipped, member.name), login(equipped, fresh_name())
        assert (closed.status_code, closed.content) == (unknown.status_code, unknown.content), door
    equipped.http.post(f"/api/v1/users/{row['id']}/reactivate", headers=admin(equipped))
    assert [login(equipped, member.name).status_code for login in DOORS.values()] == [200] * len(DOORS)


# --- roles -----------------------------------------------------------------------------------------------------------

ROLES = {  # role: imagor-studio role, ndastro-api is_superuser and Book Corners is_staff, lightnovel-crawler role, LibrePhotos is_admin, scopes
    "user": ("user", False, "user", False, ["read", "write"]),
    "admin": ("admin", True, "admin", True, ["read", "write", "admin"]),
}


@pytest.mark.smoke
@pytest.mark.parametrize("role", ROLES)
def test_roles_map(equipped, member, role):
    """The mapping of the collision map, for accounts that were given the role afterwards."""
    row = user_row(equipped, admin(equipped), member.name)
    for step in ("admin", role):
        assert equipped.http.post(f"/api/v1/users/{row['id']}/role", headers=admin(equipped), json={"role": step}).status_code in (200, 204)
    of_imagor_studio, superuser, of_lightnovel_crawler, is_admin, scopes = ROLES[role]
    logged_in = login_imagor_studio(equipped, member.name).json()
    assert logged_in["user"]["role"] == of_imagor_studio
    assert sorted(claims_of(logged_in["token"])["scopes"]) == sorted(scopes)
    profile = me(equipped, logged_in["token"]).json()
    assert (profile["is_superuser"], profile["is_staff"]) == (superuser, superuser)
    assert login_lightnovel_crawler(equipped, member.email).json()["user"]["role"] == of_lightnovel_crawler
    assert claims_of(access_of(login_librephotos(equipped, member.name)))["is_admin"] is is_admin
    assert sorted(equipped.http.get(VERIFY, headers=bearer(logged_in["token"])).headers["x-auth-scopes"].split()) == sorted(scopes)


# --- names that look alike -------------------------------------------------------------------------------------------

def register_imagor_studio(node, name, email):
    return node.http.post("/api/auth/register", json={"displayName": "x", "username": name, "email": email, "password": PASSWORD})


def register_book_corners(node, name, email):
    return node.http.post("/api/v1/auth/register", json={"username": name, "email": email, "password": PASSWORD})


def signup_lightnovel_crawler(node, name, email):
    return node.http.post("/api/auth/signup", json={"referrer": create_token(node, admin(node)), "email": email, "password": PASSWORD})


REGISTRARS = {"imagor_studio": register_imagor_studio, "book_corners": register_book_corners}
TAKERS = {**REGISTRARS, "lightnovel_crawler": signup_lightnovel_crawler}
LOOK_ALIKES = {"upper case": str.upper, "full width": lambda name: name.replace("u", "ｕ", 1), "mathematical": lambda name: name.replace("e", "𝐞", 1),
               "long s": lambda name: name.replace("s", "ſ", 1), "zero-width": lambda name: name[:2] + "\u200b" + name[2:]}


@pytest.mark.parametrize("change", LOOK_ALIKES)
@pytest.mark.parametrize("second", REGISTRARS)
@pytest.mark.parametrize("first", REGISTRARS)
def test_look_alike_names(equipped, first, second, change):
    """Issue part 10: of two names that fold alike only one becomes an account, whichever dialects are asked."""
    name = fresh_name("user")
    assert REGISTRARS[first](equipped, name, f"{name}@example.org").status_code == 201
    answer = REGISTRARS[second](equipped, LOOK_ALIKES[change](name), f"other-{name}@example.org")
    assert answer.status_code in (400, 409, 422), answer.text
    assert login_book_corners(equipped, f"other-{name}@example.org").status_code == 401


@pytest.mark.parametrize("change", ["upper case", "full width", "mathematical", "zero-width"])
@pytest.mark.parametrize("second", TAKERS)
def test_look_alike_addresses(equipped, second, change):
    """The same for addresses, in all three dialects that make accounts."""
    name = fresh_name("user")
    assert register_book_corners(equipped, name, f"{name}@example.org").status_code == 201
    answer = TAKERS[second](equipped, fresh_name("other"), LOOK_ALIKES[change](name) + "@example.org")
    assert answer.status_code in (400, 409, 422), answer.text


@pytest.mark.parametrize("second", REGISTRARS)
def test_a_name_may_not_be_somebodys_address(equipped, second):
    """One namespace: the address of an account without a user name cannot be taken as a user name."""
    email = f"{fresh_name()}@example.org"
    assert signup_lightnovel_crawler(equipped, None, email).status_code == 200
    assert REGISTRARS[second](equipped, email, f"{fresh_name()}@example.org").status_code in (400, 409, 422)
