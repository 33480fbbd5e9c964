"""totebook workload."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import MetaData

import migrations
from server.cli import totebook
from server.db.engine import open_database
from tests.databases import create_tables
from tests.reports.test_workload import filled


@pytest.fixture
def book(tmp_path: Path, metadata: MetaData, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a book in which something is left to pick."""
    url = f"sqlite:///{tmp_path}/book.sqlite3"
    monkeypatch.setenv("TOTEBOOK_DATABASE", url)
    # The tables are made from the records, which have no revision.
    monkeypatch.setattr(migrations, "HEADS", frozenset())
    create_tables(url, metadata)
    database = open_database(url)
    filled(database)
    database.close()
    return tmp_path


@pytest.mark.usefixtures("book")
def test_workload_is_shown_as_a_table() -> None:
    result = CliRunner().invoke(totebook, ["workload", "1"])

    assert result.exit_code == 0, result.output
    assert "4 lines left" in result.output
    assert "LATE" in result.output
    assert "not released: 0 orders with 0 lines" in result.output


def test_workload_is_drawn_into_a_file(book: Path) -> None:
    result = CliRunner().invoke(totebook, ["workload", "1", "--svg", str(book / "work.svg")])

    assert result.exit_code == 0, result.output
    assert (book / "work.svg").read_text("utf-8").startswith("<svg")
