"""Rate limits: 10 log-ins, 5 registrations, 15 refreshes in 300 s, counted from the journal, in each dialect's own 429."""

import time

import pytest

from harness.client import (LONG_TOKEN, PASSWORD, admin, audit, basic, bearer, fresh_name, login_librephotos, login_imagor_studio, login_ndastro,
                            login_book_corners, login_lightnovel_crawler, new_user, refresh_librephotos, refresh_imagor_studio, refresh_book_corners, register)
from harness.routes import envelope_fault
from harness.waiting import eventually, wait_for_room_in_window

pytestmark = pytest.mark.race

LIMITED = {"rate_limits.enabled": "true"}
CALLS = {
    "login": (10, "Too many login attempts. Please try again later.", lambda node: login_book_corners(node, "admin", "admin")),
    "register": (5, "Too many registration attempts. Please try again later.", register),
    "refresh": (15, "Too many refresh attempts. Please try again later.", lambda node: refresh_book_corners(node, LONG_TOKEN)),
}


def spend(node, call, times):
    """Use up the budget; none of these may be refused for its number."""
    for turn in range(times):
        assert call(node).status_code != 429, f"refused at attempt {turn + 1}"


@pytest.mark.smoke
@pytest.mark.parametrize("kind", CALLS)
def test_the_defaults(fresh, kind):
    """As the product table: the attempt after the last allowed one is 429 with text, details.retry_after and Retry-After; successes count."""
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


def change_password(node):
    return node.http.put("/api/auth/me/password", headers=basic("admin", "wrong-Horse7"), json={"old_password": "x", "new_password": PASSWORD})


DIALECTS = {
    "LibrePhotos obtain": ("librephotos", lambda node: login_librephotos(node, "admin", "wrong-Horse7")),
    "imagor-studio login": ("imagor_studio", lambda node: login_imagor_studio(node, "admin", "wrong-Horse7")),
    "lightnovel-crawler me by Basic": ("lightnovel_crawler", lambda node: node.http.get("/api/auth/me", headers=basic("admin", "wrong-Horse7"))),
    "lightnovel-crawler me/password by Basic": ("lightnovel_crawler", change_password),
    "ndastro-api login": ("ndastro", lambda node: login_ndastro(node, "admin", "wrong-Horse7")),
    "ndastro-api token": ("ndastro", lambda node: node.http.post("/api/v1/auth/token", data={"username": "admin", "password": "wrong-Horse7"})),
    "lightnovel-crawler login": ("lightnovel_crawler", lambda node: login_lightnovel_crawler(node, "admin", "wrong-Horse7")),
    "basic": ("native", lambda node: node.http.get("/api/v1/verify", headers=basic("admin", "wrong-Horse7"))),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_every_credential_route_in_its_own_words(fresh, name):
    """Design §10: limits cover every dialect and Basic; one budget, else each door would give another ten guesses."""
    dialect, call = DIALECTS[name]
    node = fresh({**LIMITED, "rate_limits.login": 4})
    wait_for_room_in_window(3)
    spend(node, call, 2)
    spend(node, lambda node: login_book_corners(node, "admin", "wrong-Horse7"), 2)
    answer = call(node)
    assert answer.status_code == 429, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert envelope_fault(dialect, answer) is None


def test_ndastro_refresh_is_limited_too(fresh):
    node = fresh({**LIMITED, "rate_limits.refresh": 2})
    wait_for_room_in_window(3)
    headers = admin(node)
    body = {"token": LONG_TOKEN, "expires_in": 1, "token_type": "bearer"}

    def call(node):
        return node.http.post("/api/v1/auth/refresh", json=body, headers=headers)

    spend(node, call, 2)
    answer = call(node)
    assert answer.status_code == 429 and envelope_fault("ndastro", answer) is None


def registration_imagor_studio():
    return {"displayName": "x", "username": fresh_name(), "password": PASSWORD}


REGISTERING = {
    "imagor-studio register": ("imagor_studio", lambda node: node.http.post("/api/auth/register", json=registration_imagor_studio())),
    "imagor-studio register-admin": ("imagor_studio", lambda node: node.http.post("/api/auth/register-admin", json={**registration_imagor_studio(), "defaultLanguage": "en"})),
    "lightnovel-crawler signup": ("lightnovel_crawler", lambda node: node.http.post("/api/auth/signup", json={"referrer": "1" * 10, "email": f"{fresh_name()}@example.org",
                                                                                 "password": PASSWORD})),
}
REFRESHING = {
    "LibrePhotos refresh": ("librephotos", lambda node: refresh_librephotos(node, LONG_TOKEN)),
    "imagor-studio refresh": ("imagor_studio", lambda node: refresh_imagor_studio(node, LONG_TOKEN)),
}


@pytest.mark.parametrize("name", [*REGISTERING, *REFRESHING])
def test_registering_and_refreshing_in_their_own_words(fresh, name):
    """One budget of each kind over all dialects: half of it is spent through Book Corners."""
    (dialect, call), kind = ({**REGISTERING, **REFRESHING})[name], "register" if name in REGISTERING else "refresh"
    node = fresh({**LIMITED, f"rate_limits.{kind}": 4})
    wait_for_room_in_window(3)
    spend(node, CALLS[kind][2], 2)
    spend(node, call, 2)
    answer = call(node)
    assert answer.status_code == 429, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert envelope_fault(dialect, answer) is None


OTHERS = {  # every other route that takes a credential or sends a mail: the number is Ledgate's own, but there is one
    "LibrePhotos blacklist": ("librephotos", lambda node, token: node.http.post("/api/auth/token/blacklist/", json={"refresh": LONG_TOKEN})),
    "imagor-studio guest": ("imagor_studio", lambda node, token: node.http.post("/api/auth/guest")),
    "ndastro-api recovery": ("ndastro", lambda node, token: node.http.post("/api/v1/auth/password-recovery/somebody@example.org")),
    "ndastro-api reset": ("ndastro", lambda node, token: node.http.post("/api/v1/auth/reset-password", json={"token": LONG_TOKEN, "new_password": PASSWORD})),
    "lightnovel-crawler reset link": ("lightnovel_crawler", lambda node, token: node.http.post("/api/auth/send-password-reset-link", json={"email": "somebody@example.org"})),
    "lightnovel-crawler reset": ("lightnovel_crawler", lambda node, token: node.http.post("/api/auth/reset-password-with-token", headers=bearer(LONG_TOKEN), json={"password": PASSWORD})),
    "lightnovel-crawler password": ("lightnovel_crawler", lambda node, token: node.http.put("/api/auth/me/password", headers=bearer(token),
                                                              json={"old_password": "wrong-Horse7", "new_password": PASSWORD})),
    "lightnovel-crawler send-otp": ("lightnovel_crawler", lambda node, token: node.http.post("/api/auth/me/send-otp", headers=bearer(token))),
    "lightnovel-crawler verify-otp": ("lightnovel_crawler", lambda node, token: node.http.post("/api/auth/verify-otp", files={"otp": (None, "123456"), "token": (None, LONG_TOKEN)})),
    "lightnovel-crawler verify-token": ("lightnovel_crawler", lambda node, token: node.http.get("/api/auth/verify-token", params={"token": "1" * 10})),
}


@pytest.mark.parametrize("name", OTHERS)
def test_no_credential_route_is_without_a_limit(fresh, name):
    """At the default settings fewer than a hundred calls from one address, in the route's own 429."""
    dialect, call = OTHERS[name]
    node = fresh({"rate_limits.enabled": "true", "guest.enabled": "true"})
    wait_for_room_in_window(6)
    token = new_user(node).access
    answers = (call(node, token) for _ in range(100))
    answer = next((answer for answer in answers if answer.status_code == 429), None)
    assert answer is not None, "100 calls and none refused"
    assert int(answer.headers["retry-after"]) > 0
    assert envelope_fault(dialect, answer) is None


def from_address(address):
    return lambda node: login_book_corners(node, "admin", "wrong-Horse7", headers={"X-Forwarded-For": address})


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


BEHIND = {**LIMITED, "trusted_proxies": "127.0.0.0/8"}


def test_an_ipv6_client_is_its_64_bit_network(fresh):
    """Whoever has one such network has 2^64 addresses: they are one client, and the next network is another."""
    node = fresh({**BEHIND, "rate_limits.login": 3})
    wait_for_room_in_window(3)
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:0DB8:0001:0002:0000::7"):
        assert from_address(address)(node).status_code == 401
    assert from_address("2001:db8:1:2:8000::1")(node).status_code == 429
    assert from_address("2001:db8:1:3::1")(node).status_code == 401


def test_an_ipv4_address_in_ipv6_clothes_is_itself(fresh):
    """::ffff:0:0/96 is one /64: mapped addresses are told apart, and are their plain selves."""
    node = fresh({**BEHIND, "rate_limits.login": 2})
    wait_for_room_in_window(3)
    for address in ("203.0.113.1", "::ffff:203.0.113.1"):
        assert from_address(address)(node).status_code == 401
    assert from_address("203.0.113.1")(node).status_code == 429
    assert from_address("::ffff:203.0.113.2")(node).status_code == 401


def attempt(node, name, address, password="wrong-Horse7"):
    return login_book_corners(node, name, password, headers={"X-Forwarded-For": address})


def test_an_account_is_one_however_it_is_spelled(fresh):
    """Guesses from ever new addresses add up on the account, by name and by address, in any case; other accounts are untouched."""
    node = fresh({**BEHIND, "rate_limits.register": 100})
    wait_for_room_in_window(10)
    user, other = new_user(node), new_user(node)
    spellings = (user.name, user.name.upper(), f" {user.name} ", user.email, user.email.upper())
    refused = next((turn for turn in range(200) if attempt(node, spellings[turn % 5], f"198.51.{turn // 250}.{turn % 250 + 1}").status_code == 429), None)
    assert refused is not None, "200 guesses from 200 addresses and none refused"
    assert {attempt(node, spelling, "192.0.2.1").status_code for spelling in spellings} == {429}
    assert attempt(node, other.name, "192.0.2.1").status_code == 401


def test_a_lock_does_not_shut_out_a_known_client(fresh):
    """Issue part 8: strangers' guesses do not keep the user from where he has logged in before."""
    node = fresh({**BEHIND, "rate_limits.register": 100})
    wait_for_room_in_window(10)
    user = new_user(node)
    assert attempt(node, user.name, "203.0.113.77", user.password).status_code == 200
    assert any(attempt(node, user.name, f"198.51.100.{turn + 1}").status_code == 429 for turn in range(200))
    assert attempt(node, user.name, "192.0.2.9", user.password).status_code == 429
    assert attempt(node, user.name, "203.0.113.77", user.password).status_code == 200


def test_a_flood_does_not_flood_the_journal(fresh):
    """One fact per window tells of many refusals."""
    node = fresh({**LIMITED, "rate_limits.login": 3})
    wait_for_room_in_window(5)
    headers = admin(node)
    call = CALLS["login"][2]
    eventually("a refusal", lambda: call(node).status_code == 429)
    before = node.http.get("/api/v1/status", headers=headers).json()["position"]
    assert {call(node).status_code for _ in range(100)} == {429}
    assert node.http.get("/api/v1/status", headers=headers).json()["position"] - before <= 3


def test_throttling_is_summed_up_in_the_audit_trail(fresh):
    """Design §3: refused attempts are not each in the log, but one event per window tells of them."""
    node = fresh({**LIMITED, "rate_limits.login": 2, "rate_limits.window_seconds": 2, "tick_seconds": 1})
    call = CALLS["login"][2]
    token = eventually("a token", lambda: node.http.post("/api/v1/auth/token", data={"username": "admin", "password": "admin"})
                       .json().get("access_token"))
    eventually("a refusal", lambda: call(node).status_code == 429)
    found = eventually("AttemptsThrottled", lambda: audit(node, bearer(token), type="AttemptsThrottled"), seconds=10, every=0.2)
    assert found[0]["ip"] == "127.0.0.1"
