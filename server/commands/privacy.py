"""Erasing from a shell."""

import click
from rich.console import Console

from server.api.ops.privacy import EraseBody, erased
from server.config import Settings
from server.core import Core
from server.reports.erasures import COUNTS

out = Console()


@click.command("erase")
@click.option("--owner", required=True, help="Code of the merchant.")
@click.option("--number", required=True, help="Number of the order.")
@click.option("--channel", help="Needed only where several orders have this number.")
@click.confirmation_option(prompt="What is erased can't be brought back. Go on?")
def erase_command(owner: str, number: str, channel: str | None) -> None:
    """Erase everything about the consumer of an order; on SQLite the server must be stopped.

    A running server does the same by POST /ops/v1/personal/erase.
    """
    core = Core.open(Settings.from_environment())
    try:
        told = erased(core, EraseBody(owner, number, channel), "cli")
    finally:
        core.close()
    counts = ", ".join(f"{getattr(told, name)} {name}" for name in COUNTS)
    out.print(f"Erased of order {number} of {owner}: {counts}")
