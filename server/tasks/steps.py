"""Steps of added value.

1. An order or a desk asks for steps at packing: an insert, gift wrap, a message, engraving; packers
   see which are asked for and done. The text of a gift message is a personal record: only its hash
   stands here.
2. Whoever does a step records it, with the parcel or tote that it was done for. More than was asked
   for, or without being asked for, is work all the same: it is recorded and billed.
3. Sealing a parcel while its shipment has steps that nobody did is flagged.
4. Each step done is a row that billing reads; taken back it is a row below zero.
"""

from msgspec.structs import replace

from device_protocol.handling import WorkStep
from device_protocol.operations import QUANTITY_MAX
from server.catalog.resolve import owner_id
from server.lane.activity import Activity, Context
from server.lane.masters import CODE_CHARACTERS_MAX, code_fits, within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.records import Unit
from server.ledger.stocks import find_place, make_unit
from server.orders.records import Shipment, ShipmentStep
from server.planning.records import WorkDone


class AskStep(Message, frozen=True, kw_only=True, tag="ask_step"):
    """To a site: `shipment` wants `step` done so often; 0 takes it back. For the site's lane."""

    shipment: int
    step: str
    quantity: int = 1
    note: str = ""
    """Its text, as of a gift message; the desk keeps that apart and says the salted hash of it."""


def ask_needs(operation: AskStep, want: Want, context: Context) -> None:
    """The shipment and what it asks for already."""
    want.row(Shipment, (context.site, operation.shipment))
    want.row(ShipmentStep, (context.site, operation.shipment, operation.step))


def ask_decide(operation: AskStep, picture: Picture, context: Context) -> None:
    """Keep how often the step is asked for."""
    if not (
        code_fits(context, "step", operation.step)
        and within(context, "quantity", operation.quantity, 0, QUANTITY_MAX)
    ):
        return
    shipment = picture.get(Shipment, (context.site, operation.shipment))
    if shipment is None:
        context.refuse("not_found", actual=operation.shipment, then="name a shipment of this site")
        return
    if shipment.packed_at is not None:
        context.refuse("already_packed", actual=shipment.number, then="open a parcel of it first")
        return
    step = step_of(context, operation.shipment, operation.step)
    picture.put(replace(step, asked=operation.quantity, personal=operation.note))


def step_of(context: Context, shipment: int, step: str) -> ShipmentStep:
    """A step of a shipment, which may be asked for and done for the first time."""
    key = (context.site, shipment, step)
    return context.picture.get(ShipmentStep, key) or ShipmentStep(*key)


def want_steps(look: Look, site: int, shipment: int) -> list[ShipmentStep]:
    """Name what a shipment asks for."""
    return look.listing(ShipmentStep, "by_shipment", (site, shipment))


def flag_missing_steps(context: Context, shipment: int) -> None:
    """Say which steps were asked for and are not done."""
    steps = want_steps(context.picture, context.site, shipment)
    missing = [f"{step.step} {step.asked - step.done}" for step in steps if step.done < step.asked]
    if missing:
        context.flag("steps_missing", actual=", ".join(missing)[:200], then="a do_steps task")
        open_task(context, "do_steps", shipment=shipment, note=", ".join(missing)[:200])


def needs(operation: WorkStep, want: Want, context: Context) -> None:
    """The parcel or tote, and the shipment that it was done for."""
    site = context.site
    if operation.unit:
        place = find_place(want, site, operation.unit)
        if place is not None:
            want.row(Unit, (site, place.id))
    if operation.owner:
        owner_id(want, operation.owner)
    number = shipment_of(operation, want, context)
    if number is not None:
        want.row(Shipment, (site, number))
        want.row(ShipmentStep, (site, number, named(operation)))


def named(operation: WorkStep) -> str:
    """The step's code as it can be kept."""
    return operation.step[:CODE_CHARACTERS_MAX] or "unknown"


def shipment_of(operation: WorkStep, look: Look, context: Context) -> int | None:
    """The shipment that was named, else that of the parcel or tote."""
    if operation.shipment is not None or not operation.unit:
        return operation.shipment
    place = find_place(look, context.site, operation.unit)
    unit = look.row(Unit, (context.site, place.id)) if place is not None else None
    return unit.shipment if unit is not None else None


def decide(operation: WorkStep, picture: Picture, context: Context) -> None:
    """Record the work, and count it for the shipment."""
    unit = make_unit(context, operation.unit, "parcel") if operation.unit else None
    if operation.step != named(operation):
        context.flag("unknown_step", actual=named(operation), then="the work is kept")
    number = shipment_of(operation, picture, context)
    if number is not None and picture.get(Shipment, (context.site, number)) is None:
        context.flag("unknown_shipment", actual=number, then="the work is kept")
    if operation.owner and owner_id(picture, operation.owner) is None:
        context.flag("unknown_owner", actual=operation.owner, then="the work is kept")
    count(operation, picture, context, operation.quantity, unit.id if unit else None)


def count(
    operation: WorkStep, picture: Picture, context: Context, quantity: int, unit: int | None
) -> None:
    """Write the work down, and how often the shipment has had it."""
    number = shipment_of(operation, picture, context)
    shipment = picture.get(Shipment, (context.site, number)) if number is not None else None
    owner = owner_id(picture, operation.owner) if operation.owner else None
    if shipment is not None:
        step = step_of(context, shipment.id, named(operation))
        picture.put(replace(step, done=step.done + quantity))
    picture.add(
        WorkDone(
            site=context.site,
            id=context.new_id(),
            step=named(operation),
            quantity=quantity,
            shipment=shipment.id if shipment is not None else None,
            unit=unit,
            owner=owner or (shipment.owner if shipment is not None else 0),
            task=operation.task,
            stream=context.stream,
            epoch=context.epoch,
            seq=context.seq,
            occurred_at=context.stamp.mid,
        )
    )


def undo(operation: WorkStep, picture: Picture, context: Context) -> None:
    """The work was not done."""
    place = find_place(picture, context.site, operation.unit) if operation.unit else None
    count(operation, picture, context, -operation.quantity, place.id if place else None)


ASK_STEP = Activity(AskStep, ask_needs, ask_decide)
WORK_STEP = Activity(WorkStep, needs, decide, undo, needs)
