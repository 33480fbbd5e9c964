"""Several codes on one label are one input: item, lot, expiry and serial may each be a barcode.

A camera sees them in one picture, some readers send them in one burst, and a person scans a lot
right after its item. What the earlier codes led to is worked out anew with all of them, as long as
no line was written: so a label counts once, and nobody is asked for what it says.

Give `whole` each input before the interpreter takes it, and keep what `noted` answers until the
next one; where the session was changed by anything else, keep nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from device_protocol.operations import Scan
from device_protocol.scan import ParsedScan, Scanned
from device_protocol.scanning.label import Label
from device_protocol.workflow.inputs import AnyInput, ScanInput
from device_protocol.workflow.session import Feedback, Session, Step

SAME = Feedback(key="note.same_label", tone="note")
"""What to say to a code of a label of which a line is written already."""
BURST_MS_MAX = 150
"""Codes that follow each other so closely are of one trigger: nobody scans twice as fast."""


class Held(NamedTuple):
    """The label that was scanned last, as far as more of it may come."""

    label: Label
    codes: tuple[ScanInput, ...]
    before: Session
    """Where the work stood before its first code."""
    is_written: bool = False
    """Whether a line of it was written: then what else it says counts no more."""


class Whole(NamedTuple):
    """An input with all that its label says, and the session to which it is given."""

    given: AnyInput
    session: Session
    held: Held | None


def whole(
    given: AnyInput, session: Session, held: Held | None, *, beside: Sequence[ScanInput] = ()
) -> Whole | None:
    """Join an input with the codes before it and `beside` it that stand on its label.

    None says that a line of this very label is written already: `SAME` is all there is to say.
    """
    codes = [code for code in (given, *beside) if isinstance(code, ScanInput) and _is_code(code)]
    if len(codes) <= len(beside):
        return Whole(given, session, None)
    at = codes[0].at
    known = held if held is not None and _is_near(held, _part(codes[0]), at) else None
    label = known.label.take(_part(codes[0]), at) if known else Label((_part(codes[0]),), at)
    joined = known if known is not None and len(label.parts) > 1 else None
    if joined is not None and joined.is_written:
        return None
    for code in codes[1:]:
        label = label.take(_part(code), at)
    if joined is not None:
        codes = [*joined.codes, *codes]
        session = joined.before
    as_one = _as_one(label, codes, given) if len(codes) > 1 else codes[0]
    return Whole(as_one, session, Held(label, tuple(codes), session))


def noted(held: Held | None, step: Step) -> Held | None:
    """What is held of a label once its input was taken."""
    return held._replace(is_written=bool(step.operations)) if held is not None else None


def _is_code(given: ScanInput) -> bool:
    """Whether a scan may be of a label; one that has to be asked about is none."""
    return given.scanned.fault is None and not given.scanned.must_ask


def _part(given: ScanInput) -> ParsedScan:
    return given.scanned.readings[0]


def _is_near(held: Held, part: ParsedScan, at: int) -> bool:
    """Goods and the unit that they are put into are two scans, unless both came in one burst."""
    if abs(at - held.label.last_ms) <= BURST_MS_MAX:
        return True
    named = _names(part) and any(map(_names, held.label.parts))
    return not held.is_written and not named


def _names(part: ParsedScan) -> bool:
    return bool(part.gtin or part.sscc)


def _as_one(label: Label, codes: Sequence[ScanInput], given: AnyInput) -> ScanInput:
    """The codes of a label as one scan: the leading one, with all that they say."""
    said = label.said
    leading = next(code for code in codes if _part(code).text == said.text)
    others = (code for code in codes if code is not leading)
    return replace(
        leading,
        at=given.at,
        boot=given.boot,
        scanned=Scanned(raw=leading.scanned.raw, readings=(said,)),
        scans=tuple(Scan(code.scanned.raw, code.symbology, code.entry) for code in others),
    )
