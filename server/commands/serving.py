"""`totebook serve`; it reads little, so that the server is there soon."""

import click
from sqlalchemy.engine import make_url

import migrations
from server.config import Settings
from server.db.engine import open_database
from server.serving import serve


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
def serve_command(workers: int, *, migrating: bool) -> None:
    """Serve devices, operators and merchants over HTTP until stopped."""
    settings = Settings.from_environment()
    if migrating:
        database = open_database(settings.database)
        try:
            migrations.upgrade(database)
        finally:
            database.close()
    click.echo(
        f"Totebook on http://{settings.host}:{settings.port} (API: /schema), "
        f"book: {make_url(settings.database).render_as_string(hide_password=True)}"
    )
    serve(settings, workers)
