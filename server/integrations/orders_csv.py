"""Orders from CSV files, read by a mapping file: no line vanishes, no bad line stops a good one.

An order is all lines of one number in a whole file, in file order, and a line's identity is its
position; exact repeats are lines of their own. The same number in a later file is a duplicate or,
with other content, a conflict.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from server.integrations.csv_rows import BrokenRow, Row, rows
from server.integrations.mapping import Columns, Mapping
from server.integrations.order_documents import (
    Adjustment,
    Conflict,
    Duplicate,
    LineError,
    Order,
    OrderFile,
    Return,
    UnknownCode,
    Unresolved,
)
from server.integrations.order_sorting import Sorting
from server.integrations.order_values import RawLine, ValueReader

Progress = Callable[[int, int], None]
ROWS_PER_PROGRESS = 1000


def _unseen(done_bytes: int, total_bytes: int) -> None:
    """Take progress that nobody watches."""


def read_orders(
    paths: Iterable[Path], mapping: Mapping, on_progress: Progress = _unseen
) -> OrderFile:
    """Return all that some order files hold; `on_progress` hears bytes done and bytes in all."""
    files = [Path(path) for path in paths]
    reading = _Reading(mapping, ValueReader(mapping), on_progress)
    reading.total_bytes = sum(path.stat().st_size for path in files if path.is_file())
    for path in files:
        _read_file(path, reading)
    return reading.whole()


@dataclass
class _Reading:
    """What has been read so far."""

    mapping: Mapping
    values: ValueReader
    on_progress: Progress
    total_bytes: int = 0
    done_bytes: int = 0
    documents_read: int = 0
    lines_read: int = 0
    seen: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    nothing_to_ship: list[Order] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    unknown_codes: list[UnknownCode] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)

    def whole(self) -> OrderFile:
        return OrderFile(
            orders=tuple(self.orders),
            nothing_to_ship=tuple(self.nothing_to_ship),
            returns=tuple(self.returns),
            adjustments=tuple(self.adjustments),
            unknown_codes=tuple(self.unknown_codes),
            duplicates=tuple(self.duplicates),
            conflicts=tuple(self.conflicts),
            unresolved=tuple(self.unresolved),
            errors=tuple(self.errors),
            documents_read=self.documents_read,
            lines_read=self.lines_read,
        )


def _read_file(path: Path, reading: _Reading) -> None:
    name = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = f"the file cannot be opened: {error.strerror}"
        reading.errors.append(LineError(name, 0, reason))
        return
    documents: dict[str, list[RawLine]] = {}
    start = reading.done_bytes
    found = rows(content)
    columns = _columns(next(found, None), reading.mapping)
    if isinstance(columns, str):
        reading.errors.append(LineError(name, 0, columns))
    else:
        for count, row in enumerate(found, start=1):
            _take_row(name, row, columns, documents, reading)
            reading.done_bytes += row.size_bytes
            if count % ROWS_PER_PROGRESS == 0:
                reading.on_progress(reading.done_bytes, reading.total_bytes)
    for number, lines in documents.items():
        _take_document(name, number, lines, reading)
    reading.done_bytes = start + len(content)
    reading.on_progress(reading.done_bytes, reading.total_bytes)


def _columns(header: Row | BrokenRow | None, mapping: Mapping) -> dict[str, int] | str:
    """Return the place of each mapped column by our name, or why the file cannot be read."""
    if header is None:
        return "the file is empty"
    if isinstance(header, BrokenRow):
        return f"line {header.line}, the header, {header.reason}"
    names = {
        ours: theirs
        for ours in Columns.__struct_fields__
        if (theirs := getattr(mapping.columns, ours)) is not None
    }
    found = ", ".join(header.fields)
    missing = [theirs for theirs in names.values() if theirs not in header.fields]
    if missing:
        return (
            f"missing columns: {', '.join(missing)}; columns found: {found}; "
            "correct the file or the mapping's [columns]"
        )
    repeated = [theirs for theirs in names.values() if header.fields.count(theirs) > 1]
    if repeated:
        return f"columns that are there twice: {', '.join(repeated)}; columns found: {found}"
    return {ours: header.fields.index(theirs) for ours, theirs in names.items()}


def _take_row(
    file: str,
    row: Row | BrokenRow,
    columns: dict[str, int],
    documents: dict[str, list[RawLine]],
    reading: _Reading,
) -> None:
    """Put a row with the others of its document, or with the errors."""
    reading.lines_read += 1
    if isinstance(row, BrokenRow):
        reading.errors.append(LineError(file, row.line, row.reason))
        return
    text = {ours: row.fields[place] for ours, place in columns.items()}
    number = text.pop("order_number")
    if not number:
        reading.errors.append(LineError(file, row.line, "the order number is missing"))
        return
    currency = text.pop("currency", reading.mapping.currency or "")
    raw = RawLine(line=row.line, number=number, currency=currency, **text)
    documents.setdefault(number, []).append(raw)


def _take_document(file: str, number: str, raws: list[RawLine], reading: _Reading) -> None:
    """Put a document where it belongs."""
    reading.documents_read += 1
    content_hash = hashlib.sha256(msgspec.json.encode([raw.content() for raw in raws])).hexdigest()
    line = raws[0].line
    if number in reading.seen:
        first_hash, first_file, first_line = reading.seen[number]
        if first_hash == content_hash:
            reading.duplicates.append(Duplicate(number, file, line, len(raws), first_file))
        else:
            reading.conflicts.append(
                Conflict(number, file, line, len(raws), first_file, first_line)
            )
        return
    reading.seen[number] = content_hash, file, line
    sorting = Sorting(reading.mapping, file, number, line)
    for position, raw in enumerate(raws, start=1):
        sorting.take(position, raw.line, reading.values.read(raw))
    reading.adjustments += sorting.adjustments
    reading.unknown_codes += sorting.unknown_codes
    reading.errors += sorting.errors
    _place(sorting, content_hash, reading)


def _place(sorting: Sorting, content_hash: str, reading: _Reading) -> None:
    """Put a document with the orders, the returns, or those that a person has to look at."""
    document = sorting.order(content_hash)
    if isinstance(document, Return) and (sorting.lines or sorting.charges):
        reading.returns.append(document)
    elif document is not None and sorting.lines:
        reading.orders.append(document)
    elif not sorting.is_readable:
        # What could not be read may have been goods, so this is not "nothing to ship".
        reading.unresolved.append(
            Unresolved(sorting.number, tuple(sorting.charges), sorting.file, sorting.line)
        )
    elif document is not None and sorting.charges:
        reading.nothing_to_ship.append(document)
