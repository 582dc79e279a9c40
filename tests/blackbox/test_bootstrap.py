"""First start: the default administrator is made once, through the journal, and never silently open to the network."""

import json
import pathlib
import re

import pytest

from harness.client import admin, audit, login_book_corners, login_lightnovel_crawler, walk
from harness.node import Node

OPEN = {"listen": "0.0.0.0:0"}


def administrators(node, password="admin"):
    rows = walk(node, "/api/v1/users", admin(node, password))
    return [(row["username"], row["role"]) for row in rows]


def warnings(text):
    """The messages of all JSON log lines at level warning or above."""
    found = []
    for line in text.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and str(record.get("log.level", "")).lower().startswith(("warn", "err", "crit")):
            found.append(line.lower())
    return found


@pytest.mark.smoke
def test_made_once(fresh):
    """One administrator after the first start and after the next ones; it came through the journal."""
    node = fresh()
    assert administrators(node) == [("admin", "admin")]
    node.restart()
    node.kill()
    node.start()
    assert administrators(node) == [("admin", "admin")]
    made = [event for event in audit(node, admin(node), limit=100) if event["type"] in ("UserRegistered", "UserImported")]
    assert len(made) == 1 and made[0]["position"] > 0


def test_a_warning_until_the_default_password_is_changed(fresh):
    """In the log of every start while admin/admin works."""
    node = fresh()
    assert any("admin" in line and "password" in line for line in warnings(node.said()))
    node.restart()
    assert any("admin" in line and "password" in line for line in warnings(node.said()))


def test_chosen_password(fresh):
    """`admin.password` is the administrator's, and is written nowhere."""
    node = fresh({"admin.password": "chosen-Horse7"})
    assert login_lightnovel_crawler(node, "admin", "admin").status_code == 401
    assert login_lightnovel_crawler(node, "admin", "chosen-Horse7").status_code == 200
    assert "chosen-Horse7" not in node.said()


def test_the_setting_counts_at_the_first_start_only(fresh):
    """The journal is the truth: a setting changed later resets nobody's password."""
    node = fresh()
    node.stop()
    node.settings["admin.password"] = "chosen-Horse7"
    node.start()
    assert login_book_corners(node, "admin", "admin").status_code == 200
    assert login_book_corners(node, "admin", "chosen-Horse7").status_code == 401


def printed_password(node):
    """The password somewhere in the output: the word there that logs in as admin."""
    words = set()
    for line in node.said().splitlines():
        if "password" in line.lower():
            words |= set(re.findall(r"[^\s\"',:;<>{}=]{8,}", line)) | set(re.findall(r"[A-Za-z0-9_\-+/=.!]{8,}", line))
    for word in sorted(words):
        if login_book_corners(node, "admin", word).status_code == 200:
            return word
    return None


def test_random_password_when_open_to_the_network(fresh):
    """Listening beyond loopback without `admin.password`: printed once, long, different each time; admin/admin is refused."""
    node = fresh(OPEN)
    assert login_book_corners(node, "admin", "admin").status_code == 401
    password = printed_password(node)
    assert password and len(password) >= 12
    assert node.said().count(password) == 1
    node.restart()
    assert password not in node.said() and printed_password(node) is None
    assert login_book_corners(node, "admin", password).status_code == 200
    assert administrators(node, password) == [("admin", "admin")]
    assert printed_password(fresh(OPEN)) != password


def test_no_random_password_when_one_is_chosen(fresh):
    node = fresh({**OPEN, "admin.password": "chosen-Horse7"})
    assert printed_password(node) is None
    assert login_book_corners(node, "admin", "chosen-Horse7").status_code == 200
    assert login_book_corners(node, "admin", "admin").status_code == 401


@pytest.mark.parametrize("setting", [{"public_url": "https://auth.example.org"}, {"trusted_proxies": "127.0.0.1"}])
def test_behind_a_proxy_of_this_host_the_password_is_a_random_one(fresh, setting):
    """A loopback address is no proof of a local client where a proxy stands before it."""
    node = fresh({**setting, "admin.password": None})
    assert login_lightnovel_crawler(node, "admin", "admin").status_code == 401
    printed = re.search(r"shown this once\) is (\S+)", node.said())
    assert printed and login_lightnovel_crawler(node, "admin", printed.group(1)).status_code == 200


def test_secrets_on_the_command_line_and_the_process(tmp_path):
    """The list of processes shows no secret, no core is dumped, and what is made is this user's alone."""
    node = Node(tmp_path / "node", flags=["--admin.password", "Violet-Anchor-19"])
    try:
        node.start()
        arguments = pathlib.Path(f"/proc/{node.process.pid}/cmdline").read_bytes()
        assert b"Violet" not in arguments and b"--admin.password" in arguments
        limits = pathlib.Path(f"/proc/{node.process.pid}/limits").read_text()
        assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE), limits
        made = [node.data, *node.data.rglob("*"), node.master_key]
        assert [path for path in made if path.stat().st_mode & 0o077] == []
        assert login_lightnovel_crawler(node, "admin", "Violet-Anchor-19").status_code == 200
    finally:
        node.discard()


def test_a_secret_from_a_file(fresh, tmp_path):
    """LEDGATE_ADMIN_PASSWORD_FILE, as container platforms mount secrets."""
    secret = tmp_path / "password"
    secret.write_text("Violet-Anchor-19\n")
    node = fresh({"admin.password_file": secret})
    assert login_lightnovel_crawler(node, "admin", "Violet-Anchor-19").status_code == 200
