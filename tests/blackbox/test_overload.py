"""Design §8: everything has a number; over it the answer is 503 at once, and a log-in storm slows nobody else."""

import concurrent.futures
import json
import statistics
import time

import pytest

from harness import raw
from harness.client import PASSWORD, me, new_user

STORM = 100
DEADLINE = 8  # command.deadline_seconds
SLOW_HASH = {"argon2.memory_kib": 65536, "argon2.iterations": 20}  # about a second each: the storm is a minute of hashing


@pytest.mark.slow
def test_a_log_in_storm(fresh):
    """More log-ins than can be hashed within the command's deadline: each is answered by then, 200 or an honest refusal; token
    checks stay quick meanwhile."""
    node = fresh(SLOW_HASH)
    user = new_user(node)
    body = json.dumps({"username": user.name, "password": PASSWORD}).encode()
    login = raw.request("POST", "/api/v1/auth/login", [("Content-Type", "application/json")], body)
    connections = [raw.connect(node) for _ in range(STORM)]
    for connection in connections:
        connection.sendall(login)
    checks = []
    with concurrent.futures.ThreadPoolExecutor(STORM) as pool:
        answers = [pool.submit(raw.listen, connection, seconds=DEADLINE + 4, expect=1) for connection in connections]
        while not all(answer.done() for answer in answers):
            begin = time.perf_counter()
            assert me(node, user.access).status_code == 200
            checks.append(time.perf_counter() - begin)
    replies = [answer.result().replies for answer in answers]
    for connection in connections:
        connection.close()
    assert [] not in replies, f"{replies.count([])} of {STORM} without an answer after {DEADLINE + 4} s"
    statuses = {reply.status for [reply] in replies}
    assert 200 in statuses and statuses <= {200, 503, 504}
    assert all(int(reply.headers["retry-after"]) > 0 for [reply] in replies if reply.status == 503)
    assert statistics.median(checks) < 0.25, "token checks wait behind hashes"
