"""Deadlines instead of sleeps. LEDGATE_PATIENCE stretches every deadline, for sanitizer builds."""

import os
import time

PATIENCE = float(os.environ.get("LEDGATE_PATIENCE", "1"))


def eventually(what, probe, seconds=5.0, every=0.02):
    """Call `probe` until it returns something true, and return that; fail with `what` once the deadline is past."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds * PATIENCE:.1f} s: {what}")
        time.sleep(every)


def wait_for_room_in_window(seconds, window=300):
    """Rate-limit windows are aligned to the epoch: begin only where `seconds` are left before the next one."""
    eventually("room in the rate-limit window", lambda: window - time.time() % window > seconds, seconds=seconds + 1)
