"""Canaries: what a client typed in is nowhere in the data, the logs or the metrics, in no encoding."""

import base64
import json

import pytest

from harness.client import (admin, audit, basic, bearer, login_ndastro, login_book_corners, login_lightnovel_crawler, new_user, refresh_ndastro, refresh_book_corners, register, session_ndastro,
                            session_of)
from harness.mails import code_of, token_of
from harness.node import Node
from harness.smtp import SmtpServer

CANARY = "Qz7Vx"  # a stem that nothing else has; each planted word is stem, what it is, and a tail


def word(what):
    return f"{CANARY}-{what.replace(' ', '-')}-9wKfUe"


class Planted:
    """Everything that was typed or handed out, and must not be found: secrets, and personal data."""

    def __init__(self, node, mailbox):
        self.secrets, self.personal = {}, {}
        self.mailbox = mailbox
        self.passwords(node)
        self.tokens(node)
        self.people(node)
        self.one_time_things(node)
        node.metrics = node.http.get("/metrics").text

    def secret(self, what, value=None):
        self.secrets[what] = value or word(what)
        return self.secrets[what]

    def person(self, what, value):
        self.personal[what] = value
        return value

    def passwords(self, node):
        new_user(node, "canarybird", self.secret("good password"))
        register(node, "otherbird", password=self.secret("password of a refused registration"), email="not-an-address")
        register(node, "canarybird", password=self.secret("password for a taken name"))
        for what, login in (("book_corners", login_book_corners), ("ndastro", login_ndastro), ("lightnovel_crawler", login_lightnovel_crawler)):
            login(node, "canarybird", self.secret(f"wrong password {what}"))
            login(node, self.secret(f"password typed as name {what}"), self.secret(f"password beside it {what}"))
        node.http.post("/api/v1/auth/token", data={"username": "canarybird", "password": self.secret("wrong at token")})
        node.http.get("/api/v1/verify", headers=basic("canarybird", self.secret("wrong by Basic")))
        node.http.get("/api/v1/verify", headers=basic(self.secret("typed as Basic name"), "x"))
        node.http.post("/api/v1/auth/login", content=b'{"username":"canarybird","password":"%s"' % self.secret("in broken JSON").encode(),
                       headers={"Content-Type": "application/json"})
        node.http.post("/api/v1/auth/login", json={"username": "canarybird", "password": [self.secret("of a wrong type")]})
        node.http.post("/api/v1/auth/login", data={"username": "canarybird", "password": "x", "client_secret": self.secret("client_secret")})
        node.http.get("/api/v1/verify", params={"token": self.secret("in the query"), "scope": "read"})
        node.http.get(f"/no/such/{self.secret('in the path')}")

    def tokens(self, node):
        pair = login_book_corners(node, "canarybird", self.secrets["good password"]).json()
        session = session_ndastro(node, "canarybird", self.secrets["good password"])
        successor = session_of(refresh_ndastro(node, *session))
        refresh_ndastro(node, session.access, session.refresh)
        fresh = refresh_book_corners(node, pair["refresh"]).json()["access"]
        four = login_lightnovel_crawler(node, "canarybird@example.org", self.secrets["good password"]).json()["token"]
        handed_out = {"Book Corners access": pair["access"], "Book Corners refresh": pair["refresh"], "Book Corners second access": fresh, "ndastro-api access": session.access,
                      "ndastro-api refresh": session.refresh, "ndastro-api next access": successor.access, "ndastro-api next refresh": successor.refresh, "lightnovel-crawler token": four}
        for what, token in handed_out.items():
            self.secret(what, token)
        node.http.get("/api/v1/verify", headers={"Cookie": f"jwt={pair['access']}"})
        node.http.get("/api/v1/auth/me", headers=bearer(self.secret("junk bearer")))
        refresh_book_corners(node, self.secret("junk refresh token"))
        refresh_ndastro(node, successor.access, self.secret("junk rotating token"))
        node.http.post("/api/v1/auth/logout", headers={**bearer(session.access), "Cookie": f"refresh_token={self.secret('junk cookie')}"})
        node.http.post("/api/v1/auth/logout", headers={**bearer(successor.access), "Cookie": f"refresh_token={successor.refresh}"})

    def one_time_things(self, node):
        """Codes, reset tokens and API tokens: in the mail and in the answer, and nowhere else."""
        user = new_user(node, "canaryfinch", self.secret("password before a reset"))
        session = bearer(login_lightnovel_crawler(node, user.email, user.password).json()["token"])
        self.code_session = self.secret("otp session", node.http.post("/api/auth/me/send-otp", headers=session).json()["token"])
        self.code = code_of(self.mailbox.wait(user.email))
        wrong = f"{(int(self.code) + 1) % 1_000_000:06d}"
        node.http.post("/api/auth/verify-otp", files={"otp": (None, wrong), "token": (None, self.code_session)})
        assert node.http.post("/api/auth/verify-otp", files={"otp": (None, self.code), "token": (None, self.code_session)}).json() is True
        referrer = self.secret("API token", node.http.post("/api/auth/me/create-token", headers=session).json()["token"])
        node.http.get("/api/auth/verify-token", params={"token": self.secret("junk API token")})
        node.http.post("/api/auth/signup", json={"referrer": referrer, "email": self.person("newcomer", f"{CANARY}newcomer@example.org".lower()),
                                                 "password": self.secret("password at sign-up")})
        node.http.post(f"/api/v1/auth/password-recovery/{user.email}")
        self.reset_token = self.secret("reset token", token_of(self.mailbox.wait(user.email, 2)))
        self.secret("secret half of the reset token", self.reset_token[32:])
        node.http.post("/api/v1/auth/reset-password", json={"token": self.reset_token, "new_password": self.secret("new password")})
        node.http.post("/api/v1/auth/reset-password", json={"token": self.secret("junk reset token"), "new_password": self.secret("unused password")})
        node.http.post(f"/api/v1/auth/password-recovery/{self.secret('password typed as address')}")

    def people(self, node):
        name = self.person("user name", f"{CANARY}name".lower())
        address = self.person("address", f"{CANARY}mail@{CANARY}host.example".lower())
        agent = {"User-Agent": self.person("user agent", f"{CANARY}Agent/3.14")}
        assert register(node, name, address, headers=agent).status_code == 201
        login_book_corners(node, address, headers=agent)
        login_book_corners(node, name, "wrong-Horse7", headers=agent)
        login_book_corners(node, self.person("unknown address", f"{CANARY}nobody@example.org".lower()), headers=agent)
        register(node, self.person("refused name", f"{CANARY}refused".lower()), self.person("refused address", f"{CANARY}refused@example.org".lower()),
                 "12345678", headers=agent)
        audit(node, admin(node), limit=100)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """One node with all canaries, stopped, so that everything it holds is on the disk."""
    mailbox = SmtpServer().start()
    node = Node(tmp_path_factory.mktemp("secrets"), {"rate_limits.enabled": "false", "emails.enabled": "true", "smtp.url": mailbox.url,
                                                     "public_url": "https://auth.example.org"}).start()
    try:
        node.planted = Planted(node, mailbox)
        node.stop()
    finally:
        node.discard()
        mailbox.stop()
    return node


def spellings(value):
    """The value as bytes, and as it would stand in UTF-16, hexadecimal, base64 at each of the three offsets, and JSON."""
    plain = value.encode()
    yield from (plain, value.encode("utf-16-le"), value.encode("utf-16-be"), plain.hex().encode(), plain.hex().upper().encode())
    for skip in range(3):
        core = base64.b64encode(b"\0" * skip + plain)
        yield core[4 if skip else 0:len(core) - 4]
        yield base64.urlsafe_b64encode(b"\0" * skip + plain)[4 if skip else 0:len(core) - 4]
    yield json.dumps(value)[1:-1].encode()


def places(node):
    """All bytes that outlive the process: every file under its home (data, key, logs), and the metrics."""
    for path in sorted(node.home.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(node.home)), path.read_bytes()
    yield "metrics", node.metrics.encode()


def hits(node, words, only=lambda place: True):
    return [f"{what} in {place}" for place, data in places(node) if only(place) for what, value in words.items()
            if any(len(spelling) > 6 and spelling in data for spelling in spellings(value))]


def test_enough_is_planted(planted):
    """The search finds what is there: the port is in the log, and more than twenty secrets were typed."""
    assert len(planted.planted.secrets) > 20
    assert hits(planted, {"ready line": f"http://{planted.host}:{planted.port}"})


def test_no_secret_anywhere(planted):
    """Passwords, tokens, and what was typed as a name of nobody (often a password)."""
    assert hits(planted, planted.planted.secrets) == []


def test_no_code_and_no_raw_reset_token_in_journal_or_rows(planted):
    """Six digits stand by chance in times and durations of logs; in the data they do not. The token's bytes are not there either."""
    wanted = {"code": planted.planted.code.encode(), "bytes of the reset token": bytes.fromhex(planted.planted.reset_token[32:])}
    data = [(path, path.read_bytes()) for path in planted.data.rglob("*") if path.is_file() and not path.name.startswith("LOG")]
    assert len(data) > 5
    assert [f"{what} in {path}" for path, held in data for what, secret in wanted.items() if secret in held] == []


def test_the_signatures_of_tokens_are_nowhere(planted):
    """A token cut at its dots, or its last part alone, would do as well."""
    parts = {f"{what}, part {number}": part for what, token in planted.planted.secrets.items() if token.count(".") == 2
             for number, part in enumerate(token.split(".")) if number}
    assert hits(planted, parts) == []


def test_personal_data_is_sealed(planted):
    """Names, addresses and user agents stand sealed in journal and rows, and not in logs or metrics."""
    assert hits(planted, planted.planted.personal) == []


def test_error_answers_do_not_echo_secrets(node):
    """What FastAPI calls `input` is not the password."""
    for answer in (node.http.post("/api/v1/auth/login", json={"username": "x", "password": [word("list")]}),
                   node.http.post("/api/v1/auth/register", json={"username": "x", "email": "y", "password": word("short")[:11]}),
                   node.http.post("/api/auth/login", json={"email": "admin", "password": {"a": word("object")}}),
                   node.http.post("/api/v1/auth/token", data={"password": word("form")})):
        assert answer.status_code in (400, 422)
        assert CANARY not in answer.text
