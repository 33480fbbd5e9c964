"""Merchants as desks and imports put them."""

import pytest

from server.lane.activity import NETWORK
from server.merchants.messages import PutMerchant
from server.merchants.records import Merchant
from tests.desk import Desk


def test_merchant_is_made_once_and_changed_in_place() -> None:
    desk = Desk()
    made, again, changed = desk.tell(
        NETWORK,
        PutMerchant(code="GAMA", name="Gama"),
        PutMerchant(code="GAMA", name="Gama"),
        PutMerchant(code="GAMA", name="Gamma", company_prefix="4012345"),
    )

    number = made["grant"]["id"]
    assert again["grant"] == {"id": number, "unchanged": True}
    assert changed["grant"] == {"id": number}
    assert desk.all(Merchant)[-1] == Merchant(NETWORK, number, "GAMA", "Gamma", "4012345")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (PutMerchant(code="", name="Gama"), "bad_code"),
        (PutMerchant(code="GAMA", name="\n"), "bad_name"),
        (PutMerchant(code="GAMA", name="Gama", company_prefix="4" * 13), "bad_company_prefix"),
    ],
)
def test_merchant_that_can_not_be_so_is_refused(message: PutMerchant, code: str) -> None:
    desk = Desk()

    assert desk.code(NETWORK, message) == code
    assert len(desk.all(Merchant)) == 2
