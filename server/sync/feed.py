"""The feed: after a group is decided, changed records become the documents that devices follow.

Every scope keeps a count and a running sum of its documents' hashes, so that a replica can be held
against it at each checkpoint. What has to be read besides the changed records is named for the
whole group together: the number of queries does not grow with the documents.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from device_protocol import chain, digest
from device_protocol.messages import GRANT_PREFIX
from server.lane.activity import DEVICES, TIMER
from server.lane.lane import Load
from server.lane.picture import Picture
from server.lane.records import StoredOperation
from server.lane.want import Look, Want
from server.ledger.records import Unit
from server.orders.records import Shipment, ShipmentLine
from server.planning.records import Package
from server.sync.documents import (
    Draft,
    ScopeName,
    Subject,
    device_scope,
    is_restated,
    restated_draft,
)
from server.sync.models import DOCUMENT
from server.sync.push import of_site
from server.sync.records import Document, Scope
from server.sync.triggers import DRAFTS, LATE, TRIGGERS, subjects_of

TOMBSTONE_MS = 90 * 24 * 3_600_000
"""A deletion is told for so long; who asks later starts the scope again."""
OUTCOME_PREFIX = "outcome/"
_APPLIED = b'{"outcome":"applied"}'


class Said(NamedTuple):
    """A document that an outcome makes: the outcome itself, or what it grants."""

    draft: Draft
    subject: Subject | None
    """The package of a lease, with which the lease ends."""


def project(numbers: dict[int, int], picture: Picture, now: int, load: Load) -> None:
    """Turn what each site's commit (`numbers`.

    Site → commit) changed into documents of that version.
    """
    said = [told for site in numbers for told in said_to_devices(site, picture)]
    subjects = changed_subjects(numbers, picture) | late_subjects(numbers, picture, load)
    subjects |= {told.subject for told in said if told.subject is not None}
    if not subjects and not said:
        return
    ordered = sorted(subjects)
    restated = restated_subjects(numbers, picture)
    drafts: dict[Subject, tuple[Draft, ...]] = {}

    def names(want: Want) -> None:
        for told in said:
            want_scope(want, told.draft.scope)
        for subject in ordered:
            if subject not in drafts:
                asked = want.asked
                made = named_drafts(want, subject, restated=subject in restated)
                if want.asked == asked:
                    # Everything was there: this is what it will say.
                    drafts[subject] = made

    load(names)
    pages = Pages(picture, numbers, now)
    for told in said:
        if told.subject is None:
            pages.add(told.draft, None)
    for subject in ordered:
        granted = [told.draft for told in said if told.subject == subject]
        show(subject, drafts[subject], granted, picture, pages)


def named_drafts(want: Want, subject: Subject, *, restated: bool) -> tuple[Draft, ...]:
    """What a subject's documents should be; what that reads is named, and what showing it reads."""
    asked = want.asked
    old = want.listing(Document, "by_subject", (subject.site, subject.text))
    for document in old:
        want.row(Scope, (document.site, document.scope))
    if restated and want.asked != asked:
        return ()
    shown = [document.body for document in old if restated and document.body is not None]
    if shown:
        shipment = want.picture.need(Shipment, (subject.site, subject.id))
        made: tuple[Draft, ...] = (restated_draft(shipment, shown[0]),)
    else:
        made = DRAFTS[subject.kind](want, subject)
    for draft in made:
        want_scope(want, draft.scope)
    return made


def want_scope(look: Look, scope: ScopeName) -> None:
    """Name the running sum of a scope."""
    look.row(Scope, (scope.site, scope.text))


def changed_subjects(sites: Iterable[int], picture: Picture) -> set[Subject]:
    """What the group's changes concern, at sites that committed."""
    subjects: set[Subject] = set()
    for kind in TRIGGERS:
        for key, before in picture.changed.get(kind, {}).items():
            if key[0] in sites:
                subjects |= subjects_of(kind, before, picture.get(kind, key))
    return subjects


def late_subjects(sites: Iterable[int], picture: Picture, load: Load) -> set[Subject]:
    """What nobody was shown since it was made, of sites at which time passed.

    A document that a program is the first to bring is made so for every book, a minute after it
    starts; there is nothing to find from then on.
    """
    passed = [site for site in sites if time_passed(site, picture)]
    found: set[Subject] = set()

    def names(want: Want) -> None:
        found.clear()
        for site in passed:
            for name, kind in LATE.items():
                for record in want.listing(kind, "all", (site,)):
                    subject = Subject(site, name, getattr(record, TRIGGERS[kind].names))
                    if not want.listing(Document, "by_subject", (site, subject.text)):
                        found.add(subject)

    if passed:
        load(names)
    return found


def time_passed(site: int, picture: Picture) -> bool:
    """Whether a timer was decided at a site."""
    return any(key[:2] == (site, TIMER) for key in picture.changed.get(StoredOperation, ()))


def restated_subjects(sites: Iterable[int], picture: Picture) -> set[Subject]:
    """Shipments of which packers see nothing new but the state.

    A picker's last line makes one, hundreds of times an hour: their lines need not be read again.
    """
    restated: set[Subject] = set()
    for key, before in picture.changed.get(Shipment, {}).items():
        after = picture.get(Shipment, key)
        if key[0] in sites and is_restated(before, after):
            restated |= subjects_of(Shipment, before, after)
    for kind in (ShipmentLine, Unit):
        for key, before in picture.changed.get(kind, {}).items():
            restated -= subjects_of(kind, before, picture.get(kind, key))
    return restated


def said_to_devices(site: int, picture: Picture) -> list[Said]:
    """The documents of new outcomes that are more than `applied`, in the order of operations."""
    said = []
    for operation in of_site(StoredOperation, site, picture):
        if operation.stream < DEVICES or operation.outcome == _APPLIED:
            continue
        scope = device_scope(site, operation.stream)
        outcome: dict[str, Any] = msgspec.json.decode(operation.outcome)
        if outcome["outcome"] != "applied":
            key = f"{OUTCOME_PREFIX}{operation.epoch}/{operation.seq}"
            said.append(Said(Draft(scope, key, operation.outcome), None))
        grant = outcome.get("grant")
        if grant:
            key = GRANT_PREFIX + chain.operation_id(operation.hash)
            lease = grant.get("lease")
            subject = Subject(site, "package", lease["package"]) if lease else None
            said.append(Said(Draft(scope, key, msgspec.json.encode(grant)), subject))
    return said


def show(
    subject: Subject,
    made: tuple[Draft, ...],
    granted: list[Draft],
    picture: Picture,
    pages: "Pages",
) -> None:
    """Make the documents about a subject what they now should be; those no longer wanted go."""
    old = picture.find(Document, "by_subject", (subject.site, subject.text))
    drafts = [*made]
    live_grants = {d.key for d in old if d.key.startswith(GRANT_PREFIX) and d.body is not None}
    if granted or live_grants:
        drafts += lease_drafts(subject, granted, old, picture)
    wanted = {(draft.scope.text, draft.key): draft for draft in drafts}
    for document in old:
        draft = wanted.pop((document.scope, document.key), None)
        if draft is not None:
            pages.put(document, draft)
        elif document.body is not None:
            pages.bury(document)
    for draft in wanted.values():
        pages.add(draft, subject.text)


def lease_drafts(
    subject: Subject, granted: list[Draft], old: list[Document], picture: Picture
) -> list[Draft]:
    """The grant by which the package is held.

    The latest of its holder, while there is work left.
    """
    package = picture.get(Package, (subject.site, subject.id))
    if package is None or package.open is None or package.holder is None:
        return []
    scope = device_scope(subject.site, package.holder)
    new = [draft for draft in granted if draft.scope == scope]
    if new:
        return new[-1:]
    return [
        Draft(scope, document.key, document.body)
        for document in old
        if document.key.startswith(GRANT_PREFIX)
        and document.scope == scope.text
        and document.body is not None
    ]


class Pages:
    """Writes documents of one group's commits and keeps each scope's count and sum in step."""

    def __init__(self, picture: Picture, numbers: dict[int, int], now: int) -> None:
        """Write into `picture` under the numbers of the sites' commits."""
        self.picture = picture
        self.numbers = numbers
        self.now = now

    def add(self, draft: Draft, subject: str | None) -> None:
        """Show a document for the first time."""
        site = draft.scope.site
        document = Document(
            site,
            draft.scope.text,
            draft.key,
            self.numbers[site],
            draft.body,
            self.now,
            subject,
        )
        self.picture.add(document)
        self._count(None, document, draft.scope.kind)

    def put(self, old: Document, draft: Draft) -> None:
        """Show a document anew, unless it is the same, byte for byte."""
        if old.body == draft.body:
            return
        document = self._replaced(old, draft.body)
        self._count(old, document, draft.scope.kind)

    def bury(self, old: Document) -> None:
        """Leave a tombstone."""
        self._count(old, self._replaced(old, None), old.scope.split("/")[1])

    def _replaced(self, old: Document, body: bytes | None) -> Document:
        number = self.numbers[old.site]
        document = replace(old, version=number, body=body, changed_at=self.now)
        self.picture.put(document)
        return document

    def _count(self, old: Document | None, new: Document, kind: str) -> None:
        key = (new.site, new.scope)
        scope = self.picture.get(Scope, key) or Scope(*key, kind)
        count, total = scope.count, int.from_bytes(scope.sum, "big")
        if old is not None and old.body is not None:
            count -= 1
            total = digest.remove(total, hash_of(old, old.body))
        if new.body is not None:
            count += 1
            total = digest.add(total, hash_of(new, new.body))
        self.picture.put(
            replace(scope, count=count, sum=total.to_bytes(16, "big"), version=new.version)
        )


def hash_of(document: Document, body: bytes) -> int:
    """What a document adds to the sum of its scope."""
    return digest.document_hash(document.scope, document.key, document.version, body)


def forget_tombstones(connection: sa.Connection, now: int) -> None:
    """Take out the tombstones that nobody is told of any more."""
    old = sa.and_(DOCUMENT.c.body.is_(None), DOCUMENT.c.changed_at < now - TOMBSTONE_MS)
    connection.execute(sa.delete(DOCUMENT).where(old))
