"""Archiving: lines go to files, and the book with its archive is as whole as it was."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from device_protocol.operations import Move, Receive, Undo
from server.config import ConfigError
from server.db.bulk import delete_records
from server.db.engine import Database
from server.lane.activity import NETWORK
from server.lane.archived import MARK, is_remainder, remainder
from server.lane.records import StoredOperation
from server.ledger.records import Balance
from server.orders.records import OrderConflict
from server.record import shape
from server.sync import archiving
from server.sync.archive import (
    Archive,
    ArchivedLine,
    BrokenPartError,
    archived_line,
    file_hash,
)
from server.sync.archiving import DAY_MS, DAYS_MIN, Archived, archive
from server.sync.records import ArchivedPart
from server.sync.verify import Report, verify
from tests.floor import SITE, START
from tests.sync.tampering import RULES, change, remove
from tests.sync.yard import rows_of, yard_on

LATER = START + 400 * DAY_MS
BEFORE = LATER - DAYS_MIN * DAY_MS


def put_away(book: Database, folder: Path, part_operations: int = 1_000_000) -> Archived:
    """Archive everything."""
    return archive(book, folder, BEFORE, LATER, part_operations=part_operations)


def checked(book: Database, folder: Path | None = None) -> Report:
    """What verify says, with or without an archive."""
    return verify(book, RULES, archive=None if folder is None else Archive(folder))


def kinds(book: Database, folder: Path) -> set[str]:
    """The kinds of what verify finds, with the archive."""
    return {each.kind for each in checked(book, folder).findings}


def test_archived_book_is_whole_with_its_archive(book: Database, tmp_path: Path) -> None:
    before = rows_of(book, StoredOperation)
    balances = rows_of(book, Balance)

    done = put_away(book, tmp_path / "archive", part_operations=7)

    after = rows_of(book, StoredOperation)
    assert done.parts == len(rows_of(book, ArchivedPart)) > 4
    assert done.lines == sum(is_remainder(each.line) for each in after) > 20
    assert done.bytes == sum(
        path.stat().st_size for path in tmp_path.glob("archive/*/*.ndjson.zst")
    )
    for old, new in zip(before, after, strict=True):
        assert new == msgspec.structs.replace(old, line=new.line)
        assert new.line in (old.line, remainder(old.line))
    assert rows_of(book, Balance) == balances
    report = checked(book, tmp_path / "archive")
    assert report.clean
    assert (report.archived, report.unread) == (len(before), False)
    assert report.operations == len(before)


def test_without_the_archive_verify_begins_at_the_horizon_and_says_so(
    book: Database, tmp_path: Path
) -> None:
    count = len(rows_of(book, StoredOperation))
    put_away(book, tmp_path)

    report = checked(book)

    assert report.clean
    assert (report.archived, report.unread, report.operations) == (count, True, count)


def test_commits_before_the_horizon_are_still_proved_without_the_archive(
    book: Database, tmp_path: Path
) -> None:
    put_away(book, tmp_path)
    operation = next(each for each in rows_of(book, StoredOperation) if is_remainder(each.line))
    change(book, msgspec.structs.replace(operation, outcome=b'{"outcome":"refused"}'))

    assert {each.kind for each in checked(book).findings} == {"commit_changed"}


def test_parked_lines_stay_whole(book: Database, tmp_path: Path) -> None:
    put_away(book, tmp_path)

    parked = [each for each in rows_of(book, StoredOperation) if b'"parked"' in each.outcome]
    assert parked
    assert not any(is_remainder(each.line) for each in parked)


def test_orders_in_conflict_stay_whole(book: Database, tmp_path: Path) -> None:
    first = next(each for each in rows_of(book, StoredOperation) if each.site == NETWORK)
    name = f"{first.stream}/{first.epoch}/{first.seq}"
    change(book, OrderConflict(NETWORK, 7, 8, "content", 0, name))

    put_away(book, tmp_path)

    assert first in rows_of(book, StoredOperation)


def test_archiving_again_changes_nothing(book: Database, tmp_path: Path) -> None:
    put_away(book, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    assert put_away(book, tmp_path) == Archived(0, 0, 0)

    assert {path: path.read_bytes() for path in before} == before


def test_who_was_interrupted_goes_on(
    book: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiving, "ROWS_AT_ONCE", 5)
    steps: list[str] = []

    def stopped(at: int) -> Callable[[str, int], None]:
        def told(step: str, _count: int) -> None:
            steps.append(step)
            if len(steps) == at:
                raise KeyboardInterrupt

        return told

    for at in (2, 5):
        with pytest.raises(KeyboardInterrupt):
            archive(book, tmp_path, BEFORE, LATER, part_operations=9, on_progress=stopped(at))
        # Half a file that the book never named.
        (tmp_path / "site-1").mkdir(exist_ok=True)
        (tmp_path / "site-1" / "000009.ndjson.zst").write_bytes(b"half")
        assert checked(book, tmp_path).clean

    put_away(book, tmp_path, part_operations=9)

    assert checked(book, tmp_path).clean
    whole = [each for each in rows_of(book, StoredOperation) if not is_remainder(each.line)]
    assert all(b'"parked"' in each.outcome or remainder(each.line) == each.line for each in whole)


def test_lines_of_the_last_thirty_days_stay(book: Database, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="last 30 days stay"):
        archive(book, tmp_path, BEFORE + 1, LATER)

    assert archive(book, tmp_path, START, LATER) == Archived(0, 0, 0)
    assert checked(book, tmp_path).clean


@pytest.mark.parametrize("what", ["changed", "first", "between", "last"])
def test_a_book_that_differs_is_not_archived(book: Database, tmp_path: Path, what: str) -> None:
    own = [each for each in rows_of(book, StoredOperation) if each.site == SITE]
    own.sort(key=lambda each: each.number)
    device = [each for each in own if each.stream == SITE * 1_000_000 + 1]
    assert device[-1] != own[-1]
    if what == "changed":
        change(book, msgspec.structs.replace(device[3], line=b"{}"))
    else:
        remove(book, {"first": device[0], "between": device[-1], "last": own[-1]}[what])

    with pytest.raises(ConfigError, match="run `totebook verify`"):
        put_away(book, tmp_path)

    assert all(each.site == NETWORK for each in rows_of(book, ArchivedPart))


def lines_file(folder: Path) -> Path:
    return folder / "site-1" / "000001.ndjson.zst"


def test_an_archive_that_was_tampered_with_is_found(book: Database, tmp_path: Path) -> None:
    put_away(book, tmp_path)
    path = lines_file(tmp_path)
    content = path.read_bytes()
    plain = zstandard.ZstdDecompressor().stream_reader(content).read()
    manifest = path.with_name("000001.json")
    told = manifest.read_bytes()

    path.write_bytes(zstandard.compress(plain.replace(b'"quantity\\":20', b'"quantity\\":21')))
    assert "archive_broken" in kinds(book, tmp_path)
    path.unlink()
    assert "archive_broken" in kinds(book, tmp_path)
    path.write_bytes(content)
    assert checked(book, tmp_path).clean

    manifest.write_bytes(told.replace(b'"bytes"', b'"Bytes"'))
    assert "archive_broken" in kinds(book, tmp_path)
    manifest.unlink()
    assert "archive_broken" in kinds(book, tmp_path)
    # The wrong folder is said before anything gives way.
    with pytest.raises(BrokenPartError, match="can't be read"):
        put_away(book, tmp_path)


def rewritten(book: Database, folder: Path, edit: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change a part, its manifest and the book's word for it: whoever may write everything."""
    path = lines_file(folder)
    lines = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read().splitlines()
    path.write_bytes(zstandard.compress(b"".join(line + b"\n" for line in edit(lines))))
    manifest = path.with_name("000001.json")
    told = msgspec.json.decode(manifest.read_bytes())
    told["sha256"] = file_hash(path)
    manifest.write_bytes(msgspec.json.encode(told))
    part = next(each for each in rows_of(book, ArchivedPart) if each.site == SITE)
    named = bytes.fromhex(file_hash(manifest))
    change(book, msgspec.structs.replace(part, manifest=named))


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (lambda lines: lines[:-1], "archive_lacks"),
        (
            lambda lines: [line.replace(b'"seq":1,', b'"seq":9,') for line in lines],
            "archive_differs",
        ),
        (
            lambda lines: [*lines, lines[0].replace(b'"number":1,', b'"number":9999,')],
            "row_missing",
        ),
        (lambda lines: [line.replace(b"ACME", b"BETA") for line in lines], "line_changed"),
    ],
)
def test_an_archive_that_was_made_up_is_found_by_its_chains(
    book: Database, tmp_path: Path, edit: Callable[[list[bytes]], list[bytes]], kind: str
) -> None:
    put_away(book, tmp_path)
    rewritten(book, tmp_path, edit)

    assert kind in kinds(book, tmp_path)


def test_a_line_that_gave_way_to_something_else_is_found(book: Database, tmp_path: Path) -> None:
    put_away(book, tmp_path)
    operation = next(each for each in rows_of(book, StoredOperation) if is_remainder(each.line))
    change(book, msgspec.structs.replace(operation, line=MARK + b',"kind":"other"}'))

    assert kinds(book, tmp_path) == {"line_changed"}


def test_a_remainder_after_the_horizon_is_a_changed_line(book: Database) -> None:
    operation = rows_of(book, StoredOperation)[-1]
    change(book, msgspec.structs.replace(operation, line=remainder(operation.line)))

    assert "line_changed" in {each.kind for each in checked(book).findings}


@pytest.mark.parametrize(
    ("change_part", "kind"),
    [
        ({"number": 5}, "archive_gap"),
        ({"hash": b"x"}, "archive_part"),
        ({"last_commit": 9_999}, "archive_part"),
        ({"last_operation": 1}, "archive_part"),
    ],
)
def test_a_part_that_the_book_does_not_know_so_is_found(
    book: Database, tmp_path: Path, change_part: dict[str, int | bytes], kind: str
) -> None:
    put_away(book, tmp_path)
    part = next(each for each in rows_of(book, ArchivedPart) if each.site == SITE)
    with book.writing() as connection:
        delete_records(connection, ArchivedPart, [(part.site, part.number)])
    change(book, msgspec.structs.replace(part, **change_part))

    assert kind in kinds(book, tmp_path)


def test_a_format_of_later_is_refused(book: Database, tmp_path: Path) -> None:
    put_away(book, tmp_path)
    manifest = lines_file(tmp_path).with_name("000001.json")
    rewritten(book, tmp_path, lambda lines: lines)
    manifest.write_bytes(manifest.read_bytes().replace(b'"format":1', b'"format":2'))
    part = next(each for each in rows_of(book, ArchivedPart) if each.site == SITE)
    named = bytes.fromhex(file_hash(manifest))
    change(book, msgspec.structs.replace(part, manifest=named))

    assert "archive_broken" in kinds(book, tmp_path)


def test_what_is_no_text_goes_there_and_back() -> None:
    for line in (b"\xff\x00", b"", '{"a":"ü\\n"}'.encode()):
        packed = msgspec.json.encode(archived_line(1, 2, 3, 4, b"h", line))
        assert msgspec.json.decode(packed, type=ArchivedLine).content == line


def test_remainders_tell_what_and_who_and_are_never_longer() -> None:
    line = b'{"kind":"deliver","actor":"7","personal":["ab"],"gps":"1,2","unit":"U"}'

    assert remainder(line) == b'{"archived":1,"kind":"deliver","actor":"7","personal":["ab"]}'
    assert remainder(b'{"kind":"x"}') == b'{"kind":"x"}'
    assert remainder(b"\xff" * 40) == b'{"archived":1}'
    assert remainder(b"[" * 5_000) == b'{"archived":1}'


def test_device_goes_on_after_its_lines_were_archived(database: Database, tmp_path: Path) -> None:
    with yard_on(database) as yard:
        device = yard.handhelds[0]
        goods: dict[str, Any] = {"owner": "ACME", "item": "A1"}
        device.do(
            Receive(quantity=20, to="D-1", ended=1_000, **goods),
            Move(quantity=12, source="D-1", to="A-01", ended=2_000, **goods),
        )
        told = device.batch(1, 3)
        before = yard.run(told)
        yard.clock.advance(400 * DAY_MS)
        put_away(database, tmp_path)
        assert is_remainder(rows_of(database, StoredOperation)[-1].line)

        # What is sent again is answered as ever, and what is undone is taken back.
        assert yard.run(told).outcomes == before.outcomes
        (outcome,) = device.do(Undo(seq=3, ended=3_000))

        assert (outcome["outcome"], outcome["code"]) == ("flagged", "line_archived")
        assert outcome["actual"] == f"{device.stream}/1/3"
        report = verify(database, yard.core.rules, archive=Archive(tmp_path))
        assert report.findings == []
        assert verify(database, yard.core.rules).clean

        name_of = shape(StoredOperation).key_of
        undone = (SITE, device.stream, 1, 3)
        stored = rows_of(database, StoredOperation)
        remove(database, next(each for each in stored if name_of(each) == undone))
        assert not verify(database, yard.core.rules, archive=Archive(tmp_path)).clean
