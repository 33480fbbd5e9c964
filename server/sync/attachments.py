"""Attachments: bytes that come in pieces, in any order with the line that names them.

1. A device declares hash, salt, size and type with every piece. Who declares otherwise than the one
   before begins the upload anew: only the hash can tell who is right.
2. A piece is kept where it goes on from what has come; what repeats changes nothing, what leaves a
   gap is refused with how much there is. How much that is stands in the database and is only moved
   on from the value that was read, so that several processes and devices may send the same.
3. When all bytes are there, hash and type are checked. A lie drops the pieces, so that a right
   upload can follow; what is right is kept under its hash.
4. What was erased is answered as complete: the device shall forget it, and nothing is kept.
"""

import hashlib
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec
import sqlalchemy as sa
from msgspec.structs import asdict

from device_protocol.attachments import MEDIA_TYPES
from device_protocol.messages import AttachmentAnswer
from device_protocol.personal import SALT_BYTES
from device_protocol.version import LIMITS
from server.db.bulk import delete_records, ensure_records, select_records
from server.errors import (
    ConflictError,
    InvalidError,
    TooLargeError,
    TotebookError,
    UnavailableError,
)
from server.identity.models import ERASED_RECORD
from server.identity.personal import erased_among
from server.lane.activity import NETWORK
from server.sync.attachment_content import fault_of
from server.sync.attachment_store import AttachmentStore
from server.sync.models import ATTACHMENT
from server.sync.records import Attachment

DAY_MS = 24 * 3_600_000


class NotKeptError(UnavailableError):
    """This server has no place for attachments."""

    code = "attachments.no_place"
    title = "No attachments are taken here"


class AttachmentGapError(ConflictError):
    """A piece begins behind the end of what has come."""

    code = "attachments.gap"
    title = "Bytes before these are missing"

    def __init__(self, have: int) -> None:
        """Say from where to go on."""
        super().__init__(f"Go on from byte {have}.")
        self.extras = {"have": have}


class QuotaError(TotebookError):
    """A device began to send more in a day than it may."""

    code = "attachments.quota"
    title = "Enough attachments for today"
    status = 429

    def __init__(self, retry_after_s: int) -> None:
        """Say when there is room again."""
        super().__init__("The device has sent as much as it may in 24 hours; the rest can wait.")
        self.retry_after_s = retry_after_s


class Declared(msgspec.Struct, frozen=True):
    """What a device says of an attachment."""

    hash: str
    salt: bytes
    size: int
    media_type: str

    def is_of(self, row: Attachment) -> bool:
        """Whether a row was declared the same."""
        return (self.salt, self.size, self.media_type) == (row.salt, row.size, row.media_type)


class Book(Protocol):
    """What attachments need of a database."""

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Give one snapshot to read from."""

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """Give a transaction."""


class Attachments:
    """The attachments of all sites, in one place."""

    def __init__(
        self,
        book: Book,
        store: AttachmentStore | None,
        now: Callable[[], int],
        *,
        bytes_per_day: int,
        kept_ms: int,
    ) -> None:
        """Take none where there is no store."""
        self._book = book
        self._store = store
        self._now = now
        self._bytes_per_day = bytes_per_day
        self._kept_ms = kept_ms

    def status(self, name: str) -> AttachmentAnswer:
        """How much of an attachment has arrived."""
        self._place()
        row, erased = self._known(name)
        return _answer(name, row, erased=erased)

    def take(self, device: int, declared: Declared, offset: int, piece: bytes) -> AttachmentAnswer:
        """Take the piece of an attachment that begins at `offset`, and say how much there is."""
        store = self._place()
        check(declared, offset, len(piece))
        row, erased = self._known(declared.hash)
        if erased:
            return _answer(declared.hash, row, erased=True)
        if row is None or not declared.is_of(row):
            row = self._begin(store, device, declared)
        if row.completed_at is not None:
            return self._is_right(declared, row)
        if offset > row.have:
            raise AttachmentGapError(row.have)
        fresh = piece[row.have - offset :]
        if fresh:
            store.put_piece(row.hash, upload_of(row), row.have, fresh)
            moved = self._change(row, have=row.have + len(fresh))
            if moved is None:
                # Another process was faster; what it has counts.
                return self.status(row.hash)
            row = moved
        return _answer(row.hash, row) if row.have < row.size else self._finish(store, row)

    def content(self, name: str) -> tuple[Attachment, bytes] | None:
        """A whole attachment with its bytes; None where it has not come or was erased."""
        row, erased = self._known(name)
        if row is None or row.completed_at is None or erased:
            return None
        content = self._place().read(name)
        return None if content is None else (row, content)

    def remove(self, names: Collection[str]) -> None:
        """Delete attachments, their bytes first: whoever is interrupted does it again."""
        if not names or self._store is None:
            return
        for name in names:
            self._store.remove(name)
        with self._book.writing() as connection:
            delete_records(connection, Attachment, [(NETWORK, name) for name in names])

    def clear_up(self) -> None:
        """Delete what is erased, and the pieces of what has ended some other way."""
        if self._store is None:
            return
        with self._book.reading() as connection:
            gone = sa.and_(
                ERASED_RECORD.c.site == ATTACHMENT.c.site, ERASED_RECORD.c.hash == ATTACHMENT.c.hash
            )
            erased = connection.scalars(
                sa.select(ATTACHMENT.c.hash).join(ERASED_RECORD, gone)
            ).all()
        self.remove(erased)
        kept = self._store.uploads()
        with self._book.reading() as connection:
            rows = select_records(
                connection, Attachment, Attachment.KEY, [(NETWORK, name) for name in kept]
            )
        under_way = {row.hash for row in rows if row.completed_at is None}
        for name in kept - under_way:
            self._store.drop_pieces(name)

    def _place(self) -> AttachmentStore:
        if self._store is None:
            raise NotKeptError(
                "This server has no place for attachments: set TOTEBOOK_ATTACHMENTS."
            )
        return self._store

    def _known(self, name: str) -> tuple[Attachment | None, bool]:
        with self._book.reading() as connection:
            found = select_records(connection, Attachment, Attachment.KEY, [(NETWORK, name)])
            return (found[0] if found else None), bool(erased_among(connection, [name]))

    def _begin(self, store: AttachmentStore, device: int, declared: Declared) -> Attachment:
        """Begin an upload, in place of one that was declared otherwise and has not ended."""
        now = self._now()
        fresh = Attachment(
            site=NETWORK,
            hash=declared.hash,
            device=device,
            salt=declared.salt,
            size=declared.size,
            media_type=declared.media_type,
            have=0,
            began_at=now,
            kept_until=now + self._kept_ms,
        )
        with self._book.writing() as connection:
            self._must_have_room(connection, fresh)
            ensure_records(connection, Attachment, [fresh])
            other = sa.and_(
                _is(fresh.hash),
                ATTACHMENT.c.completed_at.is_(None),
                sa.or_(
                    ATTACHMENT.c.salt != fresh.salt,
                    ATTACHMENT.c.size != fresh.size,
                    ATTACHMENT.c.media_type != fresh.media_type,
                ),
            )
            replaced = connection.execute(
                sa.update(ATTACHMENT).where(other).values(**asdict(fresh))
            ).rowcount
            [row] = select_records(connection, Attachment, Attachment.KEY, [(NETWORK, fresh.hash)])
        if replaced:
            store.drop_pieces(fresh.hash)
        return row

    def _must_have_room(self, connection: sa.Connection, fresh: Attachment) -> None:
        since = fresh.began_at - DAY_MS
        of_today = sa.select(sa.func.sum(ATTACHMENT.c.size), sa.func.min(ATTACHMENT.c.began_at))
        of_today = of_today.where(
            ATTACHMENT.c.site == NETWORK,
            ATTACHMENT.c.device == fresh.device,
            ATTACHMENT.c.began_at > since,
            ATTACHMENT.c.hash != fresh.hash,
        )
        total, first = connection.execute(of_today).one()
        if total is not None and total + fresh.size > self._bytes_per_day:
            raise QuotaError(1 + (first - since) // 1_000)

    def _is_right(self, declared: Declared, row: Attachment) -> AttachmentAnswer:
        """What is whole was checked: who declares it otherwise is wrong."""
        if not declared.is_of(row):
            raise mismatch("Another salt, size or type has this hash, and was checked.")
        return _answer(row.hash, row)

    def _finish(self, store: AttachmentStore, row: Attachment) -> AttachmentAnswer:
        """Check what has come whole, and keep it or drop it."""
        content = store.joined(row.hash, upload_of(row))
        if len(content) != row.size:
            # Pieces got lost, for example in a power failure: go on from what is left.
            self._change(row, have=len(content))
            return self.status(row.hash)
        fault = _fault(row, content)
        if fault:
            store.drop_pieces(row.hash, upload_of(row))
            self._change(row, have=0)
            raise mismatch(f"All of it was dropped: {fault}.")
        store.keep(row.hash, content)
        done = self._change(row, completed_at=self._now())
        if done is None:
            # Another process was faster, or it was erased meanwhile: then it must not stay.
            answer, erased = self._known(row.hash)
            if answer is None or erased:
                store.remove(row.hash)
            return _answer(row.hash, answer, erased=erased)
        store.drop_pieces(row.hash)
        return _answer(row.hash, done)

    def _change(self, row: Attachment, **changes: int) -> Attachment | None:
        """Change a row that is still as it was read; None if it is not."""
        same = sa.and_(
            _is(row.hash),
            ATTACHMENT.c.have == row.have,
            ATTACHMENT.c.began_at == row.began_at,
            ATTACHMENT.c.salt == row.salt,
            ATTACHMENT.c.completed_at.is_(None),
        )
        with self._book.writing() as connection:
            done = connection.execute(sa.update(ATTACHMENT).where(same).values(**changes))
        return msgspec.structs.replace(row, **changes) if done.rowcount else None


def check(declared: Declared, offset: int, count: int) -> None:
    """Refuse what can't be an attachment, or a piece of one."""
    if declared.size > LIMITS.attachment_bytes:
        raise TooLargeError(
            f"An attachment has at most {LIMITS.attachment_bytes:,} bytes.",
            code="attachments.too_large",
            title="The attachment is too large",
        )
    if count > LIMITS.chunk_bytes:
        raise TooLargeError(
            f"A piece has at most {LIMITS.chunk_bytes:,} bytes.",
            code="attachments.piece_too_large",
            title="The piece is too large",
        )
    if declared.media_type not in MEDIA_TYPES:
        raise InvalidError(
            f"An attachment is one of {', '.join(MEDIA_TYPES)}.",
            code="attachments.type",
            title="Nothing of this type is taken",
            pointers=[("/type", "not taken")],
        )
    if len(declared.salt) != SALT_BYTES:
        detail = f"{2 * SALT_BYTES} hexadecimal digits"
        raise InvalidError(f"A salt has {detail}.", pointers=[("/salt", detail)])
    if declared.size < 1 or offset + count > declared.size:
        raise mismatch(f"Bytes {offset} to {offset + count} are not within {declared.size}.")


def mismatch(detail: str) -> InvalidError:
    """What an attachment is answered that is not what was said of it."""
    return InvalidError(
        detail, code="attachments.mismatch", title="The attachment is not what was said of it"
    )


def upload_of(row: Attachment) -> str:
    """What tells the pieces of an upload from those of another of the same name."""
    return f"{row.began_at}-{row.size}-{row.salt.hex()}-{row.media_type.rpartition('/')[2]}"


def _is(name: str) -> sa.ColumnElement[bool]:
    return sa.and_(ATTACHMENT.c.site == NETWORK, ATTACHMENT.c.hash == name)


def _fault(row: Attachment, content: bytes) -> str:
    if hashlib.sha256(row.salt + content).hexdigest() != row.hash:
        return "salt and content do not have this hash"
    return fault_of(content, row.media_type)


def _answer(name: str, row: Attachment | None, *, erased: bool = False) -> AttachmentAnswer:
    have = row.have if row is not None else 0
    whole = row is not None and row.completed_at is not None
    return AttachmentAnswer(name, have, complete=erased or whole)
