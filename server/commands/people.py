"""Commands about people."""

import click
import msgspec
from rich.console import Console

import migrations
from device_protocol.messages import Outcome
from server.config import ConfigError, Settings
from server.core import Core
from server.db.engine import open_database
from server.identity.messages import PutPerson
from server.identity.secrets import hash_secret
from server.lane.activity import DESK, NETWORK

out = Console()


@click.command("admin")
@click.argument("code")
@click.password_option("--password", help="Asked for if it is not given.")
def admin_command(code: str, password: str) -> None:
    """Put an administrator named CODE into the book; the server must be stopped.

    Everybody else is put by them, over the API.
    """
    settings = Settings.from_environment()
    database = open_database(settings.database)
    try:
        migrations.upgrade(database)
    finally:
        database.close()
    core = Core.open(settings)
    try:
        secret = hash_secret(password, core.randomness)
        message = PutPerson(code=code, role="admin", secret=secret)
        [outcome] = core.lanes.say(NETWORK, DESK, message).result().outcomes
    finally:
        core.close()
    told = msgspec.json.decode(outcome, type=Outcome)
    if told.outcome != "applied":
        raise ConfigError(f"{code} was not put: {told.code} {told.expected} {told.actual}.")
    out.print(f"{code} may sign in at /ops/v1/sign_in")
