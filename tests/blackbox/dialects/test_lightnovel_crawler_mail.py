"""Dialect lightnovel-crawler, what goes by mail: the password reset by link, and the one-time code that verifies an address."""

import time
import urllib.parse

import pytest

from harness.client import LONG_TOKEN, PASSWORD, bearer, fresh_name, login_lightnovel_crawler, me
from harness.mails import code_of, links_of, token_of
from harness.shapes import a_text, assert_answer
from harness.waiting import eventually
from words_lightnovel_crawler import BASE, CHANGED, create_token, field_fault, refused


# --- reset by mail ---------------------------------------------------------------------------------------------------

def send_link(node, address):
    return node.http.post(f"{BASE}/send-password-reset-link", json={"email": address})


def reset(node, token, password=CHANGED):
    return node.http.post(f"{BASE}/reset-password-with-token", headers=bearer(token), json={"password": password})


def mailed_token(node, mailbox, user):
    before = len(mailbox.to(user.email))
    assert assert_answer(send_link(node, user.email), 200).json() is True
    return token_of(mailbox.wait(user.email, before + 1))


@pytest.mark.smoke
def test_reset_by_mail(equipped, mailbox, member, session):
    """The link leads to `public_url`; all earlier sessions end; the address counts as verified; the token works once."""
    token = mailed_token(equipped, mailbox, member)
    links = links_of(mailbox.to(member.email)[-1])
    assert links and all(urllib.parse.urlsplit(link).netloc == "auth.example.org" for link in links)
    assert assert_answer(reset(equipped, token), 200).json() is True
    for headers in (session, bearer(member.access)):
        assert equipped.http.get(f"{BASE}/me", headers=headers).status_code == 401
    assert login_lightnovel_crawler(equipped, member.email).status_code == 401
    assert login_lightnovel_crawler(equipped, member.email, CHANGED).json()["user"]["is_verified"] is True
    refused(reset(equipped, token, "third-Horse9-staple"), 401)
    assert login_lightnovel_crawler(equipped, member.email, CHANGED).status_code == 200


def test_a_reset_token_is_no_log_in(equipped, mailbox, member):
    """The product's is an ordinary token of full power; here it serves its purpose only."""
    token = mailed_token(equipped, mailbox, member)
    assert equipped.http.get(f"{BASE}/me", headers=bearer(token)).status_code == 401
    assert equipped.http.post(f"{BASE}/me/create-token", headers=bearer(token)).status_code == 401
    assert me(equipped, token).status_code == 401
    assert assert_answer(reset(equipped, token), 200).json() is True


def test_no_other_token_resets(equipped, member, session):
    token = login_lightnovel_crawler(equipped, member.email).json()["token"]
    for wrong in (token, member.refresh, create_token(equipped, session), LONG_TOKEN):
        refused(reset(equipped, wrong), 401)
    assert login_lightnovel_crawler(equipped, member.email).status_code == 200


def test_reset_tells_nobody_who_is_there(equipped, mailbox, member):
    stranger = f"{fresh_name()}@example.org"
    known, unknown = send_link(equipped, member.email), send_link(equipped, stranger)
    assert known.json() is unknown.json() is True and known.status_code == unknown.status_code == 200
    mailbox.wait(member.email)
    assert not mailbox.to(stranger)


def test_reset_with_mail_off(node, user):
    assert assert_answer(send_link(node, user.email), 200).json() is True


@pytest.mark.parametrize("body", [{}, {"email": None}, {"email": 5}])
def test_reset_link_fields(equipped, body):
    field_fault(equipped.http.post(f"{BASE}/send-password-reset-link", json=body), "email")


def test_reset_fields(equipped, mailbox, member):
    token = mailed_token(equipped, mailbox, member)
    for body in ({}, {"password": 5}):
        field_fault(equipped.http.post(f"{BASE}/reset-password-with-token", headers=bearer(token), json=body), "password")
    assert assert_answer(reset(equipped, token), 200).json() is True


def test_reset_tokens_expire(fresh, mailbox):
    node = fresh({"lifetimes.lightnovel_crawler.reset_seconds": 2, "tick_seconds": 1, "emails.enabled": "true", "smtp.url": mailbox.url,
                  "public_url": "http://auth.example.org"})
    name = fresh_name("expiring")
    node.http.post("/api/v1/auth/register", json={"username": name, "email": f"{name}@example.org", "password": PASSWORD})
    send_link(node, f"{name}@example.org")
    token = token_of(mailbox.wait(f"{name}@example.org"))
    expired_at = time.monotonic() + 3.5
    eventually("the end of its life", lambda: time.monotonic() > expired_at)
    refused(reset(node, token), 401)


# --- one-time codes --------------------------------------------------------------------------------------------------

def send_otp(node, headers):
    return assert_answer(node.http.post(f"{BASE}/me/send-otp", headers=headers), 200, {"token": a_text}).json()["token"]


def verify_otp(node, code, token):
    return node.http.post(f"{BASE}/verify-otp", files={"otp": (None, code), "token": (None, token)})


def mailed_code(node, mailbox, user, headers):
    before = len(mailbox.to(user.email))
    token = send_otp(node, headers)
    return code_of(mailbox.wait(user.email, before + 1)), token


def another(code, by=1):
    return f"{(int(code) + by) % 1_000_000:06d}"


@pytest.mark.smoke
def test_otp(equipped, mailbox, member, session):
    """Six digits by mail, multipart with the session token: true once, and the address is verified."""
    code, token = mailed_code(equipped, mailbox, member, session)
    assert assert_answer(verify_otp(equipped, code, token), 200).json() is True
    assert equipped.http.get(f"{BASE}/me", headers=session).json()["is_verified"] is True
    assert verify_otp(equipped, code, token).status_code in (401, 403), "single use"
    refused(equipped.http.post(f"{BASE}/me/send-otp", headers=session), 409, "Email is already verified")


def test_a_wrong_otp(equipped, mailbox, member, session):
    code, token = mailed_code(equipped, mailbox, member, session)
    refused(verify_otp(equipped, another(code), token), 403, "Wrong OTP")
    assert equipped.http.get(f"{BASE}/me", headers=session).json()["is_verified"] is False
    assert assert_answer(verify_otp(equipped, code, token), 200).json() is True


def test_five_tries(equipped, mailbox, member, session):
    """Issue part 7: after five wrong ones the right one is refused too."""
    code, token = mailed_code(equipped, mailbox, member, session)
    for turn in range(5):
        assert verify_otp(equipped, another(code, turn + 1), token).status_code == 403
    assert verify_otp(equipped, code, token).status_code in (401, 403)
    assert equipped.http.get(f"{BASE}/me", headers=session).json()["is_verified"] is False


@pytest.mark.parametrize("token", [LONG_TOKEN, "a.b.c", "x"])
def test_a_bad_otp_session(equipped, token):
    refused(verify_otp(equipped, "123456", token), 401)


def test_an_otp_is_bound_to_its_user(equipped, mailbox, member, session):
    """The code of one with the session token of another, and an access token in its place."""
    code, _ = mailed_code(equipped, mailbox, member, session)
    name = fresh_name()
    access = equipped.http.post("/api/v1/auth/register", json={"username": name, "email": f"{name}@example.org", "password": PASSWORD}).json()["access"]
    other = send_otp(equipped, bearer(access))
    theirs = code_of(mailbox.wait(f"{name}@example.org"))
    if theirs != code:
        assert verify_otp(equipped, code, other).status_code == 403
    assert verify_otp(equipped, code, access).status_code == 401
    assert equipped.http.get(f"{BASE}/me", headers=session).json()["is_verified"] is False


@pytest.mark.parametrize("otp", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 456"])
def test_an_otp_of_another_form(equipped, session, otp):
    answer = verify_otp(equipped, otp, send_otp(equipped, session))
    assert answer.status_code in (403, 422) and "detail" in answer.json(), answer.text


@pytest.mark.parametrize("parts, field", [({"otp": (None, "123456")}, "token"), ({"token": (None, LONG_TOKEN)}, "otp")])
def test_otp_fields(equipped, parts, field):
    field_fault(equipped.http.post(f"{BASE}/verify-otp", files=parts), field)


def test_an_otp_session_is_no_bearer(equipped, session):
    token = send_otp(equipped, session)
    assert equipped.http.get(f"{BASE}/me", headers=bearer(token)).status_code == 401
    refused(reset(equipped, token), 401)


def test_otp_with_mail_off(node, user):
    """Design §10: the same answer as with mail on."""
    send_otp(node, bearer(login_lightnovel_crawler(node, user.email).json()["token"]))
