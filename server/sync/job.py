"""One batch in one transaction: what it needs, and how its operations are decided in order.

Per operation: known with the same hash → the stored outcome again, byte for byte; known with
another → fork, nothing of the batch is applied; beyond the next → gap; next → store the line,
decide it, advance. What cannot be read is stored and parked, so that no operation can block those
behind it. New lines in an old epoch are taken like all others; where they were written after the
next epoch had opened, two copies of the device are at work, and a supervisor hears of it.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from device_protocol import chain
from device_protocol.codec import Undecodable
from device_protocol.operations import Operation
from server.identity.actors import want_actor
from server.identity.messages import ReportFork
from server.identity.records import Device
from server.lane.activity import NETWORK, Activity, Context, Stamp
from server.lane.lane import Load
from server.lane.picture import Picture
from server.lane.reading import Reader
from server.lane.records import Lane, MovedLine, StoredOperation, Stream
from server.lane.want import Want
from server.sync.batches import Answer, Batch
from server.sync.clocks import FUTURE_MS_MAX, StreamClock
from server.sync.entries import (
    Entry,
    again,
    decide_one,
    kept_back,
    stored_operation,
    unread,
)
from server.tasks.origins import TAKEN_BEFORE, moved_key, want_origin


class Job:
    """A batch while its group is loaded and decided."""

    def __init__(self, batch: Batch, read: Reader, activities: Mapping[type, Activity]) -> None:
        """Read nothing yet."""
        self.batch = batch
        self.read = read
        self.activities = activities
        self.entries: list[Entry] | None = None
        self.clock: StreamClock | None = None
        """The stream's clock after the entries, unless they turn out to begin elsewhere."""

    def needs(self, want: Want) -> None:
        """Name the stream, what is stored of the batch, and what each new operation reads."""
        batch = self.batch
        want.row(Lane, (NETWORK,))
        stream = want.row(Stream, (batch.site, batch.stream, batch.epoch))
        if batch.from_device:
            device = want.row(Device, (batch.site, batch.stream))
            if device is None or stream is None:
                return
        elif not want.picture.knows(Stream, (batch.site, batch.stream, batch.epoch)):
            return
        if self.entries is None:
            self.entries = self._read(want, stream or new_stream(batch))
        if want.picture.complete:
            # Nothing can be missing.
            return
        for entry in self.entries:
            if not entry.settled and entry.ask is not None:
                entry.settled = entry.ask(want)

    def _read(self, want: Want, stream: Stream) -> list[Entry]:
        """Decode the operations that are new; name those that are stored."""
        batch = self.batch
        first = stream.next if batch.first is None else batch.first
        clock = self.clock = StreamClock(stream)
        late = self._is_late(want.picture)
        if late:
            want.row(Stream, (batch.site, batch.stream, batch.epoch + 1))
        entries = []
        for place, line in enumerate(batch.lines):
            seq = first + place
            if seq < stream.next:
                want.row(StoredOperation, (batch.site, batch.stream, batch.epoch, seq))
                continue
            operation = self._decoded(line)
            # A server-side operation's time is not known yet; zero names everything.
            stamp = stamp_of(batch, operation, clock, 0)
            entry = self._entry(want.picture, line, operation, seq, stamp)
            if isinstance(operation, Operation):
                want_actor(want, entry.context, operation)
                want_origin(want, entry.context, operation)
            if late:
                want.row(MovedLine, moved_key(entry.context, batch.hashes[place]))
            entries.append(entry)
        return entries

    def _decoded(self, line: bytes) -> Any:  # noqa: ANN401 - see Entry.
        if self.batch.unread:
            return Undecodable("", "")
        return self.read(self.batch.stream, line)

    def _is_late(self, picture: Picture) -> bool:
        """Whether the device has begun another epoch since."""
        batch = self.batch
        if not batch.from_device:
            return False
        return picture.need(Device, (batch.site, batch.stream)).last_epoch > batch.epoch

    def _entry(
        self,
        picture: Picture,
        line: bytes,
        operation: Any,  # noqa: ANN401 - see Entry.
        seq: int,
        stamp: Stamp,
    ) -> Entry:
        batch = self.batch
        context = Context(
            picture,
            site=batch.site,
            stream=batch.stream,
            epoch=batch.epoch,
            seq=seq,
            stamp=stamp,
            now=0,
        )
        activity = None if batch.park else self.activities.get(type(operation))
        return Entry(line, operation, activity, context)

    def decide(self, picture: Picture, now: int, load: Load) -> Answer:
        """Classify the batch and decide what is new of it."""
        batch = self.batch
        lane = picture.need(Lane, (batch.site,))
        now = max(now, lane.recorded_at)
        stream = picture.get(Stream, (batch.site, batch.stream, batch.epoch))
        if stream is None:
            if batch.from_device:
                return Answer("unknown", 0, b"", lane.head)
            stream = new_stream(batch)
            picture.put(stream)
        first = stream.next if batch.first is None else batch.first
        if first > stream.next:
            return Answer("gap", stream.next, stream.head, lane.head)
        known = min(stream.next - first, batch.size)
        if known:
            # A neighbour in this group may have brought the same lines.
            load(lambda want: self._name_stored(want, first, known))
        stored = [
            picture.need(StoredOperation, (batch.site, batch.stream, batch.epoch, first + place))
            for place in range(known)
        ]
        if batch.from_device and not batch.trusted and self._is_fork(stream, stored):
            report_fork(batch, first_difference(batch, first, stored), picture, load)
            return Answer("fork", stream.next, stream.head, lane.head)
        outcomes = [operation.outcome for operation in stored]
        if known == batch.size:
            return Answer("taken", stream.next, stream.head, lane.head, first, tuple(outcomes))
        stream = self._take(known, first, stream, picture, now, load, outcomes)
        return Answer("taken", stream.next, stream.head, lane.head + 1, first, tuple(outcomes))

    def _name_stored(self, want: Want, first: int, known: int) -> None:
        batch = self.batch
        for seq in range(first, first + known):
            want.row(StoredOperation, (batch.site, batch.stream, batch.epoch, seq))

    def _is_fork(self, stream: Stream, stored: list[StoredOperation]) -> bool:
        """Whether the device's history differs from what the server has of it."""
        if not stored:
            return self.batch.prev != stream.head
        return stored[-1].hash != self.batch.hashes[len(stored) - 1]

    def _take(  # noqa: PLR0917 - what deciding the rest of a batch needs.
        self,
        known: int,
        first: int,
        stream: Stream,
        picture: Picture,
        now: int,
        load: Load,
        outcomes: list[bytes],
    ) -> Stream:
        batch = self.batch
        clock = self.clock
        timed = batch.from_device and clock is not None and clock.stream is stream
        # Times rise: where the last is possible, all are, and need not be reckoned again.
        timed = timed and clock is not None and clock.mid <= now + FUTURE_MS_MAX
        if clock is None or not timed:
            clock = StreamClock(stream)
        head = stream.head
        late = self._is_late(picture)
        written_late = 0
        entries = self.entries or []
        unnamed = batch.size - len(entries)
        if batch.from_device and not timed:
            self._stamp_again(entries[max(0, known - unnamed) :], stream, now, load)
        lane = picture.need(Lane, (batch.site,))
        number, moved = lane.operations, lane.movements
        for place in range(known, batch.size):
            line = batch.lines[place]
            seq = first + place
            head = batch.hashes[place] if batch.hashes else chain.step(head, seq, line)
            if place < unnamed:
                # Its epoch was opened by a neighbour in this group: nothing was named for it.
                operation = self._decoded(line)
                entry = self._entry(picture, line, operation, seq, Stamp(0))
            else:
                entry = entries[place - unnamed]
            context = entry.context
            # Another batch of a server-side stream may have come first: then numbers move on.
            context.seq = seq
            if not timed:
                context.stamp = stamp_of(batch, entry.operation, clock, now)
                entry.impossible = clock.impossible
            context.now = now
            if late:
                entry.moved = moved_key(context, head)
            outcome = self._outcome(entry, picture, load)
            if late and not written_late and self._is_live(entry, outcome, picture):
                written_late = seq
            number += 1
            first_movement = moved + 1
            moved = picture.need(Lane, (batch.site,)).movements
            moves = (first_movement, moved - first_movement + 1)
            picture.add(stored_operation(context, number, head, line, outcome, moves))
            outcomes.append(outcome)
        picture.put(replace(picture.need(Lane, (batch.site,)), operations=number))
        stream = clock.kept(replace(stream, next=first + batch.size, head=head))
        picture.put(stream)
        if written_late:
            report_fork(batch, written_late, picture, load, live=True)
        return stream

    def _stamp_again(self, entries: list[Entry], stream: Stream, now: int, load: Load) -> None:
        """Name once more, all together, what lines read whose times can't be what they say.

        Otherwise each of them would look again for itself.
        """
        clock = StreamClock(stream)
        asks = []
        for entry in entries:
            stamp = stamp_of(self.batch, entry.operation, clock, now)
            if stamp != entry.context.stamp and entry.activity is not None:
                entry.context.stamp = stamp
                asks.append(again(entry, entry.activity))
        if asks:
            load(lambda want: [ask(want) for ask in asks])

    def _outcome(self, entry: Entry, picture: Picture, load: Load) -> bytes:
        """What becomes of one new operation."""
        batch = self.batch
        if batch.park and batch.trusted:
            return batch.park
        if batch.from_device:
            device = picture.need(Device, (batch.site, batch.stream))
            if device.state == "revoked":
                return kept_back(entry.operation)
        if batch.park:
            operation = entry.operation
            return unread(operation) if isinstance(operation, Undecodable) else batch.park
        return decide_one(entry, picture, load)

    def _is_live(self, entry: Entry, outcome: bytes, picture: Picture) -> bool:
        """Whether a line of an old epoch was surely written after the next had opened."""
        batch = self.batch
        after = picture.need(Stream, (batch.site, batch.stream, batch.epoch + 1))
        return outcome != TAKEN_BEFORE and entry.context.stamp.earliest > after.opened_at


def first_difference(batch: Batch, first: int, stored: list[StoredOperation]) -> int:
    """The first line of a forked batch that does not go on from the server's history."""
    for operation, told in zip(stored, batch.hashes, strict=False):
        if operation.hash != told:
            return operation.seq
    return first


def report_fork(
    batch: Batch, seq: int, picture: Picture, load: Load, *, live: bool = False
) -> None:
    """Tell the lane itself that two histories go by the name of one device.

    Where they fork nothing of the batch is stored, so that the incident must come from an operation
    of its own; `live` says that an old epoch goes on beside a later one.
    """
    context = Context(
        picture,
        site=batch.site,
        stream=batch.stream,
        epoch=batch.epoch,
        seq=seq,
        stamp=Stamp(0),
        now=0,
    )
    load(lambda want: context.want_outbox(want, batch.site))
    told = ReportFork(device=batch.stream, epoch=batch.epoch, seq=seq, live=live)
    context.send(batch.site, told)


def stamp_of(batch: Batch, operation: Any, clock: StreamClock, now: int) -> Stamp:  # noqa: ANN401
    """When an operation happened."""
    if not batch.from_device:
        return clock.of_server(now) if now else Stamp(0)
    if isinstance(operation, Undecodable):
        return clock.of_unreadable()
    return clock.of_device(operation, now)


def new_stream(batch: Batch) -> Stream:
    """A server-side stream begins with its first batch."""
    head = chain.start(batch.stream, batch.epoch, b"")
    return Stream(batch.site, batch.stream, batch.epoch, 1, head)
