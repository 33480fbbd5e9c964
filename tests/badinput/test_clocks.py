"""Clocks that are years off, or were set: times are marked, and nothing stands still for them."""

import pytest

from device_protocol.operations import Clock, Count, CountLine, Receive
from server.db.engine import Database
from server.lane.records import StoredOperation, Stream
from server.lane.store import SqlStore
from server.ledger.listings import LISTINGS
from server.ledger.records import Task
from server.sync.clocks import StreamClock
from server.sync.verify import verify
from tests.floor import START, Floor, Handheld, sql_balances
from tests.sayings import all_of

YEAR_MS = 365 * 24 * 3_600_000
A1 = ("A-01", "1000001:A1|good")


def receive(quantity: int, ended: int, boot: int = 0) -> Receive:
    """Units of A1 into the first bin."""
    return Receive(quantity=quantity, owner="ACME", item="A1", to="A-01", ended=ended, boot=boot)


def counted(quantity: int, ended: int, boot: int = 0) -> Count:
    """The first bin, counted."""
    line = CountLine(owner="ACME", item="A1", quantity=quantity)
    return Count(place="A-01", lines=(line,), complete=True, ended=ended, boot=boot)


def anchored(server: int, ended: int = 0, boot: int = 0) -> Clock:
    """What a server is said to have read."""
    return Clock(server=server, ended=ended, boot=boot)


def test_count_from_the_future_does_not_keep_a_bin_from_being_counted(database: Database) -> None:
    floor = Floor(SqlStore(database.writing, LISTINGS))
    ahead = Handheld(floor, 1, anchored=False)
    other = floor.handheld(2)

    _, posted, asked = ahead.do(anchored(START + 10 * YEAR_MS), receive(7, 5), counted(4, ended=10))
    other.do(receive(10, 1_000))
    floor.now += 1_000_000
    (variance,) = other.do(counted(12, 1_500_000))

    assert (posted["outcome"], posted["code"]) == ("flagged", "impossible_time")
    assert posted["actual"] == str(START + 10 * YEAR_MS + 5)
    assert (asked["code"], asked["then"]) == ("time_only_claimed", "one recount is asked for")
    assert (variance["code"], variance["expected"], variance["actual"]) == (
        "count_variance",
        "17",
        "12",
    )
    assert sql_balances(database) == {A1: 12}
    assert verify(database, None).findings == []


def test_clock_that_is_years_behind_is_posted_in_the_order_of_its_stream() -> None:
    floor = Floor()
    behind = Handheld(floor, 1, anchored=False)

    outcomes = behind.do(anchored(START - 10 * YEAR_MS), receive(3, 5), receive(4, 1))

    assert [each["outcome"] for each in outcomes] == ["applied"] * 3
    assert floor.balances() == {A1: 7}


def test_wall_clock_of_a_device_is_kept_and_believed_in_nothing() -> None:
    floor = Floor()
    handheld = Handheld(floor, 1, anchored=False)

    handheld.do(Clock(server=START, wall=START - 30 * YEAR_MS), receive(3, 5))

    (stream,) = [each for each in all_of(floor, Stream) if each.stream == handheld.stream]
    assert (stream.mid, stream.wall_offset) == (START + 5, 30 * YEAR_MS)


@pytest.mark.parametrize("off", [10 * YEAR_MS, -10 * YEAR_MS])
def test_clock_that_was_set_right_is_believed_from_then_on(off: int) -> None:
    floor = Floor()
    handheld = Handheld(floor, 1, anchored=False)
    handheld.do(anchored(START + off), receive(1, 5))

    *_, late = handheld.do(anchored(START + 1_000, ended=1_000), receive(2, 1_500))

    assert late == {"outcome": "applied"}
    newest = max(all_of(floor, StoredOperation), key=lambda each: each.seq)
    # What was told before stays, and times rise: the last of it was taken for the present.
    assert newest.occurred_at == (START + 1_500 if off < 0 else floor.now + 3)
    assert newest.quality == "anchored"


def test_device_on_which_years_pass_at_every_start_is_heard_without_end() -> None:
    floor = Floor()
    handheld = floor.handheld()
    for boot in range(1, 2_200):
        handheld.write(receive(1, ended=2**53 - 1, boot=boot))

    outcomes = [
        outcome
        for first in range(1, len(handheld.lines), 500)
        for outcome in floor.run(
            handheld.batch(first, min(first + 499, len(handheld.lines)))
        ).outcomes
    ]

    assert len(outcomes) == 2_200
    assert floor.balances() == {A1: 2_199}
    times = [each.occurred_at for each in all_of(floor, StoredOperation)]
    assert max(times) < floor.now + 2_300


@pytest.mark.parametrize(
    "operation",
    [
        Clock(server=START, ended=5, round_trip=-(2**53) + 1),
        Clock(server=2**53 - 1, ended=-(2**53) + 1, round_trip=2**53 - 1),
        Clock(server=-(2**53) + 1, ended=2**53 - 1),
        Clock(ended=-(2**53) + 1),
        receive(1, ended=2**53 - 1),
        receive(1, ended=-(2**53) + 1, boot=-5),
    ],
)
def test_no_number_of_a_clock_leads_before_the_beginning_or_out_of_a_row(operation: Clock) -> None:
    clock = StreamClock(Stream(1, 1_000_001, 1, 1, b"", opened_at=START))

    for _ in range(3):
        stamp = clock.of_device(operation, START)
        assert 0 <= stamp.half <= stamp.mid <= START + 300_000
        assert stamp.earliest >= 0


def test_years_of_work_stay_open_to_a_person(database: Database) -> None:
    floor = Floor(SqlStore(database.writing, LISTINGS))
    handheld = Handheld(floor, 1, anchored=False)

    handheld.do(anchored(2**53 - 1), counted(4, 10))

    with database.reading() as connection:
        rows = connection.exec_driver_sql(f"SELECT kind, due FROM {Task.TABLE}").all()  # noqa: S608
    assert [kind for kind, _ in rows] == ["recount"]
    assert all(due < START + YEAR_MS for _, due in rows)
