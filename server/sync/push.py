"""Push: the rules of a lane. Classify a batch, decide its operations in order, close the commit.

Per operation: known with the same hash → the stored outcome again, byte for byte; known with another → fork, nothing of the batch is
applied; beyond the next → gap; next → store the line, decide it, advance. What cannot be read is stored and parked, so that no operation can
block those behind it. A fault of ours in one decision takes back that decision alone.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace

from device_protocol import chain
from device_protocol.codec import Undecodable, decode_line
from device_protocol.messages import Outcome
from device_protocol.operations import Operation
from server.identity.records import Device, Incident
from server.lane.activity import NETWORK, Activity, Context, Stamp
from server.lane.lane import Load
from server.lane.picture import NotLoadedError, Picture
from server.lane.records import Commit, Lane, StoredOperation, Stream
from server.lane.want import Want
from server.ledger.records import Movement
from server.sync.batches import Answer, Batch
from server.sync.clocks import StreamClock

log = structlog.get_logger()

FUTURE_MS_MAX = 300_000
"""A fact from further in the future than this is posted and flagged."""
APPLIED = Outcome("applied")
_encode = msgspec.json.Encoder().encode
_APPLIED = _encode(APPLIED)

Project = Callable[[dict[int, int], Picture, int, Load], None]
"""Turns changed records into documents: (commit number by site, picture, now, load)."""


class PushRules:
    """The rules that `main` gives to every lane."""

    def __init__(
        self,
        activities: tuple[Activity, ...],
        project: Project = lambda _numbers, _picture, _now, _load: None,
    ) -> None:
        """Index the activities by the message they take."""
        self.activities: Mapping[type, Activity] = {each.message: each for each in activities}
        messages = tuple(m for m in self.activities if not issubclass(m, Operation))
        self._decode_message = (
            msgspec.json.Decoder(_union(messages)).decode if messages else _no_messages
        )
        self._project = project

    def decode(self, batch: Batch, line: bytes) -> Any:  # noqa: ANN401 - a message of any activity.
        """The operation a line says, or an `Undecodable`."""
        if batch.from_device:
            return decode_line(line)
        try:
            return self._decode_message(line)
        except msgspec.MsgspecError as error:
            return Undecodable("undecodable", str(error)[:200])

    def needs(self, batch: Batch, want: Want) -> None:
        """Name the stream, what is stored of the batch already, and what each new operation reads."""
        want.row(Lane, (NETWORK,))
        stream = want.row(Stream, (batch.site, batch.stream, batch.epoch))
        if batch.from_device and want.row(Device, (batch.site, batch.stream)) is None:
            return
        if stream is None:
            if batch.from_device:
                return
            stream = new_stream(batch)
        first = stream.next if batch.first is None else batch.first
        clock = StreamClock(stream)
        for place, line in enumerate(batch.lines):
            seq = first + place
            if seq < stream.next:
                want.row(StoredOperation, (batch.site, batch.stream, batch.epoch, seq))
                continue
            operation = self.decode(batch, line)
            if isinstance(operation, Undecodable) or batch.park:
                continue
            self._needs_of(batch, operation, want, clock, seq)

    def _needs_of(
        self, batch: Batch, operation: Any, want: Want, clock: StreamClock, seq: int  # noqa: ANN401
    ) -> None:
        activity = self.activities.get(type(operation))
        if activity is None:
            return
        # What is named depends on the operation's time only as a lower bound; a server's time is not known yet.
        stamp = clock.of_device(operation) if batch.from_device else Stamp(0)
        activity.needs(operation, want, context_for(want.picture, batch, seq, stamp, 0))

    def decide(
        self, batch: Batch, picture: Picture, now: int, load: Load
    ) -> Answer:
        """Classify and decide a batch."""
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
        if batch.from_device and self._is_fork(batch, stream, first, known, picture):
            self._report_fork(batch, picture, now)
            return Answer("fork", stream.next, stream.head, lane.head)
        outcomes = [
            picture.need(
                StoredOperation, (batch.site, batch.stream, batch.epoch, first + place)
            ).outcome
            for place in range(known)
        ]
        if known == batch.size:
            return Answer("taken", stream.next, stream.head, lane.head, first, tuple(outcomes))
        stream = self._take(batch, known, first, stream, picture, now, load, outcomes)
        return Answer("taken", stream.next, stream.head, lane.head + 1, first, tuple(outcomes))

    def _take(  # noqa: PLR0913 - the state of one loop.
        self,
        batch: Batch,
        known: int,
        first: int,
        stream: Stream,
        picture: Picture,
        now: int,
        load: Load,
        outcomes: list[bytes],
    ) -> Stream:
        clock = StreamClock(stream)
        head = stream.head
        revoked = False
        if batch.from_device:
            revoked = picture.need(Device, (batch.site, batch.stream)).state == "revoked"
        for place in range(known, batch.size):
            line = batch.lines[place]
            seq = first + place
            head = batch.hashes[place] if batch.hashes else chain.step(head, seq, line)
            operation = self.decode(batch, line)
            stamp = stamp_of(batch, operation, clock, now)
            context = context_for(picture, batch, seq, stamp, now)
            before = picture.need(Lane, (batch.site,)).movements
            if batch.park or revoked:
                code = "revoked" if revoked else "internal_error"
                outcome = _encode(Outcome("parked", code, then="a supervisor resolves it"))
            else:
                outcome = self._decide_one(operation, context, load)
            self._store(batch, seq, head, line, outcome, stamp, before, picture)
            outcomes.append(outcome)
        stream = clock.kept(replace(stream, next=first + batch.size, head=head))
        picture.put(stream)
        return stream

    def _decide_one(
        self, operation: Any, context: Context, load: Load  # noqa: ANN401 - a message of any activity.
    ) -> bytes:
        if isinstance(operation, Undecodable):
            told = Outcome("parked", operation.code, actual=operation.detail, then="kept until it can be read")
            return _encode(told)
        activity = self.activities.get(type(operation))
        if activity is None:
            return _APPLIED
        picture = context.picture
        mark = picture.mark()
        for attempt in (1, 2):
            try:
                activity.decide(operation, picture, context)
            except NotLoadedError:
                picture.roll_back(mark)
                if attempt == 1:
                    # A neighbour of this group changed what the operation refers to: look again.
                    load(lambda want: activity.needs(operation, want, context))
                    context.flags.clear()
                    continue
                log.exception("decision_unloaded", operation=context.name, site=context.site)
                return _encode(PARKED_FAULT)
            except Exception:
                picture.roll_back(mark)
                log.exception("decision_failed", operation=context.name, site=context.site)
                return _encode(PARKED_FAULT)
            break
        if context.refusal or context.parking:
            picture.roll_back(mark)
        elif context.stamp.mid > context.now + FUTURE_MS_MAX:
            context.flag("impossible_time", expected=context.now, actual=context.stamp.mid)
        outcome = context.outcome()
        return _APPLIED if outcome == APPLIED else _encode(outcome)

    def _store(  # noqa: PLR0913 - a stored operation is these facts.
        self,
        batch: Batch,
        seq: int,
        head: bytes,
        line: bytes,
        outcome: bytes,
        stamp: Stamp,
        movements_before: int,
        picture: Picture,
    ) -> None:
        lane = picture.need(Lane, (batch.site,))
        number = lane.operations + 1
        picture.put(replace(lane, operations=number))
        picture.add(
            StoredOperation(
                batch.site,
                batch.stream,
                batch.epoch,
                seq,
                number,
                head,
                line,
                outcome,
                stamp.mid,
                stamp.half,
                stamp.quality,
                movements_before + 1,
                lane.movements - movements_before,
            )
        )

    def _is_fork(
        self, batch: Batch, stream: Stream, first: int, known: int, picture: Picture
    ) -> bool:
        """Whether the device's history differs from what the server has of it."""
        if known == 0:
            return batch.prev != stream.head
        seq = first + known - 1
        stored = picture.need(StoredOperation, (batch.site, batch.stream, batch.epoch, seq))
        return stored.hash != batch.hashes[known - 1]

    def _report_fork(self, batch: Batch, picture: Picture, now: int) -> None:
        lane = picture.need(Lane, (batch.site,))
        number = lane.last_id + 1
        picture.put(replace(lane, last_id=number))
        note = f"epoch {batch.epoch}: the device's history differs from the server's"
        picture.add(Incident(batch.site, number, batch.stream, "fork", now, note))

    def close(self, sites: list[int], picture: Picture, now: int, load: Load) -> None:
        """Number and chain the commits, and project their documents; a group that only repeated makes none."""
        numbers = {}
        for site in sites:
            number = self._commit(site, picture, now)
            if number is not None:
                numbers[site] = number
        if numbers:
            self._project(numbers, picture, now, load)

    def _commit(self, site: int, picture: Picture, now: int) -> int | None:
        operations = of_site(StoredOperation, site, picture)
        if not operations:
            return None
        movements = of_site(Movement, site, picture)
        lane = picture.need(Lane, (site,))
        number = lane.head + 1
        now = max(now, lane.recorded_at)
        network = picture.get(Lane, (NETWORK,)) if site != NETWORK else None
        commit = Commit(
            site=site,
            number=number,
            hash=b"",
            first_movement=lane.movements - len(movements) + 1,
            movements=len(movements),
            first_operation=lane.operations - len(operations) + 1,
            operations=len(operations),
            recorded_at=now,
            latest=max((movement.occurred_at for movement in movements), default=0),
            network=network.head if network else 0,
        )
        digest = commit_hash(lane.hash, commit, operations, movements)
        picture.add(replace(commit, hash=digest))
        lane = replace(lane, head=number, hash=digest, recorded_at=now)
        picture.put(lane)
        return number


PARKED_FAULT = Outcome("parked", "internal_error", then="kept; a person or a newer version resolves it")


def commit_hash(
    previous: bytes, commit: Commit, operations: list[StoredOperation], movements: list[Movement]
) -> bytes:
    """Chain a commit: everything its rows say, with operations by their own chain hash and outcome."""
    digest = hashlib.sha256(b"\x02" + previous)
    facts = (
        commit.site,
        commit.number,
        commit.first_movement,
        commit.movements,
        commit.first_operation,
        commit.operations,
        commit.recorded_at,
        commit.latest,
        commit.network,
    )
    digest.update(_encode(facts))
    for operation in operations:
        digest.update(operation.hash)
        digest.update(_encode(operation_facts(operation)))
        digest.update(operation.outcome)
    digest.update(_encode(movements))
    return digest.digest()


def operation_facts(operation: StoredOperation) -> tuple[int | str, ...]:
    """What the commit's hash covers of an operation besides its line and outcome."""
    return (
        operation.stream,
        operation.epoch,
        operation.seq,
        operation.number,
        operation.occurred_at,
        operation.uncertainty,
        operation.quality,
        operation.first_movement,
        operation.movements,
        len(operation.outcome),
    )


def of_site(kind: type[Any], site: int, picture: Picture) -> list[Any]:
    """The site's records of an append-only kind that this group added, in order."""
    keys = picture.changed.get(kind, ())
    return [record for key in keys if key[0] == site and (record := picture.get(kind, key))]


def stamp_of(batch: Batch, operation: Any, clock: StreamClock, now: int) -> Stamp:  # noqa: ANN401
    """When an operation happened."""
    if not batch.from_device:
        return clock.of_server(now)
    if isinstance(operation, Undecodable):
        return clock.of_unreadable()
    return clock.of_device(operation)


def context_for(picture: Picture, batch: Batch, seq: int, stamp: Stamp, now: int) -> Context:
    """The context in which one operation of a batch is decided."""
    return Context(
        picture,
        site=batch.site,
        stream=batch.stream,
        epoch=batch.epoch,
        seq=seq,
        stamp=stamp,
        now=now,
    )


def new_stream(batch: Batch) -> Stream:
    """A server-side stream begins with its first batch."""
    head = chain.start(batch.stream, batch.epoch, b"")
    return Stream(batch.site, batch.stream, batch.epoch, 1, head)


def _union(messages: tuple[type, ...]) -> Any:  # noqa: ANN401 - typing has no name for a union built at run time.
    union: Any = messages[0]
    for message in messages[1:]:
        union |= message
    return union


def _no_messages(_line: bytes) -> Any:  # noqa: ANN401
    message = "this server takes no messages of its own"
    raise msgspec.ValidationError(message)
