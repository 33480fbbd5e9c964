"""What a workflow is made of: frozen values that are written as JSON.

A definition has four phases: `opening` once, `cycle` for each piece of work, `handing` for each
tote that goes on when all of it is done, `closing` once. A phase is a list of states in the order
in which they are asked; a state is asked as long as the slot that it fills is empty and its
conditions hold. When nothing is left to ask, the phase is complete and its operations are written.
So the order of scans is the order of a list, and a site may change it.

References name a value: `place` is a slot; `line.lot`, `goods.item`, `work.van`, `option.blind` a
field of what is at hand, `next.carton` one of the first line that is not begun, `asked.sight` one
of the task that asks for a count of the place, `going.unit` the tote that goes on, `going.to` where
to; `due` is what is still to be paid at the door at hand and `due_text` that as people read it,
`paid_minor` and `paid_currency` what was just taken; of `place|line.place` the first that is not
empty. A condition is a reference that must not be empty, with `!` in front one that must be, or
`reference=text`.
"""

from typing import Literal

import msgspec

SCHEMA = 1
"""Raised when an interpreter that knows only the former cannot run a definition."""

What = Literal[
    "place",
    "unit",
    "tote",
    "begun",
    "whole",
    "goods",
    "lot",
    "serial",
    "expiry",
    "quantity",
    "text",
    "number",
    "choice",
    "badge",
]
Other = Literal["refuse", "ask", "accept"]
Does = Literal[
    "short", "skip", "full", "condition", "finish", "emit", "pass", "close_place", "apart"
]

CONDITION_MARKS = ("!", "=")


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer of a state that asks for a choice; `text` is the key of what stands beside it."""

    value: str
    text: str


class Take(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a state takes, and where it puts it."""

    what: What
    into: str = ""
    """The slot that it fills; empty is the slot of the state.

    Goods that fill one are an item by name, with its owner in `<slot>_owner`; they are not at hand.
    """
    wants: str = ""
    """Reference to what is expected, if anything is."""
    other: Other = "refuse"
    """What becomes of another one than expected."""
    unknown: Other = "refuse"
    """What becomes of one that no document knows."""
    unplanned: Other = "accept"
    """What becomes of goods or a unit that no line of the work names."""
    fresh: Literal["", "here", "everywhere"] = ""
    """Whether a serial may not come twice in this work, or not be known elsewhere either."""
    unlike: str = ""
    """Reference to what it must differ from."""
    open_only: bool = False
    """A unit that is closed will not do."""
    kinds: tuple[str, ...] = ()
    """Kinds of places, if only those will do."""
    when: tuple[str, ...] = ()
    """A taker of its own conditions, beside others that always take."""
    choices: tuple[Choice, ...] = ()


class Emit(msgspec.Struct, frozen=True, omit_defaults=True):
    """An operation to be written: its fields by reference; what is empty is left out."""

    kind: str
    fields: dict[str, str] = {}
    when: tuple[str, ...] = ()


class Way(msgspec.Struct, frozen=True, omit_defaults=True):
    """A way out of a state, by a key or the command code of the same name."""

    command: str
    does: Does
    value: str = ""
    """A reason given beforehand, a condition, why it ended, or what is filled in."""
    emits: tuple[Emit, ...] = ()
    drops: tuple[str, ...] = ()
    """Slots to be asked again."""
    when: tuple[str, ...] = ()


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question to the person, with everything that may answer it."""

    name: str
    fills: str
    prompt: str
    """Key of its text; `fields` are the references that fill the text."""
    takes: tuple[Take, ...] = ()
    fields: dict[str, str] = {}
    when: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()


class Options(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a site may choose without another order of scans."""

    prefill: Literal["expected", "counted"] = "expected"
    """Quantity shown: what is expected, or only what was scanned."""
    continuous: bool = False
    """The last unit expected needs no confirmation."""
    blind: bool = False
    """What the book expects is not shown."""
    recount: bool = True
    """A count that differs is asked for once more."""
    quantity_asks: int = 1_000
    """Where nothing is expected, a keyed quantity above this is asked again."""
    warn_counts: bool = True
    """At a place where a count is open, the prompt says so."""
    zero_check: bool = False
    """Whoever empties a place, by its line, is asked at once whether it is empty."""
    approvals: tuple[str, ...] = ()
    """Questions that only a supervisor's badge answers with yes."""
    reasons: tuple[str, ...] = ()
    """Why something is short, at most six."""


class Definition(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A workflow; `version` is raised with every change."""

    name: str
    version: int
    schema: int = SCHEMA
    plan: Literal["led", "matched", "free"] = "free"
    """Lines lead from one to the next; or are found by what was scanned; or there are none."""
    opening: tuple[str, ...] = ()
    cycle: tuple[str, ...]
    handing: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    states: tuple[State, ...]
    opened: tuple[Emit, ...] = ()
    cycled: tuple[Emit, ...] = ()
    handed: tuple[Emit, ...] = ()
    closed: tuple[Emit, ...] = ()
    short: Emit | None = None
    """What is written for units that are not there, if anything."""
    whole: tuple[Emit, ...] = ()
    """What is written for a handling unit that comes whole: itself, then each line under it."""
    tallies: bool = False
    """A cycle only notes what was counted; it is written when its place is closed."""
    keeps: tuple[str, ...] = ()
    """Slots that outlast a cycle."""
    ways: tuple[Way, ...] = ()
    """Ways out of every state of the cycle."""
    options: Options = Options()

    def state(self, name: str) -> State:
        """Return the state of that name."""
        return next(state for state in self.states if state.name == name)

    def order(self, phase: str) -> tuple[str, ...]:
        """Return the names of a phase's states as they are asked."""
        order: tuple[str, ...] = getattr(self, phase)
        return order


class Adjustment(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a site wants otherwise; merged over a definition, None leaves it as it is."""

    workflow: str
    version: int = 1
    """Of the adjustment."""
    opening: tuple[str, ...] | None = None
    cycle: tuple[str, ...] | None = None
    handing: tuple[str, ...] | None = None
    closing: tuple[str, ...] | None = None
    options: dict[str, bool | int | str | tuple[str, ...]] = {}
    without: tuple[str, ...] = ()
    """Commands that this site does not offer."""
