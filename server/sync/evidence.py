"""Evidence: which operation names which attachment or personal record, noted as lines are stored.

It is read off the line itself, also of one that was parked: what a device promised to send is
missed if it does not come, whatever became of the line.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec

from device_protocol.codec import NUMBER_MAX
from server.lane.records import StoredOperation
from server.sync.records import Evidence

CODE_CHARACTERS_MAX = 200
"""No barcode is longer, and an index holds no book."""

_MARKS = (b'"attachments"', b'"personal"')
_HASH = re.compile(r"[0-9a-f]{64}")


class _Named(msgspec.Struct, frozen=True):
    attachments: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()


class _About(msgspec.Struct, frozen=True):
    unit: Annotated[str, msgspec.Meta(max_length=CODE_CHARACTERS_MAX)] = ""
    shipment: Annotated[int, msgspec.Meta(ge=1, le=NUMBER_MAX)] | None = None


_named = msgspec.json.Decoder(_Named).decode
_about = msgspec.json.Decoder(_About).decode


def evidence_of(operations: Iterable[StoredOperation], now: int) -> Iterator[Evidence]:
    """What some operations name, each hash once per operation."""
    for operation in operations:
        line = operation.line
        if _MARKS[0] in line or _MARKS[1] in line:
            yield from _of_line(operation, now)


def _of_line(operation: StoredOperation, now: int) -> Iterator[Evidence]:
    try:
        named = _named(operation.line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return
    kinds = dict.fromkeys(named.personal, "personal") | dict.fromkeys(
        named.attachments, "attachment"
    )
    about = _read_about(operation.line)
    for name, kind in kinds.items():
        # What is no hash can never come, so nobody need wait for it.
        if _HASH.fullmatch(name):
            yield Evidence(
                site=operation.site,
                stream=operation.stream,
                epoch=operation.epoch,
                seq=operation.seq,
                hash=name,
                kind=kind,
                named_at=now,
                unit=about.unit if about.unit.isprintable() and about.unit else None,
                shipment=about.shipment,
            )


def _read_about(line: bytes) -> _About:
    """What the line is about, as far as a database can be asked for it."""
    try:
        return _about(line)
    except msgspec.MsgspecError:
        return _About()
