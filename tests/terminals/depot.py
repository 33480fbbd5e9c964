"""A yard with work for every workflow, a terminal there, and a handheld with its documents."""

from typing import Any

import msgspec

from device_protocol.codec import Undecodable, decode_line
from device_protocol.messages import PullAnswer
from device_protocol.operations import Operation, Receive, ShortPick
from device_protocol.replica import Replica
from device_protocol.store import MemoryStore
from device_protocol.terminal import BeginWork, ScanAnswer, ScanRead, ScanRequest
from device_protocol.workflow import interpreter
from device_protocol.workflow.following import definition_of
from device_protocol.workflow.held import HeldDocuments
from device_protocol.workflow.inputs import AnyInput, KeyInput, QuantityInput, scanned
from device_protocol.workflow.session import Session, Step, recorded
from device_protocol.workflow.shown import Documents
from server.catalog.messages import PutItem, PutItemCode
from server.db.bulk import select_records
from server.identity.messages import IssueGrant, PutPerson
from server.identity.records import Device
from server.lane.activity import NETWORK
from server.lane.records import StoredOperation
from server.ledger.locations import PutLocation
from server.ledger.records import Allocation, Place
from server.merchants.messages import PutMerchant
from server.orders.messages import PlacedLine, PlaceOrder
from server.planning.waves import ReleaseWave
from server.sync.pull import pull
from server.sync.segments import Segments
from server.terminals.records import Terminal
from server.terminals.stream import lines_of, written
from server.terminals.terminals import Taken
from tests.floor import SITE
from tests.sync.yard import Yard

LAMP, CASE, MILK = "04000000000013", "14000000000010", "04000000000020"
NO_HASH = "nobody signs in by it"
UNTIL = 4_000_000_000_000
TERMINAL = 1_000_001
"""The first handheld of the yard is the terminal."""

_session = msgspec.json.Decoder(Session).decode


class Depot(Yard):
    """The yard, with an item in cases, one with lots, one that two owners share, and people."""

    def prepare(self) -> None:
        """Put masters, people and stock; there is an order to be picked and a place to count."""
        super().prepare()
        self.tell(
            NETWORK,
            PutItemCode(owner="ACME", sku="A1", code=CASE, level="case", factor=12),
            PutItem(owner="ACME", sku="A2", description="Milk", lot_capture="receipt"),
            PutItemCode(owner="ACME", sku="A2", code=MILK),
            PutMerchant(code="BETA", name="Beta"),
            PutItem(owner="BETA", sku="B1", description="Rug"),
            PutItemCode(owner="BETA", sku="B1", code=LAMP),
        )
        self.tell(SITE, PutLocation(code="BENCH-1", place_kind="bench"))
        self.people = {
            code: self.tell(NETWORK, PutPerson(code=code, role=role, secret=NO_HASH, home=SITE))[0][
                "grant"
            ]["id"]
            for code, role in (("ANA", "operator"), ("BO", "operator"), ("EVE", "supervisor"))
        }
        self.grants = {code: self.granted(code) for code in self.people}
        second = self.handhelds[1]
        goods: dict[str, Any] = {"owner": "ACME", "item": "A1"}
        second.do(
            Receive(quantity=40, to="A-01", ended=1_000, **goods),
            Receive(quantity=30, to="A-02", ended=1_100, **goods),
            Receive(quantity=9, to="A-03", owner="ACME", item="A2", lot="L1", ended=1_200),
        )
        for number, quantity in (("1", 14), ("2", 3)):
            order = PlaceOrder(
                owner=self.merchant(),
                channel="web",
                number=number,
                placed_at=1,
                site=SITE,
                lines=(PlacedLine("A1", quantity), PlacedLine("A2", 2)),
                content=number,
            )
            self.tell(NETWORK, order)
        self.core.drain()
        self.tell(SITE, ReleaseWave())
        self.core.drain()

    def granted(self, code: str) -> str:
        """Let a person act on the terminal; answer the grant."""
        message = IssueGrant(device=TERMINAL, person=self.people[code], until=UNTIL)
        return str(self.tell(SITE, message)[0]["grant"]["grant"])

    def ask_count(self) -> None:
        """Have a place counted, because somebody found it short."""
        line = min(self.rows(Allocation), key=lambda line: line.id)
        places = {place.id: place.code for place in self.rows(Place)}
        short = ShortPick(quantity=1, source=places[line.place], tasks=(line.id,), ended=2_000)
        self.handhelds[1].do(short)
        self.core.drain()

    @property
    def device(self) -> Device:
        """The terminal's device as it is now."""
        with self.database.reading() as connection:
            [device] = select_records(connection, Device, Device.KEY, [(SITE, TERMINAL)])
        return device

    def row(self) -> Terminal:
        """What is kept of the terminal."""
        [row] = self.rows(Terminal)
        assert isinstance(row, Terminal)
        return row

    def written(self) -> list[dict[str, Any]]:
        """The terminal's lines that are the book's, but for clock lines."""
        stored = [each for each in self.rows(StoredOperation) if each.stream == TERMINAL]
        lines = [msgspec.json.decode(each.line) for each in sorted(stored, key=lambda e: e.seq)]
        return [line for line in lines if line["kind"] != "clock"]


class Terminals:
    """The terminal of a depot, step by step."""

    def __init__(self, depot: Depot, person: str = "ANA") -> None:
        self.depot = depot
        self.person = depot.people[person]
        self.step = 0
        self.last = ScanAnswer(0)

    def request(self, **given: Any) -> ScanRequest:  # noqa: ANN401 - the fields of a request.
        """The next step."""
        return ScanRequest(device=TERMINAL, **({"step": self.step + 1} | given))

    def stored(self, request: ScanRequest) -> Taken:
        """Take a step as far as it is stored, as if the server stopped then."""
        return self.depot.core.terminals.take(self.depot.device, self.person, request)

    def send(self, request: ScanRequest) -> ScanAnswer:
        """Take a step."""
        self.depot.clock.advance(1_000)
        taken = self.stored(request)
        lanes = self.depot.core.lanes
        answer = lanes.submit(taken.batch).result(20) if taken.batch is not None else None
        return self.depot.core.terminals.finish(taken, answer)

    def take(self, **given: Any) -> ScanAnswer:  # noqa: ANN401 - as above.
        """Take the next step."""
        self.last = self.send(self.request(**given))
        self.step = self.last.step
        return self.last

    def begin(self, workflow: str, **work: Any) -> ScanAnswer:  # noqa: ANN401 - the fields of work.
        """Begin some work."""
        return self.take(begin=BeginWork(workflow, **work))

    def all(self, *given: str) -> ScanAnswer:
        """Scan one after the other; `/x` is the key x, `#n` the number n."""
        for text in given:
            self.take(**told(text))
        return self.last

    @property
    def shows(self) -> str:
        """The key of what is shown."""
        return self.last.screen.key if self.last.screen else ""

    @property
    def heard(self) -> str:
        """The key of what was said."""
        return self.last.said.key if self.last.said else ""


def told(text: str) -> dict[str, Any]:
    """An input as the field of a request."""
    if text.startswith("/"):
        return {"key": text[1:]}
    if text.startswith("#"):
        return {"quantity": int(text[1:])}
    if text.startswith("="):
        return {"scan": ScanRead(text[1:], entry="keyed")}
    return {"scan": ScanRead(text)}


class Handheld:
    """A device that holds the documents and runs the same workflows by itself."""

    def __init__(self, depot: Depot, person: str = "ANA") -> None:
        self.depot = depot
        self.person = depot.people[person]
        self.store = MemoryStore()
        self.replica = Replica(self.store)
        self.documents = HeldDocuments(self.store)
        self.session = Session(workflow="", version=0)

    def pull(self) -> None:
        """Bring the documents up to date."""
        more = True
        while more:
            with self.depot.database.reading() as connection:
                sent = pull(
                    connection,
                    self.depot.device,
                    self.person,
                    self.replica.cursors(),
                    now=self.depot.clock.now(),
                    kept=Segments(),
                )
            answer = msgspec.json.decode(msgspec.json.encode(sent), type=PullAnswer)
            self.replica.drop(answer)
            pages = [self.replica.apply(page, answer.generation) for page in answer.pages]
            assert not any(page.mismatch for page in pages)
            self.documents.take(pages)
            more = answer.more

    def step(self, text: str, row: Terminal) -> Step:
        """Take an input at the moment at which the terminal took it."""
        name, definition, view = self.session.workflow, self._definition(), self._view()
        assert name == row.workflow
        step = interpreter.step(definition, self.session, given(text, row.at), view)
        return self._kept(step, row)

    def begin(self, row: Terminal) -> Step:
        """Begin the work that the terminal began."""
        began = _session(row.session)
        self.session = began
        step = interpreter.begin(
            self._definition(), began.work, began.actor, self._view(), at=row.at, boot=0
        )
        return self._kept(step, row)

    def _kept(self, step: Step, row: Terminal) -> Step:
        self.session = recorded(step.session, written(row))
        return step

    def _definition(self) -> Any:  # noqa: ANN401 - a definition that there is.
        name = self.session.workflow
        return definition_of(name, self.documents.body(f"workflow/{name}"))

    def _view(self) -> Documents:
        return Documents(self.documents, self.session.workflow, "2027-01-15")


def given(text: str, at: int) -> AnyInput:
    """An input as the interpreter takes it."""
    if text.startswith("/"):
        return KeyInput(command=text[1:], at=at)
    if text.startswith("#"):
        return QuantityInput(quantity=int(text[1:]), at=at)
    if text.startswith("="):
        return scanned(text[1:], entry="keyed", at=at)
    return scanned(text, at=at)


def operations_of(row: Terminal) -> list[Operation | Undecodable]:
    """What the last step of a terminal wrote."""
    lines = lines_of(row)
    return [decode_line(line) for line in lines[len(lines) - row.told :]]
