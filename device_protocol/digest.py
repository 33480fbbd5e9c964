"""Hashes of feed documents and their running sum, by which replica and server find drift.

A sum modulo 2^128, not an exclusive or: twice the same document does not cancel out. Scope, key and
version are hashed too, so that equal sums mean equal documents, not only equal keys.
"""

import hashlib
import struct
from functools import lru_cache

MODULUS = 1 << 128
BUCKETS = 256

_LENGTH = struct.Struct(">I")
_VERSION_LENGTH = struct.Struct(">QI")


def document_hash(scope: str, key: str, version: int, body: bytes) -> int:
    """Return 128 bits of the SHA-256 of a document; what varies in length is led by its length.

    >>> document_hash("1/zone/2", "task", 3, b"{}") == document_hash("1/zone/2t", "ask", 3, b"{}")
    False
    """
    key_bytes = key.encode()
    hashed = b"%b%b%b%b%b" % (
        _led(scope),
        _LENGTH.pack(len(key_bytes)),
        key_bytes,
        _VERSION_LENGTH.pack(version, len(body)),
        body,
    )
    return int.from_bytes(hashlib.sha256(hashed).digest()[:16], "big")


@lru_cache(maxsize=1_024)
def _led(scope: str) -> bytes:
    """Return the name of a scope, led by its length; the same few are hashed all day."""
    scope_bytes = scope.encode()
    return _LENGTH.pack(len(scope_bytes)) + scope_bytes


def bucket_of(key: str) -> int:
    """Return the bucket of a document, by which differences are narrowed down: 0 to 255.

    >>> bucket_of("task/48001")
    180
    """
    return hashlib.sha256(key.encode()).digest()[0]


def add(total: int, document: int) -> int:
    """Return the sum with one document more."""
    return (total + document) % MODULUS


def remove(total: int, document: int) -> int:
    """Return the sum with one document less."""
    return (total - document) % MODULUS


def encode_sum(total: int) -> str:
    """Return a sum as 32 hexadecimal digits.

    >>> encode_sum(255)
    '000000000000000000000000000000ff'
    """
    return f"{total:032x}"


def decode_sum(text: str) -> int:
    """Return the sum that `encode_sum` wrote; anything else raises ValueError."""
    total = int(text, 16)
    if encode_sum(total) != text:
        message = f"not a sum of 32 hexadecimal digits: {text[:40]!r}"
        raise ValueError(message)
    return total
