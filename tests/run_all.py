"""Runs every suite one after the other and adds their cases up. Called by tools/test, after the build.

Each suite prints as it goes; what is counted are single cases: Boost.Test's, the behaviour files, node's. The last line
is "N passed, N failed"; the exit status is 0 only if nothing failed and every suite ran something. Before it comes the
table of features.txt, with what came out.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import failures
import features

ROOT = Path(__file__).resolve().parent.parent
LONG = "--faults" in sys.argv  # every fault, as often as is promised
BUILD = Path(os.environ.get("NIGHTJAR_BUILD", ROOT / "build"))
outcomes = features.Outcomes()
failed_ones = []


def run(suite, command, cwd=ROOT):
    """The output of a command of a suite, echoed line by line, and its exit status."""
    environment = os.environ | {"NIGHTJAR": str(BUILD / "nightjar"), "NIGHTJARCTL": str(BUILD / "nightjarctl")}
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace")
    lines = []
    for line in process.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    output, status = "".join(lines), process.wait()
    if status != 0:
        failed_ones.extend(failures.of(suite, output) or [f"{' '.join(command)}: ended with status {status}"])
    return output, status


def layers():
    _, status = run("layers", [sys.executable, "tools/check_layers"])
    return (1, 0) if status == 0 else (0, 1)


def unit():
    passed = failed = 0
    for program in sorted(BUILD.glob("tests/unit/**/*_tests")):
        print(f"-- {program.name}", flush=True)
        output, status = run("unit", [str(program), "--report_level=short", "--color_output=no"])
        outcomes.add("unit", program.name, status == 0)
        cases = re.findall(r"(\d+) test cases? out of \d+ (passed|failed)", output)
        good = sum(int(n) for n, how in cases if how == "passed")
        bad = sum(int(n) for n, how in cases if how == "failed")
        passed += good
        failed += max(bad, 1) if status != 0 else bad
    return passed, failed


def behaviour():
    output, status = run("behaviour", ["tests/behaviour/run"])
    for word, file, name in re.findall(r"^(ok|FAIL|skip) +test_(\w+) +test_(\w+)", output, re.MULTILINE):
        outcomes.add("behaviour", f"{file}.{name}", word != "FAIL")
    counts = re.findall(r"^(\d+) passed, (\d+) failed", output, re.MULTILINE)
    if not counts:
        return 0, 1
    passed, failed = (int(n) for n in counts[-1])
    return passed, max(failed, 1) if status != 0 else failed


def browser():
    folder = ROOT / "tests/browser"
    _, status = run("browser", ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder)
    if status != 0:
        return 0, 1
    output, status = run("browser", ["node", "--test", "--test-concurrency=1", "--test-reporter=tap"], cwd=folder)
    for word, title in re.findall(r"^(ok|not ok) \d+ - (.*)$", output, re.MULTILINE):
        outcomes.add("browser", title.replace("\\#", "#"), word == "ok")
    passed = sum(int(n) for n in re.findall(r"^# pass (\d+)", output, re.MULTILINE))
    failed = sum(int(n) for n in re.findall(r"^# (?:fail|cancelled) (\d+)", output, re.MULTILINE))
    return passed, max(failed, 1) if status != 0 else failed


def faults():
    output, _ = run("faults", ["tests/faults/run", *(["--long"] if LONG else [])])
    counts = re.findall(r"^(\d+) passed, (\d+) failed", output, re.MULTILINE)
    return tuple(int(n) for n in counts[-1]) if counts else (0, 1)


def main():
    suites = {"layers": layers, "unit": unit, "behaviour": behaviour, "faults": faults, "browser": browser}
    wanted = [name for name in sys.argv[1:] if name != "--faults"] or (["faults"] if LONG else list(suites))
    total_passed = total_failed = 0
    summary = []
    for name in wanted:
        print(f"== {name}", flush=True)
        start = time.monotonic()
        passed, failed = suites[name]()
        if passed == 0 and failed == 0:
            failed = 1  # a suite without tests is a mistake
        total_passed += passed
        total_failed += failed
        summary.append(f"{name:10} {passed:5} passed {failed:3} failed  {time.monotonic() - start:6.1f} s")
    if {"unit", "behaviour", "browser"} <= set(wanted):
        passed, failed = features.show(ROOT / "tests/features.txt", outcomes)
        total_passed += passed
        total_failed += failed
        summary.append(f"{'features':10} {passed:5} passed {failed:3} failed")
    if failed_ones:
        print("\n== what failed\n" + "\n\n".join(failed_ones))
    print("\n" + "\n".join(summary))
    print(f"{total_passed} passed, {total_failed} failed")
    return 0 if total_failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
