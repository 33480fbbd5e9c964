"""A mapping file says what codes mean, and what is wrong with it is told by name."""

from pathlib import Path

import pytest

from server.integrations.mapping import MappingError, read_mapping
from tests.integrations.order_files import RETAIL_MAPPING, retail


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("85123A", "goods"),
        ("84029g", "goods"),
        ("15056BL", "goods"),
        ("DCGS0003", "goods"),
        ("POST", "carriage"),
        ("DOT", "carriage"),
        ("C2", "carriage"),
        ("m", "manual"),
        ("D", "discount"),
        ("Bank Charges", "fee"),
        ("AMAZONFEE", "fee"),
        ("S", "sample"),
        ("GIFT_0001_20", "voucher"),
        ("PADS", None),
        ("POSTX", None),
        ("185123A", None),
        ("B", None),
    ],
)
def test_kind_of_code(code: str, kind: str | None) -> None:
    assert retail().kind_of(code) == kind


@pytest.mark.parametrize(
    ("case", "folded"), [("upper", "84029G"), ("lower", "84029g"), ("keep", "84029g")]
)
def test_item_codes_fold_as_the_mapping_says(tmp_path: Path, case: str, folded: str) -> None:
    path = changed(tmp_path, 'item_code_case = "upper"', f'item_code_case = "{case}"')
    assert read_mapping(path).fold("84029g") == folded


def test_numbers_with_the_prefix_cancel() -> None:
    assert retail().cancels("C536379")
    assert not retail().cancels("536379")


def test_without_a_prefix_nothing_cancels(tmp_path: Path) -> None:
    path = changed(tmp_path, 'cancellation_prefix = "C"', "")
    assert not read_mapping(path).cancels("C536379")


def changed(folder: Path, old: str, new: str) -> Path:
    """Write the retail mapping with one text replaced."""
    text = RETAIL_MAPPING.read_text("utf-8")
    assert text.count(old) == 1
    path = folder / "mapping.toml"
    path.write_text(text.replace(old, new), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('owner = "retail"', "", "Object missing required field `owner`"),
        ('"Quantity"', "7", "Expected `str`, got `int` - at `$.columns.quantity`"),
        (
            'channel = "web"',
            'canal = "web"\nchannel = "web"',
            "Object contains unknown field `canal`",
        ),
        (
            'kind = "fee"',
            'kind = "tax"',
            "Invalid enum value 'tax' - at `$.not_goods[3].kind`",
        ),
        ("Europe/London", "Europe/Nowhere", "there is no time zone 'Europe/Nowhere'"),
        (
            'currency = "GBP"',
            "",
            "give either `currency` or `columns.currency`",
        ),
        ("currency_decimals = 2", "currency_decimals = 9", "`currency_decimals` is from 0 to 4"),
        (
            "'DCGS[0-9]{4}'",
            "'DCGS['",
            "the pattern 'DCGS[' cannot be read: unterminated character set at position 4",
        ),
        (
            "%Y-%m-%d %H:%M:%S",
            "%Y-%m",
            "the time format '%Y-%m' does not hold a whole date",
        ),
        (
            "%Y-%m-%d %H:%M:%S",
            "%Y %Q",
            "the time format '%Y %Q' cannot be read: 'Q' is a bad directive in format '%Y %Q'",
        ),
        (
            "%Y-%m-%d %H:%M:%S",
            "%H %H",
            "the time format '%H %H' names a part twice",
        ),
        (
            "'DCGS[0-9]{4}'",
            "'D{99999999999}'",
            "the pattern 'D{99999999999}' cannot be read: the repetition number is too large",
        ),
        (
            "['[0-9]{5}[A-Z]{0,3}', 'DCGS[0-9]{4}']",
            "[]",
            "`goods_patterns` is empty, so nothing could ever be shipped",
        ),
    ],
)
def test_bad_mapping_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(MappingError) as caught:
        read_mapping(path)
    assert caught.value.detail == f"{path}: {reason}."


def test_mapping_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    with pytest.raises(MappingError) as caught:
        read_mapping(path)
    assert caught.value.detail == f"{path} cannot be opened: No such file or directory."


def test_mapping_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text("owner: retail\n", "utf-8")
    with pytest.raises(MappingError) as caught:
        read_mapping(path)
    assert caught.value.detail.startswith(f"{path} is no TOML: ")
