"""One call over HTTP: signed, tried again while that may help, and what its answer means."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import httpx
import msgspec

from device_protocol import signatures
from device_protocol.device import Device
from device_protocol.messages import (
    DIGEST_PATH,
    LIVE_PATH,
    PULL_PATH,
    ROTATE_PATH,
    AttachmentAnswer,
    RotateAnswer,
)
from device_protocol.problems import Problem, decode_problem

PERSONS_CALLS = frozenset({PULL_PATH, DIGEST_PATH, LIVE_PATH})
"""Calls that need a signed-in person besides the device."""

UNAUTHORIZED = 401
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_RETRY_AFTER_S_MAX = 300.0
_KEY_KEPT = frozenset({"rotate.refused", "not_found", "method_not_allowed"})
"""Answers to rotate that say: the key that signed the call goes on to count."""

_Answer = TypeVar("_Answer")


class CallError(Exception):
    """The server answered with a problem that repeating the call does not mend."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(f"{problem.status} {problem.code or problem.title}: {problem.detail}")
        self.problem = problem


class UnreachableError(Exception):
    """The server did not answer, or was not well, for as long as was tried."""


class FailedAttemptError(Exception):
    """One attempt failed and may be repeated."""

    def __init__(self, reason: str, retry_after_s: float = 0.0) -> None:
        """Say why, and how long the server asks to wait."""
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class Calls:
    """Makes a device's calls; used by one thread at a time."""

    def __init__(
        self,
        device: Device,
        http: httpx.Client,
        *,
        sleep: Callable[[float], None],
        jitter: Callable[[], float],
        attempts_max: int,
        backoff_s: float,
        backoff_s_max: float,
    ) -> None:
        """Speak for `device` over `http`; `jitter` gives numbers from 0 to 1."""
        self.device = device
        self.session = ""
        self._http = http
        self._sleep = sleep
        self._jitter = jitter
        self._attempts_max = attempts_max
        self._backoff_s = backoff_s
        self._backoff_s_max = backoff_s_max

    def _signed(self, path: str, body: bytes, answer: type[_Answer]) -> _Answer:
        """Make a signed call until it is answered, having settled which key counts."""
        self._settle_key()
        return self._retried(partial(self._post_signed, path, body, answer))

    def _settle_key(self) -> None:
        """Find out which of two keys the server counts, if an answer to rotate was lost.

        The former key is tried first: where it still counts, the call rotates it.
        """
        rotation = self.device.rotation
        if not rotation.is_open:
            return
        former, newer = rotation.candidates()
        try:
            self._rotate_by(former)
        except CallError as error:
            if error.problem.status != UNAUTHORIZED:
                raise
            self._rotate_by(newer)

    def _rotate_by(self, private: bytes) -> None:
        rotation = self.device.rotation
        body = msgspec.json.encode(rotation.request())
        try:
            self._retried(partial(self._post_signed, ROTATE_PATH, body, RotateAnswer, private))
        except CallError as error:
            if error.problem.code not in _KEY_KEPT:
                raise
            rotation.keep(private)
        else:
            rotation.settled()

    def _retried(self, attempt: Callable[[], _Answer]) -> _Answer:
        failures = 0
        while True:
            try:
                return attempt()
            except FailedAttemptError as failure:
                failures += 1
                self._back_off(failures, failure)

    def _back_off(self, failures: int, failure: FailedAttemptError) -> None:
        if failures >= self._attempts_max:
            raise UnreachableError(f"{failures} attempts; the last: {failure}") from failure
        ceiling = min(self._backoff_s_max, self._backoff_s * 2 ** (failures - 1))
        self._sleep(max(failure.retry_after_s, ceiling * (0.5 + 0.5 * self._jitter())))

    def _post_signed(
        self, path: str, body: bytes, answer: type[_Answer], private: bytes = b""
    ) -> _Answer:
        return self._post(path, body, answer, self._headers("POST", path, body, private))

    def _headers(
        self, method: str, target: str, body: bytes = b"", private: bytes = b""
    ) -> dict[str, str]:
        """Return the headers of a signed call; `private` in place of the present key."""
        identity = self.device.outbox.identity
        signature = signatures.call_header(
            identity.device, private or identity.private, method, target, body
        )
        headers = {signatures.SIGNATURE_HEADER: signature}
        if target.partition("?")[0] in PERSONS_CALLS:
            headers["Authorization"] = f"Bearer {self.session}"
        return headers

    def _post(
        self, path: str, body: bytes, answer: type[_Answer], headers: dict[str, str] | None = None
    ) -> _Answer:
        sent = {"Content-Type": "application/json"} | (headers or {})
        try:
            response = self._http.post(path, content=body, headers=sent)
        except httpx.RequestError as error:
            raise FailedAttemptError(f"{path}: {error!r}") from error
        check(path, response)
        try:
            return msgspec.json.decode(response.content, type=answer)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise FailedAttemptError(f"{path}: the answer can't be read: {error}") from error

    def _exchange(self, method: str, target: str, body: bytes) -> AttachmentAnswer | Problem:
        """Make one signed call about an attachment; what fails is left to the next sync."""
        binary = {"Content-Type": "application/octet-stream"}
        headers = self._headers(method, target, body) | binary
        try:
            response = self._http.request(method, target, content=body, headers=headers)
            check(target, response)
            return msgspec.json.decode(response.content, type=AttachmentAnswer)
        except CallError as error:
            return error.problem
        except (httpx.RequestError, FailedAttemptError, msgspec.MsgspecError) as error:
            return Problem(title=str(error))


def check(path: str, response: httpx.Response) -> None:
    """Raise what an answer that is no success means; its body has been read."""
    if response.status_code == _TOO_MANY_REQUESTS or response.status_code >= _SERVER_ERROR:
        retry_after_s = _retry_after_s(response.headers.get("Retry-After", ""))
        raise FailedAttemptError(f"{path}: HTTP {response.status_code}", retry_after_s)
    if not response.is_success:
        raise CallError(decode_problem(response.content, response.status_code))


def _retry_after_s(value: str) -> float:
    """Read the number of seconds of a Retry-After (RFC 9110, 10.2.3); a date is not followed."""
    if value.isascii() and value.isdigit():
        return min(float(value), _RETRY_AFTER_S_MAX)
    return 0.0
