"""Random histories of several devices, and random ways in which their lines arrive."""

import random
from typing import Any

from device_protocol.operations import (
    Clock,
    Count,
    CountLine,
    Move,
    MoveUnit,
    Operation,
    Receive,
    StartTote,
    Undo,
)
from tests.floor import START, Floor, Handheld

PLACES = ("D-1", "A-01", "A-02", "A-03", "T-1", "T-2")
UNITS = ("T-1", "T-2", "P-1")
GOODS: tuple[dict[str, Any], ...] = (
    {"owner": "ACME", "item": "A1"},
    {"owner": "ACME", "item": "A2", "lot": "L1"},
    {"owner": "ACME", "item": "A3", "serial": "S1"},
    {"owner": "BETA", "item": "B1"},
    {"code": "nobody-knows-this"},
    {"code": "4000000000013"},
)
SPAN_MS = 20_000


def random_operation(source: random.Random, ended: int, written: int) -> Operation:
    """One thing that a person may do, sensible or not, at `ended` on the device's clock."""
    kind = source.choice(("receive", "move", "move", "unit", "count", "count", "tote", "undo"))
    goods = source.choice(GOODS)
    quantity = 1 if "serial" in goods else source.randint(1, 9)
    if kind == "receive":
        return Receive(quantity=quantity, to=source.choice(PLACES), ended=ended, **goods)
    if kind == "move":
        out, into = source.sample(PLACES, 2)
        return Move(quantity=quantity, source=out, to=into, ended=ended, **goods)
    if kind == "unit":
        places = (*PLACES, "P-1")
        return MoveUnit(
            unit=source.choice(UNITS),
            source=source.choice(("", *places)),
            to=source.choice(places),
            ended=ended,
        )
    if kind == "count":
        return random_count(source, ended)
    if kind == "tote":
        return StartTote(unit=source.choice(("T-1", "T-2")), ended=ended)
    return Undo(seq=source.randint(1, written + 1), ended=ended)


def random_count(source: random.Random, ended: int) -> Count:
    """A count of some keys, or of a unit, complete or not."""
    lines = [
        CountLine(quantity=source.randint(0, 9), **goods)
        for goods in source.sample(GOODS, source.randint(0, 3))
    ]
    if source.random() < 0.3:
        lines.append(CountLine(quantity=1, unit=source.choice(UNITS)))
    return Count(
        place=source.choice(PLACES), lines=tuple(lines), complete=source.random() < 0.6, ended=ended
    )


def write_histories(
    source: random.Random, floor: Floor, devices: int, length: int
) -> list[Handheld]:
    """Let each device write its day; some never hear the server's clock, some do late or badly."""
    handhelds = []
    for number in range(1, devices + 1):
        anchored = source.random() < 0.85
        handheld = Handheld(floor, number, anchored=anchored)
        ended = 0
        for _ in range(length):
            ended += source.randint(0, 2 * SPAN_MS // length)
            if source.random() < 0.1:
                round_trip = source.choice((0, 50, 3_000))
                handheld.write(Clock(server=START + ended, round_trip=round_trip, ended=ended))
            handheld.write(random_operation(source, ended, len(handheld.lines)))
        handhelds.append(handheld)
    return handhelds


def deliver(source: random.Random, floor: Floor, handhelds: list[Handheld]) -> None:
    """Bring all lines in, each device's in order: cut anywhere, repeated, several in one group."""
    position = {handheld.stream: 0 for handheld in handhelds}
    while True:
        unfinished = [each for each in handhelds if position[each.stream] < len(each.lines)]
        if not unfinished:
            return
        batches = []
        for handheld in source.sample(unfinished, source.randint(1, len(unfinished))):
            done = position[handheld.stream]
            first = source.randint(1, done + 1) if source.random() < 0.3 else done + 1
            last = source.randint(done + 1, len(handheld.lines))
            batches.append(handheld.batch(first, last))
            position[handheld.stream] = last
        floor.run(*batches)
