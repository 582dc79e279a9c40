"""The schema comes from the route table: valid OpenAPI 3.1, complete, shown with `debug` only, and kept by what is answered."""

import os
import pathlib
import subprocess
import sys

import openapi_spec_validator
import pytest

from harness.node import Node
from harness.routes import EVERY_ROUTE, GUARDED, document
from harness.waiting import PATIENCE

HERE = pathlib.Path(__file__).parent
SEED = os.environ.get("LEDGATE_SEED", "1")
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance"]
PLACES = {(route.method.lower(), route.pattern) for route in EVERY_ROUTE}


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    node = Node(tmp_path_factory.mktemp("debug"), {"debug": "true"}).start()
    answer = node.http.get("/api/schema")
    node.stop()
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_valid(schema):
    assert schema["openapi"].startswith("3.1.")
    openapi_spec_validator.validate(schema)


def test_a_node_shows_what_the_program_prints(schema):
    """`ledgate openapi`, from which these tests have their routes."""
    assert schema == document()


@pytest.mark.parametrize("method, path", sorted(PLACES))
def test_every_route_is_described(schema, method, path):
    """With its success and its name."""
    operation = schema["paths"][path][method]
    assert [status for status in operation["responses"] if status.startswith("2")]
    assert operation["operationId"]


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
def test_guarded_routes_name_their_security(schema, route):
    assert schema["paths"][route.pattern][route.method.lower()]["security"]


def test_operation_ids_are_unique(schema):
    ids = [operation["operationId"] for item in schema["paths"].values() for operation in item.values() if isinstance(operation, dict)]
    assert len(ids) == len(set(ids))


def test_every_described_route_exists(schema, node, admin):
    """Nothing is promised that answers 404 or 405."""
    for path, item in schema["paths"].items():
        for method in item.keys() & {"get", "post", "put", "patch", "delete"}:
            if path.startswith(("/api/schema", "/api/swagger", "/api/redoc", "/api/pages/")):
                continue  # with debug only
            answer = node.http.request(method.upper(), path.replace("{id}", "1"), headers=admin if method == "get" else {})
            assert answer.status_code not in (404, 405), f"{method} {path}"


@pytest.mark.smoke
def test_hidden_without_debug(node, admin):
    assert node.http.get("/api/schema").status_code == 404
    assert node.http.get("/api/schema", headers=admin).status_code == 404


def test_debug_as_the_products_name_it(fresh):
    """`DEBUG=true` in the environment, without prefix."""
    node = fresh.idle()
    node.program = ["env", "DEBUG=true", *node.program]
    assert node.start().http.get("/api/schema").status_code == 200


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_schemathesis(fresh):
    """Examples, coverage, fuzzing and stateful: nothing gets a 5xx, a status, a media type or a body that the document does not declare.
    LEDGATE_SEED chooses another run."""
    node = fresh({"debug": "true", "guest.enabled": "true"})
    command = [pathlib.Path(sys.executable).with_name("st"), "--config-file", HERE / "schemathesis.toml", "run", f"{node.url}/api/schema",
               "--seed", SEED, "--max-examples", "12", "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing,stateful",
               "--continue-on-failure", "--no-shrink", "--generation-database", "none", "--request-timeout", "20"]
    known = {"SCHEMATHESIS_HOOKS": str(HERE / "schemathesis_hooks.py"), "LEDGATE_URL": node.url, "NO_COLOR": "1", "NO_PROXY": "*"}
    done = subprocess.run(command, cwd=node.home, env={**os.environ, **known}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=240 * PATIENCE, check=False)
    print(f"LEDGATE_SEED={SEED}\n{done.stdout[-20000:]}{done.stderr[-2000:]}")
    assert done.returncode == 0, f"LEDGATE_SEED={SEED}"
    assert node.process.poll() is None, node.said()[-2000:]
