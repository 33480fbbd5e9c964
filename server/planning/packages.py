"""Packages: pick lines cut into work for one person with one cart.

1. Lines are cut by zone; emergencies travel alone and are cut first.
2. A cart holds totes for at most `TOTES_MAX` shipments and `LINES_MAX` lines; a shipment with more
   lines fills carts of its own, and only its rest travels with others.
3. Shipments of one line and one unit are picked together into shared totes (`batch`) and bound at
   packing; all others have a tote each (`cluster`). A wave may say otherwise: a cart for each
   shipment (`single`), or the total of many shipments in one tote (`bulk`), which is then sorted at
   the put wall.
4. Shipments share carts so that the way is short (`path`) and the work even (`balance`); the lines
   of a cart are in walking order.
5. A shipment with lines in several packages spans them: its tote may go on from one to the next.
6. The body, with all that the scans of its lines need, is encoded once: also what may be taken in
   place of an item that is not found, where such stands.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from server.catalog.records import Item, ItemCode
from server.catalog.substitutes import substitutes_of
from server.lane.activity import NETWORK, Context
from server.lane.want import Look
from server.ledger.records import Allocation, Place, Stock
from server.merchants.records import Merchant
from server.orders.available import Shelf, Shelves, want_item
from server.orders.messages import EMERGENCY
from server.orders.records import Shipment
from server.planning.balance import NOBODY, Crew, Crews, shared
from server.planning.path import Limits
from server.planning.records import Package

TOTES_MAX = 12
LINES_MAX = 150
NEXT_MAX = 3
NEVER = 1 << 62
SINGLE = "single"
BULK = "bulk"
MODES = ("", SINGLE, BULK)
"""What a wave may ask for; empty has single units in batches and all others on carts."""


ANYBODY = Crews()
"""The crews of a site that has not said who works where."""


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
    spans: frozenset[int] = frozenset()
    """Shipments of which other packages have lines too."""
    then: Mapping[int, str] = {}
    """Where the totes of its shipments go on to, by shipment."""


class BodyInstead(msgspec.Struct, frozen=True):
    """What may be taken in place of an item that is not found, and where the most of it stands."""

    item: str
    description: str
    codes: tuple[str, ...]
    place: str


class BodyLine(msgspec.Struct, frozen=True, omit_defaults=True):
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
    leaves: int = -1
    """Units that nobody has taken yet of what is picked: 0 leaves the place empty of it."""
    spans: int = 0
    """1 where the shipment has lines in other packages, whose tote may come from there."""
    instead: tuple[BodyInstead, ...] = ()
    """What may be taken in its place, the best first."""
    then: str = ""
    """Where the shipment's tote goes on to, once the package is done."""


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


def cut(lines: Iterable[PickLine], mode: str = "", crews: Crews = ANYBODY) -> list[Cut]:
    """Cut pick lines into packages, emergencies first, in the way that the wave asks for."""
    groups: dict[tuple[bool, int], dict[int, list[PickLine]]] = {}
    pieces: dict[int, int] = {}
    for line in lines:
        group = groups.setdefault((line.shipment.priority != EMERGENCY, line.place.zone), {})
        group.setdefault(line.shipment.id, []).append(line)
        pieces[line.shipment.id] = pieces.get(line.shipment.id, 0) + line.quantity
    cuts = []
    for (calm, zone), group in sorted(groups.items()):
        if mode == SINGLE or (mode == BULK and calm):
            cuts += [
                Cut(zone, mode, min(line.shipment.priority for line in load), load)
                for load in (by_shipment(group) if mode == SINGLE else totals(group))
            ]
            continue
        single: list[list[PickLine]] = []
        several: list[list[PickLine]] = []
        for shipment in sorted(group.values(), key=farthest):
            alone = shipment[0].shipment.lines == 1 and pieces[shipment[0].shipment.id] == 1
            (single if alone else several).append(shipment)
        for way, shipments, totes_max in (
            ("batch", single, LINES_MAX),
            ("cluster", several, TOTES_MAX),
        ):
            for load in carts(shipments, crews.of(zone), totes_max):
                priority = min(line.shipment.priority for line in load)
                cuts.append(Cut(zone, way, priority, load))
    return with_spans(cuts)


def by_shipment(group: dict[int, list[PickLine]]) -> list[list[PickLine]]:
    """A cart, or some, for each shipment alone, the farthest first."""
    return [load for lines in sorted(group.values(), key=farthest) for load in carts([lines])]


def totals(group: dict[int, list[PickLine]]) -> list[list[PickLine]]:
    """The lines of all shipments along one path, in carts that are full of lines."""
    walked = sorted(
        (line for lines in group.values() for line in lines), key=lambda line: line.path
    )
    return [walked[at : at + LINES_MAX] for at in range(0, len(walked), LINES_MAX)]


def with_spans(cuts: list[Cut]) -> list[Cut]:
    """Note in each package which of its shipments have lines in others too."""
    held = [{line.shipment.id for line in piece.lines} for piece in cuts]
    times: dict[int, int] = {}
    for shipments in held:
        for shipment in shipments:
            times[shipment] = times.get(shipment, 0) + 1
    return [
        piece._replace(spans=frozenset(each for each in shipments if times[each] > 1))
        for piece, shipments in zip(cuts, held, strict=True)
    ]


def farthest(lines: list[PickLine]) -> tuple[int, int]:
    """How far a shipment reaches, the farthest first."""
    return (-max(line.place.walk for line in lines), lines[0].shipment.id)


def urgency(shipment: Shipment) -> tuple[int, int, int, int]:
    """The order in which shipments are worked."""
    promised = NEVER if shipment.promised_at is None else shipment.promised_at
    return (shipment.priority, promised, shipment.received_at, shipment.id)


def carts(
    shipments: list[list[PickLine]], crew: Crew = NOBODY, totes_max: int = TOTES_MAX
) -> list[list[PickLine]]:
    """Share shipments out to carts, the most urgent first; the lines of each in walking order.

    A shipment that is too long for a cart fills carts with its farthest lines, and the rest of it
    is treated as the others.
    """
    full: list[list[PickLine]] = []
    shared_out: list[list[PickLine]] = []
    for lines in shipments:
        walked = sorted(lines, key=lambda line: line.path)
        while len(walked) > LINES_MAX:
            full.append(walked[-LINES_MAX:])
            del walked[-LINES_MAX:]
        shared_out.append(walked)
    shared_out.sort(key=farthest)
    loads = [
        crew.load(lines[-1].place.walk, [line.quantity for line in lines]) for lines in shared_out
    ]
    beside = [
        crew.work_ms(lines[-1].place.walk, len(lines), sum(line.quantity for line in lines))
        for lines in full
    ]
    full += [
        sorted((line for each in cart for line in shared_out[each]), key=by_path)
        for cart in shared(loads, Limits(LINES_MAX, totes_max), crew, beside)
    ]
    return sorted(full, key=lambda lines: min(urgency(line.shipment) for line in lines))


def by_path(line: PickLine) -> tuple[int, int, int, int, int]:
    """The order in which a cart comes by."""
    return line.path


def want_planned(look: Look, site: int, owner: int, item: int) -> None:
    """Name where an item stands and what the body says of it, and of what may come in its place."""
    for each in (item, *(other.substitute for other in substitutes_of(look, item))):
        want_item(look, site, owner, each)
        want_described(look, owner, each)


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
        told = bodies.line(allocation, line, shelves)
        spans = 1 if line.shipment.id in piece.spans else 0
        lines.append(replace(told, spans=spans, then=piece.then.get(line.shipment.id, "")))
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

    def line(self, allocation: Allocation, line: PickLine, shelves: Shelves) -> BodyLine:
        """A pick line with all that its scans need."""
        sku, owner, description, codes, verify = self._describe(line.shipment.owner, line.item)
        stands = shelves.of(line.shipment.owner, line.item)
        here = (line.place.id, line.stock.id)
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
            next=elsewhere(line.place, stands),
            leaves=sum(max(0, each.free) for each in stands if each.stands == here),
            instead=tuple(self._instead(line, shelves)),
        )

    def _instead(self, line: PickLine, shelves: Shelves) -> Iterator[BodyInstead]:
        owner = line.shipment.owner
        for other in substitutes_of(self._look, line.item):
            found = shelves.choice(owner, other.substitute, line.quantity)
            if found and shelves.available(owner, other.substitute):
                sku, _, description, codes, _ = self._describe(owner, other.substitute)
                yield BodyInstead(sku, description, codes, found[0][0].place.code)

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
        if shelf.free > 0 and not shelf.outdated and shelf.place.id != place.id
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


def with_priority(package: Package, priority: int) -> Package:
    """The package with another priority."""
    body = _encode(replace(_decode(package.body), priority=priority))
    return replace(package, priority=priority, body=body)
