"""Real Apache Kafka brokers, run by tests/kafka/brokers.py."""

import contextlib
import json
import pathlib
import select
import subprocess
import sys

import httpx

from .waiting import PATIENCE, eventually

LAUNCHER = pathlib.Path(__file__).resolve().parents[2] / "kafka/brokers.py"
READY_SECONDS = 180  # with the first download of Kafka
COMMAND_SECONDS = 120


class Brokers:
    """Brokers numbered from 1, in the directory `home`; every call returns when it has happened. With a `password` they
    listen with TLS too, and `secure` says where and with what (tests/kafka/secure.py)."""

    def __init__(self, home, count=1, settings=None, password=None):
        self.home = pathlib.Path(home)
        self.count = count
        words = [f"--set={key}={value}" for key, value in (settings or {}).items()]
        words += [f"--password={password}"] if password else []
        self.launcher = subprocess.Popen([sys.executable, "-B", LAUNCHER, "--brokers", str(count), *words, self.home], text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            ready = self._answer(READY_SECONDS)
            assert ready.get("ready"), ready.get("error")
        except BaseException:
            self.end()
            raise
        self.bootstrap = ready["bootstrap"]
        self.ports = ready["ports"]
        self.secure = ready.get("secure")

    def kill(self, number=1):
        """SIGKILL."""
        self._tell("kill", number)

    def pause(self, number=1):
        """SIGSTOP: alive, and silent."""
        self._tell("pause", number)

    def resume(self, number=1):
        self._tell("resume", number)

    def terminate(self, number=1):
        """SIGTERM: controlled shutdown, waited for."""
        self._tell("terminate", number)

    def start(self, number=1):
        """Again, on the same port and log; it serves when this returns, where a majority runs."""
        self._tell("start", number)

    def kill_all(self):
        for number in range(1, self.count + 1):
            self.kill(number)

    def start_all(self):
        """All at once: one by one, each would wait for those that are still to come."""
        self._tell("start", " ".join(str(number) for number in range(1, self.count + 1)))

    def end(self):
        """End them all; what they wrote stays in `home`."""
        with contextlib.suppress(BrokenPipeError):
            self.launcher.stdin.close()
        try:
            self.launcher.wait(30 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.launcher.kill()
            self.launcher.wait()
        self.launcher.stdout.close()

    def _tell(self, command, numbers):
        self.launcher.stdin.write(f"{command} {numbers}\n")
        self.launcher.stdin.flush()
        answer = self._answer(COMMAND_SECONDS)
        assert answer.get("ok"), f"{command} {numbers}: {answer.get('error')}"

    def _answer(self, seconds):
        ready, _, _ = select.select([self.launcher.stdout], [], [], seconds * PATIENCE)
        assert ready, f"no word from the launcher in {seconds * PATIENCE} s"
        line = self.launcher.stdout.readline()
        assert line, f"the launcher ended with {self.launcher.wait(30)}"
        return json.loads(line)


def readiness(node):
    """The status of /readyz and the reasons in one text; (0, why) when nothing answers."""
    try:
        answer = node.http.get("/readyz")
        return answer.status_code, " ".join(answer.json()["reasons"])
    except httpx.TransportError as error:
        return 0, repr(error)


def ready(node, seconds=20):
    """The node, once it has joined its journal."""
    eventually(f"{node.home} ready; it says {readiness(node)}", lambda: readiness(node)[0] == 200, seconds, every=0.05)
    return node
