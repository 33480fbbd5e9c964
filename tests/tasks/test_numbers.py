"""Tests of number blocks: given out once, voided for ever."""

import msgspec
import pytest

from device_protocol.messages import Grant
from device_protocol.operations import TakeNumbers, Undo, VoidNumber
from device_protocol.scan import sscc
from server.lane.activity import NETWORK, Context, Stamp
from server.lane.picture import Picture
from server.planning.records import NumberRange, Voided
from server.sites.records import Site
from server.tasks.numbers import decide
from tests.floor import SITE, START, Floor
from tests.transport.road import OTHER, PARCEL, Road, on_the_road, pack, stocked

APPLIED = {"outcome": "applied"}


def block(outcome: dict[str, object]) -> tuple[int, str, int, int, int]:
    """What an outcome granted."""
    grant = msgspec.convert(outcome["grant"], Grant)
    assert grant.numbers is not None
    given = grant.numbers
    return (given.epoch, given.prefix, given.first, given.count, given.extension)


def take(picture: Picture, site: int, count: int) -> tuple[int, str, int, int, int]:
    """Take numbers in the lane of a site."""
    context = Context(picture, site=site, stream=1, epoch=3, seq=1, stamp=Stamp(START), now=START)
    decide(TakeNumbers(count=count), picture, context)
    return block({"grant": msgspec.to_builtins(context.grant)})


@pytest.mark.spec("DP-NUM-2")
def test_blocks_follow_each_other_and_never_come_back() -> None:
    floor = Floor()
    floor.now = START
    first, second = floor.handheld(1), floor.handheld(2)

    given = [
        block(first.do(TakeNumbers(count=100, ended=1_000))[0]),
        block(second.do(TakeNumbers(count=50, ended=1_000))[0]),
        block(first.do(TakeNumbers(ended=2_000))[0]),
    ]

    start = 100_000_000
    assert given == [
        (1, "0400000", start, 100, 0),
        (1, "0400000", start + 100, 50, 0),
        (1, "0400000", start + 150, 1_000, 0),
    ]


@pytest.mark.parametrize("site", [1, 2, 9, 10, 57, 99, 100])
def test_sites_that_share_a_prefix_give_out_other_numbers(site: int) -> None:
    picture = Picture(complete=True)

    _, prefix, first, count, extension = take(picture, site, 10_000)
    _, _, other, _, extension_of_other = take(picture, site + 1, 1)

    last = int(sscc(prefix, extension, first + count - 1)[:-1])
    assert last < int(sscc(prefix, extension_of_other, other)[:-1]) or site == 99


def test_extension_digit_goes_on_where_serials_end() -> None:
    picture = Picture(complete=True)

    assert take(picture, 12, 5) == (3, "0400000", 200_000_000, 5, 1)


def test_site_numbers_under_its_own_prefix() -> None:
    floor = Floor()
    floor.now = START
    with floor.store.session([NETWORK]) as session:
        session.picture.add(
            Site(NETWORK, SITE, "BER", "Berlin", "Europe/Berlin", company_prefix="4012345678")
        )
        session.write()

    given = block(floor.handheld().do(TakeNumbers(count=10, ended=1_000))[0])

    assert given[1:3] == ("4012345678", 100_000)


def test_late_request_is_refused() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(TakeNumbers(ended=1_000))

    assert (outcome["outcome"], outcome["code"]) == ("refused", "too_late")


@pytest.mark.parametrize("count", [0, -1, 10_001])
def test_strange_count_is_refused(count: int) -> None:
    floor = Floor()
    floor.now = START

    (outcome,) = floor.handheld().do(TakeNumbers(count=count, ended=1_000))

    assert (outcome["outcome"], outcome["code"]) == ("refused", "bad_count")


def test_range_that_is_used_up_is_refused() -> None:
    road = Road()
    road.seed(NumberRange(SITE, "0400000", 199_999_995))
    device = road.floor.handheld()

    outcomes = device.do(TakeNumbers(count=6, ended=1_000), TakeNumbers(count=5, ended=1_100))

    assert outcomes[0]["code"] == "numbers_exhausted"
    assert block(outcomes[1])[2:4] == (199_999_995, 5)


def test_voided_number_is_kept_once() -> None:
    road, packer, _ = on_the_road()

    outcomes = packer.do(
        VoidNumber(number=OTHER, ended=3_000), VoidNumber(number=OTHER, ended=3_100)
    )

    assert outcomes == [APPLIED, APPLIED]
    assert [each.number for each in road.all(Voided)] == [OTHER]


def test_voiding_a_number_that_a_parcel_bears_asks_for_a_label() -> None:
    road, packer = stocked()
    packer.do(pack("A1", 1, 1_000))

    (outcome,) = packer.do(VoidNumber(number=PARCEL, ended=1_100))

    assert outcome["code"] == "number_in_use"
    assert road.tasks() == ["relabel"]


def test_undo_of_a_voiding_does_not_free_the_number() -> None:
    road, packer = stocked()
    seq = packer.write(VoidNumber(number=OTHER, ended=1_000))
    packer.push()

    packer.do(Undo(seq=seq, ended=1_100))

    assert [each.number for each in road.all(Voided)] == [OTHER]
