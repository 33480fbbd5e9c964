"""The auditor: shares no code with the server's rules, and holds the book against the truth.

Every line that is durable on a device is stored once, with the same hash, and nothing else is; all
units are where people left them; every order is delivered, cancelled, or in an exception that a
person can read; replicas never differed from the server's view.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from server.db.engine import open_database
from server.demo.causes import Causes, judge
from server.demo.desk import Desk
from server.demo.opening import CLERK
from server.demo.shift import Shift
from server.demo.truth import CONSUMER, Spot
from server.demo.world import Key

FINISHED = frozenset({"delivered", "cancelled", "closed", "returned"})
LOCATIONS = ("LOC-", "DOCK-", "BENCH-", "STAGING-", "VAN-", "RETURNS-")
FINDINGS_SHOWN = 20
FIGURES = ("counts", "counts_right", "lines", "lines_right", "units_book", "units_off")


class Told(NamedTuple):
    """A kind of outcome: how often, and one example."""

    outcome: str
    code: str
    times: int
    example: str


@dataclass
class Audit:
    """What the auditor found."""

    findings: list[str] = field(default_factory=list)
    balances: list[str] = field(default_factory=list)
    """What stands where at the end, by codes."""
    digest: str = ""
    """Of all final balances, by codes: the same seed gives the same."""
    lines: int = 0
    """Lines durable on devices."""
    outcomes: list[Told] = field(default_factory=list)
    orders: Counter[str] = field(default_factory=Counter)
    parcels: Counter[str] = field(default_factory=Counter)
    exceptions: Counter[str] = field(default_factory=Counter)
    units: int = 0
    counted: dict[str, Counter[str]] = field(default_factory=dict)
    """Of first counts and of recounts: lines and units, and how far the book had them."""
    against_floor: dict[str, Counter[str]] = field(default_factory=dict)
    """The same of all stock, before the counts of each evening and at the end."""
    causes: Causes = field(default_factory=Causes)

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled or left unexplained."""
        return not self.findings

    def find(self, text: str) -> None:
        """Note a difference."""
        self.findings.append(text)


def audit(shift: Shift) -> Audit:
    """Hold everything that the server says against what really happened."""
    found = Audit()
    check_lines(shift, found)
    check_stock(shift, found)
    check_orders(shift, found)
    check_parcels(shift, found)
    check_merchant(shift, found)
    found.causes = judge(shift)
    found.findings += found.causes.findings
    for site in shift.world.stocked():
        for row in shift.desk.accuracy(site):
            if row["by"] == "attempt":
                figures = {name: row[name] for name in FIGURES}
                found.counted.setdefault(row["name"], Counter()).update(figures)
    return found


def check_lines(shift: Shift, found: Audit) -> None:
    """Compare the devices' lines with the stored operations, one by one."""
    held: dict[tuple[int, int, int], bytes] = {}
    for handheld in shift.crew:
        if handheld.device.pending():
            found.find(f"{handheld.name} still holds {handheld.device.pending()} lines")
        if handheld.device.replica.alarms():
            found.find(f"{handheld.name}: its replica differed from the server's view")
        for line in handheld.lines():
            held[handheld.number, line.epoch, line.seq] = line.hash
    found.lines = len(held)
    stored: dict[tuple[int, int, int], bytes] = {}
    told: dict[tuple[str, str], list[Any]] = {}
    for row in stored_operations(shift.child.database):
        stored[row.stream, row.epoch, row.seq] = bytes(row.hash)
        keep_outcome(told, bytes(row.line), bytes(row.outcome))
    found.outcomes = [
        Told(outcome, code, count, example)
        for (outcome, code), (count, example) in sorted(told.items())
    ]
    for name in sorted(held.keys() - stored.keys()):
        found.find(f"line {name} is durable on its device and not in the book")
    for name in sorted(stored.keys() - held.keys()):
        found.find(f"line {name} is in the book and on no device")
    for name in sorted(held.keys() & stored.keys()):
        if held[name] != stored[name]:
            found.find(f"line {name} has another hash in the book")


def stored_operations(database: str) -> list[sa.Row[Any]]:
    """Return the operations of devices as the book has them, read beside the server."""
    opened = open_database(database, writes=False)
    try:
        with opened.reading() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT stream, epoch, seq, hash, line, outcome FROM operation "
                    "WHERE stream >= 1000000 ORDER BY site, number"
                )
            )
            return list(rows.all())
    finally:
        opened.close()


def keep_outcome(told: dict[tuple[str, str], list[Any]], line: bytes, outcome: bytes) -> None:
    """Count an outcome, and keep the first of its kind as an example."""
    said = msgspec.json.decode(outcome)
    key = (said["outcome"], said.get("code", ""))
    if key not in told:
        what = msgspec.json.decode(line)
        about = what.get("source") or what.get("place") or what.get("unit") or what.get("work", "")
        parts = [f"{what.get('kind', '?')} {about}"]
        if said.get("expected"):
            parts.append(f"expected {said['expected']}")
        if said.get("actual"):
            parts.append(f"found {said['actual']}")
        if said.get("then"):
            parts.append(f"then: {said['then']}")
        told[key] = [0, "; ".join(parts)]
    told[key][0] += 1


def check_stock(shift: Shift, found: Audit) -> None:
    """Compare the export of stock with the truth, unit by unit; and make the digest."""
    book, truth = book_of(shift), shift.floor.truth.stock()
    found.against_floor = {"before": shift.before, "after": measured(book, truth)}
    for spot, key in sorted(book.keys() | truth.keys()):
        said, is_so = book.get((spot, key), 0), truth.get((spot, key), 0)
        if said != is_so:
            what = " ".join(part for part in key if part)
            found.find(f"site {spot.site} {spot.code}: {what}: book {said}, floor {is_so}")
    received = sum(shift.floor.truth.received.values())
    lost = sum(shift.floor.truth.lost.values())
    found.units = sum(book.values())
    if found.units != received - lost:
        found.find(f"{received} units came, {lost} vanished, the book has {found.units}")
    found.balances = [
        f"{spot.site} {spot.code} {' '.join(key)} {units}"
        for (spot, key), units in sorted(book.items())
    ]
    found.digest = hashlib.sha256("\n".join(found.balances).encode()).hexdigest()[:16]


def book_of(shift: Shift) -> dict[tuple[Spot, Key], int]:
    """Return what stands where by the export of stock."""
    book: dict[tuple[Spot, Key], int] = {}
    for site in shift.world.sites:
        for row in shift.desk.stock(site.number):
            spot = Spot(site.number, row["place"])
            key = Key(row["owner"], row["sku"] or row["raw"], row["lot"], row["serial"])
            if int(row["on_hand"]):
                book[spot, key] = book.get((spot, key), 0) + int(row["on_hand"])
    return book


def measure(shift: Shift) -> None:
    """Note how far the book agrees with the floor before anybody counts in the evening."""
    shift.before.update(measured(book_of(shift), shift.floor.truth.stock()))


def measured(book: dict[tuple[Spot, Key], int], truth: dict[tuple[Spot, Key], int]) -> Counter[str]:
    """Return lines and units of the book, and how far the floor has them."""
    off = {each: book.get(each, 0) - truth.get(each, 0) for each in book.keys() | truth.keys()}
    return Counter(
        lines=len(off),
        lines_right=sum(1 for units in off.values() if not units),
        units_book=sum(book.values()),
        units_off=sum(map(abs, off.values())),
    )


def check_orders(shift: Shift, found: Audit) -> None:
    """See that every order came in once, and that nothing is left of it without an explanation."""
    rows = list(shift.desk.orders())
    known = {row["number"]: row for row in rows}
    if len(rows) != len(known):
        found.find(f"{len(rows)} orders bear {len(known)} numbers")
    exceptions = shift.desk.exceptions()
    found.exceptions = Counter(f"{row['subject']} {row['kind']}" for row in exceptions)
    explained = {row["order"] for row in exceptions if row["order"]}
    for order in shift.world.orders:
        row = known.get(order.number)
        if row is None:
            found.find(f"order {order.number} is not in the book")
            continue
        found.orders[row["state"]] += 1
        if row["units"] != sum(line.quantity for line in order.lines):
            found.find(f"order {order.number} has {row['units']} units in the book")
        if row["state"] not in FINISHED and order.number not in explained:
            found.find(f"order {order.number} is {row['state']}, and no exception says why")


def check_parcels(shift: Shift, found: Audit) -> None:
    """See that every box is where its state says."""
    known = {row["sscc"]: row for row in shift.desk.parcels()}
    boxes = shift.floor.truth.parcels
    for sscc in sorted(boxes.keys() | known.keys()):
        box, row = boxes.get(sscc), known.get(sscc)
        if box is None or row is None:
            where = "on the floor" if row is None else "in the book"
            found.find(f"parcel {sscc} is only {where}")
            continue
        found.parcels[row["state"]] += 1
        if (box.at.code == CONSUMER) != (row["state"] == "delivered"):
            found.find(f"parcel {sscc} of {box.number} is {row['state']}, and at {box.at.code}")
        if row["number"] != box.number:
            found.find(f"parcel {sscc} of {box.number} is {row['number']}'s in the book")


def check_merchant(shift: Shift, found: Audit) -> None:
    """Let a merchant's clerk look: their own stock, all of it, and nobody else's."""
    owner = shift.world.merchants[0][0]
    desk = Desk(shift.child.url)
    try:
        desk.sign_in(CLERK)
        rows = desk.owned_stock()
    finally:
        desk.close()
    seen: Counter[str] = Counter()
    for row in rows:
        if row["owner"] != owner:
            found.find(f"{owner} sees stock of {row['owner']}")
        seen[row["sku"]] += row["on_hand"]
    truth: Counter[str] = Counter()
    for (spot, key), units in shift.floor.truth.stock().items():
        if key.owner == owner and spot.code.startswith(LOCATIONS):
            truth[key.sku] += units
    for sku in sorted(seen.keys() | truth.keys()):
        if seen[sku] != truth[sku]:
            found.find(f"{owner} sees {seen[sku]} of {sku}, {truth[sku]} are there")
