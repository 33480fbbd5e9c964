"""What the interpreter sees of a device's documents, found by an index that follows the pages."""

from typing import Any

import msgspec
import pytest

from device_protocol import bodies, digest
from device_protocol.messages import Checkpoint, Document, Page, PullAnswer
from device_protocol.replica import AppliedPage, Replica
from device_protocol.store import MemoryStore
from device_protocol.workflow.held import HeldDocuments
from device_protocol.workflow.lookups import indexed, package_lines
from device_protocol.workflow.shown import Documents
from device_protocol.workflow.view import Badge, Line, Meaning, PlaceSeen, Stood, UnitSeen, Work

ZONE, PACK, OWNER, ROUND = "1/zone/2", "1/zone/pack", "0/owner/9", "1/round/81"
PICK_LINE = {"task": 11, "sequence": 1, "quantity": 3, "place": "A-1", "item": "CUP", "spans": 1}
CUP = bodies.ItemBody(
    7,
    9,
    "CUP",
    "Cup",
    expiry_capture="receipt",
    merchant="ACME",
    codes=(bodies.Code("111", "each"), bodies.Code("112", "case", 12)),
)


class Held:
    """A replica to which pages come, with its index."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.replica = Replica(self.store)
        self.index = HeldDocuments(self.store)
        self.version = 0

    def page(
        self, scope: str, documents: dict[str, Any], *, restart: bool = False, good: bool = True
    ) -> AppliedPage:
        """Bring documents; None is a tombstone."""
        self.version += 1
        told = tuple(
            Document(
                key,
                self.version,
                msgspec.UNSET if body is None else msgspec.Raw(msgspec.json.encode(body)),
            )
            for key, body in documents.items()
        )
        checkpoint = None if good else Checkpoint(self.version, "ab", 99, digest.encode_sum(0))
        page = Page(scope, self.version, told, restart, checkpoint)
        return self.replica.apply(page, 1)

    def put(self, scope: str, **documents: Any) -> None:  # noqa: ANN401 - any body.
        """Bring documents of one scope, with `_` for the slash, and let the index follow."""
        self.index.take([self.page(scope, slashed(documents))])

    def view(self, workflow: str = "") -> Documents:
        """What the interpreter sees."""
        return Documents(self.index, workflow, "2026-01-02")


def slashed(documents: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("_", "/"): body for name, body in documents.items()}


@pytest.fixture
def held() -> Held:
    return Held()


def test_codes_of_items_mean_each_pack_level(held: Held) -> None:
    other = msgspec.structs.replace(CUP, id=8, sku="STIFT", codes=(bodies.Code("111", "each"),))
    held.put(OWNER, item_7=CUP, item_8=other)

    view = held.view()
    assert [meaning.item for meaning in view.meanings("111")] == ["CUP", "STIFT"]
    assert view.meanings("112") == [
        Meaning(
            code="112",
            owner="ACME",
            item="CUP",
            description="Cup",
            level="case",
            factor=12,
            expiry_capture="receipt",
        )
    ]
    assert view.meanings("113") == []
    assert (view.today(), view.serial_used("ACME", "CUP", "S")) == ("2026-01-02", False)


def test_place_is_found_by_its_code_as_it_is_now(held: Held) -> None:
    held.put(ZONE, place_5=bodies.PlaceBody(5, "A-1", "bin", 2, 1))
    held.put(ZONE, place_5=bodies.PlaceBody(5, "A-2", "dock", 2, 1, "retired"))

    assert held.view().place("A-1") is None
    assert held.view().place("A-2") == PlaceSeen(code="A-2", kind="dock", state="retired")
    held.put(ZONE, place_5=None)
    assert held.view().place("A-2") is None


def test_place_that_moves_between_scopes_is_found_once(held: Held) -> None:
    held.put(ZONE, place_5=bodies.PlaceBody(5, "A-1", "bin", 2, 1))
    held.put("1/zone/3", place_5=bodies.PlaceBody(5, "A-1", "bin", 3, 1))
    assert len(held.index.coded("place", "A-1")) == 1
    assert held.index.body("place/5") == held.index.coded("place", "A-1")[0]

    held.put(ZONE, place_5=None)

    assert held.view().place("A-1") is not None


def test_scope_that_begins_again_or_is_dropped_is_read_anew(held: Held) -> None:
    held.put(ZONE, place_5=bodies.PlaceBody(5, "A-1", "bin", 2, 1), note_1={"x": 1})
    page = held.page(
        ZONE, slashed({"place_6": bodies.PlaceBody(6, "A-6", "bin", 2, 1)}), restart=True
    )
    held.index.take([page])
    assert held.view().place("A-1") is None
    assert held.view().place("A-6") is not None

    held.replica.drop(PullAnswer(1, dropped=(ZONE,)))
    held.index.take([])

    assert held.view().place("A-6") is None


def test_scope_in_doubt_is_still_looked_up(held: Held) -> None:
    place = bodies.PlaceBody(5, "A-1", "bin", 2, 1)
    page = held.page(ZONE, {"place/5": place}, good=False)
    held.index.take([page])

    assert page.mismatch
    assert held.view().place("A-1") is not None


def test_index_of_an_app_that_starts_is_that_of_one_that_followed(held: Held) -> None:
    held.put(OWNER, item_7=CUP)

    assert HeldDocuments(held.store).coded("item", "112") == held.index.coded("item", "112")


def test_document_whose_body_went_behind_the_index_is_left_out(held: Held) -> None:
    held.put(OWNER, item_7=CUP)
    held.store.remove_document(OWNER, "item/7")

    assert held.index.coded("item", "111") == []
    assert held.index.body("item/7") is None


def test_parcel_of_a_round_that_stands_at_the_benches_too_is_listed_under_both(held: Held) -> None:
    parcel = bodies.ParcelBody(61, "P-1", "sealed", 5, 71)
    held.put(ROUND, parcel_61=parcel)
    held.put(PACK, parcel_61=parcel)

    for parent in ("round/81", "zone/pack"):
        assert len(held.index.listed("parcel", parent)) == 1
    held.put(PACK, parcel_61=None)
    assert len(held.index.listed("parcel", "round/81")) == 1
    assert held.index.listed("parcel", "zone/pack") == []
    assert len(held.index.coded("parcel", "P-1")) == 1


def test_body_that_this_app_cannot_read_is_found_by_nobody(held: Held) -> None:
    held.put(OWNER, item_7={"id": "seven"}, package_3={"package": 5})

    assert held.view().meanings("111") == []
    assert held.view("pick").lines(Work(package=3)) == ()
    assert indexed(OWNER, "item/7", b"[") == indexed(OWNER, "novel/7", b"{}") == ((), "")


def test_package_leads_with_its_lines(held: Held) -> None:
    package = {"mode": "batch", "lines": [PICK_LINE]}
    body = bodies.PackageBody(3, 1, 5, "ready", 0, msgspec.Raw(msgspec.json.encode(package)))
    held.put(ZONE, package_3=body)

    told = Line(task=11, quantity=3, place="A-1", item="CUP", spans=True)
    assert held.view("pick").lines(Work(package=3)) == (told,)
    assert package_lines(held.index.body("package/3") or b"").mode == "batch"
    assert held.view("pick").lines(Work(package=4)) == ()
    assert held.view("juggle").lines(Work(package=3)) == ()


def shipment(number: int, **changed: Any) -> bodies.ShipmentBody:  # noqa: ANN401 - fields.
    line = bodies.PackLine(1, 7, "CUP", 5, 2, codes=(bodies.Code("111", "each"),), task=40 + number)
    usual = bodies.ShipmentBody(number, f"O-{number}", 9, 5, "picked", (line,), merchant="ACME")
    return msgspec.structs.replace(usual, **changed)


def test_packers_see_what_is_left_of_one_shipment_or_of_all(held: Held) -> None:
    steps = (bodies.StepBody("gift", 1), bodies.StepBody("card", 1, 1))
    first = shipment(1, totes=("TOTE-1",), cartons=("C-2", "C-3"), steps=steps)
    held.put(PACK, shipment_1=first, shipment_2=shipment(2))

    view = held.view("pack")
    [line] = view.lines(Work(shipment=1))
    assert (line.quantity, line.owner, line.codes, line.number) == (3, "ACME", ("111",), "O-1")
    assert (line.carton, line.steps) == ("C-2", "gift")
    assert [line.shipment for line in view.lines(Work(bench="B-1"))] == [1, 2]
    assert view.lines(Work(shipment=3)) == ()
    assert view.unit("TOTE-1") == UnitSeen(code="TOTE-1", kind="tote", shipment=1)
    assert view.unit("TOTE-2") is None


def test_put_wall_sees_what_shipments_want_the_most_urgent_first(held: Held) -> None:
    late, urgent = shipment(1, wall=1), shipment(2, wall=1, priority=0, totes=("SLOT-2",))
    held.put(PACK, shipment_1=late, shipment_2=urgent, shipment_3=shipment(3))

    lines = held.view("sort").lines(Work())

    assert [(line.shipment, line.to, line.quantity) for line in lines] == [
        (2, "SLOT-2", 3),
        (1, "", 3),
    ]


def test_receipt_sees_what_was_announced_and_has_not_come(held: Held) -> None:
    lines = (
        bodies.AnnouncedLineBody(1, 7, "CUP", 5, 2),
        bodies.AnnouncedLineBody(2, 7, "CUP", 5, 9),
    )
    held.put("1/zone/0", announced_4=bodies.AnnouncedBody(4, "ASN-4", 9, lines, "ACME"))

    view = held.view("receive")
    assert [(line.quantity, line.owner) for line in view.lines(Work(announced="ASN-4"))] == [
        (3, "ACME"),
        (0, "ACME"),
    ]
    assert view.lines(Work(announced="ASN-5")) == []
    assert view.lines(Work()) == []


@pytest.fixture
def road(held: Held) -> Held:
    held.put(
        ROUND,
        round_81=bodies.RoundBody(81, "North", "2026-01-02", "VAN-1", "loading"),
        stop_71=bodies.StopBody(71, 2, 5, "DE", "planned", "O-5", asks_code=1),
        stop_72=bodies.StopBody(72, 1, 6, "DE", "planned", "O-6"),
        parcel_61=bodies.ParcelBody(61, "P-1", "loaded", 5, 71),
        parcel_62=bodies.ParcelBody(62, "P-2", "sealed", 6, 72),
        parcel_63=bodies.ParcelBody(63, "P-3", "delivered"),
    )
    return held


def test_parcels_of_a_round_are_loaded_and_delivered_in_the_order_of_its_stops(road: Held) -> None:
    load, deliver = road.view("load"), road.view("deliver")

    def seen(lines: Any) -> list[tuple[str, int]]:  # noqa: ANN401 - lines.
        return [(line.unit, line.quantity) for line in lines]

    assert seen(load.lines(Work(round=81))) == [("P-3", 0), ("P-2", 1), ("P-1", 0)]
    assert load.lines(Work()) == ()
    by_van = deliver.lines(Work(van="VAN-1"))
    assert seen(by_van) == [("P-3", 0), ("P-2", 1), ("P-1", 1)]
    assert deliver.lines(Work(round=81)) == by_van
    assert deliver.lines(Work(van="VAN-2")) == deliver.lines(Work()) == []
    assert (by_van[2].number, by_van[2].asks_code) == ("O-5", True)
    assert deliver.unit("P-1") == UnitSeen(code="P-1", kind="parcel", state="sealed", shipment=5)


def test_tasks_say_what_to_count_and_what_stands_there(held: Held) -> None:
    stood = bodies.StoodBody(5, "ACME", "CUP", "L-1")
    held.put(
        ZONE,
        task_1=bodies.TaskBody(1, "count", 20, place="A-1", occasion="zero", stands=(stood,)),
        task_2=bodies.TaskBody(2, "recount", 10, place="A-2", blind=1),
        task_3=bodies.TaskBody(3, "count", 10),
        task_4=bodies.TaskBody(4, "review", 10, place="A-4"),
    )

    view = held.view("count")
    assert view.lines(Work()) == [
        Line(task=2, place="A-2", attempt=2, sight="blind"),
        Line(task=1, place="A-1", occasion="zero"),
    ]
    assert view.stood("A-1") == [Stood(item="CUP", owner="ACME", lot="L-1", quantity=5)]
    assert view.stood("A-2") is None
    assert [place for place in ("A-1", "A-2", "A-3", "A-4", "") if view.in_question(place)] == [
        "A-1",
        "A-2",
    ]
    held.put(ZONE, task_1=None)
    assert not view.in_question("A-1")


def test_tasks_say_what_to_move(held: Held) -> None:
    held.put(
        ZONE,
        task_1=bodies.TaskBody(1, "put_back", 20, place="A-1", quantity=3, sku="CUP", unit="T-1"),
        task_2=bodies.TaskBody(2, "put_back", 10, place="A-2", unit="T-2"),
    )

    lines = held.view("move").lines(Work())

    assert [(line.task, line.item, line.unit, line.quantity) for line in lines] == [
        (2, "", "T-2", 1),
        (1, "CUP", "", 3),
    ]


def test_badge_is_of_the_latest_grant(held: Held) -> None:
    held.put(
        "1/device/1000001",
        actor_1=bodies.ActorBody(1, 5, 100, "017", 1),
        actor_2=bodies.ActorBody(2, 5, 200, "017", 1),
        actor_3=bodies.ActorBody(3, 6, 300),
    )

    told = Badge(grant="2", name="017", supervisor=True)
    assert held.view().badge("017") == held.view().badge("STAFF-017") == told
    assert held.view().badge("STAFF-") is None
