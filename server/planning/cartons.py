"""Cartons.

1. A site puts which cartons stand at its benches: measured inside, what they may hold at most and
   what they weigh empty.
2. Packers are told the smallest that holds what is still to be packed, or several where none does.
   A carton is filled by volume up to a part of it, since goods leave gaps; each piece must fit in
   by its sides, turned as need be, and the load must not be too heavy.
3. Where a side or weight of some goods is unknown nothing is suggested: a guess would be packed
   twice. What was taken instead is recorded with the seal, and never refused.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from server.catalog.records import Item
from server.catalog.rules import SIDE_MM_MAX, WEIGHT_G_MAX
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import among, code_fits, put_record, within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.orders.records import ShipmentLine
from server.planning.records import Carton
from server.sites.records import Site
from server.sites.rules import site_known

FILL_PERCENT = 85
"""So much of a carton's volume is filled; the rest is gaps and padding."""
CARTONS_MAX = 20
"""A shipment that needs more is no matter of cartons."""
STATES = ("open", "retired")


class PutCarton(Message, frozen=True, kw_only=True, tag="put_carton"):
    """How a site's carton should be. For the site's lane."""

    code: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g_max: int
    own_g: int = 0
    state: str = "open"


class Piece(NamedTuple):
    """So many units of one size."""

    quantity: int
    sides_mm: tuple[int, int, int]
    """Shortest first."""
    weight_g: int

    @property
    def volume(self) -> int:
        """Of one unit, in cubic millimetres."""
        one, two, three = self.sides_mm
        return one * two * three


def needs(operation: PutCarton, want: Want, context: Context) -> None:
    """The site and the carton."""
    want.row(Site, (NETWORK, context.site))
    want.row(Carton, (context.site, operation.code))


def decide(operation: PutCarton, picture: Picture, context: Context) -> None:
    """Make or change a carton."""
    sides = ("length_mm", "width_mm", "height_mm")
    if not (
        site_known(context)
        and code_fits(context, "code", operation.code)
        and all(within(context, side, getattr(operation, side), 1, SIDE_MM_MAX) for side in sides)
        and within(context, "weight_g_max", operation.weight_g_max, 1, WEIGHT_G_MAX)
        and within(context, "own_g", operation.own_g, 0, WEIGHT_G_MAX)
        and among(context, "state", operation.state, STATES)
    ):
        return
    before = picture.get(Carton, (context.site, operation.code))
    carton = Carton(
        site=context.site,
        code=operation.code,
        length_mm=operation.length_mm,
        width_mm=operation.width_mm,
        height_mm=operation.height_mm,
        weight_g_max=operation.weight_g_max,
        own_g=operation.own_g,
        state=operation.state,
    )
    put_record(context, before, carton, code=carton.code)


def choose(cartons: Iterable[Carton], pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Codes of the smallest carton that holds all, else of several; none where nothing would."""
    offered = sorted(
        (carton for carton in cartons if carton.state == "open"),
        key=lambda carton: (_volume(carton), carton.code),
    )
    if not pieces:
        return ()
    one = _smallest(offered, pieces)
    if one:
        return (one,)
    fitting = [carton for carton in offered if all(_goes_in(carton, piece) for piece in pieces)]
    if not fitting:
        return ()
    loads = _spread(fitting[-1], pieces)
    return tuple(_smallest(offered, load) for load in loads)


def _smallest(offered: list[Carton], pieces: Sequence[Piece]) -> str:
    """The first carton that holds all of some goods; an empty text if none does."""
    volume = sum(piece.quantity * piece.volume for piece in pieces)
    weight_g = sum(piece.quantity * piece.weight_g for piece in pieces)
    return next(
        (
            carton.code
            for carton in offered
            if volume <= _room(carton)
            and weight_g <= carton.weight_g_max
            and all(_goes_in(carton, piece) for piece in pieces)
        ),
        "",
    )


def _spread(carton: Carton, pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Fill one carton after the other, the largest goods first; nothing where they are too many."""
    loads: list[list[Piece]] = []
    volume = weight_g = 0
    for piece in sorted(pieces, key=lambda each: each.volume, reverse=True):
        left = piece.quantity
        while left:
            fits = min(left, volume // piece.volume)
            if piece.weight_g:
                fits = min(fits, weight_g // piece.weight_g)
            if fits:
                loads[-1].append(piece._replace(quantity=fits))
                volume, weight_g = volume - fits * piece.volume, weight_g - fits * piece.weight_g
                left -= fits
                continue
            volume, weight_g = _room(carton), carton.weight_g_max
            if len(loads) == CARTONS_MAX or volume < piece.volume or weight_g < piece.weight_g:
                return []
            loads.append([])
    return loads


def _goes_in(carton: Carton, piece: Piece) -> bool:
    """Whether one unit goes in, turned as need be."""
    inside = sorted((carton.length_mm, carton.width_mm, carton.height_mm))
    return all(side <= room for side, room in zip(piece.sides_mm, inside, strict=True))


def _volume(carton: Carton) -> int:
    return carton.length_mm * carton.width_mm * carton.height_mm


def _room(carton: Carton) -> int:
    """What of its volume is filled."""
    return _volume(carton) * FILL_PERCENT // 100


def piece_of(item: Item | None, quantity: int) -> Piece | None:
    """So many units of an item as a piece; None where its size or weight is unknown.

    Weighed goods have the size of a gram, so to say, which nobody can measure.
    """
    if item is None or item.base_unit == "gram" or item.weight_g is None:
        return None
    sides = [side for side in (item.length_mm, item.width_mm, item.height_mm) if side is not None]
    if len(sides) < 3:  # noqa: PLR2004 - goods have three sides.
        return None
    one, two, three = sorted(sides)
    return Piece(quantity, (one, two, three), item.weight_g)


def chosen(look: Look, site: int, goods: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    """Cartons for so many units each of some items; none where an item is not measured."""
    pieces = []
    known = True
    for number, quantity in goods:
        item = look.row(Item, (NETWORK, number)) if number else None
        piece = piece_of(item, quantity)
        known = known and piece is not None
        if piece is not None:
            pieces.append(piece)
    offered = look.listing(Carton, "by_site", (site,))
    return choose(offered, pieces) if known else ()


def suggested(look: Look, site: int, lines: Iterable[ShipmentLine]) -> tuple[str, ...]:
    """Cartons for what is left to pack of some lines."""
    left = ((line.item, line.quantity - line.cancelled - line.packed) for line in lines)
    return chosen(look, site, [(item, units) for item, units in left if units > 0])


PUT_CARTON = Activity(PutCarton, needs, decide)
