"""A device's way to the server over HTTP: what it says in which order, and what it does then.

Workflow of `sync`: hello (opening a new epoch where the stream's ends don't agree), push until
nothing is pending, pull until nothing is left, push what the pull made the device write down. A
push whose answer does not arrive is never repeated as it was: hello says first where the server
stands. Pulling needs a signed-in person; pushing never does. What the server commands is done where
it fits: the key is rotated before the pull, a device that is to be wiped pulls nothing.
"""

from collections.abc import Callable

import httpx
import msgspec

from device_protocol import codec
from device_protocol.attachments import send_pending
from device_protocol.calls import (
    UNAUTHORIZED,
    CallError,
    Calls,
    FailedAttemptError,
    UnreachableError,
    check,
)
from device_protocol.device import Device, NotSafeError
from device_protocol.live import LIVE_HEADERS, READ_S_MAX, Heard, is_news, live_target, read_hints
from device_protocol.messages import (
    DIGEST_PATH,
    ENROL_PATH,
    EPOCH_PATH,
    HELLO_PATH,
    PERSONAL_PATH,
    PULL_PATH,
    PUSH_PATH,
    SIGN_IN_PATH,
    DigestAnswer,
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
from device_protocol.problems import Problem
from device_protocol.replica import AppliedPage
from device_protocol.version import LIMITS

__all__ = ["APP", "CallError", "DeviceClient", "SyncReport", "UnreachableError"]

PACK_OPERATIONS_MIN = 5
"""Batches of so many operations and more are packed."""

APP = "totebook-reference/1"

UPLOAD_THEN_WIPE = "upload_then_wipe"
WIPE = "wipe"
ROTATE_KEY = "rotate_key"

_CONNECT_S_MAX = 10.0
_TOO_LARGE = 413
_DISAGREEMENTS = frozenset({"sync.fork", "sync.gap"})
_DAMAGED = frozenset({"sync.hash_mismatch", "sync.malformed_batch"})


class SyncReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a synchronisation did."""

    pushed: int
    pulled: int
    """Documents put or removed."""
    upgrade: str
    commands: tuple[str, ...]
    rotated: bool = False
    wiped: bool = False
    """The device is nobody's any more: enrol it again."""


class DeviceClient(Calls):
    """Carries a device's conversation; used by one thread at a time."""

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
        super().__init__(
            device,
            http,
            sleep=sleep,
            jitter=jitter,
            attempts_max=attempts_max,
            backoff_s=backoff_s,
            backoff_s_max=backoff_s_max,
        )
        self._app = app
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
        answer = self._signed(SIGN_IN_PATH, msgspec.json.encode(request), SignInAnswer)
        self.session = answer.token
        return answer

    def hello(self) -> HelloAnswer:
        """Agree with the server about the stream, in a new epoch if need be."""
        self._settle_key()
        for _ in range(self._attempts_max):
            if self.device.outbox.attempt is not None:
                self._open_epoch()
            try:
                answer, agreed = self._retried(self._hello_once)
            except CallError as error:
                if not self._is_mended(error.problem):
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
            except FailedAttemptError as failure:
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
            request = PersonalRequest(self._identity(), record.salt, record.body, record.kind)
            self._signed(PERSONAL_PATH, msgspec.json.encode(request), PersonalAnswer)
            self.device.personal.sent(record)
        return len(waiting)

    def send_attachments(self) -> int:
        """Send pictures and signatures as far as the server takes them now; count the whole."""
        if not self._limits.attachment_bytes:
            return 0
        return send_pending(self.device.attachments, self._exchange, self._limits)

    def pull_all(self, documents_max: int = 0) -> int:
        """Pull until nothing is left and return how many documents changed.

        A scope that does not equal the server's view is repaired, or else starts again, once; if it
        fails again, the next pull tries anew.
        """
        tried: set[str] = set()
        changed, _ = self._repair_doubted(tried)
        while True:
            body = msgspec.json.encode(self.device.pull_request(documents_max))
            answer = self._signed(PULL_PATH, body, PullAnswer)
            applied = self.device.apply(answer)
            changed += sum(len(page.changed) for page in applied)
            if any(page.mismatch and page.scope in tried for page in applied):
                return changed
            repaired, starts_again = self._repair_doubted(tried)
            changed += repaired
            if not (answer.more or starts_again):
                return changed

    def audit(self) -> tuple[str, ...]:
        """Add up what is held of every scope, mend what the store lost, and return those scopes."""
        replica = self.device.replica
        rotten = tuple(scope for scope in replica.cursors() if not replica.check(scope))
        if rotten:
            self.pull_all()
        return rotten

    def rotate(self) -> bool:
        """Put a new key in the place of the present one; False where the server keeps to that."""
        outbox = self.device.outbox
        before = outbox.identity.private
        self.device.rotation.begin()
        self._settle_key()
        return outbox.identity.private != before

    def follow(self, heard: Heard) -> bool:
        """Listen for hints until the stream ends; False if there was none, so that polling is left.

        CallError says that the session or the device may not listen, UnreachableError never comes.
        """
        if not self.device.agreement.speaks_second:
            return False
        self._settle_key()
        target = live_target(self.device.agreement.protocol)
        headers = self._headers("GET", target) | LIVE_HEADERS
        timeout = httpx.Timeout(_CONNECT_S_MAX, read=READ_S_MAX)
        opened = False
        try:
            with self._http.stream("GET", target, headers=headers, timeout=timeout) as response:
                if not response.is_success:
                    response.read()
                check(target, response)
                opened = True
                for hint in read_hints(response.iter_lines()):
                    news = hint is None or is_news(hint, self.device.replica.cursors())
                    if news and not heard(hint):
                        break
        except (httpx.RequestError, FailedAttemptError):
            return opened
        return opened

    def sync(self) -> SyncReport:
        """Bring device and server to the same knowledge, as far as a person is signed in."""
        try:
            report = self._sync()
        except CallError as error:
            self.device.agreement.note_problem(error.problem.code or f"http_{error.problem.status}")
            raise
        except UnreachableError:
            self.device.agreement.note_problem("unreachable")
            raise
        if not report.wiped:
            self.device.agreement.note_problem("")
        return report

    def _sync(self) -> SyncReport:
        try:
            self.hello()
        except CallError:
            # Whoever is told to forget everything need not agree about the stream.
            if WIPE not in self.device.commands:
                raise
        commands, upgrade = self.device.commands, self.device.upgrade
        if WIPE in commands:
            wiped = self._wipe(unsafe=True)
            return SyncReport(pushed=0, pulled=0, upgrade=upgrade, commands=commands, wiped=wiped)
        pushed = self.push_all()
        self.send_personal()
        pulled, rotated, wiped = 0, False, False
        if UPLOAD_THEN_WIPE in commands:
            self.send_attachments()
            wiped = self._wipe(unsafe=False)
        elif ROTATE_KEY in commands:
            rotated = self.rotate()
        if self.session and upgrade != "needed" and UPLOAD_THEN_WIPE not in commands:
            pulled = self.pull_all()
            pushed += self.push_all()
        if UPLOAD_THEN_WIPE not in commands:
            # Last, because they are large and nobody's work waits for them.
            self.send_attachments()
        return SyncReport(
            pushed=pushed,
            pulled=pulled,
            upgrade=upgrade,
            commands=commands,
            rotated=rotated,
            wiped=wiped,
        )

    def _repair_doubted(self, tried: set[str]) -> tuple[int, bool]:
        """Repair what is in doubt, and note that it was tried.

        Return how many documents changed, and whether a scope starts again instead.
        """
        changed, starts_again = 0, False
        for scope in self.device.replica.doubted():
            tried.add(scope)
            page = self._repair(scope)
            starts_again = starts_again or page is None
            changed += len(page.changed) if page is not None else 0
        return changed, starts_again

    def _repair(self, scope: str) -> AppliedPage | None:
        """Put one scope right; None where it starts again with the next pull."""
        if self.device.agreement.speaks_second:
            body = msgspec.json.encode(self.device.digest_request(scope))
            try:
                page = self.device.repair(self._signed(DIGEST_PATH, body, DigestAnswer))
            except CallError:
                # Nobody follows it any more, or the server asks for a newer app.
                page = AppliedPage(scope=scope, mismatch=True)
            if not page.mismatch:
                return page
        self.device.replica.start_again(scope)
        return None

    def _wipe(self, *, unsafe: bool) -> bool:
        try:
            self.device.wipe(unsafe=unsafe)
        except NotSafeError:
            return False
        self.session = ""
        return True

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

    def _is_mended(self, problem: Problem) -> bool:
        if problem.code == "sync.fork":
            next_seq = problem.extras.get("next")
            self.device.on_fork(next_seq if isinstance(next_seq, int) else None)
        elif problem.code == "sync.epoch_closed":
            self.device.on_lost_epoch()
        elif problem.status == UNAUTHORIZED and self.device.rotation.reopen():
            # A restored server may know the key of before alone.
            self._settle_key()
        else:
            return False
        return True

    def _push_once(self, batch: OutgoingBatch) -> None:
        sent_ms = self.device.now_ms()
        answer = self._send(batch)
        if not self.device.settle(answer, sent_ms):
            raise FailedAttemptError("the answer does not fit the batch")

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
            self._back_off(failures, FailedAttemptError(str(error)))
        elif code == "sync.epoch_closed":
            self.device.on_lost_epoch()
        elif code not in _DISAGREEMENTS:
            raise error
