"""What stands on every answer, and the two position headers."""

import concurrent.futures
import email.utils
import re
import time
import uuid

import pytest

from harness import raw
from harness.client import PASSWORD, audit, bearer, fresh_name, login_book_corners, me, new_user, register, traced
from harness.routes import GUARDED, ROUTES, envelope_fault

UNROUTED = [("GET", "/no/such/route"), ("POST", "/healthz"), ("DELETE", "/api/v1/auth/login"), ("HEAD", "/healthz"),
            ("OPTIONS", "/api/v1/auth/login"), ("PUT", "/api/v1/auth/me")]
EVERYWHERE = [(route.method, route.path) for route in ROUTES] + UNROUTED


@pytest.mark.smoke
@pytest.mark.parametrize("method, path", sorted(set(EVERYWHERE)))
def test_on_every_answer(node, method, path):
    """Design §8: X-Request-Id, nosniff, no-store and Date on every answer, good or bad; nothing tells the software's version."""
    given = traced()
    answer = node.http.request(method, path, headers=given)
    assert answer.headers["x-request-id"] == given["X-Request-Id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
    sent = email.utils.parsedate_to_datetime(answer.headers["date"]).timestamp()
    assert abs(sent - time.time()) < 10
    assert not re.search(r"\d", answer.headers.get("server", ""))
    made = node.http.request(method, path).headers["x-request-id"]
    assert made and made != node.http.request(method, path).headers["x-request-id"]


@pytest.mark.parametrize("broken", [b"GET / HTTP/1.1\r\nHost\r\n\r\n", b"\xff\xff\xff\r\n\r\n", b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\n\r\n"],
                         ids=["no colon", "junk", "long"])
def test_on_answers_made_before_routing(node, broken):
    reply = raw.exchange(node, broken).replies[0]
    assert reply.headers["x-request-id"] and reply.headers["date"]
    assert reply.headers["x-content-type-options"] == "nosniff" and "no-store" in reply.headers["cache-control"]


@pytest.mark.parametrize("junk", ["", "a b", "x" * 500, 'a"b', "a\x0bb", "é", "<b>", "a,b;c"], ids=range(8))
def test_a_junk_request_id_is_not_passed_on(node, junk):
    """A request id goes to logs and events: what is no plain short id is replaced or refused, never echoed with its junk."""
    reply = raw.exchange(node, raw.request("GET", "/healthz", [b"X-Request-Id: " + junk.encode()]), expect=1).replies[0]
    assert reply.status in (200, 400)
    assert re.fullmatch(r"[A-Za-z0-9._:/+=@,;-]{1,128}", reply.headers["x-request-id"])


@pytest.mark.smoke
def test_the_request_id_is_in_log_and_audit(node, admin, user):
    headers = traced()
    login_book_corners(node, user.name, headers=headers)
    events = audit(node, admin, request_id=headers["X-Request-Id"])
    assert events and {event["request_id"] for event in events} == {headers["X-Request-Id"]}
    assert headers["X-Request-Id"] in node.said()


@pytest.mark.parametrize("method, path, allowed", [
    ("DELETE", "/api/v1/auth/login", {"POST"}), ("GET", "/api/v1/auth/register", {"POST"}), ("POST", "/healthz", {"GET"}),
    ("PATCH", "/api/v1/users", {"GET"}), ("PUT", "/api/v1/verify", {"GET", "POST"}),
])
def test_wrong_method(node, method, path, allowed):
    answer = node.http.request(method, path)
    assert answer.status_code == 405
    assert allowed <= {word.strip() for word in answer.headers["allow"].split(",")}


def test_head_is_get_without_a_body(node, admin):
    for path, headers in (("/healthz", {}), ("/.well-known/jwks.json", {}), ("/api/v1/auth/me", admin)):
        get, head = node.http.get(path, headers=headers), node.http.head(path, headers=headers)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head.headers["content-length"] == get.headers["content-length"]


# --- cross-origin ----------------------------------------------------------------------------------------------------

PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


def test_no_origin_is_let_in_by_default(node):
    for origin in ("https://app.example.org", "null"):
        answer = node.http.options("/api/v1/auth/login", headers={"Origin": origin, **PREFLIGHT})
        assert "access-control-allow-origin" not in answer.headers


def test_exact_origins_only(fresh):
    """`cors.origins` is a list of exact origins: no prefix, no suffix, no other scheme, and never `null`."""
    node = fresh({"cors.origins": "https://app.example.org,https://b.example.org"})
    good = "https://app.example.org"
    answer = node.http.options("/api/v1/auth/login", headers={"Origin": good, **PREFLIGHT})
    assert answer.status_code in (200, 204) and answer.headers["access-control-allow-origin"] == good
    assert "origin" in answer.headers["vary"].lower()
    assert node.http.get("/healthz", headers={"Origin": good}).headers["access-control-allow-origin"] == good
    for bad in (good + ".evil.net", "https://evil.net/" + good, "http://app.example.org", good + ":444", "null", "*", good + "/"):
        assert "access-control-allow-origin" not in node.http.get("/healthz", headers={"Origin": bad}).headers


# --- positions -------------------------------------------------------------------------------------------------------

@pytest.mark.smoke
def test_commands_answer_with_their_position(node, user):
    """Design §7: on every answer to a command, refusals among them, growing."""
    answers = [register(node), register(node, user.name), login_book_corners(node, user.name), login_book_corners(node, user.name, "wrong-Horse7"),
               node.http.post("/api/v1/auth/refresh", json={"refresh": user.refresh}),
               node.http.post("/api/v1/auth/logout", headers=bearer(user.access))]
    positions = [int(answer.headers["ledgate-position"]) for answer in answers]
    assert positions == sorted(positions) and len(set(positions)) == len(positions)


@pytest.mark.smoke
@pytest.mark.parametrize("route", [route for route in GUARDED if route.method == "GET"], ids=lambda route: route.name)
def test_a_position_that_is_reached_is_no_wait(node, admin, route):
    position = new_position(node)
    answer = node.http.get(route.path, headers={**admin, "Ledgate-Min-Position": str(position)})
    assert answer.status_code == 200, answer.text


def new_position(node):
    return int(register(node).headers["ledgate-position"])


@pytest.mark.parametrize("path", ["/api/v1/auth/me", "/api/v1/users", "/api/v1/verify"])
def test_a_position_of_the_future_waits_and_then_says_so(fresh, path):
    """Bounded by `wait_seconds`; then 503 with Retry-After, in the route's envelope."""
    node = fresh({"wait_seconds": 1})
    headers = bearer(node.http.post("/api/v1/auth/token", data={"username": "admin", "password": "admin"}).json()["access_token"])
    begin = time.monotonic()
    answer = node.http.get(path, headers={**headers, "Ledgate-Min-Position": "1000000000"})
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert 0.9 < time.monotonic() - begin < 5
    assert envelope_fault("union" if path.endswith("me") else "native", answer) is None


def test_waiting_ends_as_soon_as_the_position_comes(fresh):
    """A waiter for the next position is answered by the command that makes it, long before its time is over."""
    node = fresh({"wait_seconds": 30})
    user = new_user(node)
    position = new_position(node)
    wait = {**bearer(user.access), "Ledgate-Min-Position": str(position + 3)}
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = pool.submit(node.http.get, "/api/v1/auth/me", headers=wait)
        while new_position(node) < position + 3:
            pass
        assert waiting.result().status_code == 200
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize("junk", ["abc", "-1", "1.5", "", "1 2", "0x10", "18446744073709551616", "9" * 100, "1,2"], ids=lambda junk: junk[:21])
def test_a_junk_position_is_refused(node, user, junk):
    answer = node.http.get("/api/v1/auth/me", headers={**bearer(user.access), "Ledgate-Min-Position": junk})
    assert answer.status_code == 400, answer.text
    assert envelope_fault("union", answer) is None


def test_what_i_wrote_i_read(node, admin):
    """Promise 5: after the answer, the row is there; no waiting, no polling."""
    for _ in range(30):
        name = fresh_name()
        tokens = register(node, name, password=PASSWORD).json()
        profile = me(node, tokens["access"])
        assert profile.status_code == 200 and profile.json()["username"] == name
        assert node.http.get(f"/api/v1/users/{profile.json()['id']}", headers=admin).json()["username"] == name


def test_a_made_request_id_is_found_in_the_trail(node, admin):
    made = register(node).headers["x-request-id"]
    assert audit(node, admin, request_id=made)
    assert str(uuid.UUID(made)) == made.lower() or len(made) >= 16
