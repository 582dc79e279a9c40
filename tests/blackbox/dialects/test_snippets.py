"""The products' own snippets in curl, Python and JavaScript, executed as printed: only hosts, sample tokens and sample accounts are put in."""

import json
import pathlib
import re
import subprocess

import pytest

from harness.browser import open_browser
from harness.client import claims_of, login_imagor_studio, new_user
from harness.shapes import a_jwt, assert_answer, fault
from harness.waiting import PATIENCE

SNIPPETS = pathlib.Path(__file__).with_name("snippets")
SAMPLE_TOKEN = re.compile(r"eyJ[\w.]*\.\.\.|<(?:access_token|refresh_token|your-token)>")


def printed(name, **places):
    """A snippet with its places filled in: each keyword names what stands for itself, `token` any sample token."""
    text = SAMPLE_TOKEN.sub(places.pop("token", "no token"), (SNIPPETS / name).read_text())
    for old, new in places.pop("words", {}).items():
        assert old in text
        text = text.replace(old, new)
    assert not places
    return text


def shell(text, home):
    """What a command writes when it is pasted into a shell."""
    done = subprocess.run(["sh", "-c", text], cwd=home, capture_output=True, text=True, timeout=30 * PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def matches(shape, value):
    assert fault(shape, value) is None, fault(shape, value)
    return value


# --- LibrePhotos: curl -------------------------------------------------------------------------------------------------------

def of_librephotos(gate, user):
    return {"<backend>": gate.url.removeprefix("http://"), "myuser": user.name, "mypassword": user.password}


def chosen(words, name):
    return {old: new for old, new in words.items() if old in (SNIPPETS / name).read_text()}


@pytest.mark.smoke
def test_librephotos_curl(gate, member, tmp_path):
    """Obtain, refresh, and call a resource by Bearer and by Basic, one after the other."""
    words = of_librephotos(gate, member)
    pair = matches({"refresh": a_jwt, "access": a_jwt}, shell(printed("librephotos/obtain.sh", words=words), tmp_path))
    fresh = shell(printed("librephotos/refresh.sh", token=pair["refresh"], words=chosen(words, "librephotos/refresh.sh")), tmp_path)
    matches({"access": a_jwt}, fresh)
    for access in (pair["access"], fresh["access"]):
        seen = shell(printed("librephotos/bearer.sh", token=access, words=chosen(words, "librephotos/bearer.sh")), tmp_path)
        assert seen["scopes"] == "read write"
    assert shell(printed("librephotos/basic.sh", words=chosen(words, "librephotos/basic.sh")), tmp_path)["scopes"] == "read write"


# --- imagor-studio: HTTP, curl and JavaScript ----------------------------------------------------------------------------------

def spoken(node, text):
    """An exchange written as request line, headers, blank line and body."""
    head, _, body = text.partition("\n\n")
    line, *headers = head.splitlines()
    method, path = line.split(" ")
    return node.http.request(method, path, headers=dict(header.split(": ", 1) for header in headers), content=body.encode())


@pytest.mark.smoke
def test_imagor_studio_exchanges(equipped):
    user = new_user(equipped)
    words = {"alice": user.name, "your-password": user.password}
    first = assert_answer(spoken(equipped, printed("imagor_studio/login.http", words=words)), 200).json()
    second = assert_answer(spoken(equipped, printed("imagor_studio/refresh.http", token=first["token"])), 200).json()
    assert first["token"] != second["token"] and first["user"] == second["user"]
    assert assert_answer(spoken(equipped, printed("imagor_studio/guest.http")), 200).json()["user"]["role"] == "guest"


@pytest.mark.smoke
def test_imagor_studio_curl(gate, equipped, member, tmp_path):
    token = login_imagor_studio(equipped, member.name).json()["token"]
    answer = shell(printed("imagor_studio/graphql.sh", token=token, words={"http://localhost:8000": gate.url}), tmp_path)
    assert answer == {"data": {"imagorStatus": {"configured": True, "mode": "embedded"}}}


@pytest.fixture(scope="module")
def browser(gate, tmp_path_factory):
    """A page of the gate's origin, where the snippets' relative addresses lead where their author meant."""
    driver = open_browser(tmp_path_factory.mktemp("browser"))
    driver.get(gate.url + "/healthz")
    yield driver
    driver.quit()


def run_script(browser, body, **arguments):
    """Runs an async function body with named arguments in the page and returns what it returns, or fails with what it threw."""
    wrapped = f"""const done = arguments[arguments.length - 1], given = arguments[0];
    (async ({{{", ".join(arguments)}}}) => {{ {body} }})(given).then(value => done({{value}}), error => done({{error: String(error)}}))"""
    found = browser.execute_async_script(wrapped, arguments)
    assert "error" not in found, found["error"]
    return found["value"]


def test_imagor_studio_fetch(browser, equipped, member):
    token = login_imagor_studio(equipped, member.name).json()["token"]
    body = printed("imagor_studio/graphql.js") + "\nreturn {status: response.status, body: await response.json()}"
    assert run_script(browser, body, token=token) == {"status": 200, "body": {"data": {"imagorStatus": {"configured": True}}}}


def test_imagor_studio_scheduled_refresh(browser, equipped, member):
    """The timer would fire in a week less an hour: here it fires at once, twice, and the third is where the story ends."""
    token = login_imagor_studio(equipped, member.name).json()["token"]
    body = """const delays = [], tokens = [], fetched = window.fetch.bind(window);
    return await new Promise((resolve, reject) => {
      const fetch = async (...words) => { tokens.push(JSON.parse(words[1].body).token); return fetched(...words) };
      const setTimeout = (callback, delay) => {
        delays.push(delay);
        if (delays.length < 3) callback().catch(reject); else resolve({delays, tokens}); };
    """ + printed("imagor_studio/refresh.js") + "\nscheduleRefresh(token, expiresIn) })"
    seen = run_script(browser, body, token=token, expiresIn=604800)
    assert seen["delays"] == [601200000] * 3
    assert seen["tokens"][0] == token and seen["tokens"][1] != token
    assert claims_of(seen["tokens"][1])["sub"] == claims_of(token)["sub"]


# --- Book Corners: curl and Python --------------------------------------------------------------------------------------------

HOST = "https://bookcorners.org"
PAIR = {"access": a_jwt, "refresh": a_jwt}


@pytest.mark.smoke
def test_book_corners_curl(fresh, tmp_path):
    """Register, log in, refresh and ask who I am, with the product's own jane."""
    node = fresh()
    words = {HOST: node.url}
    matches(PAIR, shell(printed("book_corners/register.sh", words=words), tmp_path))
    pair = matches(PAIR, shell(printed("book_corners/login.sh", words=words), tmp_path))
    access = matches({"access": a_jwt}, shell(printed("book_corners/refresh.sh", token=pair["refresh"], words=words), tmp_path))["access"]
    profile = shell(printed("book_corners/me.sh", token=access, words=words), tmp_path)
    assert (profile["username"], profile["email"]) == ("janedoe", "jane@example.com")


@pytest.mark.smoke
def test_book_corners_python(fresh, monkeypatch, capsys):
    """The four snippets one after the other in one interpreter, as a reader of the page would type them."""
    monkeypatch.setenv("NO_PROXY", "*")
    node, names = fresh(), {}
    for step in ("register", "login", "refresh"):
        exec(printed(f"book_corners/{step}.py", words={HOST: node.url}), names)
    matches(PAIR, names["tokens"])
    names["access_token"] = names["new_access"]
    exec(printed("book_corners/me.py", words={HOST: node.url}), names)
    assert names["resp"].status_code == 200 and names["resp"].json()["username"] == "janedoe"
    assert "janedoe" in capsys.readouterr().out
