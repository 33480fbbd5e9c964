"""The network between one app and the server: it loses, doubles, delays and damages."""

from collections.abc import Mapping
from typing import NamedTuple

import httpx

from device_protocol.messages import HELLO_PATH, PUSH_PATH
from server.simulation.calls import OK, Call, Counter, Reply
from server.simulation.faults import Faults
from server.simulation.house import ServerDownError
from server.simulation.machines import CrashError, FragileStore
from server.simulation.schedule import Schedule

LATENCY_MS = (20, 400)
GIVEN_UP_MS = 4_000
LATE_MS = (60_000, 2 * 3_600_000)
PORTAL = b"<html><body>Welcome to the free network of this car park</body></html>"


class Response(NamedTuple):
    """As much of an HTTP response as a client looks at."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]

    @property
    def is_success(self) -> bool:
        """Whether the call was answered, and not by a problem."""
        return 200 <= self.status_code < 300  # noqa: PLR2004 - as HTTP has it.


class Road:
    """Stands where `httpx.Client` would, for one process of an app."""

    def __init__(
        self, counter: Counter, schedule: Schedule, faults: Faults, store: FragileStore
    ) -> None:
        """Carry the calls of the process that holds `store` to a counter."""
        self._counter = counter
        self._schedule = schedule
        self._faults = faults
        self._store = store
        self.cut = False
        """Whether there is no radio at all."""
        self._in_doubt = True
        """Whether the app can't know where the server stands, so that hello has to come first."""

    def post(self, path: str, *, content: bytes, headers: Mapping[str, str]) -> Response:
        """Carry one call; what happens meanwhile elsewhere happens before it is answered."""
        call = Call(path, content, dict(headers))
        if path == PUSH_PATH:
            if self._in_doubt:
                self._counter.journal.pushed_in_doubt()
            self._in_doubt = True
        reply = self._carried(call)
        heard = self._heard(reply)
        if heard.body == reply.body and (path == PUSH_PATH or is_answered_hello(path, reply)):
            self._in_doubt = False
        return Response(heard.status, heard.body, {})

    def _carried(self, call: Call) -> Reply:
        """Carry one call there, if it gets there."""
        path = call.path
        self._wait()
        if self.cut or self._faults.hits("request_lost"):
            self._lose(path)
        if self._faults.hits("late_request"):
            late = self._faults.chance.randint(*LATE_MS)
            self._schedule.after(late, lambda: self._arrive_alone(call))
            self._lose(path)
        if self._faults.hits("request_damaged"):
            call = call._replace(body=self._altered(call.body))
        reply = self._arrive(call)
        if self._faults.hits("duplicate"):
            reply = self._arrive(call)
        self._wait()
        if self._faults.hits("answer_lost"):
            self._lose(path)
        return reply

    def _heard(self, reply: Reply) -> Reply:
        """The answer as it comes back."""
        if self._faults.hits("answer_damaged"):
            # Bits don't change unseen under TLS; an answer is cut off, or is another's altogether.
            cut = reply.body[: self._faults.chance.randrange(len(reply.body) + 1)]
            reply = reply._replace(body=PORTAL if self._faults.chance.random() < 0.3 else cut)  # noqa: PLR2004
        return reply

    def _wait(self) -> None:
        self._schedule.spend(self._faults.chance.randint(*LATENCY_MS))
        if self._store.dead:
            # The app died while it waited: nobody is there to go on.
            raise CrashError

    def _arrive(self, call: Call) -> Reply:
        try:
            return self._counter.answer(call)
        except ServerDownError as error:
            message = "the server went away"
            raise httpx.RemoteProtocolError(message) from error

    def _arrive_alone(self, call: Call) -> None:
        try:
            self._counter.answer(call)
        except ServerDownError:
            return

    def _altered(self, body: bytes) -> bytes:
        chance = self._faults.chance
        place = chance.randrange(len(body))
        if chance.random() < 0.5:  # noqa: PLR2004 - one or the other.
            return body[:place]
        return body[:place] + bytes([body[place] ^ 1 << chance.randrange(8)]) + body[place + 1 :]

    def _lose(self, path: str) -> None:
        self._schedule.spend(GIVEN_UP_MS)
        if self._store.dead:
            raise CrashError
        raise httpx.ReadTimeout(path)


def is_answered_hello(path: str, reply: Reply) -> bool:
    """Whether the server said where it stands."""
    return path == HELLO_PATH and reply.status == OK
