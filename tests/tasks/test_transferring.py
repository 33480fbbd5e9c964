"""Goods between two sites: in transit in one book at a time, whatever is told first."""

from itertools import permutations

import msgspec
import pytest

from device_protocol.operations import Operation, Receive, Undo
from server.db.engine import Database
from server.lane.activity import OUTBOX
from server.ledger.records import ARRIVED, LOST, TRANSIT, Movement
from server.sync.batches import Batch
from server.transfers.messages import TransferCame, TransferGoods
from server.transfers.records import NUMBERS, TransferUnits
from tests.floor import START
from tests.transfers.sites import A1, ACME, HUB, SHOP, Network, Scanner, send, take

APPLIED = {"outcome": "applied"}


def stocked(network: Network, units: int = 10) -> None:
    """Receive units of A1 at the hub's dock."""
    told = Receive(quantity=units, owner="ACME", item="A1", to="D-1", ended=100)
    assert network.floor.handheld(8).do(told) == [APPLIED]


def sums(network: Network, site: int) -> list[tuple[int, int, int]]:
    """Sent, taken and lost of every stock key at a site."""
    found = [each for each in network.all(TransferUnits) if each.site == site]
    return [(each.sent, each.taken, each.lost) for each in sorted(found, key=lambda e: e.stock)]


def test_goods_are_in_transit_until_they_are_taken_and_counted_once_at_every_moment() -> None:
    network = Network()
    stocked(network)
    number = network.order()
    seen = []

    def look() -> None:
        """Note what the network holds on floors and on the road."""
        seen.append((network.on_the_floors(), network.on_the_road()))

    look()
    assert network.floor.handheld().do(send(number, 7)) == [APPLIED]
    look()
    network.relay()
    look()
    assert Scanner(network.floor, 1).do(take(number, 4)) == [APPLIED]
    look()
    assert (network.at(HUB)["road"], network.at(SHOP)["road"]) == (7, -4)
    network.relay()
    look()

    assert seen == [(10, 0), (3, 7), (3, 7), (7, 3), (7, 3)]
    assert network.at(HUB) == {"1": -10, "D-1": 3, "road": 3, "arrived": 4}
    assert network.at(SHOP) == {"S-1": 4, "road": -4}
    assert sums(network, HUB) == sums(network, SHOP) == [(7, 4, 0)]


def test_what_is_told_twice_is_taken_out_of_transit_once() -> None:
    network = Network()
    number = network.order()
    network.floor.handheld().do(send(number, 2))
    Scanner(network.floor, 1).do(take(number, 2))

    network.relay()
    network.relay()

    own = [each for each in network.all(Movement) if (each.site, each.target) == (HUB, ARRIVED)]
    assert [(each.source, each.quantity) for each in own] == [(TRANSIT + SHOP, 2)]
    assert network.on_the_road() == 0


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_batches_of_both_sites_come_in_any_order(order: tuple[int, ...]) -> None:
    network = Network()
    number = network.order()
    batches: list[tuple[object, Operation]] = [
        (network.floor.handheld(1), send(number, 5)),
        (network.floor.handheld(2), send(number, 3, source="A-01")),
        (Scanner(network.floor, 1), take(number, 6)),
        (Scanner(network.floor, 2), take(number, 1, to="S-1")),
    ]
    for position in order:
        device, operation = batches[position]
        device.do(operation)  # type: ignore[attr-defined]
        if position % 2:
            network.relay()
    network.relay()

    assert network.at(HUB) == {"D-1": -5, "A-01": -3, "road": 1, "arrived": 7}
    assert network.at(SHOP) == {"S-1": 7, "road": -7}
    assert sums(network, HUB) == sums(network, SHOP) == [(8, 7, 0)]


def test_taking_waits_for_no_news_of_the_origin() -> None:
    network = Network()
    number = network.order()

    (outcome,) = Scanner(network.floor, 1).do(take(number, 2))

    assert outcome["code"] == "unknown_transfer"
    assert network.at(SHOP) == {"S-1": 2, "road": -2}
    network.relay()
    assert network.at(HUB) == {"road": -2, "arrived": 2}
    assert sums(network, SHOP) == [(0, 2, 0)]


def test_number_that_nobody_knows_loses_nothing() -> None:
    network = Network()
    stocked(network)
    wrong = (HUB * NUMBERS + 77, 77, -5, 99 * NUMBERS + 1)

    outcomes = network.floor.handheld().do(*(send(number, 1) for number in wrong))
    taken = Scanner(network.floor, 1).do(*(take(number, 1) for number in wrong[1:]))

    assert {each["code"] for each in outcomes + taken} == {"unknown_transfer"}
    assert network.at(HUB) == {"1": -10, "D-1": 6, "lost": 4}
    assert network.at(SHOP) == {"S-1": 3, "lost": -3}
    assert network.tasks() == [("review", None)] * 4
    assert network.all(TransferUnits) == []


def test_goods_of_a_number_that_its_site_never_gave_are_asked_about_there() -> None:
    network = Network()
    Scanner(network.floor, 1).do(take(HUB * NUMBERS + 77, 3))

    heard = network.relay()

    assert [each.get("code") for each in heard] == ["unknown_transfer"]
    assert network.tasks() == [("review", 3)]
    assert (network.on_the_floors(), network.on_the_road()) == (3, -3)


def test_what_is_over_or_of_no_line_is_posted_and_flagged() -> None:
    network = Network()
    number = network.order()
    network.relay()

    left = network.floor.handheld().do(
        send(number, 11), send(number, 1, item="A2"), send(number, 1, item="NONE")
    )
    came = Scanner(network.floor, 1).do(
        take(number, 10),
        take(number, 1),
        take(number, 1, item="A3"),
        take(number, 2, item="NONE"),
    )

    assert [each["code"] for each in left] == ["negative", "negative", "negative"]
    assert [each.get("code") for each in came] == [
        None,
        "more_than_sent",
        "not_of_transfer",
        "unknown_code",
    ]
    assert network.at(HUB) == {"D-1": -13, "road": 13}
    assert network.at(SHOP) == {"S-1": 14, "road": -14}


def test_what_is_over_is_said_where_the_book_has_the_goods() -> None:
    network = Network()
    stocked(network, 20)
    number = network.order()

    outcomes = network.floor.handheld().do(send(number, 10), send(number, 1))
    network.relay()
    taken = Scanner(network.floor, 1).do(take(number, 11))

    assert outcomes[0] == APPLIED
    assert outcomes[1] == {
        "outcome": "flagged",
        "code": "more_than_ordered",
        "expected": "10",
        "actual": "11",
        "then": "posted and named in its list",
    }
    assert taken == [APPLIED], "so many had left"


def test_goods_that_no_line_names_are_not_awaited_but_posted() -> None:
    network = Network()
    stocked(network)
    number = network.order(TransferGoods("A2", 1))

    (outcome,) = network.floor.handheld().do(send(number, 1))

    assert (outcome["code"], outcome["actual"]) == ("not_of_transfer", "A1")


def test_transfer_tells_whose_a_shared_code_is() -> None:
    network = Network()
    number = network.order()
    network.relay()
    shared = {"owner": "", "item": "", "code": "4000000000013"}

    network.floor.handheld().do(send(number, 2, **shared))
    (outcome,) = Scanner(network.floor, 1).do(take(number, 2, **shared))
    (nowhere,) = Scanner(network.floor, 2).do(take(number, 1, to="S-9", **shared))

    assert outcome == APPLIED
    assert nowhere["code"] == "unknown_place"
    network.relay()
    assert sums(network, HUB) == [(2, 3, 0)]


@pytest.mark.parametrize("closed", [False, True])
def test_undo_at_either_site_takes_the_units_off_at_both(*, closed: bool) -> None:
    network = Network()
    stocked(network)
    number = network.order()
    sender, taker = network.floor.handheld(), Scanner(network.floor, 1)
    sender.do(send(number, 6), send(number, 1))
    taker.do(take(number, 4), take(number, 2))
    network.relay()
    if closed:
        network.close(number)
        network.relay()

    assert sender.do(Undo(seq=3)) == [APPLIED]
    assert taker.do(Undo(seq=2)) == [APPLIED]
    network.relay()

    lost = 4 if closed else 0
    assert sums(network, HUB) == [(6, 2, lost)]
    assert sums(network, SHOP) == [(6, 2, 0)]
    missing = {"lost": 4} if closed else {"road": 4}
    assert network.at(HUB) == {"1": -10, "D-1": 4, "arrived": 2} | missing
    assert network.at(SHOP) == {"S-1": 2, "road": -2}
    assert network.tasks() == ([("transfer_difference", 4)] if closed else [])
    taker.do(Undo(seq=2))
    assert sums(network, SHOP) == [(6, 2, 0)]


def test_undo_under_a_number_that_nobody_knows_takes_the_movement_back_alone() -> None:
    network = Network()
    sender = network.floor.handheld()
    sender.do(send(77, 1))

    sender.do(Undo(seq=2))

    assert network.at(HUB) == {}
    assert network.all(TransferUnits) == []


def test_goods_that_turn_back_are_not_on_the_way_any_more() -> None:
    network = Network()
    number = network.order()
    network.floor.handheld().do(send(number, 5))
    network.relay()
    Scanner(network.floor, 1).do(take(number, 3))
    network.relay()

    (kept,) = network.floor.handheld(2).do(take(number, 2, to="D-1"))
    (back,) = Scanner(network.floor, 2).do(send(number, 1, source="S-1"))
    network.relay()

    assert (kept["code"], back["code"]) == ("turned_back", "turned_back")
    assert sums(network, HUB) == sums(network, SHOP) == [(3, 2, 0)]
    assert network.at(HUB) == {"D-1": -3, "road": 1, "arrived": 2}
    assert network.at(SHOP) == {"S-1": 2, "road": -2}


def test_what_did_not_arrive_is_lost_once_it_is_closed_and_found_when_it_comes() -> None:
    network = Network()
    stocked(network)
    number = network.order()
    network.floor.handheld().do(send(number, 8), send(number, 1, item="A2", source="A-01"))
    network.relay()
    taker = Scanner(network.floor, 1)
    taker.do(take(number, 5), take(number, 1, item="A2"))
    network.relay()

    told = network.close(number)
    network.relay()

    assert told["grant"] == {"transfer": number, "missing": 3, "over": 0}
    assert (told["code"], told["actual"]) == ("transfer_differs", "3")
    assert network.at(HUB) == {"1": -10, "D-1": 2, "lost": 3, "arrived": 6, "A-01": -1}
    assert network.tasks() == [("transfer_difference", 3)]
    again = network.close(number)
    assert again["grant"] == {"transfer": number, "missing": 3, "over": 0, "unchanged": True}

    (late,) = taker.do(take(number, 3))
    network.relay()
    assert late["code"] == "transfer_closed"
    assert network.at(HUB) == {"1": -10, "D-1": 2, "arrived": 9, "A-01": -1}
    assert network.tasks() == []
    taker.do(take(number, 1))
    network.relay()
    assert network.at(HUB)["lost"] == -1
    assert network.tasks() == [("transfer_difference", 1)]
    found = [each for each in network.all(Movement) if LOST in {each.source, each.target}]
    assert {each.cause for each in found} == {"correction"}


def test_another_lot_than_was_sent_is_neither_missing_nor_over() -> None:
    network = Network()
    number = network.order()
    network.floor.handheld().do(send(number, 2, lot="L1"))
    Scanner(network.floor, 1).do(take(number, 2))
    network.relay()

    told = network.close(number)

    assert told["grant"] == {"transfer": number, "missing": 0, "over": 0}
    assert (told["outcome"], network.tasks()) == ("applied", [])
    assert network.on_the_road() == 0


def test_goods_that_another_site_took_are_named() -> None:
    network = Network()
    number = network.order()
    network.floor.handheld().do(send(number, 1))
    told = TransferCame(transfer=number, site=9, quantity=1, occurred_at=START, owner=ACME, item=A1)

    line = msgspec.json.encode(told)
    answer = network.floor.run(Batch(site=HUB, stream=OUTBOX + 9, epoch=1, first=1, lines=(line,)))

    outcome = msgspec.json.decode(answer.outcomes[0])
    assert (outcome["code"], outcome["expected"], outcome["actual"]) == ("other_site", "2", "9")
    assert network.at(HUB) == {"D-1": -1, "arrived": 1}


def test_both_books_agree_on_a_database(database: Database) -> None:
    network = Network(database)
    stocked(network)
    number = network.order()
    sender, taker = network.floor.handheld(), Scanner(network.floor, 1)
    sender.do(send(number, 6), send(number, 1))
    taker.do(take(number, 4))
    network.relay()
    network.close(number)
    sender.do(Undo(seq=3))
    network.relay()

    assert network.at(HUB) == {"1": -10, "D-1": 4, "lost": 2, "arrived": 4}
    assert network.at(SHOP) == {"S-1": 4, "road": -4}
    assert network.tasks() == [("transfer_difference", 2)]
