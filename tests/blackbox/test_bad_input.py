"""Catalogue (b) 46–63 and 88: bodies against every route that takes one. The dialect's own envelope, never a 5xx."""

import json

import pytest

from harness.client import PASSWORD, bearer, fresh_name, login_book_corners, me, register, user_row
from harness.routes import FORM_ROUTES, JSON_ROUTES, ROUTES, envelope_fault

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
# Where two dialects share a path and the request names neither, either's envelope is right; what never becomes a request is refused by prefix.
NEIGHBOURS = {**{f"/oauth/{name}": ("oauth", "native") for name in ("introspect", "revoke")}, "/api/v1/auth/login": ("book_corners", "ndastro"), "/api/v1/auth/refresh": ("book_corners", "ndastro"), "/api/auth/login": ("lightnovel_crawler", "imagor_studio")}
BAD = {400, 422}


def headers_for(admin, route):
    return {} if route.access == "none" else bearer("no.such.token") if route.access == "one_time_token" else admin


def assert_refused(route, answer, statuses):
    assert answer.status_code in statuses, f"{answer.status_code}: {answer.text[:300]}"
    faults = [envelope_fault(dialect, answer) for dialect in NEIGHBOURS.get(route.path, (route.dialect,))]
    assert None in faults, faults


def first_field(route):
    return next(iter(route.valid))


def with_value(route, raw):
    """The valid body with the first field's value replaced by raw JSON text."""
    field = first_field(route)
    rest = "".join(f",{json.dumps(key)}:{json.dumps(value)}" for key, value in route.valid.items() if key != field)
    return ("{" + json.dumps(field) + ":" + raw + rest + "}").encode("utf-8", "surrogatepass")


def valid(route):
    return json.dumps(route.valid).encode()


NOT_JSON = {  # 47, 48, 50, 56: the whole body
    "empty": lambda r: b"", "white space": lambda r: b" \r\n\t", "null": lambda r: b"null", "array": lambda r: b"[]",
    "string": lambda r: b'"x"', "number": lambda r: b"1", "true": lambda r: b"true", "truncated": lambda r: valid(r)[:-1],
    "truncated in a string": lambda r: valid(r)[:-5], "trailing garbage": lambda r: valid(r) + b"x", "two documents": lambda r: valid(r) * 2,
    "BOM": lambda r: b"\xef\xbb\xbf" + valid(r), "UTF-16": lambda r: valid(r).decode().encode("utf-16"), "NUL after": lambda r: valid(r) + b"\0",
    "array of it": lambda r: b"[" + valid(r) + b"]", "comment": lambda r: b"/* */" + valid(r), "line comment": lambda r: valid(r) + b"//",
    "single quotes": lambda r: valid(r).replace(b'"', b"'"), "trailing comma": lambda r: valid(r)[:-1] + b",}", "bare words": lambda r: b"{username:x}",
    "form as JSON": lambda r: b"username=x&password=y", "nested 10,000 arrays": lambda r: b"[" * 10_000 + b"]" * 10_000,
    "nested 30,000 open": lambda r: b"[" * 30_000, "nested 9,000 objects": lambda r: b'{"a":' * 9_000 + b"1" + b"}" * 9_000,
    "no key": lambda r: b'{:"x"}', "no value": lambda r: b'{"username":}', "control in string": lambda r: valid(r).replace(b'":', b'\x01":', 1),
}
VALUES = {  # 50–53: one field
    "number": "5", "true": "true", "null": "null", "array": '["x"]', "object": '{"x":1}', "nested 100": "[" * 100 + "]" * 100, "1e400": "1e400",
    "-0": "-0", "2^53+1": "9007199254740993", "40 digits": "9" * 40, "NaN": "NaN", "Infinity": "-Infinity", "01": "01", "0x1": "0x1", "+1": "+1",
    ".5": ".5", "lone surrogate": '"\\ud800xxxxxxxxxxxxxxxxxxxxxx"', "reversed pair": '"\\udc00\\ud800xxxxxxxxxxxxxxxxxxxx"', "bad escape": '"\\x41"',
    "short escape": '"\\u12"', "raw newline": '"a\nb"', "unterminated": '"abc',
}
BYTES = {"lone 0xff": b"\xff", "overlong": b"\xc0\xaf", "cut": b"\xe2\x82", "surrogate": b"\xed\xa0\x80", "beyond": b"\xf5\x80\x80\x80"}
REFUSED = {**{name: make for name, make in NOT_JSON.items()},
           **{f"value {name}": (lambda r, raw=raw: with_value(r, raw)) for name, raw in VALUES.items()},
           **{f"bytes {name}": (lambda r, raw=raw: with_value(r, '"@@@@@@@@@@@@@@@@@@@@@@"').replace(b"@@", raw, 1)) for name, raw in BYTES.items()},
           "duplicate key": lambda r: b'{"%s":"other","%s' % (first_field(r).encode(), valid(r)[2:]),
           "duplicate key, escaped": lambda r: b'{"\\u00%02x%s":"other",' % (ord(first_field(r)[0]), first_field(r)[1:].encode()) + valid(r)[1:]}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("route", JSON_ROUTES, ids=lambda route: route.name)
def test_bad_json_is_refused(node, admin, route, case):
    """Read strictly or not at all: 400 or the dialect's 422, and nothing happened."""
    answer = node.http.request(route.method, route.path, content=REFUSED[case](route), headers={"Content-Type": JSON_TYPE, **headers_for(admin, route)})
    assert_refused(route, answer, BAD)


ODD_KEYS = ["__proto__", "constructor", "", "\u0000", "x" * 60_000, "$where", "a.b", "\ufeff"]


@pytest.mark.parametrize("key", ODD_KEYS, ids=lambda key: ascii(key)[:12])
@pytest.mark.parametrize("route", JSON_ROUTES, ids=lambda route: route.name)
def test_54_odd_extra_keys(node, admin, route, key):
    """Ignored as these frameworks do, or refused; never more."""
    body = {**route.valid, key: {"a": [1]}}
    if "username" in body and "email" in body:
        body.update(username=fresh_name(), email=f"{fresh_name()}@example.org")
    answer = node.http.request(route.method, route.path, json=body, headers=headers_for(admin, route))
    assert answer.status_code in {200, 201, 400, 401, 403, 409, 422}, answer.text


PRIVILEGED = {"id": 1, "number": 1, "role": "admin", "roles": ["admin"], "is_superuser": True, "is_staff": True, "is_admin": True, "tier": 2,
              "scopes": ["admin"], "email_verified": True, "is_verified": True, "realm": "other", "created_at": "2001-01-01T00:00:00Z"}


def test_55_privileged_fields_have_no_effect(node, admin):
    """Mass assignment: whoever registers with them is refused, or an ordinary user."""
    for field, value in [*PRIVILEGED.items(), ("all", None)]:
        name = fresh_name()
        extra = PRIVILEGED if field == "all" else {field: value}
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD, **extra}
        answer = node.http.post("/api/v1/auth/register", json=body)
        assert answer.status_code in (201, 400, 422), answer.text
        if answer.status_code != 201:
            continue
        row, profile = user_row(node, admin, name), me(node, answer.json()["access"]).json()
        assert (row["role"], row["email_verified"], profile["is_superuser"], profile["is_staff"]) == ("user", False, False, False), field
        assert row["number"] > 1 and not row["created_at"].startswith("2001")
        assert node.http.get("/api/v1/users", headers=bearer(answer.json()["access"])).status_code == 403


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/xml", "application/json; charset=utf-16", "application/jsonx", "application",
                                  "*/*", "application/json, text/plain", "text/json", ";", "application/octet-stream", "x" * 4000])
@pytest.mark.parametrize("route", JSON_ROUTES, ids=lambda route: route.name)
def test_46_content_type(node, admin, route, kind):
    """JSON under another name is 415 (CSRF by text/plain), or what the dialect says for an unreadable body."""
    headers = {**headers_for(admin, route), **({} if kind is None else {"Content-Type": kind})}
    answer = node.http.request(route.method, route.path, content=valid(route), headers=headers)
    assert_refused(route, answer, {400, 415, 422})


@pytest.mark.parametrize("kind", ["application/json;charset=UTF-8", "Application/JSON", 'application/json; charset="utf-8"'])
def test_46_spellings_of_json_that_are_right(node, user, kind):
    body = json.dumps({"username": user.name, "password": user.password})
    assert node.http.post("/api/v1/auth/login", content=body, headers={"Content-Type": kind}).status_code == 200


def test_46_two_content_types(node):
    headers = [("Content-Type", JSON_TYPE), ("Content-Type", FORM_TYPE)]
    answer = node.http.post("/api/v1/auth/login", content=b"{}", headers=headers)
    assert answer.status_code in {400, 415}


@pytest.mark.parametrize("surplus", [100, 1024 * 1024])
@pytest.mark.parametrize("route", [route for route in ROUTES if route.body], ids=lambda route: route.name)
def test_88_over_long_bodies_are_413_before_hashing(node, admin, route, surplus):
    size = 65536 + surplus
    body = valid(route).ljust(size) if route.body == "json" else b"username=x&password=" + b"y" * size
    kind = JSON_TYPE if route.body == "json" else FORM_TYPE
    answer = node.http.request(route.method, route.path, content=body, headers={"Content-Type": kind, **headers_for(admin, route)})
    assert_refused(route, answer, {413})


@pytest.mark.parametrize("password, statuses", [
    ("with\0nul-Horse7", {400, 422}), (" " * 8, {201, 400}), (" " * 7 + "x", {201, 400}), ("x" * 1024, {422}), ("x" * 1025, {422}),
    ("pW7-" + "🐎" * 124, {201}), ("pW7-" + "🐎" * 125, {422}), ("  spaces-Horse7  ", {201}), ("e\u0301-Horse7-staple", {201}),
], ids=["NUL", "spaces", "mostly spaces", "1,024", "1,025", "128 characters of 4 bytes", "129 characters", "outer spaces", "combining"])
def test_88_passwords(node, password, statuses):
    name = fresh_name()
    answer = register(node, name, password=password)
    assert answer.status_code in statuses, answer.text
    assert login_book_corners(node, name, password).status_code in ({200} if answer.status_code == 201 else {400, 401, 422})
    if answer.status_code == 201 and password != password.strip():
        assert login_book_corners(node, name, password.strip()).status_code in (401, 422), "a password is not trimmed"


# --- forms -----------------------------------------------------------------------------------------------------------

FORMS = {  # 57–61, with the statuses that the catalogue or the dialect's own rules give
    "empty": (b"", {422}), "no equals": (b"username", {400, 422}), "only names": (b"username=&password=", {400, 401, 422}),
    "duplicate": (b"username=a&username=b&password=wrong-Horse7", {400, 422}), "duplicate, escaped": (b"username=a&%75sername=b&password=x", {400, 422}),
    "%zz": (b"username=%zz&password=wrong-Horse7", {400, 401, 422}), "%": (b"username=a%&password=wrong-Horse7", {400, 401, 422}),
    "%u0041": (b"username=%u0041&password=wrong-Horse7", {400, 401, 422}), "brackets": (b"username[]=a&password[x]=b", {400, 422}),
    "10,000 parameters": (b"username=a&password=b&" + b"&".join(b"a%d=" % n for n in range(9_000)), {400, 413, 422}), "ampersands": (b"&" * 5000, {400, 422}),
    "NUL": (b"username=a%00b&password=c%00d", {400, 401, 422}), "bad UTF-8": (b"username=%ff%fe&password=wrong-Horse7", {400, 401, 422}),
    "raw bad UTF-8": (b"username=\xff&password=wrong-Horse7", {400, 401, 422}), "JSON as form": (b'{"username":"a","password":"b"}', {400, 422}),
    "wrong grant type": (b"grant_type=implicit&username=a&password=b", {400, 401, 422}),
}


@pytest.mark.parametrize("case", FORMS)
@pytest.mark.parametrize("route", FORM_ROUTES, ids=lambda route: route.name)
def test_bad_forms(node, route, case):
    body, statuses = FORMS[case]
    assert_refused(route, node.http.post(route.path, content=body, headers={"Content-Type": FORM_TYPE}), statuses)


@pytest.mark.parametrize("route", FORM_ROUTES, ids=lambda route: route.name)
def test_61_credentials_in_the_query_count_for_nothing(node, user, route):
    query = f"{route.path}?username={user.name}&password={user.password}"
    for body in (b"", b"password=" + user.password.encode()):
        assert_refused(route, node.http.post(query, content=body, headers={"Content-Type": FORM_TYPE}), {400, 422})


PART = b'Content-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'


def multipart(*parts, boundary=b"b", final=b"--b--\r\n"):
    return b"".join(b"--" + boundary + b"\r\n" + part for part in parts) + final


GOOD = (PART % (b"username", b"nobody"), PART % (b"password", b"wrong-Horse7"))
MULTIPARTS = {
    "no boundary": ("multipart/form-data", multipart(*GOOD)), "empty boundary": ("multipart/form-data; boundary=", multipart(*GOOD)),
    "boundary of 1 kB": ("multipart/form-data; boundary=" + "b" * 1024, multipart(*GOOD)), "other boundary": ("multipart/form-data; boundary=c", multipart(*GOOD)),
    "no final boundary": ("multipart/form-data; boundary=b", multipart(*GOOD, final=b"")), "no parts": ("multipart/form-data; boundary=b", b"--b--\r\n"),
    "empty": ("multipart/form-data; boundary=b", b""), "no disposition": ("multipart/form-data; boundary=b", multipart(b"\r\nx\r\n")),
    "no blank line": ("multipart/form-data; boundary=b", multipart(b'Content-Disposition: form-data; name="username"\r\n')),
    "duplicate part": ("multipart/form-data; boundary=b", multipart(GOOD[0], *GOOD)), "2,000 parts": ("multipart/form-data; boundary=b", multipart(*[b"\r\n\r\n"] * 2000)),
    "nested": ("multipart/form-data; boundary=b", multipart(b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\n--c--\r\n")),
    "two boundaries": ("multipart/form-data; boundary=b; boundary=c", multipart(*GOOD)), "mixed": ("multipart/mixed; boundary=b", multipart(*GOOD)),
}


@pytest.mark.parametrize("case", MULTIPARTS)
def test_62_bad_multipart(node, case):
    kind, body = MULTIPARTS[case]
    answer = node.http.post("/api/v1/auth/login", content=body, headers={"Content-Type": kind})
    assert answer.status_code in {400, 401, 413, 415, 422}, answer.text
    assert envelope_fault("ndastro", answer) is None or envelope_fault("book_corners", answer) is None


QUERIES = ["?", "?a", "?=", "?&&&", "?%zz", "?%00", "?" + "a=1&" * 1000, "?scope", "?limit=1&limit=2", "?after=%ff", "?__proto__=1", "?a[]=1"]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:9])
@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "GET"], ids=lambda route: route.name)
def test_odd_queries(node, admin, route, query):
    answer = node.http.get(route.path + query, headers=admin)
    assert answer.status_code in {200, 400, 404, 414, 422}, answer.text
    if answer.status_code != 200:
        assert envelope_fault(route.dialect, answer) is None


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "GET"], ids=lambda route: route.name)
def test_a_body_on_a_get_is_no_request(node, admin, route):
    """Read and thrown away, or refused; never taken for the next request."""
    answer = node.http.request("GET", route.path, content=b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", headers=admin)
    assert answer.status_code in {200, 400, 413, 415}
    assert node.http.get("/healthz").status_code == 200
