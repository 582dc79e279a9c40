"""What was written on one node is known on the others: at once where a position says so, within a second where it is taken away."""

import time

from harness.client import PASSWORD, bearer, fresh_name, login_book_corners, me, new_user, refresh_ndastro, register, session_ndastro, user_row, walk
from harness.cluster import until

ROUNDS = 40
REVOKED_SECONDS = 1.0
CHANGED = "another-Horse8-staple"


def test_a_token_made_on_one_node_is_accepted_on_the_others_at_once(cluster):
    for number in range(ROUNDS):
        here, there, elsewhere = (cluster.nodes[(number + step) % 3] for step in range(3))
        made = register(here, fresh_name("born"))
        assert made.status_code == 201, made.text
        access = made.json()["access"]
        assert me(there, access).status_code == 200
        assert me(elsewhere, access).status_code == 200


def test_a_session_made_on_one_node_is_refreshed_on_the_others_at_once(cluster, a, b, c):
    name = new_user(a).name
    for number in range(ROUNDS):
        session = session_ndastro(cluster.nodes[number % 3], name)
        assert refresh_ndastro(cluster.nodes[(number + 1) % 3], *session).status_code == 200


def test_a_refresh_token_is_known_on_the_others_at_once(cluster):
    """It says when its session was born: a node that lags waits for that, rather than take a good token for an old one's."""
    headers = cluster.admin()
    for number in range(ROUNDS):
        here, there, elsewhere = (cluster.nodes[(number + step) % 3] for step in range(3))
        token = register(here, fresh_name("given")).json()["refresh"]
        assert there.http.post("/oauth/introspect", data={"token": token}, headers=headers).json()["active"] is True
        token = register(here, fresh_name("taken")).json()["refresh"]
        assert there.http.post("/oauth/revoke", data={"token": token}).status_code == 200
        assert elsewhere.http.post("/api/v1/auth/refresh", json={"refresh": token}).status_code == 401, "acknowledged, so it counts"


def test_a_new_account_logs_in_elsewhere_at_once(cluster):
    """A command decides by the log, so that it needs no position to know what was acknowledged."""
    for number in range(ROUNDS):
        name = fresh_name("moved")
        assert register(cluster.nodes[number % 3], name).status_code == 201
        assert login_book_corners(cluster.nodes[(number + 1) % 3], name).status_code == 200


def test_what_i_wrote_i_read_on_any_node(cluster, a):
    headers = cluster.admin()
    for number in range(10):
        name = fresh_name("read")
        made = register(cluster.nodes[number % 3], name)
        position = made.headers["Ledgate-Position"]
        for node in cluster.nodes:
            rows = walk(node, "/api/v1/users", {**headers, "Ledgate-Min-Position": position}, limit=100)
            assert name in [row["username"] for row in rows]


def test_a_position_that_never_comes_is_not_waited_for_without_end(a):
    begin = time.monotonic()
    answer = a.http.get("/readyz", headers={"Ledgate-Min-Position": "999999999"})
    assert answer.status_code in (400, 503), answer.text
    assert time.monotonic() - begin < 10


def test_a_logout_is_obeyed_everywhere_within_a_second(cluster, a):
    name = new_user(a).name
    slowest = 0.0
    for number in range(ROUNDS):
        here = cluster.nodes[number % 3]
        others = [node for node in cluster.nodes if node is not here]
        session = session_ndastro(here, name)
        assert all(me(node, session.access).status_code == 200 for node in cluster.nodes)
        assert here.http.post("/api/v1/auth/logout", headers=bearer(session.access)).status_code == 200
        begin = time.monotonic()
        assert me(here, session.access).status_code == 401, "the node that answered knows it"
        for node in others:
            assert until(lambda: me(node, session.access).status_code == 401, REVOKED_SECONDS) is not None, "refused within a second"
        slowest = max(slowest, time.monotonic() - begin)
        assert all(me(node, session.access).status_code == 401 for node in cluster.nodes), "and for ever"
        assert all(refresh_ndastro(node, *session).status_code == 401 for node in others)
    print(f"slowest of {ROUNDS}: {slowest * 1000:.0f} ms")


def test_a_logout_is_obeyed_at_once_by_whoever_knows_its_position(cluster, a):
    name = new_user(a).name
    for _ in range(ROUNDS):
        session = session_ndastro(a, name)
        ended = a.http.post("/api/v1/auth/logout", headers=bearer(session.access))
        for node in cluster.nodes:
            asked = node.http.get("/api/v1/auth/me", headers={**bearer(session.access), "Ledgate-Min-Position": ended.headers["Ledgate-Position"]})
            assert asked.status_code == 401


def changed_password(node, session, old, new):
    return node.http.put("/api/auth/me/password", headers=bearer(session.access), json={"old_password": old, "new_password": new})


def test_a_password_change_is_obeyed_everywhere_within_a_second(cluster):
    """The session that changed it goes on, all others end; the log knows one password at a time, whichever node is asked."""
    for number in range(ROUNDS // 4):
        here = cluster.nodes[number % 3]
        name = new_user(here).name
        session, other = session_ndastro(here, name), session_ndastro(cluster.nodes[(number + 1) % 3], name)
        assert all(me(node, other.access).status_code == 200 for node in cluster.nodes)
        assert changed_password(here, session, PASSWORD, CHANGED).status_code == 200
        for node in cluster.nodes:
            assert until(lambda: me(node, other.access).status_code == 401, REVOKED_SECONDS) is not None, "refused within a second"
        for node in cluster.nodes:
            assert me(node, other.access).status_code == 401, "and for ever"
            assert me(node, session.access).status_code == 200
            assert refresh_ndastro(node, *other).status_code == 401
            assert login_book_corners(node, name).status_code == 401
            assert login_book_corners(node, name, CHANGED).status_code == 200


def test_a_deactivation_is_obeyed_everywhere_within_a_second(cluster, a):
    headers = cluster.admin()
    for number in range(ROUNDS // 4):
        here = cluster.nodes[number % 3]
        name = new_user(here).name
        session = session_ndastro(here, name)
        assert all(me(node, session.access).status_code == 200 for node in cluster.nodes)
        row = user_row(here, headers, name)
        assert here.http.post(f"/api/v1/users/{row['id']}/deactivate", headers=headers).status_code == 200
        for node in cluster.nodes:
            assert until(lambda: me(node, session.access).status_code in (401, 403), REVOKED_SECONDS) is not None
        assert all(me(node, session.access).status_code in (401, 403) for node in cluster.nodes)
        assert all(login_book_corners(node, name).status_code in (400, 401, 403) for node in cluster.nodes), "the log decides, on any node"
        assert all(refresh_ndastro(node, *session).status_code in (401, 403) for node in cluster.nodes)


def test_keys_are_shared(cluster):
    """One set of signing keys, whoever asks whom."""
    published = [{key["kid"] for key in node.http.get("/.well-known/jwks.json").json()["keys"]} for node in cluster.nodes]
    assert published[0] and published[0] == published[1] == published[2]


def test_one_administrator_however_many_nodes_began(cluster):
    headers = cluster.admin()
    for node in cluster.nodes:
        rows = [row for row in walk(node, "/api/v1/users", headers, limit=100) if row["role"] == "admin"]
        assert [(row["username"], row["number"]) for row in rows] == [("admin", 1)]
        born = walk(node, "/api/v1/audit/events", headers, type="UserRegistered", limit=100)
        assert len([item for item in born if item["user"] == rows[0]["id"]]) == 1
