"""Catalogue (b) 1–45: HTTP framing, byte by byte. Never a 5xx, never a hang, and the next client is served."""

import json
import os
import socket
import struct
import threading
import time

import pytest

from harness import raw
from harness.waiting import eventually

JSON_TYPE = ("Content-Type", "application/json")
LOGIN = json.dumps({"username": "nobody", "password": "wrong-Horse7"}).encode()
LOGIN_ROUTE = "/api/v1/auth/login"
HEALTH = raw.request("GET", "/healthz")
HOST = b"Host: ledgate.test\r\n"
JSON_LINE = b"Content-Type: application/json\r\n"


def get(target="/healthz", *lines):
    return raw.request("GET", target, lines)


def post(*lines, body=b""):
    """A log-in with its framing headers given by hand."""
    head = b"POST " + LOGIN_ROUTE.encode() + b" HTTP/1.1\r\n" + HOST + JSON_LINE
    return head + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def chunked(body, *lines):
    return post(b"Transfer-Encoding: chunked", *lines, body=body)


def started(line, *lines):
    """A request with its first line given by hand."""
    return line + b"\r\n" + HOST + b"".join(extra + b"\r\n" for extra in lines) + b"\r\n"


@pytest.fixture(autouse=True)
def next_client_is_served(node):
    """Whatever a case did: the process lives and a new connection is answered at once."""
    yield
    assert raw.exchange(node, HEALTH, expect=1).statuses == [200]


BAD = {400}
REFUSED_AND_CLOSED = [  # what, bytes, statuses allowed
    ("1 CL and TE", chunked(b"0\r\n\r\n", b"Content-Length: 5"), BAD),
    ("2 two equal CL", post(b"Content-Length: 2", b"Content-Length: 2", body=b"{}"), BAD),
    ("3 two different CL", post(b"Content-Length: 2", b"Content-Length: 3", body=b"{} "), BAD),
    ("4 CL list", post(b"Content-Length: 2, 2", body=b"{}"), BAD),
    *[(f"5 CL {value!r}", post(b"Content-Length: " + value, body=b"{}   "), BAD)
      for value in (b"+5", b"5 5", b"0x5", b"5abc", b"-1", b"", b"abc", b"5.0", b"\xb2")],
    ("6 CL 2^63", post(b"Content-Length: 9223372036854775808"), {400, 413}),
    ("6 CL 2^64+5", post(b"Content-Length: 18446744073709551621", body=b"hello"), {400, 413}),
    ("6 CL 20 GB", post(b"Content-Length: 20000000000"), {413}),
    ("9 space before colon", post(b"Content-Length : 2", body=b"{}"), BAD),
    ("10 obs-fold", get("/healthz", b"X-A: a\r\n b"), BAD),
    ("10 obs-fold by tab", get("/healthz", b"X-A: a\r\n\tb"), BAD),
    ("10 folded first header", b"GET /healthz HTTP/1.1\r\n " + HOST + b"\r\n", BAD),
    *[(f"12 TE {value!r}", post(b"Transfer-Encoding: " + value, body=b"0\r\n\r\n"), {400, 501})
      for value in (b"xchunked", b"ch", b"chunked, identity", b"gzip", b"identity", b"", b"chunked\r\nTransfer-Encoding: identity",
                    b"gzip, chunked", b"chunked, chunked", b"\x0bchunked")],
    *[(f"13 chunk size {size!r}", chunked(size + b"\r\nabc\r\n0\r\n\r\n"), {400, 413, 501})
      for size in (b"-5", b"7fffffffffffffff", b"0x3", b"", b"1" * 20, b"3 ", b"g", b"+3", b"ffffffffffffffff3")],
    ("13 chunk longer than said", chunked(b"2\r\nabcdef\r\n0\r\n\r\n"), {400, 501}),
    ("14 chunk extension of 1 MB", chunked(b"3;" + b"x" * 1_000_000 + b"\r\n{} \r\n0\r\n\r\n"), {400, 413, 431, 501}),
    ("16 bare LF", b"GET /healthz HTTP/1.1\nHost: x\n\n", BAD),
    ("16 one bare LF", b"GET /healthz HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n", BAD),
    ("17 bare CR", get("/healthz", b"X-A: a\rb"), BAD),
    *[(f"18 {bad!r} in a value", get("/healthz", b"X-A: a" + bad + b"b"), BAD) for bad in (b"\0", b"\x01", b"\x1f", b"\x7f")],
    *[(f"18 {bad!r} in the target", started(b"GET /heal" + bad + b"thz HTTP/1.1"), BAD) for bad in (b"\0", b"\x01", b"\x1f", b"\x7f", b"\t")],
    ("19 no colon", get("/healthz", b"X-A b"), BAD),
    ("20 empty name", get("/healthz", b": b"), BAD),
    ("20 name with space", get("/healthz", b"X A: b"), BAD),
    ("20 name in UTF-8", get("/healthz", "Ä: b".encode()), BAD),
    ("21 no Host", b"GET /healthz HTTP/1.1\r\n\r\n", BAD),
    ("21 two Hosts", get("/healthz", b"Host: other.test"), BAD),
    *[(f"21 Host {value!r}", raw.request("GET", "/healthz", host=value), BAD)
      for value in ("", "a:99999", "a:b:c", "user@a", "a b", "a/b", "a:-1")],
    *[(f"22 {line!r}", started(line), {400, 505})
      for line in (b"GET /healthz", b"GET /healthz ", b"GET /healthz H", b"GET /healthz HTTP/0.9", b"GET /healthz HTTP/1.2", b"GET",
                   b"GET /healthz HTTP/2.0", b"GET /healthz HTTP/1.1 x", b"GET /healthz http/1.1", b"GET  /healthz HTTP/1.1")],
    ("22 HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
    ("27 target of 32 kB", get("/healthz?" + "x" * 32_000), {414, 431}),
    ("28 header of 64 kB", get("/healthz", b"X-A: " + b"x" * 65_000), {431}),
    ("29 1,000 headers", get("/healthz", *[b"X-%d: y" % number for number in range(1000)]), {431}),
    ("29 101 headers", get("/healthz", *[b"X-%d: y" % number for number in range(100)]), {431}),
    ("30 body one too long", post(b"Content-Length: 65537", body=LOGIN.ljust(65537)), {413}),
    ("38 TLS hello", bytes.fromhex("16030100a5010000a10303") + os.urandom(152), BAD),
    ("39 0xff", b"\xff" * 65536, {400, 431}),
]


@pytest.mark.parametrize("case, data, statuses", REFUSED_AND_CLOSED, ids=[row[0] for row in REFUSED_AND_CLOSED])
def test_refused_once_and_closed(node, case, data, statuses):
    """A framing error is answered once and the connection closed; nothing after it is taken for a request."""
    got = raw.exchange(node, data + HEALTH)
    assert got.closed, f"still open after {got.statuses}"
    assert len(got.replies) == 1 and got.statuses[0] in statuses, got.statuses
    assert got.replies[0].headers["connection"].lower() == "close"
    assert got.rest == b""


@pytest.mark.parametrize("slashes", [20_000, 60_000, 1_000_000])
def test_26_slash_bomb(node, slashes):
    got = raw.exchange(node, get("/" * slashes))
    assert got.closed and got.statuses in ([414], [431]) or slashes == 1_000_000 and got.statuses == []


@pytest.mark.parametrize("method, statuses", [("get", {400, 405, 501}), ("FOO", {400, 405, 501}), ("M" * 1000, {400, 405, 501}),
                                              ("TRACE", {400, 405, 501}), ("CONNECT", {400, 405, 501})], ids=lambda value: str(value)[:9])
def test_23_methods(node, method, statuses):
    got = raw.exchange(node, raw.request(method, "/healthz", [("X-Secret", "canary")]), expect=1)
    assert got.statuses and got.statuses[0] in statuses
    assert b"canary" not in got.replies[0].body, "TRACE reflects nothing"


@pytest.mark.parametrize("target", ["*", "http://u@ledgate.test/healthz", "http:///healthz", "ledgate.test:80", "Xhealthz", "?a", "#f", "healthz", "/healthz#f",
                                    "//healthz", "///healthz", "/./healthz", "/x/../healthz", "/healthz/", "/healthz/.", "/%2e%2e/healthz",
                                    "/%2e/healthz", "/healthz%2f", "/%68ealthz", "/healthz%00", "/%c0%afhealthz", "/healthz;x", "/HEALTHZ",
                                    "/api/v1//users/1", "/api/v1/users//1", "/api/v1/users/../users/1", "/api/v1/auth/me/", "/%zz", "/%"])
def test_24_and_25_targets_are_exact(node, admin, target):
    """No form of a path but its own reaches a route."""
    authorization = b"Authorization: " + admin["Authorization"].encode()
    got = raw.exchange(node, raw.request("GET", target, [authorization]), expect=1)
    assert got.statuses and got.statuses[0] in (400, 404), got.statuses


def test_14_very_many_chunks_are_answered(node):
    """1.2 MB of one-byte chunks: over the limit of a body, and told so, although the client goes on sending."""
    head = raw.request("POST", "/api/v1/auth/login", [b"Content-Type: application/json", b"Transfer-Encoding: chunked"])
    got = raw.exchange(node, head + b"1\r\n{\r\n" * 200_000 + b"0\r\n\r\n", expect=1)
    assert got.statuses == [413]


SERVED = [  # what, bytes, statuses
    ("absolute form", raw.request("GET", "http://ledgate.test:8080/healthz", []), {200}),
    ("tab after the colon", get("/healthz", b"X-A:\tb\t"), {200}),
    ("8 kB header", get("/healthz", b"X-A: " + b"x" * 8000), {200}),
    ("28 99 headers", get("/healthz", *[b"X-%d: y" % number for number in range(99)]), {200}),
    ("27 target of 8,000", get("/healthz?" + "x" * 7990), {200, 400}),
    ("30 body one below", post(b"Content-Length: 65535", body=LOGIN.ljust(65535)), {401}),
    ("30 body at the limit", post(b"Content-Length: 65536", body=LOGIN.ljust(65536)), {401}),
    ("40 Expect: x", get("/healthz", b"Expect: x"), {200, 417}),
    ("41 h2c", get("/healthz", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"), {200}),
    ("41 websocket", get("/healthz", b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13"), {200}),
    *[(f"43 Accept {value[:9]!r}", get("/healthz", b"Accept: " + value), {200, 406})
      for value in (b"foo", b"", b"*/*;q=abc", b"text/html, " * 370 + b"*/*")],
    *[(f"44 {line!r}", get("/healthz", line), {200})
      for line in (b"Date: junk", b"Cache-Control: No-Cache", b"Cache-Control: foo", b"Cache-Control: max-age=x",
                   b"If-Modified-Since: junk", b"If-None-Match: *x", b"Range: bytes=9-1")],
    ("45 gzip", post(b"Content-Encoding: gzip", b"Content-Length: 20", body=b"\x1f\x8b" + b"\0" * 18), {415}),
    ("45 unknown coding", post(b"Content-Encoding: zstd, br", b"Content-Length: 2", body=b"{}"), {415}),
    ("Host with port", raw.request("GET", "/healthz", host="a.test:8080"), {200}),
    ("Host IPv6", raw.request("GET", "/healthz", host="[::1]:80"), {200}),
]


@pytest.mark.parametrize("case, data, statuses", SERVED, ids=[row[0] for row in SERVED])
def test_served_and_kept_open(node, case, data, statuses):
    """What is allowed or ignored; an application error keeps the connection, and the next request on it is its own.
    Only what is refused before its body is read (415, 417) may close, and says so."""
    with raw.connect(node) as connection:
        connection.sendall(data)
        first = raw.listen(connection, expect=1)
        assert first.statuses and first.statuses[0] in statuses, first.statuses
        if first.replies[0].headers.get("connection") == "close":
            assert first.statuses[0] in (415, 417) and raw.listen(connection).closed
        else:
            connection.sendall(HEALTH)
            assert raw.listen(connection, expect=1).statuses == [200]


def test_8_surplus_is_no_request(node):
    """More body than said: the rest is not JSON's end and no request either."""
    got = raw.exchange(node, post(b"Content-Length: 10", body=LOGIN + b"\r\n\r\n"))
    assert got.closed
    assert got.statuses[0] in (400, 422) and set(got.statuses[1:]) <= {400}


@pytest.mark.parametrize("pieces", [
    [chunked(b"%x\r\n%s\r\n0\r\n\r\n" % (len(LOGIN), LOGIN))],
    [chunked(b"5;name=value\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (LOGIN[:5], len(LOGIN) - 5, LOGIN[5:]))],
    [chunked(b"%X\r\n%s\r\n0\r\n" % (len(LOGIN), LOGIN)), b"\r\n"],
], ids=["one chunk", "two chunks", "last CRLF later"])
def test_11_and_15_chunked(node, pieces):
    """Decoded within the body limit; the connection goes on after it."""
    with raw.connect(node) as connection:
        for piece in pieces:
            connection.sendall(piece)
        assert raw.listen(connection, expect=1).statuses == [401]
        connection.sendall(HEALTH)
        assert raw.listen(connection, expect=1).statuses == [200]


def test_14_trailers_set_nothing(node):
    """A Content-Length among the trailers changes no framing."""
    got = raw.exchange(node, chunked(b"%x\r\n%s\r\n0\r\nContent-Length: 999\r\n\r\n" % (len(LOGIN), LOGIN)) + HEALTH, expect=2)
    assert got.statuses[0] in (400, 401, 501) and (got.closed or got.statuses[1:] == [200])


def test_chunked_bodies_have_the_same_limit(node):
    got = raw.exchange(node, chunked(b"".join(b"4000\r\n" + b" " * 0x4000 + b"\r\n" for _ in range(5)) + b"0\r\n\r\n"))
    assert got.statuses == [413]


SLOW = {  # first bytes at once, then one every half second for ever
    "7 silent body": (post(b"Content-Length: 50", body=b"{"), b""),
    "31 slow head": (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ", b"x"),
    "32 slow body": (post(b"Content-Length: 5000", body=b"{"), b" "),
    "chunk by chunk": (chunked(b""), b"1\r\n \r\n"),
}


@pytest.mark.slow
def test_7_31_32_slow_requests(node):
    """A request has 10 s in all, however it trickles: 408 and closed, or just closed. All cases at the same time."""
    found = {}

    def trickle(name, first, more):
        with raw.connect(node, 20) as connection:
            connection.sendall(first)
            begin, got = time.monotonic(), None
            while not got and time.monotonic() - begin < 14:
                raw.send_quietly(connection, more)
                connection.settimeout(0.5)
                try:
                    got = [connection.recv(4096)]
                except TimeoutError:
                    continue
                except ConnectionResetError:
                    got = [b""]
            found[name] = (time.monotonic() - begin, got)

    threads = [threading.Thread(target=trickle, args=(name, *pieces)) for name, pieces in SLOW.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, (seconds, got) in found.items():
        assert got and seconds < 13, f"{name} was let go on for {seconds:.1f} s"
        assert got[0] == b"" or got[0].startswith(b"HTTP/1.1 408 "), f"{name}: {got[0][:100]}"


def test_33_a_client_that_never_reads(node):
    """It may lose its connection, but it stops nobody else."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.settimeout(0.5)
        connection.connect((node.peer, node.port))
        try:
            for _ in range(3000):
                connection.sendall(get("/.well-known/jwks.json"))
        except OSError:
            pass
        for _ in range(20):
            got = raw.exchange(node, HEALTH, expect=1)
            assert got.statuses == [200] and got.seconds < 1


@pytest.mark.parametrize("first, status", [(HEALTH, 200), (post(b"Content-Length: %d" % len(LOGIN), body=LOGIN), 401)], ids=["34 get", "35 log-in"])
def test_34_35_pipelining(node, first, status):
    """Both in order, or the first and then closed."""
    got = raw.exchange(node, first + get("/no/such/route"), expect=2)
    assert got.statuses == [status, 404] or got.statuses == [status] and got.closed


def test_many_pipelined_requests_in_order(node):
    got = raw.exchange(node, b"".join(get(path) for path in ("/healthz", "/no/such/route") * 20), expect=40)
    assert got.statuses == ([200, 404] * 20)[:len(got.statuses)]
    assert len(got.statuses) == 40 or got.closed


def test_36_half_close(node):
    assert raw.exchange(node, post(b"Content-Length: %d" % len(LOGIN), body=LOGIN), half_close=True, expect=1).statuses == [401]


@pytest.mark.parametrize("data", [b"", HEALTH[:9], post(b"Content-Length: 60", body=b"{"), post(b"Content-Length: %d" % len(LOGIN), body=LOGIN)],
                         ids=["at once", "in the head", "in the body", "in the answer"])
def test_37_reset(node, data):
    for _ in range(50):
        with raw.connect(node) as connection:
            connection.sendall(data)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_40_expect_continue(node):
    """100 and then the final answer, or the final answer at once."""
    def answered():
        with raw.connect(node) as connection:
            connection.sendall(post(b"Content-Length: %d" % len(LOGIN), b"Expect: 100-continue"))
            first = raw.listen(connection, expect=1)
            assert first.statuses in ([100], [401], [417], [503])
            if first.statuses != [100]:
                return first.statuses
            connection.sendall(LOGIN)
            return raw.listen(connection, expect=1).statuses

    # Passwords of connections that other tests have reset may still wait to be hashed.
    eventually("a place in the queue", lambda: (statuses := answered()) != [503] and statuses in ([401], [417]), 10)


@pytest.mark.parametrize("data, closed", [
    (get("/healthz", b"Connection: close"), True), (get("/healthz", b"Connection: close, X-Y"), True),
    (get("/healthz", b"Connection: X-Y, CLOSE"), True), (get("/healthz", b"Connection: keep-alive"), False), (HEALTH, False),
    (raw.request("GET", "/healthz", version="HTTP/1.0"), True),
    (raw.request("GET", "/healthz", [("Connection", "keep-alive")], version="HTTP/1.0"), None),
    (raw.request("GET", "/healthz", host=None, version="HTTP/1.0"), True),
], ids=["close", "close and more", "more and CLOSE", "keep-alive", "nothing", "1.0", "1.0 keep-alive", "1.0 without Host"])
def test_42_connection(node, data, closed):
    """What the answer says of the connection is what happens to it."""
    got = raw.exchange(node, data)
    assert got.statuses == [200]
    assert got.closed == ("close" in got.replies[0].headers.get("connection", "").lower())
    assert closed is None or got.closed == closed


def test_an_answer_never_reaches_another_client(node):
    """P1: clients that hang up before their answer, and silent ones that must hear nothing, save that no connection is free
    (503); the full count runs elsewhere."""
    heard, over = [], threading.Event()

    def abort():
        while not over.is_set():
            with raw.connect(node) as connection:
                connection.sendall(post(b"Content-Length: %d" % len(LOGIN), body=LOGIN))

    def be_silent():
        while not over.is_set():
            with raw.connect(node) as connection:
                got = raw.listen(connection, seconds=0.05)
                heard.extend([got] if set(got.statuses) - {503} or got.rest else [])

    threads = [threading.Thread(target=work) for work in [abort] * 4 + [be_silent] * 8]
    for thread in threads:
        thread.start()
    begin = time.monotonic()
    eventually("two seconds of aborts", lambda: time.monotonic() - begin > 2)
    over.set()
    for thread in threads:
        thread.join()
    assert heard == []
