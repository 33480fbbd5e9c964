"""What a person at a desk says to a lane, and what they are answered when it is refused."""

import asyncio
from typing import TypeVar

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from device_protocol.messages import Outcome
from server.api.answers import said
from server.core import Core
from server.errors import ConflictError, InvalidError, NotFoundError, TotebookError
from server.identity.notes import note_record, reference
from server.identity.personal import SALT_BYTES, keep_personal, kept_ms
from server.lane.activity import DESK, NETWORK
from server.lane.message import Message
from server.reports import masters
from server.reports.masters import SiteRow

T = TypeVar("T")
M = TypeVar("M", bound=Message)

ABSENT = frozenset(
    {"not_found", "unknown_order", "unknown_person", "unknown_key", "unknown_device"}
)
"""Refusals that say: what the address names does not exist."""


class Done(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a request came to: applied, or flagged, and then why somebody has to look."""

    outcome: str
    code: str = ""
    expected: str = ""
    actual: str = ""
    then: str = ""
    grant: dict[str, int | str | bool | list[int]] | None = None
    """What was made: ids by their names."""


class DeskError(ConflictError):
    """The lane refused: the book says otherwise; `reason` is stable."""

    code = "desk.refused"
    title = "The book says otherwise"

    def __init__(self, detail: str, outcome: Outcome) -> None:
        """Tell the lane's own words."""
        super().__init__(detail)
        self.extras = reasons(outcome)


class DeskInvalidError(InvalidError):
    """The lane refused: something that was named does not exist or can't be so."""

    code = "desk.invalid"
    title = "This can't be so"

    def __init__(self, detail: str, outcome: Outcome) -> None:
        """Tell the lane's own words."""
        super().__init__(detail)
        self.extras = reasons(outcome)


def reasons(outcome: Outcome) -> dict[str, str]:
    """An outcome as members of a problem."""
    return {
        "reason": outcome.code,
        "expected": outcome.expected,
        "actual": outcome.actual,
        "then": outcome.then,
    }


async def ask(core: Core, site: int, message: Message) -> Done:
    """Say one message to a site's lane; a refusal is raised as the error that it is."""
    if site != NETWORK:
        await asyncio.to_thread(must_know_site, core, site)
    message = await asyncio.to_thread(without_text, core, message)
    [outcome] = await said(core, site, DESK, message)
    return done(outcome)


def without_text(core: Core, message: M) -> M:
    """The message with its free text kept apart: only a salted hash of that goes into the book."""
    texts = {name: getattr(message, name, "") for name in ("note", "reason")}
    kept = kept_ms(core.settings, "note")
    records = {
        name: note_record(text, core.randomness.take(SALT_BYTES), core.clock.now(), kept)
        for name, text in texts.items()
        if text
    }
    if not records:
        return message
    core.lanes.errand(lambda connection: keep_personal(connection, list(records.values())))
    return replace(message, **{name: reference(record) for name, record in records.items()})


def done(outcome: Outcome) -> Done:
    """The answer to a request that was taken; what was refused or parked is raised."""
    if outcome.outcome in ("applied", "flagged"):
        return Done(
            outcome.outcome,
            outcome.code,
            outcome.expected,
            outcome.actual,
            outcome.then,
            outcome.grant,
        )
    detail = told(outcome)
    if outcome.outcome == "parked":
        raise TotebookError(f"The request was kept and not applied: {detail}")
    if outcome.code in ABSENT:
        raise NotFoundError(detail)
    if outcome.code.startswith(("unknown", "bad_")):
        raise DeskInvalidError(detail, outcome)
    raise DeskError(detail, outcome)


def told(outcome: Outcome) -> str:
    """A refusal as a sentence."""
    parts = [outcome.code.replace("_", " ").capitalize()]
    if outcome.expected:
        parts.append(f"expected {outcome.expected}")
    if outcome.actual:
        parts.append(f"found {outcome.actual}")
    if outcome.then:
        parts.append(outcome.then)
    return "; ".join(parts) + "."


def found(row: T | None, what: str) -> T:
    """What was looked for; NotFoundError says that there is none."""
    if row is None:
        raise NotFoundError(f"There is no such {what}.")
    return row


def known_site(connection: sa.Connection, site: int) -> SiteRow:
    """The site; NotFoundError if there is none of this number."""
    rows = masters.sites(connection, site)
    return found(rows[0] if rows else None, "site")


def must_know_site(core: Core, site: int) -> None:
    """Raise NotFoundError unless the site exists: a wrong number must not begin a book."""
    with core.database.reading() as connection:
        known_site(connection, site)


def owner_of(connection: sa.Connection, code: str | None) -> int | None:
    """The id of the merchant with a code; NotFoundError if there is none."""
    if code is None:
        return None
    rows = [row for row in masters.merchants(connection) if row.code == code]
    return found(rows[0] if rows else None, "merchant").owner
