"""Taking a scan where it fits: places, units, totes, lots, serials, dates and texts."""

import re
from datetime import date

from msgspec.structs import replace

from device_protocol.workflow.counts import SERIAL, unit_key
from device_protocol.workflow.definition import State, Take
from device_protocol.workflow.emitting import write
from device_protocol.workflow.finding import Found
from device_protocol.workflow.lines import match, open_units
from device_protocol.workflow.questions import confirm
from device_protocol.workflow.session import Answer, Question, Value
from device_protocol.workflow.turn import GOING, SHARED, TOTE, Turn
from device_protocol.workflow.view import Meaning, UnitSeen

TEXT_CHARACTERS_MAX = 60

KEYED = frozenset({"text", "number"})
"""What nobody can tell from the code of something else unless it was keyed."""

_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)


def fill(turn: Turn, state: State, take: Take, found: Found, value: str) -> None:
    """Put a value where the state wants it, and keep its scan."""
    turn.put(**slots_for(state, take, value))
    turn.keep_scan(found.scan)
    turn.say("ok", "ok")


def slots_for(state: State, take: Take, value: str) -> dict[str, Value]:
    """Return the slots that a value fills: that of the state, and the taker's own."""
    return {state.fills: value, take.into or state.fills: value}


def take_place(turn: Turn, state: State, take: Take, found: Found) -> None:
    """Take a place, if it is the one that is wanted."""
    code = found.text
    seen = turn.view.place(code)
    kind = seen.kind if seen else found.own
    wanted = str(turn.word(take.wants))
    if take.kinds and kind and kind not in take.kinds:
        turn.say("wrong.kind", place=code)
    elif take.unlike and code == turn.value(take.unlike):
        turn.say("wrong.same", place=code)
    elif seen is None and not found.own and code != wanted:
        _ask_place(turn, state, take, found, "ask.place_unknown")
    elif wanted and code != wanted:
        _other_place(turn, state, take, found, wanted)
    elif seen is not None and seen.state != "open":
        _ask_place(turn, state, take, found, "ask.place_closed")
    else:
        fill(turn, state, take, found, code)
        _warn(turn, code)


def _warn(turn: Turn, place: str) -> None:
    """Say that a count is open at a place that was just taken, if one is."""
    if turn.warns_of(place):
        turn.say("warn.count", "warn", place=place)


def _ask_place(turn: Turn, state: State, take: Take, found: Found, key: str) -> None:
    sets = slots_for(state, take, found.text)
    wanted = turn.word(take.wants)
    if wanted and wanted != found.text:
        sets["suggested"] = _suggested(turn, wanted)
    yes = Answer(command="yes", text="yes", sets=sets)
    confirm(turn, key, yes, found.scan, place=found.text)


def _other_place(turn: Turn, state: State, take: Take, found: Found, wanted: str) -> None:
    code = found.text
    if take.other == "refuse":
        turn.say("wrong.place", place=code, wanted=wanted)
    elif take.other == "accept":
        turn.put(suggested=_suggested(turn, wanted))
        fill(turn, state, take, found, code)
        turn.say("note.other_place", "note", place=code, wanted=wanted)
        _warn(turn, code)
    else:
        sets = slots_for(state, take, code) | {"suggested": _suggested(turn, wanted)}
        yes = Answer(command="yes", text="yes", sets=sets)
        confirm(turn, "ask.other_place", yes, found.scan, place=code, wanted=wanted)


def _suggested(turn: Turn, wanted: object) -> Value:
    """Return what another place is taken instead of: the one that was found full, if one was."""
    return turn.slot("suggested") if turn.slot("reason") else str(wanted)


def take_unit(turn: Turn, state: State, take: Take, found: Found) -> None:
    """Take a handling unit: the one of a line, if the work has lines of units."""
    code = found.text
    seen = turn.view.unit(code)
    wanted = turn.word(take.wants)
    if wanted and code != wanted:
        turn.say("wrong.unit", unit=code, wanted=wanted)
    elif take.unlike and code == turn.value(take.unlike):
        turn.say("wrong.same", place=code)
    elif take.open_only and seen is not None and seen.state != "open":
        turn.say("wrong.closed", unit=code)
    elif take.into == "unit" and _unit_done(turn, take, code):
        turn.say("wrong.done", unit=code)
    else:
        _unit_of_line(turn, state, take, found, seen)


def _unit_done(turn: Turn, take: Take, code: str) -> bool:
    """Tell whether this very unit was done already, with a line or without."""
    if turn.definition.tallies:
        return bool(turn.amount(unit_key(code)))
    if take.unplanned == "accept":
        return False
    lines = [line for line in turn.lines if line.unit == code]
    if lines:
        return all(open_units(turn, line) <= 0 for line in lines)
    return bool(turn.amount(f"unit {code}"))


def _unit_of_line(
    turn: Turn, state: State, take: Take, found: Found, seen: UnitSeen | None
) -> None:
    code = found.text
    unknown = seen is None and "unit" not in found.kinds and take.unknown == "ask"
    if turn.definition.plan == "matched" and take.into == "unit":
        planned = match(turn, lambda line: line.unit == code) is not None
        unknown = not planned and (unknown or take.unplanned == "ask")
    if unknown:
        yes = Answer(command="yes", text="yes", sets=slots_for(state, take, code))
        confirm(turn, "ask.unit_unplanned", yes, found.scan, unit=code)
        return
    if seen is not None and seen.shipment is not None:
        turn.put(shipment=seen.shipment)
    if seen is not None and seen.place:
        turn.put(stood=seen.place)
    fill(turn, state, take, found, code)


def take_tote(turn: Turn, state: State, take: Take, found: Found) -> None:
    """Take the tote of the line's shipment, or an empty one to be its tote from now on."""
    code, slot = found.text, turn.tote_slot()
    wanted, seen = turn.slot(slot) or turn.line.to, turn.view.unit(code)
    if take.unlike and code == turn.value(take.unlike):
        turn.say("wrong.same", place=code)
        return
    if wanted and code != wanted:
        turn.say("wrong.tote", unit=code, wanted=wanted)
        return
    if not wanted:
        # A tote that was started is not empty any more: starting it again would count it as such.
        if turn.amount(f"{TOTE}{code}") or _bound_elsewhere(seen, _shipment_of(turn)):
            turn.say("wrong.tote_taken", unit=code)
            return
        if seen is not None and seen.state != "open":
            turn.say("wrong.closed", unit=code)
            return
        if "place" in found.kinds:
            _take_slot(turn, take, code)
        elif _begun(turn, seen):
            _keep_tote(turn, code)
        elif turn.line.spans and turn.work.mode not in SHARED:
            _ask_begun(turn, state, take, found)
            return
        else:
            start_tote(turn, code, empty=True)
        if turn.tone:
            return
    fill(turn, state, take, found, code)


def take_begun(turn: Turn, _state: State, _take: Take, found: Found) -> None:
    """Take a tote that came from another zone before its goods; the state goes on asking."""
    code = found.text
    seen = turn.view.unit(code)
    if turn.amount(f"{TOTE}{code}") or _bound_elsewhere(seen, _shipment_of(turn)):
        turn.say("wrong.tote_taken", unit=code)
    elif seen is not None and seen.state != "open":
        turn.say("wrong.closed", unit=code)
    elif _begun(turn, seen):
        _keep_tote(turn, code)
        turn.say("ok", "ok")
    else:
        yes = Answer(command="yes", text="yes", does="tote_on", value=code)
        confirm(turn, "ask.tote_begun", yes, found.scan, unit=code, number=turn.line.number)


def start_tote(turn: Turn, code: str, *, empty: bool) -> None:
    """Have a tote as the shipment's from now on; one that is not empty is only bound to it."""
    _keep_tote(turn, code)
    kind = "start_tote" if empty else "bind"
    write(turn, kind, {"unit": code, "shipment": _shipment_of(turn)})


def _keep_tote(turn: Turn, code: str) -> None:
    turn.put(**{turn.tote_slot(): code})
    turn.add(f"{TOTE}{code}", 1)
    if turn.line.then:
        turn.put(**{f"{GOING}{code}": turn.line.then})


def _take_slot(turn: Turn, take: Take, code: str) -> None:
    """Take a location as the slot of the shipment, if it is one of the kinds that will do."""
    seen = turn.view.place(code)
    if seen is None or seen.kind not in take.kinds:
        turn.say("wrong.kind", place=code)
        return
    _keep_tote(turn, code)


def _ask_begun(turn: Turn, state: State, take: Take, found: Found) -> None:
    """Ask whether the tote comes from another zone with goods of the shipment in it."""
    sets, code = slots_for(state, take, found.text), found.text
    yes = Answer(command="yes", text="yes", sets=sets, does="tote_on", value=code)
    no = Answer(command="no", text="no", sets=sets, does="tote_new", value=code)
    fields: dict[str, Value] = {"unit": code, "number": turn.line.number}
    turn.ask(Question(key="ask.tote_begun", answers=(yes, no), fields=fields, scan=found.scan))


def _begun(turn: Turn, seen: UnitSeen | None) -> bool:
    """Tell whether a tote is known to be the shipment's already."""
    shipment = _shipment_of(turn)
    return seen is not None and shipment is not None and seen.shipment == shipment


def _shipment_of(turn: Turn) -> int | None:
    return turn.line.shipment if turn.work.mode not in SHARED else None


def _bound_elsewhere(seen: UnitSeen | None, shipment: int | None) -> bool:
    return seen is not None and seen.shipment is not None and seen.shipment != shipment


def take_text(turn: Turn, state: State, take: Take, found: Found) -> None:
    """Take a lot, a serial or a date, whether a label says so or it stands there as plain text."""
    value = _written(take, found)
    if not value or len(value) > TEXT_CHARACTERS_MAX:
        turn.say(f"expected.{take.what}", scanned=found.text)
    elif take.what == "serial" and serial_used(turn, take, turn.now.goods, value):
        turn.say("wrong.serial_used", serial=value)
    else:
        if take.what == "serial":
            turn.put(quantity=1)
        fill(turn, state, take, found, value)


def _written(take: Take, found: Found) -> str:
    """Return what a label says of it, or what was scanned or keyed as it is; empty if neither."""
    said = found.readings[0] if found.readings else None
    value = str(getattr(said, take.what)) if said is not None and take.what not in KEYED else ""
    plain = said is not None and said.kind in {"plain", "gtin"}
    known = any(candidate.meaning for candidate in found.candidates)
    if not value and plain and not known and found.kinds[0] in {"text", "goods"}:
        value = found.text
    if take.what == "expiry":
        return _date(value)
    if take.what in KEYED and found.scan.entry != "keyed":
        return ""
    return "" if take.what == "number" and not _NUMBER.fullmatch(value) else value


def serial_used(turn: Turn, take: Take, goods: Meaning | None, serial: str) -> bool:
    """Tell whether a serial of some goods was used before, here or elsewhere, and may not be."""
    if not take.fresh:
        return False
    owner, item = (goods.owner, goods.item) if goods else ("", "")
    if turn.amount(serial_key(item, serial)):
        return True
    return take.fresh == "everywhere" and turn.view.serial_used(owner, item, serial)


def serial_key(item: str, serial: str) -> str:
    """Return the key under which a serial is noted as used."""
    return f"{SERIAL}{item} {serial}"


def _date(text: str) -> str:
    found = _DATE.fullmatch(text)
    if not found:
        return ""
    year, month, day = map(int, found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def forget_goods(turn: Turn) -> None:
    """Lay what is at hand down: goods, packs and scans."""
    turn.now = replace(
        turn.now, goods=None, packs=(), counted=0, scans=(), began=None, approved_by=""
    )
