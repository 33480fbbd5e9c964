"""Counts in floor order: a few moves and counts of two devices, arriving in every order.

Stands for `server/ledger/posting.py` and `counts.py`, which are called, not imitated. Each device
does up to a few things one after the other, at places and times that overlap the other's; each may
arrive as soon as the one before it has. After every arrival each balance must be what ledger.md
defines (L6): what the latest count found, and the facts after it in the floor order; without a
count, the sum of the facts. The definition is said here anew, from the list of what was done.

Left out: discrepancies and tasks (no balance depends on them), single pieces, changes of key, and
what a place is called.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from msgspec.structs import replace

from server.lane.activity import Context, Stamp
from server.lane.picture import Picture
from server.lane.records import Lane
from server.ledger.counts import count, void_count
from server.ledger.posting import REPORTED, post
from server.ledger.records import SUPPLIER, Balance, CountLine, Movement, Place, Stock
from tests.models.explorer import Step
from tests.models.interning import Interned

SITE = 1
BIN, TOTE = 1_000_101, 1_000_102
LAMP, RUG = 1_000_201, 1_000_202
STREAMS = (1_000_001, 1_000_002)
Balances = dict[tuple[int, int], int]


class Done(NamedTuple):
    """One thing done on the floor: a move of a lamp, or a count of a place."""

    name: str
    source: int = 0
    target: int = 0
    place: int = 0
    counted: tuple[tuple[int, int], ...] = ()
    complete: bool = False
    voids: bool = False
    """Takes the device's last count back."""


ACTS = (
    Done("receives into the bin", SUPPLIER, BIN),
    Done("picks from the bin", BIN, TOTE),
    Done("counts 2 lamps in the bin", place=BIN, counted=((LAMP, 2),)),
    Done("counts the bin: 1 rug alone", place=BIN, counted=((RUG, 1),), complete=True),
    Done("takes the last count back", place=BIN, voids=True),
)


class Bounds(NamedTuple):
    """How many things each device does, when, and how exactly that is known."""

    acts: tuple[int, int] = (2, 2)
    starts: tuple[int, int] = (100, 100)
    gaps: tuple[int, int] = (10, 10)
    halves: tuple[int, int] = (0, 0)


class Placed(NamedTuple):
    """An act at its point of the floor order."""

    mid: int
    half: int
    stream: int
    seq: int
    act: Done


class World(NamedTuple):
    """What has arrived of each device, and the book."""

    arrived: tuple[tuple[int, ...], tuple[int, ...]]
    book: int


class Counting:
    """The model."""

    def __init__(self, bounds: Bounds) -> None:
        """Search within bounds."""
        self.bounds = bounds
        self.books: Interned[tuple[Any, ...]] = Interned()
        self.decided = cache(self._decided)

    def initial(self) -> World:
        """An empty book."""
        return World(((), ()), self.books.number(()))

    def steps(self, world: World) -> Iterator[Step]:
        """The next act of either device arrives, whatever it is."""
        for device in (0, 1):
            done = world.arrived[device]
            if len(done) == self.bounds.acts[device]:
                continue
            for number, act in enumerate(ACTS):
                if act.voids and (not done or ACTS[done[-1]].place == 0 or ACTS[done[-1]].voids):
                    continue
                placed = self._placed(device, len(done), act)
                before = self._placed(device, len(done) - 1, ACTS[done[-1]]) if done else None
                book = self.decided(world.book, placed, before)
                arrived = list(world.arrived)
                arrived[device] = (*done, number)
                label = f"{'AB'[device]} {act.name} at {placed.mid} ± {placed.half}"
                yield Step(label, World((arrived[0], arrived[1]), book))

    def _placed(self, device: int, seq: int, act: Done) -> Placed:
        bounds = self.bounds
        mid = bounds.starts[device] + bounds.gaps[device] * seq
        return Placed(mid, bounds.halves[device], STREAMS[device], seq + 1, act)

    def _decided(self, book: int, placed: Placed, before: Placed | None) -> int:
        picture = laid_out(self.books[book])
        decide(picture, placed, before)
        return self.books.number(read_back(picture))

    def broken(self, world: World) -> str:
        """Whether a balance is not what it is defined to be."""
        found: Balances = {}
        total: dict[int, int] = {}
        for record in self.books[world.book]:
            if isinstance(record, Balance):
                total[record.stock] = total.get(record.stock, 0) + record.quantity
                if record.place in (BIN, TOTE) and record.quantity:
                    found[record.place, record.stock] = record.quantity
        wanted = defined(
            [
                self._placed(device, seq, ACTS[number])
                for device in (0, 1)
                for seq, number in enumerate(world.arrived[device])
            ]
        )
        if found != wanted:
            return f"the book holds {found}, and by definition {wanted}"
        return "units came from nowhere" if any(total.values()) else ""

    def settled(self, world: World) -> bool:
        """Whether everything arrived."""
        return all(
            len(done) == most for done, most in zip(world.arrived, self.bounds.acts, strict=True)
        )


def defined(done: list[Placed]) -> Balances:
    """What each place holds, by what was done in floor order."""
    held: Balances = {}
    in_order = sorted(done, key=lambda each: (each.mid, each.stream, each.seq))
    voided = {(each.stream, each.seq - 1) for each in done if each.act.voids}
    for each in in_order:
        act = each.act
        if act.source:
            held[act.source, LAMP] = held.get((act.source, LAMP), 0) - 1
            held[act.target, LAMP] = held.get((act.target, LAMP), 0) + 1
        elif not act.voids and (each.stream, each.seq) not in voided:
            if act.complete:
                held |= {(act.place, LAMP): 0, (act.place, RUG): 0}
            held |= {(act.place, stock): quantity for stock, quantity in act.counted}
    return {key: units for key, units in held.items() if key[0] in (BIN, TOTE) and units}


def laid_out(book: tuple[Any, ...]) -> Picture:
    """A picture of a book."""
    picture = Picture(complete=True)
    picture.put(Lane(SITE, movements=len(book)))
    for place in (BIN, TOTE):
        picture.put(Place(SITE, place, str(place), "bin"))
    for stock in (LAMP, RUG):
        picture.put(Stock(SITE, stock, str(stock)))
    for number, record in enumerate(book, start=1):
        picture.put(replace(record, number=number) if isinstance(record, Movement) else record)
    picture.settle()
    return picture


def read_back(picture: Picture) -> tuple[Any, ...]:
    """What later decisions read of a book: balances, counts, and the facts in any order."""
    balances = [replace(each, discrepancy=None) for each in picture.all(Balance)]
    facts = [replace(each, number=0) for each in picture.all(Movement) if each.cause in REPORTED]
    return (
        *sorted(balances, key=lambda each: (each.place, each.stock)),
        *sorted(
            picture.all(CountLine),
            key=lambda each: (each.place, each.stock, each.occurred_at, each.stream),
        ),
        *sorted(facts, key=lambda each: (each.stream, each.seq)),
    )


def decide(picture: Picture, placed: Placed, before: Placed | None) -> None:
    """Call the real decision."""
    act = placed.act
    context = context_of(picture, placed)
    if act.source:
        post(context, act.source, act.target, LAMP, 1)
    elif act.voids:
        assert before is not None
        void_count(context_of(picture, before), act.place, (before.mid, before.stream, 1))
    else:
        count(context, act.place, dict(act.counted), complete=act.complete)


def context_of(picture: Picture, placed: Placed) -> Context:
    """The decision about an act."""
    return Context(
        picture,
        site=SITE,
        stream=placed.stream,
        epoch=1,
        seq=placed.seq,
        stamp=Stamp(placed.mid, placed.half, "anchored"),
        now=1_000,
    )
