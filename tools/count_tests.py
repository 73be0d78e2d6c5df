"""Closes a test run with the line "N passed, N failed, N skipped".

Counts test cases from the XML that each test target named in Bazel's output
wrote; a target without readable cases counts as one.
"""

import argparse
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

_RESULT = re.compile(
    r"^(//\S+)\s+(?:\(cached\) )?"
    r"(PASSED|FAILED TO BUILD|FAILED|TIMEOUT|FLAKY|NO STATUS|INCOMPLETE)")


def cases_of(target):
    """(passed, failed, skipped) of a target's test.xml files."""
    folder = pathlib.Path("bazel-testlogs") / target[2:].replace(":", "/")
    passed = failed = skipped = 0
    for path in folder.rglob("test.xml"):
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError:
            continue
        for case in root.iter("testcase"):
            if case.find("failure") is not None or case.find(
                    "error") is not None:
                failed += 1
            elif case.find("skipped") is not None or case.get(
                    "result") in ("skipped", "suppressed"):
                skipped += 1
            else:
                passed += 1
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--script", action="append", default=[],
        choices=("passed", "failed", "skipped"),
        help="how a test that Bazel does not know ended")
    parser.add_argument("log")
    arguments = parser.parse_args()
    totals = [0, 0, 0]
    targets = {}
    with open(arguments.log, encoding="utf-8", errors="replace") as log:
        for line in log:
            match = _RESULT.match(line)
            if match:
                targets[match.group(1)] = match.group(2)
    for target, result in sorted(targets.items()):
        ok = result in ("PASSED", "FLAKY")
        counts = cases_of(target) if result != "FAILED TO BUILD" else (0, 0, 0)
        if sum(counts) == 0:
            counts = (1, 0, 0) if ok else (0, 1, 0)
        elif not ok and counts[1] == 0:
            counts = (counts[0], 1, counts[2])
        totals = [total + count for total, count in zip(totals, counts)]
    for i, result in enumerate(("passed", "failed", "skipped")):
        totals[i] += arguments.script.count(result)
    if not targets:
        print("no test ran", file=sys.stderr)
        totals[1] += 1
    print("%d passed, %d failed, %d skipped" % tuple(totals))
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
