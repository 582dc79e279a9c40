"""scripts/cluster: one command, one Ctrl-C."""

import re
import signal
import subprocess
import sys

import httpx
import pytest

from harness.cluster import free_port
from harness.node import BINARY, REPOSITORY
from harness.waiting import PATIENCE, eventually

START_SECONDS = 150


@pytest.fixture
def script(tmp_path):
    """The running script with one broker, its address, and the file of what it says."""
    address, said = f"127.0.0.1:{free_port()}", tmp_path / "said"
    with open(said, "wb") as out:
        process = subprocess.Popen([sys.executable, "-B", REPOSITORY / "scripts/cluster", "--brokers", "1", "--listen", address, "--binary", BINARY,
                                    "--data", tmp_path / "data", "--", "--argon2.memory_kib=1024"], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        eventually("the script says what to do", lambda: "Ctrl-C" in said.read_text() or process.poll() is not None, START_SECONDS, every=0.2)
        yield process, f"http://{address}", said
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60 * PATIENCE)


def test_one_command_starts_a_cluster_and_one_ends_it(script, tmp_path):
    process, url, said = script
    text = said.read_text()
    assert process.poll() is None, text
    with httpx.Client(base_url=url, trust_env=False, timeout=20) as http:
        body = {"username": "janedoe", "email": "jane@example.com", "password": "s3cure!Pass"}
        made = http.post("/api/v1/auth/register", json=body, headers={"X-Forwarded-For": "203.0.113.9"})
        assert made.status_code == 201, made.text
        for _ in range(9):
            asked = http.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {made.json()['access']}"})
            assert asked.json()["username"] == "janedoe", "every node behind nginx knows"
        assert http.get("/metrics").status_code == 404
        assert http.get("/readyz").json()["ready"]
        nodes = re.findall(r"[abc] (http://127\.0\.0\.1:\d+)", text)
        assert len(nodes) == 3
    process.send_signal(signal.SIGINT)
    assert process.wait(60 * PATIENCE) == 0, said.read_text()
    for node in nodes:
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{node}/healthz", trust_env=False)
    assert "did not end" not in said.read_text()
    for log in tmp_path.glob("data/*.log"):
        assert "ERROR" not in log.read_text(), f"{log.name}: {log.read_text()[-500:]}"


def test_what_a_client_says_of_itself_ends_at_nginx(script):
    """The address in the audit trail is the one nginx saw."""
    process, url, said = script
    assert process.poll() is None, said.read_text()
    with httpx.Client(base_url=url, trust_env=False, timeout=20) as http:
        http.post("/api/v1/auth/login", json={"username": "nobody", "password": "wrong-Horse7"}, headers={"X-Forwarded-For": "203.0.113.9"})
        admin = http.post("/api/v1/auth/token", data={"username": "admin", "password": "admin"}).json()["access_token"]
        items = http.get("/api/v1/audit/events", params={"type": "LoginFailed"}, headers={"Authorization": f"Bearer {admin}"}).json()["items"]
        assert [item["ip"] for item in items] == ["127.0.0.1"]
