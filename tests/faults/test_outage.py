"""PostgreSQL is gone for a minute under pushes, and comes back where it was.

Everybody hears when to send the same again, the server says that it isn't ready, and it goes on
by itself: every acknowledged operation is there exactly once.
"""

import os
import time
from pathlib import Path

import pytest

from server.db.engine import open_database
from tests.api.device.callers import problem
from tests.faults.cluster import cluster, wait_for
from tests.faults.servers import serving
from tests.faults.test_failover import (
    Clerk,
    acknowledged,
    at_work,
    check_problems,
    finished,
    stored,
    told_before,
)
from tests.faults.test_kill import DEVICES, check, enrol, prepare

OUTAGE_S = float(os.environ.get("TOTEBOOK_TEST_OUTAGE_S", "1"))
"""How long it is gone; in the soak a minute."""


@pytest.mark.timeout(600)
def test_a_database_that_is_gone_for_a_while_loses_and_doubles_nothing(tmp_path: Path) -> None:
    clerks = [Clerk(number) for number in range(DEVICES)]
    for clerk in clerks:
        # However long it takes, they work about as much meanwhile.
        clerk.pause_s = OUTAGE_S / 20
    with cluster() as made:
        prepare(made.first.url)
        with serving(made.first.url, tmp_path, 1, DRAIN_SECONDS="0") as [served]:
            servers = [served] * len(clerks)
            enrol(clerks, served.port)
            with at_work(clerks, servers):
                wait_for(lambda: all(clerk.acknowledged for clerk in clerks))
                made.first.kill()
                wait_for(lambda: all(clerk.problems for clerk in clerks))
                told = acknowledged(clerks)
                until = time.monotonic() + OUTAGE_S
                while time.monotonic() < until:
                    assert served.get("/health").is_success
                    not_ready = served.get("/ready")
                    assert problem(not_ready) == (503, "database.unreachable")
                    assert int(not_ready.headers["Retry-After"]) > 0
                    time.sleep(0.1)
                assert acknowledged(clerks) == told, "durable without a database"
                made.first.start()
                wait_for(served.is_ready)
                there = stored(made.first)
                assert {device: there[device] >= lines for device, lines in told.items()} == (
                    dict.fromkeys(told, True)
                )
                wait_for(lambda: all(c.acknowledged > told_before(told, c) for c in clerks))
            finished(clerks, servers)
        check_problems(clerks)
        database = open_database(made.first.url, writes=False)
        try:
            check(database, clerks)
        finally:
            database.close()
