"""A small site to scan in, and a person who scans there."""

from collections.abc import Sequence
from typing import Any

import msgspec

from device_protocol import codec
from device_protocol.operations import Operation
from device_protocol.workflow import interpreter, labels
from device_protocol.workflow.definition import Definition
from device_protocol.workflow.inputs import AnyInput, KeyInput, QuantityInput, scanned
from device_protocol.workflow.session import Prompt, Session, Step, Written, recorded
from device_protocol.workflow.texts import LANGUAGES, say, say_packs
from device_protocol.workflow.view import Badge, Line, Meaning, PlaceSeen, Stood, UnitSeen, Work

_encode = msgspec.json.encode
_session = msgspec.json.Decoder(Session).decode


class World(msgspec.Struct, frozen=True, kw_only=True):
    """Documents as plain lists; a `View` of them."""

    work_lines: tuple[Line, ...] = ()
    items: tuple[Meaning, ...] = ()
    places: tuple[PlaceSeen, ...] = ()
    units: tuple[UnitSeen, ...] = ()
    badges: dict[str, Badge] = {}
    stocks: dict[str, tuple[Stood, ...]] = {}
    serials: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    """Places where a count is open."""
    day: str = ""

    def lines(self, work: Work) -> Sequence[Line]:
        """All lines, whatever the work."""
        assert work is not None
        return self.work_lines

    def meanings(self, code: str) -> Sequence[Meaning]:
        return [meaning for meaning in self.items if meaning.code == code]

    def place(self, code: str) -> PlaceSeen | None:
        return next((place for place in self.places if place.code == code), None)

    def unit(self, code: str) -> UnitSeen | None:
        return next((unit for unit in self.units if unit.code == code), None)

    def badge(self, code: str) -> Badge | None:
        return self.badges.get(code)

    def stood(self, place: str) -> Sequence[Stood] | None:
        return self.stocks.get(place)

    def in_question(self, place: str) -> bool:
        return place in self.counts

    def serial_used(self, owner: str, item: str, serial: str) -> bool:
        return f"{owner}/{item}/{serial}" in self.serials

    def today(self) -> str:
        return self.day


class Person:
    """Scans, keys and reads; after every step the device forgets all but the stored session."""

    def __init__(
        self, definition: Definition, world: World, work: Work | None = None, actor: str = "ana"
    ) -> None:
        self.definition = definition
        self.world = world
        self.lines: list[Operation] = []
        self.at = 1_000
        self.boot = 1
        self.held: labels.Held | None = None
        first = interpreter.begin(
            definition, work or Work(), actor, world, at=self.at, boot=self.boot
        )
        self.last = first
        self.session: Session = first.session
        self._write(first)

    def scan(self, text: str, entry: str = "scanner") -> Step:
        return self.give(scanned(text, entry=entry, at=self.at, boot=self.boot))

    def key(self, command: str) -> Step:
        return self.give(KeyInput(command=command, at=self.at, boot=self.boot))

    def number(self, quantity: int) -> Step:
        return self.give(QuantityInput(quantity=quantity, at=self.at, boot=self.boot))

    def give(self, given: AnyInput) -> Step:
        self.at += 1_000
        self.held = None
        self._write(interpreter.step(self.definition, self.session, given, self.world))
        return self.last

    def label(self, codes: Sequence[str], after_ms: int = 1_000) -> Step | None:
        """Scan codes as a device does that joins those of one label; None counts no more."""
        self.at += after_ms - 1_000
        given, *beside = (scanned(code, at=self.at, boot=self.boot) for code in codes)
        whole = labels.whole(given, self.session, self.held, beside=beside)
        if whole is None:
            self.at += 1_000
            return None
        self.session = whole.session
        step = self.give(whole.given)
        self.held = labels.noted(whole.held, step)
        return step

    def all(self, *texts: str) -> Step:
        """Scan one after the other; `/x` is the key x, `#n` the number n, `=x` is keyed as text."""
        for text in texts:
            if text.startswith("/"):
                self.key(text[1:])
            elif text.startswith("#"):
                self.number(int(text[1:]))
            elif text.startswith("="):
                self.scan(text[1:], entry="keyed")
            else:
                self.scan(text)
        return self.last

    @property
    def prompt(self) -> Prompt:
        return self.last.prompt

    @property
    def heard(self) -> str:
        return self.last.feedback.key

    @property
    def operations(self) -> list[dict[str, Any]]:
        """What was written, but for what stands in every operation."""
        return [told(operation) for operation in self.lines]

    def _write(self, step: Step) -> None:
        written = []
        for operation in step.operations:
            line = codec.encode_line(operation)
            assert codec.decode_line(line) == operation
            self.lines.append(operation)
            written.append(Written(1, len(self.lines)))
        for language in LANGUAGES:
            read_aloud(step, language)
        session = recorded(step.session, tuple(written))
        stored = _encode(session)
        self.session = _session(stored)
        assert self.session == session
        shown = interpreter.show(self.definition, self.session, self.world)
        assert shown == step.prompt, "a screen drawn again shows something else"
        self.last = step


def told(operation: Operation) -> dict[str, Any]:
    """An operation as JSON, without times, scans and what every operation says."""
    said: dict[str, Any] = msgspec.to_builtins(operation)
    common = ("began", "ended", "boot", "scans", "actor", "seen_workflow", "package", "fence")
    return {name: value for name, value in said.items() if name not in common}


def read_aloud(step: Step, language: str) -> None:
    """Say everything that the screen shows: a text or a field that is missing raises."""
    prompt = step.prompt
    say(language, prompt.key, prompt.fields)
    if prompt.notice is not None:
        say(language, prompt.notice.key, prompt.notice.fields)
    say(language, step.feedback.key, step.feedback.fields)
    say_packs(language, prompt.packs)
    for answer in prompt.answers:
        say(language, answer.text, answer.fields)
    for choice in prompt.choices:
        say(language, choice.text)


CUP = Meaning(code="05901234123457", owner="ACME", item="CUP", description="Cup")
CUP_CASE = msgspec.structs.replace(CUP, code="15901234123454", level="case", factor=12)
CUP_OTHER = msgspec.structs.replace(CUP, code="04012345678901", owner="OTHER")
SHARED = (
    Meaning(code="04006381333931", owner="ACME", item="PEN"),
    Meaning(code="04006381333931", owner="OTHER", item="STIFT"),
)
MILK = Meaning(
    code="09506000134352",
    owner="ACME",
    item="MILK",
    lot_capture="receipt",
    expiry_capture="receipt",
)
PHONE = Meaning(code="09780201379624", owner="ACME", item="PHONE", serial_capture="receipt")
WATCH = Meaning(code="05012345678900", owner="ACME", item="WATCH", serial_capture="shipping")

PLACES = (
    PlaceSeen(code="A-1"),
    PlaceSeen(code="A-2"),
    PlaceSeen(code="A-9", state="blocked"),
    PlaceSeen(code="DOCK-1", kind="dock"),
    PlaceSeen(code="VAN-1", kind="van"),
    PlaceSeen(code="VAN-2", kind="van"),
)
UNITS = (
    UnitSeen(code="TOTE-1", kind="tote"),
    UnitSeen(code="TOTE-2", kind="tote"),
    UnitSeen(code="TOTE-9", kind="tote", state="closed"),
    UnitSeen(code="TOTE-8", kind="tote", shipment=99),
    UnitSeen(code="340123450000000017", kind="parcel", shipment=5, place="A-1"),
)
BADGES = {
    "STAFF-ANA": Badge(grant="ana", name="Ana"),
    "STAFF-BO": Badge(grant="bo", name="Bo"),
    "STAFF-EVE": Badge(grant="eve", name="Eve", supervisor=True),
}
ITEMS = (CUP, CUP_CASE, CUP_OTHER, *SHARED, MILK, PHONE, WATCH)

PICK_LINES = (
    Line(
        task=11,
        quantity=24,
        place="A-1",
        owner="ACME",
        item="CUP",
        description="Cup",
        codes=("05901234123457", "15901234123454"),
        shipment=5,
        number="O-5",
        next=("A-2",),
    ),
    Line(
        task=12,
        quantity=2,
        place="A-1",
        owner="ACME",
        item="CUP",
        codes=("05901234123457",),
        shipment=6,
        number="O-6",
    ),
    Line(
        task=13,
        quantity=1,
        place="A-2",
        owner="ACME",
        item="MILK",
        codes=("09506000134352",),
        lot="L-7",
        shipment=5,
        number="O-5",
    ),
)


def site(**changed: Any) -> World:  # noqa: ANN401 - the fields of a World
    """The site as most tests want it."""
    usual: dict[str, Any] = {
        "items": ITEMS,
        "places": PLACES,
        "units": UNITS,
        "badges": BADGES,
        "day": "2026-02-01",
    }
    return World(**(usual | changed))
