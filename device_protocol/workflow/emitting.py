"""From what was scanned to the operations that are written."""

from typing import Any

import msgspec

from device_protocol.operations import OPERATIONS, CountLine, Operation, Scan, Undo
from device_protocol.workflow.definition import Emit
from device_protocol.workflow.session import Written
from device_protocol.workflow.turn import Turn

KINDS: dict[str, type[Operation]] = {
    str(kind.__struct_config__.tag): kind for kind in OPERATIONS
}
COUNTED = "counted "
"""Begins the key of an amount that was counted."""
COUNT_BYTES_MAX = 4_000
"""How much of a line the counted keys may take; a line has 8 KiB at most."""

_SCAN_BYTES_MAX = 2_000
_PACKS_MAX = 20
_encode = msgspec.json.encode
_counted = msgspec.json.Decoder(CountLine).decode


def emit(turn: Turn, emits: tuple[Emit, ...]) -> None:
    """Write the operations whose conditions hold."""
    for each in emits:
        if turn.holds(each.when):
            values = {name: turn.value(reference) for name, reference in each.fields.items()}
            write(turn, each.kind, values)


def write(turn: Turn, kind: str, values: dict[str, Any]) -> None:
    """Write one operation with what every operation says; empty values are left out."""
    meant = KINDS[kind]
    said = _common(turn) | {name: value for name, value in values.items() if value not in {None, ""}}
    turn.operations.append(meant(**said))


def write_count(turn: Turn, place: str) -> None:
    """Write what was counted at a place; what is too much for one line is no longer complete."""
    keys = [key for key in turn.amounts if key.startswith(COUNTED)]
    lines = [
        msgspec.structs.replace(
            _counted(key.removeprefix(COUNTED)), quantity=turn.amounts[key]
        )
        for key in keys
    ]
    lists = _cut(lines)
    for each in lists:
        values = {"place": place, "lines": each, "complete": len(lists) == 1}
        write(turn, "count", values | {"task": turn.line.task or None})


def _cut(lines: list[CountLine]) -> list[tuple[CountLine, ...]]:
    lists: list[tuple[CountLine, ...]] = []
    some: tuple[CountLine, ...] = ()
    size = 0
    for line in lines:
        length = len(_encode(line))
        if some and size + length > COUNT_BYTES_MAX:
            lists.append(some)
            some, size = (), 0
        some, size = (*some, line), size + length
    return [*lists, some]


def counted_key(line: CountLine) -> str:
    """Return the key under which a counted stock key is noted."""
    return COUNTED + _encode(msgspec.structs.replace(line, quantity=0)).decode()


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

