"""Wants: what a group asks for, round by round."""

import pytest

from server.lane.activity import Activity, Context, Stamp, asker
from server.lane.lane import ROUNDS_MAX, load
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Want, settled
from tests.lane.crates import BLUE, RED, Crate


class Shelf:
    """A session that counts its rounds and knows two crates."""

    def __init__(self) -> None:
        self.picture = Picture()
        self.rounds = 0

    def load(self, want: Want) -> None:
        """Bring what is wanted."""
        self.rounds += 1
        rows, listings = want.take()
        held = {(crate.site, crate.id): crate for crate in (RED, BLUE)}
        for kind, keys in rows.items():
            self.picture.load(kind, keys, [held[key] for key in keys if key in held])
        for (kind, index), wanted in listings.items():
            found = [crate for crate in (RED, BLUE) if (1, crate.colour) in wanted]
            self.picture.load_listing(kind, index, wanted, list(found))

    def write(self) -> int:
        """Write nothing."""
        return 0


def context_in(picture: Picture) -> Context:
    """An operation that says nothing."""
    return Context(picture, site=1, stream=1, epoch=1, seq=1, stamp=Stamp(0), now=0)


def test_what_is_loaded_is_answered_and_the_rest_asked_for_once() -> None:
    picture = Picture()
    picture.load(Crate, {(1, 1), (1, 7)}, [RED])
    picture.load_listing(Crate, "by_colour", {(1, "red"): 0}, [RED])
    want = Want(picture)

    assert want.row(Crate, (1, 1)) == RED
    assert want.row(Crate, (1, 7)) is None
    assert want.listing(Crate, "by_colour", (1, "red")) == [RED]
    assert want.asked == 0
    assert want.row(Crate, (1, 2)) is None
    assert want.row(Crate, (1, 2)) is None
    assert want.listing(Crate, "by_colour", (1, "blue")) == []

    assert want.take() == (
        {Crate: {(1, 2)}},
        {(Crate, "by_colour"): {(1, "blue"): 0}},
    )
    assert want.take() == ({}, {})
    assert want.asked == 3


def test_listings_with_bounds_are_asked_from_the_lowest() -> None:
    want = Want(Picture())

    for bound in (30, 10, 20):
        want.listing(Crate, "by_age", (1,), bound)

    assert want.take()[1] == {(Crate, "by_age"): {(1,): 10}}


def test_loading_goes_on_in_rounds_until_nothing_new_is_named() -> None:
    shelf = Shelf()
    found: list[Crate] = []

    def names(want: Want) -> None:
        red = want.row(Crate, (1, 1))
        if red is not None:
            found[:] = want.listing(Crate, "by_colour", (1, red.colour))

    load(shelf, names)

    assert shelf.rounds == 2
    assert found == [RED]


def test_endless_wants_are_an_error() -> None:
    shelf = Shelf()

    def names(want: Want) -> None:
        want.row(Crate, (1, 100 + shelf.rounds))

    with pytest.raises(RuntimeError, match=f"after {ROUNDS_MAX} rounds"):
        load(shelf, names)


def test_plain_needs_are_asked_again_until_they_name_nothing_new() -> None:
    asked: list[int] = []

    def needs(_message: Message, want: Want, _context: Context) -> None:
        asked.append(1)
        if want.row(Crate, (1, 1)) is not None:
            want.row(Crate, (1, 2))

    shelf = Shelf()
    activity = Activity(Message, needs, lambda *_: None)
    ask = asker(activity, Message(), context_in(shelf.picture))
    want = Want(shelf.picture)

    answers = []
    for _ in range(3):
        answers.append(ask(want))
        shelf.load(want)

    assert answers == [False, False, True]
    assert len(asked) == 3


def test_stepwise_needs_go_on_where_they_yielded_and_skip_rounds_without_questions() -> None:
    steps: list[str] = []

    def needs(_message: Message, want: Want, _context: Context):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a generator.
        steps.append("first")
        want.row(Crate, (1, 1))
        yield
        steps.append("nothing new")
        want.row(Crate, (1, 1))
        yield
        steps.append("last")
        want.row(Crate, (1, 2))

    shelf = Shelf()
    ask = asker(Activity(Message, needs, lambda *_: None), Message(), context_in(shelf.picture))
    want = Want(shelf.picture)

    assert ask(want) is False
    shelf.load(want)
    assert ask(want) is True
    assert steps == ["first", "nothing new", "last"]
    assert want.take()[0] == {Crate: {(1, 2)}}


def test_what_is_settled_was_asked_until_it_named_nothing_new() -> None:
    picture = Picture()
    want = Want(picture)

    def neighbour() -> Crate | None:
        red = want.row(Crate, (1, 1))
        return want.row(Crate, (1, 2)) if red is not None else None

    rounds = settled(want, neighbour)
    for crate in (RED, BLUE):
        next(rounds)
        picture.load(Crate, {(1, crate.id)}, [crate])

    with pytest.raises(StopIteration) as ended:
        next(rounds)
    assert ended.value.value == BLUE
