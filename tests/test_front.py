"""A worker that has just begun can be ended, and collects no garbage until it serves."""

import gc
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from server import front

NEEDED_LATER = {"alembic", "barcode", "fontTools", "fpdf", "httpx", "psycopg", "segno"}
"""What a server on SQLite reads when somebody asks for it: a third of a second, and 40 MB."""


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Leave signals and the collector as they were."""
    heard, after = signal.getsignal(signal.SIGTERM), gc.get_threshold()
    yield
    signal.signal(signal.SIGTERM, heard)
    gc.unfreeze()
    gc.enable()
    gc.set_threshold(*after)


def found() -> dict[str, Any]:
    """What an application finds while it is made."""
    return {"heard": signal.getsignal(signal.SIGTERM), "collects": gc.isenabled()}


def test_worker_that_is_not_there_yet_can_be_stopped_at_once() -> None:
    signal.signal(signal.SIGTERM, lambda *_: pytest.fail("the front's own was left"))

    made = front.made(f"{__name__}:found")

    assert made == {"heard": signal.SIG_DFL, "collects": False}


def test_worker_that_serves_collects_seldom_and_not_what_was_there() -> None:
    front.made(f"{__name__}:found")

    assert gc.isenabled()
    assert gc.get_threshold()[0] == front.COLLECT_AFTER
    assert gc.get_freeze_count() > 0


def test_starting_server_reads_nothing_that_it_needs_only_later() -> None:
    program = (
        "import sys, server.commands.serving; first = 'litestar' in sys.modules; "
        "import server.main; print(first, *sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()

    assert told[0] == "False", "the application is read by the worker alone"
    assert "server.core" in told
    assert NEEDED_LATER.isdisjoint(told)
