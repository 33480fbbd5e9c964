"""What consumers say of their orders: kept once, and somebody sees to it."""

from itertools import permutations
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from server.lane.activity import NETWORK
from server.ledger.records import Task
from server.orders.messages import OrderProgress, ReturnCame, Units
from server.orders.records import ExpectedReturn
from server.service.messages import HearConsumer, HeedConsumer, WithdrawLinks
from server.service.records import ConsumerWord, OrderLinks
from server.service.rules import WORDS_MAX
from tests.floor import SITE, Floor
from tests.orders.channel import all_of, drain, open_floor, order, order_of, place, say, shipment

A1, A2 = 1_000_011, 1_000_012


def ordered(state: str = "") -> Floor:
    """A floor with an order of three and one; its site has told how far it is."""
    floor = open_floor()
    place(floor, order_of("N1", ("A1", 3), ("A2", 1), recipient="aa"))
    if state:
        told = OrderProgress(order=order(floor, "N1").id, state=state, at=1, site=SITE)
        say(floor, told, site=NETWORK)
    return floor


def hear(floor: Floor, about: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any field.
    """Say something of the order; answer its outcome, and let the site hear of it."""
    given: dict[str, Any] = {"name": f"{about}-1", "order": order(floor, "N1").id} | more
    [outcome] = say(floor, HearConsumer(about=about, **given), site=NETWORK)
    drain(floor)
    return outcome


def seen_to(floor: Floor) -> list[tuple[str, int | None, str]]:
    """What somebody is asked to see to: kind, shipment and note."""
    return [(task.kind, task.shipment, task.note) for task in all_of(floor, Task) if task.open]


def words(floor: Floor) -> list[ConsumerWord]:
    """What was kept."""
    return all_of(floor, ConsumerWord)


def test_wish_is_kept_and_the_site_sees_to_it() -> None:
    floor = ordered()
    before = seen_to(floor)

    told = hear(floor, "wish", date="2010-12-03", handed_to="neighbour")

    assert told == {"outcome": "applied"}
    number = shipment(floor, "N1").id
    assert seen_to(floor) == [*before, ("wish", number, "2010-12-03, neighbour")]
    [word] = words(floor)
    assert (word.about, word.date, word.handed_to) == ("wish", "2010-12-03", "neighbour")


def test_words_of_their_own_are_named_by_their_hash() -> None:
    floor = ordered()

    hear(floor, "wish", date="2010-12-03", words="note/aa")

    assert seen_to(floor)[-1][2] == words(floor)[0].words == "note/aa"


def test_said_again_it_changes_nothing() -> None:
    floor = ordered("delivered")
    again = [hear(floor, "return", lines=(Units(1, 1),)) for _ in range(2)]
    twice = [hear(floor, "complaint", cause="damaged") for _ in range(2)]

    number = f"R{order(floor, 'N1').id}-1"
    assert again[0]["grant"] == {"return": number}
    assert again[1]["grant"] == {"duplicate": True, "return": number}
    assert [each.get("grant") for each in twice] == [None, {"duplicate": True}]
    assert [word.about for word in words(floor)] == ["return", "complaint"]
    assert [task[0] for task in seen_to(floor)].count("complaint") == 1


@pytest.mark.parametrize("state", ["loaded", "delivered", "returned", "closed"])
def test_wish_after_loading_comes_too_late(state: str) -> None:
    floor = ordered(state)

    told = hear(floor, "wish", handed_to="place")

    assert (told["outcome"], told["code"]) == ("refused", "too_late")
    assert words(floor) == []
    assert "wish" not in [task[0] for task in seen_to(floor)]


def test_van_that_was_loaded_meanwhile_is_flagged_and_a_person_still_told() -> None:
    floor = ordered()
    with floor.store.session([SITE]) as session:
        found = shipment(floor, "N1")
        session.picture.load(type(found), {(SITE, found.id)}, [found])
        session.picture.put(replace(found, state="loaded"))
        session.write()
    wish = HeedConsumer(order=order(floor, "N1").id, about="wish", note="2010-12-03")

    [told] = say(floor, wish)

    assert (told["outcome"], told["code"]) == ("flagged", "too_late")
    assert seen_to(floor)[-1] == ("wish", shipment(floor, "N1").id, "2010-12-03")


def test_receipt_is_a_fact_also_before_the_courier_has_told() -> None:
    late, early = ordered("loaded"), ordered("packed")

    assert hear(late, "receipt", rating=4) == {"outcome": "applied"}
    told = hear(early, "receipt")

    assert (told["outcome"], told["code"]) == ("flagged", "not_delivered_yet")
    assert [word.rating for floor in (late, early) for word in words(floor)] == [4, None]
    assert "receipt" not in [task[0] for task in seen_to(early)]


def test_complaint_is_seen_to_with_its_pictures_kept() -> None:
    floor = ordered("delivered")

    told = hear(floor, "complaint", cause="damaged", attachments=("aa", "bb"))

    assert told == {"outcome": "applied"}
    assert seen_to(floor)[-1] == ("complaint", shipment(floor, "N1").id, "damaged")
    assert words(floor)[0].pictures == "aa bb"


def test_complaint_of_an_order_without_a_shipment_asks_somebody_all_the_same() -> None:
    floor = open_floor()

    [told] = say(floor, HeedConsumer(order=77, about="complaint", note="other"))

    assert told == {"outcome": "applied"}
    assert seen_to(floor) == [("complaint", None, "other")]


def test_complaint_of_an_order_that_no_site_fulfils_is_kept_with_it() -> None:
    floor = open_floor()
    place(floor, order_of("N1"))

    told = hear(floor, "complaint", cause="missing")

    assert (told["outcome"], told["code"]) == ("flagged", "no_site")
    assert [word.cause for word in words(floor)] == ["missing"]


def test_return_is_expected_under_numbers_of_its_own_until_nothing_is_left() -> None:
    floor = ordered("delivered")
    first = hear(floor, "return", lines=(Units(1, 2), Units(2, 1)), cause="does_not_fit")
    over = hear(floor, "return", name="again-02", lines=(Units(1, 2),))
    second = hear(floor, "return", name="again-03", lines=(Units(1, 1),))

    number = order(floor, "N1").id
    assert [first["grant"], second["grant"]] == [
        {"return": f"R{number}-1"},
        {"return": f"R{number}-2"},
    ]
    assert (over["outcome"], over["code"]) == ("refused", "bad_quantity")
    rows = sorted(
        (row.number, row.position, row.item, row.quantity, row.customer)
        for row in all_of(floor, ExpectedReturn)
    )
    assert rows == [
        (f"R{number}-1", 1, A1, 2, "aa"),
        (f"R{number}-1", 2, A2, 1, "aa"),
        (f"R{number}-2", 1, A1, 1, "aa"),
    ]


def test_goods_of_a_return_may_come_before_it_was_asked() -> None:
    for turn in permutations((0, 1)):
        floor = ordered("delivered")
        found = order(floor, "N1")
        came = ReturnCame(
            owner=found.owner,
            channel="web",
            number=f"R{found.id}-1",
            item=A1,
            quantity=1,
            site=SITE,
        )
        acts = (
            lambda floor=floor: hear(floor, "return", lines=(Units(1, 1),)),
            lambda floor=floor, came=came: say(floor, came, site=NETWORK),
        )

        for each in turn:
            acts[each]()

        assert [row.received for row in all_of(floor, ExpectedReturn)] == [1]


@pytest.mark.parametrize(
    "lines", [(), (Units(1, 0),), (Units(1, 4),), (Units(9, 1),), (Units(1, 1), Units(1, 1))]
)
def test_units_that_cannot_go_back_are_refused(lines: tuple[Units, ...]) -> None:
    floor = ordered("delivered")

    told = hear(floor, "return", lines=lines)

    assert (told["outcome"], told["code"]) == ("refused", "bad_quantity")
    assert all_of(floor, ExpectedReturn) == []
    assert words(floor) == []


def test_what_is_still_in_the_house_is_cancelled_and_not_returned() -> None:
    floor = ordered("packed")

    assert hear(floor, "return", lines=(Units(1, 1),))["code"] == "not_delivered_yet"


def test_number_that_the_channel_uses_itself_is_left_to_it() -> None:
    floor = ordered("delivered")
    found = order(floor, "N1")
    with floor.store.session([NETWORK]) as session:
        taken = (NETWORK, found.owner, "web", f"R{found.id}-1", 1)
        session.picture.add(ExpectedReturn(*taken, A2, 1, "", 1))
        session.write()

    assert hear(floor, "return", lines=(Units(1, 1),))["code"] == "number_taken"


def test_page_that_says_too_much_is_refused() -> None:
    floor = ordered("delivered")
    for count in range(WORDS_MAX):
        hear(floor, "receipt", name=f"stars-{count:03}")

    assert hear(floor, "complaint")["code"] == "too_many"
    assert len(words(floor)) == WORDS_MAX


def test_order_that_is_not_there_is_refused() -> None:
    floor = open_floor()

    told = say(
        floor,
        HearConsumer(order=77, name="a", about="wish", handed_to="place"),
        HearConsumer(order=77, name="a", about="return", lines=(Units(1, 1),)),
        WithdrawLinks(order=77),
        site=NETWORK,
    )

    assert [each["code"] for each in told] == ["unknown_order"] * 3


def test_links_are_withdrawn_by_a_higher_number() -> None:
    floor = ordered()
    message = WithdrawLinks(actor="person/17", order=order(floor, "N1").id)

    told = say(floor, message, message, site=NETWORK)

    assert [each["grant"] for each in told] == [{"number": 1}, {"number": 2}]
    [row] = all_of(floor, OrderLinks)
    assert (row.number, row.withdrawn_by) == (2, "person/17")
    assert msgspec.structs.asdict(row)["withdrawn_at"] == floor.now
