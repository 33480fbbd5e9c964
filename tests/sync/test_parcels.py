"""What couriers and packers are told of a parcel: also where it was last seen."""

import msgspec

from device_protocol.bodies import ParcelBody
from device_protocol.operations import MoveUnit, Undo
from server.activities import ACTIVITIES
from server.sync import feed
from server.sync.push import PushRules
from server.sync.records import Document
from tests.floor import Handheld
from tests.transport.road import BENCH, PARCEL, VAN, Road, load, planned


def followed() -> tuple[Road, Handheld, int]:
    """A sealed parcel on a round, a device, and the round; devices follow what changes."""
    road, packer, number = planned()
    road.floor.rules = PushRules(ACTIVITIES, project=feed.project)
    return road, packer, number


def told(road: Road) -> list[ParcelBody]:
    """The parcel's documents as devices have them."""
    rows = [each for each in road.all(Document) if each.key == f"parcel/{road.parcel().id}"]
    return [msgspec.json.decode(each.body, type=ParcelBody) for each in rows if each.body]


def places(road: Road) -> set[str]:
    """Where they say that it was last seen."""
    return {body.place for body in told(road)}


def test_parcel_stands_where_it_was_sealed_until_it_is_brought_on_and_loaded() -> None:
    road, packer, number = followed()

    packer.do(MoveUnit(unit=PARCEL, source=BENCH, to="A-01", ended=1_800))
    assert places(road) == {"A-01"}
    packer.do(load(2_000, round=number, source="A-01"))

    assert [(body.state, body.place) for body in told(road)] == [("loaded", "")]
    assert road.at() == {"7": -1, VAN: 1}


def test_parcel_whose_loading_is_undone_stands_where_it_was_taken() -> None:
    road, packer, number = followed()
    packer.do(load(2_000, round=number, source=BENCH))

    packer.do(Undo(seq=len(packer.lines), ended=2_100))

    assert places(road) == {BENCH}
    assert road.at() == {"7": -1, BENCH: 1}


def test_undo_of_what_was_overtaken_leaves_where_it_was_seen_since() -> None:
    road, packer, _ = followed()
    packer.do(MoveUnit(unit=PARCEL, source=BENCH, to="A-01", ended=1_800))
    first = len(packer.lines)
    packer.do(MoveUnit(unit=PARCEL, source="A-01", to="A-02", ended=1_900))

    packer.do(Undo(seq=first, ended=2_000))

    assert places(road) == {"A-02"}


def test_parcel_that_came_from_nowhere_is_nowhere_once_that_is_undone() -> None:
    road, packer, _ = followed()
    packer.do(MoveUnit(unit=PARCEL, to="A-01", ended=1_800))

    packer.do(Undo(seq=len(packer.lines), ended=1_900))

    assert places(road) == {""}
