"""The custody chain: where goods or a unit were, from receipt to doorstep, in the floor's order.

1. A code is read as everything that it may be. If it may be several things, they are answered, and
   asking again with their parts means one of them.
2. The movements of its stock keys are read, and, level by level, those of the units that carried
   them, also in the books of other sites; attempts that failed are steps as well.
3. The steps of one page are put into words: who, by which operation, with what outcome and proof.

The number of statements depends on nothing but how deep units stood in units (LEVELS_MAX).
"""

from typing import Any

import msgspec
import sqlalchemy as sa

from device_protocol.messages import Outcome
from server.ledger.records import LAST_VIRTUAL
from server.reports.custody import (
    Carried,
    Key,
    Move,
    Stay,
    carried_by,
    joined,
    outer_stays,
    place_in_story,
    stays_of,
)
from server.reports.operations import virtual_name
from server.reports.reading import (
    LIMIT,
    as_page,
    read_cursor,
    time_of,
    within_limit,
)
from server.reports.trace_reading import (
    PERSON,
    evidence_named,
    failed_attempts,
    moves_of,
    people_codes,
    told_moves,
    told_operations,
    unit_codes,
    with_twins,
)
from server.reports.trace_subjects import Asked, Subject, Traced, find_subjects

LEVELS_MAX = 4
"""Goods in a parcel in a pallet in a cage; what stands deeper is not followed."""
ATTEMPT = "attempt"
CURSOR = (int,) * 6


class Reference(msgspec.Struct, frozen=True):
    """Something that an operation names and that is kept apart from the book, by its hash."""

    hash: str
    kind: str
    """attachment or personal."""


class Step(msgspec.Struct, frozen=True):
    """One step of a custody chain."""

    occurred_at: str | None
    uncertainty_ms: int
    site: int
    did: str
    """Kind of the operation: receive, pick, load, deliver …"""
    operation: str
    """stream/epoch/seq."""
    who: str
    """Code of the person, or the grant or name that the line bears; merchants are not told."""
    source: str
    target: str
    quantity: int
    """Units of what is traced; 1 for a unit."""
    carrier: str
    """Unit in which they were carried; empty where they were moved themselves."""
    goods: str
    """Owner and SKU of what moved, the raw scan, or the unit's code."""
    lot: str
    serial: str
    condition: str
    cause: str
    """fact, count, absorbed, undo, correction …, or attempt: nothing was moved."""
    outcome: str
    flag: str
    """Why somebody had to look at the operation."""
    undone_by: str | None
    evidence: list[Reference]


class Trace(msgspec.Struct, frozen=True):
    """What was traced and its steps; or, where a code is ambiguous, what it may mean."""

    traced: Traced | None
    candidates: list[Traced]
    steps: list[Step]
    next: str | None = None


class Reading(msgspec.Struct, frozen=True):
    """What one page of steps is put into words with."""

    moves: dict[Key, sa.RowMapping]
    units: dict[Key, str]
    operations: dict[tuple[int, int, int, int], sa.RowMapping]
    evidence: dict[tuple[int, int, int, int], list[Reference]]
    people: dict[str, str]
    own: int | None


class _Said(msgspec.Struct, frozen=True):
    kind: str = ""
    actor: str = ""


def trace(
    connection: sa.Connection, asked: Asked, *, after: str | None = None, limit: int = LIMIT
) -> Trace | None:
    """The custody chain of what a code means; None where it means nothing that may be seen."""
    limit = within_limit(limit)
    beyond = read_cursor(after, CURSOR)
    subjects = find_subjects(connection, asked)
    if not subjects:
        return None
    if len(subjects) > 1:
        return Trace(None, [each.traced for each in subjects], [])
    [subject] = subjects
    chain = story(connection, subject)
    chain = [each for each in chain if beyond is None or place_in_story(each.move) > beyond]
    page = as_page(chain[: limit + 1], [place_in_story(each.move) for each in chain], limit)
    read = reading(connection, page.rows, asked.own)
    steps = [step for each in page.rows if (step := step_of(each, read)) is not None]
    return Trace(subject.traced, [], steps, page.next)


def story(connection: sa.Connection, subject: Subject) -> list[Carried]:
    """Every movement of what is traced and of what carried it, each once."""
    moves = moves_of(connection, subject.keys, subject.places)
    keys = frozenset(subject.keys)
    found = [Carried(move, move.quantity, None) for move in moves]
    stays = with_twins(connection, list(stays_of(moves, keys)))
    for _ in range(LEVELS_MAX):
        if not stays:
            break
        carrying = moves_of(connection, {stay.unit for stay in stays})
        found += carried_by(carrying, stays)
        found += tries(connection, stays)
        stays = with_twins(connection, list(outer_stays(carrying, stays)))
    return joined([*found, *own_tries(connection, subject)])


def tries(connection: sa.Connection, stays: list[Stay]) -> list[Carried]:
    """The attempts that failed while the goods were in the parcel."""
    parcels = {(stay.site, stay.place) for stay in stays}
    by_unit: dict[Key, list[Move]] = {}
    for row in failed_attempts(connection, parcels):
        by_unit.setdefault((row["site"], row["stock"]), []).append(attempted(row))
    return [
        Carried(move, stay.quantity, stay.unit)
        for stay in stays
        for move in by_unit.get(stay.unit, ())
        if stay.since < move.order < stay.until
    ]


def own_tries(connection: sa.Connection, subject: Subject) -> list[Carried]:
    """The attempts that failed to deliver the parcel that is traced."""
    rows = failed_attempts(connection, subject.places)
    return [Carried(attempted(row), 1, None) for row in rows]


def attempted(row: sa.RowMapping) -> Move:
    """An attempt as a step: nothing moved, so it has a number that no movement has."""
    return Move(
        site=row["site"],
        number=-row["id"],
        source=0,
        target=0,
        stock=row["stock"],
        stock_to=row["stock"],
        quantity=0,
        stream=row["stream"],
        epoch=row["epoch"],
        seq=row["seq"],
        occurred_at=row["occurred_at"],
        uncertainty=row["uncertainty"],
        source_unit=None,
        target_unit=None,
    )


def reading(connection: sa.Connection, chain: list[Carried], own: int | None) -> Reading:
    """Everything that the steps of a page say, in one statement per table."""
    moves = {(each.move.site, each.move.number) for each in chain if each.move.number > 0}
    units = {each.carrier for each in chain if each.carrier is not None}
    units |= {(each.move.site, each.move.stock) for each in chain if each.move.number < 0}
    keys = {operation_of(each.move) for each in chain}
    operations = told_operations(connection, keys)
    evidence: dict[tuple[int, int, int, int], list[Reference]] = {}
    for row in evidence_named(connection, keys):
        named = (row["site"], row["stream"], row["epoch"], row["seq"])
        evidence.setdefault(named, []).append(Reference(row["hash"], row["kind"]))
    actors = {(key[0], said(row).actor) for key, row in operations.items()}
    return Reading(
        moves=told_moves(connection, moves, own),
        units=unit_codes(connection, units),
        operations=operations,
        evidence=evidence,
        people=people_codes(connection, actors) if own is None else {},
        own=own,
    )


def operation_of(move: Move) -> tuple[int, int, int, int]:
    """The key of the operation that made a movement."""
    return (move.site, move.stream, move.epoch, move.seq)


def said(row: sa.RowMapping) -> _Said:
    """What a line is and who gave it; nothing where it can't be read."""
    try:
        return msgspec.json.decode(bytes(row["line"]), type=_Said)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Said()


def step_of(carried: Carried, read: Reading) -> Step | None:
    """A movement as a step; None where it is of another merchant's goods."""
    move = carried.move
    row: Any = read.moves.get((move.site, move.number))
    if row is None and move.number > 0:
        return None
    key = operation_of(move)
    operation = read.operations.get(key)
    line = said(operation) if operation is not None else _Said()
    outcome = Outcome("applied")
    if operation is not None:
        outcome = msgspec.json.decode(bytes(operation["outcome"]), type=Outcome)
    return Step(
        occurred_at=time_of(move.occurred_at),
        uncertainty_ms=move.uncertainty,
        site=move.site,
        did=line.kind,
        operation="/".join(map(str, key[1:])),
        who=who(move.site, line.actor, read),
        quantity=carried.quantity,
        carrier="" if carried.carrier is None else read.units.get(carried.carrier, ""),
        outcome=outcome.outcome,
        flag=outcome.code,
        undone_by=undone_by(operation),
        evidence=read.evidence.get(key, []),
        **(words(row) if row is not None else attempt_words(move, read)),
    )


def words(row: sa.RowMapping) -> dict[str, Any]:
    """What a movement says of places and goods."""
    named = f"{row['owner']} {row['sku']}" if row["sku"] else row["unit"] or row["raw"]
    return {
        "source": place_name(row["source"], row["source_code"]),
        "target": place_name(row["target"], row["target_code"]),
        "goods": named,
        **{name: row[name] for name in ("lot", "serial", "condition", "cause")},
    }


def attempt_words(move: Move, read: Reading) -> dict[str, Any]:
    """What an attempt that failed says: the parcel stayed where it was."""
    unit = read.units.get((move.site, move.stock), "")
    empty = dict.fromkeys(("source", "target", "lot", "serial", "condition"), "")
    return {**empty, "goods": unit, "cause": ATTEMPT}


def place_name(place: int, code: str) -> str:
    """A place by its code, a side of the book by what it is called."""
    return code if place > LAST_VIRTUAL else virtual_name(place)


def undone_by(operation: sa.RowMapping | None) -> str | None:
    """The operation that took this one back."""
    if operation is None or operation["by_seq"] is None:
        return None
    return f"{operation['stream']}/{operation['by_epoch']}/{operation['by_seq']}"


def who(site: int, actor: str, read: Reading) -> str:
    """The person by code; by grant, or as the line says, where nobody knows who that is."""
    if read.own is not None or not actor:
        return ""
    where = 0 if actor.startswith(PERSON) else site
    known = read.people.get(f"{where}:{actor}")
    if known is not None:
        return known
    return f"grant/{actor}" if actor.isdigit() else actor
