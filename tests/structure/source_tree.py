"""The repository's own files, for the checks beside this one."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAYERS = ("domain", "projections", "commands", "api", "infra")  # each may know the ones before it
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"][^>"]+[>"])', re.MULTILINE)


def files(folders, *suffixes):
    """Paths below the folders with one of the suffixes, in a stable order."""
    found = []
    for folder in folders:
        found += [path for path in (ROOT / folder).rglob("*") if path.suffix in suffixes and path.is_file()]
    return sorted(path for path in found if "__pycache__" not in path.parts)


def relative(path):
    return path.relative_to(ROOT).as_posix()


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def without_comments_and_strings(text):
    """C++ with comments and the content of literals blanked; offsets and lines stay where they are."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|\bR"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
    return token.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def report(problems):
    """Prints what was found; the exit code of the check."""
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else "nothing found")
    return 1 if problems else 0
