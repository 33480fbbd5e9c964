"""totebook erase."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import migrations
from server.cli import totebook
from server.config import Settings
from server.core import Core
from server.db.engine import open_database
from server.errors import NotFoundError
from server.identity.models import PERSONAL_RECORD
from server.identity.personal import Recipient
from server.integrations.order_intake import Intake, WantedOrder
from server.lane.activity import DESK
from server.orders.messages import PlacedLine
from tests.api.warehouse import SITE, Warehouse
from tests.conftest import MORNING_MS


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Give a book with an order of ACME, of a stopped server."""
    url = f"sqlite:///{tmp_path}/book.sqlite3"
    database = open_database(url)
    migrations.upgrade(database)
    database.close()
    core = Core.open(Settings(database=url))
    Warehouse(core)
    with core.database.reading() as connection:
        owner = connection.exec_driver_sql("SELECT id FROM merchant WHERE code = 'ACME'").scalar()
    order = WantedOrder(
        owner=owner or 0,
        channel="web",
        number="N1",
        placed_at=MORNING_MS,
        site=SITE,
        lines=(PlacedLine("A1", 1),),
        recipient=Recipient("Erika Mustermann"),
    )
    intake = Intake(core.lanes, core.database, core.randomness, stream=DESK, actor="test")
    assert [each.outcome for each in intake.take([order], MORNING_MS)] == ["applied"]
    core.close()
    return url


def test_order_is_erased_from_a_shell(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOTEBOOK_DATABASE", url)

    result = CliRunner().invoke(totebook, ["erase", "--owner", "ACME", "--number", "N1", "--yes"])

    assert result.exit_code == 0, result.output
    assert "Erased of order N1 of ACME: 1 recipients, 0 names" in " ".join(result.output.split())
    database = open_database(url)
    with database.reading() as connection:
        assert connection.execute(PERSONAL_RECORD.select()).all() == []
    database.close()


def test_order_that_is_not_there_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOTEBOOK_DATABASE", url)

    result = CliRunner().invoke(totebook, ["erase", "--owner", "ACME", "--number", "N7", "--yes"])

    assert isinstance(result.exception, NotFoundError)
