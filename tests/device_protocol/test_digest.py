"""Hashes of documents and their running sum."""

import hashlib

import pytest

from device_protocol import digest


def test_hash_covers_every_field_with_its_length() -> None:
    by_hand = (
        b"\x00\x00\x00\x031/z" + b"\x00\x00\x00\x01k" + bytes(7) + b"\x05" + b"\x00\x00\x00\x02{}"
    )
    expected = int.from_bytes(hashlib.sha256(by_hand).digest()[:16], "big")
    assert digest.document_hash("1/z", "k", 5, b"{}") == expected


def test_sum_comes_back_when_a_document_leaves() -> None:
    one, two = (digest.document_hash("s", key, 1, b"") for key in ("a", "b"))
    total = digest.add(digest.add(digest.MODULUS - 1, one), two)
    assert digest.remove(digest.remove(total, two), one) == digest.MODULUS - 1
    assert 0 <= digest.remove(0, one) < digest.MODULUS


def test_the_same_document_twice_does_not_cancel_out() -> None:
    one = digest.document_hash("s", "a", 1, b"")
    assert digest.add(digest.add(0, one), one) != 0


def test_text_round_trip() -> None:
    assert digest.decode_sum(digest.encode_sum(1 << 127)) == 1 << 127


@pytest.mark.parametrize("text", ["", "ff", "0x" + "0" * 30, "F" * 32, "g" * 32, "0" * 33])
def test_text_that_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"sum|invalid literal"):
        digest.decode_sum(text)
