"""What left and arrived under a transfer, and what is lost once it is closed.

1. Units of a stock key that left, and that arrived, are two sums (`TransferUnits`) in either book,
   so that batches of both sites may come in any order, before the transfer was heard of too.
2. What is in transit stands in the book of the origin, at the transit place of the target. What the
   target has taken it owes at its transit place of the origin, until the origin has heard of it and
   posts the units from transit to `ARRIVED`. So at every moment the transit places and `ARRIVED` of
   all books together hold what is on the road, and every unit is counted once.
3. Closed at the origin, what left and did not arrive is posted to lost and found, and one task
   names how many units differ. What comes later changes both, and where nothing differs any more
   the task is done.
"""

from msgspec.structs import replace

from server.lane.activity import Context
from server.lane.want import Look
from server.ledger.discrepancies import close_task, open_task
from server.ledger.posting import post, want_posting
from server.ledger.records import LOST, TRANSIT, Stock, Task
from server.record import shape
from server.transfers.records import Transfer, TransferLine, TransferUnits
from server.transfers.rules import difference

UNITS = shape(TransferUnits)


def want_transfer(look: Look, site: int, number: int) -> Transfer | None:
    """Name a transfer with its lines, what was counted to it, and the task that names it."""
    lines_of(look, site, number)
    units_of(look, site, number)
    transfer = look.row(Transfer, (site, number))
    if transfer is not None and transfer.task is not None:
        look.row(Task, (site, transfer.task))
    return transfer


def want_settling(look: Look, transfer: Transfer | None, stock: int, earliest: int) -> None:
    """Name what posting units to lost and found, or out of it, reads at the origin."""
    if transfer is not None and transfer.origin == transfer.site:
        want_posting(look, transfer.site, TRANSIT + transfer.target, LOST, stock, earliest)


def lines_of(look: Look, site: int, number: int) -> list[TransferLine]:
    """The lines of a transfer."""
    return look.listing(TransferLine, "by_transfer", (site, number))


def units_of(look: Look, site: int, number: int) -> list[TransferUnits]:
    """What was counted to a transfer."""
    return look.listing(TransferUnits, "by_transfer", (site, number))


def count_in(
    context: Context, number: int, stock: Stock, *, sent: int = 0, taken: int = 0
) -> TransferUnits:
    """Count units that left or arrived to a transfer; below zero they did not."""
    picture, site = context.picture, context.site
    known = units_of(picture, site, number)
    before = next((each for each in known if each.stock == stock.id), None)
    if before is None:
        before = TransferUnits(site, number, stock.id, stock.item, stock.lot)
        picture.declare_absent(TransferUnits, UNITS.key_of(before))
    after = replace(before, sent=before.sent + sent, taken=before.taken + taken)
    picture.put(after)
    transfer = picture.get(Transfer, (site, number))
    if transfer is not None:
        settle(context, transfer)
    return after


def settle(context: Context, transfer: Transfer) -> None:
    """Post to lost and found what left and did not arrive, if the transfer is closed, and say so.

    It follows from the sums alone, so it is the same in whatever order facts come.
    """
    if transfer.closed_at is None or transfer.origin != context.site:
        return
    transit = TRANSIT + transfer.target
    units = units_of(context.picture, context.site, transfer.id)
    for each in units:
        more = each.sent - each.taken - each.lost
        source, target = (transit, LOST) if more > 0 else (LOST, transit)
        if more:
            # Nobody reported it: an undo of what did leave must not take it back by itself.
            post(context, source, target, each.stock, abs(more), cause="correction")
            context.picture.put(replace(each, lost=each.lost + more))
    missing, over = difference(units)
    name_difference(context, transfer, missing + over)


def name_difference(context: Context, transfer: Transfer, units: int) -> None:
    """Name in one task how many units differ."""
    picture = context.picture
    known: Task | None = None
    if transfer.task is not None:
        known = picture.need(Task, (transfer.site, transfer.task))
    if known is not None and known.open is not None:
        picture.put(known := replace(known, quantity=units))
        if units == 0:
            close_task(context, known, "nothing differs any more")
    elif units and (known is None or known.quantity != units):
        number = open_task(
            context, "transfer_difference", quantity=units, note=f"transfer {transfer.number}"
        )
        picture.put(replace(transfer, task=number))
