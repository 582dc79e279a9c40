"""Who may know whom (docs/architecture.md): the layers in one direction, and each foreign library in one place."""

import re
import sys

from source_tree import INCLUDE, LAYERS, ROOT, files, line_of, relative, report, without_comments_and_strings

# First words of an include and the one folder that may name it.
FOREIGN = {
    "pistache/": "infra/http_edge", "boost/beast/": "infra/http_edge", "boost/asio/": "infra/http_edge", "boost/context/": "infra/fibers", "rocksdb/": "infra/rocksdb", "librdkafka/": "infra/kafka",
    "prometheus/": "infra/observe", "spdlog/": "infra/observe", "CLI/": "infra/config", "toml++/": "infra/config",
    "argon2.h": "infra/crypto", "openssl/": "infra/crypto", "crypt.h": "infra/crypto",
    "unicode/": "infra/unicode", "curl/": "infra/mail",
}
# Facts are made by commands; the API only reads them.
MAKES_FACTS = re.compile(r"\bmutable_\w+\s*\(|\brecord_facts?\s*\(|(?<!const )\bjournal::v1::Event\s+\w+\s*[;{=]")
# Who may do what to whom is decided in one place.
REFUSES_ACCESS = re.compile(r"refuse_with\(ErrorCode::kPermissionDenied")
OUTSIDE_INFRA = re.compile(r"\b(pistache|rocksdb|rd_?kafka)", re.IGNORECASE)
# An adapter knows itself and these; only infra/app and main put them together.
SHARED_ADAPTERS = {"http_edge": {"fibers"}, "config": {"observe"}, "kafka": {"observe"}, "rocksdb": {"crypto"}}


def layer_of(path):
    first = path.split("/")[0]
    return LAYERS.index(first) if first in LAYERS else None


def include_problem(path, included):
    """What is wrong with `path` including `included` ('"a/b.h"' or '<a/b.h>'); None if nothing is."""
    target = included[1:-1]
    if included.startswith('"'):
        own, other = layer_of(path), layer_of(target)
        if other is None:
            return f"{target} is not named from the root of the repository"
        if other > own:
            return f"{LAYERS[own]} may not know {LAYERS[other]} ({target})"
        return adapter_problem(path, target) or dialect_problem(path, target)
    for prefix, home in FOREIGN.items():
        if target.startswith(prefix) and not path.startswith(home + "/"):
            return f"<{target}> belongs in {home}"
    return None


def adapter_problem(path, target):
    if not (path.startswith("infra/") and target.startswith("infra/")) or path.count("/") < 2:
        return None
    own, other = path.split("/")[1], target.split("/")[1]
    if own in (other, "app") or other in SHARED_ADAPTERS.get(own, ()):
        return None
    return f"adapter {own} may not know adapter {other}"


def dialect_problem(path, target):
    if not re.match("api/dialects/[^/]+/", path):  # what stands beside the dialects puts them together
        return None
    if re.match("api/dialects/[^/]+/", target) and target.split("/")[2] != path.split("/")[2]:
        return f"a dialect may not know another ({target})"
    if "/ports/" in target:
        return f"a dialect may not know a port ({target})"
    return None


def api_problems(path, code):
    made = [f"{path}:{line_of(code, match.start())}: {match.group()}: facts are made by commands" for match in MAKES_FACTS.finditer(code)]
    refused = [f"{path}:{line_of(code, match.start())}: only api/auth refuses access" for match in REFUSES_ACCESS.finditer(code) if not path.startswith("api/auth/")]
    return made + refused


def check(path, text):
    problems = []
    for match in INCLUDE.finditer(text):
        problem = include_problem(path, match.group(1))
        if problem:
            problems.append(f"{path}:{line_of(text, match.start())}: {problem}")
    if path.startswith("api/"):
        problems += api_problems(path, without_comments_and_strings(text))
    if not path.startswith("infra/"):
        code = without_comments_and_strings(text)
        for match in OUTSIDE_INFRA.finditer(code):
            problems.append(f"{path}:{line_of(code, match.start())}: {match.group()} is named outside infra")
    return problems


if __name__ == "__main__":
    found = []
    for source in files(LAYERS, ".h", ".cc"):
        found += check(relative(source), source.read_text())
    sys.exit(report(found))
