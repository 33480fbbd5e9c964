"""What every world begins with: a site with zones, bins, goods, people, and enrolled devices.

It is the same for all seeds, so it is made once per process and copied.
"""

import random
from functools import cache
from typing import NamedTuple

from device_protocol import keys
from device_protocol.device import Device
from device_protocol.messages import EnrolAnswer
from server.activities import ACTIVITIES
from server.catalog.messages import PutItem, PutItemCode
from server.identity.messages import EnrolDevice, InviteDevice, PutPerson
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK
from server.ledger.locations import PutLocation
from server.merchants.messages import PutMerchant
from server.simulation.books import Book, Copy, MemoryBook
from server.simulation.faults import Faults
from server.simulation.house import House
from server.simulation.machines import FragileStore, Machine
from server.simulation.rates import CALM
from server.simulation.schedule import Schedule
from server.sites.messages import PutSite, PutZone
from server.sync import feed
from server.sync.push import PushRules

START = 1_800_000_000_000
HOUR_MS = 3_600_000
SITES = (1, 2)
DEVICES_AT = {1: 5, 2: 2}
OWNERS = ("ACME", "BETA")
BINS = tuple(f"{zone}-0{number}" for zone in "AB" for number in range(1, 6))
DOCK, BENCH, VAN = "D-1", "P-1", "VAN-1"
TOTES = tuple(f"TOTE-{number}" for number in range(1, 7))
PLAIN, LOTS, SERIALS = ("S1", "S2", "S3", "S4"), ("L1", "L2"), ("N1",)
PEOPLE = tuple(f"P-{number}" for number in range(1, 8))


class Opening(NamedTuple):
    """A book and enrolled devices, to be copied."""

    backup: Copy
    stores: tuple[FragileStore, ...]
    acme: int
    """Id of the merchant whose orders are sold."""


def plain_rules() -> PushRules:
    """The rules of the real server."""
    return PushRules(ACTIVITIES, feed.project)


@cache
def opening() -> Opening:
    """The opening in memory."""
    book = MemoryBook()
    acme, stores = furnish(book)
    return Opening(book.copy(), stores, acme)


def gtin_of(owner: str, sku: str) -> str:
    """The barcode of an item.

    >>> len(gtin_of("ACME", "S1"))
    14
    """
    number = OWNERS.index(owner) * 100 + (PLAIN + LOTS + SERIALS).index(sku)
    digits = f"0400000000{number:03d}"
    weighted = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def furnish(book: Book) -> tuple[int, tuple[FragileStore, ...]]:
    """Put masters into an empty book by messages, and enrol the devices."""
    chance = random.Random(0)  # noqa: S311 - to be repeated.
    schedule = Schedule(START)
    house = House(book, schedule, plain_rules(), Faults(CALM, chance))
    house.insist(
        NETWORK,
        *(
            PutSite(code=f"W{n}", name=f"House {n}", time_zone="Europe/Berlin", number=n)
            for n in SITES
        ),
        *(PutMerchant(code=owner, name=owner.title()) for owner in OWNERS),
        *(PutPerson(code=code, role="operator", secret=code, home=1) for code in PEOPLE),
    )
    for owner in OWNERS:
        skus = PLAIN + LOTS + SERIALS
        house.insist(NETWORK, *(PutItem(owner=owner, sku=sku) for sku in skus))
        house.insist(
            NETWORK,
            *(PutItemCode(owner=owner, sku=sku, code=gtin_of(owner, sku)) for sku in skus),
        )
    for site in SITES:
        house.insist(
            site,
            *(PutZone(code=code) for code in "AB"),
            *(
                PutLocation(code=code, place_kind="bin", zone=code[0], walk=walk)
                for walk, code in enumerate(BINS)
            ),
            PutLocation(code=DOCK, place_kind="dock"),
            PutLocation(code=BENCH, place_kind="bench"),
            PutLocation(code=VAN, place_kind="van"),
        )
    stores = tuple(
        enrol(house, site, f"{site}-{number}", chance)
        for site, count in DEVICES_AT.items()
        for number in range(1, count + 1)
    )
    house.drain()
    merchants = house.say(NETWORK, PutMerchant(code=OWNERS[0], name=OWNERS[0].title()))
    return merchants[0]["grant"]["id"], stores


def enrol(house: House, site: int, name: str, chance: random.Random) -> FragileStore:
    """Invite a device and let it spend its code; answer its store."""
    store = FragileStore()
    device = Device(store, Machine(house.schedule, name), chance.randbytes)
    house.insist(
        site,
        InviteDevice(
            name=name, role="floor", code_hash=hash_code(name), until=house.now() + HOUR_MS
        ),
    )
    request = device.enrol_request(name, "simulated/1")
    message = EnrolDevice(
        code_hash=hash_code(name),
        public_key=keys.read(request.public_key).hex(),
        nonce=chance.randbytes(16).hex(),
        app=request.app,
    )
    [outcome] = house.insist(site, message)
    device.enrolled(EnrolAnswer(**outcome["grant"], server_time=house.now()))
    return store
