"""Merchants as desks and imports put them."""

from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import code_fits, prefix_fits, put_record, text_fits
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.merchants.messages import PutMerchant
from server.merchants.records import Merchant


def find_merchant(look: Look, code: str) -> Merchant | None:
    """The merchant with this code, if there is one."""
    found = look.listing(Merchant, "by_code", (NETWORK, code))
    return found[0] if found else None


def needs(operation: PutMerchant, want: Want, _context: Context) -> None:
    """The merchant."""
    find_merchant(want, operation.code)


def put_merchant(operation: PutMerchant, picture: Picture, context: Context) -> None:
    """Make or change a merchant."""
    if not (
        code_fits(context, "code", operation.code)
        and text_fits(context, "name", operation.name)
        and prefix_fits(context, "company_prefix", operation.company_prefix)
    ):
        return
    before = find_merchant(picture, operation.code)
    number = before.id if before else context.new_id()
    merchant = Merchant(
        site=NETWORK,
        id=number,
        code=operation.code,
        name=operation.name,
        company_prefix=operation.company_prefix,
        state=before.state if before else "open",
    )
    put_record(context, before, merchant, id=number)


PUT_MERCHANT = Activity(PutMerchant, needs, put_merchant)
ACTIVITIES = (PUT_MERCHANT,)
