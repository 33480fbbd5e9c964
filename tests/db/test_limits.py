"""What a process takes of PostgreSQL, and that every wait for it ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from server.config import ConfigError, Settings
from server.db.engine import Database, open_database
from server.db.limits import Limits
from server.errors import UnavailableError


@contextmanager
def opened(url: str, **limits: int | str) -> Iterator[Database]:
    """Open a database with some limits of its own."""
    database = open_database(url, limits=Limits(**limits))  # type: ignore[arg-type]
    yield database
    database.close()


def test_defaults_of_the_settings_are_those_of_the_program() -> None:
    assert Limits.of(Settings()) == Limits()


@pytest.mark.parametrize("name", ["writing", "reading"])
def test_a_statement_that_takes_too_long_ends(postgres_url: str, name: str) -> None:
    with opened(postgres_url, lane_timeout_ms=20, read_timeout_ms=20) as database:
        with (
            pytest.raises(UnavailableError) as caught,
            getattr(database, name)() as connection,
        ):
            connection.execute(text("SELECT pg_sleep(2)"))

        assert caught.value.code == "database.busy"


def test_lanes_reads_and_reports_each_have_their_own_time(postgres_url: str) -> None:
    limits = {"lane_timeout_ms": 61_000, "read_timeout_ms": 62_000, "report_timeout_ms": 63_000}
    found = []
    with opened(postgres_url, **limits) as database:
        for kind in (database.writing, database.reading, database.reporting, database.reading):
            with kind() as connection:
                found.append(connection.execute(text("SHOW statement_timeout")).scalar())

    assert found == ["61s", "62s", "63s", "62s"]


def test_a_lock_is_not_waited_for_for_ever(bare_url: str, dialect: str) -> None:
    if dialect == "sqlite":
        pytest.skip("SQLite has one writer")
    with opened(bare_url, lock_timeout_ms=20) as database:
        with database.writing() as connection:
            connection.execute(text("CREATE TABLE tote (code text PRIMARY KEY)"))
        with database.writing() as holder:
            holder.execute(text("INSERT INTO tote VALUES ('T-1')"))
            with (
                pytest.raises(UnavailableError) as caught,
                database.writing() as connection,
            ):
                connection.execute(text("INSERT INTO tote VALUES ('T-1')"))

    assert caught.value.code == "database.busy"


def say_nothing(database: Database, others: Database) -> None:
    """Hold a transaction open for longer than a process may."""
    with database.writing() as connection:
        connection.execute(text("SELECT 1"))
        with others.reading() as other:
            other.execute(text("SELECT pg_sleep(0.2)"))
        connection.execute(text("SELECT 1"))


def test_a_transaction_that_says_nothing_more_is_ended(postgres_url: str) -> None:
    with opened(postgres_url, idle_timeout_ms=20) as database, opened(postgres_url) as others:
        with pytest.raises(UnavailableError) as caught:
            say_nothing(database, others)

        with database.writing() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
    assert caught.value.code.startswith("database.")


def test_a_call_that_finds_every_connection_taken_is_told_and_does_not_hang(
    postgres_url: str,
) -> None:
    go, entered = threading.Event(), threading.Barrier(3)

    def hold() -> None:
        with database.reading():
            entered.wait()
            go.wait()

    with opened(postgres_url, pool_size=2, pool_wait_ms=20) as database:
        threads = [threading.Thread(target=hold) for _ in range(2)]
        for thread in threads:
            thread.start()
        entered.wait()

        with pytest.raises(UnavailableError) as caught, database.reading():
            pass
        # Whoever reads takes nothing from the lanes.
        with database.writing() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1

        go.set()
        for thread in threads:
            thread.join()
        with database.reading() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
    assert caught.value.code == "database.exhausted"


def test_options_in_the_address_go_before_ours(postgres_url: str) -> None:
    mark = "&" if "?" in postgres_url else "?"
    url = f"{postgres_url}{mark}options=-c%20statement_timeout%3D12345"
    with opened(url) as database, database.writing() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar() == "12345ms"
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "30s"


def test_a_standby_that_is_demanded_must_be_named(postgres_url: str) -> None:
    with opened(postgres_url, durable="standby") as database:
        with pytest.raises(UnavailableError) as caught:
            database.check_ready()
        with pytest.raises(ConfigError, match="synchronous_standby_names is empty"):
            database.check_standby()
    assert caught.value.code == "database.no_standby"

    with opened(postgres_url) as database:
        database.check_ready()
        database.check_standby()


def test_a_database_that_takes_no_writes_is_not_ready(postgres_url: str) -> None:
    mark = "&" if "?" in postgres_url else "?"
    url = f"{postgres_url}{mark}options=-c%20default_transaction_read_only%3Don"
    with opened(url) as database, pytest.raises(UnavailableError) as caught:
        database.check_ready()

    assert caught.value.code == "database.read_only"


def test_a_file_has_no_standby() -> None:
    with pytest.raises(ConfigError, match="standby needs PostgreSQL"):
        open_database("sqlite:///book.sqlite3", limits=Limits(durable="standby"))
