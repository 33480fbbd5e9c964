"""Servers that are started at once, as machines do after a power cut, on a fresh PostgreSQL."""

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

import migrations
from server.config import Settings
from server.db.engine import open_database
from tests.faults.cluster import wait_for
from tests.faults.servers import Served

COUNT = 3


class Commanded(Served):
    """A server as a person starts it, which migrates first."""

    def words(self, _settings: Settings, _target: str) -> list[str]:
        """The command that is run; the environment has its settings."""
        return [sys.executable, "-m", "server.cli", "serve", "--migrate"]


@pytest.mark.nightly
@pytest.mark.timeout(300)
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_servers_that_start_at_once_all_serve(bare_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        started = []
        for _ in range(COUNT):
            started.append(Commanded(bare_url, tmp_path, DRAIN_SECONDS="0"))
            stack.callback(started[-1].stop)
        for served in started:
            wait_for(served.is_ready, 60)
        assert [served.stop() for served in started] == [0] * COUNT
    database = open_database(bare_url)
    assert database.revisions() == migrations.HEADS
    database.close()
