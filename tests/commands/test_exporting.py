"""totebook export."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import migrations
from server.cli import totebook
from server.db.engine import open_database
from server.errors import InvalidError
from tests.integrations.epcis_schema import read_document
from tests.reports.custody_world import custody


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a book with a day's work."""
    url = f"sqlite:///{tmp_path}/book.sqlite3"
    monkeypatch.setenv("TOTEBOOK_DATABASE", url)
    database = open_database(url)
    migrations.upgrade(database)
    custody(database)
    database.close()
    return tmp_path


def test_ledger_is_exported_as_epcis(book: Path) -> None:
    target = book / "epcis.jsonld"

    result = CliRunner().invoke(totebook, ["export", "epcis", str(target), "--site", "1"])

    assert result.exit_code == 0, result.output
    assert len(read_document(target.read_bytes())) == 18
    assert not (book / "epcis.jsonld.part").exists()


def test_export_that_fails_leaves_no_file(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = book / "epcis.jsonld"

    def broken(*_asked: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("server.commands.exporting.exported", broken)
    result = CliRunner().invoke(totebook, ["export", "epcis", str(target)])

    assert isinstance(result.exception, OSError)
    assert [each.name for each in book.glob("epcis*")] == []


def test_wrong_time_is_told(book: Path) -> None:
    result = CliRunner().invoke(
        totebook, ["export", "epcis", str(book / "x"), "--since", "yesterday"]
    )

    assert isinstance(result.exception, InvalidError)
