"""Whether the server lives, and whether it can work."""

import msgspec
from litestar import get
from litestar.types import ControllerRouterHandler

from server.api.handles import CoreHere


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
    """Answer 200 while the database can be read; 503 says what hinders."""
    return Health("ok", core.database.version, core.relay.undelivered())


HEALTH_HANDLERS: tuple[ControllerRouterHandler, ...] = (health, ready)
