"""Promise 2: no two users share a name or an address, and nothing single-use is used twice, however many try at once."""

import concurrent.futures
import threading

import pytest

from harness.client import bearer, fresh_name, me, new_user, refresh_ndastro, register, session_ndastro, session_of, walk

pytestmark = pytest.mark.race

RACERS = 16


def race(act):
    """Call `act(0)` … `act(15)` at the same moment, and return what they returned."""
    line = threading.Barrier(RACERS)

    def start(number):
        line.wait()
        return act(number)

    with concurrent.futures.ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(start, range(RACERS)))


@pytest.mark.parametrize("shared, message", [("name", "Username already exists."), ("address", "Email already exists.")])
def test_one_of_many_gets_the_name(node, admin, shared, message):
    """Exactly one 201; every other gets the product's own refusal, and no conflict shows through."""
    for _ in range(5):
        name = fresh_name()

        def attempt(number):
            if shared == "name":
                return register(node, [name, name.upper()][number % 2], f"{name}-{number}@example.org")
            return register(node, f"{name}-{number}", [f"{name}@example.org", f"{name}@EXAMPLE.org"][number % 2])

        answers = race(attempt)
        assert sorted(answer.status_code for answer in answers) == [201] + [400] * (RACERS - 1)
        assert {answer.json()["message"] for answer in answers if answer.status_code == 400} == {message}
        rows = [row for row in walk(node, "/api/v1/users", admin, limit=100) if row["username"].lower().startswith(name)]
        assert len(rows) == 1


def test_a_name_against_an_address(node):
    """One namespace: who registers `x@y` as a name and who registers it as an address cannot both win."""
    address = f"{fresh_name()}@example.org"
    answers = race(lambda number: register(node, address, f"{fresh_name()}@example.org") if number % 2 else register(node, fresh_name(), address))
    assert [answer.status_code for answer in answers].count(201) <= 1


def test_racing_refreshes_have_one_successor(node, user):
    """K1: sixteen uses of one refresh token make one new generation, and the session lives."""
    for _ in range(5):
        session = session_ndastro(node, user.name)
        answers = race(lambda _: refresh_ndastro(node, *session))
        assert {answer.status_code for answer in answers} == {200}
        assert len({session_of(answer).refresh for answer in answers}) == 1
        assert refresh_ndastro(node, *session_of(answers[0])).status_code == 200


def test_logout_wins_against_refreshes(node):
    """Once the logout is answered, no token of the session works, those handed out meanwhile included."""
    for _ in range(5):
        session = session_ndastro(node, new_user(node).name)

        def act(number):
            if number == 7:
                return node.http.post("/api/v1/auth/logout", headers=bearer(session.access))
            return refresh_ndastro(node, *session)

        answers = race(act)
        assert answers[7].status_code == 200
        assert {answer.status_code for answer in answers} <= {200, 401}
        for answer in answers[:7] + answers[8:]:
            if answer.status_code == 200:
                assert me(node, session_of(answer).access).status_code == 401
                assert refresh_ndastro(node, *session_of(answer)).status_code == 401


def test_logout_happens_once(node):
    session = session_ndastro(node, new_user(node).name)
    answers = race(lambda _: node.http.post("/api/v1/auth/logout", headers=bearer(session.access)))
    assert sorted({answer.status_code for answer in answers}) in ([200], [200, 401])
    assert me(node, session.access).status_code == 401
