"""Adds up a run of scripts/test: count_results.py DIRECTORY. A stage with a JUnit file counts as its tests, any other as one."""

import pathlib
import sys
import xml.etree.ElementTree


def junit_counts(text):
    """(passed, failed) of a JUnit report; skipped tests are neither."""
    root = xml.etree.ElementTree.fromstring(text)
    passed = failed = 0
    for suite in root.iter("testsuite"):
        number = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped", "disabled")}
        bad = number["failures"] + number["errors"]
        failed += bad
        passed += number["tests"] - bad - number["skipped"] - number["disabled"]
    return passed, failed


def stage_counts(status, report):
    """(passed, failed) of one stage from its exit code and its JUnit text, if there is one."""
    if report is None:
        return (1, 0) if status == 0 else (0, 1)
    try:
        passed, failed = junit_counts(report)
    except xml.etree.ElementTree.ParseError:
        passed, failed = 0, 0
    return passed, failed if status == 0 or failed else 1


if __name__ == "__main__":
    directory = pathlib.Path(sys.argv[1])
    total_passed = total_failed = 0
    print("\nstage                    passed  failed  seconds")
    for line in (directory / "results").read_text().splitlines():
        name, code, seconds = line.split()
        junit = directory / f"{name}.xml"
        good, bad = stage_counts(int(code), junit.read_text() if junit.exists() else None)
        total_passed, total_failed = total_passed + good, total_failed + bad
        print(f"{name:<24} {good:>6}  {bad:>6}  {seconds:>7}")
    print(f"\n{total_passed} passed, {total_failed} failed")
    sys.exit(1 if total_failed else 0)
