"""What is said by the page of an order: taken once, seen by merchant and supervisor, erased."""

from typing import Any

import pytest
from litestar.testing import TestClient

from server.core import Core
from server.identity.models import PERSONAL_RECORD
from tests.api.consumer.test_pictures import a_picture
from tests.api.consumer.visits import send, visitor
from tests.api.desks import Desk, an_order
from tests.api.ops.test_privacy import PARCEL, Delivery
from tests.api.warehouse import Warehouse

WISH = {"id": "wish-0001", "date": "2010-12-04", "handed_to": "neighbour"}


@pytest.fixture
def page(acme: Desk, core: Core) -> Desk:
    """Give the page of an order that is not packed yet."""
    order = acme.say("POST", "/orders", an_order())["grant"]["order"]
    core.drain()
    return visitor(acme, order)


@pytest.fixture
def delivery(warehouse: Warehouse, client: TestClient[Any], acme: Desk) -> Delivery:
    """Give a delivered order."""
    return Delivery(warehouse, client, acme)


def notes(core: Core) -> list[bytes]:
    """The texts that are kept."""
    with core.database.reading() as connection:
        rows = connection.execute(PERSONAL_RECORD.select()).all()
    return [bytes(row.body) for row in rows if row.kind == "note"]


def test_wish_reaches_merchant_and_supervisor_in_their_words(
    page: Desk, acme: Desk, supervisor: Desk, core: Core
) -> None:
    told = [page.say("POST", "/wishes", WISH | {"words": "Frau Meier, 2nd floor"}) for _ in "ab"]
    core.drain()

    assert [each.get("grant") for each in told] == [None, {"duplicate": True}]
    [said] = page.get("/order")["said"]
    assert (said["about"], said["date"], said["handed_to"]) == ("wish", "2010-12-04", "neighbour")
    [task] = supervisor.get("/exceptions", subject="task", kind="wish")["rows"]
    assert (task["order"], task["note"]) == ("N1", "2010-12-04, neighbour: Frau Meier, 2nd floor")
    order = acme.get("/orders")["rows"][0]["order"]
    [word] = acme.get(f"/orders/{order}/words")
    assert (word["note"], word["date"]) == (task["note"], "2010-12-04")
    assert supervisor.get(f"/orders/{order}/words") == [word]
    assert notes(core) == [task["note"].encode()]
    with core.database.reading() as connection:
        lines = connection.exec_driver_sql("SELECT line FROM operation").scalars().all()
    assert not any(b"Meier" in bytes(line) for line in lines)


def test_what_can_be_no_wish_is_pointed_at(page: Desk) -> None:
    faults: tuple[tuple[dict[str, Any], str], ...] = (
        ({"date": "", "handed_to": ""}, "/date"),
        ({"date": "2010-11-29"}, "/date"),
        ({"date": "2011-01-31"}, "/date"),
        ({"date": "2010-13-40"}, "/date"),
        ({"date": "20101204"}, "/date"),
        ({"date": "tomorrow"}, "/date"),
        ({"handed_to": "roof"}, "/handed_to"),
        ({"id": "x"}, "/id"),
        ({"id": "<script>1"}, "/id"),
        ({"words": "x" * 501}, "/words"),
        ({"order": 77}, "/data"),
    )

    for changed, pointer in faults:
        answer = page.call("POST", "/wishes", json=WISH | changed)
        assert answer.status_code in (400, 422)
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer], changed
    assert page.get("/order")["said"] == []
    # A place alone is a wish, and so is a day.
    page.say("POST", "/wishes", {"id": "wish-0002", "handed_to": "depot"})
    page.say("POST", "/wishes", {"id": "wish-0003", "date": "2010-12-01"})


def test_refused_words_are_not_kept(delivery: Delivery, acme: Desk) -> None:
    page = visitor(acme, delivery.order)
    before = notes(delivery.core)

    told = page.refusal("POST", "/wishes", WISH | {"words": "behind the fence"})

    assert told == (409, "desk.refused", "too_late")
    assert notes(delivery.core) == before


def test_receipt_is_rated_and_read_by_the_merchant(delivery: Delivery, acme: Desk) -> None:
    page = visitor(acme, delivery.order)

    page.say("POST", "/receipts", {"id": "stars-001", "rating": 5, "words": "  "})

    [word] = acme.get(f"/orders/{delivery.order}/words")
    assert (word["about"], word["rating"], word["note"]) == ("receipt", 5, "")
    assert page.refusal("POST", "/receipts", {"id": "stars-002", "rating": 6})[0] == 400


def test_complaint_comes_with_pictures_that_its_merchant_alone_sees(
    delivery: Delivery, acme: Desk, beta: Desk, supervisor: Desk
) -> None:
    page = visitor(acme, delivery.order)
    picture = send(page, a_picture()).json()["picture"]
    body = {"id": "broken-01", "cause": "damaged", "words": "in two", "pictures": [picture]}

    assert page.say("POST", "/complaints", body) == {"outcome": "applied"}

    delivery.core.drain()
    [task] = supervisor.get("/exceptions", subject="task", kind="complaint")["rows"]
    assert (task["order"], task["note"]) == ("N1", "damaged: in two")
    [word] = acme.get(f"/orders/{delivery.order}/words")
    assert word["pictures"] == [picture]
    assert page.get("/order")["said"][0]["pictures"] == 1
    proof = acme.get(f"/orders/{delivery.order}/proof")[-1]
    assert (proof["sscc"], proof["did"]) == (PARCEL, "hear_consumer")
    seen = acme.call("GET", f"/attachments/{picture}")
    assert (seen.status_code, seen.headers["Content-Type"]) == (200, "image/jpeg")
    assert beta.refusal("GET", f"/attachments/{picture}")[:2] == (404, "not_found")


def test_pictures_of_others_are_named_by_nobody(delivery: Delivery, acme: Desk) -> None:
    other = visitor(acme, acme.say("POST", "/orders", an_order("N2"))["grant"]["order"])
    page = visitor(acme, delivery.order)
    theirs = send(other, a_picture()).json()["picture"]

    for picture in (theirs, delivery.signed, "0" * 64):
        body = {"id": "broken-01", "cause": "damaged", "pictures": [picture]}
        assert page.refusal("POST", "/complaints", body)[:2] == (422, "invalid")


def test_return_gets_a_number_and_is_expected(
    delivery: Delivery, acme: Desk, supervisor: Desk
) -> None:
    page = visitor(acme, delivery.order)
    body = {"id": "back-0001", "lines": [{"position": 1, "quantity": 2}], "words": "too bright"}

    told = page.say("POST", "/returns", body)

    number = told["grant"]["return"]
    [row] = supervisor.get("/returns", number=number)["rows"]
    assert (row["owner"], row["sku"], row["quantity"]) == ("ACME", "A1", 2)
    shown = page.get("/order")
    assert (shown["lines"][0]["left"], shown["may"]) == (0, ["receipt", "complaint"])
    assert shown["said"][0]["number"] == number
    assert acme.get(f"/orders/{delivery.order}/words")[0]["return_units"] == "1x2"
    again = page.refusal("POST", "/returns", body | {"id": "back-0002"})
    assert again == (422, "desk.invalid", "bad_quantity")


def test_erasing_an_order_reaches_what_its_page_said(
    delivery: Delivery, acme: Desk, admin: Desk
) -> None:
    page = visitor(acme, delivery.order)
    named, unnamed = (send(page, a_picture(side)).json()["picture"] for side in (40, 50))
    body = {"id": "broken-01", "cause": "other", "words": "Erika weeps", "pictures": [named]}
    page.say("POST", "/complaints", body)
    delivery.core.drain()

    admin.say("POST", "/personal/erase", {"owner": "ACME", "number": "N1"})

    assert not any(b"Erika" in note for note in notes(delivery.core))
    [word] = acme.get(f"/orders/{delivery.order}/words")
    assert word["note"] == "(erased)"
    for picture in (named, unnamed):
        assert delivery.core.attachments.content(picture) is None
    # Said again, it is known, and no word of it comes back.
    assert page.say("POST", "/complaints", body | {"pictures": []})["grant"] == {"duplicate": True}
    assert not any(b"Erika" in note for note in notes(delivery.core))
