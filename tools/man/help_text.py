"""Reads what a program of ours says of itself: `PROGRAM [SUBCOMMAND] --help`, in CLI11's layout.

Names stand from column 2, descriptions from column 30 of the same line, or of the next one if the name is too long.
"""

import re
import subprocess
from dataclasses import dataclass, field

COLUMN = 30


@dataclass
class Entry:
    """A flag, an argument or a subcommand."""
    names: list          # ["-p", "--port"], ["FILE"], ["publish"]
    value: str           # "TEXT"; empty: it takes none
    description: str


@dataclass
class Help:
    description: str
    usage: str
    footer: list = field(default_factory=list)      # lines
    sections: dict = field(default_factory=dict)    # "Options" -> entries

    def entries(self, section):
        return self.sections.get(section, [])


def entry(left, description):
    words = left.split()
    names = words[0].split(",")
    rest = " ".join(words[1:])
    limits = re.search(r" in \[(\S+) - (\S+)\]", rest)
    value = re.match(r"[A-Za-z]+", re.sub(r"(REQUIRED|Excludes:.*|Needs:.*)", "", rest))
    description = " ".join(description.split())
    if limits:
        description += f"; {limits[1]} to {limits[2]}"
    for word, said in (("Needs", "with"), ("Excludes", "not with")):
        if others := re.search(word + r":((?: -\S+)+)", rest):
            description += f"; {said} " + ", ".join(others[1].split())
    return Entry(names, value[0] if value else "", description)


def parse(text):
    head, _, body = text.partition("Usage: ")
    usage, _, body = body.partition("\n")
    found = Help(head.strip(), usage.strip())
    section, left, lines = None, None, body.split("\n")
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if re.fullmatch(r"[A-Z][a-z]+:", line):
            section = found.sections.setdefault(line[:-1], [])
        elif section is not None and line.startswith(" " * COLUMN):
            if left is not None:
                section.append(entry(left, line))
                left = None
            else:
                section[-1].description += " " + line.strip()
        elif section is not None and re.match(r"  \S", line):
            gap = "  " in line[2:COLUMN] or not following.startswith(" " * COLUMN)
            if len(line) > COLUMN and line[COLUMN - 1] == " " and gap:
                section.append(entry(line[:COLUMN], line[COLUMN:]))
            elif following.startswith(" " * COLUMN):
                left = line
            else:
                section.append(entry(line, ""))
        elif line.strip() or found.footer:
            found.footer.append(line.rstrip())
    while found.footer and not found.footer[-1]:
        found.footer.pop()
    return found


def read(program, *subcommand):
    output = subprocess.run([program, *subcommand, "--help"], check=True, capture_output=True, text=True)
    return parse(output.stdout)


def read_all(program):
    """The program's help, and that of each of its subcommands by name."""
    top = read(program)
    return top, {e.names[0]: read(program, e.names[0]) for e in top.entries("Subcommands")}
