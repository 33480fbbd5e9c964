"""The fleet: how each device is doing, which alarms are up, and their events to follow."""

from typing import Annotated, Literal

from litestar import get
from litestar.openapi.spec import Example
from litestar.params import QueryParameter

from server.api.desk import found, known_site
from server.api.examples import shown
from server.api.handles import CoreHere
from server.api.parameters import ID_MAX, After, Id, Limit, SiteNumber
from server.lane.activity import DEVICES
from server.reports import fleet
from server.reports.fleet import FleetDevice, FleetEvent, FleetRow
from server.reports.reading import LIMIT, Page

AlarmAsked = Annotated[
    Literal["any", "overdue", "quarantine", "stuck", "silent", "drift", "battery", "old_app"]
    | None,
    QueryParameter(
        description="Only devices with an alarm of this kind, or with any.",
        examples=[Example(value="silent")],
    ),
]
NumberAsked = Annotated[
    int,
    QueryParameter(
        ge=0, le=ID_MAX, description="Number of the last event known.", examples=[Example(value=41)]
    ),
]


@get(
    "/sites/{site:int}/fleet",
    summary="How the devices of a site are doing",
    sync_to_thread=True,
    responses=shown(Page[FleetRow], "`unsynced` is as of the last contact, less what came since."),
)
def list_fleet(
    core: CoreHere,
    site: SiteNumber,
    alarm: AlarmAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[FleetRow]:
    """List devices with their last contact, what they hold, and their alarms."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return fleet.fleet(
            connection, site, core.clock.now(), alarm=alarm, after=after, limit=limit
        )


@get(
    "/sites/{site:int}/fleet/events",
    summary="Alarms as events",
    sync_to_thread=True,
    responses=shown(Page[FleetEvent], "In order, numbered without gaps."),
)
def list_fleet_events(
    core: CoreHere, site: SiteNumber, after: NumberAsked = 0, limit: Limit = LIMIT
) -> Page[FleetEvent]:
    """List alarms raised and cleared after an event; ask again with the last number to follow."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return fleet.events(connection, site, after, limit)


@get(
    "/sites/{site:int}/fleet/{device:int}",
    summary="One device",
    sync_to_thread=True,
    responses=shown(FleetDevice),
)
def show_fleet_device(core: CoreHere, site: SiteNumber, device: Id) -> FleetDevice:
    """Show a device's streams, incidents, parked lines and what else was not simply applied."""
    with core.database.reading() as connection:
        known_site(connection, site)
        here = device // DEVICES == site
        page = fleet.fleet_device(connection, device, core.clock.now()) if here else None
        return found(page, "device")


FLEET_HANDLERS = (list_fleet, list_fleet_events, show_fleet_device)
