"""Timers: what nobody did in time is asked for, and work that was left goes to another.

1. A balance that stays below zero past its deadline asks for a count: one open task at a time.
2. A lease that has ended, and its grace with it, is taken back; the next claim raises the fence, so
   that late facts are recognised.
"""

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.discrepancies import open_task
from server.ledger.records import Discrepancy, Task
from server.tasks.leases import GRACE_MS
from server.tasks.records import Package


class Tick(Message, frozen=True, kw_only=True, tag="tick"):
    """To a site: time has passed."""


def needs(_message: Tick, want: Want, context: Context) -> None:
    """Everything that has a deadline."""
    site = context.site
    want.listing(Discrepancy, "by_open", (site, 1))
    want.listing(Task, "by_open", (site, 1))
    want.listing(Package, "by_state", (site, 1))


def decide(_message: Tick, picture: Picture, context: Context) -> None:
    """Ask for counts, take leases back."""
    site = context.site
    asked = {task.discrepancy for task in picture.listing(Task, "by_open", (site, 1))}
    for found in picture.listing(Discrepancy, "by_open", (site, 1)):
        if found.kind == "negative" and found.deadline < context.now and found.id not in asked:
            open_task(
                context,
                "count",
                place=found.place,
                stock=found.stock,
                discrepancy=found.id,
                note="below zero past its deadline",
            )
    for package in picture.listing(Package, "by_state", (site, 1)):
        ended = package.lease_until is not None and context.now > package.lease_until + GRACE_MS
        if package.holder is not None and ended:
            picture.put(
                replace(
                    package, state="ready", holder=None, actor="", leased_at=None, lease_until=None
                )
            )


TICK = Activity(Tick, needs, decide)
