"""Questions and tasks are opened once and closed once."""

from server.lane.activity import Context, Stamp
from server.lane.picture import Picture
from server.lane.records import Lane
from server.ledger.discrepancies import (
    DEADLINE_MS,
    TASK_DUE_MS,
    close_discrepancy,
    close_task,
    open_discrepancy,
    open_task,
)
from server.ledger.records import Discrepancy, Task


def context_at(now: int, picture: Picture | None = None, seq: int = 1) -> Context:
    """An operation decided at a moment."""
    if picture is None:
        picture = Picture(complete=True)
        picture.put(Lane(1))
    return Context(picture, site=1, stream=8, epoch=1, seq=seq, stamp=Stamp(now), now=now)


def test_discrepancy_tells_what_where_by_whom_and_until_when() -> None:
    context = context_at(1_000)

    number = open_discrepancy(context, "short", 11, 5, expected=3, actual="none")

    found = context.picture.need(Discrepancy, (1, number))
    assert (found.kind, found.place, found.stock) == ("short", 11, 5)
    assert (found.expected, found.actual, found.opened_by) == ("3", "none", "8/1/1")
    assert (found.opened_at, found.deadline, found.open) == (1_000, 1_000 + DEADLINE_MS, 1)


def test_closing_a_discrepancy_again_changes_nothing() -> None:
    first = context_at(1_000)
    number = open_discrepancy(first, "short", 11, 5, expected=3, actual=0)

    close_discrepancy(context_at(2_000, first.picture, seq=2), number, "found")
    close_discrepancy(context_at(3_000, first.picture, seq=3), number, "again")

    found = first.picture.need(Discrepancy, (1, number))
    assert (found.open, found.closed_at, found.closed_by, found.note) == (
        None,
        2_000,
        "8/1/2",
        "found",
    )


def test_count_that_a_question_asks_for_says_so_and_other_tasks_have_no_occasion() -> None:
    context = context_at(1_000)

    for kind in ("count", "review"):
        open_task(context, kind, place=11)

    found = {task.kind: task.occasion for task in context.picture.all(Task)}
    assert found == {"count": "exception", "review": ""}


def test_task_is_due_and_is_closed_once() -> None:
    first = context_at(1_000)
    number = open_task(first, "count", place=11, quantity=4)
    task = first.picture.need(Task, (1, number))
    assert (task.kind, task.place, task.quantity, task.due) == ("count", 11, 4, 1_000 + TASK_DUE_MS)

    close_task(context_at(2_000, first.picture, seq=2), task, "done")
    closed = first.picture.need(Task, (1, number))
    close_task(context_at(3_000, first.picture, seq=3), closed, "again")

    assert first.picture.need(Task, (1, number)) == closed
    assert (closed.open, closed.closed_at, closed.closed_by, closed.note) == (
        None,
        2_000,
        "8/1/2",
        "done",
    )
