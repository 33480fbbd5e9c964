"""A broken line of a CSV file costs nothing but itself."""

from server.integrations.csv_rows import BrokenRow, Row, rows


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
