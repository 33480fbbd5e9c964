"""Records: rows as frozen values, with the key and the indexes by which decisions ask for them."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import msgspec

Key = tuple[Any, ...]


class Index(NamedTuple):
    """Fields by which records are listed; `at_least` names one more, bounded from below.

    A record in which an indexed field is None is not listed: such indexes stay small.
    """

    fields: tuple[str, ...]
    at_least: str | None = None
    derived: bool = False
    """Listed in the picture only: SQL has no such index and reads it in a way of its own."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """One row of one table; the key always begins with the site."""

    TABLE: ClassVar[str] = ""
    KEY: ClassVar[tuple[str, ...]] = ()
    INDEXES: ClassVar[dict[str, Index]] = {}
    APPEND_ONLY: ClassVar[bool] = False


R = TypeVar("R", bound=Record)


class Shape(Generic[R]):
    """What the picture and the stores must know of one kind of record."""

    def __init__(self, kind: type[R]) -> None:
        """Read the class once."""
        self.kind = kind
        self.table = kind.TABLE
        self.fields: tuple[str, ...] = kind.__struct_fields__
        self.key = kind.KEY
        self.key_of = tuple_getter(kind.KEY)
        self.values_of: Callable[[Any], Key] = msgspec.structs.astuple
        self.indexes = {name: index.fields for name, index in kind.INDEXES.items()}
        self.getters = {name: tuple_getter(index.fields) for name, index in kind.INDEXES.items()}
        self.bounds = {name: index.at_least for name, index in kind.INDEXES.items()}


def tuple_getter(names: tuple[str, ...]) -> Callable[[Any], Key]:
    """Read several attributes as a tuple, also when there is only one."""
    if len(names) == 1:
        single = attrgetter(names[0])
        return lambda record: (single(record),)
    return attrgetter(*names)


@cache
def shape(kind: type[R]) -> Shape[R]:
    """The shape of a kind of record, read once."""
    return Shape(kind)
