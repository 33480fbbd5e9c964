"""The queue of a workstation, on both databases."""

import pytest

from server.db.engine import Database
from server.errors import ConflictError, InvalidError, NotFoundError
from server.labels.documents import LocationLabel, ToteLabel
from server.printing import queue, reading
from server.printing.queue import Attempt, Request
from server.printing.records import PrintJob, Workstation
from server.printing.rules import DOUBTS_MAX, LEASE_MS

NOW = 1_000_000
STATION = Workstation(1, "pack-1", "127.0.0.1:9100", 203, "status", NOW, "person/1")


@pytest.fixture(name="station")
def make_station(database: Database) -> Workstation:
    """Give a workstation, and another beside it."""
    queue.put_workstation(database, Workstation(1, "pack-2", "", 300, "status", NOW, "person/1"))
    return queue.put_workstation(database, STATION)


def ask(database: Database, code: str, name: str = "pack-1", site: int = 1) -> PrintJob:
    """Ask for the label of a tote."""
    return queue.ask(database, Request(site, name, ToteLabel(code), 1, "person/1"), NOW)


@pytest.mark.usefixtures("station")
def test_jobs_are_taken_in_order_one_at_a_time(database: Database) -> None:
    first, second = ask(database, "T-1"), ask(database, "T-2")
    assert (first.number, second.number) == (1, 2)

    taken = queue.take(database, 1, "pack-1", NOW)
    assert taken
    assert (taken.job.number, taken.job.tries, taken.workstation) == (1, 1, STATION)
    assert queue.take(database, 1, "pack-1", NOW) is None
    assert queue.take(database, 1, "pack-2", NOW) is None

    assert queue.tell(database, taken.job, "done", "", NOW).state == "done"
    following = queue.take(database, 1, "pack-1", NOW)
    assert following
    assert following.job.number == 2


@pytest.mark.usefixtures("station")
def test_job_of_which_nobody_tells_is_taken_again_as_a_copy_and_in_the_end_given_up(
    database: Database,
) -> None:
    ask(database, "T-1")
    ask(database, "T-2")
    now = NOW
    for doubts in range(DOUBTS_MAX + 1):
        taken = queue.take(database, 1, "pack-1", now)
        assert taken
        assert (taken.job.number, taken.job.doubts) == (1, doubts)
        now += LEASE_MS

    taken = queue.take(database, 1, "pack-1", now)

    assert taken
    assert taken.job.number == 2
    with database.reading() as connection:
        [row] = reading.prints(connection, 1, "pack-1", state="failed").rows
    assert (row.number, row.doubts, row.copy) == (1, 4, True)


@pytest.mark.usefixtures("station")
def test_printer_that_fails_is_due_later_and_a_job_for_an_agent_never(database: Database) -> None:
    assert queue.due(database, NOW) == []
    job = ask(database, "T-1")
    ask(database, "T-2", "pack-2")
    assert queue.due(database, NOW) == [STATION]
    assert queue.take(database, 1, "pack-1", NOW)

    queue.tell(database, Attempt(1, "pack-1", job.number, 1), "not_printed", "off", NOW)

    assert queue.due(database, NOW + 1_999) == []
    [station] = queue.due(database, NOW + 2_000)
    assert (station.failures, station.problem) == (1, "off")
    # What an admin puts anew is tried at once.
    queue.put_workstation(database, STATION)
    assert queue.due(database, NOW) == [STATION]


@pytest.mark.usefixtures("station")
def test_job_is_cancelled_or_printed_once_more(database: Database) -> None:
    job = ask(database, "T-1")

    assert queue.cancel(database, 1, "pack-1", job.number, NOW).state == "cancelled"
    assert queue.take(database, 1, "pack-1", NOW) is None
    assert queue.reprint(database, 1, "pack-1", job.number).state == "waiting"
    taken = queue.take(database, 1, "pack-1", NOW)
    assert taken
    assert taken.job.number == job.number


@pytest.mark.usefixtures("station")
def test_what_does_not_exist_is_not_found(database: Database) -> None:
    job = ask(database, "T-1")
    for site, name, number in ((1, "pack-2", job.number), (1, "pack-1", 99), (2, "pack-1", 1)):
        with pytest.raises(NotFoundError):
            queue.cancel(database, site, name, number, NOW)
        with pytest.raises(NotFoundError):
            queue.reprint(database, site, name, number)
        with pytest.raises(NotFoundError):
            queue.tell(database, Attempt(site, name, number, 1), "done", "", NOW)
    for site, name in ((1, "pack-9"), (2, "pack-1")):
        with pytest.raises(NotFoundError):
            ask(database, "T-1", name, site)
        with pytest.raises(NotFoundError):
            queue.take(database, site, name, NOW)


@pytest.mark.usefixtures("station")
def test_queue_has_an_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "OPEN_MAX", 2)
    for code in ("T-1", "T-2"):
        ask(database, code)

    with pytest.raises(ConflictError, match="2 jobs wait at pack-1"):
        ask(database, "T-3")
    assert ask(database, "T-3", "pack-2").number == 3


@pytest.mark.usefixtures("station")
def test_text_without_end_is_not_kept(database: Database) -> None:
    request = Request(1, "pack-1", LocationLabel("A-1", "x" * 10_000), 1, "person/1")

    with pytest.raises(InvalidError, match="8192 bytes"):
        queue.ask(database, request, NOW)


@pytest.mark.usefixtures("station")
def test_jobs_that_ended_long_ago_are_forgotten_and_their_numbers_stay_given(
    database: Database,
) -> None:
    numbers = [ask(database, f"T-{n}").number for n in range(4)]
    for number in (1, 2, 4):
        queue.cancel(database, 1, "pack-1", number, NOW)

    assert queue.forget(database, NOW + queue.KEPT_MS) == 0
    assert queue.forget(database, NOW + queue.KEPT_MS + 1) == 2

    with database.reading() as connection:
        kept = [row.number for row in reading.prints(connection, 1, "pack-1").rows]
    assert (numbers, kept) == ([1, 2, 3, 4], [4, 3])
    assert ask(database, "T-5").number == 5
