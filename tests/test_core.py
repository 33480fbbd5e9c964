"""Opening and closing what runs behind the API."""

from pathlib import Path

import pytest

import migrations
from server.config import ConfigError, Settings
from server.core import Core
from server.db.engine import open_database


def test_core_opens_a_book_whose_schema_is_ours(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/book.sqlite3")
    database = open_database(settings.database)
    migrations.upgrade(database)
    database.close()

    core = Core.open(settings)
    core.drain()
    core.close()
    core.close()

    assert Path(f"{tmp_path}/book.sqlite3.secret").exists()


def test_schema_that_is_not_migrated_says_what_to_do(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/book.sqlite3")

    for _ in range(2):
        with pytest.raises(ConfigError, match="run `totebook migrate`"):
            Core.open(settings)
