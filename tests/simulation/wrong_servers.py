"""Wrong designs of a server; each begins with what is wrong and who would write it so."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from device_protocol import chain
from device_protocol.codec import Batch as CameBatch
from device_protocol.codec import BatchError, Undecodable, check_batch, decode_line
from device_protocol.messages import PullAnswer
from device_protocol.operations import Pick, Undo
from server.lane.activity import Context, Stamp
from server.lane.lane import Load
from server.lane.picture import Picture
from server.lane.records import Lane, StoredOperation, Stream
from server.lane.store import Session, Store
from server.lane.want import Want
from server.ledger import posting
from server.ledger.records import Discrepancy
from server.planning.records import Undone
from server.record import Record
from server.simulation import calls, following, house
from server.simulation.books import Copy
from server.simulation.house import House, MortalStore, ServerDownError
from server.sync import feed
from server.sync.batches import Answer, Batch
from server.sync.entries import decide_one
from server.sync.job import Job
from server.sync.push import PushRules
from server.tasks.undoing import find_original, key_of

QUEUE_MS = 60_000
"""So long, at most, a call waits for the lock behind an import, having drawn its number."""


class BatchKey(Record, frozen=True):
    """A batch that was answered, by the key over the whole of it."""

    TABLE = "planted_batch_key"
    KEY = ("site", "stream", "key")
    site: int
    stream: int
    key: bytes


Deciding = Callable[[Job, Picture, int, Load], Answer]
Decide = Callable[[Any, Picture, Context], None]


def decide_otherwise(
    patch: pytest.MonkeyPatch,
    message: type,
    decide: Callable[[Decide, Any, Picture, Context], None],
) -> None:
    """Decide one kind of operation by a function that is given the right one."""

    def job(rules: PushRules, batch: Batch) -> Job:
        right = rules.activities[message]
        wrong = right._replace(decide=partial(decide, right.decide))
        return Job(batch, rules.read, {**rules.activities, message: wrong})

    patch.setattr(PushRules, "job", job)


def begun(batch: Batch, job: Job, picture: Picture) -> Job:
    """A job on another batch in the place of one that has named what it needs."""
    other = Job(batch, job.read, job.activities)
    other.needs(Want(picture))
    return other


def key_per_batch(patch: pytest.MonkeyPatch) -> None:
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


def position_on_the_client(patch: pytest.MonkeyPatch) -> None:
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


def numbered_before_the_lock(patch: pytest.MonkeyPatch) -> None:
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


def answered_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    """The server answers before its disk does, as who turns synchronous commits off for speed."""

    @contextmanager
    def session(stands: MortalStore, sites: list[int]) -> Iterator[Session]:
        store: Store = stands._book.store
        with suppress(ServerDownError), store.session(sites) as opened:
            yield opened
            if stands._faults.hits("crash_before_commit"):
                raise ServerDownError

    patch.setattr(MortalStore, "session", session)


def no_tombstones(patch: pytest.MonkeyPatch) -> None:
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


def outcome_recomputed(patch: pytest.MonkeyPatch) -> None:
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


def undone_twice(patch: pytest.MonkeyPatch) -> None:
    """An undo looks for what to take back and not whether that was done, as a script would."""

    def blindly(decide: Decide, operation: Any, picture: Picture, context: Context) -> None:  # noqa: ANN401
        original = find_original(operation, picture, context)
        undone = picture.get(Undone, key_of(original)) if original is not None else None
        if undone is not None:
            picture.remove(undone)
        decide(operation, picture, context)

    decide_otherwise(patch, Undo, blindly)


def generation_kept(patch: pytest.MonkeyPatch) -> None:
    """A backup is put back and nothing is told of it, as every database manual shows it."""

    def put_back(stands: House, backup: Copy) -> None:
        stands.book.restore(backup)

    patch.setattr(House, "restore", put_back)


def inbox_missing(patch: pytest.MonkeyPatch) -> None:
    """A lane takes each delivery of another as new, as who reads at-least-once as once does."""
    delivery = house.delivery
    patch.setattr(house, "delivery", lambda *asked: replace(delivery(*asked), first=None))


def refused_below_zero(patch: pytest.MonkeyPatch) -> None:
    """A pick of more than the book has is refused, as stock constraints in databases do."""

    def below_zero(picture: Picture) -> int:
        return sum(row.kind == "negative" for row in picture.all(Discrepancy))

    def strictly(decide: Decide, operation: Any, picture: Picture, context: Context) -> None:  # noqa: ANN401
        before = below_zero(picture)
        decide(operation, picture, context)
        if below_zero(picture) > before:
            context.refuse("not_enough_stock")

    decide_otherwise(patch, Pick, strictly)


def batch_all_or_nothing(patch: pytest.MonkeyPatch) -> None:
    """A line that can't be read turns the whole batch away, as validating frameworks do."""

    def check_all(came: CameBatch, public_key: bytes) -> list[bytes]:
        hashes = check_batch(came, public_key)
        if any(isinstance(decode_line(line), Undecodable) for line in came.lines):
            raise BatchError("invalid", "A line of the batch can't be read.")
        return hashes

    patch.setattr(calls, "check_batch", check_all)


def count_sets_the_balance(patch: pytest.MonkeyPatch) -> None:
    """A fact from before a count that comes after it is added, as if arrival were the order."""
    patch.setattr(posting, "absorb", lambda *_: False)
