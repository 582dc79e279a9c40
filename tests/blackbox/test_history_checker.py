"""The checker of histories says no where it must: each history here is one that a broken service would give."""

import subprocess

import pytest

from harness.history import CHECKER, OK, REFUSED, UNKNOWN, History, build_checker


def account():
    return History("account")


def born(token="t1"):
    return History("session").add("login", OK, 0, 1, following=token)


LEGAL = {
    "a name taken once": account().add("register", OK, 0, 5, given="p").add("register", REFUSED, 1, 6, given="q").add("login", OK, 7, 8, given="p"),
    "an unknown attempt that won": account().add("register", UNKNOWN, 0, 1, given="p").add("register", REFUSED, 2, 3, given="q").add("login", OK, 4, 5, given="p"),
    "an unknown attempt that never was": account().add("register", UNKNOWN, 0, 1, given="p").add("register", OK, 2, 3, given="q").add("login", OK, 4, 5, given="q"),
    "a password changed": account().add("register", OK, 0, 1, given="p").add("change", OK, 2, 3, given="p", following="q").add("login", REFUSED, 4, 5, given="p"),
    "a password reset": account().add("register", OK, 0, 1, given="p").add("reset", OK, 2, 3, given="t", following="q").add("reset", REFUSED, 4, 5, given="t", following="r").add(
        "login", OK, 6, 7, given="q"),
    "an account closed and opened": account().add("register", OK, 0, 1, given="p").add("deactivate", OK, 2, 3).add("login", REFUSED, 4, 5, given="p").add(
        "reactivate", OK, 6, 7).add("login", OK, 8, 9, given="p"),
    "one successor, told twice": born().add("refresh", OK, 2, 5, given="t1", following="t2").add("refresh", OK, 3, 6, given="t1", following="t2"),
    "a lost answer, asked for too late": born().add("refresh", UNKNOWN, 2, 3, given="t1").add("refresh", REFUSED, 20, 21, given="t1").add("check", REFUSED, 22, 23),
    "a lost answer, asked for again": born().add("refresh", UNKNOWN, 2, 3, given="t1").add("refresh", OK, 4, 5, given="t1", following="t2").add(
        "refresh", OK, 6, 7, given="t2", following="t3"),
    "a copy that came too late, its answer lost": born().add("refresh", OK, 2, 3, given="t1", following="t2").add("refresh", UNKNOWN, 4, 5, given="t1").add(
        "check", REFUSED, 6, 7),
    "a log-out seen within the bound": born().add("logout", OK, 2, 3).add("check", OK, 5, 6, stale=4).add("check", REFUSED, 7, 8, stale=4),
    "a lost log-out that happens later": born().add("logout", UNKNOWN, 2, 3).add("check", OK, 5, 6).add("check", REFUSED, 7, 8),
}
ILLEGAL = {
    "two winners of one name": account().add("register", OK, 0, 5, given="p").add("register", OK, 1, 6, given="q"),
    "a free name refused": account().add("register", REFUSED, 0, 1, given="p").add("login", REFUSED, 2, 3, given="p").add("register", OK, 4, 5, given="q"),
    "an acknowledged account lost": account().add("register", OK, 0, 1, given="p").add("login", REFUSED, 2, 3, given="p"),
    "the loser's password opens": account().add("register", OK, 0, 1, given="p").add("register", REFUSED, 2, 3, given="q").add("login", OK, 4, 5, given="q"),
    "an unknown attempt that won and lost": account().add("register", UNKNOWN, 0, 1, given="p").add("login", OK, 2, 3, given="p").add("register", OK, 4, 5, given="q"),
    "an old password opens after the change": account().add("register", OK, 0, 1, given="p").add("change", OK, 2, 3, given="p", following="q").add("login", OK, 4, 5, given="p"),
    "two changes from one password": account().add("register", OK, 0, 1, given="p").add("change", OK, 2, 9, given="p", following="q").add(
        "change", OK, 3, 8, given="p", following="r"),
    "a reset token used twice": account().add("register", OK, 0, 1, given="p").add("reset", OK, 2, 9, given="t", following="q").add("reset", OK, 3, 8, given="t", following="r"),
    "an old password opens after the reset": account().add("register", OK, 0, 1, given="p").add("reset", OK, 2, 3, given="t", following="q").add("login", OK, 4, 5, given="p"),
    "a closed account opens": account().add("register", OK, 0, 1, given="p").add("deactivate", OK, 2, 3).add("login", OK, 4, 5, given="p"),
    "two successors of one token": born().add("refresh", OK, 2, 5, given="t1", following="t2").add("refresh", OK, 3, 6, given="t1", following="t3"),
    "a used token used again after its successor was": born().add("refresh", OK, 2, 3, given="t1", following="t2").add("refresh", OK, 4, 5, given="t2", following="t3").add(
        "refresh", OK, 6, 7, given="t1", following="t2"),
    "a good token refused": born().add("refresh", REFUSED, 2, 3, given="t1").add("check", OK, 4, 5),
    "a lost answer, asked for again and told otherwise": born().add("refresh", UNKNOWN, 2, 3, given="t1").add("refresh", OK, 4, 5, given="t1", following="t2").add(
        "refresh", OK, 6, 7, given="t1", following="t3"),
    "a session that lives after its end": born().add("logout", OK, 2, 3).add("check", OK, 4, 5),
    "a log-out seen beyond the bound": born().add("logout", OK, 2, 3).add("check", OK, 8, 9, stale=4),
    "a log-out seen and unseen again": born().add("logout", OK, 2, 3).add("check", REFUSED, 4, 5).add("check", OK, 20, 21, stale=4),
    "a refresh after the end": born().add("logout", OK, 2, 3).add("refresh", OK, 4, 5, given="t1", following="t2"),
    "a token from nowhere": born().add("refresh", OK, 2, 3, given="t9", following="t2"),
}


@pytest.mark.parametrize("name", LEGAL)
def test_what_may_happen_is_accepted(name, tmp_path):
    accepted, said = LEGAL[name].judged(tmp_path / "history.json")
    assert accepted, said


@pytest.mark.parametrize("name", ILLEGAL)
def test_what_must_not_happen_is_refused(name, tmp_path):
    accepted, said = ILLEGAL[name].judged(tmp_path / "history.json")
    assert not accepted, said
    assert (tmp_path / "history.json.html").stat().st_size > 0, "a picture for whoever has to find out why"


def test_a_word_no_model_knows_is_no_proof(tmp_path):
    path = tmp_path / "history.json"
    build_checker()
    for text in ('{"model": "account", "operations": [{"key": "k", "do": "logon", "result": "ok"}]}', '{"model": "names", "operations": []}',
                 '{"model": "account", "operations": [{"key": "k", "do": "login", "result": "yes"}]}', '{"model": "account", "ops": []}'):
        path.write_text(text)
        assert subprocess.run([CHECKER, path], capture_output=True, timeout=20).returncode == 2, text
