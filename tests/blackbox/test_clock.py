"""A wall clock that somebody sets wrong, under a node of its own."""

import os
import subprocess

import pytest

from harness.client import admin, bearer, login_book_corners, new_user
from harness.node import BINARY
from harness.waiting import eventually

STEPPED_CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t clock, struct timespec* now) {
  static int (*real)(clockid_t, struct timespec*);
  if (!real) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, now);
  FILE* file = clock == CLOCK_REALTIME ? fopen(getenv("CLOCK_STEP"), "r") : NULL;
  long seconds = 0;
  if (file && fscanf(file, "%ld", &seconds) == 1) now->tv_sec += seconds;
  if (file) fclose(file);
  return result;
}
"""


@pytest.fixture
def stepped(fresh, tmp_path):
    """A node, and a function that sets its wall clock so many seconds ahead of the true time."""
    shim, step = tmp_path / "clock.so", tmp_path / "step"
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", shim, "-ldl"], input=STEPPED_CLOCK.encode(), check=True)

    def step_to(seconds):
        step.with_suffix(".new").write_text(str(seconds))
        step.with_suffix(".new").rename(step)

    step_to(0)
    node = fresh.idle({"tick_seconds": 1})
    # A sanitizer wants to be the first library, and is told that this one may be.
    node.program = ["env", f"LD_PRELOAD={shim}", f"CLOCK_STEP={step}", "ASAN_OPTIONS=verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", ""), BINARY]
    return node.start(), step_to


def test_a_clock_that_leaps_ahead_and_is_set_back(stepped):
    """What expired stays expired, log time and ticks go on, /readyz says what is wrong, and the node serves meanwhile."""
    node, step_to = stepped
    user = new_user(node)
    boss = admin(node)
    me = lambda token: node.http.get("/api/v1/auth/me", headers=bearer(token)).status_code
    status = lambda: node.http.get("/api/v1/status", headers=boss).json()
    assert me(user.access) == 200 and node.http.get("/readyz").status_code == 200
    step_to(3600)
    later = login_book_corners(node, user.name).json()["access"]
    assert me(user.access) == 401 and me(later) == 200
    step_to(0)
    assert me(user.access) == 401, "refused once, refused for good"
    ready = node.http.get("/readyz")
    assert ready.status_code == 503 and any(reason.startswith("clock_skew") for reason in ready.json()["reasons"]), ready.text
    boss = admin(node)
    before = status()
    eventually("two more ticks", lambda: status()["position"] >= before["position"] + 2, seconds=10, every=0.2)
    assert status()["log_time"] > before["log_time"]
    assert me(login_book_corners(node, user.name).json()["access"]) == 200
