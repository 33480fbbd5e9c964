"""Errors as problems (RFC 9457): every error of every audience gets its shape here alone.

Handlers raise a `TotebookError`; what Litestar and the protocol's codec raise is translated to one.
A fault of ours is logged with its traceback and told without its text.
"""

import re
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException
from litestar.types import ExceptionHandlersMap

from device_protocol.codec import BatchError
from server.errors import (
    ConflictError,
    ForbiddenError,
    MalformedError,
    NotFoundError,
    TooLargeError,
    TotebookError,
    UnauthorizedError,
    UnavailableError,
)

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "https://totebook.dev/errors#"
"""Followed by the code: the anchors of docs/errors.md."""
RETRY_AFTER_S = 2

_HUNG_UP = "client disconnected prematurely"
"""How Litestar tells that a caller went away in mid-sentence; it is no fault of ours."""
_PLACE = re.compile(r"^(?P<told>.*) - at `\$(?P<path>.*)`$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\.\.\.|\d+)\]")


class MethodNotAllowedError(TotebookError):
    """The address exists, and not for this method."""

    code = "method_not_allowed"
    title = "Not by this method"
    status = 405


class UnsupportedMediaError(TotebookError):
    """The body comes in a form or packing that is not read here."""

    code = "unsupported_media_type"
    title = "Not in this form"
    status = 415


class TooManyError(TotebookError):
    """The same was tried too often; a while later is right."""

    code = "too_many_attempts"
    title = "Wait a while"
    status = 429


_BY_STATUS: dict[int, type[TotebookError]] = {
    kind.status: kind
    for kind in (
        MalformedError,
        UnauthorizedError,
        ForbiddenError,
        NotFoundError,
        MethodNotAllowedError,
        ConflictError,
        TooLargeError,
        UnsupportedMediaError,
        TooManyError,
        UnavailableError,
    )
}


def problem(error: TotebookError, instance: str) -> Response[bytes]:
    """The answer that an error makes.

    Members of its `extras`, if it has any, stand beside the others.
    """
    members: dict[str, Any] = {
        **getattr(error, "extras", {}),
        "type": TYPE_BASE + error.code,
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": instance,
        "code": error.code,
    }
    if error.pointers:
        members["errors"] = [
            {"pointer": pointer, "detail": detail} for pointer, detail in error.pointers
        ]
    headers = {}
    if error.status == UnauthorizedError.status:
        headers["WWW-Authenticate"] = "Bearer"
    elif error.status in (UnavailableError.status, TooManyError.status):
        headers["Retry-After"] = str(getattr(error, "retry_after_s", RETRY_AFTER_S))
    return Response(
        msgspec.json.encode(members),
        media_type=MEDIA_TYPE,
        status_code=error.status,
        headers=headers,
    )


def malformed(error: msgspec.MsgspecError | UnicodeDecodeError | RecursionError) -> MalformedError:
    """What a body that is not of its shape is answered, with a pointer to where it is not."""
    matched = _PLACE.match(str(error))
    if matched is None:
        return MalformedError(f"The body can't be read: {error}")
    told, pointer = matched["told"], pointer_of(matched["path"])
    return MalformedError(f"The body has the wrong shape: {told}", pointers=[(pointer, told)])


def pointer_of(path: str) -> str:
    """Turn the path in an error of msgspec into a JSON pointer (RFC 6901).

    >>> pointer_of(".lines[2].quantity")
    '/lines/2/quantity'
    """
    steps = (name or number for name, number in _STEP.findall(path))
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def translated(error: Exception) -> TotebookError:
    """The error of ours that says what any other says."""
    if isinstance(error, TotebookError):
        return error
    if isinstance(error, BatchError):
        return _of_batch(error)
    # What is nested too deeply is found out by the decoder alone: rules recurse into nothing.
    if isinstance(error, msgspec.MsgspecError | RecursionError):
        return malformed(error)
    if isinstance(error, InternalServerException) and error.detail == _HUNG_UP:
        return MalformedError("The body ended before it was whole.")
    if isinstance(error, HTTPException) and error.status_code in _BY_STATUS:
        kind = _BY_STATUS[error.status_code]
        return kind(error.detail, pointers=_pointers(error.extra))
    return TotebookError("Something went wrong here; it is logged under the request's id.")


def _of_batch(error: BatchError) -> TotebookError:
    if error.code == "sync.too_large":
        return TooLargeError(error.detail, code="sync.too_large", title="The batch is too large")
    if error.code == "sync.hash_mismatch":
        return MalformedError(
            error.detail, code="sync.hash_mismatch", title="The batch came damaged"
        )
    if error.code == "sync.bad_signature":
        return UnauthorizedError(
            error.detail, code="sync.bad_signature", title="The signature is not this device's"
        )
    return MalformedError(error.detail, code="sync.malformed_batch", title="This is no batch")


def _pointers(extra: object) -> list[tuple[str, str]]:
    """The fields that Litestar found wrong."""
    found = []
    for fault in extra if isinstance(extra, list) else []:
        if isinstance(fault, dict):
            key = str(fault.get("key", ""))
            found.append((pointer_of(f".{key}") if key else "", str(fault.get("message", ""))))
    return found


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer any error as a problem."""
    told = translated(error)
    if told.status == TotebookError.status:
        log.error("request_failed", path=request.url.path, exc_info=error)
    return problem(told, request.url.path)


ON_ERROR: ExceptionHandlersMap = {HTTPException: answer_error, Exception: answer_error}
