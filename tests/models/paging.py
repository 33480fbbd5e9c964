"""Feed paging and checkpoints: writers of one site, and a device that pulls one of two scopes.

Stands for `server/sync/feed.py` (`Pages`), `pull.py` (`stand`, `checkpoint_of`) and
`device_protocol/replica.py`, which are called, not imitated. How rows are cut into pages is said
here once more, with pages of one version; `test_paging.py` holds it against the SQL.

A writer holds the site while it changes one of two documents (puts it, moves it to the other scope
or takes it out), and its commit shows all at once. A pull reads one snapshot; its answer is heard
later or lost, and writers go on meanwhile. Ninety-one days may pass, whereupon old tombstones are
gone. The server may be restored from the copy that it was told to make.

Left out: several sites, bytes per page, segments kept between devices, who may see which scope.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from device_protocol import messages
from device_protocol.replica import Replica
from device_protocol.store import MemoryStore, ScopeState, StoredDocument
from server.lane.picture import Picture
from server.lane.records import Commit, Lane
from server.sync.documents import Draft, ScopeName
from server.sync.feed import TOMBSTONE_MS, Pages
from server.sync.pull import checkpoint_of, stand
from server.sync.records import Document, Scope
from tests.models.explorer import Step

SITE = 1
FOLLOWED, OTHER = ScopeName(SITE, "zone", 1), ScopeName(SITE, "zone", 2)
KEYS = ("task/1", "task/2")
QUARTER_MS = TOMBSTONE_MS + 86_400_000
Held = tuple[tuple[str, bytes], ...]


class Bounds(NamedTuple):
    """How much may happen in one history."""

    commits: int = 4
    losses: int = 1
    quarters: int = 0
    restores: int = 0


class Book(NamedTuple):
    """What is committed."""

    lane: Lane
    commits: tuple[Commit, ...] = ()
    documents: tuple[Document, ...] = ()
    scopes: tuple[Scope, ...] = ()


class Change(NamedTuple):
    """What a writer is about to commit: a document's new scope, or None where it goes."""

    number: int
    key: str
    to: ScopeName | None


class Handset(NamedTuple):
    """What the device has of the scope."""

    state: ScopeState | None = None
    documents: tuple[StoredDocument, ...] = ()
    alarms: int = 0


class World(NamedTuple):
    """One state."""

    book: Book
    left: Bounds
    writing: tuple[Change, ...] = ()
    handset: Handset = Handset()
    answer: tuple[int, bytes] | None = None
    """Generation, and the page as it travels."""
    copy: Book | None = None
    views: tuple[tuple[int, int, Held], ...] = ()
    """What the scope held at each commit of each generation."""
    now: int = 1


class Paging:
    """The model; without `locked`, writers take their numbers before they hold the site."""

    def __init__(self, bounds: Bounds, *, locked: bool = True) -> None:
        """Search within bounds."""
        self.bounds = bounds
        self.locked = locked

    def initial(self) -> World:
        """A site without documents."""
        lane = Lane(SITE, hash=bytes(32))
        return World(Book(lane), self.bounds, views=((1, 0, ()),))

    def steps(self, world: World) -> Iterator[Step]:
        """All that may happen next."""
        yield from self._written(world)
        yield from self._pulled(world)
        left = world.left
        if left.quarters:
            after = world._replace(left=left._replace(quarters=left.quarters - 1))
            yield Step("a quarter passes", quarter_later(after), fault=True)
        if left.restores and world.copy is None and world.book.lane.head:
            yield Step("the server is copied", world._replace(copy=world.book), fault=True)
        if left.restores and world.copy is not None and not world.writing:
            after = world._replace(left=left._replace(restores=left.restores - 1))
            yield Step("the server is restored", restored(after), fault=True)

    def _written(self, world: World) -> Iterator[Step]:
        for change in world.writing:
            rest = tuple(each for each in world.writing if each != change)
            what = f"commit {change.number} of {change.key} to {change.to and change.to.text}"
            yield Step(f"{what} shows", committed(world._replace(writing=rest), change))
        if world.left.commits and len(world.writing) < (1 if self.locked else 2):
            number = world.book.lane.head + 1 + len(world.writing)
            left = world.left._replace(commits=world.left.commits - 1)
            busy = {change.key for change in world.writing}
            for key in KEYS:
                shown = shown_in(world.book, key)
                for to in (FOLLOWED, OTHER, None):
                    if key in busy or (to is None and shown is None):
                        continue
                    writing = (*world.writing, Change(number, key, to))
                    label = f"a writer of {key} takes number {number}"
                    yield Step(label, world._replace(writing=writing, left=left))

    def _pulled(self, world: World) -> Iterator[Step]:
        if world.answer is None:
            answer = pulled(world)
            if answer is not None:
                yield Step("a page is read", world._replace(answer=answer))
            return
        yield Step("the page is heard", world._replace(handset=heard(world), answer=None))
        if world.left.losses:
            left = world.left._replace(losses=world.left.losses - 1)
            yield Step("the page is lost", world._replace(answer=None, left=left), fault=True)

    def broken(self, world: World) -> str:
        """Which invariant does not hold."""
        handset = world.handset
        live = [each.key for each in world.book.documents if each.body is not None]
        if len(live) != len(set(live)):
            return "I13: a document that left a scope is still shown in it"
        if handset.alarms and world.left.quarters == self.bounds.quarters:
            # Who stops between two pages for a quarter may miss a deletion, and is told.
            return "I10: a checkpoint did not equal what the pages told"
        cursor = handset.state.cursor if handset.state else None
        if cursor is None or cursor.hash == "":
            return ""
        held = tuple((each.key, each.body) for each in handset.documents)
        views = {(generation, number): view for generation, number, view in world.views}
        if held != views[cursor.generation, cursor.n]:
            return "I9, I10: at its checkpoint the device does not equal the server's view"
        return ""

    def settled(self, world: World) -> bool:
        """Whether nothing is being written, and the device has all of the scope."""
        held = tuple((each.key, each.body) for each in world.handset.documents)
        idle = not world.writing and world.answer is None
        return idle and pulled(world) is None and held == view_of(world.book)


def shown_in(book: Book, key: str) -> Document | None:
    """The document of a key that is not gone, in whatever scope."""
    live = (each for each in book.documents if each.key == key and each.body is not None)
    return next(live, None)


def view_of(book: Book) -> Held:
    """What the followed scope holds."""
    return tuple(
        (each.key, each.body)
        for each in book.documents
        if each.scope == FOLLOWED.text and each.body is not None
    )


def committed(world: World, change: Change) -> World:
    """The world in which a writer's commit shows."""
    book = world.book
    picture = Picture(complete=True)
    for record in (*book.documents, *book.scopes):
        picture.put(record)
    picture.settle()
    pages = Pages(picture, {SITE: change.number}, world.now)
    shown = shown_in(book, change.key)
    body = b"%d" % change.number
    if shown is not None and (change.to is None or shown.scope != change.to.text):
        pages.bury(shown)
    if change.to is not None:
        # A tombstone of it may stand there: the key is shown again, not for the first time.
        there = picture.get(Document, (SITE, change.to.text, change.key))
        draft = Draft(change.to, change.key, body)
        if there is None:
            pages.add(draft, None)
        else:
            pages.put(there, draft)
    told = repr((change, book.lane.generation)).encode()
    digest = hashlib.sha256(book.lane.hash + told).digest()
    head = max(book.lane.head, change.number)
    lane = replace(book.lane, head=head, hash=digest)
    commit = Commit(SITE, change.number, digest, 1, 0, 1, 1, world.now, 0, 0)
    after = Book(
        lane,
        tuple(sorted((*book.commits, commit), key=lambda each: each.number)),
        tuple(sorted(picture.all(Document), key=lambda each: (each.scope, each.key))),
        tuple(sorted(picture.all(Scope), key=lambda each: each.scope)),
    )
    views = {(each[0], each[1]): each for each in world.views}
    views[lane.generation, head] = (lane.generation, head, view_of(after))
    return world._replace(book=after, views=tuple(sorted(views.values())))


def pulled(world: World) -> tuple[int, bytes] | None:
    """The next page for the device, or None where there is nothing to say."""
    book, state = world.book, world.handset.state
    lane = book.lane
    cursor = state.cursor if state else None
    totals = {each.scope: each for each in book.scopes}
    total = totals.get(FOLLOWED.text) or Scope(SITE, FOLLOWED.text, "zone")
    commits = {(SITE, each.number): each for each in book.commits}
    standing = stand(cursor, lane.generation, lane, total, commits, world.now)
    if standing.current:
        return None
    rows, complete = rows_after(book, standing.n)
    page = messages.Page(
        scope=FOLLOWED.text,
        cursor=lane.head if complete else rows[-1].version,
        documents=tuple(sent(row) for row in rows),
        restart=standing.restart,
        checkpoint=checkpoint_of(lane, total) if complete else None,
    )
    return lane.generation, msgspec.json.encode(page)


def rows_after(book: Book, after: int) -> tuple[list[Document], bool]:
    """The documents of the next version alone, and whether these are all the rest."""
    rows = [
        each
        for each in sorted(book.documents, key=lambda each: (each.version, each.key))
        if each.scope == FOLLOWED.text
        and each.version > after
        and (after > 0 or each.body is not None)
    ]
    page = [each for each in rows if each.version == rows[0].version]
    return page, len(page) == len(rows)


def sent(row: Document) -> messages.Document:
    """A document on its way."""
    if row.body is None:
        return messages.Document(row.key, row.version)
    return messages.Document(row.key, row.version, msgspec.Raw(row.body))


def heard(world: World) -> Handset:
    """What the device has after the page on its way."""
    assert world.answer is not None
    generation, sent_page = world.answer
    page = msgspec.json.decode(sent_page, type=messages.Page)
    store = MemoryStore()
    for document in world.handset.documents:
        store.put_document(FOLLOWED.text, document)
    if world.handset.state is not None:
        store.set_scope(FOLLOWED.text, world.handset.state)
    replica = Replica(store)
    replica.apply(page, generation)
    state = store.scopes().get(FOLLOWED.text)
    return Handset(state, tuple(store.documents(FOLLOWED.text)), replica.alarms())


def quarter_later(world: World) -> World:
    """The world after more time than tombstones are kept, with those that are old taken out."""
    now = world.now + QUARTER_MS
    kept = tuple(
        each
        for each in world.book.documents
        if each.body is not None or each.changed_at >= now - TOMBSTONE_MS
    )
    return world._replace(now=now, book=world.book._replace(documents=kept))


def restored(world: World) -> World:
    """The world with the copy in place of the book, under another generation."""
    assert world.copy is not None
    generation = world.book.lane.generation + 1
    lane = replace(world.copy.lane, generation=generation)
    book = world.copy._replace(lane=lane)
    view: Any = (generation, lane.head, view_of(book))
    return world._replace(book=book, views=(*world.views, view))
