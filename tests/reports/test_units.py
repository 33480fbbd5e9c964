"""Tests of the handling-unit tree, on both databases."""

import pytest

from device_protocol.operations import Move, MoveUnit, Receive
from server.db.engine import Database
from server.errors import InvalidError
from server.reports import units
from server.reports.units import UnitNode, UnitTree, unit_tree
from tests.floor import SITE, Floor
from tests.reports.books import floor_on


def nested(database: Database) -> Floor:
    """A cage at D-1 with two totes: lamps of two owners, and nothing."""
    floor = floor_on(database)
    floor.handheld().do(
        Receive(quantity=5, owner="ACME", item="A1", lot="L-1", to="D-1", ended=1_000),
        Receive(quantity=1, owner="BETA", item="B1", serial="S-1", to="T-1", ended=2_000),
        Move(quantity=2, owner="ACME", item="A1", lot="L-1", source="D-1", to="T-1", ended=3_000),
        MoveUnit(unit="T-1", to="CAGE-1", ended=4_000),
        MoveUnit(unit="T-2", to="CAGE-1", ended=5_000),
        MoveUnit(unit="CAGE-1", to="D-1", ended=6_000),
    )
    return floor


def tree_of(database: Database, code: str) -> UnitTree:
    """A tree that is there."""
    with database.reading() as connection:
        found = unit_tree(connection, SITE, code)
    assert found is not None
    return found


def drawn(node: UnitNode) -> str:
    """A node in brackets."""
    goods = [f"{each.sku}*{each.quantity}" for each in node.goods]
    return f"{node.code}({' '.join([*goods, *map(drawn, node.units)])})"


def test_tree_tells_what_is_in_what(database: Database) -> None:
    nested(database)

    assert drawn(tree_of(database, "D-1").root) == "D-1(A1*3 CAGE-1(T-1(A1*2 B1*1) T-2()))"
    cage = tree_of(database, "CAGE-1")
    assert (cage.root.kind, cage.within, cage.site) == ("tote", ["D-1"], SITE)
    tote = tree_of(database, "T-1")
    assert tote.within == ["CAGE-1", "D-1"]
    lamps, rug = tote.root.goods
    assert (lamps.owner, lamps.lot, lamps.condition) == ("ACME", "L-1", "good")
    assert (rug.owner, rug.serial, rug.quantity) == ("BETA", "S-1", 1)


def test_units_in_a_circle_are_cut_off(database: Database) -> None:
    floor = nested(database)
    floor.handheld(2).do(MoveUnit(unit="CAGE-1", source="D-1", to="T-1", ended=9_000))

    assert drawn(tree_of(database, "CAGE-1").root) == "CAGE-1(T-1(A1*2 B1*1 CAGE-1()) T-2())"
    assert tree_of(database, "CAGE-1").root.units[0].units[0].cut
    assert tree_of(database, "T-1").within == ["CAGE-1"]


def test_unit_in_two_places_is_told_in_both(database: Database) -> None:
    floor = nested(database)
    floor.handheld(2).do(MoveUnit(unit="T-2", source="A-01", to="A-02", ended=9_000))

    assert tree_of(database, "T-2").within == ["A-02", "CAGE-1", "D-1"]
    [owed] = tree_of(database, "A-01").root.units
    assert (owed.code, owed.quantity) == ("T-2", -1)


def test_unknown_place_has_no_tree_and_too_much_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    nested(database)

    with database.reading() as connection:
        assert unit_tree(connection, SITE, "T-404") is None
        assert unit_tree(connection, 77, "T-1") is None
        monkeypatch.setattr(units, "ROWS_MAX", 3)
        with pytest.raises(InvalidError, match="More than 3 rows"):
            unit_tree(connection, SITE, "D-1")
