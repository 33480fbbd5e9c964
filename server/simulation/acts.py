"""What people do on the floor: true acts with the goods that are there, and mistakes.

Each act looks at the floor (`Truth`), sometimes at what its device shows, and says which operation
to write and what it does to the goods. A mistake writes what is not so.
"""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from device_protocol.grants import NoNumbersError
from device_protocol.operations import (
    BringBack,
    Count,
    CountLine,
    Deliver,
    Load,
    Move,
    MoveUnit,
    PackItem,
    Pick,
    Receive,
    Seal,
    ShortPick,
    StartTote,
    Undo,
)
from server.simulation.handsets import Handset
from server.simulation.opening import (
    BENCH,
    BINS,
    DOCK,
    LOTS,
    OWNERS,
    PLAIN,
    SERIALS,
    TOTES,
    VAN,
    gtin_of,
)
from server.simulation.truth import Deed, Key, Spot, Truth

UNDOABLE = frozenset({"receive", "move", "pick", "count", "pack", "start_tote"})


class Scene(NamedTuple):
    """Who acts, and where."""

    handset: Handset
    truth: Truth
    chance: random.Random
    mistaken: bool
    """Whether this act is recorded wrongly."""

    @property
    def site(self) -> int:
        """The site."""
        return self.handset.site

    def spot(self, code: str) -> Spot:
        """A place of the site."""
        return Spot(self.site, code)

    def goods_at(self, prefixes: tuple[str, ...]) -> tuple[Spot, Key, int] | None:
        """Some goods at some place of a kind, if there are any."""
        spots = self.truth.filled(self.site, prefixes)
        if not spots:
            return None
        spot = self.chance.choice(spots)
        key, units = self.chance.choice(self.truth.at(spot))
        return spot, key, units


Doing = Callable[[Scene], Deed | None]


def named(scene: Scene, key: Key) -> dict[str, Any]:
    """How goods are said on a line: by owner and SKU, or by barcode; wrongly, if mistaken."""
    if scene.mistaken and scene.chance.random() < 0.5:  # noqa: PLR2004 - one or the other.
        return {"code": f"BOX {key.sku}"}
    told = {"lot": key.lot, "serial": key.serial}
    if scene.chance.random() < 0.3:  # noqa: PLR2004 - some scan the item, some its label.
        return told | {"code": gtin_of(key.owner, key.sku)}
    return told | {"owner": key.owner, "item": key.sku}


def receive(scene: Scene) -> Deed:
    """Goods arrive at the dock, or are put away at once."""
    chance = scene.chance
    owner = chance.choice(OWNERS)
    sku = chance.choice(PLAIN * 2 + LOTS + SERIALS)
    lot = f"B{chance.randint(1, 2)}" if sku in LOTS else ""
    serial, quantity = "", chance.randint(1, 30)
    if sku in SERIALS:
        scene.truth.serials += 1
        serial, quantity = f"SN{scene.truth.serials}", 1
    key = Key(owner, sku, lot, serial)
    target = scene.spot(DOCK if chance.random() < 0.3 else chance.choice(BINS))  # noqa: PLR2004
    written = quantity + 1 if scene.mistaken else quantity
    operation = Receive(quantity=written, to=target.code, **named(scene, key))
    return Deed(operation, ((None, target, key, quantity),))


def move(scene: Scene) -> Deed | None:
    """Goods go to a bin."""
    found = scene.goods_at((DOCK, *"AB", *TOTES))
    if found is None:
        return None
    source, key, units = found
    target = scene.spot(scene.chance.choice(BINS))
    if target == source:
        return None
    quantity = scene.chance.randint(1, units)
    to = "X-99" if scene.mistaken else target.code
    operation = Move(quantity=quantity, source=source.code, to=to, **named(scene, key))
    return Deed(operation, ((source, target, key, quantity),))


def pick(scene: Scene) -> Deed | None:
    """Work of a package if one is held, else whatever is asked for."""
    line = next_line(scene)
    if line is not None:
        return pick_line(scene, *line)
    found = scene.goods_at((*"AB",))
    if found is None:
        return None
    source, key, units = found
    tote = scene.spot(scene.chance.choice(TOTES))
    quantity = scene.chance.randint(1, min(units, 5))
    written = quantity + 40 if scene.mistaken else quantity
    operation = Pick(quantity=written, source=source.code, to=tote.code, **named(scene, key))
    return Deed(operation, ((source, tote, key, quantity),))


def next_line(scene: Scene) -> tuple[Any, Any] | None:
    """The next line of a package that the device holds, and its lease."""
    handset = scene.handset
    leases = handset.device.leases()
    if not leases:
        return None
    for package in handset.documents("package"):
        held = leases.get(package["id"])
        if held is None:
            continue
        for line in (package.get("package") or {}).get("lines", ()):
            if line["task"] not in handset.done_tasks:
                return line, held.lease
    return None


def pick_line(scene: Scene, line: Any, lease: Any) -> Deed | None:  # noqa: ANN401 - documents.
    """Pick what a line asks for, or say that it is not there."""
    handset = scene.handset
    handset.done_tasks.add(line["task"])
    source = scene.spot(line["place"])
    asked = Key(line["owner"], line["item"], line["lot"], line["serial"])
    there = dict(scene.truth.at(source)).get(asked, 0)
    quantity = min(there, line["quantity"])
    work = {"package": lease.package, "fence": lease.fence}
    if not quantity:
        short = ShortPick(
            quantity=line["quantity"],
            source=source.code,
            tasks=(line["task"],),
            owner=asked.owner,
            item=asked.sku,
            reason="empty",
            **work,
        )
        return Deed(short)
    tote = scene.spot(scene.chance.choice(TOTES))
    operation = Pick(
        quantity=quantity,
        source=source.code,
        to=tote.code,
        tasks=(line["task"],),
        owner=asked.owner,
        item=asked.sku,
        lot=asked.lot,
        serial=asked.serial,
        **work,
    )
    return Deed(operation, ((source, tote, asked, quantity),))


def count(scene: Scene) -> Deed:
    """Everything at a bin is counted."""
    spot = scene.spot(scene.chance.choice(BINS))
    lines = [
        CountLine(quantity=units, owner=key.owner, item=key.sku, lot=key.lot, serial=key.serial)
        for key, units in scene.truth.at(spot)
    ]
    complete = scene.chance.random() < 0.8  # noqa: PLR2004 - some count only what was asked for.
    if scene.mistaken and lines:
        lines[0] = CountLine(quantity=99, owner=lines[0].owner, item=lines[0].item)
    return Deed(Count(place=spot.code, lines=tuple(lines), complete=complete))


def start_tote(scene: Scene) -> Deed | None:
    """An empty tote goes on the cart."""
    tote = scene.spot(scene.chance.choice(TOTES))
    return None if scene.truth.at(tote) else Deed(StartTote(unit=tote.code))


def move_tote(scene: Scene) -> Deed:
    """A tote is carried somewhere, with all in it."""
    tote = scene.chance.choice(TOTES)
    return Deed(MoveUnit(unit=tote, to=scene.chance.choice((BENCH, *BINS)), source=BENCH))


def pack(scene: Scene) -> Deed | None:
    """Goods of a tote go into a parcel with a number of the device's own."""
    found = scene.goods_at(("TOTE",))
    if found is None:
        return None
    source, key, units = found
    shipments = scene.handset.documents("shipment")
    shipment = scene.chance.choice(shipments)["id"] if shipments else 1
    try:
        number = scene.handset.device.next_sscc()
    except NoNumbersError:
        return None
    parcel = scene.spot(number)
    operation = PackItem(
        quantity=units,
        source=source.code,
        unit=number,
        shipment=shipment,
        owner=key.owner,
        item=key.sku,
        lot=key.lot,
        serial=key.serial,
    )
    return Deed(operation, ((source, parcel, key, units),), (number, source))


def seal(scene: Scene) -> Deed | None:
    """A parcel is closed and stands at the bench."""
    numbers = [
        number
        for number, spot in sorted(scene.truth.boxes.items())
        if spot.site == scene.site and spot.code.startswith("TOTE")
    ]
    if not numbers:
        return None
    shipments = scene.handset.documents("shipment")
    shipment = shipments[0]["id"] if shipments else 1
    number = scene.chance.choice(numbers)
    operation = Seal(unit=number, shipment=shipment, at=BENCH)
    return Deed(operation, box=(number, scene.spot(BENCH)))


def ride(scene: Scene) -> Deed | None:
    """A parcel is loaded, delivered, or brought back."""
    bench, van = scene.spot(BENCH), scene.spot(VAN)
    waiting, loaded = scene.truth.parcels(bench), scene.truth.parcels(van)
    if waiting and (not loaded or scene.chance.random() < 0.5):  # noqa: PLR2004 - either way.
        number = scene.chance.choice(waiting)
        return Deed(Load(unit=number, to=VAN, source=BENCH), box=(number, van))
    if not loaded:
        return None
    number = scene.chance.choice(loaded)
    if scene.chance.random() < 0.2:  # noqa: PLR2004 - nobody was at home.
        return Deed(BringBack(unit=number, source=VAN, to=BENCH), box=(number, bench))
    return Deed(Deliver(unit=number, source=VAN), box=(number, scene.spot("gone")))


def undo(scene: Scene) -> Deed | None:
    """The last act of the device did not happen; now and then that is said twice."""
    outbox = scene.handset.device.outbox
    last = outbox.line(outbox.tail().seq)
    line: dict[str, Any] = msgspec.json.decode(last.line) if last is not None else {}
    if line.get("kind") == "undo":
        before = scene.truth.acts.get(line["activity"])
        undone = before.undoes if before is not None else ""
        return Deed(Undo(seq=line["seq"], epoch=line["epoch"]), undoes=undone) if undone else None
    if last is None or line["kind"] not in UNDOABLE or not line.get("activity"):
        return None
    return Deed(Undo(seq=last.seq), undoes=line["activity"])


DOINGS: tuple[tuple[Doing, int], ...] = (
    (receive, 24),
    (move, 22),
    (pick, 26),
    (count, 7),
    (start_tote, 3),
    (move_tote, 2),
    (pack, 6),
    (seal, 4),
    (ride, 4),
    (undo, 2),
)
_CHOICES = tuple(doing for doing, _ in DOINGS)
_WEIGHTS = tuple(weight for _, weight in DOINGS)


def next_deed(scene: Scene) -> Deed:
    """What somebody does next: always something, and often what is at hand."""
    for doing in scene.chance.choices(_CHOICES, _WEIGHTS, k=3):
        deed = doing(scene)
        if deed is not None:
            return deed
    return receive(scene)
