"""SPEC.md: each MUST is shown by a test, each example is a vector, each table says what is so."""

import re

import msgspec
import pytest

from device_protocol import driver, kinds, messages, operations, version
from server.sync.feed import OUTCOME_PREFIX
from server.sync.triggers import DRAFTS
from tests.architecture.documented import rows
from tests.architecture.sources import Source, document, sources
from tests.spec.reading import (
    examples,
    mentioned,
    musts,
    named_by,
    page,
    table,
    texts_of_vectors,
)


def test_every_must_has_a_number_of_its_own() -> None:
    assert [number for number, count in musts(page()).items() if count > 1] == []


def test_every_must_is_named_by_a_test() -> None:
    named = named_by(sources("tests"))
    # Fails? Mark the test that shows it: @pytest.mark.spec("DP-…").
    assert [number for number in musts(page()) if number not in named] == []


def test_every_must_that_a_test_names_is_made() -> None:
    made = musts(page())
    named = named_by(sources("tests"))
    assert {number: tests for number, tests in named.items() if number not in made} == {}


def test_marks_and_musts_are_found() -> None:
    text = '@pytest.mark.spec("DP-A-1", "DP-A-2")\ndef test_a() -> None:\n    assert x\n'
    named = named_by([Source("tests/a.py", text)])
    assert named["DP-A-1"] == named["DP-A-2"] == ["tests/a.py:1"]
    assert musts("- **DP-A-1** one\n- **DP-A-1** two, see DP-B-7") == {"DP-A-1": 2}


def test_spec_speaks_of_no_must_that_is_not_made() -> None:
    assert mentioned(page()) - set(musts(page())) == set()


@pytest.mark.parametrize("example", examples(page()))
def test_example_is_a_golden_vector(example: str) -> None:
    assert example in texts_of_vectors()


@pytest.mark.spec("DP-VER-5")
def test_history_has_a_line_for_each_protocol() -> None:
    numbers = [row[0] for row in table(page(), "24 History")]
    assert numbers[1:] == [str(number) for number in range(1, version.PROTOCOL + 1)]
    told = re.findall(r"^- (\d+): ", version.__doc__ or "", re.MULTILINE)
    assert told == numbers[1:]
    assert f"# The device protocol, version {version.PROTOCOL}\n" in page()


def test_calls_are_listed_with_their_addresses() -> None:
    listed = " ".join(row[1] for row in table(page(), "3 Calls"))
    paths = {value for name, value in vars(messages).items() if name.endswith("_PATH")}
    assert {path for path in paths if path not in listed} == set()


def test_every_operation_is_listed_with_every_member() -> None:
    listed = {row[0].strip("`"): row[2] for row in table(page(), "21 Operations") if len(row) > 2}
    everywhere = {name.rstrip("!").strip("`") for name in listed}
    for kind in kinds.OPERATIONS:
        told = listed[str(kind.__struct_config__.tag)]
        goods = issubclass(kind, operations.Goods)
        assert goods == ("*goods*" in told)
        base = operations.Goods if goods else operations.Operation
        assert set(base.__struct_fields__) <= everywhere
        for field in msgspec.structs.fields(kind):
            if field.name not in base.__struct_fields__:
                assert f"`{field.name}`{'!' if field.required else ''}" in told, kind


def test_every_kind_of_document_is_listed() -> None:
    keys = {row[0].strip("`") for row in table(page(), "22 Documents")}
    said = {f"{OUTCOME_PREFIX}<epoch>/<seq>", f"{messages.GRANT_PREFIX}<operation id>"}
    assert keys - {"key"} == {f"{kind}/<id>" for kind in DRAFTS} | said


def test_limits_are_what_they_are() -> None:
    told = " ".join(" ".join(row) for row in table(page(), "19 Limits"))
    limits = msgspec.structs.asdict(version.LIMITS)
    assert {f"`limits.{name}`" for name in limits if f"`limits.{name}`" not in told} == set()
    numbers = [*limits.values(), operations.DEVICE_LINE_BYTES_MAX, operations.QUANTITY_MAX]
    assert [number for number in numbers if f"{number:,}" not in told] == []


def test_codes_of_problems_are_those_of_the_errors_page() -> None:
    codes = set(re.findall(r"`((?:sync|sign_in|enrolment|epoch|rotate|protocol)\.\w+)`", page()))
    listed = set(rows(document("errors.md")))
    assert codes - listed == set()
    ours = {code for code in listed if code.partition(".")[0] in {"sync", "rotate", "protocol"}}
    assert ours - codes == set()


def test_driver_commands_are_those_of_the_reference_client() -> None:
    told = " ".join(row[0] for row in table(page(), "23 Driving a client in tests"))
    assert set(re.findall(r'"do":"(\w+)"', told)) == set(driver.COMMANDS)
