"""What scanned texts say."""

import pytest
from biip.sscc import Sscc
from hypothesis import given, settings
from hypothesis import strategies as st

from device_protocol import scan
from device_protocol.scan import FNC1, ParsedScan

GTIN = "04012345678901"
SSCC = "340123450000000017"
SEPARATORS: tuple[scan.Separators, ...] = ("unknown", "sent", "dropped")


@pytest.mark.parametrize(
    ("text", "symbology", "expected"),
    [
        ("96385074", "", {"kind": "gtin", "gtin": "00000096385074"}),
        ("042100005264", "", {"kind": "gtin", "gtin": "00042100005264"}),
        ("5901234123457", "", {"kind": "gtin", "gtin": "05901234123457"}),
        ("]E05901234123457", "", {"kind": "gtin", "gtin": "05901234123457"}),
        (GTIN, "itf-14", {"kind": "gtin", "gtin": GTIN}),
        ("5901234123458", "", {"kind": "plain"}),
        ("123456789", "", {"kind": "plain"}),
        ("04252614", "UPC-E", {"kind": "gtin", "gtin": "00042100005264"}),
        ("A4252614", "upce", {"kind": "plain"}),
        ("]C100" + SSCC, "", {"kind": "sscc", "sscc": SSCC}),
        ("00" + SSCC, "", {"kind": "sscc", "sscc": SSCC}),
        ("00" + SSCC, "gs1-128", {"kind": "sscc", "sscc": SSCC}),
        ("]C100" + SSCC[:-1] + "8", "", {"kind": "plain"}),
        ("00" + SSCC[:-1] + "8", "", {"kind": "plain"}),
        (SSCC, "", {"kind": "sscc", "sscc": SSCC}),
        ("]C0" + "00" + SSCC, "", {"kind": "plain"}),
        ("TOTE-17", "", {"kind": "own", "own": "tote"}),
        ("tote-17", "", {"kind": "plain"}),
        ("A-01-02", "", {"kind": "plain"}),
        ("", "", {"kind": "plain"}),
        ("٣٤٥٦٧٨٩٠", "", {"kind": "plain"}),
        ("]C110" + "é", "", {"kind": "plain"}),
        ("1" * 513, "", {"kind": "plain"}),
        ("(99", "", {"kind": "plain"}),
        ("(01)04012345678902", "", {"kind": "plain"}),
        ("01" + GTIN + "xx", "", {"kind": "plain"}),
        ("01" + GTIN + "17261301", "", {"kind": "gtin", "gtin": GTIN, "expiry": ""}),
    ],
)
def test_shape_tells_the_kind(text: str, symbology: str, expected: dict[str, str]) -> None:
    read = scan.parse(text, symbology)
    assert {name: getattr(read, name) for name in expected} == expected


def test_gs1_message_with_everything() -> None:
    text = f"01{GTIN}10L-7{FNC1}21S/1{FNC1}17261231" + "310300125037" + "12"
    assert scan.parse(text, "gs1-datamatrix") == ParsedScan(
        text=text,
        kind="gtin",
        gtin=GTIN,
        lot="L-7",
        serial="S/1",
        expiry="2026-12-31",
        count=12,
        weight_g=1_250,
    )


def test_shipping_unit_names_what_it_contains() -> None:
    read = scan.parse(f"]C100{SSCC}02{GTIN}3724")
    assert (read.kind, read.sscc, read.gtin, read.count) == ("sscc", SSCC, GTIN, 24)


def test_leading_function_character_tells_gs1() -> None:
    read = scan.parse(f"{FNC1}10L-7{FNC1}305")
    assert (read.kind, read.lot, read.count) == ("gs1", "L-7", 5)


@pytest.mark.parametrize(
    ("dates", "expiry"),
    [
        ("15260731", "2026-07-31"),
        ("1526073117260815", "2026-08-15"),
        ("17280200", "2028-02-29"),
        ("17991231", "1999-12-31"),
        ("17000000", ""),
        ("17260231", ""),
        ("1726023115260101", "2026-01-01"),
    ],
)
def test_expiry_is_use_by_else_best_before(dates: str, expiry: str) -> None:
    read = scan.parse(f"]d201{GTIN}{dates}")
    assert (read.gtin, read.expiry) == (GTIN, expiry)


@pytest.mark.parametrize(
    ("weight", "weight_g"),
    [
        ("3100000012", 12_000),
        ("3103001250", 1_250),
        ("3105012345", 123),
        ("3105012350", 124),
        ("3303001250", 1_250),
        ("33030020003103001250", 1_250),
        ("3920100", None),
    ],
)
def test_weight_is_net_else_gross_in_grams(weight: str, weight_g: int | None) -> None:
    assert scan.parse(f"]e001{GTIN}{weight}").weight_g == weight_g


def test_field_that_says_two_things_says_nothing() -> None:
    told = scan.read(f"]C110A{FNC1}10B")

    assert told.said.lot == ""
    assert told.fault == scan.Fault("contradiction", "10", "B", "A")


def keeps_its_promises(text: str, symbology: str = "") -> None:
    """Whatever is scanned is kept as it is, and says something."""
    for separators in SEPARATORS:
        told = scan.read(text, symbology, separators)
        assert told.raw == text
        assert len(set(told.readings)) == len(told.readings) >= 1
        assert told.fault is None or told.fault.code in scan.FAULTS
        for said in told.readings:
            assert said.kind in {"plain", "gtin", "gs1", "sscc", "own"}
            assert not said.gtin or (len(said.gtin) == 14 and scan.has_check_digit(said.gtin))
            assert not said.sscc or (len(said.sscc) == 18 and scan.has_check_digit(said.sscc))
        assert scan.read(text, symbology, separators) == told


@given(st.text(st.characters(), max_size=40), st.text(max_size=8))
@settings(deadline=None, max_examples=300)
def test_any_text_is_read(text: str, symbology: str) -> None:
    keeps_its_promises(text, symbology)


@given(
    st.sampled_from(["", "]C1", "]d2", "]E0", "]E3", "(", "https://x/01/", "CMD-", "TASK-", "01"]),
    st.text(st.characters(min_codepoint=0, max_codepoint=127), max_size=30),
)
@settings(deadline=None, max_examples=300)
def test_any_text_behind_a_beginning_is_read(beginning: str, text: str) -> None:
    keeps_its_promises(beginning + text)


@pytest.mark.parametrize("text", ["1", "9", "21", "91", "\x1d", "\x00", "\ud800", "(10)", "]C1"])
@pytest.mark.parametrize("characters", [500, 10_000])
def test_long_and_hostile_texts_are_read(text: str, characters: int) -> None:
    for beginning in ("", "]C110", "https://"):
        keeps_its_promises(beginning + text * (characters // len(text)))


PIECES = ["01", "00", "10", "17", "15", "37", "310", "3103", "8008", "391", "7003", FNC1, "(", ")"]
PIECES += ["]C1", "]d2", GTIN, SSCC, "A", "7", "99", "]", " "]


@given(st.lists(st.sampled_from(PIECES), max_size=9), st.sampled_from(["", "gs1-128", "upce"]))
@settings(deadline=None, max_examples=300)
def test_any_heap_of_gs1_pieces_is_read(pieces: list[str], symbology: str) -> None:
    keeps_its_promises("".join(pieces), symbology)


def test_one_that_is_told_must_not_ask() -> None:
    assert not scan.read("5901234123457").must_ask
    assert scan.read("01000009").must_ask


@given(
    st.text("0123456789", min_size=4, max_size=12),
    st.integers(min_value=0, max_value=9),
    st.integers(min_value=0, max_value=9_999),
)
@settings(deadline=None, max_examples=100)
def test_built_sscc_is_read_back(prefix: str, extension: int, serial: int) -> None:
    number = scan.sscc(prefix, extension, serial)
    assert Sscc.parse(number).value == number
    assert scan.parse("00" + number).sscc == number


@pytest.mark.parametrize(
    ("prefix", "extension", "serial"),
    [
        ("4012345", 10, 1),
        ("4012345", -1, 1),
        ("401", 3, 1),
        ("4012345678901", 3, 1),
        ("4012345", 3, 10**9),
        ("4012345", 3, -1),
        ("40123a5", 3, 1),
    ],
)
def test_what_makes_no_sscc(prefix: str, extension: int, serial: int) -> None:
    with pytest.raises(ValueError, match=r"no SSCC|only digits"):
        scan.sscc(prefix, extension, serial)


def test_check_digit_wants_digits() -> None:
    with pytest.raises(ValueError, match="only digits have a check digit, not ''"):
        scan.check_digit("")
