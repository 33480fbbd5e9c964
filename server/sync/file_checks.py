"""What verify says of a file that is damaged, in place of an error of whatever read it."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from server.config import ConfigError
from server.db.damage import lacking, said, torn_pages, wrong_values
from server.db.tables import METADATA
from server.errors import TotebookError
from server.lane.activity import NETWORK
from server.sync.findings import Finding


@contextmanager
def file_checked(connection: sa.Connection, findings: list[Finding]) -> Iterator[None]:
    """Ask SQLite whether its pages are sound; where they are not, check the rest as far as it goes.

    A row that nobody wrote may lead to any error. It ends the check, and is told beside its causes.
    """
    file = str(connection.engine.url.database)
    torn = torn_pages(connection)
    findings += [_damaged(file, each) for each in torn]
    try:
        yield
    except (ConfigError, TotebookError):
        raise
    except Exception as error:
        if not torn:
            found = lacking(connection, METADATA.tables.values()) or wrong_values(connection)
            findings += [_damaged(file, each) for each in found]
        if not findings:
            raise
        detail = f"it can't be checked any further: {said(error)}"
        findings.append(Finding("unread", NETWORK, "book", detail))
    # Nothing was written, and a commit would tell of a torn page once more.
    connection.rollback()


def _damaged(file: str, found: str) -> Finding:
    return Finding("file_damaged", NETWORK, file, f"{found}; restore a backup beside it")
