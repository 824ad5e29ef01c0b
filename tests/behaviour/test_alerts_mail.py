"""Alerts by mail: over STARTTLS with a password, each once though the server is away in between (features A-39)."""

import json
import os
import subprocess
import time

from harness.certificates import Certificates, nightjarctl
from harness.sensors import SensorsCase
from harness.smtp import MailServer

PASSWORD = "canary-7f3a"


class AlertsMail(SensorsCase):
    autostart = False
    to = ("op@example.org",)
    more = ()

    def setUp(self):
        super().setUp()
        self.certificates = Certificates()
        self.addCleanup(self.certificates.close)
        self.server = MailServer(self.certificates, "nightjar", PASSWORD)
        self.addCleanup(self.server.stop)
        secret = self.broker.directory + "/password"
        with open(secret, "w") as file:
            file.write(PASSWORD + "\n")
        os.chmod(secret, 0o600)
        self.secret = secret

    def begin(self, *more):
        self.broker.extra_conf = "\n".join([
            "plugin builtin:sensors", f"plugin_opt_smtp_url smtp://127.0.0.1:{self.server.port}",
            "plugin_opt_smtp_user nightjar", f"plugin_opt_smtp_password_file {self.secret}",
            "plugin_opt_smtp_from nightjar@example.org", *(f"plugin_opt_smtp_to {to}" for to in self.to),
            f"plugin_opt_alert_cafile {self.certificates.path('ca.crt')}", "plugin_opt_alert_retry 1 2",
            "plugin_opt_reminder 0", "plugin_opt_escalate_after 0", *more])
        self.broker.start()

    def notifications(self, **wanted):
        rows = self.rest.get("/api/v1/notifications").json()
        return [row for row in rows if all(row[key] == value for key, value in wanted.items())]

    def test_opened_and_closed(self):
        self.server.start()
        self.begin()
        self.ingest("dht11/salon d'été/data", {"temperature": 40})
        self.ingest("dht11/salon d'été/data", {"temperature": 20})
        (sender, to, first, encrypted), (_, _, second, _) = self.server.wait(2)
        self.assertEqual((sender, to, encrypted), ("nightjar@example.org", ["op@example.org"], True))
        self.assertEqual(first["Subject"], "[nightjar] created: salon d'été temperature: temperature 40 is above 35 (incident 1)")
        self.assertTrue(second["Subject"].startswith("[nightjar] closed: "))
        self.assertIn("device salon d'été", first.get_content())
        self.assertNotEqual(first["Message-ID"], second["Message-ID"])
        self.wait_until(lambda: len(self.notifications(state="sent")) == 2, "both are known to be sent")
        self.assertNotIn(PASSWORD, self.broker.log())
        self.assertNotIn(PASSWORD, self.rest.get("/api/v1/notifications").body.decode())
        metrics = self.rest.get("/metrics").body.decode()
        self.assertIn('sensors_alerts_sent_total{channel="mail",result="sent"} 2', metrics)

    def test_server_away_and_broker_killed_in_between(self):
        self.begin()
        started = time.monotonic()
        for number in range(10):
            self.ingest(f"dht11/d{number}/data", {"temperature": 40})
        self.assertLess(time.monotonic() - started, 10, "a dead mail server delays values")
        self.wait_until(lambda: any(row["attempts"] for row in self.notifications(state="pending")), "an attempt")
        self.assertEqual(len(self.notifications(state="pending")), 10)
        self.broker.kill()
        self.broker.start()
        self.assertEqual(len(self.notifications(state="pending")), 10)
        self.server.start()
        self.server.wait(5)
        self.server.refuse = "451 later"  # away again, but not between taking a mail and saying so
        self.server.stop()
        self.ingest("dht11/d0/data", {"temperature": 20})
        self.server.refuse = None
        self.server.start()
        self.wait_until(lambda: len(self.notifications(state="sent")) == 11, "all are sent", 30)
        subjects = self.server.subjects()
        self.assertEqual(len(subjects), 11, subjects)
        self.assertEqual(len(set(subjects)), 11, "each once")
        self.broker.restart()
        self.assertEqual(len(self.notifications(state="sent")), 11)
        self.assertEqual(len(self.server.mails), 11)

    def test_more_than_the_rate_come_as_a_digest_later(self):
        self.server.start()
        self.begin("plugin_opt_smtp_rate 3")
        for number in range(6):
            self.ingest(f"dht11/d{number}/data", {"temperature": 40})
        self.server.wait(3)
        self.wait_until(lambda: len(self.notifications(state="sent")) == 3, "three are sent")
        self.assertEqual(len(self.notifications(state="pending")), 3)
        self.assertEqual(len(self.server.mails), 3)

    def test_no_header_comes_from_a_device(self):
        self.server.start()
        self.begin()
        evil = "x\r\nBcc: everybody@example.org\r\n\r\nhello"
        self.ingest("iot/measurements", {"sensor_id": 1, "type": "temperature", "value": 50, "unit": evil})
        self.ingest("iot/measurements", {"sensor_id": 2, "type": "temperature", "value": 50})
        client = self.client("op")
        for reason in (evil, "=?utf-8?q?Bcc: x@y?= " + "é" * 200):  # control characters are refused at the door
            client.publish("dht11/incidents", json.dumps({"action": "create", "sensor": 2, "reason": reason}), qos=1)
        mails = self.server.wait(3)
        self.assertIn("=?utf-8?q?Bcc: x@y?= " + "é" * 200, mails[2][2]["Subject"])
        for sender, to, message, _ in mails:
            self.assertEqual(to, ["op@example.org"])
            self.assertIsNone(message["Bcc"])
            self.assertNotIn("\n", message["Subject"])
            self.assertEqual(len(message.defects), 0)

    def refused_for_good(self, number, words):
        self.ingest(f"dht11/d{number}/data", {"temperature": 40})
        row = self.wait_until(lambda: self.notifications(state="failed", incident_id=number), "it has failed")[0]
        self.assertEqual(row["attempts"], 1)
        self.assertIsNotNone(row["finished_at"])
        self.assertIn(words, row["error"])
        self.broker.wait_log(rf"an alert was not delivered: .*{words}[^;]*$")
        failed = f'sensors_alerts_sent_total{{channel="mail",result="failed"}} {number}'
        self.assertIn(failed, self.rest.get("/metrics").body.decode())

    def test_what_the_server_refuses_for_good_is_not_tried_again(self):
        self.server.start()
        self.begin()
        self.server.refuse_recipient = "550-5.1.1 no such\r\n550 5.1.1 mailbox as op"
        self.refused_for_good(1, "550-5.1.1 no such 550 5.1.1 mailbox as op")
        self.server.refuse_recipient = None
        self.server.refuse = "554 5.7.1 smells of spam"
        self.refused_for_good(2, "554 5.7.1 smells of spam")
        self.server.refuse = None
        self.ingest("dht11/d3/data", {"temperature": 40})
        self.server.wait(1)
        self.assertNotIn(PASSWORD, self.broker.log())

    def test_what_may_be_mended_is_tried_again(self):
        self.server.start()
        self.begin()
        for place, reply in (("refuse_sender", "550 5.7.1 not from you"), ("refuse_recipient", "530 5.7.0 log in first"),
                             ("refuse_recipient", "450 4.2.0 greylisted"), ("refuse", "452 4.3.1 no room")):
            setattr(self.server, place, reply)
            self.ingest("dht11/a/data", {"temperature": 40})
            self.wait_until(lambda: [r for r in self.notifications(state="pending") if reply in (r["error"] or "")], reply)
            setattr(self.server, place, None)
            self.wait_until(lambda: not self.notifications(state="pending"), "it went")
            self.ingest("dht11/a/data", {"temperature": 20})
            self.wait_until(lambda: not self.notifications(state="pending"), "its end too")
        self.assertEqual(self.notifications(state="failed"), [])
        self.assertEqual(len(self.server.mails), 8)

    def test_a_wrong_password_is_named_and_tried_again(self):
        self.server.login = ("nightjar", "changed")
        self.server.start()
        self.begin()
        self.ingest("dht11/a/data", {"temperature": 40})
        row = self.wait_until(lambda: [r for r in self.notifications(state="pending") if r["attempts"]], "an attempt", 15)[0]
        self.assertIn("535", row["error"])
        self.assertEqual(self.server.mails, [])

    def test_without_a_certificate_we_trust_nothing_is_sent(self):
        self.server.start()
        other = Certificates()
        self.addCleanup(other.close)
        self.begin(f"plugin_opt_alert_cafile {other.path('ca.crt')}")
        self.ingest("dht11/a/data", {"temperature": 40})
        row = self.wait_until(lambda: [r for r in self.notifications(state="pending") if r["attempts"]], "an attempt")[0]
        self.assertIn("certificate", row["error"].lower())

    def test_tls_is_required_by_default(self):
        self.server.certificates = None
        self.server.login = (None, None)
        self.server.start()
        self.begin()
        self.ingest("dht11/a/data", {"temperature": 40})
        self.wait_until(lambda: [r for r in self.notifications(state="pending") if r["attempts"]], "an attempt")
        self.assertEqual(self.server.mails, [])

    def test_a_reload_changes_who_is_told(self):
        self.server.start()
        self.begin("user root")  # who can read the password again
        conf = self.broker.directory + "/broker.conf"
        with open(conf) as file:
            text = file.read()
        with open(conf, "w") as file:
            file.write(text.replace("smtp_to op@example.org", "smtp_to boss@example.org"))
        self.assertEqual(self.rest.post("/api/v1/config/reload").status, 200)
        self.ingest("dht11/a/data", {"temperature": 40})
        self.assertEqual(self.server.wait(1)[0][1], ["boss@example.org"])

    def alert_test(self):
        return subprocess.run([nightjarctl(), "alert-test", "--url", f"http://127.0.0.1:{self.broker.http_port}"],
                              capture_output=True, text=True, timeout=60)

    def test_alert_test(self):
        self.begin()
        failed = self.alert_test()
        self.assertEqual(failed.returncode, 1, failed.stdout)
        self.assertIn("mail     op@example.org: not sent yet: ", failed.stdout)
        self.server.start()
        worked = self.alert_test()
        self.assertEqual(worked.returncode, 0, worked.stdout + worked.stderr)
        self.assertIn("mail     op@example.org: sent", worked.stdout)
        self.assertIn("[nightjar] test", self.server.subjects())


class AlertsOptions(SensorsCase):
    autostart = False

    def test_mistakes_have_their_line(self):
        lines = ["plugin_opt_smtp_url http://x", "plugin_opt_smtp_url smtp://user:pw@x", "plugin_opt_smtp_tls yes",
                 "plugin_opt_smtp_to not-an-address", "plugin_opt_smtp_from a@b\tc@d", "plugin_opt_smtp_rate -1",
                 "plugin_opt_smtp_password_file /nonexistent", "plugin_opt_alert_url ftp://x",
                 "plugin_opt_alert_cafile /nonexistent", "plugin_opt_alert_retry 5", "plugin_opt_alert_retry 9 3",
                 "plugin_opt_hysteresis warm", "plugin_opt_open_after 0", "plugin_opt_offline_after light x",
                 "plugin_opt_auto_close perhaps", "plugin_opt_reminder -5", "plugin_opt_homeassistant_prefix a/#"]
        self.broker.extra_conf = "\n".join(["plugin builtin:sensors", *lines])
        first = self.broker.conf().splitlines().index(lines[0]) + 1
        self.broker.launch()
        self.assertEqual(self.broker.wait_exit(), 3)
        for number in range(first, first + len(lines)):
            self.assertRegex(self.broker.log(), rf"broker\.conf:{number}\b")
