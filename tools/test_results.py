#!/usr/bin/env python3
"""Counts what a test run did, case by case.

    test_results.py BUILD_DIR

reads BUILD_DIR/results: the report of ctest (ctest.xml) and beside it the report of each GoogleTest
program (<name of the ctest test>.xml). A test without a report of its own (a script) counts as one.
A program that failed although all its cases passed (a leak found at its end) or that left no report
(a crash) counts as one failure.

Prints "passed failed skipped" on stdout, and on stderr a line for every failure with the command
that runs it again. What ran nothing prints 0 0 0; to judge that is left to the caller.
"""
import json
import os
import pathlib
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ElementTree


def commands(build):
    """Name of each ctest test -> its command line."""
    listing = subprocess.run(
        ["ctest", "--test-dir", str(build), "--show-only=json-v1"], check=True, capture_output=True)
    return {test["name"]: test.get("command", []) for test in json.loads(listing.stdout)["tests"]}


def cases(report):
    """(passed, names of failed, skipped) of one GoogleTest report."""
    passed, failed, skipped = 0, [], 0
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None:
            failed.append(f"{case.get('classname')}.{case.get('name')}")
        elif case.get("result") != "completed":
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def rerun(build, name, command, case):
    """The one command that runs the failed test again."""
    if case is None and not any(part.startswith("--gtest_output") for part in command):
        return f"ctest --test-dir {shlex.quote(str(build))} -R '^{name}$' --output-on-failure"
    words = [part for part in command if not part.startswith("--gtest_output")]
    if case is not None:
        words.append(f"--gtest_filter={case}")
    # The options under which the thread sanitizer judged; without them it would judge otherwise.
    tsan = os.environ.get("TSAN_OPTIONS") if build.name == "tsan" else None
    return (f"TSAN_OPTIONS={shlex.quote(tsan)} " if tsan else "") + shlex.join(words)


def count(build):
    """(passed, failed, skipped) of the whole run; failures go to stderr as they are met."""
    results = build / "results"
    by_name = commands(build)
    passed = failed = skipped = 0

    def fail(name, case, words):
        print(f"  FAILED {case or name}: {words}", file=sys.stderr)
        print(f"    again: {rerun(build, name, by_name[name], case)}", file=sys.stderr)

    for test in ElementTree.parse(results / "ctest.xml").getroot().iter("testcase"):
        name, status = test.get("name"), test.get("status")
        report = results / f"{name}.xml"
        bad = []
        if report.exists():
            good, bad, left_out = cases(report)
            passed += good
            failed += len(bad)
            skipped += left_out
            for case in bad:
                fail(name, case, f"in {name}")
        elif status == "run":
            passed += 1
        if status == "fail" and not bad:
            failed += 1
            fail(name, None, (test.find("failure").get("message") or "failed"))
        elif status not in ("run", "fail"):
            skipped += 1
    return passed, failed, skipped


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(*count(pathlib.Path(sys.argv[1]).resolve()))
