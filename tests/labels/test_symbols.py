"""Every symbology is read back from its bars, and bad values are refused with a way out."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from server.labels.datamatrix import rows_of
from server.labels.elements import FNC1, Element, check_digit
from server.labels.faults import LabelError
from server.labels.symbols import SQUARE, Symbol, Symbology, encode, gs1_128, gs1_datamatrix
from tests.labels.pictures import codes

SSCC = "340123450000000017"


def picture(symbol: Symbol) -> Image.Image:
    """Draw a symbol alone, three dots a unit, with its quiet zones."""
    above = 4 if symbol.symbology is Symbology.QR else 1
    blank = "0" * symbol.units_across
    rows = [blank] * above
    left, right = "0" * symbol.quiet_left, "0" * symbol.quiet_right
    repeated = 1 if symbol.symbology in SQUARE else 40
    rows += [left + row + right for row in symbol.rows for _ in range(repeated)]
    rows += [blank] * above
    image = Image.new("L", (symbol.units_across, len(rows)))
    image.putdata([0 if unit == "1" else 255 for row in rows for unit in row])
    return image.resize((image.width * 3, image.height * 3), Image.Resampling.NEAREST)


@pytest.mark.parametrize(
    ("symbology", "value", "kind", "content"),
    [
        (Symbology.GS1_128, f"(00){SSCC}", "Code128 GS1", f"00{SSCC}"),
        (
            Symbology.GS1_128,
            "(10)LOT-7(21)S1(01)04006381333931",
            "Code128 GS1",
            "10LOT-7<GS>21S1<GS>0104006381333931",
        ),
        (Symbology.GS1_128, "(37)123(17)250131", "Code128 GS1", "37123<GS>17250131"),
        (Symbology.CODE_128, "A-01-02-03", "Code128", "A-01-02-03"),
        (Symbology.CODE_128, "x" * 48, "Code128", "x" * 48),
        (Symbology.EAN_13, "4006381333931", "EAN13", "4006381333931"),
        (Symbology.EAN_8, "96385074", "EAN8", "96385074"),
        (Symbology.ITF_14, "14006381333938", "ITF", "14006381333938"),
        (
            Symbology.QR,
            "https://example.org/enrol#k=ZOË-李",
            "QRCode",
            "https://example.org/enrol#k=ZOË-李",
        ),
    ],
)
def test_value_is_read_back(symbology: Symbology, value: str, kind: str, content: str) -> None:
    assert codes(picture(encode(symbology, value))) == [(kind, content)]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=3, max_size=24))
def test_any_printable_ascii_is_read_back_from_code_128(value: str) -> None:
    assert codes(picture(encode(Symbology.CODE_128, value))) == [("Code128", value)]


@given(st.integers(0, 10**17 - 1))
def test_any_sscc_is_read_back(serial: int) -> None:
    body = f"{serial:017}"
    sscc = body + str(check_digit(body))
    found = codes(picture(encode(Symbology.GS1_128, f"(00){sscc}")))
    assert found == [("Code128 GS1", f"00{sscc}")]


def test_human_readable_text_shows_identifiers_in_brackets() -> None:
    symbol = encode(Symbology.GS1_128, f"(00){SSCC}")
    assert symbol.text == "(00) 340123450000000017"


@pytest.mark.parametrize(
    ("digits", "expected"),
    [("400638133393", 1), ("9638507", 4), ("34012345000000001", 7), ("0000000", 0)],
)
def test_check_digit(digits: str, expected: int) -> None:
    assert check_digit(digits) == expected


@pytest.mark.parametrize(
    ("symbology", "value", "text"),
    [
        (
            Symbology.EAN_13,
            "4006381333932",
            (
                "ean_13 '4006381333932' ends in 2, its check digit should be 1: "
                "copy the number again from its source."
            ),
        ),
        (
            Symbology.EAN_13,
            "400638133393",
            (
                "ean_13 needs 13 digits, '400638133393' has 12: "
                "give the whole number with its check digit."
            ),
        ),
        (
            Symbology.EAN_8,
            "9638507A",
            "ean_8 holds digits only, '9638507A' has 'A': remove it.",
        ),
        (
            Symbology.EAN_8,
            "9638507\u0664",
            "ean_8 holds digits only, '9638507\u0664' has '\u0664': remove it.",
        ),
        (
            Symbology.ITF_14,
            "14006381333931",
            (
                "itf_14 '14006381333931' ends in 1, its check digit should be 8: "
                "copy the number again from its source."
            ),
        ),
        (
            Symbology.CODE_128,
            "TÜR-1",
            (
                "code_128 cannot hold 'Ü': "
                "use unaccented letters, digits and ASCII signs, or a qr code."
            ),
        ),
        (
            Symbology.CODE_128,
            "A\tB",
            (
                "code_128 cannot hold U+0009: "
                "use unaccented letters, digits and ASCII signs, or a qr code."
            ),
        ),
        (
            Symbology.CODE_128,
            "x" * 49,
            (
                "code_128 takes at most 48 characters, this value has 49: "
                "shorten it, or use a qr code."
            ),
        ),
        (
            Symbology.CODE_128,
            "",
            "There is nothing to encode as code_128: give at least one character.",
        ),
        (
            Symbology.GS1_128,
            SSCC,
            (
                f"A GS1 code cannot be read from '{SSCC}': write each application identifier in "
                "brackets before its value, as in (00)340123450000000017."
            ),
        ),
        (
            Symbology.GS1_128,
            "(99)1",
            (
                "GS1 codes here do not know the application identifier (99): "
                "use one of 00, 01, 02, 10, 11, 13, 15, 17, 21, 37, 3300, 3303."
            ),
        ),
        (
            Symbology.GS1_128,
            "(00)340123450000000018",
            (
                "(00) '340123450000000018' ends in 8, its check digit should be 7: "
                "copy the number again from its source."
            ),
        ),
        (
            Symbology.GS1_128,
            "(10)" + "L" * 21,
            f"(10) takes 1 to 20 characters, '{'L' * 21}' has 21: give a value of that length.",
        ),
        (
            Symbology.GS1_128,
            "(17)25013",
            "(17) takes 6 characters, '25013' has 5: give a value of that length.",
        ),
        (
            Symbology.GS1_128,
            "(37)1A",
            "(37) holds digits only, '1A' has 'A': remove it.",
        ),
        (
            Symbology.GS1_128,
            "(10)A B",
            "(10) cannot hold 'A B': use unaccented letters, digits and - . / _.",
        ),
        (
            Symbology.GS1_128,
            f"(10){'L' * 20}(21){'S' * 20}(37)1",
            (
                "gs1_128 takes at most 48 characters with identifiers, this value has 49: "
                "print fewer elements in one code."
            ),
        ),
        (
            Symbology.QR,
            "ä" * 1166,
            (
                "qr takes at most 2331 bytes, this value has 2332: "
                "print a shorter address that leads to it."
            ),
        ),
        (
            Symbology.QR,
            "a\udc80",
            "qr cannot hold U+DC80: remove it, it is not a character.",
        ),
    ],
)
def test_bad_value_is_refused_with_a_way_out(symbology: Symbology, value: str, text: str) -> None:
    with pytest.raises(LabelError) as caught:
        encode(symbology, value)
    assert caught.value.detail == text


@pytest.mark.parametrize(
    ("side", "codewords"),
    [
        (10, 3),
        (12, 5),
        (14, 8),
        (16, 12),
        (18, 18),
        (20, 22),
        (22, 30),
        (24, 36),
        (26, 44),
        (32, 62),
        (36, 86),
        (40, 114),
        (44, 144),
        (48, 174),
    ],
)
def test_full_datamatrix_of_every_size_is_read_back(side: int, codewords: int) -> None:
    symbol = gs1_datamatrix(lots(codewords))
    assert [len(row) for row in symbol.rows] == [side] * side
    assert codes(picture(symbol)) == [("DataMatrix GS1", symbol.data.replace(FNC1, "<GS>"))]


def lots(codewords: int) -> list[Element]:
    """Lots that take this many codewords: with FNC1 and (10) two more than they have letters."""
    lengths = [20] * (codewords // 22)
    if codewords % 22:
        lengths.append(codewords % 22 - 2)
    return [("10", ("aB-/" * 5)[:length]) for length in lengths]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            "(01)04006381333931",
            "aaaa d869 8d36 b159 f2a0 96df 9f24 9339 e2da c64b c46c 9615 f65a 85b5 d8a2 ffff",
        ),
        (
            "(01)04006381333931(17)270228(10)L-7/a(21)19",
            (
                "aaaaa d850f 8d32c b16a9 f20da 953cf 9b054 95ca1 e90fe ce4e5 "
                "cd59c 9b679 e14b2 d7c09 bb266 d631b a7e08 c55bd 89942 fffff"
            ),
        ),
        (
            "(01)04006381333931(10)Lot-7/a,Lot-7/b;Lot(17)270200(21)Se-7/b;Se-7/c,Se8:",
            (
                "aaaaaaaa d83bf40f 8d608e40 b0ddd545 f390a7dc 9227b425 9914d89e 95a9a32f "
                "e5b8b734 d0b7bc19 c6e2d1ca 9c8fd477 d0408174 f171988d af46f3c2 ffffffff "
                "aaaaaaaa ac83d24d d07ece14 8fa583e9 e64493d0 84e993f3 d880c94a a11bb6d3 "
                "b5cc9752 adc1dd29 d06684ee 9129b2e9 ef74866c 8947935f 9c2ed30a ffffffff"
            ),
        ),
    ],
)
def test_datamatrix_is_the_one_that_another_encoder_made(value: str, expected: str) -> None:
    # These rows come from an encoder written from the standard, which shares nothing with ours.
    rows = encode(Symbology.GS1_DATAMATRIX, value).rows
    assert " ".join(f"{int(row, 2):0{len(row) // 4}x}" for row in rows) == expected


def test_capitals_get_the_room_that_a_printer_needs_which_packs_none() -> None:
    assert len(encode(Symbology.GS1_DATAMATRIX, f"(10){'A' * 20}").rows) == 20


def test_datamatrix_that_is_too_long_is_refused() -> None:
    with pytest.raises(LabelError) as caught:
        gs1_datamatrix([*lots(172), ("10", "a")])
    assert caught.value.detail == (
        "A DataMatrix takes at most 174 codewords, this value has 175: print less in one code."
    )


@pytest.mark.parametrize("content", ["ü", "a[b", "\u0664"])
def test_sign_that_no_gs1_datamatrix_holds_is_refused(content: str) -> None:
    with pytest.raises(LabelError) as caught:
        rows_of([("10", content)])
    assert caught.value.detail == (
        f"A DataMatrix cannot hold '[10]{content}': use unaccented letters, digits and - . / _."
    )


@given(st.from_regex(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}", fullmatch=True))
@example("L(7)")
@example("L(21)7")
@example("(()(")
def test_any_lot_is_read_back_from_datamatrix_and_bars(lot: str) -> None:
    dated = [("01", "04006381333931"), ("10", lot), ("17", "270200")]
    expected = f"010400638133393110{lot}<GS>17270200"
    found = codes(picture(gs1_datamatrix([*dated, ("21", "1")])))
    assert found == [("DataMatrix GS1", f"{expected}211")]
    assert codes(picture(gs1_128(dated))) == [("Code128 GS1", expected)]


@pytest.mark.parametrize("digits", ["271301", "270230", "270132"])
def test_element_that_is_no_date_is_refused(digits: str) -> None:
    with pytest.raises(LabelError) as caught:
        encode(Symbology.GS1_128, f"(15){digits}")
    assert caught.value.detail == (
        f"(15) '{digits}' is no date: write year, month and day as YYMMDD."
    )


def test_longest_qr_is_encoded() -> None:
    assert len(encode(Symbology.QR, "a" * 2331).rows) == 177
