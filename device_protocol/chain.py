"""The hash chain of a device's stream: every line is bound to all that came before it.

A stream starts from `start(device, epoch, nonce)` and goes on line by line with `step`. Numbers are
unsigned and big-endian; the first byte tells a start from a step, so that neither can be passed off
as the other.
"""

import hashlib
import struct
import uuid
from collections.abc import Iterable

HASH_BYTES = 32
NONCE_BYTES = 16

_START = struct.Struct(">BQQ")
_STEP = struct.Struct(">B32sQI")


def start(device: int, epoch: int, nonce: bytes) -> bytes:
    """Return the hash before the first line of an epoch.

    >>> start(1_000_000, 1, bytes(16)).hex()[:16]
    'cf42296d7cb4697e'
    """
    return hashlib.sha256(_START.pack(0x00, device, epoch) + nonce).digest()


def step(previous: bytes, seq: int, line: bytes) -> bytes:
    """Return the hash after line number `seq`, whose bytes are taken as sent."""
    if len(previous) != HASH_BYTES:
        message = f"a chain hash has {HASH_BYTES} bytes, not {len(previous)}"
        raise ValueError(message)
    return hashlib.sha256(_STEP.pack(0x01, previous, seq, len(line)) + line).digest()


def walk(previous: bytes, first: int, lines: Iterable[bytes]) -> list[bytes]:
    """Return the hash after each of `lines`, the first of which has number `first`."""
    hashes = []
    for seq, line in enumerate(lines, start=first):
        previous = step(previous, seq, line)
        hashes.append(previous)
    return hashes


def operation_id(chain_hash: bytes) -> str:
    """Return the id of the operation that a hash ends with: UUID version 8 (RFC 9562, 5.8).

    >>> operation_id(bytes(32))
    '00000000-0000-8000-8000-000000000000'
    """
    number = int.from_bytes(chain_hash[:16], "big")
    number = number & ~(0xF << 76) | 0x8 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=number))
