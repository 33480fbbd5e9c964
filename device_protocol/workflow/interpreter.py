"""The interpreter: from a definition, a session and one input to the next session.

A pure function of what it is given: no clock, no input or output, nothing kept. Inputs are taken in
the order in which they came, so scans may queue while a screen draws. Whatever comes is answered: a
state takes it, or says why not and stays.
"""

from msgspec.structs import replace

from device_protocol.workflow.answering import answer, answer_number, badge, undo
from device_protocol.workflow.definition import Definition, State, Take
from device_protocol.workflow.finding import Found, find
from device_protocol.workflow.goods import take_goods
from device_protocol.workflow.inputs import AnyInput, KeyInput, QuantityInput, ScanInput
from device_protocol.workflow.phases import go_on
from device_protocol.workflow.prompting import prompt_of
from device_protocol.workflow.quantities import confirm_shown, count_scan, key_quantity
from device_protocol.workflow.session import UNDO_MAX, Feedback, Frame, Prompt, Session, Step
from device_protocol.workflow.taking import (
    fill,
    take_begun,
    take_place,
    take_text,
    take_tote,
    take_unit,
)
from device_protocol.workflow.turn import ENDED, Turn
from device_protocol.workflow.view import View, Work
from device_protocol.workflow.ways import finish, run_way
from device_protocol.workflow.wholes import take_whole

_TAKERS = {
    "place": take_place,
    "unit": take_unit,
    "tote": take_tote,
    "begun": take_begun,
    "whole": take_whole,
    "goods": take_goods,
    "lot": take_text,
    "serial": take_text,
    "expiry": take_text,
    "text": take_text,
    "number": take_text,
}
TEXTUAL = frozenset({"lot", "serial", "expiry", "text", "number"})
"""What may be written in plain characters."""
FITTING = frozenset({"ask.tote_begun", "ask.emptied"})
"""Questions about a scan that plainly is what follows the quantity."""
_UNREADABLE = {
    "empty": "unreadable.empty",
    "too_long": "unreadable.too_long",
    "unknown_command": "unreadable.command",
}


def begin(
    definition: Definition, work: Work, actor: str, view: View, *, at: int = 0, boot: int = 0
) -> Step:
    """Begin a piece of work."""
    session = Session(
        workflow=definition.name, version=definition.version, actor=actor, work=work, boot=boot
    )
    turn = Turn(definition, session, view, at, boot)
    go_on(turn)
    return _step(turn, framed=False)


def step(definition: Definition, session: Session, given: AnyInput, view: View) -> Step:
    """Take one input; never raises."""
    turn = Turn(definition, session, view, given.at, given.boot)
    if session.parked:
        return _parked(turn, given)
    if turn.now.phase != ENDED and not any(
        state.name == turn.now.state for state in definition.states
    ):
        # The definition was changed while the session slept: ask what it asks now.
        go_on(turn)
    undone = False
    if isinstance(given, ScanInput):
        turn.beside = given.scans
        undone = _scan(turn, given)
    elif isinstance(given, KeyInput):
        undone = _command(turn, given.command)
    else:
        _number(turn, given)
    return _step(turn, framed=not undone)


def show(definition: Definition, session: Session, view: View) -> Prompt:
    """Return what a session shows, to draw its screen again."""
    return prompt_of(Turn(definition, session, view, 0, session.boot))


def _scan(turn: Turn, given: ScanInput) -> bool:
    """Take a scan; tell whether it was an undo."""
    found = find(turn, given)
    if found.command:
        return _command(turn, found.command)
    question = turn.now.question
    if not found.kinds:
        turn.say(_UNREADABLE.get(found.fault, "unreadable.text"))
    elif found.kinds[0] == "badge":
        if not _take_badge(turn, found):
            badge(turn, found.text)
        go_on(turn)
    elif question is not None and question.hard:
        turn.say("answer_first")
    elif turn.now.phase == ENDED:
        turn.say("wrong.ended")
    else:
        turn.now = replace(turn.now, question=None)
        _offer(turn, found)
    return False


def _take_badge(turn: Turn, found: Found) -> bool:
    """Take another person's badge where the state asks for one; tell whether it does."""
    asks = turn.now.question is None and turn.now.phase != ENDED
    takes = turn.state.takes if asks else ()
    take = next((take for take in takes if take.what == "badge" and turn.holds(take.when)), None)
    if take is None:
        return False
    seen = turn.view.badge(found.text)
    if seen is not None and seen.grant == turn.session.actor:
        turn.say("note.own_badge", "note", name=seen.name)
    else:
        fill(turn, turn.state, take, found, found.text)
    return True


def _offer(turn: Turn, found: Found) -> None:
    """Give a scan to the state; in the quantity field it may also be what comes next."""
    state = turn.state
    for take in state.takes:
        if _may_be(turn, take, found) and turn.holds(take.when):
            _TAKERS[take.what](turn, state, take, found)
            go_on(turn)
            return
    if any(take.what == "quantity" for take in state.takes):
        _in_quantity(turn, state, found)
    else:
        turn.say(f"expected.{state.takes[0].what}", scanned=found.text)


def _may_be(turn: Turn, take: Take, found: Found) -> bool:
    wanted = turn.word(take.wants)
    plain = "text" in found.kinds
    return {
        "place": "place" in found.kinds
        or (plain and (found.text == wanted or _unnamed(take, found))),
        "unit": "unit" in found.kinds
        or (plain and (found.text == wanted or _unnamed(take, found))),
        "whole": bool(found.readings and found.readings[0].sscc),
        "begun": "unit" in found.kinds,
        "tote": "unit" in found.kinds or (bool(take.kinds) and "place" in found.kinds),
        "goods": "goods" in found.kinds
        or (plain and (found.text in turn.line.codes or _unnamed(take, found))),
    }.get(take.what, plain and take.what in TEXTUAL)


def _unnamed(take: Take, found: Found) -> bool:
    """Tell whether a text that no document knows may be taken."""
    return take.unknown != "refuse" and found.kinds == ("text",)


def _in_quantity(turn: Turn, state: State, found: Found) -> None:
    if count_scan(turn, state, found):
        go_on(turn)
        return
    saved = (turn.now, turn.amounts, turn.before.copy(), len(turn.operations))
    if not confirm_shown(turn, state):
        turn.say("expected.quantity", scanned=found.text)
        return
    if turn.now.question is not None:
        return
    go_on(turn)
    turn.feedback = None
    if turn.now.phase != ENDED and turn.now.question is None:
        _offer(turn, found)
    tone = turn.tone
    if tone in {"", "error", "ask"} and not _fits(turn):
        # It does not plainly fit what follows either, so nothing was confirmed by it.
        turn.now, turn.amounts, turn.before, operations = saved
        del turn.operations[operations:]
        if tone != "error":
            turn.say("expected.quantity", scanned=found.text)


def _fits(turn: Turn) -> bool:
    """Tell whether what is asked is about a scan that plainly follows the quantity."""
    question = turn.now.question
    return question is not None and question.key in FITTING


def _number(turn: Turn, given: QuantityInput) -> None:
    """Take a number that was keyed."""
    if answer_number(turn, given.quantity):
        go_on(turn)
        return
    state = None if turn.now.phase == ENDED else turn.state
    take = next((take for take in state.takes if take.what == "quantity"), None) if state else None
    if state is None or take is None:
        turn.say("wrong.number")
        return
    key_quantity(turn, state, take, given.quantity)
    go_on(turn)


def _command(turn: Turn, command: str) -> bool:
    """Do what a key or command code asks for; tell whether it was an undo."""
    if command == "undo":
        undo(turn)
        return True
    if command == "help":
        _help(turn)
    elif answer(turn, command):
        go_on(turn)
    elif turn.now.phase == ENDED:
        turn.say("wrong.ended")
    else:
        _own_way(turn, command)
        go_on(turn)
    return False


def _own_way(turn: Turn, command: str) -> None:
    state = turn.state
    take = state.takes[0]
    way = next((way for way in turn.ways() if way.command == command), None)
    if take.what == "quantity" and command in {"done", "yes"}:
        if not confirm_shown(turn, state):
            turn.say("wrong.quantity_none")
    elif command.isdigit() and 0 < int(command) <= len(take.choices):
        turn.put(**{state.fills: take.choices[int(command) - 1].value})
        turn.say("ok", "ok")
    elif way is not None:
        run_way(turn, way)
    elif command == "done":
        finish(turn)
    else:
        turn.say("wrong.way", command=command)


def _help(turn: Turn) -> None:
    if turn.now.question is not None:
        turn.say("help.question", "note")
    elif turn.now.phase == ENDED:
        turn.say("help.ended", "note")
    else:
        turn.say(f"help.{turn.state.takes[0].what}", "note")


def _parked(turn: Turn, given: AnyInput) -> Step:
    """Wait for a badge; whoever shows one goes on at the very step."""
    found = find(turn, given) if isinstance(given, ScanInput) else None
    seen = turn.view.badge(found.text) if found and found.kinds[:1] == ("badge",) else None
    if seen is None:
        turn.say("wrong.parked")
    else:
        turn.session = replace(turn.session, parked=False, actor=seen.grant)
        turn.say("note.resumed", "note", name=seen.name)
    return _step(turn, framed=False)


def _step(turn: Turn, *, framed: bool) -> Step:
    session = turn.session
    dropped = replace(session.now, question=None)
    changed = turn.operations or turn.amounts != session.amounts
    last = session.history[-1] if session.history else None
    if framed and not changed and last == Frame(now=turn.now):
        # A question was put away: there is nothing left that could be taken back.
        session = replace(session, history=session.history[:-1])
    elif framed and (changed or turn.now not in (session.now, dropped)):
        history = (*session.history, turn.frame())[-UNDO_MAX:]
        session = replace(session, history=history)
    turn.session = replace(session, now=turn.now, amounts=turn.amounts, boot=turn.boot)
    return Step(
        session=turn.session,
        operations=tuple(turn.operations),
        prompt=prompt_of(turn),
        feedback=turn.feedback or Feedback(key="ok", tone="ok"),
    )
