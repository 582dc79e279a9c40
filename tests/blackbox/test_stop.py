"""SIGTERM and SIGINT, and the limits of connections: what is under way is finished, and nothing holds up the end."""

import concurrent.futures
import json
import signal
import time

import pytest

from harness import raw
from harness.client import LONG_TOKEN, PASSWORD, admin, login_book_corners, new_user, refresh_book_corners, register, walk
from harness.node import BINARY
from harness.waiting import PATIENCE, eventually

pytestmark = pytest.mark.race


def new_connection_status(node):
    """The status a new connection gets, or None where it is refused or closed without an answer."""
    try:
        replies = raw.exchange(node, raw.request("GET", "/healthz"), seconds=2, expect=1).replies
    except OSError:
        return None
    return replies[0].status if replies else None


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_drain(fresh, how):
    """Log-ins that are hashing when the signal comes are answered; new connections get no 2xx; exit 0 within 10 s."""
    node = fresh({"argon2.memory_kib": 65536, "argon2.iterations": 12})
    user = new_user(node)
    body = json.dumps({"username": user.name, "password": PASSWORD}).encode()
    login = raw.request("POST", "/api/v1/auth/login", [("Content-Type", "application/json")], body)
    connections = [raw.connect(node, 10) for _ in range(8)]
    for connection in connections:
        connection.sendall(login)
    # Two are hashed at a time: all eight have been read.
    eventually("six wait", lambda: "\nledgate_hash_queue_length 6" in node.http.get("/metrics").text, 5, every=0.005)
    begin = time.monotonic()
    node.process.send_signal(how)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda connection: raw.listen(connection, seconds=10, expect=1), connections)
        statuses = [answer.statuses for answer in answers]
    later = []
    while node.process.poll() is None and time.monotonic() - begin < 10 * PATIENCE:
        later.append(new_connection_status(node))
    for connection in connections:
        connection.close()
    assert node.process.wait(10 * PATIENCE) == 0 and time.monotonic() - begin < 10 * PATIENCE
    assert statuses == [[200]] * 8
    assert [status for status in later if status is not None and status < 300] == []


@pytest.mark.slow
def test_a_long_queue_does_not_hold_the_stop(fresh):
    """Requests that no worker has begun are refused rather than waited for; the rest is answered, and 10 s are enough."""
    node = fresh({"wait_seconds": 2})
    waits = raw.request("GET", "/healthz", [("Ledgate-Min-Position", "1000000")])
    connections = [raw.connect(node, 20) for _ in range(500)]
    for connection in connections:
        connection.sendall(waits)
    node.http.get("/healthz")
    begin = time.monotonic()
    node.process.send_signal(signal.SIGTERM)
    code = node.process.wait(20 * PATIENCE)
    took = time.monotonic() - begin
    statuses = []
    for connection in connections:
        statuses += [reply.status for reply in raw.listen(connection, seconds=2, expect=1).replies][:1]
        connection.close()
    assert code == 0 and took < 10 * PATIENCE, f"exit {code} after {took:.1f} s"
    assert statuses == [503] * 500, f"{len(statuses)} answers: {set(statuses)}"


@pytest.mark.slow
def test_many_throttled_clients_do_not_hold_the_stop(fresh):
    """What was refused to 1,500 networks is written down together; each stands in the trail with its own address."""
    node = fresh({"rate_limits.enabled": "true", "rate_limits.refresh": 1, "trusted_proxies": "127.0.0.1"})
    networks = 1500

    def refuse(number):
        headers = {"X-Forwarded-For": f"10.9.{number // 250}.{number % 250 + 1}"}
        return any(refresh_book_corners(node, LONG_TOKEN, headers=headers).status_code == 429 for _ in range(3))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert all(pool.map(refuse, range(networks)))
    begin = time.monotonic()
    node.stop()
    took = time.monotonic() - begin
    assert took < 4 * PATIENCE, f"{took:.1f} s"
    node.start()
    written = walk(node, "/api/v1/audit/events", admin(node), type="AttemptsThrottled", limit=500)
    assert len({row["ip"] for row in written}) == networks


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_start_can_be_stopped(fresh, how):
    """However long the start would take; the next one finds nothing amiss."""
    node = fresh.idle({"argon2.memory_kib": 131072, "argon2.iterations": 20})
    node.spawn()
    eventually("the journal", lambda: (node.data / "rows" / "CURRENT").exists(), seconds=10, every=0.01)
    begin = time.monotonic()
    node.process.send_signal(how)
    assert node.process.wait(10 * PATIENCE) == 0
    assert time.monotonic() - begin < 5 * PATIENCE
    assert "listening on" not in node.said()
    node.settings.update({"argon2.memory_kib": 1024, "argon2.iterations": 1})
    node.start()
    assert login_book_corners(node, "admin", "admin").status_code == 200
    node.stop()


def test_idle_connections_do_not_hold_the_stop(fresh):
    node = fresh()
    idle = [raw.connect(node) for _ in range(20)]
    half = raw.connect(node)
    half.sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Le")
    begin = time.monotonic()
    node.stop()
    assert time.monotonic() - begin < 10
    for connection in [*idle, half]:
        connection.close()


def test_few_descriptors_are_enough(fresh):
    """Design §8: 512 descriptors suffice to start and serve, also while more connections than that are tried."""
    node = fresh.idle()
    node.program = ["sh", "-c", 'ulimit -n 512 && exec "$0" "$@"', BINARY]
    node.start()
    flood = []
    for _ in range(700):
        try:
            flood.append(raw.connect(node, 0.5))
        except OSError:
            break
    for connection in flood[len(flood) // 2:]:
        connection.close()
    eventually("service again", lambda: new_connection_status(node) == 200, seconds=10)
    assert register(node).status_code == 201
    for connection in flood[:len(flood) // 2]:
        connection.close()
    node.stop()
