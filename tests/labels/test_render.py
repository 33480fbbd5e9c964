"""Labels of every kind in every format: right media, codes that scan, text that fits."""

from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image, ImageFont

from server.labels.documents import (
    EnrolmentLabel,
    ItemLabel,
    Label,
    LocationLabel,
    ShippingLabel,
    ToteLabel,
)
from server.labels.faults import LabelError
from server.labels.formats import CONTENT_TYPES, Format
from server.labels.render import missing_letters, render
from server.labels.symbols import Symbology, encode
from tests.labels.pictures import (
    codes,
    pdf_page_mm,
    pdf_picture,
    png_picture,
    svg_picture,
    svg_texts,
)
from tests.labels.zpl_reader import read_zpl

SSCC = "340123450000000017"
RECIPIENT = ("Zoë Łukasiewicz", "12 Long Street", "Leeds")
ENROLMENT_URL = "https://example.org/enrol#k=7FJ4KQ2M"

LABELS: list[tuple[Label, tuple[float, float], tuple[str, str]]] = [
    (
        ShippingLabel(SSCC, "SH-1", "Depot", RECIPIENT, "LEEDS", "24 h", 1250, "1/3"),
        (100, 150),
        ("Code128 GS1", f"00{SSCC}"),
    ),
    (LocationLabel("A-01-02-03", "A-01-02"), (100, 50), ("Code128", "A-01-02-03")),
    (ToteLabel("TOTE-000123"), (100, 50), ("Code128", "TOTE-000123")),
    (ItemLabel("85123A", "Holder", gtin="04006381333931"), (50, 30), ("EAN13", "4006381333931")),
    (ItemLabel("85123A", "Holder", gtin="96385074"), (50, 30), ("EAN8", "96385074")),
    (ItemLabel("85123A", "Holder", gtin="036000291452"), (50, 30), ("EAN13", "0036000291452")),
    (ItemLabel("85123A", "Holder", gtin="14006381333938"), (50, 30), ("ITF", "14006381333938")),
    (ItemLabel("85123A", "Holder", code="85123A-X"), (50, 30), ("Code128", "85123A-X")),
    (
        ItemLabel("85123A", "Milk", "4006381333931", lot="L-7/a", expires="2027-02-28", serial="9"),
        (50, 30),
        ("DataMatrix GS1", "01040063813339311727022810L-7/a<GS>219"),
    ),
    (
        ItemLabel("85123A", "Milk", "4006381333931", lot="L(21)", serial="S(9"),
        (50, 30),
        ("DataMatrix GS1", "010400638133393110L(21)<GS>21S(9"),
    ),
    (EnrolmentLabel(ENROLMENT_URL, "7FJ4-KQ2M", "14:30"), (100, 50), ("QRCode", ENROLMENT_URL)),
]
each_label = pytest.mark.parametrize(("label", "media_mm", "code"), LABELS)


def shipping(**changed: object) -> ShippingLabel:
    """Make a shipping label with some fields of one's own."""
    fields: dict[str, object] = {
        "sscc": SSCC,
        "shipment_number": "SH-1",
        "sender": "Depot",
        "recipient_lines": RECIPIENT,
        "destination": "LEEDS",
        "service": "24 h",
        "weight_g": None,
        "parcel_of": "1/1",
    }
    return ShippingLabel(**(fields | changed))  # type: ignore[arg-type]


@each_label
def test_code_is_read_back_from_png(
    label: Label, media_mm: tuple[float, float], code: tuple[str, str]
) -> None:
    file = render(label, "png")
    assert codes(png_picture(file)) == [code]
    opened = Image.open(BytesIO(file))
    (width, height), (across, down) = opened.size, opened.info["dpi"]
    assert (round(width / across * 25.4), round(height / down * 25.4)) == media_mm


@each_label
def test_code_is_read_back_from_svg(
    label: Label, media_mm: tuple[float, float], code: tuple[str, str]
) -> None:
    file = render(label, "svg")
    assert codes(svg_picture(file)) == [code]
    assert f'width="{media_mm[0]}mm" height="{media_mm[1]}mm"'.encode() in file


@each_label
def test_pdf_is_one_page_of_the_media_that_looks_like_the_png(
    label: Label, media_mm: tuple[float, float], code: tuple[str, str]
) -> None:
    file = render(label, "pdf")
    assert file.startswith(b"%PDF-1.")
    assert file.rstrip().endswith(b"%%EOF")
    assert pdf_page_mm(file) == media_mm
    picture = pdf_picture(file)
    assert codes(picture) == [code]
    assert picture.tobytes() == png_picture(render(label, "png")).tobytes()


@each_label
@pytest.mark.parametrize("dots_per_inch", [203, 300])
def test_code_is_read_back_from_what_zpl_tells_a_printer(
    label: Label,
    media_mm: tuple[float, float],
    code: tuple[str, str],
    dots_per_inch: Literal[203, 300],
) -> None:
    [printed] = read_zpl(render(label, "zpl", copies=3, dots_per_inch=dots_per_inch))
    assert codes(printed.picture) == [code]
    assert printed.copies == 3
    size_mm = (printed.width / dots_per_inch * 25.4, printed.height / dots_per_inch * 25.4)
    assert size_mm == pytest.approx(media_mm, abs=0.1)


@pytest.mark.parametrize("fmt", list(CONTENT_TYPES))
def test_label_printed_again_is_the_same_file(fmt: Format) -> None:
    assert render(shipping(), fmt) == render(shipping(), fmt)


def test_shipping_label_says_what_people_read() -> None:
    label = shipping(weight_g=1250, parcel_of="1/3")
    assert svg_texts(render(label, "svg")) == [
        "From Depot",
        "Zoë Łukasiewicz",
        "12 Long Street",
        "Leeds",
        "LEEDS",
        "24 h",
        "Shipment SH-1",
        "Parcel 1/3 · 1.250 kg",
        "SSCC",
        "(00) 340123450000000017",
    ]


def test_unknown_weight_is_left_out() -> None:
    assert "Parcel 1/1" in svg_texts(render(shipping(), "svg"))


def test_sscc_is_as_wide_and_as_high_as_gs1_asks() -> None:
    picture = png_picture(render(shipping(), "png"))
    bars = encode(Symbology.GS1_128, f"(00){SSCC}").rows[0]
    row = [picture.getpixel((x, 1300)) for x in range(picture.width)]
    first, last = row.index(0), len(row) - row[::-1].index(0)
    drawn = "".join("0" if row[first + unit * 6] else "1" for unit in range(len(bars)))
    assert drawn == bars
    assert last - first == 6 * len(bars)
    assert 6 / 300 * 25.4 >= 0.495
    assert min(first, picture.width - last) >= 10 * 6
    column = [picture.getpixel((first, y)) for y in range(1150, picture.height)]
    assert column.count(0) / 300 * 25.4 >= 31.75


def test_overlong_text_ends_in_an_ellipsis_on_the_label() -> None:
    label = shipping(sender="Very long name " * 9, destination="W" * 300)
    texts = svg_texts(render(label, "svg"))
    assert texts[0] == "From Very long name Very long name Very long name…"
    assert texts[4] == "W" * 15 + "…"
    picture = png_picture(render(label, "png"))
    margin = picture.crop((picture.width - 35, 0, picture.width, 1170))
    assert margin.getextrema() == (255, 255)


def test_recipient_of_too_many_lines_shows_that_there_are_more() -> None:
    texts = svg_texts(render(shipping(recipient_lines=tuple("abcdefgh")), "svg"))
    assert texts[1:8] == ["a", "b", "c", "d", "e", "f", "g …"]
    assert texts[8] == "LEEDS"


def test_recipient_of_just_enough_lines_is_whole() -> None:
    texts = svg_texts(render(shipping(recipient_lines=tuple("abcdefg")), "svg"))
    assert texts[1:8] == list("abcdefg")


@pytest.mark.parametrize(
    "name", ["李雷", "김철수", "محمد", "Жанна Фриске", "🎁 Gift", "a\x00b\n\ud800c"]
)
@pytest.mark.parametrize("fmt", list(CONTENT_TYPES))
def test_recipient_of_any_script_is_printed(name: str, fmt: Format) -> None:
    file = render(shipping(recipient_lines=(name,)), fmt)
    if fmt == "svg":
        assert "Shipment SH-1" in svg_texts(file)
    elif fmt == "zpl":
        [printed] = read_zpl(file)
        assert "Shipment SH-1" in printed.texts
        assert printed.graphics == (0 if name.isascii() or name.startswith("a") else 1)
    else:
        read = {"png": png_picture, "pdf": pdf_picture}[fmt]
        assert read(file).crop((35, 130, 600, 215)).getextrema() == (0, 255)


def test_svg_keeps_letters_that_the_font_lacks_and_they_are_told() -> None:
    label = shipping(recipient_lines=("李雷 李", "Жанна"))
    assert "李雷 李" in svg_texts(render(label, "svg"))
    assert missing_letters(label) == "李雷"


def test_letters_that_the_font_lacks_are_boxes_in_png() -> None:
    boxed = render(shipping(recipient_lines=("□□",)), "png")
    assert render(shipping(recipient_lines=("李雷",)), "png") == boxed


def test_marks_that_turn_text_round_are_dropped() -> None:
    texts = svg_texts(render(shipping(recipient_lines=("a\u202eb",)), "svg"))
    assert texts[1] == "a b"


def test_svg_escapes_what_xml_would_read() -> None:
    texts = svg_texts(render(shipping(recipient_lines=('<Tom & "Co">',)), "svg"))
    assert texts[1] == '<Tom & "Co">'


@pytest.mark.parametrize("arrow", ["up", "down", "left", "right"])
def test_arrow_points_where_it_says(arrow: str) -> None:
    label = LocationLabel("A-1", "A", arrow)  # type: ignore[arg-type]
    picture = png_picture(render(label, "png")).crop((1016, 35, 1147, 166))
    halves = {
        "up": picture.crop((0, 0, 131, 65)),
        "down": picture.crop((0, 66, 131, 131)),
        "left": picture.crop((0, 0, 65, 131)),
        "right": picture.crop((66, 0, 131, 131)),
    }
    ink = {side: half.histogram()[0] for side, half in halves.items()}
    assert max(ink, key=ink.__getitem__) == arrow
    assert codes(png_picture(render(label, "png"))) == [("Code128", "A-1")]
    assert b"<polygon" in render(label, "svg")
    assert render(label, "pdf") != render(LocationLabel("A-1", "A"), "pdf")


def test_long_code_gets_smaller_letters_and_is_never_cut() -> None:
    code = "WAREHOUSE-NORTH-A-01-02-03-04"
    label = LocationLabel(code, "A")
    assert code in svg_texts(render(label, "svg"))
    assert codes(png_picture(render(label, "png"))) == [("Code128", code)]


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (
            shipping(sscc="340123450000000018"),
            (
                "An SSCC '340123450000000018' ends in 8, its check digit should be 7: "
                "copy the number again from its source."
            ),
        ),
        (
            ItemLabel("X", "Y", gtin="123456789"),
            (
                "A GTIN has 8, 12, 13 or 14 digits, '123456789' has 9: "
                "give the whole number with its check digit."
            ),
        ),
        (
            ItemLabel("X", "Y", gtin="4006381333932"),
            (
                "A GTIN '4006381333932' ends in 2, its check digit should be 1: "
                "copy the number again from its source."
            ),
        ),
        (
            ItemLabel("X", "Y"),
            "The label of item 'X' takes a gtin or a code: give one of the two.",
        ),
        (
            ItemLabel("X", "Y", gtin="96385074", code="Z"),
            "The label of item 'X' takes a gtin or a code: give one of the two.",
        ),
        (
            ItemLabel("X", "Y", code="ABCDEFGHIJ-ABCDEFGHIJ-AB"),
            (
                "code_128 'ABCDEFGHIJ-ABCDEFGHIJ-AB' is too long for a label of 50 x 30 mm: "
                "use a shorter value."
            ),
        ),
        (
            ToteLabel("TÖTE"),
            (
                "code_128 cannot hold 'Ö': "
                "use unaccented letters, digits and ASCII signs, or a qr code."
            ),
        ),
    ],
)
def test_bad_label_is_refused_with_a_way_out(label: Label, text: str) -> None:
    with pytest.raises(LabelError) as caught:
        render(label, "png")
    assert caught.value.detail == text


def test_unknown_format_is_refused() -> None:
    with pytest.raises(LabelError) as caught:
        render(ToteLabel("T-1"), "gif")  # type: ignore[arg-type]
    assert caught.value.detail == "There is no label format 'gif': ask for svg, png, pdf, zpl."


def test_unknown_label_is_refused() -> None:
    with pytest.raises(LabelError) as caught:
        render("T-1", "png")  # type: ignore[arg-type]
    expected = "There is no layout for str: use one of the labels of documents."
    assert caught.value.detail == expected


def test_font_that_is_not_there_is_named(tmp_path: Path) -> None:
    font = tmp_path / "none.ttf"
    with pytest.raises(LabelError) as caught:
        render(ToteLabel("T-1"), "png", font)
    expected = f"The label font {font} cannot be opened: name a file that is there."
    assert caught.value.detail == expected


def test_font_that_is_no_font_is_refused(tmp_path: Path) -> None:
    font = tmp_path / "text.ttf"
    font.write_bytes(b"no font at all")
    with pytest.raises(LabelError) as caught:
        render(ToteLabel("T-1"), "png", font)
    expected = "The label font cannot be read: give a TrueType or OpenType file."
    assert caught.value.detail == expected


def test_font_of_ones_own_is_used(tmp_path: Path) -> None:
    built_in = ImageFont.load_default(20)
    assert isinstance(built_in, ImageFont.FreeTypeFont)
    assert isinstance(built_in.path, BytesIO)
    font = tmp_path / "own.ttf"
    font.write_bytes(built_in.path.getvalue())
    label = shipping(recipient_lines=("Жанна",))
    assert missing_letters(label, font) == "Жан"
    assert render(label, "png", font) != render(label, "png")


def test_lot_without_gtin_is_refused() -> None:
    with pytest.raises(LabelError) as caught:
        render(ItemLabel("X", "Y", code="Z", lot="L"), "png")
    assert caught.value.detail == "Lot, expiry and serial of item 'X' need a gtin: give it."
