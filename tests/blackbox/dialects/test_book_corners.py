"""Dialect Book Corners: register, login, refresh and me, with the product's own texts and the `{"message","details"}` envelope."""

import pytest

from harness.client import PASSWORD, admin, bearer, claims_of, fresh_name, login_book_corners, me, new_user, refresh_book_corners, register, user_row
from harness.routes import envelope_fault

UNION = {"id": int, "username": str, "email": str, "name": str, "is_superuser": bool, "is_active": bool,
         "is_social_only": bool, "is_staff": bool}


def refused(answer, status, message):
    """A refusal with exactly this text and no details."""
    assert (answer.status_code, answer.json()) == (status, {"message": message, "details": None})


def refused_field(answer, field):
    """The 422 of a schema fault, naming the field."""
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["message"] == "Validation error."
    errors = body["details"]["errors"]
    assert all(isinstance(error[key], str) for error in errors for key in ("type", "msg"))
    assert field in [error["loc"][-1] for error in errors], errors


# --- register --------------------------------------------------------------------------------------------------------

@pytest.mark.smoke
def test_register_answers_a_token_pair(node):
    """As the product: 201 with `access` and `refresh` and nothing else; the pair works at once."""
    name = fresh_name()
    answer = register(node, name)
    assert answer.status_code == 201
    assert answer.json().keys() == {"access", "refresh"}
    assert answer.headers["content-type"].startswith("application/json")
    profile = me(node, answer.json()["access"])
    assert profile.status_code == 200 and profile.json()["username"] == name


TAKEN, FREE = "taken", "free"
ORDER = [  # name, e-mail, password → the first check that fails decides
    (TAKEN, "not-an-address", "12345678", "Provide a valid email address."),
    (TAKEN, TAKEN, "12345678", "Username already exists."),
    (FREE, TAKEN, "12345678", "Email already exists."),
    (FREE, FREE, "12345678", "This password is too common."),
]


@pytest.mark.parametrize("name, email, password, message", ORDER, ids=[row[3] for row in ORDER])
def test_order_of_the_checks(node, user, name, email, password, message):
    """Row 'order of checks': address format, name taken, address taken, password policy."""
    name = user.name if name is TAKEN else fresh_name()
    email = {TAKEN: user.email, FREE: f"{fresh_name()}@example.org"}.get(email, email)
    refused(register(node, name, email, password), 400, message)


@pytest.mark.parametrize("spelling", [str.upper, str.title, lambda name: f"  {name} ", lambda name: f"\t{name.upper()}"],
                         ids=["upper", "title", "spaces", "tab and upper"])
def test_a_name_is_taken_in_every_spelling(node, user, spelling):
    refused(register(node, spelling(user.name), f"{fresh_name()}@example.org"), 400, "Username already exists.")


@pytest.mark.parametrize("spelling", [str.upper, str.title], ids=["upper", "title"])
def test_an_address_is_taken_in_every_spelling(node, user, spelling):
    refused(register(node, fresh_name(), spelling(user.email)), 400, "Email already exists.")


def test_a_name_that_is_somebodys_address_is_refused(node, user):
    """Design §10: names and addresses share one namespace."""
    answer = register(node, user.email, f"{fresh_name()}@example.org")
    assert answer.status_code == 400
    assert answer.json()["message"] in ("Username already exists.", "Provide a valid username.")


def test_name_is_trimmed_and_address_lower_cased(node):
    name = fresh_name("Mixed")
    answer = register(node, f"  {name} ", f"{name}@Example.ORG")
    assert answer.status_code == 201, answer.text
    profile = me(node, answer.json()["access"]).json()
    assert (profile["username"], profile["email"]) == (name, f"{name}@example.org".lower())


POLICY = [
    ("12345678", "This password is too common."),
    ("password1", "This password is too common."),
    ("qwerty123", "This password is too common."),
    ("iloveyou", "This password is too common."),
    ("PASSWORD1", "This password is too common."),
    ("8203957164", "This password is entirely numeric."),
    ("74092836150381", "This password is entirely numeric."),
]


@pytest.mark.parametrize("password, message", POLICY)
def test_password_policy(node, password, message):
    refused(register(node, password=password), 400, message)


def test_password_like_the_name_or_address(node):
    """Design §10: a password similar to name or address is refused, in Book Corners with its policy text and 400."""
    name, address = fresh_name("margarethe"), fresh_name("wolkenstein")
    for password in (name + "!", f"{address}@example.org"):
        answer = register(node, name, f"{address}@example.org", password)
        assert answer.status_code == 400, answer.text
        assert answer.json()["message"].startswith("The password is too similar to the ")
    assert register(node, name, f"{address}@example.org").status_code == 201


NOT_ADDRESSES = ["plain", "@example.org", "ab@", "a@b@example.org", "a b@example.org", "a@example", "a@-example.org",
                 "a@example..org", "a\r\nBcc: x@example.org"]


@pytest.mark.parametrize("email", NOT_ADDRESSES)
def test_malformed_address(node, email):
    refused(register(node, email=email), 400, "Provide a valid email address.")


FIELDS = [  # field, value: outside the product's limits (username 3–150, email 3–254, password 8–128) or of another type
    ("username", "ab"), ("username", "x" * 151), ("username", ""), ("username", None), ("username", 7), ("username", ["abc"]),
    ("email", "a@"), ("email", "x" * 250 + "@y.org"), ("email", True), ("email", {}),
    ("password", "short7!"), ("password", "x" * 129), ("password", 1234567890), ("password", None),
]


@pytest.mark.parametrize("field, value", FIELDS)
def test_register_field_limits(node, field, value):
    """Row 'wrong length': 422 and not 400, the error names the field, and nobody is registered."""
    name = fresh_name()
    body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD, field: value}
    refused_field(node.http.post("/api/v1/auth/register", json=body), field)
    assert login_book_corners(node, name).status_code == 401


@pytest.mark.parametrize("field", ["username", "email", "password"])
def test_register_field_missing(node, field):
    body = {"username": fresh_name(), "email": f"{fresh_name()}@example.org", "password": PASSWORD}
    del body[field]
    refused_field(node.http.post("/api/v1/auth/register", json=body), field)


@pytest.mark.parametrize("length", [3, 150])
def test_names_at_the_limits_are_accepted(node, length):
    name = fresh_name("q")
    name = name[-3:] if length == 3 else name.ljust(150, "z")
    assert register(node, name, f"{fresh_name()}@example.org").status_code == 201


@pytest.mark.parametrize("password", ["pW7-" + "k" * 4, "pW7-" + "kqj" * 41 + "z"], ids=["8", "128"])
def test_passwords_at_the_limits_are_accepted(node, password):
    user = new_user(node, password=password)
    assert login_book_corners(node, user.name, password).status_code == 200


def test_a_long_password_counts_to_its_last_character(node):
    """No truncation (bcrypt's 72 bytes) and no change of case."""
    password = "aB3-" + "xyz" * 40 + "Q"
    user = new_user(node, password=password)
    assert login_book_corners(node, user.name, password[:-1] + "R").status_code == 401
    assert login_book_corners(node, user.name, password.swapcase()).status_code == 401
    assert login_book_corners(node, user.name, password).status_code == 200


# --- login -----------------------------------------------------------------------------------------------------------

@pytest.mark.smoke
@pytest.mark.parametrize("spelling", [
    lambda user: user.name, lambda user: user.name.upper(), lambda user: f"  {user.name}\t",
    lambda user: user.email, lambda user: user.email.upper(), lambda user: f" {user.email} ",
], ids=["name", "NAME", "spaces", "address", "ADDRESS", "address and spaces"])
def test_login_by_name_or_address(node, user, spelling):
    """Row login: user name or e-mail, trimmed, without regard to case."""
    answer = login_book_corners(node, spelling(user))
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"access", "refresh"}
    assert me(node, answer.json()["access"]).json()["username"] == user.name


@pytest.mark.smoke
def test_wrong_password_and_unknown_user_answer_alike(node, user):
    wrong, unknown = login_book_corners(node, user.name, "wrong-Horse7"), login_book_corners(node, fresh_name(), PASSWORD)
    refused(wrong, 401, "Invalid credentials.")
    refused(unknown, 401, "Invalid credentials.")


@pytest.mark.parametrize("field, value", [("username", ""), ("username", "x" * 255), ("username", 5), ("username", None),
                                          ("password", 5), ("password", None), ("password", ["x"])])
def test_login_field_limits(node, field, value):
    body = {"username": "somebody", "password": PASSWORD, field: value}
    refused_field(node.http.post("/api/v1/auth/login", json=body), field)


@pytest.mark.parametrize("field", ["username", "password"])
def test_login_field_missing(node, field):
    body = {"username": "somebody", "password": PASSWORD}
    del body[field]
    refused_field(node.http.post("/api/v1/auth/login", json=body), field)


# --- tokens ----------------------------------------------------------------------------------------------------------

def test_claims_and_lifetimes(node, user):
    """Row JWT: token_type, exp, iat, jti, user_id; access lives 5 minutes, refresh a day."""
    access = claims_of(user.access)
    assert {"token_type", "exp", "iat", "jti", "user_id"} <= access.keys()
    assert access["token_type"] == "access" and access["exp"] - access["iat"] == 300
    assert str(access["user_id"]) == str(me(node, user.access).json()["id"])
    refresh = claims_of(user.refresh)
    assert refresh["token_type"] == "refresh" and refresh["exp"] - refresh["iat"] == 86400


def test_tokens_of_two_logins_differ(node, user):
    first, second = login_book_corners(node, user.name).json(), login_book_corners(node, user.name).json()
    assert len({first["access"], second["access"], first["refresh"], second["refresh"]}) == 4


@pytest.mark.smoke
def test_refresh_gives_access_alone_and_does_not_rotate(node, user):
    """Row refresh: `{access}` only; the same refresh token goes on working."""
    seen = {user.access}
    for _ in range(3):
        answer = refresh_book_corners(node, user.refresh)
        assert answer.status_code == 200 and answer.json().keys() == {"access"}
        assert me(node, answer.json()["access"]).json()["username"] == user.name
        seen.add(answer.json()["access"])
    assert len(seen) == 4


def test_refresh_token_of_a_login_works_too(node, user):
    assert refresh_book_corners(node, login_book_corners(node, user.name).json()["refresh"]).status_code == 200


@pytest.mark.parametrize("spoil", [lambda user: "x" * 20, lambda user: user.access, lambda user: user.refresh + "A",
                                   lambda user: user.refresh[:-4], lambda user: "é" * 30,
                                   lambda user: user.refresh.swapcase()],
                         ids=["junk", "an access token", "longer", "shorter", "not ascii", "case swapped"])
def test_bad_refresh_token(node, user, spoil):
    refused(refresh_book_corners(node, spoil(user)), 401, "Invalid or expired refresh token.")


@pytest.mark.parametrize("value", ["", "x" * 19, None, 5, ["x" * 20], {}])
def test_refresh_field_limits(node, value):
    """Row refresh: the field has at least 20 characters, else 422."""
    refused_field(node.http.post("/api/v1/auth/refresh", json={"refresh": value}), "refresh")


def test_refresh_token_is_no_access_token(node, user):
    assert me(node, user.refresh).status_code == 401


# --- me --------------------------------------------------------------------------------------------------------------

@pytest.mark.smoke
def test_me_is_the_union(node, user):
    """Collision map: one body for ndastro-api and Book Corners clients."""
    profile = me(node, user.access).json()
    assert {key: type(profile[key]) for key in UNION} == UNION
    assert (profile["username"], profile["email"]) == (user.name, user.email)
    assert (profile["is_superuser"], profile["is_staff"], profile["is_active"]) == (False, False, True)


def test_me_of_the_administrator(node, admin):
    profile = node.http.get("/api/v1/auth/me", headers=admin).json()
    assert (profile["username"], profile["is_superuser"], profile["is_staff"]) == ("admin", True, True)


def test_integer_ids_are_given_in_order_of_registration(node):
    first, second = new_user(node), new_user(node)
    assert me(node, first.access).json()["id"] < me(node, second.access).json()["id"]
    assert user_row(node, admin(node), first.name)["number"] == me(node, first.access).json()["id"]


@pytest.mark.smoke
def test_me_without_a_token(node):
    """Collision map: the exact union body and the challenge."""
    answer = me(node, None)
    assert answer.status_code == 401
    assert answer.json() == {"detail": "Not authenticated", "message": "Unauthorized", "details": None}
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["x", "a.b.c", "." * 5, "eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoxfQ."])
def test_me_with_a_bad_token(node, token):
    answer = node.http.get("/api/v1/auth/me", headers=bearer(token))
    assert answer.status_code == 401 and envelope_fault("union", answer) is None
    assert answer.headers["www-authenticate"].startswith("Bearer")
