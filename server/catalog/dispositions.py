"""Dispositions: what becomes of an owner's goods of a condition, as desks put it.

Without a rule goods in good condition go back to the shelf, and all others into quarantine.
"""

from server.catalog.messages import PutDisposition
from server.catalog.records import Disposition
from server.catalog.resolve import owner_id
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import among, code_fits, put_record
from server.lane.picture import Picture
from server.lane.want import Look, Want

GOOD = "good"
RESTOCK = "restock"
WAYS = (RESTOCK, "quarantine", "repair", "scrap", "recycle")


def rule_of(look: Look, owner: int, condition: str) -> Disposition | None:
    """What the owner said of goods of this condition, if anything."""
    return look.row(Disposition, (NETWORK, owner, condition))


def usual(condition: str) -> str:
    """What becomes of goods of a condition where their owner said nothing."""
    return RESTOCK if condition == GOOD else "quarantine"


def needs(message: PutDisposition, want: Want, _context: Context) -> None:
    """The owner and the rule as it was."""
    owner = owner_id(want, message.owner)
    if owner is not None:
        rule_of(want, owner, message.condition)


def put_disposition(message: PutDisposition, picture: Picture, context: Context) -> None:
    """Keep the rule."""
    if not (
        code_fits(context, "condition", message.condition)
        and among(context, "way", message.way, WAYS)
        and (not message.place or code_fits(context, "place", message.place))
    ):
        return
    owner = owner_id(picture, message.owner)
    if owner is None:
        context.refuse("unknown_owner", actual=message.owner, then="put the merchant first")
        return
    rule = Disposition(NETWORK, owner, message.condition, message.way, message.place)
    put_record(context, rule_of(picture, owner, message.condition), rule, owner=owner)


PUT_DISPOSITION = Activity(PutDisposition, needs, put_disposition)
