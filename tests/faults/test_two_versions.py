"""A rolling upgrade: an older server and a newer one work on one book, side by side.

The newer one has brought the schema further: every table has a column of which the older knows
nothing, and there is a table more. The older does not know one kind of operation either.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

import migrations
from device_protocol.operations import Move, Receive
from server.clock import SystemClock
from server.core import Core
from server.db.engine import Database, open_database
from server.lane.activity import NETWORK
from server.main import app_over
from server.processes.models import SCHEMA_RULE
from server.sync.reconsidering import reconsider_parked
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import Warehouse
from tests.badinput.books import book_is_clean, on_hand
from tests.bench.world import settings_for
from tests.databases import create_tables
from tests.faults.cluster import wait_for
from tests.faults.servers import Served
from tests.migrations.test_rolling import NEWER

OLDER = "tests.faults.older:app"
RECEIVED = Receive(quantity=4, owner="ACME", item="A1", to="D-1")
MOVED = Move(quantity=3, owner="ACME", item="A1", source="D-1", to="A-01")


def bring_further(database: Database, metadata: sa.MetaData) -> None:
    """Do what the revision of a newer program would: add."""
    with database.writing() as connection:
        for table in metadata.sorted_tables:
            added = "ADD COLUMN later text NOT NULL DEFAULT ''"
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" {added}')
        connection.exec_driver_sql("CREATE TABLE later (site bigint PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num text)")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{NEWER}')")  # noqa: S608
    take_programs_from(database, migrations.NUMBER)


def take_programs_from(database: Database, number: int) -> None:
    """Write down which programs the schema takes, as `migrate` does."""
    with database.writing() as connection:
        connection.execute(sa.delete(SCHEMA_RULE))
        rule = {"site": NETWORK, "compatible_from": number}
        connection.execute(sa.insert(SCHEMA_RULE).values(rule))


@contextmanager
def newer_server(url: str, metadata: sa.MetaData) -> Iterator[Warehouse]:
    """A newer program on a book that it has brought further."""
    create_tables(url, metadata)
    database = open_database(url)
    bring_further(database, metadata)
    core = Core.over(database, settings_for(url), delivers=False)
    try:
        yield Warehouse(core)
    finally:
        core.close()


def line(served: Served) -> httpx.Client:
    """A connection to the older server."""
    return httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=60)


def outcomes(answer: httpx.Response) -> list[str]:
    """What became of the lines of a push."""
    assert answer.is_success, answer.text
    return [outcome["outcome"] for outcome in answer.json()["outcomes"]]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_two_versions_serve_one_book_until_the_older_is_told_to_stop(
    bare_url: str, tmp_path: Path, metadata: sa.MetaData
) -> None:
    with ExitStack() as stack:
        warehouse = stack.enter_context(newer_server(bare_url, metadata))
        core = warehouse.core
        newer = stack.enter_context(TestClient(app_over(core)))
        served = Served(bare_url, tmp_path, OLDER)
        stack.callback(served.kill)
        wait_for(served.is_ready, 60)
        older = stack.enter_context(line(served))
        first, second = Caller(warehouse, older), Caller(warehouse, newer)  # type: ignore[arg-type]
        for caller in (first, second):
            caller.write(RECEIVED, MOVED)

        # Each is served by both, and what one took the other knows.
        assert outcomes(first.push()) == ["applied", "parked"]
        assert outcomes(second.push()) == ["applied", "applied"]
        first.client, second.client = newer, older  # type: ignore[assignment]
        assert outcomes(first.push()) == ["applied", "parked"]
        assert outcomes(second.push()) == ["applied", "applied"]
        for caller in (first, second):
            caller.write(RECEIVED, MOVED)
        assert outcomes(first.push(3)) == ["applied", "applied"]
        assert outcomes(second.push(3)) == ["applied", "parked"]

        take_programs_from(core.database, migrations.NUMBER + 1)
        wait_for(lambda: not served.is_ready())
        second.write(RECEIVED)
        told = second.push(5)
        assert problem(told) == (503, "server.outdated")
        assert int(told.headers["Retry-After"]) > 0
        second.client = newer
        assert outcomes(second.push(5)) == ["applied"]

        # What the older one had to park the newer decides.
        assert reconsider_parked(core.lanes, core.database, "newer", SystemClock().now()) == 2
        assert on_hand(core) == {("D-1", "A1"): 5 * 4 - 4 * 3, ("A-01", "A1"): 4 * 3}
        assert book_is_clean(core)
