"""compose/: what the files promise, and that they fit the program they start."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

from harness.node import BINARY, REPOSITORY, environment

COMPOSE = REPOSITORY / "compose"
BROKERS = ("broker-1", "broker-2", "broker-3")
NODES = ("node-a", "node-b", "node-c")
SECRETS = {"CLUSTER_ID": "Abcdefghijklmnopqrstuw", "LEDGATE_ADMIN_PASSWORD": "a-Long-enough7-one", "GRAFANA_PASSWORD": "another"}


@pytest.fixture(scope="module")
def stack():
    return yaml.safe_load((COMPOSE / "compose.yaml").read_text())


def filled_in(text):
    """A value as compose would hand it on: ${NAME:?…} from SECRETS, ${NAME:-default} by default."""
    text = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda match: SECRETS[match.group(1)], str(text))
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def mounts(service):
    return dict(mount.split(":")[:2] for mount in service.get("volumes", []))


def test_the_topology_is_there(stack):
    assert set(stack["services"]) == {*BROKERS, *NODES, "nginx", "prometheus", "grafana"}


@pytest.mark.parametrize("name", BROKERS)
def test_a_broker_never_loses_the_log(stack, name):
    settings = stack["services"][name]["environment"]
    assert settings["CLUSTER_ID"].startswith("${CLUSTER_ID:?"), "the image's own is the same in every deployment"
    wanted = {"KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false", "KAFKA_LOG_RETENTION_MS": "-1", "KAFKA_LOG_RETENTION_BYTES": "-1",
              "KAFKA_LOG_CLEANUP_POLICY": "delete", "KAFKA_DEFAULT_REPLICATION_FACTOR": "3", "KAFKA_MIN_INSYNC_REPLICAS": "2",
              "KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE": "false", "KAFKA_LOG_MESSAGE_TIMESTAMP_TYPE": "LogAppendTime"}
    assert wanted.items() <= settings.items()
    assert mounts(stack["services"][name]) == {name: settings["KAFKA_LOG_DIRS"]}, "the log lies in a volume of this broker's own"
    assert settings["KAFKA_NODE_ID"] == name[-1]
    assert f"{name[-1]}@{name}:9093" in settings["KAFKA_CONTROLLER_QUORUM_VOTERS"].split(",")


@pytest.mark.parametrize("name", NODES)
def test_a_node_is_locked_down_and_keeps_its_rows(stack, name):
    node = stack["services"][name]
    assert node["user"] == "10001:10001" and node["read_only"] and node["cap_drop"] == ["ALL"]
    assert mounts(node) == {name: node["environment"]["LEDGATE_DATA"]}
    assert node["secrets"] == ["keyring"]
    assert node["environment"]["LEDGATE_MASTER_KEY_FILE"] == "/run/secrets/keyring"
    assert "ports" not in node, "clients come through nginx"
    assert {key: value["condition"] for key, value in node["depends_on"].items()} == dict.fromkeys(BROKERS, "service_healthy")


@pytest.mark.parametrize("name", NODES)
def test_a_node_understands_its_settings(stack, name):
    variables = {key: filled_in(value) for key, value in stack["services"][name]["environment"].items()}
    shown = subprocess.run([BINARY, "serve", "--print-config"], env={**environment({}), **variables}, text=True, capture_output=True, timeout=20)
    assert shown.returncode == 0, shown.stderr
    assert f'id = "{name[-1]}"' in shown.stdout or f'node.id = "{name[-1]}"' in shown.stdout
    assert SECRETS["LEDGATE_ADMIN_PASSWORD"] not in shown.stdout


def test_nodes_believe_nginx_and_prometheus_alone(stack):
    services = stack["services"]
    settings = services["node-a"]["environment"]
    assert settings["LEDGATE_TRUSTED_PROXIES"] == services["nginx"]["networks"]["inside"]["ipv4_address"] + "/32"
    assert settings["LEDGATE_METRICS_ALLOW"] == services["prometheus"]["networks"]["inside"]["ipv4_address"] + "/32"


def test_every_service_is_watched_restarted_and_closed(stack):
    for name, service in stack["services"].items():
        assert service["healthcheck"]["test"], name
        assert service["restart"] == "unless-stopped", name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("image", "").rpartition(":")[2] not in ("", "latest"), f"{name}: a version"
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name}: {port} is open to the network"


def test_every_volume_and_secret_is_declared(stack):
    named = {source for service in stack["services"].values() for source in mounts(service) if not source.startswith(".")}
    assert named == set(stack["volumes"])
    assert {secret for service in stack["services"].values() for secret in service.get("secrets", [])} == set(stack["secrets"])
    for service in stack["services"].values():
        for source in mounts(service):
            assert not source.startswith(".") or (COMPOSE / source).exists(), source


def test_no_secret_can_be_committed():
    listed = subprocess.run(["git", "check-ignore", "compose/.env", "compose/secrets/keyring", "compose/secrets/tls.key"], cwd=REPOSITORY, text=True,
                            capture_output=True)
    if listed.returncode == 128:
        pytest.skip("no git work tree")
    assert len(listed.stdout.split()) == 3


def test_the_image_is_built_in_two_stages_and_runs_as_nobody():
    text = (COMPOSE / "Dockerfile").read_text()
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["debian:12", "debian:12"]
    last = text.split("FROM debian:12")[-1]
    assert "USER 10001:10001" in last and last.index("USER") < last.index("ENTRYPOINT")
    assert "compose/secrets" in (COMPOSE / "Dockerfile.dockerignore").read_text()


def test_the_image_has_the_libraries_of_the_program():
    listed = subprocess.run([COMPOSE / "runtime-packages", BINARY], text=True, capture_output=True, check=True, timeout=60).stdout.split()
    assert {"libssl3", "librocksdb7.8", "libpistache0", "libprotobuf32", "libsodium23", "libc6"} <= set(listed)
    libraries = subprocess.run(["ldd", BINARY], text=True, capture_output=True, check=True, timeout=20).stdout
    assert "not found" not in libraries


def watched_names():
    """The Ledgate metrics that dashboards and alerts ask for."""
    dashboard = json.loads((COMPOSE / "grafana/dashboards/ledgate.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    alerts = yaml.safe_load((COMPOSE / "prometheus/alerts.yml").read_text())
    asked += [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    return {name for text in asked for name in re.findall(r"\bledgate_\w+", text)}


def test_what_is_watched_is_measured(node):
    said = node.http.get("/metrics").text
    shown = set(re.findall(r"^(ledgate_\w+)", said, re.MULTILINE))
    assert watched_names() <= shown, watched_names() - shown


def test_prometheus_asks_every_node():
    scrape = yaml.safe_load((COMPOSE / "prometheus/prometheus.yml").read_text())["scrape_configs"][0]
    assert scrape["static_configs"][0]["targets"] == [f"{name}:8080" for name in NODES]


def test_nginx_takes_its_configuration(tmp_path):
    if shutil.which("nginx") is None:
        pytest.skip("no nginx")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
                    "-keyout", tmp_path / "tls.key", "-out", tmp_path / "tls.crt"], check=True, capture_output=True, timeout=20)
    text = (COMPOSE / "nginx/nginx.conf").read_text()
    for there, here in (("/tmp/", f"{tmp_path}/"), ("/run/secrets", tmp_path), ("/etc/nginx/ledgate", COMPOSE / "nginx"), ("node-a:", "127.0.0.1:"),
                        ("node-b:", "127.0.0.2:"), ("node-c:", "127.0.0.3:"), ("/dev/stdout", tmp_path / "access"), ("/dev/stderr", tmp_path / "error")):
        text = text.replace(there, str(here))
    (tmp_path / "nginx.conf").write_text(text)
    tried = subprocess.run(["nginx", "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"], text=True, capture_output=True, timeout=20)
    assert tried.returncode == 0, tried.stderr


def compose_client():
    """The words that start a client that knows the Compose Specification (version 1 did not), or None."""
    for words in (["docker", "compose"], ["docker-compose"]):
        told = subprocess.run([*words, "version", "--short"], text=True, capture_output=True, timeout=20) if shutil.which(words[0]) else None
        if told and told.returncode == 0 and not told.stdout.startswith("1."):
            return words
    return None


def test_the_compose_client_agrees(tmp_path):
    client = compose_client()
    if client is None:
        pytest.skip("no compose client")
    (tmp_path / "env").write_text("".join(f"{key}={value}\n" for key, value in SECRETS.items()))
    checked = subprocess.run([*client, "--env-file", tmp_path / "env", "-f", COMPOSE / "compose.yaml", "config", "-q"], text=True, capture_output=True,
                             env={**os.environ, **SECRETS}, timeout=60)
    assert checked.returncode == 0, checked.stderr


def test_prepare_says_what_it_needs():
    script = pathlib.Path(COMPOSE / "prepare").read_text()
    for name in SECRETS:
        assert f"echo \"{name}=" in script, f"{name} is made by compose/prepare"
