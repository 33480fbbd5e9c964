"""Where the bytes of attachments stand: a folder of this machine, or a bucket that speaks S3.

Names in it: `attachments/ab/abcd…` what is whole and was checked, by its hash; `partial/abcd…/…`
pieces on their way, each named by its upload and its first and last byte. What is written here is
found by rows of the database, so that any number of processes may share a bucket. A folder's files
reach the disk before they are spoken of.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from server.errors import UnavailableError

S3 = "s3://"
RETRIES_MAX = 2
RETRY_S_MAX = 10
TIMEOUT = "30s"

_PIECE = re.compile(r"(\d+)-(\d+)")


class StoreError(UnavailableError):
    """The folder or bucket can't be read or written just now."""

    code = "attachments.unavailable"
    title = "Attachments can't be kept just now"


class AttachmentStore:
    """Bytes by name; opened when it is first used."""

    def __init__(self, place: str) -> None:
        """Keep bytes in a folder, or in a bucket named as s3://BUCKET/PREFIX."""
        self.place = place
        self._opened: ObjectStore | None = None

    def put_piece(self, name: str, upload: str, start: int, piece: bytes) -> None:
        """Keep a piece of an upload that begins at a byte."""
        path = f"partial/{name}/{upload}/{start}-{start + len(piece)}"
        with self._told() as store:
            obstore.put(store, path, piece)

    def joined(self, name: str, upload: str) -> bytes:
        """The bytes of an upload from its first on, as far as its pieces follow each other."""
        with self._told() as store:
            paths = self._paths(store, f"partial/{name}/{upload}/")
            pieces = sorted((*_range_of(path), path) for path in paths)
            content = bytearray()
            for start, end, path in pieces:
                # Two processes may have kept pieces that overlap.
                if start <= len(content) < end:
                    content[start:] = bytes(obstore.get(store, path).bytes())
            return bytes(content)

    def uploads(self) -> set[str]:
        """The names of which pieces are kept."""
        if not self.place.startswith(S3) and not Path(self.place).exists():
            # Looking makes no folder where nobody ever sent anything.
            return set()
        with self._told() as store:
            return {path.split("/")[1] for path in self._paths(store, "partial/")}

    def drop_pieces(self, name: str, upload: str = "") -> None:
        """Delete the pieces of an upload, or of every upload of a name."""
        with self._told() as store:
            for path in self._paths(store, f"partial/{name}/{upload}"):
                _delete(store, path)

    def keep(self, name: str, content: bytes) -> None:
        """Keep a whole attachment; once this returns it stays."""
        path = _path_of(name)
        with self._told() as store:
            obstore.put(store, path, content, use_multipart=False)
            if not self.place.startswith(S3):
                _reach_disk(Path(self.place), path)

    def read(self, name: str) -> bytes | None:
        """A whole attachment; None where there is none."""
        with self._told() as store:
            try:
                return bytes(obstore.get(store, _path_of(name)).bytes())
            except FileNotFoundError:
                return None

    def remove(self, name: str) -> None:
        """Delete a whole attachment and every piece of it, as far as they are there."""
        with self._told() as store:
            _delete(store, _path_of(name))
        self.drop_pieces(name)

    @contextmanager
    def _told(self) -> Iterator[ObjectStore]:
        """The opened store; what goes wrong with it is told as an error of ours."""
        try:
            if self._opened is None:
                self._opened = _open(self.place)
            yield self._opened
        except (BaseError, OSError) as error:
            told = str(error).splitlines()[0]
            raise StoreError(f"The place for attachments answers: {told[:200]}") from error

    @staticmethod
    def _paths(store: ObjectStore, prefix: str) -> list[str]:
        # A listing goes by whole names of folders, and an upload's name may begin another's.
        folder = prefix.rpartition("/")[0]
        return [
            found["path"]
            for some in obstore.list(store, folder)
            for found in some
            if found["path"].startswith(prefix)
        ]


def _open(place: str) -> ObjectStore:
    if place.startswith(S3):
        return S3Store.from_url(
            place,
            client_options={"timeout": TIMEOUT, "allow_http": True},
            retry_config={
                "max_retries": RETRIES_MAX,
                "retry_timeout": timedelta(seconds=RETRY_S_MAX),
            },
        )
    folder = Path(place).absolute()
    # Faces and signatures are nobody else's business on this machine.
    folder.mkdir(mode=0o700, exist_ok=True)
    return LocalStore(prefix=folder, automatic_cleanup=True)


def _path_of(name: str) -> str:
    return f"attachments/{name[:2]}/{name}"


def _range_of(path: str) -> tuple[int, int]:
    matched = _PIECE.fullmatch(path.rpartition("/")[2])
    return (int(matched[1]), int(matched[2])) if matched else (0, 0)


def _delete(store: ObjectStore, path: str) -> None:
    try:
        obstore.delete(store, path)
    except FileNotFoundError:
        # Somebody else was faster; gone is gone.
        return


def _reach_disk(folder: Path, path: str) -> None:
    """Wait until a file and the folders above it that may be new are on the disk."""
    file = folder / path
    for each in (file, file.parent, file.parent.parent, folder):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
