"""Random acts in a warehouse at work: whatever people do to whatever is there, it is understood.

Operations name places, totes, parcels, shipments, rounds and lines that exist, in senseless ways.
No decision may fail, whatever came before it, in the same group or in another.
"""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest
from structlog.testing import capture_logs

from device_protocol.handling import Part
from device_protocol.kinds import OPERATIONS
from device_protocol.operations import (
    Clock,
    CountLine,
    Operation,
    Origin,
    Seen,
    TakeNumbers,
    VoidNumber,
)
from server.lane.activity import DESK
from server.ledger.locations import PutLocation
from server.ledger.records import Discrepancy, Stock, Task
from server.orders.records import Shipment
from server.planning.records import Package
from server.planning.waves import ReleaseWave
from server.sync.batches import Batch
from server.tasks.correcting import Correct
from server.tasks.resolving import PutHold, ResolveDiscrepancy, ResolveTask
from server.transport.records import Round, Stop
from tests.floor import SITE, START, Floor
from tests.orders.channel import all_of, order_of, place
from tests.tasks.picks import body_lines, released
from tests.transport.road import BENCH, PARCEL, VAN, on_the_road, stocked

HISTORIES = 60
YEAR_MS = 365 * 24 * 3_600_000
KINDS = tuple(kind for kind in OPERATIONS if kind not in (Seen, TakeNumbers, VoidNumber))
ANYWHERE = (BENCH, VAN, "T-1", "T-2", "A-01", "A-02", "D-1", PARCEL, "", "NEW-1", "NEW-2")
WORDS: dict[str, tuple[Any, ...]] = {
    "unit": (PARCEL, PARCEL, "T-1", "T-2", "NEW-1", "NEW-2", VAN, "A-01"),
    "source": ANYWHERE,
    "to": (*ANYWHERE, "person"),
    "at": (BENCH, "", "NEW-1"),
    "place": ANYWHERE,
    "van": (VAN, "NEW-V"),
    "owner": ("ACME", "BETA", "", "NOBODY"),
    "item": ("A1", "A2", "B1", "", "ZZ"),
    "code": ("", "4000000000013", "nobody"),
    "lot": ("", "L1"),
    "serial": ("", "", "S1", "S2"),
    "condition": ("", "good", "damaged", "odd"),
    "quantity": (1, 1, 2, 3, 50),
    "site": (None, None, 1, 2, 77, 0, -1),
    "fence": (None, 1, 2),
    "epoch": (None, None, 1, 2),
    "again": (None,) * 6 + (Origin(1, 2, "ab" * 32),),
    "arrived": (None, 5, 10**9),
    "typed": ("", "4711", "0000"),
    "loaded": (0, 1, 2),
    "complete": (True, False),
    "measured_g": (None, 500, -3),
    "transfer": (1, 99),
    "announced": ("", "R-1"),
    "channel": ("", "web"),
    "parcel": ("", PARCEL),
    "disposition": ("", "restock", "scrap", "odd"),
    "graded": ("good", "damaged", "odd"),
    "way": ("scrap", "recycle"),
    "step": ("gift_wrap", ""),
    "to_item": ("", "A2", "ZZ"),
    "to_lot": ("", "L2"),
    "to_serial": ("", "", "S3"),
    "apart": (True, False),
    "instead": ("", "A2", "ZZ"),
    "occasion": ("", "zero"),
    "attempt": (1, 2),
    "blind": (True, False),
    "amount": (0, 1, 4_990, -5, 10**12),
    "taken": (0, 4_990, -5, 10**12),
    "currency": ("", "EUR", "JPY", "euro"),
    "next_date": ("", "2011-12-06", "some day"),
}


class Scene(NamedTuple):
    """A warehouse at work, and the ids that its operations may name."""

    floor: Floor
    relay: Callable[[], object]
    ids: dict[str, tuple[Any, ...]]


def picking() -> Scene:
    """Two orders, one of them in a wave."""
    floor = released(("A1", 4), ("A2", 3), stands=(("A-01", "A1", 3), ("A-02", "A2", 2)))
    place(floor, order_of("2", ("A1", 2)))
    return Scene(floor, lambda: None, ids_of(floor, [line.task for line in body_lines(floor)]))


def packing() -> Scene:
    """A tote at the bench."""
    road, _ = stocked()
    return Scene(road.floor, road.relay, ids_of(road.floor, []))


def driving() -> Scene:
    """A parcel on its round."""
    road, _, _ = on_the_road()
    return Scene(road.floor, road.relay, ids_of(road.floor, []))


def ids_of(floor: Floor, lines: list[int]) -> dict[str, tuple[Any, ...]]:
    """What is there, and what is not."""

    def known(kind: type[Any]) -> tuple[int, ...]:
        return (*(each.id for each in all_of(floor, kind)), 99)

    return {
        "tasks": ((), *((line,) for line in lines), tuple(lines), (99,)),
        "work": known(Package),
        "package": (None, *known(Package)),
        "shipment": known(Shipment),
        "task": (None, *known(Task)),
        "round": known(Round),
        "stop": (None, *known(Stop)),
    }


def an_operation(source: random.Random, scene: Scene, ended: int, written: int) -> Operation:
    """Any operation of things that are there."""
    kind = source.choice(KINDS)
    if kind is Clock:
        off = source.choice((0, 0, 0, 10 * YEAR_MS, -10 * YEAR_MS))
        return Clock(server=START + ended + off, round_trip=source.choice((0, 80)), ended=ended)
    said: dict[str, Any] = {"ended": ended}
    for field in msgspec.structs.fields(kind):
        words = WORDS | scene.ids | {"seq": range(1, written + 2)}
        if field.name == "lines":
            said["lines"] = tuple(a_count(source) for _ in range(source.randint(0, 3)))
        elif field.name == "parts":
            said["parts"] = tuple(a_part(source) for _ in range(source.randint(0, 3)))
        elif field.name in words and (field.required or source.random() < 0.5):
            said[field.name] = source.choice(words[field.name])
    return kind(**said)


def a_part(source: random.Random) -> Part:
    """One part of a kit."""
    names = ("owner", "item", "lot", "serial", "code")
    return Part(
        quantity=source.choice((1, 2)), **{name: source.choice(WORDS[name]) for name in names}
    )


def a_count(source: random.Random) -> CountLine:
    """One line of a count."""
    names = ("owner", "item", "lot", "serial", "code")
    said = {name: source.choice(WORDS[name]) for name in names}
    unit = source.choice(("", "", "", PARCEL, "T-1", "NEW-1", "A-01"))
    return CountLine(quantity=source.choice((0, 1, 3)), unit=unit, **said)


def a_request(source: random.Random, scene: Scene) -> bytes:
    """Something that a desk asks for."""
    floor = scene.floor

    def some(kind: type[Any]) -> int:
        return int(source.choice([*(each.id for each in all_of(floor, kind)), 99]))

    where, stock = source.choice(ANYWHERE), some(Stock)
    return msgspec.json.encode(
        source.choice(
            (
                Correct(place=where, stock=stock, quantity=source.choice((-3, 5)), reason="r"),
                PutLocation(code=where or "B-9", place_kind=source.choice(("bin", "van"))),
                PutHold(owner="ACME", item="A1", place=source.choice(("", "A-01")), reason="r"),
                ResolveTask(task=some(Task), note="n"),
                ResolveDiscrepancy(discrepancy=some(Discrepancy), note="n"),
                ReleaseWave(),
            )
        )
    )


def live(source: random.Random, scene: Scene) -> None:
    """Let some devices and a desk do something, several of them in one group."""
    handhelds = [scene.floor.handheld(number) for number in (2, 3, 4)]
    scene.floor.now = START + 1_050_000
    ended = 1_000_000
    for _ in range(source.randint(2, 5)):
        batches = []
        for handheld in source.sample(handhelds, source.randint(1, 2)):
            for _ in range(source.randint(1, 6)):
                ended += source.randint(1, 900)
                handheld.write(an_operation(source, scene, ended, len(handheld.lines)))
            batches.append(handheld.batch(handheld.sent + 1, len(handheld.lines)))
            handheld.sent = len(handheld.lines)
        lines = tuple(a_request(source, scene) for _ in range(source.randint(1, 2)))
        asked = Batch(site=SITE, stream=DESK, epoch=1, lines=lines)
        batches.insert(source.randint(0, len(batches)), asked)
        for answer in scene.floor.run(*batches):
            assert answer.status == "taken"
            assert not any(b"internal_error" in outcome for outcome in answer.outcomes)
        if source.random() < 0.5:
            scene.relay()


@pytest.mark.parametrize("scene", [picking, packing, driving])
def test_no_act_is_beyond_the_book(scene: Callable[[], Scene]) -> None:
    for seed in range(HISTORIES):
        with capture_logs() as logged:
            live(random.Random(f"{scene.__name__} {seed}"), scene())
        assert [each["event"] for each in logged if each["log_level"] == "error"] == [], seed
