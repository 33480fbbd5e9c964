"""Messages of desks, imports and lanes about orders."""

from server.lane.message import Message


class Reallocate(Message, frozen=True, kw_only=True, tag="reallocate"):
    """Units of a shipment's line were not found; seek them elsewhere at the site."""

    shipment: int
    line: int
    quantity: int
