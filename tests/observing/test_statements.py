"""Statements: counted by thread, and logged with their text where they are slow."""

import sqlalchemy as sa
from sqlalchemy import create_engine
from structlog.testing import capture_logs

from server.db.engine import Database
from server.observing.metrics import Metrics
from server.observing.statements import Listening, connections_max
from tests.observing.reading import value


class Seconds:
    """A clock that goes on by as much as it is told at each look."""

    def __init__(self, step: float) -> None:
        """Begin."""
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        """Look."""
        self.now += self.step
        return self.now


def test_slow_statement_is_logged_with_its_text_and_no_parameters(database: Database) -> None:
    metrics = Metrics()
    listening = Listening(database, metrics, slow_ms=200, now_s=Seconds(0.25))

    with capture_logs() as logs, database.reading() as connection:
        connection.execute(sa.text("SELECT  site\nFROM lane WHERE site = :site"), {"site": 815})
    listening.stop()

    [line] = [each for each in logs if "lane" in each.get("statement", "")]
    assert line["event"] == "slow_statement"
    assert line["ms"] == 250
    assert line["statement"].startswith("SELECT site FROM lane WHERE site = ")
    assert "815" not in str(line)
    assert value(metrics.exposed(), "totebook_slow_statements_total") >= 1


def test_quick_statements_are_counted_alone(database: Database) -> None:
    metrics = Metrics()
    listening = Listening(database, metrics, slow_ms=200, now_s=Seconds(0.05))
    never = Listening(database, metrics, slow_ms=0, now_s=Seconds(1_000))

    with capture_logs() as logs, database.reading() as connection:
        before = listening.tally.count
        connection.exec_driver_sql("SELECT 1")
        connection.exec_driver_sql("SELECT 2")
    counted = listening.tally.count - before
    listening.stop()
    never.stop()

    assert counted == 2
    assert logs == []
    assert value(metrics.exposed(), "totebook_slow_statements_total") == 0


def test_pools_say_how_much_they_hold(database: Database) -> None:
    assert connections_max(database.pools()["writing"].pool) >= 1
    assert connections_max(create_engine("sqlite://", poolclass=sa.NullPool).pool) == -1
