"""Rows of a CSV file, read so that one broken line costs nothing but itself."""

import csv
from collections.abc import Iterator

import msgspec

ROW_LINES_MAX = 20


class Row(msgspec.Struct, frozen=True):
    """One row: the number of its first line, its fields, and how many bytes of the file it took."""

    line: int
    fields: tuple[str, ...]
    size_bytes: int


class BrokenRow(msgspec.Struct, frozen=True):
    """A line that is no row, and why."""

    line: int
    reason: str
    size_bytes: int


def rows(content: bytes) -> Iterator[Row | BrokenRow]:
    """Yield the rows of a UTF-8 file with commas, the header first; empty lines are passed over.

    A quoted field may go on over a few lines. Where a quote is never closed, only its own line is
    broken: a reader that waits for the closing quote would swallow the good lines after it.
    """
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)
    columns: int | None = None
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        row, taken = _row(lines, at, columns)
        if columns is None and isinstance(row, Row):
            columns = len(row.fields)
        yield row
        at += taken


def _row(lines: list[bytes], at: int, columns: int | None) -> tuple[Row | BrokenRow, int]:
    """Return the row that starts at a line, and how many lines it takes."""
    size_bytes = len(lines[at])
    try:
        text = lines[at].decode()
    except UnicodeDecodeError as error:
        found = f"byte 0x{lines[at][error.start]:02x} at place {error.start + 1}"
        reason = f"is not UTF-8 ({found}): save the file as UTF-8"
        return BrokenRow(at + 1, reason, size_bytes), 1
    try:
        fields = _fields(text)
    except csv.Error as error:
        longer = _row_over_lines(lines, at, columns) if text.count('"') % 2 else None
        return longer or (BrokenRow(at + 1, f"is no CSV: {error}", size_bytes), 1)
    if columns is not None and len(fields) != columns:
        reason = f"has {len(fields)} columns, the header has {columns}"
        return BrokenRow(at + 1, reason, size_bytes), 1
    return Row(at + 1, fields, size_bytes), 1


def _row_over_lines(lines: list[bytes], at: int, columns: int | None) -> tuple[Row, int] | None:
    for taken in range(2, ROW_LINES_MAX + 1):
        if at + taken > len(lines):
            return None
        joined = b"".join(lines[at : at + taken])
        try:
            fields = _fields(joined.decode())
        except (csv.Error, UnicodeDecodeError):
            continue
        if columns is None or len(fields) == columns:
            return Row(at + 1, fields, len(joined)), taken
    return None


def _fields(text: str) -> tuple[str, ...]:
    (fields,) = csv.reader([text], strict=True)
    return tuple(field.strip() for field in fields)
