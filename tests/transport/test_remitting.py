"""Tests of money that is paid out to the merchants for whom it was collected."""

import itertools

import pytest

from device_protocol.operations import Operation, Undo
from server.db.engine import Database
from server.lane.message import Message
from server.ledger.records import REMITTED, SAFE, Movement
from server.transport.records import Account, Remittance
from server.transport.remitting import CancelRemittance, RemitCash
from tests.tasks.test_cashing import DUE, collecting, deliver, hand_over, last, money
from tests.transport.road import ACME, BENCH, Road

DESK = f"{BENCH} money:EUR|good"


def remit(amount: int = DUE, **other: str) -> RemitCash:
    """Pay so much out at the bench."""
    told = {"merchant": "ACME", "voucher": "V-1", "currency": "EUR", "place": BENCH}
    return RemitCash(amount=amount, **(told | other))


def account(road: Road) -> tuple[int, int]:
    """What was collected for ACME, and paid out."""
    [found] = road.all(Account)
    assert (found.owner, found.currency) == (ACME, "EUR")
    return found.collected, found.remitted


def test_payment_is_kept_and_taken_back_on_a_database(database: Database) -> None:
    road, courier, number = collecting(database)
    courier.do(deliver(road), hand_over(number))

    assert road.tell(remit(4_000))["outcome"] == "applied"

    assert account(road) == (DUE, 4_000)
    [kept] = road.all(Remittance)
    assert (kept.voucher, kept.amount, kept.currency) == ("V-1", 4_000, "EUR")
    road.tell(CancelRemittance(merchant="ACME", voucher="V-1"))
    assert account(road) == (DUE, 0)


def test_what_was_collected_is_paid_out_from_the_cash_desk_once() -> None:
    road, courier, number = collecting()
    courier.do(deliver(road), hand_over(number))
    assert account(road) == (DUE, 0)

    told = road.tell(remit(4_000))

    assert (told["outcome"], told["grant"]) == ("applied", {"voucher": "V-1"})
    assert money(road) == {DESK: DUE - 4_000}
    assert account(road) == (DUE, 4_000)
    assert road.tell(remit(4_000))["grant"] == {"voucher": "V-1", "unchanged": True}
    other = road.tell(remit(900))
    assert (other["code"], other["expected"], other["actual"]) == (
        *("voucher_used", "40.00 EUR", "9.00 EUR"),
    )
    assert road.tell(remit(990, voucher="V-2"))["outcome"] == "applied"
    assert account(road) == (DUE, DUE)
    assert money(road) == {}


def test_payment_that_was_told_in_error_is_taken_back_once() -> None:
    road, courier, number = collecting()
    courier.do(deliver(road), hand_over(number))
    road.tell(remit())
    cancel = CancelRemittance(merchant="ACME", voucher="V-1")

    assert road.tell(cancel)["grant"] == {"voucher": "V-1"}

    assert (money(road), account(road)) == ({DESK: DUE}, (DUE, 0))
    assert road.tell(cancel)["grant"] == {"voucher": "V-1", "unchanged": True}
    road.tell(remit(1_000))
    assert (money(road), account(road)) == ({DESK: DUE - 1_000}, (DUE, 1_000))
    [kept] = road.all(Remittance)
    assert (kept.amount, kept.cancelled_at) == (1_000, None)


def test_account_is_the_same_in_whatever_order_it_is_told() -> None:
    seen = set()
    for order in itertools.permutations(range(3)):
        road, courier, number = collecting()
        delivered, handed = deliver(road), hand_over(number)
        told: list[Operation | Message] = [delivered, handed, remit(4_000)]
        for at in order:
            one = told[at]
            if isinstance(one, Message):
                assert road.tell(one)["outcome"] in {"applied", "flagged"}
            else:
                courier.do(one)
        seen.add((*account(road), *money(road).items()))
    assert seen == {(DUE, 4_000, (DESK, DUE - 4_000))}


def test_money_that_was_not_taken_after_all_is_not_owed() -> None:
    road, courier, _ = collecting()
    courier.do(deliver(road))

    courier.do(Undo(seq=last(courier)))

    assert account(road) == (0, 0)


def test_more_than_was_collected_is_paid_and_flagged() -> None:
    road, courier, _ = collecting()
    courier.do(deliver(road))

    told = road.tell(remit(DUE + 10, place=""))

    assert (told["outcome"], told["code"]) == ("flagged", "more_than_collected")
    assert (told["expected"], told["actual"]) == ("49.90 EUR", "50.00 EUR")
    [paid] = [each for each in road.all(Movement) if each.target == REMITTED]
    assert (paid.source, paid.quantity) == (SAFE, DUE + 10)


def test_cash_desk_that_lacks_the_money_is_flagged() -> None:
    road, courier, _ = collecting()
    courier.do(deliver(road))

    told = road.tell(remit())

    assert (told["outcome"], told["code"], told["actual"]) == ("flagged", "negative", str(-DUE))
    assert money(road)[DESK] == -DUE


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (remit(merchant="NOBODY"), "unknown_merchant"),
        (remit(place="NOWHERE"), "unknown_place"),
        (remit(currency="euro"), "unknown_currency"),
        (remit(0), "bad_amount"),
        (remit(-5), "bad_amount"),
        (remit(voucher=""), "bad_voucher"),
        (CancelRemittance(merchant="ACME", voucher="V-9"), "not_found"),
        (CancelRemittance(merchant="NOBODY", voucher="V-1"), "not_found"),
    ],
)
def test_what_can_not_be_so_is_refused_and_pays_nothing(told: Message, code: str) -> None:
    road, courier, number = collecting()
    courier.do(deliver(road), hand_over(number))

    outcome = road.tell(told)

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert (money(road), account(road)) == ({DESK: DUE}, (DUE, 0))
