"""The quantity field: a number is a number, and a scan in it is a scan."""

from msgspec.structs import replace

from device_protocol.operations import QUANTITY_MAX, Pack
from device_protocol.workflow.definition import State, Take
from device_protocol.workflow.finding import Found
from device_protocol.workflow.goods import count_more, same_goods
from device_protocol.workflow.questions import insist
from device_protocol.workflow.session import Answer
from device_protocol.workflow.turn import Turn

TIMES_MAX = 10
"""A quantity above so many times the expected is asked again."""


def count_scan(turn: Turn, state: State, found: Found) -> bool:
    """Count one more scan of the goods at hand; tell whether it was one."""
    same = next((each for each in found.candidates if same_goods(turn, each)), None)
    if same is None:
        return False
    lot = turn.slot("lot") or turn.line.lot
    if lot and same.lot and same.lot != lot:
        turn.say("wrong.lot", lot=same.lot, wanted=lot)
        return True
    count_more(turn, same)
    turn.keep_scan(found.scan)
    expected = turn.expected()
    if expected and turn.now.counted > expected:
        turn.say("note.over", "note", counted=turn.now.counted, expected=expected)
    else:
        turn.say("ok.counted", "ok", counted=turn.now.counted)
    if turn.definition.options.continuous and turn.now.counted == expected:
        settle(turn, state, expected)
    return True


def key_quantity(turn: Turn, state: State, take: Take, number: int) -> None:
    """Take a number that was keyed, in packs if a pack was scanned; ask if it can hardly be."""
    units = number * turn.factor()
    expected = turn.expected() or int(turn.slot("book") or 0)
    if number < 1:
        turn.say("wrong.quantity_none")
    elif units > QUANTITY_MAX:
        turn.say("wrong.quantity_impossible", quantity=units)
    elif _improbable(turn, units, expected):
        _ask(turn, "ask.quantity_large", units, expected)
    elif _over(turn, take, units):
        _ask(turn, "ask.quantity_over", units, turn.expected())
    else:
        settle(turn, state, units)


def _over(turn: Turn, take: Take, units: int) -> bool:
    return take.other == "ask" and bool(turn.now.tasks) and units > turn.expected()


def _improbable(turn: Turn, units: int, expected: int) -> bool:
    if expected:
        return units > TIMES_MAX * expected
    return units > turn.definition.options.quantity_asks


def _ask(turn: Turn, key: str, units: int, expected: int) -> None:
    yes = Answer(command="yes", text="yes", does="quantity", value=str(units))
    insist(turn, key, yes, quantity=units, expected=expected)


def settle(turn: Turn, state: State, units: int) -> None:
    """Hold that the quantity is so many units, told in packs as far as they come out even."""
    turn.put(**{state.fills: units})
    packs, goods = turn.now.packs, turn.now.goods
    if sum(pack.count * pack.factor for pack in packs) != units:
        packs = ()
        if goods is not None and goods.factor > 1 and units % goods.factor == 0:
            packs = (Pack(goods.code, units // goods.factor, goods.factor),)
    turn.now = replace(turn.now, packs=packs)
    turn.say("ok.quantity", "ok", quantity=units)


def confirm_shown(turn: Turn, state: State) -> bool:
    """Take the quantity that stands on the screen; tell whether there is one."""
    shown = turn.shown()
    if not 1 <= shown <= QUANTITY_MAX:
        return False
    if _over(turn, state.takes[0], shown):
        _ask(turn, "ask.quantity_over", shown, turn.expected())
    else:
        settle(turn, state, shown)
    return True
