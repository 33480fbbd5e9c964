"""Taking goods: what a scan means, whether it is what is wanted, and what it adds."""

from msgspec.structs import replace

from device_protocol.operations import Pack, Scan
from device_protocol.scanning.choice import choose
from device_protocol.workflow.definition import State, Take
from device_protocol.workflow.finding import Found
from device_protocol.workflow.lines import match
from device_protocol.workflow.questions import choose_goods, confirm
from device_protocol.workflow.session import Answer, Candidate
from device_protocol.workflow.taking import serial_used, slots_for
from device_protocol.workflow.turn import Turn
from device_protocol.workflow.view import Line, Meaning
from device_protocol.workflow.wholes import ONTO

LEVEL = "level "
"""Begins the slot that tells what a pack of a factor is called."""
SOURCE = "source"
"""The slot of the place from which goods are moved."""


def take_goods(turn: Turn, state: State, take: Take, found: Found) -> None:
    """Take goods, or ask which of several are meant."""
    known = tuple(each for each in found.candidates if each.meaning)
    candidates = _distinct(turn, known or tuple(_by_line(turn, each) for each in found.candidates))
    choice = choose(
        candidates,
        lambda each: _in_task(turn, each),
        lambda each: _at_place(turn, each),
    )
    if choice.chosen is None or (found.asks and _matters(turn, choice.chosen)):
        choose_goods(turn, choice.candidates, found.scan)
    else:
        consider(turn, state, take, choice.chosen, found.scan)


def consider(
    turn: Turn,
    state: State,
    take: Take,
    candidate: Candidate,
    scan: Scan,
    *,
    waived: tuple[str, ...] = (),
) -> None:
    """Take one meaning of a scan, unless it is not what is wanted."""
    if candidate.meaning is None and take.unknown == "refuse":
        turn.say("unknown.goods", code=candidate.code)
        return
    if candidate.meaning is None and "ask.goods_unknown" not in waived:
        _doubt(turn, candidate, scan, waived, "ask.goods_unknown")
        return
    if turn.definition.plan == "led":
        line = turn.line
        wrong = _wrong_for(candidate, line)
        if wrong:
            turn.say(wrong, code=candidate.code, item=_name(candidate), wanted=line.item)
            return
    elif not _planned(turn, take, candidate):
        turn.say("wrong.unplanned", item=_name(candidate))
        return
    if candidate.serial and serial_used(turn, take, candidate.meaning, candidate.serial):
        turn.say("wrong.serial_used", serial=candidate.serial)
        return
    doubt = _doubts(turn, candidate, waived)
    if doubt:
        _doubt(turn, candidate, scan, waived, doubt)
        return
    hold(turn, state, take, candidate, scan)


def hold(turn: Turn, state: State, take: Take, candidate: Candidate, scan: Scan) -> None:
    """Have goods at hand: count what was scanned and note what the label says.

    Where a slot is named, only item and owner are put there, and what is at hand stays; it must be
    the same owner's.
    """
    meaning = candidate.meaning or Meaning(code=candidate.code)
    if take.into:
        owner = turn.now.goods.owner if turn.now.goods else ""
        if owner and owner != meaning.owner:
            turn.say("wrong.owner", item=meaning.item)
            return
        turn.put(**slots_for(state, take, meaning.item), **{f"{take.into}_owner": meaning.owner})
        turn.keep_scan(scan)
        turn.say("ok", "ok")
        return
    turn.put(**slots_for(state, take, candidate.code))
    turn.now = replace(turn.now, goods=meaning)
    for name in ("lot", "serial", "expiry"):
        said = getattr(candidate, name)
        if said and said != getattr(turn.line, name, "") and _wants(turn, candidate, name):
            turn.put(**{name: said})
    count_more(turn, candidate)
    if turn.slot("serial"):
        turn.put(quantity=1)
    if turn.definition.tallies:
        turn.put(book=0 if turn.is_blind else _book(turn, meaning))
    turn.keep_scan(scan)
    unplanned = turn.definition.plan == "matched" and turn.now.line is None
    if unplanned and turn.lines:
        turn.say("note.unplanned", "note", item=meaning.item or meaning.code)
    else:
        turn.say("ok", "ok")


def count_more(turn: Turn, candidate: Candidate) -> None:
    """Add what one more scan of the goods counts, by the code of its pack."""
    factor = candidate.meaning.factor if candidate.meaning else 1
    count = max(1, candidate.units // factor)
    packs = turn.now.packs
    for place, pack in enumerate(packs):
        if (pack.code, pack.factor) == (candidate.code, factor):
            more = Pack(pack.code, pack.count + count, factor)
            packs = (*packs[:place], more, *packs[place + 1 :])
            break
    else:
        packs = (*packs, Pack(candidate.code, count, factor))
    if candidate.meaning:
        turn.put(**{f"{LEVEL}{factor}": candidate.meaning.level})
    turn.now = replace(turn.now, packs=packs, counted=turn.now.counted + candidate.units)


def same_goods(turn: Turn, candidate: Candidate) -> bool:
    """Tell whether a scan means the goods that are at hand already."""
    goods, meaning = turn.now.goods or Meaning(code=""), candidate.meaning
    if meaning is None or not goods.item:
        return candidate.code == goods.code
    return (meaning.owner, meaning.item) == (goods.owner, goods.item)


def _distinct(turn: Turn, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Leave out what differs only in details that nobody asks for."""
    distinct: dict[tuple[object, ...], Candidate] = {}
    for each in candidates:
        details = (each.lot, each.serial, each.expiry) if _matters(turn, each) else ()
        distinct.setdefault((each.meaning, each.meaning or each.code, *details), each)
    return tuple(distinct.values())


def _matters(turn: Turn, candidate: Candidate) -> bool:
    """Tell whether lot, serial or expiry of a candidate make a difference."""
    meaning = candidate.meaning
    if meaning is None or turn.line.lot or turn.line.serial:
        return True
    captures = (meaning.lot_capture, meaning.serial_capture, meaning.expiry_capture)
    return any(capture != "never" for capture in captures)


def _by_line(turn: Turn, candidate: Candidate) -> Candidate:
    """Take the meaning from the line, whose codes came with the work."""
    line = turn.line
    if candidate.code not in line.codes:
        return candidate
    meaning = Meaning(
        code=candidate.code, owner=line.owner, item=line.item, description=line.description
    )
    return replace(candidate, meaning=meaning)


def _wants(turn: Turn, candidate: Candidate, name: str) -> bool:
    """Tell whether what a label says besides the item is to be told; else the scan alone says it.

    Where nobody tells lots apart, a lot on the label must not make goods differ from their like.
    """
    of_line = {"lot": turn.line.lot, "serial": turn.line.serial}
    if candidate.meaning is None or of_line.get(name):
        return True
    states = [turn.definition.state(each) for each in turn.definition.cycle]
    return any(state.fills == name and turn.holds(state.when) for state in states)


def _book(turn: Turn, meaning: Meaning) -> int:
    stood = turn.view.stood(turn.slot("place")) or ()
    return sum(
        each.quantity for each in stood if (each.owner, each.item) == (meaning.owner, meaning.item)
    )


def _in_task(turn: Turn, candidate: Candidate) -> bool:
    lines = [turn.line] if turn.now.line is not None else turn.lines
    return any(_fits(candidate, line) for line in lines)


def _at_place(turn: Turn, candidate: Candidate) -> bool:
    place = turn.slot("place") or turn.slot("source")
    stood = turn.view.stood(place) or ()
    return any(_is(candidate, each.owner, each.item) for each in stood)


def _is(candidate: Candidate, owner: str, item: str) -> bool:
    meaning = candidate.meaning
    return meaning is not None and (meaning.owner, meaning.item) == (owner, item)


def _fits(candidate: Candidate, line: Line) -> bool:
    lot = not (line.lot and candidate.lot) or line.lot == candidate.lot
    serial = not (line.serial and candidate.serial) or line.serial == candidate.serial
    return _is(candidate, line.owner, line.item) and lot and serial


def _wrong_for(candidate: Candidate, line: Line) -> str:
    if _is(candidate, line.owner, line.item):
        return ""
    meaning = candidate.meaning
    same = meaning is not None and meaning.item == line.item
    return "wrong.owner" if same else "wrong.goods"


def _planned(turn: Turn, take: Take, candidate: Candidate) -> bool:
    """Find the line of the goods; tell whether they may go on with it or without one."""
    if turn.definition.plan == "free":
        return True
    onto, source = turn.slot(ONTO), turn.slot(SOURCE)

    def here(line: Line) -> bool:
        # Goods that are to be moved from somewhere else are others.
        return not (source and line.place) or line.place == source

    # What stands on a unit of its own is not what comes loose, as long as both are announced.
    found = (
        match(turn, lambda line: line.unit == onto and here(line) and _fits(candidate, line))
        or match(turn, lambda line: here(line) and _fits(candidate, line))
        or match(turn, lambda line: here(line) and _is(candidate, line.owner, line.item))
    )
    return found is not None or take.unplanned != "refuse"


def _doubts(turn: Turn, candidate: Candidate, waived: tuple[str, ...]) -> str:
    line, today = turn.line, turn.view.today()
    doubts = {
        "ask.other_lot": bool(line.lot and candidate.lot and candidate.lot != line.lot),
        "ask.other_serial": bool(
            line.serial and candidate.serial and candidate.serial != line.serial
        ),
        "ask.expired": bool(candidate.expiry and today and candidate.expiry < today),
    }
    return next((key for key, doubt in doubts.items() if doubt and key not in waived), "")


def _doubt(turn: Turn, candidate: Candidate, scan: Scan, waived: tuple[str, ...], key: str) -> None:
    yes = Answer(command="yes", text="yes", candidate=candidate, waived=(*waived, key))
    fields = {
        "code": candidate.code,
        "item": _name(candidate),
        "lot": candidate.lot,
        "serial": candidate.serial,
        "expiry": candidate.expiry,
        "wanted": turn.line.serial if key == "ask.other_serial" else turn.line.lot,
    }
    confirm(turn, key, yes, scan, **fields)


def _name(candidate: Candidate) -> str:
    return candidate.meaning.item if candidate.meaning else candidate.code
