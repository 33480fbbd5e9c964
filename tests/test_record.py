"""Records: rows as frozen values, and what the picture and the stores know of their kinds."""

from typing import ClassVar

import pytest

from server.record import Index, Record, shape, tuple_getter


class Crate(Record, frozen=True):
    """A row with a key of two fields."""

    TABLE = "crate"
    KEY = ("site", "id")
    INDEXES: ClassVar[dict[str, Index]] = {
        "by_colour": Index(("site", "colour")),
        "by_age": Index(("site",), at_least="age"),
    }

    site: int
    id: int
    colour: str | None = None
    age: int = 0


class Dock(Record, frozen=True):
    """A row with a key of one field."""

    TABLE = "dock"
    KEY = ("site",)

    site: int


def test_shape_tells_table_fields_key_and_listings() -> None:
    of_crate = shape(Crate)
    crate = Crate(1, 7, "red", 3)

    assert (of_crate.table, of_crate.key) == ("crate", ("site", "id"))
    assert of_crate.fields == ("site", "id", "colour", "age")
    assert of_crate.key_of(crate) == (1, 7)
    assert of_crate.values_of(crate) == (1, 7, "red", 3)
    assert of_crate.indexes == {"by_colour": ("site", "colour"), "by_age": ("site",)}
    assert of_crate.getters["by_colour"](crate) == (1, "red")
    assert of_crate.bounds == {"by_colour": None, "by_age": "age"}


def test_key_of_one_field_is_a_tuple_too() -> None:
    assert shape(Dock).key_of(Dock(4)) == (4,)
    assert tuple_getter(("site",))(Dock(4)) == (4,)


def test_shape_is_read_once() -> None:
    assert shape(Crate) is shape(Crate)


def test_record_is_a_value_that_never_changes() -> None:
    crate = Crate(1, 7)

    assert crate == Crate(1, 7)
    with pytest.raises(AttributeError):
        crate.colour = "blue"  # type: ignore[misc]
