"""Error answers (RFC 9457), as a device reads them and a server writes them."""

from typing import Any

import msgspec


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error answer (RFC 9457); on the wire the members of `extras` stand beside the others."""

    type: str = "about:blank"
    title: str = ""
    status: int = 0
    detail: str = ""
    code: str = ""
    extras: dict[str, Any] = {}


_PROBLEM_FIELDS = ("type", "title", "status", "detail", "code")


def encode_problem(problem: Problem) -> bytes:
    """Return the body of an error answer."""
    members = {name: getattr(problem, name) for name in _PROBLEM_FIELDS}
    return msgspec.json.encode(problem.extras | members)


def decode_problem(body: bytes, status: int) -> Problem:
    """Return an error answer; a body that is none, as from a proxy, gives the `status` alone."""
    try:
        members = msgspec.json.decode(body, type=dict[str, Any])
        known = {name: value for name, value in members.items() if name in _PROBLEM_FIELDS}
        nested = members.pop("extras", {})
        extras = {name: value for name, value in members.items() if name not in _PROBLEM_FIELDS}
        return msgspec.convert(known | {"status": status, "extras": extras | nested}, Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError):
        return Problem(title=f"HTTP {status}", status=status)
