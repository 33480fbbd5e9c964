"""Whether the server lives, and whether it can work."""

import msgspec
from litestar import get
from litestar.types import ControllerRouterHandler

from server.api.handles import CoreHere
from server.core import Core
from server.errors import UnavailableError


class Health(msgspec.Struct, frozen=True):
    """How it is."""

    status: str
    database: str = ""
    undelivered: int = 0
    """Messages between lanes that are still to be decided; many for long are a sign of trouble."""


@get("/health", sync_to_thread=False, summary="Is the process alive?", tags=["server"])
def health() -> Health:
    """Answer whenever the process can answer at all."""
    return Health("ok")


@get("/ready", sync_to_thread=True, summary="Can it do its work?", tags=["server"])
def ready(core: CoreHere) -> Health:
    """Answer 200 while the book can be written as durably as set; 503 says what hinders."""
    if core.draining.is_set():
        raise UnavailableError(
            "This server stops; ask another.", code="server.draining", title="This server stops"
        )
    core.database.check_ready()
    return Health("ok", core.database.version, core.relay.undelivered())


def must_go_on(core: Core, path: str) -> None:
    """Raise where a newer program has changed the schema so that this one must not write."""
    if core.presence.outdated and path != "/health":
        raise UnavailableError(
            "The book has moved on to a newer Totebook; this server takes nothing more.",
            code="server.outdated",
            title="This server is too old for the book",
        )


HEALTH_HANDLERS: tuple[ControllerRouterHandler, ...] = (health, ready)
