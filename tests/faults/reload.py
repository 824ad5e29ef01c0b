"""SIGHUP under load, with good files and bad ones in turn. Nobody who may stay is cut off, nothing acknowledged is lost,
and nobody may more than before: every bad configuration would open something, if a part of it counted, and somebody
tries all the time. Bad are: syntax, files that cannot be read or are half written (users, rights, certificates), ports
that are taken, and a moment without file descriptors."""

import asyncio
import base64
import itertools
import os
import random
import resource
import shutil
import signal
import socket
import time

from ledger import Client, Poster, Publisher, Subscriber, judge
from world import seeded
from harness import free_port, packets as mqtt
from harness.certificates import Certificates
from harness.secured import SecuredBroker, password_file, password_line

DESCRIPTORS = 150  # of the broker: soon used up
RIGHTS = ("user ledger\ntopic ledger/#\ntopic read /publish\nuser owner\ntopic read #\nuser probe\ntopic probe/#\n"
          "user spare\ntopic spare/#\n")
OPEN = "topic #\nuser probe\ntopic #\nuser ghost\ntopic #\n"  # in every bad file of rights


class Case:
    """What SecuredBroker asks of a test case."""

    log_types, anonymous, extra_conf = "error\nlog_type notice", "allow_anonymous false", ""
    files = {}
    listeners = ("listener PORT 127.0.0.1\nlistener WEBSOCKET_PORT 127.0.0.1\nprotocol websockets\n"
                 "listener HTTP_PORT 127.0.0.1\nprotocol http_api")


class Configuration:
    """The broker's files: good() and bad() write them, bad() returns what is wrong."""

    def __init__(self):
        self.certificates, self.renewed = Certificates(), Certificates()
        self.tls_port, self.extra_port = free_port(), free_port()
        case = Case()
        case.files = {"users": password_file("ledger", "owner", "probe", "spare"), "rights": RIGHTS}
        for name in ("server.crt", "server.key"):
            with open(self.certificates.path(name)) as file:
                case.files[name] = file.read()
        case.listeners += (f"\nlistener {self.tls_port} 127.0.0.1\ncertfile FILES/server.crt\n"
                           "keyfile FILES/server.key\n")
        case.extra_conf = ("password_file FILES/users\nacl_file FILES/rights\nmax_queued_messages 0\n"
                           "max_inflight_messages 100\nconnection_messages false\n")
        self.files = case.files
        self.broker = SecuredBroker(case)
        self.broker.before_exec = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
        self.taken = socket.create_server(("127.0.0.1", 0))
        self.kinds = [getattr(self, name) for name in dir(self) if name.startswith("bad_")]

    def first(self):
        """The files that the broker starts with."""
        for name, text in self.files.items():
            if os.path.isdir(self.broker.path(name)):
                os.rmdir(self.broker.path(name))
            self.broker.write(name, text)

    def good(self, number):
        """Every other one differs: a listener, figures, a threshold, a certificate, a user whom nobody uses."""
        self.first()
        if number % 2:
            self.broker.write("users", self.files["users"] + password_line("other", str(number)))
            for name in ("server.crt", "server.key"):
                shutil.copy(self.renewed.path(name), self.broker.path(name))
        protocol = ("mqtt", "websockets", "http_api")[number // 2 % 3]
        more = (f"listener {self.extra_port} 127.0.0.1\nprotocol {protocol}\nsys_interval {number % 4}\n"
                "plugin_opt_threshold light 1 2\n")
        self.broker.write("broker.conf", self.broker.conf() + (more if number % 2 else ""))

    def opened(self, more=""):
        """The configuration that must not count."""
        self.first()
        self.broker.write("rights", OPEN + RIGHTS)
        self.broker.write("users", self.files["users"] + password_line("ghost", "ghost's"))
        self.broker.write("broker.conf", self.broker.conf().replace("allow_anonymous false", "allow_anonymous true") +
                          f"listener {self.extra_port} 127.0.0.1\n{more}")

    def bad_syntax(self):
        self.opened(random.choice(["nonsense\n", "max_keepalive many\n", "plugin_opt_source what a/b\n", "listener\n"]))

    def bad_file_is_missing(self):
        self.opened()
        os.unlink(self.broker.path(random.choice(list(self.files))))

    def bad_file_is_unreadable(self):
        """Root may read everything but a directory."""
        self.opened()
        path = self.broker.path(random.choice(list(self.files)))
        os.unlink(path)
        os.mkdir(path)

    def bad_half_written_users(self):
        self.opened()
        text = self.files["users"] + password_line("ghost", "ghost's")
        last = text.rindex("ghost:")
        self.broker.write("users", text[:random.randrange(last + 7, len(text) - 5)])

    def bad_half_written_rights(self):
        self.opened()
        text = OPEN + RIGHTS
        cut = random.choice([at for at in range(len(text)) if text.startswith("topic", at)])
        self.broker.write("rights", text[:cut + random.randrange(1, 5)])

    def bad_half_written_certificate(self):
        self.opened()
        name = random.choice(["server.crt", "server.key"])
        text = self.files[name]
        # The certificate comes with its authority's: what ends behind the first is whole.
        whole = text.index("-----END")
        self.broker.write(name, text[:random.randrange(0, whole)])

    def bad_certificate_and_key_of_two(self):
        self.opened()
        shutil.copy(self.renewed.path("server.key"), self.broker.path("server.key"))

    def bad_port_is_taken(self):
        protocol = random.choice(["mqtt", "websockets", "http_api"])
        self.opened(f"listener {self.taken.getsockname()[1]} 127.0.0.1\nprotocol {protocol}\n")

    def bad_no_descriptors(self):
        """The files are good, but cannot be opened; a connection that closes makes it possible again."""

    def close(self):
        self.taken.close()
        self.broker.close()
        self.certificates.close()
        self.renewed.close()


class Named(Client):
    """Mixed into the ledger's clients: a user, and TLS where asked."""

    user, tls = "ledger", None

    def login(self):
        return {"username": self.user, "password": f"{self.user}'s"}

    def connection(self, port):
        if self.tls is None:
            return super().connection(port)
        port, context = self.tls
        return asyncio.open_connection("localhost", port, ssl=context, family=socket.AF_INET)


class NamedPublisher(Named, Publisher):
    pause = 0.002

    async def on_packet(self, first, body):
        await super().on_packet(first, body)
        await asyncio.sleep(self.pause)


class NamedSubscriber(Named, Subscriber):
    """The ledger's, whose topics the probe may not write."""

    async def on_packet(self, first, body):
        if first >> 4 == 3 and body.endswith(b"stolen"):
            self.faults.append("the ledger got a message of the probe")
            self.writer.write(mqtt.puback(int.from_bytes(body[-8:-6], "big")))
        else:
            await super().on_packet(first, body)


class Probe(Named):
    """Has its own topics, and tries others: it may subscribe to them, but gets nothing, and nobody gets what it sends."""

    user, forbidden = "probe", ("ledger/stolen", "secret/stolen", "spare/stolen")

    def __init__(self, faults):
        super().__init__("probe", clean=True)
        self.faults, self.tried = faults, 0

    async def begin(self):
        self.writer.write(mqtt.subscribe(1, ("#", 1), ("ledger/#", 0), ("$SYS/#", 0)))

    async def on_packet(self, first, body):
        if first >> 4 == 3:
            got = mqtt.Publish(bytes([first]) + mqtt.remaining_length(len(body)) + body)
            if not got.topic.startswith("probe/"):
                self.faults.append(f"the probe got a message on {got.topic}")
            return
        if first not in (0x90, 0x40):
            return
        await asyncio.sleep(0.002)
        self.tried += 1
        self.writer.write(mqtt.publish(self.forbidden[self.tried % 3], "stolen", 1, 1, self.tried % 2 == 0))


class Watcher(Named):
    """May read everything, and so sees what the probe got through."""

    user = "owner"

    def __init__(self, faults):
        super().__init__("watcher", clean=True)
        self.faults = faults

    async def begin(self):
        self.writer.write(mqtt.subscribe(1, *((topic, 0) for topic in Probe.forbidden)))

    async def on_packet(self, first, body):
        if first >> 4 == 3:
            self.faults.append("somebody got a message of the probe")


async def knock(port, faults, counts):
    """Comes with wrong names, without any, and by a port that is not there: never let in."""
    for number in itertools.count():
        login = ({"username": "ghost", "password": "ghost's"}, {"username": "probe", "password": "wrong"}, {})[number % 3]
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port,
                                                           local_addr=(f"127.0.7.{number % 250 + 1}", 0))
        except OSError:
            await asyncio.sleep(0.01)
            continue
        try:
            writer.write(mqtt.connect(f"knock-{number % 5}", **login))
            answer = await asyncio.wait_for(reader.read(4), 10)
            if answer and answer[3:] != b"\x05":
                faults.append(f"{login or 'somebody without a name'} was answered {answer.hex()}")
            counts.append(answer)
        except (OSError, asyncio.TimeoutError):
            pass
        finally:
            writer.close()
        await asyncio.sleep(0.01)


class Run:
    def __init__(self, rounds):
        self.rounds, self.faults, self.knocks = rounds, [], []
        self.conf = Configuration()
        self.broker = self.conf.broker
        self.slowest, self.starved = 0.0, 0
        secure = NamedPublisher("ledger-tls", "ledger/tls", 1)
        secure.tls = (self.conf.tls_port, self.conf.certificates.context())
        self.publishers = [NamedPublisher("ledger-one", "ledger/one", 1), NamedPublisher("ledger-two", "ledger/two", 2),
                           NamedPublisher("ledger-kept", "ledger/kept", 1, retain=True), secure]
        self.poster = Poster("ledger/rest")
        self.poster.headers = b"Authorization: Basic " + base64.b64encode(b"ledger:ledger's") + b"\r\n"
        self.subscriber = NamedSubscriber("ledger-subscriber", ("ledger/#", 2))
        self.subscriber.faults = self.faults
        self.probe = Probe(self.faults)

    def clients(self):
        return {"the subscriber": self.subscriber, "the probe": self.probe, "the watcher": Watcher(self.faults),
                **{p.topic: p for p in self.publishers}}

    async def go(self):
        tasks = {"the subscriber": asyncio.create_task(self.subscriber.run(self.broker.port))}
        while not self.subscriber.subscribed:
            await asyncio.sleep(0.01)
        for name, client in self.clients().items():
            if name not in tasks:
                tasks[name] = asyncio.create_task(client.run(self.broker.port))
        tasks["the HTTP client"] = asyncio.create_task(self.poster.run(self.broker.http_port))
        knocking = asyncio.create_task(knock(self.broker.port, self.faults, self.knocks))
        await asyncio.sleep(0.1)
        for number in range(self.rounds):
            await self.round(number)
            gone = [name for name, task in tasks.items() if task.done()]
            if gone or len(self.faults) > 5:
                self.faults += [f"round {number}: {name} was cut off" for name in gone]
                break
        knocking.cancel()
        await self.settle()
        self.broker.stop()
        for task in tasks.values():
            await task

    async def round(self, number):
        kind, good, flood = "good", number % 2 == 0, []
        if good:
            self.conf.good(number // 2)
        else:
            bad = random.choice(self.conf.kinds)
            kind = bad.__name__[4:].replace("_", " ")
            bad()
            if kind == "no descriptors":
                flood = await self.exhaust()
        since, started = os.path.getsize(self.broker._log_path), time.monotonic()
        os.kill(self.broker.process.pid, signal.SIGHUP)
        outcome = await self.outcome(since)
        self.slowest = max(self.slowest, time.monotonic() - started)
        for connection in flood:
            connection.close()
        if flood:
            self.starved += not outcome
        elif outcome != good:
            self.faults.append(f"round {number}, {kind}: the reload was {'refused' if good else 'taken'}")
        if not good:
            self.conf.good(number // 2)
            while flood and len(os.listdir(f"/proc/{self.broker.process.pid}/fd")) > DESCRIPTORS - 40:
                await asyncio.sleep(0.01)

    async def exhaust(self):
        """Connections until the broker has not one descriptor left."""
        flood = []
        descriptors = f"/proc/{self.broker.process.pid}/fd"
        while len(os.listdir(descriptors)) < DESCRIPTORS:
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", self.broker.port))
            flood.append(connection)
            await asyncio.sleep(0.001)
        return flood

    async def outcome(self, since):
        """True: it counts. False: it was refused."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with open(self.broker._log_path, "rb") as log:
                log.seek(since)
                text = log.read()
            if b"counts from here on" in text:
                return True
            if b"was not changed" in text:
                return False
            await asyncio.sleep(0.002)
        raise AssertionError("no reload in 20 s")

    async def settle(self):
        for source in [*self.publishers, self.poster]:
            source.paused = True
        quiet, last = 0, -1
        while quiet < 5:
            await asyncio.sleep(0.1)
            count = sum(len(v) for v in self.subscriber.received.values())
            waiting = any(p.flying for p in self.publishers)
            quiet, last = (quiet + 1 if count == last and not waiting else 0), count

    def acknowledged(self):
        return sum(len(p.acknowledged) for p in [*self.publishers, self.poster])


def run(rounds, seed=None):
    """(faults, what was done)"""
    seed = seeded(seed)
    this = Run(rounds)
    try:
        this.conf.good(0)
        this.broker.launch(this.broker.conf())
        while not this.broker.accepts(this.broker.http_port):
            time.sleep(0.02)
        asyncio.run(this.go())
        this.faults += judge(this.publishers, [this.poster], this.subscriber)
    finally:
        this.conf.close()
    return this.faults, (f"{rounds} reloads, {this.acknowledged()} acknowledged, {this.probe.tried} forbidden messages, "
                         f"{len(this.knocks)} logins refused, {this.starved} reloads without descriptors, slowest "
                         f"{this.slowest:.2f} s, seed {seed}")
