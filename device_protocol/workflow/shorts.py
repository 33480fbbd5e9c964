"""Short: one action with a reason, and the next bin offered before the work is sent elsewhere.

What is in the hand is put first. Then, if the item is known to stand elsewhere too, the person may
fetch the rest there; the empty bin is told all the same, without touching the line. If it stands
nowhere else, what its owner lets be taken in its place is offered. A document says where goods
stood when the work was cut; what was found empty since, in the same work, is not offered again.

States of the cycle that want `short` to be filled ask for more before it is written.
"""

from typing import Any

from msgspec.structs import replace

from device_protocol.workflow.definition import Emit
from device_protocol.workflow.emitting import write
from device_protocol.workflow.lines import ELSEWHERE, INSTEAD, progress
from device_protocol.workflow.questions import insist
from device_protocol.workflow.session import Answer
from device_protocol.workflow.turn import Turn

EMPTY = "empty "
"""Begins the key of a place, and of the item of which nothing was left there."""
_NOTHING = Emit("short_pick")
"""It lacks what it needs, so it is not written."""


def begin_short(turn: Turn, reason: str) -> None:
    """Say that what is at hand is all there is."""
    in_hand = int(turn.slot("quantity") or turn.now.counted)
    if in_hand >= turn.expected() > 0:
        turn.say("wrong.not_short", counted=in_hand)
        return
    turn.put(short=reason)
    if in_hand:
        turn.put(quantity=in_hand)
        turn.say("note.short_put", "note", quantity=in_hand)
    elif asks_more(turn):
        turn.say("ok", "ok")
    else:
        settle_short(turn)


def asks_more(turn: Turn) -> bool:
    """Tell whether something is still to be asked about what is short."""
    states = (turn.definition.state(name) for name in turn.definition.cycle)
    return any(
        "short" in state.when and state.fills not in turn.now.slots and turn.holds(state.when)
        for state in states
    )


def settle_short(turn: Turn) -> None:
    """Offer the next place for what is missing, or write it as short."""
    missing = turn.expected() or 1
    turn.put(missing=missing)
    places = [place for place in turn.line.next if _may_stand(turn, place, turn.line.item)]
    if not places:
        _offer_other(turn, missing)
        return
    yes = Answer(command="yes", text="yes", does="elsewhere", value=places[0])
    no = Answer(command="no", text="no", does="short_here")
    insist(turn, "ask.next_place", yes, no, quantity=missing, place=places[0])


def _offer_other(turn: Turn, missing: int) -> None:
    """Offer what may be taken in place of what is missing, or write it as short."""
    others = (o for o in turn.line.instead if _may_stand(turn, o.place, o.item))
    other = next(others, None)
    if other is None:
        write_short(turn)
        return
    yes = Answer(command="yes", text="yes", does="instead", value=other.item)
    no = Answer(command="no", text="no", does="short_here")
    fields = {"item": other.item, "description": other.description, "place": other.place}
    insist(turn, "ask.substitute", yes, no, quantity=missing, **fields)


def write_short(turn: Turn) -> None:
    """Write what is missing as short and leave it."""
    missing = int(turn.slot("missing"))
    line = turn.line
    _note_empty(turn)
    if line.wanted:
        # The empty bin of what was taken in its place is told; short is what was wanted.
        _write(turn, ())
        _write(turn, turn.now.tasks, source=line.planned, item=line.wanted)
    else:
        _write(turn, turn.now.tasks)
    progress(turn, missing)
    turn.say("ok.short", "ok", quantity=missing)


def go_elsewhere(turn: Turn, place: str) -> None:
    """Tell of what is missing here, and fetch it at another place."""
    _note_empty(turn)
    _write(turn, ())
    turn.put(**{f"{ELSEWHERE}{task}": place for task in turn.now.tasks})
    turn.now = replace(turn.now, skipped=())


def take_other(turn: Turn, item: str) -> None:
    """Tell of what is missing here, and take another item in its place."""
    _note_empty(turn)
    _write(turn, ())
    turn.put(**{f"{INSTEAD}{task}": item for task in turn.now.tasks})
    turn.now = replace(turn.now, skipped=())


def _note_empty(turn: Turn) -> None:
    """Note that nothing more of the item at hand is to be had where it was sought."""
    place = turn.word("place|line.place")
    if place and turn.line.item:
        turn.add(f"{EMPTY}{place} {turn.line.item}", 1)


def _may_stand(turn: Turn, place: str, item: str) -> bool:
    """Tell whether nobody in this work has found a place without an item."""
    return not turn.amount(f"{EMPTY}{place} {item}")


def _write(turn: Turn, tasks: tuple[int, ...], **otherwise: str) -> None:
    short = turn.definition.short or _NOTHING
    values: dict[str, Any] = {name: turn.value(what) for name, what in short.fields.items()}
    values |= otherwise
    if "tasks" in values:
        values["tasks"] = tasks
    write(turn, short.kind, values)
