"""What a server keeps of what lanes, calls and pulls tell it."""

import threading
from collections.abc import Iterator

import pytest

from device_protocol.operations import Move, Receive
from server.activities import ACTIVITIES
from server.clock import FixedClock
from server.db.engine import Database
from server.lane.lane import Lane, run_group
from server.lane.store import SqlStore
from server.ledger.listings import LISTINGS
from server.observing.observing import UNOBSERVED, Observing, kind_of, verdict_of
from server.sync.batches import Batch
from server.sync.job import Job
from server.sync.push import PushRules
from tests.floor import Floor, Handheld
from tests.observing.reading import names, value


class Seconds:
    """A clock that goes on by a tenth of a second at each look."""

    def __init__(self) -> None:
        """Begin."""
        self.now = 0.0

    def __call__(self) -> float:
        """Look."""
        self.now += 0.1
        return self.now


@pytest.fixture
def observing(database: Database, clock: FixedClock) -> Iterator[Observing]:
    """Give what observes a database."""
    opened = Observing(database, clock.now, now_s=Seconds())
    yield opened
    opened.stop()


@pytest.fixture
def floor(database: Database) -> Floor:
    """Give a floor on that database."""
    return Floor(SqlStore(database.writing, LISTINGS))


def receipt(handheld: Handheld, *items: str) -> Batch:
    """One batch that receives some items."""
    first = handheld.sent + 1
    for item in items:
        handheld.write(Receive(quantity=1, owner="ACME", item=item, to="A-01", ended=1_000))
    handheld.sent = len(handheld.lines)
    return handheld.batch(first, handheld.sent)


def test_operations_are_counted_by_kind_outcome_and_code(
    observing: Observing, floor: Floor, database: Database
) -> None:
    handheld = floor.handheld()
    batch = receipt(handheld, "A1", "A2", "NOBODY-KNOWS")
    handheld.write_line(b"no operation")
    handheld.write(Move(quantity=1, owner="ACME", item="A1", source="A-01", to="A-02", ended=9_000))
    late = handheld.batch(handheld.sent + 1, len(handheld.lines))
    store = SqlStore(database.writing, LISTINGS)

    # The first batch comes again in the same group as the second: what was known is not counted.
    run_group(store, floor.rules, [batch], lambda: floor.now, observing)
    run_group(store, floor.rules, [batch, late], lambda: floor.now, observing)

    told = observing.exposed()
    counted = "totebook_operations_total"
    assert value(told, counted, kind="receive", outcome="applied", code="") == 2
    assert value(told, counted, kind="receive", outcome="flagged") == 1
    assert value(told, counted, kind="move", outcome="applied") == 1
    assert value(told, counted, kind="unreadable", outcome="parked") == 1


def test_group_tells_its_size_steps_and_statements(
    observing: Observing, floor: Floor, database: Database
) -> None:
    store = SqlStore(database.writing, LISTINGS)

    run_group(store, floor.rules, [receipt(floor.handheld(), "A1")], lambda: floor.now, observing)

    told = observing.exposed()
    assert value(told, "totebook_group_operations_sum") == 2
    for step in ("hold", "load", "decide", "write", "commit"):
        assert value(told, "totebook_group_step_seconds_count", step=step) == 1
        assert value(told, "totebook_group_step_seconds_sum", step=step) > 0.09
    assert 10 < value(told, "totebook_group_statements_sum") < 60


class Gate(PushRules):
    """Rules that wait before each batch until they are let go on."""

    def __init__(self) -> None:
        """Begin closed."""
        super().__init__(ACTIVITIES)
        self.arrived = threading.Event()
        self.open = threading.Event()

    def job(self, batch: Batch) -> Job:
        """Wait, then go on."""
        self.arrived.set()
        self.open.wait(10)
        return super().job(batch)


def test_what_waits_for_a_lane_is_told(
    observing: Observing, floor: Floor, database: Database
) -> None:
    rules = Gate()
    lane = Lane(SqlStore(database.writing, LISTINGS), rules, lambda: floor.now, observer=observing)
    first = lane.submit(receipt(floor.handheld(1), "A1", "A2"))
    rules.arrived.wait(10)
    second = lane.submit(receipt(floor.handheld(2), "A1"))

    waiting = observing.metrics.exposed()
    rules.open.set()
    assert {first.result(10).status, second.result(10).status} == {"taken"}
    lane.close()

    # Each handheld's first line anchors its clock.
    assert value(waiting, "totebook_lane_waiting_operations") == 2
    told = observing.exposed()
    assert value(told, "totebook_lane_waiting_operations") == 0
    assert value(told, "totebook_lane_wait_seconds_count") == 2
    assert value(told, "totebook_lane_wait_seconds_sum") > 0.15


def test_calls_and_pulls_are_told(observing: Observing) -> None:
    observing.answered("POST", "/device/v1/push", 200, 0.02)
    observing.answered("POST", "/device/v1/push", 503, 0.5)
    observing.pulled(2_000)
    observing.pulled(-5)

    told = observing.exposed()
    route = "/device/v1/push"
    assert value(told, "totebook_http_answers_total", route=route, status="503") == 1
    assert value(told, "totebook_http_seconds_sum", route=route, method="POST") == 0.52
    assert value(told, "totebook_feed_lag_seconds_sum") == 2


def test_who_is_not_observed_keeps_nothing() -> None:
    UNOBSERVED.answered("GET", "/health", 200, 0.1)
    UNOBSERVED.pulled(1)
    UNOBSERVED.stop()

    assert UNOBSERVED.exposed() == b""


def test_database_in_use_is_told(observing: Observing, database: Database) -> None:
    with database.reading():
        during = observing.metrics.exposed()

    assert value(during, "totebook_connections_in_use", pool="reading") == 1
    assert value(observing.exposed(), "totebook_connections_in_use", pool="reading") == 0
    assert value(during, "totebook_connections_max", pool="reading") > 1


def test_stopped_observer_hears_no_statement(observing: Observing, database: Database) -> None:
    observing.stop()
    before = observing.statements.tally.count

    with database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")

    assert observing.statements.tally.count == before


def test_names_begin_with_the_product(observing: Observing) -> None:
    assert all(name.startswith("totebook_") for name in names(observing.exposed()))


def test_kinds_and_verdicts_have_plain_names() -> None:
    assert kind_of(Move) == "move"
    assert kind_of(dict) == "dict"
    assert verdict_of(b'{"outcome":"flagged","code":"negative"}') == ("flagged", "negative")
