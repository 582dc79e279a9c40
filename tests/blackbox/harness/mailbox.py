"""A real SMTP server that keeps what it is sent."""

import email
import email.policy
import re
import urllib.parse

from aiosmtpd.controller import Controller

from .waiting import eventually


class AnyPort(Controller):
    """aiosmtpd greets its own server once at the start, and for that must know the port that port 0 became."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Mailbox:
    """Listens on a free port of loopback from `start` to `stop`; `mails` are all that came, in order of arrival."""

    def __init__(self):
        self.mails = []
        self.controller = AnyPort(self, hostname="127.0.0.1", port=0)

    def start(self):
        self.controller.start()
        self.url = f"smtp://127.0.0.1:{self.controller.port}"
        return self

    def stop(self):
        self.controller.stop()

    async def handle_DATA(self, server, session, envelope):  # the name is aiosmtpd's
        self.mails.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 kept"

    def to(self, address):
        return [mail for recipients, mail in list(self.mails) if address.lower() in [one.lower() for one in recipients]]

    def wait(self, address, count=1, seconds=10):
        """The newest mail to an address, once so many have come."""
        return eventually(f"{count} mails to {address}", lambda: len(found := self.to(address)) >= count and found, seconds)[-1]


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def links_of(mail):
    """What is clickable in the text, without the full stop of its sentence."""
    return [link.rstrip(".,;:!?") for link in re.findall(r"https?://[^\s<>\"]+", text_of(mail))]


def token_of(mail):
    """The token in the mail's only link with one."""
    found = [value for link in links_of(mail) for value in urllib.parse.parse_qs(urllib.parse.urlsplit(link).query).get("token", [])]
    assert len(found) == 1, f"{len(found)} tokens in {text_of(mail)!r}"
    return found[0]


def code_of(mail):
    """The six digits of a one-time code."""
    found = set(re.findall(r"(?<!\d)\d{6}(?!\d)", text_of(mail)))
    assert len(found) == 1, f"{found} in {text_of(mail)!r}"
    return found.pop()
