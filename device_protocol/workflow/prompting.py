"""What to show at a step."""

from device_protocol.workflow.goods import LEVEL
from device_protocol.workflow.session import Notice, PackShown, Prompt, Value
from device_protocol.workflow.turn import ENDED, Turn

ALWAYS = ("undo", "help", "done")
"""Commands that are answered at every step."""
_AT_HAND = ("place", "source", "line.place", "to")
"""References of places where something is taken or put."""


def prompt_of(turn: Turn) -> Prompt:
    """Return what to show now."""
    if turn.session.parked:
        return Prompt(key="parked", state=turn.now.state, takes=("badge",), ways=ALWAYS)
    question = turn.now.question
    if question is not None:
        approval = question.key in turn.definition.options.approvals
        return Prompt(
            key=question.key,
            fields=question.fields,
            state=turn.now.state,
            takes=("badge",) if approval else ("quantity",) if question.counts else (),
            ways=(*(answer.command for answer in question.answers), *ALWAYS),
            answers=question.answers,
        )
    if turn.now.phase == ENDED:
        return Prompt(key="ended", state=ENDED, ways=ALWAYS)
    return _asking(turn)


def _asking(turn: Turn) -> Prompt:
    state = turn.state
    fields: dict[str, Value] = {}
    for name, reference in state.fields.items():
        fields[name] = turn.word(reference)
    ways = dict.fromkeys(way.command for way in turn.ways())
    takes = tuple(take.what for take in state.takes if turn.holds(take.when))
    choices = next((take.choices for take in state.takes if take.choices), ())
    ways |= dict.fromkeys(str(number) for number in range(1, len(choices) + 1))
    counting = "quantity" in takes
    return Prompt(
        key=state.prompt,
        fields=fields,
        state=state.name,
        takes=takes,
        ways=(*ways, *(command for command in ALWAYS if command not in ways)),
        choices=choices,
        quantity=turn.shown() if counting else None,
        packs=_packs(turn) if counting else (),
        notice=_notice(turn),
    )


def _notice(turn: Turn) -> Notice | None:
    """Return that a count is open at the place at hand, if one is and the site wants it told."""
    for place in dict.fromkeys(str(turn.word(reference)) for reference in _AT_HAND):
        if turn.warns_of(place):
            return Notice("warn.count", {"place": place})
    return None


def _packs(turn: Turn) -> tuple[PackShown, ...]:
    goods, shown = turn.now.goods, turn.shown()
    packs = turn.now.packs
    if sum(pack.count * pack.factor for pack in packs) == shown:
        return tuple(
            PackShown(pack.count, turn.slot(f"{LEVEL}{pack.factor}") or "pack", pack.factor)
            for pack in packs
        )
    if goods is not None and goods.factor > 1 and shown % goods.factor == 0:
        return (PackShown(shown // goods.factor, goods.level, goods.factor),)
    return ()
