"""Figures of several processes, of which any answers for all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.observing.metrics import forget_dead
from server.observing.shared import VARIABLE
from tests.observing.reading import value

PROGRAM = """
import os, sys
from server.observing.metrics import Metrics
first = Metrics()
first.operations.labels("pick", "applied", "").inc(3)
first.waiting.inc(7)
sys.stdout.flush()
if os.fork() == 0:
    second = Metrics()
    second.operations.labels("pick", "applied", "").inc(4)
    second.waiting.inc(2)
    os._exit(0)
os.wait()
sys.stdout.buffer.write(first.exposed())
"""


def test_one_process_answers_for_all(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        env={**os.environ, VARIABLE: str(tmp_path)},
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout

    assert value(told, "totebook_operations_total", kind="pick") == 7
    # What the dead one had waiting waits no more.
    assert value(told, "totebook_lane_waiting_operations") == 7


def test_only_the_present_of_the_dead_is_forgotten(tmp_path: Path) -> None:
    alive = tmp_path / f"gauge_livesum_{os.getpid()}.db"
    dead = tmp_path / "gauge_livesum_999999999.db"
    counted = tmp_path / "counter_999999999.db"
    odd = tmp_path / "gauge_livesum_x.db"
    for path in (alive, dead, counted, odd):
        path.touch()

    forget_dead(tmp_path)

    assert [path.exists() for path in (alive, dead, counted, odd)] == [True, False, True, True]


@pytest.fixture(autouse=True)
def _unshared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
