"""Dialect LibrePhotos: obtain, refresh and blacklist, the `jwt` cookie, Bearer and Basic, and the help page, in the words of its own clients."""

import re
import shlex
import subprocess

import pytest

from harness.client import (LONG_TOKEN, PASSWORD, basic, bearer, claims_of, cookies_of, fresh_name, login_librephotos, me, refresh_librephotos)
from harness.routes import envelope_fault
from harness.shapes import a_jwt, a_text, assert_answer

ORIGIN = "https://app.example.org"
SLASHES = ["/", ""]
OBTAIN, REFRESH, BLACKLIST = "/api/auth/token/obtain", "/api/auth/token/refresh", "/api/auth/token/blacklist"
PAIR = {"refresh": a_jwt, "access": a_jwt}
NOT_VALID = {"Token is invalid or expired", "Token is invalid", "Token is expired"}


def errors_of(answer, status):
    """The fields and messages of LibrePhotos's envelope."""
    assert_answer(answer, status)
    assert envelope_fault("librephotos", answer) is None
    return {fault["field"]: fault["message"] for fault in answer.json()["errors"]}


def refused_token(answer):
    """Row refresh: 401 with `detail` and `code`."""
    errors = errors_of(answer, 401)
    assert errors.keys() == {"detail", "code"}
    assert errors["code"] == "token_not_valid" and errors["detail"] in NOT_VALID


def assert_jwt_cookie(answer, value, secure=False):
    """Row cookie: a session cookie of the whole site, and, unlike the product's, out of reach of scripts."""
    cookie = cookies_of(answer)["jwt"]
    assert cookie.value == value
    assert (cookie["path"], cookie["domain"], cookie["max-age"], cookie["expires"]) == ("/", "", "", "")
    assert cookie["httponly"] is True and cookie["samesite"].lower() == "lax" and bool(cookie["secure"]) is secure


# --- obtain ----------------------------------------------------------------------------------------------------------

@pytest.mark.smoke
@pytest.mark.parametrize("slash", SLASHES, ids=["slash", "bare"])
@pytest.mark.parametrize("spelling", [lambda user: user.name, lambda user: user.name.upper(), lambda user: user.email],
                         ids=["name", "NAME", "address"])
def test_obtain(equipped, member, spelling, slash):
    answer = equipped.http.post(OBTAIN + slash, json={"username": spelling(member), "password": member.password})
    assert_answer(answer, 200, PAIR)
    assert_jwt_cookie(answer, answer.json()["access"])
    assert me(equipped, answer.json()["access"]).json()["username"] == member.name


@pytest.mark.smoke
def test_obtain_with_wrong_credentials(equipped, member):
    """One answer for a wrong password and an unknown name, with the challenge and without a cookie."""
    answers = [login_librephotos(equipped, member.name, "wrong-Horse7"), login_librephotos(equipped, fresh_name())]
    for answer in answers:
        assert errors_of(answer, 401) == {"detail": "No active account found with the given credentials"}
        assert answer.headers["www-authenticate"] == 'Bearer realm="api"'
        assert "set-cookie" not in answer.headers


FIELDS = [(OBTAIN, {"username": "somebody"}, {"password"}), (OBTAIN, {"password": "x"}, {"username"}), (OBTAIN, {}, {"username", "password"}),
          (OBTAIN, {"username": 5.5, "password": []}, {"username", "password"}), (OBTAIN, {"username": None, "password": None}, {"username", "password"}),
          (OBTAIN, {"username": "", "password": ""}, {"username", "password"}),
          (REFRESH, {}, {"refresh"}), (REFRESH, {"refresh": None}, {"refresh"}), (REFRESH, {"refresh": {}}, {"refresh"}), (REFRESH, {"refresh": ""}, {"refresh"}),
          (BLACKLIST, {}, {"refresh"}), (BLACKLIST, {"refresh": ["x"]}, {"refresh"})]


@pytest.mark.parametrize("slash", SLASHES, ids=["slash", "bare"])
@pytest.mark.parametrize("path, body, fields", FIELDS)
def test_field_faults(equipped, path, body, fields, slash):
    """400, each faulty field with a sentence, never Python's own spelling of a list."""
    errors = errors_of(equipped.http.post(path + slash, json=body), 400)
    assert errors.keys() <= fields and errors
    assert not any("ErrorDetail" in message or message.startswith("[") for message in errors.values())


@pytest.mark.parametrize("path", [OBTAIN + "/", REFRESH + "/", BLACKLIST + "/"])
def test_manners_of_the_routes(equipped, path):
    """What is no JSON, another media type and another method, in LibrePhotos's envelope."""
    errors_of(equipped.http.post(path, content=b"{", headers={"Content-Type": "application/json"}), 400)
    errors_of(equipped.http.post(path, content=b"<a/>", headers={"Content-Type": "text/xml"}), 415)
    answer = equipped.http.get(path)
    errors_of(answer, 405)
    assert "POST" in answer.headers["allow"]


# --- refresh and blacklist -------------------------------------------------------------------------------------------

@pytest.mark.smoke
@pytest.mark.parametrize("slash", SLASHES, ids=["slash", "bare"])
def test_refresh(equipped, member, slash):
    """`access` alone, the cookie set anew, and no rotation."""
    pair = login_librephotos(equipped, member.name).json()
    seen = {pair["access"]}
    for _ in range(2):
        answer = equipped.http.post(REFRESH + slash, json={"refresh": pair["refresh"]})
        assert_answer(answer, 200, {"access": a_jwt})
        assert_jwt_cookie(answer, answer.json()["access"])
        assert me(equipped, answer.json()["access"]).status_code == 200
        seen.add(answer.json()["access"])
    assert len(seen) == 3


@pytest.mark.parametrize("spoil", [lambda pair: LONG_TOKEN, lambda pair: pair["access"], lambda pair: pair["refresh"] + "A",
                                   lambda pair: pair["refresh"][:-4], lambda pair: "a.b.c", lambda pair: pair["refresh"].swapcase()],
                         ids=["junk", "an access token", "longer", "shorter", "dots", "case"])
def test_refresh_with_a_bad_token(equipped, member, spoil):
    refused_token(refresh_librephotos(equipped, spoil(login_librephotos(equipped, member.name).json())))


@pytest.mark.parametrize("slash", SLASHES, ids=["slash", "bare"])
def test_blacklist(equipped, member, slash):
    """The product's own logout: 200, and the refresh token is refused from then on, there and here."""
    pair, other = login_librephotos(equipped, member.name).json(), login_librephotos(equipped, member.name).json()
    assert_answer(equipped.http.post(BLACKLIST + slash, json={"refresh": pair["refresh"]}), 200, {})
    refused_token(refresh_librephotos(equipped, pair["refresh"]))
    refused_token(equipped.http.post(BLACKLIST + slash, json={"refresh": pair["refresh"]}))
    assert refresh_librephotos(equipped, other["refresh"]).status_code == 200, "other sessions of the user stay"


@pytest.mark.parametrize("token", [LONG_TOKEN, "a.b.c"])
def test_blacklist_with_a_bad_token(equipped, token):
    refused_token(equipped.http.post(BLACKLIST + "/", json={"refresh": token}))


# --- tokens ----------------------------------------------------------------------------------------------------------

def test_claims_and_lifetimes(equipped, member):
    """Row lifetimes: 5 minutes and 7 days; the product's web application reads `name` and `is_admin` from the access token."""
    pair = login_librephotos(equipped, member.name).json()
    access, refresh = claims_of(pair["access"]), claims_of(pair["refresh"])
    assert access.keys() >= {"token_type", "exp", "iat", "jti", "user_id", "name", "is_admin"}
    assert (access["token_type"], refresh["token_type"]) == ("access", "refresh")
    assert access["exp"] - access["iat"] == 300 and refresh["exp"] - refresh["iat"] == 7 * 86400
    assert str(access["user_id"]) == str(me(equipped, pair["access"]).json()["id"])
    assert (access["name"], access["is_admin"]) == (member.name, False)


def test_claims_of_the_administrator(equipped):
    claims = claims_of(login_librephotos(equipped, "admin", "admin").json()["access"])
    assert (claims["name"], claims["is_admin"]) == ("admin", True)


# --- protected resources: the gate speaks for them -------------------------------------------------------------------

VERIFY = "/api/v1/verify"


@pytest.mark.smoke
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_bearer_and_basic_open(equipped, member, method):
    """Rows 'any protected' and 'scheme case-insensitive'."""
    access = login_librephotos(equipped, member.name).json()["access"]
    for headers in (bearer(access), {"Authorization": f"bEaReR {access}"}, basic(member.name, member.password),
                    {"Authorization": basic(member.name, member.password)["Authorization"].replace("Basic", "bAsIc")}):
        assert equipped.http.request(method, VERIFY, headers=headers).status_code == 200


def test_cookie_rules(equipped, member):
    """Row cookie: ambient, so on GET only; the header beats it; an unusable one authenticates nobody and breaks nothing public."""
    cookie = {"Cookie": "jwt=" + cookies_of(login_librephotos(equipped, member.name))["jwt"].value}
    assert equipped.http.get(VERIFY, headers=cookie).status_code == 200
    assert equipped.http.post(VERIFY, headers=cookie).status_code == 401
    assert equipped.http.get(VERIFY, headers={**cookie, **bearer("x.y.z")}).status_code == 401
    assert equipped.http.get(VERIFY, headers={"Cookie": "jwt=x.y.z"}).status_code == 401
    assert equipped.http.get("/api/v1/auth/me", headers=cookie).status_code == 401, "only the gate looks at it"
    answer = equipped.http.post(OBTAIN, json={"username": member.name, "password": PASSWORD}, headers={"Cookie": "jwt=x.y.z"})
    assert answer.status_code == 200


def test_cookie_is_secure_behind_https(fresh):
    node = fresh({"public_url": "https://auth.example.org"})
    answer = login_librephotos(node, "admin", "admin")
    assert_jwt_cookie(answer, answer.json()["access"], secure=True)


# --- cross-origin ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path, body", [(OBTAIN + "/", lambda pair, user: {"username": user.name, "password": user.password}),
                                        (REFRESH + "/", lambda pair, user: {"refresh": pair["refresh"]})], ids=["obtain", "refresh"])
def test_credentials_across_origins(equipped, member, path, body):
    """Row obtain: `Access-Control-Allow-Credentials: true`, so that a separate front end may keep the cookie; for named origins only."""
    body = body(login_librephotos(equipped, member.name).json(), member)
    asked = equipped.http.options(path, headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST",
                                                 "Access-Control-Request-Headers": "authorization, content-type"})
    for answer in (asked, equipped.http.post(path, json=body, headers={"Origin": ORIGIN})):
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["access-control-allow-credentials"] == "true"
    assert "POST" in asked.headers["access-control-allow-methods"]
    allowed = asked.headers["access-control-allow-headers"].lower()
    assert "authorization" in allowed and "content-type" in allowed
    stranger = equipped.http.post(path, json=body, headers={"Origin": "https://evil.example.net"})
    assert "access-control-allow-origin" not in stranger.headers


# --- help and debug pages --------------------------------------------------------------------------------------------

HELP = {"about": a_text, "authentication": {"default_authentication_classes": [str], "jwt": {"obtain": a_text, "refresh": a_text, "how_to": a_text},
                                            "basic": {"how_to": a_text}},
        "useful_endpoints": dict, "documentation": {"api_authentication": a_text},
        "examples": {"obtain_token_curl": a_text, "call_api_with_bearer": a_text, "call_api_with_basic": a_text}}
PAGES = {"openapi_schema", "swagger_ui", "redoc"}


@pytest.mark.smoke
@pytest.mark.parametrize("slash", SLASHES, ids=["slash", "bare"])
def test_help(node, equipped, slash):
    """For anybody, with and without `debug`, which only adds the pages it serves."""
    for server, debug in ((node, False), (equipped, True)):
        answer = assert_answer(server.http.get("/api/help" + slash), 200, HELP)
        endpoints = answer.json()["useful_endpoints"]
        assert {"api_root", "help", "photos", "search"} <= endpoints.keys()
        assert (PAGES <= endpoints.keys()) is debug and (debug or not PAGES & endpoints.keys())


def filled(command, node, user, access):
    """An example command with its placeholders filled in, as a reader would."""
    places = {"username": user.name, "password": user.password, "access_token": access, "access": access, "token": access,
              "your_username": user.name, "your_password": user.password, "backend": f"{node.peer}:{node.port}", "host": f"{node.peer}:{node.port}"}
    filled = re.sub(r"<([\w-]+)>", lambda found: places[found.group(1).lower().replace("-", "_")], command)
    return filled.replace("http://auth.example.org", node.url)


@pytest.mark.parametrize("example", ["obtain_token_curl", "call_api_with_bearer", "call_api_with_basic"])
def test_example_commands_work(equipped, member, example):
    """Each is typed into a shell as it is printed, with its placeholders filled in, and succeeds."""
    access = login_librephotos(equipped, member.name).json()["access"]
    command = filled(equipped.http.get("/api/help").json()["examples"][example], equipped, member, access)
    assert shlex.split(command)[0] == "curl"
    done = subprocess.run(["sh", "-c", command.replace("curl", "curl -sS -o answer -w '%{http_code}' --max-time 10", 1)], cwd=equipped.home,
                          capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "200", ""), command


@pytest.mark.parametrize("page", ["schema", "swagger", "redoc"])
@pytest.mark.parametrize("slash", SLASHES, ids=["slash", "bare"])
def test_pages_are_shown_with_debug_only(node, equipped, page, slash):
    assert node.http.get(f"/api/{page}{slash}").status_code == 404
    answer = assert_answer(equipped.http.get(f"/api/{page}{slash}"), 200)
    assert answer.headers["content-type"].startswith("application/json" if page == "schema" else "text/html")


@pytest.mark.parametrize("page", ["swagger", "redoc"])
def test_pages_need_no_other_host(equipped, page):
    """Everything that a page names comes from this service."""
    html = assert_answer(equipped.http.get(f"/api/{page}"), 200).text
    named = re.findall(r"""(?:src|href)\s*=\s*["']?([^"'\s>]+)""", html)
    assert [name for name in named if name.endswith(".js")], "no script"
    for name in named:
        if name.startswith(("data:", "#")):
            continue
        assert not re.match(r"(?:\w+:)?//", name), name
        assert equipped.http.get(str(equipped.http.base_url.join(f"/api/{page}").join(name))).status_code == 200, name
