"""What stands in for the world in tests of the device: clocks, a server, a lossy road."""

import copy
import random
from collections import deque
from collections.abc import Callable
from typing import Any

import httpx
import msgspec

from device_protocol import chain, codec, digest, keys, messages, problems, signatures
from device_protocol.operations import Bind, Operation
from device_protocol.version import LIMITS, PROTOCOL

DEVICE = 1_000_000
SITE = 1
PERSON_SCOPE = "1/person/7"
DEVICE_SCOPE = f"1/device/{DEVICE}"
NONCE = bytes(range(16))

Handler = Callable[[httpx.Request], httpx.Response]


class ManualClock:
    """A device clock that stands until it is moved."""

    def __init__(self) -> None:
        """Start a first boot at one second."""
        self.boot = "first"
        self.monotonic = 1_000
        self.wall = 1_291_190_400_000

    def boot_id(self) -> str:
        """Return the boot."""
        return self.boot

    def monotonic_ms(self) -> int:
        """Return the monotonic time."""
        return self.monotonic

    def wall_ms(self) -> int:
        """Return the wall time."""
        return self.wall


def seeded(seed: int = 1) -> keys.Randomness:
    """Return randomness that is the same in every run."""
    return random.Random(seed).randbytes


class FakeServer:
    """A server in memory that keeps the protocol's promises and applies each fact once."""

    def __init__(self) -> None:
        """Start with no device."""
        self.generation = 1
        self.now = 1_291_190_400_000
        self.public = b""
        self.epochs: dict[int, bytes] = {}
        self.attempts: dict[str, int] = {}
        self.lines: dict[int, list[bytes]] = {}
        self.hashes: dict[int, list[bytes]] = {}
        self.acts: set[tuple[int, int, str]] = set()
        """Origins of the operations that took effect."""
        self.units: list[str] = []
        """What they bound, once for every time that one took effect."""
        self.limits = LIMITS
        self.pulls: deque[messages.PullAnswer] = deque()
        self.calls: list[str] = []
        self.batches: list[int] = []
        self.upgrade: Any = "none"
        self.grant: dict[str, Any] | None = None
        self.protocol = PROTOCOL
        self.commands: tuple[str, ...] = ()
        self.digests: deque[messages.DigestAnswer] = deque()
        self.asked: list[messages.DigestRequest] = []
        self.hellos: list[messages.HelloRequest] = []
        self.opened: list[messages.EpochRequest] = []
        self.stream = ""
        """What is said to who listens."""
        self.personal: list[str] = []
        """Texts of the personal records that came."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        call = request.url.path.rsplit("/", 1)[1]
        self.calls.append(call)
        body = request.content
        if call not in {"enrol", "epoch", "push"}:
            signed = signatures.read_call_header(request.headers[signatures.SIGNATURE_HEADER])
            covered = signatures.call_bytes(request.method, request.url.raw_path.decode(), body)
            assert signed is not None
            if not keys.verify(self.public, covered, signed[1]):
                return _problem(401, "unauthorized")
        if call == "push":
            encoding = request.headers.get("Content-Encoding", "")
            return self._push(body, encoding)
        answer: httpx.Response = getattr(self, f"_{call}")(body)
        return answer

    def backup(self) -> dict[str, Any]:
        """Return a copy of what is stored."""
        return {
            "epochs": dict(self.epochs),
            "attempts": dict(self.attempts),
            "lines": {epoch: list(lines) for epoch, lines in self.lines.items()},
            "hashes": {epoch: list(hashes) for epoch, hashes in self.hashes.items()},
            "acts": set(self.acts),
            "units": list(self.units),
            "public": self.public,
        }

    def restore(self, backup: dict[str, Any]) -> None:
        """Go back to a copy, as another generation."""
        vars(self).update(copy.deepcopy(backup))
        self.generation += 1

    def operations(self) -> list[Operation]:
        """Return every line of every epoch, decoded."""
        decoded = [codec.decode_line(line) for lines in self.lines.values() for line in lines]
        return [operation for operation in decoded if isinstance(operation, Operation)]

    def _enrol(self, body: bytes) -> httpx.Response:
        request = msgspec.json.decode(body, type=messages.EnrolRequest)
        if request.code != "good":
            return _problem(401, "sync.bad_code")
        self.public = keys.read(request.public_key)
        self.epochs.setdefault(1, NONCE)
        return _answer(
            messages.EnrolAnswer(
                device=DEVICE, site=SITE, epoch=1, nonce=NONCE.hex(), server_time=self.now
            )
        )

    def _epoch(self, body: bytes) -> httpx.Response:
        request = msgspec.json.decode(body, type=messages.EpochRequest)
        self.opened.append(request)
        covered = signatures.epoch_bytes(
            request.device,
            request.attempt,
            request.reason,
            request.first,
            request.last,
            request.epoch,
        )
        assert keys.verify(self.public, covered, keys.read(request.signature))
        epoch = self.attempts.setdefault(request.attempt, len(self.epochs) + 1)
        nonce = self.epochs.setdefault(epoch, bytes([self.generation, epoch] * 8))
        return _answer(messages.EpochAnswer(epoch=epoch, nonce=nonce.hex()))

    def _hello(self, body: bytes) -> httpx.Response:
        request = msgspec.json.decode(body, type=messages.HelloRequest)
        self.hellos.append(request)
        if request.epoch not in self.epochs:
            return _problem(410, "sync.epoch_closed")
        next_seq, head = self._position(request.epoch)
        return _answer(
            messages.HelloAnswer(
                protocol=self.protocol,
                next=next_seq,
                head=head.hex(),
                durable=next_seq - 1,
                generation=self.generation,
                limits=self.limits,
                server_time=self.now,
                upgrade=self.upgrade,
                commands=self.commands,
            )
        )

    def _push(self, body: bytes, encoding: str) -> httpx.Response:
        try:
            unpacked = codec.unpack(
                body, encoding, self.limits.push_bytes, self.limits.unpacked_bytes
            )
            batch = codec.split_batch(unpacked, self.limits)
            codec.check_batch(batch, self.public)
        except codec.BatchError as error:
            return _problem(413 if error.code == "sync.too_large" else 400, error.code)
        header = batch.header
        if header.epoch not in self.epochs:
            return _problem(410, "sync.epoch_closed")
        next_seq, head = self._position(header.epoch)
        hashes = self.hashes.setdefault(header.epoch, [])
        start = chain.start(DEVICE, header.epoch, self.epochs[header.epoch])
        if header.first > next_seq:
            return _problem(409, "sync.gap", next=next_seq, head=head.hex())
        before = ([start, *hashes])[header.first - 1]
        known = chain.walk(before, header.first, batch.lines)
        overlap = hashes[header.first - 1 :][: len(known)]
        if before.hex() != header.prev or overlap != known[: len(overlap)]:
            return _problem(409, "sync.fork", next=next_seq, head=head.hex())
        self.batches.append(len(batch.lines))
        for line, line_hash in list(zip(batch.lines, known, strict=True))[len(overlap) :]:
            self._take(header.epoch, line, line_hash)
        next_seq, head = self._position(header.epoch)
        outcome = messages.Outcome(outcome="applied", grant=self.grant)
        return _answer(
            messages.PushAnswer(
                next=next_seq,
                head=head.hex(),
                durable=next_seq - 1,
                commit=1,
                server_time=self.now,
                outcomes=(msgspec.Raw(msgspec.json.encode(outcome)),) * len(batch.lines),
            )
        )

    def _pull(self, _body: bytes) -> httpx.Response:
        empty = messages.PullAnswer(generation=self.generation)
        return _answer(self.pulls.popleft() if self.pulls else empty)

    def _digest(self, body: bytes) -> httpx.Response:
        self.asked.append(msgspec.json.decode(body, type=messages.DigestRequest))
        if not self.digests:
            return _problem(404, "sync.scope_not_followed")
        return _answer(self.digests.popleft())

    def _rotate(self, body: bytes) -> httpx.Response:
        if self.protocol < PROTOCOL:
            return _problem(404, "not_found")
        request = msgspec.json.decode(body, type=messages.RotateRequest)
        public = keys.read(request.public_key)
        covered = signatures.rotate_bytes(request.device, request.public_key)
        assert keys.verify(public, covered, keys.read(request.proof))
        self.public = public
        return _answer(messages.RotateAnswer(request.public_key))

    def _live(self, _body: bytes) -> httpx.Response:
        if not self.stream:
            return _problem(401, "unauthorized")
        return httpx.Response(200, content=self.stream.encode())

    def _sign_in(self, body: bytes) -> httpx.Response:
        request = msgspec.json.decode(body, type=messages.SignInRequest)
        if request.pin != "1234":
            return _problem(401, "identity.wrong_pin")
        return _answer(messages.SignInAnswer("t", 7, "g7", 0))

    def _personal(self, body: bytes) -> httpx.Response:
        request = msgspec.json.decode(body, type=messages.PersonalRequest)
        self.personal.append(request.body)
        return _answer(messages.PersonalAnswer("0" * 64))

    def _position(self, epoch: int) -> tuple[int, bytes]:
        hashes = self.hashes.get(epoch, [])
        start = chain.start(DEVICE, epoch, self.epochs[epoch])
        return len(hashes) + 1, (hashes[-1] if hashes else start)

    def _take(self, epoch: int, line: bytes, line_hash: bytes) -> None:
        self.lines.setdefault(epoch, []).append(line)
        self.hashes[epoch].append(line_hash)
        operation = codec.decode_line(line)
        assert isinstance(operation, Operation)
        origin = operation.again
        act = (epoch, len(self.hashes[epoch]), line_hash.hex())
        if origin is not None:
            act = (origin.epoch, origin.seq, origin.hash)
        if act not in self.acts:
            self.acts.add(act)
            if isinstance(operation, Bind):
                self.units.append(operation.unit)


class Road:
    """The way to a server; each request meets the next of the planned faults."""

    def __init__(self, server: Handler) -> None:
        """Lead to a server, without faults."""
        self.server = server
        self.faults: deque[str] = deque()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, or lose it or its answer, or damage or double it."""
        fault = self.faults.popleft() if self.faults else ""
        if fault == "lose request":
            raise httpx.ConnectError("lost", request=request)
        if fault == "truncate" and request.url.path.endswith("push"):
            request = httpx.Request(
                request.method,
                request.url,
                headers=request.headers,
                content=request.content[: len(request.content) * 2 // 3],
            )
        if fault.isdigit():
            return httpx.Response(int(fault), headers={"Retry-After": "7"})
        if fault == "double":
            self.server(request)
        answer = self.server(request)
        if fault == "lose answer":
            raise httpx.ReadTimeout("lost", request=request)
        if fault == "garble answer":
            return httpx.Response(200, content=answer.content[:-3])
        return answer


def checkpoint(
    scope: str, documents: list[messages.Document], n: int, generation: int = 1
) -> messages.PullAnswer:
    """Return a pull answer that holds all documents of a scope and ends in a true checkpoint."""
    bodies = [document for document in documents if isinstance(document.body, msgspec.Raw)]
    total = 0
    for document in bodies:
        body = bytes(document.body)  # type: ignore[arg-type]
        total = digest.add(total, digest.document_hash(scope, document.key, document.version, body))
    point = messages.Checkpoint(
        n=n, hash=f"{n:064x}", count=len(bodies), sum=digest.encode_sum(total)
    )
    page = messages.Page(scope=scope, cursor=n, documents=tuple(documents), checkpoint=point)
    return messages.PullAnswer(generation=generation, pages=(page,))


def document(key: str, version: int, body: str = "{}") -> messages.Document:
    """Return a document with a body."""
    return messages.Document(key=key, version=version, body=msgspec.Raw(body))


def _answer(message: messages.Message) -> httpx.Response:
    return httpx.Response(200, content=msgspec.json.encode(message))


def _problem(status: int, code: str, **extras: object) -> httpx.Response:
    problem = problems.Problem(status=status, code=code, extras=dict(extras))
    return httpx.Response(status, content=problems.encode_problem(problem))
