"""Wrong designs that people really write, planted where the right one stands.

Each begins with what is wrong and who would write it so. What a device or the server does besides
is left as it is, so that what the auditor finds is the harm of that one mistake.
"""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace
from pytest import MonkeyPatch

from device_protocol import chain, digest, offering
from device_protocol.calls import CallError, FailedAttemptError
from device_protocol.client import DeviceClient
from device_protocol.codec import Batch as CameBatch
from device_protocol.codec import BatchError, Undecodable, check_batch, decode_line
from device_protocol.messages import PullAnswer, PushAnswer
from device_protocol.operations import Pick
from device_protocol.outbox import Outbox, OutgoingBatch
from device_protocol.store import StoredLine
from server.lane.activity import Context, Stamp
from server.lane.lane import Load
from server.lane.picture import Picture
from server.lane.records import Lane, StoredOperation, Stream
from server.lane.want import Want
from server.ledger import posting
from server.ledger.records import Discrepancy
from server.record import Record
from server.simulation import calls, following, house
from server.simulation.books import Copy
from server.simulation.handsets import Handset
from server.simulation.house import House
from server.sync import feed
from server.sync.batches import Answer, Batch
from server.sync.entries import decide_one
from server.sync.job import Job
from server.sync.push import PushRules
from server.tasks.records import Undone
from server.tasks.undoing import Undoing, find_original, key_of

QUEUE_MS = 2_000
"""So long, at most, a call waits for the lock where numbers are drawn before it."""


class Mutant(NamedTuple):
    """A wrong design, and how it must be caught."""

    plant: Callable[[MonkeyPatch], None]
    caught_as: str
    """The invariant whose breach is characteristic of it."""
    seeds_max: int
    """It must be caught in one of so many seeds."""
    shows: str = ""
    """What the breach says, where others of this invariant would prove nothing."""

    @property
    def name(self) -> str:
        """How it is called in a table."""
        return self.plant.__name__


class BatchKey(Record, frozen=True):
    """A batch that was answered, by the key over the whole of it."""

    TABLE = "planted_batch_key"
    KEY = ("site", "stream", "key")
    site: int
    stream: int
    key: bytes


Deciding = Callable[[Job, Picture, int, Load], Answer]


def begun(batch: Batch, job: Job, picture: Picture) -> Job:
    """A job on another batch in the place of one that has named what it needs."""
    other = Job(batch, job.decode, job.activities)
    other.needs(Want(picture))
    return other


def key_per_batch(patch: MonkeyPatch) -> None:
    """The server knows a batch by a key over all of it, as HTTP idempotency keys are taught."""
    decide: Deciding = Job.decide

    def decide_by_key(job: Job, picture: Picture, now: int, load: Load) -> Answer:
        batch = job.batch
        stream = picture.get(Stream, (batch.site, batch.stream, batch.epoch))
        if not batch.from_device or stream is None or batch.first is None:
            return decide(job, picture, now, load)
        key = hashlib.sha256(b"".join(batch.hashes)).digest()
        answered = picture.get(BatchKey, (batch.site, batch.stream, key))
        if answered is not None or batch.first >= stream.next:
            answer = decide(job, picture, now, load)
        else:
            # Nobody looks at the single lines: under this key they never came.
            hashes = tuple(chain.walk(stream.head, stream.next, batch.lines))
            moved = replace(batch, first=stream.next, prev=stream.head, hashes=hashes)
            answer = decide(begun(moved, job, picture), picture, now, load)
            taken = batch.first + batch.size
            answer = replace(answer, first=batch.first, next=taken, head=batch.hashes[-1])
        if answer.status == "taken":
            picture.put(BatchKey(batch.site, batch.stream, key))
        return answer

    patch.setattr(Job, "decide", decide_by_key)


def position_on_the_client(patch: MonkeyPatch) -> None:
    """The server takes what comes at the number that the client says, as plain upserts do."""
    decide: Deciding = Job.decide

    def decide_there(job: Job, picture: Picture, now: int, load: Load) -> Answer:
        batch = job.batch
        stream = picture.get(Stream, (batch.site, batch.stream, batch.epoch))
        if batch.from_device and stream is not None and batch.first not in (None, stream.next):
            first = batch.first or 0
            for seq in range(first, first + batch.size):
                row = picture.get(StoredOperation, (batch.site, batch.stream, batch.epoch, seq))
                if row is not None:
                    picture.remove(row)
            picture.put(replace(stream, next=first, head=batch.prev))
            job = begun(batch, job, picture)
        return decide(job, picture, now, load)

    patch.setattr(Job, "decide", decide_there)


def numbers_without_hashes(patch: MonkeyPatch) -> None:
    """What is not above the last number is ignored, as who never met a copied device writes it."""
    settle = Outbox.settle

    def settle_by_count(outbox: Outbox, answer: PushAnswer) -> list[StoredLine]:
        last = outbox.line(answer.next - 1)
        return settle(outbox, replace(answer, head=last.hash.hex()) if last else answer)

    def agrees(outbox: Outbox, next_seq: int, _head: bytes) -> bool:
        return 1 <= next_seq <= outbox.tail().seq + 1

    patch.setattr(Job, "_is_fork", lambda _job, _stream, _stored: False)
    patch.setattr(Outbox, "_agrees", agrees)
    patch.setattr(Outbox, "settle", settle_by_count)


class Bits(int):
    """A hash that is added, and taken away, by exclusive or."""

    def __add__(self, other: int) -> "Bits":
        return Bits(int(self) ^ int(other))

    __radd__ = __sub__ = __rsub__ = __add__


def sums_by_exclusive_or(patch: MonkeyPatch) -> None:
    """Hashes of key, version and bytes are joined by exclusive or, as hash tables of pairs are."""

    def joined(scope: str, key: str, version: int, body: bytes) -> Bits:
        parts = (scope.encode(), b"key " + key.encode(), b"version %d" % version, body)
        total = Bits(0)
        for part in parts:
            total += int.from_bytes(hashlib.sha256(part).digest()[:16], "big")
        return total

    patch.setattr(digest, "document_hash", joined)


def sums_of_ids(patch: MonkeyPatch) -> None:
    """Only keys are summed up, by who wants to know whether all documents are there."""
    document_hash = digest.document_hash
    patch.setattr(
        digest, "document_hash", lambda scope, key, _version, _body: document_hash(scope, key, 0, b"")
    )


def numbered_before_the_lock(patch: MonkeyPatch) -> None:
    """A commit's documents get their number before the site is held, as sequences give it."""
    run, project = House.run, feed.project
    drawn: dict[int, int] = {}

    def run_later(stands: House, *batches: Batch) -> list[Answer]:
        heads = {}
        for batch in batches:
            lane = stands.book.row(Lane, (batch.site,))
            heads[batch.site] = lane.head + 1 if lane is not None else 1
        if any(batch.from_device for batch in batches):
            # Others commit, and are read, while this one waits for the lock.
            stands.schedule.spend(stands.faults.chance.randint(0, QUEUE_MS))
        drawn.clear()
        drawn.update(heads)
        return run(stands, *batches)

    def project_as_drawn(numbers: dict[int, int], picture: Picture, now: int, load: Load) -> None:
        early = {site: drawn.get(site, number) for site, number in numbers.items()}
        project(early, picture, now, load)

    patch.setattr(House, "run", run_later)
    patch.setattr(feed, "project", project_as_drawn)


def pushes_after_doubt(patch: MonkeyPatch) -> None:
    """After a lost answer the client goes on from its own idea, to keep the queue moving."""
    push_once = DeviceClient._push_once

    def push_on(client: DeviceClient, batch: OutgoingBatch) -> None:
        try:
            push_once(client, batch)
        except FailedAttemptError:
            go_on(client.device.outbox, batch)

    patch.setattr(DeviceClient, "_push_once", push_on)


def sent_is_done(patch: MonkeyPatch) -> None:
    """What was sent is forgotten, answer or not, as fire-and-forget queues do."""
    push_once = DeviceClient._push_once

    def push_and_forget(client: DeviceClient, batch: OutgoingBatch) -> None:
        outbox = client.device.outbox
        try:
            push_once(client, batch)
        except FailedAttemptError:
            client.device.doubt()
        # The last one stays, for its hash.
        for seq in range(batch.first, batch.first + batch.count - 1):
            outbox._store.remove_line(outbox.identity.stream, seq)

    patch.setattr(DeviceClient, "_push_once", push_and_forget)


def go_on(outbox: Outbox, batch: OutgoingBatch) -> None:
    """Take a batch for sent."""
    last = outbox.line(batch.first + batch.count - 1)
    if last is not None:
        outbox._sent = None
        outbox._next, outbox._next_prev = last.seq + 1, last.hash


def settled_is_forgotten(patch: MonkeyPatch) -> None:
    """A line that was answered is deleted, by who trusts the server's disk alone."""
    settle = Outbox.settle

    def settle_and_forget(outbox: Outbox, answer: PushAnswer) -> list[StoredLine]:
        settled = settle(outbox, answer)
        for line in settled[:-1]:
            outbox._store.remove_line(line.stream, line.seq)
        return settled

    patch.setattr(Outbox, "settle", settle_and_forget)


def origin_not_named(patch: MonkeyPatch) -> None:
    """Lines go into a new epoch as they are, by who takes an epoch for a fresh start."""
    patch.setattr(offering, "with_origin", lambda stored: stored.line)


def server_wins(patch: MonkeyPatch) -> None:
    """Where the two disagree the device takes the server's state, as sync frameworks offer."""
    open_epoch = Outbox.open_epoch

    def open_empty(outbox: Outbox, answer: Any) -> int:  # noqa: ANN401 - as the right one.
        with MonkeyPatch.context() as inner:
            inner.setattr("device_protocol.outbox.offered_again", lambda *_: [])
            return open_epoch(outbox, answer)

    patch.setattr(Outbox, "open_epoch", open_empty)


def beep_before_the_disk(patch: MonkeyPatch) -> None:
    """The device beeps first and writes then, because the beep has to be quick."""
    written = Handset._written

    def beep_and_write(handset: Handset, write: Callable[[], int]) -> int | None:
        seq = handset.device.outbox.tail().seq + 1
        return written(handset, write) or seq

    patch.setattr(Handset, "_written", beep_and_write)


def no_tombstones(patch: MonkeyPatch) -> None:
    """Deletions are not told, because a query for changed rows does not find them."""
    pull = following.pull

    def pull_what_is_there(*asked: Any) -> PullAnswer:  # noqa: ANN401 - as the right one.
        answer = pull(*asked)
        pages = tuple(
            replace(
                page,
                documents=tuple(each for each in page.documents if each.body is not msgspec.UNSET),
            )
            for page in answer.pages
        )
        return replace(answer, pages=pages)

    patch.setattr(following, "pull", pull_what_is_there)


def outcome_recomputed(patch: MonkeyPatch) -> None:
    """A retry is decided once more and taken back, because storing answers costs room."""
    decide: Deciding = Job.decide

    def decide_anew(job: Job, picture: Picture, now: int, load: Load) -> Answer:
        batch = job.batch
        stream = picture.get(Stream, (batch.site, batch.stream, batch.epoch))
        first, known = batch.first or 0, stream.next - (batch.first or 0) if stream else 0
        answer = decide(job, picture, now, load)
        if not batch.from_device or answer.status != "taken":
            return answer
        outcomes = list(answer.outcomes)
        for place in range(min(known, batch.size)):
            row = picture.need(
                StoredOperation, (batch.site, batch.stream, batch.epoch, first + place)
            )
            outcomes[place] = decided_anew(job, row, picture, now, load)
        return replace(answer, outcomes=tuple(outcomes))

    patch.setattr(Job, "decide", decide_anew)


def decided_anew(job: Job, row: StoredOperation, picture: Picture, now: int, load: Load) -> bytes:
    """What would be answered to a line if it came now."""
    stamp = Stamp(row.occurred_at, row.uncertainty, row.quality)
    entry = job._entry(picture, row.line, job._decoded(row.line), row.seq, stamp)
    entry.context.now = now
    mark = picture.mark()
    outcome = decide_one(entry, picture, load)
    picture.roll_back(mark)
    return outcome


def undone_twice(patch: MonkeyPatch) -> None:
    """An undo looks for what to take back and not whether that was done, as a script would."""
    decide = Undoing.decide

    def decide_blindly(undoing: Undoing, operation: Any, picture: Picture, context: Context) -> None:  # noqa: ANN401, E501
        original = find_original(operation, picture, context)
        undone = picture.get(Undone, key_of(original)) if original is not None else None
        if undone is not None:
            picture.remove(undone)
        decide(undoing, operation, picture, context)

    patch.setattr(Undoing, "decide", decide_blindly)


def generation_kept(patch: MonkeyPatch) -> None:
    """A backup is put back and nothing is told of it, as every database manual shows it."""

    def put_back(stands: House, backup: Copy) -> None:
        stands.book.restore(backup)

    patch.setattr(House, "restore", put_back)


def inbox_missing(patch: MonkeyPatch) -> None:
    """A lane takes each delivery of another as new, as who reads at-least-once as once does."""
    delivery = house.delivery
    patch.setattr(house, "delivery", lambda *asked: replace(delivery(*asked), first=None))


def refused_below_zero(patch: MonkeyPatch) -> None:
    """A pick of more than the book has is refused, as stock constraints in databases do."""

    def below_zero(picture: Picture) -> int:
        return sum(row.kind == "negative" for row in picture.all(Discrepancy))

    def refusing(rules: PushRules, batch: Batch) -> Job:
        pick = rules.activities[Pick]

        def decide(operation: Pick, picture: Picture, context: Context) -> None:
            before = below_zero(picture)
            pick.decide(operation, picture, context)
            if below_zero(picture) > before:
                context.refuse("not_enough_stock")

        strict = {**rules.activities, Pick: pick._replace(decide=decide)}
        return Job(batch, rules.decode, strict)

    patch.setattr(PushRules, "job", refusing)


def batch_all_or_nothing(patch: MonkeyPatch) -> None:
    """A line that can't be read turns the whole batch away, as validating frameworks do."""

    def check_all(came: CameBatch, public_key: bytes) -> list[bytes]:
        hashes = check_batch(came, public_key)
        if any(isinstance(decode_line(line), Undecodable) for line in came.lines):
            raise BatchError("invalid", "A line of the batch can't be read.")
        return hashes

    patch.setattr(calls, "check_batch", check_all)


def count_sets_the_balance(patch: MonkeyPatch) -> None:
    """A fact from before a count that comes after it is added, as if arrival were the order."""
    patch.setattr(posting, "absorb", lambda *_: False)


MUTANTS = (
    Mutant(key_per_batch, "I1", 20),
    Mutant(position_on_the_client, "I1", 20),
    Mutant(numbers_without_hashes, "I2", 40),
    Mutant(sums_by_exclusive_or, "I10", 40, "differs in"),
    Mutant(sums_of_ids, "I10", 40, "differs in"),
    Mutant(numbered_before_the_lock, "I9", 40),
    Mutant(pushes_after_doubt, "P4", 20),
    Mutant(sent_is_done, "I2", 20),
    Mutant(settled_is_forgotten, "I2", 40),
    Mutant(origin_not_named, "I1", 40),
    Mutant(server_wins, "I2", 40),
    Mutant(beep_before_the_disk, "I2", 20),
    Mutant(no_tombstones, "I10", 20),
    Mutant(outcome_recomputed, "I5", 20),
    Mutant(undone_twice, "I14", 40),
    Mutant(generation_kept, "I9", 40),
    Mutant(inbox_missing, "I6", 40),
    Mutant(refused_below_zero, "I7", 20),
    Mutant(batch_all_or_nothing, "I2", 20, "not drained"),
    Mutant(count_sets_the_balance, "I14", 20),
)
"""Those that the protocol names first, then others."""
