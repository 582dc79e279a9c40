"""What the clients of the simulator saw, judged by the checker of histories, which knows neither the log nor the simulator's own model."""

import subprocess

import pytest

from harness.history import judged
from harness.node import BINARY
from harness.waiting import PATIENCE

SIMULATE = BINARY.parent / "tests/simulation/simulate"
SEEDS = 200
AT_ONCE = 25
BROKEN = ("verdict-ignored", "conflict-key-forgotten", "position-not-awaited", "acknowledged-before-applied", "purged-by-local-clock", "freshness-ignored",
          "answers-from-later-rows", "erased-account-stays")


def histories(directory, variant, first, count):
    """The files of `count` seeds, an account and a session history of each."""
    subprocess.run([SIMULATE, "--history", directory, "--first", str(first), "--seeds", str(count), "--variant", variant], check=True, timeout=100 * PATIENCE)
    files = [directory / f"seed-{seed}-{model}.json" for seed in range(first, first + count) for model in ("account", "session")]
    assert sorted(directory.iterdir()) == sorted(files)
    return files


def test_what_clients_of_the_correct_nodes_saw_is_accepted(tmp_path):
    accepted, said = judged(histories(tmp_path, "correct", 1, SEEDS))
    assert accepted, said
    operations = [int(line.split()[2]) for line in said.splitlines()]
    assert len(operations) == 2 * SEEDS and sum(operations) > 20 * SEEDS, "something must have happened, or nothing was shown"


@pytest.mark.parametrize("variant", BROKEN)
def test_what_clients_of_broken_nodes_saw_is_refused(variant, tmp_path):
    """Within as many seeds; by the checker's verdict, not for want of time."""
    for first in range(1, SEEDS + 1, AT_ONCE):
        _, said = judged(histories(tmp_path / str(first), variant, first, AT_ONCE))
        if ": Illegal" in said:
            return
    pytest.fail(f"nobody noticed in {SEEDS} seeds")
