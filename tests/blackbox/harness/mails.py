"""What stands in the mails that the service sends."""

import re
import urllib.parse


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
