"""A day through the house, each act done to many things in one batch.

What a batch asks of the database is the same for one operation, for twenty and for two hundred:
whatever the kind, nothing is looked up once per operation.
"""

from collections import Counter
from collections.abc import Callable

import msgspec

from device_protocol.handling import (
    Assemble,
    Discard,
    Grade,
    Part,
    Relabel,
    SendTransfer,
    Sort,
    TakeReturn,
    TakeTransfer,
    Unseal,
    WorkStep,
)
from device_protocol.operations import (
    Bind,
    BringBack,
    Claim,
    CloseManifest,
    Count,
    CountLine,
    Deliver,
    FailDelivery,
    HandBack,
    Load,
    Move,
    MoveUnit,
    OpenManifest,
    Operation,
    PackItem,
    Pick,
    Receive,
    Renew,
    Seal,
    Seen,
    ShortPick,
    StartTote,
    TakeNumbers,
    Undo,
    VoidNumber,
)
from server.activities import ACTIVITIES
from server.catalog.messages import PutItem, PutItemCode
from server.lane.activity import DESK, IMPORT, NETWORK, OUTBOX
from server.lane.message import Message
from server.lane.records import Outgoing
from server.ledger.locations import PutLocation
from server.ledger.records import Allocation, Place
from server.orders.records import Shipment
from server.planning.waves import ReleaseWave
from server.sync import feed
from server.sync.batches import Batch
from server.sync.push import PushRules
from server.transport.messages import MakeRound
from tests.floor import SITE, START, Floor
from tests.orders.channel import all_of, open_floor, order_of
from tests.sync.asking import AskingStore

FEW, MANY = 20, 200
VAN, BENCH = "VAN-1", "BENCH-1"
LATER_MS = 1_000_000
AHEAD_MS = 100 * LATER_MS
"""Farther than a clock may be ahead: the book takes other times than the device gives."""


class House:
    """A floor on which `count` of everything is done, one batch after the other."""

    def __init__(self, count: int, ahead_ms: int = 0) -> None:
        """Open it; what is asked is noted by act, and the device's clock may run ahead."""
        self.count = count
        self.ahead_ms = ahead_ms
        self.asked: dict[str, list[str]] = {}
        self.store = AskingStore()
        self.floor = open_floor(Floor(self.store))
        self.floor.rules = PushRules(ACTIVITIES, project=feed.project)
        self.floor.now += LATER_MS - ahead_ms
        with self.store.session([SITE]) as session:
            for number, (code, kind) in enumerate(((BENCH, "bench"), (VAN, "van"))):
                session.picture.add(Place(SITE, 1_600_000 + number, code, kind))
            session.write()
        self.store.take()
        self.hand = self.floor.handheld()
        self.ended = 0
        self.done: dict[str, list[int]] = {}

    def act(self, name: str, written: Callable[[int], Operation], *, undone: bool = False) -> None:
        """Do one thing `count` times, in one batch; it may be undone at the end."""
        for number in range(self.count):
            self.ended += 1_000
            seq = self.hand.write(msgspec.structs.replace(written(number), ended=self.ended))
            if undone:
                self.done.setdefault(name, []).append(seq)
        self.push(name)

    def push(self, name: str) -> None:
        """Send what was written."""
        self.floor.now = START + self.ended + LATER_MS - self.ahead_ms
        for outcome in self.hand.push():
            assert (outcome["outcome"], outcome.get("code")) != ("parked", "internal_error")
        self.asked[name] = self.store.take()

    def say(self, name: str, messages: list[Message], site: int = SITE, stream: int = DESK) -> None:
        """Say messages to a lane, in one batch."""
        lines = tuple(msgspec.json.encode(message) for message in messages)
        answer = self.floor.run(Batch(site=site, stream=stream, epoch=1, lines=lines))
        for told in answer.outcomes:
            assert msgspec.json.decode(told)["outcome"] in ("applied", "flagged"), told
        self.asked[name] = self.store.take()

    def relay(self, name: str) -> None:
        """Carry over what waits, one batch for each pair of sites, until nothing does."""
        turn = 0
        while waiting := all_of(self.floor, Outgoing):
            turn += 1
            for origin, target in sorted({(each.site, each.target) for each in waiting}):
                rows = [each for each in waiting if (each.site, each.target) == (origin, target)]
                rows.sort(key=lambda row: row.seq)
                lines = tuple(row.line for row in rows)
                batch = Batch(target, OUTBOX + origin, 1, lines, rows[0].seq)
                self.floor.run(batch)
                self.asked[f"{name}, turn {turn}, {origin} to {target}"] = self.store.take()
                for row in rows:
                    self.store.picture.remove(row)


def masters(house: House) -> None:
    """Items, codes, places and orders come as imports, then a wave is planned."""
    n = range(house.count)
    items: list[Message] = [PutItem(owner="ACME", sku=f"I-{each}") for each in n]
    house.say("import items", items, NETWORK, IMPORT)
    codes: list[Message] = [
        PutItemCode(owner="ACME", sku=f"I-{each}", code=f"X-{each}") for each in n
    ]
    house.say("import codes", codes, NETWORK, IMPORT)
    places: list[Message] = [PutLocation(code=f"B-{each}", place_kind="bin") for each in n]
    house.say("import places", places, SITE, IMPORT)
    house.act("receive", lambda each: goods(Receive, each, to=f"B-{each}", quantity=20))
    orders: list[Message] = [order_of(str(each), (f"I-{each}", 2)) for each in n]
    house.say("import orders", orders, NETWORK, IMPORT)
    house.relay("promise")
    house.say("release", [ReleaseWave(name="W")])
    house.relay("plan")


def goods(kind: type, each: int, **more: object) -> Operation:
    """An operation on the item with this number."""
    given = {"owner": "ACME", "item": f"I-{each}", "quantity": 1, **more}
    made: Operation = kind(**given)
    return made


def floor_work(house: House) -> None:
    """Picking, and what else is done with goods in the house."""
    shipments = [each.id for each in sorted(all_of(house.floor, Shipment), key=lambda s: s.id)]
    lines = {line.shipment: line for line in all_of(house.floor, Allocation)}
    assert len(lines) == house.count

    def pick(kind: type, each: int, **more: object) -> Operation:
        line = lines[shipments[each]]
        source = f"B-{each}"
        return goods(kind, each, source=source, tasks=(line.id,), package=line.package, **more)

    house.act("claim", lambda each: Claim(work=lines[shipments[each]].package or 0))
    house.act("renew", lambda each: Renew(work=lines[shipments[each]].package or 0, fence=1))
    house.act("start", lambda each: StartTote(unit=f"T-{each}", shipment=shipments[each]))
    house.act("pick", lambda each: pick(Pick, each, to=f"T-{each}"), undone=True)
    house.act("short", lambda each: pick(ShortPick, each, reason="not found"))
    house.act("hand back", lambda each: HandBack(work=lines[shipments[each]].package or 0, fence=1))
    house.relay("shortages")
    house.act("bind", lambda each: Bind(unit=f"T-{each}", shipment=shipments[each]))
    house.act(
        "sort",
        lambda each: goods(
            Sort, each, source=f"B-{each}", to=f"S-{each}", shipment=shipments[each]
        ),
    )
    house.act("move", lambda each: goods(Move, each, source=f"B-{each}", to="A-01"), undone=True)
    house.act("move unit", lambda each: MoveUnit(unit=f"T-{each}", to=BENCH))
    house.act(
        "move unknown", lambda each: Move(quantity=1, code=f"?-{each}", source="A-01", to="A-02")
    )
    line = [CountLine(owner="ACME", item=f"I-{each}", quantity=7) for each in range(house.count)]
    house.act("count", lambda each: Count(place=f"B-{each}", lines=(line[each],), complete=True))
    house.act("grade", lambda each: goods(Grade, each, at=f"B-{each}", graded="damaged"))
    house.act("discard", lambda each: goods(Discard, each, source=f"B-{each}", condition="damaged"))
    house.act("relabel", lambda each: goods(Relabel, each, at=f"B-{each}", to_lot=f"L-{each}"))
    house.act("assemble", assembled)
    house.act("numbers", lambda _each: TakeNumbers(count=2))
    house.act("void", lambda each: VoidNumber(number=f"N-{each}"))
    house.act("seen", lambda each: Seen(scope="1/zone/0", cursor=each))
    house.act("send", lambda each: goods(SendTransfer, each, source=f"B-{each}", transfer=each + 9))
    house.act("take", lambda each: goods(TakeTransfer, each, to=f"B-{each}", transfer=each + 9))
    house.relay("sent")


def assembled(each: int) -> Operation:
    """A kit made of one item."""
    part = Part(owner="ACME", item=f"I-{each}", quantity=1)
    return goods(Assemble, each, item=f"A{each % 3 + 1}", at=f"B-{each}", parts=(part,))


def road_work(house: House) -> None:
    """From the bench to the door and back."""
    shipments = [each.id for each in sorted(all_of(house.floor, Shipment), key=lambda s: s.id)]
    house.act(
        "pack",
        lambda each: goods(
            PackItem, each, source=f"T-{each}", unit=f"P-{each}", shipment=shipments[each]
        ),
        undone=True,
    )
    house.act("work step", lambda each: WorkStep(step="gift wrap", unit=f"P-{each}"))
    house.act("seal", lambda each: Seal(unit=f"P-{each}", shipment=shipments[each], at=BENCH))
    house.act("unseal", lambda each: Unseal(unit=f"P-{each}", at=BENCH))
    house.act("seal again", lambda each: Seal(unit=f"P-{each}", shipment=shipments[each], at=BENCH))
    house.relay("packed")
    made = MakeRound(name="R", date="2026-11-22", van=VAN, shipments=tuple(shipments))
    house.say("round", [made])
    house.hand.write(OpenManifest(round=1, van=VAN, ended=house.ended))
    house.push("open manifest")
    house.act("load", lambda each: Load(unit=f"P-{each}", to=VAN, source=BENCH))
    house.hand.write(CloseManifest(round=1, van=VAN, loaded=house.count, ended=house.ended))
    house.push("close manifest")
    house.act("fail", lambda each: FailDelivery(unit=f"P-{each}", reason="nobody home"))
    house.act("bring back", lambda each: BringBack(unit=f"P-{each}", source=VAN, to=BENCH))
    house.act("load again", lambda each: Load(unit=f"P-{each}", to=VAN, source=BENCH))
    house.act("deliver", lambda each: Deliver(unit=f"P-{each}", source=VAN))
    house.act("return", lambda each: goods(TakeReturn, each, to="A-01", announced=f"R-{each}"))
    house.relay("delivered")
    for name, seqs in house.done.items():
        house.act(f"undo {name}", undoing(seqs))
    house.relay("undone")


def undoing(seqs: list[int]) -> Callable[[int], Operation]:
    """Take back these lines, one after the other."""
    return lambda each: Undo(seq=seqs[each])


def asked_of(count: int, ahead_ms: int = 0) -> dict[str, list[str]]:
    """What every act of the day asks, where each is done to so many things."""
    house = House(count, ahead_ms)
    masters(house)
    floor_work(house)
    road_work(house)
    return house.asked


def test_batch_asks_the_same_for_one_operation_and_for_many() -> None:
    one, few, many = (asked_of(count) for count in (1, FEW, MANY))

    assert one.keys() == few.keys() == many.keys()
    for act, asked in one.items():
        assert Counter(few[act]) == Counter(asked), act
        assert Counter(many[act]) == Counter(asked), act


def test_device_whose_clock_runs_ahead_asks_no_more_for_many() -> None:
    one, many = (asked_of(count, AHEAD_MS) for count in (1, FEW))

    # A line whose time can't be is named once more at the time that the book takes for it.
    assert [act for act in one if len(many[act]) > len(one[act])] == []
