"""When something happened: anchored, bounded or claimed, rising, and the same however it came."""

import random

import pytest

from device_protocol.operations import Clock, Operation, Receive, Seen
from server.lane.activity import Stamp
from server.lane.records import StoredOperation, Stream
from server.sync.clocks import StreamClock
from tests.floor import START, Floor, Handheld
from tests.sayings import all_of

OPENED = 1_000_000


def new_stream() -> Stream:
    """A stream that has heard nothing."""
    return Stream(1, 1_000_001, 1, 1, b"", opened_at=OPENED)


def new_clock() -> StreamClock:
    """The clock of a stream that has heard nothing."""
    return StreamClock(new_stream())


def at(ended: int, boot: int = 0) -> Seen:
    """Something that ended at a monotonic moment of a boot."""
    return Seen(scope="1", cursor=1, ended=ended, boot=boot)


def anchor(server: int, ended: int, round_trip: int = 0, boot: int = 0, wall: int = 0) -> Clock:
    """What the server's clock read."""
    return Clock(server=server, ended=ended, round_trip=round_trip, boot=boot, wall=wall)


def stamps(clock: StreamClock, *operations: Operation) -> list[Stamp]:
    """The times of operations in their order."""
    return [clock.of_device(operation) for operation in operations]


def test_time_after_an_anchor_is_as_far_from_it_as_the_device_says() -> None:
    clock = new_clock()

    first, later = stamps(clock, anchor(5_000_000, ended=100, round_trip=80), at(1_100))

    assert first == Stamp(5_000_040, 41, "anchored")
    assert later == Stamp(5_001_040, 41, "anchored")


def test_uncertainty_grows_with_the_drift_of_a_quartz() -> None:
    _, hour_later = stamps(new_clock(), anchor(5_000_000, ended=0), at(3_600_000))

    assert hour_later == Stamp(8_600_000, 1 + 180, "anchored")


def test_what_ended_before_the_anchor_of_its_boot_is_reckoned_back() -> None:
    clock = new_clock()
    clock._take_anchor(anchor(5_000_000, ended=10_000), 5_000_000)

    assert clock.of_device(at(4_000)) == Stamp(4_994_000, 1, "anchored")


def test_better_anchor_of_the_same_boot_is_taken() -> None:
    clock = new_clock()
    stamps(clock, anchor(5_000_000, ended=0, round_trip=2_000))

    better, later = stamps(clock, anchor(5_002_000, ended=1_000, round_trip=10), at(2_000))

    assert better == Stamp(5_002_005, 6, "anchored")
    assert later == Stamp(5_003_005, 6, "anchored")


def test_worse_anchor_of_the_same_boot_is_left_until_drift_has_made_it_the_better() -> None:
    clock = new_clock()
    stamps(clock, anchor(5_000_000, ended=0, round_trip=10))

    (worse,) = stamps(clock, anchor(5_009_999, ended=10_000, round_trip=400))
    assert worse == Stamp(5_010_005, 6, "anchored")

    (now_better,) = stamps(clock, anchor(14_000_000, ended=9_000_000, round_trip=400))
    assert now_better == Stamp(14_000_200, 201, "anchored")


def test_anchor_of_another_boot_is_taken_however_bad() -> None:
    clock = new_clock()
    stamps(clock, anchor(5_000_000, ended=9_000, round_trip=2))

    first, later = stamps(
        clock, anchor(6_000_000, ended=50, round_trip=4_000, boot=1), at(1_050, boot=1)
    )

    assert first == Stamp(6_002_000, 2_001, "anchored")
    assert later == Stamp(6_003_000, 2_001, "anchored")


def test_boot_without_an_anchor_is_bounded_by_what_came_before() -> None:
    clock = new_clock()

    _, before, after = stamps(clock, anchor(5_000_000, ended=0), at(1_000), at(600, boot=1))

    assert before == Stamp(5_001_000, 1, "anchored")
    assert after == Stamp(5_001_300, 300, "bounded")
    assert after.earliest == before.mid


def test_clock_line_without_an_answer_of_the_server_anchors_nothing() -> None:
    first, later = stamps(new_clock(), Clock(ended=100, wall=7), at(200))

    assert (first.quality, later.quality) == ("claimed", "claimed")


def test_stream_that_never_heard_the_server_only_claims_its_times() -> None:
    first, later = stamps(new_clock(), at(500), at(2_000, boot=3))

    assert first == Stamp(OPENED, 500, "claimed")
    assert later == Stamp(OPENED + 1, 2_000, "claimed")


@pytest.mark.spec("DP-CLOCK-3")
def test_times_of_a_stream_always_rise() -> None:
    clock = new_clock()

    told = stamps(
        clock,
        anchor(5_000_000, ended=10_000),
        at(10_000),
        at(2_000),
        anchor(4_000_000, ended=10_001, boot=1),
        at(0, boot=2),
        at(0, boot=2),
    )
    told.append(clock.of_unreadable())

    mids = [stamp.mid for stamp in told]
    assert mids == sorted(set(mids))
    assert told[1].mid == 5_000_001


def test_line_that_cannot_be_read_stands_just_after_the_one_before() -> None:
    clock = new_clock()
    stamps(clock, anchor(5_000_000, ended=0))

    assert clock.of_unreadable() == Stamp(5_000_001, 0, "claimed")


def test_server_side_streams_take_the_servers_time_and_rise() -> None:
    clock = new_clock()

    assert [clock.of_server(9), clock.of_server(9), clock.of_server(50)] == [
        Stamp(9),
        Stamp(10),
        Stamp(50),
    ]


def test_wall_clock_is_kept_for_the_record_and_changes_no_time() -> None:
    clock, other = new_clock(), new_clock()

    told = stamps(clock, anchor(5_000_000, ended=0, wall=4_000_000), at(10))

    assert told == stamps(other, anchor(5_000_000, ended=0), at(10))
    assert clock.kept(new_stream()).wall_offset == 1_000_000
    assert other.kept(new_stream()).wall_offset is None


def test_stream_that_heard_nothing_keeps_no_boot() -> None:
    clock = new_clock()
    clock.of_device(at(5))

    kept = clock.kept(new_stream())

    assert (kept.boot, kept.mid) == (None, OPENED)


def day_of(source: random.Random) -> list[Operation]:
    """Operations with reboots, anchors good and bad, and clocks that jump."""
    operations: list[Operation] = []
    boot, ended = 0, 0
    for _ in range(40):
        if source.random() < 0.1:
            boot, ended = boot + 1, 0
        ended += source.randint(0, 5_000)
        if source.random() < 0.2:
            server = START + source.randint(0, 400_000)
            trip = source.choice((0, 40, 3_000))
            operations.append(anchor(server, ended, trip, boot, wall=source.randint(0, 9)))
        else:
            operations.append(at(ended - source.choice((0, 0, 900)), boot))
    return operations


@pytest.mark.parametrize("seed", range(20))
def test_cutting_a_stream_anywhere_gives_the_same_times(seed: int) -> None:
    source = random.Random(seed)
    operations = day_of(source)
    whole = stamps(new_clock(), *operations)

    stream, pieced = new_stream(), []
    while operations:
        cut = source.randint(1, len(operations))
        clock = StreamClock(stream)
        pieced += stamps(clock, *operations[:cut])
        stream = clock.kept(stream)
        operations = operations[cut:]

    assert pieced == whole


@pytest.mark.spec("DP-CLOCK-3")
def test_stored_operations_keep_their_interval_and_its_quality() -> None:
    floor = Floor()
    handheld, silent = floor.handheld(1), Handheld(floor, 2, anchored=False)
    received = Receive(quantity=1, owner="ACME", item="A1", to="D-1", ended=1_000)

    handheld.do(received)
    silent.do(received)

    kept = [
        (each.stream, each.seq, each.occurred_at, each.uncertainty, each.quality)
        for each in all_of(floor, StoredOperation)
    ]
    assert sorted(kept) == [
        (handheld.stream, 1, START, 1, "anchored"),
        (handheld.stream, 2, START + 1_000, 1, "anchored"),
        (silent.stream, 1, START, 1_000, "claimed"),
    ]
