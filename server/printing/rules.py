"""What becomes of a print job: pure decisions on jobs and workstations.

Paper can't be printed exactly once. A try that surely printed nothing is tried again as it was; a
try that may have printed is tried again as a marked copy; what a printer took is done.
"""

import re
from typing import Literal, NamedTuple

from msgspec.structs import replace

from server.errors import ConflictError, InvalidError
from server.printing.records import PrintJob, Workstation

Result = Literal["done", "not_printed", "doubtful", "failed"]
"""done: the printer has it. not_printed: surely no paper. doubtful: perhaps. failed: never will."""

LEASE_MS = 120_000
"""So long a try may take; whoever began it and says nothing by then leaves a doubt."""
DOUBTS_MAX = 3
RETRY_MS_LEAST = 2_000
RETRY_MS_MOST = 60_000
PROBLEM_MAX = 200
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):(?P<port>\d{1,5})")
_PORT_MAX = 65_535


class Address(NamedTuple):
    """Where a printer listens."""

    host: str
    port: int


def read_address(text: str) -> Address:
    """Read host:port, or raise InvalidError; a raw printer port is mostly 9100.

    >>> read_address("[fe80::1]:9100")
    Address(host='fe80::1', port=9100)
    """
    matched = _ADDRESS.fullmatch(text)
    if matched is None or not 0 < int(matched["port"]) <= _PORT_MAX:
        detail = "A printer is named as host:port, like 10.0.4.17:9100."
        raise InvalidError(detail, pointers=[("/printer", "must be host:port")])
    return Address(matched["host"].strip("[]"), int(matched["port"]))


def is_copy(job: PrintJob) -> bool:
    """Whether paper of this job may be there already, so that the next says so."""
    return job.doubts > 0 or job.reprints > 0


def lapsed(job: PrintJob, now: int) -> PrintJob:
    """The job as it is now: a try that nobody answered for in time is a doubt."""
    if job.state != "sent" or now - (job.sent_at or 0) < LEASE_MS:
        return job
    return _doubtful(job, "nobody told what became of the last try", now)


def taken(job: PrintJob, now: int) -> PrintJob:
    """The job as it is while somebody tries it."""
    return replace(job, state="sent", sent_at=now, tries=job.tries + 1)


def told(job: PrintJob, attempt: int, result: Result, problem: str, now: int) -> PrintJob:
    """The job after somebody told what became of a try.

    What has ended stays; of an older try only that it printed still matters.
    """
    if job.open is None or (job.tries != attempt and result != "done"):
        return job
    if result == "done":
        return _ended(job, "done", "", now)
    if result == "failed":
        return _ended(job, "failed", problem, now)
    if job.state != "sent":
        return job
    if result == "doubtful":
        return _doubtful(job, problem, now)
    return replace(job, state="waiting", sent_at=None, problem=problem[:PROBLEM_MAX])


def cancelled(job: PrintJob, now: int) -> PrintJob:
    """The job, not to be printed any more; ConflictError once it is tried or has ended."""
    if job.state == "cancelled":
        return job
    if job.state != "waiting":
        raise ConflictError(f"Print job {job.number} can't be cancelled: it is {job.state}.")
    return _ended(job, "cancelled", "", now)


def reprinted(job: PrintJob) -> PrintJob:
    """The job, to be printed once more under its own number; while it is open it will be anyway."""
    if job.open is not None:
        raise ConflictError(f"Print job {job.number} is still {job.state}: it will be printed.")
    # What was cancelled before any try has no paper that could be mistaken for it.
    again = job.reprints + (1 if job.tries else 0)
    return replace(
        job,
        state="waiting",
        open=1,
        sent_at=None,
        ended_at=None,
        doubts=0,
        reprints=again,
        problem="",
    )


def after(workstation: Workstation, result: Result, problem: str, now: int) -> Workstation:
    """The workstation after a try: a printer that fails is tried less and less often."""
    if result == "failed":
        return workstation
    if result == "done":
        return replace(workstation, failures=0, retry_at=0, problem="")
    delay_ms = min(RETRY_MS_MOST, RETRY_MS_LEAST << min(workstation.failures, 10))
    return replace(
        workstation,
        failures=workstation.failures + 1,
        retry_at=now + delay_ms,
        problem=problem[:PROBLEM_MAX],
    )


def _doubtful(job: PrintJob, problem: str, now: int) -> PrintJob:
    doubts = job.doubts + 1
    if doubts > DOUBTS_MAX:
        whole = f"{problem}; {doubts} tries are in doubt, see whether it is there"
        return _ended(replace(job, doubts=doubts), "failed", whole, now)
    waiting = replace(job, state="waiting", sent_at=None, doubts=doubts)
    return replace(waiting, problem=problem[:PROBLEM_MAX])


def _ended(job: PrintJob, state: str, problem: str, now: int) -> PrintJob:
    return replace(
        job, state=state, open=None, sent_at=None, ended_at=now, problem=problem[:PROBLEM_MAX]
    )
