"""The queue of each workstation: jobs in the order they were asked, one tried at a time."""

from typing import NamedTuple

import sqlalchemy as sa
from msgspec.structs import replace

from server.db.bulk import insert_records, select_records, update_records
from server.db.engine import Database
from server.errors import ConflictError, NotFoundError
from server.printing import rules
from server.printing.asked import Asked, written
from server.printing.models import PRINT_JOB, WORKSTATION
from server.printing.records import PrintJob, Workstation
from server.printing.rules import Result

ADVISORY_LOCK = 8_683_002
"""Number of PostgreSQL's lock that is held while jobs are numbered or taken; ours alone."""
OPEN_MAX = 10_000
"""Jobs that may wait at one workstation: a printer that is off for weeks must not fill the disk."""
LOOKED_AT_MAX = 10
KEPT_MS = 30 * 24 * 3_600_000


class Taken(NamedTuple):
    """A job to try now, and where."""

    job: PrintJob
    workstation: Workstation


def put_workstation(database: Database, wanted: Workstation) -> Workstation:
    """Set up a workstation; its printer is tried at once."""
    with database.writing() as connection:
        _lock(connection)
        known = _workstation(connection, wanted.site, wanted.name)
        if known is None:
            insert_records(connection, Workstation, [wanted])
        else:
            update_records(connection, Workstation, [(known, wanted)])
    return wanted


class Attempt(NamedTuple):
    """One try of a job, the how-manieth."""

    site: int
    workstation: str
    number: int
    tries: int


class Request(NamedTuple):
    """Who asks for what, where and how often."""

    site: int
    workstation: str
    asked: Asked
    copies: int
    actor: str


def job_of(request: Request, number: int, now: int) -> PrintJob:
    """The job that a request makes."""
    kind, what = written(request.asked)
    return PrintJob(
        site=request.site,
        number=number,
        workstation=request.workstation,
        kind=kind,
        what=what,
        copies=request.copies,
        asked_at=now,
        actor=request.actor,
    )


def ask(database: Database, request: Request, now: int) -> PrintJob:
    """Queue a label at a workstation."""
    draft = job_of(request, 0, now)
    site, name = request.site, request.workstation
    with database.writing() as connection:
        _lock(connection)
        _known(connection, site, name)
        if _count_open(connection, site, name) >= OPEN_MAX:
            raise ConflictError(f"{OPEN_MAX} jobs wait at {name}: see to its printer first.")
        last = sa.select(sa.func.coalesce(sa.func.max(PRINT_JOB.c.number), 0))
        number = int(connection.scalar(last.where(PRINT_JOB.c.site == site)) or 0) + 1
        job = replace(draft, number=number)
        insert_records(connection, PrintJob, [job])
    return job


def cancel(database: Database, site: int, name: str, number: int, now: int) -> PrintJob:
    """Take a job that waits out of the queue."""
    with database.writing() as connection:
        _lock(connection)
        job = _job(connection, site, name, number)
        return _changed(connection, job, rules.cancelled(job, now))


def reprint(database: Database, site: int, name: str, number: int) -> PrintJob:
    """Queue a job that has ended once more; it keeps its number and is marked as a copy."""
    with database.writing() as connection:
        _lock(connection)
        job = _job(connection, site, name, number)
        return _changed(connection, job, rules.reprinted(job))


def take(database: Database, site: int, name: str, now: int) -> Taken | None:
    """Take the next job to try it; None while there is none, or another is being tried."""
    with database.writing() as connection:
        _lock(connection)
        workstation = _known(connection, site, name)
        for job in _first_open(connection, site, name):
            current = rules.lapsed(job, now)
            if current.state == "sent":
                return None
            if current.state == "waiting":
                return Taken(_changed(connection, job, rules.taken(current, now)), workstation)
            _changed(connection, job, current)
    return None


def tell(
    database: Database, taken: Attempt | PrintJob, result: Result, problem: str, now: int
) -> PrintJob:
    """Say what became of a try; a job that was taken names it as well."""
    with database.writing() as connection:
        _lock(connection)
        job = _job(connection, taken.site, taken.workstation, taken.number)
        changed = _changed(connection, job, rules.told(job, taken.tries, result, problem, now))
        workstation = _known(connection, job.site, job.workstation)
        after = rules.after(workstation, result, problem, now)
        update_records(connection, Workstation, [(workstation, after)])
    return changed


def due(database: Database, now: int) -> list[Workstation]:
    """Workstations whose printer is to be tried: something is open there, and it is time."""
    is_open = sa.exists().where(
        PRINT_JOB.c.site == WORKSTATION.c.site,
        PRINT_JOB.c.workstation == WORKSTATION.c.name,
        PRINT_JOB.c.open == 1,
    )
    wanted = sa.select(WORKSTATION).where(
        WORKSTATION.c.printer != "", WORKSTATION.c.retry_at <= now, is_open
    )
    with database.reading() as connection:
        rows = connection.execute(wanted.order_by(WORKSTATION.c.site, WORKSTATION.c.name))
        return [Workstation(*row) for row in rows]


def forget(database: Database, now: int) -> int:
    """Delete jobs that ended long ago and answer how many; numbers are never given twice."""
    newer = PRINT_JOB.alias()
    is_last = ~sa.exists().where(
        newer.c.site == PRINT_JOB.c.site, newer.c.number > PRINT_JOB.c.number
    )
    old = sa.delete(PRINT_JOB).where(PRINT_JOB.c.ended_at < now - KEPT_MS, ~is_last)
    with database.writing() as connection:
        return connection.execute(old).rowcount


def _lock(connection: sa.Connection) -> None:
    """Take turns with other processes; on SQLite there is one that writes."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))


def _workstation(connection: sa.Connection, site: int, name: str) -> Workstation | None:
    found = select_records(connection, Workstation, Workstation.KEY, [(site, name)])
    return found[0] if found else None


def _known(connection: sa.Connection, site: int, name: str) -> Workstation:
    workstation = _workstation(connection, site, name)
    if workstation is None:
        raise NotFoundError("There is no such workstation.")
    return workstation


def _job(connection: sa.Connection, site: int, name: str, number: int) -> PrintJob:
    found = select_records(connection, PrintJob, PrintJob.KEY, [(site, number)])
    if not found or found[0].workstation != name:
        raise NotFoundError("There is no such print job.")
    return found[0]


def _is_open(site: int, name: str) -> sa.ColumnElement[bool]:
    return sa.and_(PRINT_JOB.c.site == site, PRINT_JOB.c.workstation == name, PRINT_JOB.c.open == 1)


def _count_open(connection: sa.Connection, site: int, name: str) -> int:
    wanted = sa.select(sa.func.count()).select_from(PRINT_JOB).where(_is_open(site, name))
    return int(connection.execute(wanted).scalar_one())


def _first_open(connection: sa.Connection, site: int, name: str) -> list[PrintJob]:
    wanted = sa.select(PRINT_JOB).where(_is_open(site, name))
    rows = connection.execute(wanted.order_by(PRINT_JOB.c.number).limit(LOOKED_AT_MAX))
    return [PrintJob(*row) for row in rows]


def _changed(connection: sa.Connection, before: PrintJob, job: PrintJob) -> PrintJob:
    update_records(connection, PrintJob, [(before, job)])
    return job
