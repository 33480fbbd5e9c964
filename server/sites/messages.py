"""Messages of desks and imports about sites."""

import msgspec

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


class PutWorkflow(Message, frozen=True, kw_only=True, tag="put_workflow"):
    """What a site wants otherwise in a workflow; nothing given takes everything back.

    For the site's lane.
    """

    workflow: str
    opening: tuple[str, ...] | None = None
    """Names of the states in the order in which they are asked; likewise the others."""
    cycle: tuple[str, ...] | None = None
    handing: tuple[str, ...] | None = None
    closing: tuple[str, ...] | None = None
    options: dict[str, bool | int | str | tuple[str, ...]] = msgspec.field(default_factory=dict)
    without: tuple[str, ...] = ()
    """Commands that are not offered."""
