"""What an older program parked, a newer one decides: once, and verify stays clean."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from device_protocol.operations import Move, Receive, Undo
from server.db.engine import Database
from server.lane.activity import DESK, OUTBOX, TIMER, Activity, Context
from server.lane.picture import Picture
from server.lane.records import StoredOperation
from server.ledger.locations import PutLocation
from server.ledger.records import Movement
from server.planning.records import Reconsidered, Resolution
from server.sync import reconsidering
from server.sync.batches import Batch
from server.sync.reconsidering import fingerprint, reconsider_parked, waiting_lines
from server.tasks.reconsidering import Reconsider
from tests.floor import SITE, sql_balances
from tests.older import older_program
from tests.sync.tampering import RECEIVE
from tests.sync.yard import Yard, yard_on

GOODS: dict[str, Any] = {"owner": "ACME", "item": "A1"}


def newer(yard: Yard, version: str = "2") -> int:
    """Start a program of a version; answer how many lines it tried."""
    return reconsider_parked(yard.core.lanes, yard.database, version, yard.clock.now())


def old_day(yard: Yard) -> None:
    """Goods that came while an older program ran, which knew neither receipts nor undos."""
    first, second = yard.handhelds
    with older_program("receive", "undo"):
        first.do(
            Receive(quantity=20, to="D-1", ended=1_000, **GOODS),
            Move(quantity=12, source="D-1", to="A-01", ended=2_000, **GOODS),
        )
        second.write_line(b'{"kind":"teleport"}')
        second.do(Receive(quantity=5, to="A-02", ended=1_500, **GOODS), Undo(seq=3, ended=1_600))
        yard.core.drain()


def requests(yard: Yard) -> list[StoredOperation]:
    """What the program asked the lane."""
    return [
        each
        for each in yard.rows(StoredOperation)
        if each.stream == TIMER and b'"reconsider"' in each.line
    ]


def test_newer_program_decides_what_it_can_read_and_verify_stays_clean(database: Database) -> None:
    with yard_on(database) as yard:
        old_day(yard)
        before = {each.outcome for each in yard.rows(StoredOperation) if each.stream > TIMER}

        assert newer(yard) == 3

        assert sql_balances(database) == {
            ("D-1", "1000001:A1|good"): 8,
            ("A-01", "1000001:A1|good"): 12,
        }
        assert {
            each.outcome for each in yard.rows(StoredOperation) if each.stream > TIMER
        } >= before
        assert sorted(each.name for each in yard.rows(Resolution)) == [
            "1000001/1/2",
            "1000002/1/3",
            "1000002/1/4",
        ]
        assert yard.findings() == []


def test_lines_that_nobody_reads_leave_no_trace_and_each_program_looks_once(
    database: Database,
) -> None:
    with yard_on(database) as yard:
        old_day(yard)
        with older_program("receive", "undo"):
            assert newer(yard, "1") == 0
        assert requests(yard) == []

        assert [newer(yard), newer(yard)] == [3, 0]
        programs = {(each.site, each.program) for each in yard.rows(Reconsidered)}
        assert programs == {(site, fingerprint(yard.core.rules, "2")) for site in (0, SITE)}


def test_all_parked_lines_are_tried_however_many(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconsidering, "LINES_AT_ONCE", 2)
    with yard_on(database) as yard:
        with older_program("receive"):
            yard.handhelds[0].do(
                *(Receive(quantity=1, to="D-1", ended=1_000 + n, **GOODS) for n in range(5))
            )

        assert newer(yard) == 5
        assert sql_balances(database) == {("D-1", "1000001:A1|good"): 5}


def test_faults_are_mended_by_a_program_without_them(database: Database) -> None:
    def buggy(operation: Receive, picture: Picture, context: Context) -> None:
        RECEIVE.decide(operation, picture, context)
        raise ZeroDivisionError

    with yard_on(database) as yard, capture_logs():
        with pytest.MonkeyPatch.context() as patched:
            planted = Activity(Receive, RECEIVE.needs, buggy)
            patched.setitem(yard.core.rules.activities, Receive, planted)
            patched.setattr("server.activities.ACTIVITIES", (planted,))
            yard.handhelds[0].do(Receive(quantity=4, to="D-1", ended=1_000, **GOODS))
            assert newer(yard, "still buggy") == 1
            assert sql_balances(database) == {}

        assert newer(yard, "mended") == 1
        assert sql_balances(database) == {("D-1", "1000001:A1|good"): 4}
        assert [msgspec.json.decode(each.outcome).get("code") for each in requests(yard)] == [
            "still_parked",
            None,
        ]
        assert yard.findings() == []


def test_replay_by_a_program_that_reads_more_gives_what_was_recorded(database: Database) -> None:
    with yard_on(database) as yard:
        old_day(yard)
        yard.revoke(yard.handhelds[1])
        with older_program("receive"):
            yard.handhelds[1].do(Receive(quantity=9, to="A-03", ended=9_000, **GOODS))
            yard.tell(SITE, PutLocation(code="D-2", place_kind="dock"))
            refused = yard.core.lanes.say(
                SITE, DESK, Reconsider(stream=1_000_001, epoch=1, seq=2)
            ).result(20)

        assert b"still_parked" in refused.outcomes[0]
        assert yard.findings() == []


def test_devices_that_are_revoked_and_desks_wait_for_people(database: Database) -> None:
    location = msgspec.json.encode(PutLocation(code="D-9", place_kind="dock"))
    parked = b'{"outcome":"parked","code":"internal_error"}'
    with yard_on(database) as yard:
        yard.revoke(yard.handhelds[0])
        yard.handhelds[0].do(Receive(quantity=4, to="D-1", ended=1_000, **GOODS))
        yard.run(Batch(SITE, DESK, 1, (location,), park=parked))
        yard.run(Batch(SITE, OUTBOX + 9, 1, (location,), 1, park=parked))

        assert newer(yard) == 1

        assert [each.name for each in yard.rows(Resolution)] == [f"{OUTBOX + 9}/1/1"]
        assert yard.rows(Movement) == []


def test_relay_begins_with_what_an_older_program_parked(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with yard_on(database) as yard:
        yard.core.relay.stop()
        old_day(yard)
        monkeypatch.setattr("server.worker.program_version", lambda: "2")
        monkeypatch.setattr(yard.core.relay, "_reconsidered", False)

        yard.core.relay.by_the_clock()
        asked = len(requests(yard))
        yard.core.relay.by_the_clock()

        assert asked == len(requests(yard)) == 3
        assert len(yard.rows(Resolution)) == 3


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_waiting_lines_are_found_by_the_index_of_parked_ones(database: Database) -> None:
    with yard_on(database) as yard:
        old_day(yard)
        asked: list[tuple[str, Any]] = []
        engine = database.pools()["reading"]

        def executing(*call: Any) -> None:  # noqa: ANN401 - what the event hands over.
            if "FROM operation" in call[2]:
                asked.append((call[2], call[3]))

        event.listen(engine, "before_cursor_execute", executing)
        found = [line for lines in waiting_lines(database, SITE) for line in lines]
        event.remove(engine, "before_cursor_execute", executing)

        assert len(found) == 4
        assert asked
        with database.reading() as connection:
            for sql, values in asked:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
                assert any("o USING INDEX ix_operation_parked" in step[3] for step in plan)
