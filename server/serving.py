"""Runs the HTTP server: granian in front, the application in its worker processes."""

import os
import socket
import sys

import migrations
from server.config import ConfigError, Settings, variable
from server.db.engine import open_database

BACKLOG = 1_024
STOP_S_MAX = 60
"""How long a stopping worker may finish what waits in its lanes."""


def serve(settings: Settings, workers: int) -> None:
    """Serve until told to stop; what is wrong is said before a worker is started."""
    if workers > 1 and settings.database.startswith("sqlite"):
        message = "SQLite serves from one process: use --workers 1, or PostgreSQL."
        raise ConfigError(message)
    check_port(settings)
    database = open_database(settings.database)
    try:
        database.check_schema(migrations.HEADS)
    finally:
        database.close()
    os.execv(sys.executable, command(settings, workers))  # noqa: S606 - our own arguments.


def command(settings: Settings, workers: int) -> list[str]:
    """The server as a command; it takes this process's place, which lets go of what it read."""
    return [
        sys.executable,
        *("-m", "granian"),
        *("--interface", "asgi"),
        *("--host", settings.host),
        *("--port", str(settings.port)),
        *("--workers", str(workers)),
        *("--backlog", str(BACKLOG)),
        *("--workers-kill-timeout", str(STOP_S_MAX)),
        *("--log-level", "warning"),
        "--no-ws",
        "--factory",
        "server.main:app_from_environment",
    ]


def check_port(settings: Settings) -> None:
    """Say clearly that somebody else listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            message = (
                f"Port {settings.port} on {settings.host} can't be had ({error.strerror}): "
                f"stop what listens there, or choose another with {variable('port')}."
            )
            raise ConfigError(message) from error
