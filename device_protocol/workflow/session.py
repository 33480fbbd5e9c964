"""Where a person stands in a workflow: a frozen value that survives a battery swap.

Store it in the transaction that stores the operations of its step; decoded again, the work goes on
at the very step. Every input that changed anything left a frame, by which undo goes back.
"""

import msgspec

from device_protocol.operations import Operation, Pack, Scan
from device_protocol.workflow.definition import Choice
from device_protocol.workflow.view import Line, Meaning, Work

UNDO_MAX = 24
"""How many inputs can be taken back."""

Value = str | int


class Candidate(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that a scan of goods may mean."""

    code: str
    meaning: Meaning | None = None
    lot: str = ""
    serial: str = ""
    expiry: str = ""
    units: int = 1


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An answer to a question, and what it sets off."""

    command: str
    text: str
    fields: dict[str, Value] = {}
    sets: dict[str, Value] = {}
    candidate: Candidate | None = None
    waived: tuple[str, ...] = ()
    """Questions that need not be asked again of this candidate."""
    does: str = ""
    value: str = ""


class Question(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A question in front of a state; a soft one is dropped by the next scan."""

    key: str
    answers: tuple[Answer, ...]
    fields: dict[str, Value] = {}
    hard: bool = False
    scan: Scan = Scan("")
    """The scan that raised it, kept once it is answered with anything but no."""
    counts: bool = False
    """Whether a number that is keyed answers it too."""


class Now(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The step that a person is at, whole."""

    phase: str = "opening"
    state: str = ""
    slots: dict[str, Value] = {}
    line: Line | None = None
    tasks: tuple[int, ...] = ()
    """Lines that are done together with `line`."""
    goods: Meaning | None = None
    packs: tuple[Pack, ...] = ()
    counted: int = 0
    """Units scanned so far in this cycle."""
    scans: tuple[Scan, ...] = ()
    began: int | None = None
    approved_by: str = ""
    skipped: tuple[int, ...] = ()
    question: Question | None = None
    cycles: int = 0
    """How often the cycle was completed."""


class Written(msgspec.Struct, frozen=True):
    """Where an operation was written: its number in the device's stream."""

    epoch: int
    seq: int


class Frame(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How it was before an input."""

    now: Now
    amounts: dict[str, int | None] = {}
    """Amounts that the input changed, as they were; None where there was none."""
    operations: int = 0
    written: tuple[Written, ...] = ()


class Session(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A person's way through one piece of work."""

    workflow: str
    version: int
    actor: str = ""
    work: Work = Work()
    now: Now = Now()
    amounts: dict[str, int] = {}
    """Units done by task, and counted by what was counted."""
    history: tuple[Frame, ...] = ()
    parked: bool = False
    boot: int = 0


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands beside a prompt and asks for nothing."""

    key: str
    fields: dict[str, Value] = {}


class Prompt(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What to show: a text by its key, what may be scanned, and the ways out."""

    key: str
    fields: dict[str, Value] = {}
    state: str = ""
    takes: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    choices: tuple[Choice, ...] = ()
    """What the number keys choose, if the state asks for a choice."""
    quantity: int | None = None
    packs: tuple["PackShown", ...] = ()
    notice: Notice | None = None
    """A warning about the place at hand."""


class PackShown(msgspec.Struct, frozen=True):
    """So many packs of one level, as in two cases of twelve."""

    count: int
    level: str
    factor: int


class Feedback(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What to say to an input, and how.

    `ok` beeps, `note` and `warn` too but each differently; `error` and `ask` buzz.
    """

    key: str
    fields: dict[str, Value] = {}
    tone: str = "error"


class Step(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What an input led to."""

    session: Session
    operations: tuple[Operation, ...] = ()
    prompt: Prompt
    feedback: Feedback


def recorded(session: Session, written: tuple[Written, ...]) -> Session:
    """Return a session that knows where the operations of its last step were written.

    Call it with the numbers that the device gave them, in order, before the session is stored; undo
    takes them back by these numbers.
    """
    if not written or not session.history:
        return session
    *before, last = session.history
    if last.written or last.operations != len(written):
        # The step was an undo: what it took back has left the history.
        return session
    noted = msgspec.structs.replace(last, written=written)
    return msgspec.structs.replace(session, history=(*before, noted))
