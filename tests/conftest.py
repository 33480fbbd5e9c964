"""Fixtures for all tests: both databases, a clock that stands, and no network but loopback."""

import gc
import importlib
import ipaddress
import os
import pkgutil
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import MetaData

import server
from server.clock import FixedClock
from server.db.engine import Database, open_database
from server.identity import secrets
from server.ids import SeededRandomness
from tests.databases import (
    FOLDER_VARIABLE,
    create_tables,
    empty_tables,
    postgres_database,
    postgres_server_url,
    prepare_folder,
    remove_folder,
)

# 2010-12-01T08:00:00Z: the first working hour of the real order data.
MORNING_MS = 1_291_190_400_000
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
WORKERS = frozenset(("lane", "live", "presence", "printing", "relay"))
"""Threads of a core: one that is left over goes on, at the cost of every test after it."""


def pytest_configure(config: pytest.Config) -> None:
    """Prepare what the worker processes of this run will share."""
    # What is collected stays: to look through it as it grows takes a third of collecting.
    gc.disable()
    if not hasattr(config, "workerinput"):
        prepare_folder()


def pytest_collection_finish() -> None:
    """Collect garbage again, but not of what was there before the first test."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop and remove what the worker processes shared."""
    if not hasattr(config, "workerinput") and FOLDER_VARIABLE in os.environ:
        remove_folder()


@pytest.fixture
def clock() -> FixedClock:
    """Give a clock that stands at the morning of the first of December 2010."""
    return FixedClock(MORNING_MS)


@pytest.fixture
def randomness() -> SeededRandomness:
    """Give randomness that is the same in every run."""
    return SeededRandomness(1)


@pytest.fixture(scope="session")
def metadata() -> MetaData:
    """Give all tables there are: importing a `models` module adds its own."""
    for package in pkgutil.iter_modules(server.__path__, "server."):
        if package.ispkg:
            parts = importlib.import_module(package.name).__path__
            if any(part.name == "models" for part in pkgutil.iter_modules(parts)):
                importlib.import_module(f"{package.name}.models")
    tables = importlib.import_module("server.db.tables")
    found: MetaData = tables.METADATA
    return found


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Give the URL of a PostgreSQL server; it is started when the first test asks."""
    return postgres_server_url()


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> Literal["sqlite", "postgresql"]:
    """Run the test once on each database."""
    chosen: Literal["sqlite", "postgresql"] = request.param
    return chosen


@pytest.fixture
def bare_url(
    dialect: str, tmp_path: Path, request: pytest.FixtureRequest, worker_id: str
) -> Iterator[str]:
    """Give the URL of a database in which there is nothing, not even tables."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path}/bare.sqlite3"
    else:
        with postgres_database(request.getfixturevalue("postgres_url"), f"bare_{worker_id}") as url:
            yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, metadata: MetaData) -> Path:
    """Give a SQLite file with all tables and no rows, to copy."""
    path = tmp_path_factory.mktemp("template") / "totebook.sqlite3"
    create_tables(f"sqlite:///{path}", metadata)
    return path


@pytest.fixture(scope="session")
def postgres_tables_url(postgres_url: str, metadata: MetaData, worker_id: str) -> Iterator[str]:
    """Give the URL of a PostgreSQL database with all tables, which this worker keeps."""
    with postgres_database(postgres_url, f"test_{worker_id}") as url:
        create_tables(url, metadata)
        yield url


@pytest.fixture
def database_url(
    dialect: str, tmp_path: Path, metadata: MetaData, request: pytest.FixtureRequest
) -> str:
    """Give the URL of a database with all tables and no rows."""
    if dialect == "sqlite":
        path = tmp_path / "totebook.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgres_tables_url")
    database = open_database(url)
    try:
        empty_tables(database, metadata)
    finally:
        database.close()
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give an open database with all tables and no rows; who works on it stops before it ends."""
    before = set(threading.enumerate())
    opened = open_database(database_url)
    yield opened
    left = [each.name for each in threading.enumerate() if each not in before]
    opened.close()
    assert not WORKERS.intersection(left), f"still running: {left}; stop the core"


@pytest.fixture(autouse=True)
def _cheap_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep passwords at no cost: what they cost is most of what a test of the API would take."""
    monkeypatch.setattr(secrets, "_hasher", CHEAP)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections that leave the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:  # noqa: ANN401 - whatever socket takes
        if self.family != socket.AF_UNIX and not _is_loopback(address[0]):
            msg = f"a test tried to reach {address!r}"
            raise RuntimeError(msg)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
