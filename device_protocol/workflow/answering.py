"""Answers to questions, badges, and taking back."""

from collections.abc import Callable

from msgspec.structs import replace

from device_protocol.workflow.counts import recount, write_count
from device_protocol.workflow.emitting import write_undo
from device_protocol.workflow.emptied import ask_left, key_left, write_left
from device_protocol.workflow.goods import consider
from device_protocol.workflow.phases import begin_cycle
from device_protocol.workflow.quantities import settle
from device_protocol.workflow.session import Answer, Question
from device_protocol.workflow.shorts import go_elsewhere, take_other, write_short
from device_protocol.workflow.taking import start_tote
from device_protocol.workflow.turn import Turn
from device_protocol.workflow.ways import begin_short_or_ask, finish
from device_protocol.workflow.wholes import bring_whole

_NO_QUESTION = Question(key="", answers=())


def answer(turn: Turn, command: str) -> bool:
    """Take a command as an answer; a soft question that it does not answer is dropped.

    Tells whether the command was used up by the question.
    """
    question = turn.now.question or _NO_QUESTION
    chosen = next((each for each in question.answers if each.command == command), None)
    if chosen is None:
        if question.hard:
            turn.say("answer_first")
            return True
        turn.now = replace(turn.now, question=None)
        return False
    if command != "no" and question.key in turn.definition.options.approvals:
        turn.say("wrong.approval")
        return True
    _take(turn, question, chosen)
    return True


def answer_number(turn: Turn, number: int) -> bool:
    """Take a number that was keyed as an answer; tell whether a question stood there for it."""
    question = turn.now.question
    if question is None:
        return False
    if not question.counts:
        turn.say("answer_first")
    elif key_left(turn, number):
        begin_cycle(turn)
    return True


def _take(turn: Turn, question: Question, chosen: Answer) -> None:
    turn.now = replace(turn.now, question=None)
    turn.say("ok.no" if chosen.command == "no" else "ok", "ok")
    if chosen.sets:
        turn.put(**chosen.sets)
        turn.keep_scan(question.scan)
    if chosen.candidate is not None:
        take = next(take for take in turn.state.takes if take.what == "goods")
        scan = question.scan
        consider(turn, turn.state, take, chosen.candidate, scan, waived=chosen.waived)
    if chosen.does:
        _do(turn, question, chosen)


def _do(turn: Turn, question: Question, chosen: Answer) -> None:
    done = _DOES.get(chosen.does)
    if done is None:
        finish(turn, chosen.value, sure=True)
        return
    done(turn, question, chosen.value)
    if chosen.does in _ENDS_CYCLE:
        begin_cycle(turn)


_ENDS_CYCLE = frozenset({"short_here", "elsewhere", "instead", "close", "left", "left_open"})
"""What leaves nothing more to be asked of the line or place at hand."""
_DOES: dict[str, Callable[[Turn, Question, str], None]] = {
    "quantity": lambda turn, _, value: settle(turn, turn.state, int(value)),
    "short": lambda turn, _, value: begin_short_or_ask(turn, value),
    "short_here": lambda turn, *_: write_short(turn),
    "elsewhere": lambda turn, _, value: go_elsewhere(turn, value),
    "instead": lambda turn, _, value: take_other(turn, value),
    "tote_on": lambda turn, _, value: start_tote(turn, value, empty=False),
    "tote_new": lambda turn, _, value: start_tote(turn, value, empty=True),
    "left": lambda turn, _, value: write_left(turn, int(value)),
    "left_open": lambda turn, *_: turn.say("note.passed", "note"),
    "left_again": lambda turn, *_: ask_left(turn),
    "close": lambda turn, *_: write_count(turn),
    "recount": lambda turn, *_: recount(turn),
    "whole": lambda turn, question, value: bring_whole(turn, value, question.scan),
}


def badge(turn: Turn, code: str) -> None:
    """Approve what waits for a supervisor, or park the work for another person."""
    seen = turn.view.badge(code)
    question = turn.now.question
    if seen is None:
        turn.say("unknown.badge")
    elif seen.grant == turn.session.actor:
        turn.say("note.own_badge", "note", name=seen.name)
    elif (
        question is not None
        and seen.supervisor
        and question.key in turn.definition.options.approvals
    ):
        turn.now = replace(turn.now, approved_by=seen.grant)
        _take(turn, question, question.answers[0])
    else:
        turn.session = replace(turn.session, parked=True)
        turn.say("note.parked", "note", name=seen.name)


def undo(turn: Turn) -> None:
    """Take the last input back that changed anything, with the operations that it wrote."""
    history = turn.session.history
    if not history:
        turn.say("wrong.nothing_to_undo")
        return
    last = history[-1]
    if len(last.written) != last.operations:
        turn.say("wrong.undo_unwritten")
        return
    for written in reversed(last.written):
        write_undo(turn, written)
    for key, units in last.amounts.items():
        left = {name: value for name, value in turn.amounts.items() if name != key}
        turn.amounts = left if units is None else left | {key: units}
    began = None if turn.boot != turn.session.boot else last.now.began
    turn.now = replace(last.now, began=began)
    turn.session = replace(turn.session, history=history[:-1])
    turn.say("ok.undone", "ok")
