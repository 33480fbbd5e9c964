"""Leases of work packages.

A device asks for a package while online and gets allocated stock, a fencing number and a duration
on its own clock. Renewing raises no fence; a takeover does. Facts done under a lease that ended or
was taken over are posted and flagged.
"""

from msgspec.structs import replace

from device_protocol.operations import Claim, HandBack, Operation, Renew, TakeNumbers
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.records import Allocation
from server.orders.progress import tell_progress
from server.orders.records import Shipment
from server.tasks.records import Package

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
    elif operation.fence is not None and operation.fence != package.fence:
        context.flag(
            "lease_taken_over",
            expected=package.fence,
            actual=operation.fence,
            then="the totes are recounted",
        )
    elif package.lease_until is not None and context.stamp.earliest > package.lease_until:
        context.flag("lease_expired", expected=package.lease_until, actual=context.stamp.mid)


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
    fence = package.fence if package.holder == context.stream else package.fence + 1
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


CLAIM = Activity(Claim, needs, claim)
RENEW = Activity(Renew, needs, renew)
HAND_BACK = Activity(HandBack, needs, hand_back)
