"""Orders that come again, and what a file may say besides."""

from pathlib import Path

import msgspec
import pytest

from server.integrations.order_documents import Conflict, Duplicate
from server.integrations.order_intake import orders_of
from server.integrations.orders_csv import read_orders
from tests.integrations.order_files import HEADER, retail, row, write
from tests.integrations.test_orders_csv import PLACED_MS, numbers, read, reasons


def test_same_number_and_content_in_another_file_is_a_duplicate(tmp_path: Path) -> None:
    rows = (row(), row(quantity=0), row(quantity=-1, price="0"), row(code="PADS"))
    first = write(tmp_path, *rows, name="first.csv")
    again = write(tmp_path, row("1000"), *rows, name="again.csv")
    found = read_orders([first, again], retail())
    assert found.duplicates == (Duplicate("1001", str(again), 3, 4, str(first)),)
    assert found.conflicts == ()
    assert numbers(found.orders) == ["1001", "1000"]
    assert len(found.errors) == len(found.adjustments) == len(found.unknown_codes) == 1
    assert sum(found.lines_by_outcome().values()) == found.lines_read == 9
    assert sum(found.documents_by_outcome().values()) == found.documents_read == 3


@pytest.mark.parametrize(
    "other",
    [
        (row(quantity=7), row("1001", "71053")),
        (row("1001", "71053"), row()),
        (row(),),
        (row(), row("1001", "71053"), row()),
        (row(), row("1001", "71053", description="OTHER")),
    ],
)
def test_same_number_and_other_content_is_a_conflict(
    tmp_path: Path, other: tuple[str, ...]
) -> None:
    first = write(tmp_path, row(), row("1001", "71053"), name="first.csv")
    second = write(tmp_path, *other, name="second.csv")
    found = read_orders([first, second], retail())
    assert found.conflicts == (Conflict("1001", str(second), 2, len(other), str(first), 2),)
    assert found.duplicates == ()
    assert [len(order.lines) for order in found.orders] == [2]
    assert sum(found.lines_by_outcome().values()) == found.lines_read


def test_content_hash_tells_text_and_not_place(tmp_path: Path) -> None:
    (alone,) = read(tmp_path, row()).orders
    _, later = read(tmp_path, row("1000"), row()).orders
    (changed,) = read(tmp_path, row(price="2.56")).orders
    assert alone.content_hash == later.content_hash != changed.content_hash


def test_currency_may_be_a_column(tmp_path: Path) -> None:
    columns = msgspec.structs.replace(retail().columns, currency="Currency")
    mapping = msgspec.structs.replace(retail(), currency=None, columns=columns)
    rows = (row() + ",JPY", row("1002") + ",", row() + ",EUR")
    path = write(tmp_path, *rows, header=HEADER + ",Currency")
    found = read_orders([path], mapping)
    assert [order.currency for order in found.orders] == ["JPY"]
    assert reasons(found) == [
        (4, "the currency 'EUR' is not the 'JPY' of line 2 of the same order"),
        (3, "the currency is missing"),
    ]


def test_time_with_its_own_offset_is_taken_as_it_is(tmp_path: Path) -> None:
    formats = msgspec.structs.replace(retail().formats, placed_at="%Y-%m-%dT%H:%M:%S%z")
    mapping = msgspec.structs.replace(retail(), formats=formats)
    path = write(tmp_path, row(placed_at="2010-12-01T10:26:00+02:00"))
    assert read_orders([path], mapping).orders[0].placed_at == PLACED_MS


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    files = [
        write(tmp_path, *(row(str(number)) for number in range(2500)), name="first.csv"),
        write(tmp_path, row("A"), name="second.csv"),
        write(tmp_path, header="nothing", name="third.csv"),
    ]
    total = sum(path.stat().st_size for path in files)
    heard: list[tuple[int, int]] = []
    read_orders(files, retail(), lambda done, whole: heard.append((done, whole)))
    assert heard == sorted(heard)
    assert len(heard) == 5
    assert heard[-1] == (total, total)


def test_carrier_is_read_where_the_mapping_names_its_column(tmp_path: Path) -> None:
    columns = msgspec.structs.replace(retail().columns, carrier="Carrier")
    mapping = msgspec.structs.replace(retail(), columns=columns)
    rows = [f"{row('1001')},DHL", f"{row('1002')},", f"{row('1003')},DHL", f"{row('1003')},UPS"]
    path = write(tmp_path, *rows, header=f"{HEADER},Carrier")

    found, plain = read_orders([path], mapping), read_orders([path], retail())

    assert [order.carrier for order in found.orders] == ["DHL", "", "DHL"]
    assert reasons(found) == [(5, "the carrier 'UPS' is not the 'DHL' of line 4 of the same order")]
    assert [order.carrier for order in plain.orders] == ["", "", ""]
    # Who names none has the content that it always had, so it is recognised when it comes again.
    hashes = [[order.content_hash for order in each.orders] for each in (found, plain)]
    assert [same for same, other in zip(*hashes, strict=True) if same == other] == [hashes[0][1]]


def test_cash_on_delivery_is_read_where_the_mapping_names_its_column(tmp_path: Path) -> None:
    columns = msgspec.structs.replace(retail().columns, cash_due="Cash")
    mapping = msgspec.structs.replace(retail(), columns=columns)
    rows = [
        *(f"{row('1001')},49.90", f"{row('1002')},", f"{row('1003')},x", f"{row('1004')},-1"),
        *(f"{row('1005')},5", f"{row('1005')},6"),
    ]
    path = write(tmp_path, *rows, header=f"{HEADER},Cash")

    found, plain = read_orders([path], mapping), read_orders([path], retail())

    assert [(order.number, order.cash_due) for order in found.orders] == [
        ("1001", 4_990),
        ("1002", 0),
        ("1005", 500),
    ]
    assert [why for _, why in reasons(found)] == [
        "the cash on delivery 'x' is no number",
        "the cash on delivery -1 is negative",
        "the cash on delivery '600' is not the '500' of line 6 of the same order",
    ]
    # Who names none has the content that it always had, so it is recognised when it comes again.
    assert found.orders[1].content_hash == plain.orders[1].content_hash
    [first, second, _] = orders_of(found, 1, 1)
    assert (first.cash_due, first.currency) == (4_990, "GBP")
    assert (second.cash_due, second.currency) == (0, "")
