"""The floor at a glance, for who watches it: asked for again every few seconds."""

from litestar import get

from server.api.desk import known_site
from server.api.examples import shown
from server.api.handles import CoreHere
from server.api.parameters import SiteNumber
from server.reports.floor import FloorNow, floor_now


@get(
    "/sites/{site:int}/floor",
    summary="The floor now",
    sync_to_thread=True,
    responses=shown(FloorNow),
)
def show_floor(core: CoreHere, site: SiteNumber) -> FloorNow:
    """Tell what waits by zone and state, who is here, what has not come, what is open how long."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return floor_now(connection, site, core.clock.now())


FLOOR_HANDLERS = (show_floor,)
