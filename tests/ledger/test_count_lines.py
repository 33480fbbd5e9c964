"""Lines of counts: what each says, and which of them speak for a key."""

from server.lane.activity import Context, Stamp
from server.lane.picture import Picture
from server.ledger.counts import COMPLETE, Manner, line_of
from server.ledger.posting import covering
from server.ledger.records import CountLine
from tests.floor import SITE


def test_line_that_stands_for_a_count_says_when_and_how_and_of_no_units() -> None:
    stamp = Stamp(70, 3)
    context = Context(Picture(), site=SITE, stream=8, epoch=2, seq=5, stamp=stamp, now=90)

    line = line_of(context, 11, 1, Manner("planned", attempt=2, sight="blind", actor=7, task=4))

    assert line == CountLine(
        *(SITE, 11, COMPLETE, 70, 8, 2, 5, 73, 3, 0, 0, 0),
        recounts=1,
        occasion="planned",
        attempt=2,
        sight="blind",
        actor=7,
        task=4,
    )


def test_one_line_of_each_count_covers_a_key() -> None:
    def line(stock: int, at: int) -> CountLine:
        return CountLine(SITE, 1, stock, at, 1, 1, 1, at, 0, 0, 0, 0)

    lines = [line(COMPLETE, 10), line(5, 10), line(6, 20), line(COMPLETE, 30), line(5, 40)]

    assert [(each.stock, each.occurred_at) for each in covering(lines, 5)] == [
        (5, 10),
        (COMPLETE, 30),
        (5, 40),
    ]
