"""The recipe of docs/operations.md: a base backup, the WAL after it, and back to a point in time.

Devices notice that the book is an older one and send again what it lacks, each act once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import open_database
from server.ids import SeededRandomness
from server.main import create_app
from server.sync.restoring import tell_restored
from tests.api.conftest import SESSION_KEY
from tests.databases import create_tables
from tests.faults.cluster import HOST, Cluster, cluster, run, wait_for
from tests.protocol.shop import Shop, receive, work


@pytest.fixture
def made(metadata: sa.MetaData) -> Iterator[Cluster]:
    """Give a primary that archives its WAL beside it."""
    with cluster() as begun:
        with begun.first.connect() as connection:
            archive = begun.folder / "wal"
            connection.execute("ALTER SYSTEM SET archive_mode = on")
            connection.execute(
                f"ALTER SYSTEM SET archive_command = 'mkdir -p {archive} && cp %p {archive}/%f'"
            )
        run("pg_ctl", "-w", "-m", "fast", "-D", str(begun.first.folder), "stop")
        begun.first.start()
        create_tables(begun.first.url, metadata)
        yield begun


@contextmanager
def served(url: str, clock: FixedClock, seed: int) -> Iterator[Core]:
    """A server over a database."""
    settings = Settings(database=url, secret_key=SESSION_KEY)
    core = Core.over(open_database(url), settings, clock=clock, randomness=SeededRandomness(seed))
    try:
        yield core
    finally:
        core.close()


def base_backup(made: Cluster) -> None:
    """Step 1 of the recipe, while the server works."""
    source = f"host={HOST} port={made.first.port} user=postgres"
    to = ("-D", str(made.second.folder), "-c", "fast", "--no-sync", "-X", "none", "-d", source)
    run("pg_basebackup", *to)


def restore_point(made: Cluster, name: str) -> None:
    """The moment to which somebody will want to go back; its WAL reaches the archive."""
    with made.first.connect() as connection:
        connection.execute("SELECT pg_create_restore_point(%s)", (name,))
        (segment,) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or (
            "",
        )
        wait_for((made.folder / "wal" / segment).exists)


def restored(made: Cluster, name: str) -> None:
    """Step 2: the backup, with the WAL up to that moment."""
    folder: Path = made.second.folder
    (folder / "recovery.signal").touch()
    with (folder / "postgresql.auto.conf").open("a") as conf:
        conf.write(
            f"restore_command = 'cp {made.folder}/wal/%f %p'\n"
            f"recovery_target_name = '{name}'\n"
            "recovery_target_action = 'promote'\n"
            "archive_mode = off\n"
        )
    made.second.start()

    def promoted() -> bool:
        with made.second.connect() as connection:
            row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
            return row == (False,)

    wait_for(promoted)


@pytest.mark.timeout(120)
def test_devices_send_again_what_a_restored_primary_lacks(made: Cluster, clock: FixedClock) -> None:
    with served(made.first.url, clock, 1) as core, TestClient(create_app(core)) as client:
        shop = Shop(core, client, clock)
        device = shop.signed_in(shop.handheld())
        work(device, receive(1))
        device.sync()
        base_backup(made)
        work(device, receive(10))
        device.sync()
        restore_point(made, "noon")
        work(device, receive(100))
        device.sync()
        assert shop.received() == 111
    made.first.kill()

    restored(made, "noon")

    with served(made.second.url, clock, 9) as core, TestClient(create_app(core)) as client:
        tell_restored(core.lanes, core.database)
        shop.core, shop.client = core, client
        assert shop.received() == 11
        device._http = client
        device.device.doubt()
        for _ in range(2):
            shop.signed_in(device)
            device.sync()
        assert shop.received() == 111
        assert shop.findings() == []
