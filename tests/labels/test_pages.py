"""Copies, pages and printers: labels of several pages, on paper, and for coarse printers."""

import pytest

from server.labels.documents import (
    EnrolmentLabel,
    ItemLabel,
    Label,
    LocationLabel,
    ManifestLine,
    ManifestList,
    PackingLine,
    PackingList,
    PalletLabel,
    ShippingLabel,
    ToteLabel,
)
from server.labels.faults import LabelError
from server.labels.formats import Format
from server.labels.render import render, render_page
from tests.labels.pictures import svg_texts
from tests.labels.zpl_reader import read_zpl

SSCC = "340123450000000017"
RECIPIENT = ("Zoë Łukasiewicz", "12 Long Street", "Leeds")
SHIPPING = ShippingLabel(SSCC, "SH-1", "Depot", RECIPIENT, "LEEDS", "24 h", None, "1/1")


def test_packing_list_has_as_many_pages_as_it_needs() -> None:
    lines = tuple(PackingLine(f"SKU-{n:02}", "Lamp", n) for n in range(1, 31))
    label = PackingList("SH-1", "Depot", RECIPIENT, "1/3", lines)

    pages = read_zpl(render(label, "zpl", copies=2))

    assert len(pages) == 6
    said = [text for page in pages[:3] for text in page.texts]
    assert [text for text in said if "SKU" in text] == [f"{n} x SKU-{n:02}" for n in range(1, 31)]
    assert "Parcel 1/3 · units: 465 · Page 3/3" in said
    assert b"/Count 3" in render(label, "pdf")
    pictures: tuple[Format, ...] = ("svg", "png")
    for fmt in pictures:
        with pytest.raises(LabelError, match="takes 3 pages") as caught:
            render(label, fmt)
        assert caught.value.detail.endswith("ask for pdf or zpl.")


def test_manifest_has_as_many_pages_as_it_needs() -> None:
    lines = tuple(ManifestLine(SSCC, f"O-{n:02}", "North") for n in range(1, 24))
    label = ManifestList("R1", "2026-11-22", "VAN-1", "closed", lines)

    pages = read_zpl(render(label, "zpl"))

    said = [text for page in pages for text in page.texts]
    assert [text for text in said if SSCC in text] == [
        f"{SSCC} O-{n:02} North" for n in range(1, 24)
    ]
    assert "VAN-1 · 2026-11-22 · closed" in said
    assert [text for text in said if "Page" in text] == [
        "Parcels: 23 · Page 1/2",
        "Parcels: 23 · Page 2/2",
    ]


def test_packing_list_of_nothing_says_so() -> None:
    label = PackingList("SH-1", "Depot", RECIPIENT, "1/1", ())
    assert "Parcel 1/1 · units: 0 · Page 1/1" in svg_texts(render(label, "svg"))


@pytest.mark.parametrize("fmt", ["svg", "zpl"])
def test_copy_is_marked_and_an_original_is_not(fmt: Format) -> None:
    def texts(*, copy: bool) -> list[str]:
        file = render(SHIPPING, fmt, copy=copy)
        return svg_texts(file) if fmt == "svg" else read_zpl(file)[0].texts

    assert [text for text in texts(copy=True) if text not in texts(copy=False)] == ["COPY"]


def test_arrow_is_sent_to_the_printer_as_a_picture() -> None:
    [with_arrow] = read_zpl(render(LocationLabel("A-1", "A", "up"), "zpl"))
    [without] = read_zpl(render(LocationLabel("A-1", "A"), "zpl"))
    assert (with_arrow.graphics, without.graphics) == (1, 0)


def test_centred_text_without_letters_in_the_printer_is_a_picture() -> None:
    [printed] = read_zpl(render(EnrolmentLabel("https://example.org/enrol", "Код", "14:30"), "zpl"))
    assert printed.graphics == 1


def test_code_that_only_a_finer_printer_can_print_is_refused_by_the_other() -> None:
    label = ItemLabel("X", "Y", code="ABCDEFGHIJ-ABCDEFG")
    assert len(read_zpl(render(label, "zpl", dots_per_inch=300))) == 1
    with pytest.raises(LabelError) as caught:
        render(label, "zpl", dots_per_inch=203)
    assert caught.value.detail == (
        "code_128 'ABCDEFGHIJ-ABCDEFG' is too long for a label of 50 x 30 mm at 203 dots per inch: "
        "use a shorter value."
    )


def test_labels_are_laid_in_rows_on_pages() -> None:
    assert b"/Count 1" in render_page([ToteLabel(f"T-{n}") for n in range(10)])
    assert b"/Count 2" in render_page([ToteLabel(f"T-{n}") for n in range(11)])
    mixed: list[Label] = [ToteLabel("T-1"), SHIPPING, ItemLabel("A1", "Lamp", code="A1")]
    assert b"/Count 1" in render_page(mixed)


def test_page_takes_what_fits_it() -> None:
    with pytest.raises(LabelError, match="1 to 200 labels, not 0"):
        render_page([])
    wide = PalletLabel(SSCC)
    assert render_page([wide]).startswith(b"%PDF")
