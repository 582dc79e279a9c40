"""The debug pages in a real browser: Authorize logs in by ndastro-api's token route, and what is tried out goes as that user."""

import json
import urllib.parse

import pytest
from selenium.webdriver.common.by import By

from harness.browser import open_browser
from harness.shapes import assert_answer
from harness.waiting import eventually


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    driver = open_browser(tmp_path_factory.mktemp("pages"))
    yield driver
    driver.quit()


def visit(browser, node, page):
    assert_answer(node.http.get(page), 200)
    browser.get_log("performance"), browser.get_log("browser")
    browser.get(node.url + page)


def shown(place, css, text=None, seconds=20):
    """The first visible element of a selector (with this text), as soon as there is one."""
    def probe():
        return [found for found in place.find_elements(By.CSS_SELECTOR, css) if found.is_displayed() and text in (None, found.text.strip())]
    return eventually(f"{css} {text or ''}", probe, seconds, every=0.1)[0]


def press(browser, element):
    """A click that needs no scrolling animation to end."""
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'}); arguments[0].click()", element)


def hosts(browser):
    """The hosts that the page asked for anything; what its own policy kept the browser from asking was not asked."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    kept = {message["params"]["requestId"] for message in messages
            if message["method"] == "Network.loadingFailed" and message["params"].get("blockedReason") == "csp"}
    asked = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
    addresses = [request["request"]["url"] for request in asked if request["requestId"] not in kept]
    return {urllib.parse.urlsplit(address).netloc for address in addresses if address.startswith("http")}


def complaints(browser):
    """What the page's console calls an error, but for the icon that browsers ask every site for and what the policy refused."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"
            and not any(word in entry["message"] for word in ("favicon", "Content Security Policy"))]


def authorize(browser, name, password):
    press(browser, shown(browser, ".auth-wrapper .btn.authorize"))
    dialog = shown(browser, ".modal-ux")
    form = next(form for form in dialog.find_elements(By.CSS_SELECTOR, ".auth-container") if form.find_elements(By.CSS_SELECTOR, "input[data-name=username]"))
    form.find_element(By.CSS_SELECTOR, "input[data-name=username]").send_keys(name)
    form.find_element(By.CSS_SELECTOR, "input[data-name=password]").send_keys(password)
    press(browser, shown(form, ".auth-btn-wrapper .authorize"))
    return dialog, form


def try_out(browser, path):
    """Opens GET of a path, executes it and returns status and body as they are shown."""
    block = next(block for block in browser.find_elements(By.CSS_SELECTOR, ".opblock-get")
                 if block.find_element(By.CSS_SELECTOR, ".opblock-summary-path").get_attribute("data-path") == path)
    press(browser, block.find_element(By.CSS_SELECTOR, ".opblock-summary-control"))
    press(browser, shown(block, ".try-out__btn"))
    press(browser, shown(block, ".btn.execute"))
    status = shown(block, ".live-responses-table tr.response .response-col_status").text.split()[0]
    return int(status), shown(block, ".live-responses-table tr.response .highlight-code").text


def test_swagger_authorize(browser, equipped, member):
    """Issue part 3: the Authorize button works in the browser, and nothing but this service is asked."""
    visit(browser, equipped, "/api/swagger")
    dialog, form = authorize(browser, member.name, member.password)
    shown(form, ".auth-btn-wrapper button", "Logout")
    press(browser, shown(dialog, ".btn-done"))
    status, body = try_out(browser, "/api/v1/auth/me")
    assert status == 200 and f'"{member.name}"' in body
    assert complaints(browser) == []
    assert hosts(browser) <= {equipped.url.removeprefix("http://")}


def test_swagger_authorize_with_a_wrong_password(browser, equipped, member):
    visit(browser, equipped, "/api/swagger")
    _, form = authorize(browser, member.name, "wrong-Horse7")
    assert shown(form, ".errors").text
    assert not [button for button in form.find_elements(By.CSS_SELECTOR, ".auth-btn-wrapper button") if button.text.strip() == "Logout"]


def test_redoc(browser, equipped):
    """It shows the operations, again from here alone."""
    visit(browser, equipped, "/api/redoc")
    eventually("the operations", lambda: "/api/v1/auth/token" in browser.find_element(By.TAG_NAME, "body").text, seconds=30, every=0.2)
    assert complaints(browser) == []
    assert hosts(browser) <= {equipped.url.removeprefix("http://")}
