"""One input being worked on: what it has changed so far, until it is made a step or dropped."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from device_protocol.handling import Part
from device_protocol.money import amount_text
from device_protocol.operations import Operation, Pack, Scan
from device_protocol.workflow.definition import CONDITION_MARKS, Definition, State, Way
from device_protocol.workflow.session import Feedback, Frame, Now, Question, Session, Value
from device_protocol.workflow.view import Line, View, Work

COUNTED = "counted "
"""Begins the key of an amount that was counted."""
ENDED = "ended"
PACKS_MAX = 20
"""A line has room for no more kinds of packs."""
SHARED = frozenset({"batch", "bulk"})
"""Modes of packages whose totes are shared by shipments."""
TOTE = "tote "
"""Begins the slot of the tote that a shipment has."""
GOING = "going "
"""Begins the slot of where a tote goes on to, once the work is done."""

DUE = "due "
"""Begins the key of what was to be paid at a stop, and of what was taken there."""
PAID = "paid "

_NOTHING = Line(task=0)
_part = msgspec.json.Decoder(Part).decode


class Going(NamedTuple):
    """A tote that goes on, and where to."""

    unit: str = ""
    to: str = ""


class Turn:
    """A session while one input changes it; nothing that was given is changed."""

    def __init__(
        self, definition: Definition, session: Session, view: View, at: int, boot: int
    ) -> None:
        """Begin where the session is."""
        self.definition = definition
        self.session = session
        self.view = view
        self.at = at
        self.boot = boot
        # What began before a battery swap is on a clock that is no more.
        swapped = boot != session.boot
        self.now: Now = replace(session.now, began=None) if swapped else session.now
        self.amounts: dict[str, int] = session.amounts
        self.before: dict[str, int | None] = {}
        self.operations: list[Operation] = []
        self.feedback: Feedback | None = None
        self.beside: tuple[Scan, ...] = ()
        """Other codes of the label that is scanned; they are kept with it."""

    @property
    def work(self) -> Work:
        """The piece of work that was taken on."""
        return self.session.work

    @property
    def tone(self) -> str:
        """How the input was answered so far; empty if it was not."""
        return self.feedback.tone if self.feedback else ""

    @property
    def line(self) -> Line:
        """The line at hand; an empty one if there is none."""
        return self.now.line or _NOTHING

    @property
    def lines(self) -> Sequence[Line]:
        """The lines of the work; where a shipment is at hand, nobody looks through the others."""
        bound = self.slot("shipment")
        return self.view.lines(replace(self.work, shipment=int(bound)) if bound else self.work)

    @property
    def asked(self) -> Line:
        """The line that asks for the place at hand, or for the kit; an empty one if none does."""
        place, kit = self.slot("place"), (self.slot("kit_owner"), self.slot("kit"))
        lines = self.lines if place else ()
        here = [line for line in lines if line.place == place]
        if kit[1]:
            # Kits that are made elsewhere than was asked are made all the same.
            here = [line for line in (*here, *lines) if (line.owner, line.item) == kit]
        return here[0] if here else _NOTHING

    @property
    def is_blind(self) -> bool:
        """Whether the person is not to see what the book expects at the place."""
        return self.definition.options.blind or self.asked.sight == "blind"

    @property
    def going(self) -> Going:
        """The first tote that goes on and was not brought there; an empty one if none does."""
        found = ((name, str(to)) for name, to in self.now.slots.items() if name.startswith(GOING))
        return next((Going(name.removeprefix(GOING), to) for name, to in found), Going())

    @property
    def state(self) -> State:
        """The state that asks; only while the work has not ended."""
        return self.definition.state(self.now.state)

    def slot(self, name: str) -> str:
        """Return a slot's text, empty if nothing is in it."""
        return str(self.now.slots.get(name, ""))

    def put(self, **values: Value) -> None:
        """Fill slots."""
        self.now = replace(self.now, slots=self.now.slots | values)

    def drop(self, *names: str) -> None:
        """Empty slots."""
        left = {name: value for name, value in self.now.slots.items() if name not in names}
        self.now = replace(self.now, slots=left)

    def amount(self, key: str) -> int:
        """Return what was done or counted under a key."""
        return self.amounts.get(key, 0)

    def add(self, key: str, units: int) -> None:
        """Note units under a key."""
        self._keep(key)
        self.amounts = self.amounts | {key: self.amount(key) + units}

    def forget(self, prefix: str) -> None:
        """Forget all amounts whose keys begin so."""
        gone = [key for key in self.amounts if key.startswith(prefix)]
        for key in gone:
            self._keep(key)
        self.amounts = {key: units for key, units in self.amounts.items() if key not in gone}

    def _keep(self, key: str) -> None:
        self.before.setdefault(key, self.session.amounts.get(key))

    def keep_scan(self, scan: Scan) -> None:
        """Keep a scan for the operation that it leads to."""
        began = self.now.began if self.now.began is not None else self.at
        self.now = replace(self.now, scans=(*self.now.scans, scan, *self.beside), began=began)
        self.beside = ()

    def value(self, reference: str) -> Value | tuple[Pack | Part, ...] | None:
        """Return what a reference names; None or an empty text if nothing is there."""
        for each in reference.split("|"):
            value = self._one(each)
            if value not in {None, ""}:
                return value
        return None

    def _one(self, reference: str) -> Value | tuple[Pack | Part, ...] | None:
        source, _, name = reference.partition(".")
        if reference == "packs":
            return self._packs()
        if reference == "tallied":
            return self._tallied()
        if reference == "line.tote":
            return self.slot(self.tote_slot())
        if not name:
            reckoned = _RECKONED.get(source)
            return self.now.slots.get(source) if reckoned is None else reckoned(self)
        if source == "next":
            return self._next(name)
        values = {
            "line": self.line,
            "asked": self.asked if source == "asked" else None,
            "goods": self.now.goods,
            "going": self.going if source == "going" else None,
            "work": self.work,
            "option": self.definition.options,
            "now": self.now,
        }
        found: Value | None = getattr(values[source], name, None)
        return found

    def _next(self, name: str) -> Value | None:
        """Return a field of the first line that is not begun, of the shipment at hand if one is."""
        bound = self.slot("shipment")
        for each in self.lines:
            of_it = not bound or str(each.shipment or bound) == bound
            if of_it and not self.amounts.get(str(each.task)):
                found: Value | None = getattr(each, name, None)
                return found
        return None

    def word(self, reference: str) -> Value:
        """Return what a reference names as a text or number; an empty text if it is none."""
        value = self.value(reference) if reference else ""
        return value if isinstance(value, str | int) else ""

    def holds(self, conditions: tuple[str, ...]) -> bool:
        """Tell whether all conditions hold."""
        return all(self._holds(condition) for condition in conditions)

    def _holds(self, condition: str) -> bool:
        negated, equals = CONDITION_MARKS
        if condition.startswith(negated):
            return not self._holds(condition[1:])
        reference, mark, text = condition.partition(equals)
        value = self.value(reference)
        return str(value or "") == text if mark else bool(value)

    def expected(self) -> int:
        """Return the units that the lines at hand still want; 0 if nothing is expected."""
        return sum(
            max(0, self.amount(f"whole {task}") - self.amount(f"{task}")) for task in self.now.tasks
        )

    def due(self) -> int:
        """Return what is still to be paid at the door at hand.

        A document that came after our own work counts it already, so the smaller of the two holds.
        """
        line = self.line
        whole = self.amounts.get(f"{DUE}{line.stop}")
        return line.due if whole is None else max(0, min(line.due, whole - self._paid_before()))

    def _paid_before(self) -> int:
        return self.amount(f"{PAID}{self.line.stop}")

    def paid(self) -> int | None:
        """Return what was just taken; None where nobody was asked."""
        if not self.slot("paid"):
            return None
        taken = self.slot("taken")
        return int(taken) if taken else self.due()

    def note_paid(self) -> None:
        """Keep what was taken at the door at hand."""
        taken, line = self.paid(), self.line
        if taken is None:
            return
        if f"{DUE}{line.stop}" not in self.amounts:
            self.add(f"{DUE}{line.stop}", line.due)
        self.add(f"{PAID}{line.stop}", taken)

    def _tallied(self) -> tuple[Part, ...]:
        """Return what was tallied so far, as parts."""
        return tuple(
            replace(_part(key.removeprefix(COUNTED)), quantity=units)
            for key, units in self.amounts.items()
            if key.startswith(COUNTED)
        )

    def _packs(self) -> tuple[Pack, ...]:
        """Return the packs that make the quantity, if they are more than single units."""
        packs = self.now.packs
        units = sum(pack.count * pack.factor for pack in packs)
        told = len(packs) <= PACKS_MAX and any(pack.factor > 1 for pack in packs)
        return packs if told and units == self.now.slots.get("quantity") else ()

    def tote_slot(self) -> str:
        """Return the slot of the tote into which the line at hand goes."""
        return TOTE if self.work.mode in SHARED else f"{TOTE}{self.line.shipment}"

    def shown(self) -> int:
        """Return the quantity that stands on the screen before anybody keyed one.

        What is expected stands there only once the goods were scanned: else a tote scanned twice
        would put goods that nobody took.
        """
        expected, first = self.expected(), self.now.goods.factor if self.now.goods else 1
        counts = self.definition.options.prefill == "counted" or self.line.verify == "unit"
        if not counts and 0 < self.now.counted <= first <= expected:
            return expected
        return self.now.counted

    def factor(self) -> int:
        """Return how many units a keyed number counts each: packs, if one was scanned that fits.

        Of a pack that holds more than is expected, single units are meant.
        """
        factor, expected = self.now.goods.factor if self.now.goods else 1, self.expected()
        return 1 if 0 < expected < factor else factor

    def ways(self) -> tuple[Way, ...]:
        """Return the ways out that the state offers, its own before those of the cycle."""
        ways = {way.command: way for way in self.definition.ways if self.now.phase == "cycle"}
        ways |= {way.command: way for way in self.state.ways}
        return tuple(way for way in ways.values() if self.holds(way.when))

    def warns_of(self, place: str) -> bool:
        """Tell whether a person is to be told that a count of the place is open."""
        wanted = bool(place) and self.definition.options.warn_counts
        return wanted and self.view.in_question(place)

    def say(self, key: str, tone: str = "error", **fields: Value) -> None:
        """Answer the input; the last word counts."""
        self.feedback = Feedback(key=key, fields=fields, tone=tone)

    def ask(self, question: Question) -> None:
        """Put a question in front of the state."""
        self.now = replace(self.now, question=question)
        self.feedback = Feedback(key=question.key, fields=question.fields, tone="ask")

    def frame(self) -> Frame:
        """Return how it was before this input."""
        return Frame(now=self.session.now, amounts=self.before, operations=len(self.operations))


_RECKONED: dict[str, Callable[[Turn], Value | None]] = {
    "expected": Turn.expected,
    "due": Turn.due,
    "due_text": lambda turn: amount_text(turn.due(), turn.line.currency),
    "paid_minor": Turn.paid,
    "paid_currency": lambda turn: turn.line.currency if turn.paid() else None,
}
"""References to what is no slot."""
