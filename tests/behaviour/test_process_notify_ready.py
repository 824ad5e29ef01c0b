"""systemd's NOTIFY_SOCKET gets READY=1 once every listener accepts (features A-15)."""

import socket

from harness import BrokerCase, seconds


class NotifyReady(BrokerCase):
    nightjar_only = "needs mosquitto's systemd build"
    autostart = False

    def check(self, name):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(name)
            notify.settimeout(seconds(10))
            self.broker.environment["NOTIFY_SOCKET"] = name.replace("\0", "@")
            self.broker.launch()
            messages = notify.recv(4096).decode().splitlines()
            self.assertIn("READY=1", messages)
            self.assertTrue(self.broker.accepts(self.broker.port))
            self.assertTrue(self.broker.accepts(self.broker.websocket_port))
            self.assertTrue(self.broker.accepts(self.broker.http_port))

    def test_path(self):
        self.check(self.broker.directory + "/notify")

    def test_abstract_name(self):
        self.check("\0nightjar-test-" + self.broker.directory[-8:])

    def test_not_told_when_the_start_fails(self):
        name = self.broker.directory + "/notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(name)
            notify.setblocking(False)
            self.broker.environment["NOTIFY_SOCKET"] = name
            self.broker.launch(self.broker.conf() + "nonsense 1\n")
            self.broker.wait_exit()
            with self.assertRaises(BlockingIOError):
                notify.recv(4096)
