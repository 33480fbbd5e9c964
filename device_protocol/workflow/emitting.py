"""From what was scanned to the operations that are written."""

from typing import Any

import msgspec

from device_protocol.kinds import OPERATIONS
from device_protocol.operations import Operation, Scan, Undo
from device_protocol.workflow.definition import Emit
from device_protocol.workflow.session import Written
from device_protocol.workflow.turn import Turn

KINDS: dict[str, type[Operation]] = {str(kind.__struct_config__.tag): kind for kind in OPERATIONS}
REQUIRED: dict[str, tuple[str, ...]] = {
    tag: tuple(field.name for field in msgspec.structs.fields(kind) if field.required)
    for tag, kind in KINDS.items()
}
"""What an operation cannot do without."""

FLAGS: dict[str, frozenset[str]] = {
    tag: frozenset(field.name for field in msgspec.structs.fields(kind) if field.type is bool)
    for tag, kind in KINDS.items()
}
"""What is either said or not: any value says it."""

NUMBERS: dict[str, frozenset[str]] = {
    tag: frozenset(field.name for field in msgspec.structs.fields(kind) if field.type is int)
    for tag, kind in KINDS.items()
}
"""What is a number, also where it was keyed as a text."""

_SCAN_BYTES_MAX = 2_000
_PACKS_MAX = 20
_encode = msgspec.json.encode


def emit(turn: Turn, emits: tuple[Emit, ...]) -> bool:
    """Write the operations whose conditions hold; tell whether nothing that they need was missing.

    Documents that do not fit together may leave something out; that is said, never guessed.
    """
    written = len(turn.operations)
    for each in emits:
        if turn.holds(each.when):
            values = {name: turn.value(reference) for name, reference in each.fields.items()}
            if not write(turn, each.kind, values):
                del turn.operations[written:]
                return False
    return True


def write(turn: Turn, kind: str, values: dict[str, Any]) -> bool:
    """Write one operation with what every operation says; empty values are left out."""
    meant = KINDS[kind]
    said = {name: value for name, value in values.items() if value not in (None, "")}
    said |= {name: bool(said[name]) for name in FLAGS[kind] & said.keys()}
    for name in NUMBERS[kind] & said.keys():
        if isinstance(said[name], str):
            # Work that was taken on under what is no number can't be told; nothing is guessed.
            said[name] = int(said[name]) if said[name].isdecimal() else None
    if any(said.get(field) is None for field in REQUIRED[kind]):
        return False
    turn.operations.append(meant(**_common(turn) | said))
    return True


def write_undo(turn: Turn, written: Written) -> None:
    """Write that an operation did not happen."""
    actor, site = turn.session.actor, turn.work.site
    undo = Undo(seq=written.seq, epoch=written.epoch, actor=actor, site=site, ended=turn.at)
    turn.operations.append(undo)


def _common(turn: Turn) -> dict[str, Any]:
    work, now = turn.work, turn.now
    said: dict[str, Any] = {
        "actor": turn.session.actor,
        "approved_by": now.approved_by,
        "package": work.package,
        "fence": work.fence,
        "site": work.site,
        "seen_task": work.seen_task,
        "seen_catalog": work.seen_catalog,
        "seen_workflow": turn.definition.version,
        "activity": work.activity,
        "began": now.began,
        "ended": turn.at,
        "scans": _kept(now.scans),
    }
    return said


def _kept(scans: tuple[Scan, ...]) -> tuple[Scan, ...]:
    # The latest are kept: they say what the hand did. A line has room for no more.
    kept: list[Scan] = []
    left = _SCAN_BYTES_MAX
    for scan in reversed(scans):
        left -= len(_encode(scan))
        if left < 0:
            break
        kept.append(scan)
    return tuple(reversed(kept))
