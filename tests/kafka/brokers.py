#!/usr/bin/env -S python3 -B
"""Real Apache Kafka brokers for tests: one or several KRaft nodes (broker and controller in one) on free loopback ports.

    tests/kafka/brokers.py [--brokers N] [--set key=value]... [--password PASSWORD] DIRECTORY

Everything the brokers write lies in DIRECTORY, which must be empty or of an earlier run. All talk is JSON, one object per line.
The first line, once every broker knows all the others:

    {"ready": true, "bootstrap": "127.0.0.1:20001,127.0.0.1:20002", "ports": [20001, 20002], "pids": [17, 18]}

or {"ready": false, "error": …} and exit 1. With --password it also has "secure": two more listeners of every broker, with TLS
(tests/kafka/secure.py). Then one answer per command on standard input, brokers being numbered from 1:

    kill N        kill -9
    pause N       SIGSTOP: alive, and silent
    resume N      SIGCONT
    terminate N   SIGTERM: controlled shutdown, waited for
    start N...    start again on the same ports and logs, answered once they serve
    status        {"ok": true, "running": [1, 3]}

Answers are {"ok": true} or {"ok": false, "error": …}. End of input, SIGTERM or SIGINT ends all brokers and the program with 0. They are
killed rather than asked, since three controllers that leave at once wait for each other; what they acknowledged is with the kernel by then.
"""

import argparse
import base64
import ctypes
import json
import pathlib
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

from ports import HeldPort
from secure import Secure

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CLASSES = REPOSITORY / "build/kafka/lib"
JVM = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Djava.net.preferIPv4Stack=true",
       "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
       "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS", "-Dorg.slf4j.simpleLogger.showThreadName=false")
START_SECONDS = 150
STOP_SECONDS = 30
PR_SET_PDEATHSIG = 1
METADATA = 3
libc = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """A broker did not do what was asked; the text is for whoever asked."""


def die_with_parent():
    """In the child: no broker outlives this program, however it ends."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def new_cluster_id():
    """As Kafka makes its own: 16 bytes in base64url, and no dash in front, which would be read as an option."""
    while True:
        text = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
        if not text.startswith("-"):
            return text


def known_brokers(port):
    """The numbers of the brokers that the one on `port` knows to be alive: Kafka's Metadata request, version 1, for no topic."""
    body = struct.pack(">hhih", METADATA, 1, 1, -1) + struct.pack(">i", 0)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            stream = connection.makefile("rb")
            (size,) = struct.unpack(">i", stream.read(4))
            answer = stream.read(size)
            (count,) = struct.unpack_from(">i", answer, 4)
            at, found = 8, set()
            for _ in range(count):
                number, length = struct.unpack_from(">ih", answer, at)
                at += 6 + length + 4
                (length,) = struct.unpack_from(">h", answer, at)
                at += 2 + max(length, 0)
                found.add(number)
            return found
    except (OSError, struct.error):
        return set()


class Broker:
    """One process with its directory. It keeps its ports for as long as this program runs."""

    def __init__(self, number, home):
        self.number = number
        self.home = home
        self.held = [HeldPort() for _ in range(4)]
        self.port, self.controller_port, self.password_port, self.certificate_port = (port.number for port in self.held)
        self.process = None

    def listeners(self, secure):
        """Those for clients."""
        listeners = f"CLIENT://127.0.0.1:{self.port}"
        if secure is not None:
            listeners += f",PASSWORD://127.0.0.1:{self.password_port},CERTIFICATE://127.0.0.1:{self.certificate_port}"
        return listeners

    def configure(self, brokers, overrides, secure):
        count = len(brokers)
        settings = {
            "process.roles": "broker,controller",
            "node.id": self.number,
            "controller.quorum.voters": ",".join(f"{one.number}@127.0.0.1:{one.controller_port}" for one in brokers),
            "listeners": f"{self.listeners(secure)},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": self.listeners(secure),
            "listener.security.protocol.map": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,PASSWORD:SASL_SSL,CERTIFICATE:SSL",
            "inter.broker.listener.name": "CLIENT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": self.home / "log",
            "auto.create.topics.enable": "false",
            "unclean.leader.election.enable": "false",
            "num.partitions": 1,
            "default.replication.factor": count,
            "min.insync.replicas": 2 if count >= 3 else 1,
            "offsets.topic.num.partitions": 1,
            "offsets.topic.replication.factor": count,
            "transaction.state.log.num.partitions": 1,
            "transaction.state.log.replication.factor": count,
            "transaction.state.log.min.isr": 2 if count >= 3 else 1,
            "group.initial.rebalance.delay.ms": 0,
            "log.retention.ms": -1,
            "log.segment.bytes": 16 << 20,
            "log.cleaner.dedupe.buffer.size": 4 << 20,
            "num.network.threads": 2,
            "num.io.threads": 2,
            "broker.session.timeout.ms": 4000,
            "broker.heartbeat.interval.ms": 500,
            "replica.lag.time.max.ms": 10000,
            **(secure.settings() if secure is not None else {}),
            **overrides,
        }
        self.home.mkdir(parents=True, exist_ok=True)
        self.config.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))

    @property
    def config(self):
        return self.home / "server.properties"

    def java(self, *words):
        """A JVM whose output is appended to this broker's output.log."""
        with open(self.home / "output.log", "ab") as output:
            # Not in our process group: Ctrl-C is for this program, which ends the brokers itself.
            return subprocess.Popen(["java", *JVM, "-cp", f"{CLASSES}/*", *words], cwd=self.home, stdin=subprocess.DEVNULL, stdout=output,
                                    stderr=output, start_new_session=True, preexec_fn=die_with_parent)

    def format(self, cluster, words):
        """Begins to lay out an empty log; nothing to do where one is."""
        if (self.home / "log/meta.properties").exists():
            return None
        return self.java("kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", self.config, *words)

    def spawn(self):
        self.process = self.java("kafka.Kafka", self.config)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def await_ready(self, numbers, deadline):
        while not numbers <= known_brokers(self.port):
            if not self.running():
                raise Failed(f"broker {self.number} ended with {self.process.returncode}: {self.last_words()}")
            if time.monotonic() > deadline:
                raise Failed(f"broker {self.number} not ready in {START_SECONDS} s: {self.last_words()}")
            time.sleep(0.05)

    def last_words(self):
        return (self.home / "output.log").read_text(errors="replace")[-1500:]

    def signal(self, what):
        if not self.running():
            raise Failed(f"broker {self.number} does not run")
        self.process.send_signal(what)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS)


class Brokers:
    """All of them, and the commands on them."""

    def __init__(self, home, count, overrides, secure=None):
        self.all = [Broker(number, home / f"broker-{number}") for number in range(1, count + 1)]
        self.home = home
        self.overrides = overrides
        self.secure = secure

    def start_all(self):
        deadline = time.monotonic() + START_SECONDS
        cluster_file = self.home / "cluster.id"
        if not cluster_file.exists():
            cluster_file.write_text(new_cluster_id())
        words = self.secure.format_words() if self.secure is not None else ()
        formats = []
        for broker in self.all:
            broker.configure(self.all, self.overrides, self.secure)
            formats.append((broker, broker.format(cluster_file.read_text(), words)))
        for broker, process in formats:
            if process is not None and process.wait(START_SECONDS) != 0:
                raise Failed(f"no log for broker {broker.number}: {broker.last_words()}")
        for broker in self.all:
            broker.spawn()
        numbers = {broker.number for broker in self.all}
        for broker in self.all:
            broker.await_ready(numbers, deadline)

    def end_all(self):
        for broker in self.all:
            if broker.running():
                broker.process.kill()
        for broker in self.all:
            if broker.process is not None:
                broker.process.wait(STOP_SECONDS)

    def obey(self, words):
        """One command; what is to be said about it besides ok."""
        if words == ["status"]:
            return {"running": [broker.number for broker in self.all if broker.running()]}
        if words[:1] == ["start"] and len(words) > 1:
            self.start([self.named(word) for word in words[1:]])
            return {}
        if len(words) != 2 or words[0] not in ("kill", "pause", "resume", "terminate"):
            raise Failed(f"no command: {' '.join(words)}")
        broker = self.named(words[1])
        if words[0] == "kill":
            broker.kill()
        elif words[0] == "pause":
            broker.signal(signal.SIGSTOP)
        elif words[0] == "resume":
            broker.signal(signal.SIGCONT)
        else:
            broker.signal(signal.SIGTERM)
            broker.process.wait(STOP_SECONDS)
        return {}

    def named(self, word):
        if not word.isdecimal() or not 1 <= int(word) <= len(self.all):
            raise Failed(f"no broker: {word}")
        return self.all[int(word) - 1]

    def start(self, brokers):
        for broker in brokers:
            if broker.running():
                raise Failed(f"broker {broker.number} runs")
        for broker in brokers:
            broker.spawn()
        if not self.majority_runs():
            return  # they cannot serve before others are back
        deadline = time.monotonic() + START_SECONDS
        for broker in brokers:
            broker.await_ready({broker.number}, deadline)

    def majority_runs(self):
        return 2 * sum(broker.running() for broker in self.all) > len(self.all)


def say(**what):
    print(json.dumps(what), flush=True)


def setting(text):
    key, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError("key=value")
    return key, value


def arguments():
    parser = argparse.ArgumentParser(description="Apache Kafka brokers for tests")
    parser.add_argument("--brokers", type=int, default=1, metavar="N")
    parser.add_argument("--set", type=setting, action="append", default=[], metavar="KEY=VALUE", help="a broker setting, on all of them")
    parser.add_argument("--password", metavar="PASSWORD", help="listeners with TLS as well; the password of their user, letters and digits")
    parser.add_argument("directory", type=pathlib.Path)
    return parser.parse_args()


def stop(_number, _frame):
    raise SystemExit(0)


def main():
    chosen = arguments()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    if shutil.which("java") is None:
        say(ready=False, error="no java: run scripts/install cluster")
        return 1
    subprocess.run([REPOSITORY / "scripts/kafka"], check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    home = chosen.directory.resolve()
    secure = Secure(home / "tls", chosen.password) if chosen.password else None
    brokers = Brokers(home, chosen.brokers, dict(chosen.set), secure)
    try:
        home.mkdir(parents=True, exist_ok=True)
        brokers.start_all()
        say(ready=True, bootstrap=",".join(f"127.0.0.1:{one.port}" for one in brokers.all), ports=[one.port for one in brokers.all],
            pids=[one.process.pid for one in brokers.all], **({"secure": secure.described(brokers.all)} if secure is not None else {}))
        for line in sys.stdin:
            try:
                say(ok=True, **brokers.obey(line.split()))
            except Failed as failure:
                say(ok=False, error=str(failure))
    except Failed as failure:
        say(ready=False, error=str(failure))
        return 1
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        brokers.end_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
