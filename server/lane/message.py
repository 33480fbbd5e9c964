"""What desks, imports, timers and other lanes say to a lane, stored like a device's lines."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec


class Message(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="kind",
    forbid_unknown_fields=True,
):
    """One input of a lane that no device wrote; `actor` is who gave it, by pseudonymous id."""

    actor: str = ""


def message_decoder(kinds: Iterable[type]) -> Callable[[bytes], Any]:
    """Reads a line as one of the messages among `kinds`; MsgspecError where it is none."""
    union: Any = None
    for kind in kinds:
        if issubclass(kind, Message):
            union = kind if union is None else union | kind
    return _no_messages if union is None else msgspec.json.Decoder(union).decode


def _no_messages(_line: bytes) -> Any:  # noqa: ANN401 - as a decoder that reads.
    message = "this server takes no messages of its own"
    raise msgspec.ValidationError(message)
