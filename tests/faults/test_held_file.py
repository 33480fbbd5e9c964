"""A stuck transaction of another program holds the SQLite file: told, and taken when it ends."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from litestar.testing import TestClient

from server.clock import FixedClock
from server.db import sqlite
from server.main import app_over
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse
from tests.faults.test_troubles import TOLD, core_on, pushed_once

WAIT_MS = 50
# Locks of files are a process's own: one of this process would keep nobody waiting.
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])


@pytest.fixture
def caller(
    database_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Caller]:
    """Give a device at a server that doesn't wait long for a file."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", WAIT_MS)
    with core_on(database_url, clock) as core:
        warehouse = Warehouse(core)
        with TestClient(app_over(core), raise_server_exceptions=False) as client:
            yield Caller(warehouse, client)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let another program have a transaction open in which it may write."""
    words = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.communicate()


def test_a_program_that_holds_the_file_keeps_pushes_waiting_and_reads_go_on(
    caller: Caller, tmp_path: Path
) -> None:
    caller.write(TOLD)
    with held(tmp_path / "totebook.sqlite3"):
        refused = [caller.push(), caller.push()]
        assert caller.client.get("/ready").is_success

    pushed_once(caller, refused, "database.busy")
