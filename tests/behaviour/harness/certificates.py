"""Certificates made for one test by `nightjarctl tls-selfsigned` and the openssl command; never kept."""

import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import time

from .broker import ROOT


def nightjarctl():
    return str(ROOT / os.environ.get("NIGHTJARCTL", "build/nightjarctl"))


class Certificates:
    """A directory with ca.crt, server.crt, server.key and NAME.crt, NAME.key of each client."""

    def __init__(self, *clients):
        self.directory = tempfile.mkdtemp(prefix="nightjar-tls-")
        self.make(self.directory, *clients)

    @staticmethod
    def make(directory, *clients):
        subprocess.run([nightjarctl(), "tls-selfsigned", directory, *(f"--client={name}" for name in clients)],
                       check=True, stdout=subprocess.DEVNULL)

    def path(self, name):
        return os.path.join(self.directory, name)

    def renew(self):
        """A new server certificate from a new authority, in the same files."""
        for name in ("ca.crt", "ca.key", "server.crt", "server.key"):
            os.unlink(self.path(name))
        self.make(self.directory)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def make_expired(self, name):
        """A client certificate of our authority whose time is over."""
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                     f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        self._authority("-in", f"{name}.csr", "-out", f"{name}.crt", "-startdate", "20200101000000Z", "-enddate",
                        "20200201000000Z")

    def revoke(self, name):
        """Writes crl.pem, in which this client stands."""
        self._authority("-revoke", f"{name}.crt")
        self._authority("-gencrl", "-crldays", "1", "-out", "crl.pem")

    def _authority(self, *arguments):
        conf = pathlib.Path(self.path("ca.conf"))
        if not conf.exists():
            conf.write_text("[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nnew_certs_dir=.\nserial=serial\n"
                            "default_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n")
            pathlib.Path(self.path("index.txt")).touch()
            pathlib.Path(self.path("serial")).write_text(f"{int(time.time()):010x}\n")
        self.openssl("ca", "-batch", "-config", "ca.conf", "-cert", "ca.crt", "-keyfile", "ca.key", *arguments)

    def context(self, client=None):
        """What a client needs that trusts this authority."""
        context = ssl.create_default_context(cafile=self.path("ca.crt"))
        if client is not None:
            context.load_cert_chain(self.path(client + ".crt"), self.path(client + ".key"))
        return context

    def listener_lines(self):
        return [f"certfile {self.path('server.crt')}", f"keyfile {self.path('server.key')}"]

    def client_lines(self, extra=()):
        return [*self.listener_lines(), f"cafile {self.path('ca.crt')}", "require_certificate true", *extra]

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)
