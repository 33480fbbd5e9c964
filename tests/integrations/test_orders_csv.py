"""Order files are read by their mapping; bad input is told by line and stops nothing."""

from pathlib import Path

import pytest

from server.integrations.mapping import read_mapping
from server.integrations.order_documents import (
    Adjustment,
    ChargeLine,
    LineError,
    Order,
    OrderFile,
    OrderLine,
    Return,
    UnknownCode,
    Unresolved,
)
from server.integrations.orders_csv import read_orders
from tests.integrations.order_files import HEADER, RETAIL_MAPPING, retail, row, write

PLACED_MS = 1_291_191_960_000


def read(folder: Path, *rows: str) -> OrderFile:
    """Read one file of these rows, and see that no line and no document has vanished."""
    found = read_orders([write(folder, *rows)], retail())
    assert sum(found.lines_by_outcome().values()) == found.lines_read == len(rows)
    assert sum(found.documents_by_outcome().values()) == found.documents_read
    return found


def numbers(orders: tuple[Order, ...]) -> list[str]:
    """Return the numbers of some documents."""
    return [order.number for order in orders]


def reasons(found: OrderFile) -> list[tuple[int, str]]:
    """Return line and reason of every error."""
    return [(error.line, error.reason) for error in found.errors]


def test_order_is_all_lines_of_a_number_in_file_order(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        row("1001", "84029g", 6, description="BOTTLE "),
        row("1002", "71053", 1, customer="", country="France"),
        row("1001", "POST", 1, description="POSTAGE", price="18.0"),
        row("1001", "84029G", 2, price="3.395"),
    )
    assert found.orders == (
        Order(
            owner="retail",
            channel="web",
            number="1001",
            placed_at=PLACED_MS,
            customer="17850",
            country="United Kingdom",
            currency="GBP",
            lines=(
                OrderLine(1, "84029G", "BOTTLE", 6, 255),
                OrderLine(3, "84029G", "HOLDER", 2, 340),
            ),
            charges=(ChargeLine(2, "carriage", "POST", "POSTAGE", 1, 1800),),
            content_hash=found.orders[0].content_hash,
            file=str(tmp_path / "orders.csv"),
            line=2,
        ),
        Order(
            owner="retail",
            channel="web",
            number="1002",
            placed_at=PLACED_MS,
            customer=None,
            country="France",
            currency="GBP",
            lines=(OrderLine(1, "71053", "HOLDER", 1, 255),),
            charges=(),
            content_hash=found.orders[1].content_hash,
            file=str(tmp_path / "orders.csv"),
            line=3,
        ),
    )
    assert found.errors == ()


def test_exact_repeats_stay(tmp_path: Path) -> None:
    found = read(tmp_path, row(), row(), row())
    assert [line.position for line in found.orders[0].lines] == [1, 2, 3]


def test_time_is_read_in_the_zone_of_the_mapping(tmp_path: Path) -> None:
    found = read(tmp_path, row(placed_at="2011-07-01 09:00:00"))
    assert found.orders[0].placed_at == 1_309_507_200_000


def test_order_is_placed_at_its_earliest_line(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        row(placed_at="2010-12-01 08:27:00"),
        row(placed_at="2010-12-01 08:26:00"),
        row(placed_at="2010-12-01 08:28:00"),
    )
    assert found.orders[0].placed_at == PLACED_MS


def test_order_of_carriage_and_fees_has_nothing_to_ship(tmp_path: Path) -> None:
    found = read(tmp_path, row(code="DOT"), row(code="m", quantity=-1), row("1002"))
    assert numbers(found.nothing_to_ship) == ["1001"]
    assert [charge.kind for charge in found.nothing_to_ship[0].charges] == ["carriage", "manual"]
    assert numbers(found.orders) == ["1002"]


def test_prefix_makes_a_return_of_positive_quantities(tmp_path: Path) -> None:
    found = read(tmp_path, row("C1003", quantity=-4), row("C1003", "D", -1, price="27.50"))
    assert found.orders == ()
    (document,) = found.returns
    assert isinstance(document, Return)
    assert document.lines == (OrderLine(1, "85123A", "HOLDER", 4, 255),)
    assert document.charges == (ChargeLine(2, "discount", "D", "HOLDER", -1, 2750),)


def test_cancelled_fee_is_a_return_without_goods(tmp_path: Path) -> None:
    (document,) = read(tmp_path, row("C1003", "AMAZONFEE", -1)).returns
    assert document.lines == ()


def test_free_negative_quantity_is_an_adjustment_with_its_remark(tmp_path: Path) -> None:
    found = read(tmp_path, row("1004", quantity=-53, price="0.0", description="damages"), row())
    assert found.adjustments == (
        Adjustment(
            number="1004",
            position=1,
            item_code="85123A",
            remark="damages",
            quantity=-53,
            recorded_at=PLACED_MS,
            file=str(tmp_path / "orders.csv"),
            line=2,
        ),
    )
    assert numbers(found.orders) == ["1001"]
    assert found.documents_by_outcome()["only adjustments"] == 1


def test_adjustment_within_an_order_takes_nothing_from_it(tmp_path: Path) -> None:
    found = read(tmp_path, row(), row(quantity=-2, price="0"))
    assert [line.quantity for line in found.orders[0].lines] == [6]
    assert found.documents_by_outcome()["only adjustments"] == 0


@pytest.mark.parametrize(
    ("rule", "price", "adjusts"),
    [
        ("negative_and_free", "0", True),
        ("negative_and_free", "1", False),
        ("negative", "1", True),
        ("never", "0", False),
    ],
)
def test_mapping_says_what_adjusts(tmp_path: Path, rule: str, price: str, *, adjusts: bool) -> None:
    text = RETAIL_MAPPING.read_text("utf-8").replace('"negative_and_free"', f'"{rule}"')
    path = tmp_path / "mapping.toml"
    path.write_text(text, "utf-8")
    orders = write(tmp_path, row(quantity=-5, price=price))
    found = read_orders([orders], read_mapping(path))
    reason = "the quantity -5 is negative, and this is no cancellation"
    assert bool(found.adjustments) is adjusts
    assert reasons(found) == ([] if adjusts else [(2, reason)])


def test_unknown_code_is_reported_and_not_guessed(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        row("1001", "pads", 4, description="CUSHION PADS", price="-1"),
        row("1001"),
        row("1002", "CRUK"),
        row("1002", "POST"),
    )
    file = str(tmp_path / "orders.csv")
    assert found.unknown_codes == (
        UnknownCode("1001", 1, "PADS", "CUSHION PADS", 4, file, 2),
        UnknownCode("1002", 1, "CRUK", "HOLDER", 6, file, 4),
    )
    assert [line.position for line in found.orders[0].lines] == [2]
    assert found.nothing_to_ship == ()
    carriage = ChargeLine(2, "carriage", "POST", "HOLDER", 6, 255)
    assert found.unresolved == (Unresolved("1002", (carriage,), file, 4),)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(quantity="six"), "the quantity 'six' is no whole number"),
        (row(quantity="1.5"), "the quantity '1.5' is no whole number"),
        (row(quantity="\u0663"), "the quantity '\u0663' is no whole number"),
        (row(quantity=""), "the quantity '' is no whole number"),
        (row(quantity=0), "the quantity is zero"),
        (row(quantity=-3), "the quantity -3 is negative, and this is no cancellation"),
        (row(quantity=1_000_001), "the quantity 1000001 is over 1,000,000"),
        (row(quantity="9" * 5000), "the quantity 99999999999999999999 is over 1,000,000"),
        (
            row(placed_at="01/12/2010"),
            "the time '01/12/2010' does not read as %Y-%m-%d %H:%M:%S",
        ),
        (
            row(placed_at="2010-02-30 08:00:00"),
            "the time '2010-02-30 08:00:00' does not read as %Y-%m-%d %H:%M:%S",
        ),
        (row(price="free"), "the unit price 'free' is no number"),
        (row(price="NaN"), "the unit price 'NaN' is no number"),
        (row(price=""), "the unit price '' is no number"),
        (row(price="-1"), "the unit price -1 is negative"),
        (row(price="1e999999"), "the unit price 1e999999 is too large"),
        (row(price="10000000000.01"), "the unit price 10000000000.01 is too large"),
        (row(code=""), "the item code is missing"),
        (row(country=""), "the country is missing"),
        (row(""), "the order number is missing"),
        (row(quantity=0, price="x"), "the quantity is zero; the unit price 'x' is no number"),
        (row(customer="9.0"), "the customer '9' is not the '17850' of line 2 of the same order"),
        (row(customer=""), "the customer '' is not the '17850' of line 2 of the same order"),
        (
            row(country="Spain"),
            "the country 'Spain' is not the 'United Kingdom' of line 2 of the same order",
        ),
        ("1001,85123A", "has 2 columns, the header has 8"),
    ],
)
def test_bad_line_is_told_and_stops_no_good_one(tmp_path: Path, bad: str, reason: str) -> None:
    found = read(tmp_path, row(), bad, row("1001", "71053", 2), row("1002"))
    assert reasons(found) == [(3, reason)]
    assert [line.item_code for line in found.orders[0].lines] == ["85123A", "71053"]
    assert numbers(found.orders) == ["1001", "1002"]


def test_cancellation_of_a_positive_quantity_is_an_error(tmp_path: Path) -> None:
    found = read(tmp_path, row("C1003", quantity=4))
    assert reasons(found) == [(2, "a cancellation takes back a negative quantity, not 4")]
    assert numbers(found.returns) == []
    assert [document.number for document in found.unresolved] == ["C1003"]


def test_order_of_bad_lines_only_is_unresolved(tmp_path: Path) -> None:
    found = read(tmp_path, row(quantity=0), row(code="POST"))
    assert found.orders == found.nothing_to_ship == ()
    assert [document.number for document in found.unresolved] == ["1001"]


def test_largest_quantity_is_good(tmp_path: Path) -> None:
    assert read(tmp_path, row(quantity=1_000_000)).errors == ()


def test_missing_columns_are_named_with_those_found(tmp_path: Path) -> None:
    header = HEADER.replace("Quantity", "Qty").replace(",Country", "")
    bad = write(tmp_path, name="bad.csv", header=header)
    good = write(tmp_path, row())
    found = read_orders([bad, good], retail())
    assert found.errors == (
        LineError(
            str(bad),
            0,
            "missing columns: Quantity, Country; columns found: InvoiceNo, StockCode, Description, "
            "Qty, InvoiceDate, UnitPrice, CustomerID; correct the file or the mapping's [columns]",
        ),
    )
    assert numbers(found.orders) == ["1001"]
    assert found.lines_read == 1


def test_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    bad = write(tmp_path, header=HEADER + ",Quantity")
    (error,) = read_orders([bad], retail()).errors
    assert error.reason.startswith("columns that are there twice: Quantity; columns found: Inv")


def test_columns_in_another_order_and_more_of_them_are_read(tmp_path: Path) -> None:
    header = ",".join(("Note", *reversed(HEADER.split(","))))
    turned = ",".join(("gift", *reversed(row().split(","))))
    other = read_orders([write(tmp_path, turned, header=header)], retail())
    same = read_orders([write(tmp_path, row())], retail())
    assert other.orders == same.orders


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (
            b"\xff\xfeI\x00n\x00",
            "line 1, the header, is not UTF-8 (byte 0xff at place 1): save the file as UTF-8",
        ),
    ],
)
def test_file_that_is_no_csv_is_told_once(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    assert read_orders([path], retail()).errors == (LineError(str(path), 0, reason),)


def test_file_that_is_not_there_stops_no_other(tmp_path: Path) -> None:
    absent = tmp_path / "none.csv"
    found = read_orders([absent, write(tmp_path, row())], retail())
    reason = "the file cannot be opened: No such file or directory"
    assert found.errors == (LineError(str(absent), 0, reason),)
    assert numbers(found.orders) == ["1001"]


def test_line_that_is_not_utf_8_is_told_by_its_number(tmp_path: Path) -> None:
    path = write(tmp_path, row(), row("1002", description="CAFÉ"), row("1003"))
    path.write_bytes(path.read_bytes().replace("É".encode(), b"\xc9"))
    found = read_orders([path], retail())
    reason = "is not UTF-8 (byte 0xc9 at place 16): save the file as UTF-8"
    assert found.errors == (LineError(str(path), 3, reason),)
    assert numbers(found.orders) == ["1001", "1003"]
