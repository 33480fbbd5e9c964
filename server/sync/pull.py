"""Pull: which scopes a device follows, and the pages of what changed in them.

Everything of one answer is read from one snapshot. A page ends between two versions, never inside
one, because a cursor is a version; a checkpoint stands only on a page that holds all the rest of
its scope. Bodies are copied as they are stored.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from device_protocol import digest
from device_protocol.messages import Checkpoint, Cursor, Message
from server.db.bulk import select_records
from server.identity.records import Device
from server.lane.activity import NETWORK
from server.lane.records import Commit, Lane
from server.sync.documents import PACK, ScopeName, device_scope, site_scope, zone_scope
from server.sync.feed import TOMBSTONE_MS
from server.sync.records import Scope
from server.sync.segments import SEGMENT_DOCUMENTS, Segment, Segments, read_segment
from server.transport.records import Round

ANSWER_BYTES = 4 * 1_024 * 1_024
"""A segment is begun as long as the answer is shorter than this."""
REFRESH_MS = 24 * 3_600_000
"""The cursor of a quiet scope is renewed so often, so that it does not grow too old."""


class SentPage(Message, frozen=True):
    """A `Page` whose documents are encoded already."""

    scope: str
    cursor: int
    documents: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    restart: bool = False
    checkpoint: Checkpoint | None = None


class SentAnswer(Message, frozen=True):
    """A `PullAnswer` of such pages: byte for byte the same on the wire."""

    generation: int
    pages: tuple[SentPage, ...] = ()
    dropped: tuple[str, ...] = ()
    more: bool = False


class Source:
    """Where an answer's documents come from, and how much still fits into it."""

    def __init__(
        self, connection: sa.Connection, generation: int, kept: Segments, documents_max: int
    ) -> None:
        """Begin an answer; where the caller wants few documents, no kept segment is of use."""
        self.connection = connection
        self.generation = generation
        self.kept = kept
        self.documents = min(documents_max, SEGMENT_DOCUMENTS)
        self.bytes = ANSWER_BYTES
        self._counts = documents_max > 0

    @property
    def spent(self) -> bool:
        """Whether nothing more fits."""
        return self.bytes <= 0 or (self._counts and self.documents <= 0)

    def next(self, scope: ScopeName, after: int, version: int) -> Segment:
        """The next documents of a scope whose last change was `version`."""
        if self._counts:
            segment = read_segment(self.connection, scope, after, version, self.documents)
            if segment.upto < version:
                # The next version may be larger than what is left.
                self.documents = 0
        else:
            segment = self.kept.next(self.connection, self.generation, scope, after, version)
        self.bytes -= len(segment.encoded)
        self.documents -= segment.documents
        return segment


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
    kept: Segments,
    documents_max: int = 0,
    on_lag: Callable[[int], None] = lambda _ms: None,
) -> SentAnswer:
    """What changed for a device and the person on it since their cursors, as much as fits.

    `on_lag` hears how old the latest change is that the device has not read, where there is one.
    """
    scopes = scopes_of(connection, device, person)
    lanes = lanes_of(connection, {device.site, *(scope.site for scope in scopes)})
    sums = sums_of(connection, scopes)
    commits = commits_of(connection, scopes, cursors, sums)
    unread = [
        commit.recorded_at
        for scope, total in sums.items()
        if (cursor := cursors.get(scope.text)) is not None
        and total.version > cursor.n
        and (commit := commits.get((scope.site, total.version))) is not None
    ]
    if unread:
        on_lag(now - min(unread))
    generation = lanes[device.site].generation
    source = Source(connection, generation, kept, documents_max)
    pages: list[SentPage] = []
    more = False
    for scope in scopes:
        lane, total = lanes[scope.site], sums[scope]
        standing = stand(cursors.get(scope.text), generation, lane, total, commits, now)
        if standing.current:
            continue
        if source.spent:
            more = True
            break
        page = page_of(source, scope, standing, lane, total)
        more = more or page.checkpoint is None
        pages.append(page)
    followed = {scope.text for scope in scopes}
    return SentAnswer(
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
    common = site_scope(site)
    if select_records(connection, Scope, Scope.KEY, [(site, common.text)]):
        scopes.append(common)
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
    connection: sa.Connection,
    scopes: list[ScopeName],
    cursors: Mapping[str, Cursor],
    sums: Mapping[ScopeName, Scope],
) -> dict[tuple[int, int], Commit]:
    """The commits that the cursors name, and those that last changed their scopes."""
    wanted = {
        (scope.site, number)
        for scope in scopes
        if (cursor := cursors.get(scope.text)) is not None
        for number in (cursor.n, sums[scope].version)
        if 0 < number < 1 << 62
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
        # Between checkpoints the age of a version says nothing of when the reading began: who reads
        # an old catalog for the first time would begin again without end. Should a deletion be
        # missed there, the next checkpoint tells.
        too_old = cursor.hash != "" and since < now - TOMBSTONE_MS
        return Standing(0 if too_old else cursor.n, restart=too_old, current=False)
    at_checkpoint = cursor.hash == expected and expected != ""
    fresh = cursor.n == lane.head or now - since < REFRESH_MS
    return Standing(cursor.n, restart=False, current=at_checkpoint and fresh)


def page_of(
    source: Source, scope: ScopeName, standing: Standing, lane: Lane, total: Scope
) -> SentPage:
    """The next page of a scope; with a checkpoint if it holds all the rest."""
    upto = standing.n
    segments: list[bytes] = []
    while upto < total.version and not source.spent:
        segment = source.next(scope, upto, total.version)
        upto = segment.upto
        if segment.documents:
            segments.append(segment.encoded)
    complete = upto >= total.version
    documents = msgspec.Raw(b"[%b]" % b",".join(segments)) if segments else msgspec.UNSET
    return SentPage(
        scope=scope.text,
        cursor=lane.head if complete else upto,
        documents=documents,
        restart=standing.restart,
        checkpoint=checkpoint_of(lane, total) if complete else None,
    )


def checkpoint_of(lane: Lane, total: Scope) -> Checkpoint:
    """What a replica holds of a scope that has read everything up to the lane's head."""
    return Checkpoint(
        n=lane.head,
        hash=lane.hash.hex(),
        count=total.count,
        sum=digest.encode_sum(int.from_bytes(total.sum, "big")),
    )
