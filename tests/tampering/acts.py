"""What somebody with the rights of the database's owner may do to rows, many at a time."""

import random
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from server.record import Record, shape

FAR = 1_000_000_007
"""Added to a number that is changed: where it is a key, no other row has it."""


def flipped(row: Record, column: str) -> Record:
    """A row with one value changed."""
    value = getattr(row, column)
    changed: Any = 1
    if isinstance(value, int):
        changed = value + FAR
    elif isinstance(value, str):
        changed = f"{value}x"
    elif isinstance(value, bytes):
        changed = bytes((value[0] ^ 1,)) + value[1:] if value else b"x"
    return msgspec.structs.replace(row, **{column: changed})


class Attack:
    """Changes to a SQLite book past the server, its triggers dropped."""

    def __init__(self, path: Path) -> None:
        """Drop and switch off what would refuse it."""
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA ignore_check_constraints = ON")
        names = self.connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            self.connection.execute(f'DROP TRIGGER "{name}"')

    def done(self) -> None:
        """Commit it."""
        self.connection.commit()
        self.connection.close()

    def flip(self, rows: Sequence[Record], source: random.Random) -> list[Record]:
        """Change one value of each row."""
        for row in rows:
            column = source.choice([name for name in shape(type(row)).fields if name != "site"])
            self.change(row, flipped(row, column))
        return list(rows)

    def delete(self, rows: Sequence[Record], _source: random.Random) -> list[Record]:
        """Take each row out."""
        for row in rows:
            self.change(row, None)
        return list(rows)

    def swap(self, rows: Sequence[Record], _source: random.Random) -> list[Record]:
        """Let rows change places two by two: each gets all but the key of the other."""
        changed: list[Record] = []
        for one, other in zip(rows[::2], rows[1::2], strict=False):
            if moved(other, one) != one:
                self.change(one, None)
                self.change(other, moved(one, other))
                self.change(one, moved(other, one))
                changed += (one, other)
        return changed

    def change(self, old: Record, new: Record | None) -> None:
        """Put a row in the place of another, or nothing."""
        kind = shape(type(old))
        where = " AND ".join(f'"{name}" = ?' for name in kind.key)
        self.connection.execute(f"DELETE FROM {kind.table} WHERE {where}", kind.key_of(old))  # noqa: S608 - our own names.
        if new is not None:
            marks = ", ".join("?" * len(kind.fields))
            sql = f"INSERT INTO {kind.table} VALUES ({marks})"  # noqa: S608 - our own names.
            self.connection.execute(sql, kind.values_of(new))


def moved(content: Record, place: Record) -> Record:
    """The content of one row under the key of another."""
    return msgspec.structs.replace(content, **{name: getattr(place, name) for name in place.KEY})


Act = Callable[[Attack, Sequence[Record], random.Random], list[Record]]
"""Answers the rows that are no longer what they were."""
ACTS: dict[str, Act] = {"flip": Attack.flip, "delete": Attack.delete, "swap": Attack.swap}
