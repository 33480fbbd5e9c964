"""Pull: which scopes a device follows, and the pages of what changed in them.

Everything of one answer is read from one snapshot. A page ends between two versions, never inside
one, because a cursor is a version; a checkpoint stands only on a page that holds all the rest of
its scope. Bodies are copied as they are stored.
"""

import itertools
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from device_protocol import digest
from device_protocol.messages import Checkpoint, Cursor, Page, PullAnswer
from device_protocol.messages import Document as Sent
from server.db.bulk import select_records
from server.identity.records import Device
from server.lane.activity import NETWORK
from server.lane.records import Commit, Lane
from server.sync.documents import PACK, ScopeName, device_scope, zone_scope
from server.sync.feed import TOMBSTONE_MS
from server.sync.models import DOCUMENT
from server.sync.records import Scope
from server.transport.records import Round

PAGE_DOCUMENTS_MAX = 500
PAGE_BYTES_MAX = 512 * 1_024
REFRESH_MS = 24 * 3_600_000
"""The cursor of a quiet scope is renewed so often, so that it does not grow too old."""


class Budget:
    """How much still fits into an answer."""

    def __init__(self, documents: int, size_bytes: int = PAGE_BYTES_MAX) -> None:
        """Begin with all of it."""
        self.documents = documents
        self.bytes = size_bytes

    @property
    def spent(self) -> bool:
        """Whether nothing more fits."""
        return self.documents <= 0 or self.bytes <= 0

    def take(self, documents: list["Row"]) -> None:
        """Spend what some documents cost."""
        self.documents -= len(documents)
        self.bytes -= sum(len(document.body or b"") for document in documents)


class Row(NamedTuple):
    """A document as it is read for a page."""

    key: str
    version: int
    body: bytes | None


class Standing(NamedTuple):
    """Where a device stands in a scope, and whether it can go on from there."""

    n: int
    restart: bool
    current: bool
    """Nothing changed since, and the cursor is fresh: there is nothing to say."""


def pull(
    connection: sa.Connection,
    device: Device,
    person: int,
    cursors: Mapping[str, Cursor],
    *,
    now: int,
    documents_max: int = 0,
) -> PullAnswer:
    """What changed for a device and the person on it since their cursors, as much as fits."""
    scopes = scopes_of(connection, device, person)
    lanes = lanes_of(connection, {device.site, *(scope.site for scope in scopes)})
    sums = sums_of(connection, scopes)
    commits = commits_of(connection, scopes, cursors)
    generation = lanes[device.site].generation
    documents_max = min(documents_max, PAGE_DOCUMENTS_MAX)
    budget = Budget(documents_max if documents_max > 0 else PAGE_DOCUMENTS_MAX)
    pages: list[Page] = []
    more = False
    for scope in scopes:
        lane, total = lanes[scope.site], sums[scope]
        standing = stand(cursors.get(scope.text), generation, lane, total, commits, now)
        if standing.current:
            continue
        if budget.spent:
            more = True
            break
        page = page_of(connection, scope, standing, lane, total, budget)
        more = more or page.checkpoint is None
        pages.append(page)
    followed = {scope.text for scope in scopes}
    return PullAnswer(
        generation=generation,
        pages=tuple(pages),
        dropped=tuple(sorted(set(cursors) - followed)),
        more=more,
    )


def scopes_of(connection: sa.Connection, device: Device, person: int | None) -> list[ScopeName]:
    """The scopes that a device follows, the small and urgent ones first.

    Nothing else ever reaches it.
    """
    site = device.site
    scopes = [device_scope(site, device.id)]
    if person is not None:
        scopes.append(ScopeName(site, "person", person))
    rounds = select_records(connection, Round, ("site", "device"), [(site, device.id)])
    scopes += [ScopeName(site, "round", each.id) for each in rounds if each.open is not None]
    zones: list[int | str] = [int(zone) for zone in device.zones.split()]
    if device.role == "floor":
        if not zones:
            zones = [*_named(connection, site, "zone")]
        scopes += [zone_scope(site, zone) for zone in dict.fromkeys([0, PACK, *zones])]
        owners = _named(connection, NETWORK, "owner")
        scopes += [ScopeName(NETWORK, "owner", owner) for owner in owners]
    else:
        scopes += [zone_scope(site, zone) for zone in zones]
    return scopes


def _named(connection: sa.Connection, site: int, kind: str) -> list[int]:
    """The scopes of a kind, by number: those in which there ever was a document."""
    found = select_records(connection, Scope, ("site", "kind"), [(site, kind)])
    names = (scope.scope.rpartition("/")[2] for scope in found)
    return sorted(int(name) for name in names if name.isdigit())


def lanes_of(connection: sa.Connection, sites: Iterable[int]) -> dict[int, Lane]:
    """The heads of some sites' lanes, as of this snapshot."""
    wanted = [(site,) for site in sorted(sites)]
    lanes = {lane.site: lane for lane in select_records(connection, Lane, Lane.KEY, wanted)}
    return {site: lanes.get(site, Lane(site)) for (site,) in wanted}


def sums_of(connection: sa.Connection, scopes: list[ScopeName]) -> dict[ScopeName, Scope]:
    """What each scope holds; nothing where there never was a document."""
    wanted = [(scope.site, scope.text) for scope in scopes]
    found = {each.scope: each for each in select_records(connection, Scope, Scope.KEY, wanted)}
    return {
        scope: found.get(scope.text) or Scope(scope.site, scope.text, scope.kind)
        for scope in scopes
    }


def commits_of(
    connection: sa.Connection, scopes: list[ScopeName], cursors: Mapping[str, Cursor]
) -> dict[tuple[int, int], Commit]:
    """The commits that the cursors name."""
    wanted = {
        (scope.site, cursor.n)
        for scope in scopes
        if (cursor := cursors.get(scope.text)) is not None and 0 < cursor.n < 1 << 62
    }
    found = select_records(connection, Commit, Commit.KEY, wanted)
    return {(commit.site, commit.number): commit for commit in found}


def stand(  # noqa: PLR0917 - what is known of one cursor.
    cursor: Cursor | None,
    generation: int,
    lane: Lane,
    total: Scope,
    commits: Mapping[tuple[int, int], Commit],
    now: int,
) -> Standing:
    """Whether a cursor can be gone on from.

    It is of this book, and deletions since are still told.
    """
    if cursor is None:
        return Standing(0, restart=False, current=False)
    commit = commits.get((lane.site, cursor.n))
    expected = commit.hash.hex() if commit is not None else ""
    known = commit is not None or cursor.n == 0
    # Between checkpoints a cursor carries no hash; the generation vouches for it.
    same = cursor.hash in ("", expected)
    if cursor.generation != generation or not known or not same:
        return Standing(0, restart=True, current=False)
    since = commit.recorded_at if commit is not None else now
    if total.version > cursor.n:
        too_old = since < now - TOMBSTONE_MS
        return Standing(0 if too_old else cursor.n, restart=too_old, current=False)
    at_checkpoint = cursor.hash == expected and expected != ""
    fresh = cursor.n == lane.head or now - since < REFRESH_MS
    return Standing(cursor.n, restart=False, current=at_checkpoint and fresh)


def page_of(  # noqa: PLR0917 - one page.
    connection: sa.Connection,
    scope: ScopeName,
    standing: Standing,
    lane: Lane,
    total: Scope,
    budget: Budget,
) -> Page:
    """The next page of a scope; with a checkpoint if it holds all the rest."""
    rows: list[Row] = []
    complete = True
    if total.version > standing.n:
        rows, complete = next_rows(connection, scope, standing.n, budget)
    budget.take(rows)
    checkpoint = Checkpoint(
        n=lane.head,
        hash=lane.hash.hex(),
        count=total.count,
        sum=digest.encode_sum(int.from_bytes(total.sum, "big")),
    )
    return Page(
        scope=scope.text,
        cursor=lane.head if complete else rows[-1].version,
        documents=tuple(sent(row) for row in rows),
        restart=standing.restart,
        checkpoint=checkpoint if complete else None,
    )


def sent(row: Row) -> Sent:
    """A document on its way, its body as stored."""
    if row.body is None:
        return Sent(row.key, row.version)
    return Sent(row.key, row.version, msgspec.Raw(row.body))


def next_rows(
    connection: sa.Connection, scope: ScopeName, after: int, budget: Budget
) -> tuple[list[Row], bool]:
    """Documents above a version, in order, whole versions only; and whether these are all the rest.

    At least one version is answered, however large it is.
    """
    of_scope = sa.and_(DOCUMENT.c.site == scope.site, DOCUMENT.c.scope == scope.text)
    wanted = sa.select(DOCUMENT.c.key, DOCUMENT.c.version, DOCUMENT.c.body).where(of_scope)
    if after == 0:
        # Who has nothing yet need not be told what is gone.
        wanted = wanted.where(DOCUMENT.c.body.is_not(None))
    ordered = wanted.order_by(DOCUMENT.c.version, DOCUMENT.c.key)
    limit = budget.documents + 1
    found = [
        Row(*row)
        for row in connection.execute(ordered.where(DOCUMENT.c.version > after).limit(limit))
    ]
    cut = len(found) == limit
    versions = [list(rows) for _, rows in itertools.groupby(found, lambda row: row.version)]
    if cut and len(versions) == 1:
        first = versions[0][0].version
        whole = [
            Row(*row) for row in connection.execute(ordered.where(DOCUMENT.c.version == first))
        ]
        return whole, False
    if cut:
        versions.pop()
    taken: list[Row] = []
    size = 0
    for rows in versions:
        size += sum(len(row.body or b"") for row in rows)
        if taken and size > budget.bytes:
            return taken, False
        taken += rows
    return taken, not cut
