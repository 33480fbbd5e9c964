"""Emptied places: whoever takes the last units, by the line, is asked at once what is left.

The question stands behind the pick, which is written already. Its answer is a count of that key
alone: other goods may stand there as well. Nobody need answer: then the book asks somebody else.
"""

from msgspec.structs import replace

from device_protocol.operations import QUANTITY_MAX, CountLine
from device_protocol.workflow.emitting import write
from device_protocol.workflow.lines import alike, open_lines
from device_protocol.workflow.questions import insist
from device_protocol.workflow.session import Answer, Question, Value
from device_protocol.workflow.turn import Turn

EMPTIED = "zero"
"""Occasion of a count of what is left of a key where it should be gone."""


def ask_if_emptied(turn: Turn) -> bool:
    """Ask what is left at the place, if the line says nothing is; tell whether it was asked."""
    if not turn.definition.options.zero_check or not _is_last(turn):
        return False
    ask_left(turn)
    return True


def ask_left(turn: Turn) -> None:
    """Ask what is left at the place."""
    line = turn.line
    yes = Answer(command="yes", text="yes", does="left", value="0")
    skip = Answer(command="skip", text="skip", does="left_open")
    fields: dict[str, Value] = {"place": line.place, "item": line.item, "lot": line.lot}
    turn.ask(
        Question(key="ask.emptied", answers=(yes, skip), fields=fields, hard=True, counts=True)
    )


def key_left(turn: Turn, number: int) -> bool:
    """Take the number of units that are left; tell whether it was taken."""
    if not 0 <= number <= QUANTITY_MAX:
        turn.say("wrong.quantity_impossible", quantity=number)
    elif number > turn.definition.options.quantity_asks:
        yes = Answer(command="yes", text="yes", does="left", value=str(number))
        no = Answer(command="no", text="no", does="left_again")
        insist(turn, "ask.quantity_large", yes, no, quantity=number, expected=0)
    else:
        turn.now = replace(turn.now, question=None)
        write_left(turn, number)
        return True
    return False


def write_left(turn: Turn, units: int) -> None:
    """Write what is left of the line's key at its place."""
    line = turn.line
    counted = CountLine(quantity=units, owner=line.owner, item=line.item, lot=line.lot)
    told = {"place": line.place, "lines": (counted,), "occasion": EMPTIED, "blind": True}
    write(turn, "count", told)
    turn.say("ok.counted_place", "ok", place=line.place)


def _is_last(turn: Turn) -> bool:
    """Tell whether the line at hand is done and was to leave nothing of its key where it stood."""
    line = turn.line
    as_planned = turn.slot("place") == line.place and not line.planned and not line.wanted
    same = turn.slot("lot") in {"", line.lot} and not turn.slot("serial") and not line.serial
    if line.leaves != 0 or not as_planned or not same:
        return False
    return not any(alike(each, line) for each in open_lines(turn))
