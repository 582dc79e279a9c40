"""Who may: every role on every route has the access that the row says, and no other."""

import pytest

from harness.client import access_of, admin as administrator, bearer, new_user, user_row
from harness.node import Node
from harness.routes import EVERY_ROUTE, GUARDED, envelope_fault

ROLES = ["nobody", "guest", "user", "auditor", "admin"]
# Whoever has the access; a row with another one is refused by KeyError.
ALLOWED = {"authenticated": {"guest", "user", "auditor", "admin"}, "account": {"user", "auditor", "admin"}, "audit": {"auditor", "admin"}, "admin": {"admin"}}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A node with all that a setting can open."""
    node = Node(tmp_path_factory.mktemp("opened"), {"debug": "true", "guest.enabled": "true"}).start()
    yield node
    node.stop()
    node.discard()


@pytest.fixture(scope="module")
def as_role(opened):
    """Makes headers of a new caller with that role, with their number (None: they have none)."""
    powers = administrator(opened)

    def made(role):
        if role == "nobody":
            return {}, None
        if role == "guest":
            return bearer(access_of(opened.http.post("/api/auth/guest"))), None
        user = new_user(opened)
        number = user_row(opened, powers, user.name)["number"]
        answer = opened.http.post(f"/api/v1/users/{number}/role", json={"role": role}, headers=powers)
        assert answer.status_code == 200, answer.text
        return bearer(user.access), number

    return made


@pytest.fixture(scope="module")
def callers(as_role):
    return {role: as_role(role) for role in ROLES}


def path_about(opened, route):
    """Where the path names a user: somebody else, whom nobody misses."""
    if "{id}" not in route.pattern:
        return route.path
    number = user_row(opened, administrator(opened), new_user(opened).name)["number"]
    return route.pattern.replace("{id}", str(number))


def caller_of(callers, as_role, route, role):
    return as_role(role) if route.consumes else callers[role]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
def test_guarded_routes(opened, callers, as_role, route, role):
    """401 for nobody, 403 for whoever has too little, in the route's own words; for all others neither."""
    headers, _ = caller_of(callers, as_role, route, role)
    answer = route.ask(opened, path=path_about(opened, route), headers=headers)
    if role == "nobody":
        assert answer.status_code == 401, answer.text
        assert answer.headers["www-authenticate"]
        assert envelope_fault(route.dialect, answer) is None
    elif role not in ALLOWED[route.access] or (route.policy == "self_or_administrator" and role != "admin"):
        assert answer.status_code == 403, answer.text
        assert envelope_fault(route.dialect, answer) is None
    elif (route.operation, route.dialect) == ("refresh", "ndastro"):
        assert (answer.status_code, answer.json()) == (401, {"detail": "Refresh token is missing or invalid."})
    elif role == "guest":
        assert answer.status_code not in (401, 403) or route.operation in ("send_otp", "create_token"), answer.text
    else:
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("role", ["user", "auditor", "admin"])
@pytest.mark.parametrize("route", [route for route in GUARDED if route.policy == "self_or_administrator"], ids=lambda route: route.name)
def test_what_is_the_users_own(opened, as_role, route, role):
    headers, number = as_role(role)
    assert route.ask(opened, path=route.pattern.replace("{id}", str(number)), headers=headers).status_code == 200


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", [route for route in EVERY_ROUTE if route not in GUARDED], ids=lambda route: route.name)
def test_open_routes(opened, callers, route, role):
    """Nobody is refused, or let in, for who they are: everybody gets the answer of a caller without credentials."""
    headers, _ = callers[role]
    answer = route.ask(opened, headers=headers)
    if route.operation != "register":  # the second one finds the name taken
        assert answer.status_code == route.ask(opened).status_code, answer.text


@pytest.mark.parametrize("role, scopes", [("guest", {"read"}), ("user", {"read", "write"}), ("auditor", {"read", "audit"}), ("admin", {"read", "write", "admin", "audit"})])
@pytest.mark.parametrize("route", [route for route in GUARDED if route.policy == "named_scope"], ids=lambda route: route.name)
def test_the_named_scope_decides(opened, callers, route, role, scopes):
    for scope in ("read", "write", "audit", "admin"):
        answer = route.ask(opened, path=f"{route.path}?scope={scope}", headers=callers[role][0])
        assert answer.status_code == (200 if scope in scopes else 403), (scope, answer.text)


def test_whoever_is_unknown_is_counted():
    """No command or secret may be tried without end by somebody whom nobody knows."""
    for route in EVERY_ROUTE:
        if route in GUARDED or (route.kind == "query" and route.policy != "holder"):
            continue
        assert route.limit != "unlimited", route.name


def test_the_password_of_a_known_caller_is_no_free_guess():
    assert [route.limit for route in EVERY_ROUTE if "old_password" in route.valid] == ["password"]
