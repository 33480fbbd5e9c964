"""Rows of a CSV file, read so that one broken line costs nothing but itself."""

import csv
from collections.abc import Collection, Iterator

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


class NamedRow(msgspec.Struct, frozen=True):
    """One row by the names of its columns; what a file leaves out or empty is not in it."""

    line: int
    fields: dict[str, str]
    size_bytes: int


class Table:
    """The rows of a file under a header that names its columns, in any order and case."""

    def __init__(
        self, content: bytes, required: Collection[str], optional: Collection[str]
    ) -> None:
        """Read the header: columns that nobody knows are ignored, and `ignored` names them."""
        self._rows = rows(content)
        self._columns: tuple[str, ...] = ()
        self.ignored: tuple[str, ...] = ()
        self.fault: BrokenRow | None = None
        """What is wrong with the header; then no row can be read."""
        header = next(self._rows, None)
        if not isinstance(header, Row):
            self.fault = header or BrokenRow(0, "is empty: the first line names the columns", 0)
            return
        self._columns = tuple(field.lower() for field in header.fields)
        self.fault = _header_fault(header, self._columns, required)
        self.ignored = tuple(
            name for name in self._columns if name not in required and name not in optional
        )

    def __iter__(self) -> Iterator[NamedRow | BrokenRow]:
        """Yield the header if it can't be used, else the rows."""
        if self.fault is not None:
            yield self.fault
            return
        for row in self._rows:
            if isinstance(row, BrokenRow):
                yield row
                continue
            named = zip(self._columns, row.fields, strict=True)
            yield NamedRow(row.line, {name: text for name, text in named if text}, row.size_bytes)


def _header_fault(
    header: Row, columns: tuple[str, ...], required: Collection[str]
) -> BrokenRow | None:
    twice = sorted({name for name in columns if columns.count(name) > 1})
    missing = [name for name in required if name not in columns]
    reason = ""
    if missing:
        reason = f"lacks the columns {', '.join(missing)}; it has {', '.join(columns)}"
    elif twice:
        reason = f"names the columns {', '.join(twice)} more than once"
    return BrokenRow(header.line, reason, header.size_bytes) if reason else None
