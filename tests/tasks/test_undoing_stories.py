"""What the golden stories wrote, taken back: queued, acknowledged, and after the goods went on."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import msgspec
import pytest
from msgspec.structs import replace

from device_protocol.codec import decode_line
from device_protocol.operations import Clock, Count, CountLine, Move, Operation, Receive, Undo
from server.catalog.records import Item
from server.lane.activity import NETWORK
from server.ledger.records import Place
from server.merchants.records import Merchant
from tests.device_protocol.workflow.golden import stories
from tests.floor import SITE, START, Floor, Handheld

ITEMS = ("CUP", "MILK", "PHONE", "WATCH", "PEN")
PLACES = {"A-1": "bin", "A-2": "bin", "A-9": "bin", "DOCK-1": "dock", "VAN-1": "van"}
BOOT = 1
"""Boot of the lines in the stories."""
WRITTEN = {
    f"{name}: {story['about']}": [line for step in story["steps"] for line in step["writes"]]
    for name, _, story in stories()
}
TOLD = [about for about, written in WRITTEN.items() if written]


class Site(Floor):
    """The site of the stories: its places, its items, and stock to begin with."""

    def __init__(self) -> None:
        super().__init__()
        self.handheld(8).do(
            *(
                Receive(quantity=60, owner="ACME", item=item, to=place, ended=10)
                for item in ITEMS
                for place in ("A-1", "TOTE-1")
            )
        )

    def seed(self) -> None:
        """Put the masters."""
        super().seed()
        with self.store.session([NETWORK, SITE]) as session:
            picture = session.picture
            picture.add(Merchant(NETWORK, 1_000_003, "OTHER", "Other"))
            for at, (code, kind) in enumerate(PLACES.items()):
                picture.add(Place(SITE, 1_000_200 + at, code, kind, zone=1_000_090))
            for at, sku in enumerate(ITEMS):
                picture.add(Item(NETWORK, 1_000_050 + at, 1_000_001, sku))
            session.write()


@cache
def before_all() -> dict[tuple[str, str], int]:
    """What stands there before anybody tells a story."""
    return Site().balances()


class Told(NamedTuple):
    """A device that tells a story, and the numbers of its lines that are not undone."""

    device: Handheld
    lines: tuple[Operation, ...]
    live: tuple[int, ...]


def tell(floor: Floor, written: Sequence[dict[str, Any]]) -> Told:
    """Have a device that writes a story's lines."""
    device = floor.handheld(1)
    shift = device.write(Clock(server=START, round_trip=0, ended=0, boot=BOOT))
    lines: list[Operation] = []
    live: dict[int, None] = {}
    for number, line in enumerate(written, shift + 1):
        operation: Any = decode_line(msgspec.json.encode(line))
        if isinstance(operation, Undo):
            operation = replace(operation, seq=operation.seq + shift)
            live.pop(operation.seq, None)
        else:
            live[number] = None
        lines.append(operation)
    return Told(device, tuple(lines), tuple(live))


def go_on(floor: Floor, lines: Sequence[Operation]) -> None:
    """Somebody else takes goods away from where a story put them, and then counts a bin."""
    other = floor.handheld(2)
    targets = {getattr(line, "to", "") or getattr(line, "unit", "") for line in lines}
    moves = [
        Move(quantity=1, owner="ACME", item="CUP", source=target, to="A-9", ended=900_000)
        for target in sorted(targets - {"", "A-9"})
    ]
    counted = (CountLine(owner="ACME", item="CUP", quantity=33),)
    other.do(*moves, Count(place="A-1", lines=counted, complete=True, ended=950_000))


def queued(told: Told) -> None:
    """Everything waited on the device, the undo too, and came in one batch."""
    for line in told.lines:
        told.device.write(line)
    for seq in reversed(told.live):
        told.device.write(Undo(seq=seq, ended=990_000, boot=BOOT))
    told.device.push()


def acknowledged(told: Told) -> None:
    """Each line was taken before the next was written, and all before the undo."""
    for line in told.lines:
        assert told.device.do(line)[0]["outcome"] in {"applied", "flagged"}
    for seq in reversed(told.live):
        told.device.do(Undo(seq=seq, ended=990_000, boot=BOOT))


def late(told: Told) -> None:
    """The undo came in a batch of its own, after what others did."""
    told.device.do(*told.lines)
    go_on(told.device.floor, told.lines)
    undos = [Undo(seq=seq, ended=990_000, boot=BOOT) for seq in reversed(told.live)]
    told.device.do(*undos)


@pytest.mark.parametrize("about", TOLD)
def test_story_that_is_undone_leaves_the_book_as_if_nobody_had_told_it(about: str) -> None:
    expected = before_all()
    for undone in (queued, acknowledged):
        floor = Site()
        undone(tell(floor, WRITTEN[about]))
        assert floor.balances() == expected, undone.__name__


@pytest.mark.parametrize("about", TOLD)
def test_story_that_is_undone_after_its_goods_went_on_leaves_what_others_did(about: str) -> None:
    alone = Site()
    lines = tell(alone, WRITTEN[about]).lines
    go_on(alone, lines)

    floor = Site()
    late(tell(floor, WRITTEN[about]))

    assert floor.balances() == alone.balances()
