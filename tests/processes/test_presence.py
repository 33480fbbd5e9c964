"""Who lives and who has which duty, by processes that share a database and no clock."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from server.db.engine import Database
from server.errors import UnavailableError
from server.lane.activity import NETWORK
from server.processes import presence
from server.processes.models import DUTY, PROCESS, SCHEMA_RULE
from server.processes.presence import DUTIES, SILENT_S, SURE_S, Presence
from server.processes.records import Peer
from tests.faults.cluster import wait_for

SCHEMA = 7
NONE = frozenset[str]()
ALL = frozenset(DUTIES)


class Time:
    """The monotonic time of a machine, its own."""

    def __init__(self, now_s: float) -> None:
        """Begin anywhere."""
        self.now_s = now_s

    def __call__(self) -> float:
        """Tell it."""
        return self.now_s


Machine = tuple[Presence, Time]


@pytest.fixture
def machine(database: Database) -> Callable[[str], Machine]:
    """Give processes on machines of their own, which don't beat by themselves."""

    def made(name: str) -> Machine:
        time = Time(1_000.0 * len(name))
        return Presence(database, Peer(NETWORK, name, 0, "1", SCHEMA), time), time

    return made


def held(each: Presence) -> frozenset[str]:
    """What a process surely has to do."""
    return frozenset(duty for duty in DUTIES if each.holds(duty))


def pass_time(seconds: float, *times: Time) -> None:
    """Let time pass everywhere."""
    for each in times:
        each.now_s += seconds


def rows(database: Database, table: sa.Table) -> int:
    """How many rows a table has."""
    with database.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_the_first_has_every_duty_and_others_wait(machine: Callable[[str], Machine]) -> None:
    (first, _), (second, _) = machine("a"), machine("bb")

    first.beat()
    second.beat()
    first.beat()

    assert (held(first), held(second)) == (ALL, NONE)
    assert (first.living, second.living) == (2, 2)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_who_beats_keeps_its_duties_for_as_long(machine: Callable[[str], Machine]) -> None:
    (first, one), (second, two) = machine("a"), machine("bb")
    first.beat()

    for _ in range(20):
        pass_time(SILENT_S - 1, one, two)
        first.beat()
        second.beat()

    assert (held(first), held(second)) == (ALL, NONE)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_the_duties_of_the_dead_are_taken_over_and_never_held_twice(
    machine: Callable[[str], Machine], database: Database
) -> None:
    (first, one), (second, two), (third, three) = machine("a"), machine("bb"), machine("ccc")
    for each in (first, second, third):
        each.beat()

    for _ in range(12):
        pass_time(SILENT_S / 8, one, two, three)
        third.beat()
        second.beat()
        holders = [held(each) for each in (first, second, third)]
        assert sum(len(each) for each in holders) <= len(DUTIES)

    assert (held(second), held(third)) == (NONE, ALL)
    assert (second.living, third.living) == (2, 2)
    assert rows(database, PROCESS) == 2


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_who_is_not_sure_does_nothing_and_finds_another_in_its_place(
    machine: Callable[[str], Machine],
) -> None:
    (first, one), (second, two) = machine("a"), machine("bb")
    first.beat()
    second.beat()
    pass_time(SURE_S, one, two)
    assert held(first) == NONE
    pass_time(SILENT_S - SURE_S, one, two)
    second.beat()
    assert held(second) == ALL

    first.beat()

    assert (held(first), held(second)) == (NONE, ALL)
    assert first.living == 2


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_who_stops_gives_its_duties_back_at_once(
    machine: Callable[[str], Machine], database: Database
) -> None:
    (first, _), (second, _) = machine("a"), machine("bb")
    first.start()
    second.beat()
    assert held(first) == ALL

    first.stop()
    second.beat()

    assert (held(first), held(second)) == (NONE, ALL)
    assert (rows(database, PROCESS), rows(database, DUTY)) == (1, len(DUTIES))


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_program_that_the_schema_left_behind_does_nothing_more(
    machine: Callable[[str], Machine], database: Database
) -> None:
    old, _ = machine("a")
    for needed in (SCHEMA, SCHEMA + 1):
        with database.writing() as connection:
            connection.execute(sa.delete(SCHEMA_RULE))
            values = {"site": NETWORK, "compatible_from": needed}
            connection.execute(sa.insert(SCHEMA_RULE).values(values))
        old.beat()
        assert (old.outdated, held(old)) == (needed > SCHEMA, NONE if needed > SCHEMA else ALL)


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_database_that_is_away_is_waited_for(
    machine: Callable[[str], Machine], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "BEAT_S", 0.01)
    faults: list[Exception] = [UnavailableError("away"), ValueError("a bug")]
    writing = database.writing

    def failing() -> object:
        if faults:
            raise faults.pop()
        return writing()

    monkeypatch.setattr(database, "writing", failing)
    first, _ = machine("a")

    first.start()
    wait_for(lambda: held(first) == ALL)
    faults.append(UnavailableError("away"))
    first.stop()

    assert held(first) == NONE


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_only_process_of_a_file_has_every_duty_and_writes_nothing(
    machine: Callable[[str], Machine], database: Database
) -> None:
    alone, _ = machine("a")

    alone.start()
    alone.stop()

    assert (held(alone), alone.living) == (ALL, 1)
    assert rows(database, PROCESS) == 0
