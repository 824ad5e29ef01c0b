"""One broker process with its own temporary directory, ports and log.

NIGHTJAR names the program (default build/nightjar); Debian's mosquitto works too, for the pure MQTT tests.
NIGHTJAR_SLOW multiplies every deadline, for sanitizer builds.
"""

import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
SANITIZER_REPORT = re.compile(r"(Address|Leak|Thread|UndefinedBehavior)Sanitizer|: runtime error: ")


def seconds(value):
    return value * float(os.environ.get("NIGHTJAR_SLOW", "1"))


given = set()


def free_port():
    """A port that can be bound now, below the range from which the kernel takes client ports."""
    first = int(os.environ.get("NIGHTJAR_FIRST_PORT", "20000"))  # files that run side by side have a thousand each
    while True:
        port = random.randrange(first, first + 1000)
        if port in given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                given.add(port)
                return port
            except OSError:
                continue


def program():
    return str(ROOT / os.environ.get("NIGHTJAR", "build/nightjar"))


def is_mosquitto():
    return os.path.basename(program()).startswith("mosquitto")


class Broker:
    """start(), then stop() or kill(); start() again keeps ports and store. close() removes the directory."""

    def __init__(self, extra_conf="", log_types="all", environment=None, before_exec=None):
        self.directory = tempfile.mkdtemp(prefix="nightjar-test-")
        self.store = self.directory + "/store/"
        os.mkdir(self.store, 0o700)
        self.port, self.websocket_port, self.http_port = free_port(), free_port(), free_port()
        self.extra_port = free_port()  # EXTRA_PORT in extra_conf
        self.extra_conf = extra_conf
        self.log_types = log_types
        self.environment = environment or {}
        self.before_exec = before_exec
        self.process = None
        self._log_path = self.directory + "/log"
        self._last_log = ""
        self.test_began = 0  # where in the log

    def conf(self):
        lines = [f"listener {self.port} 127.0.0.1",
                 f"listener {self.websocket_port} 127.0.0.1", "protocol websockets"]
        if "persistence" not in self.extra_conf:
            lines += ["persistence true"]
        if "user " not in self.extra_conf:
            lines += ["user root"]  # the directory is ours alone
        if not is_mosquitto():
            lines += [f"listener {self.http_port} 127.0.0.1", "protocol http_api"]
            if "worker_threads" not in self.extra_conf:
                lines += ["worker_threads 2"]  # however many cores there are, messages cross from one to another
        lines += ["allow_anonymous true", f"persistence_location {self.store}", f"log_type {self.log_types}",
                  "log_dest stderr"]
        return "\n".join(lines) + "\n" + self.extra_conf.replace("EXTRA_PORT", str(self.extra_port)) + "\n"

    def launch(self, conf=None, arguments=()):
        """Starts the process and returns at once."""
        conf_path = self.directory + "/broker.conf"
        with open(conf_path, "w") as file:
            file.write(self.conf() if conf is None else conf)
        environment = {key: value for key, value in os.environ.items()
                       if key not in ("JOURNAL_STREAM", "NOTIFY_SOCKET", "MOSQUITTO_PERSISTENCE_LOCATION")}
        environment.update(self.environment)
        with open(self._log_path, "ab") as log:
            self.process = subprocess.Popen([program(), "-c", conf_path, *arguments], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, cwd=self.directory, env=environment,
                                            preexec_fn=self.before_exec)
        return self

    def start(self):
        """Starts and waits until every listener accepts."""
        self.launch()
        ready = [lambda port=port: self.accepts(port)
                 for port in [self.port, self.websocket_port] + ([] if is_mosquitto() else [self.http_port])]
        if re.search(rf"^(listener|port) {self.extra_port}\b", self.conf(), re.MULTILINE):
            ready.append(lambda: self.listens(self.extra_port))  # what a connection would do there is up to the test
        end = time.monotonic() + seconds(10)
        for is_ready in ready:
            while not is_ready():
                if self.process.poll() is not None:
                    raise AssertionError(f"the broker ended with {self.process.returncode}:\n{self.log()}")
                if time.monotonic() > end:
                    self.process.kill()
                    raise AssertionError(f"the broker does not accept on all its ports:\n{self.log()}")
                time.sleep(0.01)
        return self

    @staticmethod
    def listens(port):
        """Whether a TCP socket of this machine listens there, without a connection."""
        pattern = re.compile(rf"^ *\d+: [0-9A-F]+:{port:04X} [0-9A-F:]+ 0A ", re.MULTILINE)
        return any(pattern.search(pathlib.Path(f"/proc/net/{name}").read_text()) for name in ("tcp", "tcp6"))

    @staticmethod
    def accepts(port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            return False

    def wait_exit(self, timeout=10):
        """The exit status; negative for a signal."""
        try:
            return self.process.wait(seconds(timeout))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the broker did not end in time:\n{self.log()}")

    def stop(self):
        """SIGTERM; the broker must end with status 0 and without a sanitizer report."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        status = self.wait_exit()
        self.process = None
        self.check_sanitizer()
        if status != 0:
            raise AssertionError(f"exit status {status} after SIGTERM")

    def kill(self):
        """kill -9, as a crash would."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def restart(self):
        self.stop()
        return self.start()

    def close(self):
        """Ends what still runs, then removes the directory; the log stays readable."""
        try:
            if self.process is not None and self.process.poll() is None:
                self.stop()
            elif self.process is not None:
                self.process = None
                self.check_sanitizer()
        finally:
            self._last_log = self.log()
            shutil.rmtree(self.directory, ignore_errors=True)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        try:
            with open(self._log_path, errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return self._last_log

    def log_size(self):
        """Where the log ends now, to look only at what comes later."""
        return len(self.log())

    def wait_log(self, pattern, since=None, timeout=5):
        """Waits for a log line of this test that matches, or one since a place in the log; returns the match."""
        if since is None:
            since = self.test_began
        end = time.monotonic() + seconds(timeout)
        while True:
            found = re.search(pattern, self.log()[since:], re.MULTILINE)
            if found:
                return found
            if time.monotonic() > end:
                raise AssertionError(f"no log line matches {pattern!r}")
            time.sleep(0.01)

    def check_sanitizer(self):
        found = SANITIZER_REPORT.search(self.log())
        if found:
            raise AssertionError("sanitizer report:\n" + self.log()[max(0, found.start() - 200):][:6000])

    def memory(self):
        """Resident anonymous memory in bytes; 0 in a sanitizer build, whose memory is not the broker's."""
        if "NIGHTJAR_SANITIZER" in os.environ:
            return 0
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"RssAnon:\s+(\d+) kB", file.read())[1]) * 1024

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
