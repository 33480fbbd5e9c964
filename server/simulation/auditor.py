"""The auditor: holds the rows of the book against what people really did, device by device.

It shares no code with the server's decisions: chains and digests are recomputed here, lines are
read as plain JSON, and what should stand where is reckoned by a model of its own (`model.py`). What
it finds names one of the invariants I1 to I14 of the protocol.
"""

import hashlib
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from device_protocol.store import Store
from server.ledger.records import LAST_VIRTUAL, Balance
from server.simulation.evidence import Evidence, Told
from server.simulation.journal import Breach, Journal
from server.simulation.truth import Act

OUTCOMES = frozenset({"applied", "flagged", "parked", "refused"})
INTENTS = frozenset({"claim", "renew", "hand_back", "take_numbers"})
MODULUS = 1 << 128


def check_acts(acts: Mapping[str, Act], evidence: Evidence) -> Iterator[Breach]:
    """Every durable act took effect exactly once; nothing else did (I1, I2)."""
    effects: Counter[str] = Counter()
    devices: dict[str, int] = {}
    for told in evidence.told:
        if told.act and told.took_effect:
            # A parked line has no effect, and may be parked once more where it is offered again.
            effects[told.act] += told.outcome != "parked"
            devices[told.act] = told.row.stream
    for act in acts.values():
        if effects[act.name] > 1:
            times = effects[act.name]
            yield Breach("I1", f"{act.name} ({act.kind}) took effect {times} times", (act.device,))
        if act.name not in devices and not act.lost:
            yield Breach("I2", f"{act.name} ({act.kind}) is not in the book", (act.device,))
    for name in sorted(devices.keys() - acts.keys()):
        yield Breach("I2", f"{name} is in the book, and nobody did it", (devices[name],))


def check_refusals(evidence: Evidence) -> Iterator[Breach]:
    """No fact is refused, and none is parked by a fault of ours (I7, I12)."""
    for told in evidence.told:
        row = told.row
        name = f"{row.stream}/{row.epoch}/{row.seq}"
        if told.outcome not in OUTCOMES:
            yield Breach("I7", f"{name} has outcome {told.outcome}", (row.stream,))
        if told.outcome == "refused" and told.line.get("kind") not in INTENTS:
            yield Breach("I7", f"{name} is a fact and was refused: {told.code}", (row.stream,))
        if told.code == "internal_error":
            yield Breach("I12", f"{name} was parked by a fault of ours", (row.stream,))


def check_waiting(evidence: Evidence) -> Iterator[Breach]:
    """Nothing waits in an outbox, and no lane could not understand another (I12)."""
    for message in evidence.waiting:
        yield Breach("I12", f"message {message.seq} from {message.site} was not delivered")
    for row in evidence.operations:
        if row.stream < DEVICES_FROM and b'"outcome":"parked"' in row.outcome:
            yield Breach("I12", f"a message of stream {row.stream} was parked: {row.outcome!r}")


def check_deliveries(evidence: Evidence) -> Iterator[Breach]:
    """What one lane sent to another came there once, and nothing else did (I1, I2)."""
    came = {(row.site, row.stream): row.next - 1 for row in evidence.streams}
    waiting = Counter((message.site, message.target) for message in evidence.waiting)
    for head in evidence.sent:
        got = came.get((head.target, OUTBOX_FROM + head.site), 0)
        due = head.last - waiting[head.site, head.target]
        if got != due:
            told = f"lane {head.target} took {got} messages of lane {head.site}, which sent {due}"
            yield Breach("I1" if got > due else "I2", told)


OUTBOX_FROM = 10
DEVICES_FROM = 1_000_000


def check_streams(evidence: Evidence) -> Iterator[Breach]:
    """Every stream is contiguous, and its chain leads from its nonce to its head (I3, I4)."""
    lines = defaultdict(list)
    for row in evidence.operations:
        lines[row.site, row.stream, row.epoch].append(row)
    for stream in evidence.streams:
        key = (stream.site, stream.stream, stream.epoch)
        head = hashlib.sha256(
            struct.pack(">BQQ", 0, stream.stream, stream.epoch) + stream.nonce
        ).digest()
        rows = sorted(lines.pop(key, []), key=lambda row: row.seq)
        for seq, row in enumerate(rows, start=1):
            packed = struct.pack(">B32sQI", 1, head, row.seq, len(row.line))
            head = hashlib.sha256(packed + row.line).digest()
            if row.seq != seq:
                yield Breach("I4", f"stream {key}: line {row.seq} where {seq} should be")
                break
            if row.hash != head:
                yield Breach("I4", f"stream {key}: line {seq} does not follow", (stream.stream,))
                break
        if (stream.next, stream.head) != (len(rows) + 1, head):
            yield Breach("I4", f"stream {key} says {stream.next}, its lines end at {len(rows)}")
    for key in lines:
        yield Breach("I4", f"lines of {key} belong to no stream")


def check_commits(evidence: Evidence) -> Iterator[Breach]:
    """Commits are numbered without gaps, and name every operation and movement once (I4)."""
    ends: dict[int, tuple[int, int, int]] = {}
    for commit in evidence.commits:
        number, operations, movements = ends.get(commit.site, (0, 0, 0))
        begins = (commit.number, commit.first_operation, commit.first_movement)
        if begins != (number + 1, operations + 1, movements + 1):
            yield Breach("I4", f"commit {commit.number} of site {commit.site} begins at {begins}")
        ends[commit.site] = (
            commit.number,
            operations + commit.operations,
            movements + commit.movements,
        )
    stored = Counter(row.site for row in evidence.operations)
    moved = Counter(row.site for row in evidence.movements)
    for lane in evidence.lanes:
        expected = (lane.head, stored[lane.site], moved[lane.site])
        if ends.get(lane.site, (0, 0, 0)) != expected:
            yield Breach("I4", f"commits of site {lane.site} end at {ends.get(lane.site)}")


def check_outcomes(journal: Journal, evidence: Evidence) -> Iterator[Breach]:
    """What a device was answered first is what is stored (I5)."""
    stored = {(row.stream, row.epoch, row.seq): row for row in evidence.operations}
    for name, (line_hash, outcome) in journal.outcomes():
        row = stored.get(name)
        if row is None:
            yield Breach("I2", f"line {name} was answered and is not stored", (name[0],))
        elif row.hash != line_hash:
            yield Breach("I3", f"line {name} is stored with another hash", (name[0],))
        elif row.outcome != outcome:
            yield Breach("I5", f"line {name} was answered {outcome!r}", (name[0],))


def check_movements(evidence: Evidence) -> Iterator[Breach]:
    """Balances are the sums of movements, and what is below zero is asked about once (I6)."""
    sums: Counter[tuple[int, int, int]] = Counter()
    for row in evidence.movements:
        if row.quantity <= 0:
            yield Breach("I6", f"movement {row.number} moves {row.quantity}")
        sums[row.site, row.source, row.stock] -= row.quantity
        sums[row.site, row.target, row.stock_to] += row.quantity
    opened = Counter(
        (row.site, row.place, row.stock)
        for row in evidence.discrepancies
        if row.open is not None and row.kind == "negative"
    )
    for balance in evidence.balances:
        yield from _check_balance(balance, sums, opened)
    for key, left in sums.items():
        if left:
            yield Breach("I6", f"balance {key}: movements give {left}, there is no row")
    for key in opened:
        yield Breach("I6", f"discrepancy at {key}, where nothing is below zero")


def check_causes(evidence: Evidence) -> Iterator[Breach]:
    """Every movement is one operation's, which says so (I1)."""
    left = {(row.site, row.number): row for row in evidence.movements}
    for operation in evidence.operations:
        name = f"{operation.stream}/{operation.epoch}/{operation.seq}"
        for number in range(
            operation.first_movement, operation.first_movement + operation.movements
        ):
            row = left.pop((operation.site, number), None)
            # What takes a count back stands at the count's point, which may be of another epoch.
            epochs = {operation.epoch, row.epoch if row and row.cause == "undo_count" else 0}
            if row is None:
                yield Breach(
                    "I1", f"{name} names movement {number}, which is another's or nobody's"
                )
            elif (row.stream, row.seq) != (operation.stream, operation.seq):
                yield Breach("I1", f"{name} names movement {number} of {row.stream}/{row.seq}")
            elif row.epoch not in epochs:
                yield Breach("I1", f"{name} names movement {number} of epoch {row.epoch}")
    for site, number in left:
        yield Breach("I1", f"movement {number} of site {site} is no operation's")


def _check_balance(
    balance: Balance, sums: Counter[tuple[int, int, int]], opened: Counter[tuple[int, int, int]]
) -> Iterator[Breach]:
    key = (balance.site, balance.place, balance.stock)
    summed = sums.pop(key, 0)
    if summed != balance.quantity:
        yield Breach("I6", f"balance {key} is {balance.quantity}, its movements give {summed}")
    negative = balance.quantity < 0 and balance.place > LAST_VIRTUAL
    if opened.pop(key, 0) != int(negative):
        yield Breach("I6", f"balance {key} is {balance.quantity}: not exactly one open question")


def check_sums(evidence: Evidence) -> Iterator[Breach]:
    """Count and sum of every scope are those of its documents (I10)."""
    sums: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for row in evidence.documents:
        if row.body is not None:
            counts[row.scope] += 1
            sums[row.scope] += document_hash(row.scope, row.key, row.version, row.body)
    for scope in evidence.scopes:
        total = sums[scope.scope] % MODULUS
        if (scope.count, scope.sum) != (counts[scope.scope], total.to_bytes(16, "big")):
            yield Breach("I10", f"scope {scope.scope}: its sum is not that of its documents")


def check_replica(
    device: int, allowed: set[str], store: Store, evidence: Evidence
) -> Iterator[Breach]:
    """A device holds what the server holds of its scopes, and nothing else (I10, I13)."""
    held = store.scopes()
    for scope in sorted(held):
        if scope not in allowed:
            yield Breach("I13", f"device {device} follows {scope}", (device,))
    wanted: dict[str, dict[str, tuple[int, bytes]]] = {scope: {} for scope in allowed}
    for row in evidence.documents:
        if row.scope in allowed and row.body is not None:
            wanted[row.scope][row.key] = (row.version, row.body)
    for scope, documents in sorted(wanted.items()):
        found = {each.key: (each.version, each.body) for each in store.documents(scope)}
        if found != documents:
            keys = sorted(
                key
                for key in found.keys() | documents.keys()
                if found.get(key) != documents.get(key)
            )
            yield Breach("I10", f"device {device}: {scope} differs in {keys[:5]}", (device,))


def check_alarms(device: int, alarms: int, *, rotted: bool) -> Iterator[Breach]:
    """What was told adds up at every checkpoint, unless the device's own store rotted (I10)."""
    if alarms and not rotted:
        yield Breach("I10", f"device {device}: what it was told did not add up", (device,))


def document_hash(scope: str, key: str, version: int, body: bytes) -> int:
    """What a document adds to the sum of its scope."""
    parts = b"".join(
        (
            struct.pack(">I", len(scope.encode())),
            scope.encode(),
            struct.pack(">I", len(key.encode())),
            key.encode(),
            struct.pack(">QI", version, len(body)),
            body,
        )
    )
    return int.from_bytes(hashlib.sha256(parts).digest()[:16], "big")


def check_rows(acts: Mapping[str, Act], journal: Journal, evidence: Evidence) -> list[Breach]:
    """Everything that the rows of the book alone can show."""
    checks: tuple[Iterable[Breach], ...] = (
        check_acts(acts, evidence),
        check_refusals(evidence),
        check_waiting(evidence),
        check_deliveries(evidence),
        check_streams(evidence),
        check_commits(evidence),
        check_outcomes(journal, evidence),
        check_movements(evidence),
        check_causes(evidence),
        check_sums(evidence),
    )
    return [breach for check in checks for breach in check]


def told_by_codes(told: Iterable[Told]) -> Counter[str]:
    """How often each outcome was given, with its code."""
    return Counter(f"{each.outcome} {each.code}".strip() for each in told)
