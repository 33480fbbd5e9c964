"""A device's way to the server over HTTP: retries, backoff, and what each answer means.

Workflow of `sync`: hello (opening a new epoch where the stream's ends don't agree), push until
nothing is pending, pull until nothing is left, push what the pull made the device write down. A
push whose answer does not arrive is never repeated as it was: hello says first where the server
stands. Pulling needs a signed-in person; pushing never does.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import httpx
import msgspec

from device_protocol import codec, signatures
from device_protocol.device import Device
from device_protocol.messages import (
    ENROL_PATH,
    EPOCH_PATH,
    HELLO_PATH,
    PERSONAL_PATH,
    PULL_PATH,
    PUSH_PATH,
    SIGN_IN_PATH,
    EnrolAnswer,
    EpochAnswer,
    HelloAnswer,
    Limits,
    PersonalAnswer,
    PersonalRequest,
    PullAnswer,
    PushAnswer,
    SignInAnswer,
    SignInRequest,
)
from device_protocol.outbox import OutgoingBatch
from device_protocol.problems import Problem, decode_problem
from device_protocol.version import LIMITS

PACK_OPERATIONS_MIN = 5
"""Batches of so many operations and more are packed."""

APP = "totebook-reference/1"

_TOO_LARGE = 413
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_RETRY_AFTER_S_MAX = 300.0
_DISAGREEMENTS = frozenset({"sync.fork", "sync.gap"})
_DAMAGED = frozenset({"sync.hash_mismatch", "sync.malformed_batch"})

_Answer = TypeVar("_Answer")


class CallError(Exception):
    """The server answered with a problem that repeating the call does not mend."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(f"{problem.status} {problem.code or problem.title}: {problem.detail}")
        self.problem = problem


class UnreachableError(Exception):
    """The server did not answer, or was not well, for as long as was tried."""


class _FailedError(Exception):
    """One attempt failed and may be repeated."""

    def __init__(self, reason: str, retry_after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class SyncReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a synchronisation did."""

    pushed: int
    pulled: int
    """Documents put or removed."""
    upgrade: str
    commands: tuple[str, ...]


class DeviceClient:
    """Carries a device's calls; used by one thread at a time."""

    def __init__(
        self,
        device: Device,
        http: httpx.Client,
        *,
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
        app: str = APP,
        attempts_max: int = 8,
        backoff_s: float = 0.2,
        backoff_s_max: float = 30.0,
    ) -> None:
        """Speak for `device` over `http`; `jitter` gives numbers from 0 to 1."""
        self.device = device
        self.session = ""
        self._http = http
        self._sleep = sleep
        self._jitter = jitter
        self._app = app
        self._attempts_max = attempts_max
        self._backoff_s = backoff_s
        self._backoff_s_max = backoff_s_max
        self._limits = LIMITS
        self._batch_max = LIMITS.batch_operations

    def enrol(self, code: str, name: str = "") -> EnrolAnswer:
        """Spend an enrolment code."""
        body = msgspec.json.encode(self.device.enrol_request(code, self._app, name))
        answer = self._retried(lambda: self._post(ENROL_PATH, body, EnrolAnswer))
        self.device.enrolled(answer)
        return answer

    def sign_in(self, person: str, pin: str) -> SignInAnswer:
        """Sign a person in; the answer's grant is the actor of what they do."""
        request = SignInRequest(device=self._identity(), person=person, pin=pin)
        body = msgspec.json.encode(request)
        answer = self._retried(lambda: self._post_signed(SIGN_IN_PATH, body, SignInAnswer))
        self.session = answer.token
        return answer

    def hello(self) -> HelloAnswer:
        """Agree with the server about the stream, in a new epoch if need be."""
        for _ in range(self._attempts_max):
            if self.device.outbox.attempt is not None:
                self._open_epoch()
            try:
                answer, agreed = self._retried(self._hello_once)
            except CallError as error:
                if not self._needs_epoch(error.problem):
                    raise
            else:
                self._limits = answer.limits
                if agreed:
                    return answer
        raise UnreachableError("the server and the device do not agree about any epoch")

    def push_all(self) -> int:
        """Push until nothing is pending and return how many operations were sent."""
        pushed = failures = 0
        while True:
            if not self.device.outbox.position_known:
                self.hello()
            batch = self.device.next_batch(self._batch_limits())
            if batch is None:
                return pushed
            try:
                self._push_once(batch)
            except _FailedError as failure:
                self.device.doubt()
                failures += 1
                self._back_off(failures, failure)
            except CallError as error:
                self.device.doubt()
                failures += 1
                self._after_refused_push(batch, error, failures)
            else:
                failures = 0
                pushed += batch.count
                self._batch_max = min(2 * self._batch_max, self._limits.batch_operations)

    def send_personal(self) -> int:
        """Send the personal records that the server does not have yet and return how many."""
        waiting = self.device.personal.pending()
        for record in waiting:
            request = PersonalRequest(device=self._identity(), salt=record.salt, body=record.body)
            body = msgspec.json.encode(request)
            self._retried(partial(self._post_signed, PERSONAL_PATH, body, PersonalAnswer))
            self.device.personal.sent(record)
        return len(waiting)

    def pull_all(self, documents_max: int = 0) -> int:
        """Pull until nothing is left and return how many documents changed.

        A scope that did not equal the server's view starts again once; if it fails again, the next
        pull tries anew.
        """
        changed = 0
        restarted: set[str] = set()
        while True:
            body = msgspec.json.encode(self.device.pull_request(documents_max))
            answer = self._retried(partial(self._post_signed, PULL_PATH, body, PullAnswer))
            applied = self.device.apply(answer)
            changed += sum(len(page.changed) for page in applied)
            mismatches = {page.scope for page in applied if page.mismatch}
            if mismatches & restarted or not (answer.more or mismatches):
                return changed
            restarted |= mismatches

    def sync(self) -> SyncReport:
        """Bring device and server to the same knowledge, as far as a person is signed in."""
        self.hello()
        pushed = self.push_all()
        self.send_personal()
        pulled = 0
        if self.session and self.device.upgrade != "needed":
            pulled = self.pull_all()
            pushed += self.push_all()
        return SyncReport(
            pushed=pushed, pulled=pulled, upgrade=self.device.upgrade, commands=self.device.commands
        )

    def _identity(self) -> int:
        return self.device.outbox.identity.device

    def _batch_limits(self) -> Limits:
        operations = max(1, min(self._batch_max, self._limits.batch_operations))
        return msgspec.structs.replace(self._limits, batch_operations=operations)

    def _hello_once(self) -> tuple[HelloAnswer, bool]:
        sent_ms = self.device.now_ms()
        body = msgspec.json.encode(self.device.hello_request(self._app))
        answer = self._post_signed(HELLO_PATH, body, HelloAnswer)
        return answer, self.device.on_hello(answer, sent_ms)

    def _open_epoch(self) -> None:
        body = msgspec.json.encode(self.device.epoch_request())
        answer = self._retried(lambda: self._post(EPOCH_PATH, body, EpochAnswer))
        self.device.open_epoch(answer)

    def _needs_epoch(self, problem: Problem) -> bool:
        if problem.code == "sync.fork":
            next_seq = problem.extras.get("next")
            self.device.on_fork(next_seq if isinstance(next_seq, int) else None)
        elif problem.code == "sync.epoch_closed":
            self.device.on_lost_epoch()
        else:
            return False
        return True

    def _push_once(self, batch: OutgoingBatch) -> None:
        sent_ms = self.device.now_ms()
        answer = self._send(batch)
        if not self.device.settle(answer, sent_ms):
            raise _FailedError("the answer does not fit the batch")

    def _send(self, batch: OutgoingBatch) -> PushAnswer:
        headers = {"Content-Type": "application/x-ndjson"}
        body = batch.body
        if batch.count >= PACK_OPERATIONS_MIN:
            body = codec.pack(body, "zstd")
            headers["Content-Encoding"] = "zstd"
        if len(body) > self._limits.push_bytes:
            raise CallError(
                Problem(status=_TOO_LARGE, code="sync.too_large", detail=f"{len(body)} bytes")
            )
        return self._post(PUSH_PATH, body, PushAnswer, headers)

    def _after_refused_push(self, batch: OutgoingBatch, error: CallError, failures: int) -> None:
        code = error.problem.code
        if failures >= self._attempts_max:
            raise error
        if error.problem.status == _TOO_LARGE and batch.count > 1:
            self._batch_max = batch.count // 2
        elif code in _DAMAGED:
            self._back_off(failures, _FailedError(str(error)))
        elif code == "sync.epoch_closed":
            self.device.on_lost_epoch()
        elif code not in _DISAGREEMENTS:
            raise error

    def _retried(self, attempt: Callable[[], _Answer]) -> _Answer:
        failures = 0
        while True:
            try:
                return attempt()
            except _FailedError as failure:
                failures += 1
                self._back_off(failures, failure)

    def _back_off(self, failures: int, failure: _FailedError) -> None:
        if failures >= self._attempts_max:
            raise UnreachableError(f"{failures} attempts; the last: {failure}") from failure
        ceiling = min(self._backoff_s_max, self._backoff_s * 2 ** (failures - 1))
        self._sleep(max(failure.retry_after_s, ceiling * (0.5 + 0.5 * self._jitter())))

    def _post_signed(self, path: str, body: bytes, answer: type[_Answer]) -> _Answer:
        identity = self.device.outbox.identity
        signature = signatures.call_header(identity.device, identity.private, "POST", path, body)
        headers = {signatures.SIGNATURE_HEADER: signature}
        if path == PULL_PATH:
            headers["Authorization"] = f"Bearer {self.session}"
        return self._post(path, body, answer, headers)

    def _post(
        self, path: str, body: bytes, answer: type[_Answer], headers: dict[str, str] | None = None
    ) -> _Answer:
        sent = {"Content-Type": "application/json"} | (headers or {})
        try:
            response = self._http.post(path, content=body, headers=sent)
        except httpx.RequestError as error:
            raise _FailedError(f"{path}: {error!r}") from error
        if response.status_code == _TOO_MANY_REQUESTS or response.status_code >= _SERVER_ERROR:
            retry_after_s = _retry_after_s(response.headers.get("Retry-After", ""))
            raise _FailedError(f"{path}: HTTP {response.status_code}", retry_after_s)
        if not response.is_success:
            raise CallError(decode_problem(response.content, response.status_code))
        try:
            return msgspec.json.decode(response.content, type=answer)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _FailedError(f"{path}: the answer can't be read: {error}") from error


def _retry_after_s(value: str) -> float:
    """Read the number of seconds of a Retry-After (RFC 9110, 10.2.3); a date is not followed."""
    if value.isascii() and value.isdigit():
        return min(float(value), _RETRY_AFTER_S_MAX)
    return 0.0
