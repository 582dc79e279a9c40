"""The routes of the service, as the program under test prints them (`ledgate openapi`; a node with `debug` shows the same document): the table that
the bad-input, header and access tests walk. A route that has no example here or with its own tests fails the suite."""

import ast
import json
import pathlib
import typing

from .client import LONG_TOKEN, PASSWORD
from .node import BINARY, run


class Example(typing.NamedTuple):
    """How tests call a route. `body`: json, form, or oauth (a form of its own kind). `envelope`: whose words errors have, where that is not the
    row's dialect. What `consumes` ends its caller's session or account or changes its password. `debug`: it is there with `debug` only."""
    body: str = ""
    valid: dict = {}
    path: str = ""
    envelope: str = ""
    consumes: bool = False
    debug: bool = False


class Route(typing.NamedTuple):
    """A row of the program's table with its example. `access` is none, one_time_token, authenticated, account, audit or admin; `path` names user 1
    where the row's has a user's id (`pattern` keeps it)."""
    name: str
    operation: str
    method: str
    path: str
    pattern: str
    dialect: str
    access: str
    policy: str
    limit: str
    kind: str
    body: str
    valid: dict
    consumes: bool
    debug: bool

    def ask(self, node, **options):
        """Sends the example, with `headers` and the like."""
        carries = {"json": self.valid} if self.body == "json" else {"data": self.valid} if self.body else {}
        return node.http.request(self.method, options.pop("path", self.path), **carries, **options)


NAMES_NOBODY = {"username": "nobody", "password": "wrong-Horse7"}
NEWCOMER = {"username": "somebody", "email": "somebody@example.org", "password": "correct-Horse7-staple"}
NEW_PASSWORD = {"old_password": PASSWORD, "new_password": "another-Horse8-staple"}

# By operation and dialect.
EXAMPLES = {
    ("register", "book_corners"): Example("json", NEWCOMER),
    ("login", "book_corners"): Example("json", NAMES_NOBODY),
    ("refresh", "book_corners"): Example("json", {"refresh": LONG_TOKEN}),
    ("me", "native"): Example(envelope="union"),
    ("login", "ndastro"): Example("form", NAMES_NOBODY),
    ("token", "ndastro"): Example("form", NAMES_NOBODY),
    ("refresh", "ndastro"): Example("json", {"token": LONG_TOKEN, "expires_in": 31536000, "token_type": "bearer"}),
    ("logout", "ndastro"): Example(consumes=True),
    ("password_recovery", "ndastro"): Example(path="/api/v1/auth/password-recovery/nobody@example.org"),
    ("reset_password", "ndastro"): Example("json", {"token": LONG_TOKEN, "new_password": "another-Horse8-staple"}),
    ("token_obtain", "librephotos"): Example("json", NAMES_NOBODY),
    ("token_obtain_bare", "librephotos"): Example("json", NAMES_NOBODY),
    ("token_refresh", "librephotos"): Example("json", {"refresh": LONG_TOKEN}),
    ("token_refresh_bare", "librephotos"): Example("json", {"refresh": LONG_TOKEN}),
    ("token_blacklist", "librephotos"): Example("json", {"refresh": LONG_TOKEN}),
    ("token_blacklist_bare", "librephotos"): Example("json", {"refresh": LONG_TOKEN}),
    ("help", "librephotos"): Example(),
    ("help_slash", "librephotos"): Example(),
    ("auth_login", "imagor_studio"): Example("json", NAMES_NOBODY),
    ("auth_refresh", "imagor_studio"): Example("json", {"token": LONG_TOKEN}),
    ("auth_guest", "imagor_studio"): Example(),
    ("auth_register", "imagor_studio"): Example("json", {"displayName": "Some Body", "username": "ab", "password": "correct-Horse7-staple"}),
    ("auth_register_admin", "imagor_studio"): Example("json", {"displayName": "Some Body", "username": "somebody", "password": "correct-Horse7-staple"}),
    ("auth_first_run", "imagor_studio"): Example(),
    ("auth_login", "lightnovel_crawler"): Example("json", {"email": "nobody@example.org", "password": "wrong-Horse7"}),
    ("signup", "lightnovel_crawler"): Example("json", {"referrer": LONG_TOKEN, "email": "newcomer@example.org", "password": "correct-Horse7-staple"}),
    ("send_password_reset_link", "lightnovel_crawler"): Example("json", {"email": "nobody@example.org"}),
    ("reset_password_with_token", "lightnovel_crawler"): Example("json", {"password": "another-Horse8-staple"}),
    ("verify_otp", "lightnovel_crawler"): Example("form", {"otp": "123456", "token": LONG_TOKEN}),
    ("send_otp", "lightnovel_crawler"): Example(),
    ("create_token", "lightnovel_crawler"): Example(),
    ("verify_token", "lightnovel_crawler"): Example(path="/api/auth/verify-token?token=" + LONG_TOKEN),
    ("tokens", "lightnovel_crawler"): Example(),
    ("auth_me", "lightnovel_crawler"): Example(),
    ("auth_name", "lightnovel_crawler"): Example("json", {"name": "Some Body"}),
    ("auth_password", "lightnovel_crawler"): Example("json", NEW_PASSWORD, consumes=True),
    ("auth_delete", "lightnovel_crawler"): Example(consumes=True),
    ("verify", "native"): Example(),
    ("verify_post", "native"): Example(),
    ("users", "native"): Example(),
    ("user", "native"): Example(),
    ("user_referrals", "native"): Example(),
    ("user_deactivate", "native"): Example(),
    ("user_reactivate", "native"): Example(),
    ("user_role", "native"): Example("json", {"role": "admin"}),
    ("user_erase", "native"): Example(),
    ("user_revoke_sessions", "native"): Example(),
    ("user_sessions", "native"): Example(),
    ("audit_events", "native"): Example(),
    ("status", "native"): Example(),
    ("introspect", "native"): Example("oauth", {"token": LONG_TOKEN}, envelope="oauth"),
    ("revoke", "native"): Example("oauth", {"token": LONG_TOKEN}, envelope="oauth"),
    ("healthz", "native"): Example(),
    ("readyz", "native"): Example(),
    ("metrics", "native"): Example(),
    ("jwks", "native"): Example(),
    ("schema", "native"): Example(debug=True),
    ("schema_slash", "native"): Example(debug=True),
    ("swagger", "native"): Example(debug=True),
    ("swagger_slash", "native"): Example(debug=True),
    ("redoc", "native"): Example(debug=True),
    ("redoc_slash", "native"): Example(debug=True),
    ("page_file", "native"): Example(path="/api/pages/redoc-init.js", debug=True),
}


def examples():
    """Those above, and those that stand with the tests of their route: EXAMPLES of a test file, the same in literals."""
    found = dict(EXAMPLES)
    for file in sorted(pathlib.Path(__file__).parents[1].glob("test_*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["EXAMPLES"]:
                found |= {key: Example(**example) for key, example in ast.literal_eval(node.value).items()}
    return found


def document():
    """What the program says of itself."""
    printed = run("openapi")
    assert printed.returncode == 0, printed.stderr
    return json.loads(printed.stdout)


def rows():
    """(method, path, operation, row) of everything the program answers."""
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            for row in operation["x-ledgate-rows"]:
                yield method.upper(), path, operation["operationId"], row


def read_routes():
    made = []
    unknown = []
    known = examples()
    for method, pattern, operation, row in rows():
        example = known.get((operation, row["dialect"]))
        if example is None:
            unknown.append((operation, row["dialect"]))
            continue
        access = "none" if row["access"] in ("public", "metrics_network") else row["access"]
        made.append(Route(name=f"{row['dialect']} {operation}", operation=operation, method=method, path=example.path or pattern.replace("{id}", "1"),
                          pattern=pattern, dialect=example.envelope or row["dialect"], access=access, policy=row["policy"], limit=row["limit"],
                          kind=row["kind"], body=example.body, valid=example.valid, consumes=example.consumes, debug=example.debug))
    gone = known.keys() - {(operation, row["dialect"]) for _, _, operation, row in rows()}
    assert not unknown and not gone, f"no EXAMPLES know {unknown}, and some know {sorted(gone)}, which the program does not"
    return made


EVERY_ROUTE = read_routes() if BINARY.is_file() else []  # without a binary nothing but a collection is asked for
ROUTES = [route for route in EVERY_ROUTE if not route.debug]
JSON_ROUTES = [route for route in ROUTES if route.body == "json"]
FORM_ROUTES = [route for route in ROUTES if route.body == "form"]
GUARDED = [route for route in ROUTES if route.access not in ("none", "one_time_token")]


def envelope_fault(dialect, answer):
    """None when an error answer has the dialect's own envelope, else what is wrong with it."""
    try:
        body = answer.json()
    except ValueError:
        return f"no JSON: {answer.text[:200]!r}"
    if not isinstance(body, dict):
        return f"no object: {body!r}"
    if dialect == "native":
        kind = answer.headers.get("content-type", "")
        if not kind.startswith("application/problem+json"):
            return f"content type {kind!r}"
        if body.get("status") != answer.status_code or not body.get("title"):
            return f"no problem document: {body!r}"
        return None
    if dialect == "librephotos":
        faults = body.get("errors")
        fine = faults and all(fault.keys() == {"field", "message"} and fault["message"] for fault in faults) and len(body) == 1
        return None if fine else f"no list of errors: {body!r}"
    wanted = {"oauth": {"error", "error_description"}, "book_corners": {"message", "details"}, "ndastro": {"detail"}, "lightnovel_crawler": {"error", "detail"},
              "imagor_studio": {"error", "message", "code"}, "union": {"detail", "message", "details"}}[dialect]
    if dialect == "lightnovel_crawler" and answer.status_code == 422:
        wanted = {"detail"}
    missing = wanted - body.keys()
    return f"without {sorted(missing)}: {body!r}" if missing else None
