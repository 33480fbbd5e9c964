"""The order of a link."""

from litestar import get

from server.api.consumer.callers import VisitorHere
from server.api.examples import shown
from server.api.handles import CoreHere
from server.reports.consumers import ConsumerOrder, consumer_order


@get(
    "/order",
    summary="Where the order is",
    sync_to_thread=True,
    responses=shown(ConsumerOrder, "Of this order alone; no name, no address."),
)
def show_order(core: CoreHere, visitor: VisitorHere) -> ConsumerOrder:
    """Tell where the parcels of the link's order are, when they come, and what may be asked."""
    with core.database.reading() as connection:
        return consumer_order(connection, visitor.order, visitor.expires)
