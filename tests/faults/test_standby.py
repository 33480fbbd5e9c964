"""A standby: what is durable only with it, and what may be read from it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from device_protocol.operations import Receive
from server.config import Settings
from server.core import Core
from server.db.engine import Database, open_database
from server.db.limits import Limits
from server.db.replica import AWAY_MS, LOOK_MS, Replica
from server.errors import UnavailableError
from server.ledger.records import Movement
from tests.databases import create_tables
from tests.faults.cluster import Cluster, cluster, wait_for
from tests.sync.yard import rows_of, yard_on

LAG_MS = 3_600_000
REPEATED = "SELECT pg_last_xact_replay_timestamp() IS NOT NULL"


@pytest.fixture(scope="module")
def made(metadata: sa.MetaData) -> Iterator[Cluster]:
    """Give a primary with a standby that it waits for."""
    with cluster() as begun:
        create_tables(begun.first.url, metadata)
        begun.follow()
        # How old a standby is, is known from the first commit that it has repeated.
        with begun.first.connect() as first, begun.second.connect() as second:
            first.execute("CREATE TABLE seen ()")
            wait_for(lambda: second.execute(REPEATED).fetchall() == [(True,)])
        yield begun


@contextmanager
def opened(url: str, **limits: int | str) -> Iterator[Database]:
    """Open a database with some limits of its own."""
    database = open_database(url, limits=Limits(**limits))  # type: ignore[arg-type]
    yield database
    database.close()


def refusal(work: Callable[[], object]) -> str:
    """The code with which something is not to be had now."""
    with pytest.raises(UnavailableError) as caught:
        work()
    return caught.value.code


@pytest.mark.timeout(120)
def test_a_push_is_durable_once_the_standby_has_it(made: Cluster) -> None:
    with opened(made.first.url, durable="standby", lane_timeout_ms=700) as database:
        database.check_standby()
        with yard_on(database) as yard:
            device = yard.handhelds[0]
            device.do(Receive(quantity=20, to="D-1", owner="ACME", item="A1", ended=1_000))
            device.write(Receive(quantity=1, to="D-1", owner="ACME", item="A1", ended=2_000))
            batch = device.batch(3, 3)
            made.second.tell(signal.SIGSTOP, "walreceiver")
            try:
                # Not even what is there already is answered as durable while nobody confirms it.
                codes = [refusal(lambda: yard.run(batch)) for _ in range(2)]
            finally:
                made.second.tell(signal.SIGCONT, "walreceiver")
            answer = yard.run(batch)

            assert codes == ["database.not_confirmed"] * 2
            assert (answer.status, answer.next) == ("taken", 4)
            assert sum(each.quantity for each in rows_of(database, Movement)) == 21
            assert yard.findings() == []
        # What is durable is on the standby, whatever becomes of the primary.
        with opened(made.second.url) as standby:
            wait_for(lambda: len(rows_of(standby, Movement)) == len(rows_of(database, Movement)))


class Reader:
    """A replica over the cluster, read at times that a test chooses."""

    def __init__(self, primary: Database, url: str, lag_ms_max: int = LAG_MS) -> None:
        """Begin at no particular time."""
        self.ms = 1_000_000
        self.replica = Replica(primary, url, lambda: self.ms, lag_ms_max=lag_ms_max)

    def read(self) -> tuple[bool, int]:
        """Whether the standby was read, and how fresh that was."""
        with self.replica.reading() as (connection, as_of):
            port = connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one()
        return bool(port), as_of


@pytest.mark.timeout(120)
def test_merchants_read_from_a_standby_that_is_near_enough(made: Cluster) -> None:
    with opened(made.first.url) as primary:
        with primary.writing() as connection:
            connection.exec_driver_sql("CREATE TABLE mark (at bigint)")
        reader = Reader(primary, made.second.url)
        from_standby, as_of = reader.read()
        with primary.reading() as connection:
            now = connection.exec_driver_sql("SELECT extract(epoch FROM now()) * 1000").scalar_one()
        assert from_standby
        assert now - LAG_MS < as_of <= now

        # It is asked how old it is once a second, and its answer is never fresher than it says.
        reader.ms += LOOK_MS - 1
        assert reader.read() == (True, as_of)
        reader.replica.close()

        too_old = Reader(primary, made.second.url, lag_ms_max=-1)
        assert too_old.read() == (False, too_old.ms)
        too_old.replica.close()

        # The primary named as its own replica is none.
        itself = Reader(primary, made.first.url)
        assert itself.read() == (False, itself.ms)
        itself.replica.close()

        without = Reader(primary, "")
        assert without.read() == (False, without.ms)
        without.replica.close()


@pytest.mark.timeout(120)
def test_reads_fall_back_while_the_standby_is_away(made: Cluster) -> None:
    with opened(made.first.url) as primary:
        nobody = Reader(primary, "postgresql://postgres@127.0.0.1:1/none")
        assert nobody.read() == (False, nobody.ms)
        # It is left alone for a while, then asked again.
        nobody.replica._url = made.second.url
        nobody.ms += AWAY_MS - 1
        assert not nobody.read()[0]
        nobody.ms += LOOK_MS + 1
        assert nobody.read()[0]

        # A snapshot that the standby could not keep is a retryable error, any other one is ours.
        assert refusal(lambda: failing(nobody.replica, "40001")) == "database.busy"
        with pytest.raises(sa.exc.ProgrammingError):
            failing(nobody.replica, "42P01")
        nobody.replica.close()


def failing(replica: Replica, state: str) -> None:
    """Have a statement on the standby fail with a state."""
    with replica.reading() as (connection, _):
        if state == "42P01":
            connection.exec_driver_sql("SELECT * FROM nowhere")
        block = f"DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '{state}'; END $$"
        connection.exec_driver_sql(block)


@pytest.mark.timeout(120)
def test_core_reads_for_merchants_from_the_replica_that_is_set(made: Cluster) -> None:
    settings = Settings(
        database=made.first.url,
        replica_url=made.second.url,
        secret_key="s" * 32,
        replica_lag_s=3600,
    )
    database = open_database(settings.database)
    core = Core.over(database, settings, delivers=False)
    try:
        with core.replica.reading() as (connection, _):
            assert connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one()
    finally:
        core.close()
