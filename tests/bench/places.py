"""Where the databases of a measurement stand: files in a folder, or a PostgreSQL of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

import migrations
from server.db.engine import open_database
from tests.databases import postgres_server_url, prepare_folder, remove_folder


class Place:
    """A place for databases, by name."""

    dialect = ""

    def new(self, name: str) -> str:
        """Make a database with all tables and no rows; answer its URL."""
        url = self.empty(name)
        database = open_database(url)
        migrations.upgrade(database)
        database.close()
        return url

    def empty(self, name: str) -> str:
        """Make a database with nothing in it; answer its URL."""
        raise NotImplementedError

    def copied(self, name: str, to: str) -> str:
        """Copy a database that nobody has open; answer the copy's URL."""
        raise NotImplementedError

    def drop(self, name: str) -> None:
        """Give back the room that a database takes."""
        raise NotImplementedError


class SqlitePlace(Place):
    """Files in a folder."""

    dialect = "sqlite"

    def __init__(self, folder: Path) -> None:
        """Use a folder that is there."""
        self.folder = folder

    def path(self, name: str) -> Path:
        """The file of a database."""
        return self.folder / f"{name}.sqlite3"

    def empty(self, name: str) -> str:
        """Name a file; opening it makes it."""
        return f"sqlite:///{self.path(name)}"

    def copied(self, name: str, to: str) -> str:
        """Copy the file."""
        shutil.copyfile(self.path(name), self.path(to))
        return self.empty(to)

    def drop(self, name: str) -> None:
        """Delete the file, and what stands beside it."""
        for path in self.folder.glob(f"{name}.sqlite3*"):
            path.unlink()


class PostgresqlPlace(Place):
    """Databases of one server, durable as it comes."""

    dialect = "postgresql"

    def __init__(self, server: str) -> None:
        """Make the server durable: for tests it is not."""
        self.server = server
        names = ("fsync", "synchronous_commit", "full_page_writes")
        self._tell(*(f"ALTER SYSTEM SET {name} = on" for name in names))
        self._tell("SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        """The address of a database."""
        address = make_url(self.server).set(database=f"bench_{name}")
        return address.render_as_string(hide_password=False)

    def empty(self, name: str) -> str:
        """Create it."""
        self._tell(f"CREATE DATABASE bench_{name}")
        return self.url(name)

    def copied(self, name: str, to: str) -> str:
        """Create it after a template."""
        self._tell(f"CREATE DATABASE bench_{to} TEMPLATE bench_{name}")
        return self.url(to)

    def drop(self, name: str) -> None:
        """Drop it, whoever still reads."""
        self._tell(f"DROP DATABASE bench_{name} WITH (FORCE)")

    def _tell(self, *statements: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def place_for(dialect: str) -> Iterator[Place]:
    """Give a place for databases of a kind, and clear it away afterwards."""
    if dialect == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield SqlitePlace(Path(folder))
        return
    prepare_folder()
    try:
        yield PostgresqlPlace(postgres_server_url())
    finally:
        remove_folder()
