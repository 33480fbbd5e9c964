"""Announced receipts as a body: the same for merchants and for ops in their name."""

from typing import Annotated

import msgspec

from server.api.desk import Done, ask
from server.api.guards import Principal
from server.api.parameters import Code, Quantity, Text
from server.core import Core
from server.inbound.announcing import LINES_MAX
from server.inbound.messages import AnnouncedGoods, AnnounceReceipt

Day = Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d\d-\d\d)?$")]


class AnnouncedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of an announcement; what is empty is not known."""

    sku: Code
    quantity: Quantity
    lot: Text = ""
    serial: Text = ""
    expiry: Day = ""
    unit: Text = ""
    """SSCC of the pallet or carton in which it comes."""


class AnnouncementBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A delivery to a site (ASN), under a number of the merchant's own."""

    number: Code
    site: Annotated[int, msgspec.Meta(ge=1, le=99_999)]
    """Where it is to arrive."""
    lines: Annotated[tuple[AnnouncedBody, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
    supplier: Text = ""
    expected_on: Day = ""
    cross_dock: bool = False
    """The goods go on to orders and are not to be stored."""


async def announce(core: Core, principal: Principal, owner: int, body: AnnouncementBody) -> Done:
    """Announce a receipt; what was answered is durable."""
    message = AnnounceReceipt(
        actor=principal.actor,
        owner=owner,
        number=body.number,
        lines=tuple(
            AnnouncedGoods(line.sku, line.quantity, line.lot, line.serial, line.expiry, line.unit)
            for line in body.lines
        ),
        supplier=body.supplier,
        expected_on=body.expected_on,
        cross_dock=body.cross_dock,
    )
    return await ask(core, body.site, message)
