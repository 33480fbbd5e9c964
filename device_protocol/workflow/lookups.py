"""Where the documents of a device are, and what finds them: keys, scannable codes, parents.

Decoding is kept by the bytes of a body, so that an unchanged document is read once.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

import msgspec

from device_protocol.bodies import (
    ActorBody,
    AnnouncedBody,
    ItemBody,
    PackageBody,
    ParcelBody,
    PlaceBody,
    RoundBody,
    ShipmentBody,
    StopBody,
    TaskBody,
    TransferBody,
)
from device_protocol.workflow.view import Line

STAFF = "STAFF-"
COUNTS = ("count", "recount")
"""Kinds of tasks that ask for a place to be counted."""
KEPT = 4_096
"""Bodies that are kept decoded, of each kind."""
KEPT_PACKAGES = 64
"""Packages are large."""


class Lookups(Protocol):
    """Where the documents are."""

    def body(self, key: str) -> bytes | None:
        """Return a document by its key."""
        ...

    def coded(self, kind: str, code: str) -> Sequence[bytes]:
        """Return the documents of a kind to which a scannable code belongs."""
        ...

    def listed(self, kind: str, parent: str) -> Sequence[bytes]:
        """Return the documents of a kind under a parent, by key; see `indexed`."""
        ...


class Indexed(NamedTuple):
    """How a document is found besides by its key."""

    codes: tuple[str, ...] = ()
    parent: str = ""


class PackageLines(msgspec.Struct, frozen=True):
    """How a package is picked, and its lines: each is written as the interpreter reads it."""

    mode: str = ""
    lines: tuple[Line, ...] = ()


@lru_cache(KEPT)
def place_of(body: bytes) -> PlaceBody:
    """Return what a document says of a location."""
    return msgspec.json.decode(body, type=PlaceBody)


@lru_cache(KEPT)
def item_of(body: bytes) -> ItemBody:
    """Return what a document says of an item."""
    return msgspec.json.decode(body, type=ItemBody)


@lru_cache(KEPT)
def parcel_of(body: bytes) -> ParcelBody:
    """Return what a document says of a parcel."""
    return msgspec.json.decode(body, type=ParcelBody)


@lru_cache(KEPT)
def stop_of(body: bytes) -> StopBody:
    """Return what a document says of a stop."""
    return msgspec.json.decode(body, type=StopBody)


@lru_cache(KEPT)
def task_of(body: bytes) -> TaskBody:
    """Return what a document says of a task."""
    return msgspec.json.decode(body, type=TaskBody)


@lru_cache(KEPT)
def shipment_of(body: bytes) -> ShipmentBody:
    """Return what a document says of a shipment."""
    return msgspec.json.decode(body, type=ShipmentBody)


@lru_cache(KEPT)
def actor_of(body: bytes) -> ActorBody:
    """Return what a document says of a grant."""
    return msgspec.json.decode(body, type=ActorBody)


@lru_cache(KEPT)
def round_of(body: bytes) -> RoundBody:
    """Return what a document says of a round."""
    return msgspec.json.decode(body, type=RoundBody)


@lru_cache(KEPT)
def announced_of(body: bytes) -> AnnouncedBody:
    """Return what a document says of an announced delivery."""
    return msgspec.json.decode(body, type=AnnouncedBody)


@lru_cache(KEPT)
def transfer_of(body: bytes) -> TransferBody:
    """Return what a document says of a transfer between sites."""
    return msgspec.json.decode(body, type=TransferBody)


@lru_cache(KEPT_PACKAGES)
def package_of(body: bytes) -> PackageBody:
    """Return what a document says of a package, but for its lines."""
    return msgspec.json.decode(body, type=PackageBody)


@lru_cache(KEPT_PACKAGES)
def package_lines(body: bytes) -> PackageLines:
    """Return the lines of a package's document."""
    try:
        # A document tells yes by 1.
        return msgspec.json.decode(package_of(body).package, type=PackageLines, strict=False)
    except msgspec.MsgspecError:
        # A newer server may write what this app can't read.
        return PackageLines()


def badge_codes(badge: str) -> tuple[str, ...]:
    """Return the texts that are scanned from a person's badge."""
    return (badge, STAFF + badge) if badge else ()


def kind_of(key: str) -> str:
    """Return what kind of document a key names."""
    return key.partition("/")[0]


def indexed(scope: str, key: str, body: bytes) -> Indexed:
    """Return by which codes and parent a document is found.

    The parent of a parcel or stop is its scope, as `round/81`; of a task its kind; of a round its
    van, of an announced delivery its number. Documents that nobody looks for so have none.
    """
    kind = kind_of(key)
    index = _INDEXES.get(kind)
    try:
        found = index(body) if index is not None else Indexed()
    except msgspec.MsgspecError:
        # A newer server may write what this app can't read: then nobody finds it here.
        return Indexed()
    return found._replace(parent=scope.partition("/")[2]) if kind in _OF_ROUND else found


def _of_task(task: TaskBody) -> Indexed:
    """A count is also found by the code of its place."""
    counts = task.kind in COUNTS and task.place
    return Indexed((task.place,) if counts else (), task.kind)


_OF_ROUND = frozenset({"parcel", "stop"})
_INDEXES: Mapping[str, Callable[[bytes], Indexed]] = {
    "place": lambda body: Indexed((place_of(body).code,)),
    "item": lambda body: Indexed(tuple(dict.fromkeys(c.code for c in item_of(body).codes))),
    "parcel": lambda body: Indexed((parcel_of(body).code,)),
    "task": lambda body: _of_task(task_of(body)),
    "shipment": lambda body: Indexed(shipment_of(body).totes),
    "actor": lambda body: Indexed(badge_codes(actor_of(body).badge)),
    "round": lambda body: Indexed(parent=round_of(body).van),
    "announced": lambda body: Indexed(parent=announced_of(body).number),
}
