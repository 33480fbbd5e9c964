"""Files as people send them: every bad line is told, every good one is taken, nobody else waits."""

import threading
from typing import Any

from litestar.testing import TestClient

from device_protocol.operations import Clock, Receive
from server.api.ops.imports import IMPORT_BYTES_MAX
from server.core import Core
from server.integrations.import_rows import Directory
from server.integrations.imports import MESSAGES_MAX, run_import
from server.lane.message import Message
from server.sync.batches import Answer
from tests.api.desks import Desk
from tests.api.device.callers import Caller, problem
from tests.api.ops.test_imports import MAPPING, imported, order_upload
from tests.badinput.books import book_is_clean, on_hand
from tests.conftest import MORNING_MS
from tests.integrations.order_files import HEADER, row

LINES = 100_000
TAKEN = b'{"outcome":"applied"}'


NO_MASTERS = (
    (b"", "is empty"),
    (b"\n\n", "is empty"),
    (b"sku,owner\nA9,ACME\n".decode().encode("utf-16"), "is not UTF-8"),
    (b"PK\x03\x04\x14\x00\xff\xd8", "is not UTF-8"),
    (b"\x00" * 1_000, "lacks the columns"),
    (b"sku;owner\nA9;ACME\n", "lacks the columns owner, sku"),
    (b"sku,owner,sku\nA9,ACME,A8\n", "more than once"),
    (b"<html><body>Sign in</body></html>", "lacks the columns"),
)
"""Files of another kind, and why they are none."""


def test_file_that_is_no_master_file_is_told_once(supervisor: Desk) -> None:
    for content, reason in NO_MASTERS:
        told = imported(supervisor, "items", content)
        assert (told["total"], told["applied"], len(told["refused"])) == (1, 0, 1)
        assert reason in told["refused"][0]["reason"]


def test_bad_lines_of_a_master_file_are_told_by_number(core: Core, supervisor: Desk) -> None:
    lines = [
        b"owner,sku,description,weight_g",
        b"ACME,G1,good,10",
        "ACME,L1,Düsseldorf,1".encode("latin-1"),
        b"ACME,N1,nul\x00,1",
        b"ACME,W1,weight,-1",
        b"ACME,W2,weight,99999999999999999999",
        b"NOBODY,X1,,",
        b"ACME,\xef\xbb\xbfB1,,",
        b'ACME,Q1,"never closed,1',
        b"ACME,C1",
        b"ACME," + b"x" * 200_000 + b",,",
        b"ACME,G2,\xe2\x98\x95,",
    ]

    told = imported(supervisor, "items", b"\r\n".join(lines))

    assert [each["line"] for each in told["refused"]] == [3, 4, 5, 6, 7, 9, 10, 11]
    assert all(each["reason"] for each in told["refused"])
    assert told["applied"] == 3
    assert book_is_clean(core)


def test_order_file_of_bad_lines_loses_no_good_order(core: Core, supervisor: Desk) -> None:
    supervisor.say("PUT", "/items", {"owner": "ACME", "sku": "85123A"})
    rows = (
        row("1001", "85123A", 6),
        row("1002", "85123A", -6),
        row("1003", "POST", 1),
        row("1004", "85123A", 0),
        row("1005", "85123A", "4006381333931"),
        row("1006", "BANK CHARGES", 1),
        row("1007", "nul\x00", 1),
        row("1008", "85123A", 2),
        row("1008", "SURPRISE", 1),
        row("1009", "85123A", -40, price="0"),
    )

    answer = order_upload(supervisor, *rows)

    told = answer.json()
    assert answer.status_code == 200, answer.text
    assert (told["read"], told["adjustments"], told["refused"]) == (9, 1, [])
    assert [each.partition(": ")[0] for each in told["unreadable"]] == [
        f"0/orders.csv:{line}" for line in (3, 5, 6, 8, 10)
    ]
    assert "knows no code 'SURPRISE'" in told["unreadable"][-1]
    core.drain()
    placed = {each["number"] for each in supervisor.get("/orders", owner="ACME")["rows"]}
    assert placed == {"1001", "1003", "1006", "1008"}
    assert book_is_clean(core)


NO_ORDERS = (b"", b"\xff\xfe", HEADER.encode("utf-16"), b"a,b\n1,2\n", b"\x00" * 500, b"PK\x03\x04")


def test_order_file_that_is_none_is_told(supervisor: Desk) -> None:
    for content in NO_ORDERS:
        files = [("mapping", ("m.toml", MAPPING.encode())), ("orders", ("o.csv", content))]
        answer = supervisor.call("POST", "/sites/1/orders/import", files=files)
        assert answer.status_code == 200
        assert (answer.json()["taken"], len(answer.json()["unreadable"])) == (0, 1)


def test_upload_without_its_parts_is_told(supervisor: Desk) -> None:
    for files in (
        [("orders", ("o.csv", b"x"))],
        [("mapping", ("m.toml", b"\xff"))],
        [("mapping", ("m.toml", b"\xff\x00")), ("orders", ("../../o.csv", b"x"))],
        [("mapping", ("m.toml", MAPPING.encode()))] + [("orders", ("", b""))] * 51,
        [("mapping", "text"), ("orders", "text")],
    ):
        answer = supervisor.call("POST", "/sites/1/orders/import", files=files)
        assert problem(answer)[0] in (400, 422), files[0]


def test_largest_file_is_taken_and_a_larger_one_refused(supervisor: Desk) -> None:
    header = b"owner,sku\nACME,G1\n"
    largest = header + b"\x01" * (IMPORT_BYTES_MAX - len(header))

    told = imported(supervisor, "items", largest)
    larger = supervisor.call("POST", "/imports/items", content=largest + b"x")

    assert (told["total"], told["applied"], len(told["refused"])) == (2, 1, 1)
    assert problem(larger) == (413, "too_large")


def test_import_of_a_hundred_thousand_lines_is_said_in_small_commits() -> None:
    content = b"owner,sku\n" + b"".join(b"ACME,S%06d\n" % number for number in range(LINES))
    sizes: list[int] = []

    class Done:
        """An answer that is there."""

        def __init__(self, count: int) -> None:
            self._count = count

        def result(self) -> Answer:
            return Answer("taken", 1, b"", 1, 1, (TAKEN,) * self._count)

    def say(_site: int, _stream: int, /, *messages: Message) -> Done:
        sizes.append(len(messages))
        return Done(len(messages))

    report = run_import(say, "items", content, Directory(), None)  # type: ignore[arg-type]

    assert report.applied == LINES
    assert max(sizes) == MESSAGES_MAX <= 1_000


def test_push_does_not_wait_for_an_import(
    core: Core, client: TestClient[Any], supervisor: Desk, caller: Caller
) -> None:
    content = b"owner,sku\n" + b"".join(b"ACME,S%06d\n" % number for number in range(4_000))
    caller.write(Clock(server=MORNING_MS, ended=1))
    caller.push()
    reports: list[Any] = []
    importing = threading.Thread(
        target=lambda: reports.append(imported(supervisor, "items", content))
    )
    importing.start()
    pushed = 0
    while importing.is_alive():
        pushed += 1
        caller.write(Receive(quantity=1, owner="ACME", item="A1", to="D-1", ended=pushed + 1))
        assert caller.push(pushed + 1).status_code == 200
    importing.join()

    assert reports[0]["applied"] == 4_000
    # Of the import's four commits a push waits for one at most.
    assert pushed > 1
    assert on_hand(core) == {("D-1", "A1"): pushed}
    with core.database.reading() as connection:
        largest = connection.exec_driver_sql("SELECT max(operations) FROM book_commit").scalar_one()
    assert largest <= MESSAGES_MAX
    assert client.get("/health").status_code == 200
