"""Questions that may stand in front of a state."""

from device_protocol.operations import Scan
from device_protocol.workflow.session import Answer, Candidate, Question, Value
from device_protocol.workflow.turn import Turn

ANSWERS_MAX = 9
"""As many as there are number keys."""

NO = Answer(command="no", text="no")


def confirm(turn: Turn, key: str, yes: Answer, scan: Scan, **fields: Value) -> None:
    """Offer something unusual; the next scan is taken for a no."""
    turn.ask(Question(key=key, answers=(yes, NO), fields=fields, scan=scan))


def insist(turn: Turn, key: str, yes: Answer, no: Answer = NO, **fields: Value) -> None:
    """Ask what must be answered before anything else is taken."""
    turn.ask(Question(key=key, answers=(yes, no), fields=fields, hard=True))


def choose_goods(turn: Turn, candidates: tuple[Candidate, ...], scan: Scan) -> None:
    """Let the person choose what an ambiguous scan means."""
    answers = tuple(
        Answer(
            command=str(number),
            text="choice.goods",
            fields=_described(candidate),
            candidate=candidate,
        )
        for number, candidate in enumerate(candidates[:ANSWERS_MAX], 1)
    )
    chosen = Scan(scan.text, scan.symbology, "chosen")
    turn.ask(Question(key="ask.which", answers=(*answers, NO), scan=chosen))


def choose_reason(turn: Turn) -> None:
    """Let the person say why something is short."""
    reasons = turn.definition.options.reasons
    answers = tuple(
        Answer(command=str(number), text=f"reason.{reason}", does="short", value=reason)
        for number, reason in enumerate(reasons, 1)
    )
    turn.ask(Question(key="ask.reason", answers=(*answers, NO), hard=True))


def _described(candidate: Candidate) -> dict[str, Value]:
    meaning = candidate.meaning
    return {
        "item": meaning.item if meaning else candidate.code,
        "owner": meaning.owner if meaning else "",
        "level": meaning.level if meaning else "each",
        "factor": meaning.factor if meaning else 1,
        "lot": candidate.lot,
        "serial": candidate.serial,
    }
