"""Master files are imported: good lines whatever the bad ones are, and twice without a change."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from server.activities import ACTIVITIES
from server.catalog.records import Item
from server.db.engine import Database
from server.errors import InvalidError, UnavailableError
from server.identity.secrets import check_secret
from server.ids import SeededRandomness
from server.integrations.import_rows import KINDS, Directory, read_directory
from server.integrations.imports import MESSAGES_MAX, Report, Say, run_import
from server.lane.message import Message
from server.sites.messages import PutSite
from server.sync.batches import Answer, Batch
from server.sync.lanes import Lanes
from server.sync.push import PushRules
from tests.desk import Desk
from tests.floor import START

FOLDER = Path(__file__).parents[2] / "fixtures" / "imports"
SEED = 1
TABLES = ("site", "zone", "place", "merchant", "item", "item_code", "person")


@pytest.fixture
def lanes(database: Database) -> Iterator[Lanes]:
    """The lanes of a server without any master records."""
    running = Lanes(database, PushRules(ACTIVITIES), lambda: START)
    yield running
    running.close()


def imported(database: Database, say: Say, kind: str, **options: Any) -> Report:  # noqa: ANN401 - see run_import
    """Import the example of a kind."""
    with database.reading() as connection:
        directory = read_directory(connection)
    content = (FOLDER / f"{kind}.csv").read_bytes()
    # Salts differ from one import to the next, as they do in earnest.
    randomness = SeededRandomness(len(directory.secrets))
    return run_import(say, kind, content, directory, randomness, file=f"{kind}.csv", **options)


def masters(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All master records."""
    with database.reading() as connection:
        return {
            name: [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))]  # noqa: S608 - our own names
            for name in TABLES
        }


def test_examples_are_imported_and_the_second_time_changes_nothing(
    database: Database, lanes: Lanes
) -> None:
    first = [imported(database, lanes.say, kind) for kind in KINDS]
    before = masters(database)
    second = [imported(database, lanes.say, kind) for kind in KINDS]

    assert [report.refused for report in (*first, *second)] == [()] * 14
    assert [(report.total, report.applied, report.unchanged) for report in first] == [
        (rows, rows, 0) for rows in (2, 2, 2, 5, 3, 4, 3)
    ]
    assert [(report.applied, report.unchanged) for report in second] == [
        (0, rows) for rows in (2, 2, 2, 5, 3, 4, 3)
    ]
    assert masters(database) == before


def test_imported_person_may_sign_in_with_the_pin(database: Database, lanes: Lanes) -> None:
    for kind in ("sites", "merchants", "people"):
        imported(database, lanes.say, kind)

    with database.reading() as connection:
        people = {row.code: row for row in connection.execute(sa.text("SELECT * FROM person"))}
        directory = read_directory(connection)
    assert check_secret(people["STAFF-1"].secret, "2468")
    assert people["STAFF-1"].home == directory.sites["BER"] == 1
    assert people["STAFF-3"].owner == directory.owners["ACME"]


def test_dry_run_says_the_same_and_keeps_nothing(database: Database, lanes: Lanes) -> None:
    imported(database, lanes.say, "merchants")
    before = masters(database)

    dry = [imported(database, lanes.rehearse, kind) for kind in ("sites", "merchants", "items")]
    kept = masters(database)
    earnest = [imported(database, lanes.say, kind) for kind in ("sites", "merchants", "items")]

    assert kept == before
    assert dry == earnest
    assert [(report.applied, report.unchanged) for report in dry] == [(2, 0), (0, 2), (3, 0)]


def test_dry_run_says_what_would_be_refused(database: Database, lanes: Lanes) -> None:
    report = imported(database, lanes.rehearse, "items")

    assert report.applied == 0
    assert [error.reason for error in report.refused] == [
        "unknown owner; found ACME; put the merchant first",
        "unknown owner; found ACME; put the merchant first",
        "unknown owner; found BETA; put the merchant first",
    ]


def at_desk(desk: Desk) -> Say:
    """A way to the lanes of the test floor, in memory."""

    def say(site: int, stream: int, /, *messages: Message) -> "Future[Answer]":
        lines = tuple(msgspec.json.encode(message) for message in messages)
        future: Future[Answer] = Future()
        future.set_result(desk.floor.run(Batch(site=site, stream=stream, epoch=1, lines=lines)))
        return future

    return say


def run(kind: str, content: str, desk: Desk | None = None, **options: Any) -> Report:  # noqa: ANN401 - see run_import
    """Import a text at the test floor."""
    directory = Directory(sites={"BER": 1}, owners={"ACME": 1_000_001})
    say = at_desk(desk or Desk())
    return run_import(
        say, kind, content.encode(), directory, SeededRandomness(SEED), file="f.csv", **options
    )


def reasons(report: Report) -> list[tuple[int, str]]:
    """What was refused, by line."""
    assert {error.file for error in report.refused} <= {"f.csv"}
    return [(error.line, error.reason) for error in report.refused]


def test_bad_lines_are_told_and_never_stop_the_good_ones() -> None:
    desk = Desk()
    report = run(
        "items",
        "owner,sku,lot_capture,weight_g\n"
        "ACME,N1,,5\n"
        "ACME,,,\n"
        "ACME,N2,sometimes,\n"
        "ACME,N3,,-5\n"
        "ACME,N4\n"
        "NONE,N5,,\n"
        "ACME,N\x006,,\n"
        "ACME,N7,receipt,\n"
        "ACME,A1,,\n",
        desk,
    )

    assert (report.total, report.applied, report.unchanged) == (9, 2, 1)
    assert reasons(report) == [
        (3, "sku must not be empty"),
        (4, "bad lot capture; expected never or receipt or shipping; found sometimes"),
        (5, "weight_g is '-5', and must be a whole number from 0"),
        (6, "has 2 columns, the header has 4"),
        (7, "unknown owner; found NONE; put the merchant first"),
        (8, "a field has a character that can't be kept (NUL)"),
    ]


def test_wrong_check_digit_is_told_with_the_right_one() -> None:
    report = run("codes", "owner,sku,code\nACME,A1,4012345678902\nACME,A1,4012345678901\n")

    assert report.applied == 1
    assert reasons(report) == [
        (
            2,
            (
                "bad check digit; expected 4012345678901; found 4012345678902; "
                "read the code again, or say scheme own"
            ),
        )
    ]


def test_lines_that_contradict_each_other_are_told() -> None:
    text = "code,name\nGAMA,Gama\nGAMA,Gamma\nGAMA,Gama\n"
    desk = Desk()

    first, second = run("merchants", text, desk), run("merchants", text, desk)

    assert (first.applied, first.unchanged) == (1, 1)
    assert (second.applied, second.unchanged) == (0, 2)
    assert reasons(first) == reasons(second) == [(3, "line 2 says otherwise of GAMA")]


def test_same_code_is_recognised_however_its_gtin_is_written() -> None:
    report = run(
        "codes", "owner,sku,code,factor\nACME,A1,4012345678901,1\nACME,A1,04012345678901,2\n"
    )

    assert reasons(report) == [(3, "line 2 says otherwise of ACME A1 04012345678901 each")]


def test_unknown_site_or_owner_of_a_line_is_told() -> None:
    zones = run("zones", "site,code\nXXX,A\nBER,A\n")
    people = run(
        "people",
        "code,role,pin,site,owner\n"
        "S1,operator,2468,XXX,\nS2,merchant,2468,,NONE\nS3,operator,246,,\nS4,operator,,,\n",
    )

    assert zones.applied == 1
    assert reasons(zones) == [(2, "site 'XXX' is not known: import the sites first")]
    assert reasons(people) == [
        (2, "site 'XXX' is not known: import the sites first"),
        (3, "owner 'NONE' is not known: import the merchants first"),
        (4, "pin has fewer than 4 characters"),
        (5, "bad secret; expected a PIN or password for a new person"),
    ]


def test_person_without_a_pin_keeps_the_one_there_is() -> None:
    desk = Desk()
    run("people", "code,role,pin\nS1,operator,2468\nS1,operator,2468\n", desk)

    report = run("people", "code,role\nS1,operator\n", desk)

    assert (report.applied, report.unchanged, report.refused) == (0, 1, ())


def test_header_that_can_not_be_used_imports_nothing() -> None:
    report = run("merchants", "name;code\nGama;GAMA\n")

    assert (report.total, report.applied) == (1, 0)
    assert reasons(report) == [(1, "lacks the columns code, name; it has name;code")]


def test_ignored_columns_are_named() -> None:
    assert run("merchants", "code,name,colour\nGAMA,Gama,red\n").ignored == ("colour",)


def test_unknown_kind_is_told_with_those_there_are() -> None:
    with pytest.raises(InvalidError, match="no import of 'ships', only of sites, zones"):
        run("ships", "code\n")


def test_actor_stands_in_every_message() -> None:
    heard: list[Message] = []

    run_import(
        answering(heard.extend),
        "sites",
        (FOLDER / "sites.csv").read_bytes(),
        Directory(),
        SeededRandomness(SEED),
        actor="person/5",
    )

    assert [message.actor for message in heard] == ["person/5"] * 2
    assert isinstance(heard[0], PutSite)


def answering(hear: Callable[[tuple[Message, ...]], object]) -> Say:
    """A way to lanes that apply everything."""

    def say(_site: int, _stream: int, /, *messages: Message) -> "Future[Answer]":
        hear(messages)
        future: Future[Answer] = Future()
        outcomes = (b'{"outcome":"applied"}',) * len(messages)
        future.set_result(Answer("taken", 1, b"", 1, outcomes=outcomes))
        return future

    return say


def test_rows_are_said_a_thousand_at_a_time_by_site() -> None:
    sizes: list[int] = []
    lines = [f"{('BER', 'LEJ')[number % 2]},Z{number}" for number in range(3 * MESSAGES_MAX)]
    content = "\n".join(["site,code", *lines]).encode()

    report = run_import(
        answering(lambda messages: sizes.append(len(messages))),
        "zones",
        content,
        Directory(sites={"BER": 1, "LEJ": 2}),
        SeededRandomness(SEED),
    )

    assert sizes == [1_000, 1_000, 500, 500]
    assert report.applied == 3_000


def test_progress_rises_to_the_whole_file() -> None:
    seen: list[tuple[int, int]] = []
    text = "code,name\nGAMA,Gama\n\nBETA,Beta\n"

    run("merchants", text, on_progress=lambda done, whole: seen.append((done, whole)))

    assert seen == sorted(seen)
    assert seen[0][0] < len(text)
    assert seen[-1] == (len(text), len(text))


def test_server_that_stops_is_heard_of() -> None:
    def say(_site: int, _stream: int, /, *_messages: Message) -> "Future[Answer]":
        future: Future[Answer] = Future()
        future.set_exception(UnavailableError("the server is stopping"))
        return future

    with pytest.raises(UnavailableError):
        run_import(say, "merchants", b"code,name\nA,B\n", Directory(), SeededRandomness(SEED))


def test_items_say_how_their_lots_are_rotated() -> None:
    desk = Desk()

    run("items", "owner,sku,expiry_capture,rotation,min_days\nACME,N1,receipt,fefo,30\n", desk)

    item = next(each for each in desk.all(Item) if each.sku == "N1")
    assert (item.expiry_capture, item.rotation, item.min_days) == ("receipt", "fefo", 30)
