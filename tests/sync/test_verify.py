"""Verify: a book made by operations is clean, and every row that was tampered with is named."""

import msgspec

from server.db.engine import Database
from server.lane.activity import NETWORK
from server.lane.records import Commit, Lane, StoredOperation, Stream
from server.ledger.records import Allocation, Balance, Discrepancy, Movement, Stock
from server.sync.findings import Finding
from server.sync.verify import Cursor, Report, verify
from tests.floor import SITE
from tests.sync.tampering import (
    RULES,
    balance_at,
    change,
    findings,
    kinds,
    movement_in_the_middle,
    named,
    operation_like,
    remove,
)
from tests.sync.yard import rows_of, yard_on


def test_book_made_by_operations_is_clean_when_decided_again(database: Database) -> None:
    with yard_on(database) as yard:
        yard.work()
        seen: list[str] = []
        report = verify(database, yard.core.rules, lambda step, _count: seen.append(step))

        assert report.findings == []
        assert report.clean
        assert (report.commits, report.operations) == (
            len(yard.rows(Commit)),
            len(yard.rows(StoredOperation)),
        )
        assert (report.movements, report.balances) == (
            len(yard.rows(Movement)),
            len(yard.rows(Balance)),
        )
        assert set(seen) == {"streams", "commits", "balances", "replay"}


def test_day_of_the_yard_holds_what_verify_must_understand(book: Database) -> None:
    outcomes = [msgspec.json.decode(each.outcome) for each in rows_of(book, StoredOperation)]
    causes = {each.cause for each in rows_of(book, Movement)}

    assert {each["outcome"] for each in outcomes} >= {"applied", "flagged", "parked"}
    assert {each.get("code") for each in outcomes} >= {
        "unknown_kind",
        "unknown_code",
        "negative",
        "two_places",
        "count_variance",
        "short",
        "count_undone",
    }
    assert causes >= {"fact", "count", "undo_count"}
    assert any(each.allocated for each in rows_of(book, Balance))


def test_empty_book_is_clean(database: Database) -> None:
    assert verify(database, RULES) == Report([], 0, 0, 0, 0)


def test_changed_movement_is_found_by_its_commit_and_its_balances(book: Database) -> None:
    movement = movement_in_the_middle(book)
    change(book, msgspec.structs.replace(movement, quantity=movement.quantity + 1))

    found = findings(book)

    commit = next(
        each
        for each in rows_of(book, Commit)
        if each.site == SITE
        and each.first_movement <= movement.number < each.first_movement + each.movements
    )
    assert (
        Finding("commit_changed", SITE, f"commit {commit.number}", "its rows do not give its hash")
        in found
    )
    rows = {each.row for each in found if each.kind == "balance"}
    assert rows == {
        f"balance place {movement.source} stock {movement.stock}",
        f"balance place {movement.target} stock {movement.stock_to}",
    }


def test_rows_behind_missing_ones_are_handed_out_with_their_commits() -> None:
    numbers = (1, 4, 5, 6, 7)
    movements = [Movement(SITE, number, 1, 2, 3, 3, 1, 4, 1, number, 0, 0) for number in numbers]
    cursor, found = Cursor(iter(movements)), list[Finding]()

    taken = [cursor.take(SITE, first, 3, found) for first in (1, 4, 7)]
    cursor.finish(found)

    assert [[row.number for row in rows] for rows in taken] == [[1], [4, 5, 6], [7]]
    assert [each.row for each in found] == [f"number {number}" for number in (2, 3, 8, 9)]
    assert cursor.taken == len(numbers)


def test_missing_movement_is_found(book: Database) -> None:
    movement = movement_in_the_middle(book)
    remove(book, movement)

    assert kinds(book) == {"row_missing", "commit_changed", "balance"}
    assert named(book, "row_missing") == [f"number {movement.number}"]


def test_movement_that_no_commit_names_is_found(book: Database) -> None:
    movement = movement_in_the_middle(book)
    last = max(each.number for each in rows_of(book, Movement))
    change(book, msgspec.structs.replace(movement, number=last + 1))
    change(book, msgspec.structs.replace(movement, site=0, number=1))

    assert {"row_stray", "balance"} <= kinds(book)
    assert set(named(book, "row_stray")) == {f"movement {last + 1}", "movement 1"}


def test_lines_that_changed_places_are_found(book: Database) -> None:
    one = operation_like(book, b"receive")
    two = operation_like(book, b"move")
    change(
        book,
        msgspec.structs.replace(one, line=two.line),
        msgspec.structs.replace(two, line=one.line),
    )

    assert set(named(book, "line_changed")) == {
        f"operation {each.stream}/{each.epoch}/{each.seq}" for each in (one, two)
    }
    assert "decided_otherwise" in kinds(book)


def test_changed_outcome_is_found(book: Database) -> None:
    operation = operation_like(book, b"receive")
    change(book, msgspec.structs.replace(operation, outcome=b'{"outcome":"refused"}'))

    assert kinds(book) == {"commit_changed"}


def test_changed_time_of_an_operation_is_found(book: Database) -> None:
    operation = operation_like(book, b"receive")
    change(book, msgspec.structs.replace(operation, occurred_at=operation.occurred_at + 1))

    assert kinds(book) == {"commit_changed"}


def test_changed_balance_is_found_by_its_movements_and_by_deciding_again(book: Database) -> None:
    balance = balance_at(book)
    change(book, msgspec.structs.replace(balance, quantity=balance.quantity + 1))

    found = findings(book)

    name = f"balance place {balance.place} stock {balance.stock}"
    assert [(each.kind, each.row) for each in found] == [("balance", name), ("rebuilt", name)]
    assert found[0].detail == (
        f"movements give {balance.quantity}, the row says {balance.quantity + 1}"
    )


def test_commit_that_claims_ever_so_many_rows_is_told_in_few_lines(book: Database) -> None:
    commit = next(each for each in rows_of(book, Commit) if each.site == SITE and each.movements)
    change(book, msgspec.structs.replace(commit, movements=10**12))

    found = findings(book)

    last = max(each.number for each in rows_of(book, Movement)) + 1
    assert f"numbers {last} to {commit.first_movement + 10**12 - 1}" in {each.row for each in found}
    assert len(found) < 500


def test_row_of_any_table_that_decisions_write_is_found_by_deciding_again(book: Database) -> None:
    stock = next(each for each in rows_of(book, Stock) if each.owner)
    change(book, msgspec.structs.replace(stock, owner=stock.owner + 1))

    assert [(each.kind, each.row) for each in findings(book)] == [
        ("rebuilt", f"stock id {stock.id}")
    ]


def test_missing_balance_is_found(book: Database) -> None:
    balance = balance_at(book)
    remove(book, balance)

    found = findings(book)

    assert ("balance", f"movements give {balance.quantity}, no row") in {
        (each.kind, each.detail) for each in found
    }
    assert ("rebuilt", "rebuilt, not stored") in {(each.kind, each.detail) for each in found}


def test_balance_from_nowhere_is_found(book: Database) -> None:
    change(book, Balance(SITE, 1_000_777, 5, 3))

    assert [(each.kind, each.row) for each in findings(book)] == [
        ("balance", "balance place 1000777 stock 5"),
        ("rebuilt", "balance place 1000777 stock 5"),
    ]


def test_missing_operation_is_found(book: Database) -> None:
    operation = operation_like(book, b"move")
    remove(book, operation)

    found = kinds(book)

    assert {"stream_gap", "row_missing", "commit_changed"} <= found
    assert f"number {operation.number}" in named(book, "row_missing")


def test_missing_commit_is_found(book: Database) -> None:
    commits = [each for each in rows_of(book, Commit) if each.site == SITE and each.movements]
    remove(book, commits[0])

    found = findings(book)

    assert {"commit_gap", "row_stray", "commit_changed"} <= {each.kind for each in found}
    stray = {each.row for each in found if each.kind == "row_stray"}
    assert f"operation {commits[0].first_operation}" in stray
    assert f"movement {commits[0].first_movement}" in stray


def test_missing_last_commit_is_found(book: Database) -> None:
    last = max(
        (each for each in rows_of(book, Commit) if each.site == SITE), key=lambda each: each.number
    )
    remove(book, last)

    assert {"lane_head", "row_stray"} <= kinds(book)


def test_missing_last_commit_of_the_network_is_found(book: Database) -> None:
    last = max(
        (each for each in rows_of(book, Commit) if each.site == NETWORK),
        key=lambda each: each.number,
    )
    with book.writing() as connection:
        connection.exec_driver_sql("DELETE FROM book_commit WHERE site = 0 AND number > 1")

    assert last.number > 1
    assert {"lane_head", "row_stray", "decided_otherwise"} <= kinds(book)


def test_book_without_commits_is_found(book: Database) -> None:
    with book.writing() as connection:
        connection.exec_driver_sql("DELETE FROM book_commit")

    details = [each.detail for each in verify(book, None).findings if each.kind == "lane_head"]

    assert len(details) == 2
    assert all(detail.endswith("no commit is stored") for detail in details)


def test_changed_promise_is_found(book: Database) -> None:
    balance = next(each for each in rows_of(book, Balance) if each.allocated)
    change(book, msgspec.structs.replace(balance, allocated=balance.allocated + 1))

    assert kinds(book) == {"allocated", "rebuilt"}
    (finding,) = [each for each in findings(book) if each.kind == "allocated"]
    assert finding.detail == (
        f"open pick lines promise {balance.allocated}, the row says {balance.allocated + 1}"
    )


def test_pick_line_that_promises_from_nowhere_is_found(book: Database) -> None:
    line = next(each for each in rows_of(book, Allocation) if each.state == "pending")
    change(book, msgspec.structs.replace(line, id=77, place=1_000_777))

    assert ("allocated", "balance place 1000777 stock " + str(line.stock)) in {
        (each.kind, each.row) for each in findings(book)
    }


def test_balance_below_zero_whose_question_was_closed_is_found(book: Database) -> None:
    balance = balance_at(book, negative=True)
    question = next(each for each in rows_of(book, Discrepancy) if each.id == balance.discrepancy)
    change(book, msgspec.structs.replace(question, open=None))

    finding, again = findings(book)

    assert (finding.kind, finding.detail) == (
        "discrepancy",
        "below zero without an open discrepancy",
    )
    assert (again.kind, again.row) == ("rebuilt", f"discrepancy id {question.id}")


def test_question_about_a_balance_that_is_not_below_zero_is_found(book: Database) -> None:
    balance, negative = balance_at(book), balance_at(book, negative=True)
    change(book, msgspec.structs.replace(balance, discrepancy=negative.discrepancy))

    details = {each.detail for each in findings(book) if each.kind == "discrepancy"}

    assert "names a discrepancy that nothing explains" in details


def test_question_that_no_balance_explains_is_found(book: Database) -> None:
    change(book, Discrepancy(SITE, 77, "negative", 5, 5, "0", "-1", 1, "1/1/1", 2))

    finding, again = findings(book)

    assert (finding.row, finding.detail) == (
        "discrepancy 77",
        "open, and no balance is below zero for it",
    )
    assert (again.kind, again.row) == ("rebuilt", "discrepancy id 77")


def test_stream_that_says_otherwise_than_its_lines_is_found(book: Database) -> None:
    stream = next(each for each in rows_of(book, Stream) if each.stream == 1_000_001)
    change(book, msgspec.structs.replace(stream, next=stream.next + 1))

    finding, again = findings(book)

    assert (finding.kind, finding.row) == ("stream_head", "stream 1000001/1")
    assert finding.detail == (f"its lines end at {stream.next - 1}, the stream says {stream.next}")
    assert (again.kind, again.row) == ("rebuilt", "stream stream 1000001 epoch 1")


def test_stream_without_its_lines_and_lines_without_their_stream_are_found(book: Database) -> None:
    stream = next(each for each in rows_of(book, Stream) if each.stream == 1_000_001)
    remove(book, stream)
    change(book, msgspec.structs.replace(stream, epoch=7), Stream(SITE, 1_000_009, 1, 1, b""))

    found = {(each.kind, each.row) for each in findings(book)}

    assert found == {
        ("stream_missing", "stream (1, 1000001, 1)"),
        ("stream_lines_missing", "stream (1, 1000001, 7)"),
        ("rebuilt", "stream stream 1000001 epoch 1"),
        ("rebuilt", "stream stream 1000001 epoch 7"),
        ("rebuilt", "stream stream 1000009 epoch 1"),
    }


def test_site_that_has_done_nothing_yet_is_clean(book: Database) -> None:
    change(book, Lane(5))

    assert findings(book) == []
