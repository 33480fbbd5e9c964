"""Keys and signatures."""

import pytest

from device_protocol import keys
from tests.device_protocol.doubles import seeded

PRIVATE = keys.generate(seeded())


def test_signature_of_the_owner_is_valid() -> None:
    assert keys.verify(keys.public_key(PRIVATE), b"said", keys.sign(PRIVATE, b"said"))


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [
        (keys.public_key(PRIVATE), b"other", keys.sign(PRIVATE, b"said")),
        (keys.public_key(bytes(32)), b"said", keys.sign(PRIVATE, b"said")),
        (keys.public_key(PRIVATE), b"said", b""),
        (b"no key", b"said", keys.sign(PRIVATE, b"said")),
    ],
)
def test_anything_else_is_not(public: bytes, message: bytes, signature: bytes) -> None:
    assert not keys.verify(public, message, signature)


def test_rfc_8032_test_vector_1() -> None:
    private = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    signature = keys.sign(private, b"")
    assert keys.public_key(private).hex() == public
    assert signature.hex().startswith("e5564300c360ac729086e2cc806e828a")


@pytest.mark.parametrize("text", ["A", "AA==", "_9", "+/8", "ä", "A A"])
def test_text_that_was_not_written_so_reads_as_nothing(text: str) -> None:
    assert keys.read(text) == b""


def test_text_round_trip() -> None:
    assert keys.read(keys.write(PRIVATE)) == PRIVATE
