"""Intake of orders by the network's lane.

1. A channel places an order by its own number. New: it is kept with its lines, and the site that
   fulfils it is told to ship.
2. The same number with the same content is a duplicate and changes nothing; with other content it
   is a conflict that a person reads.
3. Items that the catalog does not know refuse the whole order, by name: half an order is no order.
4. Without anything to ship (carriage, fees) it is closed at once.
5. Returns that a customer announces are kept under their own number until the goods come in.
"""

from server.catalog.resolve import item_by_sku
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import code_fits
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.merchants.records import Merchant
from server.orders.messages import (
    NO_CARRIER,
    CollectReturn,
    ExpectReturn,
    OpenShipment,
    PlacedLine,
    PlaceOrder,
    ShippedLine,
)
from server.orders.records import (
    ExpectedReturn,
    Order,
    OrderConflict,
    OrderLine,
    PromiseFact,
)
from server.orders.returned import returned_units, shared_out
from server.sites.records import Site

UNITS_MAX = 1_000_000
NAMED_MAX = 20


def order_by_number(look: Look, owner: int, channel: str, number: str) -> Order | None:
    """The order with this number of an owner's channel."""
    found = look.listing(Order, "by_number", (NETWORK, owner, channel, number))
    return found[0] if found else None


def needs(message: PlaceOrder, want: Want, context: Context) -> None:
    """The order of the same number, the merchant, the items, and the way to the site."""
    want.row(Merchant, (NETWORK, message.owner))
    order = order_by_number(want, message.owner, message.channel, message.number)
    if order is not None and order.content != message.content:
        want.listing(OrderConflict, "by_order", (NETWORK, order.id))
    for line in message.lines:
        item_by_sku(want, message.owner, line.sku)
    if message.lines:
        want.row(Site, (NETWORK, message.site))
        context.want_outbox(want, message.site)


def decide(message: PlaceOrder, picture: Picture, context: Context) -> None:
    """Take the order in, recognise it, or say why not."""
    known = order_by_number(picture, message.owner, message.channel, message.number)
    if known is not None:
        recognise(known, message, context)
        return
    if picture.get(Merchant, (NETWORK, message.owner)) is None:
        context.refuse("unknown_owner", actual=message.owner)
        return
    if message.lines and picture.get(Site, (NETWORK, message.site)) is None:
        context.refuse("unknown_site", actual=message.site, then="say which site fulfils the order")
        return
    items = items_of(message.owner, message.lines, picture, context)
    if items is None or not all(code_fits(context, "step", step) for step in message.steps):
        return
    carrier = message.carrier if message.carrier != NO_CARRIER else ""
    if carrier and not code_fits(context, "carrier", carrier):
        return
    order = Order(
        site=NETWORK,
        id=context.new_id(),
        owner=message.owner,
        channel=message.channel,
        number=message.number,
        content=message.content,
        priority=message.priority,
        destination=message.destination,
        recipient=message.recipient,
        placed_at=message.placed_at,
        received_at=context.now,
        promised_at=message.promised_at,
        fulfilled_by=message.site if message.lines else NETWORK,
        state="open" if message.lines else "closed",
        carrier=carrier,
        cash_due=message.cash_due,
        currency=message.currency,
        window_from=message.window_from,
    )
    picture.add(order)
    picture.declare_empty(OrderLine, "by_order", (NETWORK, order.id))
    picture.declare_empty(OrderConflict, "by_order", (NETWORK, order.id))
    if order.promised_at is not None:
        told = (order.promised_at, order.window_from)
        picture.add(PromiseFact(NETWORK, order.id, context.now, context.name, *told))
    for position, line, item in items:
        picture.add(OrderLine(NETWORK, order.id, position, item, line.quantity, line.price_minor))
    if items:
        lines = tuple(ShippedLine(position, item, line.quantity) for position, line, item in items)
        context.send(message.site, shipment_of(order, lines, message))
    context.grant = {"order": order.id}


def shipment_of(order: Order, lines: tuple[ShippedLine, ...], message: PlaceOrder) -> OpenShipment:
    """What the site is told."""
    return OpenShipment(
        order=order.id,
        owner=order.owner,
        channel=order.channel,
        number=order.number,
        priority=order.priority,
        received_at=order.received_at,
        lines=lines,
        destination=order.destination,
        recipient=order.recipient,
        promised_at=order.promised_at,
        one_time_code=message.one_time_code,
        door_check=message.door_check,
        cash_due=order.cash_due,
        currency=order.currency,
        steps=message.steps,
        carrier=order.carrier,
        window_from=order.window_from,
    )


def recognise(order: Order, message: PlaceOrder, context: Context) -> None:
    """Answer an order whose number is known: a duplicate, or a conflict for a person."""
    context.grant = {"order": order.id, "duplicate": True}
    if order.content == message.content:
        return
    context.grant = {"order": order.id}
    context.flag(
        "order_conflict",
        expected=order.content,
        actual=message.content,
        then="a person decides; nothing was changed",
    )
    told = context.picture.listing(OrderConflict, "by_order", (NETWORK, order.id))
    if any(conflict.content == message.content and conflict.open for conflict in told):
        return
    context.picture.add(
        OrderConflict(
            NETWORK, context.new_id(), order.id, message.content, context.now, context.name
        )
    )


def items_of(
    owner: int, lines: tuple[PlacedLine, ...], picture: Picture, context: Context
) -> list[tuple[int, PlacedLine, int]] | None:
    """Position, line and item of each line; None where one can't be taken, which is refused."""
    found = []
    unknown = []
    positions = set()
    for place, line in enumerate(lines, 1):
        position = line.position or place
        positions.add(position)
        item = item_by_sku(picture, owner, line.sku)
        if not 0 < line.quantity <= UNITS_MAX:
            context.refuse("bad_quantity", expected=f"1 to {UNITS_MAX}", actual=line.quantity)
            return None
        if item is None:
            unknown.append(line.sku)
        else:
            found.append((position, line, item.id))
    if unknown:
        names = sorted(set(unknown))
        more = f" and {len(names) - NAMED_MAX} more" if len(names) > NAMED_MAX else ""
        context.refuse(
            "unknown_item",
            actual=", ".join(names[:NAMED_MAX]) + more,
            then="put the items into the catalog and send the order again",
        )
        return None
    if len(positions) < len(lines):
        context.refuse("bad_position", expected="each position once")
        return None
    return found


def return_needs(message: ExpectReturn, want: Want, context: Context) -> None:
    """The return of the same number, the items, what of them came before, and whose door it is."""
    want.row(Merchant, (NETWORK, message.owner))
    order = collected_from(message, want)
    if order is not None and order.fulfilled_by != NETWORK:
        context.want_outbox(want, order.fulfilled_by)
    want.listing(
        ExpectedReturn, "by_number", (NETWORK, message.owner, message.channel, message.number)
    )
    number = (message.owner, message.channel, message.number)
    for line in message.lines:
        item = item_by_sku(want, message.owner, line.sku)
        if item is not None:
            returned_units(want, number, item.id)


def collected_from(message: ExpectReturn, look: Look) -> Order | None:
    """The order at whose door a return is to be collected, if one is named."""
    if not message.order:
        return None
    return order_by_number(look, message.owner, message.channel, message.order)


def return_decide(message: ExpectReturn, picture: Picture, context: Context) -> None:
    """Keep what is to come back; the same number again changes nothing."""
    if picture.get(Merchant, (NETWORK, message.owner)) is None:
        context.refuse("unknown_owner", actual=message.owner)
        return
    order = collected_from(message, picture)
    if message.order and (order is None or order.fulfilled_by == NETWORK):
        context.refuse("unknown_order", actual=message.order, then="name one that was shipped")
        return
    items = items_of(message.owner, message.lines, picture, context)
    if items is None:
        return
    key = (NETWORK, message.owner, message.channel, message.number)
    known = picture.listing(ExpectedReturn, "by_number", key)
    if known:
        same = {(line.position, line.item, line.quantity) for line in known} == {
            (position, item, line.quantity) for position, line, item in items
        }
        context.grant = {"duplicate": True}
        if not same:
            context.grant = None
            context.flag(
                "return_conflict",
                actual=message.number,
                then="a person decides; nothing was changed",
            )
        return
    lines = [
        ExpectedReturn(*key, position, item, line.quantity, message.customer, context.now)
        for position, line, item in items
    ]
    for item in {line.item for line in lines}:
        units = returned_units(picture, (message.owner, message.channel, message.number), item)
        for line in shared_out(sorted(lines, key=lambda line: line.position), item, units):
            picture.add(line)
    if order is not None:
        told = CollectReturn(order=order.id, number=message.number)
        context.send(order.fulfilled_by, told)


PLACE_ORDER = Activity(PlaceOrder, needs, decide)
EXPECT_RETURN = Activity(ExpectReturn, return_needs, return_decide)
