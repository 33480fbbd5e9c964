"""Lots: their dates and first receipts, and whether goods of a lot may still be shipped.

The date of a lot is what was said last in the floor order, and its first receipt the earliest
point, so both are the same in whatever order batches arrive. Days are those of UTC.
"""

from datetime import date

from msgspec.structs import replace

from server.lane.activity import Context
from server.lane.want import Look
from server.ledger.records import Lot
from server.ledger.stocks import StockKey

DAY_MS = 86_400_000
EPOCH_DAY = date(1970, 1, 1).toordinal()


def want_lot(look: Look, site: int, key: StockKey) -> Lot | None:
    """Name what is known of the lot of a stock key, if it has one."""
    if not key.lot or not key.item:
        return None
    return look.row(Lot, (site, key.owner, key.item, key.lot))


def note_lot(context: Context, key: StockKey, expiry: str = "") -> None:
    """Note that goods of a lot were seen, with the date that their label says, if any.

    Of two dates the later said is kept, and that they differ is flagged. What is no date, or has
    no lot to belong to, is left in the operation.
    """
    if not key.lot or not key.item:
        return
    known = want_lot(context.picture, context.site, key)
    expiry = read_day(context, expiry)
    mid = context.stamp.mid
    lot = known or Lot(context.site, key.owner, key.item, key.lot, received_at=mid)
    lot = replace(lot, received_at=min(lot.received_at, mid))
    if expiry:
        if lot.expiry not in ("", expiry):
            context.flag(
                "other_expiry", lot.expiry, expiry, "the date said last is kept; read the label"
            )
        if context.position >= (lot.said_at, lot.said_stream, lot.said_epoch):
            stream, epoch = context.stream, context.epoch
            lot = replace(lot, expiry=expiry, said_at=mid, said_stream=stream, said_epoch=epoch)
    if lot != known:
        context.picture.put(lot)


def read_day(context: Context, text: str) -> str:
    """A date as `YYYY-MM-DD`; an empty text, and a flag, where it is none."""
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        context.flag("bad_expiry", "YYYY-MM-DD", text[:20], "the date is not known")
        return ""


def days_left(lot: Lot | None, at: int) -> int | None:
    """Days of life that a lot has left at a time, 0 on its last; None where nobody said a date."""
    if lot is None or not lot.expiry:
        return None
    return date.fromisoformat(lot.expiry).toordinal() - EPOCH_DAY - at // DAY_MS


def is_expired(lot: Lot | None, at: int) -> bool:
    """Whether the date of a lot was over at a time."""
    left = days_left(lot, at)
    return left is not None and left < 0
