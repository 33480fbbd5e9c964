"""A broken line of a CSV file costs nothing but itself."""

import pytest

from server.integrations.csv_rows import BrokenRow, NamedRow, Row, Table, rows


def read(content: bytes) -> list[tuple[int, tuple[str, ...] | str]]:
    """Return line and fields, or line and reason, of every row."""
    return [(row.line, row.fields if isinstance(row, Row) else row.reason) for row in rows(content)]


def test_rows_are_read_with_their_lines() -> None:
    content = b'a,b\r\n1, 2 \r\n\r\n"x, y","say ""hi"""\n'
    assert read(content) == [(1, ("a", "b")), (2, ("1", "2")), (4, ("x, y", 'say "hi"'))]


def test_mark_at_the_start_and_missing_end_of_line_do_not_matter() -> None:
    assert read(b"\xef\xbb\xbfa,b\n1,2") == [(1, ("a", "b")), (2, ("1", "2"))]


def test_quote_within_a_field_is_a_letter() -> None:
    assert read(b'a,b\nFRAME 7",2\n') == [(1, ("a", "b")), (2, ('FRAME 7"', "2"))]


def test_quoted_field_may_go_on_over_lines() -> None:
    content = b'a,b\n"two\nlines",2\n3,4\n'
    assert read(content) == [(1, ("a", "b")), (2, ("two\nlines", "2")), (4, ("3", "4"))]


def test_quote_that_is_never_closed_swallows_no_good_line() -> None:
    content = b'a,b\n"open,2\n3,4\n"5, 6",7\n8,9\n'
    assert read(content) == [
        (1, ("a", "b")),
        (2, "is no CSV: unexpected end of data"),
        (3, ("3", "4")),
        (4, ("5, 6", "7")),
        (5, ("8", "9")),
    ]


def test_lines_are_not_joined_to_a_row_of_other_columns() -> None:
    assert read(b'a,b\n"1\n2",3,4\n5,6\n') == [
        (1, ("a", "b")),
        (2, "is no CSV: unexpected end of data"),
        (3, "has 3 columns, the header has 2"),
        (4, ("5", "6")),
    ]


def test_quoted_field_without_end_is_given_up_after_twenty_lines() -> None:
    content = b"a,b\n" + b'"1\n' + b"x,y\n" * 19 + b'2",3\n'
    found = read(content)
    assert found[1] == (2, "is no CSV: unexpected end of data")
    assert len(found) == 22
    shorter = b"a,b\n" + b'"1\n' + b"x,y\n" * 18 + b'2",3\n'
    assert len(read(shorter)) == 2


def test_line_that_is_not_utf_8_says_where() -> None:
    content = b"a,b\ncaf\xe9,2\n3,4\n"
    assert read(content) == [
        (1, ("a", "b")),
        (2, "is not UTF-8 (byte 0xe9 at place 4): save the file as UTF-8"),
        (3, ("3", "4")),
    ]


def test_line_with_other_columns_than_the_header_is_broken() -> None:
    assert read(b"a,b\n1\n1,2,3\n4,5\n") == [
        (1, ("a", "b")),
        (2, "has 1 columns, the header has 2"),
        (3, "has 3 columns, the header has 2"),
        (4, ("4", "5")),
    ]


def test_rows_tell_all_bytes_that_hold_something() -> None:
    content = b'a,b\n"two\nlines",2\n\xff\n3,4\n'
    assert sum(row.size_bytes for row in rows(content)) == len(content)


def test_nothing_is_read_from_an_empty_file() -> None:
    assert list(rows(b"\n\n")) == []


def test_unreadable_header_is_a_broken_row() -> None:
    (header,) = rows(b"\xff\xfea\n")
    assert isinstance(header, BrokenRow)
    assert header.line == 1


def named(content: bytes) -> tuple[list[tuple[int, dict[str, str] | str]], tuple[str, ...]]:
    table = Table(content, ("a", "b"), ("c",))
    read = [(row.line, row.fields if isinstance(row, NamedRow) else row.reason) for row in table]
    return read, table.ignored


def test_fields_come_by_name_in_any_order_and_case_without_the_empty_ones() -> None:
    assert named(b"\xef\xbb\xbfC,B,A\n,2,1\n3,4,5\n") == (
        [(2, {"a": "1", "b": "2"}), (3, {"a": "5", "b": "4", "c": "3"})],
        (),
    )


def test_broken_lines_stand_between_the_named_ones() -> None:
    assert named(b"a,b\n1\n2,3\n")[0] == [
        (2, "has 1 columns, the header has 2"),
        (3, {"a": "2", "b": "3"}),
    ]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 0, "is empty: the first line names the columns"),
        (b"a;b\n1;2\n", 1, "lacks the columns a, b; it has a;b"),
        (b"b,c\n1,2\n", 1, "lacks the columns a; it has b, c"),
        (b"a,b,a\n1,2,3\n", 1, "names the columns a more than once"),
        (
            "a,b\n".encode("utf-16"),
            1,
            "is not UTF-8 (byte 0xff at place 1): save the file as UTF-8",
        ),
    ],
)
def test_header_that_can_not_be_used_is_the_one_broken_row(
    content: bytes, line: int, reason: str
) -> None:
    assert named(content)[0] == [(line, reason)]


def test_columns_that_nobody_knows_are_ignored_and_named() -> None:
    read, ignored = named(b"a,b,colour\n1,2,red\n")

    assert ignored == ("colour",)
    assert read[0][0] == 2
