"""Every header compiles alone: headers.py COMPILER BUILD_DIRECTORY [FLAG...]. A header that its own source includes first is left to clang-tidy,
which reads that source without precompiled headers. The compiler is called through ccache where there is one."""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

from source_tree import INCLUDE, LAYERS, ROOT, files, relative, report


def comes_first(header):
    source = header.with_suffix(".cc")
    first = INCLUDE.search(source.read_text()) if source.exists() else None
    return first is not None and first.group(1) == f'"{relative(header)}"'


def check(header, compiler, build, flags):
    """What the compiler says about a file that includes nothing else; None if nothing."""
    probe = pathlib.Path(build, "headers", relative(header) + ".cc")
    probe.parent.mkdir(parents=True, exist_ok=True)
    text = f'#include "{relative(header)}"\n'
    if not probe.exists() or probe.read_text() != text:
        probe.write_text(text)
    command = [*compiler, "-std=c++20", "-O0", f"-I{ROOT}", f"-isystem{build}", *flags, "-c", str(probe), "-o", str(probe.with_suffix(".o"))]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, CCACHE_BASEDIR=str(ROOT)))
    return None if done.returncode == 0 else f"{relative(header)} does not compile alone:\n{done.stderr[:2000]}"


if __name__ == "__main__":
    compiler_path, build_directory, *more = sys.argv[1:]
    headers = [header for header in files(LAYERS, ".h") if not comes_first(header)]
    launcher = [shutil.which("ccache")] if shutil.which("ccache") else []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda header: check(header, launcher + [compiler_path], build_directory, more), headers)
        sys.exit(report([result for result in results if result]))
