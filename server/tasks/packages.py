"""Packages: pick lines cut into work for one person with one cart.

1. Lines are cut by zone; emergencies travel alone and are cut first.
2. A cart holds totes for at most `TOTES_MAX` shipments and `LINES_MAX` lines; a shipment with more
   lines fills carts of its own.
3. Shipments of one line and one unit are picked together into shared totes (`batch`) and bound at
   packing; all others have a tote each (`cluster`).
4. Shipments that reach equally far share a cart, and its lines are in walking order.
5. The body, with all that the scans of its lines need, is encoded once.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from server.catalog.records import Item, ItemCode
from server.lane.activity import NETWORK, Context
from server.lane.want import Look
from server.ledger.records import Allocation, Place, Stock
from server.merchants.records import Merchant
from server.orders.available import Shelf, Shelves
from server.orders.messages import EMERGENCY
from server.orders.records import Shipment
from server.tasks.records import Package

TOTES_MAX = 12
LINES_MAX = 150
NEXT_MAX = 3


class PickLine(NamedTuple):
    """Units of a shipment's line to be taken from a shelf."""

    shipment: Shipment
    position: int
    """Of the shipment's line."""
    item: int
    place: Place
    stock: Stock
    quantity: int

    @property
    def path(self) -> tuple[int, int, int, int, int]:
        """Order in which a cart comes by."""
        return (self.place.walk, self.place.id, self.stock.id, self.shipment.id, self.position)


class Cut(NamedTuple):
    """Lines of one package, in walking order."""

    zone: int
    mode: str
    priority: int
    lines: list[PickLine]


class BodyLine(msgspec.Struct, frozen=True):
    """A pick line as a device needs it."""

    task: int
    shipment: int
    number: str
    sequence: int
    place: str
    item: str
    owner: str
    description: str
    codes: tuple[str, ...]
    quantity: int
    """Units to pick; 0 where another holder has picked them, and then devices don't see it."""
    lot: str
    serial: str
    verify: str
    next: tuple[str, ...]
    """Other places where the item stands, the nearest first."""


class Body(msgspec.Struct, frozen=True):
    """A package as a device needs it."""

    package: int
    wave: int
    zone: int
    mode: str
    priority: int
    lines: tuple[BodyLine, ...]


NOTHING_LEFT = b'"quantity":0,'
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Body).decode


def cut(lines: Iterable[PickLine]) -> list[Cut]:
    """Cut pick lines into packages, emergencies first."""
    groups: dict[tuple[bool, int], dict[int, list[PickLine]]] = {}
    pieces: dict[int, int] = {}
    for line in lines:
        group = groups.setdefault((line.shipment.priority != EMERGENCY, line.place.zone), {})
        group.setdefault(line.shipment.id, []).append(line)
        pieces[line.shipment.id] = pieces.get(line.shipment.id, 0) + line.quantity
    cuts = []
    for (_, zone), group in sorted(groups.items()):
        single: list[list[PickLine]] = []
        several: list[list[PickLine]] = []
        for shipment in sorted(group.values(), key=farthest):
            alone = shipment[0].shipment.lines == 1 and pieces[shipment[0].shipment.id] == 1
            (single if alone else several).append(shipment)
        for mode, shipments in (("batch", single), ("cluster", several)):
            for load in carts(shipments):
                priority = min(line.shipment.priority for line in load)
                cuts.append(Cut(zone, mode, priority, load))
    return cuts


def farthest(lines: list[PickLine]) -> tuple[int, int]:
    """How far a shipment reaches, the farthest first."""
    return (-max(line.place.walk for line in lines), lines[0].shipment.id)


def carts(shipments: list[list[PickLine]]) -> list[list[PickLine]]:
    """Fill carts with shipments in the order given; the lines of each in walking order."""
    full: list[list[PickLine]] = []
    cart: list[PickLine] = []
    totes = 0
    for lines in shipments:
        walked = sorted(lines, key=lambda line: line.path)
        if len(walked) > LINES_MAX:
            full += [walked[at : at + LINES_MAX] for at in range(0, len(walked), LINES_MAX)]
            continue
        if cart and (totes == TOTES_MAX or len(cart) + len(walked) > LINES_MAX):
            full.append(sorted(cart, key=lambda line: line.path))
            cart, totes = [], 0
        cart += walked
        totes += 1
    if cart:
        full.append(sorted(cart, key=lambda line: line.path))
    return full


def want_described(look: Look, owner: int, item: int) -> None:
    """Name what the body says of an item."""
    look.row(Merchant, (NETWORK, owner))
    look.row(Item, (NETWORK, item))
    look.listing(ItemCode, "by_item", (NETWORK, item))


def write_package(
    context: Context, piece: Cut, wave: int, shelves: Shelves, bodies: "Bodies"
) -> Package:
    """Write a package with its pick lines."""
    site, picture = context.site, context.picture
    number = context.new_id()
    lines = []
    for sequence, line in enumerate(piece.lines, 1):
        allocation = Allocation(
            site=site,
            id=context.new_id(),
            shipment=line.shipment.id,
            line=line.position,
            place=line.place.id,
            stock=line.stock.id,
            quantity=line.quantity,
            package=number,
            sequence=sequence,
            pending_place=line.place.id,
        )
        picture.add(allocation)
        lines.append(bodies.line(allocation, line, shelves.of(line.shipment.owner, line.item)))
    package = Package(
        site=site,
        id=number,
        wave=wave,
        zone=piece.zone,
        priority=piece.priority,
        lines=len(lines),
        left=len(lines),
        body=_encode(Body(number, wave, piece.zone, piece.mode, piece.priority, tuple(lines))),
    )
    picture.add(package)
    return package


class Bodies:
    """Writes the lines of package bodies; each item is described once per decision."""

    def __init__(self, look: Look) -> None:
        """Describe nothing yet."""
        self._look = look
        self._described: dict[tuple[int, int], tuple[str, str, str, tuple[str, ...], str]] = {}

    def line(self, allocation: Allocation, line: PickLine, shelves: list[Shelf]) -> BodyLine:
        """A pick line with all that its scans need."""
        sku, owner, description, codes, verify = self._describe(line.shipment.owner, line.item)
        return BodyLine(
            task=allocation.id,
            shipment=line.shipment.id,
            number=line.shipment.number,
            sequence=allocation.sequence,
            place=line.place.code,
            item=sku,
            owner=owner,
            description=description,
            codes=codes,
            quantity=line.quantity,
            lot=line.stock.lot,
            serial=line.stock.serial,
            verify=verify,
            next=elsewhere(line.place, shelves),
        )

    def _describe(self, owner: int, item: int) -> tuple[str, str, str, tuple[str, ...], str]:
        known = self._described.get((owner, item))
        if known is None:
            merchant = self._look.row(Merchant, (NETWORK, owner))
            row = self._look.row(Item, (NETWORK, item))
            codes = self._look.listing(ItemCode, "by_item", (NETWORK, item))
            known = self._described[owner, item] = (
                row.sku if row else "",
                merchant.code if merchant else "",
                row.description if row else "",
                tuple(sorted({code.code for code in codes})),
                row.verify if row else "line",
            )
        return known


def elsewhere(place: Place, shelves: list[Shelf]) -> tuple[str, ...]:
    """Codes of the nearest other places that still have some."""
    others = {
        (abs(shelf.place.walk - place.walk), shelf.place.code)
        for shelf in shelves
        if shelf.free > 0 and shelf.place.id != place.id
    }
    return tuple(code for _, code in sorted(others)[:NEXT_MAX])


def with_open_units(package: Package, lines: Iterable[Allocation]) -> Package:
    """The package with what is left of some pick lines.

    A line of which nothing is left stays with 0, which devices don't see: an undo may open it
    again.
    """
    left = {line.id: open_units(line) for line in lines}
    body = _decode(package.body)
    cut_again = tuple(
        replace(line, quantity=left.get(line.task, line.quantity)) for line in body.lines
    )
    if cut_again == body.lines:
        return package
    return replace(package, body=_encode(replace(body, lines=cut_again)))


def seen_body(body: bytes) -> bytes:
    """The body of a package as devices see it."""
    if NOTHING_LEFT not in body:
        return body
    told = _decode(body)
    return _encode(replace(told, lines=tuple(line for line in told.lines if line.quantity)))


def open_units(line: Allocation) -> int:
    """Units of a pick line that are still to be picked."""
    return line.quantity - line.picked - line.short if line.state == "pending" else 0


def with_quantities(package: Package, changed: dict[int, int]) -> Package:
    """The package with other quantities for some pick lines; those with none are dropped."""
    body = _decode(package.body)
    lines = tuple(
        replace(line, quantity=changed.get(line.task, line.quantity))
        for line in body.lines
        if changed.get(line.task, 1) > 0
    )
    return replace(package, body=_encode(replace(body, lines=lines)))
