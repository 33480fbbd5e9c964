"""Tests of tokens and codes."""

import re

import pytest

from server.ids import SeededRandomness, SystemRandomness, normal_code, random_code, random_token


def test_the_same_seed_gives_the_same_tokens() -> None:
    first, second, other = SeededRandomness(1), SeededRandomness(1), SeededRandomness(2)

    assert random_token(first) == random_token(second)
    assert random_token(first) == random_token(second)
    assert random_token(first) != random_token(other)


def test_system_tokens_differ_and_fit_into_urls() -> None:
    tokens = {random_token(SystemRandomness()) for _ in range(100)}

    assert len(tokens) == 100
    assert all(re.fullmatch(r"[\w-]{43}", token, re.ASCII) for token in tokens)


def test_code_is_short_and_has_no_letters_that_look_alike() -> None:
    code = random_code(SeededRandomness(1))

    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code)


def test_letters_that_nobody_was_given_are_read_as_the_digits_they_look_like() -> None:
    assert normal_code("oil0-0OIL") == "0110-0011"


@pytest.mark.parametrize("typed", ["7qx2-m0kd", "7QX2MOKD", " 7qx2 - mokd ", "7QX2-M0KD"])
def test_typed_code_is_brought_into_its_form(typed: str) -> None:
    assert normal_code(typed) == "7QX2-M0KD"
