"""GS1 messages are cut as biip cuts them, where nothing is in doubt."""

import pytest
from biip import ParseConfig, ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier
from biip.gs1_messages import GS1Message
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from device_protocol import scan
from device_protocol.scanning import elements
from device_protocol.scanning.elements import FNC1, WAYS_MAX, UnreadableError, cut, cuts
from device_protocol.scanning.parsed import SEPARATOR_MISSING

GTIN = "04012345678901"
CONFIG = ParseConfig(gs1_element_strings_verify_date=False)
FIXED = [f"01{GTIN}", "00340123450000000017", "17261231", "11260101", "3103001250", "2001"]
OPEN = ["10L-7", "21S/1", "3724", "240X", "400PO", "42010115", "42127610115", "8004A1", "7003"]


@given(st.lists(st.sampled_from(FIXED), unique=True), st.lists(st.sampled_from(OPEN), unique=True))
@settings(deadline=None, max_examples=200)
def test_whole_messages_are_cut_as_biip_cuts_them(fixed: list[str], open_: list[str]) -> None:
    text = "".join(fixed) + FNC1.join(open_).replace("7003", "70032608151200")
    assume(text)
    message = GS1Message.parse(text, config=CONFIG)

    expected = [(each.ai.ai, each.value) for each in message.element_strings]
    assert list(cut(text)) == expected
    assert cuts(text, "sent") == ((cut(text),), None)


def test_first_two_digits_tell_how_long_an_identifier_is() -> None:
    for number in range(10_000):
        text = f"{number:04}"
        try:
            known = GS1ApplicationIdentifier.extract(text).ai
        except ParseError:
            continue
        assert elements._STEM_LENGTHS[text[:2]] == len(known), text


@given(
    st.text("ABCDEFXYZ-/", min_size=1, max_size=8),
    st.text("ABCDEFXYZ-/", min_size=1, max_size=8),
    st.sampled_from(["17261231", f"01{GTIN}", "00340123450000000017"]),
)
@settings(deadline=None, max_examples=100)
def test_what_a_dropped_separator_joined_is_among_the_readings(
    lot: str, serial: str, fixed: str
) -> None:
    meant = cut(f"10{lot}{FNC1}{fixed}21{serial}")

    ways, fault = cuts(f"10{lot}{fixed}21{serial}", "unknown")

    assert meant in ways
    assert len(ways) > 1 or len(f"{lot}{fixed}21{serial}") > 20
    assert (fault is not None) == (len(ways) > 1)


def test_more_ways_than_a_person_can_look_through_are_not_all_listed() -> None:
    ways, fault = cuts("10" + "21A240C241D250E251F", "dropped")

    assert len(ways) == WAYS_MAX + 1
    assert fault == scan.Fault(SEPARATOR_MISSING)


def test_search_that_is_given_up_asks() -> None:
    told = scan.read("]C191" + "9293949596" * 9)

    assert len(told.readings) == 1
    assert told.must_ask


def test_field_of_a_known_stem_with_unknown_identifier_is_unreadable() -> None:
    with pytest.raises(UnreadableError) as raised:
        cut("4390X")
    assert raised.value.fault == scan.Fault("unknown_identifier", value="4390")


def test_value_that_must_not_be_empty_is_missing() -> None:
    with pytest.raises(UnreadableError) as raised:
        cut(f"30{FNC1}10A")
    assert raised.value.fault == scan.Fault("bad_value", "30")
