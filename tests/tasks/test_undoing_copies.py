"""Copies of a device share epochs and numbers; an undo takes back the line of the copy that undoes.

Found by the simulator, which copies devices and restores servers.
"""

import pytest

from device_protocol.operations import Origin, Receive, Undo
from server.lane.activity import Context, Stamp
from server.lane.picture import Picture
from server.lane.records import MovedLine, StoredOperation
from server.tasks.undoing import find_line
from tests.desk import Desk
from tests.floor import SITE, Floor, Handheld
from tests.sync.test_origins import epoch_two
from tests.tasks.archived import archive_lines

A1, A2 = "1000001:A1|good", "1000001:A2|good"


def received(item: str, quantity: int, again: Origin | None = None) -> Receive:
    """Units of an item of ACME at the dock."""
    return Receive(quantity=quantity, owner="ACME", item=item, to="D-1", ended=1_000, again=again)


def forked() -> tuple[Desk, Handheld, Origin]:
    """A device whose line 2 is stored, and where another line 2, of its copy, stood."""
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.do(received("A1", 3))
    return desk, handheld, Origin(1, 2, "cd" * 32)


def test_undo_in_the_old_epoch_takes_back_the_line_that_stands_there() -> None:
    desk, handheld, copied = forked()
    epoch_two(desk, handheld, received("A2", 5, copied))

    handheld.do(Undo(seq=2))

    assert desk.floor.balances() == {("D-1", A2): 5}


def test_undo_that_a_copy_offers_again_takes_back_the_copys_line() -> None:
    desk, handheld, copied = forked()
    undo = Undo(seq=2, epoch=1, again=Origin(1, 3, "ce" * 32))

    epoch_two(desk, handheld, received("A2", 5, copied), undo)

    assert desk.floor.balances() == {("D-1", A1): 3}


def test_undo_of_a_line_that_came_after_its_repeat_was_taken_takes_the_repeat_back() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.push()
    seq = handheld.write(received("A1", 3))
    epoch_two(desk, handheld, received("A1", 3, Origin(1, seq, handheld.hashes[seq].hex())))
    handheld.push()

    handheld.do(Undo(seq=seq))

    assert desk.floor.balances() == {}


def test_undo_offered_again_in_an_epoch_of_the_same_number_finds_what_was_offered_with_it() -> None:
    # A restored server gave out epoch 2 again: line 2 of the first epoch 2 is not that of this one.
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.push()
    other = received("A2", 5, Origin(2, 7, "cd" * 32))
    undone = received("A1", 3, Origin(2, 2, "ce" * 32))
    undo = Undo(seq=2, epoch=2, again=Origin(2, 3, "cf" * 32))

    epoch_two(desk, handheld, other, undone, undo)

    assert desk.floor.balances() == {("D-1", A2): 5}


def test_undo_of_a_repeat_takes_back_the_line_that_it_repeats_and_not_another_copys() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.push()
    other, own = (
        received("A2", 5, Origin(1, 2, "aa" * 32)),
        received("A1", 3, Origin(1, 2, "bb" * 32)),
    )

    epoch_two(desk, handheld, other, own, own, Undo(seq=4))

    assert desk.floor.balances() == {("D-1", A2): 5}


def test_undo_of_a_line_that_was_archived_beside_its_repeat_takes_the_repeat_back() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.push()
    seq = handheld.write(received("A1", 3))
    epoch_two(desk, handheld, received("A1", 3, Origin(1, seq, handheld.hashes[seq].hex())))
    handheld.push()
    archive_lines(desk.floor)

    (outcome,) = handheld.do(Undo(seq=seq))

    assert (outcome["outcome"], outcome["code"]) == ("flagged", "line_archived")
    assert desk.floor.balances() == {}


def test_undo_of_a_repeat_that_was_archived_takes_back_the_line_that_it_repeats() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.do(received("A1", 3), received("A2", 5))
    repeat = received("A1", 3, Origin(1, 2, handheld.hashes[2].hex()))
    epoch_two(desk, handheld, repeat)
    archive_lines(desk.floor)

    (outcome,) = handheld.do(Undo(seq=2, epoch=2))

    assert (outcome["outcome"], outcome["code"]) == ("flagged", "line_archived")
    assert outcome["actual"] == f"{handheld.stream}/1/2"
    assert desk.floor.balances() == {("D-1", A2): 5}


@pytest.mark.parametrize(("epoch", "found"), [(2, 2), (3, 3), (4, 4), (5, 4)])
def test_line_meant_is_the_one_that_came_again_in_the_epoch_of_the_undo(
    epoch: int, found: int
) -> None:
    # Three copies offered their own line 2 of epoch 1 again, one after the other.
    picture = Picture(complete=True)
    for again, name in ((2, "aa"), (3, "bb"), (4, "cc")):
        picture.add(MovedLine(SITE, 8, 1, 2, name * 32, again, 7))
        picture.add(
            StoredOperation(SITE, 8, again, 7, again, b"", b"{}", b"", 0, 0, "anchored", 1, 0)
        )
    context = Context(picture, site=SITE, stream=8, epoch=epoch, seq=9, stamp=Stamp(70), now=9)

    line = find_line(picture, context, 1, 2)

    assert line is not None
    assert line.epoch == found
