"""What stands on a manifest, on both databases."""

import pytest

from device_protocol.operations import CloseManifest
from server.db.engine import Database
from server.errors import NotFoundError
from server.labels.documents import ManifestLine, ManifestList
from server.printing.asked import AskedManifest, label_of, read, written
from tests.floor import SITE
from tests.tasks.test_loading_full import two_planned
from tests.transport.road import OTHER, PARCEL, VAN, load


def test_manifest_lists_what_was_loaded_and_says_when_it_is_provisional(
    database: Database,
) -> None:
    road, packer, number = two_planned(database)
    packer.do(load(2_000, round=number))
    asked = AskedManifest(SITE, number)

    with database.reading() as connection:
        loading = label_of(connection, asked)
    packer.do(CloseManifest(round=number, van=VAN, loaded=2, ended=2_200))
    with database.reading() as connection:
        provisional = label_of(connection, asked)
    road.floor.handheld(2).do(load(2_100, unit=OTHER, round=number))
    with database.reading() as connection:
        closed = label_of(connection, asked)

    line = ManifestLine(PARCEL, "O-1", "Berlin")
    assert loading == ManifestList("R1", "2026-11-22", VAN, "planned", (line,))
    assert isinstance(provisional, ManifestList)
    assert provisional.state == "closed, provisional"
    assert isinstance(closed, ManifestList)
    assert (closed.state, closed.lines) == ("closed", (line, ManifestLine(OTHER, "O-2", "Berlin")))


def test_round_that_is_not_there_is_not_found(database: Database) -> None:
    with database.reading() as connection, pytest.raises(NotFoundError, match="round"):
        label_of(connection, AskedManifest(SITE, 77))


def test_manifest_is_asked_for_by_its_round() -> None:
    kind, what = written(AskedManifest(1, 7))

    assert (kind, what) == ("manifest", '{"kind":"manifest","site":1,"round":7}')
    assert read(what) == AskedManifest(1, 7)
