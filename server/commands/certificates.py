"""A certificate authority of the house: made once, it certifies the server for the local network.

Browsers give a page a camera, keys and storage only over HTTPS, and no public authority certifies
an address like 192.168.1.20. The authority can certify nothing but addresses of local networks and
the machine's own names, whoever steals its key: its certificate says so (RFC 5280, 4.2.1.10).
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.web.authority import AUTHORITY

AUTHORITY_DAYS = 3_650
CERTIFICATE_DAYS = 390
"""Phones refuse certificates that last longer than 398 days."""
RENEWED_DAYS = 60
"""A certificate with fewer days left is made anew."""
LOCAL_NETWORKS = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"),
    *("100.64.0.0/10", "fc00::/7", "fe80::/10", "::1/128"),
)
_NAMED = "Totebook"


class Certified(msgspec.Struct, frozen=True):
    """What a server shows, and by what people recognise who vouches for it."""

    certificate: Path
    key: Path
    authority: Path
    fingerprint: str
    """SHA-256 of the authority's certificate, as phones show it."""
    names: tuple[str, ...]


def certified(folder: Path, names: Sequence[str], now_ms: int) -> Certified:
    """Answer a certificate for these names and addresses; what is missing or old is made."""
    now = datetime.fromtimestamp(now_ms / 1_000, UTC)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, authority_key = folder / AUTHORITY, folder / "ca.key"
    if not (authority.exists() and authority_key.exists()):
        _make_authority(authority, authority_key, names, now)
    vouching = x509.load_pem_x509_certificate(authority.read_bytes())
    allowed = tuple(name for name in names if _may_certify(vouching, name))
    made, key = folder / "server.crt", folder / "server.key"
    if not (made.exists() and key.exists() and _still_good(made, vouching, allowed, now)):
        signing = serialization.load_pem_private_key(authority_key.read_bytes(), None)
        if not isinstance(signing, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{authority_key} holds another kind of key.")
        _make_certificate(made, key, signing, issuer=vouching.subject, names=allowed, now=now)
    digest = vouching.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certified(made, key, authority, digest, allowed)


def _make_authority(path: Path, key_path: Path, names: Sequence[str], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    title = f"{_NAMED} authority {now:%Y-%m-%d}"
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    permitted: list[x509.GeneralName] = [x509.IPAddress(ip_network(net)) for net in LOCAL_NETWORKS]
    permitted += [x509.DNSName(name) for name in names if not _is_address(name)]
    certificate = (
        _begun(called, called, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _keep_key(key_path, key)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _make_certificate(
    path: Path,
    key_path: Path,
    signing: ec.EllipticCurvePrivateKey,
    *,
    issuer: x509.Name,
    names: Sequence[str],
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAMED)])
    certificate = (
        _begun(called, issuer, key.public_key(), now, CERTIFICATE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_general(name) for name in names]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()),
            critical=False,
        )
        .sign(signing, hashes.SHA256())
    )
    _keep_key(key_path, key)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # Phones whose clock is a little behind believe it too.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _still_good(
    path: Path, vouching: x509.Certificate, names: Sequence[str], now: datetime
) -> bool:
    made = x509.load_pem_x509_certificate(path.read_bytes())
    told = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    is_lasting = made.not_valid_after_utc > now + timedelta(days=RENEWED_DAYS)
    is_ours = made.issuer == vouching.subject
    return is_lasting and is_ours and set(told) >= {_general(name) for name in names}


def _may_certify(vouching: x509.Certificate, name: str) -> bool:
    """Tell whether phones would believe the authority this name."""
    told = vouching.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = told.permitted_subtrees or []
    if not _is_address(name):
        return x509.DNSName(name) in permitted
    networks = [each.value for each in permitted if isinstance(each, x509.IPAddress)]
    address = ip_address(name)
    return any(address in ip_network(str(net)) for net in networks)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _general(name: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(name)) if _is_address(name) else x509.DNSName(name)


def _keep_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    told = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(told)
