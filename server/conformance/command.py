"""`totebook conformance`: proves a server, or a client in any language."""

import os
import sys

import click
import httpx
import msgspec
from rich.console import Console
from rich.table import Table

from server.conformance.clients import run_client_scripts
from server.conformance.office import Office
from server.conformance.scripts import Script, read_scripts
from server.conformance.servers import Result, run_server_scripts
from server.logs import configure_logs

TIMEOUT_S = 60.0
COLOURS = {"passed": "green", "failed": "red", "skipped": "yellow"}


@click.command("conformance")
@click.argument("url", required=False)
@click.option("--key", envvar="TOTEBOOK_API_KEY", help="API key of a supervisor, for URL.")
@click.option("--site", type=int, default=1, show_default=True, help="Site to play at.")
@click.option("--person", default="", help="Code of somebody on floor or road who signs in.")
@click.option("--pin", default="", help="Their PIN.")
@click.option("--client", "client", help="Command of a client; a folder is added to it.")
@click.option("--only", multiple=True, help="Only scenarios of these names.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def conformance_command(
    url: str | None,
    *,
    key: str | None,
    site: int,
    person: str,
    pin: str,
    client: str | None,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Play the scenarios of device_protocol/SPEC.md against the server at URL, or with a client.

    Against a server it invites about thirty devices named `conformance` at the site and revokes
    them at the end. Their lines move no goods; some are parked, some open an incident. Two zones
    and four bins named CONFORMANCE-… stay. Scenarios that need a person are skipped without one.

    With --client no server is needed: each scenario has one of its own, on a book that is thrown
    away, behind a road that fails. See SPEC.md, "Driving a client in tests".
    """
    if (url is None) == (client is None):
        raise click.UsageError("Name the URL of a server, or --client and a command.")
    if url is not None:
        if not key:
            raise click.UsageError("Give a supervisor's API key with --key.")
        results = _against(url, key, site, (person, pin), _chosen("server", only))
    else:
        # The servers of the scenarios say what they think of the faults; nobody asked.
        configure_logs("critical", "json")
        results, _ = run_client_scripts(_chosen("client", only), client or "")
    if as_json:
        click.echo(msgspec.json.encode(results).decode())
    else:
        show(results)
    sys.exit(1 if any(each.verdict == "failed" for each in results) else 0)


def _against(
    url: str, key: str, site: int, sign_in: tuple[str, str], scripts: list[Script]
) -> list[Result]:
    with httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False) as http:
        office = Office(http, key, site)
        try:
            return run_server_scripts(scripts, http, office, os.urandom, sign_in)
        finally:
            office.leave()


def _chosen(side: str, only: tuple[str, ...]) -> list[Script]:
    scripts = read_scripts("server" if side == "server" else "client")
    unknown = sorted(set(only) - {script.name for script in scripts})
    if unknown:
        raise click.UsageError(
            f"There is no scenario {', '.join(unknown)}; there are "
            f"{', '.join(script.name for script in scripts)}."
        )
    return [script for script in scripts if not only or script.name in only]


def show(results: list[Result], console: Console | None = None) -> None:
    """Print a table of what passed, and what each failure was."""
    console = console or Console()
    table = Table("scenario", "", "shows", box=None, pad_edge=False)
    for each in results:
        verdict = f"[{COLOURS[each.verdict]}]{each.verdict}"
        table.add_row(each.name, verdict, ", ".join(each.shows))
    console.print(table)
    for each in results:
        if each.why:
            console.print(f"{each.name}: {each.why}", markup=False, soft_wrap=True)
    counts = {verdict: sum(each.verdict == verdict for each in results) for verdict in COLOURS}
    console.print(", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count))
