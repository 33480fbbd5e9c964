"""The picture: what it holds, lists and takes back, and what it insists on being told."""

import pytest
from msgspec.structs import replace

from server.lane.picture import UNKNOWN, NotLoadedError, Picture
from server.record import Key
from tests.lane.crates import BLUE, OLD_RED, RED, Crate

KEY: Key = (1, 1)


@pytest.fixture
def picture() -> Picture:
    return Picture()


@pytest.fixture
def complete() -> Picture:
    return Picture(complete=True)


def colours(picture: Picture, colour: str) -> list[int]:
    """The ids that are listed under a colour."""
    return [crate.id for crate in picture.find(Crate, "by_colour", (1, colour))]


def test_what_was_not_loaded_is_not_guessed(picture: Picture) -> None:
    for read in (
        lambda: picture.get(Crate, KEY),
        lambda: picture.need(Crate, KEY),
        lambda: picture.find(Crate, "by_colour", (1, "red")),
        lambda: picture.put(RED),
        lambda: picture.remove(RED),
    ):
        with pytest.raises(NotLoadedError):
            read()
    assert picture.peek(Crate, KEY) is UNKNOWN
    assert not picture.knows(Crate, KEY)
    assert not picture.knows_listing(Crate, "by_colour", (1, "red"))


def test_key_that_was_loaded_without_a_record_is_known_to_be_absent(picture: Picture) -> None:
    picture.load(Crate, {KEY}, [])

    assert picture.knows(Crate, KEY)
    assert picture.get(Crate, KEY) is None
    assert picture.peek(Crate, KEY) is None
    with pytest.raises(NotLoadedError):
        picture.need(Crate, KEY)


def test_in_a_complete_picture_what_is_absent_is_absent(complete: Picture) -> None:
    assert complete.get(Crate, KEY) is None
    assert complete.peek(Crate, KEY) is None
    assert complete.knows(Crate, KEY)
    assert complete.knows_listing(Crate, "by_colour", (1, "red"))
    assert complete.find(Crate, "by_colour", (1, "red")) == []


def test_complete_picture_lists_everything_that_is_put(complete: Picture) -> None:
    for crate in (OLD_RED, BLUE, RED):
        complete.put(crate)
    complete.put(replace(BLUE, colour=None))

    assert colours(complete, "red") == [1, 3]
    assert colours(complete, "blue") == []
    assert set(complete.all(Crate)) == {RED, OLD_RED, replace(BLUE, colour=None)}


def test_listing_holds_what_was_loaded_and_what_was_changed_since(picture: Picture) -> None:
    picture.load_listing(Crate, "by_colour", {(1, "red"): 0}, [RED, OLD_RED])
    picture.load(Crate, {(1, 2)}, [BLUE])

    picture.put(replace(BLUE, colour="red"))
    picture.put(replace(RED, colour="green"))
    picture.remove(OLD_RED)
    picture.add(Crate(1, 4, "red"))

    assert colours(picture, "red") == [2, 4]


def test_listing_that_is_asked_for_late_holds_what_was_changed_before(picture: Picture) -> None:
    picture.load(Crate, {(1, 1), (1, 2)}, [RED, BLUE])
    picture.put(replace(RED, colour="blue"))
    picture.put(replace(BLUE, colour=None))
    picture.add(Crate(1, 5, "blue"))

    picture.load_listing(Crate, "by_colour", {(1, "blue"): 0}, [BLUE])

    assert colours(picture, "blue") == [1, 5]


def test_what_the_picture_changed_is_not_overwritten_by_loading(picture: Picture) -> None:
    picture.load(Crate, {(1, 1), (1, 2)}, [RED, BLUE])
    changed = replace(RED, age=99)
    picture.put(changed)
    picture.remove(BLUE)

    picture.load(Crate, {(1, 1), (1, 2)}, [RED, BLUE])
    picture.load_listing(Crate, "by_colour", {(1, "red"): 0, (1, "blue"): 0}, [RED, BLUE])

    assert picture.get(Crate, (1, 1)) == changed
    assert picture.get(Crate, (1, 2)) is None
    assert picture.find(Crate, "by_colour", (1, "red")) == [changed]
    assert colours(picture, "blue") == []


def test_listing_with_a_bound_is_known_from_there_on(picture: Picture) -> None:
    picture.load_listing(Crate, "by_age", {(1,): 20}, [BLUE, OLD_RED])

    assert picture.find(Crate, "by_age", (1,), 20) == [BLUE, OLD_RED]
    assert picture.find(Crate, "by_age", (1,), 25) == [OLD_RED]
    assert not picture.knows_listing(Crate, "by_age", (1,), 19)
    with pytest.raises(NotLoadedError):
        picture.find(Crate, "by_age", (1,), 19)


def test_bound_is_lowered_by_loading_more_and_never_raised(picture: Picture) -> None:
    picture.load_listing(Crate, "by_age", {(1,): 20}, [BLUE, OLD_RED])
    picture.load_listing(Crate, "by_age", {(1,): 0}, [RED, BLUE, OLD_RED])
    picture.load_listing(Crate, "by_age", {(1,): 30}, [OLD_RED])

    assert picture.find(Crate, "by_age", (1,)) == [RED, BLUE, OLD_RED]


def test_other_values_of_a_listing_stay_unknown(picture: Picture) -> None:
    picture.load_listing(Crate, "by_colour", {(1, "red"): 0}, [])

    assert colours(picture, "red") == []
    with pytest.raises(NotLoadedError):
        colours(picture, "blue")


def test_rolling_back_takes_back_every_change_since_the_mark(picture: Picture) -> None:
    picture.load_listing(Crate, "by_colour", {(1, "red"): 0, (1, "blue"): 0}, [RED, BLUE])
    kept = replace(RED, age=11)
    picture.put(kept)
    mark = picture.mark()
    picture.put(replace(kept, colour="blue"))
    picture.remove(BLUE)
    picture.add(OLD_RED)

    picture.roll_back(mark)

    assert picture.find(Crate, "by_colour", (1, "red")) == [kept]
    assert picture.find(Crate, "by_colour", (1, "blue")) == [BLUE]
    assert picture.get(Crate, (1, 3)) is None


def test_changes_are_kept_with_the_record_as_it_was_before_the_first(picture: Picture) -> None:
    picture.load(Crate, {(1, 1), (1, 2)}, [RED, BLUE])
    picture.put(replace(RED, age=11))
    picture.put(replace(RED, age=12))
    picture.remove(BLUE)
    picture.add(OLD_RED)

    assert picture.changed == {Crate: {(1, 1): RED, (1, 2): BLUE, (1, 3): None}}

    picture.settle()
    assert picture.changed == {}
    picture.put(replace(RED, age=13))
    assert picture.changed == {Crate: {(1, 1): replace(RED, age=12)}}


def test_only_what_was_added_since_the_last_settling_is_new(picture: Picture) -> None:
    picture.load(Crate, {(1, 1)}, [RED])
    assert not picture.is_new(Crate, (1, 1))
    picture.put(replace(RED, age=11))
    picture.add(BLUE)

    assert not picture.is_new(Crate, (1, 1))
    assert picture.is_new(Crate, (1, 2))
    picture.settle()
    assert not picture.is_new(Crate, (1, 2))


def test_what_was_made_just_now_is_declared_without_asking_a_store(picture: Picture) -> None:
    picture.declare_absent(Crate, (1, 9))
    picture.declare_empty(Crate, "by_colour", (1, "green"))

    assert picture.get(Crate, (1, 9)) is None
    assert colours(picture, "green") == []


def test_declaring_does_not_hide_what_is_there(picture: Picture) -> None:
    picture.load(Crate, {(1, 1)}, [RED])
    picture.load_listing(Crate, "by_age", {(1,): 0}, [RED])

    picture.declare_absent(Crate, (1, 1))
    picture.declare_empty(Crate, "by_age", (1,))

    assert picture.get(Crate, (1, 1)) == RED
    assert picture.find(Crate, "by_age", (1,)) == [RED]
