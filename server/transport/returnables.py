"""Units that come back: their types, and the partners with whom they are exchanged.

1. A partner (a carrier, supplier, merchant, consumer or another site) is a side of the book with a
   code that is scanned like a place. What is moved there was given to it, what is moved from there
   was taken back; so who owes how many is a balance, and facts may come in any order.
2. A type says which units are its own: those whose codes begin so, as of a GRAI's asset type; those
   of a kind; and an item, under which empties are told by number.
3. What nobody scanned is told by a desk with its voucher (`exchanges.py`).
"""

from server.catalog.resolve import item_by_sku, owner_id
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import among, code_fits, put_record
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.records import LAST_VIRTUAL, PARTNER, PARTNERS, UNIT_KINDS, Place
from server.ledger.stocks import add_place, find_place
from server.sites.records import Site
from server.sites.rules import site_known
from server.transport.records import UnitType

PARTNER_KINDS = ("carrier", "supplier", "merchant", "consumer", "site")
STATES = ("open", "retired")


class PutPartner(Message, frozen=True, kw_only=True, tag="put_partner"):
    """To a site: with whom units are exchanged; a merchant is named, where it is one of ours."""

    code: str
    partner_kind: str
    owner: str = ""
    state: str = "open"


class PutUnitType(Message, frozen=True, kw_only=True, tag="put_unit_type"):
    """To the network: how a type of units that come back should be; `owner` and `sku` its item."""

    code: str
    owner: str
    sku: str
    begins: str = ""
    """What the codes of its units begin with."""
    unit_kind: str = ""
    """Kind of its units, where their codes do not tell."""
    state: str = "open"


def partner_needs(message: PutPartner, want: Want, context: Context) -> None:
    """The site, the merchant, what bears the code already, and the other partners."""
    want.row(Site, (NETWORK, context.site))
    find_place(want, context.site, message.code)
    want.listing(Place, "by_kind", (context.site, PARTNER))
    if message.owner:
        owner_id(want, message.owner)


def put_partner(message: PutPartner, picture: Picture, context: Context) -> None:
    """Make or change a partner; a code that was scanned as something else is not one."""
    if not (
        site_known(context)
        and code_fits(context, "code", message.code)
        and among(context, "partner_kind", message.partner_kind, PARTNER_KINDS)
        and among(context, "state", message.state, STATES)
    ):
        return
    owner = owner_id(picture, message.owner) if message.owner else 0
    if owner is None:
        context.refuse("unknown_owner", actual=message.owner, then="put the merchant first")
        return
    before = find_place(picture, context.site, message.code)
    if before is not None and before.kind != PARTNER:
        context.refuse("code_taken", "a code of its own", f"{before.kind} {before.code}")
        return
    known = picture.listing(Place, "by_kind", (context.site, PARTNER))
    number = before.id if before else max((each.id for each in known), default=PARTNERS) + 1
    if number >= LAST_VIRTUAL:
        context.refuse("too_many_partners", f"at most {LAST_VIRTUAL - PARTNERS - 1}")
        return
    place = Place(
        site=context.site,
        id=number,
        code=message.code,
        kind=PARTNER,
        state=message.state,
        owner=owner,
        use=message.partner_kind,
    )
    if before is None:
        add_place(context, place)
        context.grant = {"id": number}
    else:
        put_record(context, before, place, id=number)


def type_needs(message: PutUnitType, want: Want, _context: Context) -> None:
    """The type as it was, and its item."""
    want.row(UnitType, (NETWORK, message.code))
    owner = owner_id(want, message.owner)
    if owner is not None:
        item_by_sku(want, owner, message.sku)


def put_unit_type(message: PutUnitType, picture: Picture, context: Context) -> None:
    """Make or change a type."""
    if not (
        code_fits(context, "code", message.code)
        and (not message.begins or code_fits(context, "begins", message.begins))
        and among(context, "unit_kind", message.unit_kind, ("", *UNIT_KINDS))
        and among(context, "state", message.state, STATES)
    ):
        return
    owner = owner_id(picture, message.owner)
    if owner is None:
        context.refuse("unknown_owner", actual=message.owner, then="put the merchant first")
        return
    item = item_by_sku(picture, owner, message.sku)
    if item is None:
        context.refuse("unknown_item", actual=message.sku, then="put the item first")
        return
    unit_type = UnitType(
        site=NETWORK,
        code=message.code,
        item=item.id,
        owner=owner,
        begins=message.begins,
        unit_kind=message.unit_kind,
        state=message.state,
    )
    before = picture.get(UnitType, (NETWORK, message.code))
    put_record(context, before, unit_type, unit_type=message.code)


PUT_PARTNER = Activity(PutPartner, partner_needs, put_partner)
PUT_UNIT_TYPE = Activity(PutUnitType, type_needs, put_unit_type)
ACTIVITIES = (PUT_PARTNER, PUT_UNIT_TYPE)
