"""A mail server for tests: STARTTLS, and a password if wanted. It can be away for a while and come back on its port."""

import asyncio
import contextlib
import email
import email.policy
import logging
import ssl
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from .broker import free_port, seconds


logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # clients that break off are what some tests want


class Sessions(Controller):
    """Knows its connections, to cut them: what a stopped loop leaves open, a client waits at for its whole patience."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._sessions = []

    def factory(self):
        self._sessions.append(super().factory())
        return self._sessions[-1]

    async def _cut(self):
        for session in self._sessions:
            # None before the connection; Python 3.11's TLS transport has lost its protocol when it is closed already.
            with contextlib.suppress(AttributeError):
                session.transport.abort()
        await asyncio.sleep(0)  # the turn in which the sockets are closed

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._cut(), self.loop).result()
        super().stop()


class MailServer:
    def __init__(self, certificates=None, user=None, password=None):
        """certificates: then STARTTLS is offered and required."""
        self.port = free_port()
        self.certificates = certificates
        self.login = (user, password)
        self.mails = []  # (sender, [recipients], EmailMessage, was it encrypted)
        self.refuse = None  # a reply to the mail, as "451 later"
        self.refuse_sender = self.refuse_recipient = None  # to MAIL, to RCPT
        self._lock = threading.Lock()
        self._controller = None

    def start(self):
        options = {}
        if self.certificates is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificates.path("server.crt"), self.certificates.path("server.key"))
            options.update(tls_context=context, require_starttls=True)
        if self.login[0] is not None:
            options.update(authenticator=self._authenticate, auth_required=True)
        self._controller = Sessions(self, hostname="127.0.0.1", port=self.port, **options)
        self._controller.start()
        return self

    def stop(self):
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def _authenticate(self, server, session, envelope, mechanism, data):
        wanted = LoginPassword(*(text.encode() for text in self.login))
        return AuthResult(success=data == wanted, handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        return "250 a good sender"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 a good recipient"

    async def handle_DATA(self, server, session, envelope):
        if self.refuse:
            return self.refuse
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._lock:
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, message, session.ssl is not None))
        return "250 taken"

    def subjects(self):
        with self._lock:
            return [message["Subject"] for _, _, message, _ in self.mails]

    def wait(self, count, timeout=20):
        """Until so many mails are there; returns all of them."""
        end = time.monotonic() + seconds(timeout)
        while True:
            with self._lock:
                if len(self.mails) >= count:
                    return list(self.mails)
            if time.monotonic() > end:
                raise AssertionError(f"{len(self.mails)} mails of {count} came: {self.subjects()}")
            time.sleep(0.02)
