"""The document of a transfer between sites, which the docks of both follow."""

import msgspec

from device_protocol.bodies import TransferBody, TransferLineBody
from server.catalog.records import Item
from server.lane.activity import NETWORK
from server.lane.want import Look
from server.sync.documents import Draft, Subject, merchant_code, zone_scope
from server.transfers.records import Transfer
from server.transfers.rules import is_done, shared_out
from server.transfers.standing import lines_of, units_of

_encode = msgspec.json.Encoder().encode


def transfer_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A transfer that is neither closed nor done, for every dock."""
    site, number = subject.site, int(subject.id)
    transfer = look.row(Transfer, (site, number))
    lines, units = lines_of(look, site, number), units_of(look, site, number)
    if transfer is None or transfer.closed_at is not None or is_done(lines, units):
        return ()
    standing = shared_out(lines, units)
    told = []
    for line in sorted(lines, key=lambda each: each.position):
        item = look.row(Item, (NETWORK, line.item))
        told.append(
            TransferLineBody(
                line.position,
                line.item,
                item.sku if item else "",
                line.quantity,
                standing[line.position].sent,
                standing[line.position].taken,
                item.description if item else "",
                line.lot,
            )
        )
    body = TransferBody(
        transfer.id,
        transfer.number,
        transfer.origin,
        transfer.target,
        transfer.owner,
        tuple(told),
        merchant_code(look, transfer.owner),
    )
    return (Draft(zone_scope(site, 0), subject.text, _encode(body)),)
