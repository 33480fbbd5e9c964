"""Opening: the server comes up, the office puts the masters, devices enrol, people sign in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from server.demo.child import Child, ChildError
from server.demo.desk import Desk
from server.demo.faults import NO_FAULTS, FaultPlan, Rates
from server.demo.floor import Floor
from server.demo.handheld import Handheld
from server.demo.proxy import HOST, Proxy
from server.demo.shift import Board, Shift, posts_of
from server.demo.storing import faces, put_rules
from server.demo.truth import Truth
from server.demo.world import Person, World

Row = dict[str, object]
CLERK = Person("CLERK-1", "clerk of the demo", "merchant")


@dataclass(frozen=True)
class Choices:
    """What whoever runs a day has chosen."""

    folder: Path
    devices: int = 8
    faults: bool = True
    kills: bool = True


def open_shift(world: World, choices: Choices, board: Board) -> Shift:
    """Bring everything to the morning of the day."""
    child = Child(choices.folder)
    try:
        return opened(world, choices, board, child)
    except BaseException:
        child.stop()
        raise


def opened(world: World, choices: Choices, board: Board, child: Child) -> Shift:
    """Start the server, put the masters, unpack and enrol the devices."""
    board.phase("the server starts", 1)
    admin = next(person for person in world.people if person.role == "admin")
    told = child.command("admin", admin.code, "--password", admin.pin)
    if told.returncode:
        message = f"no first administrator: {told.stderr or told.stdout}"
        raise ChildError(message)
    child.start()
    board.done()
    desk = Desk(child.url)
    desk.sign_in(admin)
    put_masters(world, desk, board)
    plan = FaultPlan(world.seed, Rates() if choices.faults else NO_FAULTS)
    proxy = Proxy(plan, child.port)
    posts = posts_of(world, choices.devices)
    crew = [
        Handheld(post, choices.folder, f"http://{HOST}:{proxy.listen(post.name)}", world.seed)
        for post in posts
    ]
    floor = Floor(world, Truth(), world.seed)
    shift = Shift(world, floor, child, desk, proxy, crew, board, world.days[0], kills=choices.kills)
    proxy.on_push = shift.struck
    board.watch(crew)
    enrol(shift)
    put_rules(shift)
    return shift


def enrol(shift: Shift) -> None:
    """Enrol the devices one after the other, so that each gets the same number in every run."""
    shift.board.phase("devices enrol, people sign in", len(shift.crew))
    for handheld in shift.crew:
        role = handheld.post.role
        handheld.enrol(shift.desk.invite(handheld.site, handheld.name, role))
        handheld.sign_in()
        # Whoever records before it has ever heard the server's time can only claim its own.
        handheld.settle()
        shift.board.done()


def put_masters(world: World, desk: Desk, board: Board) -> None:
    """Import the masters in the order in which they name each other."""
    kinds: dict[str, Iterator[Row]] = {
        "sites": sites(world),
        "zones": zones(world),
        "merchants": merchants(world),
        "locations": locations(world),
        "items": items(world),
        "codes": codes(world),
        "people": people(world),
    }
    board.phase("masters are imported", len(kinds))
    for kind, rows in kinds.items():
        desk.import_rows(kind, rows)
        board.done()


def sites(world: World) -> Iterator[Row]:
    """The rows of `sites`."""
    for site in world.sites:
        yield {
            "code": site.code,
            "name": site.name,
            "time_zone": "Europe/Berlin",
            "number": site.number,
            "company_prefix": site.prefix,
        }


def zones(world: World) -> Iterator[Row]:
    """The rows of `zones`."""
    for site in world.sites:
        for zone in site.zones:
            yield {"site": site.code, "code": zone, "name": f"Zone {zone}"}


def merchants(world: World) -> Iterator[Row]:
    """The rows of `merchants`."""
    for code, name in world.merchants:
        yield {"code": code, "name": name}


def locations(world: World) -> Iterator[Row]:
    """The rows of `locations`; every place has a position of its own on the path."""
    reserves = {(site, reserve) for site, *_, reserve in faces(world)}
    uses = {"dock": "dock"}
    for site in world.sites:
        others = (
            *((code, "dock") for code in site.docks),
            *((code, "bench") for code in site.benches),
            (site.staging, "staging"),
            (site.returns, "bench"),
            *((code, "van") for code in site.vans),
        )
        path = len(site.bins) + 1
        for walk, (code, zone) in enumerate(site.bins, 1):
            use = "reserve" if (site.number, code) in reserves else ""
            at = {"zone": zone, "walk": walk, "use": use}
            yield {"site": site.code, "code": code, "kind": "bin", **at}
        for walk, (code, kind) in enumerate(others, path):
            use = "returns" if code == site.returns else uses.get(kind, "")
            at = {"zone": "", "walk": walk, "use": use}
            yield {"site": site.code, "code": code, "kind": kind, **at}


def items(world: World) -> Iterator[Row]:
    """The rows of `items`."""
    for item in world.items.values():
        yield {
            "owner": item.owner,
            "sku": item.sku,
            "description": item.description,
            "lot_capture": item.lot_capture,
            "serial_capture": item.serial_capture,
            "verify": item.verify,
            "weight_g": item.weight_g,
        }


def codes(world: World) -> Iterator[Row]:
    """The rows of `codes`."""
    for item in world.items.values():
        yield {"owner": item.owner, "sku": item.sku, "code": item.gtin, "level": "each"}


def people(world: World) -> Iterator[Row]:
    """The rows of `people`: everybody but the administrator, who is there already."""
    homes = {site.number: site.code for site in world.sites}
    clerk = Person(CLERK.code, CLERK.pin, CLERK.role, owner=world.merchants[0][0])
    for person in (*world.people, clerk):
        if person.role != "admin":
            yield {
                "code": person.code,
                "role": person.role,
                "pin": person.pin,
                "site": homes.get(person.site, ""),
                "owner": person.owner,
            }
