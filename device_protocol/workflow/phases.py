"""Going on: from state to state, from line to line, from phase to phase."""

from msgspec.structs import replace

from device_protocol.workflow.counts import tally
from device_protocol.workflow.emitting import emit
from device_protocol.workflow.emptied import ask_if_emptied
from device_protocol.workflow.lines import ELSEWHERE, INSTEAD, lead, open_lines, progress, take_line
from device_protocol.workflow.shorts import settle_short
from device_protocol.workflow.taking import forget_goods, serial_key
from device_protocol.workflow.turn import ENDED, GOING, TOTE, Turn

_OF_GOODS = frozenset({"goods", "lot"})
_PHASES = ("opening", "cycle", "handing", "closing", ENDED)


def go_on(turn: Turn) -> None:
    """Go to what is to be asked next, and write what is complete on the way."""
    while turn.now.phase != ENDED and turn.now.question is None:
        for name in turn.definition.order(turn.now.phase):
            state = turn.definition.state(name)
            if state.fills not in turn.now.slots and turn.holds(state.when):
                turn.now = replace(turn.now, state=name)
                return
        _complete(turn)


def next_phase(turn: Turn) -> None:
    """Begin the phase that follows."""
    phase = _PHASES[_PHASES.index(turn.now.phase) + 1]
    turn.now = replace(turn.now, phase=phase)
    if phase == "cycle" and turn.definition.plan == "led" and not lead(turn):
        next_phase(turn)
    elif phase == "handing" and (not turn.going.unit or open_lines(turn)):
        # Totes go on once nothing is left to be put into them here.
        next_phase(turn)
    elif phase == ENDED:
        emit(turn, turn.definition.closed)
        turn.now = replace(turn.now, state=ENDED)


def begin_cycle(turn: Turn) -> None:
    """Ask for the next piece of work, or end the cycle if there is none."""
    before, goods = turn.now.line, turn.now.goods
    led = turn.definition.plan == "led"
    if led and not lead(turn):
        _clear(turn, frozenset())
        next_phase(turn)
        return
    rest = led and before is not None and turn.line.task == before.task
    if rest and goods is not None and turn.line.place == turn.slot("place"):
        # What is left of the line goes on with the goods that were scanned, unless each has a
        # serial of its own.
        _clear(turn, _OF_GOODS if not turn.slot("serial") else frozenset())
        if turn.slot("goods"):
            turn.now = replace(turn.now, goods=goods)
        return
    _clear(turn, frozenset())
    turn.drop("suggested")
    if turn.line.place and turn.slot("place") != turn.line.place:
        turn.drop("place")


def _complete(turn: Turn) -> None:
    if turn.now.phase == "opening":
        emit(turn, turn.definition.opened)
        turn.now = replace(turn.now, scans=(), began=None)
        next_phase(turn)
    elif turn.now.phase == "cycle":
        _complete_cycle(turn)
    elif turn.now.phase == "handing":
        _complete_handing(turn)
    else:
        next_phase(turn)


def _complete_handing(turn: Turn) -> None:
    """Write where a tote was brought, and go on with the next."""
    emit(turn, turn.definition.handed)
    fills = [turn.definition.state(name).fills for name in turn.definition.handing]
    turn.drop(f"{GOING}{turn.going.unit}", "suggested", *fills)
    turn.now = replace(turn.now, scans=(), began=None)
    if not turn.going.unit or not fills:
        next_phase(turn)


def _complete_cycle(turn: Turn) -> None:
    # Where all of it is short, what was to be asked about that was asked: nothing is in the hand.
    in_hand = not turn.slot("short") or bool(turn.slot("quantity"))
    if in_hand and not _write_cycle(turn):
        return
    if turn.slot("short"):
        settle_short(turn)
        if turn.now.question is not None:
            return
    elif ask_if_emptied(turn):
        return
    done = in_hand and turn.now.line is not None
    begin_cycle(turn)
    if turn.definition.plan == "matched" and done and not open_lines(turn):
        turn.say("note.all_done", "note")


def _write_cycle(turn: Turn) -> bool:
    """Write what is in the hand; tell whether that could be told."""
    if turn.definition.tallies and not tally(turn):
        begin_cycle(turn)
        turn.say("wrong.too_many")
        return False
    if not emit(turn, turn.definition.cycled):
        begin_cycle(turn)
        turn.say("wrong.incomplete")
        return False
    turn.note_paid()
    progress(turn, int(turn.slot("quantity") or 1))
    if turn.slot("serial") and turn.now.goods:
        turn.add(serial_key(turn.now.goods.item, turn.slot("serial")), 1)
    if turn.now.line is None and turn.slot("unit"):
        turn.add(f"unit {turn.slot('unit')}", 1)
    turn.now = replace(turn.now, cycles=turn.now.cycles + 1)
    return True


def _clear(turn: Turn, more: frozenset[str]) -> None:
    """Empty the slots of a cycle but for those that outlast it."""
    kept = {*turn.definition.keeps, *more}
    slots = {
        name: value
        for name, value in turn.now.slots.items()
        if name in kept or name.startswith((TOTE, ELSEWHERE, INSTEAD, GOING))
    }
    turn.now = replace(turn.now, slots=slots)
    forget_goods(turn)
    if turn.definition.plan != "led":
        take_line(turn, None)
