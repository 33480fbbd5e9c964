"""Work that goes on with other people: packages cut anew, and packages handed over.

1. Somebody drops out: a desk has the packages of their device cut anew. What is not finished
   becomes new packages that anybody may claim, for as many people as the desk says; shipments stay
   whole.
2. At the end of a shift a desk hands packages over to another device, which claims what now is its
   own.
3. Both raise the fence of what was held. Whoever held it may have gone on offline: what they report
   counts as it is, is flagged, and their totes are counted; what they finished is no longer asked
   for. A line that they report and that stands in a new package is finished there.

`HandBack` is the same from the floor: the holder gives up what is left.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from server.identity.records import Device
from server.lane.activity import Activity, Context
from server.lane.masters import within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.records import Allocation, Place
from server.planning.balance import Crews, shared
from server.planning.leases import LEASE_MS
from server.planning.packages import (
    LINES_MAX,
    TOTES_MAX,
    Body,
    BodyLine,
    open_units,
    with_open_units,
    with_quantities,
)
from server.planning.path import Limits
from server.planning.records import Package, WorkRule

PEOPLE_MAX = 50
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Body).decode


class RecutPackages(Message, frozen=True, kw_only=True, tag="recut_packages"):
    """To a site: cut what is left of these packages, or of all that a device holds, anew."""

    packages: tuple[int, ...] = ()
    device: int | None = None
    people: int = 1
    """Each package becomes work for so many people, if it has as many shipments."""


class HandOver(Message, frozen=True, kw_only=True, tag="hand_over"):
    """To a site: these packages, or all that a device holds, are another device's from now on."""

    to: int
    packages: tuple[int, ...] = ()
    device: int | None = None


def asked_for(look: Look, site: int, message: RecutPackages | HandOver) -> list[Package]:
    """The packages with work left that a message names."""
    if message.device is None:
        named = [look.row(Package, (site, number)) for number in sorted(set(message.packages))]
        return [package for package in named if package is not None and package.open is not None]
    held = look.listing(Package, "by_state", (site, 1))
    return [package for package in held if package.holder == message.device]


def needs(message: RecutPackages, want: Want, context: Context) -> None:
    """The packages with their lines, and where these stand."""
    site = context.site
    want.listing(WorkRule, "by_site", (site,))
    for package in asked_for(want, site, message):
        for line in want.listing(Allocation, "by_package", (site, package.id)):
            want.row(Place, (site, line.place))


def decide(message: RecutPackages, picture: Picture, context: Context) -> None:
    """Close the packages and make new ones of what is left in them."""
    if not within(context, "people", message.people, 1, PEOPLE_MAX):
        return
    site = context.site
    found = asked_for(picture, site, message)
    if not found:
        context.refuse("nothing_to_recut", actual=message.device or len(message.packages))
        return
    crews = Crews(picture.listing(WorkRule, "by_site", (site,)))
    made = [
        number for package in found for number in cut_anew(context, package, message.people, crews)
    ]
    context.grant = {"packages": made}


def cut_anew(context: Context, package: Package, people: int, crews: Crews) -> list[int]:
    """Close a package and make new ones of its unfinished lines; answer their ids."""
    picture, site = context.picture, context.site
    lines = picture.listing(Allocation, "by_package", (site, package.id))
    left = [line for line in lines if open_units(line) > 0]
    body = _decode(package.body)
    made = [
        write_part(context, package, body, part)
        for part in parts_of(picture, package, left, people, crews)
    ]
    closed = with_quantities(package, {line.id: 0 for line in left})
    picture.put(
        replace(
            closed,
            state="done",
            open=None,
            left=max(0, package.left - len(left)),
            fence=package.fence + 1,
            holder=None,
            actor="",
            lease_until=None,
        )
    )
    return made


def parts_of(
    look: Look, package: Package, left: Sequence[Allocation], people: int, crews: Crews
) -> list[list[Allocation]]:
    """Lines in parts of about equal work, shipments whole, each in walking order."""
    walk: dict[int, int] = {}
    shipments: dict[int, list[Allocation]] = {}
    for line in left:
        place = look.row(Place, (package.site, line.place))
        walk[line.id] = place.walk if place else 0
        shipments.setdefault(line.shipment, []).append(line)
    crew = crews.of(package.zone)._replace(pickers=people, package_ms_min=0)
    together = sorted(
        shipments.values(),
        key=lambda lines: (-max(walk[line.id] for line in lines), lines[0].shipment),
    )
    loads = [
        crew.load(max(walk[line.id] for line in lines), [open_units(line) for line in lines])
        for lines in together
    ]
    # They were on one cart, so they fit on one.
    limits = Limits(LINES_MAX, max(TOTES_MAX, len(together)))
    return [
        sorted((line for each in cart for line in together[each]), key=lambda line: line.sequence)
        for cart in shared(loads, limits, crew)
    ]


def write_part(context: Context, package: Package, body: Body, part: list[Allocation]) -> int:
    """Write a new package of lines of an older one; answer its id."""
    picture = context.picture
    number = context.new_id()
    told = {line.task: line for line in body.lines}
    moved = {line.id for line in part}
    # The tote of a shipment that was begun is on the other cart.
    begun = {line.shipment for line in body.lines if line.task not in moved}
    lines: list[BodyLine] = []
    for sequence, line in enumerate(part, 1):
        picture.put(replace(line, package=number, sequence=sequence))
        shown = replace(told[line.id], sequence=sequence, quantity=open_units(line))
        lines.append(replace(shown, spans=1) if line.shipment in begun or line.picked else shown)
    picture.add(
        Package(
            site=package.site,
            id=number,
            wave=package.wave,
            zone=package.zone,
            priority=package.priority,
            lines=len(lines),
            left=len(lines),
            body=_encode(replace(body, package=number, lines=tuple(lines))),
        )
    )
    return number


def hand_over_needs(message: HandOver, want: Want, context: Context) -> None:
    """The packages with their lines, and the device that gets them."""
    want.row(Device, (context.site, message.to))
    for package in asked_for(want, context.site, message):
        want.listing(Allocation, "by_package", (context.site, package.id))


def hand_over(message: HandOver, picture: Picture, context: Context) -> None:
    """Give packages to a device, which then claims them like its own."""
    device = picture.get(Device, (context.site, message.to))
    if device is None or device.state != "active":
        context.refuse("unknown_device", actual=message.to, then="name an active device")
        return
    found = [
        package
        for package in asked_for(picture, context.site, message)
        if package.holder != message.to
    ]
    if not found:
        context.refuse("nothing_to_hand_over", actual=message.device or len(message.packages))
        return
    for package in found:
        lines = picture.listing(Allocation, "by_package", (context.site, package.id))
        picture.put(
            replace(
                with_open_units(package, lines),
                state="leased",
                fence=package.fence + 1,
                holder=message.to,
                actor="",
                leased_at=context.now,
                lease_until=context.now + LEASE_MS,
            )
        )
    context.grant = {"packages": [package.id for package in found]}


RECUT_PACKAGES = Activity(RecutPackages, needs, decide)
HAND_OVER = Activity(HandOver, hand_over_needs, hand_over)
