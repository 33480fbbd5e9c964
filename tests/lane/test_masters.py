"""Master records: written when something changes, refused where something can't be so."""

from collections.abc import Callable
from typing import Any

import pytest

from server.lane.activity import Context, Stamp
from server.lane.masters import (
    CODE_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    among,
    code_fits,
    prefix_fits,
    put_record,
    text_fits,
    within,
)
from server.lane.picture import Picture
from tests.lane.crates import RED, Crate


def new_context() -> Context:
    """A message that says how a crate should be."""
    return Context(Picture(complete=True), site=1, stream=1, epoch=1, seq=1, stamp=Stamp(0), now=0)


def test_new_record_is_added_and_answered() -> None:
    context = new_context()

    put_record(context, None, RED, id=1)

    assert context.picture.get(Crate, (1, 1)) == RED
    assert context.grant == {"id": 1}


def test_changed_record_is_replaced() -> None:
    context = new_context()
    context.picture.put(RED)
    blue = Crate(1, 1, "blue")

    put_record(context, RED, blue, id=1)

    assert context.picture.get(Crate, (1, 1)) == blue
    assert context.grant == {"id": 1}


def test_saying_it_again_changes_nothing_and_tells_so() -> None:
    context = new_context()
    context.picture.put(RED)
    context.picture.settle()

    put_record(context, RED, RED, id=1)

    assert context.picture.changed == {}
    assert context.grant == {"id": 1, "unchanged": True}


CASES: list[tuple[Callable[..., bool], tuple[Any, ...], str | None]] = [
    (
        code_fits,
        (
            "code",
            "A-01",
        ),
        None,
    ),
    (
        code_fits,
        (
            "code",
            "x" * CODE_CHARACTERS_MAX,
        ),
        None,
    ),
    (
        code_fits,
        (
            "code",
            "",
        ),
        "bad_code",
    ),
    (
        code_fits,
        (
            "code",
            " A",
        ),
        "bad_code",
    ),
    (
        code_fits,
        (
            "code",
            "A\n1",
        ),
        "bad_code",
    ),
    (
        code_fits,
        (
            "code",
            "A\x7f",
        ),
        "bad_code",
    ),
    (
        code_fits,
        (
            "code",
            "x" * (CODE_CHARACTERS_MAX + 1),
        ),
        "bad_code",
    ),
    (
        text_fits,
        (
            "name",
            "",
        ),
        None,
    ),
    (
        text_fits,
        (
            "name",
            "x" * TEXT_CHARACTERS_MAX,
        ),
        None,
    ),
    (
        text_fits,
        (
            "name",
            "x" * (TEXT_CHARACTERS_MAX + 1),
        ),
        "bad_name",
    ),
    (
        text_fits,
        (
            "name",
            "a\tb",
        ),
        "bad_name",
    ),
    (
        among,
        (
            "role",
            "floor",
            ("floor", "courier"),
        ),
        None,
    ),
    (
        among,
        (
            "role",
            "king",
            ("floor", "courier"),
        ),
        "bad_role",
    ),
    (
        within,
        (
            "walk",
            0,
            0,
            9,
        ),
        None,
    ),
    (
        within,
        (
            "walk",
            9,
            0,
            9,
        ),
        None,
    ),
    (
        within,
        (
            "walk",
            10,
            0,
            9,
        ),
        "bad_walk",
    ),
    (
        within,
        (
            "walk",
            -1,
            0,
            9,
        ),
        "bad_walk",
    ),
    (
        prefix_fits,
        (
            "prefix",
            "",
        ),
        None,
    ),
    (
        prefix_fits,
        (
            "prefix",
            "4006381",
        ),
        None,
    ),
    (
        prefix_fits,
        (
            "prefix",
            "123",
        ),
        "bad_prefix",
    ),
    (
        prefix_fits,
        (
            "prefix",
            "1234567890123",
        ),
        "bad_prefix",
    ),
    (
        prefix_fits,
        (
            "prefix",
            "40A6",
        ),
        "bad_prefix",
    ),
    (
        prefix_fits,
        (
            "prefix",
            "٤٠٠٦",
        ),
        "bad_prefix",
    ),
]


@pytest.mark.parametrize(("check", "given", "expected"), CASES, ids=range(len(CASES)))
def test_what_can_not_be_so_is_refused_with_the_fields_name(
    check: Callable[..., bool], given: tuple[Any, ...], expected: str | None
) -> None:
    context = new_context()

    fits = check(context, *given)

    assert fits is (expected is None)
    assert (context.refusal.code if context.refusal else None) == expected
