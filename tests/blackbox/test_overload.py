"""Design §8: everything has a number; over it the answer is 503 at once, and a log-in storm slows nobody else."""

import concurrent.futures
import statistics
import time

import pytest

from harness.client import login_003, me, new_user
from harness.node import new_client
from harness.routes import envelope_fault

STORM = 200


@pytest.mark.slow
def test_a_log_in_storm(fresh):
    """Far more log-ins than the pool hashes: each is 200, or 503 with Retry-After; token checks stay quick; then all is well."""
    node = fresh({"argon2.memory_kib": 32768, "argon2.iterations": 3})
    user = new_user(node)

    def storm(_):
        with new_client(node.url) as http:
            return http.post("/api/v1/auth/login", json={"username": user.name, "password": user.password})

    with concurrent.futures.ThreadPoolExecutor(STORM) as pool:
        answers = [pool.submit(storm, number) for number in range(STORM)]
        checks = []
        while not all(answer.done() for answer in answers):
            begin = time.perf_counter()
            assert me(node, user.access).status_code == 200
            checks.append(time.perf_counter() - begin)
        answers = [answer.result() for answer in answers]
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert 200 in {answer.status_code for answer in answers}
    for answer in answers:
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) > 0
            assert envelope_fault("003", answer) is None
    assert statistics.median(checks) < 0.25, "token checks wait behind hashes"
    assert login_003(node, user.name).status_code == 200
