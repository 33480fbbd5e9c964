"""Push: the rules of a lane. What a batch means is its job; here are decoding and closing."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from server.lane.activity import NETWORK, Activity
from server.lane.lane import Load
from server.lane.picture import Picture
from server.lane.reading import reader
from server.lane.records import Commit, Lane, StoredOperation
from server.ledger.records import Movement
from server.sync.batches import Answer, Batch
from server.sync.evidence import evidence_of
from server.sync.job import Job

Project = Callable[[dict[int, int], Picture, int, Load], None]
"""Turns changed records into documents: (commit number by site, picture, now, load)."""
_encode = msgspec.json.Encoder().encode


class PushRules:
    """The rules that `main` gives to every lane."""

    def __init__(
        self,
        activities: tuple[Activity, ...],
        project: Project = lambda _numbers, _picture, _now, _load: None,
    ) -> None:
        """Index the activities by the message they take."""
        self.activities: Mapping[type, Activity] = {each.message: each for each in activities}
        self.read = reader(self.activities)
        self._project = project

    def job(self, batch: Batch) -> Job:
        """What is to be done with a batch in one transaction."""
        return Job(batch, self.read, self.activities)

    def joined(self, answers: list[Answer]) -> Answer:
        """One answer for a batch taken operation by operation; one not taken ends it."""
        refused = next((answer for answer in answers if answer.status != "taken"), None)
        if refused is not None:
            return refused
        outcomes = tuple(outcome for answer in answers for outcome in answer.outcomes)
        return replace(answers[-1], first=answers[0].first, outcomes=outcomes)

    def close(self, sites: list[int], picture: Picture, now: int, load: Load) -> None:
        """Number and chain the commits, project their documents; mere repeats make none."""
        numbers = {}
        for site in sites:
            number = close_commit(site, picture, now)
            if number is not None:
                numbers[site] = number
        if numbers:
            self._project(numbers, picture, now, load)


def close_commit(site: int, picture: Picture, now: int) -> int | None:
    """Number a site's commit last thing before it commits, while the site is held, and chain it."""
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
    for evidence in evidence_of(operations, now):
        picture.add(evidence)
    picture.put(replace(lane, head=number, hash=digest, recorded_at=now))
    return number


def commit_hash(
    previous: bytes, commit: Commit, operations: list[StoredOperation], movements: list[Movement]
) -> bytes:
    """Chain a commit: all that its rows say, operations by their own chain hash and outcome."""
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
    parts: list[bytes] = []
    for operation in operations:
        parts += (operation.hash, _encode(operation_facts(operation)), operation.outcome)
    digest.update(b"".join(parts))
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
