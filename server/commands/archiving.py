"""`totebook archive`: lines of commits long closed go to files."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

import migrations
from server.clock import SystemClock
from server.commands.progress import progress, steps_told
from server.config import Settings, owner_database
from server.db.engine import open_database
from server.db.limits import Limits
from server.sync.archiving import archive

out = Console()


@click.command("archive")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--before",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="Lines recorded before this day (UTC); at least 30 days ago.",
)
def archive_command(folder: Path, before: datetime) -> None:
    """Move raw lines of old commits to files in FOLDER; the book keeps all they came to.

    Give the same FOLDER each time, and keep it: `totebook verify --archive FOLDER` needs it. On
    PostgreSQL servers go on meanwhile; a SQLite book must not be served.
    """
    settings = Settings.from_environment()
    database = open_database(owner_database(settings), limits=Limits.of(settings))
    moment = int(before.replace(tzinfo=UTC).timestamp()) * 1_000
    try:
        migrations.check(database)
        with progress(out) as bar:
            done = archive(
                database, folder, moment, SystemClock().now(), on_progress=steps_told(bar)
            )
    finally:
        database.close()
    out.print(
        f"{folder}: {done.parts:,} new parts, {done.bytes:,} bytes; {done.lines:,} lines gave way "
        "in the book. Back this folder up: what stands in it is nowhere else."
    )
