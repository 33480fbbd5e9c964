"""Lots: the date said last is kept, in whatever order batches arrive."""

import itertools

import pytest

from device_protocol.operations import Receive
from server.lane.activity import Context, Stamp
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.lots import days_left, is_expired, note_lot, want_lot
from server.ledger.records import Lot
from server.ledger.stocks import StockKey
from tests.floor import SITE, START, Floor
from tests.sayings import all_of

DAY = 86_400_000
MILK = 1_000_011


def received(lot: str, expiry: str, ended: int) -> Receive:
    """One unit of A1 with what stands on its label."""
    return Receive(
        quantity=1, owner="ACME", item="A1", to="A-01", lot=lot, expiry=expiry, ended=ended
    )


def test_lot_keeps_its_date_and_its_first_receipt() -> None:
    floor = Floor()

    outcomes = floor.handheld().do(
        received("L1", "", 1_000),
        received("L1", "2027-03-01", 2_000),
        received("", "2027-03-02", 3),
    )

    assert outcomes == [{"outcome": "applied"}] * 3
    [lot] = all_of(floor, Lot)
    assert (lot.lot, lot.expiry, lot.received_at) == ("L1", "2027-03-01", START + 1_000)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_date_said_last_is_kept_in_whatever_order_devices_come(order: tuple[int, ...]) -> None:
    floor = Floor()
    said = [
        received("L1", "2027-03-01", 1_000),
        received("L1", "2027-04-01", 3_000),
        received("L1", "2027-05-01", 2_000),
    ]
    codes = [floor.handheld(place + 1).do(said[place])[0].get("code", "") for place in order]

    [lot] = all_of(floor, Lot)
    assert (lot.expiry, lot.received_at) == ("2027-04-01", START + 1_000)
    assert codes == ["", "other_expiry", "other_expiry"]


def test_of_two_dates_that_one_operation_says_the_second_is_kept() -> None:
    picture = Picture(complete=True)
    context = Context(picture, site=SITE, stream=8, epoch=1, seq=1, stamp=Stamp(70), now=9)
    for expiry in ("2027-03-01", "2027-04-01"):
        note_lot(context, StockKey(owner=1, item=MILK, lot="L1"), expiry)

    assert [lot.expiry for lot in picture.all(Lot)] == ["2027-04-01"]
    assert [flag.code for flag in context.flags] == ["other_expiry"]


@pytest.mark.parametrize(
    ("key", "read"),
    [
        (StockKey(owner=1, item=MILK, lot="L1"), {(SITE, 1, MILK, "L1")}),
        (StockKey(owner=1, item=MILK), None),
        (StockKey(lot="L1", raw="unidentified:X"), None),
    ],
)
def test_only_known_goods_of_a_lot_have_a_lot_to_read(
    key: StockKey, read: set[tuple[int, int, int, str]] | None
) -> None:
    want = Want(Picture())

    want_lot(want, SITE, key)

    assert want.take()[0].get(Lot) == read


def test_what_is_no_date_is_flagged_and_the_goods_are_posted() -> None:
    floor = Floor()

    [outcome] = floor.handheld().do(received("L1", "31.12.2027", 1_000))

    assert (outcome["code"], outcome["actual"]) == ("bad_expiry", "31.12.2027")
    assert floor.balances()["A-01", "1000001:A1|L1|good"] == 1
    assert [lot.expiry for lot in all_of(floor, Lot)] == [""]


def test_lot_may_be_used_on_its_last_day_and_not_after_it() -> None:
    lot = Lot(SITE, 1, MILK, "L1", 1, expiry="1970-01-11")

    assert [days_left(lot, at) for at in (0, 10 * DAY, 11 * DAY)] == [10, 0, -1]
    assert not is_expired(lot, 11 * DAY - 1)
    assert is_expired(lot, 11 * DAY)
    assert not is_expired(Lot(SITE, 1, MILK, "L2", 1), 11 * DAY)
    assert not is_expired(None, 0)
