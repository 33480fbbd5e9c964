"""Deliveries between lanes: exactly once, through crashes and repeats, on both databases."""

import threading
from collections.abc import Iterator

import msgspec
import pytest
import sqlalchemy as sa

from server import worker
from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import Database
from server.errors import UnavailableError
from server.identity.messages import DisablePerson, PutPerson
from server.ids import SeededRandomness
from server.lane.activity import DESK, NETWORK, OUTBOX, TIMER
from server.lane.models import OPERATION
from server.lane.models import OUTBOX as MESSAGES
from server.sync.models import DOCUMENT
from server.sync.records import Document
from server.worker import TICK_MS, TOMBSTONES_MS

SITE = 1
KEY = "a key of sessions for tests alone"
HASH = "argon2 hash"
FROM_NETWORK = OUTBOX + NETWORK


@pytest.fixture
def core(database: Database, clock: FixedClock, randomness: SeededRandomness) -> Iterator[Core]:
    """Give a core without a thread that delivers: tests do so when they want."""
    settings = Settings(secret_key=KEY)
    opened = Core.over(database, settings, clock=clock, randomness=randomness, delivers=False)
    yield opened
    opened.stop()


def disable_somebody(core: Core, code: str) -> None:
    """Have the network send a message to site 1."""
    put = PutPerson(code=code, role="operator", secret=HASH, home=SITE)
    answer = core.lanes.say(NETWORK, DESK, put).result()
    person = msgspec.json.decode(answer.outcomes[0])["grant"]["id"]
    core.lanes.say(NETWORK, DESK, DisablePerson(person=person)).result()


def count(core: Core, *conditions: sa.ColumnElement[bool]) -> int:
    """How many operations are stored."""
    wanted = sa.select(sa.func.count()).select_from(OPERATION).where(*conditions)
    with core.database.reading() as connection:
        return int(connection.scalar(wanted) or 0)


def waiting(core: Core) -> int:
    """How many messages wait in outboxes."""
    with core.database.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(MESSAGES)) or 0)


def delivered(core: Core) -> int:
    """How many messages of the network site 1 has stored."""
    return count(core, OPERATION.c.site == SITE, OPERATION.c.stream == FROM_NETWORK)


def test_messages_are_delivered_and_forgotten(core: Core) -> None:
    for number in range(3):
        disable_somebody(core, f"P-{number}")
    assert (waiting(core), delivered(core)) == (3, 0)

    core.drain()

    assert (waiting(core), delivered(core)) == (0, 3)


def test_message_that_was_delivered_and_not_forgotten_is_not_delivered_again(core: Core) -> None:
    disable_somebody(core, "P-1")
    with core.database.reading() as connection:
        rows = connection.execute(sa.select(MESSAGES)).all()
    core.drain()
    with core.database.writing() as connection:
        connection.execute(sa.insert(MESSAGES), [row._asdict() for row in rows])
    disable_somebody(core, "P-2")

    core.drain()

    assert (waiting(core), delivered(core)) == (0, 2)


def test_repeated_delivery_changes_nothing(core: Core) -> None:
    disable_somebody(core, "P-1")
    batches = core.relay._waiting()

    core.drain()
    answers = [core.lanes.submit(batch).result() for batch in batches]

    assert [answer.status for answer in answers] == ["taken"]
    assert delivered(core) == 1


def test_hole_in_the_outbox_is_waited_for(core: Core) -> None:
    for number in range(2):
        disable_somebody(core, f"P-{number}")
    with core.database.reading() as connection:
        first = connection.execute(sa.select(MESSAGES).where(MESSAGES.c.seq == 1)).one()
    with core.database.writing() as connection:
        connection.execute(sa.delete(MESSAGES).where(MESSAGES.c.seq == 1))

    core.drain()
    assert (waiting(core), delivered(core)) == (1, 0)

    with core.database.writing() as connection:
        connection.execute(sa.insert(MESSAGES), [first._asdict()])
    core.drain()
    assert (waiting(core), delivered(core)) == (0, 2)


def test_thread_delivers_by_itself(
    database: Database, clock: FixedClock, randomness: SeededRandomness
) -> None:
    settings = Settings(secret_key=KEY)
    core = Core.over(database, settings, clock=clock, randomness=randomness)

    disable_somebody(core, "P-1")
    core.drain()

    assert delivered(core) == 1
    core.stop()


@pytest.mark.parametrize("fault", [UnavailableError("the disk is full"), ValueError("a bug")])
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_deliveries_go_on_after_a_fault(
    core: Core, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    monkeypatch.setattr(worker, "RETRY_S", 0)
    faults = [fault, fault]
    recovered = threading.Event()

    def deliver() -> int:
        if faults:
            raise faults.pop()
        recovered.set()
        return 0

    monkeypatch.setattr(core.relay, "deliver", deliver)
    core.relay.start(core.lanes)

    assert recovered.wait(30)
    core.relay.stop()


def test_nothing_is_delivered_before_the_start(database: Database, clock: FixedClock) -> None:
    settings = Settings(secret_key=KEY)
    core = Core.over(database, settings, clock=clock, delivers=False)
    core.relay._lanes = None

    assert core.relay.deliver() == 0
    core.relay.tick()
    assert count(core) == 0
    core.stop()


def test_timers_of_every_site_tick_each_minute(core: Core, clock: FixedClock) -> None:
    disable_somebody(core, "P-1")
    core.drain()

    core.relay.by_the_clock()
    assert count(core, OPERATION.c.stream == TIMER) == 0
    clock.advance(TICK_MS)
    core.relay.by_the_clock()
    core.relay.by_the_clock()

    assert count(core, OPERATION.c.stream == TIMER, OPERATION.c.site == SITE) == 1
    assert count(core, OPERATION.c.stream == TIMER) == 1


def test_cleaning_comes_soon_after_the_start_and_then_daily(core: Core, clock: FixedClock) -> None:
    times: list[int] = []
    core.relay.stop()
    core.relay._clean = times.append

    for minutes in (9, 1, 1_439, 1):
        clock.advance(minutes * 60_000)
        core.relay.by_the_clock()

    assert [at - times[0] for at in times] == [0, TOMBSTONES_MS]


def test_old_tombstones_are_forgotten_daily(core: Core, clock: FixedClock) -> None:
    with core.database.writing() as connection:
        gone = Document(SITE, "1/zone/1", "place/1", 1, None, 0)
        fresh = Document(SITE, "1/zone/1", "place/2", 1, None, clock.now())
        rows = [
            {name: getattr(each, name) for name in each.__struct_fields__} for each in (gone, fresh)
        ]
        connection.execute(sa.insert(DOCUMENT), rows)
    clock.advance(TOMBSTONES_MS)

    core.relay.by_the_clock()

    with core.database.reading() as connection:
        assert connection.scalars(sa.select(DOCUMENT.c.key)).all() == ["place/2"]
