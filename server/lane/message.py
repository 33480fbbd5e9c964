"""What desks, imports, timers and other lanes say to a lane, stored like a device's lines."""

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
