"""The audit trail: each action leaves its event with the six fields of PCI DSS 10.2.2, and can be found again."""

import datetime

import pytest

from harness.client import (PASSWORD, audit, basic, bearer, fresh_name, login_ndastro, login_book_corners, login_lightnovel_crawler, new_user, refresh_ndastro,
                            refresh_book_corners, register, session_ndastro, session_of, traced, user_row)
from harness.routes import envelope_fault
from harness.waiting import eventually

PATH = "/api/v1/audit/events"
FIELDS = {"id", "type", "time", "position", "outcome", "reason", "actor", "user", "ip", "user_agent", "request_id"}
OUTCOMES = {"success", "failure", "denied"}


def reuse_two_generations(node, user, headers):
    first = session_ndastro(node, user.name)
    second = session_of(refresh_ndastro(node, *first))
    refresh_ndastro(node, *second)
    return refresh_ndastro(node, second.access, first.refresh, headers=headers)


def refresh_of_an_ended_session(node, user, headers):
    node.http.post("/api/v1/auth/logout", headers=bearer(user.access))
    return refresh_book_corners(node, user.refresh, headers=headers)


def stranger_refreshes(node, user, headers):
    session, stranger = session_ndastro(node, user.name), session_ndastro(node, new_user(node).name)
    return refresh_ndastro(node, stranger.access, session.refresh, headers=headers)


def logout(node, user, headers):
    return node.http.post("/api/v1/auth/logout", headers={**bearer(user.access), **headers})


ACTIONS = [  # what is done, its status, the event that tells of it, its outcome, whether a known user is concerned
    ("Book Corners register", lambda n, u, h: register(n, headers=h), 201, "UserRegistered", "success", True),
    ("Book Corners register, name taken", lambda n, u, h: register(n, u.name, f"{fresh_name()}@example.org", headers=h), 400,
     "RegistrationRefused", "failure", False),
    ("Book Corners register, weak password", lambda n, u, h: register(n, password="12345678", headers=h), 400,
     "RegistrationRefused", "failure", False),
    ("Book Corners login", lambda n, u, h: login_book_corners(n, u.name, headers=h), 200, "LoggedIn", "success", True),
    ("Book Corners login, wrong", lambda n, u, h: login_book_corners(n, u.name, "wrong-Horse7", headers=h), 401, "LoginFailed", "failure", True),
    ("Book Corners login, unknown", lambda n, u, h: login_book_corners(n, fresh_name(), headers=h), 401, "LoginFailed", "failure", False),
    ("Book Corners refresh", lambda n, u, h: refresh_book_corners(n, u.refresh, headers=h), 200, "SessionRefreshed", "success", True),
    ("Book Corners refresh, ended", refresh_of_an_ended_session, 401, "RefreshRefused", "failure", True),
    ("ndastro-api login", lambda n, u, h: login_ndastro(n, u.name, headers=h), 200, "LoggedIn", "success", True),
    ("ndastro-api login, wrong", lambda n, u, h: login_ndastro(n, u.name, "wrong-Horse7", headers=h), 401, "LoginFailed", "failure", True),
    ("ndastro-api token", lambda n, u, h: n.http.post("/api/v1/auth/token", data={"username": u.name, "password": PASSWORD}, headers=h),
     200, "LoggedIn", "success", True),
    ("ndastro-api refresh", lambda n, u, h: refresh_ndastro(n, *session_ndastro(n, u.name), headers=h), 200, "SessionRefreshed", "success", True),
    ("ndastro-api refresh, reuse", reuse_two_generations, 401, "RefreshTokenReuseDetected", "failure", True),
    ("ndastro-api refresh, stranger", stranger_refreshes, 401, "RefreshRefused", "failure", True),
    ("ndastro-api logout", logout, 200, "LoggedOut", "success", True),
    ("lightnovel-crawler login", lambda n, u, h: login_lightnovel_crawler(n, u.email, headers=h), 200, "LoggedIn", "success", True),
    ("lightnovel-crawler login, wrong", lambda n, u, h: login_lightnovel_crawler(n, u.email, "wrong-Horse7", headers=h), 401, "LoginFailed", "failure", True),
    ("verify by Basic, wrong", lambda n, u, h: n.http.get("/api/v1/verify", headers={**basic(u.name, "wrong-Horse7"), **h}), 401,
     "LoginFailed", "failure", True),
]


@pytest.mark.parametrize("name, act, status, kind, outcome, known", ACTIONS, ids=[row[0] for row in ACTIONS])
def test_each_action_leaves_its_event(node, admin, user, name, act, status, kind, outcome, known):
    """Found by the request id that the caller gave; all six fields are there."""
    headers = {**traced(), "User-Agent": "blackbox/1.0 (audit)"}
    answer = act(node, user, headers)
    assert answer.status_code == status, answer.text
    found = audit(node, admin, request_id=headers["X-Request-Id"])
    assert kind in [event["type"] for event in found], f"{name} left {found}"
    event = next(event for event in found if event["type"] == kind)
    assert event.keys() >= FIELDS
    assert event["outcome"] == outcome
    assert (event["ip"], event["user_agent"]) == ("127.0.0.1", "blackbox/1.0 (audit)")
    assert event["resource"], "PCI 10.2.2: what was affected"
    when = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
    assert when.utcoffset() == datetime.timedelta(0)
    assert abs((datetime.datetime.now(datetime.timezone.utc) - when).total_seconds()) < 60
    assert event["reason"] if outcome != "success" else True
    assert event["position"] > 0
    if answer.request.method == "POST":
        assert int(answer.headers["ledgate-position"]) >= event["position"]
    if known and kind != "UserRegistered":
        assert event["user"] == user_row(node, admin, user.name)["id"]
    elif known:
        assert event["user"]
    else:
        assert not event["user"]


def test_reading_the_trail_is_itself_an_event(node, admin):
    """PCI 10.2.1.3: all access to audit logs."""
    headers = traced()
    assert node.http.get(PATH, headers={**admin, **headers}, params={"limit": 1}).status_code == 200
    found = eventually("AuditRead", lambda: audit(node, admin, type="AuditRead", request_id=headers["X-Request-Id"]))
    assert found[0]["outcome"] == "success"
    assert found[0]["actor"] == user_row(node, admin, "admin")["id"]


def test_start_and_stop_are_events(fresh):
    node = fresh()
    node.restart()
    headers = bearer(session_ndastro(node, "admin", "admin").access)
    assert len(audit(node, headers, type="ServiceStarted")) == 2
    assert len(audit(node, headers, type="ServiceStopped")) == 1


@pytest.fixture(scope="module")
def story(node, admin):
    """A user with a known little history: registered, one good log-in, two failed ones."""
    user = new_user(node)
    login_book_corners(node, user.name)
    for _ in range(2):
        login_book_corners(node, user.name, "wrong-Horse7")
    return user, user_row(node, admin, user.name)


@pytest.mark.parametrize("filters, expected", [
    ({"type": "LoginFailed"}, {"LoginFailed"}),
    ({"outcome": "failure"}, {"LoginFailed"}),
    ({"outcome": "success"}, {"UserRegistered", "LoggedIn"}),
    ({"type": "LoginFailed", "outcome": "success"}, set()),
    ({"outcome": "denied"}, set()),
    ({"ip": "127.0.0.1", "type": "LoggedIn"}, {"LoggedIn"}),
    ({"ip": "203.0.113.9"}, set()),
    ({"request_id": "no-such-request"}, set()),
    ({"from": "2001-01-01T00:00:00Z", "to": "2001-12-31T23:59:59Z"}, set()),
    ({"from": "2001-01-01T00:00:00Z", "type": "LoginFailed"}, {"LoginFailed"}),
    ({"to": "2001-01-01T00:00:00Z"}, set()),
], ids=lambda value: ",".join(f"{key}={text}" for key, text in value.items()) if isinstance(value, dict) else "")
def test_filters(node, admin, story, filters, expected):
    """Each filter narrows, and they narrow together."""
    found = audit(node, admin, user=story[1]["id"], **filters)
    assert {event["type"] for event in found} == expected
    assert all(event["user"] == story[1]["id"] for event in found)


def test_user_filter_takes_the_number_too(node, admin, story):
    assert audit(node, admin, user=story[1]["number"]) == audit(node, admin, user=story[1]["id"])


def test_actor_filter(node, admin):
    row = user_row(node, admin, "admin")
    found = audit(node, admin, actor=row["id"])
    assert found and {event["actor"] for event in found} == {row["id"]}


def test_from_and_to_are_inclusive(node, admin, story):
    """Design §7: an event's own time, given as both ends, finds it."""
    event = audit(node, admin, user=story[1]["id"], type="LoggedIn")[0]
    found = audit(node, admin, user=story[1]["id"], **{"from": event["time"], "to": event["time"]})
    assert event["id"] in [other["id"] for other in found]


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_paging_walks_all_in_order(node, admin, story, limit):
    """Small pages give what one big page gives, in order of position, each event once."""
    whole = audit(node, admin, user=story[1]["id"], limit=100)
    paged = audit(node, admin, user=story[1]["id"], limit=limit)
    assert paged == whole and len(whole) >= 4
    positions = [event["position"] for event in whole]
    assert positions in (sorted(positions), sorted(positions, reverse=True))
    assert len({event["id"] for event in whole}) == len(whole)


@pytest.mark.parametrize("query", ["from=yesterday", "to=2024-13-01T00:00:00Z", "outcome=maybe", "type=NoSuchEvent", "user=%00",
                                   "ip=999.1.1.1", "from=2024-01-01T00:00:00Z&from=2025-01-01T00:00:00Z", "colour=red"])
def test_senseless_filters_are_refused(node, admin, query):
    """A filter that is misread shows an auditor the wrong picture: it is 400, not ignored."""
    answer = node.http.get(f"{PATH}?{query}", headers=admin)
    assert answer.status_code == 400, answer.text
    assert envelope_fault("native", answer) is None


INJECTIONS = ['\\n{"level":"info","msg":"forged"}', "\x1b[31mred", "‮evil", "'; drop table", "<script>", "a" * 2000]


@pytest.mark.parametrize("agent", INJECTIONS, ids=range(len(INJECTIONS)))
def test_a_hostile_user_agent_stays_data(node, admin, user, agent):
    """Catalogue (b) 96: stored as it came or cut, never interpreted, and the log keeps one record per line."""
    headers = {**traced(), "User-Agent": agent.encode()}
    login_book_corners(node, user.name, headers=headers)
    for event in audit(node, admin, request_id=headers["X-Request-Id"]):
        assert event["user_agent"] is None or agent.startswith(event["user_agent"].rstrip("…"))
    assert '\n{"level":"info","msg":"forged"}' not in node.said() and "\x1b[31m" not in node.said()


def test_outcomes_are_of_the_three_kinds(node, admin, story):
    events = audit(node, admin, limit=100)
    assert {event["outcome"] for event in events} <= OUTCOMES
    assert [event["position"] for event in events if event["position"] < 1] == []
