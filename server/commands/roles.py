"""`totebook roles`: who may do what in PostgreSQL."""

import click
from rich.console import Console

import migrations
from server.config import ConfigError, Settings, owner_database
from server.db.engine import open_database
from server.db.roles import ROLES, make_roles

out = Console()


@click.command("roles")
def roles_command() -> None:
    """Make the roles of servers and readers in PostgreSQL, and grant them the least they need."""
    database = open_database(owner_database(Settings.from_environment()))
    try:
        if database.dialect != "postgresql":
            message = "Roles are PostgreSQL's; a SQLite book belongs to whoever may write its file."
            raise ConfigError(message)
        migrations.check(database)
        make_roles(database)
    finally:
        database.close()
    out.print(
        f"{database.place}: {ROLES.app} may work on the book, {ROLES.read} may read it. "
        f"Make logins their members: CREATE ROLE … LOGIN IN ROLE {ROLES.app}"
    )
