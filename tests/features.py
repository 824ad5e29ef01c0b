"""The table of features.txt, with what the suites made of each row."""

import re

ROWS = {"A": 67, "B": 20, "C": 17, "D": 18, "E": 10}  # how many each of the five systems has


class Outcomes:
    """What came out of each test: by suite and name; several tests of one name count together."""

    def __init__(self):
        self.of = {"unit": {}, "behaviour": {}, "browser": {}}

    def add(self, suite, name, good):
        self.of[suite][name] = self.of[suite].get(name, True) and good

    def find(self, test):
        """The outcomes of one entry of the table; none: there is no such test."""
        for suite in ("unit", "browser"):
            if test.startswith(suite + " "):
                good = self.of[suite].get(test.removeprefix(suite + " "))
                return [] if good is None else [good]
        names = self.of["behaviour"]
        if "." in test:
            return [names[test]] if test in names else []
        return [good for name, good in names.items() if name.startswith(test + ".")]


def read(path):
    """{row: (what it is, tests, why there is none)}"""
    rows = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        row, what, tests = (part.strip() for part in line.split("|"))
        if row in rows:
            raise ValueError(f"{path.name}: {row} stands there twice")
        if tests.startswith("- "):
            rows[row] = (what, [], tests.removeprefix("- "))
        else: # a title may hold commas
            rows[row] = (what, re.split(r", (?=unit |browser |[a-z0-9_]+(?:[.,]|$))", tests), "")
    return rows


def judge(outcomes, tests):
    missing = [test for test in tests if not outcomes.find(test)]
    if missing:
        return "FAIL", "no such test: " + ", ".join(missing)
    bad = [test for test in tests if not all(outcomes.find(test))]
    return ("FAIL", ", ".join(bad)) if bad else ("pass", ", ".join(tests))


def show(path, outcomes):
    """Prints the table; (rows that are shown by tests, rows that are not and should be)."""
    rows = read(path)
    passed = failed = 0
    print("\n== features", flush=True)
    for row in [f"{system}-{n}" for system, count in ROWS.items() for n in range(1, count + 1)]:
        what, tests, reason = rows.pop(row, ("", [], ""))
        word, detail = judge(outcomes, tests) if tests else ("none", reason) if reason else ("FAIL", "not in the table")
        passed += word == "pass"
        failed += word == "FAIL"
        print(f"{row:5} {word:4}  {what}: {detail}")
    for row in rows:
        failed += 1
        print(f"{row:5} FAIL  no such row")
    return passed, failed
