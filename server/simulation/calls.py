"""The calls of devices to the simulated server: real bytes in, real bytes out, without HTTP.

What `server.api.device` does between Litestar and the lanes is done here once more, thinly: bodies
are unpacked, decoded and checked by the same functions, and errors become the same problems.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec

from device_protocol import chain, keys, signatures
from device_protocol.codec import BatchError, check_batch, split_batch, unpack
from device_protocol.messages import (
    DIGEST_PATH,
    EPOCH_PATH,
    HELLO_PATH,
    PULL_PATH,
    PUSH_PATH,
    ROTATE_PATH,
    SIGN_IN_PATH,
    DigestRequest,
    EpochAnswer,
    EpochRequest,
    HelloRequest,
    PullRequest,
    PushAnswer,
    RotateAnswer,
    RotateRequest,
    SignInAnswer,
    SignInRequest,
)
from device_protocol.version import LIMITS
from server.api.device.callers import must_speak
from server.api.limits import decode_body
from server.api.problem import translated
from server.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TotebookError,
    UnauthorizedError,
)
from server.identity.messages import IssueGrant, OpenEpoch, RotateKey
from server.identity.records import Device, Person
from server.identity.sessions import Claims, Sessions, check_person
from server.lane.activity import DEVICES, NETWORK
from server.simulation.house import House
from server.simulation.journal import Journal
from server.sync.batches import Batch
from server.sync.hello import must_be_taken
from server.sync.streams import UnknownDeviceError

T = TypeVar("T")
OK = 200
_encode = msgspec.json.Encoder().encode


class Call(NamedTuple):
    """A request as it came over the network."""

    path: str
    body: bytes
    headers: Mapping[str, str]


class Reply(NamedTuple):
    """An answer as it goes over the network."""

    status: int
    body: bytes


class Counter:
    """Answers the calls of devices."""

    def __init__(
        self, house: House, journal: Journal, chance: random.Random, *, session_ms: int
    ) -> None:
        """Serve a house; people's sessions last so long."""
        self.house = house
        self.journal = journal
        self.chance = chance
        self.session_ms = session_ms
        self.sessions = Sessions(bytes(32), house)
        self._calls: dict[str, Callable[[Call], msgspec.Struct]] = {
            EPOCH_PATH: self._open_epoch,
            HELLO_PATH: self._hello,
            PUSH_PATH: self._push,
            PULL_PATH: self._pull,
            DIGEST_PATH: self._digest,
            ROTATE_PATH: self._rotate,
            SIGN_IN_PATH: self._sign_in,
        }

    def answer(self, call: Call) -> Reply:
        """Answer a call; what is wrong with it becomes a problem."""
        try:
            answer = self._calls.get(call.path, _nowhere)(call)
        except (TotebookError, BatchError, msgspec.MsgspecError) as error:
            return problem(translated(error))
        return Reply(OK, _encode(answer))

    def _device(self, number: int) -> Device:
        device = self.house.book.row(Device, (number // DEVICES, number))
        if device is None or not device.public_key:
            raise UnknownDeviceError(f"There is no device {number}; enrol it again.")
        return device

    def _signed(self, call: Call, kind: type[T]) -> tuple[Device, T]:
        """The body of a signed call, and the device that signed it."""
        named = signatures.read_call_header(call.headers.get(signatures.SIGNATURE_HEADER, ""))
        if named is None:
            raise UnauthorizedError("Sign the call.")
        number, signature = named
        device = self._device(number)
        signed = signatures.call_bytes("POST", call.path, call.body)
        if not keys.verify(device.public_key, signed, signature):
            raise UnauthorizedError("The signature is not this device's.")
        asked: Any = decode_body(_unpacked(call), kind)
        if asked.device != device.id:
            raise UnauthorizedError("The body names another device than the signature.")
        return device, asked

    def _hello(self, call: Call) -> msgspec.Struct:
        device, asked = self._signed(call, HelloRequest)
        return self.house.book.hello(device, asked, LIMITS, self.house.now())

    def _push(self, call: Call) -> msgspec.Struct:
        came = split_batch(_unpacked(call), LIMITS)
        header = came.header
        device = self._device(header.device)
        hashes = check_batch(came, device.public_key)
        batch = Batch(
            site=device.site,
            stream=device.id,
            epoch=header.epoch,
            lines=tuple(came.lines),
            first=header.first,
            prev=bytes.fromhex(header.prev),
            hashes=tuple(hashes),
        )
        answer = must_be_taken(self.house.run(batch)[0])
        self.journal.answered(device.id, header.epoch, header.first, hashes, answer.outcomes)
        return PushAnswer(
            next=answer.next,
            head=answer.head.hex(),
            durable=answer.next - 1,
            commit=answer.commit,
            server_time=self.house.now(),
            outcomes=tuple(msgspec.Raw(outcome) for outcome in answer.outcomes),
        )

    def _open_epoch(self, call: Call) -> msgspec.Struct:
        asked = decode_body(_unpacked(call), EpochRequest)
        device = self._device(asked.device)
        signed = signatures.epoch_bytes(
            asked.device, asked.attempt, asked.reason, asked.first, asked.last, asked.epoch
        )
        if not keys.verify(device.public_key, signed, keys.read(asked.signature)):
            raise UnauthorizedError("The signature is not this device's.")
        message = OpenEpoch(
            device=device.id,
            attempt=asked.attempt,
            reason=asked.reason,
            nonce=self.chance.randbytes(chain.NONCE_BYTES).hex(),
            epoch=asked.epoch,
            first=asked.first,
            last=asked.last,
        )
        [outcome] = self.house.say(device.site, message)
        grant = outcome.get("grant")
        if grant is None:
            raise ConflictError(f"No epoch was opened ({outcome['code']}).", code="epoch.refused")
        return EpochAnswer(grant["epoch"], grant["nonce"])

    def _rotate(self, call: Call) -> msgspec.Struct:
        device, asked = self._signed(call, RotateRequest)
        next_key = keys.read(asked.public_key)
        signed = signatures.rotate_bytes(device.id, asked.public_key)
        if not keys.verify(next_key, signed, keys.read(asked.proof)):
            raise InvalidError("The proof is not by the next key.")
        message = RotateKey(
            device=device.id, former=device.public_key.hex(), public_key=next_key.hex()
        )
        [outcome] = self.house.say(device.site, message)
        if outcome.get("grant") is None:
            raise ConflictError(f"Not changed ({outcome['code']}).", code="rotate.refused")
        return RotateAnswer(asked.public_key)

    def _pull(self, call: Call) -> msgspec.Struct:
        device, asked = self._signed(call, PullRequest)
        claims = self._claims(call, device)
        must_speak(asked.protocol)
        answer = self.house.book.pull(
            device, claims.person, asked.cursors, self.house.now(), asked.documents_max
        )
        self.journal.pulled(device.id, claims.person, asked, answer)
        return answer

    def _digest(self, call: Call) -> msgspec.Struct:
        device, asked = self._signed(call, DigestRequest)
        claims = self._claims(call, device)
        must_speak(asked.protocol)
        answer = self.house.book.repair(device, claims.person, asked)
        self.journal.repaired(device.id, answer)
        return answer

    def _claims(self, call: Call, device: Device) -> Claims:
        """Who is signed in on an active device."""
        token = call.headers.get("Authorization", "").removeprefix("Bearer ")
        claims = self.sessions.read(token)
        check_person(claims, self.house.book.row(Person, (NETWORK, claims.person)))
        if claims.device != device.id:
            raise ForbiddenError("The session is of another device.")
        _must_be_active(device)
        return claims

    def _sign_in(self, call: Call) -> msgspec.Struct:
        """Secrets are not checked: slow hashes on purpose have no place in a simulation."""
        device, asked = self._signed(call, SignInRequest)
        _must_be_active(device)
        person = next(
            (each for each in self.house.book.rows(Person) if each.code == asked.person), None
        )
        if person is None:
            raise UnauthorizedError("Code and PIN do not belong together.")
        token, claims = self.sessions.issue(person, self.session_ms, device.id)
        message = IssueGrant(
            actor=f"person/{person.id}", device=device.id, person=person.id, until=claims.expires
        )
        [outcome] = self.house.say(device.site, message)
        grant = outcome.get("grant")
        if grant is None:
            raise ForbiddenError(f"The device takes nobody now ({outcome['code']}).")
        self.journal.signed_in(device.id, person.id)
        return SignInAnswer(token, person.id, str(grant["grant"]), claims.expires)


def _unpacked(call: Call) -> bytes:
    encoding = call.headers.get("Content-Encoding", "")
    return unpack(call.body, encoding, LIMITS.push_bytes, LIMITS.unpacked_bytes)


def _must_be_active(device: Device) -> None:
    if device.state != "active":
        raise ForbiddenError(f"The device is {device.state}.")


def _nowhere(call: Call) -> msgspec.Struct:
    raise NotFoundError(f"There is no {call.path} here.")


def problem(error: TotebookError) -> Reply:
    """An error as a problem (RFC 9457)."""
    members: dict[str, object] = {
        **getattr(error, "extras", {}),
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
    }
    return Reply(error.status, _encode(members))
