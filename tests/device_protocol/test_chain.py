"""The hash chain, computed here a second time by hand."""

import hashlib
import uuid

import pytest

from device_protocol import chain


def test_start_binds_device_epoch_and_nonce() -> None:
    nonce = bytes(range(16))
    by_hand = b"\x00" + (7).to_bytes(8, "big") + (2).to_bytes(8, "big") + nonce
    assert chain.start(7, 2, nonce) == hashlib.sha256(by_hand).digest()


@pytest.mark.spec("DP-STREAM-1")
def test_step_binds_previous_number_length_and_line() -> None:
    previous = bytes(range(32))
    by_hand = b"\x01" + previous + (9).to_bytes(8, "big") + (4).to_bytes(4, "big") + b"line"
    assert chain.step(previous, 9, b"line") == hashlib.sha256(by_hand).digest()


def test_step_refuses_what_is_no_hash() -> None:
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        chain.step(bytes(31), 1, b"line")


def test_walk_is_step_by_step() -> None:
    start = chain.start(1, 1, b"")
    first = chain.step(start, 5, b"a")
    assert chain.walk(start, 5, [b"a", b"b"]) == [first, chain.step(first, 6, b"b")]


@pytest.mark.spec("DP-STREAM-6")
def test_operation_id_is_a_uuid_of_version_8_that_tells_operations_apart() -> None:
    first, second = (chain.start(1, epoch, b"") for epoch in (1, 2))
    read = uuid.UUID(chain.operation_id(first))
    assert (read.version, read.variant) == (8, uuid.RFC_4122)
    assert chain.operation_id(first) != chain.operation_id(second)
