"""Raw bytes over a socket, and what came back: for requests that no proper client would send."""

import socket
import time
import typing

from .waiting import PATIENCE


class Reply(typing.NamedTuple):
    """One parsed response; header names in lower case, the last of equal names wins."""
    status: int
    headers: dict
    body: bytes


class Exchange(typing.NamedTuple):
    """All responses in order, whether the server closed, and how many seconds until then."""
    replies: list
    closed: bool
    seconds: float
    rest: bytes

    @property
    def statuses(self):
        return [reply.status for reply in self.replies]


def connect(node, seconds=5):
    return socket.create_connection((node.peer, node.port), timeout=seconds * PATIENCE)


def send_quietly(connection, data):
    """Send all; a server that has already refused and closed is no error of the sender."""
    try:
        connection.sendall(data)
    except (BrokenPipeError, ConnectionResetError, TimeoutError):
        pass


def exchange(node, *pieces, seconds=5, quiet=0.4, half_close=False, expect=None, head=False):
    """Send the pieces, then read until the server closes, `expect` replies are there, or it stays quiet."""
    with connect(node, seconds) as connection:
        begin = time.monotonic()
        for piece in pieces:
            send_quietly(connection, piece)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return listen(connection, begin, seconds=seconds, quiet=quiet, expect=expect, head=head)


def listen(connection, begin=None, seconds=5, quiet=0.4, expect=None, head=False):
    """Read until closed, or `expect` replies came, or nothing more came for `quiet` seconds after the first reply."""
    begin = begin or time.monotonic()
    data, closed = b"", False
    replies, rest = [], b""
    while not closed and time.monotonic() - begin < seconds * PATIENCE:
        if expect and len(replies) >= expect:
            break
        connection.settimeout((quiet if replies else seconds) * PATIENCE)
        try:
            block = connection.recv(65536)
        except TimeoutError:
            break
        except ConnectionResetError:
            block = b""
        closed = not block
        data += block
        replies, rest = parse(data, head)
    return Exchange(replies, closed, time.monotonic() - begin, rest)


def parse(data, head=False):
    """Split a byte stream into responses by Content-Length; what is incomplete is returned as the rest."""
    replies = []
    while True:
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return replies, data
        lines = data[:end].decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        status = int(lines[0].split(" ")[1])
        length = 0 if head or status in (100, 204, 304) else int(headers.get("content-length", 0))
        if len(data) < end + 4 + length:
            return replies, data
        replies.append(Reply(status, headers, data[end + 4:end + 4 + length]))
        data = data[end + 4 + length:]


def request(method, target, headers=(), body=b"", host="ledgate.test", version="HTTP/1.1"):
    """A well-formed request, to which a test adds what is wrong: `headers` is a list of raw lines or pairs."""
    lines = [f"{method} {target} {version}".encode("latin-1")]
    if host is not None:
        lines.append(f"Host: {host}".encode("latin-1"))
    for line in headers:
        lines.append(line if isinstance(line, bytes) else f"{line[0]}: {line[1]}".encode("latin-1"))
    if body:
        lines.append(f"Content-Length: {len(body)}".encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
