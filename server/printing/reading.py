"""Print jobs and workstations, as desks see them."""

from typing import Any

import msgspec
import sqlalchemy as sa

from server.printing.records import PrintJob
from server.printing.rules import is_copy
from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    read_cursor,
    read_rows,
    time_of,
    within_limit,
)


class WorkstationRow(msgspec.Struct, frozen=True):
    """A workstation, what waits there, and why its printer does not print."""

    site: int
    name: str
    printer: str
    dots_per_inch: int
    answers: str
    open: int
    """Jobs that wait or are being tried."""
    oldest_at: str | None
    """When the oldest of them was asked."""
    problem: str
    retry_at: str | None


class PrintRow(msgspec.Struct, frozen=True):
    """A print job; `copy` tells that its next or last paper is marked as a copy."""

    number: int
    site: int
    workstation: str
    kind: str
    what: dict[str, Any]
    copies: int
    state: str
    copy: bool
    tries: int
    doubts: int
    reprints: int
    problem: str
    asked_at: str | None
    actor: str
    ended_at: str | None


def row_of(job: PrintJob) -> PrintRow:
    """A job as it is told."""
    return PrintRow(
        number=job.number,
        site=job.site,
        workstation=job.workstation,
        kind=job.kind,
        what=msgspec.json.decode(job.what),
        copies=job.copies,
        state=job.state,
        copy=is_copy(job),
        tries=job.tries,
        doubts=job.doubts,
        reprints=job.reprints,
        problem=job.problem,
        asked_at=time_of(job.asked_at),
        actor=job.actor,
        ended_at=time_of(job.ended_at),
    )


def workstations(connection: sa.Connection, site: int) -> list[WorkstationRow]:
    """The workstations of a site by name."""
    sql = """SELECT w.name AS name, w.printer AS printer, w.dots_per_inch AS dots_per_inch,
      w.answers AS answers, count(j.number) AS open, min(j.asked_at) AS oldest_at,
      w.problem AS problem, w.retry_at AS retry_at
    FROM workstation AS w LEFT JOIN print_job AS j
      ON j.site = w.site AND j.workstation = w.name AND j.open = 1
    WHERE w.site = :site
    GROUP BY w.name, w.printer, w.dots_per_inch, w.answers, w.problem, w.retry_at
    ORDER BY w.name"""
    return [
        WorkstationRow(
            site=site,
            name=row["name"],
            printer=row["printer"],
            dots_per_inch=row["dots_per_inch"],
            answers=row["answers"],
            open=row["open"],
            oldest_at=time_of(row["oldest_at"]),
            problem=row["problem"],
            retry_at=time_of(row["retry_at"] or None),
        )
        for row in read_rows(connection, sql, {"site": site})
    ]


def has_workstation(connection: sa.Connection, site: int, name: str) -> bool:
    """Whether a workstation was set up."""
    sql = "SELECT 1 AS one FROM workstation AS w WHERE w.site = :site AND w.name = :name"
    return bool(read_rows(connection, sql, {"site": site, "name": name}))


def prints(
    connection: sa.Connection,
    site: int,
    name: str,
    *,
    state: str | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[PrintRow]:
    """The jobs of a workstation, the newest first."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("j.site = :site AND j.workstation = :name", site=site, name=name)
    conditions.ask("j.state = :state", state=state)
    cursor = read_cursor(after, (int,))
    conditions.ask("j.number < :before", before=cursor[0] if cursor else None)
    fields = ", ".join(f'j."{field}"' for field in PrintJob.__struct_fields__)
    sql = f"""SELECT {fields} FROM print_job AS j {conditions.where}
    ORDER BY j.number DESC LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    rows = [row_of(PrintJob(**row)) for row in found]
    return as_page(rows, [(row.number,) for row in rows], limit)
