"""The programs under test: each a context that runs a fresh process on a free port, pinned to core 0."""

import base64
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUILD = Path(__file__).resolve().parent.parent.parent / "build"
BROKER_CORE, LOAD_CORE = 0, 1


def free_space():
    """Bytes where the stores are put."""
    return shutil.disk_usage(BUILD).free


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class System:
    relay = False
    password = None

    def __init__(self, pinned=True):
        self.port = free_port()
        self.pinned = pinned
        self.directory = None
        self.process = None
        self.allocation_file = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def ports(self):
        """All that it listens on, once it is ready."""
        return [self.port]

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="nightjar-bench-", dir=BUILD)
        command = self.command()
        if not shutil.which(command[0]):
            sys.exit(f"tools/bench: {command[0]} is missing (tools/build builds ours, tools/install bench the others)")
        pin = (lambda: os.sched_setaffinity(0, {BROKER_CORE})) if self.pinned else None
        self.process = subprocess.Popen(command, env=self.environment(), preexec_fn=pin, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while True:
            try:
                for port in self.ports():
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return self
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    self.__exit__()
                    sys.exit(f"tools/bench: {self.name} does not start")
                time.sleep(0.02)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.directory.cleanup()

    def anonymous_memory(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"RssAnon:\s+(\d+)", status).group(1)) * 1024


class Nightjar(System):
    name = "nightjar"

    def __init__(self, workers=1, pinned=True, http=False, store=None, persistence=False, more=()):
        super().__init__(pinned=pinned and workers == 1)
        self.more = list(more)  # lines of the configuration
        self.persistence = persistence
        self.workers = workers
        self.http_port = free_port() if http else None
        self.store = store

    def command(self):
        conf = Path(self.directory.name) / "nightjar.conf"
        lines = [f"listener {self.port} 127.0.0.1", "allow_anonymous true", "max_inflight_messages 0",
                 "max_queued_messages 0", f"persistence_location {self.store or self.directory.name}/",
                 f"worker_threads {self.workers}", f"persistence {str(self.persistence).lower()}", "log_type error"]
        if self.http_port:
            lines += [f"listener {self.http_port} 127.0.0.1", "protocol http_api"]
        conf.write_text("\n".join(lines + self.more) + "\n", encoding="utf-8")
        return [str(BUILD / "nightjar"), "-c", str(conf)]

    def ports(self):
        return [self.port, *([self.http_port] if self.http_port else [])]

    def environment(self):
        self.allocation_file = Path(self.directory.name) / "allocations"
        self.allocation_file.write_bytes(bytes(8))
        return super().environment() | {"LD_PRELOAD": str(BUILD / "bench/libnightjar-count-allocations.so"),
                                        "NIGHTJAR_ALLOCATIONS": str(self.allocation_file)}


class Secured(Nightjar):
    """1,000 users with passwords, and an ACL of 1,000 lines: two users share a topic, as the generator's pairs do."""

    name = "secured"
    users = 1000
    password = "secret"

    def command(self):
        command = super().command()
        salt = b"123456789012"
        key = hashlib.pbkdf2_hmac("sha512", self.password.encode(), salt, 101)
        entry = f"$7$101${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"
        names = [f"bench-{number}" for number in range(self.users)]
        directory = Path(self.directory.name)
        (directory / "users").write_text("".join(f"{name}:{entry}\n" for name in names), encoding="utf-8")
        (directory / "users").chmod(0o600)
        (directory / "rights").write_text("".join(f"user {name}\ntopic b/{number // 2:05}\n"
                                                  for number, name in enumerate(names)), encoding="utf-8")
        conf = Path(command[-1])
        conf.write_text(conf.read_text(encoding="utf-8").replace("allow_anonymous true", "allow_anonymous false") +
                        f"password_file {directory}/users\nacl_file {directory}/rights\n", encoding="utf-8")
        return command


class Relay(System):
    name = "relay"
    relay = True

    def command(self):
        return [str(BUILD / "bench/nightjar-relay"), str(self.port)]


class Mosquitto(System):
    """Tuned: no Nagle, no queue limits."""

    name = "mosquitto"

    def __init__(self, persistence=False, pinned=True):
        super().__init__(pinned=pinned)
        self.persistence = persistence

    def command(self):
        conf = Path(self.directory.name) / "mosquitto.conf"
        conf.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
                        "max_inflight_messages 0\nmax_queued_messages 0\nlog_type error\nuser root\n"
                        f"persistence {str(self.persistence).lower()}\npersistence_location {self.directory.name}/\n",
                        encoding="utf-8")
        return [shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin") or "mosquitto", "-c", str(conf)]


def load_command(system, arguments, seconds):
    command = [str(load.program), "--port", str(system.port), "--pid", str(system.process.pid), "--seconds", str(seconds),
               *arguments]
    if system.relay:
        command.append("--relay")
    if system.password:
        command += ["--password", system.password]
    if system.allocation_file:
        command += ["--allocations", str(system.allocation_file)]
    return command


def load(system, arguments, seconds):
    """Runs the generator against a running system; its figures."""
    pin = (lambda: os.sched_setaffinity(0, {LOAD_CORE})) if system.pinned else None
    done = subprocess.run(load_command(system, arguments, seconds), preexec_fn=pin, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        sys.exit(f"tools/bench: {system.name}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def start_load(system, arguments, seconds):
    """The same beside other things: the process, whose output are the figures."""
    return subprocess.Popen(load_command(system, arguments, seconds), stdout=subprocess.PIPE, text=True)


load.program = BUILD / "bench/nightjar-load"


def counted_syscalls(arguments):
    """System calls per delivered message, counted by strace in a run of its own."""
    if not shutil.which("strace"):
        return None
    with Nightjar() as running:
        report = Path(running.directory.name) / "strace"
        with subprocess.Popen(["strace", "-c", "-f", "-o", str(report), "-p", str(running.process.pid)],
                              stderr=subprocess.PIPE, text=True) as tracer:
            tracer.stderr.readline()  # "attached"
            got = load(running, [*arguments, "--warm", "0"], 2)
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
        total = re.search(r"^100\.00\s+\S+\s+\S+\s+(\d+)", report.read_text(encoding="ascii"), re.MULTILINE)
        return int(total.group(1)) / got["delivered"]
