"""The server of the push model: the real job, origins and epochs, between values.

A `Book` is what the server holds of one device's streams, without what no answer depends on: times,
commit numbers, incidents. Each step lays it out in a picture, runs the real group, and reads it
back; steps that were taken before from the same book are looked up.
"""

import re
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from device_protocol import chain, codec
from device_protocol.operations import Bind
from device_protocol.version import LIMITS
from server.identity.devices import OPEN_EPOCH
from server.identity.messages import OpenEpoch
from server.identity.records import Device
from server.lane.activity import DESK, NETWORK, Activity, Context, Stamp
from server.lane.lane import run_group
from server.lane.picture import Picture
from server.lane.records import Lane, MovedLine, StoredOperation, Stream
from server.lane.store import MemoryStore
from server.lane.want import Want
from server.sync.batches import Answer, Batch
from server.sync.push import PushRules
from server.tasks.restoring import RESTORED, Restored
from tests.models.interning import Interned

SITE = 1
DEVICE = 1_000_001
FIRST_NONCE = bytes(16)
TAKEN_BEFORE = b"taken_before"
_ACT = re.compile(rb'"unit":"(\d)"')


def act_line(act: int) -> bytes:
    """The line by which a device tells an act."""
    return codec.encode_line(Bind(unit=str(act), shipment=1))


def act_of(line: bytes) -> int:
    """Which act a line tells, wherever it stands."""
    found = _ACT.search(line)
    assert found is not None
    return int(found[1])


class Book(NamedTuple):
    """What the server holds."""

    generation: int
    device: Device
    streams: tuple[Stream, ...]
    rows: tuple[StoredOperation, ...]
    moved: tuple[MovedLine, ...]

    def effects(self) -> list[int]:
        """The acts that took effect, once for each time that they did."""
        return sorted(act_of(row.line) for row in self.rows if TAKEN_BEFORE not in row.outcome)

    @property
    def broken_chain(self) -> bool:
        """Whether a stream has a gap, or lines that do not lead to its head."""
        for stream in self.streams:
            rows = [row for row in self.rows if row.epoch == stream.epoch]
            start = chain.start(DEVICE, stream.epoch, stream.nonce)
            hashes = chain.walk(start, 1, [row.line for row in rows])
            whole = [row.seq for row in rows] == list(range(1, stream.next))
            if not whole or hashes != [row.hash for row in rows]:
                return True
            if [start, *hashes][-1] != stream.head:
                return True
        return False


def _bind(_operation: Bind, _picture: Picture, _context: Context) -> None:
    """An act whose effect is that it is stored as applied."""


def _bind_needs(_operation: Bind, _want: Want, _context: Context) -> None:
    """Nothing."""


class Books:
    """Every book that a search meets, and what becomes of each by each call."""

    def __init__(self, public: bytes) -> None:
        """Begin with nothing stored of an enrolled device that has this key."""
        self.public = public
        self.met: Interned[Book] = Interned()
        self.rules = PushRules((Activity(Bind, _bind_needs, _bind), OPEN_EPOCH))
        self._taken: dict[tuple[int, bytes], tuple[int, Answer]] = {}
        self._opened: dict[tuple[int, str, bytes], tuple[int, dict[str, Any]]] = {}
        self._batches: dict[bytes, Batch] = {}
        device = Device(SITE, DEVICE, "handheld", "floor", state="active", last_epoch=1)
        stream = Stream(SITE, DEVICE, 1, 1, chain.start(DEVICE, 1, FIRST_NONCE), FIRST_NONCE)
        self.first = self.met.number(Book(1, device, (stream,), (), ()))

    def push(self, book: int, body: bytes) -> tuple[int, Answer]:
        """What a pushed body makes of a book, and its answer."""
        known = self._taken.get((book, body))
        if known is None:
            after, answer = self._run(book, self._batch(body))
            known = self._taken[book, body] = (after, answer)
        return known

    def open(self, book: int, attempt: str, nonce: bytes) -> tuple[int, dict[str, Any]]:
        """What a call for a new epoch makes of a book, and where the stream starts."""
        known = self._opened.get((book, attempt, nonce))
        if known is None:
            message = OpenEpoch(device=DEVICE, attempt=attempt, reason="fork", nonce=nonce.hex())
            lines = (msgspec.json.encode(message),)
            after, answer = self._run(book, Batch(SITE, DESK, 1, lines))
            known = (after, msgspec.json.decode(answer.outcomes[0])["grant"])
            self._opened[book, attempt, nonce] = known
        return known

    def hello(self, book: int, epoch: int) -> tuple[int, str, int] | None:
        """Next, head and generation as hello says them; None where there is no such epoch."""
        held = self.met[book]
        for stream in held.streams:
            if stream.epoch == epoch:
                return stream.next, stream.head.hex(), held.generation
        return None

    def restored(self, copy: int, now: int) -> int:
        """What a server restored from a copy at a time begins with."""
        book = self.met[copy]
        picture = Picture(complete=True)
        picture.put(Lane(SITE, generation=book.generation))
        context = Context(picture, site=SITE, stream=3, epoch=1, seq=1, stamp=Stamp(0), now=now)
        RESTORED.decide(Restored(), picture, context)
        generation = picture.need(Lane, (SITE,)).generation
        return self.met.number(book._replace(generation=generation))

    def _batch(self, body: bytes) -> Batch:
        found = self._batches.get(body)
        if found is None:
            came = codec.split_batch(body, LIMITS)
            header = came.header
            found = self._batches[body] = Batch(
                SITE,
                header.device,
                header.epoch,
                tuple(came.lines),
                header.first,
                bytes.fromhex(header.prev),
                tuple(codec.check_batch(came, self.public)),
            )
        return found

    def _run(self, book: int, batch: Batch) -> tuple[int, Answer]:
        held = self.met[book]
        store = MemoryStore()
        lay_out(held, store.picture)
        answer: Answer = run_group(store, self.rules, [batch], lambda: 1).answers[0]
        return self.met.number(read_back(held.generation, store.picture)), answer


def lay_out(book: Book, picture: Picture) -> None:
    """Put a book into an empty picture."""
    picture.put(Lane(NETWORK))
    picture.put(Lane(SITE, generation=book.generation))
    for record in (book.device, *book.streams, *book.rows, *book.moved):
        picture.put(record)
    picture.settle()


def read_back(generation: int, picture: Picture) -> Book:
    """The book that a picture holds, without what no answer depends on."""
    streams = [
        replace(each, mid=0, opened_at=0) for each in picture.all(Stream) if each.stream == DEVICE
    ]
    rows = [
        replace(each, number=0, occurred_at=0, uncertainty=0, first_movement=1)
        for each in picture.all(StoredOperation)
        if each.stream == DEVICE
    ]
    return Book(
        generation,
        picture.need(Device, (SITE, DEVICE)),
        tuple(sorted(streams, key=lambda each: each.epoch)),
        tuple(sorted(rows, key=lambda each: (each.epoch, each.seq))),
        tuple(sorted(picture.all(MovedLine), key=lambda each: (each.epoch, each.seq))),
    )
