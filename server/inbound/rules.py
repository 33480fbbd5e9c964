"""What came, held against what was announced: pure, and the same in whatever order it came."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from server.inbound.records import AnnouncedLine, ReceivedGoods

NUMBER_CHARACTERS_MAX = 64


class Standing(NamedTuple):
    """How far lines are: units that have not come, and units that nobody announced."""

    left: int
    over: int


def is_number(text: str) -> bool:
    """Whether a device names a receipt by a number that an announcement could have."""
    return 0 < len(text) <= NUMBER_CHARACTERS_MAX


def is_day(text: str) -> bool:
    """Whether this is a day of the calendar, `YYYY-MM-DD`.

    >>> is_day("2027-02-28"), is_day("2027-02-30"), is_day("20270228")
    (True, False, False)
    """
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def filled(lines: Iterable[AnnouncedLine], goods: Iterable[ReceivedGoods]) -> dict[int, int]:
    """Share out what came of an item over its lines: units by the position of the line.

    Goods of an announced lot fill the lines that name it, then those that name none; other goods
    fill any. What is too much stands with the line that names it, else with the last. Lines that
    name a serial take no part, nor do the units whose serials stand on them.
    """
    ordered = sorted(lines, key=lambda line: line.position)
    got = dict.fromkeys((line.position for line in ordered), 0)
    if not ordered:
        return got
    by_lot: dict[str, list[AnnouncedLine]] = {}
    for line in ordered:
        by_lot.setdefault(line.lot, []).append(line)
    waiting = []
    for each in sorted(goods, key=lambda each: (each.lot, each.condition)):
        naming = by_lot.get(each.lot, []) if each.lot else []
        waiting.append((naming, _give(got, naming, each.units)))
    waiting = [(naming, _give(got, by_lot.get("", []), units)) for naming, units in waiting]
    for naming, units in waiting:
        over = units if naming else _give(got, ordered, units)
        bearer = naming[0] if naming else ordered[-1]
        got[bearer.position] += over
    return got


def _give(got: dict[int, int], lines: Iterable[AnnouncedLine], units: int) -> int:
    """Fill lines in their order; answer what is left over."""
    for line in lines:
        if units == 0:
            break
        part = max(0, min(units, line.quantity - got[line.position]))
        got[line.position] += part
        units -= part
    return units


def standing(lines: Sequence[AnnouncedLine], goods: Sequence[ReceivedGoods]) -> Standing:
    """How far the lines of an item that name no serial are with what came of it."""
    got = filled(lines, goods)
    left = sum(max(0, line.quantity - got[line.position]) for line in lines)
    over = sum(each.units for each in goods)
    over -= sum(min(line.quantity, got[line.position]) for line in lines)
    return Standing(left, over)
