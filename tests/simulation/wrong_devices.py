"""Wrong designs of a device, or of device and server together.

Each begins with what is wrong and who would write it so. What the device or the server does besides
is left as it is, so that what the auditor finds is the harm of that one mistake.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from msgspec.structs import replace

from device_protocol import digest, offering
from device_protocol.calls import FailedAttemptError
from device_protocol.client import DeviceClient
from device_protocol.messages import PushAnswer
from device_protocol.outbox import Outbox, OutgoingBatch
from device_protocol.store import StoredLine
from server.simulation import world
from server.simulation.handsets import Handset
from server.simulation.opening import opening
from server.sync.job import Job


def numbers_without_hashes(patch: pytest.MonkeyPatch) -> None:
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


def sums_by_exclusive_or(patch: pytest.MonkeyPatch) -> None:
    """Hashes of key, version and bytes are joined by exclusive or, as hash tables of pairs are."""

    def joined(scope: str, key: str, version: int, body: bytes) -> Bits:
        parts = (scope.encode(), b"key " + key.encode(), b"version %d" % version, body)
        total = Bits(0)
        for part in parts:
            total += int.from_bytes(hashlib.sha256(part).digest()[:16], "big")
        return total

    hash_otherwise(patch, joined)


def sums_of_ids(patch: pytest.MonkeyPatch) -> None:
    """Only keys are summed up, by who wants to know whether all documents are there."""
    document_hash = digest.document_hash
    hash_otherwise(patch, lambda scope, key, _version, _body: document_hash(scope, key, 0, b""))


def hash_otherwise(
    patch: pytest.MonkeyPatch, document_hash: Callable[[str, str, int, bytes], int]
) -> None:
    """Hash documents otherwise on both sides, from the first document on."""
    patch.setattr(digest, "document_hash", document_hash)
    patch.setattr(world, "opening", cache(opening.__wrapped__))


def pushes_after_doubt(patch: pytest.MonkeyPatch) -> None:
    """After a lost answer the client goes on from its own idea, to keep the queue moving."""
    push_once = DeviceClient._push_once

    def push_on(client: DeviceClient, batch: OutgoingBatch) -> None:
        try:
            push_once(client, batch)
        except FailedAttemptError:
            go_on(client.device.outbox, batch)

    patch.setattr(DeviceClient, "_push_once", push_on)


def go_on(outbox: Outbox, batch: OutgoingBatch) -> None:
    """Take a batch for sent."""
    last = outbox.line(batch.first + batch.count - 1)
    if last is not None:
        outbox._sent = None
        outbox._next, outbox._next_prev = last.seq + 1, last.hash


def sent_is_done(patch: pytest.MonkeyPatch) -> None:
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


def settled_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A line that was answered is deleted, by who trusts the server's disk alone."""
    settle = Outbox.settle

    def settle_and_forget(outbox: Outbox, answer: PushAnswer) -> list[StoredLine]:
        settled = settle(outbox, answer)
        for line in settled[:-1]:
            outbox._store.remove_line(line.stream, line.seq)
        return settled

    patch.setattr(Outbox, "settle", settle_and_forget)


def origin_not_named(patch: pytest.MonkeyPatch) -> None:
    """Lines go into a new epoch as they are, by who takes an epoch for a fresh start."""
    patch.setattr(offering, "with_origin", lambda stored: stored.line)


def server_wins(patch: pytest.MonkeyPatch) -> None:
    """Where the two disagree the device takes the server's state, as sync frameworks offer."""
    open_epoch = Outbox.open_epoch

    def open_empty(outbox: Outbox, answer: Any) -> int:  # noqa: ANN401 - as the right one.
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr("device_protocol.outbox.offered_again", lambda *_: [])
            return open_epoch(outbox, answer)

    patch.setattr(Outbox, "open_epoch", open_empty)


def beep_before_the_disk(patch: pytest.MonkeyPatch) -> None:
    """The device beeps first and writes then, because the beep has to be quick."""
    written = Handset._written

    def beep_and_write(handset: Handset, write: Callable[[], int]) -> int | None:
        seq = handset.device.outbox.tail().seq + 1
        return written(handset, write) or seq

    patch.setattr(Handset, "_written", beep_and_write)
