"""`totebook workload`: what is left to pick, for a terminal or as a picture."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

import migrations
from server.clock import SystemClock
from server.config import Settings
from server.db.engine import open_database
from server.reports.wave_rules import clock_of
from server.reports.workload import workload
from server.reports.workload_picture import WORDS, due_of, picture, title_of, waiting_of

out = Console()


@click.command("workload")
@click.argument("site", type=click.IntRange(1))
@click.option(
    "--svg", type=click.Path(path_type=Path, dir_okay=False), help="Draw it into this file."
)
def workload_command(site: int, svg: Path | None) -> None:
    """Show what is left to pick at SITE, by zone and the hour it is due; the server may run."""
    database = open_database(Settings.from_environment().database, writes=False)
    try:
        migrations.check(database)
        with database.reading() as connection:
            told = workload(connection, site, SystemClock().now())
            clock = clock_of(connection, site)
    finally:
        database.close()
    if svg is not None:
        svg.write_text(picture(told, clock), "utf-8")
        out.print(f"{svg}: {title_of(told)}")
        return
    table = Table("zone", "due", "lines", "units", "minutes", "", title=title_of(told))
    for zone in told.zones:
        for hour in zone.hours:
            counted = (str(hour.lines), str(hour.units), str(hour.minutes))
            risk = WORDS[hour.risk] if hour.due else ""
            table.add_row(zone.zone or "-", due_of(hour, clock), *counted, risk)
    out.print(table)
    out.print(waiting_of(told))
