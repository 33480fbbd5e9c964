"""What a full van leaves behind of its round: one open question, until it rides after all."""

from msgspec.structs import replace

from server.lane.activity import Context
from server.lane.want import Want
from server.ledger.discrepancies import close_task, open_task
from server.ledger.records import Task
from server.transport.records import Manifest, Parcel

WAITING = frozenset({"open", "sealed", "returned"})
"""States of a parcel that is not in a van."""


def want_left(want: Want, manifest: Manifest) -> None:
    """Name the parcels of a full van's round, and what was asked about them."""
    if manifest.full_at is not None:
        want.listing(Parcel, "by_round", (manifest.site, manifest.round))
    if manifest.left_task is not None:
        want.row(Task, (manifest.site, manifest.left_task))


def settle_left(context: Context, manifest: Manifest) -> Manifest:
    """Count what a full van left behind; one task asks to plan it until nothing is left."""
    picture, site = context.picture, context.site
    left = 0
    if manifest.full_at is not None:
        planned = picture.listing(Parcel, "by_round", (site, manifest.round))
        left = sum(parcel.state in WAITING for parcel in planned)
    task = picture.need(Task, (site, manifest.left_task)) if manifest.left_task else None
    if task is None and left:
        note = "the van was full"
        number = open_task(context, "left_behind", place=manifest.van, quantity=left, note=note)
        return replace(manifest, left_behind=left, left_task=number)
    if task is not None and not left:
        close_task(context, task, "nothing is left behind")
        return replace(manifest, left_behind=0, left_task=None)
    if task is not None and task.open is not None and task.quantity != left:
        picture.put(replace(task, quantity=left))
    return replace(manifest, left_behind=left)


def settle_rounds(context: Context, rounds: set[int]) -> None:
    """Count anew what was left behind of rounds from which shipments were taken."""
    for number in sorted(rounds):
        for manifest in context.picture.listing(Manifest, "by_round", (context.site, number)):
            context.picture.put(settle_left(context, manifest))
