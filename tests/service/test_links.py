"""Links: signed, theirs alone, over one day."""

import msgspec
import pytest

from device_protocol import keys
from server.clock import FixedClock
from server.errors import UnauthorizedError
from server.identity.records import Person
from server.identity.sessions import Sessions
from server.lane.activity import NETWORK
from server.service.links import LinkClaims, LinkExpiredError, LinkInvalidError, Links

KEY = b"k" * 32
HOUR_MS = 3_600_000


@pytest.fixture
def links(clock: FixedClock) -> Links:
    """Give links of one server."""
    return Links(KEY, clock)


def test_link_says_which_order_and_nothing_of_anybody(links: Links, clock: FixedClock) -> None:
    token, expires = links.issue(1_000_365, 1, 2, HOUR_MS)

    assert expires == clock.now() + HOUR_MS
    assert links.read(token) == LinkClaims("parcel", 1_000_365, 1, 2, expires)
    told = msgspec.json.decode(keys.read(token.split(".")[0]))
    assert told.keys() == {"purpose", "order", "site", "number", "expires"}


def test_link_ends(links: Links, clock: FixedClock) -> None:
    token, _ = links.issue(7, 1, 0, HOUR_MS)
    later = FixedClock(clock.now() + HOUR_MS)

    with pytest.raises(LinkExpiredError):
        Links(KEY, later).read(token)


def test_what_is_cut_off_garbled_or_anothers_opens_nothing(links: Links) -> None:
    token, _ = links.issue(7, 1, 0, HOUR_MS)
    body, _, signature = token.partition(".")
    other, _ = links.issue(8, 1, 0, HOUR_MS)
    strange = (
        *("", ".", "nonsense", body, f".{signature}", token[:-4], f"{body}.{signature}x" * 9),
        f"{other.split('.')[0]}.{signature}",
        token + "é",
    )

    for each in strange:
        with pytest.raises(LinkInvalidError):
            links.read(each)
    with pytest.raises(LinkInvalidError):
        Links(b"o" * 32, FixedClock()).read(token)


def test_link_of_another_version_is_asked_anew(links: Links) -> None:
    body = msgspec.json.encode({"order": 7, "colour": "red"})
    signed = links._sign(b"totebook parcel link\n", body)

    with pytest.raises(LinkInvalidError, match="another time"):
        links.read(f"{keys.write(body)}.{keys.write(signed)}")


def test_links_and_sessions_open_nothing_of_each_other(links: Links, clock: FixedClock) -> None:
    sessions = Sessions(KEY, clock)
    person = Person(NETWORK, 17, "anna", "supervisor", "")

    with pytest.raises(LinkInvalidError):
        links.read(sessions.issue(person, HOUR_MS)[0])
    with pytest.raises(UnauthorizedError):
        sessions.read(links.issue(17, 1, 0, HOUR_MS)[0])


def test_salt_is_the_same_for_the_same_and_for_nothing_else(links: Links) -> None:
    salts = {
        links.salt(7, b"a", b"b"),
        links.salt(8, b"a", b"b"),
        links.salt(7, b"ab"),
        Links(b"o" * 32, FixedClock()).salt(7, b"a", b"b"),
    }

    assert len(salts) == 4
    assert links.salt(7, b"a", b"b") in salts
    assert {len(salt) for salt in salts} == {16}
