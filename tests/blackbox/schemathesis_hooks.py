"""Read by schemathesis (SCHEMATHESIS_HOOKS): who its calls come from. LEDGATE_URL names the node."""

import itertools
import os

import httpx
import schemathesis

PASSWORD = "correct-Horse7-staple"
# What ends its caller's session or account gets a caller of its own, so that the calls after it still have one.
CONSUMING = {("POST", "/api/v1/auth/logout"), ("PUT", "/api/auth/me/password"), ("DELETE", "/api/auth/me")}


@schemathesis.auth(refresh_interval=None)
class Caller:
    """An administrator, found again when the session has been ended by a call."""

    def __init__(self):
        self.http = httpx.Client(base_url=os.environ["LEDGATE_URL"], trust_env=False, timeout=20)
        self.numbers = itertools.count()
        self.token = None

    def get(self, case, context):
        if (case.method.upper(), case.operation.path) in CONSUMING:
            return self.new_user()
        if self.token is None or self.http.get("/api/v1/verify", headers={"Authorization": f"Bearer {self.token}"}).status_code != 200:
            answer = self.http.post("/api/v1/auth/token", data={"username": "admin", "password": "admin"})
            self.token = answer.raise_for_status().json()["access_token"]
        return self.token

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}

    def new_user(self):
        name = f"consumed{next(self.numbers)}"
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        return self.http.post("/api/v1/auth/register", json=body).raise_for_status().json()["access"]


@schemathesis.hook
def before_call(context, case, kwargs):
    """A position that is far ahead is rightly answered 503; here only those are asked for that have been reached."""
    wanted = (case.headers or {}).get("Ledgate-Min-Position")
    if wanted is not None and str(wanted).isdecimal():
        case.headers["Ledgate-Min-Position"] = "1"
