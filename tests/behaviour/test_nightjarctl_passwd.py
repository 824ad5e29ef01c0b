"""nightjarctl passwd: the files that it writes let the right people into a real mosquitto, and those of
mosquitto_passwd go on in ours; it asks without echo, changes files in one go, and says what it refuses (reliability
rows 18, 60)."""

import concurrent.futures
import os
import pty
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import termios
import time
import unittest

from harness import free_port, seconds
from harness.broker import ROOT, Broker

PATH = os.environ.get("PATH", "") + ":/usr/sbin"
MOSQUITTO, MOSQUITTO_PASSWD = shutil.which("mosquitto", path=PATH), shutil.which("mosquitto_passwd", path=PATH)
NIGHTJARCTL = str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl"))
HASH = {"sha512": r"\$6\$", "sha512-pbkdf2": r"\$7\$10000\$", "argon2id": r"\$argon2id\$v=19\$m=47104,t=1,p=1\$"}


class Case(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="nightjar-passwd-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.file = self.directory + "/pw"

    def passwd(self, *arguments, status=0, typed=""):
        """(standard output, standard error)"""
        done = subprocess.run([NIGHTJARCTL, "passwd", *arguments], input=typed, capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def refused(self, *arguments, says, typed="", status=1):
        before = self.read() if os.path.isfile(self.file) else None
        self.assertIn(says, "".join(self.passwd(*arguments, status=status, typed=typed)))
        self.assertEqual(self.read() if os.path.isfile(self.file) else None, before)
        self.assertEqual([name for name in os.listdir(self.directory) if name.startswith("pw.")], [])

    def write(self, text, mode=0o600):
        with open(self.file, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(self.file, mode)

    def read(self):
        with open(self.file, encoding="utf-8", newline="") as file:
            return file.read()

    def users(self):
        return [line.split(":")[0] for line in self.read().splitlines()]


@unittest.skipIf(MOSQUITTO is None, "needs Debian's mosquitto")
class WithMosquitto(Case):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.process = None
        self.addCleanup(self.end_mosquitto)

    def end_mosquitto(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(seconds(10))
            self.process = None

    def serve(self):
        """mosquitto on the file as it is now."""
        self.end_mosquitto()
        with open(self.directory + "/conf", "w") as conf:
            conf.write(f"listener {self.port} 127.0.0.1\npassword_file {self.file}\nallow_anonymous false\nuser root\n")
        with open(self.directory + "/log", "w") as log:
            self.process = subprocess.Popen([MOSQUITTO, "-c", self.directory + "/conf"], stdout=log, stderr=log)
        end = time.monotonic() + seconds(10)
        while not Broker.accepts(self.port):
            self.assertIsNone(self.process.poll())
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def lets_in(self, user, password):
        return subprocess.run(["mosquitto_pub", "-p", str(self.port), "-u", user, "-P", password, "-t", "a", "-m", "x"],
                              capture_output=True, timeout=60, check=False).returncode == 0

    def test_our_files_are_accepted(self):
        people = {"alice": "correct horse", "bob": "päss:wörd $7$", "jürgen": "-x"}
        for (user, password), kind in zip(people.items(), ["sha512-pbkdf2", "sha512", "sha512-pbkdf2"]):
            self.passwd("-H", kind, *(["-c"] if user == "alice" else []), "-b", self.file, user, password)
        self.passwd("-I", "101", "-b", self.file, "dora", "d")
        self.serve()
        for user, password in {**people, "dora": "d"}.items():
            self.assertTrue(self.lets_in(user, password), user)
            self.assertFalse(self.lets_in(user, password + "x"), user)
        self.assertFalse(self.lets_in("nobody", "correct horse"))
        self.assertNotIn("rror", open(self.directory + "/log").read())

    def test_changed_and_removed_users(self):
        self.passwd("-c", "-b", self.file, "alice", "old")
        self.passwd("-b", self.file, "bob", "b")
        self.passwd("-b", self.file, "alice", "new")
        self.passwd("-D", self.file, "bob")
        self.serve()
        self.assertTrue(self.lets_in("alice", "new"))
        self.assertFalse(self.lets_in("alice", "old"))
        self.assertFalse(self.lets_in("bob", "b"))

    def test_a_hashed_plain_text_file_is_accepted(self):
        self.write("# people\nalice:one two\nbob: b \n")
        self.passwd("-U", self.file)
        self.serve()
        self.assertTrue(self.lets_in("alice", "one two"))
        self.assertTrue(self.lets_in("bob", "b"))
        self.assertFalse(self.lets_in("alice", "one"))

    @unittest.skipIf(MOSQUITTO_PASSWD is None, "needs mosquitto_passwd")
    def test_files_of_mosquitto_passwd_go_on(self):
        for number, kind in enumerate(["sha512-pbkdf2", "sha512", "sha512-pbkdf2"]):
            subprocess.run([MOSQUITTO_PASSWD, "-H", kind, *(["-c"] if number == 0 else []), "-b", self.file,
                            f"user{number}", f"secret{number}"], check=True)
        before = self.read().splitlines()
        self.assertEqual(self.passwd("-U", self.file), (f"{self.file}: 0 hashed now, 3 were already\n", ""))
        self.passwd("-D", self.file, "user0")
        self.passwd("-b", self.file, "user1", "new")
        after = self.read().splitlines()
        self.assertEqual(after[1:], before[2:])
        self.assertNotEqual(after[0], before[1])
        self.serve()
        self.assertTrue(self.lets_in("user1", "new"))
        self.assertTrue(self.lets_in("user2", "secret2"))


class Lines(Case):
    def test_each_kind(self):
        for kind, form in HASH.items():
            out, _ = self.passwd("-c", "-H", kind, "-b", "-", "alice", "secret")
            self.assertRegex(out, rf"^alice:{form}[\w+/]+=*\$[\w+/]+=*\n$")
        self.assertRegex(self.passwd("-c", "-b", "-", "alice", "x")[0], HASH["sha512-pbkdf2"])
        self.assertRegex(self.passwd("-c", "-I", "7", "-b", "-", "alice", "x")[0], r"\$7\$7\$")

    def test_other_lines_stay(self):
        self.passwd("-c", "-b", self.file, "alice", "a")
        alice = self.read()
        self.write("# a comment\r\n\n" + alice.strip() + ":more\r\n")
        self.passwd("-b", self.file, "bob", "b")
        self.assertEqual(self.read()[:self.read().index("bob")], "# a comment\r\n\n" + alice.strip() + ":more\r\n")
        self.passwd("-D", self.file, "bob")
        self.assertEqual(self.read(), "# a comment\r\n\n" + alice.strip() + ":more\r\n")

    def test_create_takes_the_place_of_what_was_there(self):
        self.write("old:x\n")
        self.passwd("-c", "-b", self.file, "alice", "a")
        self.assertEqual(self.users(), ["alice"])

    def test_what_the_broker_will_not_like_is_told(self):
        self.write("plain:canary\nlonely canary\n")
        _, told = self.passwd("-b", self.file, "alice", "canary2")
        self.assertIn(f"{self.file}:1: ", told)
        self.assertIn(f"{self.file}:2: ", told)
        self.assertNotIn("canary", told)

    def test_hashing_twice_changes_nothing(self):
        self.write("alice:a\nbob:b\n")
        self.assertIn("2 hashed now, 0 were already", self.passwd("-U", self.file)[0])
        once, inode = self.read(), os.stat(self.file).st_ino
        self.assertNotRegex(once, r":[ab]\n")
        self.assertIn("0 hashed now, 2 were already", self.passwd("-U", self.file)[0])
        self.assertEqual(self.read(), once)
        self.assertEqual(os.stat(self.file).st_ino, inode)

    def test_plain_text_that_may_mean_two_things_is_refused(self):
        for line in ("a:with:colon", "a:$7$101$damaged", "a:"):
            self.write(f"# people\n{line}\nb:fine\n")
            self.refused("-U", self.file, says=f"{self.file}:2: ")


class Refusals(Case):
    def test_wrong_command_lines(self):
        f = self.file
        self.write("a:b\n")
        for line in ([], [f], [f, "a", "b"], ["-b", f, "a"], ["-b", f, "a", "b", "c"], ["-U"], ["-U", f, "a"],
                     ["-D", f],
                     ["-c", "-D", f, "a"], ["-c", "-U", f], ["-D", "-U", f], ["-b", "-D", f, "a"], ["-b", "-U", f],
                     ["-x", f, "a"], ["-H", "md5", f, "a"], ["-H", "1", f, "a"],
                     ["-I", "0", f, "a"], ["-I", "10000001", f, "a"],
                     ["-I", "x", f, "a"], ["-H", "sha512", "-I", "5", f, "a"], ["-", "a"],
                     ["-D", "-", "a"], ["-U", "-"], ["-b", "-", "a", "b"], [f, "a", "-I", "5"]):
            with self.subTest(line):
                self.refused(*line, says="", status=2, typed="x\n")

    def test_names(self):
        self.write("")
        for name in ("", "a:b", "a\nb", "a\x7f", "#a", " a", "a ", "n" * 65536):
            with self.subTest(name[:10]):
                self.refused("-b", self.file, name, "x", says="no user name")

    def test_passwords(self):
        self.write("")
        self.refused("-b", self.file, "a", "", says="empty")
        self.refused("-b", self.file, "a", "x" * 65536, says="65,535")
        self.refused(self.file, "a", typed="", says="no password on standard input")
        self.refused(self.file, "a", typed="\nx\n", says="no password on standard input")
        self.refused(self.file, "a", typed="x" * 70000 + "\n", says="65,535")
        self.refused(self.file, "a", typed="x\0y\n", says="zero byte")

    def test_files(self):
        self.refused("-b", self.file, "a", "x", says="no such file")
        self.refused("-D", self.file, "a", says="no such file")
        self.refused("-U", self.file, says="no such file")
        self.refused("-c", "-b", self.directory + "/none/pw", "a", "x", says="No such file")
        self.refused("-c", "-b", self.directory, "a", "x", says="not a file")
        self.write("a:b\n")
        self.refused("-D", self.file, "b", says="no such user")
        os.mkfifo(self.directory + "/fifo")
        self.refused("-b", self.directory + "/fifo", "a", "x", says="not a file")

    def test_symbolic_links(self):
        self.write("a:b\n")
        link = self.directory + "/link"
        os.symlink(self.file, link)
        for line in (["-b", link, "a", "x"], ["-c", "-b", link, "a", "x"], ["-D", link, "a"], ["-U", link]):
            self.refused(*line, says=f"{link}: this is a symbolic link")
        os.unlink(link)
        os.symlink(self.directory + "/nowhere", link)
        self.refused("-c", "-b", link, "a", "x", says="symbolic link")
        self.assertFalse(os.path.exists(self.directory + "/nowhere"))


class Replacing(Case):
    def test_a_new_file_is_its_makers_alone(self):
        before = os.umask(0)
        try:
            self.passwd("-c", "-b", self.file, "alice", "a")
        finally:
            os.umask(before)
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)

    def test_owner_and_mode_stay(self):
        self.passwd("-c", "-b", self.file, "alice", "a")
        owner = (12345, 23456) if os.geteuid() == 0 else (os.getuid(), os.getgid())
        os.chown(self.file, *owner)
        os.chmod(self.file, 0o640)
        for line in (["-b", self.file, "bob", "b"], ["-D", self.file, "bob"], ["-c", "-b", self.file, "c", "c"]):
            inode = os.stat(self.file).st_ino
            self.passwd(*line)
            now = os.stat(self.file)
            self.assertNotEqual(now.st_ino, inode)  # another file: nobody saw half of it
            self.assertEqual((now.st_uid, now.st_gid, stat.S_IMODE(now.st_mode)), (*owner, 0o640))
        self.assertEqual(sorted(os.listdir(self.directory)), ["pw"])

    def test_an_owner_that_cannot_stay_is_refused(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        with tempfile.TemporaryDirectory(prefix="nightjar-passwd-", dir="/tmp") as directory:  # where all may go
            os.chmod(directory, 0o777)
            program = shutil.copy(NIGHTJARCTL, directory)
            self.file = directory + "/pw"
            self.write("a:b\n", 0o644)
            done = subprocess.run([program, "passwd", "-b", self.file, "a", "x"], user=65534, group=65534,
                                  extra_groups=[], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("owner", done.stderr)
            self.assertEqual(self.read(), "a:b\n")
            self.assertEqual(sorted(os.listdir(directory)), sorted(["pw", os.path.basename(program)]))

    def test_a_full_disk_leaves_the_file(self):
        self.write("# " + "x" * 5000 + "\n")
        done = subprocess.run(["/bin/sh", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "sh", NIGHTJARCTL, "passwd",
                               "-b", self.file, "a", "x"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("cannot be written", done.stderr)
        self.assertEqual(self.read(), "# " + "x" * 5000 + "\n")
        self.assertEqual(os.listdir(self.directory), ["pw"])

    def test_none_is_lost_when_many_write_at_once(self):
        self.write("")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: self.passwd("-b", self.file, f"user{n}", "x"), range(24)))
        self.assertEqual(sorted(self.users()), sorted(f"user{n}" for n in range(24)))


class Asking(Case):
    """What is typed on a terminal."""

    def setUp(self):
        super().setUp()
        self.terminal, self.inside = pty.openpty()
        self.addCleanup(os.close, self.terminal)
        self.addCleanup(os.close, self.inside)
        os.set_blocking(self.terminal, False)
        self.shown = ""

    def start(self, *arguments):
        def own_terminal():
            for key in (signal.SIGINT, signal.SIGQUIT):
                signal.signal(key, signal.SIG_DFL)  # whoever started the tests in the background may ignore them
            os.setsid()
            os.close(os.open(os.ttyname(self.inside), os.O_RDWR))  # becomes the controlling one: ^C reaches the child
        self.child = subprocess.Popen([NIGHTJARCTL, "passwd", *arguments], stdin=self.inside, stdout=self.inside,
                                      stderr=self.inside, preexec_fn=own_terminal)
        self.addCleanup(self.child.wait)
        self.addCleanup(self.child.kill)

    def echo(self):
        return bool(termios.tcgetattr(self.inside)[3] & termios.ECHO)

    def answer(self, question, text):
        end = time.monotonic() + seconds(10)
        while question not in self.shown:
            self.assertLess(time.monotonic(), end, self.shown)
            try:
                self.shown += os.read(self.terminal, 4096).decode()
            except BlockingIOError:
                time.sleep(0.01)
        self.shown = self.shown[self.shown.index(question) + len(question):]
        self.assertFalse(self.echo())
        os.write(self.terminal, text.encode())

    def ends(self, status):
        self.assertEqual(self.child.wait(seconds(10)), status)
        try:
            self.shown += os.read(self.terminal, 4096).decode()
        except BlockingIOError:
            pass
        self.assertTrue(self.echo())

    def test_asks_twice_and_shows_nothing(self):
        self.start("-c", self.file, "alice")
        self.answer("Password for alice: ", "canary\n")
        self.assertNotIn("canary", self.shown)
        self.answer("The same again: ", "canary\n")
        self.ends(0)
        self.assertNotIn("canary", self.shown)
        self.assertEqual(self.users(), ["alice"])

    def test_two_that_differ(self):
        self.start("-c", self.file, "alice")
        self.answer("alice: ", "one\n")
        self.answer("again: ", "two\n")
        self.ends(1)
        self.assertIn("the two passwords differ", self.shown)
        self.assertEqual(os.listdir(self.directory), [])

    def test_nothing_typed(self):
        self.start("-c", self.file, "alice")
        self.answer("alice: ", "\n")
        self.ends(1)
        self.assertEqual(os.listdir(self.directory), [])

    def test_the_echo_comes_back_after_an_interrupt(self):
        for key, number in (("\x03", signal.SIGINT), ("\x1c", signal.SIGQUIT)):
            self.start("-c", self.file, "alice")
            self.answer("alice: ", "half" + key)
            self.ends(-number)
        self.start("-c", self.file, "alice")
        self.answer("alice: ", "x\n")
        self.answer("again: ", "")
        self.child.terminate()
        self.ends(-signal.SIGTERM)
        self.assertEqual([name for name in os.listdir(self.directory) if not name.startswith("core")], [])

    def test_a_pipe_is_asked_once_and_without_a_word(self):
        for typed in ("secret\n", "secret\r\n", "secret", "secret\nmore\n"):
            out, told = self.passwd("-c", self.file, "alice", typed=typed)
            self.assertEqual(out, "")
            self.assertNotIn("Password", told)
            self.assertTrue(re.fullmatch(r"alice:\$7\$.*\n", self.read()))

    def test_a_missing_file_is_told_before_the_question(self):
        self.start(self.file, "alice")
        self.ends(1)
        self.assertIn("-c makes one", self.shown)


if __name__ == "__main__":
    unittest.main()
