"""The ways out of a state: short, skip, full, damaged, done."""

from collections.abc import Callable

from msgspec.structs import replace

from device_protocol.workflow.counts import SERIAL, close_place
from device_protocol.workflow.definition import Way
from device_protocol.workflow.emitting import emit
from device_protocol.workflow.lines import open_lines
from device_protocol.workflow.phases import begin_cycle, next_phase
from device_protocol.workflow.questions import choose_reason, insist
from device_protocol.workflow.session import Answer
from device_protocol.workflow.shorts import asks_more, begin_short
from device_protocol.workflow.taking import forget_goods
from device_protocol.workflow.turn import COUNTED, ENDED, Turn
from device_protocol.workflow.wholes import APART, ONTO


def run_way(turn: Turn, way: Way) -> None:
    """Do what a way says."""
    _DOES[way.does](turn, way)


def finish(turn: Turn, why: str = "", *, sure: bool = False) -> None:
    """End the work, unless something is in the hand; ask if lines are left; note why it ended."""
    if in_hand(turn):
        turn.say("wrong.in_hand")
        return
    left = len(open_lines(turn)) if turn.now.phase == "cycle" else 0
    if left and not sure:
        yes = Answer(command="yes", text="yes", does="finish", value=why)
        insist(turn, "ask.leave", yes, lines=left)
        return
    forget_goods(turn)
    if why:
        turn.put(ended=why)
    if turn.now.phase == "cycle":
        next_phase(turn)
    else:
        turn.now = replace(turn.now, phase=ENDED, state=ENDED)
    turn.say("note.finished", "note")


def in_hand(turn: Turn) -> bool:
    """Tell whether something was scanned that no operation tells of yet."""
    counted = any(key.startswith(COUNTED) for key in turn.amounts)
    unit = turn.slot("unit") and "unit" not in turn.definition.keeps
    return bool(turn.now.counted or turn.slot("quantity") or unit or counted)


def begin_short_or_ask(turn: Turn, reason: str) -> None:
    """Begin a short with its reason, and go on to the next line if nothing is in the hand."""
    begin_short(turn, reason)
    if not turn.slot("short") or turn.now.question is not None or turn.slot("quantity"):
        return
    if not asks_more(turn):
        begin_cycle(turn)


def _short(turn: Turn, way: Way) -> None:
    if way.value:
        begin_short_or_ask(turn, way.value)
    else:
        choose_reason(turn)


def _skip(turn: Turn, _way: Way) -> None:
    if in_hand(turn):
        turn.say("wrong.in_hand")
        return
    turn.now = replace(turn.now, skipped=(*turn.now.skipped, *turn.now.tasks))
    turn.say("note.skipped", "note")
    begin_cycle(turn)


def _full(turn: Turn, way: Way) -> None:
    turn.say("note.full", "note")
    emit(turn, way.emits)
    turn.drop(turn.tote_slot(), *way.drops)
    line = turn.now.line
    if way.value and line is not None and line.to and not turn.slot("reason"):
        turn.put(reason=way.value, suggested=line.to)
    if line is not None and line.to and line.next:
        turn.now = replace(turn.now, line=replace(line, to=line.next[0], next=line.next[1:]))
        turn.say("note.next_place", "note", place=line.next[0])
    elif line is not None and line.to and line.shipment is not None:
        # The slot of the shipment: whatever is scanned next is its slot, too.
        turn.now = replace(turn.now, line=replace(line, to=""))


def _condition(turn: Turn, way: Way) -> None:
    if turn.slot("condition") == way.value:
        turn.drop("condition")
        turn.say("note.condition_good", "note")
    else:
        turn.put(condition=way.value)
        turn.say("note.condition", "note", condition=way.value)


def _finish(turn: Turn, way: Way) -> None:
    finish(turn, way.value)


def _emit(turn: Turn, way: Way) -> None:
    emit(turn, way.emits)
    turn.drop(*way.drops)
    if turn.definition.tallies:
        turn.forget(COUNTED)
        turn.forget(SERIAL)
    turn.say("ok", "ok")


def _pass(turn: Turn, way: Way) -> None:
    turn.put(**{turn.state.fills: way.value})
    turn.say("note.passed", "note")


def _close(turn: Turn, _way: Way) -> None:
    close_place(turn)


def _apart(turn: Turn, _way: Way) -> None:
    if turn.slot(APART):
        turn.drop(APART, ONTO)
        turn.say("note.whole", "note")
    else:
        turn.put(**{APART: 1})
        turn.say("note.apart", "note")


_DOES: dict[str, Callable[[Turn, Way], None]] = {
    "short": _short,
    "skip": _skip,
    "full": _full,
    "condition": _condition,
    "finish": _finish,
    "emit": _emit,
    "pass": _pass,
    "close_place": _close,
    "apart": _apart,
}
