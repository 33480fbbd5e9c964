"""Messages of desks and imports about sites."""

from server.lane.message import Message


class PutSite(Message, frozen=True, kw_only=True, tag="put_site"):
    """How a site should be; without a `number` a new one gets the next. For the network's lane."""

    code: str
    name: str
    time_zone: str
    company_prefix: str = ""
    number: int | None = None


class PutZone(Message, frozen=True, kw_only=True, tag="put_zone"):
    """How a zone of a site should be. For the site's lane."""

    code: str
    name: str = ""
