"""Catalogue (b) 83–87: names and addresses that look alike, or are none. Never two accounts of one canonical form."""

import pytest

from harness.client import fresh_name, login_book_corners, me, register

TWINS = {  # the first is registered, the second must not become another account
    "NFC and NFD": ("caf\u00e9{n}", "cafe\u0301{n}"), "NFD and NFC": ("cafe\u0301{n}", "caf\u00e9{n}"), "full width": ("admin{n}", "\uff41dmin{n}"),
    "full-width digits": ("user1{n}", "user\uff11{n}"), "Kelvin sign": ("kelvin{n}", "\u212aelvin{n}"), "\u00c5ngstr\u00f6m sign": ("\u00e5se{n}", "\u212bse{n}"),
    "sharp s": ("strasse{n}", "stra\u00dfe{n}"), "capital sharp s": ("strasse{n}", "STRA\u1e9eE{n}"), "ligature": ("finn{n}", "\ufb01nn{n}"),
    "long s": ("sam{n}", "\u017fam{n}"), "final sigma": ("\u03c3\u03bf\u03c3{n}", "\u03a3\u039f\u03a3{n}"), "circled": ("abc{n}", "\u24d0bc{n}"),
    "mathematical": ("abc{n}", "\U0001d41abc{n}"), "superscript": ("x2{n}", "x\u00b2{n}"), "roman numeral": ("louis xiv{n}", "louis \u2169\u2160\u2164{n}"),
}


@pytest.mark.parametrize("case", TWINS)
def test_83_twins(node, case):
    """Folded alike, or not allowed at all; the second is never a second account."""
    number = fresh_name("")
    first, second = (name.format(n=number) for name in TWINS[case])
    answers = [register(node, name, f"{fresh_name()}@example.org") for name in (first, second)]
    assert [answer.status_code for answer in answers] != [201, 201]
    assert answers[1].status_code in (201, 400, 422) and answers[0].status_code in (201, 400, 422)
    if first.isascii() and " " not in first:
        assert answers[0].status_code == 201, answers[0].text
    if answers[1].json().get("message") == "Username already exists.":
        assert login_book_corners(node, second).status_code == 200, "one account, found by either spelling"


INVISIBLE = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u2066", "\u180e", "\u034f", "\ufe0f", "\U000e0041", "\u115f", "\u3164"]


@pytest.mark.parametrize("sign", INVISIBLE, ids=lambda sign: f"U+{ord(sign):04X}")
def test_84_invisible_signs_make_no_second_account(node, user, sign):
    for name in (user.name[:3] + sign + user.name[3:], sign + user.name, user.name + sign):
        answer = register(node, name, f"{fresh_name()}@example.org")
        assert answer.status_code in (400, 422), ascii(answer.text)


@pytest.mark.parametrize("space", [" ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u0085", "\u2028"], ids=lambda space: f"U+{ord(space[0]):04X}")
def test_85_outer_space(node, user, space):
    """Trimmed, and then taken; or refused."""
    for name in (space + user.name, user.name + space):
        assert register(node, name, f"{fresh_name()}@example.org").status_code in (400, 422)


ODD = {  # what a name may be or not is the folding rule's matter; here only: no 5xx, and what is accepted logs in again
    "zalgo": "z" + "\u0301\u0316" * 500, "zalgo within the limit": "z" + "\u0301\u0316" * 70, "256 emoji": "\U0001f600" * 256, "emoji": "\U0001f600" * 5,
    "plane 2": "\U00020000\U0002a6d6{n}", "unassigned": "a\U0003fff0{n}", "noncharacter": "a\uffff{n}", "noncharacter of plane 1": "a\U0001fffe{n}",
    "private use": "a\ue000{n}", "Cyrillic a": "p\u0430ypal{n}", "dotless i": "\u0131stanbul{n}", "dotted I": "\u0130stanbul{n}", "only combining": "\u0301\u0301\u0301",
    "Hebrew": "\u05e9\u05dc\u05d5\u05dd{n}", "mixed directions": "abc\u05e9\u05dc{n}", "control": "a\u0007b{n}", "newline within": "a\nb{n}", "only digits": "12345{n}",
    "slash": "a/b{n}", "quote": "a\"'b{n}", "tag": "<b>{n}</b>", "path": "../../etc{n}", "format": "%s%n{n}", "expanding": "\ufdfa" * 20,
}


@pytest.mark.parametrize("case", ODD)
def test_84_86_odd_names(node, case):
    name = ODD[case].format(n=fresh_name(""))
    answer = register(node, name, f"{fresh_name()}@example.org")
    assert answer.status_code in (201, 400, 422), answer.text
    if answer.status_code == 201:
        assert login_book_corners(node, name).status_code == 200
        assert me(node, answer.json()["access"]).json()["username"].strip() == me(node, answer.json()["access"]).json()["username"]
        assert register(node, name, f"{fresh_name()}@example.org").status_code == 400


def test_a_number_as_name_is_not_taken_for_an_id(node, admin):
    """`/api/v1/users/1` is the first user, whoever calls himself 1."""
    register(node, "100", f"{fresh_name()}@example.org")
    assert node.http.get("/api/v1/users/1", headers=admin).json()["number"] == 1


ADDRESSES = [  # may be refused, but never a 5xx; what is accepted is one account
    '"quoted local"@example.org', '"a@b"@example.org', "a(comment)@example.org", "a@b@c.org", "user@m\u00fcnchen.example", "user@xn--mnchen-3ya.example",
    "plus+tag@example.org", "x" * 64 + "@example.org", "x" * 65 + "@example.org", "x" * 310 + "@example.org", "a@[127.0.0.1]", "a@localhost", "a@example.org.",
    "a@\u212aelvin.example", "\u00e9@example.org", "a\u200b@example.org", "a@ex\u0000ample.org", "a@example.org\r\nBcc: b@example.org", ".a@example.org",
    "a..b@example.org", "<a@example.org>", "a@example.org,b@example.org", "mailto:a@example.org",
]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: ascii(address)[1:20])
def test_87_addresses(node, address):
    answer = register(node, fresh_name(), address)
    assert answer.status_code in (201, 400, 422), answer.text
    if answer.status_code == 201:
        assert not set(address) & set("\r\n\0<>,\u200b"), "accepted"
        assert register(node, fresh_name(), address).json() == {"message": "Email already exists.", "details": None}


def test_87_an_address_and_its_punycode_twin(node):
    """One domain in two spellings is one domain."""
    local = fresh_name()
    answers = [register(node, fresh_name(), f"{local}@{domain}") for domain in ("b\u00fccher.example", "xn--bcher-kva.example")]
    assert [answer.status_code for answer in answers] != [201, 201]
