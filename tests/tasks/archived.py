"""Archiving on the test floor: of every line only what stays in the book."""

from msgspec.structs import replace

from server.lane.archived import remainder
from server.lane.records import StoredOperation
from tests.floor import SITE, Floor
from tests.sayings import all_of


def archive_lines(floor: Floor) -> None:
    """Leave of every stored line what an archive leaves in the book."""
    rows = all_of(floor, StoredOperation)
    with floor.store.session([SITE]) as session:
        for row in rows:
            session.picture.load(
                StoredOperation, {(row.site, row.stream, row.epoch, row.seq)}, [row]
            )
            session.picture.put(replace(row, line=remainder(row.line)))
        session.write()
