"""Makes way for the HTTP server: what is wrong is said, then `front` takes this place."""

import os
import socket
import sys
from pathlib import Path

import migrations
from server.config import ConfigError, Settings, variable
from server.db.engine import open_database
from server.db.limits import Limits

STOP_S_MAX = 60
"""How long a stopping worker may finish what waits in its lanes."""


def serve(settings: Settings, workers: int, certificate: tuple[Path, Path] | None = None) -> None:
    """Serve until told to stop; what is wrong is said before a worker is started.

    With a certificate and its key, it serves over TLS.
    """
    if workers > 1 and settings.database.startswith("sqlite"):
        message = "SQLite serves from one process: use --workers 1, or PostgreSQL."
        raise ConfigError(message)
    check_port(settings)
    database = open_database(settings.database, limits=Limits.of(settings))
    try:
        migrations.check(database)
        database.check_standby()
    finally:
        database.close()
    shown = [] if certificate is None else [str(path) for path in certificate]
    os.execv(sys.executable, [*command(settings, workers), *shown])  # noqa: S606 - our own.


def command(settings: Settings, workers: int) -> list[str]:
    """The server as a command; it takes this process's place, which lets go of what it read."""
    return [
        sys.executable,
        *("-m", "server.front"),
        settings.host,
        str(settings.port),
        str(workers),
        str(settings.drain_seconds + STOP_S_MAX),
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
