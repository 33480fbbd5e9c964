"""What should stand where, reckoned without the server: facts and counts in the order of the floor.

Per place and kind of goods: what the latest count found, and everything that came or went after it.
Only when something happened is taken from the book (`occurred_at`): that is a function of the
device's own lines. Goods are named as people name them; handling units are left to the other
checks.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from server.ledger.records import LAST_VIRTUAL
from server.simulation.evidence import Evidence, Told
from server.simulation.journal import Breach
from server.simulation.truth import Act

Name = str
"""Owner, item, lot, serial and condition in one text; or the raw scan."""
Order = tuple[int, int, int]
MOVING = {"receive": ("", "to"), "move": ("source", "to"), "pick": ("source", "to")}
EFFECTIVE = frozenset({"applied", "flagged"})
NOTHING_UNDONE = frozenset({"nothing_to_undo", "already_undone"})


class Counted(NamedTuple):
    """What a count found at a place."""

    order: Order
    goods: dict[Name, int]
    complete: bool


class Floor:
    """Facts and counts of one site, as they were told."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self.deltas: dict[tuple[str, Name], list[tuple[Order, int]]] = defaultdict(list)
        self.counts: dict[str, list[Counted]] = defaultdict(list)

    def balances(self) -> dict[tuple[str, Name], int]:
        """What stands where, without what is zero."""
        keys = set(self.deltas)
        for place, counts in self.counts.items():
            keys.update((place, name) for counted in counts for name in counted.goods)
        found = {(place, name): self._balance(place, name) for place, name in keys}
        return {key: units for key, units in found.items() if units}

    def _balance(self, place: str, name: Name) -> int:
        seen = [
            counted
            for counted in self.counts.get(place, ())
            if counted.complete or name in counted.goods
        ]
        latest = max(seen, key=lambda counted: counted.order, default=None)
        units = latest.goods.get(name, 0) if latest is not None else 0
        return units + sum(
            delta
            for order, delta in self.deltas[place, name]
            if latest is None or order > latest.order
        )


class Catalog:
    """How goods are called, by what a line says of them."""

    def __init__(self, evidence: Evidence) -> None:
        """Read the masters."""
        owners = {row.id: row.code for row in evidence.merchants}
        self.items = {row.id: (owners[row.owner], row.sku) for row in evidence.items}
        self.skus = set(self.items.values())
        self.codes = {row.code: self.items[row.item] for row in evidence.codes}

    def name(self, goods: dict[str, Any]) -> Name:
        """The goods that a line names."""
        owner, sku, code = (goods.get(part, "") for part in ("owner", "item", "code"))
        if sku:
            known = (owner, sku) in self.skus
            what = f"{owner}:{sku}" if known else f"{owner}:unidentified:{sku}"
        elif code:
            what = ":".join(self.codes[code]) if code in self.codes else f":unidentified:{code}"
        else:
            what = ":unidentified:"
        return f"{what}|{goods.get('lot', '')}|{goods.get('serial', '')}"


def floors(evidence: Evidence, acts: Mapping[str, Act]) -> dict[int, Floor]:
    """Every site's floor, from what took effect."""
    catalog = Catalog(evidence)
    undone = undone_lines(evidence.told, acts)
    found: dict[int, Floor] = defaultdict(Floor)
    for told in evidence.told:
        effective = told.outcome in EFFECTIVE and told.took_effect
        if effective and told.act not in undone:
            tell(found[told.row.site], told, catalog)
    return found


def tell(floor: Floor, told: Told, catalog: Catalog) -> None:
    """Add one fact or count to a floor."""
    line, kind = told.line, told.line.get("kind", "")
    if kind in MOVING or kind == "pack":
        source, target = MOVING.get(kind, ("source", "unit"))
        out, into = line.get(source, ""), line[target]
        if out == into:
            return
        name = catalog.name(line)
        floor.deltas[into, name].append((told.order, line["quantity"]))
        if out:
            floor.deltas[out, name].append((told.order, -line["quantity"]))
    elif kind in ("count", "start_tote") and told.row.quality != "claimed":
        goods: dict[Name, int] = {}
        for counted in line.get("lines", ()):
            name = catalog.name(counted)
            goods[name] = goods.get(name, 0) + counted["quantity"]
        complete = kind == "start_tote" or line.get("complete", False)
        place = line["place"] if kind == "count" else line["unit"]
        floor.counts[place].append(Counted(told.order, goods, complete))


def undone_lines(told: list[Told], acts: Mapping[str, Act]) -> set[str]:
    """The acts that people took back, as far as the book heard of it in time."""
    return {
        acts[each.act].undoes
        for each in told
        if each.line.get("kind") == "undo"
        and each.took_effect
        and each.code not in NOTHING_UNDONE
        and each.outcome in EFFECTIVE
        and each.act in acts
    }


def check_goods(evidence: Evidence, acts: Mapping[str, Act]) -> list[Breach]:
    """The book holds, place by place, what people said that they did (I14)."""
    wanted = {
        (site, *key): units
        for site, floor in floors(evidence, acts).items()
        for key, units in floor.balances().items()
    }
    found = booked(evidence)
    return [
        Breach("I14", f"{key}: the book has {found.get(key, 0)}, the floor {wanted.get(key, 0)}")
        for key in sorted(wanted.keys() | found.keys())
        if wanted.get(key, 0) != found.get(key, 0)
    ]


def booked(evidence: Evidence) -> dict[tuple[int, str, Name], int]:
    """What the book says stands where: goods only, by their names."""
    catalog = Catalog(evidence)
    owners = {row.id: row.code for row in evidence.merchants}
    places = {(row.site, row.id): row.code for row in evidence.places}
    names = {}
    for stock in evidence.stocks:
        if stock.unit is None:
            what = f"{owners.get(stock.owner, '')}:{stock.raw}"
            if stock.item:
                what = ":".join(catalog.items[stock.item])
            names[stock.site, stock.id] = f"{what}|{stock.lot}|{stock.serial}"
    found: dict[tuple[int, str, Name], int] = defaultdict(int)
    for balance in evidence.balances:
        name = names.get((balance.site, balance.stock))
        if balance.place > LAST_VIRTUAL and name is not None and balance.quantity:
            found[balance.site, places[balance.site, balance.place], name] += balance.quantity
    return found
