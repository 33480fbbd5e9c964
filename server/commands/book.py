"""Commands about the book: schema, verify, backup, restore."""

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

import migrations
from server.activities import ACTIVITIES
from server.commands.progress import progress, steps_told
from server.commands.serving import tell_living
from server.config import Settings, owner_database
from server.core import Core
from server.db.engine import open_database
from server.db.limits import Limits
from server.db.roles import grant_again
from server.lane import backup as backups
from server.sync.archive import Archive
from server.sync.push import PushRules
from server.sync.restoring import tell_restored
from server.sync.verify import Report, verify

out = Console()
FINDINGS_SHOWN = 50


@click.command("migrate")
@click.option("--revision", default="head", show_default=True, help="Revision to go to.")
@click.option("--down", is_flag=True, help="Go back to the revision (`base` is an empty schema).")
@click.option(
    "--force", is_flag=True, help="Also under processes that can't work with the new schema."
)
def migrate_command(revision: str, *, down: bool, force: bool) -> None:
    """Bring the database's schema to what this version needs."""
    database = open_database(owner_database(Settings.from_environment()))
    try:
        if down:
            migrations.downgrade(database, revision)
        else:
            tell_living(migrations.upgrade(database, revision, force=force))
            grant_again(database)
        out.print(
            f"{database.place}: schema at {', '.join(sorted(database.revisions())) or 'nothing'}"
        )
    finally:
        database.close()


@click.command("verify")
@click.option(
    "--replay/--no-replay",
    default=True,
    show_default=True,
    help="Decide every stored operation again and compare.",
)
@click.option(
    "--archive",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder of archived lines; without it lines before the horizon are not checked.",
)
def verify_command(*, replay: bool, archive: Path | None) -> None:
    """Rebuild balances, check the chains, decide everything again; report every difference."""
    settings = Settings.from_environment()
    database = open_database(settings.database, writes=False, limits=Limits.of(settings))
    try:
        migrations.check(database)
        rules = PushRules(ACTIVITIES) if replay else None
        with progress(out) as bar:
            report = verify(
                database, rules, steps_told(bar), None if archive is None else Archive(archive)
            )
    finally:
        database.close()
    print_report(report)
    sys.exit(0 if report.clean else 1)


def print_report(report: Report) -> None:
    """Say what was checked and what differs."""
    out.print(
        f"{report.commits:,} commits, {report.operations:,} operations, "
        f"{report.movements:,} movements, {report.balances:,} balances checked"
    )
    if report.archived:
        where = "not checked: give --archive FOLDER to check them and to decide all again"
        told = where if report.unread else "checked in the archive"
        out.print(f"{report.archived:,} lines stand before the horizon, {told}")
    if report.clean:
        out.print("[green]verify: clean[/green]")
        return
    table = Table("kind", "site", "row", "detail")
    for finding in report.findings[:FINDINGS_SHOWN]:
        table.add_row(finding.kind, str(finding.site), finding.row, finding.detail)
    out.print(table)
    out.print(f"[red]verify: {len(report.findings):,} differences[/red]")


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def backup_command(target: Path) -> None:
    """Copy the SQLite book to TARGET while the server runs."""
    size = backups.backup(Settings.from_environment().database, target)
    out.print(f"{target}: {size:,} bytes")


@click.command("restore")
@click.argument("source", type=click.Path(path_type=Path, dir_okay=False))
@click.confirmation_option(prompt="The book is put aside and replaced by the backup. Go on?")
def restore_command(source: Path) -> None:
    """Put the backup SOURCE in the place of the SQLite book; the server must be stopped.

    Devices notice and send again what the backup lacks.
    """
    settings = Settings.from_environment()
    backups.restore(settings.database, source)
    sites = tell_restored_book(settings)
    out.print(f"Restored {len(sites)} lanes. Start the server: devices send what the backup lacks.")


@click.command("restored")
def restored_command() -> None:
    """Tell every lane that the book was restored by other means; devices then notice."""
    out.print(f"Told {len(tell_restored_book(Settings.from_environment()))} lanes.")


def tell_restored_book(settings: Settings) -> list[int]:
    """Open the book and tell its lanes; answer their sites."""
    core = Core.open(settings)
    try:
        return tell_restored(core.lanes, core.database)
    finally:
        core.close()
