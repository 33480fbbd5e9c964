"""One operation that can't be decided or written never hurts its neighbours, nor stops the site."""

import random
import threading
from collections.abc import Callable, Iterator, MutableMapping
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from device_protocol.operations import Operation, Receive
from server.activities import ACTIVITIES
from server.db.engine import Database
from server.lane.activity import Activity, Context
from server.lane.lane import Lane
from server.lane.picture import Picture
from server.lane.records import Outgoing
from server.lane.store import SqlSession, SqlStore
from server.lane.want import Want
from server.ledger.discrepancies import open_task
from server.ledger.listings import LISTINGS
from server.ledger.records import Task
from server.sync.batches import Batch
from server.sync.push import PushRules
from server.sync.verify import verify
from tests.floor import SITE, Floor, sql_balances
from tests.sayings import all_of

GOOD, POISON = "A1", "A5"
FAULT = {
    "outcome": "parked",
    "code": "internal_error",
    "then": "kept; a person or a newer version resolves it",
}


def receive(item: str, quantity: int = 1) -> Receive:
    """Units of an item of ACME at the dock."""
    return Receive(quantity=quantity, owner="ACME", item=item, to="D-1", ended=1_000)


def rules_with(activity: Activity) -> PushRules:
    """All rules, with one activity replaced."""
    others = tuple(each for each in ACTIVITIES if each.message is not activity.message)
    return PushRules((*others, activity))


RECEIVE = next(each for each in ACTIVITIES if each.message is Receive)


def buggy(operation: Receive, picture: Picture, context: Context) -> None:
    """Receive, with a bug that only one item meets, after some of it was posted."""
    RECEIVE.decide(operation, picture, context)
    if operation.item == POISON:
        open_task(context, "count")
        raise ZeroDivisionError


def forgetful(operation: Receive, picture: Picture, context: Context) -> None:
    """Receive, reading for one item what was never named."""
    RECEIVE.decide(operation, picture, context)
    if operation.item == POISON:
        picture.get(Task, (SITE, 77))


def unwritable(operation: Receive, picture: Picture, context: Context) -> None:
    """Receive, adding for one item a row whose key is not new."""
    RECEIVE.decide(operation, picture, context)
    if operation.item == POISON:
        picture.add(Outgoing(SITE, SITE, 1, b"{}"))


def insatiable(operation: Receive, want: Want, context: Context) -> Iterator[None]:
    """Name, for one item, something more in every round."""
    while operation.item == POISON:
        want.row(Task, (SITE, want.asked))
        yield
    yield from RECEIVE.needs(operation, want, context) or ()


class Gate:
    """A store that opens no transaction until it is told to."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.opened = threading.Event()

    @contextmanager
    def session(self, sites: list[int]) -> Iterator[SqlSession]:
        """Wait, then begin."""
        assert self.opened.wait(10)
        with self.store.session(sites) as session:
            yield session


def together(floor: Floor, rules: PushRules, *batches: Batch) -> list[list[dict[str, Any]]]:
    """Send batches so that all but the first wait while a group is under way; their outcomes."""
    assert isinstance(floor.store, SqlStore)
    gate = Gate(floor.store)
    lane = Lane(gate, rules, lambda: floor.now)
    try:
        futures: list[Future[Any]] = [lane.submit(batch) for batch in batches]
        gate.opened.set()
        answers = [future.result(20) for future in futures]
    finally:
        gate.opened.set()
        lane.close()
    return [[msgspec.json.decode(outcome) for outcome in each.outcomes] for each in answers]


def batch_of(floor: Floor, number: int, *operations: Operation) -> Batch:
    """Everything a device writes."""
    handheld = floor.handheld(number)
    for operation in operations:
        handheld.write(operation)
    return handheld.batch(1, len(handheld.lines))


def sql_floor(database: Database) -> Floor:
    """The test floor on a database."""
    return Floor(SqlStore(database.writing, LISTINGS))


@pytest.fixture(autouse=True)
def events() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged; nothing is printed."""
    with capture_logs() as logged:
        yield logged


def failures(events: list[MutableMapping[str, Any]]) -> list[str]:
    """The events in the order in which they were logged."""
    return [event["event"] for event in events]


@pytest.mark.parametrize(
    ("decide", "event"), [(buggy, "decision_failed"), (forgetful, "decision_unloaded")]
)
def test_bug_in_one_decision_parks_that_operation_alone(
    decide: Callable[[Receive, Picture, Context], None],
    event: str,
    events: list[MutableMapping[str, Any]],
) -> None:
    floor = Floor()
    floor.rules = rules_with(Activity(Receive, RECEIVE.needs, decide))
    handheld, neighbour = floor.handheld(1), floor.handheld(2)

    outcomes = handheld.do(receive(GOOD, 2), receive(POISON, 5), receive(GOOD, 3))
    others = neighbour.do(receive(GOOD, 4))

    assert outcomes == [{"outcome": "applied"}, FAULT, {"outcome": "applied"}]
    assert others == [{"outcome": "applied"}]
    assert floor.balances() == {("D-1", "1000001:A1|good"): 9}
    assert failures(events) == [event]
    assert all_of(floor, Task) == []


@pytest.mark.parametrize(
    "activity",
    [
        Activity(Receive, RECEIVE.needs, unwritable),
        Activity(Receive, insatiable, RECEIVE.decide),
    ],
    ids=["not written", "not loaded"],
)
def test_poison_is_sought_by_batch_then_by_operation_then_parked(
    database: Database, activity: Activity, events: list[MutableMapping[str, Any]]
) -> None:
    floor = sql_floor(database)
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO outbox VALUES (1, 1, 1, '{}')")
    rules = rules_with(activity)
    first = batch_of(floor, 1, receive(GOOD, 1))
    second = batch_of(floor, 2, receive(GOOD, 2), receive(POISON, 50), receive(GOOD, 3))
    third = batch_of(floor, 3, receive(GOOD, 4))

    outcomes = together(floor, rules, first, second, third)

    applied = {"outcome": "applied"}
    assert outcomes == [[applied] * 2, [applied, applied, FAULT, applied], [applied] * 2]
    assert sql_balances(database) == {("D-1", "1000001:A1|good"): 10}
    assert failures(events) == ["group_failed", "batch_failed", "operation_parked"]
    assert verify(database, None).findings == []


def test_site_goes_on_after_poison(database: Database) -> None:
    floor = sql_floor(database)
    rules = rules_with(Activity(Receive, RECEIVE.needs, unwritable))
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO outbox VALUES (1, 1, 1, '{}')")
    poisoned = batch_of(floor, 1, receive(POISON))
    (outcomes,) = together(floor, rules, poisoned)

    (again,) = together(floor, rules, poisoned)
    (later,) = together(floor, rules, batch_of(floor, 2, receive(GOOD, 3)))

    assert outcomes == again == [{"outcome": "applied"}, FAULT]
    assert later == [{"outcome": "applied"}] * 2


def test_code_too_long_for_an_index_does_not_stop_the_site(database: Database) -> None:
    floor = sql_floor(database)
    source = random.Random(1)
    code = "".join(source.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(7_000))
    scanned = Receive(quantity=2, code=code, to="D-1", ended=1_000)

    (outcomes,) = together(floor, floor.rules, batch_of(floor, 1, scanned, receive(GOOD, 3)))

    assert outcomes[1]["outcome"] in ("flagged", "parked")
    assert outcomes[2] == {"outcome": "applied"}
    assert sql_balances(database)["D-1", "1000001:A1|good"] == 3
