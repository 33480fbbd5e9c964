"""`totebook import`: masters and orders, through a running server or straight into the book."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import httpx
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from server.config import ConfigError, Settings
from server.core import Core
from server.identity.personal import kept_ms
from server.integrations.import_rows import KINDS, read_directory
from server.integrations.imports import Report, run_import
from server.integrations.mapping import read_mapping
from server.integrations.order_intake import Intake, Placed, orders_of, placed
from server.integrations.order_returns import take_back
from server.integrations.orders_csv import read_orders
from server.lane.activity import IMPORT, NETWORK
from server.merchants.models import MERCHANT

out = Console()
SHOWN_MAX = 20
SERVER_S_MAX = 600
EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)
server_option = click.option("--server", help="URL of a running server; else the book is opened.")
key_option = click.option(
    "--key", envvar="TOTEBOOK_API_KEY", help="API key for --server, role ops."
)


@click.group("import")
def import_group() -> None:
    """Import masters and orders; a bad line stops no good one, and twice changes nothing."""


@import_group.command("masters")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=EXISTING)
@click.option("--dry-run", is_flag=True, help="Only say what would become of each line.")
@server_option
@key_option
def masters(kind: str, file: Path, server: str | None, key: str | None, *, dry_run: bool) -> None:
    """Import a CSV file of KIND (docs/imports.md lists the columns)."""
    content = file.read_bytes()
    if server is not None:
        address = f"/ops/v1/imports/{kind}?dry_run={str(dry_run).lower()}"
        answer = asked(server, key, address, content=content)
        report = msgspec.json.decode(answer, type=Report)
    else:
        with opened() as core, progress() as bar:
            task = bar.add_task(f"{kind} {file.name}", total=len(content))
            with core.database.reading() as connection:
                directory = read_directory(connection)
            report = run_import(
                core.lanes.rehearse if dry_run else core.lanes.say,
                kind,
                content,
                directory,
                core.randomness,
                file=str(file),
                actor="cli",
                on_progress=lambda done, _total: bar.update(task, completed=done),
            )
    done = "would be applied" if dry_run else "applied"
    out.print(
        f"{report.total:,} lines: {report.applied:,} {done}, {report.unchanged:,} unchanged, "
        f"{len(report.refused):,} refused"
    )
    told([f"{error.file or file}:{error.line}: {error.reason}" for error in report.refused])
    sys.exit(1 if report.refused else 0)


@import_group.command("orders")
@click.argument("files", nargs=-1, required=True, type=EXISTING)
@click.option("--mapping", required=True, type=EXISTING, help="TOML file that says how to read.")
@click.option("--site", required=True, type=int, help="Number of the site that fulfils them.")
@server_option
@key_option
def orders(
    files: tuple[Path, ...], mapping: Path, site: int, server: str | None, key: str | None
) -> None:
    """Place the orders of CSV FILES."""
    if server is not None:
        parts = [("orders", (file.name, file.read_bytes(), "text/csv")) for file in files]
        parts.append(("mapping", (mapping.name, mapping.read_bytes(), "application/toml")))
        answer = asked(server, key, f"/ops/v1/sites/{site}/orders/import", files=parts)
        report = msgspec.json.decode(answer, type=Placed)
    else:
        report = placed_in_book(files, mapping, site)
    out.print(
        f"{report.read:,} documents: {report.taken:,} orders taken, "
        f"{report.duplicates:,} duplicates, {report.conflicts:,} conflicts, "
        f"{report.returns:,} returns ({report.cancelled:,} lines cancelled, "
        f"{report.expected:,} expected back, {len(report.unmatched):,} unmatched), "
        f"{report.adjustments:,} corrections of stock left alone, "
        f"{len(report.refused):,} refused"
    )
    told([*report.refused, *report.unreadable, *report.unmatched])
    sys.exit(1 if report.refused or report.unreadable else 0)


def placed_in_book(files: tuple[Path, ...], mapping: Path, site: int) -> Placed:
    """Read the files and place their orders in the book itself."""
    rules = read_mapping(mapping)
    with opened() as core, progress() as bar:
        task = bar.add_task("orders", total=None)
        found = read_orders(
            list(files), rules, lambda done, total: bar.update(task, completed=done, total=total)
        )
        with core.database.reading() as connection:
            row = connection.execute(
                MERCHANT.select().where(MERCHANT.c.site == NETWORK, MERCHANT.c.code == rules.owner)
            ).first()
        if row is None:
            raise ConfigError(f"There is no merchant {rules.owner}: import merchants first.")
        wanted = orders_of(found, row.id, site)
        intake = Intake(
            core.lanes,
            core.database,
            core.randomness,
            stream=IMPORT,
            actor="cli",
            kept_ms=kept_ms(core.settings, "recipient"),
        )
        outcomes = intake.take(wanted, core.clock.now())
        core.drain()
        back = take_back(
            found, row.id, say=core.lanes.say, database=core.database, stream=IMPORT, actor="cli"
        )
        report = placed(found, wanted, outcomes, back)
        core.drain()
    return report


@contextmanager
def opened() -> Iterator[Core]:
    """The book itself; while a server runs on SQLite, it says so and names --server."""
    core = Core.open(Settings.from_environment())
    try:
        yield core
    finally:
        core.close()


def asked(
    server: str,
    key: str | None,
    address: str,
    *,
    method: str = "POST",
    content: bytes | None = None,
    files: list[tuple[str, tuple[str, bytes, str]]] | None = None,
) -> bytes:
    """Call the running server; what it refuses is said in its own words."""
    if not key:
        raise ConfigError("Give --key (or TOTEBOOK_API_KEY): an API key with role ops.")
    try:
        answer = httpx.request(
            method,
            server.rstrip("/") + address,
            content=content,
            files=files,
            headers={"Authorization": f"Bearer {key}"},
            timeout=SERVER_S_MAX,
        )
    except httpx.RequestError as error:
        raise ConfigError(f"{server} can't be reached: {error}") from error
    if not answer.is_success:
        raise ConfigError(f"{server} answered {answer.status_code}: {answer.text[:500]}")
    return answer.content


def told(lines: list[str]) -> None:
    """Print the first lines and how many there are."""
    for line in lines[:SHOWN_MAX]:
        out.print(f"  {line}", highlight=False, markup=False)
    if len(lines) > SHOWN_MAX:
        out.print(f"  … and {len(lines) - SHOWN_MAX:,} more")


def progress() -> Progress:
    """A bar by bytes."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=out,
        transient=True,
    )
