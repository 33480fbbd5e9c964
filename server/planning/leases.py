"""Leases of work packages.

A device asks for a package while online and gets allocated stock, a fencing number and a duration
on its own clock. Renewing raises no fence; a takeover does. Facts done under a lease that ended or
was taken over are posted and flagged; the other holder's work is recut to what is left of it, and
the totes that the goods went into are counted.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from device_protocol.operations import Claim, HandBack, Operation, Renew, TakeNumbers
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.records import Allocation, Task
from server.orders.progress import tell_progress
from server.orders.records import Shipment
from server.planning.packages import with_open_units
from server.planning.records import Package

LEASE_MS = 2 * 3_600_000
GRACE_MS = 15 * 60_000


def want_lease(look: Look, site: int, package: int | None) -> None:
    """Name the package under which work is done."""
    if package is not None:
        look.row(Package, (site, package))


def check_lease(context: Context, operation: Operation) -> None:
    """Flag work under a lease that was taken over or had ended."""
    if operation.package is None:
        return
    package = context.picture.get(Package, (context.site, operation.package))
    if package is None:
        context.flag("unknown_package", actual=operation.package)
    elif is_taken_over(operation, package):
        context.flag(
            "lease_taken_over",
            expected=package.fence,
            actual=operation.fence,
            then="the totes are recounted",
        )
    elif package.lease_until is not None and context.stamp.earliest > package.lease_until:
        context.flag("lease_expired", expected=package.lease_until, actual=context.stamp.mid)


def is_taken_over(operation: Operation, package: Package | None) -> bool:
    """Whether somebody else has held the package since."""
    return package is not None and operation.fence not in (None, package.fence)


def want_recount(look: Look, site: int, operation: Operation) -> None:
    """Name what asking for a count of totes reads, where a lease was taken over."""
    if operation.package is None:
        return
    if is_taken_over(operation, look.row(Package, (site, operation.package))):
        look.listing(Task, "by_open", (site, 1))


def ask_tote_count(context: Context, operation: Operation, tote: int) -> None:
    """Have a tote counted, once, that was filled under a lease that was taken over."""
    picture, site = context.picture, context.site
    if operation.package is None:
        return
    if not is_taken_over(operation, picture.get(Package, (site, operation.package))):
        return
    asked = picture.listing(Task, "by_open", (site, 1))
    if not any((task.kind, task.place) == ("count", tote) for task in asked):
        open_task(context, "count", place=tote, note="lease_taken_over")


def recut(context: Context, lines: Iterable[Allocation]) -> None:
    """Show the other holder of a package what is left of lines that were just changed."""
    for line in lines:
        if line.package is None:
            continue
        package = context.picture.need(Package, (context.site, line.package))
        if package.holder not in (None, context.stream):
            changed = context.picture.need(Allocation, (context.site, line.id))
            context.picture.put(with_open_units(package, [changed]))


def line_done(context: Context, line: Allocation) -> None:
    """A pick line is finished: count down its package and its shipment."""
    picture, site = context.picture, context.site
    if line.package is not None:
        package = picture.need(Package, (site, line.package))
        left = max(0, package.left - 1)
        if left == 0:
            package = replace(package, state="done", open=None)
        picture.put(replace(package, left=left))
    shipment = picture.need(Shipment, (site, line.shipment))
    to_pick = max(0, shipment.to_pick - 1)
    if to_pick == 0 and shipment.state == "released":
        shipment = replace(shipment, state="picked", picked_at=context.stamp.mid)
        tell_progress(context, shipment, context.stamp.mid)
    picture.put(replace(shipment, to_pick=to_pick))


def line_reopened(context: Context, line: Allocation) -> None:
    """A pick line is open again: count its package and shipment up."""
    picture, site = context.picture, context.site
    if line.package is not None:
        package = picture.need(Package, (site, line.package))
        state = "ready" if package.holder is None else "leased"
        picture.put(replace(package, left=package.left + 1, state=state, open=1))
    shipment = picture.need(Shipment, (site, line.shipment))
    state = "released" if shipment.state == "picked" else shipment.state
    reopened = replace(shipment, to_pick=shipment.to_pick + 1, state=state)
    picture.put(reopened)
    if state != shipment.state:
        tell_progress(context, reopened, shipment.released_at)


def needs(operation: Claim | Renew | HandBack, want: Want, context: Context) -> None:
    """The package."""
    want_lease(want, context.site, operation.work)


def claim_needs(operation: Claim, want: Want, context: Context) -> None:
    """The package and its lines."""
    want_lease(want, context.site, operation.work)
    want.listing(Allocation, "by_package", (context.site, operation.work))


def is_late(operation: Claim | Renew | HandBack | TakeNumbers, context: Context) -> bool:
    """Whether the answer would come too late to be of use."""
    late = context.now - context.stamp.earliest
    if late <= operation.valid_for_ms:
        return False
    context.refuse(
        "too_late", expected=operation.valid_for_ms, actual=late, then="ask again while online"
    )
    return True


def claim(operation: Claim, picture: Picture, context: Context) -> None:
    """Lease the package to the device, unless another holds it."""
    if is_late(operation, context):
        return
    package = picture.get(Package, (context.site, operation.work))
    if package is None or package.open is None:
        context.refuse(
            "no_such_work", actual=operation.work, then="pull and choose another package"
        )
        return
    ended = package.lease_until is not None and context.now > package.lease_until + GRACE_MS
    if package.holder not in (None, context.stream) and not ended:
        context.refuse("held_by_other", actual=package.holder, then="choose another package")
        return
    fence = package.fence
    if package.holder != context.stream:
        fence += 1
        lines = picture.listing(Allocation, "by_package", (context.site, package.id))
        package = with_open_units(package, lines)
    lease(context, replace(package, fence=fence, holder=context.stream, actor=operation.actor))


def renew(operation: Renew, picture: Picture, context: Context) -> None:
    """Hold the lease longer; the fence stays."""
    if is_late(operation, context):
        return
    package = picture.get(Package, (context.site, operation.work))
    if package is None or package.holder != context.stream:
        context.refuse("not_held", actual=operation.work, then="claim the package")
        return
    lease(context, package)


def lease(context: Context, package: Package) -> None:
    """Write the lease and grant it."""
    package = replace(
        package, state="leased", leased_at=context.now, lease_until=context.now + LEASE_MS
    )
    context.picture.put(package)
    context.grant = {
        "lease": {
            "work": package.id,
            "package": package.id,
            "fence": package.fence,
            "duration_ms": LEASE_MS,
        }
    }


def hand_back(operation: HandBack, picture: Picture, context: Context) -> None:
    """Give the lease up; what is left waits for another."""
    package = picture.get(Package, (context.site, operation.work))
    if package is None or package.holder != context.stream:
        context.refuse("not_held", actual=operation.work)
        return
    state = "done" if package.left == 0 else "ready"
    context.picture.put(replace(package, state=state, holder=None, actor="", lease_until=None))


CLAIM = Activity(Claim, claim_needs, claim)
RENEW = Activity(Renew, needs, renew)
HAND_BACK = Activity(HandBack, needs, hand_back)
