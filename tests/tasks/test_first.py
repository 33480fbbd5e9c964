"""First slice: receive, move, count, undo through the lane in memory."""

from device_protocol.operations import Count, CountLine, Move, Receive, Undo
from tests.floor import Floor


def test_received_goods_stand_where_they_were_put() -> None:
    floor = Floor()
    handheld = floor.handheld()

    outcomes = handheld.do(Receive(quantity=10, owner="ACME", item="A1", to="D-1", ended=1_000))

    assert outcomes == [{"outcome": "applied"}]
    assert floor.balances() == {("D-1", "1000001:A1|good"): 10}


def test_moving_more_than_the_book_has_is_posted_and_flagged() -> None:
    floor = Floor()
    handheld = floor.handheld()

    outcomes = handheld.do(
        Receive(quantity=2, owner="ACME", item="A1", to="D-1", ended=1_000),
        Move(quantity=3, owner="ACME", item="A1", source="D-1", to="A-01", ended=2_000),
    )

    assert outcomes[1]["code"] == "negative"
    assert floor.balances() == {("D-1", "1000001:A1|good"): -1, ("A-01", "1000001:A1|good"): 3}


def test_count_then_late_fact_is_absorbed() -> None:
    floor = Floor()
    first, second = floor.handheld(1), floor.handheld(2)
    late = Receive(quantity=5, owner="ACME", item="A1", to="A-01", ended=1_000)
    counted = Count(place="A-01", complete=True, ended=50_000, lines=(CountLine(owner="ACME", item="A1", quantity=5),))

    second.do(counted)
    first.do(late)

    assert floor.balances() == {("A-01", "1000001:A1|good"): 5}


def test_undo_takes_goods_back_once() -> None:
    floor = Floor()
    handheld = floor.handheld()
    seq = handheld.write(Receive(quantity=4, owner="ACME", item="A1", to="D-1", ended=1_000))
    handheld.push()

    outcomes = handheld.do(Undo(seq=seq, ended=2_000), Undo(seq=seq, ended=3_000))

    assert outcomes[0] == {"outcome": "applied"}
    assert outcomes[1]["code"] == "already_undone"
    assert floor.balances() == {}
