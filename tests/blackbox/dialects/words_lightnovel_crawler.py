"""What both suites of dialect lightnovel-crawler say and ask."""

from harness.shapes import a_text, assert_answer

BASE = "/api/auth"
CHANGED = "another-Horse8-staple"


def refused(answer, status, text=None):
    """`{"error","detail"}` with the text in both keys."""
    body = assert_answer(answer, status, {"error": a_text, "detail": a_text}).json()
    assert body["error"] == body["detail"] and text in (None, body["error"]), body


def field_fault(answer, field):
    """FastAPI's 422, naming the field."""
    assert_answer(answer, 422)
    faults = answer.json()["detail"]
    assert all({"type", "loc", "msg"} <= one.keys() for one in faults)
    assert field in [one["loc"][-1] for one in faults], faults


def create_token(node, headers):
    return assert_answer(node.http.post(f"{BASE}/me/create-token", headers=headers), 200, {"token": str}).json()["token"]
