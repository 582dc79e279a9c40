"""Debian's Chromium without a screen."""

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from .waiting import PATIENCE

# No sandbox: tests run as root in containers, and the only pages are ours. The rest keeps it from calling home.
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,1000", "--no-proxy-server",
         "--disable-background-networking", "--disable-component-update", "--no-first-run"]


def open_browser(home):
    """A driver with a profile of its own in `home`; the caller quits it. Its performance log holds every request of a page."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in [*FLAGS, f"--user-data-dir={home}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_page_load_timeout(30 * PATIENCE)
    driver.set_script_timeout(30 * PATIENCE)
    return driver
