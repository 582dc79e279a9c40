"""Names and single-use tokens on three nodes at once: the order of the log decides, and every node says the same."""

import concurrent.futures
import threading
import uuid

from harness.client import PASSWORD, bearer, fresh_name, login_book_corners, me, new_user, refresh_ndastro, register, session_ndastro, session_of, user_row, walk
from harness.history import OK, REFUSED, History
from harness.load import verdict

CLIENTS = 30
NAMES = 6
ROUNDS = 5


def race(count, act):
    """Call `act(0)` … at the same moment, and return what they returned."""
    line = threading.Barrier(count)

    def start(number):
        line.wait()
        return act(number)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))


def spellings(name):
    return (name, name.upper(), name.capitalize(), name.swapcase())


def test_one_winner_for_each_name(cluster, tmp_path):
    """Thirty clients, three nodes, every spelling: one 201, and the dialect's own refusal for the rest, as a sequential history."""
    history = History("account")
    for _ in range(NAMES):
        name = fresh_name("contested")

        def attempt(number, name=name):
            node = cluster.nodes[number % 3]
            password = f"correct-Horse7-{number}"
            with history.operation(number, name, "register", given=password) as operation:
                answer = register(node, spellings(name)[number % 4], f"{name}-{number}@example.org", password)
                operation["result"] = verdict(answer, refused=(400,))
            with history.operation(number, name, "login", given=password) as operation:
                operation["result"] = verdict(login_book_corners(cluster.nodes[(number + 1) % 3], name, password))
            return answer, operation["result"]

        answers = race(CLIENTS, attempt)
        assert sorted(answer.status_code for answer, _ in answers) == [201] + [400] * (CLIENTS - 1)
        assert {answer.json()["message"] for answer, _ in answers if answer.status_code == 400} == {"Username already exists."}
        for answer, login in answers:
            assert login == (OK if answer.status_code == 201 else REFUSED), "who won logs in, on another node, at once; nobody else"
    accepted, said = history.judged(tmp_path / "names.json")
    assert accepted, said


def test_one_winner_for_each_address(cluster):
    for _ in range(NAMES):
        name = fresh_name("address")
        answers = race(CLIENTS, lambda number: register(cluster.nodes[number % 3], f"{name}-{number}", spellings(f"{name}@example.org")[number % 2]))
        assert sorted(answer.status_code for answer in answers) == [201] + [400] * (CLIENTS - 1)
        assert {answer.json()["message"] for answer in answers if answer.status_code == 400} == {"Email already exists."}


def test_numbers_are_given_out_once(cluster):
    """Integer ids come from the order of the log: the same on all nodes, no two alike."""
    race(CLIENTS, lambda number: register(cluster.nodes[number % 3]))
    headers = cluster.admin()
    end = max(cluster.status(node, headers)["position"] for node in cluster.nodes)
    lists = [walk(node, "/api/v1/users", {**headers, "Ledgate-Min-Position": str(end)}, limit=100) for node in cluster.nodes]
    assert lists[0] == lists[1] == lists[2]
    numbers = [row["number"] for row in lists[0]]
    assert len(set(numbers)) == len(numbers)


def test_a_refresh_raced_on_three_nodes_has_one_successor(cluster, a, tmp_path):
    history = History("session")
    name = new_user(a).name
    for _ in range(ROUNDS):
        session = session_ndastro(a, name)
        key = session.refresh
        history.add("login", OK, 0, 0, key=key, following=key)
        for _ in range(3):
            answers = race(CLIENTS, lambda number, session=session, key=key: refreshed(history, cluster.nodes[number % 3], number, key, session))
            assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers if answer.status_code != 200]
            assert len({session_of(answer).refresh for answer in answers}) == 1
            session = session_of(answers[0])
    accepted, said = history.judged(tmp_path / "sessions.json")
    assert accepted, said


def refreshed(history, node, number, key, session):
    with history.operation(number, key, "refresh", given=session.refresh) as operation:
        answer = refresh_ndastro(node, *session)
        operation["result"] = verdict(answer)
        operation["next"] = session_of(answer).refresh if answer.status_code == 200 else ""
    return answer


def test_a_logout_raced_with_refreshes_on_other_nodes_ends_them_all(cluster, a, tmp_path):
    history = History("session")
    name = new_user(a).name
    for _ in range(ROUNDS):
        session = session_ndastro(a, name)
        key = session.refresh
        history.add("login", OK, 0, 0, key=key, following=key)

        def act(number, session=session, key=key):
            node = cluster.nodes[number % 3]
            if number != 7:
                return refreshed(history, node, number, key, session)
            with history.operation(number, key, "logout") as operation:
                answer = node.http.post("/api/v1/auth/logout", headers=bearer(session.access))
                operation["result"] = verdict(answer)
            return answer

        answers = race(12, act)
        ended_at = answers[7].headers["Ledgate-Position"]
        assert answers[7].status_code == 200
        for number, answer in enumerate(answers):
            if number != 7 and answer.status_code == 200:
                for node in cluster.nodes:
                    asked = node.http.get("/api/v1/auth/me", headers={**bearer(session_of(answer).access), "Ledgate-Min-Position": ended_at})
                    assert asked.status_code == 401, "no token of the session outlives the log-out"
    accepted, said = history.judged(tmp_path / "sessions.json")
    assert accepted, said


def test_one_key_sent_to_three_nodes_makes_one_user(cluster, a):
    """An Idempotency-Key that a client sends again elsewhere, because it was not answered."""
    for _ in range(ROUNDS):
        key, name = {"Idempotency-Key": str(uuid.uuid4())}, fresh_name("retried")
        answers = race(6, lambda number, key=key, name=name: register(cluster.nodes[number % 3], name, headers=key))
        assert {answer.status_code for answer in answers} <= {201, 409, 503}
        made = [answer for answer in answers if answer.status_code == 201]
        assert made and len({me(a, answer.json()["access"]).json()["id"] for answer in made}) == 1
        assert register(cluster.nodes[2], name, headers=key).status_code == 201, "the recorded outcome, on any node"
        assert user_row(a, cluster.admin(), name)


def test_a_password_changed_on_three_nodes_at_once_is_changed_once(cluster, tmp_path):
    history = History("account")
    for _ in range(ROUNDS):
        name = fresh_name("changed")
        with history.operation(0, name, "register", given=PASSWORD) as operation:
            operation["result"] = verdict(register(cluster.nodes[0], name))
        sessions = [session_ndastro(cluster.nodes[number % 3], name) for number in range(9)]

        def attempt(number, name=name, sessions=sessions):
            new = f"another-Horse8-{number}"
            body = {"old_password": PASSWORD, "new_password": new}
            with history.operation(number, name, "change", given=PASSWORD, following=new) as operation:
                answer = cluster.nodes[number % 3].http.put("/api/auth/me/password", headers=bearer(sessions[number].access), json=body)
                operation["result"] = verdict(answer)
            with history.operation(number, name, "login", given=new) as operation:
                operation["result"] = verdict(login_book_corners(cluster.nodes[(number + 1) % 3], name, new))
            return answer.status_code, operation["result"]

        assert sorted(race(9, attempt)) == [(200, OK)] + [(401, REFUSED)] * 8
    accepted, said = history.judged(tmp_path / "passwords.json")
    assert accepted, said
