"""What shipments lack at a site: a mark per item, so that goods that come in are recognised.

The mark is put where units are named missing. It may outlast the need, as after a cancellation;
whoever seeks for the item then takes it off.
"""

from server.lane.activity import Context
from server.lane.want import Look
from server.orders.records import Lacking


def want_lacking(look: Look, site: int, owner: int, item: int) -> Lacking | None:
    """Name whether shipments lack an item."""
    return look.row(Lacking, (site, owner, item))


def note_lacking(context: Context, owner: int, item: int, units: int) -> None:
    """Note that shipments lack units of an item, if there are any."""
    if units > 0 and want_lacking(context.picture, context.site, owner, item) is None:
        context.picture.put(Lacking(context.site, owner, item))
