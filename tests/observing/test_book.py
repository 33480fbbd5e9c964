"""Figures of the book: read from one snapshot, kept a moment, told as missing with the database."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from device_protocol.operations import Move
from server.clock import FixedClock
from server.db.engine import Database
from server.errors import UnavailableError
from server.fleet.records import Alarm, Contact
from server.lane.records import Outgoing, Stream
from server.lane.store import SqlStore
from server.ledger.listings import LISTINGS
from server.observing.book import KEPT_S, BookFigures
from tests.floor import SITE, START, Floor
from tests.observing.reading import value
from tests.sayings import put

HOUR_S = 3_600


class Seconds:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        """Look."""
        return self.now


def exposed(figures: BookFigures) -> bytes:
    """What Prometheus would read."""
    registry = CollectorRegistry()
    registry.register(figures)
    return generate_latest(registry)


def test_open_questions_devices_and_messages_are_told(database: Database) -> None:
    floor = Floor(SqlStore(database.writing, LISTINGS))
    handheld = floor.handheld()
    handheld.do(Move(quantity=2, owner="ACME", item="A1", source="A-01", to="A-02", ended=1_000))
    handheld.write_line(b"no operation")
    handheld.push()
    put(
        floor,
        Contact(SITE, 1, START, "app", 2, 1, 5, held=3, held_since=START),
        Contact(SITE, 2, START, "app", 2, 1, 5),
        Alarm(SITE, 1, "silent", START),
        Alarm(SITE, 2, "battery", START, cleared_at=START + 1),
        # Of three messages to site 2 its lane has taken the first.
        Stream(2, SITE + 10, 1, 2, b""),
        *(Outgoing(SITE, 2, seq, b"{}") for seq in (1, 2, 3)),
    )
    clock = FixedClock(floor.now + 1_000 * HOUR_S)

    told = exposed(BookFigures(database, clock.now, Seconds()))

    asked = {"site": str(SITE)}
    assert value(told, "totebook_database_up") == 1
    assert value(told, "totebook_commits", **asked) == 2
    assert value(told, "totebook_open_discrepancies", kind="negative", **asked) == 1
    oldest = value(told, "totebook_open_discrepancies_oldest_seconds", kind="negative", **asked)
    assert HOUR_S <= oldest < 2 * HOUR_S
    assert value(told, "totebook_parked_operations", **asked) == 1
    assert value(told, "totebook_parked_oldest_seconds", **asked) == HOUR_S
    assert value(told, "totebook_undelivered_messages", **asked) == 2
    assert value(told, "totebook_unsynced_devices", **asked) == 1
    assert value(told, "totebook_unsynced_oldest_seconds", **asked) > HOUR_S
    assert value(told, "totebook_device_alarms", kind="silent", **asked) == 1
    assert value(told, "totebook_device_alarms", kind="battery", **asked) == 0


def test_figures_are_kept_for_a_moment(database: Database) -> None:
    seconds = Seconds()
    figures = BookFigures(database, lambda: START, seconds)
    assert value(exposed(figures), "totebook_commits", site="1") == 0
    floor = Floor(SqlStore(database.writing, LISTINGS))
    floor.handheld().push()

    seconds.now = KEPT_S - 0.1
    assert value(exposed(figures), "totebook_commits", site="1") == 0
    seconds.now = KEPT_S
    assert value(exposed(figures), "totebook_commits", site="1") == 1


def test_database_that_is_away_is_a_figure(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise UnavailableError("it is away")

    monkeypatch.setattr(database, "reading", away)

    assert exposed(BookFigures(database, lambda: START, Seconds())).splitlines()[-1] == (
        b"totebook_database_up 0.0"
    )
