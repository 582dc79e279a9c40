"""An SMTP server in the test's hand: STARTTLS and log-in, refusals, pauses, absence; beside what it took, it tells how it was asked."""

import datetime
import email
import email.policy
import ssl
import threading
import typing

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .waiting import PATIENCE, eventually

USER, PASSWORD = "ledgate", "p@ss:w/rd?"


class Certificate(typing.NamedTuple):
    """A self-signed certificate for localhost, in files."""
    certificate: str
    key: str


def make_certificate(folder, host="localhost"):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256()))
    folder.mkdir(parents=True, exist_ok=True)
    files = Certificate(str(folder / "smtp.pem"), str(folder / "smtp.key"))
    with open(files.certificate, "wb") as out:
        out.write(made.public_bytes(serialization.Encoding.PEM))
    with open(files.key, "wb") as out:
        out.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return files


class FixedPort(Controller):
    """Port 0 becomes a port that a later start takes again."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class SmtpServer:
    """`answers` are given to the next mails, one each, then "250 kept"; None waits on `gate` first. Of each attempt: was TLS up, who had logged in."""

    def __init__(self, certificate=None, login=False, login_without_tls=False):
        self.mails, self.attempts, self.logins, self.answers = [], [], [], []
        self.gate = threading.Event()
        self.port = 0
        self.options = {}
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.certificate, certificate.key)
            self.options = {"tls_context": context, "require_starttls": True}
        if login or login_without_tls:
            self.options |= {"authenticator": self.authenticate, "auth_required": login, "auth_require_tls": not login_without_tls}
        self.controller = None

    def start(self):
        self.controller = FixedPort(self, hostname="127.0.0.1", port=self.port, **self.options)
        self.controller.start()
        self.port = self.controller.port
        return self

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def stop(self):
        self.gate.set()
        if self.controller:
            self.controller.stop()
            self.controller = None

    def authenticate(self, server, session, envelope, mechanism, data):  # aiosmtpd's signature
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=self.logins[-1] == (USER, PASSWORD), handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers[0] if self.answers else "250"
        if isinstance(answer, str) and answer.startswith("rcpt "):
            self.attempts.append((session.ssl is not None, session.authenticated))
            return self.answers.pop(0)[5:]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        self.attempts.append((session.ssl is not None, session.authenticated))
        answer = self.answers.pop(0) if self.answers else "250 kept"
        if answer is None:
            await server.loop.run_in_executor(None, self.gate.wait, 60 * PATIENCE)
            answer = "250 kept"
        if answer.startswith("250"):
            self.mails.append((list(envelope.rcpt_tos), email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return answer

    def to(self, address):
        return [mail for recipients, mail in list(self.mails) if address.lower() in [one.lower() for one in recipients]]

    def wait(self, address, count=1, seconds=10):
        """The newest mail to an address, once so many have come."""
        return eventually(f"{count} mails to {address}", lambda: len(found := self.to(address)) >= count and found, seconds)[-1]

    def wait_attempts(self, count, seconds=10):
        return eventually(f"{count} attempts", lambda: len(self.attempts) >= count, seconds)
