"""Opening the app on one's own phone: a certificate of the house, addresses, an invitation."""

import re
import socket
import ssl
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from server.commands import phones
from server.commands.certificates import CERTIFICATE_DAYS, RENEWED_DAYS, Certified, certified
from server.config import Settings
from server.demo.child import COMMAND, Child
from tests.api.warehouse import PIN
from tests.web.shop import Shop

NOW = 1_800_000_000_000
DAY_MS = 86_400_000
NAMES = ("localhost", "shed", "127.0.0.1", "192.168.1.20")


def read(made: Certified) -> x509.Certificate:
    """Read the certificate of a server."""
    return x509.load_pem_x509_certificate(made.certificate.read_bytes())


@contextmanager
def serving(child: Child, *words: str) -> Iterator[str]:
    """Serve over TLS; gives what it said before it took calls."""
    said = child.folder / "said"
    with said.open("wb") as out:
        running = subprocess.Popen(
            [*COMMAND, "serve", *words], env=child.environment(), stdout=out, stderr=out
        )
    try:
        deadline = time.monotonic() + 60
        while not is_open(child.port):
            assert running.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            # To ask without a pause keeps a core from the server that is awaited.
            time.sleep(0.02)
        yield said.read_text()
    finally:
        running.terminate()
        running.wait(60)


def is_open(port: int) -> bool:
    """Tell whether somebody listens."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_certificate_is_for_what_the_authority_may_vouch_for(tmp_path: Path) -> None:
    made = certified(tmp_path / "tls", (*NAMES, "81.2.69.142"), NOW)
    named = read(made).extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert made.names == NAMES
    assert sorted(str(each.value) for each in named) == sorted(NAMES)
    for key in ("ca.key", "server.key"):
        assert stat.S_IMODE((tmp_path / "tls" / key).stat().st_mode) == 0o600


def test_authority_vouches_for_the_certificate_and_for_nothing_else(tmp_path: Path) -> None:
    made = certified(tmp_path, NAMES, NOW)
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())

    read(made).verify_directly_issued_by(authority)
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert x509.DNSName("shed") in (limits.value.permitted_subtrees or [])
    assert isinstance(authority.public_key(), ec.EllipticCurvePublicKey)
    assert len(made.fingerprint.split(":")) == 32


def test_certificate_is_kept_until_it_ends_soon_or_addresses_change(tmp_path: Path) -> None:
    late = NOW + (CERTIFICATE_DAYS - RENEWED_DAYS + 2) * DAY_MS
    moved = (*NAMES, "10.1.1.1")
    runs = [(NAMES, NOW), (NAMES, NOW + DAY_MS), (moved, NOW + DAY_MS), (moved, late)]
    made, serials = [], []
    for names, now in runs:
        made.append(certified(tmp_path, names, now))
        serials.append(read(made[-1]).serial_number)

    assert serials[0] == serials[1]
    assert len(set(serials)) == 3
    assert len({each.fingerprint for each in made}) == 1


def test_renamed_machine_keeps_its_authority(tmp_path: Path) -> None:
    certified(tmp_path, NAMES, NOW)

    assert certified(tmp_path, ("barn", "10.0.0.7"), NOW).names == ("10.0.0.7",)


def test_addresses_are_those_that_others_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "_of_routes", lambda: iter(("192.168.1.20", "fd00::1")))
    monkeypatch.setattr(phones, "_of_name", lambda: iter(("127.0.1.1", "192.168.1.20")))

    assert phones.addresses("10.0.0.9") == ["10.0.0.9"]
    assert phones.addresses("0.0.0.0") == ["192.168.1.20", "fd00::1", "127.0.0.1"]  # noqa: S104
    shown = phones.urls(Settings(host="::", port=8443), is_safe=True)
    assert shown[:2] == ["https://192.168.1.20:8443", "https://[fd00::1]:8443"]


def test_name_that_nobody_knows_has_no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object, **_given: object) -> None:
        raise OSError("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert list(phones._of_name()) == []


def test_without_tls_it_says_that_phones_need_it() -> None:
    assert "--tls" in phones.how_to_open(["http://192.168.1.20:8080"], None)[-1]
    assert len(phones.how_to_open(["http://127.0.0.1:8080"], None)) == 1


def test_served_over_tls_a_phone_is_invited_and_trusts_the_house(
    tmp_path: Path, sqlite_template: Path
) -> None:
    shop = Shop(tmp_path, sqlite_template, devices=0)
    shop.core.close()
    with serving(shop.child, "--no-migrate", "--tls", "--invite", "my phone") as said:
        trusting = ssl.create_default_context(cafile=f"{tmp_path}/book.sqlite3.tls/ca.crt")
        base = shop.url.replace("http", "https", 1)
        with httpx.Client(base_url=base, verify=trusting, trust_env=False, timeout=20) as caller:
            authority = caller.get("/app/ca.crt")
            told = {"person": "supervisor", "password": PIN}
            page = {"X-Totebook-Page": "1"}
            cookie = caller.post("/app/session", json=told, headers=page).headers["set-cookie"]
            code = re.search(r"/app/#enrol\?code=(\S+)", said)
            assert code is not None
            lead = caller.get(f"/enrol?code={code.group(1)}")

    assert authority.content.startswith(b"-----BEGIN CERTIFICATE-----")
    assert "secure" in cookie.lower()
    assert lead.headers["location"] == f"/app/#enrol?code={code.group(1)}"
    assert "my phone" in said
    assert "█" in said
