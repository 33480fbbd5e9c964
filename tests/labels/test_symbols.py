"""Every symbology is read back from its bars, and bad values are refused with a way out."""

from typing import Any

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server.labels.datamatrix import rows_of
from server.labels.elements import check_digit
from server.labels.faults import LabelError
from server.labels.symbols import SQUARE, Symbol, Symbology, encode
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


@pytest.mark.parametrize("length", [1, 5, 10, 16, 20, 27, 34, 42, 60, 84, 112, 142, 172])
def test_datamatrix_of_every_size_is_read_back(length: int) -> None:
    text = ("Ab-/" * 50)[:length]
    symbol = Symbol(Symbology.GS1_DATAMATRIX, text, text, rows_of(text), 1, 1)
    assert codes(picture(symbol)) == [("DataMatrix", text)]


@pytest.mark.parametrize("digits", ["123456", "123456789012"])
def test_datamatrix_is_the_one_that_another_encoder_makes(digits: str) -> None:
    other = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.DataMatrix)
    image = zxingcpp.write_barcode_to_image(other)
    # The image gives its bytes by the buffer protocol, of which its stubs say nothing.
    buffer: Any = image
    drawn: Any = memoryview(buffer).tolist()
    expected = tuple("".join("10"[dot > 0] for dot in row[1:-1]) for row in drawn[1:-1])
    assert rows_of(digits) == expected


def test_datamatrix_that_is_too_long_is_refused() -> None:
    with pytest.raises(LabelError) as caught:
        rows_of("a" * 175)
    assert caught.value.detail == (
        "A DataMatrix takes at most 174 codewords, this value has 175: print less in one code."
    )


@given(st.from_regex(r"[!\"%&'*+,\-./0-9:;<=>?A-Z_a-z]{1,20}", fullmatch=True))
def test_any_lot_is_read_back_from_datamatrix(lot: str) -> None:
    symbol = encode(Symbology.GS1_DATAMATRIX, f"(01)04006381333931(10){lot}(17)270200(21)1")
    expected = f"010400638133393110{lot}<GS>17270200211"
    assert codes(picture(symbol)) == [("DataMatrix GS1", expected)]


@pytest.mark.parametrize("digits", ["271301", "270230", "270132"])
def test_element_that_is_no_date_is_refused(digits: str) -> None:
    with pytest.raises(LabelError) as caught:
        encode(Symbology.GS1_128, f"(15){digits}")
    assert caught.value.detail == (
        f"(15) '{digits}' is no date: write year, month and day as YYMMDD."
    )


def test_longest_qr_is_encoded() -> None:
    assert len(encode(Symbology.QR, "a" * 2331).rows) == 177
