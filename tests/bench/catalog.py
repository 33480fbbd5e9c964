"""S6: a replica of 50,000 items and 10,000 locations, pulled over HTTP, beside a file as long.

The file holds the answers' own bytes and is sent by the same server through the same stack: same
encoding, one request. Both are timed from the first byte asked to the last byte read; unpacking is
left out of both. The first device after a change waits while the server reads; what it read is kept
for those that follow, which is what the goal is held against. Both are printed.
"""

import http.client
import random
import re
import shutil
import socket
import statistics
import tempfile
import time
from pathlib import Path

import msgspec
import zstandard

import migrations
from device_protocol.messages import (
    PULL_PATH,
    SIGN_IN_PATH,
    Cursor,
    PullAnswer,
    PullRequest,
    SignInAnswer,
    SignInRequest,
)
from device_protocol.replica import Replica
from device_protocol.scan import check_digit
from device_protocol.signatures import SIGNATURE_HEADER, call_header
from device_protocol.sqlite_store import SqliteStore
from server.catalog.messages import PutItem, PutItemCode
from server.core import Core
from server.db.engine import open_database
from server.identity.messages import PutPerson
from server.identity.secrets import hash_secret
from server.lane.activity import DESK, IMPORT, NETWORK
from server.lane.message import Message
from server.ledger.locations import PutLocation
from server.merchants.messages import PutMerchant
from server.sites.messages import PutSite, PutZone
from tests.bench import serving, world
from tests.bench.figures import Figures
from tests.bench.files import PATH

SITE = world.SITE
ITEMS = 50_000
PLACES = 10_000
EDITED = 900
REZONED = 50
"""Places that move to another zone: each is a deletion in one scope and a document in another."""
TIMES = 15
SHARE_MAX = 1.5
THINGS = """
linen cotton wool leather steel oak walnut ceramic glass brass shirt jacket trousers
scarf glove boot lamp chair table shelf kettle pan knife fork bowl towel blanket pillow
rug curtain small medium large slim wide long short blue green red black white grey navy
olive sand rust classic modern summer winter organic recycled folding travel kids garden
kitchen outdoor pack
"""
WORDS = THINGS.split()
PAGE = re.compile(
    rb'"scope":"([^"]+)","cursor":(\d+)|"checkpoint":\{"n":\d+,"hash":"([0-9a-f]+)"|"more":(true)'
)
"""All that the thin client looks at."""


def measure(figures: Figures, dialect: str, url: str) -> None:
    """Build the catalog, pull it, change some of it, pull again."""
    handheld = build(url)
    folder = Path(tempfile.mkdtemp())
    (folder / "files").mkdir()
    with serving.server(url, folder, folder / "files") as running:
        client = Client(running.port, handheld)
        first_s, cursors, bodies = client.pull({}, "zstd")
        (folder / "files" / "same").write_bytes(b"\n".join(bodies))
        for encoding in ("zstd", "identity"):
            compare(figures, dialect, client, encoding, first_s)
    apply(figures, dialect, bodies, folder / "device.sqlite3")
    change(url)
    with serving.server(url, folder) as running:
        client.connect(running.port)
        _, _, news = client.pull(cursors, "zstd")
    shutil.rmtree(folder, ignore_errors=True)
    pages = [page for body in news for page in msgspec.json.decode(body, type=PullAnswer).pages]
    documents = sum(len(page.documents) for page in pages)
    expected = EDITED + 2 * REZONED
    figures.add(
        f"S6 {dialect} next pull, 1,000 changes",
        f"{documents:,} documents, {sum(map(len, news)):,} B",
        f"{expected:,} documents alone",
        f"{client.sent:,} B with zstd, {len(news)} call(s)",
        documents == expected,
    )


def compare(
    figures: Figures, dialect: str, client: "Client", encoding: str, first_s: float
) -> None:
    """Pull everything and get the file, in turn, several times."""
    pulled, filed = [], []
    pull_bytes = 0
    for _ in range(TIMES):
        pulled.append(client.pull({}, encoding)[0])
        pull_bytes = client.sent
        filed.append(client.get(f"{PATH}/same", encoding))
    pull_s, file_s = statistics.median(pulled), statistics.median(filed)
    judged = encoding == "zstd"
    note = f"file {1_000 * file_s:.0f} ms ({client.sent:,} B), pull {pull_bytes:,} B"
    if judged:
        note += f"; the first device after a start {1_000 * first_s:.0f} ms"
    figures.add(
        f"S6 {dialect} first pull, {encoding}",
        f"{1_000 * pull_s:.0f} ms, {pull_s / file_s:.2f} of the file",
        f"≤ {SHARE_MAX} of the file" if judged else "",
        note,
        share=SHARE_MAX * file_s / pull_s if judged else None,
    )


def apply(figures: Figures, dialect: str, bodies: list[bytes], path: Path) -> None:
    """Let the reference replica decode and apply what came, durably, page by page."""
    store = SqliteStore(path)
    replica = Replica(store)
    documents = 0
    began = time.perf_counter()
    for body in bodies:
        answer = msgspec.json.decode(body, type=PullAnswer)
        for page in answer.pages:
            applied = replica.apply(page, answer.generation)
            if applied.mismatch:
                raise RuntimeError(applied.scope)
            documents += len(applied.changed)
    elapsed = time.perf_counter() - began
    store.close()
    figures.add(
        f"   {dialect} reference replica applies it",
        f"{1_000 * elapsed:.0f} ms, {documents / elapsed:,.0f} documents/s",
        "",
        f"{documents:,} documents, {sum(map(len, bodies)):,} B plain",
    )


class Client:
    """A device that reads answers and looks at nothing but cursors."""

    def __init__(self, port: int, handheld: world.Handheld) -> None:
        """Sign a person in and keep one connection."""
        self.handheld = handheld
        body = msgspec.json.encode(SignInRequest(handheld.device, "ana", world.PIN))
        headers = {SIGNATURE_HEADER: self._signed(SIGN_IN_PATH, body)}
        told = serving.call(port, ("POST", SIGN_IN_PATH, body, headers))
        self.token = msgspec.json.decode(told, type=SignInAnswer).token
        self.sent = 0
        """Bytes of the last answers' bodies, as they were sent."""
        self.connect(port)

    def connect(self, port: int) -> None:
        """Turn to a server, with the session that there is."""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def pull(
        self, cursors: dict[str, Cursor], encoding: str
    ) -> tuple[float, dict[str, Cursor], list[bytes]]:
        """Pull to the end; answer the seconds of the calls, the cursors, and the bodies."""
        cursors = dict(cursors)
        elapsed, bodies = 0.0, []
        self.sent = 0
        more = True
        while more:
            body = msgspec.json.encode(PullRequest(self.handheld.device, cursors))
            headers = {
                SIGNATURE_HEADER: self._signed(PULL_PATH, body),
                "Authorization": f"Bearer {self.token}",
            }
            seconds, told = self._call("POST", PULL_PATH, body, headers, encoding)
            elapsed += seconds
            bodies.append(told)
            more = follow(told, cursors)
        return elapsed, cursors, bodies

    def get(self, path: str, encoding: str) -> float:
        """Seconds for a file."""
        self.sent = 0
        return self._call("GET", path, b"", {}, encoding)[0]

    def _call(
        self, method: str, path: str, body: bytes, headers: dict[str, str], encoding: str
    ) -> tuple[float, bytes]:
        began = time.perf_counter()
        self.connection.request(method, path, body, {**headers, "Accept-Encoding": encoding})
        answer = self.connection.getresponse()
        told = answer.read()
        elapsed = time.perf_counter() - began
        if answer.status != http.client.OK:
            raise RuntimeError(told[:300].decode())
        self.sent += len(told)
        if answer.getheader("Content-Encoding") == "zstd":
            told = zstandard.ZstdDecompressor().decompressobj().decompress(told)
        return elapsed, told

    def _signed(self, path: str, body: bytes) -> str:
        return call_header(self.handheld.device, self.handheld.private, "POST", path, body)


def follow(body: bytes, cursors: dict[str, Cursor]) -> bool:
    """Move the cursors to where an answer leads; answer whether there is more."""
    scope, more = "", False
    for found in PAGE.finditer(body):
        if found[1]:
            scope = found[1].decode()
            cursors[scope] = Cursor(int(found[2]), 1, "")
        elif found[3]:
            cursors[scope] = msgspec.structs.replace(cursors[scope], hash=found[3].decode())
        else:
            more = True
    return more


def build(url: str) -> world.Handheld:
    """Put the masters as an import would, and enrol a device."""
    database = open_database(url)
    migrations.upgrade(database)
    database.close()
    core = Core.open(world.settings_for(url))
    site = PutSite(code="S6", name="S6", time_zone="Europe/Berlin", number=SITE)
    world.tell(core, NETWORK, IMPORT, [site, PutMerchant(code="S6", name="S6")])
    pin = hash_secret(world.PIN, core.randomness)
    person = PutPerson(code="ana", role="operator", secret=pin, home=SITE)
    world.tell(core, NETWORK, DESK, [person])
    source = random.Random(5)
    catalog: list[Message] = []
    for number in range(ITEMS):
        body = f"40000{number:07d}"
        catalog += (
            item(number, source),
            PutItemCode(owner="S6", sku=sku(number), code=body + check_digit(body)),
        )
    world.tell(core, NETWORK, IMPORT, catalog)
    world.tell(core, SITE, IMPORT, [PutZone(code=f"Z{zone}") for zone in range(world.ZONES)])
    world.tell(core, SITE, IMPORT, [place(n, n * world.ZONES // PLACES) for n in range(PLACES)])
    handheld = world.enrol(core, 0)
    core.close()
    return handheld


def change(url: str) -> None:
    """Edit items here and there, and move places to other zones."""
    core = Core.open(world.settings_for(url))
    source = random.Random(6)
    items = source.sample(range(ITEMS), EDITED)
    world.tell(core, NETWORK, IMPORT, [item(number, source) for number in items])
    places = source.sample(range(PLACES), REZONED)
    world.tell(
        core,
        SITE,
        IMPORT,
        [place(n, (n * world.ZONES // PLACES + 1) % world.ZONES) for n in places],
    )
    core.close()


def sku(number: int) -> str:
    """An owner's code of an item."""
    return f"{number % 97:02d}-{number * 7_919 % 1_000_003:06d}"


def item(number: int, source: random.Random) -> PutItem:
    """An item with a name as shops give them."""
    return PutItem(owner="S6", sku=sku(number), description=" ".join(source.choices(WORDS, k=5)))


def place(number: int, zone: int) -> PutLocation:
    """A bin in a zone."""
    return PutLocation(
        code=f"{number // 1_000:02d}-{number // 20 % 50:02d}-{number % 20:02d}",
        place_kind="bin",
        zone=f"Z{zone}",
        walk=number + 1,
    )
