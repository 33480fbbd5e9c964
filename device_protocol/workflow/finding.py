"""What a scan may be, by its shape and by the documents; several things, if so."""

from typing import NamedTuple

from msgspec.structs import replace

from device_protocol.operations import Scan
from device_protocol.scan import ParsedScan
from device_protocol.workflow.inputs import ScanInput
from device_protocol.workflow.session import Candidate
from device_protocol.workflow.turn import Turn

CODE_CHARACTERS_MAX = 100
"""Longer texts are no code of the floor, and would crowd an operation out of its line."""

ASSET_TYPE_DIGITS = 13
GRAI = "80030"
"""Begins the code of a returnable asset: its identifier and the digit that fills it up (8003)."""

_HOPELESS = frozenset(
    {"empty", "too_long", "not_ascii", "control_character", "bad_own_code", "unknown_command"}
)
_OWN = {
    "location": "place",
    "dock": "place",
    "staging": "place",
    "bench": "place",
    "van": "place",
    "tote": "unit",
    "cart": "unit",
    "staff": "badge",
    "command": "command",
    "task": "task",
    "enrolment": "enrolment",
}
_SYMBOLOGY_CHARACTERS_MAX = 20


class Found(NamedTuple):
    """A scan with everything that it may be."""

    kinds: tuple[str, ...]
    """place, unit, goods, text, badge, command, task, enrolment; empty if nothing can be read."""
    text: str
    own: str = ""
    command: str = ""
    fault: str = ""
    candidates: tuple[Candidate, ...] = ()
    readings: tuple[ParsedScan, ...] = ()
    scan: Scan = Scan("")
    asks: bool = False


def find(turn: Turn, given: ScanInput) -> Found:
    """Return what a scan may be."""
    scanned = given.scanned
    said = scanned.readings[0]
    text = said.text
    fault = scanned.fault.code if scanned.fault else ""
    if "\0" in scanned.raw:
        fault = "control_character"
    elif len(text) > CODE_CHARACTERS_MAX and said.kind == "plain":
        fault = "too_long"
    if fault in _HOPELESS:
        return Found((), text[:CODE_CHARACTERS_MAX], fault=fault)
    symbology = given.symbology if given.symbology.isascii() else ""
    scan = Scan(scanned.raw, symbology[:_SYMBOLOGY_CHARACTERS_MAX], given.entry)
    if said.kind == "own":
        return Found((_OWN[said.own],), text, own=said.own, command=said.command, scan=scan)
    if said.sscc:
        return Found(("unit",), said.sscc, readings=scanned.readings, scan=scan)
    if len(said.returnable_asset) > ASSET_TYPE_DIGITS:
        # A GRAI with a serial is one piece; as an element string it is no other code.
        return Found(("unit",), GRAI + said.returnable_asset, readings=scanned.readings, scan=scan)
    candidates = _candidates(turn, scanned.readings)
    return Found(
        _kinds(turn, said, candidates),
        text,
        fault=fault,
        candidates=candidates,
        readings=scanned.readings,
        scan=scan,
        asks=scanned.must_ask,
    )


def _kinds(turn: Turn, said: ParsedScan, candidates: tuple[Candidate, ...]) -> tuple[str, ...]:
    kinds = []
    if said.kind == "plain":
        if turn.view.place(said.text) is not None:
            kinds.append("place")
        if turn.view.unit(said.text) is not None:
            kinds.append("unit")
    if said.gtin or any(candidate.meaning for candidate in candidates):
        kinds.append("goods")
    return (*kinds, "text")


def _candidates(turn: Turn, readings: tuple[ParsedScan, ...]) -> tuple[Candidate, ...]:
    found = []
    for said in readings:
        code = said.gtin or said.returnable_asset or said.text
        count = said.count or 1
        plain = Candidate(
            code=code, lot=said.lot, serial=said.serial, expiry=said.expiry, units=count
        )
        meanings = turn.view.meanings(code)
        found += [
            replace(plain, meaning=meaning, units=meaning.factor * count) for meaning in meanings
        ] or [plain]
    return tuple(found)
