"""Discrepancies and tasks: opened by what shows a difference, closed by what explains it."""

from msgspec.structs import replace

from server.lane.activity import Context
from server.ledger.records import Discrepancy, Task

HOUR_MS = 3_600_000
DEADLINE_MS = 24 * HOUR_MS
TASK_DUE_MS = 4 * HOUR_MS


def open_discrepancy(
    context: Context, kind: str, place: int, stock: int, *, expected: object, actual: object
) -> int:
    """Open a discrepancy at a key and place, and answer its id."""
    number = context.new_id()
    context.picture.add(
        Discrepancy(
            site=context.site,
            id=number,
            kind=kind,
            place=place,
            stock=stock,
            expected=str(expected),
            actual=str(actual),
            opened_at=context.now,
            opened_by=context.name,
            deadline=context.now + DEADLINE_MS,
        )
    )
    return number


def close_discrepancy(
    context: Context, number: int, note: str = "", *, cause: str = "", explained_by: str = ""
) -> None:
    """Close a discrepancy by the operation being decided; closing twice changes nothing."""
    found = context.picture.need(Discrepancy, (context.site, number))
    if found.open is not None:
        closed = replace(found, open=None, closed_at=context.now, closed_by=context.name, note=note)
        context.picture.put(replace(closed, cause=cause, explained_by=explained_by))


def open_task(context: Context, kind: str, **about: int | str | None) -> int:
    """Ask a person to do something; `about` are fields of the task."""
    number = context.new_id()
    task = Task(
        site=context.site,
        id=number,
        kind=kind,
        opened_at=context.now,
        opened_by=context.name,
        due=context.now + TASK_DUE_MS,
        occasion="exception" if kind == "count" else "",
    )
    context.picture.add(replace(task, **about))
    return number


def close_task(context: Context, task: Task, note: str = "") -> None:
    """Say that a task was done by the operation being decided."""
    if task.open is not None:
        context.picture.put(
            replace(task, open=None, closed_at=context.now, closed_by=context.name, note=note)
        )
