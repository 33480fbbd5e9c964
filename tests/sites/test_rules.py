"""Sites and zones as desks and imports put them."""

import pytest

from server.lane.activity import NETWORK
from server.lane.message import Message
from server.sites.messages import PutSite, PutZone
from server.sites.records import Site, Zone
from tests.desk import Desk
from tests.floor import SITE

LEIPZIG = PutSite(code="LEJ", name="Leipzig", time_zone="Europe/Berlin", company_prefix="4012345")


def test_new_site_gets_the_next_number() -> None:
    desk = Desk()

    desk.ask(NETWORK, PutSite(code="HAM", name="Hamburg", time_zone="Europe/Berlin", number=7))
    outcome = desk.ask(NETWORK, LEIPZIG)

    assert outcome == {"outcome": "applied", "grant": {"id": 8}}
    assert [(site.id, site.code) for site in desk.all(Site)] == [(1, "BER"), (7, "HAM"), (8, "LEJ")]


def test_site_put_again_is_unchanged_or_changed() -> None:
    desk = Desk()
    desk.ask(NETWORK, LEIPZIG)

    again, renamed = desk.tell(
        NETWORK, LEIPZIG, PutSite(code="LEJ", name="Halle", time_zone="Europe/Paris", number=2)
    )

    assert again["grant"] == {"id": 2, "unchanged": True}
    assert renamed["grant"] == {"id": 2}
    assert desk.all(Site)[1] == Site(NETWORK, 2, "LEJ", "Halle", "Europe/Paris")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (PutSite(code="", name="x", time_zone="UTC"), "bad_code"),
        (PutSite(code=" LEJ", name="x", time_zone="UTC"), "bad_code"),
        (PutSite(code="L" * 65, name="x", time_zone="UTC"), "bad_code"),
        (PutSite(code="LEJ", name="a\x00b", time_zone="UTC"), "bad_name"),
        (PutSite(code="LEJ", name="x", time_zone="Mars/Base"), "bad_time_zone"),
        (PutSite(code="LEJ", name="x", time_zone="../etc"), "bad_time_zone"),
        (
            PutSite(code="LEJ", name="x", time_zone="UTC", company_prefix="40x"),
            "bad_company_prefix",
        ),
        (
            PutSite(code="LEJ", name="x", time_zone="UTC", company_prefix="403"),
            "bad_company_prefix",
        ),
        (PutSite(code="LEJ", name="x", time_zone="UTC", number=1), "number_taken"),
        (PutSite(code="LEJ", name="x", time_zone="UTC", number=0), "bad_number"),
        (PutSite(code="LEJ", name="x", time_zone="UTC", number=100_000), "bad_number"),
        (PutSite(code="BER", name="x", time_zone="UTC", number=2), "number_fixed"),
    ],
)
def test_site_that_can_not_be_so_is_refused(message: Message, code: str) -> None:
    desk = Desk()

    assert desk.code(NETWORK, message) == code
    assert [site.code for site in desk.all(Site)] == ["BER"]


def test_refusal_says_what_was_expected_and_what_came() -> None:
    outcome = Desk().ask(NETWORK, PutSite(code="LEJ", name="x", time_zone="UTC", number=1))

    assert outcome == {
        "outcome": "refused",
        "code": "number_taken",
        "expected": "1 for BER",
        "actual": "LEJ",
    }


def test_zone_belongs_to_its_site() -> None:
    desk = Desk()
    desk.ask(NETWORK, LEIPZIG)

    first = desk.ask(SITE, PutZone(code="A", name="Shelves"))
    other = desk.ask(2, PutZone(code="A", name="Yard"))
    again = desk.ask(SITE, PutZone(code="A", name="Shelves"))
    renamed = desk.ask(SITE, PutZone(code="A", name="Racks"))

    number = first["grant"]["id"]
    assert again["grant"] == {"id": number, "unchanged": True}
    assert renamed["grant"] == {"id": number}
    zones = [(zone.site, zone.id, zone.name) for zone in desk.all(Zone)]
    assert zones == [(SITE, number, "Racks"), (2, other["grant"]["id"], "Yard")]


@pytest.mark.parametrize(
    ("site", "message", "code"),
    [
        (9, PutZone(code="A"), "unknown_site"),
        (SITE, PutZone(code="A "), "bad_code"),
        (SITE, PutZone(code="A", name="n" * 501), "bad_name"),
    ],
)
def test_zone_that_can_not_be_so_is_refused(site: int, message: Message, code: str) -> None:
    desk = Desk()

    assert desk.code(site, message) == code
    assert desk.all(Zone) == []
