"""What a device is told, read from a picture in memory as `server.sync.pull` reads it from SQL."""

import itertools
from collections.abc import Mapping

import msgspec

from device_protocol import digest
from device_protocol.messages import (
    Cursor,
    DigestAnswer,
    DigestRequest,
    Document,
    HelloAnswer,
    HelloRequest,
    Limits,
    Page,
    PullAnswer,
)
from device_protocol.version import PROTOCOL, negotiate
from server.identity.records import Device
from server.lane.activity import NETWORK
from server.lane.picture import Picture
from server.lane.records import Commit, Lane, Stream
from server.sync import records
from server.sync.digests import ScopeNotFollowedError, read_sums
from server.sync.documents import PACK, ScopeName, device_scope, site_scope, zone_scope
from server.sync.hello import commands_of
from server.sync.pull import Standing, checkpoint_of, stand
from server.sync.streams import EpochClosedError
from server.transport.records import Round

DOCUMENTS_MAX = 500


def hello(
    picture: Picture, device: Device, request: HelloRequest, limits: Limits, now: int
) -> HelloAnswer:
    """Say where the stream stands."""
    stream = picture.get(Stream, (device.site, device.id, request.epoch))
    if stream is None:
        raise EpochClosedError(f"There is no epoch {request.epoch} of this device; open a new one.")
    protocol = negotiate(request.protocol_min, request.protocol_max)
    followed = scopes_of(picture, device, device.person) if device.state == "active" else []
    return HelloAnswer(
        protocol=protocol or PROTOCOL,
        next=stream.next,
        head=stream.head.hex(),
        durable=stream.next - 1,
        generation=picture.need(Lane, (device.site,)).generation,
        limits=limits,
        server_time=now,
        scopes=tuple(scope.text for scope in followed),
        upgrade="none" if protocol else "needed",
        commands=commands_of(device),
    )


def scopes_of(picture: Picture, device: Device, person: int | None) -> list[ScopeName]:
    """The scopes that a device follows."""
    site = device.site
    scopes = [device_scope(site, device.id)]
    if person is not None:
        scopes.append(ScopeName(site, "person", person))
    rounds = [each for each in picture.all(Round) if (each.site, each.device) == (site, device.id)]
    scopes += [ScopeName(site, "round", each.id) for each in rounds if each.open is not None]
    common = site_scope(site)
    if picture.get(records.Scope, (site, common.text)) is not None:
        scopes.append(common)
    zones: list[int | str] = [int(zone) for zone in device.zones.split()]
    if device.role == "floor":
        zones = zones or [*_named(picture, site, "zone")]
        scopes += [zone_scope(site, zone) for zone in dict.fromkeys([0, PACK, *zones])]
        owners = _named(picture, NETWORK, "owner")
        scopes += [ScopeName(NETWORK, "owner", owner) for owner in owners]
    else:
        scopes += [zone_scope(site, zone) for zone in zones]
    return scopes


def pull(  # noqa: PLR0917 - one call.
    picture: Picture,
    device: Device,
    person: int | None,
    cursors: Mapping[str, Cursor],
    now: int,
    most: int,
) -> PullAnswer:
    """What changed for a device since its cursors, as much as fits."""
    scopes = scopes_of(picture, device, person)
    generation = picture.need(Lane, (device.site,)).generation
    room = most if 0 < most < DOCUMENTS_MAX else DOCUMENTS_MAX
    pages: list[Page] = []
    more = False
    held = _by_scope(picture, {scope.text for scope in scopes})
    for scope in scopes:
        lane = picture.get(Lane, (scope.site,)) or Lane(scope.site)
        total = picture.get(records.Scope, (scope.site, scope.text))
        total = total or records.Scope(scope.site, scope.text, scope.kind)
        standing = _standing(picture, scope, cursors.get(scope.text), generation, lane, total, now)
        if standing.current:
            continue
        if room <= 0:
            more = True
            break
        page = _page(scope, held.get(scope.text, []), standing, lane, total, room)
        room -= len(page.documents)
        more = more or page.checkpoint is None
        pages.append(page)
    dropped = tuple(sorted(set(cursors) - {scope.text for scope in scopes}))
    return PullAnswer(generation=generation, pages=tuple(pages), dropped=dropped, more=more)


def repair(
    picture: Picture, device: Device, person: int | None, asked: DigestRequest
) -> DigestAnswer:
    """What a replica with these sums needs to equal the server's view of a scope."""
    theirs = read_sums(asked.buckets)
    named = {each.text: each for each in scopes_of(picture, device, person)}
    scope = named.get(asked.scope)
    if scope is None:
        raise ScopeNotFollowedError(f"This device does not follow {asked.scope!r}.")
    lane = picture.get(Lane, (scope.site,)) or Lane(scope.site)
    total = picture.get(records.Scope, (scope.site, scope.text))
    total = total or records.Scope(scope.site, scope.text, scope.kind)
    live = [row for row in _by_scope(picture, {scope.text}).get(scope.text, []) if row.body]
    ours = [0] * digest.BUCKETS
    for row in live:
        at = digest.bucket_of(row.key)
        hashed = digest.document_hash(scope.text, row.key, row.version, row.body or b"")
        ours[at] = digest.add(ours[at], hashed)
    differing = tuple(at for at in range(digest.BUCKETS) if ours[at] != theirs[at])
    wanted = [row for row in live if digest.bucket_of(row.key) in differing]
    page = Page(
        scope=scope.text,
        cursor=lane.head,
        documents=tuple(_sent(row) for row in sorted(wanted, key=lambda row: row.version)),
        checkpoint=checkpoint_of(lane, total),
    )
    generation = picture.need(Lane, (device.site,)).generation
    return DigestAnswer(generation=generation, page=page, buckets=differing)


def _standing(  # noqa: PLR0917 - what `stand` asks.
    picture: Picture,
    scope: ScopeName,
    cursor: Cursor | None,
    generation: int,
    lane: Lane,
    total: records.Scope,
    now: int,
) -> Standing:
    commits = {}
    if cursor is not None:
        commit = picture.get(Commit, (scope.site, cursor.n))
        commits = {(scope.site, cursor.n): commit} if commit is not None else {}
    return stand(cursor, generation, lane, total, commits, now)


def _by_scope(picture: Picture, wanted: set[str]) -> dict[str, list[records.Document]]:
    held: dict[str, list[records.Document]] = {}
    for document in picture.all(records.Document):
        if document.scope in wanted:
            held.setdefault(document.scope, []).append(document)
    return held


def _page(  # noqa: PLR0917 - one page.
    scope: ScopeName,
    held: list[records.Document],
    standing: Standing,
    lane: Lane,
    total: records.Scope,
    room: int,
) -> Page:
    """The next page of a scope: whole versions, with a checkpoint if it holds all the rest."""
    rows = sorted(
        (row for row in held if row.version > standing.n and (standing.n or row.body is not None)),
        key=lambda row: (row.version, row.key),
    )
    taken: list[records.Document] = []
    complete = True
    for _, version in itertools.groupby(rows, lambda row: row.version):
        together = list(version)
        if taken and len(taken) + len(together) > room:
            complete = False
            break
        taken += together
    return Page(
        scope=scope.text,
        cursor=lane.head if complete else taken[-1].version,
        documents=tuple(_sent(row) for row in taken),
        restart=standing.restart,
        checkpoint=checkpoint_of(lane, total) if complete else None,
    )


def _sent(row: records.Document) -> Document:
    body = msgspec.UNSET if row.body is None else msgspec.Raw(row.body)
    return Document(row.key, row.version, body)


def _named(picture: Picture, site: int, kind: str) -> list[int]:
    found = [
        row.scope for row in picture.all(records.Scope) if (row.site, row.kind) == (site, kind)
    ]
    names = (scope.rpartition("/")[2] for scope in found)
    return sorted(int(name) for name in names if name.isdigit())
