"""Timers: what nobody did in time is asked for, and work that was left goes to another.

1. A balance that stays below zero past its deadline asks for a count: one open task at a time.
2. What a site counts every day (`count_plans`) is planned.
3. Waves that are due by the site's rules (`wave_rules`) are released, emergencies at once.
4. A lease that has ended, and its grace with it, is taken back; the next claim raises the fence, so
   that late facts are recognised.
5. Goods at a dock for which no place was found are planned again, and every ten minutes pick faces
   are looked at.
"""

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.discrepancies import open_task
from server.ledger.records import Discrepancy, Task
from server.planning.count_plans import carry_out_rules, want_due_rules
from server.planning.leases import GRACE_MS
from server.planning.putaway import plan_waiting, want_waiting
from server.planning.records import Package
from server.planning.replenishing import EVERY_MS, ask_replenishing, want_replenishing
from server.planning.wave_rules import release_due, want_due
from server.sites.workflows import offer_workflows, want_workflows


class Tick(Message, frozen=True, kw_only=True, tag="tick"):
    """To a site: time has passed."""


def needs(_message: Tick, want: Want, context: Context) -> None:
    """Everything that has a deadline."""
    site = context.site
    want.listing(Discrepancy, "by_open", (site, 1))
    want.listing(Task, "by_open", (site, 1))
    want.listing(Package, "by_state", (site, 1))
    want_due_rules(want, context)
    want_due(want, context)
    want_workflows(want, site)
    want_waiting(want, context)
    want_replenishing(want, context)


def decide(_message: Tick, picture: Picture, context: Context) -> None:
    """Ask for counts, take leases back."""
    site = context.site
    carry_out_rules(context)
    release_due(context)
    offer_workflows(context)
    plan_waiting(context)
    ask_replenishing(context, EVERY_MS)
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
