"""Texts that nobody should write on a label, in every field: printed as text, or refused."""

from typing import get_args

import msgspec
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
from server.labels.faults import DETAIL_MAX, LabelError
from server.labels.render import render
from server.labels.zpl import escaped
from tests.labels.pictures import codes, svg_texts
from tests.labels.zpl_reader import read_zpl

SSCC = "340123450000000017"
TO = ("Zoë", "Leeds")
LABELS: list[Label] = [
    ShippingLabel(SSCC, "SH-1", "Depot", TO, "LEEDS", "24 h", 1250, "1/3"),
    PackingList("SH-1", "Depot", TO, "1/3", (PackingLine("A1", "Lamp", 2),)),
    ManifestList("R1", "2026-11-22", "VAN-1", "closed", (ManifestLine("34", "O-1", "UK"),)),
    PalletLabel(SSCC, "Depot", "Shop", "Lamp", "04006381333931", 2, "L-1", "2027-02-28"),
    LocationLabel("A-01", "A", "up"),
    ToteLabel("T-7"),
    ItemLabel("A1", "Lamp", gtin="4006381333931", lot="L1", serial="S1"),
    ItemLabel("A1", "Lamp", code="A1"),
    EnrolmentLabel("https://example.org/enrol?code=7FJ4", "7FJ4", "14:30"),
]
HOSTILE = {
    "emoji": "🎁👩‍👩‍👧 gift",
    "right_to_left": "\u202eمحمد العربي\u202c",
    "control": "a\x00b\x1bc\r\n\x02d\ud800",
    "commands": "^XZ~JR^XA^FO0,0^FDx^FS~JA",
    "escapes": "_5E_7E\\&\\(*) >8>;$1 %s {0} <&\"'>",
    "empty": "",
    "long": "^FS~" * 2_500,
}


def test_every_kind_of_label_is_tried() -> None:
    assert {type(label) for label in LABELS} == set(get_args(Label))


def with_text(label: Label, text: str) -> list[Label]:
    """The label once per field of text, with this text in it."""
    made: list[Label] = []
    for name in label.__struct_fields__:
        value = getattr(label, name)
        if isinstance(value, str) and name not in ("arrow", "media"):
            made.append(msgspec.structs.replace(label, **{name: text}))
        elif name == "recipient_lines":
            made.append(msgspec.structs.replace(label, recipient_lines=(text,)))
        elif isinstance(label, ManifestList):
            lines = (ManifestLine(text, text, text),)
            made.append(msgspec.structs.replace(label, lines=lines))
        elif name == "lines":
            made.append(msgspec.structs.replace(label, lines=(PackingLine(text, text, 1),)))
    return made


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_no_text_breaks_out_of_its_field(kind: str) -> None:
    refused = []
    for changed in (each for label in LABELS for each in with_text(label, HOSTILE[kind])):
        try:
            file = render(changed, "zpl")
        except LabelError as error:
            refused.append(error.detail)
            continue
        # The reader fails at any command, sign or field that is not ours.
        [printed] = read_zpl(file)
        assert printed.copies == 1
        assert len(svg_texts(render(changed, "svg"))) >= len(printed.texts)
    assert len(refused) < sum(len(label.__struct_fields__) for label in LABELS) / 2
    assert all(0 < len(detail) <= DETAIL_MAX + 1 for detail in refused)


def test_commands_in_a_description_are_printed_as_they_stand() -> None:
    text = "^XZ~JA_5E 50% \\&"

    [printed] = read_zpl(render(ItemLabel("A1", text, code="A1"), "zpl"))

    assert text in printed.texts


@pytest.mark.parametrize("code", ["A^B~C>D_E", ">8>;>5", "\\&^FS~JA", "12345^6789012"])
def test_code_with_signs_of_zpl_is_printed_whole(code: str) -> None:
    [printed] = read_zpl(render(LocationLabel(code, "A"), "zpl"))

    assert codes(printed.picture) == [("Code128", code)]
    assert code in printed.texts


def test_every_byte_beyond_plain_text_is_escaped() -> None:
    every = "".join(map(chr, range(0x250))) + "\ud800"

    told = escaped(every)

    assert told.isascii()
    assert told.isprintable()
    assert not set(told) & set("^~")
    assert escaped("_") == "_5F"
