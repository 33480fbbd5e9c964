"""Which planned line is at hand, and how much of it is left."""

from collections.abc import Callable

from msgspec.structs import replace

from device_protocol.workflow.turn import SHARED, Turn
from device_protocol.workflow.view import Line

ELSEWHERE = "elsewhere "
"""Begins the slot of the place at which a line is sought instead."""
INSTEAD = "instead "
"""Begins the slot of the SKU that is taken in place of what a line wants."""


def open_units(turn: Turn, line: Line) -> int:
    """Return the units of a line that nobody is known to have done.

    A document that came after our own work counts it already, so the smaller of the two holds.
    """
    whole = turn.amounts.get(_whole(line.task))
    if whole is None:
        return line.quantity
    return min(line.quantity, whole - turn.amount(str(line.task)))


def lines_of(turn: Turn) -> list[Line]:
    """Return the lines of the work, of one shipment only where one is at hand."""
    bound = turn.slot("shipment")
    return [
        line
        for line in turn.lines
        if not bound or line.shipment is None or str(line.shipment) == bound
    ]


def open_lines(turn: Turn) -> list[Line]:
    """Return the lines that are not done."""
    return [line for line in lines_of(turn) if open_units(turn, line) > 0]


def take_line(turn: Turn, line: Line | None, *others: Line) -> None:
    """Make a line the one at hand, with others that are done together with it."""
    if line is None:
        turn.now = replace(turn.now, line=None, tasks=())
        return
    together = (line, *others)
    for each in together:
        if _whole(each.task) not in turn.amounts:
            turn.add(_whole(each.task), each.quantity)
    turn.now = replace(turn.now, line=line, tasks=tuple(each.task for each in together))


def lead(turn: Turn) -> bool:
    """Go to the next line, first those that were not skipped; tell whether there is one."""
    lines = open_lines(turn)
    ahead = [line for line in lines if line.task not in turn.now.skipped]
    if lines and not ahead:
        turn.now = replace(turn.now, skipped=())
        turn.say("note.skipped_now", "note")
        ahead = lines
    if not ahead:
        take_line(turn, None)
        return False
    first = ahead[0]
    together = []
    if turn.work.mode in SHARED:
        together = [line for line in ahead[1:] if alike(line, first)]
    elsewhere = turn.slot(f"{ELSEWHERE}{first.task}")
    if elsewhere:
        left = tuple(place for place in first.next if place != elsewhere)
        first = replace(first, place=elsewhere, planned=first.place, next=left)
    chosen = turn.slot(f"{INSTEAD}{first.task}")
    if chosen:
        first = _stand_in(first, chosen)
    take_line(turn, first, *together)
    return True


def match(turn: Turn, fits: Callable[[Line], bool]) -> Line | None:
    """Find the line that fits and is open, else one that fits and is done; it is then at hand."""
    fitting = [line for line in lines_of(turn) if fits(line)]
    if not fitting:
        take_line(turn, None)
        return None
    found = next((line for line in fitting if open_units(turn, line) > 0), fitting[-1])
    take_line(turn, found)
    if found.shipment is not None and turn.slot("parcel"):
        # What goes into a parcel binds it.
        turn.put(shipment=found.shipment)
    return found


def progress(turn: Turn, units: int) -> None:
    """Note units as done on the lines at hand, in their order; the last takes what is over."""
    for place, task in enumerate(turn.now.tasks, 1):
        left = turn.amount(_whole(task)) - turn.amount(str(task))
        done = units if place == len(turn.now.tasks) else max(0, min(units, left))
        if done:
            turn.add(str(task), done)
            units -= done


def _whole(task: int) -> str:
    return f"whole {task}"


def _stand_in(line: Line, item: str) -> Line:
    """Return a line that wants another item in place of its own, and offers no third."""
    for each in line.instead:
        if each.item == item:
            return replace(
                line,
                item=each.item,
                description=each.description,
                codes=each.codes,
                place=each.place,
                planned=line.place,
                lot="",
                serial="",
                next=(),
                instead=(),
                wanted=line.item,
            )
    return line


def alike(line: Line, other: Line) -> bool:
    """Tell whether two lines want the same key from the same place."""
    return all(
        getattr(line, name) == getattr(other, name)
        for name in ("place", "owner", "item", "lot", "serial")
    )
