"""The manual pages and the completion say what the programs take: made at build, from --help and --list-options."""

import os
import pathlib
import re
import subprocess

from harness import BrokerCase
from harness.broker import program

PAGES = ("nightjar.8", "nightjar.conf.5", "nightjarctl.1")


class Manual(BrokerCase):
    nightjar_only = "they are nightjar's"
    autostart = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.build = pathlib.Path(program()).parent
        plain = os.environ | {"MANWIDTH": "200", "MANPAGER": "cat", "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": ""}
        cls.read = {page: subprocess.run(["man", "--warnings", "-l", cls.build / "man" / page], env=plain, text=True,
                                         capture_output=True) for page in PAGES}

    def help(self, name, *arguments):
        done = subprocess.run([self.build / name, *arguments, "--help"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        return done.stdout

    @staticmethod
    def flags(text):
        """Of the lines that begin with one, two columns in."""
        starts = re.findall(r"^  (-\S+)", text, re.MULTILINE)
        return [flag for start in starts for flag in start.split(",")]

    def subcommands(self):
        return re.findall(r"^  (\S+)", self.help("nightjarctl").partition("Subcommands:")[2], re.MULTILINE)

    def section(self, text, title):
        """What stands below a heading, up to the next one as far left."""
        found = re.search(rf"^( *){re.escape(title)}\n(.*?)(?=^\1\S|\Z)", text, re.MULTILINE | re.DOTALL)
        self.assertTrue(found, f"no section {title}")
        return found[2]

    def assert_defines(self, text, flags):
        self.assertTrue(flags)
        for flag in flags:
            self.assertRegex(text, rf"(?m)^ +(\S+, )*{re.escape(flag)}\b", flag)

    def test_no_warnings(self):
        for page, done in self.read.items():
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)

    def test_every_flag_of_nightjar(self):
        self.assert_defines(self.read["nightjar.8"].stdout, self.flags(self.help("nightjar")))

    def test_every_subcommand_and_its_flags(self):
        page = self.read["nightjarctl.1"].stdout
        self.assertIn("publish", self.subcommands())
        for command in self.subcommands():
            with self.subTest(command):
                self.assert_defines(self.section(page, command), self.flags(self.help("nightjarctl", command)))

    def test_every_option_of_the_configuration(self):
        listed = subprocess.run([program(), "--list-options"], check=True, capture_output=True, text=True).stdout
        page = " ".join(self.section(self.read["nightjar.conf.5"].stdout, "ALL OPTIONS").split())
        self.assertGreater(len(listed.splitlines()), 100)
        for line in listed.splitlines():
            self.assertIn(" " + " ".join(line.split()), page)

    def complete(self, *words):
        """What bash offers for the last of these words."""
        script = (f"source {self.build}/completions/bash/{words[0]}; COMP_WORDS=({' '.join(repr(w) for w in words)}); "
                  f"COMP_CWORD={len(words) - 1}; _{words[0]}; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout.split()

    def test_completion(self):
        self.assertEqual(self.complete("nightjarctl", "pub"), ["publish"])
        self.assertEqual(set(self.complete("nightjarctl", "")), {*self.subcommands(), "-h", "--help", "--version"})
        self.assertEqual(self.complete("nightjar", "--test"), ["--test-config"])
        self.assertEqual(self.complete("nightjar", "-c", ""), [])  # a file: bash knows better
        for command in self.subcommands():
            self.assertEqual(set(self.complete("nightjarctl", command, "-")),
                             set(self.flags(self.help("nightjarctl", command))), command)
