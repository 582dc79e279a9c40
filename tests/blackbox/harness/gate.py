"""A real nginx with docs/examples/nginx-auth-request.conf between clients, a node and an upstream that knows nothing of tokens."""

import http.server
import json
import subprocess
import threading

import graphql
import httpx

from .node import REPOSITORY
from .ports import HeldPort
from .waiting import PATIENCE, eventually

EXAMPLE = REPOSITORY / "docs/examples/nginx-auth-request.conf"
AROUND = """daemon off; pid {home}/nginx.pid; error_log {home}/error.log; events {{ worker_connections 64; }}
http {{ access_log off; client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
{server} }}
"""


def resolve_status(_source, _info):
    return {"configured": True, "mode": "embedded"}


def needs(scope):
    """The resolvers' permission levels, from what the gate says."""
    def resolve(_source, info):
        if scope not in info.context["scopes"].split():
            raise graphql.GraphQLError("insufficient permission")
        return True
    return resolve


FLAG = graphql.GraphQLNonNull(graphql.GraphQLBoolean)
STATUS = graphql.GraphQLObjectType("ImagorStatus", {"configured": graphql.GraphQLField(FLAG), "mode": graphql.GraphQLField(graphql.GraphQLString)})
SCHEMA = graphql.GraphQLSchema(
    query=graphql.GraphQLObjectType("Query", {"imagorStatus": graphql.GraphQLField(STATUS, resolve=resolve_status)}),
    mutation=graphql.GraphQLObjectType("Mutation", {"generateImagorUrl": graphql.GraphQLField(FLAG, resolve=needs("write")),
                                                    "configureEmbeddedImagor": graphql.GraphQLField(FLAG, resolve=needs("admin"))}))


class Upstream(http.server.BaseHTTPRequestHandler):
    """GraphQL on /api/graphql, and anywhere else what it was told about the caller."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = {"user": self.headers.get("X-Auth-User", ""), "scopes": self.headers.get("X-Auth-Scopes", "")}
        if self.path == "/api/graphql":
            done = graphql.graphql_sync(SCHEMA, json.loads(body)["query"], context_value=told)
            told = done.formatted
        content = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        """The test says what it wants to know."""


class Gate:
    """nginx and the upstream, from `start` to `stop`; `http` speaks to nginx."""

    def __init__(self, node, home):
        self.node, self.home = node, home
        self.upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        self.port = HeldPort()
        self.url = f"http://127.0.0.1:{self.port.number}"

    def start(self):
        threading.Thread(target=self.upstream.serve_forever, daemon=True).start()
        words = {"@LISTEN@": f"127.0.0.1:{self.port.number}", "@UPSTREAM@": f"http://127.0.0.1:{self.upstream.server_port}", "@LEDGATE@": self.node.url}
        server = EXAMPLE.read_text()
        for word, meaning in words.items():
            server = server.replace(word, meaning)
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "nginx.conf").write_text(AROUND.format(home=self.home, server=server))
        self.process = subprocess.Popen(["nginx", "-c", self.home / "nginx.conf", "-p", self.home], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.http = httpx.Client(base_url=self.url, timeout=10 * PATIENCE, trust_env=False)
        eventually("nginx", self.listens)
        return self

    def listens(self):
        assert self.process.poll() is None, (self.home / "error.log").read_text()
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self):
        self.http.close()
        self.process.terminate()
        self.process.wait(10 * PATIENCE)
        self.upstream.shutdown()
        self.upstream.server_close()
