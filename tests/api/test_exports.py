"""Tests of exports: readers who take their time leave a connection to everybody else."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from server.api.exports import as_read
from server.config import ConfigError, Settings
from server.core import Core
from server.db.engine import Database, open_database
from server.db.limits import Limits

SETTINGS = Settings(secret_key="exports" * 5)


def portions(database: Database) -> Iterator[bytes]:
    """An export of two portions, which holds its connection from one to the other."""
    with database.reporting() as connection:
        yield str(connection.exec_driver_sql("SELECT 1").scalar_one()).encode()
        yield b"2"


async def begun(exports: list[AsyncIterator[bytes]], wait_s: float) -> int:
    """How many exports have sent something by now; their readers take no more."""
    tasks = [asyncio.ensure_future(anext(export)) for export in exports]
    done, waiting = await asyncio.wait(tasks, timeout=wait_s)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return len([task.result() for task in done])


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_exports_that_nobody_reads_on_leave_a_connection(database_url: str) -> None:
    limits = Limits(pool_size=2, pool_wait_ms=50)
    core = Core.over(open_database(database_url, limits=limits), SETTINGS, delivers=False)

    async def ask() -> tuple[int, int]:
        exports = [as_read(core, portions(core.database)) for _ in range(3)]
        count = await begun([*exports], 0.2)
        with core.database.reading() as connection:
            answer = connection.exec_driver_sql("SELECT 3").scalar_one()
        assert [each async for each in exports[0]] == [b"2"]
        return count, answer

    assert asyncio.run(ask()) == (1, 3)
    core.close()


@pytest.mark.parametrize(("connections", "exports"), [(2, 1), (3, 2), (4, 3), (10, 3)])
def test_as_many_exports_run_as_leave_a_connection(connections: int, exports: int) -> None:
    assert Limits(pool_size=connections).exports_at_once == exports


def test_a_pool_that_has_none_to_leave_is_refused() -> None:
    with pytest.raises(ConfigError, match="must be a whole number from 2 to 1000"):
        Settings.from_environment({"TOTEBOOK_POOL_SIZE": "1"})
