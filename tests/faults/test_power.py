"""R3: the power fails while the lane writes SQLite: nothing that anybody was told of is lost.

The lane works on a disk that remembers what was written and what was asked to last; images are
made of what a power cut could have left, and opened by the SQLite that the server uses.
"""

import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.activities import ACTIVITIES
from server.db.engine import open_database
from server.lane.models import OPERATION
from server.sync.push import PushRules
from server.sync.verify import verify
from tests.faults.disk import disk_below
from tests.faults.power import Recording
from tests.faults.quiet import QuietYard, carry

IMAGES = int(os.environ.get("TOTEBOOK_TEST_POWER_IMAGES", "500"))
"""Power cuts; the soak makes more."""
IMAGES_OF_A_RUN = 5_000
VERIFIED_EACH = 8 if IMAGES <= IMAGES_OF_A_RUN else 1
"""One in so many commits is looked at in whole: every image is one of them to the byte."""
FEW = 120
FIRST_DEVICE = 1_000_000


@pytest.fixture(name="recorded")
def make_recorded(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a way to record.
    """Give a way to record a day of two devices, with as few pages as make many checkpoints."""

    def recorded(seed: int, synchronous: str = "FULL") -> Recording:
        source = random.Random(f"day {seed}")
        path = tmp_path / f"run-{seed}.sqlite3"
        shutil.copyfile(sqlite_template, path)
        pages = source.randint(40, 90)
        with disk_below(monkeypatch, synchronous=synchronous, wal_autocheckpoint=pages) as disk:
            database = open_database(f"sqlite:///{path}")
            yard = QuietYard(database, disk)
            yard.work()
            first, second = yard.handhelds
            for number in range(15):
                batches = (carry(device, source.randint(1, 9)) for device in (first, second))
                yard.run_together(*batches)
                yard.run(carry(first, 1))
                if number % 5 == 0:
                    # As after erasing: the log is emptied, which shortens it.
                    database.flush_log()
            events = list(disk.events)
            yard.close()
            database.close()
        return Recording(sqlite_template.read_bytes(), events, tmp_path)

    return recorded


@pytest.mark.timeout(0)
@pytest.mark.parametrize("seed", range(max(1, IMAGES // IMAGES_OF_A_RUN)))
def test_no_power_cut_loses_what_was_acknowledged(recorded: Any, seed: int) -> None:  # noqa: ANN401 - as above.
    recording = recorded(seed)

    cuts = list(recording.cuts(min(IMAGES, IMAGES_OF_A_RUN), seed))

    assert [cut for cut in cuts if cut.commit is None] == [], "at no commit: half a batch, or torn"
    assert [cut for cut in cuts if cut.commit is not None and cut.commit < cut.told] == []
    # Cuts between the log's sync and the answer keep what nobody was told of yet.
    assert any(cut.commit is not None and cut.commit > cut.told for cut in cuts)
    assert len({cut.commit for cut in cuts}) > recording.commits // 2
    for path, told in recording.states(VERIFIED_EACH):
        database = open_database(f"sqlite:///{path}")
        try:
            assert verify(database, PushRules(ACTIVITIES)).findings == []
            lines = sa.select(sa.func.count()).where(OPERATION.c.stream > FIRST_DEVICE)
            with database.reading() as connection:
                assert int(connection.scalar(lines) or 0) >= told
        finally:
            database.close()


@pytest.mark.parametrize(("synchronous", "torn"), [("NORMAL", False), ("OFF", True)])
def test_a_disk_that_is_asked_for_less_loses_what_was_acknowledged(
    recorded: Any,  # noqa: ANN401 - as above.
    synchronous: str,
    torn: bool,
) -> None:
    """That the test above can fail: SQLite's usual setting is not enough for it."""
    cuts = list(recorded(0, synchronous).cuts(FEW, 0))

    assert [cut for cut in cuts if cut.commit is not None and cut.commit < cut.told]
    assert torn == any(cut.commit is None for cut in cuts)
