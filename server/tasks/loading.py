"""Loading.

1. The courier or loader opens the manifest of a round and its van.
2. Each parcel is scanned into the van; it is taken from where the device says it stood, else from
   lost and found. A parcel of another round or van is a misroute, one of a cancelled shipment is to
   be intercepted; both are posted as they happened.
3. The manifest is closed with the device's own count. A van that was full leaves the rest of its
   round behind: that is told, and one task asks to plan it anew until it rides after all.
   The count is compared all the same. While loads of other devices are still to
   come the count differs and the manifest is provisional; the last of them closes the question by
   itself. A parcel loaded after the closing amends the manifest.
4. A parcel that stood at another site comes out of transit from there, and that site hears of it
   (see handover.py).
5. A shipment is loaded when all of its parcels are.
"""

from msgspec.structs import replace

from device_protocol.operations import CloseManifest, Load, OpenManifest
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.discrepancies import close_task, open_task
from server.ledger.holds import held_by, want_holds
from server.ledger.posting import is_physical
from server.ledger.records import LOST, TRANSIT, Balance, Hold, Place, Stock, Task, Unit
from server.ledger.stocks import find_place, make_place, make_unit
from server.orders.records import Shipment
from server.tasks.handover import (
    crossing_of,
    crossing_site,
    flag_unknown_site,
    want_crossing,
)
from server.tasks.moving import flag_negative, move_unit
from server.tasks.packing import make_place_or, place_or, want_piece
from server.tasks.repacking import is_closed
from server.transport.leaving import settle_left, want_left
from server.transport.messages import TakeOver
from server.transport.parcels import (
    answer,
    ask_about,
    earliest,
    latest,
    parcel_of,
    settle_parcel,
    want_parcel,
    with_state,
)
from server.transport.records import Manifest, Parcel, Round

FULL = "full"
"""Why a manifest was closed: no more went in."""


def load_needs(operation: Load, want: Want, context: Context) -> None:
    """The parcel with what is in it, where it stood, the van, its round and manifest."""
    site = context.site
    van = find_place(want, site, operation.to)
    other = want_crossing(want, context, operation.site)
    source = TRANSIT + other if other else place_or(want, context, operation.source, LOST)
    want_piece(want, context, operation.unit, source, van.id if van else None)
    parcel = want_parcel(want, context, operation.unit)
    want_contents(want, site, operation.unit)
    if parcel is not None and parcel.manifest is not None:
        manifest = want.row(Manifest, (site, parcel.manifest))
        if manifest is not None:
            want_manifest(want, site, manifest.round)
    if parcel is not None and parcel.round is not None:
        want_manifest(want, site, parcel.round)
    if operation.round is not None:
        want_manifest(want, site, operation.round)
    elif van is not None:
        for manifest in want.listing(Manifest, "by_open", (site, van.id)):
            want_manifest(want, site, manifest.round)


def want_manifest(want: Want, site: int, round_: int) -> None:
    """Name a round with its manifests, what is on them and what was asked about them."""
    want.row(Round, (site, round_))
    for manifest in want.listing(Manifest, "by_round", (site, round_)):
        want.listing(Parcel, "by_manifest", (site, manifest.id))
        want_left(want, manifest)
        if manifest.task is not None:
            want.row(Task, (site, manifest.task))


def want_contents(want: Want, site: int, code: str) -> None:
    """Name what is in a parcel, and the holds that may select it."""
    want_holds(want, site)
    place = find_place(want, site, code)
    if place is not None:
        for balance in want.listing(Balance, "by_place", (site, place.id)):
            want.row(Stock, (site, balance.stock))


def hold_on(context: Context, unit: Unit, place: int) -> Hold | None:
    """The first open hold that selects the parcel where it stands, or something in it."""
    picture, site = context.picture, context.site
    found = held_by(picture, site, picture.need(Stock, (site, unit.stock)), place, unit.id)
    if found is not None:
        return found
    for balance in picture.listing(Balance, "by_place", (site, unit.id)):
        stock = picture.need(Stock, (site, balance.stock))
        found = held_by(picture, site, stock, unit.id, unit.id)
        if found is not None and balance.quantity > 0:
            return found
    return None


def load_decide(operation: Load, picture: Picture, context: Context) -> None:
    """Post the parcel into the van and count it on the manifest."""
    unit = make_unit(context, operation.unit, "parcel")
    parcel = parcel_of(context, unit)
    van = make_place(context, operation.to)
    other = crossing_site(picture, context, operation.site)
    flag_unknown_site(context, operation.site)
    source = TRANSIT + other if other else make_place_or(context, operation.source, LOST)
    if other:
        parcel = replace(parcel, origin=other)
        context.send(other, crossing_of(TakeOver, operation.unit, operation.source, context))
    number = round_of(context, operation, parcel, van)
    check_parcel(context, parcel, unit, source)
    parcel = check_sealed(context, parcel)
    check_round(context, parcel, number, van)
    move_unit(context, unit, source, van.id)
    if is_physical(source):
        flag_negative(context, source, unit.stock)
    parcel = answer(context, parcel, "redeliver", "loaded again")
    load_onto(context, parcel, number, van.id)


def load_onto(context: Context, parcel: Parcel, round_: int | None, van: int) -> None:
    """Keep the parcel as loaded and count it on its manifest; after the closing it amends that."""
    at, before = context.stamp.mid, parcel.manifest
    newest = parcel.loaded_at is None or parcel.loaded_at <= at
    # What had come back was rightly counted on the manifest under which it went out.
    went_out = parcel.loaded_at is not None and parcel.loaded_at <= (parcel.returned_at or 0) <= at
    if newest and round_ is not None:
        manifest = manifest_of(context, round_, van)
        if manifest.closed_at is not None and at > manifest.closed_at:
            context.flag("manifest_closed", expected=manifest.closed_at, actual=at, then="amended")
            note = "loaded after it was closed"
            open_task(context, "check_manifest", place=van, unit=parcel.id, note=note)
        parcel = replace(parcel, manifest=manifest.id)
    settle_parcel(context, replace(parcel, loaded_at=latest((parcel.loaded_at, at))))
    for number in dict.fromkeys((before, parcel.manifest)):
        if number == parcel.manifest or not went_out:
            settle_manifest(context, number)


def round_of(context: Context, operation: Load, parcel: Parcel, van: Place) -> int | None:
    """The round for which the parcel was loaded: the one named, else the van's own, else none."""
    picture, site = context.picture, context.site
    if operation.round is not None:
        named = picture.get(Round, (site, operation.round))
        return named.id if named is not None else None
    if parcel.round is not None and picture.need(Round, (site, parcel.round)).van == van.id:
        return parcel.round
    if picture.is_new(Place, (site, van.id)):
        # A van that nobody knew before: whatever is open there was opened in this very group.
        picture.declare_empty(Manifest, "by_open", (site, van.id))
    opened = picture.listing(Manifest, "by_open", (site, van.id))
    return opened[-1].round if opened else None


def check_parcel(context: Context, parcel: Parcel, unit: Unit, source: int) -> None:
    """Flag a parcel that should not have been loaded, and ask for it to be taken out."""
    if parcel.shipment is not None:
        shipment = context.picture.need(Shipment, (context.site, parcel.shipment))
        if shipment.cancelled_at is not None:
            context.flag("cancelled_meanwhile", actual=parcel.code, then="an intercept task")
            open_task(context, "intercept", unit=parcel.id, shipment=shipment.id, note="cancelled")
    hold = hold_on(context, unit, source)
    if hold is not None:
        context.flag("on_hold", actual=hold.reason, then="an intercept task")
        about = {"unit": parcel.id, "shipment": parcel.shipment}
        open_task(context, "intercept", note=hold.reason, **about)


def check_sealed(context: Context, parcel: Parcel) -> Parcel:
    """Flag a parcel of this site that nobody has sealed yet; a late seal answers it."""
    closed = is_closed(parcel, context.stamp.mid)
    if closed or parcel.origin or parcel.shipment is None:
        return parcel
    context.flag("not_sealed", actual=parcel.code, then="a late seal answers it")
    return ask_about(context, parcel, "check_seal")


def check_round(context: Context, parcel: Parcel, number: int | None, van: Place) -> None:
    """Flag a parcel in the wrong van or round; one from another site has no plan here."""
    round_ = None
    if number is not None:
        round_ = context.picture.get(Round, (context.site, number))
    if parcel.origin:
        return
    if parcel.shipment is None:
        code, expected = "unknown_parcel", "a parcel of this site"
    elif parcel.round is None or parcel.round != number:
        code, expected = "wrong_round", str(parcel.round or "planned on a round")
    elif round_ is not None and round_.van != van.id:
        code, expected = "wrong_van", str(round_.van)
    else:
        return
    context.flag(code, expected, f"{parcel.code} in {van.code}", "a misroute task")
    open_task(context, "misroute", unit=parcel.id, shipment=parcel.shipment, place=van.id)


def manifest_of(context: Context, round_: int, van: int) -> Manifest:
    """The manifest of a round in a van, made by the first fact that names it."""
    picture, site = context.picture, context.site
    for manifest in picture.listing(Manifest, "by_round", (site, round_)):
        if manifest.van == van:
            return manifest
    manifest = Manifest(site=site, id=context.new_id(), round=round_, van=van, open_van=van)
    picture.add(manifest)
    picture.declare_empty(Parcel, "by_manifest", (site, manifest.id))
    return manifest


def settle_manifest(context: Context, number: int | None) -> None:
    """Count what is on a manifest; a closed one that differs from its count is an open question."""
    picture, site = context.picture, context.site
    if number is None:
        return
    manifest = picture.need(Manifest, (site, number))
    closed = manifest.closed_at
    parcels = picture.listing(Parcel, "by_manifest", (site, number))
    loaded = sum(closed is None or (parcel.loaded_at or 0) <= closed for parcel in parcels)
    added = len(parcels) - loaded
    state = "open"
    if closed is not None:
        state = "amended" if added or manifest.reopened_at is not None else "closed"
    manifest = replace(
        manifest,
        loaded=loaded,
        added=added,
        state=state,
        open_van=manifest.van if closed is None else None,
    )
    differs = closed is not None and manifest.counted != loaded
    if differs and manifest.task is None:
        note = f"{manifest.counted} counted, {loaded} loaded"
        task = open_task(context, "check_manifest", place=manifest.van, note=note)
        manifest = replace(manifest, task=task)
    elif not differs and manifest.task is not None:
        close_task(context, picture.need(Task, (site, manifest.task)), "the loads agree")
        manifest = replace(manifest, task=None)
    picture.put(settle_left(context, manifest))


def load_undo(operation: Load, picture: Picture, context: Context) -> None:
    """Take the parcel off the manifest, and tell the site where it stood."""
    unit = make_unit(context, operation.unit, "parcel")
    parcel = parcel_of(context, unit)
    other = crossing_site(picture, context, operation.site)
    if other:
        told = crossing_of(TakeOver, operation.unit, operation.source, context, undone=1)
        context.send(other, told)
    if parcel.loaded_at != context.stamp.mid:
        return
    settle_parcel(context, replace(parcel, loaded_at=None, manifest=None))
    settle_manifest(context, parcel.manifest)


def manifest_needs(operation: OpenManifest | CloseManifest, want: Want, context: Context) -> None:
    """The round and the van."""
    want_manifest(want, context.site, operation.round)
    find_place(want, context.site, operation.van)
    if operation.reason == FULL:
        want.listing(Parcel, "by_round", (context.site, operation.round))


def begun(operation: OpenManifest | CloseManifest, context: Context) -> Manifest | None:
    """The manifest that is opened or closed; None where the round is unknown."""
    van = make_place(context, operation.van)
    round_ = context.picture.get(Round, (context.site, operation.round))
    if round_ is None:
        context.flag("unknown_round", actual=operation.round, then="a check_manifest task")
        open_task(context, "check_manifest", place=van.id, note=f"round {operation.round}")
        return None
    if round_.van != van.id:
        context.flag("wrong_van", expected=round_.van, actual=operation.van, then="a misroute task")
        open_task(context, "misroute", place=van.id, note=f"round {operation.round}")
    return manifest_of(context, operation.round, van.id)


def open_decide(operation: OpenManifest, picture: Picture, context: Context) -> None:
    """Begin loading; one that was closed before is opened again and so amended."""
    manifest = begun(operation, context)
    if manifest is None:
        return
    at = context.stamp.mid
    if manifest.closed_at is not None and at > manifest.closed_at:
        context.flag("manifest_closed", expected=manifest.closed_at, actual=at, then="amended")
        open_task(context, "check_manifest", place=manifest.van, note="opened again")
        manifest = replace(manifest, reopened_at=at)
    picture.put(replace(manifest, opened_at=earliest(manifest.opened_at, at)))
    settle_manifest(context, manifest.id)
    round_ = picture.need(Round, (context.site, operation.round))
    picture.put(with_state(replace(round_, opened_at=earliest(round_.opened_at, at))))


def open_undo(operation: OpenManifest, picture: Picture, context: Context) -> None:
    """Loading did not begin."""
    at = context.stamp.mid
    for manifest in picture.listing(Manifest, "by_round", (context.site, operation.round)):
        if manifest.opened_at == at:
            picture.put(replace(manifest, opened_at=None))
        if manifest.reopened_at == at:
            picture.put(replace(manifest, reopened_at=None))
            settle_manifest(context, manifest.id)
    round_ = picture.get(Round, (context.site, operation.round))
    if round_ is not None and round_.opened_at == at:
        picture.put(with_state(replace(round_, opened_at=None)))


def close_decide(operation: CloseManifest, picture: Picture, context: Context) -> None:
    """End loading and compare the device's count with the loads that have come in."""
    manifest = begun(operation, context)
    if manifest is None:
        return
    at = latest((manifest.closed_at, context.stamp.mid))
    full_at = context.stamp.mid if operation.reason == FULL else manifest.full_at
    picture.put(replace(manifest, closed_at=at, counted=operation.loaded, full_at=full_at))
    settle_manifest(context, manifest.id)
    manifest = picture.need(Manifest, (context.site, manifest.id))
    loaded = manifest.loaded
    if operation.reason == FULL and manifest.left_behind:
        context.flag("left_behind", 0, manifest.left_behind, "plan them on another round")
    if loaded != operation.loaded:
        then = "provisional until every load has come in"
        context.flag("count_differs", operation.loaded, loaded, then)
    round_ = picture.need(Round, (context.site, operation.round))
    picture.put(with_state(replace(round_, closed_at=latest((round_.closed_at, at)))))


def close_undo(operation: CloseManifest, picture: Picture, context: Context) -> None:
    """Loading goes on."""
    at = context.stamp.mid
    for manifest in picture.listing(Manifest, "by_round", (context.site, operation.round)):
        if manifest.closed_at == at:
            picture.put(replace(manifest, closed_at=None, counted=None, full_at=None))
            settle_manifest(context, manifest.id)
    round_ = picture.get(Round, (context.site, operation.round))
    if round_ is not None and round_.closed_at == at:
        picture.put(with_state(replace(round_, closed_at=None)))


LOAD = Activity(Load, load_needs, load_decide, load_undo, load_needs)
OPEN_MANIFEST = Activity(OpenManifest, manifest_needs, open_decide, open_undo, manifest_needs)
CLOSE_MANIFEST = Activity(CloseManifest, manifest_needs, close_decide, close_undo, manifest_needs)
