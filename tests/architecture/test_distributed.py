"""Sites can be spread over the nodes of a distributed PostgreSQL: nothing in the way of it."""

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import Database, open_database
from server.ids import SeededRandomness
from server.main import app_over
from tests.api.conftest import SESSION_KEY
from tests.architecture.distribution import (
    KNOWN_INDEXES,
    KNOWN_WORDS,
    asked_in,
    spread,
    undistributed_tables,
    undistributed_words,
)
from tests.architecture.sources import ROOT, Source, sources
from tests.protocol.shop import Shop, receive, work
from tests.sync.yard import yard_on

TABLES = frozenset({"balance", "place", "stock", "lane"})


def test_every_table_leads_with_its_site(metadata: sa.MetaData) -> None:
    assert list(undistributed_tables(metadata)) == []


def test_no_correctness_rests_on_what_distributed_databases_lack() -> None:
    assert list(undistributed_words(sources("server", "migrations"))) == []


def test_what_is_known_is_still_there(metadata: sa.MetaData) -> None:
    indexes = {index.name for table in metadata.sorted_tables for index in table.indexes}

    assert KNOWN_INDEXES.keys() <= indexes
    for path in KNOWN_WORDS:
        text = (ROOT / path).read_text()
        assert list(undistributed_words([Source("elsewhere", text)]))


def test_what_is_not_distributed_is_found() -> None:
    made = sa.MetaData()
    sa.Table(
        "tote",
        made,
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        sa.Column("site", sa.BigInteger, index=True),
        sa.Column("code", sa.Text, unique=True),
        sa.Column("place", sa.BigInteger, sa.ForeignKey("tote.id"), index=True),
    )

    found = list(undistributed_tables(made))

    assert len(found) == 5
    assert any("key does not lead" in each for each in found)
    planted = Source("server/x.py", 'sql = "SELECT pg_advisory_lock(1)"; "LOCK TABLE movement"')
    assert len(list(undistributed_words([planted]))) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM balance",
        "SELECT * FROM balance WHERE place = 1",
        "SELECT * FROM balance AS b JOIN place AS p ON p.id = b.place WHERE b.site = 1",
        "UPDATE balance SET quantity = 1 WHERE place = 2",
        "DELETE FROM balance AS t USING unnest(%s) AS w(k0) WHERE t.place = w.k0",
        'INSERT INTO balance ("place") VALUES (1)',
    ],
)
def test_statement_that_goes_to_every_node_is_found(statement: str) -> None:
    assert list(spread(statement, TABLES))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "SELECT * FROM balance WHERE site = 1 AND place = 2",
        "SELECT * FROM balance AS b JOIN place AS p ON p.site = b.site WHERE b.site = 1",
        "SELECT t.site FROM unnest(%s::bigint[]) AS w(k0) JOIN balance AS t ON t.site = w.k0",
        "SELECT * FROM lane WHERE site = ANY(%s) ORDER BY site FOR UPDATE",
        "SELECT * FROM stock AS s WHERE (s.site, s.id) IN (SELECT 1, 2)",
        'INSERT INTO balance ("site", "place") VALUES (1, 1) ON CONFLICT (site) DO NOTHING',
    ],
)
def test_statement_that_goes_to_one_node_passes(statement: str) -> None:
    assert list(spread(statement, TABLES)) == []


def spread_among(asked: set[str], metadata: sa.MetaData) -> set[str]:
    """The statements that go to every node."""
    tables = frozenset(table.name for table in metadata.sorted_tables)
    return {
        f"{found}: {' '.join(statement.split())}"
        for statement in asked
        for found in spread(statement, tables)
    }


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_deciding_a_day_asks_one_site_at_a_time(
    database: Database, metadata: sa.MetaData, dialect: str
) -> None:
    with asked_in(database, "lane") as asked, yard_on(database) as yard:
        yard.work()

    assert dialect == "postgresql"
    assert len(asked) > 50
    assert spread_among(asked, metadata) == set()


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_devices_calls_ask_one_site_at_a_time(
    database_url: str, clock: FixedClock, metadata: sa.MetaData, dialect: str
) -> None:
    settings = Settings(database=database_url, secret_key=SESSION_KEY)
    database = open_database(database_url)
    core = Core.over(database, settings, clock=clock, randomness=SeededRandomness(1))
    try:
        with asked_in(database, "lane", "AnyIO") as asked, TestClient(app_over(core)) as client:
            shop = Shop(core, client, clock)
            device = shop.signed_in(shop.handheld())
            work(device, receive(1), receive(2))
            device.sync()
            work(device, receive(3))
            device.sync()
    finally:
        core.close()

    assert dialect == "postgresql"
    assert len(asked) > 20
    assert spread_among(asked, metadata) == set()
