"""Stores: one transaction that shows what was named and writes what was changed."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from server.db.engine import Database
from server.errors import UnavailableError
from server.lane.lane import load
from server.lane.models import LANE
from server.lane.picture import NotLoadedError
from server.lane.records import Lane
from server.lane.store import MemoryStore, SqlSession, SqlStore, Store
from server.lane.want import Want
from server.ledger.listings import LISTINGS
from server.ledger.records import Hold, Place
from server.record import Key
from tests.strict import StrictStore

BIN = Place(1, 11, "A-01", "bin", owner=7)
DOCK = Place(1, 12, "D-1", "dock")
HOLD = Hold(1, 21, "recall", 5, "1/1/1", item=3)


@pytest.fixture(params=["memory", "strict", "sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Run a test on each kind of store."""
    chosen: str = request.param
    return chosen


@pytest.fixture
def store(dialect: str, request: pytest.FixtureRequest) -> Store:
    """Give a store without rows."""
    if dialect == "memory":
        return MemoryStore()
    if dialect == "strict":
        return StrictStore()
    database: Database = request.getfixturevalue("database")
    return SqlStore(database.writing, LISTINGS)


def places_coded(store: Store, code: str) -> list[Place]:
    """What a new session finds under a code."""
    with store.session([1]) as session:
        load(session, lambda want: want.listing(Place, "by_code", (1, code)))
        return session.picture.find(Place, "by_code", (1, code))


def named(*keys: tuple[int, int]) -> Callable[[Want], None]:
    """Name places by key."""

    def names(want: Want) -> None:
        for key in keys:
            want.row(Place, key)

    return names


def test_what_is_added_replaced_and_removed_is_found_so_afterwards(store: Store) -> None:
    with store.session([1]) as session:
        for record in (BIN, DOCK, HOLD):
            session.picture.add(record)
        added = session.write()
    with store.session([1]) as session:
        load(session, named((1, 11), (1, 12)))
        session.picture.put(replace(BIN, code="A-02"))
        session.picture.remove(DOCK)
        changed = session.write()

    assert (added, changed) == (3 + isinstance(store, MemoryStore), 2)
    assert places_coded(store, "A-02") == [replace(BIN, code="A-02")]
    assert places_coded(store, "A-01") == []
    assert places_coded(store, "D-1") == []


def test_what_was_added_and_removed_again_is_not_written(store: Store) -> None:
    with store.session([1]) as session:
        session.picture.add(BIN)
        session.picture.remove(BIN)
        session.write()

    assert places_coded(store, "A-01") == []


def test_session_that_fails_leaves_nothing_and_the_next_goes_on(store: Store) -> None:
    def failing() -> None:
        with store.session([1]) as session:
            session.picture.add(BIN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert places_coded(store, "A-01") == []

    with store.session([1]) as session:
        session.picture.add(DOCK)
        assert set(session.picture.changed[Place]) == {(1, 12)}
        session.write()
    assert places_coded(store, "D-1") == [DOCK]


def test_lanes_are_made_when_first_held_and_kept(store: Store) -> None:
    with store.session([0, 1]) as session:
        lane = session.picture.need(Lane, (1,))
        session.picture.put(replace(lane, head=4))
        session.write()
    with store.session([1]) as session:
        assert session.picture.need(Lane, (1,)) == Lane(1, head=4)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_lane_that_another_process_made_meanwhile_is_not_reset(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqlStore(database.writing, LISTINGS)
    with database.writing() as connection:
        connection.execute(LANE.insert().values(**as_columns(Lane(1, head=9))))
    locked = SqlSession._locked
    asked: list[int] = []

    def not_at_first(session: SqlSession, keys: list[Key]) -> list[Lane]:
        asked.append(1)
        return locked(session, keys) if len(asked) > 1 else []

    monkeypatch.setattr(SqlSession, "_locked", not_at_first)

    with store.session([1]) as session:
        assert session.picture.need(Lane, (1,)).head == 9


def as_columns(lane: Lane) -> dict[str, object]:
    """A lane's fields by name."""
    return {name: getattr(lane, name) for name in Lane.__struct_fields__}


@pytest.mark.parametrize("dialect", ["strict", "sqlite", "postgresql"])
def test_only_what_was_named_is_shown(store: Store) -> None:
    with store.session([1]) as session:
        session.picture.add(BIN)
        session.write()

    with store.session([1]) as session, pytest.raises(NotLoadedError):
        session.picture.get(Place, (1, 11))


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_held_lane_makes_others_wait(store: Store, database: Database) -> None:
    with store.session([1]):
        pass

    with store.session([1]):
        refused = pytest.raises(UnavailableError)
        with refused, database.writing() as other:
            other.exec_driver_sql("SET LOCAL lock_timeout = 50")
            other.exec_driver_sql("SELECT * FROM lane WHERE site = 1 FOR UPDATE")
