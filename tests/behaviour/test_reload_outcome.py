"""How a reload ended is in $SYS, in /metrics, in REST, at systemd's, and nightjarctl reload waits for it."""

import os
import re
import socket
import subprocess
import time

from harness import seconds
from harness.broker import ROOT
from harness.reload import ReloadCase
from harness.secured import password_file

SUCCESSFUL = "$SYS/broker/config/last_reload_successful"
WHEN = "$SYS/broker/config/last_reload_success_timestamp_seconds"
PATH = "/api/v1/config/reload"


class Outcome(ReloadCase):
    extra_conf = "sys_interval 3600"

    def metric(self, name):
        found = re.search(rf"^{name} (\S+)$", self.rest.get("/metrics").body.decode(), re.MULTILINE)
        return float(found[1])

    def figures(self):
        return (self.metric("nightjar_config_last_reload_successful"),
                self.metric("nightjar_config_last_reload_success_timestamp_seconds"))

    def test_metrics_and_sys_topics(self):
        watcher = self.client("watcher").subscribe((SUCCESSFUL, 0))
        self.assertEqual(watcher.expect_publish(SUCCESSFUL).payload, b"1")
        good, first = self.figures()
        self.assertEqual(good, 1)
        self.assertLess(abs(time.time() - first), seconds(30))
        self.add("nonsense")
        self.refused("nonsense")
        self.assertEqual(watcher.expect_publish(SUCCESSFUL).payload, b"0")  # at once, whatever sys_interval is
        self.assertEqual(self.figures(), (0, first))
        self.wait_until(lambda: time.time() > first + 1.1, "the next second")
        self.use(self.broker.conf())
        self.assertEqual(watcher.expect_publish(SUCCESSFUL).payload, b"1")
        good, second = self.figures()
        self.assertEqual(good, 1)
        self.assertGreater(second, first)
        late = self.client("late").subscribe((WHEN, 0)).expect_publish(WHEN)
        self.assertEqual((late.payload, late.retain), (str(int(second)).encode(), True))

    def test_rest(self):
        self.add("nonsense\nmax_keepalive many")
        line = self.broker.conf().count("\n") + 1
        answer = self.rest.post(PATH)
        self.assertEqual(answer.status, 422)
        outcome = answer.json()
        self.assertEqual((outcome["successful"], outcome["error"]), (False, "bad_configuration"))
        self.assertEqual([(f["severity"], f["line"]) for f in outcome["findings"] if f["severity"] == "error"],
                         [("error", line), ("error", line + 1)])
        self.assertEqual(self.rest.get(PATH).json()["findings"], outcome["findings"])
        self.write_conf(self.broker.conf())
        self.assertEqual(self.rest.post(PATH).status, 200)
        self.assertTrue(self.rest.get(PATH).json()["successful"])
        self.assertEqual(self.rest.post(PATH, headers={"Origin": "http://evil.example"}).status, 403)

    def ctl(self, *arguments):
        program = str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl"))
        if "--url" not in arguments:
            arguments = ("--url", f"http://127.0.0.1:{self.broker.http_port}", *arguments)
        return subprocess.run([program, "reload", *arguments],
                              capture_output=True, text=True, timeout=seconds(20), check=False)

    def test_nightjarctl(self):
        done = self.ctl()
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "The new configuration counts."))
        self.add("nonsense")
        line = self.broker.conf().count("\n") + 1
        done = self.ctl()
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"Error found at {self.broker.path('broker.conf')}:{line}.", done.stdout)
        self.broker.stop()
        done = self.ctl()
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot ask", done.stderr)

    def test_many_at_once(self):
        since = self.broker.log_size()
        running = [subprocess.Popen([str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl")), "reload", "--url",
                                     f"http://127.0.0.1:{self.broker.http_port}"], stdout=subprocess.DEVNULL)
                   for _ in range(10)]
        self.assertEqual([process.wait(seconds(20)) for process in running], [0] * 10)
        self.assertLessEqual(self.broker.log()[since:].count("Reloading config"), 10)


class Login(Outcome):
    """Where users are asked for, only they may reload, over HTTP at least."""

    extra_conf = "sys_interval 3600\npassword_file FILES/users\nlistener EXTRA_PORT 0.0.0.0\nprotocol http_api"
    files = {"users": password_file("ann")}
    test_metrics_and_sys_topics = test_rest = test_nightjarctl = test_many_at_once = None

    def test_on_a_listener_for_others(self):
        from harness.rest import Rest
        self.assertEqual(Rest(self.broker.extra_port).post(PATH).status, 403)
        self.assertEqual(Rest(self.broker.extra_port).get(PATH).status, 403)
        url = ["--url", f"http://127.0.0.1:{self.broker.extra_port}"]
        self.assertEqual(self.ctl(*url).returncode, 1)
        self.assertEqual(self.ctl(*url, "-u", "ann", "-P", "wrong").returncode, 1)
        self.assertEqual(self.ctl(*url, "-u", "ann", "-P", "ann's").returncode, 0)


class Rights(Outcome):
    """With an ACL, those who may write to $CONTROL/config."""

    extra_conf = "password_file FILES/users\nacl_file FILES/rights"
    files = {"users": password_file("ann", "bob"),
             "rights": f"user ann\ntopic read {PATH}\ntopic write $CONTROL/config\nuser bob\ntopic read #\n"}
    test_metrics_and_sys_topics = test_rest = test_nightjarctl = test_many_at_once = None

    def test_who_may(self):
        self.assertEqual(self.ctl("-u", "ann", "-P", "ann's").returncode, 0)
        done = self.ctl("-u", "bob", "-P", "bob's")
        self.assertEqual(done.returncode, 1)
        self.assertIn("$CONTROL/config", done.stderr)
        self.assertEqual(self.ctl().returncode, 1)


class Systemd(ReloadCase):
    autostart = False

    def test_is_told(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(self.broker.directory + "/notify")
            notify.settimeout(seconds(10))
            self.broker.environment["NOTIFY_SOCKET"] = self.broker.directory + "/notify"
            self.broker.start()
            self.assertEqual(notify.recv(4096), b"READY=1")
            for text in ("", "nonsense\n"):
                self.write_conf(self.broker.conf() + text)
                before = time.clock_gettime(time.CLOCK_MONOTONIC)
                self.reload("Reloading config")
                told = dict(line.split("=") for line in notify.recv(4096).decode().splitlines())
                self.assertEqual(told["RELOADING"], "1")
                self.assertTrue(before - 0.001 <= int(told["MONOTONIC_USEC"]) / 1e6 <= before + seconds(10))
                self.assertEqual(notify.recv(4096), b"READY=1")
