"""Tokens of sessions: whose are taken, and whose are not."""

import msgspec
import pytest
from msgspec.structs import replace

from device_protocol import keys
from server.clock import FixedClock
from server.errors import UnauthorizedError
from server.identity.records import Person
from server.identity.sessions import Claims, Sessions, check_person

KEY = bytes(range(32))
HOUR_MS = 3_600_000
ANNA = Person(0, 5, "STAFF-1", "merchant", "hash", home=1, owner=7)


@pytest.fixture
def sessions(clock: FixedClock) -> Sessions:
    """Sessions of one server."""
    return Sessions(KEY, clock)


def test_token_says_who_signed_in(sessions: Sessions, clock: FixedClock) -> None:
    token, claims = sessions.issue(ANNA, HOUR_MS, device=1_000_001)

    now = clock.now()
    assert claims == Claims(5, "merchant", now, now + HOUR_MS, home=1, owner=7, device=1_000_001)
    assert sessions.read(token) == claims


def test_session_ends_when_its_time_is_over(sessions: Sessions, clock: FixedClock) -> None:
    token, _ = sessions.issue(ANNA, HOUR_MS)

    clock.advance(HOUR_MS - 1)
    sessions.read(token)
    clock.advance(1)

    with pytest.raises(UnauthorizedError, match="has ended"):
        sessions.read(token)


@pytest.mark.parametrize(
    "token", ["", ".", "a.b", "é.é", "bm90aGluZw", "bm90aGluZw.", "a" * 3_000, "\x00.\x00"]
)
def test_text_that_is_no_token_is_nobody(sessions: Sessions, token: str) -> None:
    with pytest.raises(UnauthorizedError):
        sessions.read(token)


def test_forged_claims_are_nobody(sessions: Sessions) -> None:
    token, claims = sessions.issue(ANNA, HOUR_MS)
    _, signature = token.split(".")
    forged = keys.write(msgspec.json.encode(replace(claims, role="admin")))

    for attempt in (f"{forged}.{signature}", f"{forged}.", f"{forged}.{forged}", token[:-1]):
        with pytest.raises(UnauthorizedError):
            sessions.read(attempt)


def test_token_of_another_key_is_nobody(sessions: Sessions, clock: FixedClock) -> None:
    token, _ = Sessions(KEY[::-1], clock).issue(ANNA, HOUR_MS)

    with pytest.raises(UnauthorizedError):
        sessions.read(token)


def test_token_of_another_version_asks_to_sign_in_again(sessions: Sessions) -> None:
    body = b'{"user":5}'
    token = f"{keys.write(body)}.{keys.write(sessions._sign(body))}"

    with pytest.raises(UnauthorizedError, match="any more"):
        sessions.read(token)


def test_short_key_is_not_taken(clock: FixedClock) -> None:
    with pytest.raises(ValueError, match="at least 32 bytes, not 31"):
        Sessions(KEY[:31], clock)


def test_session_is_void_from_the_moment_that_rights_changed(
    sessions: Sessions, clock: FixedClock
) -> None:
    _, claims = sessions.issue(ANNA, HOUR_MS)

    assert check_person(claims, ANNA) is ANNA
    check_person(claims, replace(ANNA, sessions_from=clock.now()))
    with pytest.raises(UnauthorizedError, match="change of rights"):
        check_person(claims, replace(ANNA, sessions_from=clock.now() + 1))


@pytest.mark.parametrize("person", [None, replace(ANNA, id=6), replace(ANNA, state="disabled")])
def test_session_of_nobody_active_is_void(sessions: Sessions, person: Person | None) -> None:
    _, claims = sessions.issue(ANNA, HOUR_MS)

    with pytest.raises(UnauthorizedError, match="Nobody active"):
        check_person(claims, person)
