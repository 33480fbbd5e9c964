"""The schema's history: upgrade to a revision, or go back."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from server.db.engine import Database

FOLDER = Path(__file__).parent


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision in one transaction."""
    _run(database, command.upgrade, revision)


def downgrade(database: Database, revision: str = "base") -> None:
    """Take the schema back to a revision in one transaction."""
    _run(database, command.downgrade, revision)


def _run(database: Database, step: object, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        step(config, revision)  # type: ignore[operator]
