"""Links are cut as biip cuts them, where biip can."""

from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from hypothesis import given, settings
from hypothesis import strategies as st

from device_protocol import scan
from device_protocol.scanning.link import cut_link

GTIN = "04012345678901"


@given(
    st.text("ABC/+-%&?=", min_size=1, max_size=9),
    st.sampled_from(["id.gs1.org", "example.com/de/p", "example.com:8443"]),
    st.sampled_from(["", "?17=261231", "?utm=1&3103=001250"]),
)
@settings(deadline=None, max_examples=100)
def test_links_are_cut_as_biip_cuts_them(lot: str, start: str, query: str) -> None:
    quoted = "".join(f"%{ord(mark):02X}" for mark in lot)
    url = f"https://{start}/01/{GTIN}/10/{quoted}{query}"

    expected = [(each.ai.ai, each.value) for each in GS1DigitalLinkURI.parse(url).element_strings]
    assert list(cut_link(url)[0]) == expected
    assert scan.parse(url).lot == lot


def test_value_that_is_no_ascii_when_decoded_is_a_fault() -> None:
    told = scan.read(f"https://id.gs1.org/01/{GTIN}/10/%D9%A3")

    assert told.said.gtin == GTIN
    assert told.fault == scan.Fault("bad_value", "10", "\u0663")


def test_slash_at_the_end_changes_nothing() -> None:
    assert cut_link(f"https://id.gs1.org/01/{GTIN}/") == cut_link(f"https://id.gs1.org/01/{GTIN}")
