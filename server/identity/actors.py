"""Who acted: an operation names the grant under which its person works on that device.

A fact is posted whoever did it; a grant that is unknown, another device's, withdrawn or ended
before the act is flagged. Operations that name nobody pass.
"""

from device_protocol.operations import Operation
from server.identity.records import Grant
from server.lane.activity import Context
from server.lane.want import Look

NUMBER_DIGITS_MAX = 18
"""More digits would not fit into a database's integer."""


def grant_number(actor: str) -> int | None:
    """The number of the grant that an operation names, or None for a name that can't be one."""
    if actor.isascii() and actor.isdigit() and len(actor) <= NUMBER_DIGITS_MAX:
        return int(actor)
    return None


def find_grant(look: Look, context: Context, operation: Operation) -> Grant | None:
    """The grant that an operation names, if there is one."""
    number = grant_number(operation.actor)
    return None if number is None else look.row(Grant, (context.site, number))


def want_actor(want: Look, context: Context, operation: Operation) -> None:
    """Name what checking the actor reads."""
    find_grant(want, context, operation)


def check_actor(context: Context, operation: Operation) -> None:
    """Flag an act for which nobody, or nobody any more, was granted this device."""
    if not operation.actor:
        return
    grant = find_grant(context.picture, context, operation)
    then = "a supervisor asks who it was"
    if grant is None or grant.device != context.stream:
        context.flag("unknown_actor", "a grant of this device", operation.actor[:64], then)
    elif grant.withdrawn_at is not None and context.stamp.earliest > grant.withdrawn_at:
        context.flag("grant_withdrawn", grant.withdrawn_at, context.stamp.mid, then)
    elif context.stamp.earliest > grant.until:
        context.flag("grant_expired", grant.until, context.stamp.mid, then)
