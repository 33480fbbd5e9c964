"""Replay: decide every stored operation again, in memory, in the order in which it was decided.

What comes out must be what is stored, down to the hash of each commit. Where it is not, newer rules
decide otherwise or rows were changed: the difference is reported and nothing is rewritten. That a
line was parked is a recorded decision: newer code that could read it keeps it parked here, and
takes it where the book took it, by the operation that decided it later.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import msgspec

from device_protocol.codec import UNREAD_CODES
from device_protocol.messages import Outcome
from server.lane.activity import NETWORK
from server.lane.archived import remainder
from server.lane.lane import Names
from server.lane.picture import Picture
from server.lane.records import Commit, Lane, StoredOperation
from server.lane.want import Want
from server.sync.batches import Batch
from server.sync.push import PushRules
from server.tasks.reconsidering import STILL_PARKED
from server.tasks.resolving import PARKED
from server.tasks.undoing import LINE_ARCHIVED

RECORDED = (PARKED, STILL_PARKED)
"""How outcomes begin that depend on what the program could read and do at the time."""
UNDONE_ARCHIVED = f'"code":"{LINE_ARCHIVED}"'.encode()
_decode = msgspec.json.Decoder(Outcome).decode


class Difference(NamedTuple):
    """A commit that comes out otherwise when it is decided again."""

    site: int
    commit: int
    operation: str
    stored: str
    decided: str


class Replay:
    """A book in memory, fed commit by commit."""

    def __init__(self, rules: PushRules) -> None:
        """Start with an empty book."""
        self.rules = rules
        self.picture = Picture(complete=True)
        self.differences: list[Difference] = []

    def take(self, commit: Commit, operations: list[StoredOperation]) -> None:
        """Decide one commit again and compare."""
        picture = self.picture
        for operation in operations:
            self._put_away(operation)
        if picture.get(Lane, (commit.site,)) is None:
            picture.put(Lane(site=commit.site))
        for batch in batches_of(commit.site, operations):
            job = self.rules.job(batch)
            job.needs(Want(picture))
            job.decide(picture, commit.recorded_at, self._load)
        self.rules.close([commit.site], picture, commit.recorded_at, self._load)
        lane = picture.need(Lane, (commit.site,))
        if lane.hash != commit.hash:
            self._explain(commit, operations)
            # Go on from what is stored, so that one difference is reported once.
            picture.put(msgspec.structs.replace(lane, hash=commit.hash, head=commit.number))
        picture.settle()

    def _put_away(self, operation: StoredOperation) -> None:
        """Archive the line that an undo found archived: when that was, its outcome alone says."""
        if UNDONE_ARCHIVED not in operation.outcome:
            return
        stream, epoch, seq = map(int, _decode(operation.outcome).actual.split("/"))
        original = self.picture.get(StoredOperation, (operation.site, stream, epoch, seq))
        if original is not None:
            left = remainder(original.line)
            self.picture.put(msgspec.structs.replace(original, line=left))
            self.picture.settle()

    def _load(self, names: Names) -> None:
        """A complete picture has everything: who asks is answered at once."""
        names(Want(self.picture))

    def _explain(self, commit: Commit, operations: list[StoredOperation]) -> None:
        found = 0
        for stored in operations:
            key = (stored.site, stored.stream, stored.epoch, stored.seq)
            decided = self.picture.get(StoredOperation, key)
            if decided is None or decided != stored:
                found += 1
                name = f"{stored.stream}/{stored.epoch}/{stored.seq}"
                self.differences.append(
                    Difference(commit.site, commit.number, name, told(stored), told(decided))
                )
        if not found:
            self.differences.append(
                Difference(commit.site, commit.number, "", "its movements", "other movements")
            )


def told(operation: StoredOperation | None) -> str:
    """What is worth comparing of an operation, for a person to read."""
    if operation is None:
        return "not decided"
    return (
        f"{operation.outcome.decode()} movements {operation.first_movement}+{operation.movements}"
        f" at {operation.occurred_at}±{operation.uncertainty} {operation.quality}"
    )


def batches_of(site: int, operations: list[StoredOperation]) -> Iterator[Batch]:
    """The operations of a commit as batches in which they can be decided again, in order."""

    def stream(operation: StoredOperation) -> tuple[int, int, bytes]:
        recorded = operation.outcome if operation.outcome.startswith(RECORDED) else b""
        return (operation.stream, operation.epoch, recorded)

    for (number, epoch, park), grouped in groupby(operations, stream):
        run = list(grouped)
        yield Batch(
            site=site,
            stream=number,
            epoch=epoch,
            lines=tuple(operation.line for operation in run),
            first=run[0].seq,
            hashes=tuple(operation.hash for operation in run),
            park=park,
            unread=was_unread(park),
            trusted=True,
        )


def was_unread(outcome: bytes) -> bool:
    """Whether an outcome of a parked line says that it could not be read."""
    if not outcome:
        return False
    told = _decode(outcome)
    return told.code in UNREAD_CODES or told.actual in UNREAD_CODES


def in_order(commits: dict[int, list[Commit]]) -> Iterator[Commit]:
    """Commits of all sites, each site's after those of the network that its decisions had seen."""
    network = iter(commits.get(NETWORK, []))
    done = 0
    sites = [commit for site, own in commits.items() if site != NETWORK for commit in own]
    for commit in sorted(sites, key=lambda each: (each.network, each.site, each.number)):
        while done < commit.network:
            before = next(network, None)
            if before is None:
                break
            done = before.number
            yield before
        yield commit
    yield from network
