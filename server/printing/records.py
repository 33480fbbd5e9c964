"""What is to be printed where; none of it is part of the book.

A label is no fact about goods: asking for one moves nothing, and whether paper came out nobody can
know for certain. So jobs are rows of their own, beside the lanes, and `verify` needs none of them.
"""

from typing import ClassVar

from server.record import Index, Record


class Workstation(Record, frozen=True):
    """A place with a label printer.

    Totebook sends to `printer` (host:port); where that is empty, the workstation's own agent
    fetches its jobs.
    """

    TABLE = "workstation"
    KEY = ("site", "name")

    site: int
    name: str
    printer: str
    dots_per_inch: int
    answers: str
    """status where the printer answers ~HS, nothing where it never says anything."""
    put_at: int
    actor: str
    failures: int = 0
    """Tries that failed since the last that did not."""
    retry_at: int = 0
    """When the printer is tried again."""
    problem: str = ""
    """Why the last try failed."""


class PrintJob(Record, frozen=True):
    """One label to print, a number of times; `what` names it and never holds a name or address.

    `state` is waiting, sent (somebody tries it), done, failed or cancelled.
    """

    TABLE = "print_job"
    KEY = ("site", "number")
    INDEXES: ClassVar[dict[str, Index]] = {"open": Index(("site", "workstation", "open"))}

    site: int
    number: int
    workstation: str
    kind: str
    what: str
    """The label that was asked for, as JSON."""
    copies: int
    asked_at: int
    actor: str
    state: str = "waiting"
    open: int | None = 1
    """1 while it waits or is tried; None keeps the index small."""
    sent_at: int | None = None
    """Since when it is tried."""
    ended_at: int | None = None
    tries: int = 0
    doubts: int = 0
    """Tries after which nobody knows whether paper came out: the next prints a marked copy."""
    reprints: int = 0
    """How often a person asked for it again."""
    problem: str = ""
