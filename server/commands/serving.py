"""`totebook serve`; it reads little, so that the server is there soon."""

import dataclasses
import os

import click
from sqlalchemy.engine import make_url

import migrations
from server.config import Settings, owner_database, variable
from server.db.engine import open_database
from server.db.roles import grant_again
from server.serving import serve

EVERYWHERE = "0.0.0.0"  # noqa: S104 - whoever asks for --tls serves others.


def tell_living(processes: int) -> None:
    """Say that the schema was changed under processes of an older program."""
    if processes:
        click.echo(f"{processes} processes of an older program go on with the new schema.")


@click.command("serve")
@click.option(
    "--workers", default=1, show_default=True, help="Processes; more than one needs PostgreSQL."
)
@click.option(
    "--migrate/--no-migrate",
    "migrating",
    default=True,
    show_default=True,
    help="Bring the schema up to date first.",
)
@click.option(
    "--tls",
    is_flag=True,
    help="Over HTTPS, by an authority of the house's own; everywhere unless TOTEBOOK_HOST is set.",
)
@click.option("--invite", metavar="NAME", help="Invite a device, and show the link as a QR.")
@click.option("--site", default=1, show_default=True, help="Where the invited device is at home.")
def serve_command(
    workers: int, *, migrating: bool, tls: bool, invite: str | None, site: int
) -> None:
    """Serve devices, operators and merchants over HTTP until stopped."""
    settings = Settings.from_environment()
    if tls and variable("host") not in os.environ:
        settings = dataclasses.replace(settings, host=EVERYWHERE)
    if migrating:
        database = open_database(owner_database(settings))
        try:
            before = database.revisions()
            tell_living(migrations.upgrade(database))
            if database.revisions() != before:
                grant_again(database)
        finally:
            database.close()
    click.echo(
        f"Totebook on http{'s' if tls else ''}://{settings.host}:{settings.port} (API: /schema), "
        f"book: {make_url(settings.database).render_as_string(hide_password=True)}"
    )
    if not tls and invite is None:
        click.echo("On a phone: serve --tls --invite NAME (docs/operations.md)")
        serve(settings, workers)
        return
    # What it needs is read only where it is wanted: the server should be there soon.
    from server.commands import phones  # noqa: PLC0415

    shown = phones.certificate_for(settings) if tls else None
    phones.tell(settings, shown, invite, site)
    pair = (shown.certificate, shown.key) if shown else None
    serve(settings, workers, pair, anew=invite is not None)
