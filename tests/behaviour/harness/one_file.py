"""Runs the tests of one file and prints a line per test, with the broker's log below a failure."""

import json
import sys
import time
import unittest

LOG_LINES = 60


class LineResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.counts = {"ok": 0, "skip": 0, "FAIL": 0}
        self._started = 0.0
        self._failed = set()

    def startTest(self, test):
        super().startTest(test)
        self._started = time.monotonic()

    @staticmethod
    def _name(test):
        """file  method [subtest]; a class whose set-up failed has only an id."""
        case = getattr(test, "test_case", test)
        method = getattr(case, "_testMethodName", None)
        if method is None:
            return test.id()
        details = test.id()[len(case.id()):].replace("\n", " ") if case is not test else ""
        return f"{type(case).__module__}  {method}{details}"

    def _line(self, word, test, note=""):
        self.counts[word] += 1
        print(f"{word:4}  {self._name(test):100} {time.monotonic() - self._started:6.2f} s{note}", flush=True)

    def addSuccess(self, test):
        self._line("ok", test)

    def addSkip(self, test, reason):
        self._started = self._started or time.monotonic()
        self._line("skip", test, f"  ({reason})")

    def _fail(self, test, error):
        if test.id() not in self._failed:
            self._failed.add(test.id())
            self._line("FAIL", test)
        print(self._exc_info_to_string(error, test))
        broker = getattr(test, "broker", None)
        if broker is not None:
            print("    broker's log:\n    | " + "\n    | ".join(broker.log().splitlines()[-LOG_LINES:]), flush=True)

    def addFailure(self, test, error):
        self._fail(test, error)

    def addError(self, test, error):
        self._started = self._started or time.monotonic()
        self._fail(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self._failed.add(test.id())
            self._line("FAIL", subtest)
            self._fail(test, error)


def main():
    result = LineResult()
    unittest.defaultTestLoader.loadTestsFromName(sys.argv[1]).run(result)
    print("RESULT " + json.dumps(result.counts), flush=True)


if __name__ == "__main__":
    main()
