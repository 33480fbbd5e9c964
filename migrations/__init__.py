"""The schema's history: upgrade to a revision, or go back; and who can work with which.

Servers of two versions share a book while they are replaced one by one. So a revision adds and
takes nothing away: new tables, columns that may be empty or have a default, indexes. A program runs
on its own schema and on a newer one, unless that says that it can't (`COMPATIBLE_FROM`, which
`upgrade` writes into the book). What must take away does so in a later release, when no server of
the release before needs it any more, and raises that number.

Servers that start at once take turns: the first changes the schema, the others find it changed.
"""

import time
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError

from server.config import ConfigError
from server.db.bulk import upsert_records
from server.db.damage import damage_told
from server.db.engine import Database
from server.db.plans import tell_planner
from server.db.postgresql import take_turn
from server.db.tables import METADATA
from server.errors import UnavailableError
from server.lane.activity import NETWORK
from server.processes.models import PROCESS, SCHEMA_RULE
from server.processes.records import Peer, SchemaRule

FOLDER = Path(__file__).parent
HEADS = frozenset({"0008"})
"""The newest revisions, said here so that a starting server need not read all scripts."""
NUMBER = max(int(head) for head in HEADS)
COMPATIBLE_FROM = 6
"""The oldest schema whose programs can work with this one; raised by what only adds to none."""
LOCK_TIMEOUT_MS = 10_000
"""How long a change of the schema waits for a table, and what comes after it behind it."""
FORBIDDEN = "42501"
"""PostgreSQL's state for what a user may not do."""
WATCHED_S = 2.5
"""How long processes are looked at: one that lives has raised its beat by then."""


def check(database: Database) -> None:
    """Raise ConfigError unless this program can work with the schema that is there."""
    with damage_told(database):
        if not is_newer(database):
            database.check_schema(HEADS)
            return
        needed = compatible_from(database)
    if needed > NUMBER:
        message = (
            f"The schema of {database.place} is newer than this program and takes those that were "
            f"written for {needed:04} or later; this one was for {NUMBER:04}: run a newer Totebook."
        )
        raise ConfigError(message)


def is_newer(database: Database) -> bool:
    """Whether a newer program has brought the schema beyond this one's."""
    return any(int(each) > NUMBER for each in database.revisions() if each.isdigit())


def compatible_from(database: Database) -> int:
    """What the book says of the programs that it takes; no more than the newest if nothing."""
    with database.reading() as connection:
        if not inspect(connection).has_table(SCHEMA_RULE.name):
            return NUMBER + 1
        return int(connection.scalar(select(SCHEMA_RULE.c.compatible_from)) or NUMBER + 1)


def upgrade(database: Database, revision: str = "head", *, force: bool = False) -> int:
    """Bring the schema to a revision in one transaction; answer how many processes work on it.

    Those of older programs go on while the new schema takes them; if it does not, ConfigError says
    so and nothing is changed, unless that is forced: then they stop working by themselves.
    """
    with damage_told(database):
        current = database.revisions() == HEADS
    with damage_told(database, METADATA.tables.values() if current else ()):
        return _upgrade(database, revision, force=force)


def _upgrade(database: Database, revision: str, *, force: bool) -> int:
    if revision == "head" and is_newer(database):
        check(database)
        return 0
    living = [] if database.revisions() == HEADS else living_processes(database)
    behind = [each for each in living if each.schema < COMPATIBLE_FROM]
    if behind and not force:
        versions = ", ".join(sorted({each.version for each in behind}))
        message = (
            f"{len(behind)} processes of version {versions} work on {database.place} and can't go "
            f"on with schema {NUMBER:04}: stop them first, or say --force, and they stop working."
        )
        raise ConfigError(message)
    _run(database, "upgrade", revision)
    return len(living)


def living_processes(database: Database) -> list[Peer]:
    """The server processes whose beat rises."""
    before = {each.name: each.beat for each in _processes(database)}
    if not before:
        return []
    time.sleep(WATCHED_S)
    return [each for each in _processes(database) if each.beat != before.get(each.name)]


def _processes(database: Database) -> list[Peer]:
    with database.reading() as connection:
        if not inspect(connection).has_table(PROCESS.name):
            return []
        return [Peer(*row) for row in connection.execute(select(PROCESS))]


def downgrade(database: Database, revision: str = "base") -> None:
    """Take the schema back to a revision in one transaction."""
    _run(database, "downgrade", revision)


def _run(database: Database, step: str, revision: str) -> None:
    # Read only here: it is a quarter of a second that a server need not spend to start.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    found = ", ".join(sorted(database.revisions())) or "nothing yet"
    try:
        with database.writing() as connection:
            take_turn(connection)
            if (step, revision) == ("upgrade", "head") and is_newer(database):
                # Who had the turn before was a newer program.
                check(database)
                return
            config.attributes["connection"] = connection
            config.attributes["lock_timeout_ms"] = LOCK_TIMEOUT_MS
            getattr(command, step)(config, revision)
            if step == "upgrade" and inspect(connection).has_table(SCHEMA_RULE.name):
                upsert_records(connection, SchemaRule, [SchemaRule(NETWORK, COMPATIBLE_FROM)])
            if database.dialect == "sqlite":
                tell_planner(connection)
    except CommandError as error:
        message = (
            f"The schema of {database.place} is at {found}, and can't be brought to {revision}: "
            f"{error}. Was it made by a newer Totebook? Then run that one."
        )
        raise ConfigError(message) from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != FORBIDDEN:
            raise
        message = (
            f"The schema of {database.place} is at {found}, and this user may not change it: run "
            "`totebook migrate` with TOTEBOOK_OWNER_DATABASE set to the address of its owner."
        )
        raise ConfigError(message) from error
    except UnavailableError as error:
        if error.code != "database.busy":
            raise
        message = (
            f"The schema of {database.place} can't be changed now: others hold its tables for "
            "longer than a change may wait. Nothing was changed; try again when less is going on, "
            "or end what holds them (pg_stat_activity tells)."
        )
        raise ConfigError(message) from error
