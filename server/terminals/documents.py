"""The documents of a device as a terminal's interpreter looks them up, read by SQL.

They are the very documents that the device would hold if it kept any: those of the scopes that it
follows. Codes are found by the rows of which the documents are made, and each document is held
against the same index as in a replica, so that a terminal sees what a handheld sees.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import sqlalchemy as sa

from device_protocol.workflow.lookups import COUNTS, STAFF, Indexed, indexed
from server.catalog.records import ItemCode
from server.db.bulk import select_records
from server.identity.records import Device, Grant, Person
from server.lane.activity import NETWORK
from server.ledger.models import TASK
from server.ledger.records import Place, Unit
from server.sync.documents import ALL, PACK, zone_scope
from server.sync.models import DOCUMENT
from server.sync.pull import scopes_of
from server.sync.records import Document
from server.transport.records import Round


class SiteDocuments:
    """Look-ups of one device in one snapshot; what was read once is kept."""

    def __init__(self, connection: sa.Connection, device: Device) -> None:
        """Read nothing yet."""
        self._connection = connection
        self._device = device
        self._site = device.site
        self._rounds: frozenset[str] | None = None
        self._bodies: dict[str, bytes | None] = {}
        self._coded: dict[tuple[str, str], list[bytes]] = {}
        self._listed: dict[tuple[str, str], list[bytes]] = {}

    def body(self, key: str) -> bytes | None:
        """Return a document by its key."""
        if key not in self._bodies:
            found = self._documents([key])
            self._bodies[key] = found[0].body if found else None
        return self._bodies[key]

    def follows(self, scope: str) -> bool:
        """Whether the device follows a scope; as `scopes_of` says, without reading all of them."""
        device = self._device
        _, kind, name = scope.split("/")
        if kind == "zone":
            named = device.zones.split()
            everywhere = device.role == "floor" and (not named or name in {"0", PACK})
            return everywhere or name in named
        if kind == "round":
            return scope in self._of_rounds()
        if kind == "owner":
            return device.role == "floor"
        mine = {"device": str(device.id), "person": str(device.person), "site": ALL}
        return mine[kind] == name

    def coded(self, kind: str, code: str) -> Sequence[bytes]:
        """Return the documents of a kind to which a scannable code belongs."""
        known = self._coded.get((kind, code))
        if known is None:
            keys = [f"{kind}/{number}" for number in _NUMBERS[kind](self, code)]
            known = self._coded[kind, code] = [
                each.body
                for each in self._documents(keys)
                if each.body is not None and code in _index(each).codes
            ]
        return known

    def listed(self, kind: str, parent: str) -> Sequence[bytes]:
        """Return the documents of a kind under a parent, by key."""
        known = self._listed.get((kind, parent))
        if known is None:
            known = self._listed[kind, parent] = [
                each.body
                for each in self._of_parent(kind, parent)
                if each.body is not None and _index(each).parent == parent
            ]
        return known

    def places(self, code: str) -> list[int]:
        """The places of a code: locations and handling units."""
        wanted = [(self._site, code)]
        found = select_records(self._connection, Place, ("site", "code"), wanted)
        return [place.id for place in found]

    def items(self, code: str) -> list[int]:
        """The items to which a barcode belongs."""
        found = select_records(self._connection, ItemCode, ("site", "code"), [(NETWORK, code)])
        return [each.item for each in found]

    def shipments(self, code: str) -> list[int]:
        """The shipments to which a tote is bound."""
        wanted = [(self._site, number) for number in self.places(code)]
        units = select_records(self._connection, Unit, Unit.KEY, wanted)
        return [unit.shipment for unit in units if unit.shipment is not None]

    def counts(self, code: str) -> list[int]:
        """The open tasks that ask for a count of a place."""
        wanted = sa.select(TASK.c.id).where(
            TASK.c.site == self._site,
            TASK.c.open == 1,
            TASK.c.kind.in_(COUNTS),
            TASK.c.place.in_(self.places(code)),
        )
        return list(self._connection.scalars(wanted))

    def grants(self, code: str) -> list[int]:
        """The grants on this device of the person whose badge it is."""
        names = {code, code.removeprefix(STAFF)}
        wanted = [(NETWORK, name) for name in sorted(names)]
        people = select_records(self._connection, Person, ("site", "code"), wanted)
        found = self.grants_of(*(person.id for person in people))
        return [grant.id for grant in found]

    def grants_of(self, *people: int) -> list[Grant]:
        """Everything by which some people were ever allowed to act on this device."""
        wanted = [(self._site, person, 0) for person in people]
        found = select_records(self._connection, Grant, ("site", "person"), wanted, "until")
        return [grant for grant in found if grant.device == self._device.id]

    def _of_parent(self, kind: str, parent: str) -> Iterable[Document]:
        if kind in {"parcel", "stop"}:
            return self._in_scope(f"{self._site}/{parent}", kind)
        if kind == "shipment":
            return self._in_scope(zone_scope(self._site, PACK).text, kind)
        if kind == "announced":
            return self._in_scope(zone_scope(self._site, 0).text, kind)
        if kind == "task":
            return self._documents([f"task/{number}" for number in self._open_tasks(parent)])
        if kind == "round":
            return self._documents([scope.partition("/")[2] for scope in self._of_rounds()])
        scopes = scopes_of(self._connection, self._device, self._device.person)
        zones = [each.text for each in scopes if each.kind == "zone"]
        found = [document for zone in zones for document in self._in_scope(zone, kind)]
        return sorted(found, key=lambda each: each.key)

    def _open_tasks(self, kind: str) -> Iterable[int]:
        wanted = sa.select(TASK.c.id).where(
            TASK.c.site == self._site, TASK.c.open == 1, TASK.c.kind == kind
        )
        return self._connection.scalars(wanted)

    def _in_scope(self, scope: str, kind: str) -> list[Document]:
        """The documents of a kind in a scope that the device follows, by key."""
        if not self.follows(scope):
            return []
        wanted = (
            sa.select(DOCUMENT)
            .where(DOCUMENT.c.site == self._site, DOCUMENT.c.scope == scope)
            .where(DOCUMENT.c.key.like(f"{kind}/%"), DOCUMENT.c.body.is_not(None))
        )
        found = (Document(*row) for row in self._connection.execute(wanted))
        return sorted(found, key=lambda each: each.key)

    def _documents(self, keys: Sequence[str]) -> list[Document]:
        """The documents of these keys that the device follows, by key."""
        wanted = [
            (NETWORK if key.startswith("item/") else self._site, key) for key in dict.fromkeys(keys)
        ]
        found = select_records(self._connection, Document, ("site", "subject"), wanted)
        latest: dict[str, Document] = {}
        asked = set(keys)
        for each in sorted(found, key=lambda each: (each.key, each.version)):
            if each.body is not None and each.key in asked and self.follows(each.scope):
                latest[each.key] = each
        return list(latest.values())

    def _of_rounds(self) -> frozenset[str]:
        """The scopes of the device's rounds that are not done."""
        if self._rounds is None:
            wanted = [(self._site, self._device.id)]
            found = select_records(self._connection, Round, ("site", "device"), wanted)
            own = (each.id for each in found if each.open is not None)
            self._rounds = frozenset(f"{self._site}/round/{number}" for number in own)
        return self._rounds


def _index(document: Document) -> Indexed:
    return indexed(document.scope, document.key, document.body or b"")


_NUMBERS: Mapping[str, Callable[[SiteDocuments, str], list[int]]] = {
    "place": SiteDocuments.places,
    "item": SiteDocuments.items,
    "parcel": SiteDocuments.places,
    "shipment": SiteDocuments.shipments,
    "actor": SiteDocuments.grants,
    "task": SiteDocuments.counts,
}
"""How the documents of a scanned code are found."""
