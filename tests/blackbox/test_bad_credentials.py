"""Catalogue (b) 64–82: Authorization headers, forged tokens and cookies against every guarded route. Never 2xx, never 5xx."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils

from harness import raw
from harness.client import basic, bearer, me, session_ndastro
from harness.routes import GUARDED, ROUTES, envelope_fault

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def refused_everywhere(node, headers, statuses=(400, 401, 431)):
    for route in GUARDED:
        answer = route.ask(node, headers=headers)
        assert answer.status_code in statuses, f"{route.name}: {answer.status_code} {answer.text[:200]}"
        if answer.status_code == 401:
            assert envelope_fault(route.dialect, answer) is None


# --- 64: the header --------------------------------------------------------------------------------------------------

HEADERS = {
    "empty": "", "Bearer": "Bearer", "junk": "Bearer x", "token only": "{access}", "no space": "Bearer{access}",
    "comma": "Bearer,{access}", "two tokens": "Bearer {access} {access}", "quoted": 'Bearer "{access}"', "other scheme": "Token {access}",
    "Digest": 'Digest username="admin"', "Basic": "Basic", "Basic without colon": "Basic YWRtaW4=",
    "Basic bad base64": "Basic ####", "Basic one character": "Basic Y", "Basic bad UTF-8": "Basic //79", "Basic NUL": "Basic YWRtaW4AOmFkbWlu",
    "Basic with token": "Basic {access}", "Basic url-safe junk": "Basic _-_-", "Negotiate": "Negotiate YII=", "8 kB": "Bearer " + "x" * 8000,
    "64 kB": "Bearer " + "x" * 64_000,
}


@pytest.mark.parametrize("case", HEADERS)
def test_64_authorization(node, user, case):
    refused_everywhere(node, {"Authorization": HEADERS[case].format(access=user.access)})


@pytest.mark.parametrize("line", [b"Authorization: Bearer ", b"Authorization: Basic \t", b"Authorization: ", b"Cookie: jwt = "])
def test_64_schemes_before_nothing(node, line):
    """Written as raw bytes, since a proper client drops the space at the end."""
    got = raw.exchange(node, raw.request("GET", "/api/v1/verify", [line]), expect=1)
    assert got.statuses and got.statuses[0] in (400, 401)


def test_64_two_authorization_headers(node, user):
    """Which of the two counts is anybody's guess, so neither does."""
    for second in (bearer(user.access), basic("admin", "admin")):
        headers = [*bearer(user.access).items(), *second.items()]
        for route in GUARDED:
            answer = route.ask(node, headers=headers)
            assert answer.status_code in (400, 401), route.name
    assert me(node, user.access).status_code == 200, "and nothing was logged out"


@pytest.mark.parametrize("route", [route for route in ROUTES if route.access == "none"], ids=lambda route: route.name)
def test_64_junk_credentials_do_not_matter_where_none_are_needed(node, route):
    """An old client that sends a stale header must still be able to log in."""
    answer = route.ask(node, headers={**bearer("stale.token.x"), "Cookie": "jwt=x; refresh_token=y"})
    assert answer.status_code < 500
    assert answer.status_code == route.ask(node).status_code or route.operation == "register"


# --- 65–76: forged tokens --------------------------------------------------------------------------------------------

def encode(value):
    data = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Forger:
    """A real token taken apart, and keys of our own to sign lies with."""

    own = ec.generate_private_key(ec.SECP256R1())
    p384 = ec.generate_private_key(ec.SECP384R1())
    rsa = rsa.generate_private_key(65537, 2048)

    def __init__(self, node, token):
        self.token = token
        self.parts = token.split(".")
        self.header = json.loads(decode(self.parts[0]))
        self.claims = json.loads(decode(self.parts[1]))
        self.admin = {**self.claims, "exp": int(time.time()) + 86400}
        keys = {key["kid"]: key for key in node.http.get("/.well-known/jwks.json").json()["keys"]}
        self.jwk = keys[self.header["kid"]]
        public = jwt.PyJWK(self.jwk).key
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        self.pem = public.public_bytes(serialization.Encoding.PEM, spki)
        self.der = public.public_bytes(serialization.Encoding.DER, spki)

    def unsigned(self, header, signature=b""):
        return f"{encode(header)}.{encode(self.claims)}.{encode(signature)}"

    def hmac(self, secret, **header):
        algorithm = jwt.get_algorithm_by_name("HS256")
        message = f"{encode({**self.header, 'alg': 'HS256', **header})}.{encode(self.admin)}"
        return f"{message}.{encode(algorithm.sign(message.encode(), secret))}"

    def es256(self, key=None, claims=None, **header):
        """Signed properly, but with our own key."""
        header = {name: value for name, value in {**self.header, **header}.items() if value is not None}
        message = f"{encode(header)}.{encode(claims or self.admin)}"
        return f"{message}.{encode(self.raw_signature(key or self.own, message))}"

    @staticmethod
    def raw_signature(key, message):
        r, s = utils.decode_dss_signature(key.sign(message.encode(), ec.ECDSA(hashes.SHA256())))
        size = (key.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def own_jwk(self):
        return json.loads(jwt.get_algorithm_by_name("ES256").to_jwk(self.own.public_key()))

    def resigned(self, signature):
        return ".".join([*self.parts[:2], encode(signature)])

    def der_signature(self):
        raw = decode(self.parts[2])
        return utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))

    def trailing_bits(self):
        last = self.token[-1]
        return self.token[:-1] + ALPHABET[ALPHABET.index(last) ^ 1]

    def bit_flips(self):
        for place in range(0, len(self.token), 17):
            if self.token[place] != ".":
                yield self.token[:place] + ALPHABET[ALPHABET.index(self.token[place]) ^ 32] + self.token[place + 1:]


ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def pair(r, s):
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


FORGERIES = {
    **{f"65 alg {name!r}": (lambda f, name=name: f.unsigned({**f.header, "alg": name})) for name in ("none", "None", "nOnE", "NONE", "", None, 5, ["ES256"])},
    "65 none, real signature": lambda f: ".".join([encode({**f.header, "alg": "none"}), *f.parts[1:]]),
    "65 no alg": lambda f: f.unsigned({"typ": "JWT"}, b"x" * 64),
    "66 HS256 with PEM": lambda f: f.hmac(f.pem), "66 HS256 with DER": lambda f: f.hmac(f.der), "66 HS256 with JWK": lambda f: f.hmac(json.dumps(f.jwk).encode()),
    "66 HS256 with space and PEM": lambda f: f.hmac(b" " + f.pem), "66 HS256 with x": lambda f: f.hmac(decode(f.jwk["x"])), "66 HS256 with nothing": lambda f: f.hmac(b""),
    "66 HS256 with kid": lambda f: f.hmac(f.header["kid"].encode()),
    "67 RS256": lambda f: jwt.encode(f.admin, f.rsa, "RS256", headers={"kid": f.header["kid"]}),
    "67 ES384": lambda f: jwt.encode(f.admin, f.p384, "ES384", headers={"kid": f.header["kid"]}),
    "67 P-384 key under ES256": lambda f: f.es256(f.p384), "67 own key, real kid": lambda f: f.es256(),
    "68 r=s=0": lambda f: f.resigned(pair(0, 0)), "68 r=0": lambda f: f.resigned(pair(0, 1)), "68 s=0": lambda f: f.resigned(pair(1, 0)),
    "68 r=s=n": lambda f: f.resigned(pair(ORDER, ORDER)), "68 r=s=1": lambda f: f.resigned(pair(1, 1)), "68 all ones": lambda f: f.resigned(b"\xff" * 64),
    "68 DER": lambda f: f.resigned(f.der_signature()), "68 63 bytes": lambda f: f.resigned(decode(f.parts[2])[:63]),
    "68 65 bytes": lambda f: f.resigned(decode(f.parts[2]) + b"\0"), "68 empty": lambda f: f.resigned(b""), "68 doubled": lambda f: f.resigned(decode(f.parts[2]) * 2),
    "69 jwk in the header": lambda f: f.es256(jwk=f.own_jwk()), "69 jwk without kid": lambda f: f.es256(jwk=f.own_jwk(), kid=None),
    **{f"69 {name}": (lambda f, name=name: f.es256(**{name: "http://127.0.0.1:1/keys"})) for name in ("jku", "x5u")}, "69 x5c": lambda f: f.es256(x5c=["MIIB"]),
    **{f"69 kid {str(kid)[:12]!r}": (lambda f, kid=kid: f.es256(kid=kid)) for kid in ("../../dev/null", "' or 1=1 --", "k" * 4000, "", 5, None, ["a"], "\u0000")},
    "70 crit": lambda f: f.es256(crit=["exp"]), "70 b64 false": lambda f: f.es256(b64=False, crit=["b64"]), "70 zip": lambda f: f.es256(zip="DEF"),
    "71 typ": lambda f: f.es256(typ="at+jwt"), "72 no exp": lambda f: f.es256(claims={key: value for key, value in f.claims.items() if key != "exp"}),
    "74 two parts": lambda f: ".".join(f.parts[:2]), "74 four parts": lambda f: f.token + ".x", "74 five parts": lambda f: f.token + ".x.y", "74 dots": lambda f: "..",
    "74 empty header": lambda f: ".".join(["", *f.parts[1:]]), "74 empty payload": lambda f: ".".join([f.parts[0], "", f.parts[2]]),
    "74 padding": lambda f: f.token + "==", "74 padded header": lambda f: ".".join([f.parts[0] + "=", *f.parts[1:]]), "74 trailing bits": Forger.trailing_bits,
    "74 standard alphabet": lambda f: f.resigned(b"\xfb\xff" * 32).replace("-", "+").replace("_", "/"), "74 trailing dot": lambda f: f.token + ".",
    "75 payload no object": lambda f: f.es256(claims=[1]), "75 no JSON": lambda f: f"{f.parts[0]}.{encode(b'{')}.{f.parts[2]}",
    "75 deep": lambda f: f"{f.parts[0]}.{encode(b'[' * 4000)}.{f.parts[2]}", "75 deep header": lambda f: f"{encode(b'[' * 4000)}.{f.parts[1]}.{f.parts[2]}",
    "75 duplicate alg": lambda f: ".".join([encode(b'{"alg":"none",' + decode(f.parts[0])[1:]), *f.parts[1:]]),
    "75 sub swapped": lambda f: f"{f.parts[0]}.{encode({**f.claims, 'user_id': 1, 'sub': 'admin'})}.{f.parts[2]}", "76 truncated": lambda f: f.token[:-1],
    "76 extended": lambda f: f.token + "A", "76 upper case": lambda f: f.token.upper(),
}


@pytest.fixture(scope="module")
def forger(node, admin):
    """Built on the administrator's own token, so that a forgery that passes opens everything."""
    return Forger(node, admin["Authorization"].split(" ")[1])


@pytest.mark.parametrize("case", FORGERIES)
def test_65_to_76_forged_tokens(node, forger, case):
    refused_everywhere(node, bearer(FORGERIES[case](forger)))


def test_76_flipped_bits(node, forger):
    for forged in forger.bit_flips():
        assert me(node, forged).status_code == 401, forged


def test_a_forgery_leaves_the_real_token_good(node, forger):
    """A cache of verified tokens is keyed by the whole token."""
    for make in FORGERIES.values():
        me(node, make(forger))
        assert me(node, forger.token).status_code == 200


# --- 78–81: cookies --------------------------------------------------------------------------------------------------

COOKIES = ["foo", "a=b; c", "=v", ";;;", "jwt", "jwt=", "jwt=;", 'jwt="', "jwt=a b", "jwt=x.y.z", "JWT={access}", "__Host-jwt={access}", "__Secure-jwt={access}",
           "jwt={access}x", "xjwt={access}", "jwt =x", "a=" + "b" * 8000, "; ".join(f"c{n}=v" for n in range(300)), "refresh_token=", "refresh_token=x"]


@pytest.mark.parametrize("cookie", COOKIES, ids=lambda cookie: cookie[:20])
def test_78_odd_cookies(node, user, cookie):
    """The session is simply absent."""
    refused_everywhere(node, {"Cookie": cookie.format(access=user.access)}, statuses=(400, 401))


def test_78_cookies_of_64_kb(node):
    refused_everywhere(node, {"Cookie": "a=" + "b" * 64_000}, statuses=(400, 431))


@pytest.mark.parametrize("name, route", [("jwt", "/api/v1/verify"), ("refresh_token", "/api/v1/auth/logout")])
def test_79_duplicate_session_cookies(node, user, name, route):
    """Two different values for one session cookie: 400 or nobody; never one of them at random."""
    good = user.access if name == "jwt" else session_ndastro(node, user.name).refresh
    for values in ((good, "other"), ("other", good)):
        cookie = {"Cookie": "; ".join(f"{name}={value}" for value in values)}
        answer = node.http.request("GET" if name == "jwt" else "POST", route, headers=cookie)
        assert answer.status_code in (400, 401), answer.text


def test_81_the_cookie_of_an_ended_session(node, user):
    node.http.post("/api/v1/auth/logout", headers=bearer(user.access))
    assert node.http.get("/api/v1/verify", headers={"Cookie": f"jwt={user.access}"}).status_code == 401
