"""Pallets' labels as GS1 asks: codes that say everything, large enough, the SSCC lowest."""

from typing import Literal

import pytest

from server.labels.documents import PalletLabel
from server.labels.faults import LabelError
from server.labels.render import render
from tests.labels.pictures import codes, png_picture, svg_texts
from tests.labels.zpl_reader import read_zpl

SSCC = "340123450000000017"
GTIN = "04006381333931"
MIXED = PalletLabel(SSCC, "Depot", "Shop 7, Leeds", "Mixed")
FULL = PalletLabel(
    SSCC,
    "Depot",
    "Shop 7, Leeds",
    "Holder",
    GTIN,
    1200,
    "L-0712/AB",
    "2027-02-28",
    "2027-03-31",
    "2026-11-01",
    "2026-11-02",
    512_345,
)
SMALL = PalletLabel(SSCC, gtin=GTIN, count=48, lot="L-0712", media="100x150")
EACH = [
    (MIXED, [f"00{SSCC}"]),
    (SMALL, [f"02{GTIN}3748", "10L-0712", f"00{SSCC}"]),
    (
        FULL,
        [
            f"02{GTIN}1527022817270331371200",
            "11261101132611023303512345",
            "10L-0712/AB",
            f"00{SSCC}",
        ],
    ),
]


@pytest.mark.parametrize(("label", "expected"), EACH)
def test_codes_of_a_pallet_are_read_back_with_the_sscc_lowest(
    label: PalletLabel, expected: list[str]
) -> None:
    picture = png_picture(render(label, "png"))

    found = codes(picture)

    assert sorted(found) == sorted(("Code128 GS1", each) for each in expected)
    lowest = picture.crop((0, picture.height - 460, picture.width, picture.height))
    assert codes(lowest) == [("Code128 GS1", f"00{SSCC}")]


@pytest.mark.parametrize(("label", "expected"), EACH)
@pytest.mark.parametrize("dots_per_inch", [203, 300])
def test_zpl_of_a_pallet_tells_the_printer_the_same_codes(
    label: PalletLabel, expected: list[str], dots_per_inch: Literal[203, 300]
) -> None:
    [printed] = read_zpl(render(label, "zpl", dots_per_inch=dots_per_inch))

    assert sorted(codes(printed.picture)) == sorted(("Code128 GS1", each) for each in expected)


@pytest.mark.parametrize("dots_per_inch", [203, 300])
def test_modules_and_bars_are_as_large_as_gs1_asks(dots_per_inch: Literal[203, 300]) -> None:
    for label, _ in EACH:
        file = render(label, "zpl", dots_per_inch=dots_per_inch).decode()
        bars = [line.split("^BY")[1] for line in file.split("\n") if "^BC" in line]
        for line in bars:
            module, height = line.split("^BCN,")
            assert int(module) / dots_per_inch * 25.4 >= 0.495
            assert int(height.split(",")[0]) / dots_per_inch * 25.4 >= 31.75


def test_texts_stand_beside_their_data_titles() -> None:
    texts = svg_texts(render(FULL, "svg"))

    titled = dict(zip(texts[3:21:2], texts[4:21:2], strict=True))
    assert titled == {
        "SSCC": SSCC,
        "CONTENT": GTIN,
        "COUNT": "1200",
        "BEST BEFORE or BEST BY": "2027-02-28",
        "USE BY OR EXPIRY": "2027-03-31",
        "PROD DATE": "2026-11-01",
        "PACK DATE": "2026-11-02",
        "GROSS WEIGHT (kg)": "512.345",
        "BATCH/LOT": "L-0712/AB",
    }
    assert f"(02) {GTIN} (15) 270228 (17) 270331 (37) 1200" in texts


def test_a_pallet_beyond_a_ton_keeps_its_kilograms() -> None:
    label = PalletLabel(SSCC, gross_weight_g=1_234_600)

    assert ("Code128 GS1", "3300001235") in codes(png_picture(render(label, "png")))


def test_a_lot_too_long_for_wide_modules_is_narrower_and_still_read() -> None:
    lot = "abcdefghijklmnopqrst"

    found = codes(png_picture(render(PalletLabel(SSCC, lot=lot), "png")))

    assert ("Code128 GS1", f"10{lot}") in found


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (
            PalletLabel("340123450000000018"),
            (
                "An SSCC '340123450000000018' ends in 8, its check digit should be 7: "
                "copy the number again from its source."
            ),
        ),
        (
            PalletLabel(SSCC, gtin=GTIN),
            "A pallet's gtin and count go together: give both, or none for a mixed pallet.",
        ),
        (
            PalletLabel(SSCC, count=3),
            "A pallet's gtin and count go together: give both, or none for a mixed pallet.",
        ),
        (
            PalletLabel(SSCC, best_before="28.02.2027"),
            "'28.02.2027' is no date: write it like 2027-02-28.",
        ),
        (PalletLabel(SSCC, gross_weight_g=0), "A pallet can't weigh 0 g: weigh it again."),
        (
            PalletLabel(SSCC, lot="abcdefghijklmnopqrst", media="100x150"),
            "So much does not fit on 100 x 150 mm: print less of it, or on 148x210.",
        ),
        (
            PalletLabel(
                SSCC,
                gtin=GTIN,
                count=1,
                lot="L1",
                best_before="2027-02-28",
                expires="2027-02-28",
                media="100x150",
            ),
            "So much does not fit on 100 x 150 mm: print less of it, or on 148x210.",
        ),
    ],
)
def test_bad_pallet_is_refused_with_a_way_out(label: PalletLabel, text: str) -> None:
    with pytest.raises(LabelError) as caught:
        render(label, "png")
    assert caught.value.detail == text
