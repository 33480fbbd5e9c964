"""Counting: what was counted at a place is noted scan by scan, and written when it is closed."""

from collections import Counter

import msgspec

from device_protocol.operations import CountLine
from device_protocol.workflow.emitting import write
from device_protocol.workflow.questions import insist
from device_protocol.workflow.session import Answer
from device_protocol.workflow.turn import COUNTED, Turn

SERIAL = "serial "
"""Begins the key of a serial that was taken."""
UNASKED = "check"
"""Occasion of a count that no task asked for."""
AGAIN = "again"
"""Occasion of a first figure that is counted again on the spot: it is kept and posts nothing."""
COUNT_BYTES_MAX = 4_000
"""How much of a line the counted keys may take; a line has 8 KiB at most."""

_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(CountLine).decode


def tally(turn: Turn) -> bool:
    """Note what this cycle counted; tell whether a line has room for it, if it can't be cut."""
    goods = turn.now.goods
    if turn.slot("unit") or goods is None:
        line = CountLine(quantity=0, unit=turn.slot("unit"))
    else:
        line = CountLine(
            quantity=0,
            code="" if goods.item else goods.code,
            owner=goods.owner,
            item=goods.item,
            lot=turn.slot("lot"),
            serial=turn.slot("serial"),
        )
    key = COUNTED + _encode(line).decode()
    if key not in turn.amounts and not _has_room(turn, key):
        return False
    turn.add(key, int(turn.slot("quantity") or 1))
    return True


def _has_room(turn: Turn, key: str) -> bool:
    """Tell whether a line has room for one more key; what closes a place is cut into several."""
    if any(way.does == "close_place" for state in turn.definition.states for way in state.ways):
        return True
    held = sum(len(each.encode()) for each in turn.amounts if each.startswith(COUNTED))
    return held + len(key.encode()) <= COUNT_BYTES_MAX


def close_place(turn: Turn) -> None:
    """Write the count of a place, after asking whether it is empty or should be counted again."""
    place = turn.slot("place")
    counted = counted_lines(turn)
    yes = Answer(command="yes", text="yes", does="close")
    if not counted:
        insist(turn, "ask.empty", yes, place=place)
    elif _differs(turn, counted) and not turn.slot("recounted"):
        again = Answer(command="yes", text="yes", does="recount")
        no = Answer(command="no", text="no", does="close")
        insist(turn, "ask.recount", again, no, place=place)
    else:
        write_count(turn)


def recount(turn: Turn) -> None:
    """Begin the count of the place again; the first figure is written for the record."""
    _write_lists(turn, {"occasion": AGAIN})
    turn.forget(COUNTED)
    turn.forget(SERIAL)
    turn.put(recounted=1)
    turn.say("note.recount", "note", place=turn.slot("place"))


def write_count(turn: Turn) -> None:
    """Write what was counted; what is too much for one line can't be said to be complete."""
    place, asked = turn.slot("place"), turn.asked
    task = asked.task or None
    _write_lists(
        turn,
        {
            "occasion": asked.occasion if task else UNASKED,
            "attempt": asked.attempt + (1 if turn.slot("recounted") else 0),
        },
    )
    if task is not None:
        turn.add(f"whole {task}", 0 if f"whole {task}" in turn.amounts else 1)
        turn.add(str(task), 1)
    turn.forget(COUNTED)
    turn.forget(SERIAL)
    turn.drop("place", "recounted")
    turn.say("ok.counted_place", "ok", place=place)


def _write_lists(turn: Turn, manner: dict[str, str | int]) -> None:
    """Write what was counted at the place, in as many lines as it takes."""
    lists = _cut(counted_lines(turn))
    asked = turn.asked
    about = {"task": asked.task or None, "attempt": asked.attempt, "blind": turn.is_blind}
    for lines in lists:
        values = {"place": turn.slot("place"), "lines": lines, "complete": len(lists) == 1}
        write(turn, "count", values | about | manner)


def unit_key(code: str) -> str:
    """Return the key under which a counted handling unit is noted."""
    return COUNTED + _encode(CountLine(quantity=0, unit=code)).decode()


def counted_lines(turn: Turn) -> list[CountLine]:
    """Return what was counted at the place so far."""
    return [
        msgspec.structs.replace(_decode(key.removeprefix(COUNTED)), quantity=units)
        for key, units in turn.amounts.items()
        if key.startswith(COUNTED)
    ]


def _differs(turn: Turn, counted: list[CountLine]) -> bool:
    stood = turn.view.stood(turn.slot("place"))
    if stood is None or not turn.definition.options.recount:
        return False
    book: Counter[tuple[str, str, str, str]] = Counter()
    for each in stood:
        book[each.owner, each.item, each.lot, each.serial] += each.quantity
    for line in counted:
        if not line.unit:
            book[line.owner, line.item, line.lot, line.serial] -= line.quantity
    return any(book.values())


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
