"""A finished book to tamper with."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_protocol.operations import Receive
from server.activities import ACTIVITIES
from server.db.engine import Database, open_database
from server.sync.push import PushRules
from tests.sync.yard import yard_on

RULES = PushRules(ACTIVITIES)
RECEIVE = next(each for each in ACTIVITIES if each.message is Receive)


@pytest.fixture(scope="session")
def finished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with a day's book, to copy."""
    path = tmp_path_factory.mktemp("yard") / "book.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    with yard_on(database) as yard:
        yard.work()
    database.close()
    return path


@pytest.fixture
def book(finished: Path, tmp_path: Path) -> Iterator[Database]:
    """Give a copy of a day's book, to tamper with."""
    path = tmp_path / "book.sqlite3"
    shutil.copyfile(finished, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()
