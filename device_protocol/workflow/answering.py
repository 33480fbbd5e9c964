"""Answers to questions, badges, and taking back."""

from msgspec.structs import replace

from device_protocol.workflow.counts import recount, write_count
from device_protocol.workflow.emitting import write_undo
from device_protocol.workflow.goods import consider
from device_protocol.workflow.phases import begin_cycle
from device_protocol.workflow.quantities import settle
from device_protocol.workflow.session import Answer, Question
from device_protocol.workflow.shorts import go_elsewhere, take_other, write_short
from device_protocol.workflow.taking import start_tote
from device_protocol.workflow.turn import Turn
from device_protocol.workflow.ways import begin_short_or_ask, finish

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
        _do(turn, chosen)


def _do(turn: Turn, chosen: Answer) -> None:
    match chosen.does:
        case "quantity":
            settle(turn, turn.state, int(chosen.value))
        case "short":
            begin_short_or_ask(turn, chosen.value)
        case "short_here":
            write_short(turn)
            begin_cycle(turn)
        case "elsewhere":
            go_elsewhere(turn, chosen.value)
            begin_cycle(turn)
        case "instead":
            take_other(turn, chosen.value)
            begin_cycle(turn)
        case "tote_on" | "tote_new":
            start_tote(turn, chosen.value, empty=chosen.does == "tote_new")
        case "close":
            write_count(turn)
            begin_cycle(turn)
        case "recount":
            recount(turn)
        case _:
            finish(turn, chosen.value, sure=True)


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
