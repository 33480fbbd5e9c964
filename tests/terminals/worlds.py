"""What a depot has besides, for each activity: goods, orders, parcels, rounds, other sites."""

from typing import Any

from device_protocol.operations import PackItem, Pick, Receive, Seal, StartTote
from device_protocol.scan import sscc
from device_protocol.workflow.lookups import PackageLines, package_lines
from device_protocol.workflow.view import Line
from server.catalog.messages import KitUnits, PutItem, PutItemCode, PutKit, PutSubstitutes
from server.inbound.messages import AnnouncedGoods, AnnounceReceipt
from server.lane.activity import NETWORK
from server.ledger.locations import PutLocation
from server.ledger.records import Task
from server.orders.messages import CollectReturn, PlacedLine, PlaceOrder
from server.orders.records import Shipment
from server.planning.kit_orders import OrderKits
from server.planning.records import Package
from server.planning.waves import ReleaseWave
from server.sites.messages import PutSite, PutZone
from server.sync.records import Document
from server.transfers.messages import OrderTransfer, TransferGoods
from server.transport.messages import MakeRound
from server.transport.records import Round, Stop
from server.transport.returnables import PutPartner, PutUnitType
from tests.floor import SITE
from tests.terminals.depot import TERMINAL, Depot

PALLETS = tuple(sscc("4012345", 3, number) for number in (1, 2, 3))
CAGE = "]C1800304012345123456" + "C-1"
"""A cage by its GRAI."""
RUG, HAM = "04000000000037", "04000000000044"
SHOP = 2
LATER = 60_000
"""When what is prepared happens, after all that a depot has before."""

Given = dict[str, Any]


def order(
    depot: Depot, number: str, *lines: tuple[str, int], released: str = "no", cash: int = 0
) -> int:
    """An order of ACME; released as is best, or in a way that is named; answer its shipment."""
    message = PlaceOrder(
        owner=depot.merchant(),
        channel="web",
        number=number,
        placed_at=1,
        site=SITE,
        lines=tuple(PlacedLine(*line) for line in lines),
        content=number,
        cash_due=cash,
        currency="EUR" if cash else "",
    )
    depot.tell(NETWORK, message)
    depot.core.drain()
    if released != "no":
        release(depot, released)
    return shipment(depot, number)


def release(depot: Depot, mode: str = "") -> None:
    """Make pick work of all that waits."""
    depot.tell(SITE, ReleaseWave(mode=mode))
    depot.core.drain()


def shipment(depot: Depot, number: str) -> int:
    """The shipment of an order."""
    [found] = [each.id for each in depot.rows(Shipment) if each.number == number]
    return int(found)


def latest(depot: Depot) -> Given:
    """The package that was cut last."""
    return {"package": max(package.id for package in depot.rows(Package))}


def first_of_two(depot: Depot) -> Given:
    """The package that was cut last but one."""
    return {"package": sorted(package.id for package in depot.rows(Package))[-2]}


def at_bench(_depot: Depot) -> Given:
    """Work at the bench."""
    return {"bench": "BENCH-1"}


def goods(depot: Depot, *stands: tuple[str, str, int]) -> None:
    """A third item of ACME, and what stands where (SKU, place, quantity)."""
    depot.tell(NETWORK, PutItemCode(owner="ACME", sku="A3", code=RUG))
    lines = (
        Receive(quantity=quantity, owner="ACME", item=sku, to=place, ended=LATER)
        for sku, place, quantity in stands
    )
    depot.handhelds[1].do(*lines)
    depot.core.drain()


def nothing(_depot: Depot) -> None:
    """What every depot has will do."""


def announce(depot: Depot) -> None:
    """Five lamps and a crate of milk are on their way."""
    lines = (AnnouncedGoods("A1", 5), AnnouncedGoods("A2", 2, "L9"))
    depot.tell(SITE, AnnounceReceipt(owner=depot.merchant(), number="ASN-1", lines=lines))


def announce_pallets(depot: Depot) -> None:
    """Two pallets are on their way, one of them with goods of two kinds."""
    lines = (
        AnnouncedGoods("A1", 5, unit=PALLETS[0]),
        AnnouncedGoods("A2", 2, "L9", unit=PALLETS[0]),
        AnnouncedGoods("A1", 3, unit=PALLETS[1]),
    )
    depot.tell(SITE, AnnounceReceipt(owner=depot.merchant(), number="ASN-1", lines=lines))


def exchange(depot: Depot) -> None:
    """Cages and empties go to a carrier and come home."""
    depot.tell(SITE, PutPartner(code="PARCELS", partner_kind="carrier"))
    depot.tell(NETWORK, PutUnitType(code="CAGE", owner="ACME", sku="A3", begins="CART-"))
    goods(depot)


def lack(depot: Depot) -> None:
    """An order waits for rugs, of which there are none."""
    goods(depot)
    order(depot, "3", ("A3", 3))


def stand_in(depot: Depot) -> None:
    """Rugs are ordered, and lamps may be taken in their place."""
    goods(depot, ("A3", "A-04", 4))
    rules = PutSubstitutes(owner="ACME", sku="A3", substitutes=("A1",), rule="free")
    depot.tell(NETWORK, rules)
    depot.core.drain()
    order(depot, "3", ("A3", 4), released="")


def in_total(depot: Depot) -> None:
    """Two orders are picked in total, for a put wall."""
    goods(depot, ("A3", "A-04", 9))
    depot.tell(SITE, PutLocation(code="WALL-1", place_kind="staging"))
    order(depot, "3", ("A3", 2))
    order(depot, "4", ("A3", 3), released="bulk")


def zones(depot: Depot) -> None:
    """An order has lines in two zones."""
    depot.tell(SITE, PutZone(code="B"), PutLocation(code="B-01", place_kind="bin", zone="B"))
    goods(depot, ("A3", "B-01", 9))
    order(depot, "3", ("A1", 2), ("A3", 2), released="")


def weigh(depot: Depot) -> None:
    """Half a kilogram of ham is ordered."""
    depot.tell(
        NETWORK,
        PutItem(owner="ACME", sku="HAM", base_unit="gram"),
        PutItemCode(owner="ACME", sku="HAM", code=HAM),
    )
    goods(depot, ("HAM", "A-05", 10_000))
    order(depot, "3", ("HAM", 500), released="")


def surplus(depot: Depot) -> None:
    """Two rugs were ordered, and three more than that lie in a tote."""
    goods(depot, ("A3", "A-04", 9))
    order(depot, "3", ("A3", 2), released="")
    (line,) = picked_lines(depot, latest(depot)["package"])
    picks = Pick(quantity=5, source="A-04", to="TOTE-9", tasks=(line.task,), ended=LATER + 1)
    depot.handhelds[1].do(picks)
    depot.core.drain()


def picked_lines(depot: Depot, package: int) -> tuple[Line, ...]:
    """The lines of a package as devices have them."""
    bodies = [each.body for each in depot.rows(Document) if each.key == f"package/{package}"]
    lines = package_lines(bodies[-1]) if bodies and bodies[-1] else PackageLines()
    return lines.lines


def picked(depot: Depot, at: int, cash: int = 0) -> int:
    """An order of two lamps, picked into a tote; answer its shipment."""
    bound = order(depot, f"P{at}", ("A1", 2), released="", cash=cash)
    tote, made = f"TOTE-7{at}", LATER + at * 1_000
    picks = (
        Pick(quantity=2, source=line.place, to=tote, tasks=(line.task,), ended=made + 1)
        for line in picked_lines(depot, latest(depot)["package"])
    )
    depot.handhelds[1].do(StartTote(unit=tote, shipment=bound, ended=made), *picks)
    depot.core.drain()
    return bound


def packed(depot: Depot, at: int, cash: int = 0) -> int:
    """An order that is packed into a parcel at the bench; answer its shipment."""
    bound, made = picked(depot, at, cash), LATER + at * 1_000
    told: Given = {"quantity": 2, "owner": "ACME", "item": "A1", "source": f"TOTE-7{at}"}
    depot.handhelds[1].do(
        PackItem(unit=f"PAR-{at}", shipment=bound, ended=made + 2, **told),
        Seal(unit=f"PAR-{at}", shipment=bound, at="BENCH-1", ended=made + 3),
    )
    depot.core.drain()
    return bound


def picked_lamps(depot: Depot) -> None:
    """A tote to be packed."""
    picked(depot, 1)


def parcel(depot: Depot) -> None:
    """A sealed parcel."""
    packed(depot, 1)


def tour(depot: Depot) -> None:
    """Two parcels for a round of the terminal's van, the second to be paid for; another van."""
    vans = (PutLocation(code=code, place_kind="van") for code in ("VAN-1", "VAN-2"))
    depot.tell(SITE, *vans)
    shipments = tuple(packed(depot, at, cash) for at, cash in ((1, 0), (2, 4_990)))
    today = "2027-01-15"
    made = MakeRound(name="North", date=today, van="VAN-1", shipments=shipments, device=TERMINAL)
    depot.tell(SITE, made)
    depot.core.drain()


def cash_tour(depot: Depot) -> None:
    """A parcel for which money is due, on a round of the terminal's van; then a return."""
    depot.tell(SITE, PutLocation(code="VAN-1", place_kind="van"))
    bound = packed(depot, 1, cash=4_990)
    [found] = [each.order_id for each in depot.rows(Shipment) if each.id == bound]
    depot.tell(SITE, CollectReturn(order=found, number="RET-1"))
    [task] = [each.id for each in depot.rows(Task) if each.kind == "collect"]
    made = MakeRound(
        name="South",
        date="2027-01-15",
        van="VAN-1",
        shipments=(bound,),
        collections=(task,),
        device=TERMINAL,
    )
    depot.tell(SITE, made)
    depot.core.drain()


def at_return(depot: Depot) -> Given:
    """The door at which a return is to be taken back."""
    [found] = [each for each in depot.rows(Stop) if each.kind == "collect"]
    return {"van": "VAN-1", "round": found.round, "stop": found.id, "announced": found.announced}


def on_tour(depot: Depot) -> Given:
    """The round."""
    [found] = depot.rows(Round)
    return {"round": found.id}


def in_van(_depot: Depot) -> Given:
    """The rounds of the van."""
    return {"van": "VAN-1"}


def recipe(depot: Depot) -> None:
    """A set is made of two lamps and a rug."""
    depot.tell(
        NETWORK,
        PutItem(owner="ACME", sku="SET"),
        PutItemCode(owner="ACME", sku="SET", code=HAM),
        PutKit(owner="ACME", sku="SET", parts=(KitUnits("A1", 2), KitUnits("A3", 1))),
    )
    goods(depot, ("A3", "A-01", 5))
    depot.tell(SITE, OrderKits(owner="ACME", item="SET", quantity=2, place="A-01"))


def transfer(depot: Depot, origin: int, target: int) -> None:
    """Another site, and lamps that go there or come from there."""
    site = PutSite(code="SHOP", name="Shop", time_zone="Europe/Berlin", number=SHOP)
    depot.tell(NETWORK, site)
    lines = (TransferGoods("A1", 5),)
    depot.tell(
        origin, OrderTransfer(owner=depot.merchant(), number="TR-1", target=target, lines=lines)
    )
    depot.core.drain()


def numbered(depot: Depot) -> Given:
    """The transfer that there is."""
    [number] = {
        each.key.partition("/")[2]
        for each in depot.rows(Document)
        if each.key.startswith("transfer/")
    }
    return {"announced": number}
