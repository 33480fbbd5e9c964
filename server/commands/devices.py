"""`totebook devices`: how the fleet is doing, and putting devices in and out of work.

Reading goes on beside a running server. What changes something goes through the server with
`--server`; without, the book is opened, which on SQLite only one process may do.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import click
import msgspec
import segno
from rich.console import Console
from rich.table import Table

from device_protocol.messages import Outcome
from server.clock import SystemClock, from_rfc3339, to_rfc3339
from server.commands.importing import asked, key_option, opened, server_option
from server.config import ConfigError, Settings
from server.db.engine import Database, open_database
from server.fleet.rules import KINDS
from server.identity.messages import InviteDevice
from server.identity.secrets import hash_code
from server.ids import random_code
from server.lane.activity import DESK, DEVICES
from server.lane.message import Message
from server.reports import masters
from server.reports.fleet import FleetDevice, FleetRow, OutcomeRow, fleet, fleet_device
from server.reports.masters import SiteRow
from server.reports.reading import LIMIT_MAX, Page
from server.tasks.devices import SetDeviceState

out = Console()
INVITED_MS = 24 * 3_600_000
MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400


@click.group("devices", invoke_without_command=True)
@click.option("--site", type=int, help="Only this site.")
@click.option("--trouble", is_flag=True, help="Only devices with an alarm.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@server_option
@key_option
@click.pass_context
def devices_group(
    ctx: click.Context,
    site: int | None,
    server: str | None,
    key: str | None,
    *,
    trouble: bool,
    as_json: bool,
) -> None:
    """List devices, those in trouble first; what is unsent is as of their last contact."""
    if ctx.invoked_subcommand is not None:
        return
    rows = sorted(listed(site, "any" if trouble else None, server, key), key=urgency, reverse=True)
    if as_json:
        for row in rows:
            click.echo(msgspec.json.encode(row))
        return
    if not rows:
        out.print("No devices." if not trouble else "No device has an alarm.")
        return
    out.print(table_of(rows, SystemClock().now()))


@devices_group.command("show")
@click.argument("device", type=int)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@server_option
@key_option
def show(device: int, server: str | None, key: str | None, *, as_json: bool) -> None:
    """Show everything about DEVICE."""
    now = SystemClock().now()
    if server is not None:
        address = f"/ops/v1/sites/{device // DEVICES}/fleet/{device}"
        body = asked(server, key, address, method="GET")
        page: FleetDevice | None = msgspec.json.decode(body, type=FleetDevice)
    else:
        with read_book() as database, database.reading() as connection:
            page = fleet_device(connection, device, now)
    if page is None:
        raise ConfigError(f"There is no device {device}.")
    if as_json:
        click.echo(msgspec.json.encode(page))
    else:
        print_page(page, now)


@devices_group.command("suspend")
@click.argument("device", type=int)
@server_option
@key_option
def suspend(device: int, server: str | None, key: str | None) -> None:
    """Suspend DEVICE: it may send what it holds, and gets nothing; its packages wait for others."""
    set_state(device, "suspended", server, key)


@devices_group.command("resume")
@click.argument("device", type=int)
@server_option
@key_option
def resume(device: int, server: str | None, key: str | None) -> None:
    """Put a suspended DEVICE back to work."""
    set_state(device, "active", server, key)


@devices_group.command("revoke")
@click.argument("device", type=int)
@server_option
@key_option
@click.confirmation_option(prompt="A revoked device never works again. Revoke it?")
def revoke(device: int, server: str | None, key: str | None) -> None:
    """Revoke DEVICE for good: its later lines are parked."""
    set_state(device, "revoked", server, key)


@devices_group.command("invite")
@click.argument("name")
@click.option("--site", required=True, type=int, help="Where it will be at home.")
@click.option("--role", type=click.Choice(("floor", "courier")), default="floor", show_default=True)
@click.option("--address", help="URL that devices reach the server by; else --server or settings.")
@server_option
@key_option
def invite(
    name: str, site: int, role: str, *, address: str | None, server: str | None, key: str | None
) -> None:
    """Invite a device called NAME: prints its one-time code, good for a day, and the QR of it."""
    if server is not None:
        body = msgspec.json.encode({"name": name, "role": role})
        told = msgspec.json.decode(
            asked(server, key, f"/ops/v1/sites/{site}/devices", content=body)
        )
        code, number, expires = told["code"], told["device"], told["expires"]
    else:
        settings = Settings.from_environment()
        address = address or f"http://{settings.host}:{settings.port}"
        code, number, expires = invite_in_book(name, site, role)
    url = f"{(address or server or '').rstrip('/')}/app/#enrol?code={code}"
    out.print(f"Device {number} {name}: scan this, or type [bold]{code}[/bold] by {expires}")
    drawn = io.StringIO()
    segno.make(url, micro=False).terminal(drawn, border=2, compact=True)
    click.echo(drawn.getvalue())
    click.echo(url)


BEGIN = (
    "A book begins with `totebook admin CODE` and `totebook import masters sites FILE` "
    "(docs/operations.md, Begin); `totebook demo --keep` has one to try."
)


def invite_in_book(name: str, site: int, role: str) -> tuple[str, int, str]:
    """Invite in the book itself; answer code, number and until when."""
    with opened() as core:
        with core.database.reading() as connection:
            if not masters.sites(connection, site):
                raise ConfigError(f"There is no site {site}. {BEGIN}")
        code = random_code(core.randomness)
        until = core.clock.now() + INVITED_MS
        message = InviteDevice(
            actor="cli", name=name, role=role, code_hash=hash_code(code), until=until
        )
        [line] = core.lanes.say(site, DESK, message).result().outcomes
    told = taken(line)
    return code, int((told.grant or {})["device"]), to_rfc3339(until)


def set_state(device: int, state: str, server: str | None, key: str | None) -> None:
    """Put a device in or out of work and say what came of it."""
    site = device // DEVICES
    if server is not None:
        body = msgspec.json.encode({"state": state})
        address = f"/ops/v1/sites/{site}/devices/{device}/state"
        told = msgspec.json.decode(asked(server, key, address, content=body), type=Outcome)
    else:
        told = said_in_book(site, SetDeviceState(actor="cli", device=device, state=state))
    released = (told.grant or {}).get("released", 0)
    packages = f"; {released} packages wait for others" if released else ""
    out.print(f"Device {device} is {state}{packages}")


def said_in_book(site: int, message: Message) -> Outcome:
    """Say a message in the book itself; ConfigError if it is refused."""
    with opened() as core:
        [line] = core.lanes.say(site, DESK, message).result().outcomes
        core.drain()
    return taken(line)


def taken(line: bytes) -> Outcome:
    """An outcome that is not a refusal; ConfigError says why."""
    told = msgspec.json.decode(line, type=Outcome)
    if told.outcome != "applied":
        words = " ".join(word for word in (told.code, told.expected, told.actual) if word)
        raise ConfigError(f"It was refused: {words}.")
    return told


@contextmanager
def read_book() -> Iterator[Database]:
    """The book, to be read only; a server may be running on it."""
    database = open_database(Settings.from_environment().database, writes=False)
    try:
        yield database
    finally:
        database.close()


def listed(
    site: int | None, alarm: str | None, server: str | None, key: str | None
) -> Iterator[FleetRow]:
    """Devices of one site or of all, page by page."""
    if server is not None:
        yield from listed_by(server, key, site, alarm)
        return
    now = SystemClock().now()
    with read_book() as database, database.reading() as connection:
        for row in masters.sites(connection, site):
            after: str | None = ""
            while after is not None:
                page = fleet(connection, row.site, now, alarm=alarm, after=after, limit=LIMIT_MAX)
                yield from page.rows
                after = page.next


def listed_by(
    server: str, key: str | None, site: int | None, alarm: str | None
) -> Iterator[FleetRow]:
    """The same from a running server."""
    sites = [site] if site is not None else []
    if site is None:
        body = asked(server, key, "/ops/v1/sites", method="GET")
        sites = [row.site for row in msgspec.json.decode(body, type=list[SiteRow])]
    kind = f"&alarm={alarm}" if alarm else ""
    for number in sites:
        after: str | None = ""
        while after is not None:
            address = f"/ops/v1/sites/{number}/fleet?limit={LIMIT_MAX}{kind}&after={after}"
            body = asked(server, key, address, method="GET")
            page = msgspec.json.decode(body, type=Page[FleetRow])
            yield from page.rows
            after = page.next


def urgency(row: FleetRow) -> tuple[int, int, int, int]:
    """What sorts a device: its most pressing alarm, how many, how much it holds, and its number."""
    pressing = max((len(KINDS) - KINDS.index(kind) for kind in row.alarms), default=0)
    return pressing, len(row.alarms), row.unsynced, -row.device


def age(text: str | None, now: int) -> str:
    """How long ago a moment was, as people say it.

    >>> age("2010-12-01T08:26:00.000Z", 1_291_191_960_000 + 5_400_000)
    '1 h 30 min'
    """
    if text is None:
        return "never"
    seconds = max(0, now - from_rfc3339(text)) // 1_000
    if seconds < MINUTE_S:
        return f"{seconds} s"
    if seconds < HOUR_S:
        return f"{seconds // MINUTE_S} min"
    if seconds < DAY_S:
        return f"{seconds // HOUR_S} h {seconds % HOUR_S // MINUTE_S} min"
    return f"{seconds // DAY_S} d {seconds % DAY_S // HOUR_S} h"


def table_of(rows: list[FleetRow], now: int) -> Table:
    """The devices as a table."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("device", "name", "state", "alarms", "contact", "app"):
        table.add_column(title)
    for title in ("unsent", "since", "battery", "parked", "incidents", "packages"):
        table.add_column(title, justify="right")
    for row in rows:
        table.add_row(
            str(row.device),
            row.name,
            row.state,
            " ".join(row.alarms),
            age(row.last_contact, now),
            row.app,
            str(row.unsynced or ""),
            age(row.unsynced_since, now) if row.unsynced_since else "",
            "" if row.battery is None else f"{row.battery} %",
            str(row.parked or ""),
            str(row.incidents or ""),
            str(row.packages or ""),
            style="red" if set(row.alarms) & {"overdue", "quarantine", "stuck", "silent"} else "",
        )
    return table


def print_page(page: FleetDevice, now: int) -> None:
    """A device's page, a part after the other, empty ones left out."""
    out.print(table_of([page.device], now))
    parts: list[tuple[str, list[str]]] = [
        ("Alarms", [f"{row.kind} since {row.raised_at}: {row.detail}" for row in page.alarms]),
        (
            "Streams",
            [
                f"epoch {row.epoch}: {row.stored:,} lines, until {row.known_until or '-'}"
                for row in page.streams
            ],
        ),
        (
            "Incidents",
            [
                f"{row.incident} {row.kind} {row.opened_at}{'' if row.open else ' (closed)'}: "
                f"{row.note}"
                for row in page.incidents
            ],
        ),
        ("Parked", [outcome_line(row) for row in page.parked]),
        ("Not simply applied", [outcome_line(row) for row in page.outcomes]),
    ]
    for title, lines in parts:
        if lines:
            out.print(f"\n[bold]{title}[/bold]")
        for line in lines:
            out.print(f"  {line}", markup=False, highlight=False)


def outcome_line(row: OutcomeRow) -> str:
    """An outcome on one line."""
    words = [row.operation, row.recorded_at, row.outcome, row.code]
    words += [f"expected {row.expected}"] if row.expected else []
    words += [f"found {row.actual}"] if row.actual else []
    words += [f"due {row.due}"] if row.due else []
    return " ".join(words)
