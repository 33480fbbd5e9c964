"""Holds: one record selects stock and keeps it from being allocated, picked, loaded, delivered."""

from server.lane.want import Look
from server.ledger.records import Hold, Stock


def want_holds(look: Look, site: int) -> list[Hold]:
    """The open holds of a site; they are few."""
    return look.listing(Hold, "by_open", (site, 1))


def held_by(
    look: Look, site: int, stock: Stock, place: int, unit: int | None = None
) -> Hold | None:
    """The first open hold that selects this stock at this place, or this unit."""
    for hold in want_holds(look, site):
        if selects(hold, stock, place, unit):
            return hold
    return None


def selects(hold: Hold, stock: Stock, place: int, unit: int | None) -> bool:
    """Whether every selector that the hold gives matches."""
    asked = (
        (hold.owner, stock.owner),
        (hold.item, stock.item),
        (hold.lot, stock.lot),
        (hold.serial, stock.serial),
        (hold.place, place),
        (hold.unit, unit),
    )
    return all(selector is None or selector == actual for selector, actual in asked)
