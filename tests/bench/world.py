"""The day that is measured: masters, stock, orders, waves; all said to the lanes as in earnest."""

import hashlib
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from device_protocol import chain, keys
from device_protocol.codec import encode_batch, encode_line, pack
from device_protocol.operations import Clock, Operation, Pick, Receive, Scan
from device_protocol.scan import check_digit
from server.catalog.messages import PutItem, PutItemCode
from server.config import Settings
from server.core import Core
from server.identity.messages import EnrolDevice, InviteDevice, PutApiKey, PutPerson
from server.identity.secrets import hash_code, hash_secret
from server.lane.activity import DESK, IMPORT, NETWORK
from server.lane.message import Message
from server.ledger.locations import PutLocation
from server.ledger.models import ALLOCATION, PLACE
from server.merchants.messages import PutMerchant
from server.orders.messages import PlacedLine, PlaceOrder
from server.planning.waves import ReleaseWave
from server.sites.messages import PutSite, PutZone
from server.sync.batches import Batch
from server.sync.lanes import outcomes

SITE = 1
DEVICES = 8
ZONES = 4
BATCH = 200
ANSWER_S_MAX = 600
COURSE_MS = 7_000
"""A pick about every seven seconds."""
MERCHANT_KEY = "bench-merchant-key"
OPS_KEY = "bench-ops-key"
PACKED = {"Content-Type": "application/x-ndjson", "Content-Encoding": "zstd"}
"""Headers of a push as it travels."""
PIN = "4711"
SECRET = "bench" * 10


@dataclass
class Handheld:
    """A device's stream as the bench writes it."""

    device: int
    private: bytes
    head: bytes
    sent: int = 0
    ended: int = 1_000
    lines: list[bytes] = field(default_factory=list)

    def write(self, operation: Operation) -> None:
        """Add a line."""
        self.lines.append(encode_line(operation))

    def batches(self, size: int) -> Iterator[tuple[Batch, bytes]]:
        """The lines as batches, and as signed and packed request bodies."""
        for start in range(0, len(self.lines), size):
            lines = self.lines[start : start + size]
            first = self.sent + start + 1
            hashes = chain.walk(self.head, first, lines)
            body = encode_batch(self.device, 1, first, self.head, lines, private=self.private)
            batch = Batch(
                site=SITE,
                stream=self.device,
                epoch=1,
                lines=tuple(lines),
                first=first,
                prev=self.head,
                hashes=tuple(hashes),
            )
            self.head = hashes[-1]
            yield batch, pack(body, "zstd")
        self.sent += len(self.lines)
        self.lines = []


@dataclass
class World:
    """A book in which pick work is waiting, and the devices that will do it."""

    handhelds: list[Handheld]
    lines: int
    allocate_s: float
    waiting: int
    """Orders that are placed and not released."""


def settings_for(url: str) -> Settings:
    """The settings of a core on a database."""
    return Settings.from_environment({"TOTEBOOK_DATABASE": url, "TOTEBOOK_SECRET_KEY": SECRET})


def masters(core: Core, items: int) -> int:
    """A site, a merchant with items, their codes and a bin for each; answer the merchant."""
    tell(
        core,
        NETWORK,
        IMPORT,
        [PutSite(code="BER", name="Berlin", time_zone="Europe/Berlin", number=SITE)],
    )
    owner = tell(core, NETWORK, IMPORT, [PutMerchant(code="ACME", name="Acme")])[0]["id"]
    tell(
        core,
        NETWORK,
        DESK,
        [
            PutApiKey(hash=hash_code(MERCHANT_KEY), name="bench", role="merchant", owner=owner),
            PutApiKey(hash=hash_code(OPS_KEY), name="bench ops", role="supervisor"),
        ],
    )
    pin = hash_secret(PIN, core.randomness)
    tell(core, NETWORK, DESK, [PutPerson(code="ana", role="operator", secret=pin, home=SITE)])
    catalog: list[Message] = []
    for number in range(items):
        body = f"40000{number:07d}"
        catalog.append(
            PutItem(owner="ACME", sku=f"S{number:05d}", description=f"Thing number {number}")
        )
        catalog.append(
            PutItemCode(owner="ACME", sku=f"S{number:05d}", code=body + check_digit(body))
        )
    tell(core, NETWORK, IMPORT, catalog)
    tell(core, SITE, IMPORT, [PutZone(code=f"Z{zone}") for zone in range(ZONES)])
    places: list[Message] = [PutLocation(code="D-1", place_kind="dock", zone="Z0", walk=0)]
    places += [
        PutLocation(
            code=bin_code(number),
            place_kind="bin",
            zone=f"Z{number * ZONES // items}",
            walk=number + 1,
        )
        for number in range(items)
    ]
    tell(core, SITE, IMPORT, places)
    return owner


def build(core: Core, *, items: int, orders: int, lines_per_order: int, waiting: int = 0) -> World:
    """Put masters, receive stock, take orders and release them; the release is timed."""
    source = random.Random(7)
    owner = masters(core, items)
    handhelds = [enrol(core, number) for number in range(DEVICES)]
    receive(core, handhelds, items)
    placed: list[Message] = []
    for number in range(orders + waiting):
        skus = source.choices(
            range(items), weights=[1 / (rank + 20) for rank in range(items)], k=lines_per_order
        )
        lines = tuple(
            PlacedLine(f"S{sku:05d}", source.choice((1, 1, 1, 2, 3, 6)), 250, position)
            for position, sku in enumerate(skus, start=1)
        )
        content = hashlib.sha256(repr(lines).encode()).hexdigest()
        placed.append(
            PlaceOrder(
                owner=owner,
                channel="web",
                number=str(number),
                placed_at=0,
                site=SITE,
                lines=lines,
                content=content,
            )
        )
    began = time.perf_counter()
    tell(core, NETWORK, IMPORT, placed[:orders])
    core.drain()
    tell(core, SITE, DESK, [ReleaseWave(name="bench")])
    core.drain()
    elapsed = time.perf_counter() - began
    if waiting:
        tell(core, NETWORK, IMPORT, placed[orders:])
        core.drain()
    return World(handhelds, write_picks(core, handhelds), elapsed, waiting)


def pushed(core: Core, own: list[list[Batch]]) -> float:
    """Have the lane take a batch of each device at a time; answer operations a second."""
    began = time.perf_counter()
    for group in zip(*own, strict=False):
        for future in [core.lanes.submit(batch) for batch in group]:
            future.result(ANSWER_S_MAX)
    elapsed = time.perf_counter() - began
    return sum(batch.size for each in own for batch in each) / elapsed


def bin_code(number: int) -> str:
    """A bin's code."""
    return f"A-{number // 100:02d}-{number % 100:02d}"


def tell(core: Core, site: int, stream: int, messages: list[Message]) -> list[dict[str, int]]:
    """Say messages, at most 1,000 at a time; every one must be applied."""
    grants = []
    for start in range(0, len(messages), 1_000):
        answer = core.lanes.say(site, stream, *messages[start : start + 1_000]).result(ANSWER_S_MAX)
        for outcome in outcomes(answer):
            if outcome["outcome"] not in ("applied", "flagged"):
                raise RuntimeError(str(outcome))
            grants.append(outcome.get("grant") or {})
    return grants


def enrol(core: Core, number: int, site: int = SITE) -> Handheld:
    """Invite and enrol a device at a site."""
    private = keys.generate(lambda size: bytes([number + 1]) * size)
    code = hash_code(f"code-{number}")
    until = core.clock.now() + 60_000
    tell(
        core,
        site,
        DESK,
        [InviteDevice(name=f"H{number}", role="floor", code_hash=code, until=until)],
    )
    nonce = bytes([number]) * 16
    enrolled = EnrolDevice(
        code_hash=code, public_key=keys.public_key(private).hex(), nonce=nonce.hex(), app="bench"
    )
    device = tell(core, site, DESK, [enrolled])[0]["device"]
    handheld = Handheld(device, private, chain.start(device, 1, nonce))
    handheld.write(Clock(server=core.clock.now() - 100_000_000, round_trip=20, ended=0))
    return handheld


def receive(core: Core, handhelds: list[Handheld], items: int) -> None:
    """Fill every bin by scanning."""
    for number in range(items):
        handheld = handhelds[number % len(handhelds)]
        handheld.ended += COURSE_MS
        handheld.write(
            Receive(
                quantity=100_000,
                owner="ACME",
                item=f"S{number:05d}",
                to=bin_code(number),
                ended=handheld.ended,
            )
        )
    for handheld in handhelds:
        for batch, _ in handheld.batches(BATCH):
            core.lanes.submit(batch).result(ANSWER_S_MAX)


def write_picks(core: Core, handhelds: list[Handheld]) -> int:
    """Give the packages to the devices in turn, write their picks, answer how many there are."""
    source = random.Random(11)
    with core.database.reading() as connection:
        rows = connection.execute(
            sa.select(
                ALLOCATION.c.id,
                ALLOCATION.c.package,
                ALLOCATION.c.shipment,
                ALLOCATION.c.quantity,
                PLACE.c.code,
            )
            .join(
                PLACE, sa.and_(PLACE.c.site == ALLOCATION.c.site, PLACE.c.id == ALLOCATION.c.place)
            )
            .order_by(ALLOCATION.c.package, ALLOCATION.c.sequence)
        ).all()
    packages = sorted({row.package for row in rows})
    turn = {package: handhelds[place % len(handhelds)] for place, package in enumerate(packages)}
    for row in rows:
        handheld = turn[row.package]
        handheld.ended += source.randint(2_000, 12_000)
        gtin = f"{source.randrange(4_000_000_000_000, 4_000_000_500_000)}"
        handheld.write(
            Pick(
                quantity=row.quantity,
                source=row.code,
                to=f"T-{row.shipment % 100_000:05d}",
                tasks=(row.id,),
                package=row.package,
                fence=0,
                scans=(Scan(row.code), Scan(gtin)),
                ended=handheld.ended,
            )
        )
    return len(rows)
