"""Deciding again and arriving otherwise: what depends on chance or on the order is found."""

from msgspec.structs import replace

from device_protocol.operations import Move
from server.activities import ACTIVITIES
from server.lane.activity import Context
from server.lane.picture import Picture
from server.lane.records import StoredOperation
from server.ledger.posting import balance_of
from server.ledger.stocks import make_place, make_stock
from server.simulation.again import check_orders, check_replay
from server.simulation.books import MemoryBook
from server.simulation.evidence import Evidence
from server.simulation.opening import plain_rules
from server.simulation.world import World
from server.sync import feed
from server.sync.push import PushRules
from server.tasks.moving import MOVE, move_decide, moved_key

MOVED = b'"kind":"move"'


def move_if_there(operation: Move, picture: Picture, context: Context) -> None:
    """A wrong design: what the book does not know to be there can't be moved."""
    source = make_place(context, operation.source)
    stock = make_stock(context, moved_key(operation, picture, context))
    if balance_of(context, source.id, stock.id).quantity >= operation.quantity:
        move_decide(operation, picture, context)


def rules_that_look_first() -> PushRules:
    """The rules with that design."""
    others = tuple(each for each in ACTIVITIES if each is not MOVE)
    return PushRules((*others, MOVE._replace(decide=move_if_there)), feed.project)


def test_book_that_was_rewritten_is_decided_otherwise(lived: World) -> None:
    book = MemoryBook(lived.house.book.copy())
    picture = book.store.picture
    told = next(row for row in book.rows(StoredOperation) if MOVED in row.line)

    assert check_replay(book, plain_rules()) == []
    picture.put(replace(told, line=told.line.replace(MOVED, b'"kind":"seen"')))
    found = check_replay(book, plain_rules())

    assert {breach.invariant for breach in found} == {"I8"}
    assert any("decided otherwise" in breach.told for breach in found)
    assert any("balances come out otherwise" in breach.told for breach in found)


def test_goods_that_depend_on_who_came_first_are_found(lived: World, evidence: Evidence) -> None:
    acts, now = lived.truth.acts, lived.house.now()

    assert check_orders(evidence, acts, plain_rules, now, 1) == []
    found = check_orders(evidence, acts, rules_that_look_first, now, 1)

    assert {breach.invariant for breach in found} == {"I14"}
    assert any("in one order" in breach.told for breach in found)
