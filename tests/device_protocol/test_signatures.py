"""What is signed."""

import hashlib

import pytest

from device_protocol import keys, signatures
from tests.device_protocol.doubles import seeded

PRIVATE = keys.generate(seeded())


def test_signed_bytes_are_those_of_the_protocol() -> None:
    assert signatures.push_bytes(7, 2, 5, 3, "aa", "bb") == b"totebook-push-1\n7\n2\n5\n3\naa\nbb\n"
    assert signatures.epoch_bytes(7, "ff", "fork") == b"totebook-epoch-1\n7\nff\nfork"
    digest = hashlib.sha256(b"{}").hexdigest().encode()
    assert signatures.call_bytes("POST", "/x", b"{}") == b"totebook-call-1\nPOST\n/x\n" + digest


def test_header_round_trip() -> None:
    read = signatures.read_call_header(signatures.call_header(7, PRIVATE, "POST", "/x", b"{}"))
    assert read is not None
    device, signature = read
    assert device == 7
    covered = signatures.call_bytes("POST", "/x", b"{}")
    assert keys.verify(keys.public_key(PRIVATE), covered, signature)


@pytest.mark.parametrize(
    "value",
    ["", "7", "7:", ":AAEC", "-7:AAEC", "07:AAEC", "7:A", "7:AA=", "٣:AAEC", "9" * 16 + ":AAEC"],
)
def test_malformed_header_reads_as_nothing(value: str) -> None:
    assert signatures.read_call_header(value) is None
