"""Faults of operation: each ends in one clear line and a non-zero exit, and damages nothing."""

import json
import os
import re
import shutil
import socket
import subprocess

import httpx
import pytest

from harness.client import admin, audit, fresh_name, login_book_corners, new_user, register, walk
from harness.node import run
from harness.waiting import PATIENCE, eventually


def plain_lines(text):
    """The lines of an output that are not JSON log records."""
    found = []
    for line in text.splitlines():
        try:
            json.loads(line)
        except ValueError:
            found += [line] if line.strip() else []
    return found


def refuses_to_start(node, *words, code=None):
    """The process ends by itself, not by a signal, with one line that has all the words; it never says it is ready."""
    node.spawn()
    ended = node.process.wait(15 * PATIENCE)
    said = node.said()
    assert ended > 0, f"exit {ended}: {said[-1000:]}"
    assert code is None or ended == code, f"exit {ended}: {said[-1000:]}"
    lines = plain_lines(node.output("stderr").read_text(errors="replace"))
    assert len(lines) == 1, f"not one clear line: {lines}"
    missing = [word for word in words if word.lower() not in lines[0].lower()]
    assert not missing, f"{missing} not in {lines[0]!r}"
    assert "listening on" not in said


@pytest.fixture
def lived_in(fresh):
    """A stopped node with data, and the name of a user in it."""
    node = fresh()
    node.known = new_user(node)
    node.stop()
    return node


def still_whole(node):
    node.start()
    assert login_book_corners(node, node.known.name).status_code == 200
    node.stop()


# --- keys ------------------------------------------------------------------------------------------------------------

@pytest.mark.smoke
def test_first_start_makes_a_private_key_file(fresh):
    node = fresh()
    assert node.master_key.stat().st_mode & 0o777 == 0o600
    for inside in node.data.iterdir():
        assert inside.stat().st_mode & 0o077 == 0, f"{inside.name} is nobody else's"


def test_missing_key_file(lived_in):
    """With data there, a new key would silently lock it away for ever: refuse, and make no file."""
    kept = lived_in.master_key.read_bytes()
    lived_in.master_key.unlink()
    refuses_to_start(lived_in, "key", str(lived_in.master_key))
    assert not lived_in.master_key.exists()
    lived_in.master_key.write_bytes(kept)
    lived_in.master_key.chmod(0o600)
    still_whole(lived_in)


@pytest.mark.parametrize("mode", [0o644, 0o620, 0o604, 0o660])  # 0o640 is good where the file is root's: a Kubernetes Secret
def test_too_open_key_file(lived_in, mode):
    lived_in.master_key.chmod(mode)
    refuses_to_start(lived_in, "key", str(lived_in.master_key))
    lived_in.master_key.chmod(0o600)
    still_whole(lived_in)


def test_wrong_key_file(lived_in, fresh):
    """The key file of another installation."""
    other = fresh()
    other.stop()
    kept = lived_in.master_key.read_bytes()
    lived_in.master_key.write_bytes(other.master_key.read_bytes())
    refuses_to_start(lived_in, "key")
    lived_in.master_key.write_bytes(kept)
    still_whole(lived_in)


@pytest.mark.parametrize("content", [b"", b"\n", b"junk", b"\x00" * 4096], ids=["empty", "newline", "junk", "zeros"])
def test_damaged_key_file(lived_in, content):
    kept = lived_in.master_key.read_bytes()
    lived_in.master_key.write_bytes(content)
    refuses_to_start(lived_in, "key")
    lived_in.master_key.write_bytes(kept)
    still_whole(lived_in)


def test_truncated_key_file(lived_in):
    kept = lived_in.master_key.read_bytes()
    lived_in.master_key.write_bytes(kept[:len(kept) // 2])
    refuses_to_start(lived_in, "key")
    lived_in.master_key.write_bytes(kept)
    still_whole(lived_in)


# --- settings and the command line -----------------------------------------------------------------------------------

def test_occupied_port(fresh):
    """70 as --help says, and a start that never was leaves nothing in the trail."""
    node = fresh.idle()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        node.settings["listen"] = f"127.0.0.1:{port}"
        for _ in range(2):
            refuses_to_start(node, str(port), code=70)
    node.start()
    assert len(audit(node, admin(node), type="ServiceStarted")) == 1


def test_occupied_port_gives_no_password_away(fresh):
    """The password that is shown once is that of a start which goes through."""
    node = fresh.idle()
    with socket.create_server(("0.0.0.0", 0)) as taken:
        node.settings["listen"] = f"0.0.0.0:{taken.getsockname()[1]}"
        refuses_to_start(node, "listen", code=70)
    assert "password" not in node.said()
    node.start()
    shown = re.search(r"password \(shown this once\) is (\S+)", node.said())
    assert login_book_corners(node, "admin", shown.group(1)).status_code == 200


@pytest.mark.parametrize("settings, word", [
    ({"no.such_thing": "1"}, "such_thing"), ({"argon2.memory_kib": "lots"}, "argon2.memory_kib"), ({"argon2.memory_kib": "-1"}, "argon2.memory_kib"),
    ({"rate_limits.enabled": "perhaps"}, "rate_limits.enabled"), ({"listen": "nonsense"}, "listen"), ({"listen": "127.0.0.1:99999"}, "listen"),
    ({"trusted_proxies": "10.0.0.0/99"}, "trusted_proxies"), ({"journal": "paper"}, "journal"), ({"wait_seconds": "soon"}, "wait_seconds"),
])
def test_senseless_settings(fresh, settings, word):
    """Unknown keys and impossible values are errors that name the key, whichever way they come."""
    refuses_to_start(fresh.idle(settings), word)


def test_unknown_flag_and_unknown_key_in_the_file(fresh, tmp_path):
    refuses_to_start(fresh.idle(flags=["--no.such-thing", "1"]), "no.such-thing", code=2)
    config = tmp_path / "ledgate.toml"
    config.write_text("[argon2]\nmemory_kib = 1024\nmemory_kb = 5\n")
    refuses_to_start(fresh.idle(flags=["--config", str(config)]), "argon2.memory_kb")


@pytest.mark.parametrize("text", ["listen = ", "= 5\n", "[argon2\n", "a = 1\na = 2\n", "\x00\x01", "listen = [1, 2]\n"])
def test_malformed_file(fresh, tmp_path, text):
    config = tmp_path / "ledgate.toml"
    config.write_text(text)
    refuses_to_start(fresh.idle(flags=["--config", str(config)]), "")


def test_missing_file(fresh, tmp_path):
    refuses_to_start(fresh.idle(flags=["--config", str(tmp_path / "none.toml")]), "none.toml")


def test_file_environment_flag_in_this_order(fresh, tmp_path):
    """Design §7: the later wins; --print-config shows what is in force, secrets masked."""
    config = tmp_path / "ledgate.toml"
    config.write_text('wait_seconds = 3\n[rate_limits]\nlogin = 3\nregister = 3\nrefresh = 3\n[admin]\npassword = "hidden-Horse7"\n')
    done = run("serve", "--config", str(config), "--rate_limits.refresh", "9", "--print-config", cwd=tmp_path,
               settings={"rate_limits.register": "7", "rate_limits.refresh": "7"})
    assert done.returncode == 0, done.stderr
    shown = {line.split("=")[0].strip().rsplit(".", 1)[-1]: line.split("=")[1].strip() for line in done.stdout.splitlines() if "=" in line}
    assert (shown["login"], shown["register"], shown["refresh"], shown["wait_seconds"]) == ("3", "7", "9", "3")
    assert "hidden-Horse7" not in done.stdout + done.stderr


@pytest.mark.smoke
@pytest.mark.parametrize("words", [[], ["frobnicate"], ["serve", "--bogus"], ["verify", "--bogus"], ["serve", "extra"]],
                         ids=lambda words: " ".join(words) or "nothing")
def test_wrong_usage(words, tmp_path):
    """Exit 2 with one clear line."""
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(plain_lines(done.stderr)) == 1, done.stderr


@pytest.mark.smoke
@pytest.mark.parametrize("words", [["--help"], ["serve", "--help"], ["rebuild", "--help"], ["verify", "--help"], ["--version"]], ids=" ".join)
def test_help_and_version(words, tmp_path):
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 0 and done.stdout.strip() and not done.stderr


# --- data ------------------------------------------------------------------------------------------------------------

def test_second_process_on_the_same_data(fresh):
    node = fresh()
    second = fresh.idle(home=node.home / "second")
    second.settings.update({"data": node.data, "master_key_file": node.master_key})
    refuses_to_start(second, str(node.data))
    assert register(node).status_code == 201, "the first one is not disturbed"
    node.stop()


def journal_directory(node):
    found = [path for path in node.data.iterdir() if path.is_dir() and "journal" in path.name]
    assert len(found) == 1, f"design §4 of the issue: the embedded journal has its own directory; {list(node.data.iterdir())}"
    return found[0]


def test_data_directory_of_another_journal(lived_in, fresh):
    """Rows of one journal beside another journal, under the same keys: fail-stop, never a reset."""
    other = fresh.idle(home=lived_in.home / "other")
    shutil.copyfile(lived_in.master_key, other.master_key)
    other.master_key.chmod(0o600)
    other.start()
    other.stop()
    mine, theirs = journal_directory(lived_in), journal_directory(other)
    mine.rename(mine.with_name("kept"))
    shutil.copytree(theirs, mine)
    refuses_to_start(lived_in, "journal")
    assert lived_in.command("verify").returncode != 0
    shutil.rmtree(mine)
    mine.with_name("kept").rename(mine)
    still_whole(lived_in)


def test_journal_older_than_the_rows(fresh):
    """A journal put back from an older copy has lost what was acknowledged: fail-stop."""
    node = fresh()
    new_user(node)
    node.stop()
    journal = journal_directory(node)
    older = node.home / "older"
    shutil.copytree(journal, older)
    node.start()
    node.known = new_user(node)
    node.stop()
    journal.rename(node.home / "kept")
    older.rename(journal)
    refuses_to_start(node, "journal")
    shutil.rmtree(journal)
    (node.home / "kept").rename(journal)
    still_whole(node)


def test_lost_rows_are_rebuilt(lived_in):
    """The log is the truth: without its read models a node makes them again."""
    journal = journal_directory(lived_in)
    for path in lived_in.data.iterdir():
        if path.is_dir() and path != journal:
            shutil.rmtree(path)
    assert lived_in.command("rebuild").returncode == 0
    still_whole(lived_in)


def lose_current(rows):
    (rows / "CURRENT").unlink()


def flip_in_manifest(rows):
    manifest = max(rows.glob("MANIFEST-*"))
    data = bytearray(manifest.read_bytes())
    data[20] ^= 0x40  # in the first record, behind its length: a record that seems longer than the file is a torn end to RocksDB
    manifest.write_bytes(data)


def other_rows(rows):
    shutil.rmtree(rows)
    rows.mkdir(mode=0o700)
    (rows / "CURRENT").write_text("MANIFEST-000099\n")


@pytest.mark.parametrize("damage", [lose_current, flip_in_manifest, other_rows], ids=lambda damage: damage.__name__)
def test_damaged_rows_are_rebuilt(lived_in, damage):
    """The start names the command that repairs them, verify finds them, rebuild says what was wrong and makes them anew."""
    damage(lived_in.data / "rows")
    refuses_to_start(lived_in, str(lived_in.data / "rows"), "ledgate rebuild", code=70)
    found = lived_in.command("verify")
    assert found.returncode == 1 and "cannot be read" in found.stdout, f"{found.returncode}: {found.stdout}{found.stderr}"
    repaired = lived_in.command("rebuild")
    assert repaired.returncode == 1 and "cannot be read" in repaired.stdout, f"{repaired.returncode}: {repaired.stdout}{repaired.stderr}"
    assert lived_in.command("verify").returncode == 0
    still_whole(lived_in)


def test_rows_of_another_journal_are_rebuilt(lived_in, fresh):
    other = fresh.idle(home=lived_in.home / "other")
    shutil.copyfile(lived_in.master_key, other.master_key)
    other.master_key.chmod(0o600)
    other.start()
    other.stop()
    shutil.rmtree(lived_in.data / "rows")
    shutil.copytree(other.data / "rows", lived_in.data / "rows")
    refuses_to_start(lived_in, "journal", code=70)
    repaired = lived_in.command("rebuild")
    assert repaired.returncode == 1 and "not the one" in repaired.stdout, f"{repaired.returncode}: {repaired.stdout}{repaired.stderr}"
    still_whole(lived_in)


def test_rebuild_keeps_the_rows_that_know_of_lost_records(fresh):
    """A journal put back from an older copy: the rows are the last witness, so rebuild leaves them."""
    node = fresh()
    node.stop()
    older = node.home / "older"
    shutil.copytree(journal_directory(node), older)
    node.start()
    new_user(node)
    node.stop()
    shutil.rmtree(journal_directory(node))
    older.rename(node.data / "journal")
    for word in ("verify", "rebuild"):
        done = node.command(word)
        assert done.returncode == 70 and len(plain_lines(done.stderr)) == 1, f"{done.returncode}: {done.stderr}"
    refuses_to_start(node, "journal", code=70)


def test_flipped_byte_in_the_journal(fresh):
    """Corruption in the middle refuses to open, or is found by verify; nothing behind it is dropped silently."""
    node = fresh()
    for _ in range(20):
        node.known = new_user(node)
    node.kill()
    journal = journal_directory(node)
    wal = max(journal.rglob("*.log"), key=lambda path: path.stat().st_size)
    data = bytearray(wal.read_bytes())
    data[len(data.rstrip(b"\x00")) // 3] ^= 0x40
    wal.write_bytes(data)
    refuses_to_start(node, "journal")


@pytest.mark.parametrize("place", ["/dev/null/data", "/proc/data"])
def test_data_that_cannot_be_made(fresh, place):
    refuses_to_start(fresh.idle({"data": place}), place)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 96 MiB, where the tests run as root."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", place], capture_output=True) if os.geteuid() == 0 else None
    if not done or done.returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(disk, leave):
    """A file that takes all but `leave` bytes."""
    status = os.statvfs(disk)
    size = status.f_bavail * status.f_frsize - leave
    with open(disk / "filler", "wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, size)


@pytest.mark.slow
def test_full_disk(fresh, small_disk):
    """Catalogue (c): no acknowledgement without a durable record, one clear line, non-zero exit; with room again, all is there."""
    node = fresh({"data": small_disk / "data"})
    fill(small_disk, 256 * 1024)
    kept = []

    def refused_or_ended():
        name = fresh_name("full")
        try:
            answer = register(node, name)
        except httpx.HTTPError:
            return True
        kept.extend([name] if answer.status_code == 201 else [])
        return answer.status_code != 201

    eventually("the disk to be full", refused_or_ended, seconds=60, every=0)
    eventually("the process to end", lambda: node.process.poll() is not None, seconds=10)
    assert node.process.returncode > 0
    assert any("space" in line.lower() or "disk" in line.lower() for line in node.said().splitlines())
    (small_disk / "filler").unlink()
    node.start()
    assert set(kept) <= {row["username"] for row in walk(node, "/api/v1/users", admin(node), limit=100)}


def test_start_on_a_full_disk(fresh, small_disk):
    fill(small_disk, 0)
    refuses_to_start(fresh.idle({"data": small_disk / "data"}), "")


@pytest.mark.parametrize("left", [0, 1 << 16, 1 << 19, 1 << 20], ids=lambda left: f"{left >> 10}KiB")
@pytest.mark.parametrize("ended", ["stopped", "killed"])
def test_start_where_the_disk_filled_up(fresh, small_disk, ended, left):
    """With data there: one line and 70 for as long as there is no room, whichever command opens it; then all is there again."""
    node = fresh({"data": small_disk / "data"})
    node.known = new_user(node)
    node.stop() if ended == "stopped" else node.kill()
    fill(small_disk, left)
    refuses_to_start(node, "space", code=70)
    done = node.command("verify")
    assert done.returncode == 70 and len(plain_lines(done.stderr)) == 1, f"{done.returncode}: {done.stderr}"
    (small_disk / "filler").unlink()
    still_whole(node)
