"""A book that is long enough to be tampered with in many places at once."""

import random
from typing import Any

from device_protocol.operations import Count, Move, Receive
from device_protocol.operations import CountLine as Counted
from server.db.engine import Database
from tests.floor import Handheld
from tests.sync.yard import BINS, Yard, yard_on

AT_ONCE = 10
"""Operations of a push: a commit is as near as a changed movement can be told."""
ITEMS = ("A1", "A2", "A3")


def filled(database: Database, operations: int) -> None:
    """A day of the yard, and then goods that come and go until there are so many operations."""
    source = random.Random(operations)
    with yard_on(database) as yard:
        yard.work()
        ended = 20_000
        for number in range(operations // AT_ONCE):
            handheld = yard.handhelds[number % len(yard.handhelds)]
            for _ in range(AT_ONCE):
                ended += 500
                handheld.write(something(source, ended))
            push(yard, handheld)


def push(yard: Yard, handheld: Handheld) -> None:
    """Send what was written, as one batch."""
    answer = yard.run(handheld.batch(handheld.sent + 1, len(handheld.lines)))
    handheld.sent = len(handheld.lines)
    assert answer.status == "taken"


def something(source: random.Random, ended: int) -> Receive | Move | Count:
    """A receipt, a move, or a count of a bin."""
    goods: dict[str, Any] = {"owner": "ACME", "item": source.choice(ITEMS)}
    kind = source.randrange(10)
    if kind == 0:
        lines = (Counted(quantity=source.randint(0, 30), **goods),)
        return Count(place=source.choice(BINS), lines=lines, ended=ended)
    if kind < 5:
        lot = source.choice(("", "L1", "L2"))
        return Receive(
            quantity=source.randint(1, 9), to=source.choice(BINS), lot=lot, ended=ended, **goods
        )
    start, end = source.sample(BINS, 2)
    return Move(quantity=source.randint(1, 5), source=start, to=end, ended=ended, **goods)
