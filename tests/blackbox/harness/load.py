"""Clients that register, log in, rotate, check and log out on any node, through whatever happens, and record what they were told."""

import contextlib
import itertools
import random
import threading
import types

import httpx

from .client import bearer, login_ndastro, me, refresh_ndastro, session_of
from .history import NOTHING, OK, REFUSED, UNKNOWN, History
from .node import new_client
from .waiting import PATIENCE

NAMES_TAKEN = "Username already exists."
CLIENT_SECONDS = 12  # longer than command.deadline_seconds
BETWEEN_SECONDS = 0.002  # nodes that refuse at once would else be asked without end, and the brokers get no processor to come back on
_numbers = itertools.count(1)


def verdict(answer, refused=(401,)):
    """503: it was not done and will not be, so that an effect that shows later has no cause in the history. 504: nobody knows."""
    if answer.status_code < 300:
        return OK
    if answer.status_code in refused:
        return REFUSED
    assert answer.status_code in (429, 503, 504), f"{answer.status_code}: {answer.text}"
    return UNKNOWN if answer.status_code == 504 else NOTHING


class Load:
    """`count` clients in threads of their own, from `with` to its end. Afterwards `accounts` and `sessions` are histories to be judged, and
    `check_everything` asks whether what was acknowledged is there."""

    def __init__(self, nodes, count=6, seed=20260101, stale=1.0):
        self.nodes = nodes
        self.stale = stale
        self.accounts = History("account")
        self.sessions = History("session")
        self.clients = [Client(self, number, random.Random(seed + number)) for number in range(count)]
        self.stopping = threading.Event()
        self.stem = f"load{next(_numbers)}x"

    def __enter__(self):
        for one in self.clients:
            one.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for one in self.clients:
            one.thread.join(60 * PATIENCE)

    def acknowledged(self):
        return self.accounts.count(OK) + self.sessions.count(OK)

    def judge(self, directory):
        """No fault in any client, and both histories linearizable."""
        for one in self.clients:
            assert not one.thread.is_alive(), "a client hangs"
            if one.fault:
                raise one.fault
        for name, history in (("accounts", self.accounts), ("sessions", self.sessions)):
            accepted, said = history.judged(directory / f"{name}.json")
            assert accepted, f"{said} (in {directory})"

    def check_everything(self):
        """What was acknowledged is there, on every node."""
        for one in self.clients:
            for name, password in one.accounts.items():
                answer = login_ndastro(self.nodes[len(name) % len(self.nodes)], name, password)
                assert answer.status_code == 200, f"{name} was acknowledged and is gone: {answer.text}"
            for key, session in one.live.items():
                for node in self.nodes:
                    assert me(node, session.access).status_code == 200, f"session {key} was acknowledged and is gone"


class Client:
    """One thread; it waits for an answer before it asks again. `accounts` and `live` are what it was told is so."""

    def __init__(self, load, number, dice):
        self.load = load
        self.number = number
        self.dice = dice
        self.accounts = {}  # name → password
        self.live = {}      # key → session, last answered for with ok
        self.fault = None
        self.thread = threading.Thread(target=self.run, name=f"client {number}", daemon=True)

    def run(self):
        with contextlib.ExitStack() as stack:
            self.doors = [types.SimpleNamespace(http=stack.enter_context(new_client(node.url))) for node in self.load.nodes]
            for door in self.doors:
                door.http.timeout = CLIENT_SECONDS * PATIENCE
            try:
                while not self.load.stopping.wait(BETWEEN_SECONDS):
                    self.act()
            except AssertionError as fault:
                self.fault = fault

    def act(self):
        choice = self.dice.random()
        with contextlib.suppress(httpx.TransportError):
            if choice < 0.25 or not self.accounts:
                self.register()
            elif choice < 0.4 or not self.live:
                self.log_in()
            elif choice < 0.65:
                self.refresh()
            elif choice < 0.95:
                self.check()
            else:
                self.log_out()

    def door(self):
        return self.dice.choice(self.doors)

    def register(self):
        """A name of one's own, or one that all clients want; in any case."""
        contested = self.dice.random() < 0.5
        name = f"{self.load.stem}c{self.dice.randrange(400)}" if contested else f"{self.load.stem}n{self.number}-{next(_numbers)}"
        password = f"correct-Horse7-{self.number}-{next(_numbers)}"
        spelled = self.dice.choice((name, name.upper(), name.capitalize()))
        body = {"username": spelled, "email": f"mail{self.number}-{next(_numbers)}@example.org", "password": password}
        with self.load.accounts.operation(self.number, name, "register", given=password) as operation:
            answer = self.door().http.post("/api/v1/auth/register", json=body)
            operation["result"] = verdict(answer, refused=(400,))
        if operation["result"] == REFUSED:
            assert answer.json()["message"] == NAMES_TAKEN, answer.text
        if operation["result"] == OK:
            self.accounts[name] = password

    def log_in(self):
        name, password = self.dice.choice(list(self.accounts.items()))
        with self.load.accounts.operation(self.number, name, "login", given=password) as operation:
            answer = login_ndastro(self.door(), name, password)
            operation["result"] = verdict(answer)
        assert operation["result"] != REFUSED, f"{name} was acknowledged, and its password is refused"
        if operation["result"] == OK:
            session = session_of(answer)
            # The answer is the first that anybody hears of this session: nothing can be asked of it while it is made.
            with self.load.sessions.operation(self.number, session.refresh, "login", following=session.refresh) as birth:
                birth["result"] = OK
            self.live[session.refresh] = session

    def pick(self):
        return self.dice.choice(list(self.live.items()))

    def refresh(self):
        key, session = self.pick()
        with self.load.sessions.operation(self.number, key, "refresh", given=session.refresh) as operation:
            answer = refresh_ndastro(self.door(), *session)
            operation["result"] = verdict(answer)
            if operation["result"] == OK:
                operation["next"] = session_of(answer).refresh
        if operation["result"] == OK:
            self.live[key] = session_of(answer)
        elif operation["result"] == REFUSED:
            self.live.pop(key)

    def check(self):
        key, session = self.pick()
        with self.load.sessions.operation(self.number, key, "check", stale=self.load.stale) as operation:
            operation["result"] = verdict(me(self.door(), session.access))
        if operation["result"] == REFUSED:
            self.live.pop(key)

    def log_out(self):
        key, session = self.pick()
        self.live.pop(key)  # whatever comes of it
        with self.load.sessions.operation(self.number, key, "logout") as operation:
            operation["result"] = verdict(self.door().http.post("/api/v1/auth/logout", headers=bearer(session.access)))
