"""Runs many seeds: one after the other, or in several processes; in memory or on a database."""

import importlib
import pkgutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import sqlalchemy as sa
import structlog

import server
from server.config import ConfigError
from server.db.engine import Database, open_database
from server.db.tables import METADATA
from server.simulation.books import Book, SqlBook
from server.simulation.seeds import Result, run_seed

CHUNK = 20


def run_seeds(seeds: range, jobs: int) -> Iterator[Result]:
    """Run seeds in memory, in their order, on so many processes."""
    if jobs <= 1:
        for seed in seeds:
            yield run_seed(seed)
        return
    with ProcessPoolExecutor(jobs, initializer=quiet) as pool:
        yield from pool.map(run_seed, seeds, chunksize=min(CHUNK, max(1, len(seeds) // jobs)))


def run_on(book: Book, seeds: range) -> Iterator[Result]:
    """Run seeds on one book, one after the other; each begins with an opened house."""
    yield from map(partial(run_seed, book=book), seeds)


def quiet() -> None:
    """Log nothing: what the rules say of parked lines is no news here."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(50), cache_logger_on_first_use=False
    )


@contextmanager
def book_on(url: str) -> Iterator[Book]:
    """A book on an empty database, which is left empty, or in a new SQLite file."""
    with tempfile.TemporaryDirectory(prefix="totebook-simulation-") as folder:
        database = open_database(url or f"sqlite:///{Path(folder, 'simulated.sqlite3')}")
        try:
            must_be_empty(database)
            tables = all_tables()
            with database.writing() as connection:
                tables.create_all(connection)
            yield SqlBook(database)
            with database.writing() as connection:
                tables.drop_all(connection)
        finally:
            database.close()


def must_be_empty(database: Database) -> None:
    """Refuse a database in which there is anything: the simulator writes over it."""
    with database.reading() as connection:
        if sa.inspect(connection).get_table_names():
            message = f"{database.place} is not empty, and the simulator would write over it."
            raise ConfigError(message)


def all_tables() -> sa.MetaData:
    """Every table there is; that its rows are never changed is for the rules here, not for SQL."""
    for package in pkgutil.iter_modules(server.__path__, "server."):
        if package.ispkg:
            parts = importlib.import_module(package.name).__path__
            if any(part.name == "models" for part in pkgutil.iter_modules(parts)):
                importlib.import_module(f"{package.name}.models")
    return METADATA
