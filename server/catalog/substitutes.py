"""Substitutes: what an owner lets be shipped in place of an item that is not found."""

from server.catalog.messages import PutSubstitutes
from server.catalog.records import Item, Substitute
from server.catalog.resolve import item_by_sku, owner_id
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import among, within
from server.lane.picture import Picture
from server.lane.want import Look, Want

RULES = ("free", "ask")
SUBSTITUTES_MAX = 5


def substitutes_of(look: Look, item: int) -> list[Substitute]:
    """What may be shipped in place of an item, the best first."""
    return look.listing(Substitute, "by_item", (NETWORK, item))


def needs(message: PutSubstitutes, want: Want, _context: Context) -> None:
    """The items, and what was put for the first before."""
    owner = owner_id(want, message.owner)
    if owner is None:
        return
    for sku in message.substitutes:
        item_by_sku(want, owner, sku)
    item = item_by_sku(want, owner, message.sku)
    if item is not None:
        substitutes_of(want, item.id)


def decide(message: PutSubstitutes, picture: Picture, context: Context) -> None:
    """Put the list as it is said, in place of what was there."""
    if not (
        among(context, "rule", message.rule, RULES)
        and within(context, "substitutes", len(message.substitutes), 0, SUBSTITUTES_MAX)
    ):
        return
    owner = owner_id(picture, message.owner)
    if owner is None:
        context.refuse("unknown_owner", actual=message.owner, then="put the merchant first")
        return
    items: list[Item] = []
    for sku in (message.sku, *message.substitutes):
        item = item_by_sku(picture, owner, sku)
        if item is None or item in items:
            code = "unknown_item" if item is None else "bad_substitutes"
            context.refuse(code, actual=sku, then="name items of the owner, each once")
            return
        items.append(item)
    wanted, *others = items
    after = [
        Substitute(NETWORK, wanted.id, rank, other.id, message.rule)
        for rank, other in enumerate(others, 1)
    ]
    before = substitutes_of(picture, wanted.id)
    context.grant = {"item": wanted.id}
    if before == after:
        context.grant["unchanged"] = True
        return
    for gone in before[len(after) :]:
        picture.remove(gone)
    for each in after:
        if each.rank > len(before):
            picture.add(each)
        else:
            picture.put(each)


PUT_SUBSTITUTES = Activity(PutSubstitutes, needs, decide)
