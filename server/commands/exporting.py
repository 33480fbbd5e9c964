"""`totebook export`: the book for other programs."""

from pathlib import Path

import click
from rich.console import Console

import migrations
from server.api.parameters import moment
from server.clock import SystemClock
from server.config import Settings
from server.db.engine import open_database
from server.integrations.epcis import Window, document, exported

out = Console()


@click.group("export")
def export_group() -> None:
    """Export the book; the server may run."""


@export_group.command("epcis")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--since", help="Recorded at or after this time (RFC 3339 with its offset).")
@click.option("--until", help="Recorded before this time.")
@click.option("--site", type=int, help="Only this site.")
def epcis_command(file: Path, since: str | None, until: str | None, site: int | None) -> None:
    """Write the movements as EPCIS 2.0 events (JSON-LD) to FILE.

    The file appears once it is whole. docs/traceability.md says what becomes of what.
    """
    window = Window(moment(since, "since"), moment(until, "until"), site)
    written = file.with_name(f"{file.name}.part")
    database = open_database(Settings.from_environment().database, writes=False)
    try:
        migrations.check(database)
        with database.reporting() as connection, written.open("wb") as target:
            for portion in document(exported(connection, window), SystemClock().now()):
                target.write(portion)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    finally:
        database.close()
    written.replace(file)
    out.print(f"{file}: {file.stat().st_size:,} bytes")
