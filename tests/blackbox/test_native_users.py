"""The user directory: `/api/v1/users` and `/api/v1/users/{id}`, and who may ask native routes at all."""

import datetime
import uuid

import pytest

from harness.client import bearer, me, new_user, traced, audit, user_row, walk
from harness.routes import envelope_fault
from harness.waiting import eventually

FIELDS = {"id": str, "number": int, "username": str, "email": str, "name": str, "role": str,
          "is_active": bool, "email_verified": bool, "created_at": str}


def problem(answer, *statuses):
    assert answer.status_code in statuses, answer.text
    assert envelope_fault("native", answer) is None


# --- rows ------------------------------------------------------------------------------------------------------------

@pytest.mark.smoke
def test_row(node, admin, user):
    """Design §7: the keys and types of a directory row."""
    row = user_row(node, admin, user.name)
    assert row.keys() >= FIELDS.keys()
    assert {key: type(row[key]) for key in FIELDS} == FIELDS
    assert (row["username"], row["email"], row["role"], row["is_active"]) == (user.name, user.email, "user", True)
    assert row["number"] == me(node, user.access).json()["id"]
    assert uuid.UUID(row["id"]).version == 7
    made = datetime.datetime.fromisoformat(row["created_at"].replace("Z", "+00:00"))
    assert abs((datetime.datetime.now(datetime.timezone.utc) - made).total_seconds()) < 60


@pytest.mark.smoke
def test_by_number_and_by_uuid(node, admin, user):
    row = user_row(node, admin, user.name)
    for spelling in (row["number"], row["id"], row["id"].upper()):
        answer = node.http.get(f"/api/v1/users/{spelling}", headers=admin)
        assert answer.status_code == 200, f"{spelling}: {answer.text}"
        assert answer.json() == row


def test_as_of_shows_the_user_as_then(node, admin):
    """What an auditor asks: who was this at the time? Times are those of the audit trail."""
    who = new_user(node)
    row = user_row(node, admin, who.name)
    path = f"/api/v1/users/{row['id']}"
    for role in ("auditor", "user"):
        assert node.http.post(f"{path}/role", json={"role": role}, headers=admin).status_code == 200
    changes = [item["time"] for item in walk(node, "/api/v1/audit/events", admin, user=row["id"], type="RoleChanged")]
    born = [item["time"] for item in walk(node, "/api/v1/audit/events", admin, user=row["id"], type="UserRegistered")]
    assert len(changes) == 2 and len(born) == 1

    def role_at(time, **shift):
        moment = datetime.datetime.fromisoformat(time.replace("Z", "+00:00")) + datetime.timedelta(**shift)
        answer = node.http.get(path, params={"as_of": moment.isoformat()}, headers=admin)
        return answer.json()["role"] if answer.status_code == 200 else answer.status_code

    assert role_at(born[0], milliseconds=-1) == 404, "there was no such user"
    assert role_at(born[0]) == "user"
    assert role_at(changes[0]) == "auditor" and role_at(changes[0], milliseconds=-1) == "user"
    assert role_at(changes[1]) == "user" and role_at(changes[1], days=400) == "user"
    assert node.http.post(f"{path}/erase", headers=admin).status_code == 200
    assert role_at(changes[0]) == 404, "what was erased is gone at all times"


@pytest.mark.parametrize("query", ["as_of=", "as_of=yesterday", "as_of=2026-13-01T00:00:00Z", "as_of=1", "as_off=2026-01-01T00:00:00Z"])
def test_a_time_that_is_none_is_refused(node, admin, user, query):
    """A misspelled question must not be answered with today's state."""
    number = user_row(node, admin, user.name)["number"]
    problem(node.http.get(f"/api/v1/users/{number}?{query}", headers=admin), 400, 422)


ODD_IDS = ["0", "-1", "+1", "01", "1.0", "1e3", "0x1", str(2**31), str(2**63 - 1), str(2**63), str(2**64), "9" * 400, "x", "null",
           "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
           "0192f0c5-7b1e-7000-8000-00000000000", "0192f0c5-7b1e-7000-8000-0000000000000", "{1}", "1%00", "admin"]


@pytest.mark.parametrize("odd", ODD_IDS)
def test_odd_ids_find_nobody(node, admin, odd):
    """Catalogue (b) 94: 404, or 400 where it is no id at all; never somebody."""
    problem(node.http.get(f"/api/v1/users/{odd}", headers=admin), 400, 404)


# --- paging ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("limit", [1, 2, 7])
def test_paging_walks_all_exactly_once(fresh, limit):
    node = fresh()
    names = {"admin"} | {new_user(node).name for _ in range(7)}
    headers = bearer(node.http.post("/api/v1/auth/token", data={"username": "admin", "password": "admin"}).json()["access_token"])
    rows = walk(node, "/api/v1/users", headers, limit=limit)
    assert sorted(row["username"] for row in rows) == sorted(names)
    page = node.http.get("/api/v1/users", headers=headers, params={"limit": limit}).json()
    assert page.keys() == {"items", "next"} and len(page["items"]) == limit


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/audit/events"])
@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "", "100000000", "9" * 30, "1&limit=2"])
def test_limit_out_of_bounds(node, admin, path, limit):
    """No silent caps: what cannot be given is refused."""
    problem(node.http.get(f"{path}?limit={limit}", headers=admin), 400)


def cursor_of(node, admin, path):
    new_user(node)
    cursor = node.http.get(path, headers=admin, params={"limit": 1}).json()["next"]
    assert cursor
    return cursor


def flips(cursor):
    """The cursor with one character changed, at each of some places."""
    for place in range(0, len(cursor), max(1, len(cursor) // 8)):
        yield cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1:]


@pytest.mark.parametrize("path, other", [("/api/v1/users", "/api/v1/audit/events"), ("/api/v1/audit/events", "/api/v1/users")])
def test_tampered_cursor(node, admin, path, other):
    """Cursors carry a MAC, and belong to one list (catalogue 93, O1)."""
    cursor = cursor_of(node, admin, path)
    forged = [*flips(cursor), cursor[:-1], cursor + "A", "", "x", "0", cursor_of(node, admin, other)]
    for after in forged:
        problem(node.http.get(path, headers=admin, params={"limit": 1, "after": after}), 400)
    assert node.http.get(path, headers=admin, params={"limit": 1, "after": cursor}).status_code == 200


# --- who may ---------------------------------------------------------------------------------------------------------

def test_denied_access_is_in_the_audit_trail(node, admin, user):
    """PCI 10.2.1.4: an attempt to read what one may not read is an event, with outcome `denied`."""
    headers = traced()
    problem(node.http.get("/api/v1/users", headers={**bearer(user.access), **headers}), 403)
    found = eventually("AccessDenied", lambda: audit(node, admin, request_id=headers["X-Request-Id"]))
    assert [(event["type"], event["outcome"]) for event in found] == [("AccessDenied", "denied")]
    assert user_row(node, admin, user.name)["id"] in (found[0]["actor"], found[0]["user"])
