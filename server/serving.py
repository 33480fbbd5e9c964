"""Before the HTTP server: what is wrong is said, then `front` goes on in the same process."""

import os
import socket
import sys
from pathlib import Path

import migrations
from server import front
from server.config import ConfigError, Settings, variable
from server.db.engine import open_database
from server.db.limits import Limits

STOP_S_MAX = 60
"""How long a stopping worker may finish what waits in its lanes."""


def serve(
    settings: Settings,
    workers: int,
    certificate: tuple[Path, Path] | None = None,
    *,
    anew: bool = False,
) -> None:
    """Serve until told to stop; what is wrong is said before a worker is started.

    With a certificate and its key, it serves over TLS. `anew` is for a process that has worked the
    book: what that began is not for a fork to inherit.
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
    if anew:
        os.execv(sys.executable, [*command(settings, workers), *shown])  # noqa: S606 - our own.
    front.main(*_words(settings, workers), *shown)


def command(settings: Settings, workers: int) -> list[str]:
    """The server by itself, as a command whose last word makes the application."""
    return [sys.executable, "-m", "server.front", *_words(settings, workers)]


def _words(settings: Settings, workers: int) -> list[str]:
    return [
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
