"""Design §8: unknown user, closed account and wrong password give the same bytes and cost the same time, at the real hashing cost."""

import statistics
import time

import pytest

from harness.client import basic, bearer, fresh_name, login_librephotos, login_imagor_studio, login_ndastro, login_book_corners, login_lightnovel_crawler, new_user
from harness.node import Node

ROUNDS = 15
VARIES = {"date", "x-request-id", "ledgate-position"}
WRONG = "wrong-Horse7"
DOORS = {
    "librephotos": lambda node, name: login_librephotos(node, name, WRONG),
    "imagor_studio": lambda node, name: login_imagor_studio(node, name, WRONG),
    "imagor-studio by address": lambda node, name: login_imagor_studio(node, f"{name}@example.org", WRONG),
    "book_corners": lambda node, name: login_book_corners(node, name, WRONG),
    "Book Corners by address": lambda node, name: login_book_corners(node, f"{name}@example.org", WRONG),
    "ndastro": lambda node, name: login_ndastro(node, name, WRONG),
    "ndastro-api token": lambda node, name: node.http.post("/api/v1/auth/token", data={"username": name, "password": WRONG}),
    "lightnovel_crawler": lambda node, name: login_lightnovel_crawler(node, f"{name}@example.org", WRONG),
    "lightnovel-crawler Basic": lambda node, name: node.http.get("/api/auth/me", headers=basic(f"{name}@example.org", WRONG)),
    "Basic": lambda node, name: node.http.get("/api/v1/verify", headers=basic(name, WRONG)),
}


KINDS = ("known", "unknown", "deactivated")


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A node with the default hashing cost, a user of it, and one whose account is closed."""
    node = Node(tmp_path_factory.mktemp("real"), {"argon2.memory_kib": 19456, "argon2.iterations": 2}).start()
    node.known = new_user(node)
    node.closed = new_user(node)
    node.closing = node.http.delete("/api/auth/me", headers=bearer(node.closed.access))
    yield node
    node.discard()


def name_of(node, kind):
    return {"known": node.known.name, "deactivated": node.closed.name}.get(kind) or fresh_name()


def visible(answer):
    """All that a client can compare; the request id, which some envelopes repeat, is its own."""
    body = answer.content.replace(answer.headers["x-request-id"].encode(), b"")
    return answer.status_code, body, sorted((name, value) for name, value in answer.headers.items() if name not in VARIES)


@pytest.mark.smoke
@pytest.mark.parametrize("door", DOORS)
def test_same_bytes(real, door):
    answers = [DOORS[door](real, name_of(real, kind)) for kind in KINDS]
    assert answers[0].status_code == 401
    assert visible(answers[0]) == visible(answers[1]) == visible(answers[2])
    assert real.known.name not in answers[0].text


def test_a_closed_account_answers_alike_with_its_own_password(real):
    """Whoever knows the password learns no more than whoever does not."""
    assert real.closing.status_code == 200
    right, wrong = login_book_corners(real, real.closed.name, real.closed.password), login_book_corners(real, real.closed.name, WRONG)
    assert visible(right) == visible(wrong)


def assert_same_time(act, bound):
    """Alternating attempts of all kinds; the medians of the quicker half are what a busy machine disturbs least, and where it still does,
    more rounds tell noise from a difference that stays. `bound` of the quickest in seconds is what may lie between them."""
    spent = {kind: [] for kind in KINDS}
    for _ in range(6):
        for _ in range(ROUNDS):
            for kind in KINDS:
                begin = time.perf_counter()
                act(kind)
                spent[kind].append(time.perf_counter() - begin)
        typical = {kind: statistics.median(sorted(seconds)[:len(seconds) // 2 + 1]) for kind, seconds in spent.items()}
        if max(typical.values()) - min(typical.values()) < bound(min(typical.values())):
            return
    pytest.fail(", ".join(f"{kind} {seconds * 1000:.2f} ms" for kind, seconds in typical.items()))


@pytest.mark.parametrize("door", DOORS)
def test_same_time(real, door):
    """The kinds differ by far less than one hash (some 12 ms), which a missing hash would show."""
    assert_same_time(lambda kind: DOORS[door](real, name_of(real, kind)), lambda least: max(0.002, 0.15 * least))


MAILERS = {
    "ndastro-api recovery": lambda node, address: node.http.post(f"/api/v1/auth/password-recovery/{address}"),
    "lightnovel-crawler reset link": lambda node, address: node.http.post("/api/auth/send-password-reset-link", json={"email": address}),
}


@pytest.mark.parametrize("door", MAILERS)
def test_recovery_tells_nobody(real, door):
    """Same bytes, and no mail server waited for: known and unknown stay within two milliseconds."""
    answers = [MAILERS[door](real, f"{name_of(real, kind)}@example.org") for kind in KINDS]
    assert answers[0].status_code == 200
    assert visible(answers[0]) == visible(answers[1]) == visible(answers[2])
    assert_same_time(lambda kind: MAILERS[door](real, f"{name_of(real, kind)}@example.org"), lambda least: max(0.002, 0.15 * least))
