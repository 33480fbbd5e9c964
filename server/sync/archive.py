"""An archive: the lines of commits long closed, in files that anybody can read.

    FOLDER/site-1/000001.ndjson.zst     one line of a stream per line, by its number in the book
    FOLDER/site-1/000001.json           the manifest: which commits, and the hash of the file

A part goes on where the one before it ended. The book holds the hash of each manifest, the
manifest that of its file, and the file each line with the hash that its stream's chain gives it and
that the commits of the book are chained over: so nothing can be changed, left out or put in between
unnoticed (`server/sync/archive_checks.py`).
"""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
import zstandard

from server.config import ConfigError
from server.sync.records import ArchivedPart

FORMAT = 1
CHUNK_BYTES = 1 << 20


class ArchivedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line as it came, with its place in its stream and in the book."""

    number: int
    stream: int
    epoch: int
    seq: int
    hash: str
    line: str = ""
    raw: bytes | None = None
    """Instead, where the line is no UTF-8: in base64."""

    @property
    def content(self) -> bytes:
        """The line, byte for byte."""
        return self.line.encode() if self.raw is None else self.raw


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a part holds, and between which hashes of the book's chain it stands."""

    format: int = FORMAT
    site: int
    number: int
    first_commit: int
    last_commit: int
    first_operation: int
    last_operation: int
    before: str
    """Chain hash of the commit before the first; empty if there is none."""
    after: str
    """Chain hash of the last commit."""
    file: str
    bytes: int
    sha256: str
    archived_at: int


class BrokenPartError(ConfigError):
    """A part is missing, or is not what the book says of it."""


def archived_line(  # noqa: PLR0917 - a line and its places.
    number: int, stream: int, epoch: int, seq: int, line_hash: bytes, line: bytes
) -> ArchivedLine:
    """A stored line as it goes into a file."""
    name = line_hash.hex()
    try:
        return ArchivedLine(number, stream, epoch, seq, name, line.decode())
    except UnicodeDecodeError:
        return ArchivedLine(number, stream, epoch, seq, name, raw=line)


def manifest_bytes(manifest: Manifest) -> bytes:
    """A manifest as it is written."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


class Archive:
    """A folder with the parts of some sites."""

    def __init__(self, folder: Path) -> None:
        """Read nothing yet."""
        self.folder = folder

    def manifest_path(self, site: int, number: int) -> Path:
        """Where the manifest of a part stands."""
        return self.folder / f"site-{site}" / f"{number:06}.json"

    def lines_path(self, site: int, number: int) -> Path:
        """Where the lines of a part stand."""
        return self.folder / f"site-{site}" / f"{number:06}.ndjson.zst"

    def manifest(self, part: ArchivedPart) -> Manifest:
        """The manifest of a part, as the book knows it; BrokenPartError says what is wrong."""
        path = self.manifest_path(part.site, part.number)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise BrokenPartError(f"{path} can't be read ({error.strerror})") from error
        if hashlib.sha256(content).digest() != part.manifest:
            raise BrokenPartError(f"{path} is not the manifest that the book names")
        manifest = msgspec.json.decode(content, type=Manifest)
        if manifest.format != FORMAT:
            raise BrokenPartError(f"{path} has format {manifest.format}; run a newer Totebook")
        return manifest

    def lines(self, part: ArchivedPart) -> Iterator[ArchivedLine]:
        """The lines of a part in order, once its file is seen to be the right one."""
        manifest = self.manifest(part)
        path = self.lines_path(part.site, part.number)
        try:
            digest = file_hash(path)
        except OSError as error:
            raise BrokenPartError(f"{path} can't be read ({error.strerror})") from error
        if digest != manifest.sha256:
            raise BrokenPartError(f"{path} is not the file that its manifest names")
        yield from read_lines(path)


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_lines(path: Path) -> Iterator[ArchivedLine]:
    """Every line of a file."""
    decode = msgspec.json.Decoder(ArchivedLine).decode
    with path.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as plain:
        for line in io.BufferedReader(plain, CHUNK_BYTES):
            yield decode(line)
