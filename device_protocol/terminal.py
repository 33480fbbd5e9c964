"""The call of a thin terminal: one scan, key or number up, what to show and say down.

A terminal keeps nothing but the number of its step: the server keeps where the person stands and
writes the terminal's lines. See `messages.py` for the other calls.
"""

from typing import Literal

import msgspec

SCAN_PATH = "/device/v1/scan"


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What both bodies have in common: frozen, with defaults left out."""


class BeginWork(Body, frozen=True):
    """What the person takes on; each part only where the workflow has one.

    Of picking without a package, the server chooses the next.
    """

    workflow: str
    package: int | None = None
    announced: str = ""
    shipment: int | None = None
    round: int | None = None
    van: str = ""
    bench: str = ""
    stop: int | None = None


class ScanRead(Body, frozen=True):
    """A text as a reader gave it, or as it was keyed.

    `source` (intent, keystrokes) and `at`, monotonic milliseconds, tell one scan that is delivered
    twice from two like ones; where either is left out, every delivery is a scan.
    """

    text: str
    symbology: str = ""
    entry: Literal["scanner", "camera", "keyed"] = "scanner"
    source: str = ""
    at: int | None = None


class ScanRequest(Body, frozen=True):
    """One step, numbered one more than the last: one of `begin`, `scan`, `key`, `quantity`.

    With none of them it asks what is shown now, and is no step.
    """

    device: int
    step: int = 0
    begin: BeginWork | None = None
    scan: ScanRead | None = None
    key: str = ""
    """A command, also the number of an answer."""
    quantity: int | None = None
    language: Literal["en", "zh", "de"] = "en"
    protocol: int = 1


class AnswerShown(Body, frozen=True):
    """An answer that may be given: by which command, and what stands beside it."""

    command: str
    text: str


class ScreenShown(Body, frozen=True):
    """What to show: a text, what may be scanned, and the ways out."""

    key: str
    text: str
    state: str = ""
    takes: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    answers: tuple[AnswerShown, ...] = ()
    """Of a question, or of a state that asks for a choice."""
    quantity: int | None = None
    packs: str = ""
    """The quantity as people count it, in packs and what they make together."""


class WordSaid(Body, frozen=True):
    """What to say to a step, and how.

    `ok` beeps, `note` and `warn` too but each differently; `error` and `ask` buzz.
    """

    key: str
    text: str
    tone: str


class ScanAnswer(Body, frozen=True):
    """What a step led to; the same step gets the same answer."""

    step: int
    """Number of the last step that was taken."""
    workflow: str = ""
    screen: ScreenShown | None = None
    """None where no work was begun."""
    said: WordSaid | None = None
    """None where there is nothing to say: of a scan that was delivered twice, or of no step."""
    outcomes: tuple[msgspec.Raw, ...] = ()
    """Of the lines that the step wrote, in order."""
    ended: bool = False
