"""The schema's history: upgrade to a revision, or go back."""

from pathlib import Path

from server.config import ConfigError
from server.db.engine import Database

FOLDER = Path(__file__).parent
HEADS = frozenset({"0004"})
"""The newest revisions, said here so that a starting server need not read all scripts."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision in one transaction."""
    _run(database, "upgrade", revision)


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
            config.attributes["connection"] = connection
            getattr(command, step)(config, revision)
    except CommandError as error:
        message = (
            f"The schema of {database.place} is at {found}, and can't be brought to {revision}: "
            f"{error}. Was it made by a newer Totebook? Then run that one."
        )
        raise ConfigError(message) from error
