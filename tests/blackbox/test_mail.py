"""Mail, with real servers that want TLS and a log-in, refuse, are slow, are away; and nodes that are killed in the middle."""

import time
import urllib.parse

import pytest

from harness import smtp
from harness.client import PASSWORD as SECRET, admin, audit, bearer, fresh_name, login_lightnovel_crawler, new_user
from harness.mails import code_of, links_of, token_of
from harness.node import run
from harness.smtp import PASSWORD, USER, SmtpServer
from harness.waiting import eventually

pytestmark = pytest.mark.race

LINKS = "https://auth.example.org"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return smtp.make_certificate(tmp_path_factory.mktemp("smtp"))


@pytest.fixture
def serve():
    """Starts servers, and stops them all."""
    started = []

    def start(*words, **options):
        started.append(SmtpServer(*words, **options).start())
        return started[-1]

    yield start
    for server in started:
        server.stop()


def settings(server, login=False, host="127.0.0.1", **more):
    who = f"{USER}:{urllib.parse.quote(PASSWORD, safe='')}@" if login else ""
    return {"emails.enabled": "true", "smtp.url": f"smtp://{who}{host}:{server.port}", "smtp.from": "ledgate@example.org",
            "smtp.timeout_seconds": 2, "public_url": LINKS, **more}


def ask(node, user, **options):
    answer = node.http.post("/api/auth/send-password-reset-link", json={"email": user.email}, **options)
    assert answer.status_code == 200 and answer.json() is True, answer.text


def events(node, kind, **filters):
    return audit(node, admin(node), type=kind, **filters)


def test_starttls_and_login(fresh, serve, certificate):
    server = serve(certificate, login=True)
    node = fresh(settings(server, login=True, host="localhost", **{"smtp.ca_file": certificate.certificate}))
    user = new_user(node)
    ask(node, user)
    mail = server.wait(user.email)
    assert server.attempts == [(True, True)] and server.logins == [(USER, PASSWORD)]
    assert mail["from"] == "<ledgate@example.org>" or "ledgate@example.org" in mail["from"]
    assert mail["subject"] and mail["date"] and mail["message-id"] and mail["auto-submitted"] == "auto-generated"
    assert {part.get_content_type() for part in mail.walk()} == {"multipart/alternative", "text/plain", "text/html"}
    assert PASSWORD not in node.said() and urllib.parse.quote(PASSWORD, safe="") not in node.said()


def test_a_server_that_nobody_vouches_for_gets_nothing(fresh, serve, certificate):
    server = serve(certificate)
    node = fresh(settings(server, host="localhost"))
    user = new_user(node)
    ask(node, user)
    eventually("a failed attempt", lambda: events(node, "MailFailed"))
    assert not server.attempts and not server.mails


def test_a_login_never_goes_in_clear_text(fresh, serve):
    """The server offers to take one without TLS."""
    server = serve(login_without_tls=True)
    node = fresh(settings(server, login=True, **{"smtp.tls_required": "false"}))
    user = new_user(node)
    ask(node, user)
    assert eventually("a failed attempt", lambda: events(node, "MailFailed"))[0]["reason"] == "server_unreachable"
    assert not server.logins and not server.mails


def test_a_wrong_login_is_tried_again_later(fresh, serve, certificate):
    """It is our fault, not the mail's."""
    server = serve(certificate, login=True)
    wrong = settings(server, host="localhost", **{"smtp.ca_file": certificate.certificate})
    node = fresh({**wrong, "smtp.url": f"smtp://{USER}:wrong@localhost:{server.port}"})
    ask(node, new_user(node))
    failed = eventually("a failed attempt", lambda: events(node, "MailFailed"))[0]
    assert failed["reason"] == "server_refused_login" and failed["details"]["final"] is False


def test_refused_for_good(fresh, serve):
    server = serve()
    server.answers = ["rcpt 550 no such mailbox"]
    node = fresh(settings(server))
    ask(node, new_user(node))
    failed = eventually("the end", lambda: events(node, "MailFailed"))
    assert [(one["reason"], one["details"]["final"], one["details"]["smtp_status"]) for one in failed] == [("server_refused", True, 550)]
    metrics = node.http.get("/metrics").text
    assert "ledgate_outbox_mails 0" in metrics and 'ledgate_mail_failures_total{final="true"} 1' in metrics


def test_tried_again_until_it_is_taken(fresh, serve):
    server = serve()
    server.answers = ["451 later", "rcpt 450 busy"]
    node = fresh(settings(server))
    user = new_user(node)
    ask(node, user)
    server.wait(user.email, seconds=30)
    eventually("its conclusion", lambda: events(node, "MailSent"))
    assert [one["details"]["attempt"] for one in events(node, "MailClaimed")] == [1, 2, 3]
    assert [(one["reason"], one["details"]["final"]) for one in events(node, "MailFailed")] == [("server_said_later", False)] * 2
    assert len(server.to(user.email)) == 1
    metrics = node.http.get("/metrics").text
    assert "ledgate_mails_sent_total 1" in metrics and 'ledgate_mail_failures_total{final="false"} 2' in metrics


@pytest.mark.slow
def test_a_server_that_is_away_for_a_while(fresh, serve):
    server = serve()
    server.stop()
    node = fresh(settings(server))
    user = new_user(node)
    begin = time.monotonic()
    ask(node, user)
    assert time.monotonic() - begin < 1.5, "nobody waits for a mail server"
    eventually("a failed attempt", lambda: events(node, "MailFailed"))
    server.start()
    server.wait(user.email, seconds=30)


@pytest.mark.slow
def test_a_slow_server_holds_up_nobody(fresh, serve):
    server = serve()
    server.answers = [None]
    node = fresh(settings(server))
    first, second = new_user(node), new_user(node)
    ask(node, first)
    server.wait_attempts(1)
    ask(node, second)
    server.wait(second.email)
    failed = eventually("the time-out", lambda: events(node, "MailFailed"), seconds=8)
    assert failed[0]["reason"] == "timed_out" and failed[0]["details"]["final"] is False


@pytest.mark.slow
def test_killed_in_the_middle(fresh, serve):
    """The node dies while the server has the mail and has not said yes: it goes out once more, as the same message."""
    server = serve()
    server.answers = [None]
    node = fresh(settings(server, **{"tick_seconds": 1}))
    user = new_user(node)
    ask(node, user)
    server.wait_attempts(1)
    node.kill()
    node.start()
    server.wait(user.email, seconds=40)
    eventually("its conclusion", lambda: events(node, "MailSent"))
    server.gate.set()
    eventually("an empty outbox", lambda: "ledgate_outbox_mails 0" in node.http.get("/metrics").text)
    assert [one["details"]["attempt"] for one in events(node, "MailSent")] == [2]
    assert len({mail["message-id"] for mail in server.to(user.email)}) == 1
    assert node.http.post("/api/v1/auth/reset-password", json={"token": token_of(server.to(user.email)[-1]), "new_password": "another-Horse8-staple"}
                          ).status_code == 200


@pytest.mark.slow
def test_killed_again_and_again(fresh, serve):
    """Each mail that was asked for arrives; none is sent twice unless the node died on it."""
    server = serve()
    node = fresh(settings(server, **{"tick_seconds": 1, "smtp.timeout_seconds": 1}))
    users = [new_user(node) for _ in range(6)]
    for turn, user in enumerate(users):
        ask(node, user)
        if turn % 2:
            node.kill()
            node.start()
    for user in users:
        server.wait(user.email, seconds=40)
    eventually("an empty outbox", lambda: "ledgate_outbox_mails 0" in node.http.get("/metrics").text, seconds=40)
    assert len(events(node, "MailSent")) == len(users)
    for user in users:
        assert len({mail["message-id"] for mail in server.to(user.email)}) == 1
        assert len(server.to(user.email)) <= 2


def test_links_come_from_the_settings_and_never_from_the_request(fresh, serve):
    server = serve()
    node = fresh(settings(server))
    user = new_user(node)
    ask(node, user, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "Origin": "https://evil.example"})
    mail = server.wait(user.email)
    assert all(link.startswith(LINKS + "/reset-password?token=") for link in links_of(mail))
    assert "evil.example" not in mail.as_string()


def test_only_the_newest_waiting_code_is_sent(fresh, serve):
    server = serve()
    server.stop()
    node = fresh(settings(server))
    user = new_user(node)
    session = bearer(login_lightnovel_crawler(node, user.email).json()["token"])
    node.http.post("/api/auth/me/send-otp", headers=session)
    eventually("a failed attempt", lambda: events(node, "MailFailed"))
    token = node.http.post("/api/auth/me/send-otp", headers=session).json()["token"]
    server.start()
    mail = server.wait(user.email, seconds=30)
    eventually("the end of the older", lambda: [one for one in events(node, "MailFailed") if one["reason"] == "superseded"], seconds=30)
    answer = node.http.post("/api/auth/verify-otp", files={"otp": (None, code_of(mail)), "token": (None, token)})
    assert answer.json() is True and len(server.to(user.email)) == 1


def test_the_trail_of_a_reset(fresh, serve):
    server = serve()
    node = fresh(settings(server))
    user = new_user(node)
    ask(node, user)
    token = token_of(server.wait(user.email))
    eventually("its conclusion", lambda: events(node, "MailSent"))
    answer = node.http.post("/api/auth/reset-password-with-token", headers=bearer(token), json={"password": "another-Horse8-staple"})
    assert answer.status_code == 200, answer.text
    told = [one["type"] for one in audit(node, admin(node)) if one["type"].startswith(("Mail", "Password", "Email"))]
    assert told == ["PasswordResetRequested", "MailQueued", "MailClaimed", "MailSent", "PasswordReset", "EmailVerified"]
    assert "mail sent" in node.said() and user.email not in node.said()


def test_mail_off(fresh):
    """The same answers; the log and the trail say that nothing was sent."""
    node = fresh()
    user = new_user(node)
    known = node.http.post("/api/auth/send-password-reset-link", json={"email": user.email})
    unknown = node.http.post("/api/auth/send-password-reset-link", json={"email": f"{fresh_name()}@example.org"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (200, b"true")
    otp = node.http.post("/api/auth/me/send-otp", headers=bearer(login_lightnovel_crawler(node, user.email, SECRET).json()["token"]))
    assert otp.status_code == 200 and otp.json().keys() == {"token"}
    assert {one["reason"] for one in events(node, "MailFailed")} == {"mail_disabled"} and len(events(node, "MailFailed")) == 2
    assert "emails.enabled is off" in node.said()


def test_mail_wants_to_know_its_public_url(tmp_path):
    ended = run("serve", settings={"data": tmp_path / "data", "emails.enabled": "true", "listen": "127.0.0.1:0"})
    assert ended.returncode == 2 and "public_url" in ended.stderr
