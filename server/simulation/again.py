"""The same day once more: decided from what is stored (I8), and arriving in other orders (I14)."""

import random
from collections.abc import Callable, Iterator, Mapping

from device_protocol import chain
from server.lane.lane import Rules, run_group
from server.lane.records import Commit, StoredOperation, Stream
from server.ledger.records import LAST_VIRTUAL, Balance
from server.simulation.books import Book, MemoryBook
from server.simulation.evidence import DEVICES, Evidence
from server.simulation.journal import Breach
from server.simulation.model import booked, check_goods
from server.simulation.opening import opening
from server.simulation.truth import Act
from server.sync.batches import Batch
from server.sync.push import PushRules
from server.sync.replay import Replay, in_order

BATCH_MAX = 40


def check_replay(book: Book, rules: PushRules) -> list[Breach]:
    """Deciding every stored operation again gives the same commits and balances (I8)."""
    commits: dict[int, list[Commit]] = {}
    for commit in sorted(book.rows(Commit), key=lambda each: (each.site, each.number)):
        commits.setdefault(commit.site, []).append(commit)
    operations: dict[int, list[StoredOperation]] = {}
    for row in sorted(book.rows(StoredOperation), key=lambda each: (each.site, each.number)):
        operations.setdefault(row.site, []).append(row)
    replay = Replay(rules)
    for commit in in_order(commits):
        first = commit.first_operation - 1
        replay.take(commit, operations[commit.site][first : first + commit.operations])
    breaches = [Breach("I8", f"decided otherwise: {each}") for each in replay.differences]
    stored = {(row.site, row.place, row.stock): row for row in book.rows(Balance)}
    decided = {(row.site, row.place, row.stock): row for row in replay.picture.all(Balance)}
    if stored != decided:
        keys = [
            key for key in stored.keys() | decided.keys() if stored.get(key) != decided.get(key)
        ]
        breaches.append(Breach("I8", f"balances come out otherwise: {sorted(keys)[:5]}"))
    return breaches


def check_orders(
    evidence: Evidence,
    acts: Mapping[str, Act],
    rules: Callable[[], Rules],
    now: int,
    seed: int,
) -> list[Breach]:
    """The same lines in two other orders of arrival give the same goods everywhere (I14)."""
    chance = random.Random(seed)  # noqa: S311 - a seed repeats a run.
    streams = [stream for stream in evidence.streams if stream.stream >= DEVICES]
    one = arrived(streams, rules(), now, one_by_one(evidence, streams))
    other = arrived(streams, rules(), now, interleaved(evidence, streams, chance))
    breaches = check_goods(one, acts) + check_goods(other, acts)
    first, second = pieces(one), pieces(other)
    keys = sorted(key for key in first.keys() | second.keys() if first.get(key) != second.get(key))
    breaches += [
        Breach("I14", f"{key}: {first.get(key, 0)} in one order, {second.get(key, 0)} in another")
        for key in keys
    ]
    return breaches


def arrived(streams: list[Stream], rules: Rules, now: int, batches: Iterator[Batch]) -> Evidence:
    """A fresh book that got the lines of devices in some order, and what it then holds."""
    book = MemoryBook(opening().backup)
    picture = book.store.picture
    starts = {(row.site, row.stream, row.epoch): row for row in streams}
    for key, stream in starts.items():
        head = chain.start(stream.stream, stream.epoch, stream.nonce)
        picture.put(Stream(*key, 1, head, stream.nonce, opened_at=stream.opened_at))
    picture.settle()
    for batch in batches:
        run_group(book.store, rules, [batch], lambda: now)
    return Evidence.of(book)


def one_by_one(evidence: Evidence, streams: list[Stream]) -> Iterator[Batch]:
    """Each device's lines at once, device after device."""
    for stream in sorted(streams, key=lambda each: (each.site, each.stream, each.epoch)):
        yield from batches_of(evidence, stream, BATCH_MAX)


def interleaved(
    evidence: Evidence, streams: list[Stream], chance: random.Random
) -> Iterator[Batch]:
    """Batches of random sizes from random devices, each device's lines in its order."""
    queues: dict[int, list[Batch]] = {}
    for stream in sorted(streams, key=lambda each: (each.site, each.stream, each.epoch)):
        size = chance.randint(1, BATCH_MAX)
        queues.setdefault(stream.stream, []).extend(batches_of(evidence, stream, size))
    while queues:
        device = chance.choice(sorted(queues))
        if not queues[device]:
            del queues[device]
            continue
        yield queues[device].pop(0)


def batches_of(evidence: Evidence, stream: Stream, size: int) -> Iterator[Batch]:
    """The lines of a stream, cut anew."""
    rows = sorted(
        (
            row
            for row in evidence.operations
            if (row.site, row.stream, row.epoch) == (stream.site, stream.stream, stream.epoch)
        ),
        key=lambda row: row.seq,
    )
    prev = chain.start(stream.stream, stream.epoch, stream.nonce)
    for place in range(0, len(rows), size):
        part = rows[place : place + size]
        yield Batch(
            site=stream.site,
            stream=stream.stream,
            epoch=stream.epoch,
            lines=tuple(row.line for row in part),
            first=part[0].seq,
            prev=prev,
            hashes=tuple(row.hash for row in part),
        )
        prev = part[-1].hash


def pieces(evidence: Evidence) -> dict[tuple[int, str, str], int]:
    """What stands where: goods by their names, handling units by their codes."""
    found = booked(evidence)
    places = {(row.site, row.id): row.code for row in evidence.places}
    units = {
        (row.site, row.id): places[row.site, row.unit]
        for row in evidence.stocks
        if row.unit is not None
    }
    for balance in evidence.balances:
        code = units.get((balance.site, balance.stock))
        if code is not None and balance.place > LAST_VIRTUAL:
            place = places[balance.site, balance.place]
            found[balance.site, place, f"unit {code}"] = balance.quantity
    return {key: units for key, units in found.items() if units}
