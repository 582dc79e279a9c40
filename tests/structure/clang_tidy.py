"""clang-tidy over the layers: clang_tidy.py BUILD_DIRECTORY. What passed is remembered by the content of the file, of every header of ours that it
reaches and of .clang-tidy, so that only what changed is looked at again."""

import concurrent.futures
import functools
import hashlib
import os
import pathlib
import re
import subprocess
import sys

from source_tree import INCLUDE, LAYERS, ROOT, files, relative, report

TIDY = "clang-tidy-14"


@functools.lru_cache(maxsize=None)
def includes(path):
    """Files of this repository that a file includes itself; for generated code, what it is generated from."""
    found = []
    for included in INCLUDE.findall(path.read_text()):
        target = ROOT / re.sub(r"\.pb\.h$", ".proto", included[1:-1])
        if included.startswith('"') and target.exists():
            found.append(target)
    return found


def reached(path):
    seen, queue = set(), [path]
    while queue:
        file = queue.pop()
        if file not in seen:
            seen.add(file)
            queue += includes(file)
    return sorted(seen)


def stamp(build, path):
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for file in reached(path):
        digest.update(relative(file).encode() + b"\0" + file.read_bytes())
    return build / "passed" / digest.hexdigest()


def generate_headers(build):
    """Sources include headers that protoc makes; nothing else has to be built."""
    targets = subprocess.run(["ninja", "-C", build, "-t", "targets", "all"], check=True, capture_output=True, text=True).stdout
    headers = re.findall(r"^(\S+\.pb\.h): CUSTOM_COMMAND", targets, re.MULTILINE)
    subprocess.run(["ninja", "-C", build, *headers], check=True, stdout=subprocess.DEVNULL)


def check(build, path):
    passed = stamp(build, path)
    if passed.exists():
        return None
    done = subprocess.run([TIDY, "--quiet", "-p", build, str(path)], capture_output=True, text=True)
    if done.returncode == 0:
        passed.touch()
        return None
    return done.stdout or done.stderr


if __name__ == "__main__":
    directory = pathlib.Path(sys.argv[1])
    (directory / "passed").mkdir(exist_ok=True)
    generate_headers(directory)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda path: check(directory, path), files(LAYERS, ".cc"))
        sys.exit(report([result for result in results if result]))
