"""The wire does not change silently."""

import hashlib

import msgspec
import pytest

from device_protocol import version
from device_protocol.kinds import OPERATIONS
from device_protocol.messages import MESSAGES

SCHEMA_HASHES = {
    1: "32741029236f7e03dda26317a1f038b4b434c0eb56b7cba732f9e877e86f02bc",
    2: "d244602585d4cff24f8778422b562f24841dfecc9431d9ab6c5adebbbe5aa530",
    3: "49aed167a71691c76cf5b86f6b398d598006c1fc408e01833e66c1eaa5e3c1b4",
}
"""Hash of the schemas of every protocol number; add a line, never change one that has shipped."""


def _schema_hash() -> str:
    _, components = msgspec.json.schema_components(
        [*MESSAGES, *OPERATIONS], schema_hook=lambda _: {}
    )
    return hashlib.sha256(
        msgspec.json.encode(_without_prose(components), order="sorted")
    ).hexdigest()


def _without_prose(schema: object) -> object:
    if isinstance(schema, dict):
        return {
            name: _without_prose(part) for name, part in schema.items() if name != "description"
        }
    return [_without_prose(part) for part in schema] if isinstance(schema, list) else schema


@pytest.mark.spec("DP-VER-5")
def test_schema_belongs_to_the_protocol_number() -> None:
    # Fails? The wire changed: raise PROTOCOL, write a line of history, pin the new hash here.
    assert _schema_hash() == SCHEMA_HASHES[version.PROTOCOL]


@pytest.mark.spec("DP-VER-1")
def test_negotiation_takes_the_highest_common_number() -> None:
    assert version.negotiate(1, 1) == 1
    assert version.negotiate(1, 2) == 2
    assert version.negotiate(0, 99) == version.PROTOCOL
    assert version.negotiate(0, 0) is None
    assert version.negotiate(version.PROTOCOL + 1, 99) is None


def test_longest_line_of_a_device_fits_a_push() -> None:
    assert version.LIMITS.unpacked_bytes > version.LIMITS.line_bytes
    assert version.LIMITS.push_bytes > version.LIMITS.line_bytes
