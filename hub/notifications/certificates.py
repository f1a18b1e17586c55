"""A self-signed certificate for a mail server on this machine alone.

Its key is new each time and leaves no file behind.
"""

import datetime
import ipaddress
import os
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# The key dies with the server, so the dates only have to surround its life
# (RFC 5280 section 4.1.2.5 gives the date that stands for no known end).
_FROM = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
_UNTIL = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Certificate:
    """A certificate in a file that clients trust, and its key, in memory."""

    path: Path
    pem: bytes
    key_pem: bytes

    def server_context(self) -> ssl.SSLContext:
        """TLS settings for the server that owns the certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        # The ssl module reads keys from files only; this one is its owner's alone, for a moment.
        with tempfile.TemporaryDirectory() as folder:
            both = Path(folder, "key.pem")
            with os.fdopen(os.open(both, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(self.key_pem + self.pem)
            context.load_cert_chain(both)
        return context


def self_signed(folder: Path, names: list[str], addresses: list[str]) -> Certificate:
    """Make a certificate for host names and IP addresses; it alone is written to `folder`/certificate.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _signed(key, names, addresses)
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(pem)
    return Certificate(path, pem, key_pem)


def _signed(key: ec.EllipticCurvePrivateKey, names: list[str], addresses: list[str]) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    public = key.public_key()
    hosts: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    hosts += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    return (
        x509.CertificateBuilder(subject, subject, public, x509.random_serial_number(), _FROM, _UNTIL)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
