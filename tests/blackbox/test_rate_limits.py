"""Rate limits: 10 log-ins, 5 registrations, 15 refreshes in 300 s, counted from the journal, in each dialect's own 429."""

import time

import pytest

from harness.client import (LONG_TOKEN, admin, audit, basic, bearer, login_002, login_003, login_004, refresh_003, register)
from harness.routes import envelope_fault
from harness.waiting import eventually, wait_for_room_in_window

LIMITED = {"rate_limits.enabled": "true"}
CALLS = {
    "login": (10, "Too many login attempts. Please try again later.", lambda node: login_003(node, "admin", "admin")),
    "register": (5, "Too many registration attempts. Please try again later.", register),
    "refresh": (15, "Too many refresh attempts. Please try again later.", lambda node: refresh_003(node, LONG_TOKEN)),
}


def spend(node, call, times):
    """Use up the budget; none of these may be refused for its number."""
    for turn in range(times):
        assert call(node).status_code != 429, f"refused at attempt {turn + 1}"


@pytest.mark.smoke
@pytest.mark.parametrize("kind", CALLS)
def test_the_defaults(fresh, kind):
    """Seed table: the attempt after the last allowed one is 429 with text, details.retry_after and Retry-After; successes count."""
    limit, message, call = CALLS[kind]
    node = fresh({"rate_limits.enabled": "true"})
    wait_for_room_in_window(5)
    spend(node, call, limit)
    answer = call(node)
    left = 300 - time.time() % 300
    assert answer.status_code == 429
    seconds = answer.json()["details"]["retry_after"]
    assert answer.json() == {"message": message, "details": {"retry_after": seconds}}
    assert answer.headers["retry-after"] == str(seconds)
    assert left - 2 <= seconds <= left + 2, "windows are aligned to the epoch"


def test_the_limit_goes_before_the_other_checks(fresh):
    """Row 'order of checks': rate limit first, whatever else is wrong."""
    node = fresh({**LIMITED, "rate_limits.register": 1})
    wait_for_room_in_window(3)
    spend(node, register, 1)
    assert register(node, "admin", "not-an-address", "12345678").status_code == 429


def test_kinds_are_counted_apart(fresh):
    node = fresh({**LIMITED, "rate_limits.login": 1})
    wait_for_room_in_window(3)
    spend(node, CALLS["login"][2], 1)
    assert CALLS["login"][2](node).status_code == 429
    assert register(node).status_code == 201


def test_off_switch(fresh):
    node = fresh({"rate_limits.enabled": "false"})
    for _, _, call in CALLS.values():
        spend(node, call, 20)


def test_the_next_window_is_free_again(fresh):
    node = fresh({**LIMITED, "rate_limits.login": 2, "rate_limits.window_seconds": 2})
    call = CALLS["login"][2]
    eventually("a refusal", lambda: call(node).status_code == 429)
    eventually("the next window", lambda: call(node).status_code == 200, seconds=4)


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_counts_survive_a_restart(fresh, ending):
    """Counted from the journal: a new process knows what the old one saw."""
    node = fresh({**LIMITED, "rate_limits.login": 3})
    call = CALLS["login"][2]
    wait_for_room_in_window(15)
    spend(node, call, 3)
    getattr(node, ending)()
    node.start()
    assert call(node).status_code == 429


DIALECTS = {
    "002 login": ("002", lambda node: login_002(node, "admin", "wrong-Horse7")),
    "002 token": ("002", lambda node: node.http.post("/api/v1/auth/token", data={"username": "admin", "password": "wrong-Horse7"})),
    "004 login": ("004", lambda node: login_004(node, "admin", "wrong-Horse7")),
    "basic": ("native", lambda node: node.http.get("/api/v1/verify", headers=basic("admin", "wrong-Horse7"))),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_every_credential_route_in_its_own_words(fresh, name):
    """Design §10: limits cover every dialect and Basic; one budget, else each door would give another ten guesses."""
    dialect, call = DIALECTS[name]
    node = fresh({**LIMITED, "rate_limits.login": 4})
    wait_for_room_in_window(3)
    spend(node, call, 2)
    spend(node, lambda node: login_003(node, "admin", "wrong-Horse7"), 2)
    answer = call(node)
    assert answer.status_code == 429, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert envelope_fault(dialect, answer) is None


def test_002_refresh_is_limited_too(fresh):
    node = fresh({**LIMITED, "rate_limits.refresh": 2})
    wait_for_room_in_window(3)
    headers = admin(node)
    body = {"token": LONG_TOKEN, "expires_in": 1, "token_type": "bearer"}

    def call(node):
        return node.http.post("/api/v1/auth/refresh", json=body, headers=headers)

    spend(node, call, 2)
    answer = call(node)
    assert answer.status_code == 429 and envelope_fault("002", answer) is None


def from_address(address):
    return lambda node: login_003(node, "admin", "wrong-Horse7", headers={"X-Forwarded-For": address})


def test_forwarded_addresses_of_strangers_do_not_count(fresh):
    """`trusted_proxies` is empty by default: a spoofed header opens no new budget."""
    node = fresh({**LIMITED, "rate_limits.login": 2})
    wait_for_room_in_window(3)
    spend(node, from_address("203.0.113.1"), 2)
    assert from_address("203.0.113.2")(node).status_code == 429


def test_forwarded_addresses_of_a_trusted_proxy_count(fresh):
    """The right-most entry that is no trusted proxy is the client, whatever the client itself put before it."""
    node = fresh({**LIMITED, "rate_limits.login": 2, "trusted_proxies": "127.0.0.0/8,10.0.0.0/8"})
    wait_for_room_in_window(3)
    spend(node, from_address("203.0.113.1"), 2)
    assert from_address("198.51.100.7, 203.0.113.1, 10.1.2.3")(node).status_code == 429
    assert from_address("203.0.113.1, 203.0.113.2")(node).status_code == 401


def test_throttling_is_summed_up_in_the_audit_trail(fresh):
    """Design §3: refused attempts are not each in the log, but one event per window tells of them."""
    node = fresh({**LIMITED, "rate_limits.login": 2, "rate_limits.window_seconds": 2, "tick_seconds": 1})
    call = CALLS["login"][2]
    token = eventually("a token", lambda: node.http.post("/api/v1/auth/token", data={"username": "admin", "password": "admin"})
                       .json().get("access_token"))
    eventually("a refusal", lambda: call(node).status_code == 429)
    found = eventually("AttemptsThrottled", lambda: audit(node, bearer(token), type="AttemptsThrottled"), seconds=10, every=0.2)
    assert found[0]["ip"] == "127.0.0.1"
