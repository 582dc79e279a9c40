"""The broker launcher, as the other tests rely on it."""

import pytest

from harness.kafka import Brokers

pytestmark = pytest.mark.slow


def test_three_brokers_lose_one_and_get_it_back(brokers):
    three = brokers(3)
    assert len(three.bootstrap.split(",")) == 3
    three.kill(2)
    with pytest.raises(AssertionError, match="does not run"):
        three.pause(2)
    three.start(2)
    three.pause(3)
    three.resume(3)


def test_all_brokers_killed_come_back(brokers):
    three = brokers(3)
    three.kill_all()
    three.start_all()
    three.terminate(1)
    three.start(1)


def test_a_bad_setting_is_said(tmp_path):
    with pytest.raises(AssertionError, match="num.partitions"):
        Brokers(tmp_path / "kafka", settings={"num.partitions": "none"})
