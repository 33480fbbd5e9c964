"""Scan: one step of a thin terminal; the server keeps where its person stands."""

import asyncio

import msgspec
from litestar import Response, post
from litestar.openapi.spec import Example

from device_protocol.codec import NUMBER_MAX
from device_protocol.scan import COMMANDS
from device_protocol.terminal import BeginWork, ScanAnswer, ScanRequest
from server.api.answers import submitted
from server.api.device.callers import (
    Call,
    json_answer,
    must_be_active,
    must_speak,
    read_call,
)
from server.api.device.pull import must_be_here
from server.api.guards import bearer, principal_for
from server.api.handles import CoreHere
from server.api.limits import AnyRequest
from server.api.problem import malformed
from server.api.schema import body_of
from server.errors import InvalidError, UnauthorizedError
from server.terminals.terminals import Taken

TEXT_CHARACTERS_MAX = 100
EXAMPLE = Example(
    summary="A scan in the middle of some work",
    value={
        "device": 1_000_001,
        "step": 18,
        "scan": {"text": "A-01-02", "source": "intent", "at": 81_230},
        "language": "de",
        "protocol": 2,
    },
)
_decode = msgspec.json.Decoder(ScanRequest).decode


@post(
    "/scan",
    summary="Take a step at a thin terminal",
    status_code=200,
    operation_class=body_of(ScanRequest, ScanAnswer, EXAMPLE),
)
async def take_scan(request: AnyRequest, core: CoreHere) -> Response[bytes]:
    """Take one scan, key or number and answer what to show; the same step gets the same answer."""
    call = await read_call(request, core)
    taken = await asyncio.to_thread(take, request, call)
    batch = taken.batch
    if batch is None:
        return json_answer(taken.told(None))
    answer = await submitted(core, batch)
    return json_answer(await asyncio.to_thread(core.terminals.finish, taken, answer))


def take(request: AnyRequest, call: Call) -> Taken:
    """Check device, person and session, and take the step."""
    core, device = call.core, call.device()
    principal = principal_for(core, bearer(request))
    must_be_here(principal, device)
    must_be_active(device)
    asked = read_step(call.unpacked)
    if asked.device != device.id:
        raise UnauthorizedError("The body names another device than the signature.")
    must_speak(asked.protocol)
    must_be_one(asked)
    return core.terminals.take(device, principal.id, asked)


def read_step(body: bytes) -> ScanRequest:
    """The body; whatever stands on a label may be in it, also what no line could hold."""
    try:
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise malformed(error) from error


def must_be_one(asked: ScanRequest) -> None:
    """Raise InvalidError unless the step is one thing, and one that can be."""
    given = [
        name
        for name, value in (
            ("begin", asked.begin),
            ("scan", asked.scan),
            ("key", asked.key or None),
            ("quantity", asked.quantity),
        )
        if value is not None
    ]
    if len(given) > 1:
        detail = f"one of begin, scan, key, quantity, not {' and '.join(given)}"
        raise InvalidError(f"A step is {detail}.", pointers=[(f"/{given[1]}", detail)])
    if asked.key and asked.key not in COMMANDS:
        detail = "one of the commands: " + ", ".join(COMMANDS)
        raise InvalidError(f"A key is {detail}.", pointers=[("/key", detail)])
    if asked.begin is not None:
        must_be_work(asked.begin)


def must_be_work(begin: BeginWork) -> None:
    """Raise InvalidError where work can't be so: its texts and numbers go into lines."""
    for name, value in msgspec.structs.asdict(begin).items():
        if isinstance(value, int) and not 0 < value <= NUMBER_MAX:
            detail = f"a number from 1 to {NUMBER_MAX}"
            raise InvalidError(
                f"{name.capitalize()} is {detail}.", pointers=[(f"/begin/{name}", detail)]
            )
        if isinstance(value, str) and not (
            len(value) <= TEXT_CHARACTERS_MAX and (value.isprintable() or not value)
        ):
            detail = f"at most {TEXT_CHARACTERS_MAX} characters that can be printed"
            raise InvalidError(
                f"{name.capitalize()} is {detail}.", pointers=[(f"/begin/{name}", detail)]
            )
