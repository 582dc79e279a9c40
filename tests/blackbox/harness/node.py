"""One `ledgate serve` process with its own directory, and the other subcommands on the same data."""

import http.cookiejar
import os
import pathlib
import re
import signal
import subprocess

import httpx

from .waiting import PATIENCE, eventually

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("LEDGATE_BINARY", REPOSITORY / "build/release/ledgate")).resolve()
READY = re.compile(r"^ledgate listening on http://(\S+):(\d+)$", re.MULTILINE)
# Where clients from elsewhere may ask, the first password is a random one unless it is chosen: tests choose the one they know.
FROM_OUTSIDE = ("public_url", "trusted_proxies")
CHEAP = {"argon2.memory_kib": 1024, "argon2.iterations": 1, "rate_limits.enabled": "false"}


def environment(settings):
    """The environment of a child: nothing of ours named LEDGATE_…, and `a.b_c` as LEDGATE_A_B_C."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEDGATE_")}
    for name in ("DEBUG", "EMAILS_ENABLED"):
        kept.pop(name, None)
    for key, value in settings.items():
        kept["LEDGATE_" + key.upper().replace(".", "_")] = str(value)
    return kept


class Node:
    """Starts, stops, kills and restarts one service process on one data directory; its output lies in `home`."""

    def __init__(self, home, settings=None, flags=()):
        self.home = pathlib.Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        self.data = self.home / "data"
        self.master_key = self.home / "master.key"
        self.settings = {"listen": "127.0.0.1:0", "data": self.data, "master_key_file": self.master_key,
                         **CHEAP, **(settings or {})}
        if any(key in self.settings for key in FROM_OUTSIDE):
            self.settings.setdefault("admin.password", "admin")
        self.settings = {key: value for key, value in self.settings.items() if value is not None}
        self.flags = list(flags)
        self.program = [BINARY]
        self.process = None
        self.starts = 0
        self.http = None

    # --- process ---------------------------------------------------------------------------------------------------

    def spawn(self):
        """Start the process without waiting for it; the files of this start are stdout-N.log and stderr-N.log."""
        self.starts += 1
        with open(self.output("stdout"), "wb") as out, open(self.output("stderr"), "wb") as err:
            self.process = subprocess.Popen([*self.program, "serve", *self.flags], cwd=self.home, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=err, env=environment(self.settings))
        return self

    def start(self, seconds=10):
        """Start the process and wait for the ready line."""
        return self.spawn().await_ready_line(seconds)

    def await_ready_line(self, seconds=10):
        def ready_or_dead():
            return READY.search(self.output("stdout").read_text(errors="replace")) or self.process.poll() is not None

        try:
            eventually(f"ready line of {self.home}", ready_or_dead, seconds)
        except AssertionError:
            self.discard()  # whoever asked gets no node, and so could not end it
            raise
        ready = READY.search(self.output("stdout").read_text(errors="replace"))
        assert ready, f"ended with {self.process.poll()} before it was ready: {self.said()[-2000:]}"
        self.host, self.port = ready.group(1), int(ready.group(2))
        self.peer = "127.0.0.1" if self.host == "0.0.0.0" else self.host
        self.url = f"http://{self.peer}:{self.port}"
        self.http = new_client(self.url)
        return self

    def stop(self, seconds=10):
        """SIGTERM; the process must end with 0 in time."""
        self.hang_up()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds * PATIENCE)
        assert code == 0, f"exit {code} after SIGTERM: {self.said()[-2000:]}"

    def kill(self):
        """kill -9, as a power cut of the process."""
        self.process.kill()
        self.process.wait(10 * PATIENCE)
        self.hang_up()

    def restart(self):
        self.stop()
        return self.start()

    def discard(self):
        """End whatever still runs, without judging it."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10 * PATIENCE)
        self.hang_up()

    def hang_up(self):
        if self.http:
            self.http.close()
            self.http = None

    # --- output ----------------------------------------------------------------------------------------------------

    def output(self, stream, start=None):
        return self.home / f"{stream}-{start or self.starts}.log"

    def said(self, start=None):
        """Everything one start wrote, both streams; the last one by default."""
        return "".join(self.output(stream, start).read_text(errors="replace") for stream in ("stdout", "stderr"))

    # --- other subcommands -----------------------------------------------------------------------------------------

    def command(self, *words, settings=None, seconds=60):
        """Run `ledgate WORDS…` with this node's settings to its end."""
        return run(*words, settings={**self.settings, **(settings or {})}, cwd=self.home, seconds=seconds)


def run(*words, settings=None, cwd=None, seconds=20):
    """Run `ledgate WORDS…` to its end and return the CompletedProcess with text output."""
    return subprocess.run([BINARY, *words], cwd=cwd, env=environment(settings or {}), text=True, errors="replace",
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds * PATIENCE)


def new_client(url, **options):
    """A client that keeps no cookies: what is sent is what the test says, and nothing is carried between tests."""
    no_cookies = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(base_url=url, timeout=20 * PATIENCE, trust_env=False, cookies=no_cookies, **options)
