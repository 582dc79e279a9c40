"""Listeners with TLS beside the plain one of tests/kafka/brokers.py: one for a user with a password, one for a certificate of the client.

Everything is made with openssl and good for two days. The brokers' certificate is for 127.0.0.1 and for no name."""

import pathlib
import subprocess

USER = "ledgate"
LOGIN = "org.apache.kafka.common.security"
NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")


class Authority:
    """Signs certificates; its own lies in `certificate`."""

    def __init__(self, home, name):
        self.home = pathlib.Path(home)
        self.certificate = self.home / f"{name}.pem"
        self.key = self.home / f"{name}.key"
        self._request(self.key, self.certificate, "-subj", f"/CN={name}")

    def issue(self, name, *extensions):
        """Key and certificate of `name`, as the paths of two PEM files."""
        key, certificate = self.home / f"{name}.key", self.home / f"{name}.pem"
        words = [word for extension in ("basicConstraints=critical,CA:FALSE", *extensions) for word in ("-addext", extension)]
        self._request(key, certificate, "-CA", self.certificate, "-CAkey", self.key, "-subj", f"/CN={name}", *words)
        return key, certificate

    @staticmethod
    def _request(key, certificate, *words):
        subprocess.run(["openssl", "req", "-x509", *NEW_KEY, "-keyout", key, "-out", certificate, *words], check=True, stdin=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60)


class Secure:
    """What the secure listeners of all brokers in `home` have in common. The user logs in with PLAIN or SCRAM-SHA-512."""

    def __init__(self, home, password):
        home.mkdir(parents=True, exist_ok=True)
        self.password = password
        self.authority = Authority(home, "authority")
        self.client_key, self.client_certificate = self.authority.issue("client")
        key, certificate = self.authority.issue("broker", "subjectAltName=IP:127.0.0.1")
        self.broker = home / "broker-chain.pem"
        self.broker.write_text(key.read_text() + certificate.read_text())

    def settings(self):
        return {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.broker,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.authority.certificate,
            "listener.name.certificate.ssl.client.auth": "required",
            "listener.name.password.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
            "listener.name.password.plain.sasl.jaas.config": f'{LOGIN}.plain.PlainLoginModule required user_{USER}="{self.password}";',
            "listener.name.password.scram-sha-512.sasl.jaas.config": f"{LOGIN}.scram.ScramLoginModule required;",
        }

    def format_words(self):
        """For StorageTool: what SCRAM needs to know of a user is a record of the cluster."""
        return ("--add-scram", f"SCRAM-SHA-512=[name={USER},password={self.password}]")

    def described(self, brokers):
        """For the launcher's first line."""
        return {"password_bootstrap": ",".join(f"127.0.0.1:{one.password_port}" for one in brokers),
                "certificate_bootstrap": ",".join(f"127.0.0.1:{one.certificate_port}" for one in brokers), "user": USER,
                "authority": str(self.authority.certificate), "client_key": str(self.client_key), "client_certificate": str(self.client_certificate)}
