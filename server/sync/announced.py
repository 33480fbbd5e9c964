"""The document of an announced delivery, which every dock follows."""

import msgspec
from msgspec.structs import replace

from device_protocol.bodies import AnnouncedBody, AnnouncedLineBody
from server.catalog.records import Item
from server.inbound.records import CROSS_DOCK, AnnouncedLine, Announcement
from server.lane.activity import NETWORK
from server.lane.want import Look
from server.sync.documents import Draft, Subject, merchant_code, zone_scope

_encode = msgspec.json.Encoder().encode


def announced_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """An announced delivery that is not closed, for every dock."""
    site = subject.site
    announced = look.row(Announcement, (site, subject.id))
    if announced is None or announced.closed_at is not None:
        return ()
    lines = []
    for line in look.listing(AnnouncedLine, "by_announcement", (site, subject.id)):
        item = look.row(Item, (NETWORK, line.item))
        told = AnnouncedLineBody(
            line.position,
            line.item,
            item.sku if item else "",
            line.quantity,
            line.received,
            item.description if item else "",
        )
        about = {name: getattr(line, name) for name in ("lot", "serial", "expiry", "unit")}
        lines.append(replace(told, **about))
    body = AnnouncedBody(
        announced.id,
        announced.number,
        announced.owner,
        tuple(lines),
        merchant_code(look, announced.owner),
        announced.expected_on,
        1 if announced.route == CROSS_DOCK else 0,
    )
    return (Draft(zone_scope(site, 0), subject.text, _encode(body)),)
