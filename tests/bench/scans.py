"""Scans: what deciding one costs on a handheld, and how long the thin call takes at 200 terminals.

On the handheld the documents lie in its SQLite store, and what is timed is everything between the
beep of the reader and the line that is ready to be stored, in the thread's own processor time. The
terminals are held against a server of its own process; each thinks about two seconds between scans,
as people do, so that there are about a hundred scans a second.
"""

import http.client
import random
import tempfile
import threading
import time
from pathlib import Path

import msgspec

import migrations
from device_protocol import codec
from device_protocol.bodies import Code, ItemBody, PackageBody, PlaceBody
from device_protocol.messages import Document, Page
from device_protocol.replica import Replica
from device_protocol.scan import check_digit
from device_protocol.signatures import SIGNATURE_HEADER, call_header
from device_protocol.sqlite_store import SqliteStore
from device_protocol.terminal import (
    SCAN_PATH,
    BeginWork,
    ScanAnswer,
    ScanRead,
    ScanRequest,
)
from device_protocol.workflow import interpreter
from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.held import HeldDocuments
from device_protocol.workflow.inputs import scanned
from device_protocol.workflow.session import Session, Written, recorded
from device_protocol.workflow.shown import Documents
from device_protocol.workflow.view import Line, Work
from server.catalog.messages import PutItem, PutItemCode
from server.core import Core
from server.db.engine import open_database
from server.identity.messages import IssueGrant, PutPerson
from server.identity.records import Person
from server.lane.activity import DESK, IMPORT, NETWORK
from server.ledger.locations import PutLocation
from server.merchants.messages import PutMerchant
from server.sites.messages import PutSite
from tests.bench import serving, world
from tests.bench.figures import Figures

ITEMS = 50_000
PLACES = 10_000
LINES = 150
GOAL_MS = 1.0
TERMINALS = 200
SKUS = 500
STEPS = 12
THINKS_S = (1.5, 2.5)
HOUR_MS = 3_600_000
_encode = msgspec.json.encode
_session = msgspec.json.Decoder(Session).decode


def gtin(number: int) -> str:
    """The barcode of an item."""
    body = f"0400{number:09d}"
    return body + check_digit(body)


def measure(figures: Figures) -> None:
    """Pick a whole package on a handheld that holds a large catalog."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder, "device.sqlite3"))
        replica = Replica(store)
        fill(replica)
        began = time.perf_counter()
        documents = HeldDocuments(store)
        indexed_s = time.perf_counter() - began
        times = pick(documents)
        store.close()
    mean = sum(times) / len(times)
    figures.add(
        "S18 deciding a scan, CPU",
        f"{mean:.2f} ms, p99 {sorted(times)[int(0.99 * len(times))]:.2f} ms",
        f"< {GOAL_MS:.0f} ms",
        f"{ITEMS:,} items held, {len(times)} scans; index at start {indexed_s:.1f} s",
        mean < GOAL_MS,
    )


def fill(replica: Replica) -> None:
    """Pull the catalog, the places and a package."""
    items = {
        f"item/{n}": ItemBody(
            n, 9, f"S{n}", f"Thing {n}", codes=(Code(gtin(n), "each"),), merchant="ACME"
        )
        for n in range(ITEMS)
    }
    places = {f"place/{n}": PlaceBody(n, f"A-{n:05d}", "bin", 2, n) for n in range(PLACES)}
    lines = tuple(
        Line(
            task=n + 1,
            quantity=2,
            place=f"A-{60 * n:05d}",
            owner="ACME",
            item=f"S{n}",
            codes=(gtin(n),),
            shipment=n % 12 + 1,
        )
        for n in range(LINES)
    )
    body = msgspec.Raw(_encode({"mode": "cluster", "lines": lines}))
    package = PackageBody(7, 1, 5, "leased", 1, body)
    for scope, bodies in (
        ("0/owner/9", items),
        ("1/zone/2", places),
        ("1/zone/2", {"package/7": package}),
    ):
        told = tuple(Document(key, 1, msgspec.Raw(_encode(each))) for key, each in bodies.items())
        replica.apply(Page(scope, 1, told), 1)


def pick(documents: HeldDocuments) -> list[float]:
    """Bin, item and tote of every line; the processor time of each scan, ms."""
    definition = DEFINITIONS["pick"]
    view = Documents(documents, "pick", "2026-01-01")
    step = interpreter.begin(definition, Work(package=7, fence=1, mode="cluster"), "g", view)
    session, written, times = step.session, 0, []
    for n in range(LINES):
        for text in (f"A-{60 * n:05d}", gtin(n), f"TOTE-{n % 12 + 1}"):
            began = time.thread_time()
            step = interpreter.step(definition, session, scanned(text, at=n), view)
            lines = [codec.encode_line(operation) for operation in step.operations]
            numbers = tuple(Written(1, written + k) for k in range(1, len(lines) + 1))
            stored = _encode(recorded(step.session, numbers))
            times.append(1_000 * (time.thread_time() - began))
            written += len(lines)
            session = _session(stored)
    if step.session.now.phase != "ended":
        raise RuntimeError(step.prompt.key)
    return times


def over_http(figures: Figures, dialect: str, url: str) -> None:
    """Receive at every terminal, each at the pace of a person."""
    handhelds, tokens = build(url)
    with tempfile.TemporaryDirectory() as folder, serving.server(url, Path(folder)) as running:
        times = load(running.port, handhelds, tokens)
    shown = [f"{serving.percentile(times, share):.1f}" for share in (0.5, 0.99)]
    figures.add(
        f"S18 {dialect} thin call",
        f"p50 {shown[0]} ms, p99 {shown[1]} ms",
        "",
        f"{TERMINALS} terminals, {len(times):,} steps, one about every 2 s each",
    )


def build(url: str) -> tuple[list[world.Handheld], dict[int, str]]:
    """A site with items and terminals; answer these, and a session on each."""
    database = open_database(url)
    migrations.upgrade(database)
    database.close()
    core = Core.open(world.settings_for(url))
    site = PutSite(code="BER", name="Berlin", time_zone="Europe/Berlin", number=world.SITE)
    world.tell(core, NETWORK, IMPORT, [site, PutMerchant(code="ACME", name="Acme")])
    put = PutPerson(code="ana", role="operator", secret=world.SECRET, home=world.SITE)
    person = world.tell(core, NETWORK, DESK, [put])[0]["id"]
    for number in range(SKUS):
        sku = f"S{number}"
        code = PutItemCode(owner="ACME", sku=sku, code=gtin(number))
        world.tell(core, NETWORK, IMPORT, [PutItem(owner="ACME", sku=sku), code])
    world.tell(core, world.SITE, IMPORT, [PutLocation(code="D-1", place_kind="dock")])
    handhelds = [world.enrol(core, number) for number in range(TERMINALS)]
    until = core.clock.now() + HOUR_MS
    tokens = {}
    for handheld in handhelds:
        grant = IssueGrant(device=handheld.device, person=person, until=until)
        world.tell(core, world.SITE, DESK, [grant])
        who = Person(NETWORK, person, "ana", "operator", "")
        tokens[handheld.device], _ = core.sessions.issue(who, HOUR_MS, handheld.device)
    core.close()
    return handhelds, tokens


def load(port: int, handhelds: list[world.Handheld], tokens: dict[int, str]) -> list[float]:
    """Let everybody work; answer the seconds of each step."""
    times: list[float] = []
    failures: list[bytes] = []

    def work(handheld: world.Handheld) -> None:
        chance = random.Random(handheld.device)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        time.sleep(chance.uniform(0, THINKS_S[1]))
        for step in range(1, STEPS + 1):
            body = _encode(step_of(handheld.device, step, chance))
            signed = call_header(handheld.device, handheld.private, "POST", SCAN_PATH, body)
            bearer = f"Bearer {tokens[handheld.device]}"
            headers = {SIGNATURE_HEADER: signed, "Authorization": bearer}
            began = time.perf_counter()
            connection.request("POST", SCAN_PATH, body, headers)
            answer = connection.getresponse()
            told = answer.read()
            times.append(time.perf_counter() - began)
            if answer.status != http.client.OK:
                failures.append(told)
                return
            msgspec.json.decode(told, type=ScanAnswer)
            time.sleep(chance.uniform(*THINKS_S))
        connection.close()

    threads = [threading.Thread(target=work, args=(handheld,)) for handheld in handhelds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0][:300].decode())
    return times


def step_of(device: int, step: int, chance: random.Random) -> ScanRequest:
    """The receipt of item after item: the dock once, then an item and its quantity."""
    if step == 1:
        return ScanRequest(device, step, BeginWork("receive"), protocol=2)
    if step == 2:
        return ScanRequest(device, step, scan=ScanRead("D-1"), protocol=2)
    if step % 2:
        return ScanRequest(device, step, scan=ScanRead(gtin(chance.randrange(SKUS))), protocol=2)
    return ScanRequest(device, step, quantity=chance.randint(1, 20), protocol=2)
