"""How a transfer stands: pure, and the same in whatever order facts came."""

from collections.abc import Iterable
from typing import NamedTuple

from server.transfers.records import TransferLine, TransferUnits


class LineStanding(NamedTuple):
    """How many units of a line have left, and how many have arrived."""

    sent: int = 0
    taken: int = 0


class Difference(NamedTuple):
    """Units that left and did not arrive, and units that arrived and had not left."""

    missing: int
    over: int


def line_of(lines: Iterable[TransferLine], item: int, lot: str) -> TransferLine | None:
    """The line on which goods stand: of their lot, else of any lot, else the item's first."""
    of_item = sorted((line for line in lines if line.item == item), key=lambda each: each.position)
    for wanted in (lot, ""):
        for line in of_item:
            if line.lot == wanted:
                return line
    return of_item[0] if of_item else None


def shared_out(
    lines: Iterable[TransferLine], units: Iterable[TransferUnits]
) -> dict[int, LineStanding]:
    """What has left and arrived of each line, by its position; goods of no line are left out."""
    lines = list(lines)
    standing = {line.position: LineStanding() for line in lines}
    for each in units:
        line = line_of(lines, each.item, each.lot)
        if line is not None:
            sent, taken = standing[line.position]
            standing[line.position] = LineStanding(sent + each.sent, taken + each.taken)
    return standing


def difference(units: Iterable[TransferUnits]) -> Difference:
    """How what arrived differs from what left, item by item.

    Units that were sent under one lot and taken under another are neither missing nor over.
    """
    outstanding: dict[int, int] = {}
    for each in units:
        item = each.item or -each.stock
        outstanding[item] = outstanding.get(item, 0) + each.sent - each.taken
    left = outstanding.values()
    return Difference(sum(max(0, each) for each in left), sum(max(0, -each) for each in left))


def is_done(lines: Iterable[TransferLine], units: Iterable[TransferUnits]) -> bool:
    """Whether everything that was ordered has arrived and nothing else is on its way."""
    lines, units = list(lines), list(units)
    standing = shared_out(lines, units)
    arrived = all(standing[line.position].taken >= line.quantity for line in lines)
    return arrived and difference(units) == (0, 0)
