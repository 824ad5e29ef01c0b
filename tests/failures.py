"""What failed, taken from the suites' outputs, to be said once more at the end: nobody has to search 3,000 lines."""

import re

LINES = 30  # of one failure

# What begins a failure, and what ends its lines.
SIGNS = {
    "layers": (r".+", None),
    "unit": (r".*: (?:fatal )?error: ", r"-- |\*\*\* "),
    "behaviour": (r"FAIL ", r"(?:ok|skip|FAIL) |\d+ passed"),
    "faults": (r"FAIL ", r"(?:ok|skip|FAIL|--) |\d+ passed"),
    "browser": (r"\s*not ok ", r"\s*\.\.\.$"),
}


def of(suite, output):
    """The failures of one suite's output, each with its first lines."""
    begins, ends = (sign and re.compile(sign) for sign in SIGNS[suite])
    found = []
    inside = False
    for line in output.splitlines():
        if begins.match(line):
            found.append([line])
            inside = ends is not None
        elif inside and ends.match(line):
            inside = False
        elif inside and len(found[-1]) < LINES:
            found[-1].append(line)
    return ["\n".join(lines) for lines in found]
