"""Lots, substitutes and the put wall in the database: as in memory, from the same words."""

from typing import Any

import msgspec

from device_protocol.handling import Sort
from device_protocol.operations import Operation, Pick, Receive, ShortPick, Undo
from server.catalog.messages import PutItem, PutSubstitutes
from server.db.engine import Database
from server.lane.activity import DESK, NETWORK
from server.lane.message import Message
from server.lane.store import SqlStore
from server.ledger.listings import LISTINGS
from server.ledger.records import Allocation, Task
from server.orders.records import Demand, Shipment, ShipmentLine
from server.planning.waves import PlanWave
from server.sync.batches import Batch
from server.tasks.substituting import DecideSubstitute
from tests.floor import SITE, Floor, sql_balances
from tests.orders.channel import ACME, all_of

FIRST, SECOND, A1 = 1_500_001, 1_500_002, 1_000_011


class Shift:
    """A floor with two shipments of 3 A1 each that wait for their wave, and a device."""

    def __init__(self, floor: Floor) -> None:
        """Put the shipments straight into the book."""
        self.floor = floor
        self.said: list[tuple[int, Message | Operation]] = []
        self.heard: list[Any] = []
        with floor.store.session([NETWORK, SITE]) as session:
            for number in (FIRST, SECOND):
                ships = (number, number, ACME, "web", f"O{number}", 5, "", "", 1)
                session.picture.add(Shipment(SITE, *ships, wave=7, lines=1))
                session.picture.add(ShipmentLine(SITE, number, 1, A1, 3, promised=3))
            session.picture.add(Demand(SITE, ACME, A1, 6))
            session.write()
        self.device = floor.handheld()

    def say(self, site: int, *words: Message | Operation) -> None:
        """Say something at a desk, or do something with the device."""
        for word in words:
            self.said.append((site, word))
            if isinstance(word, Operation):
                self.heard += self.device.do(word)
                continue
            line = msgspec.json.encode(word)
            answer = self.floor.run(Batch(site=site, stream=DESK, epoch=1, lines=(line,)))
            self.heard += [msgspec.json.decode(each) for each in answer.outcomes]


def work(shift: Shift) -> None:
    """A shift with everything: lots, totals, a substitute that is rejected, the wall, an undo."""
    a1: dict[str, Any] = {"owner": "ACME", "item": "A1"}
    a2 = a1 | {"item": "A2"}
    put = PutItem(owner="ACME", sku="A1", lot_capture="receipt", rotation="fefo")
    shift.say(NETWORK, put, PutSubstitutes(owner="ACME", sku="A1", substitutes=("A2",)))
    shift.say(
        SITE,
        Receive(quantity=2, to="A-01", lot="L1", expiry="2027-09-01", ended=1_000, **a1),
        Receive(quantity=4, to="A-02", lot="L2", expiry="2027-06-01", ended=1_100, **a1),
        Receive(quantity=9, to="A-03", ended=1_200, **a2),
        PlanWave(wave=7, shipments=(FIRST, SECOND), mode="bulk"),
    )
    lines = sorted(all_of(shift.floor, Allocation), key=lambda line: line.id)
    assert [line.quantity for line in lines] == [2, 3, 1]
    late, *tasks = (line.id for line in lines)
    pick = {"source": "A-03", "to": "BULK", "instead": "A1"} | a2
    shift.say(
        SITE,
        *(Pick(quantity=3, source="A-02", to="BULK", tasks=(each,), ended=2_000) for each in tasks),
        Pick(quantity=2, tasks=(late,), ended=2_100, **pick),
        Sort(quantity=2, source="BULK", to="A-09", shipment=SECOND, ended=3_000, **a2),
        Sort(quantity=1, lot="L2", source="BULK", to="T-1", shipment=FIRST, ended=3_100, **a1),
    )
    shift.say(
        SITE,
        Undo(seq=len(shift.device.lines), ended=3_200),
        ShortPick(quantity=1, source="BULK", tasks=(tasks[0],), ended=3_300),
    )
    [asked] = [each for each in all_of(shift.floor, Task) if each.kind == "approve_substitute"]
    shift.say(SITE, DecideSubstitute(task=asked.id, approve=False))


def test_the_same_words_give_the_same_book_in_the_database(database: Database) -> None:
    memory = Shift(Floor())
    work(memory)
    stored = Shift(Floor(SqlStore(database.writing, LISTINGS)))

    for site, word in memory.said:
        stored.say(site, word)

    assert stored.heard == memory.heard
    assert sql_balances(database) == memory.floor.balances()
    codes = [each.get("code", "") for each in memory.heard]
    assert [code for code in codes if code] == ["negative", "substituted", "short"]
