"""Tests of reading operations in the order of the book, by merging streams."""

from itertools import chain
from typing import Any

import pytest
from msgspec.structs import replace

from device_protocol.operations import Move, Receive
from server.db.engine import Database
from server.lane.records import StoredOperation
from server.sync import book_rows
from server.sync.book_rows import merged_operations, rows
from tests.sync.tampering import change
from tests.sync.yard import yard_on

GOODS: dict[str, Any] = {"owner": "ACME", "item": "A1"}


def test_merged_streams_give_the_order_of_the_book(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_rows, "AHEAD", 2)
    monkeypatch.setattr(book_rows, "AHEAD_MIN", 2)
    with yard_on(database) as yard:
        for turn in range(1, 6):
            for handheld in yard.handhelds:
                handheld.do(
                    Receive(quantity=turn, to="D-1", ended=turn * 1_000, **GOODS),
                    *[
                        Move(quantity=1, source="D-1", to="A-01", ended=turn * 1_000 + n, **GOODS)
                        for n in range(1, turn)
                    ],
                )
        with database.reporting() as connection:
            in_order = list(rows(connection, StoredOperation, "site, number"))
            merged = list(chain.from_iterable(merged_operations(connection)))

    named = [(each.site, each.number, each.hash, each.outcome) for each in in_order]
    assert [(each.site, each.number, each.hash, each.outcome) for each in merged] == named
    assert len({(each.stream, each.epoch) for each in merged}) > 2
    assert {each.line for each in merged} == {b""}


def test_stream_out_of_order_is_read_to_its_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_rows, "AHEAD_MIN", 3)
    monkeypatch.setattr(book_rows, "AHEAD", 3)
    with yard_on(database) as yard:
        for handheld in yard.handhelds[:2]:
            handheld.do(*[Receive(quantity=1, to="D-1", ended=n, **GOODS) for n in range(1, 9)])
        with database.reporting() as connection:
            stored = list(rows(connection, StoredOperation, "site, stream, epoch, seq"))
        # The last of each piece that is read comes before all others.
        change(database, *[replace(each, number=-each.seq) for each in stored if each.seq % 3 == 0])
        with database.reporting() as connection:
            merged = list(chain.from_iterable(merged_operations(connection)))

    assert sorted(each.hash for each in merged) == sorted(each.hash for each in stored)
