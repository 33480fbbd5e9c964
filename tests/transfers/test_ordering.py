"""Ordering transfers: kept at both sites under one id, recognised, closed."""

import pytest

from server.lane.records import Outgoing
from server.transfers.messages import CloseTransfer, TransferGoods
from server.transfers.ordering import LINES_MAX
from server.transfers.records import NUMBERS, Transfer, TransferLine
from tests.transfers.sites import A1, ACME, HUB, NUMBER, SHOP, Network, order, send


def test_order_is_kept_at_both_sites_under_an_id_that_tells_its_origin() -> None:
    network = Network()

    number = network.order(
        TransferGoods("A1", 4), TransferGoods("A2", 1, "L1"), TransferGoods("A1", 2), actor="p/7"
    )
    network.relay()

    assert number // NUMBERS == HUB
    here, there = network.transfer(HUB), network.transfer(SHOP)
    assert here.id == there.id == number
    assert (there.origin, there.target, there.owner, there.number) == (HUB, SHOP, ACME, NUMBER)
    assert (there.units, there.ordered_by, there.ordered_at) == (7, "p/7", here.ordered_at)
    for site in (HUB, SHOP):
        lines = [each for each in network.all(TransferLine) if each.site == site]
        assert [(each.item, each.quantity, each.lot) for each in lines] == [
            (A1, 6, ""),
            (A1 + 1, 1, "L1"),
        ]


def test_same_number_is_recognised_and_with_other_content_refused() -> None:
    network = Network()
    number = network.order()

    assert network.tell(order())["grant"] == {"transfer": number, "unchanged": True}
    other = network.tell(order(TransferGoods("A1", 11)))
    assert (other["outcome"], other["code"]) == ("refused", "transfer_fixed")
    assert len(network.all(Transfer)) == 1


def test_two_sites_may_use_one_number_towards_each_other() -> None:
    network = Network()
    number = network.order()
    network.relay()

    back = network.tell(order(target=HUB), SHOP)["grant"]["transfer"]
    network.relay()

    assert (number // NUMBERS, back // NUMBERS) == (HUB, SHOP)
    assert len(network.all(Transfer)) == 4


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (order(owner=9), "unknown_owner"),
        (order(target=HUB), "bad_target"),
        (order(target=9), "unknown_site"),
        (order(number=""), "bad_number"),
        (order(TransferGoods("A1", 0)), "bad_quantity"),
        (order(TransferGoods("A1", 1, "L\n")), "bad_lot"),
        (order(TransferGoods("A1", 1), TransferGoods("NO", 1)), "unknown_item"),
        (order(*[TransferGoods("A1", 1)] * (LINES_MAX + 1)), "bad_lines"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_not_be_is_refused_and_nobody_is_told(told: object, code: str) -> None:
    network = Network()

    outcome = network.tell(told)  # type: ignore[arg-type]

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert network.all(Transfer) == []
    assert network.all(Outgoing) == []


def test_only_the_origin_closes() -> None:
    network = Network()
    number = network.order()
    network.relay()

    refused = [network.tell(CloseTransfer(transfer=each), SHOP) for each in (number, 77)]

    assert [each["code"] for each in refused] == ["not_found", "not_found"]
    network.floor.handheld().do(send(number, 1))
    network.close(number)
    network.relay()
    assert network.transfer(SHOP).closed_at == network.transfer(HUB).closed_at
