"""Replay: deciding every stored operation again gives what is stored, or names what differs."""

from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from device_protocol.operations import Receive
from server.activities import ACTIVITIES
from server.catalog.messages import PutItem
from server.db.engine import Database
from server.lane.activity import DESK, NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.records import Outgoing, StoredOperation
from server.ledger.records import Movement
from server.sync.push import PushRules
from server.sync.verify import verify
from tests.floor import SITE
from tests.sync.tampering import RECEIVE, change, findings, operation_like
from tests.sync.yard import rows_of, yard_on


def test_newer_rules_that_decide_otherwise_are_reported_and_nothing_is_rewritten(
    book: Database,
) -> None:
    def adding(operation: Receive, picture: Picture, context: Context) -> None:
        more = operation.quantity + (operation.quantity == 20)
        RECEIVE.decide(msgspec.structs.replace(operation, quantity=more), picture, context)

    others = tuple(each for each in ACTIVITIES if each.message is not Receive)
    newer = PushRules((*others, Activity(Receive, RECEIVE.needs, adding)))
    before = rows_of(book, Movement)

    found = verify(book, newer).findings

    assert {each.kind for each in found} >= {"decided_otherwise", "rebuilt"}
    first = next(each for each in found if each.kind == "decided_otherwise")
    assert first.detail == "stored its movements; now other movements"
    assert rows_of(book, Movement) == before


def test_newer_rules_that_flag_what_was_applied_name_the_operation(book: Database) -> None:
    def flagging(operation: Receive, picture: Picture, context: Context) -> None:
        RECEIVE.decide(operation, picture, context)
        if operation.quantity == 20:
            context.flag("too_much")

    others = tuple(each for each in ACTIVITIES if each.message is not Receive)
    newer = PushRules((*others, Activity(Receive, RECEIVE.needs, flagging)))

    (found,) = verify(book, newer).findings

    operation = operation_like(book, b"receive")
    name = f"{operation.stream}/{operation.epoch}/{operation.seq}"
    assert found.kind == "decided_otherwise"
    assert found.row.endswith(f"operation {name}")
    assert found.detail.startswith('stored {"outcome":"applied"} movements')
    assert '"code":"too_much"' in found.detail


def test_lines_of_a_device_that_nobody_enrolled_can_not_be_decided_again(book: Database) -> None:
    enrolling = next(
        each
        for each in sorted(rows_of(book, StoredOperation), key=lambda each: each.number)
        if b'"kind":"enrol_device"' in each.line
    )
    change(book, msgspec.structs.replace(enrolling, line=b'{"kind":"put_zone","code":"Z"}'))

    details = [each.detail for each in findings(book) if each.kind == "decided_otherwise"]

    assert any(detail.endswith("now not decided") for detail in details)


def test_operations_parked_by_faults_of_ours_stay_parked_when_decided_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def buggy(operation: Receive, picture: Picture, context: Context) -> None:
        RECEIVE.decide(operation, picture, context)
        if operation.quantity == 13:
            raise ZeroDivisionError
        if operation.quantity == 14:
            picture.add(Outgoing(SITE, SITE, 1, b"{}"))
            picture.add(Outgoing(SITE, SITE, 2, b"{}"))

    goods: dict[str, Any] = {"owner": "ACME", "item": "A1", "to": "D-1"}
    with yard_on(database) as yard, capture_logs():
        yard.work()
        with monkeypatch.context() as patched:
            planted = Activity(Receive, RECEIVE.needs, buggy)
            patched.setitem(yard.core.rules.activities, Receive, planted)
            change(database, Outgoing(SITE, SITE, 2, b"{}"))
            outcomes = yard.handhelds[0].do(
                *(Receive(quantity=units, ended=50_000 + units, **goods) for units in range(12, 16))
            )

        assert [each.get("code") for each in outcomes] == [
            None,
            "internal_error",
            "internal_error",
            None,
        ]
        assert yard.findings() == []


def test_book_is_clean_after_a_fork_a_revocation_and_a_new_device(database: Database) -> None:
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1"}
    with yard_on(database) as yard:
        yard.work()
        first = yard.handhelds[0]
        last = first.lines.pop()
        first.hashes.pop()
        assert last
        first.write(Receive(quantity=1, to="D-1", ended=60_000, **goods))
        forked = yard.run(first.batch(len(first.lines), len(first.lines)))
        yard.core.drain()
        yard.revoke(yard.handhelds[1])
        parked = yard.handhelds[1].do(Receive(quantity=1, to="X-1", ended=61_000, **goods))
        applied = yard.enrolled(3).do(Receive(quantity=1, to="X-2", ended=62_000, **goods))

        assert forked.status == "fork"
        assert parked[0]["code"] == "revoked"
        assert applied[0]["code"] == "unknown_place"
        assert yard.findings() == []


def test_book_is_clean_where_the_network_spoke_in_the_same_group(database: Database) -> None:
    with yard_on(database) as yard:
        handheld = yard.handhelds[0]
        for number in range(20):
            sku = f"N{number}"
            handheld.write(
                Receive(quantity=1, owner="ACME", item=sku, to="D-1", ended=1_000 + number)
            )
            first = len(handheld.lines)
            pushed = yard.core.lanes.submit(handheld.batch(1 if first == 2 else first, first))
            yard.core.lanes.say(NETWORK, DESK, PutItem(owner="ACME", sku=sku)).result(20)
            pushed.result(20)

        assert yard.findings() == []
