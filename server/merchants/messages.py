"""Messages of desks and imports about merchants."""

from server.lane.message import Message


class PutMerchant(Message, frozen=True, kw_only=True, tag="put_merchant"):
    """How a merchant should be. For the network's lane."""

    code: str
    name: str
    company_prefix: str = ""
